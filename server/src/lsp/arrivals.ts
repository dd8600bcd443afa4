// Knows the newest version of each document that has come in, even while it still waits in the queue behind other messages.
import type { MessageReader } from 'vscode-languageserver';

export interface Arrivals {
  /** True where a newer text than this version has already come in. */
  isOld(uri: string, version: number): boolean;
}

/** Watches what a reader hands on. Must be called before anything listens to it. */
export function watchArrivals(reader: MessageReader): Arrivals {
  const newest = new Map<string, number>();
  const listen = reader.listen.bind(reader);
  reader.listen = (callback) =>
    listen((message) => {
      const { method, params } = message as {
        method?: string;
        params?: { textDocument?: { uri?: string; version?: number } };
      };
      if (method === 'textDocument/didOpen' || method === 'textDocument/didChange') {
        const { uri, version } = params?.textDocument ?? {};
        if (typeof uri === 'string' && typeof version === 'number') newest.set(uri, version);
      } else if (method === 'textDocument/didClose') {
        newest.delete(params?.textDocument?.uri ?? '');
      }
      callback(message);
    });
  return { isOld: (uri, version) => (newest.get(uri) ?? version) !== version };
}
