// What stands around the cursor, also in a file that is half typed: the instruction, its words, the word that is being written.
import type { Span } from '../../../shared/src/span.ts';
import type { Analysis } from '../analysis/analyze.ts';
import type { Heredoc, Instruction } from '../dockerfile/instruction.ts';
import { type Keyword, knownKeyword } from '../dockerfile/lineParsers.ts';
import { lineOf, originalOffset } from '../dockerfile/spans.ts';
import { instructionBefore } from './sections.ts';

/** A word of an instruction by its place in the instruction's text. */
export interface Token {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** The cursor within the words of an instruction. */
export interface InInstruction {
  readonly kind: 'instruction';
  /** Index of the instruction. */
  readonly index: number;
  readonly instruction: Instruction;
  readonly keyword: Keyword | undefined;
  /** True in the instruction behind ONBUILD. */
  readonly trigger: boolean;
  readonly flags: readonly Token[];
  readonly args: readonly Token[];
  /** The word that the cursor is in or behind, empty where it is none. */
  readonly token: Token;
  /** What of that word is in front of the cursor. */
  readonly typed: string;
  /** `keyword`, `flag`, or the index of the argument. A word that begins with a dash is a flag only where one can stand. */
  readonly role: 'keyword' | 'flag' | number;
  /** True where a flag could stand. */
  readonly flagsAllowed: boolean;
}

export type Cursor =
  | InInstruction
  /** Where an instruction could begin. */
  | { readonly kind: 'start'; readonly index: number; readonly word: Span }
  | { readonly kind: 'comment'; readonly index: number; readonly line: Span }
  | { readonly kind: 'heredoc'; readonly index: number; readonly instruction: Instruction; readonly heredoc: Heredoc }
  /** In the text of a heredoc that does not end. */
  | {
      readonly kind: 'openHeredoc';
      readonly index: number;
      readonly instruction: Instruction;
      readonly names: readonly string[];
    };

export function cursorAt(analysis: Analysis, offset: number): Cursor {
  const { dockerfile, text } = analysis;
  const index = instructionBefore(analysis, offset);
  const instruction = dockerfile.instructions[index];
  const line = physicalLine(text, offset);
  if (instruction !== undefined) {
    for (const heredoc of instruction.heredocs) {
      if (offset >= heredoc.contentSpan.start && offset <= heredoc.terminatorSpan.end)
        return { kind: 'heredoc', index, instruction, heredoc };
    }
    const open = openHeredocs(analysis, instruction, line.start);
    if (open.length > 0) return { kind: 'openHeredoc', index, instruction, names: open };
  }
  if (/^[ \t]*#/.test(text.slice(line.start, Math.min(offset, line.end)))) return { kind: 'comment', index, line };
  const at = instruction === undefined ? undefined : offsetIn(analysis, instruction, offset, line);
  if (at === undefined || instruction === undefined)
    return { kind: 'start', index, word: wordBefore(text, line, offset) };
  return inInstruction(instruction, index, at);
}

/** The place in the file of a token that the cursor touches: never beyond the cursor's line. */
export function tokenSpan(
  analysis: Analysis,
  offset: number,
  cursor: InInstruction,
  from = cursor.token.start,
  to = cursor.token.end,
): Span {
  const line = physicalLine(analysis.text, offset);
  const before = cursor.token.start + cursor.typed.length - from;
  const after = to - (cursor.token.start + cursor.typed.length);
  return { start: Math.max(line.start, offset - before), end: Math.min(line.end, offset + Math.max(0, after)) };
}

/** The line of the file without its end. */
export function physicalLine(text: string, offset: number): Span {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const newline = text.indexOf('\n', offset);
  let end = newline < 0 ? text.length : newline;
  while (end > start && end > offset && text[end - 1] === '\r') end--;
  return { start, end };
}

function wordBefore(text: string, line: Span, offset: number): Span {
  let start = offset;
  while (start > line.start && /[A-Za-z]/.test(text[start - 1] as string)) start--;
  let end = offset;
  while (end < line.end && /[A-Za-z]/.test(text[end] as string)) end++;
  return { start, end };
}

/** Names of heredocs that begin in the instruction, have no end, and in whose text the line may be. */
function openHeredocs(analysis: Analysis, instruction: Instruction, lineStart: number): string[] {
  if (instruction.kind !== 'broken' || lineStart <= instruction.span.start) return [];
  const { problems, text } = analysis.dockerfile;
  const names: string[] = [];
  for (const { code, span } of problems) {
    if (code !== 'unterminated-heredoc' || span.start < instruction.span.start || span.end > instruction.span.end)
      continue;
    const name = /^\d*<<-?\s*(["']?)([^"'\s]+)\1$/.exec(text.slice(span.start, span.end))?.[2];
    if (name !== undefined) names.push(name);
  }
  return names;
}

/** The offset in the instruction's text; undefined where the cursor is behind the instruction. */
function offsetIn(analysis: Analysis, instruction: Instruction, offset: number, line: Span): number | undefined {
  const { dockerfile, text } = analysis;
  if (offset <= instruction.span.end) return originalOffset(instruction, offset) ?? instruction.original.length;
  const endLine = lineOf(dockerfile, instruction.span.end);
  const own = lineOf(dockerfile, offset);
  if (instruction.heredocs.length > 0) return undefined;
  if (own === endLine) return instruction.original.length;
  // Behind a continuation at the end of the file there is a line that BuildKit does not see.
  if (own !== endLine + 1 || line.start < 2) return undefined;
  const before = text.slice(instruction.span.start, line.start).replace(/[ \t\r]*\n$/, '');
  return before.endsWith(dockerfile.escape) && text.slice(line.start).trim() === ''
    ? instruction.original.length
    : undefined;
}

function inInstruction(instruction: Instruction, index: number, at: number): InInstruction {
  const { original } = instruction;
  let tokens = tokensOf(original);
  let trigger = false;
  let first = tokens.shift() ?? { text: '', start: 0, end: 0 };
  while (first.text.toUpperCase() === 'ONBUILD' && at > first.end) {
    trigger = true;
    first =
      tokens[0] !== undefined && tokens[0].start <= at ? (tokens.shift() as Token) : { text: '', start: at, end: at };
    if (first.start === first.end) tokens = [];
  }
  const flags: Token[] = [];
  while (tokens[0]?.text.startsWith('--')) flags.push(tokens.shift() as Token);
  const known = knownKeyword(first.text);
  const base = { kind: 'instruction' as const, index, instruction, keyword: known, trigger, flags, args: tokens };
  const touched = [first, ...flags, ...tokens].find((token) => at >= token.start && at <= token.end);
  if (touched === first)
    return { ...base, token: first, typed: original.slice(first.start, at), role: 'keyword', flagsAllowed: false };
  const token = touched ?? { text: '', start: at, end: at };
  const typed = original.slice(token.start, at);
  const argumentsBefore = tokens.filter((other) => other.end < at || (other.end === at && other !== token)).length;
  const flagsAllowed = argumentsBefore === 0;
  const isFlag = flags.includes(token) || (flagsAllowed && typed.startsWith('-'));
  return { ...base, token, typed, role: isFlag ? 'flag' : argumentsBefore, flagsAllowed };
}

/** The words between blanks; a quoted blank does not end a flag. */
function tokensOf(original: string): Token[] {
  const tokens: Token[] = [];
  let i = 0;
  while (i < original.length) {
    while (i < original.length && isBlank(original.charCodeAt(i))) i++;
    if (i >= original.length) break;
    const start = i;
    let quote = 0;
    const flag = original.startsWith('--', i);
    for (; i < original.length; i++) {
      const code = original.charCodeAt(i);
      if (quote === 0 && isBlank(code)) break;
      if (!flag) continue;
      if (quote === code) quote = 0;
      else if (quote === 0 && (code === 0x22 || code === 0x27)) quote = code;
    }
    tokens.push({ text: original.slice(start, i), start, end: i });
  }
  return tokens;
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09 || (code >= 0x0a && code <= 0x0d);
}
