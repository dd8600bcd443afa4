// Walks a folder to the listing of a build context. Links are not followed, so that nothing leads in circles; what vanishes
// meanwhile is left out; what may not be read is noted.
import { closeSync, lstatSync, openSync, readdirSync, readlinkSync, readSync, type Stats } from 'node:fs';
import { endsOf, kinds, type Listing } from '../../context/listing.ts';
import { compareUtf8, decodeUtf8, encodeUtf8, hasInvalidUtf8 } from '../../go/utf8.ts';
import { milliseconds } from '../clock.ts';

/** Entries after which a listing ends. */
export const mostEntries = 1_000_000;
/** What is still a small folder: entries, and milliseconds that it may take. */
const small = { entries: 5000, ms: 20 };
/** Bytes of a file that are looked at for keys and tokens. */
const lookedAt = 65_536;

/** Is told of each directory before it is read; the folder itself is ''. */
export type Entering = (directory: string) => void;

/** Everything below the folder, or undefined where that would take long. Throws where the folder itself cannot be read. */
export function walkSmallFolder(folder: string, entering?: Entering): Listing | undefined {
  const end = milliseconds() + small.ms;
  const listing = walkFolder(folder, { most: small.entries, isLate: () => milliseconds() > end, entering });
  return listing.truncated ? undefined : listing;
}

export interface WalkOptions {
  /** Entries after which the listing ends; a million unless given. */
  readonly most?: number;
  readonly isLate?: () => boolean;
  readonly entering?: Entering | undefined;
}

/** Everything below the folder, unless there is too much or it is too late. Throws where the folder itself cannot be read. */
export function walkFolder(
  folder: string,
  { most = mostEntries, isLate = () => false, entering }: WalkOptions = {},
): Listing {
  const paths: string[] = [];
  const kindList: number[] = [];
  const sizes: number[] = [];
  const modes: number[] = [];
  const links = new Map<number, string>();
  const unreadable = new Set<number>();
  const hardLinks = new Map<number, number>();
  const secrets = new Set<number>();
  const inodes = new Map<string, number>();
  const directories = new Map<string, number>();
  let truncated = false;

  const root = folder.replace(/[\\/]+$/, '') || '/';
  // What is still to be visited, the next last.
  const todo: string[] = [];
  const open = (directory: string): void => {
    entering?.(directory);
    const names = namesOf(full(root, directory));
    for (let i = names.length - 1; i >= 0; i--)
      todo.push(directory === '' ? (names[i] as string) : `${directory}/${names[i]}`);
  };
  open('');
  for (let path = todo.pop(); path !== undefined; path = todo.pop()) {
    const place = full(root, path);
    let about: Stats;
    try {
      about = lstatSync(place);
    } catch (error) {
      // A directory whose names may be read, but nothing else of it.
      const parent = directories.get(path.slice(0, path.lastIndexOf('/')));
      if (parent !== undefined && codeOf(error) !== 'ENOENT') unreadable.add(parent);
      continue;
    }
    if (paths.length >= most || isLate()) {
      truncated = true;
      break;
    }
    const index = paths.length;
    paths.push(path);
    modes.push(about.mode & 0o7777);
    if (about.isDirectory()) {
      kindList.push(kinds.directory);
      directories.set(path, index);
      sizes.push(0);
      try {
        open(path);
      } catch (error) {
        if (codeOf(error) !== 'ENOENT') unreadable.add(index);
      }
      continue;
    }
    if (about.isSymbolicLink()) {
      kindList.push(kinds.link);
      sizes.push(0);
      try {
        links.set(index, decodeUtf8(readlinkSync(place, { encoding: 'buffer' })).replaceAll(otherSeparator, '/'));
      } catch {
        links.set(index, '');
      }
      continue;
    }
    // BuildKit takes a socket for an empty file.
    const file = about.isFile() || about.isSocket();
    kindList.push(file ? kinds.file : kinds.other);
    sizes.push(file ? about.size : 0);
    if (about.nlink > 1) {
      const inode = `${about.dev}:${about.ino}`;
      const first = inodes.get(inode);
      if (first === undefined) inodes.set(inode, index);
      else hardLinks.set(index, first);
    }
    if (about.isFile() && mayHoldSecret(path) && holdsSecret(place)) secrets.add(index);
  }
  return {
    paths,
    kinds: Uint8Array.from(kindList),
    sizes: Float64Array.from(sizes),
    modes: Uint16Array.from(modes),
    ends: endsOf(paths),
    links,
    unreadable,
    hardLinks,
    secrets,
    truncated,
  };
}

const otherSeparator = process.platform === 'win32' ? '\\' : '/';

function full(root: string, path: string): string | Buffer {
  const place = path === '' ? root : root === '/' ? `/${path}` : `${root}/${path}`;
  return hasInvalidUtf8(place) ? Buffer.from(encodeUtf8(place)) : place;
}

/** The names in a directory, ordered by their bytes; those that are not UTF-8 as the core has them. */
function namesOf(directory: string | Buffer): string[] {
  let names = readdirSync(directory, { encoding: 'utf8' });
  if (names.some((name) => name.includes('\ufffd')))
    names = readdirSync(directory, { encoding: 'buffer' }).map((name) => decodeUtf8(name));
  return names.sort(compareUtf8);
}

function mayHoldSecret(path: string): boolean {
  return /(^|\/)(\.npmrc|\.yarnrc\.yml|\.pypirc|[^/]*\.(pem|key))$/i.test(path);
}

/** True for private keys, and for tokens that are not taken from a variable. */
function holdsSecret(place: string | Buffer): boolean {
  let file: number;
  try {
    file = openSync(place, 'r');
  } catch {
    return false;
  }
  try {
    const bytes = Buffer.alloc(lookedAt);
    const text = bytes.subarray(0, readSync(file, bytes, 0, lookedAt, 0)).toString('latin1');
    return (
      text.includes('PRIVATE KEY-----') ||
      /^[^#;\n]*(_authToken|_auth|_password|npmAuthToken|npmAuthIdent|password)["']?[ \t]*[=:][ \t]*["']?[^\s"'$]/m.test(
        text,
      )
    );
  } catch {
    return false;
  } finally {
    closeSync(file);
  }
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}
