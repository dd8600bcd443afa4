// What open documents know of their build contexts: the host answers in its own time, and again whenever the folder changes.
import type { ContextRequest, ContextUse, ReadUse } from '../analysis/contextUse.ts';
import type { AskContext } from '../analysis/knownContext.ts';
import type { Log } from './guard.ts';
import type { Host, HostContext } from './host.ts';

/** A folder that is the context of one document or more. */
interface Folder {
  readonly context: HostContext;
  readonly unwatch: () => void;
  readonly users: Set<string>;
}

interface State {
  readonly uri: string;
  readonly folder: string;
  /** What was answered last, and to what. */
  answered: { readonly key: string; readonly use: ContextUse } | undefined;
  /** What is being asked; a newer question waits until that is answered. */
  asking: string | undefined;
  next: { readonly key: string; readonly request: ContextRequest } | undefined;
  failed: string | undefined;
  closed: boolean;
}

export interface DocumentContexts {
  /** What the next analysis of the document asks; undefined where the host sees no folders. */
  ask(uri: string, folder: string | undefined): AskContext | undefined;
  /** Something in these folders changed, as the client says; undefined for all. */
  filesChanged(uris: readonly string[] | undefined): void;
  forget(uri: string): void;
  dispose(): void;
}

/** `changed` is told which documents mean something else now, `touched` whose folder is not what it was. */
export function documentContexts(
  host: Host,
  log: Log,
  changed: (uris: readonly string[]) => void,
  touched?: (uris: readonly string[]) => void,
): DocumentContexts {
  const folders = new Map<string, Folder>();
  const states = new Map<string, State>();

  const open = (folder: string, uri: string): Folder | undefined => {
    let found = folders.get(folder);
    if (found === undefined) {
      const context = host.context?.(folder, (line) => log.info(line));
      if (context === undefined) return undefined;
      const unwatch = context.watch(() => {
        const here = [...states.values()].filter((state) => state.folder === folder);
        for (const state of here) again(state);
        touched?.(here.map((state) => state.uri));
      });
      found = { context, unwatch, users: new Set() };
      folders.set(folder, found);
    }
    found.users.add(uri);
    return found;
  };

  const close = (state: State): void => {
    state.closed = true;
    const folder = folders.get(state.folder);
    folder?.users.delete(state.uri);
    if (folder === undefined || folder.users.size > 0) return;
    folders.delete(state.folder);
    folder.unwatch();
    folder.context.dispose();
  };

  /** The last question, about what is there now. */
  const again = (state: State): void => {
    const last = state.answered?.key;
    if (last === undefined && state.failed === undefined) return;
    const key = (last ?? state.failed) as string;
    state.failed = undefined;
    put(state, key, JSON.parse(key) as ContextRequest);
  };

  const put = (state: State, key: string, request: ContextRequest): void => {
    const folder = folders.get(state.folder);
    if (state.closed || folder === undefined) return;
    if (state.asking !== undefined) {
      state.next = { key, request };
      return;
    }
    state.asking = key;
    folder.context
      .use(request)
      .then((use) => {
        const before = state.answered;
        state.answered = { key, use };
        state.failed = undefined;
        if (state.closed) return;
        if (before?.key !== key || JSON.stringify(before.use) !== JSON.stringify(use)) changed([state.uri]);
      })
      .catch((error: unknown) => {
        // A folder that cannot be read: nothing is said of it until it changes.
        state.failed = key;
        if (!state.closed) log.info(`${state.folder}: ${error instanceof Error ? error.message : String(error)}`);
      })
      .finally(() => {
        state.asking = undefined;
        const { next } = state;
        state.next = undefined;
        if (next !== undefined && !state.closed) put(state, next.key, next.request);
      });
  };

  return {
    ask(uri, folder) {
      const before = states.get(uri);
      if (before !== undefined && before.folder !== folder) {
        states.delete(uri);
        close(before);
      }
      if (folder === undefined || host.context === undefined || open(folder, uri) === undefined) return undefined;
      let state = states.get(uri);
      if (state === undefined) {
        state = {
          uri,
          folder,
          answered: undefined,
          asking: undefined,
          next: undefined,
          failed: undefined,
          closed: false,
        };
        states.set(uri, state);
      }
      const current = state;
      return (request) => {
        const key = JSON.stringify(withoutPlaces(request));
        const { answered } = current;
        if (answered?.key === key) return answered.use;
        if (current.asking !== key && current.next?.key !== key && current.failed !== key)
          put(current, key, JSON.parse(key) as ContextRequest);
        return answered === undefined ? undefined : partly(request, answered.use, answered.key);
      };
    },
    filesChanged(uris) {
      for (const [folder, { context }] of folders)
        if (uris === undefined || uris.some((uri) => uri.startsWith(`${folder}/`))) context.changed();
    },
    forget(uri) {
      const state = states.get(uri);
      if (state === undefined) return;
      states.delete(uri);
      close(state);
    },
    dispose() {
      for (const state of states.values()) close(state);
      states.clear();
    },
  };
}

/** The question without what changes with every line that is typed above: where it stands in the text. */
function withoutPlaces(request: ContextRequest): ContextRequest {
  const span = { start: 0, end: 0 };
  return { ...request, reads: request.reads.map((read) => ({ ...read, span, instruction: 0 })) };
}

/** Of an older answer what still holds: the reads that were in that question too, under the same ignore file. */
function partly(request: ContextRequest, use: ContextUse, key: string): ReturnType<AskContext> {
  const old = JSON.parse(key) as ContextRequest;
  if (JSON.stringify(old.ignore) !== JSON.stringify(request.ignore)) return undefined;
  const known = new Map<string, ReadUse>();
  for (const [i, read] of old.reads.entries()) known.set(JSON.stringify(read), use.reads[i] as ReadUse);
  return { ...use, reads: withoutPlaces(request).reads.map((read) => known.get(JSON.stringify(read))) };
}
