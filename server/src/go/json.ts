// JSON as Go's encoding/json reads and prints it: image configs are compared byte for byte.
import { foldCode, quote } from './text.ts';
import { compareUtf8 } from './utf8.ts';

/** A number that keeps its spelling. */
export interface JsonNumber {
  readonly number: string;
}

/** An object in the given order; a field whose value is undefined is not printed. Keys may repeat where it was read. */
export interface JsonObject {
  readonly fields: readonly (readonly [key: string, value: Json | undefined])[];
}

/** A value to print or one that was read. Maps are printed sorted by key; reading yields no Map, number or bigint. */
export type Json =
  | null
  | boolean
  | number
  | bigint
  | string
  | JsonNumber
  | JsonObject
  | readonly Json[]
  | ReadonlyMap<string, Json>;

/** `s` as json.Marshal prints it: `<`, `>`, `&`, U+2028 and U+2029 escaped, raw bytes as `\ufffd`. */
export function jsonString(s: string): string {
  if (plain.test(s)) return `"${s}"`;
  let out = '"';
  let from = 0;
  for (let i = 0; i < s.length; i++) {
    const written = escapeOf(s, i);
    if (written === '') continue;
    out += s.slice(from, i) + written;
    from = i + 1;
  }
  return `${out}${s.slice(from)}"`;
}

/** json.Marshal: compact, objects in their given order, maps sorted by the bytes of their keys. */
export function marshalJson(value: Json): string {
  if (typeof value === 'string') return jsonString(value);
  if (value === null || typeof value !== 'object') return String(value);
  if (value instanceof Map) {
    const keys = [...value.keys()].sort(compareUtf8);
    return `{${keys.map((key) => `${jsonString(key)}:${marshalJson(value.get(key) as Json)}`).join(',')}}`;
  }
  if (isArray(value)) return `[${value.map(marshalJson).join(',')}]`;
  if ('number' in value) return value.number;
  const parts: string[] = [];
  for (const [key, field] of (value as JsonObject).fields) {
    if (field !== undefined) parts.push(`${jsonString(key)}:${marshalJson(field)}`);
  }
  return `{${parts.join(',')}}`;
}

/** json.Unmarshal into `any`, numbers unread: the one value that `text` is, or Go's error text. */
export function unmarshalJson(text: string): { readonly value: Json } | { readonly error: string } {
  const reader: Reader = { text, at: 0, error: '' };
  const value = readValue(reader);
  if (value === undefined) return { error: reader.error };
  skipSpace(reader);
  if (reader.at < text.length) return { error: unexpected(text, reader.at, 'after top-level value') };
  return { value };
}

/**
 * json.Decoder.Decode: the first value of `text` and the offset after it. What follows is not looked at.
 * The error is `EOF` for blank text and `unexpected EOF` where the value is not complete.
 */
export function decodeJson(text: string): { readonly value: Json; readonly end: number } | { readonly error: string } {
  const reader: Reader = { text, at: 0, error: '' };
  const value = readValue(reader);
  if (value !== undefined) return { value, end: reader.at };
  if (reader.at < text.length) return { error: reader.error };
  return { error: /^[ \t\r\n]*$/.test(text) ? 'EOF' : 'unexpected EOF' };
}

export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && 'fields' in value;
}

/** What a Go struct field `name` is given: the last value whose key is `name`, be it in other case. */
export function field(object: Json | undefined, name: string): Json | undefined {
  const all = fieldValues(object, name);
  return all[all.length - 1];
}

/** Every value that a Go struct field `name` is given, in turn (each is decoded over what was there before). */
export function fieldValues(object: Json | undefined, name: string): readonly Json[] {
  if (!isJsonObject(object)) return [];
  const folded = fold(name);
  const values: Json[] = [];
  for (const [key, value] of object.fields) {
    if (value !== undefined && (key === name || fold(key) === folded)) values.push(value);
  }
  return values;
}

const plain = /^[ !#-%'-;=?-[\]-\x7f]*$/;
const maxDepth = 10000;

interface Reader {
  readonly text: string;
  /** The offset that is read next; where there is an error, the offset of the wrong character. */
  at: number;
  error: string;
}

interface Frame {
  readonly isObject: boolean;
  readonly items: Json[];
  readonly fields: [string, Json][];
  key: string;
}

function isArray(value: object): value is readonly Json[] {
  return Array.isArray(value);
}

function fold(s: string): string {
  let out = '';
  for (const character of s) out += String.fromCodePoint(foldCode(character.codePointAt(0) as number));
  return out;
}

/** What json.Marshal writes for the unit at `i`; `` where it is written as it is. */
function escapeOf(s: string, i: number): string {
  const code = s.charCodeAt(i);
  switch (code) {
    case 0x22:
      return '\\"';
    case 0x5c:
      return '\\\\';
    case 0x08:
      return '\\b';
    case 0x0c:
      return '\\f';
    case 0x0a:
      return '\\n';
    case 0x0d:
      return '\\r';
    case 0x09:
      return '\\t';
    case 0x3c:
    case 0x3e:
    case 0x26:
    case 0x2028:
    case 0x2029:
      return `\\u${code.toString(16).padStart(4, '0')}`;
  }
  if (code < 0x20) return `\\u${code.toString(16).padStart(4, '0')}`;
  if (code < 0xd800 || code > 0xdfff) return '';
  if (code < 0xdc00) return (s.codePointAt(i) as number) > 0xffff ? '' : '\ufffd';
  const before = i > 0 ? s.charCodeAt(i - 1) : 0;
  if (before >= 0xd800 && before <= 0xdbff) return '';
  // A raw byte is invalid to Go; other lone surrogates were U+FFFD before Go saw them.
  return code >= 0xdc80 && code <= 0xdcff ? '\\ufffd' : '\ufffd';
}

/** Reads one value with its containers kept on a stack of our own: depth must not be the host's question. */
function readValue(reader: Reader): Json | undefined {
  const { text } = reader;
  const stack: Frame[] = [];
  for (;;) {
    skipSpace(reader);
    let value: Json | undefined;
    const code = text.charCodeAt(reader.at);
    if (code === 0x7b || code === 0x5b) {
      if (stack.length >= maxDepth) return fail(reader, 'exceeded max depth');
      const frame: Frame = { isObject: code === 0x7b, items: [], fields: [], key: '' };
      reader.at++;
      skipSpace(reader);
      if (text.charCodeAt(reader.at) === (frame.isObject ? 0x7d : 0x5d)) {
        reader.at++;
        value = frame.isObject ? { fields: frame.fields } : frame.items;
      } else {
        if (frame.isObject && !readKey(reader, frame)) return undefined;
        stack.push(frame);
        continue;
      }
    } else {
      value = readScalar(reader, code);
      if (value === undefined) return undefined;
    }
    // The value is complete; so may be the containers that it ends.
    for (;;) {
      const frame = stack[stack.length - 1];
      if (frame === undefined) return value;
      if (frame.isObject) frame.fields.push([frame.key, value]);
      else frame.items.push(value);
      skipSpace(reader);
      const next = text.charCodeAt(reader.at);
      if (next === 0x2c) {
        reader.at++;
        if (frame.isObject && !readKey(reader, frame)) return undefined;
        break;
      }
      if (next !== (frame.isObject ? 0x7d : 0x5d)) {
        return fail(reader, frame.isObject ? 'after object key:value pair' : 'after array element');
      }
      reader.at++;
      stack.pop();
      value = frame.isObject ? { fields: frame.fields } : frame.items;
    }
  }
}

/** Reads `"key":`; false with the error set where there is none. */
function readKey(reader: Reader, frame: Frame): boolean {
  skipSpace(reader);
  if (reader.text.charCodeAt(reader.at) !== 0x22) {
    fail(reader, 'looking for beginning of object key string');
    return false;
  }
  const key = readString(reader);
  if (key === undefined) return false;
  skipSpace(reader);
  if (reader.text.charCodeAt(reader.at) !== 0x3a) {
    fail(reader, 'after object key');
    return false;
  }
  reader.at++;
  frame.key = key;
  return true;
}

function readScalar(reader: Reader, code: number): Json | undefined {
  if (code === 0x22) return readString(reader);
  if (code === 0x2d || isDigit(code)) return readNumber(reader);
  if (code === 0x74) return readWord(reader, 'true') ? true : undefined;
  if (code === 0x66) return readWord(reader, 'false') ? false : undefined;
  if (code === 0x6e) return readWord(reader, 'null') ? null : undefined;
  return fail(reader, 'looking for beginning of value');
}

function readWord(reader: Reader, word: string): boolean {
  for (let i = 1; i < word.length; i++) {
    reader.at++;
    if (reader.text[reader.at] === word[i]) continue;
    failInLiteral(reader, `in literal ${word} (expecting '${word[i]}')`);
    return false;
  }
  reader.at++;
  return true;
}

function readNumber(reader: Reader): JsonNumber | undefined {
  const { text } = reader;
  const start = reader.at;
  if (text[reader.at] === '-') reader.at++;
  const first = text.charCodeAt(reader.at);
  if (!isDigit(first)) return failInLiteral(reader, 'in numeric literal');
  reader.at++;
  if (first !== 0x30) skipDigits(reader);
  if (text[reader.at] === '.') {
    reader.at++;
    if (!isDigit(text.charCodeAt(reader.at))) return failInLiteral(reader, 'after decimal point in numeric literal');
    skipDigits(reader);
  }
  if (text[reader.at] === 'e' || text[reader.at] === 'E') {
    reader.at++;
    if (text[reader.at] === '+' || text[reader.at] === '-') reader.at++;
    if (!isDigit(text.charCodeAt(reader.at))) return failInLiteral(reader, 'in exponent of numeric literal');
    skipDigits(reader);
  }
  return { number: text.slice(start, reader.at) };
}

function readString(reader: Reader): string | undefined {
  const { text } = reader;
  const start = ++reader.at;
  let escaped = false;
  for (;;) {
    const code = text.charCodeAt(reader.at);
    if (code === 0x22) break;
    if (code < 0x20) return fail(reader, 'in string literal');
    if (Number.isNaN(code)) return fail(reader, '');
    reader.at++;
    if (code !== 0x5c) continue;
    escaped = true;
    const letter = text.charAt(reader.at);
    if (letter === '' || !'bfnrt\\/"u'.includes(letter)) return failInLiteral(reader, 'in string escape code');
    reader.at++;
    for (let digits = letter === 'u' ? 4 : 0; digits > 0; digits--, reader.at++) {
      if (!isHex(text.charCodeAt(reader.at))) return failInLiteral(reader, 'in \\u hexadecimal character escape');
    }
  }
  const inner = text.slice(start, reader.at++);
  return (escaped ? unescaped(inner) : inner).replace(loneSurrogate, '\ufffd');
}

const loneSurrogate = /\p{Surrogate}/gu;

function unescaped(s: string): string {
  const parts: string[] = [];
  let from = 0;
  for (;;) {
    const at = s.indexOf('\\', from);
    if (at < 0) break;
    parts.push(s.slice(from, at));
    from = at + 2;
    const letter = s.charAt(at + 1);
    if (letter !== 'u') {
      const index = 'bfnrt'.indexOf(letter);
      parts.push(index < 0 ? letter : '\b\f\n\r\t'.charAt(index));
      continue;
    }
    const code = Number.parseInt(s.slice(from, from + 4), 16);
    from += 4;
    if (code < 0xd800 || code > 0xdfff) {
      parts.push(String.fromCharCode(code));
      continue;
    }
    // Only two escapes in a row make a pair; an escape and a character never do.
    const low = s.startsWith('\\u', from) ? Number.parseInt(s.slice(from + 2, from + 6), 16) : 0;
    if (code < 0xdc00 && low >= 0xdc00 && low <= 0xdfff) {
      parts.push(String.fromCharCode(code, low));
      from += 6;
    } else parts.push('\ufffd');
  }
  parts.push(s.slice(from));
  return parts.join('');
}

function skipSpace(reader: Reader): void {
  for (;;) {
    const code = reader.text.charCodeAt(reader.at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
    reader.at++;
  }
}

function skipDigits(reader: Reader): void {
  while (isDigit(reader.text.charCodeAt(reader.at))) reader.at++;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isHex(code: number): boolean {
  return isDigit(code) || ((code | 0x20) >= 0x61 && (code | 0x20) <= 0x66);
}

function fail(reader: Reader, context: string): undefined {
  const { text, at } = reader;
  reader.error = at < text.length ? unexpected(text, at, context) : 'unexpected end of JSON input';
  return undefined;
}

/** As `fail`, but Go learns of the end by feeding a blank, and a literal does not take one. */
function failInLiteral(reader: Reader, context: string): undefined {
  const { text, at } = reader;
  reader.error = at < text.length ? unexpected(text, at, context) : `invalid character ' ' ${context}`;
  return undefined;
}

/** Go names the first byte of what it did not expect, as a character. */
function unexpected(text: string, at: number, context: string): string {
  const character = text.codePointAt(at) as number;
  const byte = firstByte(character);
  let name = quote(String.fromCharCode(byte)).slice(1, -1);
  if (byte === 0x27) name = "\\'";
  else if (byte === 0x22) name = '"';
  return `invalid character '${name}' ${context}`;
}

function firstByte(code: number): number {
  if (code < 0x80) return code;
  if (code >= 0xdc80 && code <= 0xdcff) return code & 0xff;
  if (code < 0x800) return 0xc0 | (code >> 6);
  if (code >= 0xd800 && code <= 0xdfff) return 0xef;
  return code < 0x10000 ? 0xe0 | (code >> 12) : 0xf0 | (code >> 18);
}
