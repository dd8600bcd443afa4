// What each stage reads from others: COPY --from, RUN --mount from=, and whether that leads in a circle.
import type { Span } from '../../../shared/src/span.ts';
import type { Instruction, LineRange } from '../dockerfile/instruction.ts';
import { processWord } from '../dockerfile/shell.ts';
import { atoi, toLower } from '../go/text.ts';
import { emptyEnv } from '../llb/env.ts';
import { type Compilation, envOf, fail } from './compilation.ts';
import { Failure, failureOf, refuse } from './failure.ts';
import type { ParsedStage } from './parsedStages.ts';
import { type Command, newStage, noLines, placeIn, type Stage, stageLines } from './stage.ts';
import { addStage } from './stages.ts';

export function buildDependencies(c: Compilation, parsed: readonly ParsedStage[]): void {
  // Hidden stages come after those of the file.
  for (const [i, { instructions }] of parsed.entries()) {
    const stage = c.stages[i] as Stage;
    for (const { instruction, index } of instructions) {
      const command = newCommand(c, stage, instruction, index);
      if (!command) continue;
      stage.commands.push(command);
      addDependencies(c, stage, command);
    }
  }
}

export function addDependencies(c: Compilation, stage: Stage, command: Command): void {
  for (const source of command.sources) {
    stage.deps.set(source, command);
    if (source.index < 0) addStage(c, source);
  }
}

/**
 * A command of the stage, for a trigger placed at its FROM; new hidden stages that it reads are not yet registered.
 * Undefined where it is refused.
 */
export function newCommand(
  c: Compilation,
  stage: Stage,
  instruction: Instruction,
  index: number,
  isOnBuild = false,
): Command | undefined {
  const lines = isOnBuild ? stageLines(stage) : instruction.lines;
  const command = {
    instruction,
    index,
    lines,
    span: isOnBuild ? stage.span : instruction.span,
    sources: noStages,
    isOnBuild,
  };
  if (instruction.kind !== 'copy' && instruction.kind !== 'run') return command;
  const failure = failureOf(() => {
    command.sources = readSources(c, command);
  });
  if (!failure) return command;
  fail(c, failure, isOnBuild ? [lines] : []);
  stage.uncertain = true;
  return undefined;
}

function readSources(c: Compilation, command: Command): readonly Stage[] {
  const { instruction } = command;
  const sourceOf = (name: string, location: LineRange, span: Span): Stage =>
    c.byName.get(toLower(name)) ?? newStage(undefined, command.index, name, [location], span);
  if (instruction.kind === 'copy' && instruction.from.value !== '') {
    const name = instruction.from.value;
    const span = placeIn(command, instruction.from);
    const word = processWord(name, envOf(emptyEnv), c.lex);
    if (word.error !== undefined) refuse(word.error, 'bad-substitution', span);
    if (word.result !== name)
      refuse(
        'variable expansion is not supported for --from, define a new stage with FROM using ARG from global scope as a workaround',
        'variable-in-from',
        span,
      );
    const number = atoi(name);
    if ('error' in number) return [sourceOf(name, command.lines, span)];
    return [c.stages[number.value] ?? refuse(`invalid stage index ${number.value}`, 'bad-stage-index', span)];
  }
  if (instruction.kind !== 'run') return noStages;
  return instruction.mounts.map(({ flag, fields }) => {
    const from = fields.findLast(({ key, value }) => value && toLower(key.value) === 'from')?.value?.value || 'scratch';
    return sourceOf(from, noLines, placeIn(command, flag));
  });
}

const noStages: readonly Stage[] = [];

/** Reports the first circle among the stages. An explicit path: chains of stages may be longer than the host's stack. */
export function findCycle(c: Compilation): void {
  const visited = new Set<Stage>();
  for (const start of c.stages) {
    if (visited.has(start) || start.deps.size === 0) continue;
    const path: { stage: Stage; dependencies: IterableIterator<[Stage, Command]>; by: Command | undefined }[] = [];
    const onPath = new Set<Stage>();
    const enter = (stage: Stage, by: Command | undefined): void => {
      visited.add(stage);
      onPath.add(stage);
      path.push({ stage, dependencies: stage.deps.entries(), by });
    };
    enter(start, undefined);
    while (path.length > 0) {
      const top = path[path.length - 1] as (typeof path)[number];
      const next = top.dependencies.next();
      if (next.done === true) {
        onPath.delete(top.stage);
        path.pop();
        continue;
      }
      const [stage, command] = next.value;
      if (onPath.has(stage)) {
        const commands = [...path.flatMap(({ by }) => by ?? []), command];
        fail(
          c,
          new Failure(`circular dependency detected on stage: ${start.stageName}`, 'circular-dependency', command.span),
          commands.map(({ lines }) => lines),
        );
        return;
      }
      if (!visited.has(stage)) enter(stage, command);
    }
  }
}
