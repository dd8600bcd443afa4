// The files of a build context as the cache sees them: what a COPY selects, and whether that is the same as before.

import { parseIgnoreFile } from '../context/ignoreFile.ts';
import { compilePatterns, type PatternMatcher } from '../context/patterns.ts';
import { base as baseName, clean, dir as dirName, join } from '../go/path.ts';
import { compareUtf8 } from '../go/utf8.ts';
import type { Contents } from './cacheImpact.ts';
import type { Selector } from './cacheKeys.ts';

/** A file, directory or symbolic link of a context. */
export interface Entry {
  /** Equal for equal bytes (and for directories always ``). */
  readonly content: string;
  readonly mode: string;
  readonly directory?: boolean;
  /** Where a symbolic link leads; undefined for anything else. */
  readonly link?: string;
}

/** A tree of a context: entries by slash-separated path without a slash in front. Parents need not be listed. */
export type Tree = ReadonlyMap<string, Entry>;

/** Contents of contexts whose every file is known. `tree` gives that of a source, undefined where it is not known. */
export function knownContents(
  tree: (identifier: string) => { readonly files: Tree; readonly ignore: string } | undefined,
): Contents {
  const kept = new Map<string, Tree>();
  return {
    signature: (identifier, selectors) => {
      let files = kept.get(identifier);
      if (files === undefined) {
        const known = tree(identifier);
        if (known === undefined) return identifier.startsWith('local://') ? undefined : identifier;
        files = withoutIgnored(known.files, known.ignore);
        kept.set(identifier, files);
      }
      // A download is one thing, whatever path of it is read.
      if (!identifier.startsWith('local://')) return JSON.stringify([...files]);
      return selectors.map((s) => selected(files as Tree, s)).join('\u0001');
    },
  };
}

/**
 * Contents of which only the changed paths are known, against an earlier build: `moment` tells the builds apart. A
 * selection that no changed path touches is what it was. Of the sources in `whole` everything changed.
 */
export function changedContents(
  changed: readonly string[],
  moment: string,
  whole: ReadonlySet<string> = nothing,
): Contents {
  const paths = changed.map((path) => join('/', path));
  return {
    signature: (identifier, selectors) => {
      if (!identifier.startsWith('local://')) return whole.has(identifier) ? `${identifier} ${moment}` : identifier;
      const touched = whole.has(identifier) || selectors.some((s) => paths.some((path) => touches(s, path)));
      return `${identifier} ${JSON.stringify(selectors.map((s) => [s.path, s.include, s.exclude]))}${touched ? ` ${moment}` : ''}`;
    },
  };
}

const nothing: ReadonlySet<string> = new Set();

/** True where a change of `path` can show in what the selector reads. */
function touches(selector: Selector, path: string): boolean {
  const matcher = selector.exclude.length === 0 ? undefined : compilePatterns(selector.exclude);
  const inside = relativeTo(selector, path);
  if (inside === undefined) return false;
  if (matcher !== undefined && 'matcher' in matcher && matcher.matcher.matchesOrParentMatches(inside) === true)
    return false;
  if (selector.include.length === 0) return true;
  const include = compilePatterns(selector.include);
  return !('matcher' in include) || include.matcher.matchesOrParentMatches(path.slice(1)) !== false;
}

/** The path below what the selector names, `.` for the thing itself; undefined where it is elsewhere. */
function relativeTo(selector: Selector, path: string): string | undefined {
  const wanted = clean(selector.path);
  if (wanted === '/') return path.slice(1);
  const parts = path.split('/');
  const depth = wanted.split('/').length;
  const head = parts.slice(0, depth).join('/');
  const same = selector.wildcard ? matchPath(wanted, head) : head === wanted;
  return same ? parts.slice(depth).join('/') || '.' : undefined;
}

function withoutIgnored(files: Tree, ignore: string): Tree {
  const patterns = parseIgnoreFile(ignore);
  if (patterns.length === 0) return files;
  const compiled = compilePatterns(patterns);
  if (!('matcher' in compiled)) return files;
  const matcher: PatternMatcher = compiled.matcher;
  return new Map([...files].filter(([path]) => matcher.matchesOrParentMatches(path) !== true));
}

/** Everything that a selector takes, as one text. */
function selected(files: Tree, selector: Selector): string {
  const wanted = clean(selector.path);
  const roots = selector.wildcard ? wildcardRoots(files, wanted) : [wanted];
  const include = selector.include.length === 0 ? undefined : compilePatterns(selector.include);
  const exclude = selector.exclude.length === 0 ? undefined : compilePatterns(selector.exclude);
  const parts: string[] = [];
  for (const root of roots) {
    const real = resolve(files, root, 0);
    const prefix = real === '' ? '' : `${real}/`;
    const lines: string[] = [];
    for (const [path, entry] of files) {
      if (path !== real && !path.startsWith(prefix)) continue;
      const inside = path === real ? '' : path.slice(prefix.length);
      // A directory is copied into the destination, so it does not count itself.
      if (inside === '' && entry.directory === true) continue;
      if (include !== undefined && 'matcher' in include && include.matcher.matchesOrParentMatches(path) !== true)
        continue;
      if (
        exclude !== undefined &&
        'matcher' in exclude &&
        exclude.matcher.matchesOrParentMatches(inside || baseName(path)) === true
      )
        continue;
      lines.push(`${inside}\u0000${entry.mode}\u0000${entry.link === undefined ? entry.content : `->${entry.link}`}`);
    }
    // The name of the one thing that is copied is no part of its content; that of each thing a wildcard finds is.
    parts.push(`${selector.wildcard ? baseName(root) : ''}\u0002${lines.sort(compareUtf8).join('\u0003')}`);
  }
  return parts.join('\u0004');
}

function wildcardRoots(files: Tree, pattern: string): string[] {
  const depth = pattern.split('/').length - 1;
  const found = new Set<string>();
  for (const path of files.keys()) {
    const head = `/${path.split('/').slice(0, depth).join('/')}`;
    if (path.split('/').length >= depth && matchPath(pattern, head)) found.add(head);
  }
  return [...found].sort(compareUtf8);
}

/** Follows symbolic links; the path without a slash in front, `` for the root. */
function resolve(files: Tree, path: string, depth: number): string {
  let at = '';
  const parts = path.split('/').filter((p) => p !== '');
  for (let i = 0; i < parts.length; i++) {
    const next = at === '' ? (parts[i] as string) : `${at}/${parts[i]}`;
    const link = files.get(next)?.link;
    if (link !== undefined && depth < 40) {
      const target = link.startsWith('/') ? link : join('/', dirName(`/${next}`), link);
      return resolve(files, join('/', target, ...parts.slice(i + 1)), depth + 1);
    }
    at = next;
  }
  return at;
}

/** Go's path.Match, of a whole path; a bad pattern matches nothing. */
function matchPath(pattern: string, path: string): boolean {
  const p = pattern.split('/');
  const s = path.split('/');
  return p.length === s.length && p.every((part, i) => matchPart(part, s[i] as string));
}

function matchPart(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let mark = 0;
  while (t < text.length) {
    const one = p < pattern.length && pattern[p] !== '*' ? matchOne(pattern, p, text[t] as string) : -1;
    if (one > 0) {
      p = one;
      t++;
    } else if (pattern[p] === '*') {
      star = ++p;
      mark = t;
    } else if (star >= 0) {
      p = star;
      t = ++mark;
    } else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}

/** Where the pattern goes on after matching one character, -1 where it does not match. */
function matchOne(pattern: string, at: number, ch: string): number {
  if (pattern[at] === '?') return at + 1;
  if (pattern[at] === '\\') return pattern[at + 1] === ch ? at + 2 : -1;
  if (pattern[at] !== '[') return pattern[at] === ch ? at + 1 : -1;
  const close = pattern.indexOf(']', at + 2);
  if (close < 0) return -1;
  const negated = pattern[at + 1] === '^';
  const set = pattern.slice(at + (negated ? 2 : 1), close);
  let inside = false;
  for (let i = 0; i < set.length; i++) {
    if (set[i + 1] === '-' && i + 2 < set.length) {
      inside ||= ch >= (set[i] as string) && ch <= (set[i + 2] as string);
      i += 2;
    } else inside ||= set[i] === ch;
  }
  return inside === negated ? -1 : close + 1;
}
