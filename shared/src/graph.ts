// The build graph as plain JSON: what the editor, the command line and the graph view agree on.
import type { Span } from './span.ts';

/** The graph of one Dockerfile for one platform. */
export interface BuildGraph {
  readonly version: 1;
  /** Name of the file, as the user knows it. */
  readonly file: string;
  /** `linux/amd64`. */
  readonly platform: string;
  /** Index of the chosen stage among `stages`, -1 where there is none. */
  readonly target: number;
  /** Digest of the result, `` for an empty one. */
  readonly head: string;
  /** The stages of the file, in order; stages that BuildKit makes for `--from=IMAGE` follow. */
  readonly stages: readonly GraphStage[];
  /** Inputs before their users: first what the target needs in BuildKit's order, then what no target needs. */
  readonly vertices: readonly GraphVertex[];
  /** Every instruction of the file, in order; comments and directives are none. */
  readonly instructions: readonly GraphInstruction[];
  /** What was not known and stands in for the truth. */
  readonly missing: readonly GraphMissing[];
  /** What makes BuildKit refuse the file; empty where it builds. */
  readonly problems: readonly GraphProblem[];
}

export interface GraphStage {
  readonly index: number;
  /** The name given by AS, else ``. */
  readonly name: string;
  /** How to speak of it: `build`, or `stage 2` where it has no name. */
  readonly title: string;
  /** What it starts from. */
  readonly base: {
    readonly kind: 'scratch' | 'image' | 'stage' | 'context';
    readonly name: string;
    readonly stage: number;
  };
  readonly platform: string;
  /** 1-based lines of its FROM. */
  readonly lines: readonly [number, number];
  readonly span: Span;
  /** The target needs it. */
  readonly reachable: boolean;
  /** Made by `--from=IMAGE` of another stage. */
  readonly hidden: boolean;
  /** Index of its FROM among `instructions`; of the instruction that mentions it where it is hidden. */
  readonly instruction: number;
}

export type VertexKind = 'image' | 'local' | 'git' | 'http' | 'oci-layout' | 'exec' | 'file' | 'merge';

/** What an input is for. */
export type EdgeRole = 'base' | 'copy' | 'mount' | 'layer';

export interface GraphEdge {
  /** Index among `vertices`. */
  readonly vertex: number;
  /** `base`: the file system it changes or runs on; `copy`: where files come from; `mount`: RUN --mount; `layer`: the linked copy of a MergeOp. */
  readonly role: EdgeRole;
  /** Paths read from it, where that is known. */
  readonly paths: readonly string[];
}

export interface GraphVertex {
  readonly index: number;
  /** `sha256:…`. */
  readonly digest: string;
  /** Stays the same while the text around it changes: stage, instruction within it, part. */
  readonly key: string;
  readonly kind: VertexKind;
  /** BuildKit's own name, as progress output shows it. */
  readonly name: string;
  /** In the words of the file: `RUN npm ci`, `COPY src/ -> /app/`, `debian:12`. */
  readonly title: string;
  /** Index among `stages`, -1 for what belongs to none (the build context). */
  readonly stage: number;
  /** Index among `instructions`, -1 where no line made it. */
  readonly instruction: number;
  readonly inputs: readonly GraphEdge[];
  /** The digest may change when missing inputs are known. */
  readonly provisional: boolean;
  /** BuildKit stopped before it came here. */
  readonly uncertain: boolean;
  readonly reachable: boolean;
  /** BuildKit does not use the cache for it. */
  readonly ignoreCache: boolean;
  /** The op, for those who want to see it: short labels and values, in order. */
  readonly details: readonly (readonly [label: string, value: string])[];
}

export interface GraphInstruction {
  readonly index: number;
  /** `COPY`. */
  readonly keyword: string;
  /** The logical line, trimmed. */
  readonly text: string;
  /** 1-based. */
  readonly lines: readonly [number, number];
  readonly span: Span;
  /** Index among `stages`, -1 before the first FROM. */
  readonly stage: number;
  /** Indexes among `vertices`, inputs first; empty for what only changes the configuration. */
  readonly vertices: readonly number[];
  /** What it reads, by name: `base debian:12`, `context src/`, `stage build (line 9)`. */
  readonly dependsOn: readonly string[];
  /** True where its own work hangs on what stands before it in the stage; false for a linked copy. */
  readonly hangsOnParent: boolean;
  /** Why BuildKit refuses it, or ``. */
  readonly problem: string;
}

export interface GraphMissing {
  readonly kind: string;
  readonly name: string;
}

export interface GraphProblem {
  readonly message: string;
  readonly span: Span;
  readonly lines: readonly (readonly [number, number])[];
  readonly code: string;
}
