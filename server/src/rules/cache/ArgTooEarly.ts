// ArgTooEarly: an argument that keys RUNs which have nothing to do with it.
import type { Span } from '../../../../shared/src/span.ts';
import type { Analysis } from '../../analysis/analyze.ts';
import { lineOf } from '../../analysis/linkVerdict.ts';
import type { Stage, Step } from '../../compile/stage.ts';
import { spanOf } from '../../dockerfile/spans.ts';
import { type Edit, insertAbove, insertBelow, removeInstruction } from '../edits.ts';
import type { Finding, Fix, Rule } from '../rule.ts';
import { blastRadius, changesOften, isReadByPrograms } from './commands.ts';

/** Where the declaration could stand: above this instruction, or below that one. */
export interface Later {
  readonly name: string;
  readonly above: number | undefined;
  readonly below: number | undefined;
  readonly runs: readonly Step[];
}

export const rule: Rule<Later> = {
  name: 'ArgTooEarly',
  severity: 'hint',
  on: ['arg'],
  detect: (analysis) => analysis.stages.flatMap((stage) => (stage.hidden ? [] : inStage(analysis, stage))),
  fixes: (finding, analysis) => moveDown(finding, analysis),
};

function inStage(analysis: Analysis, stage: Stage): Finding<Later>[] {
  const found: Finding<Later>[] = [];
  const { steps } = stage;
  const declared = new Map<string, number>();
  for (const { command } of steps)
    if (command.instruction.kind === 'arg')
      for (const { key } of command.instruction.declarations)
        declared.set(key.value, (declared.get(key.value) ?? 0) + 1);
  for (let at = 0; at < steps.length; at++) {
    const { instruction, index, isOnBuild } = (steps[at] as Step).command;
    if (instruction.kind !== 'arg' || isOnBuild) continue;
    for (const { key } of instruction.declarations) {
      const name = key.value;
      if (isReadByPrograms(name) || declared.get(name) !== 1 || !/^\w+$/.test(name)) continue;
      const radius = blastRadius(steps, at, name);
      if (radius.runs.length === 0) continue;
      // What nothing names may be there for a RUN that reads it unseen.
      if (radius.first === undefined && (radius.hidden || !changesOften(name))) continue;
      found.push({
        span: spanOf(instruction, key.start, key.end),
        message: `${rerun(analysis, radius.runs)} when ${name} changes, though ${radius.runs.length === 1 ? 'it does' : 'they do'} not use it: an ARG is part of the key of every RUN below it. ${radius.first === undefined ? 'Nothing uses it.' : `It is first used in line ${lineOf(analysis, radius.first.command.index)}.`}`,
        instruction: index,
        ...(changesOften(name) ? { severity: 'information' as const } : {}),
        related: runSpans(radius.runs),
        data: {
          name,
          above: radius.first?.command.index,
          below:
            radius.first === undefined
              ? steps.findLast((s) => s.command.instruction.kind === 'run')?.command.index
              : undefined,
          runs: radius.runs,
        },
      });
    }
  }
  return found;
}

/** `Lines 3, 4 run again` */
export function rerun(analysis: Analysis, runs: readonly Step[]): string {
  const lines = runs.slice(0, 5).map((step) => lineOf(analysis, step.command.index));
  if (runs.length === 1) return `Line ${lines[0]} runs again`;
  return `Lines ${runs.length <= 5 ? lines.join(', ') : `${lines.slice(0, 4).join(', ')} and ${runs.length - 4} more`} run again`;
}

export function runSpans(runs: readonly Step[]): { span: Span; message: string }[] {
  return runs.slice(0, 10).map(({ command }) => ({
    span: spanOf(command.instruction, 0, command.instruction.keyword.length),
    message: 'runs again',
  }));
}

/** The line, moved down to where it is used. */
export function moveDown({ data, instruction: index }: Finding<Later>, analysis: Analysis): Fix[] {
  const { text, dockerfile } = analysis;
  const instruction = dockerfile.instructions[index];
  if (data === undefined || instruction === undefined) return [];
  const single =
    (instruction.kind === 'arg' && instruction.declarations.length === 1) ||
    (instruction.kind === 'env' && instruction.pairs.length === 1);
  if (!single) return [];
  const above = data.above === undefined ? undefined : dockerfile.instructions[data.above];
  const below = data.below === undefined ? undefined : dockerfile.instructions[data.below];
  const own = text.slice(instruction.span.start, instruction.span.end);
  let edit: Edit;
  if (above !== undefined) edit = insertAbove(text, above, own);
  else if (below !== undefined) edit = insertBelow(text, below, own);
  else return [];
  const line = lineOf(analysis, (data.above ?? data.below) as number);
  const { runs } = data;
  return [
    {
      title: `Move ${data.name} down to line ${line}: a change of it no longer re-runs ${runs.length === 1 ? `line ${lineOf(analysis, (runs[0] as Step).command.index)}` : `${runs.length} steps above`}`,
      edits: [removeInstruction(text, instruction), edit],
      safe: false,
    },
  ];
}
