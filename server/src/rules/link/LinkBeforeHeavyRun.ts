// LinkBeforeHeavyRun: a linked copy, a RUN on it, another linked copy, another RUN: each merge links all files again.
import { copiesOf } from '../../analysis/copies.ts';
import { lineOf } from '../../analysis/linkVerdict.ts';
import { spanOf } from '../../dockerfile/spans.ts';
import type { Finding, Rule } from '../rule.ts';
import { dropFlag, flagNamed } from './copies.ts';

export const rule: Rule = {
  name: 'LinkBeforeHeavyRun',
  severity: 'hint',
  on: ['copy', 'add'],
  detect(analysis) {
    const found: Finding[] = [];
    for (const { heavyRun, instruction, index } of copiesOf(analysis)) {
      const flag = heavyRun === undefined ? undefined : flagNamed(instruction, 'link');
      if (flag === undefined) continue;
      found.push({
        span: spanOf(instruction, flag.start, flag.end),
        message: `The RUN in line ${lineOf(analysis, heavyRun as number)} works on the merged files, and a linked copy and a RUN follow: BuildKit then links every file that the RUN made once more. If those are many, --link costs more here than it saves.`,
        instruction: index,
      });
    }
    return found;
  },
  fixes(finding, analysis) {
    const instruction = analysis.dockerfile.instructions[finding.instruction];
    const edit = instruction === undefined ? undefined : dropFlag(analysis, instruction, 'link');
    return edit === undefined
      ? []
      : [
          {
            title:
              'Drop --link here: no merge before the RUN; the copy and what follows run again when something below changes',
            edits: [edit],
            safe: false,
          },
        ];
  },
};
