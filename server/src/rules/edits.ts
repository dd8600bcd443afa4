// Edits of a text, and the few of them that many fixes are made of.
import type { Span } from '../../../shared/src/span.ts';
import type { Instruction, InstructionBase } from '../dockerfile/instruction.ts';
import { spanOf } from '../dockerfile/spans.ts';

/** Puts `text` in place of `span`. */
export interface Edit {
  readonly span: Span;
  readonly text: string;
}

/** The text after all edits; they must not overlap (`mergeEdits`). */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  let result = '';
  let at = 0;
  for (const edit of [...edits].sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end)) {
    result += text.slice(at, edit.span.start) + edit.text;
    at = edit.span.end;
  }
  return result + text.slice(at);
}

/** The edits of several fixes as one list: a fix that touches what an earlier one changes is left out, unless both do the same. */
export function mergeEdits(fixes: readonly (readonly Edit[])[]): {
  readonly edits: readonly Edit[];
  readonly taken: readonly number[];
} {
  const edits: Edit[] = [];
  const taken: number[] = [];
  for (const [index, fix] of fixes.entries()) {
    const fresh: Edit[] = [];
    let fits = true;
    for (const edit of fix) {
      const at = placeIn(edits, edit.span.start);
      const near = [edits[at - 1], edits[at], edits[at + 1]];
      if (near.some((other) => other !== undefined && same(edit, other))) continue;
      fits &&= !near.some((other) => other !== undefined && touch(edit.span, other.span));
      fresh.push(edit);
    }
    if (!fits) continue;
    for (const edit of fresh) edits.splice(placeIn(edits, edit.span.start), 0, edit);
    taken.push(index);
  }
  return { edits, taken };
}

/** The index of the first edit that starts at or behind `start`; they are in order and none touches another. */
function placeIn(edits: readonly Edit[], start: number): number {
  let low = 0;
  let high = edits.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((edits[middle] as Edit).span.start < start) low = middle + 1;
    else high = middle;
  }
  return low;
}

function same(a: Edit, b: Edit): boolean {
  return a.span.start === b.span.start && a.span.end === b.span.end && a.text === b.text;
}

/** Two insertions at one place touch too: their order would be open. */
function touch(a: Span, b: Span): boolean {
  return a.start <= b.end && b.start <= a.end;
}

/** The line end that the file uses, by its first line. */
export function lineEnd(text: string): '\n' | '\r\n' {
  const newline = text.indexOf('\n');
  return newline > 0 && text[newline - 1] === '\r' ? '\r\n' : '\n';
}

/** The offset at which the line of `offset` starts. */
export function lineStart(text: string, offset: number): number {
  return offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1;
}

/** A line of its own above an instruction, below its comments, indented as it is. */
export function insertAbove(text: string, instruction: InstructionBase, line: string): Edit {
  const { start } = instruction.span;
  const from = lineStart(text, start);
  const indent = text.slice(text.charCodeAt(from) === 0xfeff ? from + 1 : from, start);
  return { span: { start, end: start }, text: `${line}${lineEnd(text)}${indent}` };
}

/** A line of its own below an instruction, heredocs included. */
export function insertBelow(text: string, instruction: InstructionBase, line: string): Edit {
  const { end } = instruction.span;
  return { span: { start: end, end }, text: `${lineEnd(text)}${line}` };
}

/** Takes out whole lines: the instruction with its heredocs and line end. Comments above stay unless `comments`. */
export function removeInstruction(text: string, instruction: InstructionBase, comments = false): Edit {
  const first = comments ? (instruction.commentSpan?.start ?? instruction.span.start) : instruction.span.start;
  let start = lineStart(text, first);
  if (text.charCodeAt(start) === 0xfeff) start++;
  let { end } = instruction.span;
  while (end < text.length && text[end] === '\r') end++;
  if (text[end] === '\n') return { span: { start, end: end + 1 }, text: '' };
  // The last line has no end of its own: that of the line before goes.
  if (start > 0 && text[start - 1] === '\n') start -= text[start - 2] === '\r' ? 2 : 1;
  return { span: { start, end }, text: '' };
}

/** Takes out a flag with the blanks behind it. */
export function removeFlag(text: string, instruction: Instruction, start: number, end: number): Edit {
  const span = spanOf(instruction, start, end);
  let after = span.end;
  while (text[after] === ' ' || text[after] === '\t') after++;
  return { span: { start: span.start, end: after }, text: '' };
}
