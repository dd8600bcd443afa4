// JSON arrays of strings with the place of each string: the exec form of an instruction.
import { isJsonObject, type Json, unmarshalJson } from '../go/json.ts';
import { toValid } from '../go/unicode.ts';
import type { Word } from './instruction.ts';

/**
 * The strings of the JSON array `source[start, end)`, each with the place of its characters between the quotes, moved
 * by `shift`. `mixed` where it is an array but not of strings only, `invalid` where it is no JSON that Go accepts.
 */
export function readStringArray(
  source: string,
  start: number,
  end: number,
  shift: number,
): readonly Word[] | 'mixed' | 'invalid' {
  if (source[start] !== '[') return 'invalid';
  const words: Word[] = [];
  let pos = skipJsonSpace(source, start + 1, end);
  if (source[pos] === ']' && pos < end) return skipJsonSpace(source, pos + 1, end) === end ? words : 'invalid';
  for (;;) {
    if (source.charCodeAt(pos) !== 0x22) return otherArray(source, start, end);
    const contentStart = pos + 1;
    let contentEnd = contentStart;
    let escaped = false;
    for (; contentEnd < end; contentEnd++) {
      const code = source.charCodeAt(contentEnd);
      if (code === 0x22) break;
      if (code < 0x20) return 'invalid';
      if (code === 0x5c) {
        escaped = true;
        contentEnd++;
      } else if (code >= 0xd800) escaped = true;
    }
    if (contentEnd >= end) return 'invalid';
    let value = source.slice(contentStart, contentEnd);
    if (escaped) {
      const read = unmarshalJson(`"${value}"`);
      if ('error' in read) return 'invalid';
      value = toValid(read.value as string);
    }
    words.push({ value, start: contentStart + shift, end: contentEnd + shift });
    pos = skipJsonSpace(source, contentEnd + 1, end);
    const next = pos < end ? source.charCodeAt(pos) : 0;
    if (next === 0x5d) return skipJsonSpace(source, pos + 1, end) === end ? words : 'invalid';
    if (next !== 0x2c) return 'invalid';
    pos = skipJsonSpace(source, pos + 1, end);
    if (pos >= end) return 'invalid';
  }
}

/** True where Go can't read some number of `value` as a float64. */
export function hasHugeNumber(value: Json): boolean {
  const open: Json[] = [value];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (Array.isArray(next)) for (const item of next as readonly Json[]) open.push(item);
    else if (isJsonObject(next)) {
      for (const [, item] of next.fields) if (item !== undefined) open.push(item);
    } else if (typeof next === 'object' && next !== null && 'number' in next && !Number.isFinite(Number(next.number)))
      return true;
  }
  return false;
}

/** The array has something else than strings, or is none. */
function otherArray(source: string, start: number, end: number): 'mixed' | 'invalid' {
  const read = unmarshalJson(source.slice(start, end));
  return 'error' in read || hasHugeNumber(read.value) ? 'invalid' : 'mixed';
}

function skipJsonSpace(source: string, from: number, end: number): number {
  let i = from;
  while (i < end) {
    const code = source.charCodeAt(i);
    if (code !== 0x20 && code !== 0x09 && code !== 0x0a && code !== 0x0d) break;
    i++;
  }
  return i;
}
