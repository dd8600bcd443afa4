// The nearest of some known words: what BuildKit offers as "did you mean".
import { toLower, toUpper } from '../go/text.ts';

/**
 * The option nearest to `value` at fewer than three edits; undefined where none is, or where `value` is one of them.
 * Of several equally near, the first; where BuildKit holds the options in no order and so takes any, the one that
 * starts most alike. Without case, the answer takes the case of `value`.
 */
export function suggest(
  value: string,
  options: readonly string[],
  caseSensitive: boolean,
  unordered = false,
): string | undefined {
  const wanted = caseSensitive ? value : toLower(value);
  let best: string | undefined;
  let bestDistance = 3;
  for (const option of options) {
    const candidate = caseSensitive ? option : toLower(option);
    if (candidate === wanted) return undefined;
    if (Math.abs(candidate.length - wanted.length) > 2 * bestDistance) continue;
    const edits = distance(wanted, candidate);
    const wins =
      edits < bestDistance ||
      (unordered && edits === bestDistance && best !== undefined && moreAlike(wanted, candidate, best));
    if (wins) {
      best = candidate;
      bestDistance = edits;
    }
  }
  if (best === undefined || best === '') return undefined;
  return caseSensitive ? best : inCaseOf(best, value);
}

/** BuildKit's error text with the suggestion behind it, where there is one. */
export function withSuggestion(message: string, suggestion: string | undefined): string {
  return suggestion === undefined ? message : `${message} (did you mean ${suggestion}?)`;
}

/** The Levenshtein distance in characters. */
export function distance(a: string, b: string): number {
  const from = [...a];
  const to = [...b];
  const row = to.map((_, i) => i + 1);
  let last = to.length;
  for (let i = 0; i < from.length; i++) {
    let diagonal = i;
    let left = i + 1;
    for (let j = 0; j < to.length; j++) {
      const above = row[j] as number;
      left = Math.min(left + 1, above + 1, diagonal + (from[i] === to[j] ? 0 : 1));
      row[j] = left;
      diagonal = above;
    }
    last = left;
  }
  return last;
}

function moreAlike(value: string, candidate: string, best: string): boolean {
  return commonStart(value, candidate) > commonStart(value, best);
}

function commonStart(a: string, b: string): number {
  let i = 0;
  while (i < a.length && a[i] === b[i]) i++;
  return i;
}

function inCaseOf(match: string, original: string): string {
  if (original === toLower(original)) return toLower(match);
  if (original === toUpper(original)) return toUpper(match);
  return match;
}
