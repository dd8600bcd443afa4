// What of a build context BuildKit's client sends: include patterns from the paths that the build reads, exclude patterns from the
// ignore file (fsutil's filter over its walk).
import { followLinks } from './followLinks.ts';
import { kinds, type Listing } from './listing.ts';
import { badPattern, compilePatterns, type PatternMatcher } from './patterns.ts';

export interface Transfer {
  /** By index of the listing: 1 for what is sent. */
  readonly sent: Uint8Array;
  /** Files, links and so on that are sent; directories are not counted. */
  readonly files: number;
  /** Bytes of the files, a file with several names once. */
  readonly bytes: number;
  /** Why the build would fail while sending; undefined where it would not. */
  readonly error: string | undefined;
}

/** `follow` are the paths that the build reads, undefined for all; `exclude` the ignore file's patterns. */
export function transfer(
  listing: Listing,
  follow: readonly string[] | undefined,
  exclude: readonly string[],
): Transfer {
  const followed = follow === undefined ? undefined : followLinks(listing, follow);
  const include = followed?.patterns;
  const sent = new Uint8Array(listing.paths.length);
  const failed = (error: string): Transfer => ({ sent, files: 0, bytes: 0, error });
  if (followed?.error !== undefined) return failed(followed.error);
  const includes = filterOf(include ?? [], false);
  if ('error' in includes) return failed(`invalid includepatterns: [${(include ?? []).join(' ')}]: ${includes.error}`);
  const excludes = filterOf(exclude, true);
  if ('error' in excludes) return failed(`invalid excludepatterns: [${exclude.join(' ')}]: ${excludes.error}`);
  const error = walk(listing, includes.filter, excludes.filter, sent);
  return { ...measure(listing, (i) => sent[i] === 1), sent, error };
}

/** The number and the bytes of what is chosen of a listing. */
export function measure(listing: Listing, chosen: (index: number) => boolean): { files: number; bytes: number } {
  let files = 0;
  let bytes = 0;
  const counted = new Set<number>();
  for (let i = 0; i < listing.paths.length; i++) {
    if (listing.kinds[i] === kinds.directory || !chosen(i)) continue;
    files++;
    const first = listing.hardLinks.get(i);
    if (first !== undefined || listing.hardLinks.size > 0) {
      const file = first ?? i;
      if (counted.has(file)) continue;
      counted.add(file);
    }
    bytes += listing.sizes[i] as number;
  }
  return { files, bytes };
}

interface Filter {
  readonly matcher: PatternMatcher;
  /** For each pattern that matters for skipping: what a path must begin with to be of interest; undefined where none can be told. */
  readonly prefixes: readonly string[] | undefined;
}

const patternCharacters = /[*[\]?^\\]/;

/** A matcher, and which patterns say by their beginning where they can match: all of an include, the exceptions of an exclude. */
function filterOf(
  patterns: readonly string[],
  exceptions: boolean,
): { readonly filter: Filter | undefined } | { readonly error: string } {
  if (patterns.length === 0) return { filter: undefined };
  const compiled = compilePatterns(patterns);
  if ('error' in compiled) return compiled;
  const { matcher } = compiled;
  const prefixes: string[] = [];
  let plain = true;
  for (const { text, exclusion } of matcher.patterns) {
    if (exclusion !== exceptions) continue;
    const bare = withoutTrailingGlob(text);
    if (patternCharacters.test(bare)) plain = false;
    prefixes.push(`${bare}/`);
  }
  return { filter: { matcher, prefixes: plain ? prefixes : undefined } };
}

function withoutTrailingGlob(text: string): string {
  const once = text.endsWith('/**') ? text.slice(0, -3) : text;
  return once.endsWith('/*') ? once.slice(0, -2) : once;
}

interface OpenDirectory {
  readonly index: number;
  readonly end: number;
  readonly included: Uint8Array;
  readonly excluded: Uint8Array;
}

/** Marks what is sent. Returns BuildKit's error. */
function walk(
  listing: Listing,
  include: Filter | undefined,
  exclude: Filter | undefined,
  sent: Uint8Array,
): string | undefined {
  const { paths, ends } = listing;
  if (include === undefined && exclude === undefined) {
    sent.fill(1);
    const first = [...listing.unreadable].sort((a, b) => a - b)[0];
    return first === undefined ? undefined : denied(paths[first] as string);
  }
  const includeCount = include?.matcher.patterns.length ?? 0;
  const excludeCount = exclude?.matcher.patterns.length ?? 0;
  const open: OpenDirectory[] = [];
  let error: string | undefined;
  let i = 0;
  // Written anew for each file; directories get their own.
  const fileIncluded = new Uint8Array(includeCount);
  const fileExcluded = new Uint8Array(excludeCount);
  while (i < paths.length) {
    const path = paths[i] as string;
    while (open.length > 0 && i >= (open[open.length - 1] as OpenDirectory).end) open.pop();
    const above = open[open.length - 1];
    const isDirectory = listing.kinds[i] === kinds.directory;
    const included = isDirectory ? new Uint8Array(includeCount) : fileIncluded;
    const excluded = isDirectory ? new Uint8Array(excludeCount) : fileExcluded;
    let skip = false;
    if (include !== undefined) {
      const match = include.matcher.matchesBelow(path, above?.included, included);
      if (match === undefined) return error ?? `failed to match includepatterns: ${badPattern}`;
      if (!match) {
        skip = true;
        if (isDirectory && include.prefixes !== undefined && !leadsTo(path, include.prefixes)) {
          i = ends[i] as number;
          continue;
        }
      }
    }
    if (exclude !== undefined) {
      const match = exclude.matcher.matchesBelow(path, above?.excluded, excluded);
      if (match === undefined) return error ?? `failed to match excludepatterns: ${badPattern}`;
      if (match) {
        skip = true;
        if (isDirectory && exclude.prefixes !== undefined && !leadsTo(path, exclude.prefixes)) {
          i = ends[i] as number;
          continue;
        }
      }
    }
    if (!skip) {
      sent[i] = 1;
      for (let k = open.length - 1; k >= 0; k--) {
        const { index } = open[k] as OpenDirectory;
        if (sent[index] === 1) break;
        sent[index] = 1;
      }
      if (listing.unreadable.has(i)) error ??= denied(path);
    }
    if (isDirectory) open.push({ index: i, end: ends[i] as number, included, excluded });
    i++;
  }
  return error;
}

/** True where something inside the directory can begin like one of the prefixes. */
function leadsTo(directory: string, prefixes: readonly string[]): boolean {
  const start = `${directory}/`;
  return prefixes.some((prefix) => prefix.startsWith(start));
}

function denied(path: string): string {
  return `open ${path}: permission denied`;
}
