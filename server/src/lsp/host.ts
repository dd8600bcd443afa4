// What the server needs of the machine it runs on: timers and files. Node and the web worker each give one.
import type { FolderEntry } from '../../../shared/src/protocol.ts';
import type { BaseFiles } from '../analysis/baseFiles.ts';
import type { ContextRequest, ContextUse } from '../analysis/contextUse.ts';
import type { ImageFacts } from '../analysis/imageFacts.ts';
import type { ImageInput } from '../compile/compilation.ts';
import type { Sha256 } from '../llb/marshal.ts';
import type { Platform } from '../oci/platform.ts';

/** How base images are looked up. */
export interface ImageSettings {
  /** `off`: nothing is known. `cached`: what was learnt earlier. `on`: registries are asked. */
  readonly mode: 'off' | 'cached' | 'on';
  /** Minutes after which a tag is asked for again. */
  readonly refresh: number;
  /** OCI layout folders and image archives, asked before registries. */
  readonly archives: readonly string[];
  /** OCI layout folders, by the digest of an image that is to be found there and nowhere else; `` where it cannot be found. */
  readonly layouts: Readonly<Record<string, string>>;
  /** Hosts to ask before a registry, by its name. */
  readonly mirrors: Readonly<Record<string, readonly string[]>>;
  /** Registries that are spoken to without encryption. */
  readonly insecure: readonly string[];
}

/** Base images. `ref` is normalized, with tag or digest. */
export interface HostImages {
  /** Undefined where nothing is known. Never waits. */
  lookup(ref: string, platform: Platform): ImageInput | undefined;
  /** Undefined where neither anything is known nor anything went wrong. Never waits. */
  about(ref: string, platform: Platform): ImageFacts | undefined;
  /** Learns more where that is wanted and due. True where the others now say something else. Never rejects. */
  request(ref: string, platform: Platform): Promise<boolean>;
  /** The files of an image. Undefined where they are not known. Never waits. */
  baseFiles(ref: string, platform: Platform): BaseFiles | undefined;
  /** Reads the layers of an image that is known, where that is allowed. True where `baseFiles` now knows. Never rejects. */
  requestFiles(ref: string, platform: Platform): Promise<boolean>;
  dispose(): void;
}

/** A folder that is a build context. */
export interface HostContext {
  /** What a build takes of it. Rejects where it cannot be read. */
  use(request: ContextRequest): Promise<ContextUse>;
  /** Calls after something in it changed; the answer ends that. */
  watch(changed: () => void): () => void;
  /** Something in it changed, as the client knows. */
  changed(): void;
  dispose(): void;
}

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
  /** Called after each analysis with the length of its text: the one time when memory grows. */
  analysed?(length: number): void;
  /** Base images; absent where none can be looked up. `log` gets a line now and then. */
  images?(settings: ImageSettings, log: (line: string) => void): HostImages;
  /** A build context by the URI of its folder; absent or undefined where it cannot be seen. */
  context?(folder: string, log: (line: string) => void): HostContext | undefined;
  /** The core has none. */
  readonly sha256: Sha256;
}
