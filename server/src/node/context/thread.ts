// The thread for a large build context, from outside: questions with answers, and word of changes.
import { pathToFileURL } from 'node:url';
import type { Worker } from 'node:worker_threads';
import { workerThreads } from '../lateBuiltins.ts';
import type { Told } from './folder.ts';
import type { Job, Question, Reply } from './worker.ts';

export interface Thread {
  /** Rejects where the folder cannot be read, or the thread ends. */
  ask<T>(question: Unnumbered): Promise<T>;
  /** Ends it; questions that are open are rejected. */
  dispose(): void;
}

/** A question before it has its number. */
export type Unnumbered = Question extends infer Q ? (Q extends Question ? Omit<Q, 'id'> : never) : never;

/** Starts with the first question, and again with the next one after it died. `watched`: whether someone wants word of changes. */
export function createThread(job: Job, script: URL | undefined, told: Told, watched: () => boolean): Thread {
  const open = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  let worker: Worker | undefined;
  let ended = false;
  let last = 0;

  const start = (): Worker => {
    const started = new (workerThreads().Worker)(script ?? besideThis(), {
      workerData: job,
      // What the walk makes is kept: room for what dies young would only lie there.
      resourceLimits: { maxYoungGenerationSizeMb: 4 },
    });
    // An editor that closes need not wait for it.
    started.unref();
    started.on('message', (reply: Reply) => {
      if ('changed' in reply) return told.changed();
      if ('log' in reply) return told.log(reply.log);
      const asked = open.get(reply.id);
      open.delete(reply.id);
      if (open.size === 0) started.unref();
      if ('error' in reply) asked?.reject(new Error(reply.error));
      else asked?.resolve(reply.result);
    });
    started.on('error', (error) => stop(started, error instanceof Error ? error : new Error(String(error))));
    started.on('exit', () => stop(started, new Error(`the walk of ${job.folder} ended early`)));
    return started;
  };

  /** The next question starts a new thread. */
  const stop = (stopped: Worker, error: Error): void => {
    if (worker !== stopped) return;
    worker = undefined;
    if (!ended && open.size > 0) told.log(`${job.folder}: ${error.message}`);
    rejectAll(error);
  };

  const rejectAll = (error: Error): void => {
    for (const { reject } of open.values()) reject(error);
    open.clear();
  };

  const ask = <T>(question: Unnumbered): Promise<T> => {
    if (ended) return Promise.reject(closed());
    const id = ++last;
    return new Promise<T>((resolve, reject) => {
      open.set(id, { resolve: resolve as (value: unknown) => void, reject });
      try {
        if (worker === undefined) {
          worker = start();
          // One that died took its watches along.
          if (watched() && question.what !== 'watch') ask({ what: 'watch' }).catch(() => {});
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
    ask,
    dispose() {
      ended = true;
      const ending = worker;
      worker = undefined;
      rejectAll(closed());
      void ending?.terminate();
    },
  };
}

export function closed(): Error {
  return new Error('it was closed');
}

/** The thread's script: the source beside this one, or the bundle beside the bundle that this is in. */
function besideThis(): URL {
  // A CommonJS bundle knows its file, but has no address.
  const here = typeof __filename === 'string' ? pathToFileURL(__filename).href : import.meta.url;
  return new URL(here.endsWith('.ts') ? './worker.ts' : './contextWorker.cjs', here);
}
