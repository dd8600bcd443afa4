// FromPlatformFlagConstDisallowed: a platform that follows the build, or none.
import { spanOf } from '../../dockerfile/spans.ts';
import { formatPlatformAll, normalizePlatform, parsePlatform } from '../../oci/platform.ts';
import { removeFlag } from '../edits.ts';
import type { Fix, Rule } from '../rule.ts';

export const rule: Rule = {
  name: 'FromPlatformFlagConstDisallowed',
  severity: 'warning',
  fixes(finding, analysis) {
    const instruction = analysis.dockerfile.instructions[finding.instruction];
    const flag = instruction?.flags.find(({ name }) => name === 'platform');
    if (instruction === undefined || flag?.value === undefined) return [];
    const fixes: Fix[] = [
      {
        title: 'Remove --platform: the stage is then built for the target platform',
        edits: [removeFlag(analysis.text, instruction, flag.start, flag.end)],
        safe: false,
      },
    ];
    const parsed = parsePlatform(flag.value);
    const build = formatPlatformAll(analysis.options.buildPlatform);
    if ('platform' in parsed && formatPlatformAll(normalizePlatform(parsed.platform)) === build)
      fixes.push({
        title: `Use $BUILDPLATFORM: the stage then follows the machine that builds (${build} here)`,
        edits: [{ span: spanOf(instruction, flag.valueStart, flag.valueEnd), text: '$BUILDPLATFORM' }],
        safe: false,
      });
    return fixes;
  },
};
