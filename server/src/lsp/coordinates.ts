// Positions of the protocol (line and character, in the encoding that was agreed on) to offsets of the text and back.
import type { Position, Range } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Span } from '../../../shared/src/span.ts';

export type Encoding = 'utf-16' | 'utf-8' | 'utf-32';

/** The encoding to use with a client: what it prefers among those we know. */
export function chooseEncoding(offered: readonly string[] | undefined): Encoding {
  return (
    ((offered ?? []).find((name) => name === 'utf-16' || name === 'utf-8' || name === 'utf-32') as Encoding) ?? 'utf-16'
  );
}

/** Both directions for one state of a text. Positions that do not exist are moved to the nearest that does. */
export interface Coordinates {
  offsetAt(position: Position): number;
  positionAt(offset: number): Position;
  spanOf(range: Range): Span;
  rangeOf(span: Span): Range;
}

export function coordinatesOf(text: TextDocument, encoding: Encoding): Coordinates {
  const measure = encoding === 'utf-16' ? undefined : unitsOf(text, encoding);
  const offsetAt = (position: Position): number => {
    const line = whole(position?.line);
    if (measure === undefined) return text.offsetAt({ line, character: whole(position?.character) });
    const start = text.offsetAt({ line, character: 0 });
    const end = text.offsetAt({ line, character: Number.MAX_SAFE_INTEGER });
    return measure.offset(start, end, whole(position?.character));
  };
  const positionAt = (offset: number): Position => {
    const position = text.positionAt(offset);
    if (measure === undefined || position.character === 0) return position;
    return {
      line: position.line,
      character: measure.units(text.offsetAt({ line: position.line, character: 0 }), position.character),
    };
  };
  return {
    offsetAt,
    positionAt,
    spanOf: (range) => {
      const a = offsetAt(range?.start);
      const b = offsetAt(range?.end);
      return { start: Math.min(a, b), end: Math.max(a, b) };
    },
    rangeOf: (span) => ({ start: positionAt(span.start), end: positionAt(span.end) }),
  };
}

/** A count that a client may send as anything: no less than 0, no fraction, no NaN. */
function whole(value: unknown): number {
  if (typeof value !== 'number' || !(value > 0)) return 0;
  return Math.min(Math.floor(value), Number.MAX_SAFE_INTEGER);
}

/**
 * Counts bytes or code points within a line. It goes on from the last place it was asked about, because callers
 * ask for one place after the other: a long line is then walked once, not once for each of its words.
 */
function unitsOf(document: TextDocument, encoding: 'utf-8' | 'utf-32') {
  const text = document.getText();
  let line = -1;
  let at = 0;
  let count = 0;
  const sizeAt = (i: number): { length: number; units: number } => {
    const code = text.codePointAt(i) as number;
    const length = code > 0xffff ? 2 : 1;
    if (encoding === 'utf-32') return { length, units: 1 };
    return { length, units: code < 0x80 ? 1 : code < 0x800 ? 2 : code > 0xffff ? 4 : 3 };
  };
  const seek = (start: number, before: (at: number, count: number) => boolean) => {
    if (line !== start || before(at, count)) {
      line = start;
      at = start;
      count = 0;
    }
  };
  return {
    /** Units between the start of a line and `character` UTF-16 units further. */
    units(start: number, character: number): number {
      const goal = start + character;
      seek(start, (now) => now > goal);
      while (at < goal) {
        const { length, units } = sizeAt(at);
        if (at + length > goal) break;
        at += length;
        count += units;
      }
      return count;
    },
    /** The offset that stands `wanted` units after the start of a line; within a character, that character's start. */
    offset(start: number, end: number, wanted: number): number {
      seek(start, (_, now) => now > wanted);
      while (at < end) {
        const { length, units } = sizeAt(at);
        if (count + units > wanted) break;
        at += length;
        count += units;
      }
      return at;
    },
  };
}
