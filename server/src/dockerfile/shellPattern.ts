// Shell patterns (`*`, `?`) as the modifiers #, %, and / of a variable match them: leftmost, with priority to the
// first star's preference, in time linear in pattern times value.
import { endOfAll, isNameCharacter, toValid } from '../go/unicode.ts';

/** Code points; `anyOne` and `anyRun` stand for `?` and `*`. Neither matches a line feed. */
type Pattern = readonly number[];

const anyOne = -1;
const anyRun = -2;
const newline = 0x0a;

export type PatternResult = { readonly value: string } | { readonly error: string };

/** `${value#pattern}`: `value` without the prefix that `pattern` matches, the longest where greedy. */
export function trimPrefix(pattern: string, value: string, greedy: boolean): PatternResult {
  const compiled = compile(pattern);
  if (typeof compiled === 'string') return { error: `invalid pattern (${pattern}) in substitution: ${compiled}` };
  const characters = codePoints(value);
  const end = matcher(compiled, characters, greedy)(0);
  return { value: end <= 0 ? value : value.slice(unitsOf(characters, 0, end)) };
}

/** `${value%pattern}`: the same from the other end. What is no valid UTF-8 comes out as U+FFFD. */
export function trimSuffix(pattern: string, value: string, greedy: boolean): PatternResult {
  const result = trimPrefix(reversePattern(toValid(pattern)), reverse(toValid(value)), greedy);
  return 'error' in result ? result : { value: reverse(result.value) };
}

/** `${value/pattern/replacement}`, or `${value//pattern/replacement}` where `all`; `$0` in that one is the match. */
export function replace(pattern: string, value: string, replacement: string, all: boolean): PatternResult {
  const compiled = compile(pattern);
  if (typeof compiled === 'string') return { error: `invalid pattern (${pattern}) in substitution: ${compiled}` };
  const characters = codePoints(value);
  const match = matcher(compiled, characters, true);
  let result = '';
  let copied = 0;
  let lastEnd = -1;
  let start = 0;
  while (start <= characters.length) {
    const end = match(start);
    if (end < 0) {
      start++;
      continue;
    }
    // An empty match directly behind another match does not count.
    if (end > lastEnd || start === 0) {
      const from = unitsOf(characters, 0, start);
      const to = from + unitsOf(characters, start, end);
      result += value.slice(copied, from);
      copied = to;
      if (!all) return { value: result + replacement + value.slice(copied) };
      result += expandTemplate(replacement, value.slice(from, to));
    }
    lastEnd = end;
    start = end > start ? end : start + 1;
  }
  return { value: result + value.slice(copied) };
}

/** The pattern, or why it is none. */
function compile(pattern: string): Pattern | string {
  const tokens: number[] = [];
  const characters = codePoints(pattern);
  // A byte order mark at the start is not read.
  for (let i = characters[0] === 0xfeff ? 1 : 0; i < characters.length; i++) {
    const code = characters[i] as number;
    if (code === 0x2a) tokens.push(anyRun);
    else if (code === 0x3f) tokens.push(anyOne);
    else if (code === 0x5c) {
      const next = characters[i + 1];
      // A backslash before } and / only kept them from ending the pattern.
      if (next === 0x7d || next === 0x2f) continue;
      if (next !== 0x2a && next !== 0x3f && next !== 0x5c)
        return `invalid escape '\\${next === undefined ? '\ufffd' : String.fromCodePoint(next)}'`;
      tokens.push(next);
      i++;
    } else tokens.push(code);
  }
  return tokens;
}

/** A function that yields the end of the match at a start, -1 where there is none. */
function matcher(pattern: Pattern, value: readonly number[], greedy: boolean): (start: number) => number {
  const n = value.length;
  const runs: number[] = [];
  for (let t = 0; t < pattern.length; t++) if (pattern[t] === anyRun) runs.push(t);
  // For each star and place: behind it nothing matches there. Holds for every start.
  const failed = runs.length > 0 ? new Uint8Array(runs.length * (n + 1)) : undefined;
  const runEnd = new Int32Array(runs.length > 0 ? n + 1 : 0);
  for (let i = runEnd.length - 1, end = n; i >= 0; i--) {
    if (value[i] === newline) end = i;
    runEnd[i] = end;
  }
  return (start) => {
    // One entry for each star on the way: where it began and how far it reaches now.
    const begins: number[] = [];
    const reaches: number[] = [];
    let t = 0;
    let i = start;
    for (;;) {
      while (t < pattern.length && pattern[t] !== anyRun) {
        const token = pattern[t] as number;
        if (i >= n || (token === anyOne ? value[i] === newline : value[i] !== token)) break;
        t++;
        i++;
      }
      if (t === pattern.length) return i;
      if (pattern[t] === anyRun) {
        begins.push(i);
        reaches.push(greedy ? (runEnd[i] as number) + 1 : i - 1);
      }
      // Take the next choice of the innermost star that has one.
      for (;;) {
        const star = begins.length - 1;
        if (star < 0) return -1;
        const begin = begins[star] as number;
        const limit = runEnd[begin] as number;
        const base = star * (n + 1);
        let reach = reaches[star] as number;
        if (reach >= begin && reach <= limit && failed) failed[base + reach] = 1;
        do reach += greedy ? -1 : 1;
        while (reach >= begin && reach <= limit && failed?.[base + reach] === 1);
        if (reach < begin || reach > limit) {
          begins.pop();
          reaches.pop();
          continue;
        }
        reaches[star] = reach;
        i = reach;
        t = (runs[star] as number) + 1;
        break;
      }
    }
  };
}

/** Go's Regexp.Expand for a pattern without groups: `$0` is the match, any other name is empty, `$$` a dollar. */
function expandTemplate(template: string, match: string): string {
  let dollar = template.indexOf('$');
  if (dollar < 0) return template;
  let result = '';
  let copied = 0;
  while (dollar >= 0) {
    result += template.slice(copied, dollar);
    copied = dollar + 1;
    if (template[copied] === '$') {
      result += '$';
      copied++;
    } else {
      const braced = template[copied] === '{';
      const nameStart = braced ? copied + 1 : copied;
      const nameEnd = endOfAll(template, nameStart, template.length, isNameCharacter);
      if (nameEnd === nameStart || (braced && template[nameEnd] !== '}')) result += '$';
      else {
        if (template.slice(nameStart, nameEnd) === '0') result += match;
        copied = braced ? nameEnd + 1 : nameEnd;
      }
    }
    dollar = template.indexOf('$', copied);
  }
  return result + template.slice(copied);
}

function codePoints(s: string): number[] {
  return Array.from(toValid(s), (character) => character.codePointAt(0) as number);
}

function unitsOf(characters: readonly number[], from: number, to: number): number {
  let units = 0;
  for (let i = from; i < to; i++) units += (characters[i] as number) > 0xffff ? 2 : 1;
  return units;
}

function reverse(s: string): string {
  return [...s].reverse().join('');
}

/** Reversed, but each backslash still in front of what it escapes. */
function reversePattern(pattern: string): string {
  return (pattern.match(/\\?./gsu) ?? []).reverse().join('');
}
