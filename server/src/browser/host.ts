// What the language server needs of the machine, in a web worker: timers. Files come from the client.
import type { Host } from '../lsp/host.ts';

export const browserHost: Host = {
  name: 'a web worker',
  now: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  reaches: () => false,
  readText: async () => null,
  listFolder: async () => null,
};
