// Where stages are named: in FROM ... AS, FROM base, COPY --from and RUN --mount from=, resolved as BuildKit resolves them.
import type { Span } from '../../../shared/src/span.ts';
import type { Analysis } from '../analysis/analyze.ts';
import type { Stage } from '../compile/stage.ts';
import { flagPlaces } from '../dockerfile/flags.ts';
import type { Flag, Instruction, Word } from '../dockerfile/instruction.ts';
import { mountOf } from '../dockerfile/runInstruction.ts';
import { spanOf } from '../dockerfile/spans.ts';
import { atoi, toLower } from '../go/text.ts';
import { instructionAt, once, placeOf, type Section, sectionsOf } from './sections.ts';
import { descriptionOf } from './variables.ts';

/** A place that means a stage. */
export interface StageReference {
  readonly stage: Stage;
  readonly span: Span;
  /** Index of the instruction. */
  readonly instruction: number;
  readonly kind: 'name' | 'base' | 'copy' | 'mount' | 'description';
  /** What stands there: the stage's name, its index, or a variable that leads to it. */
  readonly by: 'name' | 'index' | 'variable';
}

/** The value of `--from` or `from=`, whatever it means. */
export interface FromValue {
  readonly kind: 'copy' | 'mount';
  readonly value: string;
  readonly span: Span;
  /** Index of the instruction. */
  readonly instruction: number;
  /** The stage of the file that it means; undefined for an image, a named context, or nothing. */
  readonly stage: Stage | undefined;
}

export interface StageNames {
  readonly references: readonly StageReference[];
  readonly fromValues: readonly FromValue[];
}

export const stageNamesOf: (analysis: Analysis) => StageNames = once((analysis) => {
  const references: StageReference[] = [];
  const fromValues: FromValue[] = [];
  const { instructions } = analysis.dockerfile;
  for (const section of sectionsOf(analysis).all) {
    readFrom(analysis, section, references);
    for (let i = section.first + 1; i < section.end; i++) {
      const instruction = instructions[i] as Instruction;
      if (instruction.flags.length > 0) readFlags(analysis, instruction, i, fromValues);
      if (instruction.kind === 'onbuild' && instruction.trigger)
        readTrigger(analysis, section, instruction.trigger, i, fromValues);
    }
  }
  for (const { kind, span, instruction, stage, value } of fromValues)
    if (stage)
      references.push({ stage, span, instruction, kind, by: toLower(value) === stage.name ? 'name' : 'index' });
  return { references: references.sort((a, b) => a.span.start - b.span.start), fromValues };
});

/** False where surely no stage is named: then nobody need look through the whole file. */
export function mayNameStage(analysis: Analysis, offset: number): boolean {
  const instruction = analysis.dockerfile.instructions[instructionAt(analysis, offset)];
  if (instruction === undefined || /^(from|onbuild)$/i.test(instruction.keyword)) return true;
  return instruction.flags.some(
    ({ name, value }) => name === 'from' || (name === 'mount' && /from/i.test(value ?? '')),
  );
}

/** What `--from=value` means: a stage of the file, or undefined. */
export function stageNamed(analysis: Analysis, value: string): Stage | undefined {
  const number = atoi(value);
  const found = 'value' in number ? analysis.stages[number.value] : analysis.compilation.byName.get(toLower(value));
  return found?.hidden ? undefined : found;
}

function readFrom(analysis: Analysis, section: Section, references: StageReference[]): void {
  const { stage } = section;
  const index = section.first;
  const instruction = analysis.dockerfile.instructions[index] as Instruction;
  if (instruction.kind === 'from' && stage !== undefined && instruction.nameWord !== undefined) {
    references.push({
      stage,
      span: placeOf(instruction, instruction.nameWord),
      instruction: index,
      kind: 'name',
      by: 'name',
    });
    const description = descriptionOf(analysis, instruction, stage.name);
    if (description) references.push({ stage, span: description, instruction: index, kind: 'description', by: 'name' });
  }
  const [base] = instruction.args;
  if (base === undefined) return;
  const found = instruction.kind === 'from' ? stage?.base : earlierStage(analysis, section, base.value);
  if (found === undefined || found.hidden) return;
  const by = base.value === found.name ? 'name' : 'variable';
  references.push({ stage: found, span: placeOf(instruction, base), instruction: index, kind: 'base', by });
}

/** The last stage of that name before the section. BuildKit compares with case here. */
function earlierStage(analysis: Analysis, section: Section, name: string): Stage | undefined {
  const { all } = sectionsOf(analysis);
  for (let i = section.index - 1; i >= 0; i--) {
    const stage = (all[i] as Section).stage;
    if (stage !== undefined && stage.name === name) return stage;
  }
  return undefined;
}

function readTrigger(
  analysis: Analysis,
  section: Section,
  trigger: Instruction,
  index: number,
  found: FromValue[],
): void {
  // A trigger runs where the stage is a base. Only a stage of this file can mean a stage of this file.
  const used = analysis.stages.some((stage) => stage.base !== undefined && stage.base === section.stage);
  const from = found.length;
  readFlags(analysis, trigger, index, found);
  if (!used) for (let i = from; i < found.length; i++) found[i] = { ...(found[i] as FromValue), stage: undefined };
}

function readFlags(analysis: Analysis, instruction: Instruction, index: number, found: FromValue[]): void {
  const keyword = instruction.keyword.toLowerCase();
  if (keyword !== 'copy' && keyword !== 'run') return;
  for (const flag of instruction.flags) {
    if (flag.value === undefined || flag.value === '') continue;
    if (keyword === 'copy' && flag.name === 'from') {
      const span = flagValueSpan(analysis, instruction, flag);
      found.push({
        kind: 'copy',
        value: flag.value,
        span,
        instruction: index,
        stage: stageNamed(analysis, flag.value),
      });
    }
    if (keyword === 'run' && flag.name === 'mount') {
      for (const { key, value } of mountOf(instruction, flag, escapeCode(analysis)).fields)
        if (value !== undefined && value.value !== '' && toLower(key.value) === 'from')
          found.push(mountFrom(analysis, instruction, value, index));
    }
  }
}

function mountFrom(
  analysis: Analysis,
  instruction: Instruction,
  { value, start, end }: Word,
  index: number,
): FromValue {
  const stage = analysis.compilation.byName.get(toLower(value));
  return {
    kind: 'mount',
    value,
    span: spanOf(instruction, start, end),
    instruction: index,
    stage: stage?.hidden ? undefined : stage,
  };
}

/** The value without the quotes around it. */
export function flagValueSpan(analysis: Analysis, instruction: Instruction, flag: Flag): Span {
  const places = flagPlaces(instruction.original, flag, escapeCode(analysis));
  if (places === undefined) return spanOf(instruction, flag.valueStart, flag.valueEnd);
  const from = flag.raw.length - (flag.value ?? '').length;
  const start = places[from] ?? flag.valueStart;
  const last = places[flag.raw.length - 1];
  return spanOf(instruction, start, last === undefined || last < start ? flag.valueEnd : last + 1);
}

function escapeCode(analysis: Analysis): number {
  return analysis.dockerfile.escape.charCodeAt(0);
}
