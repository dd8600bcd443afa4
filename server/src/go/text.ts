// Go's strings, strconv and unicode, as far as BuildKit's answers hang on them.
// A raw byte (a lone U+DC80..U+DCFF, see utf8.ts) is what Go calls invalid UTF-8.
import { isPrint } from './printable.ts';

/** A result or Go's error text. */
export type Parsed<T> = { readonly value: T } | { readonly error: string };

/** unicode.IsSpace of a UTF-16 code unit. */
export function isSpace(code: number): boolean {
  if (code < 0x80) return code === 0x20 || (code >= 0x09 && code <= 0x0d);
  if (code < 0x1680) return code === 0x85 || code === 0xa0;
  return (
    code === 0x1680 ||
    (code >= 0x2000 && code <= 0x200a) ||
    code === 0x2028 ||
    code === 0x2029 ||
    code === 0x202f ||
    code === 0x205f ||
    code === 0x3000
  );
}

/** strings.TrimSpace. */
export function trimSpace(s: string): string {
  let start = 0;
  let end = s.length;
  while (start < end && isSpace(s.charCodeAt(start))) start++;
  while (end > start && isSpace(s.charCodeAt(end - 1))) end--;
  return start === 0 && end === s.length ? s : s.slice(start, end);
}

/** strings.Cut: what stands before the first `separator`, and what behind it; undefined where there is none. */
export function cut(s: string, separator: string): readonly [before: string, after: string | undefined] {
  const at = s.indexOf(separator);
  return at < 0 ? [s, undefined] : [s.slice(0, at), s.slice(at + separator.length)];
}

/** strings.Fields: the words between runs of white space. */
export function fields(s: string): string[] {
  const words: string[] = [];
  let start = -1;
  for (let i = 0; i < s.length; i++) {
    if (isSpace(s.charCodeAt(i))) {
      if (start >= 0) words.push(s.slice(start, i));
      start = -1;
    } else if (start < 0) start = i;
  }
  if (start >= 0) words.push(s.slice(start));
  return words;
}

/** strings.ToLower: code point by code point, no special casing. */
export function toLower(s: string): string {
  return changeCase(s, lowerCode, lowerAscii);
}

/** strings.ToUpper: code point by code point, no special casing (`ß` stays). */
export function toUpper(s: string): string {
  return changeCase(s, upperCode, upperAscii);
}

/** strings.EqualFold: equal under simple case folding. */
export function equalFold(a: string, b: string): boolean {
  if (a === b) return true;
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const x = runeAt(a, i);
    const y = runeAt(b, j);
    if (x !== y && foldCode(x) !== foldCode(y)) return false;
    i += x > 0xffff ? 2 : 1;
    j += y > 0xffff ? 2 : 1;
  }
  return i === a.length && j === b.length;
}

/** strconv.Quote, which `%q` prints too. */
export function quote(s: string): string {
  if (plain.test(s)) return `"${s}"`;
  let out = '"';
  for (let i = 0; i < s.length; i++) {
    const code = s.codePointAt(i) as number;
    if (code > 0xffff) i++;
    if (code === 0x22) out += '\\"';
    else if (code === 0x5c) out += '\\\\';
    else if (code >= 0xd800 && code <= 0xdfff) out += isRaw(code) ? `\\x${(code & 0xff).toString(16)}` : '\ufffd';
    else if (isPrint(code)) out += String.fromCodePoint(code);
    else if (code >= 0x07 && code <= 0x0d) out += `\\${'abtnvfr'.charAt(code - 0x07)}`;
    else if (code < 0x80) out += `\\x${code.toString(16).padStart(2, '0')}`;
    else if (code < 0x10000) out += `\\u${code.toString(16).padStart(4, '0')}`;
    else out += `\\U${code.toString(16).padStart(8, '0')}`;
  }
  return `${out}"`;
}

/** strconv.ParseBool; undefined where Go reports an error. */
export function parseBool(s: string): boolean | undefined {
  switch (s) {
    case '1':
    case 't':
    case 'T':
    case 'true':
    case 'TRUE':
    case 'True':
      return true;
    case '0':
    case 'f':
    case 'F':
    case 'false':
    case 'FALSE':
    case 'False':
      return false;
    default:
      return undefined;
  }
}

/** strconv.ParseUint; `base` is 0 (prefix decides, `_` allowed) or 2..36, `bits` 0 (as 64) or 1..64. */
export function parseUint(s: string, base: number, bits: number): Parsed<bigint> {
  const read = readUint(s, base, bits);
  return typeof read === 'bigint' ? { value: read } : numberError('ParseUint', s, read);
}

/** strconv.ParseInt; `base` and `bits` as for `parseUint`. */
export function parseInteger(s: string, base: number, bits: number): Parsed<bigint> {
  return parseSigned('ParseInt', s, base, bits);
}

/** strconv.ParseInt in base 10 with 64 bits. */
export function parseInt64(s: string): Parsed<bigint> {
  return parseSigned('ParseInt', s, 10, 64);
}

/** strconv.ParseUint in base 10 with 64 bits. */
export function parseUint64(s: string): Parsed<bigint> {
  return parseUint(s, 10, 64);
}

/** strconv.Atoi. The value is exact up to 2^53. */
export function atoi(s: string): Parsed<number> {
  const parsed = parseSigned('Atoi', s, 10, 64);
  return 'error' in parsed ? parsed : { value: Number(parsed.value) };
}

/** Go's `*strconv.NumError` in words. */
export function numberError(
  from: string,
  s: string,
  why: 'invalid syntax' | 'value out of range',
): { readonly error: string } {
  return { error: `strconv.${from}: parsing ${quote(s)}: ${why}` };
}

/** The least character that `code` equals under simple folding, up to a bijection: equal results mean equal-fold. */
export function foldCode(code: number): number {
  if (code < 0x80) return code >= 0x41 && code <= 0x5a ? code | 0x20 : code;
  // The Turkish letters fold with nothing although they have a case partner.
  if (code === 0x130 || code === 0x131) return code;
  return lowerCode(upperCode(code));
}

/** strconv's rule for `_` in numbers: only between digits, or between a base prefix and a digit. */
export function underscoresWellPlaced(s: string): boolean {
  let at = s.startsWith('-') || s.startsWith('+') ? 1 : 0;
  // The kind of the last character: start, digit, underscore or other.
  let last = '^';
  let hex = false;
  if (s.length - at >= 2 && s[at] === '0' && 'bBoOxX'.includes(s[at + 1] as string)) {
    hex = (s.charCodeAt(at + 1) | 0x20) === 0x78;
    at += 2;
    last = '0';
  }
  for (; at < s.length; at++) {
    const code = s.charCodeAt(at);
    const lower = code | 0x20;
    if ((code >= 0x30 && code <= 0x39) || (hex && lower >= 0x61 && lower <= 0x66)) last = '0';
    else if (code === 0x5f) {
      if (last !== '0') return false;
      last = '_';
    } else {
      if (last === '_') return false;
      last = '!';
    }
  }
  return last !== '_';
}

const plain = /^[ !#-[\]-~]*$/;
const ascii = /^[\x00-\x7f]*$/;
const lowerAscii = /^[^A-Z\x80-\uffff]*$/;
const upperAscii = /^[^a-z\x80-\uffff]*$/;

function isRaw(code: number): boolean {
  return code >= 0xdc80 && code <= 0xdcff;
}

/** The code point at `i` as Go's `range` sees it: U+FFFD for what is no character. */
function runeAt(s: string, i: number): number {
  const code = s.codePointAt(i) as number;
  return code >= 0xd800 && code <= 0xdfff ? 0xfffd : code;
}

function changeCase(s: string, change: (code: number) => number, unchanged: RegExp): string {
  if (unchanged.test(s)) return s;
  if (ascii.test(s)) return change === lowerCode ? s.toLowerCase() : s.toUpperCase();
  let out = '';
  for (let i = 0; i < s.length; i++) {
    const code = runeAt(s, i);
    if (code > 0xffff) i++;
    out += String.fromCodePoint(change(code));
  }
  return out;
}

function lowerCode(code: number): number {
  if (code < 0x80) return code >= 0x41 && code <= 0x5a ? code | 0x20 : code;
  if (code === 0x130) return 0x69;
  return simpleCase(code, String.fromCodePoint(code).toLowerCase());
}

function upperCode(code: number): number {
  if (code < 0x80) return code >= 0x61 && code <= 0x7a ? code & ~0x20 : code;
  // Greek letters with iota subscript: JS spells the iota out, Go takes the title-case letter.
  if (code >= 0x1f80 && code <= 0x1faf) return code & 8 ? code : code | 8;
  if (code === 0x1fb3 || code === 0x1fc3 || code === 0x1ff3) return code + 9;
  return simpleCase(code, String.fromCodePoint(code).toUpperCase());
}

/** JS's mapping where it is one character that Go's Unicode version knows, else `code`. */
function simpleCase(code: number, mapped: string): number {
  const other = mapped.codePointAt(0) as number;
  if (mapped.length !== (other > 0xffff ? 2 : 1)) return code;
  return other === code || !isPrint(code) || !isPrint(other) ? code : other;
}

function parseSigned(name: string, s: string, base: number, bits: number): Parsed<bigint> {
  if (s === '') return numberError(name, s, 'invalid syntax');
  const negative = s[0] === '-';
  const read = readUint(negative || s[0] === '+' ? s.slice(1) : s, base, bits);
  if (typeof read !== 'bigint') return numberError(name, s, read);
  const limit = 1n << BigInt((bits === 0 ? 64 : bits) - 1);
  if (negative ? read > limit : read >= limit) return numberError(name, s, 'value out of range');
  return { value: negative ? -read : read };
}

function readUint(s: string, givenBase: number, bits: number): bigint | 'invalid syntax' | 'value out of range' {
  if (s === '') return 'invalid syntax';
  let base = givenBase;
  let at = 0;
  if (base === 0) {
    base = 10;
    if (s[0] === '0') {
      const prefix = s.length >= 3 ? s.charCodeAt(1) | 0x20 : 0;
      base = prefix === 0x62 ? 2 : prefix === 0x78 ? 16 : 8;
      at = prefix === 0x62 || prefix === 0x6f || prefix === 0x78 ? 2 : 1;
    }
  }
  const max = (1n << BigInt(bits === 0 ? 64 : bits)) - 1n;
  const bigBase = BigInt(base);
  // Numbers are exact here; only what goes beyond takes the slow way.
  let small = 0;
  let big: bigint | undefined;
  let underscores = false;
  for (; at < s.length; at++) {
    const code = s.charCodeAt(at);
    const lower = code | 0x20;
    let digit = base;
    if (code === 0x5f && givenBase === 0) {
      underscores = true;
      continue;
    }
    if (code >= 0x30 && code <= 0x39) digit = code - 0x30;
    else if (code < 0x80 && lower >= 0x61 && lower <= 0x7a) digit = lower - 0x61 + 10;
    if (digit >= base) return 'invalid syntax';
    if (big === undefined && small < 2 ** 47) small = small * base + digit;
    else {
      big = (big ?? BigInt(small)) * bigBase + BigInt(digit);
      if (big > max) return 'value out of range';
    }
    if (big === undefined && BigInt(small) > max) return 'value out of range';
  }
  if (underscores && !underscoresWellPlaced(s)) return 'invalid syntax';
  return big ?? BigInt(small);
}
