// A folder as it is now: listed when someone asks, listed anew after a change, and watched.
import { type FSWatcher, watch } from 'node:fs';
import { isBelow, type Listing } from '../../context/listing.ts';
import { milliseconds } from '../clock.ts';
import type { Entering } from './walk.ts';

/** What it has to say unasked. */
export interface Told {
  /** Something in the folder changed; once for many changes. */
  changed(): void;
  log(line: string): void;
}

export interface Folder {
  /** What is in it; undefined where `walk` gave up. Throws where the folder cannot be read. */
  current(): Listing | undefined;
  /** Tells of changes from now on. Throws where the folder cannot be read. */
  watch(): void;
  /** Something changed, as another one knows. */
  changed(): void;
  /** Ends the watching; what was to be told is not. */
  close(): void;
}

/** Watches cost the machine memory each; beyond, the editor's own word must do. */
const mostWatches = 4000;
/** Milliseconds of quiet after which a change is told. */
const quiet = 200;
/** Milliseconds after which it is told even where there is no quiet. */
const patience = 2000;
/** Folders whose content changes often and matters seldom. */
const unwatched = /(^|\/)(\.git|\.hg|\.svn|node_modules|__pycache__|\.venv)(\/|$)/;

export function openFolder(
  folder: string,
  walk: (entering: Entering | undefined) => Listing | undefined,
  told: Told,
): Folder {
  const watchers = new Map<string, FSWatcher>();
  let listing: Listing | undefined;
  let timer: NodeJS.Timeout | undefined;
  let untold: number | undefined;
  let watching = false;

  const current = (): Listing | undefined => {
    listing ??= watching ? walkWatched() : walk(undefined);
    return listing;
  };

  /** Each directory is watched before it is read, so that no change falls between the two. */
  const walkWatched = (): Listing | undefined => {
    // One watch for all where the system has that, else one for each directory.
    const recursive = process.platform === 'win32' || process.platform === 'darwin';
    const wanted = new Set<string>();
    let full = false;
    const listed = walk((path) => {
      if (full || wanted.size >= mostWatches || (path !== '' && (recursive || unwatched.test(path)))) return;
      wanted.add(path);
      full = !watchers.has(path) && !watchOne(path, recursive);
    });
    unwatch((path) => !wanted.has(path));
    return listed;
  };

  const changed = (): void => {
    listing = undefined;
    const now = milliseconds();
    untold ??= now;
    clearTimeout(timer);
    timer = setTimeout(
      () => {
        untold = undefined;
        told.changed();
      },
      Math.max(0, Math.min(quiet, untold + patience - now)),
    );
  };

  const unwatch = (isOver: (path: string) => boolean): void => {
    for (const [path, watcher] of watchers) {
      if (!isOver(path)) continue;
      watcher.close();
      watchers.delete(path);
    }
  };

  const watchOne = (path: string, recursive: boolean): boolean => {
    try {
      const place = path === '' ? folder : `${folder}/${path}`;
      // Nobody's end is held up by a watch.
      const watcher = watch(place, { recursive, persistent: false }, (event, name) => {
        if (name === null) return changed();
        const child = path === '' ? name.replaceAll('\\', '/') : `${path}/${name}`;
        // What comes to a name anew is not what was watched under it.
        if (event === 'rename') unwatch((other) => other === child || isBelow(other, child));
        if (!unwatched.test(child)) changed();
      });
      watcher.on('error', () => {
        watcher.close();
        watchers.delete(path);
        changed();
      });
      watchers.set(path, watcher);
      return true;
    } catch (error) {
      told.log(`${folder} is not watched as a whole: ${error instanceof Error ? error.message : error}`);
      return false;
    }
  };

  return {
    current,
    watch() {
      watching = true;
      // What was read before may have changed since.
      listing = undefined;
      current();
    },
    changed,
    close() {
      watching = false;
      clearTimeout(timer);
      unwatch(() => true);
    },
  };
}
