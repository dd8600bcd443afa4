// Where things are in a file: which instruction is at an offset, and which stage an instruction belongs to.
import type { Span } from '../../../shared/src/span.ts';
import type { Analysis } from '../analysis/analyze.ts';
import type { Stage } from '../compile/stage.ts';
import type { Instruction, InstructionBase, Word } from '../dockerfile/instruction.ts';
import { spanOf } from '../dockerfile/spans.ts';

/** What stands before the first FROM, or a FROM and what follows it. A FROM that BuildKit refuses opens one too. */
export interface Section {
  /** -1 for what stands before the first FROM. */
  readonly index: number;
  /** Undefined where there is no FROM, or one that BuildKit refuses. */
  readonly stage: Stage | undefined;
  /** Indexes of instructions: `first` is the FROM, `end` is not part of it. */
  readonly first: number;
  readonly end: number;
}

export interface Sections {
  /** What stands before the first FROM. */
  readonly globals: Section;
  readonly all: readonly Section[];
  /** By the index of an instruction. */
  readonly of: readonly Section[];
}

/** One memory for each analysis: what is asked again and again is made once. */
export function once<T>(make: (analysis: Analysis) => T): (analysis: Analysis) => T {
  const made = new WeakMap<Analysis, T>();
  return (analysis) => {
    let value = made.get(analysis);
    if (value === undefined) {
      value = make(analysis);
      made.set(analysis, value);
    }
    return value;
  };
}

export const sectionsOf: (analysis: Analysis) => Sections = once((analysis) => {
  const { instructions } = analysis.dockerfile;
  const stages = new Map<number, Stage>();
  for (const stage of analysis.stages) if (!stage.hidden) stages.set(stage.instruction, stage);
  const starts: number[] = [];
  for (let i = 0; i < instructions.length; i++) if (isFrom(instructions[i] as Instruction)) starts.push(i);
  const globals: Section = { index: -1, stage: undefined, first: 0, end: starts[0] ?? instructions.length };
  const all = starts.map((first, index): Section => {
    return { index, stage: stages.get(first), first, end: starts[index + 1] ?? instructions.length };
  });
  const of: Section[] = [];
  for (const section of [globals, ...all]) for (let i = section.first; i < section.end; i++) of.push(section);
  return { globals, all, of };
});

/** The section of each stage of the file. */
export const sectionOfStage: (analysis: Analysis) => ReadonlyMap<Stage, Section> = once((analysis) => {
  const found = new Map<Stage, Section>();
  for (const section of sectionsOf(analysis).all) if (section.stage) found.set(section.stage, section);
  return found;
});

function isFrom(instruction: Instruction): boolean {
  return instruction.keyword.length === 4 && instruction.keyword.toUpperCase() === 'FROM';
}

/** The index of the instruction that holds `offset`, its end included; -1 where none does. */
export function instructionAt(analysis: Analysis, offset: number): number {
  const index = instructionBefore(analysis, offset);
  return index >= 0 && offset <= (analysis.dockerfile.instructions[index] as Instruction).span.end ? index : -1;
}

/** The index of the last instruction that starts at or before `offset`; -1 where none does. */
export function instructionBefore(analysis: Analysis, offset: number): number {
  const { instructions } = analysis.dockerfile;
  let low = 0;
  let high = instructions.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((instructions[middle] as Instruction).span.start <= offset) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** From the FROM to the end of the last instruction. */
export function sectionSpan(analysis: Analysis, section: Section): Span {
  const { instructions } = analysis.dockerfile;
  const first = instructions[section.first] as Instruction;
  return { start: first.span.start, end: (instructions[section.end - 1] as Instruction).span.end };
}

/** The trigger of an ONBUILD, else the instruction itself. */
export function innermost(instruction: Instruction): Instruction {
  let found = instruction;
  while (found.kind === 'onbuild' && found.trigger !== undefined) found = found.trigger;
  return found;
}

/** The place of a word in the file. */
export function placeOf(instruction: InstructionBase, word: Pick<Word, 'start' | 'end'>): Span {
  return spanOf(instruction, word.start, word.end);
}

/** The characters of the file that `original[start, end)` stands for, without what continuations put between. */
export function segmentsOf(instruction: InstructionBase, start: number, end: number): Span[] {
  const { pieces } = instruction;
  if (pieces.length === 1) return [spanOf(instruction, start, end)];
  const found: Span[] = [];
  let low = 0;
  let high = pieces.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((pieces[middle] as { at: number }).at <= start) low = middle;
    else high = middle - 1;
  }
  for (let i = low; i < pieces.length; i++) {
    const piece = pieces[i] as { at: number; source: number };
    if (piece.at >= end) break;
    const from = Math.max(start, piece.at);
    const to = Math.min(end, pieces[i + 1]?.at ?? end);
    if (to > from) found.push({ start: piece.source + from - piece.at, end: piece.source + to - piece.at });
  }
  return found;
}

/** True where `offset` is in the span or at its end: where an editor's cursor touches it. */
export function touches(span: Span, offset: number): boolean {
  return offset >= span.start && offset <= span.end;
}
