// The shape of a scenario: what was asked of BuildKit (plain data, written by hand or drawn at random) and what it did.

/** A sequence of builds on one daemon, each an edit of the one before. The file `scenarios/<name>.json` holds one. */
export interface Scenario {
  name: string;
  /** One sentence: what this shows. */
  title: string;
  /** Names of observations (`a1`, `c12`, `d2`, `cache`, `rebase`, ...) that this scenario shows; see the README. */
  proves: string[];
  /** Rule names whose verdict this bears out. */
  rules: string[];
  /** Default `overlayfs`. */
  snapshotter?: 'overlayfs' | 'native';
  steps: Step[];
}

/** One build. In `dockerfile` the word DIGEST after `NAME:TAG@` was replaced by the digest of that base, or of the one in brackets behind it. */
export interface Step {
  /** `bad`, `plain` (the same without --link), `fix`, or what was edited since the step before. */
  label: string;
  dockerfile: string;
  /** The build context, by slash-separated path. A string is the text of a file of mode 0644. */
  files: Record<string, Entry>;
  /** Further local contexts by name; their frontend attribute `context:NAME=local:NAME` stands in `opts`. */
  contexts?: Record<string, Record<string, Entry>>;
  /** Frontend attributes, as the daemon got them: `target`, `build-arg:X`, `label:X`, `no-cache`, `context:X`, ... */
  opts?: Record<string, string>;
  /** Secrets by id. */
  secrets?: Record<string, string>;
  /** Texts that a web server on loopback gives, by path; an instruction names them http://127.0.0.1:5077/served/PATH. */
  served?: Record<string, string>;
  /** Git repositories by name: the files of branch `main`, one commit; an instruction names them git://127.0.0.1:5078/NAME.git. */
  repos?: Record<string, Record<string, string>>;
  /** Tags that were moved in the registry: what `alpine:3.14` means at this step, by the base whose tag it was before. */
  tags?: Record<string, string>;
  /** The daemon's state was thrown away before this build, remote caches were kept. */
  pruned?: boolean;
  /** Remote cache written after the build; `inline` travels inside of the pushed image. */
  cacheTo?: { name: string; mode: 'min' | 'max' | 'inline' };
  /** Name of a remote cache of an earlier step that this build imports. */
  cacheFrom?: string;
  /** What was made of the result: an image kept by the daemon (nothing unpacked), pushed, or a tar of its files. */
  output?: 'image' | 'push' | 'oci' | 'tar';
  /** Paths of the result to be recorded in `result.tree`; asks for output `tar`. */
  look?: string[];
  /** Session id of the client: part of the bytes of every local source. Given by the recorder. */
  session?: string;
  /** What BuildKit did. Given by the recorder. */
  result?: Result;
}

export type Entry =
  | string
  | { text: string; mode?: string; mtime?: number }
  | { symlink: string }
  | { dir: true; mode?: string }
  /** A tar archive with these entries; uid and gid of each are 0 unless told. */
  | { tar: Record<string, TarMember> };

export type TarMember =
  | string
  | { text?: string; dir?: true; symlink?: string; mode?: string; uid?: number; gid?: number };

export interface Result {
  /** Further recordings saw something else in `error`, `pulled`, `unpacked`, `tree` or `pushed`. */
  varies?: true;
  ok: boolean;
  /** The client's last words, without the leading `error: failed to solve: `. */
  error?: string;
  /** Vertices of the chosen target's graph, inputs before those who use them. */
  vertices: Vertex[];
  /** Repositories (`library/alpine`) from which the daemon read a layer, sorted. Manifests and configs do not count. */
  pulled: string[];
  /** Names of vertices that unpacked layers into a snapshot, sorted. A merge unpacks the bases that it stands on. */
  unpacked: string[];
  /** By path as asked; `null` where the result has no such path. */
  tree?: Record<string, Seen | null>;
  /** What `docker push` would move, for output `push`: layers sent and layers mounted from another repository. */
  pushed?: { sent: number; mounted: number; present: number };
}

export interface Vertex {
  digest: string;
  /** Digests of the ops whose outputs this one takes, in order. */
  inputs: string[];
  name: string;
  status: Status;
  /** Other statuses that further recordings of the same scenario saw: BuildKit does not decide this one alike each time. */
  also?: (Status | 'absent')[];
  error?: string;
  /** Last output of a step that failed, at most 600 characters. */
  log?: string;
  /** Name of the progress group, where the vertex is in one. */
  group?: string;
}

/**
 * `cached`: the solver found it; `ran`: it was executed (for a FROM: resolved or pulled); `not-started`: never asked for, for
 * something above was found or below failed; `cancelled`: begun, never ended; `error`: it failed.
 */
export type Status = 'cached' | 'ran' | 'not-started' | 'cancelled' | 'error';

export interface Seen {
  type: 'file' | 'dir' | 'symlink' | 'other';
  /** Four octal digits. */
  mode: string;
  uid: number;
  gid: number;
  /** Of a file. */
  size?: number;
  /** Of a file of at most 120 bytes. */
  text?: string;
  /** Of a symlink. */
  target?: string;
  /** Of a directory: how many direct children. */
  entries?: number;
}
