// What the language server needs of the machine, in a web worker: timers. Files come from the client.
import type { Host } from '../lsp/host.ts';
import { portableSha256 } from './sha256.ts';

export const browserHost: Host = {
  name: 'a web worker',
  sha256: portableSha256,
  now: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  reaches: () => false,
  readText: async () => null,
  listFolder: async () => null,
};
