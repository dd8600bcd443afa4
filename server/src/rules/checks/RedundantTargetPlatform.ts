// RedundantTargetPlatform: the flag goes; a stage is built for the target platform anyway.
import { getEnv } from '../../llb/env.ts';
import { formatPlatformAll } from '../../oci/platform.ts';
import { removeFlag } from '../edits.ts';
import type { Rule } from '../rule.ts';

export const rule: Rule = {
  name: 'RedundantTargetPlatform',
  severity: 'warning',
  tags: ['unnecessary'],
  fixes(finding, analysis) {
    const instruction = analysis.dockerfile.instructions[finding.instruction];
    const flag = instruction?.flags.find(({ name }) => name === 'platform');
    if (instruction === undefined || flag === undefined) return [];
    // An ARG or a build argument of that name makes it another platform: BuildKit's message is wrong then.
    const { globalArgs, targetPlatform } = analysis.compilation;
    if (getEnv(globalArgs, 'TARGETPLATFORM') !== formatPlatformAll(targetPlatform)) return [];
    const edit = removeFlag(analysis.text, instruction, flag.start, flag.end);
    return [{ title: 'Remove --platform: it is the target platform anyway', edits: [edit], safe: true }];
  },
};
