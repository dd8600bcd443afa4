// LinkNamedOwner: why `--link` refuses a `--chown` by name, and the numbers that would do.
import { accountsAt } from '../../analysis/copies.ts';
import type { AddInstruction, CopyInstruction } from '../../dockerfile/instruction.ts';
import { spanOf } from '../../dockerfile/spans.ts';
import type { Fix, Rule } from '../rule.ts';
import { dropFlag, flagNamed, numericOwner } from './copies.ts';

export const rule: Rule = {
  name: 'LinkNamedOwner',
  severity: 'error',
  explains: 'link-named-owner',
  detect: (analysis) =>
    analysis.problems.flatMap((problem) => {
      if (problem.code !== 'link-named-owner') return [];
      const { instructions } = analysis.dockerfile;
      const index = instructions.findIndex((i) => i.span.start <= problem.span.start && problem.span.end <= i.span.end);
      const message =
        'The build fails: --link makes the files on an empty layer, and there is no /etc/passwd in which a name could be looked up. Use numeric ids.';
      return [{ span: problem.span, message, instruction: index }];
    }),
  fixes(finding, analysis) {
    const outer = analysis.dockerfile.instructions[finding.instruction];
    const instruction = outer?.kind === 'onbuild' ? outer.trigger : outer;
    if (instruction?.kind !== 'copy' && instruction?.kind !== 'add') return [];
    const fixes: Fix[] = [];
    const flag = flagNamed(instruction, 'chown');
    const at = accountsAt(analysis, finding.instruction);
    if (flag !== undefined && at !== undefined && at.chown !== '') {
      const numbers = numericOwner(at, at.chown);
      if (numbers !== undefined)
        fixes.push({
          title: `Write --chown=${numbers} (${at.chown}${at.source})${onTheWay(instruction)}`,
          edits: [{ span: spanOf(instruction, flag.valueStart, flag.valueEnd), text: numbers }],
          safe: false,
        });
    }
    const link = dropFlag(analysis, instruction, 'link');
    if (link !== undefined)
      fixes.push({
        title: 'Drop --link: the name is looked up in the base, and the copy runs again when something below changes',
        edits: [link],
        safe: false,
      });
    return fixes;
  },
};

/** What else the numbers give away: the directories above the copied files are part of the layer, whether the base has them or not. */
function onTheWay({ dest }: CopyInstruction | AddInstruction): string {
  const path = dest.value;
  const directories = path.slice(0, path.lastIndexOf('/') + 1);
  if (directories === '/' || path === '') return '';
  const named = path.startsWith('/') && !path.includes('$') ? `, ${directories},` : '';
  return `; every directory on the way${named} gets that owner too`;
}
