// The bodies of heredocs: the lines behind an instruction up to each name.
import { type HeredocWord, heredocsOfLine } from './heredocs.ts';
import type { Heredoc, Piece } from './instruction.ts';
import { instructionNames } from './lineParsers.ts';
import { addProblem, advance, nextLine, type Reader } from './lines.ts';
import { wordSpan } from './spans.ts';

const noHeredocs: readonly Heredoc[] = [];
interface HeredocsRead {
  readonly heredocs: readonly Heredoc[];
  /** Where the last terminator ends, -1 where there is none. */
  readonly end: number;
  readonly failed: boolean;
}

export function readHeredocs(
  reader: Reader,
  place: { readonly original: string; readonly pieces: readonly Piece[] },
  startLine: number,
): HeredocsRead {
  const { text } = reader;
  const announced = heredocsOfLine(place.original);
  if ('error' in announced) {
    const location = { first: startLine, last: reader.line };
    addProblem(reader, 'parse', announced.error, 'invalid-heredoc', location, wordSpan(place, announced.word));
    return { heredocs: noHeredocs, end: -1, failed: true };
  }
  const heredocs: Heredoc[] = [];
  let end = -1;
  for (const { heredoc, word } of announced) {
    const contentStart = reader.pos;
    const before = { line: reader.line, lineStarts: reader.lineStarts.length };
    const found = findTerminator(reader, heredoc);
    if (found < 0) {
      const location = { first: startLine, last: reader.line };
      addProblem(reader, 'parse', 'unterminated heredoc', 'unterminated-heredoc', location, wordSpan(place, word));
      if (++reader.unterminated <= maxRecoveries) rewind(reader, contentStart, before);
      return { heredocs, end, failed: true };
    }
    end = reader.end;
    heredocs.push({
      ...heredoc,
      content: text.slice(contentStart, reader.start),
      contentSpan: { start: contentStart, end: reader.start },
      terminatorSpan: { start: found, end: reader.end },
      // As the line has it, quotes included.
      word: { ...word, value: place.original.slice(word.start, word.end) },
    });
  }
  return { heredocs, end, failed: false };
}

/** Moves to the line that ends the heredoc; the offset of its name there, -1 where there is none. */
function findTerminator(reader: Reader, heredoc: HeredocWord): number {
  const { text } = reader;
  const { name, chomp } = heredoc;
  while (nextLine(reader, false)) {
    let start = reader.start;
    if (chomp) while (start < reader.end && text.charCodeAt(start) === 0x09) start++;
    if (reader.end - start === name.length && text.startsWith(name, start)) return start;
  }
  return -1;
}

/**
 * After a heredoc without end: goes back and skips what may be its content, up to a line that starts like an
 * instruction, so that the rest of a half-written file still makes sense.
 */
function rewind(
  reader: Reader,
  contentStart: number,
  before: { readonly line: number; readonly lineStarts: number },
): void {
  const { text } = reader;
  reader.pos = contentStart;
  reader.line = before.line;
  reader.lineStarts.length = before.lineStarts;
  reader.tooLong = 'none';
  while (reader.pos < text.length && !startsInstruction(text, reader.pos)) {
    const newline = text.indexOf('\n', reader.pos);
    advance(reader, newline < 0 ? text.length : newline, newline);
  }
}

const instructionStart = new RegExp(`(?:${instructionNames.join('|')})[ \\t]`, 'y');

function startsInstruction(text: string, at: number): boolean {
  instructionStart.lastIndex = at;
  return instructionStart.test(text);
}

/** After so many heredocs without end the rest of the file is taken for content, lest it be searched each time. */
const maxRecoveries = 20;
