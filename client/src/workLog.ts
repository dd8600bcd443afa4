// Keeps in mind what the server was asked and has not answered, so that a crash can be told with what it was doing.
import type { Middleware } from 'vscode-languageclient';

export interface WorkLog {
  readonly sendRequest: NonNullable<Middleware['sendRequest']>;
  /** The requests without an answer, oldest first. */
  pending(): string;
  clear(): void;
}

export function workLog(): WorkLog {
  const open = new Set<{ readonly name: string }>();
  return {
    async sendRequest(type, param, token, next) {
      const entry = { name: describe(typeof type === 'string' ? type : type.method, param) };
      open.add(entry);
      try {
        return await next(type, param, token);
      } finally {
        open.delete(entry);
      }
    },
    pending: () => [...open].map((entry) => entry.name).join(', '),
    clear: () => open.clear(),
  };
}

function describe(method: string, param: unknown): string {
  const { textDocument, position } = (param ?? {}) as {
    textDocument?: { uri?: string };
    position?: { line: number; character: number };
  };
  const where = position === undefined ? '' : `:${position.line + 1}:${position.character + 1}`;
  return textDocument?.uri === undefined ? method : `${method} ${textDocument.uri}${where}`;
}
