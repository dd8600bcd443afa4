// LinkNeedsBaseAnyway: a stage of linked copies in which one line still makes the base be pulled.
import { copiesOf } from '../../analysis/copies.ts';
import { isWindows } from '../../analysis/knownBase.ts';
import type { Stage, Step } from '../../compile/stage.ts';
import type { Finding, Rule } from '../rule.ts';
import { addLink, codeSpan } from './copies.ts';

export const rule: Rule = {
  name: 'LinkNeedsBaseAnyway',
  severity: 'hint',
  on: ['copy', 'add', 'workdir'],
  detect(analysis) {
    const { target } = analysis;
    if (target === undefined || target.source?.op.kind !== 'source' || target.steps.length === 0) return [];
    if (!target.source.op.identifier.startsWith('docker-image://') || isWindows(target)) return [];
    const found: Finding[] = [];
    let linked = 0;
    for (const step of target.steps) {
      const kind = step.command.instruction.kind;
      // Whoever runs something needs the base for that; a trigger of the base can't be changed here.
      if (kind === 'run' || step.failed || (step.command.isOnBuild && step.vertices.length > 0)) return [];
      if (step.copy?.linked) linked++;
      else if (step.vertices.length > 0) found.push(finding(target, step));
    }
    return linked === 0 || found.length > 2 ? [] : found;
  },
  fixes(finding, analysis) {
    const copy = copiesOf(analysis).find((c) => c.index === finding.instruction);
    if (copy === undefined || !copy.wouldHelp) return [];
    return [
      { title: 'Add --link: the base need not be pulled for it', edits: [addLink(copy.instruction)], safe: false },
    ];
  },
};

function finding(stage: Stage, { command, copy, after }: Step): Finding {
  const { instruction, index } = command;
  const what =
    copy === undefined
      ? `WORKDIR makes ${after.dir} on the base`
      : copy.chmod !== ''
        ? 'a copy with --chmod is made on the base'
        : 'a plain copy is made on the base';
  return {
    span: codeSpan(instruction),
    message: `Without this line the base ${stage.originalBase} would never be pulled: all else in the stage is linked, but ${what}.`,
    instruction: index,
  };
}
