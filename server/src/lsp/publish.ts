// Sends problems to clients that do not ask for them: soon after the last key, never of an older text.
import type { Connection } from 'vscode-languageserver';
import type { Arrivals } from './arrivals.ts';
import type { Host } from './host.ts';
import type { Problems, ProblemsOf } from './problems.ts';
import type { OpenDocument, Session } from './session.ts';

/** How long after the last change problems are sent, in milliseconds. */
export const debounce = 150;
/** Work that takes longer than this is not begun before the typing rests: the next key would have to wait for it. Milliseconds. */
const longestStep = 50;
/** Between the steps: what an editor asks after a key comes before what nobody waits for. Milliseconds. */
const breath = 20;
/** The least of it. Milliseconds. */
const turn = 2;

export interface Publisher {
  /** Sends the problems of this document after a while without a change. */
  later(document: OpenDocument, ms?: number): void;
  clear(document: OpenDocument): void;
}

export function publisher(
  connection: Connection,
  host: Host,
  session: () => Session,
  problems: ProblemsOf,
  arrivals: Arrivals,
): Publisher {
  /** What takes back the next step of a document. */
  const waiting = new Map<OpenDocument, () => void>();
  const sent = new WeakMap<OpenDocument, number>();
  /** How long the longest step took, in milliseconds, the last time that a document was worked on. */
  const costs = new WeakMap<OpenDocument, { readonly revision: number; readonly longest: number }>();

  const next = (document: OpenDocument, ms: number, step: () => void): void => {
    waiting.get(document)?.();
    waiting.set(
      document,
      host.after(ms, () => {
        waiting.delete(document);
        // A newer text waits in the queue: its arrival starts a new wait.
        if (!document.closed && !arrivals.isOld(document.uri, document.version)) step();
      }),
    );
  };

  /** The time of the wait is used: once it is over, what is to be sent is there. Each step lets requests in. */
  const later = (document: OpenDocument, ms = debounce): void => {
    const due = host.now() + ms;
    const quick = (costs.get(document)?.longest ?? 0) <= longestStep;
    next(document, quick ? 0 : ms, async () => {
      await session().ready(document);
      if (document.closed || waiting.has(document) || arrivals.isOld(document.uri, document.version)) return;
      const analysed = analyse(document);
      // Two waits: timers are reckoned from before the analysis, and an answer takes a turn of the event loop to go out.
      next(document, 0, () =>
        next(document, Math.max(turn, Math.min(breath, due - host.now())), () => {
          const found = find(document, analysed);
          const left = due - host.now();
          if (left > 0) next(document, left, () => send(document, found));
          else send(document, found);
        }),
      );
    });
  };
  const analyse = (document: OpenDocument): number => {
    const begin = host.now();
    session().analysis(document);
    return host.now() - begin;
  };
  const find = (document: OpenDocument, analysed: number): Problems => {
    const begin = host.now();
    const found = problems(document);
    const { revision } = document;
    if (costs.get(document)?.revision !== revision)
      costs.set(document, { revision, longest: Math.max(analysed, host.now() - begin) });
    return found;
  };

  const send = (document: OpenDocument, { revision, shown }: Problems): void => {
    if (sent.get(document) === revision) return;
    sent.set(document, revision);
    const { uri, version } = document;
    void connection.sendDiagnostics({ uri, version, diagnostics: [...shown] });
  };
  return {
    later,
    clear(document) {
      waiting.get(document)?.();
      waiting.delete(document);
      void connection.sendDiagnostics({ uri: document.uri, diagnostics: [] });
    },
  };
}
