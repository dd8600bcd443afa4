// The files of a build context as the cache sees them: what a COPY selects, and whether that is the same as before.

import { compilePatterns, type PatternMatcher } from '../context/patterns.ts';
import { hasWildcards, matchPath } from '../go/match.ts';
import { base as baseName, clean, join } from '../go/path.ts';
import { compareUtf8 } from '../go/utf8.ts';
import type { SourceOp } from '../llb/op.ts';
import type { Contents } from './cacheBuilds.ts';
import { everything, type Selector } from './cacheKeys.ts';

/** A file, directory or symbolic link of a context. */
export interface Entry {
  /** Equal for equal bytes (and for directories always ``). */
  readonly content: string;
  readonly mode: string;
  readonly directory?: boolean;
  /** Where a symbolic link leads; undefined for anything else. */
  readonly link?: string;
}

/** A tree of a context: entries by slash-separated path without a slash in front, each directory an entry too. */
export type Tree = ReadonlyMap<string, Entry>;

/**
 * Contents of sources whose every file is known. `tree` gives what the daemon holds of a source when it runs, undefined where
 * that is not known.
 */
export function knownContents(tree: (source: SourceOp) => Tree | undefined): Contents {
  const kept = new Map<SourceOp, Checksums>();
  return {
    signature: (source, selectors) => {
      const { identifier, attrs } = source;
      let checksums = kept.get(source);
      if (checksums === undefined) {
        const known = tree(source);
        if (known === undefined) return identifier.startsWith('local://') ? undefined : identifier;
        checksums = checksumsOf(known);
        kept.set(source, checksums);
      }
      // What git remembers of a commit lies among the files, where it is kept.
      const commit = attrs.get('git.keepgitdir') === 'true' ? checksums(everything) : '';
      return commit + selectors.map(checksums).join('\u0001');
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
    signature: ({ identifier }, selectors) => {
      if (!identifier.startsWith('local://')) return whole.has(identifier) ? `${identifier} ${moment}` : identifier;
      const touched = whole.has(identifier) || selectors.some((s) => paths.some((path) => touches(s, path)));
      return `${identifier} ${JSON.stringify(selectors.map((s) => [s.path, s.include, s.exclude]))}${touched ? ` ${moment}` : ''}`;
    },
  };
}

const nothing: ReadonlySet<string> = new Set();

/** True where a change of `path` can show in what the selector reads. */
function touches(selector: Selector, path: string): boolean {
  const inside = relativeTo(selector, path);
  if (inside === undefined) return false;
  const exclude = matcherOf(selector.exclude);
  if (exclude?.matchesOrParentMatches(inside) === true) return false;
  const include = matcherOf(selector.include);
  return include?.matchesOrParentMatches(inside) !== false;
}

/** The path below what the selector names, `` for the thing itself; undefined where it is elsewhere. */
function relativeTo(selector: Selector, path: string): string | undefined {
  const wanted = clean(selector.path);
  if (wanted === '/') return path.slice(1);
  const parts = path.split('/');
  const depth = wanted.split('/').length;
  const head = parts.slice(0, depth).join('/');
  const same = selector.wildcard ? matchPath(wanted, head) === true : head === wanted;
  return same ? parts.slice(depth).join('/') : undefined;
}

function matcherOf(patterns: readonly string[]): PatternMatcher | undefined {
  const compiled = patterns.length === 0 ? undefined : compilePatterns(patterns);
  return compiled !== undefined && 'matcher' in compiled ? compiled.matcher : undefined;
}

// ------------------------------------------------------------------ checksums

/** Something that is equal where BuildKit's checksum of what a selector takes is. */
type Checksums = (selector: Selector) => string;

/** A thing that has a checksum of its own. A directory is two: what it holds, and, right after it, its own mode. */
interface Thing {
  /** `/` before each name, `` for the root; a header's without the slash that it ends in. */
  readonly path: string;
  readonly entry: Entry;
  readonly header: boolean;
}

const mostLinks = 255;

/** BuildKit's contenthash, with texts in place of hashes. */
function checksumsOf(tree: Tree): Checksums {
  const root: Entry = { content: '', mode: '', directory: true };
  const entries = new Map<string, Entry>([['', root]]);
  for (const [path, entry] of tree) entries.set(path === '' ? '' : `/${path}`, entry);
  const children = new Map<string, string[]>();
  for (const path of entries.keys()) {
    if (path === '') continue;
    const parent = path.slice(0, path.lastIndexOf('/'));
    children.set(parent, [...(children.get(parent) ?? []), path]);
  }
  for (const paths of children.values()) paths.sort(compareUtf8);
  const things: Thing[] = [];
  const list = (path: string): void => {
    const entry = entries.get(path) as Entry;
    things.push({ path, entry, header: false });
    if (entry.directory !== true) return;
    things.push({ path, entry, header: true });
    for (const child of children.get(path) ?? []) list(child);
  };
  list('');

  const whole = new Map<string, string>();
  const ofHeader = ({ mode }: Entry): string => `d${mode}`;
  const ofEntry = (path: string): string => {
    const entry = entries.get(path) as Entry;
    if (entry.link !== undefined) return `l${entry.link}`;
    if (entry.directory !== true) return `f${entry.mode} ${entry.content}`;
    let text = whole.get(path);
    if (text === undefined) {
      const inside = children.get(path) ?? [];
      const parts = inside.map((child) => `${child.slice(path.length)}\u0002${ofEntry(child)}`);
      text = `[${ofHeader(entry)}\u0003${parts.join('\u0003')}]`;
      whole.set(path, text);
    }
    return text;
  };

  /** Where a path leads when links are followed, that at its end if `last`; undefined where nothing is. */
  const follow = (path: string, last: boolean): string | undefined => {
    let rest = path.split('/').filter(Boolean);
    let at = '';
    for (let links = 0; rest.length > 0; ) {
      at = join('/', at, rest[0] as string);
      if (at === '/') at = '';
      rest = rest.slice(1);
      const link = entries.get(at)?.link;
      if (link === undefined || (rest.length === 0 && !last)) continue;
      if (++links > mostLinks) return undefined;
      rest = [...link.split('/').filter(Boolean), ...rest];
      at = link.startsWith('/') ? '' : at.slice(0, at.lastIndexOf('/'));
    }
    return entries.has(at) ? at : undefined;
  };
  const plain = (path: string): string => {
    const real = follow(path, true);
    return real === undefined ? '' : ofEntry(real);
  };
  return (selector) => {
    const path = clean(join('/', selector.path));
    const wanted = path === '/' ? '' : path;
    const filtered = selector.wildcard || selector.include.length > 0 || selector.exclude.length > 0;
    return filtered ? filteredChecksum(selector, wanted, things, follow, plain, ofHeader, ofEntry) : plain(wanted);
  };
}

interface Included {
  readonly path: string;
  readonly thing: Thing;
  readonly included: Uint8Array | undefined;
  readonly excluded: Uint8Array | undefined;
  /** There is no directory above it that was looked at. */
  readonly top: boolean;
  taken: boolean;
}

/** Of what wildcards and patterns take, the names count with the content, and of directories the modes alone. */
function filteredChecksum(
  { wildcard, include, exclude }: Selector,
  wanted: string,
  things: readonly Thing[],
  follow: (path: string, last: boolean) => string | undefined,
  plain: (path: string) => string,
  ofHeader: (entry: Entry) => string,
  ofEntry: (path: string) => string,
): string {
  const includes = matcherOf(include);
  const excludes = matcherOf(exclude);
  // Links are followed in front of the first wildcard.
  const parts = wanted.split('/').slice(1);
  const first = wildcard ? parts.findIndex(hasWildcards) : -1;
  const prefix = first < 0 ? wanted : ['', ...parts.slice(0, first)].join('/');
  const real = follow(prefix, first >= 0);
  if (real === undefined) return '';
  const start = things.findIndex((thing) => thing.path === real);
  const taken: Included[] = [];
  const above: Included[] = [];
  let matched: string | undefined;
  for (let i = start; i < things.length; i++) {
    const thing = things[i] as Thing;
    if (thing.path !== real && !thing.path.startsWith(`${real}/`)) break;
    const path = prefix + thing.path.slice(real.length);
    while (above.length > 0 && !path.startsWith(`${(above[above.length - 1] as Included).path}/`)) above.pop();
    // Of a directory that the path itself names with a slash at its end, as the root, not even that counts.
    if (thing.header && path === '' && wanted === '') continue;
    const parent = above[above.length - 1];
    let inside: string;
    if (wildcard) {
      if (wanted !== '' && (matched === undefined || !path.startsWith(`${matched}/`))) {
        if (matchPath(wanted, path) !== true) continue;
        matched = path;
      }
      inside = below(path, matched ?? '');
    } else inside = below(path, wanted);
    const included = includes === undefined ? undefined : new Uint8Array(includes.patterns.length);
    const excluded = excludes === undefined ? undefined : new Uint8Array(excludes.patterns.length);
    const takes =
      (includes === undefined || includes.matchesBelow(inside, parent?.included, included as Uint8Array) === true) &&
      (excludes === undefined || excludes.matchesBelow(inside, parent?.excluded, excluded as Uint8Array) !== true);
    const found: Included = { path, thing, included, excluded, top: parent === undefined, taken: false };
    const contents = thing.entry.directory === true && !thing.header;
    if (takes && !contents) {
      for (const directory of above) {
        if (!directory.taken) taken.push(directory);
        directory.taken = true;
      }
      taken.push(found);
      found.taken = true;
    }
    if (thing.header) above.push(found);
  }
  const sums = taken.map(({ path, thing, top }) => {
    if (thing.header) return ofHeader(thing.entry);
    return top && thing.entry.link !== undefined ? plain(path) : ofEntry(thing.path);
  });
  if (taken.length === 1 && baseName(wanted) === baseName((taken[0] as Included).path)) return sums[0] as string;
  return `{${taken.map(({ path }, i) => `${path.slice(prefix.length)}\u0002${sums[i]}`).join('\u0003')}}`;
}

/** What of a path comes after a directory. */
function below(path: string, directory: string): string {
  const from = `${path}/`;
  return (from.startsWith(`${directory}/`) ? from.slice(directory.length + 1) : from).replace(/\/$/, '');
}
