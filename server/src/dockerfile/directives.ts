// The directives at the top of a file (`# syntax=`, `# escape=`, `# check=`), in all forms that BuildKit accepts.
import { isJsonObject, unmarshalJson } from '../go/json.ts';
import { cut, toLower } from '../go/text.ts';
import { skipSpace } from '../go/unicode.ts';
import type { LineRange } from './instruction.ts';
import { hasHugeNumber } from './jsonArray.ts';

/** A directive found: its first word, its whole value, and where (line 0 in the JSON form, as BuildKit has it). */
export interface FoundDirective {
  readonly value: string;
  readonly wholeValue: string;
  readonly location: LineRange;
}

/** The frontend that the file asks for: `# syntax=`, else `// syntax=`, else `{"syntax": ...}`. */
export function detectSyntax(text: string): FoundDirective | undefined {
  return find('syntax', text, true);
}

/** The directive `key` (`syntax`, `escape`, `check`) in its `#` form. */
export function parseDirective(key: string, text: string): FoundDirective | undefined {
  return find(key, text, false);
}

/** One directive line: offsets of name and value. */
export interface DirectiveLine {
  readonly name: string;
  readonly nameStart: number;
  readonly nameEnd: number;
  readonly valueStart: number;
  readonly valueEnd: number;
}

/** The directive in `text[start, end)` behind `prefix`, undefined where the line is none (then none follows either). */
export function readDirectiveLine(text: string, start: number, end: number, prefix: string): DirectiveLine | undefined {
  if (!text.startsWith(prefix, start) || start + prefix.length > end) return undefined;
  const nameStart = skipSpace(text, start + prefix.length, end);
  const found = /^([a-z][a-z0-9]*)[\t\n\f\r ]*=[\t\n\f\r ]*/i.exec(text.slice(nameStart, end));
  if (!found) return undefined;
  const [before, written = ''] = found;
  const nameEnd = nameStart + written.length;
  let valueStart = nameStart + before.length;
  let valueEnd = end;
  if (valueStart === end) {
    // A value of blanks only: the last one is the value.
    if (before.endsWith('=')) return undefined;
    valueStart--;
  } else while (isBlank(text.charCodeAt(valueEnd - 1))) valueEnd--;
  const name = toLower(written);
  if (name !== 'syntax' && name !== 'escape' && name !== 'check') return undefined;
  return { name, nameStart, nameEnd, valueStart, valueEnd };
}

function find(key: string, whole: string, anyForm: boolean): FoundDirective | undefined {
  let start = whole.charCodeAt(0) === 0xfeff ? 1 : 0;
  let line = 0;
  if (whole.startsWith('#!', start)) {
    const lineEnd = whole.indexOf('\n', start);
    start = lineEnd < 0 ? whole.length : lineEnd + 1;
    line = 1;
  }
  const found = findLine(key, whole, start, line, '#');
  if (found || !anyForm) return found;
  return findLine(key, whole, start, line, '//') ?? findJson(key, whole.slice(start), line);
}

function findLine(key: string, text: string, from: number, before: number, prefix: string): FoundDirective | undefined {
  const seen = new Set<string>();
  let pos = from;
  for (let line = before + 1; pos < text.length; line++) {
    const newline = text.indexOf('\n', pos);
    let end = newline < 0 ? text.length : newline;
    const next = newline < 0 ? text.length : newline + 1;
    if (end > pos && text[end - 1] === '\r') end--;
    const read = readDirectiveLine(text, pos, end, prefix);
    // A repeated directive ends the reading too.
    if (!read || seen.has(read.name)) return undefined;
    if (read.name === key) {
      const wholeValue = text.slice(read.valueStart, read.valueEnd);
      return { value: cut(wholeValue, ' ')[0], wholeValue, location: { first: line, last: line } };
    }
    seen.add(read.name);
    pos = next;
  }
  return undefined;
}

function findJson(key: string, text: string, line: number): FoundDirective | undefined {
  const opening = skipSpace(text, 0, text.length);
  if (text[opening] !== '{') return undefined;
  const read = unmarshalJson(text);
  if ('error' in read || !isJsonObject(read.value) || hasHugeNumber(read.value)) return undefined;
  const value = read.value.fields.findLast(([name]) => name === key)?.[1];
  return typeof value === 'string' ? { value, wholeValue: value, location: { first: line, last: line } } : undefined;
}

/** What `\s` matches in Go: not the vertical tab. */
function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0c || code === 0x0d;
}
