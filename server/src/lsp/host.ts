// What the server needs of the machine it runs on: timers and files. Node and the web worker each give one.
import type { FolderEntry } from '../../../shared/src/protocol.ts';
import type { Sha256 } from '../llb/marshal.ts';

export interface Host {
  /** How to speak of it in the log: `Node 24.1.0`, `web worker`. */
  readonly name: string;
  /** Calls once after at least `ms` milliseconds; the answer takes it back. */
  after(ms: number, run: () => void): () => void;
  /** Milliseconds since some moment; never goes back. */
  now(): number;
  /** True for the URIs that `readText` and `listFolder` can reach. */
  reaches(uri: string): boolean;
  /** The text of a file, as the reader of Dockerfiles wants it; null where there is none or it cannot be read. */
  readText(uri: string): Promise<string | null>;
  /** What a folder holds; null where there is none. */
  listFolder(uri: string): Promise<readonly FolderEntry[] | null>;
  /** Called after each analysis, the one time when memory grows. */
  analysed?(): void;
  /** A SHA-256 that is faster than the portable one. */
  readonly sha256?: Sha256;
}
