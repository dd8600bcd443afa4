// What each stage reads from others: COPY --from, RUN --mount from=, and whether that leads in a circle.
import type { Span } from '../../../shared/src/span.ts';
import type { Instruction, LineRange } from '../dockerfile/instruction.ts';
import { processWord } from '../dockerfile/shell.ts';
import { spanOf } from '../dockerfile/spans.ts';
import { atoi, toLower } from '../go/text.ts';
import { emptyEnv } from '../llb/env.ts';
import { type Compilation, envOf, fail } from './compilation.ts';
import type { ParsedStage } from './parsedStages.ts';
import { type Command, newStage, noLines, type Stage } from './stage.ts';
import { addStage } from './stages.ts';

export function buildDependencies(c: Compilation, parsed: readonly ParsedStage[]): void {
  const count = c.stages.length;
  for (let i = 0; i < count; i++) {
    const stage = c.stages[i] as Stage;
    for (const { instruction, index } of (parsed[i] as ParsedStage).instructions) {
      const sources = readSources(c, stage, instruction, index, instruction.lines, instruction.span);
      if (typeof sources === 'string') continue;
      const command = {
        instruction,
        index,
        lines: instruction.lines,
        span: instruction.span,
        sources,
        isOnBuild: false,
      };
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

/** The stages that an instruction reads from; new hidden ones are not yet registered. A string where it is refused. */
export function readSources(
  c: Compilation,
  stage: Stage,
  instruction: Instruction,
  index: number,
  lines: LineRange,
  outerSpan: Span,
): readonly Stage[] | string {
  const reads =
    instruction.kind === 'run'
      ? instruction.mounts.length > 0
      : instruction.kind === 'copy' && instruction.from.value !== '';
  if (!reads) return noStages;
  const hidden = (baseName: string, locations: readonly LineRange[], span: Span): Stage =>
    newStage({ from: undefined, instruction: index, baseName, name: '', stageName: '', locations, span });
  const refuse = (message: string, span: Span, code: string, suggestion?: string): string => {
    fail(c, message, { locations: [], span, code, ...(suggestion === undefined ? {} : { suggestion }) });
    stage.uncertain = true;
    return message;
  };
  if (instruction.kind === 'copy') {
    const name = instruction.from.value;
    const span =
      lines === instruction.lines ? spanOf(instruction, instruction.from.start, instruction.from.end) : outerSpan;
    const word = processWord(name, envOf(emptyEnv), c.lex);
    if (word.error !== undefined) return refuse(word.error, span, 'bad-substitution');
    if (word.result !== name)
      return refuse(
        'variable expansion is not supported for --from, define a new stage with FROM using ARG from global scope as a workaround',
        span,
        'variable-in-from',
      );
    const number = atoi(name);
    if ('value' in number) {
      const found = c.stages[number.value];
      return found === undefined ? refuse(`invalid stage index ${number.value}`, span, 'bad-stage-index') : [found];
    }
    return [c.byName.get(toLower(name)) ?? hidden(name, [lines], span)];
  }
  if (instruction.kind === 'run') {
    return instruction.mounts.map(({ flag, fields }) => {
      const from =
        fields.findLast(({ key, value }) => value && toLower(key.value) === 'from')?.value?.value || 'scratch';
      const span = lines === instruction.lines ? spanOf(instruction, flag.start, flag.end) : outerSpan;
      return c.byName.get(toLower(from)) ?? hidden(from, [noLines], span);
    });
  }
  return noStages;
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
        const commands = [...path.flatMap((step) => (step.by === undefined ? [] : [step.by])), command];
        fail(c, `circular dependency detected on stage: ${start.stageName}`, {
          locations: commands.map((each) => each.lines),
          span: command.span,
          code: 'circular-dependency',
        });
        return;
      }
      if (!visited.has(stage)) enter(stage, command);
    }
  }
}
