// JSON as Go's encoding/json reads it, and its strings as that prints them: image configs are compared byte for byte.
import { equalFold, quote } from './text.ts';
import { toValid } from './unicode.ts';
import { encodeUtf8 } from './utf8.ts';

/** A number that keeps its spelling. */
export interface JsonNumber {
  readonly number: string;
}

/** An object in the given order. Keys may repeat. */
export interface JsonObject {
  readonly fields: readonly (readonly [key: string, value: Json])[];
}

/** A value that was read. */
export type Json = null | boolean | string | JsonNumber | JsonObject | readonly Json[];

/** `s` as json.Marshal prints it: `<`, `>`, `&`, U+2028 and U+2029 escaped, raw bytes as `\ufffd`. */
export function jsonString(s: string): string {
  return plain.test(s) ? `"${s}"` : `"${s.replace(toEscape, escapeOf)}"`;
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

export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && 'fields' in value;
}

/** What a Go struct field `name` is given: the last value whose key is `name`, be it in other case. */
export function field(object: Json | undefined, name: string): Json | undefined {
  return isJsonObject(object) ? object.fields.findLast(([key]) => equalFold(key, name))?.[1] : undefined;
}

const plain = /^[ !#-%'-;=?-[\]-\x7f]*$/;
const toEscape = /["\\\x00-\x1f<>&\u2028\u2029]|\p{Surrogate}/gu;
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

function escapeOf(character: string): string {
  const code = character.charCodeAt(0);
  // A raw byte is invalid to Go; other lone surrogates were U+FFFD before Go saw them.
  if (code >= 0xd800 && code <= 0xdfff) return code >= 0xdc80 && code <= 0xdcff ? '\\ufffd' : '\ufffd';
  const written = JSON.stringify(character).slice(1, -1);
  return written === character ? `\\u${code.toString(16).padStart(4, '0')}` : written;
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

const numberPattern = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;

function readNumber(reader: Reader): JsonNumber | undefined {
  const { text } = reader;
  numberPattern.lastIndex = reader.at;
  const [number = '', fraction, exponent] = numberPattern.exec(text) ?? [];
  reader.at += number.length;
  const next = text[reader.at++];
  if (number === '') return failInLiteral(reader, 'in numeric literal');
  if (!exponent && !fraction && next === '.') return failInLiteral(reader, 'after decimal point in numeric literal');
  if (!exponent && (next === 'e' || next === 'E')) {
    if (text[reader.at] === '+' || text[reader.at] === '-') reader.at++;
    return failInLiteral(reader, 'in exponent of numeric literal');
  }
  reader.at--;
  return { number };
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
  // Go takes what stands for no character for U+FFFD; two escapes in a row make a pair, an escape and a character never do.
  const inner = toValid(text.slice(start, reader.at++));
  return escaped ? toValid(JSON.parse(`"${inner}"`)) : inner;
}

function skipSpace(reader: Reader): void {
  for (;;) {
    const code = reader.text.charCodeAt(reader.at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
    reader.at++;
  }
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isHex(code: number): boolean {
  return isDigit(code) || ((code | 0x20) >= 0x61 && (code | 0x20) <= 0x66);
}

function fail(reader: Reader, context: string, atEnd = 'unexpected end of JSON input'): undefined {
  const { text, at } = reader;
  reader.error = at < text.length ? unexpected(text, at, context) : atEnd;
  return undefined;
}

/** As `fail`, but Go learns of the end by feeding a blank, and a literal does not take one. */
function failInLiteral(reader: Reader, context: string): undefined {
  return fail(reader, context, `invalid character ' ' ${context}`);
}

/** Go names the first byte of what it did not expect, as a character. */
function unexpected(text: string, at: number, context: string): string {
  const character = String.fromCharCode(encodeUtf8(text.slice(at, at + 2))[0] as number);
  const name = character === "'" ? "\\'" : character === '"' ? character : quote(character).slice(1, -1);
  return `invalid character '${name}' ${context}`;
}
