// UnpinnedSyntaxOrBase: a base or a frontend without a version, so that a build means something else from day to day.
import { detectSyntax } from '../../dockerfile/directives.ts';
import { spanOf } from '../../dockerfile/spans.ts';
import { parseNormalizedNamed } from '../../oci/reference.ts';
import type { Finding, Rule } from '../rule.ts';

export const rule: Rule<string> = {
  name: 'UnpinnedSyntaxOrBase',
  severity: 'hint',
  detect(analysis) {
    const found: Finding<string>[] = [];
    const syntax = detectSyntax(analysis.text)?.value;
    const directive = analysis.dockerfile.directives.find((d) => d.name === 'syntax');
    if (syntax !== undefined && directive !== undefined && isUnpinned(syntax, ['latest', 'master', 'labs']))
      found.push({
        span: { start: directive.valueSpan.start, end: directive.valueSpan.start + syntax.length },
        message: `${syntax} is another frontend whenever it is released anew, breaking changes included.`,
        instruction: -1,
      });
    for (const stage of analysis.stages) {
      const { from, source } = stage;
      if (from === undefined || source?.op.kind !== 'source') continue;
      const { identifier } = source.op;
      if (!identifier.startsWith('docker-image://') || !isUnpinned(stage.originalBase, ['latest'])) continue;
      const digest = /@(sha256:[0-9a-f]{64})$/.exec(identifier)?.[1];
      found.push({
        span: spanOf(from, from.baseName.start, from.baseName.end),
        message: `${stage.originalBase} has no version: when the name means another image, every RUN and every plain copy of the stage runs again.`,
        instruction: stage.instruction,
        ...(digest === undefined ? {} : { data: digest }),
      });
    }
    return found;
  },
  fixes({ data: digest, span, instruction }, analysis) {
    const written = analysis.text.slice(span.start, span.end);
    if (instruction === -1)
      return /^(docker\.io\/)?docker\/dockerfile(:\w+)?$/.test(written)
        ? [
            {
              title: 'Pin docker/dockerfile:1 (the newest of the first version, without breaking changes)',
              edits: [{ span, text: `${written.replace(/:\w+$/, '')}:1` }],
              safe: false,
            },
          ]
        : [];
    if (digest === undefined || /[$"'\\@]/.test(written)) return [];
    const text = /:[\w.-]+$/.test(written) ? `${written}@${digest}` : `${written}:latest@${digest}`;
    return [{ title: `Pin the image as it is now: @${digest.slice(0, 19)}…`, edits: [{ span, text }], safe: false }];
  },
};

function isUnpinned(ref: string, moving: readonly string[]): boolean {
  const named = parseNormalizedNamed(ref);
  return !('error' in named) && named.digest === '' && (named.tag === '' || moving.includes(named.tag));
}
