// One logical line into keyword, flags and arguments: the first of BuildKit's two readings of an instruction.
import { isSpace, quote, toLower } from '../go/text.ts';
import { skipSpace, skipSpaceBack, toValid } from '../go/unicode.ts';
import { decodeUtf8 } from '../go/utf8.ts';
import { bytewise, readFlags } from './flags.ts';
import type { Flag, Word } from './instruction.ts';
import { readStringArray } from './jsonArray.ts';

export type Keyword =
  | 'add'
  | 'arg'
  | 'cmd'
  | 'copy'
  | 'entrypoint'
  | 'env'
  | 'expose'
  | 'from'
  | 'healthcheck'
  | 'label'
  | 'maintainer'
  | 'onbuild'
  | 'run'
  | 'shell'
  | 'stopsignal'
  | 'user'
  | 'volume'
  | 'workdir';

/** What is wrong with a line, in the line's offsets. */
export interface LineError {
  readonly summary: string;
  readonly code: string;
  readonly start: number;
  readonly end: number;
  readonly suggestion?: string | undefined;
}

/** A line in its parts. All offsets are into the line, those of an ONBUILD trigger too. */
export interface Line {
  readonly keyword: string;
  readonly keywordStart: number;
  readonly keywordEnd: number;
  /** Undefined for an unknown instruction. */
  readonly known: Keyword | undefined;
  readonly flags: readonly Flag[];
  /** Without those of a trigger. */
  readonly args: readonly Word[];
  readonly json: boolean;
  /** The trigger of ONBUILD. */
  readonly trigger: Line | undefined;
  /** For a trigger, its text as BuildKit keeps it, and what added to an offset into that gives one into the line. */
  readonly text: string;
  readonly textStart: number;
  readonly error: LineError | undefined;
}

const keywords = (
  'add arg cmd copy entrypoint env expose from healthcheck label maintainer onbuild run shell stopsignal user volume ' +
  'workdir'
).split(' ') as Keyword[];

const byWriting = new Map<string, Keyword>();
for (const keyword of keywords) byWriting.set(keyword, keyword).set(keyword.toUpperCase(), keyword);

/** Every instruction's name in upper case. */
export const instructionNames: readonly string[] = keywords.map((keyword) => keyword.toUpperCase());

/** The instruction that `written` names in whatever case. */
export function knownKeyword(written: string): Keyword | undefined {
  return byWriting.get(written) ?? byWriting.get(toLower(written));
}

/** Splits `line`. `escape` is the code of the escape character. */
export function readLine(line: string, escapeCode: number): Line {
  const outer: Line[] = [];
  let source = line;
  let from = 0;
  let to = line.length;
  let shift = 0;
  // ONBUILD's argument is a line itself. A loop, since a line may say ONBUILD thousands of times.
  for (;;) {
    const textFrom = from;
    const textTo = to;
    to = skipSpaceBack(source, from, to);
    from = skipSpace(source, from, to);
    const keywordStart = from;
    from = endOfWord(source, from, to);
    const keyword = source.slice(keywordStart, from);
    const known = knownKeyword(keyword);
    const parts = {
      keyword,
      keywordStart: keywordStart + shift,
      keywordEnd: from + shift,
      known,
      flags: noFlags as readonly Flag[],
      args: noWords as readonly Word[],
      json: false,
      trigger: undefined as Line | undefined,
      text: outer.length === 0 ? line : source.slice(textFrom, textTo),
      textStart: textFrom + shift,
      error: undefined as LineError | undefined,
    };
    from = endOfBlanks(source, from, to);
    if (from < to && mayBeFlag(source, from)) {
      const read = readFlags(source, from, to, shift, escapeCode);
      ({ source, from, to, shift } = read);
      parts.flags = read.flags;
      to = skipSpaceBack(source, from, to);
    }
    from = skipSpace(source, from, to);
    if (known === 'onbuild' && from < to) {
      outer.push(parts);
      continue;
    }
    const read = readArguments(known, source, from, to, shift, escapeCode);
    if ('summary' in read) {
      parts.error = read;
      parts.args = splitAtBlanks(source, from, to, shift);
    } else if ('words' in read) {
      parts.args = read.words;
      parts.json = true;
    } else parts.args = read;
    let result: Line = parts;
    for (let i = outer.length - 1; i >= 0; i--)
      result = { ...(outer[i] as Line), trigger: result, error: result.error };
    return result;
  }
}

/** True for `--`, and for a raw byte, which BuildKit's reader of flags may take for a blank. */
function mayBeFlag(source: string, at: number): boolean {
  const code = source.charCodeAt(at);
  return code === 0x2d ? source.charCodeAt(at + 1) === 0x2d : code >= 0xdc80 && code <= 0xdcff;
}

const noFlags: readonly Flag[] = [];
const noWords: readonly Word[] = [];

type Arguments = readonly Word[] | { readonly words: readonly Word[] } | LineError;

function readArguments(
  known: Keyword | undefined,
  source: string,
  from: number,
  to: number,
  shift: number,
  escapeCode: number,
): Arguments {
  switch (known) {
    case 'run':
    case 'cmd':
    case 'entrypoint':
    case 'shell':
      return readMaybeJson(source, from, to, shift, false);
    case 'copy':
    case 'add':
    case 'volume':
      return readMaybeJson(source, from, to, shift, true);
    case 'from':
    case 'expose':
      return splitAtBlanks(source, from, to, shift);
    case 'env':
    case 'label':
      return readPairs(known, source, from, to, shift, escapeCode);
    case 'arg':
      return splitQuoted(source, from, to, shift, escapeCode);
    case 'healthcheck':
      return readHealthcheck(source, from, to, shift);
    case 'maintainer':
    case 'stopsignal':
    case 'user':
    case 'workdir':
      return wholeText(source, from, to, shift);
    case 'onbuild':
      return noWords;
    default:
      // BuildKit keeps an empty argument of what it doesn't know. The words serve the editor.
      return splitAtBlanks(source, from, to, shift);
  }
}

function wordAt(source: string, from: number, to: number, shift: number): Word {
  return { value: source.slice(from, to), start: from + shift, end: to + shift };
}

function wholeText(source: string, from: number, to: number, shift: number): readonly Word[] {
  return from >= to ? noWords : [wordAt(source, from, to, shift)];
}

function readMaybeJson(source: string, from: number, to: number, shift: number, list: boolean): Arguments {
  if (source[from] === '[' && from < to) {
    const words = readStringArray(source, from, to, shift);
    if (words === 'mixed')
      return {
        summary: 'when using JSON array syntax, arrays must be comprised of strings only',
        code: 'json-not-strings',
        start: from + shift,
        end: to + shift,
      };
    if (words !== 'invalid') return { words };
  }
  return list ? splitAtBlanks(source, from, to, shift) : wholeText(source, from, to, shift);
}

/** Splits at the blanks that BuildKit's reader knows, quotes or not. */
function splitAtBlanks(source: string, from: number, to: number, shift: number): readonly Word[] {
  if (from >= to) return noWords;
  const words: Word[] = [];
  let start = from;
  for (let i = from; i <= to; i++) {
    if (i < to && !isBlank(source.charCodeAt(i))) continue;
    words.push(wordAt(source, start, i, shift));
    while (i + 1 < to && isBlank(source.charCodeAt(i + 1))) i++;
    start = i + 1;
  }
  return words;
}

/** Splits at white space outside quotes; quotes and escapes stay. */
function splitQuoted(source: string, from: number, to: number, shift: number, escapeCode: number): readonly Word[] {
  const words: Word[] = [];
  let pos = from;
  for (;;) {
    while (pos < to && isSpace(source.charCodeAt(pos))) pos++;
    if (pos >= to) return words;
    const start = pos;
    let end = to;
    let quote = 0;
    let invalid = false;
    for (; pos < to; pos++) {
      const code = source.charCodeAt(pos);
      if (quote === 0 && isSpace(code)) break;
      if (code === quote) quote = 0;
      else if (quote === 0 && (code === 0x27 || code === 0x22)) quote = code;
      else if (code === escapeCode && quote !== 0x27) {
        // An escape at the very end is dropped.
        if (pos + 1 >= to) end = pos;
        pos++;
      }
      if (code >= 0xd800) invalid = true;
    }
    end = Math.min(pos, end);
    const value = source.slice(start, end);
    if (end > start) words.push({ value: invalid ? toValid(value) : value, start: start + shift, end: end + shift });
  }
}

/** Key, value and delimiter of each pair, as BuildKit's nodes have them. */
function readPairs(
  known: 'env' | 'label',
  source: string,
  from: number,
  to: number,
  shift: number,
  escapeCode: number,
): Arguments {
  const words = splitQuoted(source, from, to, shift, escapeCode);
  const first = words[0];
  if (first === undefined) return noWords;
  if (!first.value.includes('=')) {
    const keyEnd = endOfWord(source, from, to);
    if (keyEnd === to) {
      const summary = `${known.toUpperCase()} must have two arguments`;
      return { summary, code: 'missing-value', start: from + shift, end: to + shift };
    }
    return [
      wordAt(source, from, keyEnd, shift),
      wordAt(source, endOfBlanks(source, keyEnd, to), to, shift),
      wordAt(source, keyEnd, keyEnd, shift),
    ];
  }
  const parts: Word[] = [];
  for (const word of words) {
    const { value, start, end } = word;
    const equals = value.indexOf('=');
    if (equals < 0) {
      const summary = `Syntax error - can't find = in ${quote(value)}. Must be of the form: name=value`;
      return { summary, code: 'missing-equals', start, end };
    }
    const after = equals + 1;
    parts.push(
      wordAt(value, 0, equals, start),
      { value: value.slice(after), start: start + after, end },
      wordAt(value, equals, after, start),
    );
  }
  return parts;
}

/** The type (`NONE`, `CMD`), then the command. */
function readHealthcheck(source: string, from: number, to: number, shift: number): Arguments {
  if (from >= to) return noWords;
  let typeEnd = from;
  while (typeEnd < to && !isSpace(source.charCodeAt(typeEnd))) {
    if (source.charCodeAt(typeEnd) >= 0x80) return readHealthcheckBytewise(source, from, to, shift);
    typeEnd++;
  }
  const rest = endOfBlanks(source, typeEnd, to);
  if (rest < to && source.charCodeAt(rest) >= 0x80) return readHealthcheckBytewise(source, from, to, shift);
  return withType(wordAt(source, from, typeEnd, shift), readMaybeJson(source, rest, to, shift, false));
}

/** BuildKit looks for the end of the type byte by byte: a character that has the byte 0x85 or 0xa0 is split. */
function readHealthcheckBytewise(source: string, from: number, to: number, shift: number): Arguments {
  const { bytes, text, places } = bytewise(source, from, to);
  let typeEnd = 0;
  while (typeEnd < text.length && !isSpace(text.charCodeAt(typeEnd))) typeEnd++;
  if (typeEnd === 0) return noWords;
  const rest = skipSpace(text, typeEnd, text.length);
  const value = decodeUtf8(bytes.subarray(0, typeEnd));
  const type = { value, start: from + shift, end: (places[typeEnd] as number) + shift };
  const command = decodeUtf8(bytes.subarray(rest));
  const commandStart = skipSpace(command, 0, command.length);
  const commandShift = shift + to - command.length;
  const read = readMaybeJson(command, commandStart, command.length, commandShift, false);
  const isJson = 'summary' in read || 'words' in read;
  return withType(type, isJson ? read : wholeText(command, 0, command.length, commandShift));
}

function withType(type: Word, command: Arguments): Arguments {
  if ('summary' in command) return command;
  if ('words' in command) return { words: [type, ...command.words] };
  return [type, ...command];
}

function endOfBlanks(source: string, from: number, to: number): number {
  let i = from;
  while (i < to && isBlank(source.charCodeAt(i))) i++;
  return i;
}

function endOfWord(source: string, from: number, to: number): number {
  let i = from;
  while (i < to && !isBlank(source.charCodeAt(i))) i++;
  return i;
}

/** The blanks at which BuildKit splits a line: not the line feed, nothing beyond ASCII. */
function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09 || (code >= 0x0b && code <= 0x0d);
}
