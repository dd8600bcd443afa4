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
  if (/^(1|t|T|true|TRUE|True)$/.test(s)) return true;
  return /^(0|f|F|false|FALSE|False)$/.test(s) ? false : undefined;
}

/** strconv.ParseUint in base 8 or 10; `name` and `whole` are what an error names. */
export function parseUint(s: string, base: 8 | 10 = 10, bits = 64, name = 'ParseUint', whole = s): Parsed<bigint> {
  const [valid = '', significant = ''] = (base === 8 ? /^0*([0-7]*)/ : /^0*([0-9]*)/).exec(s) ?? [];
  // No number of 64 bits has more digits. Go notices that one is too large before it comes to a character that is none.
  const isLong = significant.length > 22;
  const value = isLong ? 0n : BigInt((base === 8 ? '0o0' : '0') + significant);
  if (isLong || value >> BigInt(bits)) return numberError(name, whole, 'value out of range');
  return valid === '' || valid !== s ? numberError(name, whole, 'invalid syntax') : { value };
}

/** strconv.ParseInt in base 10; `name` is what an error names. */
export function parseInteger(s: string, bits = 64, name = 'ParseInt'): Parsed<bigint> {
  const negative = s[0] === '-';
  const parsed = parseUint(negative || s[0] === '+' ? s.slice(1) : s, 10, bits, name, s);
  if ('error' in parsed) return parsed;
  const value = negative ? -parsed.value : parsed.value;
  return BigInt.asIntN(bits, value) === value ? { value } : numberError(name, s, 'value out of range');
}

/** strconv.Atoi. The value is exact up to 2^53. */
export function atoi(s: string): Parsed<number> {
  const parsed = parseInteger(s, 64, 'Atoi');
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
