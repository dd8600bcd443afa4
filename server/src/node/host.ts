// What the language server needs of the machine, on Node: timers and the files of `file:` URIs.
import { readdir, readFile, stat } from 'node:fs/promises';
import { URI } from 'vscode-uri';
import { decodeUtf8 } from '../go/utf8.ts';
import type { Host } from '../lsp/host.ts';
import { milliseconds } from './clock.ts';
import { createContext } from './context/index.ts';
import { hostImages } from './hostImages.ts';
import { hostSha256 } from './sha256.ts';

/** Files longer than this are not read: an ignore file of this size is a mistake. Bytes. */
const longestFile = 10_000_000;
/** No one picks a file from a longer list. */
const mostEntries = 5000;

export const nodeHost: Host = {
  name: `Node ${process.versions.node}`,
  sha256: hostSha256,
  images: hostImages,
  context: (folder, log) => (folder.startsWith('file:') ? createContext(URI.parse(folder).fsPath, { log }) : undefined),
  now: milliseconds,
  after(ms, run) {
    // Whoever waits for it holds a connection; nothing else is left to wait for.
    const timer = setTimeout(run, ms).unref();
    return () => clearTimeout(timer);
  },
  reaches: (uri) => uri.startsWith('file:'),
  async readText(uri) {
    try {
      const path = URI.parse(uri).fsPath;
      const about = await stat(path);
      if (!about.isFile() || about.size > longestFile) return null;
      return decodeUtf8(await readFile(path));
    } catch {
      return null;
    }
  },
  async listFolder(uri) {
    try {
      const entries = await readdir(URI.parse(uri).fsPath, { withFileTypes: true });
      return entries.slice(0, mostEntries).map((entry) => ({ name: entry.name, folder: entry.isDirectory() }));
    } catch {
      return null;
    }
  },
};
