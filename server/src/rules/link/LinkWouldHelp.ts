// LinkWouldHelp: a copy behind the last RUN of the final stage that could be a layer of its own.

import type { Analysis } from '../../analysis/analyze.ts';
import { copiesOf } from '../../analysis/copies.ts';
import { linkVerdictOf } from '../../analysis/linkVerdict.ts';
import { spanOf } from '../../dockerfile/spans.ts';
import type { Finding, Fix, Rule } from '../rule.ts';
import { addLink } from './copies.ts';
import { frontendOf, since } from './frontends.ts';

export const rule: Rule = {
  name: 'LinkWouldHelp',
  severity: 'hint',
  on: ['copy', 'add'],
  detect(analysis) {
    const frontend = frontendOf(analysis);
    if (frontend !== undefined && !frontend.has(since.link)) return [];
    const found: Finding[] = [];
    for (const { wouldHelp, instruction, index } of copiesOf(analysis)) {
      if (!wouldHelp) continue;
      const sentence = linkVerdictOf(analysis, index)?.sentence ?? '';
      found.push({
        span: spanOf(instruction, 0, instruction.keyword.length),
        message: `${sentence[0]?.toUpperCase() ?? ''}${sentence.slice(1)}.`.replace('--Link', '--link'),
        instruction: index,
      });
    }
    return found;
  },
  fixes(finding, analysis) {
    const copy = copiesOf(analysis).find((c) => c.index === finding.instruction);
    if (copy === undefined) return [];
    const one: Fix = {
      title: 'Add --link: a layer of its own and a merge take the place of the copy',
      edits: [addLink(copy.instruction)],
      safe: false,
    };
    const all = linkWhereItHelps(analysis, finding.instruction);
    return all === undefined ? [one] : [one, all];
  },
};

/** "Add --link wherever it helps" for the stage around an instruction; undefined where it helps fewer than two copies. */
export function linkWhereItHelps(analysis: Analysis, instruction: number): Fix | undefined {
  const stage = analysis.stages.findLast((s) => !s.hidden && s.instruction <= instruction);
  const copies = copiesOf(analysis).filter((c) => c.wouldHelp && c.stage === stage);
  if (copies.length < 2) return undefined;
  return {
    title: `Add --link wherever it helps in this stage (${copies.length} copies): a layer and a merge take the place of each`,
    edits: copies.map((copy) => addLink(copy.instruction)),
    safe: false,
  };
}
