// The thread that walks a build context and answers what a build takes of it, so that neither ever holds up typing. It watches the
// folder too, since setting up watches is a walk of its own.
import { type FSWatcher, watch } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { type ContextRequest, contextUse } from '../../analysis/contextUse.ts';
import { kinds, type Listing } from '../../context/listing.ts';
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

/** Watches cost the machine memory each; beyond, the editor's own word must do. */
const mostWatches = 4000;
/** Milliseconds of quiet after which a change is told. */
const quiet = 200;
/** Milliseconds after which it is told even where there is no quiet. */
const patience = 2000;
/** Folders whose content changes often and matters seldom. */
const unwatched = /(^|\/)(\.git|\.hg|\.svn|node_modules|__pycache__|\.venv)(\/|$)/;

const { folder, most } = workerData as Job;
const port = parentPort;
const watchers = new Map<string, FSWatcher>();
let listing: Listing | undefined;
let timer: NodeJS.Timeout | undefined;
let untold: number | undefined;
let watching = false;

function say(reply: Reply): void {
  port?.postMessage(reply);
}

function current(): Listing {
  if (listing === undefined) {
    listing = walkFolder(folder, most);
    if (watching) watchAll(listing);
  }
  return listing;
}

function changed(): void {
  listing = undefined;
  const now = performance.now();
  untold ??= now;
  clearTimeout(timer);
  timer = setTimeout(
    () => {
      untold = undefined;
      say({ changed: true });
    },
    Math.max(0, Math.min(quiet, untold + patience - now)),
  );
}

/** One watch for all where the system has that, else one for each directory. */
function watchAll(listed: Listing): void {
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
}

function watchOne(path: string, recursive: boolean): boolean {
  try {
    const watcher = watch(path === '' ? folder : `${folder}/${path}`, { recursive, persistent: true }, (_, name) => {
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
    say({ log: `${folder} is not watched as a whole: ${error instanceof Error ? error.message : error}` });
    return false;
  }
}

port?.on('message', (question: Question) => {
  const { id } = question;
  try {
    switch (question.what) {
      case 'use':
        return say({ id, result: contextUse(question.request, current()) });
      case 'list':
        return say({ id, result: current() });
      case 'watch':
        watching = true;
        watchAll(current());
        return say({ id, result: true });
      case 'changed':
        changed();
        return say({ id, result: true });
    }
  } catch (error) {
    say({ id, error: error instanceof Error ? error.message : String(error) });
  }
});
