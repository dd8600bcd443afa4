// The physical lines of a file, up to the length that BuildKit reads, and the state of reading them.

import type { Span } from '../../../shared/src/span.ts';
import { utf8Length } from '../go/utf8.ts';
import type { Comment, Directive, Dockerfile, Instruction, LineRange, Phase, Problem } from './instruction.ts';
import { nowhere } from './spans.ts';

export interface Reader {
  readonly text: string;
  escape: number;
  /** Where the next physical line starts. */
  pos: number;
  /** The line last read: its start, and its end without line feed and carriage returns. */
  start: number;
  end: number;
  /** How many lines BuildKit has read. */
  line: number;
  /** A line too long for BuildKit: seen inside an instruction, to be read up to the limit, or neither. */
  tooLong: 'none' | 'met' | 'reading';
  directivesDone: boolean;
  unterminated: number;
  stageSeen: boolean;
  comment: PreviousComment | undefined;
  readonly lineStarts: number[];
  readonly directives: Directive[];
  readonly comments: Comment[];
  readonly instructions: Instruction[];
  readonly parseProblems: Problem[];
  readonly instructionProblems: Problem[];
  readonly emptyContinuations: Dockerfile['emptyContinuations'][number][];
}

export interface PreviousComment {
  readonly lines: string[];
  readonly start: number;
  end: number;
}

export function newReader(text: string): Reader {
  return {
    text,
    escape: backslash,
    pos: 0,
    start: 0,
    end: 0,
    line: 0,
    tooLong: 'none',
    directivesDone: false,
    unterminated: 0,
    stageSeen: false,
    comment: undefined,
    lineStarts: [0],
    directives: [],
    comments: [],
    instructions: [],
    parseProblems: [],
    instructionProblems: [],
    emptyContinuations: [],
  };
}

/**
 * Moves to the next physical line; false at the end, and where BuildKit gives up on a line that is too long. It
 * notices that one only once, though: met inside an instruction, it then reads the line up to the limit.
 */
export function nextLine(reader: Reader, outermost: boolean): boolean {
  const { text } = reader;
  for (;;) {
    const start = reader.pos;
    if (start >= text.length) return false;
    if (reader.tooLong === 'met') {
      if (!outermost) return false;
      reader.tooLong = 'reading';
      const limit = limitOf(text, start);
      advance(reader, limit, text.indexOf('\n', start));
      return true;
    }
    if (reader.tooLong === 'reading' && !outermost) return false;
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    if (end - start > maxLineBytes / 3 && utf8Length(text.slice(start, end)) > maxLineBytes) {
      if (!outermost) {
        reader.tooLong = 'met';
        return false;
      }
      reader.start = start;
      reader.end = end;
      reader.pos = newline < 0 ? text.length : newline + 1;
      reader.lineStarts.push(...(newline < 0 ? [] : [reader.pos]));
      tooLongProblem(reader);
      reader.line++;
      continue;
    }
    advance(reader, end, newline);
    return true;
  }
}

export function advance(reader: Reader, lineEnd: number, newline: number): void {
  const { text } = reader;
  reader.start = reader.pos;
  reader.line++;
  let end = lineEnd;
  while (end > reader.start && text.charCodeAt(end - 1) === carriageReturn) end--;
  reader.end = end;
  if (newline < 0) reader.pos = text.length;
  else {
    reader.pos = newline + 1;
    reader.lineStarts.push(newline + 1);
  }
}

/** The offset of the character at which a line from `start` on reaches BuildKit's buffer of 65536 bytes. */
function limitOf(text: string, start: number): number {
  let low = start;
  let high = Math.min(start + maxLineBytes + 1, text.length);
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (utf8Length(text.slice(start, middle)) <= maxLineBytes + 1) low = middle;
    else high = middle - 1;
  }
  return low;
}

export function tooLongProblem(reader: Reader): void {
  if (reader.instructions.length === 0) noInstructions(reader);
  const summary = `dockerfile line greater than max allowed size of ${maxLineBytes}`;
  const location = { first: reader.line, last: reader.line };
  const { start, end } = reader;
  addProblem(reader, 'parse', summary, 'line-too-long', location, { start, end });
  reader.tooLong = 'none';
}

export function noInstructions(reader: Reader): void {
  const location = { first: reader.line, last: reader.line };
  addProblem(reader, 'parse', 'file with no instructions', 'no-instructions', location, nowhere);
}

export function addProblem(
  reader: Reader,
  phase: Phase,
  summary: string,
  code: string,
  location: LineRange | undefined,
  span: Span,
): void {
  const locations = location ? [location] : noLocations;
  const problem = { phase, message: summary, summary, locations, span, code };
  (phase === 'parse' ? reader.parseProblems : reader.instructionProblems).push(problem);
}

const noLocations: readonly LineRange[] = [];

/** The greatest line that BuildKit reads, in bytes, its line feed not counted. */
const maxLineBytes = 65535;

const carriageReturn = 0x0d;

export const backslash = 0x5c;
