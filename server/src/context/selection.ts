// What a COPY, an ADD or a bind mount takes of a context that has been sent (fsutil's copy with wildcards, links and patterns).
import { hasWildcards, matchPath } from '../go/match.ts';
import { dir, join } from '../go/path.ts';
import { indexOf, kinds, type Listing } from './listing.ts';
import { compilePatterns, type PatternMatcher } from './patterns.ts';

export interface Selection {
  /** A path of the context, perhaps with wildcards. */
  readonly path: string;
  readonly wildcard: boolean;
  /** Patterns for what lies below the path; none for everything. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

export interface Taken {
  /** Indexes of the listing, ascending, each once: whatever is no directory. */
  readonly files: readonly number[];
  /** The path names something, be it an empty directory. */
  readonly exists: boolean;
  /** Indexes of what the path names, links followed: -1 for the whole context. */
  readonly named: readonly number[];
  /** Why the copy would fail although the path names something: a link that leads nowhere, a bad pattern. */
  readonly error: string | undefined;
}

/** What the selection takes of what `visible` marks. */
export function select(listing: Listing, visible: Uint8Array, { path, wildcard, include, exclude }: Selection): Taken {
  const includes = compilePatterns(include);
  const excludes = compilePatterns(exclude);
  const found = new Set<number>();
  const named: number[] = [];
  let exists = false;
  let error: string | undefined;
  const roots = wildcard ? rootsOf(listing, visible, path) : [path];
  if (typeof roots === 'string')
    return { files: [], exists: false, named, error: `lstat ${roots}: no such file or directory` };
  // Where wildcards find nothing, nobody looks at the patterns.
  if (roots.length > 0 && 'error' in includes)
    error = `invalid includepatterns: [${include.join(' ')}]: ${includes.error}`;
  else if (roots.length > 0 && 'error' in excludes)
    error = `invalid excludepatterns: [${exclude.join(' ')}]: ${excludes.error}`;
  for (const root of error === undefined ? roots : []) {
    const at = realIndex(listing, visible, root);
    // A name that a wildcard found is there, but what it leads to need not be.
    if (at === missing && wildcard && isWildcardPath(path)) error ??= `lstat /${root}: no such file or directory`;
    if (at === missing) continue;
    exists = true;
    named.push(at);
    if (at >= 0 && listing.kinds[at] !== kinds.directory) found.add(at);
    else takeBelow(listing, visible, at, matcherOf(includes, include), matcherOf(excludes, exclude), found);
  }
  return {
    files: [...found].sort((a, b) => a - b),
    exists: exists || (roots.length > 0 && error !== undefined),
    named,
    error,
  };
}

/** True where the path has wildcards that BuildKit looks for. */
export function isWildcardPath(path: string): boolean {
  return path.split('/').some(hasWildcards);
}

/** The whole context, which is no entry of its listing. */
const whole = -1;
const missing = -2;
const mostLinks = 255;

function matcherOf(
  compiled: ReturnType<typeof compilePatterns>,
  patterns: readonly string[],
): PatternMatcher | undefined {
  return patterns.length > 0 && 'matcher' in compiled ? compiled.matcher : undefined;
}

/** The paths that a pattern names, directories that match standing for all in them; the part without wildcards where that is not there. */
function rootsOf(listing: Listing, visible: Uint8Array, pattern: string): string[] | string {
  const parts = join('/', pattern).slice(1).split('/');
  const from = parts.findIndex(hasWildcards);
  if (from < 0) return [pattern];
  const base = realIndex(listing, visible, parts.slice(0, from).join('/'));
  if (base === missing) return `/${parts.slice(0, from).join('/')}`;
  const wanted = parts.slice(from).join('/');
  if (base >= 0 && listing.kinds[base] !== kinds.directory) return [];
  const start = base === whole ? 0 : (listing.paths[base] as string).length + 1;
  const end = base === whole ? listing.paths.length : (listing.ends[base] as number);
  const found: string[] = [];
  let i = base + 1;
  while (i < end) {
    const path = listing.paths[i] as string;
    if (visible[i] === 1 && matchPath(wanted, path.slice(start)) === true) {
      found.push(path);
      i = listing.ends[i] as number;
    } else i++;
  }
  return found;
}

/** The index of what a path leads to when links are followed, none out of the context. */
function realIndex(listing: Listing, visible: Uint8Array, path: string): number {
  const index = indexOf(listing);
  let rest = join('/', path).split('/').filter(Boolean);
  let at = '';
  let links = 0;
  let here = whole;
  while (rest.length > 0) {
    const next = at === '' ? (rest[0] as string) : `${at}/${rest[0]}`;
    here = index.find(next);
    if (here < 0 || visible[here] !== 1) return missing;
    rest = rest.slice(1);
    if (listing.kinds[here] !== kinds.link) {
      at = next;
      continue;
    }
    if (++links > mostLinks) return missing;
    const target = listing.links.get(here) ?? '';
    const real = target.startsWith('/') ? join('/', target) : join('/', dir(next), target);
    rest = [...real.split('/').filter(Boolean), ...rest];
    at = '';
    here = whole;
  }
  return here;
}

function takeBelow(
  listing: Listing,
  visible: Uint8Array,
  directory: number,
  includes: PatternMatcher | undefined,
  excludes: PatternMatcher | undefined,
  found: Set<number>,
): void {
  const { paths, ends } = listing;
  const start = directory === whole ? 0 : (paths[directory] as string).length + 1;
  const end = directory === whole ? paths.length : (ends[directory] as number);
  const open: { readonly end: number; readonly included: Uint8Array; readonly excluded: Uint8Array }[] = [];
  const includeCount = includes?.patterns.length ?? 0;
  const excludeCount = excludes?.patterns.length ?? 0;
  const plain = includes === undefined && excludes === undefined;
  let i = directory + 1;
  while (i < end) {
    const isDirectory = listing.kinds[i] === kinds.directory;
    if (visible[i] !== 1) {
      // What is not there has nothing in it.
      i = ends[i] as number;
      continue;
    }
    if (plain) {
      if (!isDirectory) found.add(i);
      i++;
      continue;
    }
    while (open.length > 0 && i >= (open[open.length - 1] as (typeof open)[number]).end) open.pop();
    const above = open[open.length - 1];
    const path = (paths[i] as string).slice(start);
    const included = new Uint8Array(includeCount);
    const excluded = new Uint8Array(excludeCount);
    const isIncluded = includes === undefined || includes.matchesBelow(path, above?.included, included) === true;
    const isExcluded = excludes !== undefined && excludes.matchesBelow(path, above?.excluded, excluded) === true;
    if (isIncluded && !isExcluded && !isDirectory) found.add(i);
    if (isExcluded && (includes === undefined || isDirectory) && excludes?.exclusions !== true) {
      i = ends[i] as number;
      continue;
    }
    if (isDirectory) open.push({ end: ends[i] as number, included, excluded });
    i++;
  }
}
