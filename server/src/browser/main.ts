// The language server as a web worker.

import { packageVersion } from '../../../shared/src/version.ts';
import { connectWorker } from '../lsp/connectBrowser.ts';
import { currentWork } from '../lsp/guard.ts';
import { startServer } from '../lsp/server.ts';
import { browserHost } from './host.ts';

declare const self: DedicatedWorkerGlobalScope;

self.addEventListener('error', (event) => {
  console.error(`The server broke while it worked on: ${currentWork()}\n${event.message}`);
});
startServer({ ...connectWorker(self), host: browserHost, version: packageVersion });
