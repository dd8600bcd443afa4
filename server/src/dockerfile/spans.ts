// Places: between an instruction's joined text and the file, and between offsets and lines.
import type { Span } from '../../../shared/src/span.ts';
import type { Dockerfile, Piece } from './instruction.ts';

/** What has a joined text made of pieces of the file: an instruction. */
interface Pieced {
  readonly original: string;
  readonly pieces: readonly Piece[];
}

/** The place of what stands nowhere in the file. */
export const nowhere: Span = { start: 0, end: 0 };

/** The characters of the file that a word of an instruction stands for. */
export function wordSpan(instruction: Pieced, word: Span): Span {
  return spanOf(instruction, word.start, word.end);
}

/** The characters of the file that `original[start, end)` stands for, what continuations put between included. */
export function spanOf(instruction: Pieced, start: number, end: number): Span {
  const { pieces } = instruction;
  const first = pieces[0] as Piece;
  if (pieces.length === 1) return { start: first.source + start, end: first.source + Math.max(start, end) };
  const from = pieceAt(pieces, start);
  const startSource = from.source + start - from.at;
  if (end <= start) return { start: startSource, end: startSource };
  // The end belongs to the last character, so that a span does not reach over a continuation for nothing.
  const to = pieceAt(pieces, end - 1);
  return { start: startSource, end: to.source + end - to.at };
}

/**
 * The offset in `original` of the character at `textOffset`; between two pieces (in a continuation or a comment) that
 * of the next. Undefined before the first and after the last character.
 */
export function originalOffset(instruction: Pieced, textOffset: number): number | undefined {
  const { pieces, original } = instruction;
  let low = 0;
  let high = pieces.length - 1;
  if (textOffset < (pieces[0] as Piece).source) return undefined;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((pieces[middle] as Piece).source <= textOffset) low = middle;
    else high = middle - 1;
  }
  const piece = pieces[low] as Piece;
  const next = pieces[low + 1];
  const offset = piece.at + textOffset - piece.source;
  if (next) return Math.min(offset, next.at);
  return offset <= original.length ? offset : undefined;
}

/** The 1-based line of an offset into the text. */
export function lineOf(dockerfile: Pick<Dockerfile, 'lineStarts'>, offset: number): number {
  const { lineStarts } = dockerfile;
  let low = 0;
  let high = lineStarts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((lineStarts[middle] as number) <= offset) low = middle;
    else high = middle - 1;
  }
  return low + 1;
}

/** The piece that holds the character at `offset`; the last one for the end. */
function pieceAt(pieces: readonly Piece[], offset: number): Piece {
  let low = 0;
  let high = pieces.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((pieces[middle] as Piece).at <= offset) low = middle;
    else high = middle - 1;
  }
  return pieces[low] as Piece;
}
