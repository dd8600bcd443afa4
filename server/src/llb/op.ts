// The payloads of LLB operations, field for field as BuildKit's protobuf schema has them, and the vertices that carry them.
import type { EnvList } from './env.ts';

/** The platform of an operation; empty strings where a part is not given. */
export interface OpPlatform {
  readonly os: string;
  readonly architecture: string;
  readonly variant: string;
  readonly osVersion: string;
  readonly osFeatures: readonly string[];
}

export interface SourceOp {
  readonly kind: 'source';
  /** `docker-image://…`, `local://…`, `git://…`, `https://…`, `oci-layout://…`. */
  readonly identifier: string;
  readonly attrs: ReadonlyMap<string, string>;
}

export interface CacheOpt {
  readonly id: string;
  /** 0 shared, 1 private, 2 locked. */
  readonly sharing: 0 | 1 | 2;
}
export interface SecretOpt {
  readonly id: string;
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
  readonly optional: boolean;
}
export interface ExecMount {
  /** What is mounted; undefined for an empty file system (scratch). */
  readonly source: Edge | undefined;
  readonly dest: string;
  readonly selector: string;
  readonly readonly: boolean;
  /** Index of the output this mount makes, -1 for none. */
  readonly output: number;
  readonly type: 'bind' | 'secret' | 'ssh' | 'cache' | 'tmpfs';
  readonly tmpfsSize: number;
  readonly cache?: CacheOpt | undefined;
  readonly secret?: SecretOpt;
  readonly ssh?: SecretOpt;
}
export interface ProxyEnv {
  readonly http: string;
  readonly https: string;
  readonly ftp: string;
  readonly no: string;
  readonly all: string;
}
export interface ExecOp {
  readonly kind: 'exec';
  readonly args: readonly string[];
  readonly env: EnvList;
  readonly cwd: string;
  readonly user: string;
  readonly proxy: ProxyEnv | undefined;
  readonly extraHosts: readonly { readonly host: string; readonly ip: string }[];
  readonly hostname: string;
  readonly ulimits: readonly { readonly name: string; readonly soft: number; readonly hard: number }[];
  readonly cgroupParent: string;
  /** In the order in which they are marshalled: sorted by destination, then secrets, then ssh. */
  readonly mounts: readonly ExecMount[];
  /** 0 sandbox, 1 host, 2 none. */
  readonly network: 0 | 1 | 2;
  /** 0 sandbox, 1 insecure. */
  readonly security: 0 | 1;
  readonly secretEnv: readonly { readonly id: string; readonly name: string; readonly optional: boolean }[];
  readonly devices: readonly { readonly name: string; readonly optional: boolean }[];
}

/** A user or group: a number, or a name to be looked up in the base's files. */
export type Owner = { readonly id: number } | { readonly name: string };
export interface Chown {
  readonly user: Owner | undefined;
  readonly group: Owner | undefined;
}
export interface CopyAction {
  readonly kind: 'copy';
  /** Where files come from; undefined for scratch. */
  readonly source: Edge | undefined;
  readonly src: string;
  readonly dest: string;
  readonly chown: Chown | undefined;
  /** Octal mode, -1 for "as it is"; 0 where `modeString` is set. */
  readonly mode: number;
  readonly modeString: string;
  readonly followSymlink: boolean;
  readonly dirCopyContents: boolean;
  readonly attemptUnpack: boolean;
  readonly createDestPath: boolean;
  readonly allowWildcard: boolean;
  readonly allowEmptyWildcard: boolean;
  readonly includePatterns: readonly string[];
  readonly excludePatterns: readonly string[];
  readonly requiredPaths: readonly string[];
}
/** A copy of nothing, to make others from: what is not asked for is off. */
export const plainCopy: CopyAction = {
  kind: 'copy',
  source: undefined,
  src: '',
  dest: '/',
  chown: undefined,
  mode: -1,
  modeString: '',
  followSymlink: false,
  dirCopyContents: false,
  attemptUnpack: false,
  createDestPath: false,
  allowWildcard: false,
  allowEmptyWildcard: false,
  includePatterns: [],
  excludePatterns: [],
  requiredPaths: [],
};
export interface MkdirAction {
  readonly kind: 'mkdir';
  readonly path: string;
  readonly mode: number;
  readonly makeParents: boolean;
  readonly chown: Chown | undefined;
  /** Nanoseconds since 1970, -1 for none. */
  readonly timestamp: bigint;
}
export interface MkfileAction {
  readonly kind: 'mkfile';
  readonly path: string;
  readonly mode: number;
  readonly data: string;
}
export interface FileOp {
  readonly kind: 'file';
  /** The file system that is changed; undefined for scratch. */
  readonly base: Edge | undefined;
  /** Each works on the result of the one before. */
  readonly actions: readonly (CopyAction | MkdirAction | MkfileAction)[];
}

export interface MergeOp {
  readonly kind: 'merge';
  /** Lower layers first. */
  readonly inputs: readonly Edge[];
}

export type Op = SourceOp | ExecOp | FileOp | MergeOp;

/** Groups the vertices of one instruction in progress output. */
export interface ProgressGroup {
  /** Unique within one compilation. */
  readonly id: number;
  readonly name: () => string;
  readonly weak: boolean;
}

/** A range of 1-based lines, both ends included. */
export interface Lines {
  readonly first: number;
  readonly last: number;
}

export interface LinuxResources {
  readonly memory: number;
  readonly memorySwap: number;
  readonly cpuShares: number;
  readonly cpuPeriod: number;
  readonly cpuQuota: number;
  readonly cpusetCpus: string;
  readonly cpusetMems: string;
}

/** What stands beside an op, outside its digest. */
export interface OpMetadata {
  /** The vertex name that progress output shows (`llb.customname`); made on demand, since few are ever read. */
  readonly name?: (() => string) | undefined;
  /** The instruction's text (`com.docker.dockerfile.v1.command`). */
  readonly command?: string | undefined;
  readonly caps: readonly string[];
  readonly ignoreCache?: boolean;
  readonly progressGroup?: ProgressGroup | undefined;
  readonly linuxResources?: LinuxResources | undefined;
}

/** A node of the graph: an op and where its inputs come from. */
export interface Vertex {
  readonly op: Op;
  /** In the order in which BuildKit visits them, each once. */
  readonly inputs: readonly Edge[];
  /** Marshalled where defined. */
  readonly platform: OpPlatform | undefined;
  readonly metadata: OpMetadata;
  /** Source locations: undefined for none, an empty list for a location without lines. */
  readonly locations: readonly Lines[] | undefined;
  /** Whatever the maker wants to find it by again; -1 for none. */
  readonly origin: number;
  /** Its first output; the one object by which others refer to it. */
  readonly out: Edge;
  /** Filled by `marshalVertex`: the op's bytes and `sha256:…` of them. */
  bytes: Uint8Array | undefined;
  digest: string;
}

/** One output of a vertex. */
export interface Edge {
  readonly vertex: Vertex;
  readonly index: number;
}

/** Makes a vertex that is not yet marshalled. */
export function newVertex(
  op: Op,
  metadata: OpMetadata,
  origin: number,
  locations?: readonly Lines[],
  platform?: OpPlatform,
): Vertex {
  const vertex = {
    op,
    inputs: inputsOf(op),
    platform,
    metadata,
    locations,
    origin,
    bytes: undefined,
    digest: '',
  } as unknown as Vertex;
  (vertex as { out: Edge }).out = { vertex, index: 0 };
  return vertex;
}

/** What an op reads, in the order in which BuildKit visits it, each once. */
function inputsOf(op: Op): readonly Edge[] {
  if (op.kind === 'merge') return op.inputs;
  const inputs: Edge[] = [];
  if (op.kind === 'exec') for (const { source } of op.mounts) addInput(inputs, source);
  if (op.kind === 'file') {
    addInput(inputs, op.base);
    // The sources of the last action come first.
    for (let i = op.actions.length - 1; i >= 0; i--) {
      const action = op.actions[i] as FileOp['actions'][number];
      if (action.kind === 'copy') addInput(inputs, action.source);
    }
  }
  return inputs;
}

function addInput(inputs: Edge[], edge: Edge | undefined): void {
  if (edge && !inputs.includes(edge)) inputs.push(edge);
}
