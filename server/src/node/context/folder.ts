// A folder as it is now: listed when someone asks, listed anew after a change, and watched.
import { type FSWatcher, watch } from 'node:fs';
import { kinds, type Listing } from '../../context/listing.ts';

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
  /** Ends the watching. */
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

export function openFolder(folder: string, walk: () => Listing | undefined, told: Told): Folder {
  const watchers = new Map<string, FSWatcher>();
  let listing: Listing | undefined;
  let timer: NodeJS.Timeout | undefined;
  let untold: number | undefined;
  let watching = false;

  const current = (): Listing | undefined => {
    if (listing === undefined) {
      listing = walk();
      if (watching && listing !== undefined) watchAll(listing);
    }
    return listing;
  };

  const changed = (): void => {
    listing = undefined;
    const now = performance.now();
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

  /** One watch for all where the system has that, else one for each directory. */
  const watchAll = (listed: Listing): void => {
    if (process.platform === 'win32' || process.platform === 'darwin') {
      if (!watchers.has('')) watchOne('', true);
      return;
    }
    const wanted = new Set(['']);
    for (let i = 0; i < listed.paths.length && wanted.size < mostWatches; i++) {
      const path = listed.paths[i] as string;
      if (listed.kinds[i] === kinds.directory && !unwatched.test(path)) wanted.add(path);
    }
    for (const [path, watcher] of watchers) {
      if (wanted.has(path)) continue;
      watcher.close();
      watchers.delete(path);
    }
    for (const path of wanted) if (!watchers.has(path) && !watchOne(path, false)) break;
  };

  const watchOne = (path: string, recursive: boolean): boolean => {
    try {
      const place = path === '' ? folder : `${folder}/${path}`;
      // Nobody's end is held up by a watch.
      const watcher = watch(place, { recursive, persistent: false }, (_, name) => {
        if (name === null || !unwatched.test(path === '' ? name.replaceAll('\\', '/') : `${path}/${name}`)) changed();
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
      const listed = current();
      if (listed !== undefined) watchAll(listed);
    },
    changed,
    close() {
      watching = false;
      clearTimeout(timer);
      for (const watcher of watchers.values()) watcher.close();
      watchers.clear();
    },
  };
}
