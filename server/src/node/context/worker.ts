// The thread that walks a large build context and answers what a build takes of it, so that neither ever holds up typing. It watches
// the folder too, since setting up watches is a walk of its own.
import { parentPort, workerData } from 'node:worker_threads';
import { type ContextRequest, contextUse } from '../../analysis/contextUse.ts';
import type { Listing } from '../../context/listing.ts';
import { openFolder } from './folder.ts';
import { walkFolder } from './walk.ts';

/** What is asked, with a number that the answer carries. */
export type Question =
  | { readonly id: number; readonly what: 'use'; readonly request: ContextRequest }
  | { readonly id: number; readonly what: 'list' }
  | { readonly id: number; readonly what: 'watch' }
  /** Something changed, as the editor says. */
  | { readonly id: number; readonly what: 'changed' };

export type Reply =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: string }
  /** Unasked: something in the folder changed. */
  | { readonly changed: true }
  | { readonly log: string };

export interface Job {
  readonly folder: string;
  readonly most: number;
}

const { folder, most } = workerData as Job;
const port = parentPort;
const say = (reply: Reply): void => port?.postMessage(reply);
const open = openFolder(folder, (entering) => walkFolder(folder, { most, entering }), {
  changed: () => say({ changed: true }),
  log: (line) => say({ log: line }),
});

function answer(question: Question): unknown {
  switch (question.what) {
    case 'use':
      return contextUse(question.request, open.current() as Listing);
    case 'list':
      return open.current();
    case 'watch':
      return open.watch();
    case 'changed':
      return open.changed();
  }
}

port?.on('message', (question: Question) => {
  const { id } = question;
  try {
    say({ id, result: answer(question) });
  } catch (error) {
    say({ id, error: error instanceof Error ? error.message : String(error) });
  }
});
