// A build context on this machine: what is in it, what a build takes of it, and word of changes. A small folder is looked at here;
// a large one in a thread of its own, which costs memory and a moment to start.
import { stat } from 'node:fs/promises';
import { type ContextRequest, type ContextUse, contextUse } from '../../analysis/contextUse.ts';
import type { Listing } from '../../context/listing.ts';
import { openFolder } from './folder.ts';
import { closed, createThread, type Thread, type Unnumbered } from './thread.ts';
import { type Entering, mostEntries, walkSmallFolder } from './walk.ts';

export interface ContextOptions {
  readonly log: (line: string) => void;
  /** Entries after which the listing ends; a million unless given. */
  readonly most?: number;
  /** Lists the folder where that takes no time; undefined where it would. */
  readonly walkSmall?: (folder: string, entering: Entering | undefined) => Listing | undefined;
  /** The thread's own script, where it does not lie beside this one. */
  readonly script?: URL;
}

export interface Context {
  /** Everything in the folder. Rejects where the folder cannot be read. Large folders are large messages: `use` is meant for typing. */
  list(): Promise<Listing>;
  /** What a build takes. Rejects where the folder cannot be read. */
  use(request: ContextRequest): Promise<ContextUse>;
  /** Calls after something in the folder changed, and once for many changes; the answer ends it. */
  watch(callback: () => void): () => void;
  /** Says that something changed, as an editor may know better. */
  changed(): void;
  /** Ends all work; questions that are open are rejected. */
  dispose(): void;
}

/** Entries times questions that are answered here. */
const littleWork = 100_000;

/** Opens a folder; nothing is read before something is asked. */
export function createContext(
  folder: string,
  { log, most = mostEntries, walkSmall = walkSmallFolder, script }: ContextOptions,
): Context {
  const callbacks = new Set<() => void>();
  const told = {
    log,
    changed() {
      for (const callback of [...callbacks]) callback();
    },
  };
  const here = openFolder(folder, (entering) => walkSmall(folder, entering), told);
  /** There from when the folder has turned out to be large. */
  let thread: Thread | undefined;
  let ended = false;
  let answeredHere = false;
  let looking: Promise<unknown> | undefined;

  /** Settles once the disk has answered, for all who wait in the order in which they came. */
  const look = (): Promise<unknown> => {
    looking ??= stat(folder).finally(() => {
      looking = undefined;
    });
    return looking;
  };

  /** `answer` says undefined where that is work for the thread. */
  const ask = async <T>(question: Unnumbered, answer: (listing: Listing) => T | undefined): Promise<T> => {
    if (ended) throw closed();
    // A disk that does not answer holds up only who asks.
    if (thread === undefined) await look();
    if (ended) throw closed();
    if (thread === undefined) {
      const listing = here.current();
      const answered = listing === undefined ? undefined : answer(listing);
      if (answered !== undefined) {
        answeredHere = true;
        return answered;
      }
      here.close();
      thread = createThread({ folder, most }, script, told, () => callbacks.size > 0);
      // What was answered before may be old, and the word of it went with the watches that are closed now.
      if (answeredHere) queueMicrotask(told.changed);
    }
    return thread.ask<T>(question);
  };

  return {
    list: () => ask({ what: 'list' }, (listing) => listing),
    use: (request) =>
      ask({ what: 'use', request }, (listing) =>
        listing.paths.length * request.reads.length > littleWork ? undefined : contextUse(request, listing),
      ),
    watch(callback) {
      callbacks.add(callback);
      if (callbacks.size === 1)
        ask({ what: 'watch' }, () => {
          here.watch();
          return true;
        }).catch(() => {});
      return () => callbacks.delete(callback);
    },
    changed() {
      if (thread === undefined) here.changed();
      else thread.ask({ what: 'changed' }).catch(() => {});
    },
    dispose() {
      ended = true;
      callbacks.clear();
      here.close();
      thread?.dispose();
    },
  };
}
