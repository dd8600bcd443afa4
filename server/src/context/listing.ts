// A listing of a build context: everything in it, in the order in which BuildKit's client walks, as columns that are cheap to pass on.

export const kinds = { file: 0, directory: 1, link: 2, other: 3 } as const;

export interface Listing {
  /** Slash-separated, without a slash in front; each directory before what it holds, names ordered by their bytes. */
  readonly paths: readonly string[];
  /** Of `kinds`, by index of the path; so are the others. */
  readonly kinds: Uint8Array;
  /** Bytes of files, 0 for anything else. */
  readonly sizes: Float64Array;
  /** Permissions, at most 0o7777. */
  readonly modes: Uint16Array;
  /** The index after the last thing inside a directory; after itself for anything else. */
  readonly ends: Int32Array;
  /** Where links lead. */
  readonly links: ReadonlyMap<number, string>;
  /** Directories that may not be read. */
  readonly unreadable: ReadonlySet<number>;
  /** Names of one file: all but the first, to the first. */
  readonly hardLinks: ReadonlyMap<number, number>;
  /** Files whose text holds a key or a token, where that was looked at. */
  readonly secrets: ReadonlySet<number>;
  /** There was more than is listed. */
  readonly truncated: boolean;
}

/** One thing of a context, for whoever makes a listing by hand. */
export interface ListedEntry {
  readonly path: string;
  readonly kind: keyof typeof kinds;
  readonly size?: number;
  readonly mode?: number;
  readonly target?: string;
  readonly unreadable?: boolean;
  readonly secret?: boolean;
}

/** A listing of entries that are in the right order. */
export function listingOf(entries: readonly ListedEntry[], truncated = false): Listing {
  const links = new Map<number, string>();
  const unreadable = new Set<number>();
  const secrets = new Set<number>();
  for (const [i, entry] of entries.entries()) {
    if (entry.target !== undefined) links.set(i, entry.target);
    if (entry.unreadable === true) unreadable.add(i);
    if (entry.secret === true) secrets.add(i);
  }
  const paths = entries.map((entry) => entry.path);
  return {
    paths,
    kinds: Uint8Array.from(entries, (entry) => kinds[entry.kind]),
    sizes: Float64Array.from(entries, (entry) => entry.size ?? 0),
    modes: Uint16Array.from(entries, (entry) => entry.mode ?? 0),
    ends: endsOf(paths),
    links,
    unreadable,
    hardLinks: new Map(),
    secrets,
    truncated,
  };
}

/** For each path the index after the last one below it. */
export function endsOf(paths: readonly string[]): Int32Array {
  const ends = new Int32Array(paths.length);
  const open: number[] = [];
  const close = (at: number): void => {
    ends[open.pop() as number] = at;
  };
  for (let i = 0; i < paths.length; i++) {
    const path = paths[i] as string;
    while (open.length > 0 && !isBelow(path, paths[open[open.length - 1] as number] as string)) close(i);
    open.push(i);
  }
  while (open.length > 0) close(paths.length);
  return ends;
}

/** True where the path is inside the directory. */
export function isBelow(path: string, directory: string): boolean {
  return path.length > directory.length && path.charCodeAt(directory.length) === 0x2f && path.startsWith(directory);
}

/** Finds paths of a listing. */
export interface ListingIndex {
  /** The index of a clean path, -1 where it is not listed. */
  find(path: string): number;
  /** The indexes of what a directory holds; the whole context for -1. */
  children(directory: number): number[];
}

const indexes = new WeakMap<Listing, ListingIndex>();

/** The index of a listing, made once. */
export function indexOf(listing: Listing): ListingIndex {
  let index = indexes.get(listing);
  if (index === undefined) {
    index = makeIndex(listing);
    indexes.set(listing, index);
  }
  return index;
}

function makeIndex({ paths, ends }: Listing): ListingIndex {
  const places = new Map<string, number>();
  for (let i = 0; i < paths.length; i++) places.set(paths[i] as string, i);
  return {
    find: (path) => places.get(path) ?? -1,
    children(directory) {
      const found: number[] = [];
      const end = directory < 0 ? paths.length : (ends[directory] as number);
      for (let i = directory + 1; i < end; i = ends[i] as number) found.push(i);
      return found;
    },
  };
}
