// Sends problems to clients that do not ask for them: soon after the last key, never of an older text.
import type { Connection } from 'vscode-languageserver';
import type { Arrivals } from './arrivals.ts';
import type { Host } from './host.ts';
import type { ProblemsOf } from './problems.ts';
import type { OpenDocument, Session } from './session.ts';

/** How long after the last change problems are sent, in milliseconds. */
export const debounce = 150;

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
  const waiting = new Map<OpenDocument, () => void>();
  const sent = new WeakMap<OpenDocument, number>();

  const later = (document: OpenDocument, ms = debounce): void => {
    waiting.get(document)?.();
    waiting.set(
      document,
      host.after(ms, () => void publish(document)),
    );
  };
  const publish = async (document: OpenDocument): Promise<void> => {
    waiting.delete(document);
    await session().ready(document);
    if (document.closed || waiting.has(document)) return;
    // A newer text waits in the queue: its arrival starts a new wait.
    if (arrivals.isOld(document.uri, document.version)) return;
    if (sent.get(document) === document.revision) return;
    sent.set(document, document.revision);
    const { uri, version } = document;
    await connection.sendDiagnostics({ uri, version, diagnostics: [...problems(document).shown] });
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
