// EnvTooEarly: a variable that keys RUNs which have nothing to do with it, set long before its first use.
import type { Analysis } from '../../analysis/analyze.ts';
import { lineOf } from '../../analysis/linkVerdict.ts';
import type { Stage, Step } from '../../compile/stage.ts';
import { spanOf } from '../../dockerfile/spans.ts';
import type { Finding, Rule } from '../rule.ts';
import { type Later, moveDown, rerun, runSpans } from './ArgTooEarly.ts';
import { blastRadius, changesOften, isReadByPrograms } from './commands.ts';

export const rule: Rule<Later> = {
  name: 'EnvTooEarly',
  severity: 'hint',
  on: ['env'],
  detect: (analysis) => analysis.stages.flatMap((stage) => (stage.hidden ? [] : inStage(analysis, stage))),
  fixes: (finding, analysis) => moveDown(finding, analysis),
};

function inStage(analysis: Analysis, stage: Stage): Finding<Later>[] {
  const found: Finding<Later>[] = [];
  const { steps } = stage;
  for (let at = 0; at < steps.length; at++) {
    const { instruction, index, isOnBuild } = (steps[at] as Step).command;
    if (instruction.kind !== 'env' || isOnBuild) continue;
    for (const { key } of instruction.pairs) {
      const name = key.value;
      // A version, a checksum, an address: what people edit. Other variables seldom change.
      if (isReadByPrograms(name) || !(/(VERSION|SHA256|CHECKSUM|RELEASE|TAG)$/.test(name) || changesOften(name)))
        continue;
      const { runs, first } = blastRadius(steps, at, name);
      if (runs.length === 0 || first === undefined || first.command.instruction.kind !== 'run') continue;
      found.push({
        span: spanOf(instruction, key.start, key.end),
        message: `${rerun(analysis, runs)} when ${name} changes, though ${runs.length === 1 ? 'it does' : 'they do'} not use it: an ENV is part of the key of every RUN below it. It is first used in line ${lineOf(analysis, first.command.index)}.`,
        instruction: index,
        related: runSpans(runs),
        data: { name, above: first.command.index, below: undefined, runs },
      });
    }
  }
  return found;
}
