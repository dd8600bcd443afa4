// A build context on this machine: what is in it, what a build takes of it, and word of changes. All work is done in a thread of its
// own, which starts with the first question.
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { ContextRequest, ContextUse } from '../../analysis/contextUse.ts';
import type { Listing } from '../../context/listing.ts';
import { mostEntries } from './walk.ts';
import type { Job, Question, Reply } from './worker.ts';

export interface ContextOptions {
  readonly log: (line: string) => void;
  /** Entries after which the listing ends; a million unless given. */
  readonly most?: number;
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
  /** Ends the thread; questions that are open are rejected. */
  dispose(): void;
}

/** A question before it has its number. */
type Unnumbered = Question extends infer Q ? (Q extends Question ? Omit<Q, 'id'> : never) : never;

/** Opens a folder; nothing is read before something is asked. */
export function createContext(folder: string, { log, most = mostEntries, script }: ContextOptions): Context {
  const open = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  const callbacks = new Set<() => void>();
  let worker: Worker | undefined;
  let ended = false;
  let last = 0;

  const start = (): Worker => {
    const started = new Worker(script ?? besideThis(), {
      workerData: { folder, most } satisfies Job,
      // Most folders are small, and what the walk makes is kept: room for what dies young would only lie there.
      resourceLimits: { maxYoungGenerationSizeMb: 4 },
    });
    // An editor that closes need not wait for it.
    started.unref();
    started.on('message', (reply: Reply) => {
      if ('changed' in reply) {
        for (const callback of [...callbacks]) callback();
        return;
      }
      if ('log' in reply) return log(reply.log);
      const asked = open.get(reply.id);
      open.delete(reply.id);
      if (open.size === 0) started.unref();
      if ('error' in reply) asked?.reject(new Error(reply.error));
      else asked?.resolve(reply.result);
    });
    started.on('error', (error) => stop(started, error instanceof Error ? error : new Error(String(error))));
    started.on('exit', () => stop(started, new Error(`the walk of ${folder} ended early`)));
    return started;
  };

  /** The next question starts a new thread. */
  const stop = (stopped: Worker, error: Error): void => {
    if (worker !== stopped) return;
    worker = undefined;
    if (!ended && open.size > 0) log(`${folder}: ${error.message}`);
    for (const { reject } of open.values()) reject(error);
    open.clear();
  };

  const ask = <T>(question: Unnumbered): Promise<T> => {
    if (ended) return Promise.reject(new Error('it was closed'));
    const id = ++last;
    return new Promise<T>((resolve, reject) => {
      open.set(id, { resolve: resolve as (value: unknown) => void, reject });
      try {
        if (worker === undefined) {
          worker = start();
          // One that died took its watches along.
          if (callbacks.size > 0 && question.what !== 'watch') ask({ what: 'watch' }).catch(() => {});
        }
        // While someone waits, the process must not end.
        worker.ref();
        worker.postMessage({ ...question, id });
      } catch (error) {
        open.delete(id);
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    });
  };

  return {
    list: () => ask<Listing>({ what: 'list' }),
    use: (request) => ask<ContextUse>({ what: 'use', request }),
    watch(callback) {
      callbacks.add(callback);
      if (callbacks.size === 1) ask({ what: 'watch' }).catch(() => {});
      return () => callbacks.delete(callback);
    },
    changed: () => {
      if (worker !== undefined) ask({ what: 'changed' }).catch(() => {});
    },
    dispose() {
      ended = true;
      callbacks.clear();
      const ending = worker;
      worker = undefined;
      for (const { reject } of open.values()) reject(new Error('it was closed'));
      open.clear();
      void ending?.terminate();
    },
  };
}

/** The thread's script: the source beside this one, or the bundle beside the bundle that this is in. */
function besideThis(): URL {
  // A CommonJS bundle knows its file, but has no address.
  const here = typeof __filename === 'string' ? pathToFileURL(__filename).href : import.meta.url;
  return new URL(here.endsWith('.ts') ? './worker.ts' : './contextWorker.cjs', here);
}
