// Reads a whole Dockerfile: lines, continuations, comments, heredocs, and every problem in BuildKit's order.
import { trimSpace } from '../go/text.ts';
import { skipSpace } from '../go/unicode.ts';
import { decodeUtf8, encodeUtf8 } from '../go/utf8.ts';
import { readDirectiveLine } from './directives.ts';
import { readHeredocs } from './heredocBodies.ts';
import type { Dockerfile, Heredoc, Instruction, InstructionBase, Piece } from './instruction.ts';
import type { InstructionError } from './instructionErrors.ts';
import { broken, readInstruction } from './instructions.ts';
import { type Line, readLine } from './lineParsers.ts';
import { addProblem, backslash, newReader, nextLine, noInstructions, type Reader, tooLongProblem } from './lines.ts';
import { nowhere, spanOf, wordSpan } from './spans.ts';
import { argsOf } from './triggers.ts';

/** Reads `text`. Never fails: what is wrong is in `problems`, the error that BuildKit stops at first. */
export function readDockerfile(text: string): Dockerfile {
  return readText(text, false);
}

/** `inStage`: the text stands inside a stage whose FROM is elsewhere. */
function readText(text: string, inStage: boolean): Dockerfile {
  const reader = newReader(text);
  reader.stageSeen = inStage;
  readAll(reader);
  const { parseProblems, instructionProblems } = reader;
  return {
    text,
    escape: reader.escape === backslash ? '\\' : '`',
    directives: reader.directives,
    comments: reader.comments,
    instructions: reader.instructions,
    problems: instructionProblems.length === 0 ? parseProblems : parseProblems.concat(instructionProblems),
    emptyContinuations: reader.emptyContinuations,
    lineStarts: reader.lineStarts,
  };
}

/** What an ONBUILD trigger out of an image's config says. */
export interface Trigger {
  /** The one instruction, undefined where the text does not hold exactly one that can be read. */
  readonly instruction: Instruction | undefined;
  /** BuildKit's error text, as it says it of a trigger, undefined where the trigger is good. */
  readonly error: string | undefined;
  /** The trigger's text as a file: what its places refer to. */
  readonly file: Dockerfile;
}

/** Reads a trigger as BuildKit does when an image that has it is a base. */
export function readTrigger(expression: string): Trigger {
  const file = readText(expression === '' ? '\n' : expression, true);
  const parseProblem = file.problems.find((problem) => problem.phase === 'parse');
  if (parseProblem) return { instruction: undefined, error: parseProblem.message, file };
  const [instruction] = file.instructions;
  if (instruction === undefined || file.instructions.length !== 1)
    return { instruction: undefined, error: 'onbuild trigger should be a single expression', file };
  const problem = file.problems[0];
  if (problem) return { instruction, error: problem.summary, file };
  if (instruction.kind === 'from') return { instruction, error: '*instructions.Stage is not a command type', file };
  return { instruction, error: undefined, file };
}

const hash = 0x23;

const noComments: readonly string[] = [];
const noHeredocs: readonly Heredoc[] = [];

function readAll(reader: Reader): void {
  const { text } = reader;
  if (text === '') {
    addProblem(reader, 'parse', 'the Dockerfile cannot be empty', 'empty-file', undefined, nowhere);
    return;
  }
  while (nextLine(reader, true)) {
    let start = reader.start;
    if (start === 0 && text.charCodeAt(0) === 0xfeff) start = 1;
    const { end } = reader;
    const first = skipSpace(text, start, end);
    const isComment = first < end && text.charCodeAt(first) === hash;
    if (isComment) readComment(reader, start, first, end);
    else {
      reader.directivesDone = true;
      if (first < end) readLogicalLine(reader, first);
    }
    if (reader.tooLong === 'reading') tooLongProblem(reader);
  }
  if (reader.instructions.length === 0) noInstructions(reader);
}

/** A comment line outside of instructions: perhaps a directive, else it may describe the next instruction. */
function readComment(reader: Reader, start: number, first: number, end: number): void {
  const { text } = reader;
  const comment = commentText(text, start, first, end);
  if (!reader.directivesDone && readDirective(reader, first, end)) return;
  reader.comments.push({ span: { start: first, end } });
  if (comment === '') reader.comment = undefined;
  else if (reader.comment) {
    reader.comment.lines.push(comment);
    reader.comment.end = end;
  } else reader.comment = { lines: [comment], start: first, end };
}

/** BuildKit drops the first byte of the line, be it the `#` or white space in front. */
function commentText(text: string, start: number, first: number, end: number): string {
  if (first === start) return trimSpace(text.slice(first + 1, end));
  if (text.charCodeAt(start) < 0x80) return trimSpace(text.slice(start + 1, end));
  return trimSpace(decodeUtf8(encodeUtf8(text.slice(start, end)).subarray(1)));
}

function readDirective(reader: Reader, start: number, end: number): boolean {
  const { text } = reader;
  const read = readDirectiveLine(text, start, end, '#');
  if (!read) {
    reader.directivesDone = true;
    return false;
  }
  const { name, nameStart, nameEnd, valueStart, valueEnd } = read;
  // BuildKit has not counted this line yet.
  const location = { first: reader.line - 1, last: reader.line - 1 };
  if (reader.directives.some((directive) => directive.name === name)) {
    const summary = `only one ${name} parser directive can be used`;
    addProblem(reader, 'parse', summary, 'duplicate-directive', location, { start, end });
    return true;
  }
  const value = text.slice(valueStart, valueEnd);
  const valueSpan = { start: valueStart, end: valueEnd };
  reader.directives.push({
    name,
    value,
    line: reader.line,
    span: { start, end },
    nameSpan: { start: nameStart, end: nameEnd },
    valueSpan,
  });
  if (name === 'escape') {
    if (value === '\\' || value === '`') reader.escape = value.charCodeAt(0);
    else {
      const summary = `invalid escape token '${value}' does not match \` or \\`;
      addProblem(reader, 'parse', summary, 'invalid-escape', location, valueSpan);
    }
  }
  return true;
}

/** The content's end before a continuation at the end of `text[start, end)`; -1 where there is none. */
function continuationAt(text: string, start: number, end: number, escapeCode: number): number {
  let i = end - 1;
  while (i >= start) {
    const code = text.charCodeAt(i);
    if (code !== 0x20 && code !== 0x09) break;
    i--;
  }
  if (i < start || text.charCodeAt(i) !== escapeCode) return -1;
  return i === start || text.charCodeAt(i - 1) !== escapeCode ? i : -1;
}

/** An instruction that starts at `first` on the current line. */
function readLogicalLine(reader: Reader, first: number): void {
  const { text, escape: escapeCode } = reader;
  const startLine = reader.line;
  let end = reader.end;
  const pieces: Piece[] = [{ at: 0, source: first }];
  let contentEnd = continuationAt(text, first, end, escapeCode);
  let original = text.slice(first, contentEnd < 0 ? end : contentEnd);
  let torn = false;
  if (contentEnd >= 0) {
    let emptyLines: { start: number; end: number }[] | undefined;
    while (contentEnd >= 0 && nextLine(reader, false)) {
      const { start } = reader;
      end = reader.end;
      const content = skipSpace(text, start, end);
      if (content === end) {
        emptyLines ??= [];
        emptyLines.push({ start, end });
        continue;
      }
      if (text.charCodeAt(content) === hash) {
        reader.comments.push({ span: { start: content, end } });
        continue;
      }
      contentEnd = continuationAt(text, start, end, escapeCode);
      const pieceEnd = contentEnd < 0 ? end : contentEnd;
      if (pieceEnd > start) {
        // A piece without characters is of no use to anyone.
        if (original.length === (pieces[pieces.length - 1] as Piece).at) pieces.pop();
        torn ||= isRawByte(text.charCodeAt(start)) && isRawByte(original.charCodeAt(original.length - 1));
        pieces.push({ at: original.length, source: start });
        original += text.slice(start, pieceEnd);
      }
    }
    if (emptyLines) reader.emptyContinuations.push({ line: reader.line, spans: emptyLines });
  }
  const mended = torn ? mend(original, pieces) : { original, pieces };
  readLineText(reader, mended.original, mended.pieces, startLine, first, end);
}

function isRawByte(code: number): boolean {
  return code >= 0xdc80 && code <= 0xdcff;
}

/** Bytes that only joining the lines makes a character are one here too. It stands where the first of them stood. */
function mend(original: string, pieces: readonly Piece[]): { readonly original: string; readonly pieces: Piece[] } {
  const mended: Piece[] = [];
  let joined = '';
  for (const [i, piece] of pieces.entries()) {
    const end = pieces[i + 1]?.at ?? original.length;
    const next = decodeUtf8(encodeUtf8(joined + original.slice(piece.at, end)));
    // The bytes at the start of the piece that went into a character before it.
    let taken = 0;
    while (taken < end - piece.at && !next.endsWith(original.slice(piece.at + taken, end))) taken++;
    if (taken < end - piece.at)
      mended.push({ at: next.length - (end - piece.at - taken), source: piece.source + taken });
    joined = next;
  }
  return { original: joined, pieces: mended };
}

/** The instruction of a joined line; `end` is where its last physical line ends. */
function readLineText(
  reader: Reader,
  original: string,
  pieces: readonly Piece[],
  startLine: number,
  first: number,
  lineEnd: number,
): void {
  const line = readLine(original, reader.escape);
  const place = { original, pieces };
  let heredocs = noHeredocs;
  let end = lineEnd;
  let failed = false;
  if (line.error) {
    const { summary, code } = line.error;
    const location = { first: startLine, last: reader.line };
    addProblem(reader, 'parse', summary, code, location, wordSpan(place, line.error));
    failed = true;
  } else if (mayHaveHeredocs(line) && original.includes('<<')) {
    const read = readHeredocs(reader, place, startLine);
    heredocs = read.heredocs;
    if (read.end >= 0) end = read.end;
    failed = read.failed;
  }
  const lines = { first: startLine, last: reader.line };
  const { comment } = reader;
  reader.comment = undefined;
  const base: InstructionBase = {
    keyword: line.keyword,
    original,
    code: trimSpace(original),
    pieces,
    span: { start: first, end },
    lines,
    comments: comment ? comment.lines : noComments,
    commentSpan: comment ? { start: comment.start, end: comment.end } : undefined,
    flags: line.flags,
    heredocs,
    json: line.json,
    args: argsOf(line),
    broken: false,
  };
  if (failed) {
    // A stage may have been meant: then what follows is not without one.
    if (line.known === 'from') reader.stageSeen = true;
    reader.instructions.push(broken(base));
    return;
  }
  const errors: InstructionError[] = [];
  let instruction = readInstruction(line, base, reader.escape, errors);
  for (const { summary, code, suggestion, ...place } of errors)
    reader.instructionProblems.push({
      phase: 'instruction',
      message: `dockerfile parse error on line ${startLine}: ${summary}`,
      summary,
      locations: [lines],
      span: wordSpan(base, place),
      code,
      suggestion,
    });
  if (!reader.stageSeen) {
    if (line.known === 'from' || line.known === undefined) reader.stageSeen = true;
    else if (errors.length === 0 && instruction.kind !== 'arg') {
      const span = spanOf(base, line.keywordStart, line.keywordEnd);
      addProblem(reader, 'instruction', 'no build stage in current context', 'no-stage', lines, span);
      instruction = broken(base);
    }
  }
  reader.instructions.push(instruction);
}

function mayHaveHeredocs(line: Line): boolean {
  const { known, json } = line.known === 'onbuild' ? (line.trigger ?? line) : line;
  return (known === 'run' || known === 'copy' || known === 'add') && !json;
}
