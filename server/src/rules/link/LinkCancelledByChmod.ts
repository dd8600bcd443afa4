// LinkCancelledByChmod: `--chmod` switches `--link` off.
import { copiesOf } from '../../analysis/copies.ts';
import { spanOf } from '../../dockerfile/spans.ts';
import type { Rule } from '../rule.ts';
import { dropFlag, flagNamed } from './copies.ts';

export const rule: Rule = {
  name: 'LinkCancelledByChmod',
  severity: 'warning',
  on: ['copy', 'add'],
  detect: (analysis) =>
    copiesOf(analysis).flatMap(({ cancelled, instruction, index }) => {
      const flag = flagNamed(instruction, 'link');
      if (cancelled !== 'chmod' || flag === undefined) return [];
      return [
        {
          span: spanOf(instruction, flag.start, flag.end),
          message:
            '--link has no effect together with --chmod: BuildKit makes a plain copy of it, which runs again when the base changes.',
          instruction: index,
        },
      ];
    }),
  fixes(finding, analysis) {
    const instruction = analysis.dockerfile.instructions[finding.instruction];
    if (instruction?.kind !== 'copy' && instruction?.kind !== 'add') return [];
    const link = dropFlag(analysis, instruction, 'link');
    const chmod = dropFlag(analysis, instruction, 'chmod');
    return [
      // With another build argument the mode may be empty, and the flag come to life.
      ...(link === undefined
        ? []
        : [{ title: 'Drop --link: no vertex changes', edits: [link], safe: !instruction.chmod.value.includes('$') }]),
      ...(chmod === undefined
        ? []
        : [
            {
              title: 'Drop --chmod: the copy becomes a layer of its own, with the modes of its source',
              edits: [chmod],
              safe: false,
            },
          ]),
    ];
  },
};
