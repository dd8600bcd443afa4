// Matching paths against .dockerignore-like patterns, as moby/patternmatcher does on Linux.
import { matchPath } from '../go/match.ts';
import { clean, dir } from '../go/path.ts';
import { trimSpace } from '../go/text.ts';
import { encodeUtf8 } from '../go/utf8.ts';
import { compileRegexp, matchesRegexp, type Regexp } from './regexp.ts';

/** What is reported of a pattern that can't be read, be it while compiling or only when a path is matched. */
export const badPattern = 'syntax error in pattern';

/** Patterns ready for use. Paths have slashes and no slash at their start; the results are undefined for `badPattern`. */
export interface PatternMatcher {
  /** True where some pattern starts with `!`. */
  readonly exclusions: boolean;
  /** True where the path or a directory above it is matched, and no later `!` pattern takes it out again. */
  matchesOrParentMatches(path: string): boolean | undefined;
  /**
   * As `matchesOrParentMatches` on a walk: `above` is what this wrote for the directory that the path is in, undefined at the
   * top, and `own` gets, for each pattern, 1 where it matched the path or a directory above. Not quite the same answers:
   * patterns that could not change the verdict on a directory are taken for not matching it.
   */
  matchesBelow(path: string, above: Uint8Array | undefined, own: Uint8Array): boolean | undefined;
  /** The patterns as they are matched, in order: cleaned, without `!`. */
  readonly patterns: readonly { readonly text: string; readonly exclusion: boolean }[];
  /** The old rule: of the directories above, only the one at the pattern's own depth counts. */
  matches(path: string): boolean | undefined;
}

/** patternmatcher.New. */
export function compilePatterns(
  patterns: readonly string[],
): { readonly matcher: PatternMatcher } | { readonly error: string } {
  const compiled: Pattern[] = [];
  for (const given of patterns) {
    const trimmed = trimSpace(given);
    if (trimmed === '') continue;
    const cleaned = clean(trimmed);
    const exclusion = cleaned[0] === '!';
    const text = exclusion ? cleaned.slice(1) : cleaned;
    if (text === '') return { error: 'illegal exclusion pattern: "!"' };
    if (matchPath(text, '.') === undefined) return { error: badPattern };
    compiled.push({ exclusion, depth: text.split('/').length, text, rule: ruleOf(text) });
  }
  return {
    matcher: {
      exclusions: compiled.some((pattern) => pattern.exclusion),
      matchesOrParentMatches: (path) => run(compiled, path, false),
      matchesBelow: (path, above, own) => runBelow(compiled, path, above, own),
      patterns: compiled,
      matches: (path) => run(compiled, path, true),
    },
  };
}

type Rule =
  | { readonly kind: 'exact' }
  | { readonly kind: 'prefix'; readonly prefix: string }
  | { readonly kind: 'suffix'; readonly suffix: string }
  | { readonly kind: 'regexp'; readonly regexp: Regexp | undefined };

interface Pattern {
  readonly exclusion: boolean;
  /** The number of its path elements. */
  readonly depth: number;
  readonly text: string;
  readonly rule: Rule;
}

function run(patterns: readonly Pattern[], path: string, oneParent: boolean): boolean | undefined {
  const parents = parentsOf(path);
  // Of nearly every path the directories above are what it begins with: then one look at it answers for all.
  const inOne = path.startsWith(parents[parents.length - 1] ?? '');
  const own = [path.length];
  const all = inOne ? [...parents.map((parent) => parent.length), path.length] : own;
  let matched = false;
  for (const pattern of patterns) {
    // Only what can change the verdict is looked at.
    if (pattern.exclusion !== matched) continue;
    let match = matchesPattern(pattern, path, oneParent ? own : all);
    if (match === undefined) return undefined;
    if (!match && oneParent) {
      const parent = parents[pattern.depth - 1];
      match = parent !== undefined && matchesPattern(pattern, parent, [parent.length]) === true;
    } else if (!match && !inOne) {
      match = parents.some((parent) => matchesPattern(pattern, parent, [parent.length]) === true);
    }
    if (match) matched = !pattern.exclusion;
  }
  return matched;
}

/** patternmatcher.MatchesUsingParentResults. */
function runBelow(
  patterns: readonly Pattern[],
  path: string,
  above: Uint8Array | undefined,
  own: Uint8Array,
): boolean | undefined {
  const ends = [path.length];
  let parents: string[] | undefined;
  let matched = false;
  for (let i = 0; i < patterns.length; i++) {
    const pattern = patterns[i] as Pattern;
    let match = above !== undefined && above[i] === 1;
    own[i] = 0;
    if (!match) {
      if (pattern.exclusion !== matched) continue;
      const found = matchesPattern(pattern, path, ends);
      if (found === undefined) return undefined;
      match = found;
      if (!match && above === undefined) {
        parents ??= parentsOf(path);
        match = parents.some((parent) => matchesPattern(pattern, parent, [parent.length]) === true);
      }
    }
    own[i] = match ? 1 : 0;
    if (match) matched = !pattern.exclusion;
  }
  return matched;
}

/** The directories above, outermost first. */
function parentsOf(path: string): string[] {
  const parent = dir(path);
  if (parent === '.') return [];
  const parents: string[] = [];
  for (let slash = parent.indexOf('/'); slash >= 0; slash = parent.indexOf('/', slash + 1)) {
    parents.push(parent.slice(0, slash));
  }
  parents.push(parent);
  return parents;
}

/** True where one of the paths matches that `path` begins with, `ends` being their lengths, its own the last. */
function matchesPattern({ text, rule }: Pattern, path: string, ends: readonly number[]): boolean | undefined {
  switch (rule.kind) {
    case 'exact':
      return path.startsWith(text) && ends.includes(text.length);
    case 'prefix':
      return path.startsWith(rule.prefix);
    case 'suffix': {
      const { suffix } = rule;
      const bare = suffix[0] === '/' ? suffix.slice(1) : undefined;
      for (const end of ends) if (path.endsWith(suffix, end)) return true;
      return bare !== undefined && path.startsWith(bare) && ends.includes(bare.length);
    }
    case 'regexp':
      return rule.regexp === undefined ? undefined : matchesRegexp(rule.regexp, path, ends);
  }
}

/**
 * How a pattern is matched. BuildKit turns it into a regular expression, and what that makes of odd patterns
 * (`[*]`, `\d`, `a{2}`) is part of the behaviour; so the same expression is built here.
 */
function ruleOf(pattern: string): Rule {
  let kind: Rule['kind'] = 'exact';
  let expression = '^';
  // The scanner that BuildKit reads patterns with drops a byte order mark, and sees U+FFFD in place of a raw byte.
  const start = pattern.startsWith('\ufeff') ? 1 : 0;
  const text = pattern.replace(/\p{Surrogate}/gu, '\ufffd');
  let i = start;
  while (i < text.length) {
    const first = i === start;
    const c = text[i++] as string;
    if (c === '*' && text[i] === '*') {
      i++;
      if (text[i] === '/') i++;
      if (i < text.length) {
        expression += '(.*/)?';
        kind = 'regexp';
      } else if (kind === 'exact') kind = 'prefix';
      else {
        expression += '.*';
        kind = 'regexp';
      }
      if (first) kind = 'suffix';
    } else if (c === '*') {
      expression += '[^/]*';
      kind = 'regexp';
    } else if (c === '?') {
      expression += '[^/]';
      kind = 'regexp';
    } else if ('.+()$'.includes(c)) expression += `\\${c}`;
    else if (c === '\\') {
      expression += c;
      if (i < text.length) {
        const next = String.fromCodePoint(text.codePointAt(i) as number);
        expression += next;
        i += next.length;
        kind = 'regexp';
      }
    } else {
      expression += c;
      if (c === '[' || c === ']') kind = 'regexp';
    }
  }
  switch (kind) {
    case 'exact':
      return { kind };
    case 'prefix':
      return { kind, prefix: pattern.slice(0, -2) };
    case 'suffix':
      return suffixRule(pattern, start);
    case 'regexp':
      return { kind, regexp: compileRegexp(`${expression}$`) };
  }
}

/** The two bytes that BuildKit cuts off are the asterisks, unless a byte order mark stands before them. */
function suffixRule(pattern: string, start: number): Rule {
  if (start === 0) return { kind: 'suffix', suffix: pattern.slice(2) };
  return {
    kind: 'suffix',
    suffix: String.fromCharCode(0xdc00 | (encodeUtf8(pattern)[2] as number)) + pattern.slice(1),
  };
}
