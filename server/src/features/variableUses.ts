// Where an instruction reads variables: in words, flags, mounts, JSON strings, heredocs and the text of shells.

import type { Span } from '../../../shared/src/span.ts';
import type { Analysis } from '../analysis/analyze.ts';
import { flagPlaces } from '../dockerfile/flags.ts';
import type { Flag, Heredoc, Instruction, Word } from '../dockerfile/instruction.ts';
import { mountOf } from '../dockerfile/runInstruction.ts';
import { spanOf } from '../dockerfile/spans.ts';
import { type VariableReference, variableReferences } from '../dockerfile/variables.ts';
import { type ShellKind, shellVariables } from './shellText.ts';
import type { Scope, VariableDeclaration, VariableUse } from './variables.ts';

/** The declaration that gives `name` its value in this environment. */
export function lookUp(scope: Scope, name: string, env = false): VariableDeclaration | undefined {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) {
    const found = (env ? at.env : at.all).get(name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What is noted while a file is walked through. */
export interface Walk {
  readonly analysis: Analysis;
  readonly lex: { readonly escape: '\\' | '`' };
  readonly declarations: VariableDeclaration[];
  readonly uses: VariableUse[];
  readonly globals: Scope;
}

/** Where the walk is: what an instruction sees. */
export interface Place {
  scope: Scope;
  shell: ShellKind;
  /** Index of the instruction in the file. */
  index: number;
  /** True where the environment outside the file has the name, when the stage begins. */
  before: ((name: string) => boolean) | undefined;
}

function addUse(
  walk: Walk,
  place: Place,
  name: string,
  span: Span,
  whole: Span,
  by: VariableUse['by'],
  own: boolean,
  modifier: string,
): void {
  const declaration = own ? undefined : lookUp(place.scope, name, by === 'runtime');
  walk.uses.push({ name, span, whole, instruction: place.index, by, declaration, modifier });
}

export function wordUses(walk: Walk, place: Place, instruction: Instruction, word: Word): void {
  if (!word.value.includes('$')) return;
  if (instruction.json && instruction.original.slice(word.start, word.end) !== word.value) {
    const places = jsonPlaces(instruction.original, word.start, word.end);
    mappedUses(
      walk,
      place,
      instruction,
      word.value,
      places,
      variableReferences(word.value, 0, word.value.length, walk.lex),
    );
    return;
  }
  for (const reference of variableReferences(instruction.original, word.start, word.end, walk.lex))
    addReference(walk, place, instruction, reference);
}

function addReference(walk: Walk, place: Place, instruction: Instruction, reference: VariableReference): void {
  const { name, modifier } = reference;
  const span = spanOf(instruction, reference.nameStart, reference.nameEnd);
  addUse(walk, place, name, span, spanOf(instruction, reference.start, reference.end), 'build', false, modifier);
}

function mappedUses(
  walk: Walk,
  place: Place,
  instruction: Instruction,
  value: string,
  places: readonly number[],
  references: readonly VariableReference[],
): void {
  const at = (i: number): number => places[Math.min(i, places.length - 1)] as number;
  for (const { name, start, end, nameStart, nameEnd, modifier } of references) {
    // A character's end is its own: the next one may stand behind a quote.
    const span = spanOf(instruction, at(nameStart), at(nameEnd - 1) + 1);
    // A name that is written with escapes is no name that an editor could mark.
    if (span.end - span.start !== nameEnd - nameStart || value.slice(nameStart, nameEnd) !== name) continue;
    addUse(walk, place, name, span, spanOf(instruction, at(start), at(end - 1) + 1), 'build', false, modifier);
  }
}

/** For each unit of a JSON string its offset in the text; one more for the end. */
function jsonPlaces(text: string, start: number, end: number): number[] {
  const places: number[] = [];
  for (let i = start; i < end; ) {
    places.push(i);
    i += text[i] !== '\\' ? 1 : text[i + 1] === 'u' ? 6 : 2;
  }
  places.push(end);
  return places;
}

export function flagUses(walk: Walk, place: Place, instruction: Instruction, flag: Flag): void {
  if (flag.value === undefined || !flag.value.includes('$')) return;
  const { raw, value } = flag;
  const references = variableReferences(value, 0, value.length, walk.lex);
  const places = flagPlaces(instruction.original, flag, walk.lex.escape.charCodeAt(0));
  const offset = raw.length - value.length;
  const all = Array.from({ length: value.length + 1 }, (_, i) =>
    places === undefined ? flag.start + offset + i : (places[offset + i] as number),
  );
  mappedUses(walk, place, instruction, value, all, references);
}

export function mountUses(walk: Walk, place: Place, instruction: Instruction, flag: Flag): void {
  if (!flag.value?.includes('$')) return;
  const { fields } = mountOf(instruction, flag, walk.lex.escape.charCodeAt(0));
  for (const { key, value } of fields) {
    if (value === undefined || key.value.toLowerCase() === 'from' || !value.value.includes('$')) continue;
    for (const reference of variableReferences(instruction.original, value.start, value.end, walk.lex))
      addReference(walk, place, instruction, reference);
  }
}

/** The content of a heredoc of COPY or ADD: its quotes stay, and its escape is always the backslash. */
export function fileUses(walk: Walk, place: Place, heredoc: Heredoc): void {
  const { text } = walk.analysis;
  const { start, end } = heredoc.contentSpan;
  for (const found of variableReferences(text, start, end, { escape: '\\', skipProcessQuotes: true })) {
    const span = { start: found.nameStart, end: found.nameEnd };
    addUse(walk, place, found.name, span, { start: found.start, end: found.end }, 'build', false, found.modifier);
  }
}

export function heredocUses(walk: Walk, place: Place, heredoc: Heredoc, kind: ShellKind, plain: boolean): void {
  const { start, end } = heredoc.contentSpan;
  for (const found of shellVariables(walk.analysis.text, start, end, kind, plain)) {
    const span = { start: found.start, end: found.end };
    addUse(walk, place, found.name, span, span, 'shell', found.own, '');
  }
}

export function shellUses(
  walk: Walk,
  place: Place,
  instruction: Instruction,
  word: Word,
  kind: ShellKind,
  by: 'shell' | 'runtime' | 'build',
): void {
  for (const { name, start, end, own } of shellVariables(instruction.original, word.start, word.end, kind)) {
    const span = spanOf(instruction, start, end);
    addUse(walk, place, name, span, span, by, own, '');
  }
}
