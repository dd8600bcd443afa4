// ChmodOnNewParents: `--chmod` without x also goes to the directories that the copy makes on its way.
import { copiesOf } from '../../analysis/copies.ts';
import { spanOf } from '../../dockerfile/spans.ts';
import { keywordLike } from '../checks/variables.ts';
import { insertAbove } from '../edits.ts';
import type { Finding, Rule } from '../rule.ts';
import { flagNamed } from './copies.ts';

export const rule: Rule<string> = {
  name: 'ChmodOnNewParents',
  severity: 'hint',
  on: ['copy', 'add'],
  detect(analysis) {
    const found: Finding<string>[] = [];
    for (const { facts, instruction, index, newParents } of copiesOf(analysis)) {
      const flag = flagNamed(instruction, 'chmod');
      const last = newParents[newParents.length - 1];
      if (flag === undefined || last === undefined || !/^[0-7]{3,4}$/.test(facts.chmod)) continue;
      if ((Number.parseInt(facts.chmod, 8) & 0o111) !== 0) continue;
      found.push({
        span: spanOf(instruction, flag.start, flag.end),
        message: `${newParents.join(', ')} ${newParents.length === 1 ? 'is' : 'are'} made by this copy and get${newParents.length === 1 ? 's' : ''} the mode ${facts.chmod} too: without x only root gets in.`,
        instruction: index,
        data: last,
      });
    }
    return found;
  },
  fixes({ data, instruction: index }, analysis) {
    const copy = copiesOf(analysis).find((c) => c.index === index);
    // Without a shell nothing can be run.
    if (data === undefined || copy === undefined || copy.files.base === undefined || /[^\w./-]/.test(data)) return [];
    const run = `${keywordLike(analysis, 'RUN')} mkdir -p ${data}`;
    return [
      {
        title: `Make ${data} first, with RUN mkdir -p: one vertex more, below this copy`,
        edits: [insertAbove(analysis.text, copy.instruction, run)],
        safe: false,
      },
    ];
  },
};
