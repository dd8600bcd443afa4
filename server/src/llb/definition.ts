// The marshalled graph: vertices in BuildKit's order, each once, with metadata and source locations merged by digest.
import { encodeUtf8 } from '../go/utf8.ts';
import { marshalResult, marshalVertex, type Sha256 } from './marshal.ts';
import type { Edge, Lines, LinuxResources, OpMetadata, ProgressGroup, Vertex } from './op.ts';
import * as wire from './wire.ts';

/** One op of a definition. */
export interface DefinitionEntry {
  readonly digest: string;
  readonly bytes: Uint8Array;
  readonly metadata: OpMetadata;
  /** Undefined where the op has none; an empty list of lines is a location without lines. */
  readonly locations: readonly (readonly Lines[])[] | undefined;
  /** The first vertex that has this digest; undefined for the last op, which only names the result. */
  readonly vertex: Vertex | undefined;
}

export interface Definition {
  /** Depth first, inputs before their users; empty for scratch. */
  readonly entries: readonly DefinitionEntry[];
  /** Digest of the result's vertex, empty for scratch. */
  readonly head: string;
}

interface Merged {
  digest: string;
  bytes: Uint8Array;
  metadata: OpMetadata;
  locations: (readonly Lines[])[] | undefined;
  vertex: Vertex | undefined;
}

/**
 * Marshals everything that `result` needs.
 * The error is Go's text where an op cannot be marshalled; BuildKit then has no definition.
 */
export function marshalDefinition(
  result: Edge | undefined,
  sha256: Sha256,
): { definition: Definition; error: string | undefined } {
  if (result === undefined) return { definition: { entries: [], head: '' }, error: undefined };
  let error: string | undefined;
  const entries: Merged[] = [];
  const byDigest = new Map<string, Merged>();
  const visited = new Set<Vertex>();
  // An explicit stack: graphs of generated files are deeper than the host's call stack.
  const vertices: Vertex[] = [result.vertex];
  const nextInput: number[] = [0];
  visited.add(result.vertex);
  while (vertices.length > 0) {
    const top = vertices.length - 1;
    const vertex = vertices[top] as Vertex;
    const i = nextInput[top] as number;
    if (i < vertex.inputs.length) {
      nextInput[top] = i + 1;
      const input = (vertex.inputs[i] as Edge).vertex;
      if (!visited.has(input)) {
        visited.add(input);
        vertices.push(input);
        nextInput.push(0);
      }
      continue;
    }
    vertices.pop();
    nextInput.pop();
    if (vertex.bytes === undefined) error = marshalVertex(vertex, sha256) ?? error;
    addEntry(vertex, entries, byDigest);
  }
  const bytes = marshalResult(result);
  entries.push({
    digest: `sha256:${sha256(bytes)}`,
    bytes,
    metadata: { caps: resultCaps(entries) },
    locations: undefined,
    vertex: undefined,
  });
  return { definition: { entries, head: result.vertex.digest }, error };
}

function addEntry(vertex: Vertex, entries: Merged[], byDigest: Map<string, Merged>): void {
  const { digest, metadata, locations } = vertex;
  let entry = byDigest.get(digest);
  if (entry) entry.metadata = mergeMetadata(entry.metadata, metadata);
  else {
    entry = { digest, bytes: vertex.bytes as Uint8Array, metadata, locations: undefined, vertex };
    byDigest.set(digest, entry);
    entries.push(entry);
  }
  if (locations) (entry.locations ??= []).push(locations);
}

function mergeMetadata(a: OpMetadata, b: OpMetadata): OpMetadata {
  if (a === b) return a;
  return {
    name: b.name ?? a.name,
    command: b.command ?? a.command,
    caps: [...new Set([...a.caps, ...b.caps])],
    ignoreCache: a.ignoreCache === true || b.ignoreCache === true,
    progressGroup: b.progressGroup ?? a.progressGroup,
    linuxResources: b.linuxResources ?? a.linuxResources,
  };
}

/** The description that BuildKit stores beside the op, keys sorted. */
export function describe(metadata: OpMetadata): Map<string, string> {
  const description = new Map<string, string>();
  if (metadata.command !== undefined) description.set('com.docker.dockerfile.v1.command', metadata.command);
  if (metadata.name !== undefined) description.set('llb.customname', metadata.name());
  return description;
}

function resultCaps(entries: readonly Merged[]): string[] {
  const caps = ['constraints', 'platform'];
  if (entries.some((e) => e.metadata.ignoreCache)) caps.push('meta.ignorecache');
  if (entries.some((e) => e.metadata.name !== undefined || e.metadata.command !== undefined))
    caps.push('meta.description');
  return caps;
}

/** What a definition says of the text it was made from. */
export interface SourceInfo {
  readonly filename: string;
  readonly language: string;
  readonly data: string;
  /** The marshalled definition of the text's own load; undefined to leave it out. */
  readonly definition: Uint8Array | undefined;
}

/** The protobuf `Definition`: what `buildctl build` and `buildctl debug dump-llb` read. Map entries are sorted by key. */
export function encodeDefinition(definition: Definition, info: SourceInfo | undefined): Uint8Array {
  wire.begin();
  const entries = definition.entries;
  if (info !== undefined && entries.length > 0) putSourceInfos(definition, info);
  const sorted = [...entries].sort((a, b) => (a.digest < b.digest ? 1 : -1));
  for (const entry of sorted) {
    const from = wire.mark();
    const value = wire.mark();
    putMetadata(entry.metadata);
    wire.endMessage(2, value);
    wire.putString(1, entry.digest);
    wire.endMessage(2, from);
  }
  for (let i = entries.length - 1; i >= 0; i--) wire.putBytesAlways(1, (entries[i] as DefinitionEntry).bytes);
  return wire.finish();
}

function putMetadata(metadata: OpMetadata): void {
  if (metadata.linuxResources !== undefined) putLinuxResources(metadata.linuxResources);
  if (metadata.progressGroup !== undefined) putProgressGroup(metadata.progressGroup);
  for (const cap of [...metadata.caps].sort().reverse()) {
    const from = wire.mark();
    wire.putBool(2, true);
    wire.putString(1, cap);
    wire.endMessage(5, from);
  }
  const description = describe(metadata);
  for (const key of [...description.keys()].reverse()) {
    const from = wire.mark();
    wire.putString(2, description.get(key) as string);
    wire.putString(1, key);
    wire.endMessage(2, from);
  }
  wire.putBool(1, metadata.ignoreCache === true);
}

function putProgressGroup(group: ProgressGroup): void {
  const from = wire.mark();
  wire.putBool(3, group.weak);
  wire.putText(2, group.name());
  wire.putText(1, `group-${group.id}`);
  wire.endMessage(6, from);
}

function putLinuxResources(limits: LinuxResources): void {
  const from = wire.mark();
  wire.putText(7, limits.cpusetMems);
  wire.putText(6, limits.cpusetCpus);
  wire.putInt(5, limits.cpuQuota);
  wire.putInt(4, limits.cpuPeriod);
  wire.putInt(3, limits.cpuShares);
  wire.putInt(2, limits.memorySwap);
  wire.putInt(1, limits.memory);
  wire.endMessage(7, from);
}

function putSourceInfos(definition: Definition, info: SourceInfo): void {
  const from = wire.mark();
  const infoFrom = wire.mark();
  wire.putText(4, info.language);
  if (info.definition !== undefined) wire.putBytesAlways(3, info.definition);
  wire.putBytes(2, encodeUtf8(info.data));
  wire.putText(1, info.filename);
  wire.endMessage(2, infoFrom);
  // BuildKit lists every vertex here, those without a location too; the last op, which has no vertex, is left out.
  const located = definition.entries
    .filter((e) => e.vertex !== undefined)
    .sort((a, b) => (a.digest < b.digest ? 1 : -1));
  for (const entry of located) {
    const entryFrom = wire.mark();
    const value = wire.mark();
    const locations = entry.locations ?? [];
    for (let i = locations.length - 1; i >= 0; i--) putLocation(locations[i] as readonly Lines[]);
    wire.endMessage(2, value);
    wire.putString(1, entry.digest);
    wire.endMessage(1, entryFrom);
  }
  wire.endMessage(3, from);
}

function putLocation(lines: readonly Lines[]): void {
  const from = wire.mark();
  for (let i = lines.length - 1; i >= 0; i--) {
    const { first, last } = lines[i] as Lines;
    for (let line = last; line >= first; line--) {
      const range = wire.mark();
      const end = wire.mark();
      wire.putInt(1, line);
      wire.endMessage(2, end);
      const start = wire.mark();
      wire.putInt(1, line);
      wire.endMessage(1, start);
      wire.endMessage(2, range);
    }
  }
  wire.endMessage(1, from);
}
