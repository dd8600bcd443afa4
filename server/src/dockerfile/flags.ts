// The flags in front of an instruction's arguments, unquoted byte by byte as BuildKit does it.
import { isSpace } from '../go/text.ts';
import { decodeUtf8, encodeUtf8 } from '../go/utf8.ts';
import type { Flag } from './instruction.ts';

/** The flags, and the text where the arguments follow: `source[from, to)`, whose offsets become true by `shift`. */
export interface FlagsRead {
  readonly flags: readonly Flag[];
  readonly source: string;
  readonly from: number;
  readonly to: number;
  readonly shift: number;
}

/** Reads the flags of `source[from, to)`; offsets in the flags are moved by `shift`. */
export function readFlags(source: string, from: number, to: number, shift: number, escapeCode: number): FlagsRead {
  const flags: Flag[] = [];
  const rest = scanFlags(source, from, to, escapeCode, false, (raw, start, end, equals) =>
    flags.push(newFlag(raw, start + shift, end + shift, equals + shift)),
  );
  if (rest >= 0) return { flags, source, from: rest, to, shift };
  // BuildKit takes each byte of a flag as a character, so that `é` becomes `Ã©`, and `à` ends with a blank.
  const { bytes, text, places } = bytewise(source, from, to);
  flags.length = 0;
  const restByte = scanFlags(text, 0, text.length, escapeCode, true, (raw, start, end, equals) =>
    flags.push(
      newFlag(raw, placeOf(places, start) + shift, endPlaceOf(places, end) + shift, placeOf(places, equals) + shift),
    ),
  );
  const tail = decodeUtf8(bytes.subarray(restByte));
  return { flags, source: tail, from: 0, to: tail.length, shift: to - tail.length + shift };
}

/**
 * For each unit of a flag's `raw` text the offset of the unit that it comes from (and for its end the flag's end).
 * Undefined where the flag is written as it is kept: then unit i is at `flag.start + i`.
 */
export function flagPlaces(original: string, flag: Flag, escapeCode: number): readonly number[] | undefined {
  if (original.startsWith(flag.raw, flag.start) && flag.end - flag.start === flag.raw.length) return undefined;
  const { text, places } = bytewise(original, flag.start, flag.end);
  const result: number[] = [];
  let quote = 0;
  for (let i = 0; i < text.length && result.length < flag.raw.length; i++) {
    let code = text.charCodeAt(i);
    if (code === escapeCode) {
      i++;
      if (i === text.length) break;
      code = text.charCodeAt(i);
    } else if (quote === 0 && (code === 0x27 || code === 0x22)) {
      quote = code;
      continue;
    } else if (quote !== 0 && code === quote) {
      quote = 0;
      continue;
    }
    result.push(places[i] as number);
  }
  result.push(flag.end);
  return result;
}

type Found = (raw: string, start: number, end: number, equals: number) => void;

const dash = 0x2d;

/** Yields the offset where the arguments start; -1 where a character is not ASCII and `bytewise` is false. */
function scanFlags(s: string, from: number, to: number, escapeCode: number, bytewise: boolean, found: Found): number {
  let pos = from;
  for (;;) {
    while (pos < to && isSpace(s.charCodeAt(pos)) && (bytewise || s.charCodeAt(pos) < 0x80)) pos++;
    // A raw byte 0x85 or 0xa0 is a blank too.
    if (!bytewise && pos < to && isRawBlank(s.charCodeAt(pos))) return -1;
    if (pos >= to) return to;
    if (s.charCodeAt(pos) !== dash || pos + 1 >= to || s.charCodeAt(pos + 1) !== dash) return pos;
    const start = pos;
    let raw = '';
    let copied = pos;
    let equals = -1;
    let quote = 0;
    let quoted = false;
    for (; pos < to; pos++) {
      const code = s.charCodeAt(pos);
      if (code >= 0x80 && !bytewise) return -1;
      if (quote === 0) {
        if (isSpace(code)) break;
        if (code === 0x27 || code === 0x22) {
          raw += s.slice(copied, pos);
          copied = pos + 1;
          quote = code;
          quoted = true;
          continue;
        }
      } else if (code === quote) {
        raw += s.slice(copied, pos);
        copied = pos + 1;
        quote = 0;
        continue;
      }
      if (code === escapeCode) {
        raw += s.slice(copied, pos);
        pos++;
        copied = pos;
        if (pos >= to) break;
        if (s.charCodeAt(pos) >= 0x80 && !bytewise) return -1;
      }
      if (equals < 0 && s.charCodeAt(pos) === 0x3d) equals = pos;
    }
    const end = Math.min(pos, to);
    raw += s.slice(copied, end);
    if (raw === '--') return end;
    if (quoted || raw.length > 0) found(raw, start, end, equals < 0 ? end : equals);
    pos = end;
  }
}

function newFlag(raw: string, start: number, end: number, equalsPlace: number): Flag {
  const equals = raw.indexOf('=');
  const hasValue = equals >= 0;
  return {
    name: raw.slice(2, hasValue ? equals : raw.length),
    value: hasValue ? raw.slice(equals + 1) : undefined,
    raw,
    start,
    end,
    nameStart: Math.min(start + 2, end),
    nameEnd: equalsPlace,
    valueStart: hasValue ? equalsPlace + 1 : end,
    valueEnd: end,
  };
}

interface Bytewise {
  readonly bytes: Uint8Array;
  /** A character for each byte. */
  readonly text: string;
  /** For each byte the offset of the unit that it belongs to; one more for the end. */
  readonly places: readonly number[];
}

/** `source[from, to)` byte by byte. */
export function bytewise(source: string, from: number, to: number): Bytewise {
  const bytes = encodeUtf8(source.slice(from, to));
  const characters: string[] = [];
  const places: number[] = [];
  let at = from;
  for (let i = 0; i < bytes.length; ) {
    const units = (source.codePointAt(at) as number) > 0xffff ? 2 : 1;
    const size = encodeUtf8(source.slice(at, at + units)).length;
    for (let j = 0; j < size; j++, i++) {
      characters.push(String.fromCharCode(bytes[i] as number));
      places.push(at);
    }
    at += units;
  }
  places.push(to);
  return { bytes, text: characters.join(''), places };
}

function placeOf(places: readonly number[], byte: number): number {
  return places[byte] as number;
}

/** The end of the unit whose byte stands before `byte`: a flag may end within a character. */
function endPlaceOf(places: readonly number[], byte: number): number {
  let i = byte;
  while (i < places.length - 1 && places[i] === places[i - 1]) i++;
  return places[i] as number;
}

function isRawBlank(code: number): boolean {
  return code === 0xdc85 || code === 0xdca0;
}
