// What goes into the reckoning of BuildKit's cache, a sequence of builds, and what comes out of it.
import type { SourceOp, Vertex } from '../llb/op.ts';
import type { Analysis } from './analyze.ts';
import type { Selector } from './cacheKeys.ts';

/** What becomes of a vertex. */
export type Status = 'reused' | 'relinked' | 'runs' | 'runs-if-content-differs';

/** The files of a context at the time of a build, as far as they decide about the cache. */
export interface Contents {
  /**
   * Something that is equal for two builds exactly where the selected files are (names, bytes, modes), undefined where
   * that cannot be told.
   */
  readonly signature: (source: SourceOp, selectors: readonly Selector[]) => string | undefined;
}

/** One build of a sequence. */
export interface Build {
  readonly analysis: Analysis;
  readonly contents: Contents;
  /** What an image is at this time, where it is known to differ from build to build: any text, such as its digest. */
  readonly image?: (identifier: string) => string;
  /** Names of an image's layers, where they are known: what two images share is fetched once. */
  readonly layers?: (identifier: string) => readonly string[] | undefined;
  /** Vertices that are taken to be other than their op says, as if their line had been edited. */
  readonly edited?: (vertex: Vertex) => Edited | undefined;
  /** The files of the result are wanted (a tar, a local folder), not only an image in a store or registry. */
  readonly unpacks?: boolean;
  /** Vertices of which the build is known not to have come to an end. */
  readonly stopped?: (vertex: Vertex) => boolean;
  /** Taken to have run to its end, though BuildKit refuses the text: what stands behind the mistake is asked about as it would be. */
  readonly assumed?: boolean;
  /** Everything local was thrown away before this build. */
  readonly pruned?: boolean;
  /** The remote cache that this build reads, by the index of the build that wrote it, and how that was written. */
  readonly imports?: { readonly from: number; readonly mode: 'min' | 'max' | 'inline' };
}

/** `text`: the op is another one. `content`: what is known of the files that it makes now, against before. */
export interface Edited {
  readonly text: boolean;
  readonly content: 'same' | 'differs' | 'unknown';
}

export interface VertexOutcome {
  readonly vertex: Vertex;
  readonly status: Status;
  /** Why, in one sentence. */
  readonly reason: string;
  /** The input that leads here, where one does: the last but one of the chain. */
  readonly cause?: Vertex;
  /** The vertices that lead here, the first that changed first; empty where it is reused. Made when asked for: as long as the file is deep. */
  readonly chain: readonly Vertex[];
  /** Another vertex of the same build that has the same key: one of the two runs, the other is reused. */
  readonly twin?: Vertex;
}

export interface Outcome {
  /** In BuildKit's order; the build context itself, which is always looked at anew, is not among them. */
  readonly vertices: readonly VertexOutcome[];
  /** Base images whose layers must be fetched, and the vertex that asks for them; undefined where the result's files do. */
  readonly pulls: readonly { readonly image: Vertex; readonly by: Vertex | undefined; readonly certain: boolean }[];
}
