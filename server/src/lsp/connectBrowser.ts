// The way in which a client in a browser speaks to the server in a web worker.
import {
  BrowserMessageReader,
  BrowserMessageWriter,
  type Connection,
  createConnection,
  ProposedFeatures,
} from 'vscode-languageserver/browser';
import { type Arrivals, watchArrivals } from './arrivals.ts';

/** `scope` is the worker's global object. */
export function connectWorker(scope: ConstructorParameters<typeof BrowserMessageReader>[0]): {
  connection: Connection;
  arrivals: Arrivals;
} {
  const reader = new BrowserMessageReader(scope);
  const arrivals = watchArrivals(reader);
  return { connection: createConnection(ProposedFeatures.all, reader, new BrowserMessageWriter(scope)), arrivals };
}
