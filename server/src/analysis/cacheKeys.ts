// What BuildKit's solver compares to tell whether it has run a vertex before: the op without its inputs, and for each
// input its identity or the content of the paths that are read. Not the digest: another digest is not yet another key.
import { hasWildcards } from '../go/match.ts';
import { base as baseName, join } from '../go/path.ts';
import { type EnvList, envEntries } from '../llb/env.ts';
import type { Edge, ExecMount, ExecOp, FileOp, Op, Vertex } from '../llb/op.ts';
import { formatPlatformAll, normalizePlatform } from '../oci/platform.ts';

/** Paths that a vertex reads from one of its inputs. */
export interface Selector {
  readonly path: string;
  readonly wildcard: boolean;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

/** All that an input holds. */
export const everything: Selector = { path: '/', wildcard: false, include: [], exclude: [] };

/** One input of a vertex as the solver sees it. */
export interface KeyInput {
  readonly edge: Edge;
  /** Part of the key: two vertices that read other paths of one input are two. */
  readonly selectors: readonly Selector[];
  /** Equal content is enough, however it came to be. */
  readonly byContent: boolean;
}

export interface CacheKey {
  /** The op without inputs. Made where someone asks: many only want to know what is read. */
  readonly own: string;
  readonly inputs: readonly KeyInput[];
}

/** The key of a vertex. Sources have no inputs; what makes them equal is their identifier and what is known of it. */
export function cacheKey(vertex: Vertex): CacheKey {
  let key = keys.get(vertex);
  if (key === undefined) {
    key = keyOf(vertex);
    keys.set(vertex, key);
  }
  return key;
}

const keys = new WeakMap<Vertex, CacheKey>();

/** True for inline documents: everything that they hold stands in the op. */
export function isDocuments(op: Op): op is FileOp {
  return op.kind === 'file' && op.base === undefined && op.actions.every((action) => action.kind === 'mkfile');
}

/** The digest of an image whose name has one. */
export function imageDigest(identifier: string): string | undefined {
  return /^(?:docker-image|oci-layout):.*@(.*)$/.exec(identifier)?.[1];
}

function keyOf(vertex: Vertex): CacheKey {
  const op = vertex.op;
  switch (op.kind) {
    case 'source': {
      const platform = vertex.platform === undefined ? '' : formatPlatformAll(normalizePlatform(vertex.platform));
      // An image is what its digest says, under whatever name.
      const digest = imageDigest(op.identifier);
      if (digest !== undefined) return { own: `image ${digest} ${platform}`, inputs: [] };
      // How to look for an image is not what it is.
      const attrs = /^(docker-image|local|oci-layout):/.test(op.identifier) ? '' : JSON.stringify([...op.attrs]);
      return { own: `source ${op.identifier} ${platform} ${attrs}`, inputs: [] };
    }
    case 'merge':
      return {
        own: `merge ${vertex.inputs.length}`,
        inputs: vertex.inputs.map((edge) => ({ edge, selectors: [], byContent: false })),
      };
    case 'file':
      return fileKey(op);
    case 'exec':
      return execKey(op, vertex);
  }
}

function fileKey(op: FileOp): CacheKey {
  // BuildKit numbers inputs in the order of the actions; the same edge has one number.
  const edges: Edge[] = [];
  const number = (edge: Edge | undefined): number => {
    if (edge === undefined) return -1;
    const found = edges.findIndex((e) => e === edge || e.vertex.digest === edge.vertex.digest);
    return found >= 0 ? found : edges.push(edge) - 1;
  };
  const selectors = new Map<number, Selector[]>();
  const base = number(op.base);
  for (const action of op.actions) {
    if (action.kind !== 'copy') continue;
    const from = number(action.source);
    if (from < 0) continue;
    const list = selectors.get(from) ?? [];
    list.push({
      path: action.src,
      wildcard: action.allowWildcard && hasWildcards(action.src),
      include: action.includePatterns,
      exclude: action.excludePatterns,
    });
    selectors.set(from, list);
  }
  const inputs = edges.map((edge, i) => {
    const list = i === base ? undefined : selectors.get(i);
    return { edge, selectors: list ?? [], byContent: list !== undefined };
  });
  return withOwn(inputs, () => {
    const parts: string[] = [];
    for (const action of op.actions) {
      if (action.kind !== 'copy') {
        parts.push(JSON.stringify(action, bigintText), `${base}`);
        continue;
      }
      const { source, ...rest } = action;
      const from = number(source);
      parts.push(JSON.stringify({ ...rest, src: from < 0 ? rest.src : baseName(rest.src) }), `${base} ${from}`);
    }
    return `file ${parts.join(' ')}`;
  });
}

function withOwn(inputs: readonly KeyInput[], make: () => string): CacheKey {
  let own: string | undefined;
  return {
    inputs,
    get own() {
      own ??= make();
      return own;
    },
  };
}

/** For texts of ops in JSON. */
export function bigintText(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}

function execKey(op: ExecOp, vertex: Vertex): CacheKey {
  const edges: Edge[] = [];
  const inputs: { edge: Edge; selectors: Selector[]; byContent: boolean }[] = [];
  const numbers = op.mounts.map(({ source, selector, dest, output, readonly }) => {
    if (source === undefined) return -1;
    let number = edges.findIndex((e) => e === source || e.vertex.digest === source.vertex.digest);
    if (number < 0) {
      number = edges.push(source) - 1;
      inputs.push({ edge: source, selectors: [], byContent: false });
    }
    const input = inputs[number] as (typeof inputs)[number];
    const path = join('/', selector);
    input.selectors.push({ path, wildcard: false, include: [], exclude: [] });
    input.byContent = dest !== '/' && (output === -1 || readonly || path === '/');
    return number;
  });
  return withOwn(inputs, () => {
    const { args, cwd, user, hostname, ulimits, cgroupParent } = op;
    const hosts = op.extraHosts.map((h) => h.host);
    const onlyRoot = op.mounts.length === 1;
    return [
      'exec',
      JSON.stringify([args, cwd, user, hostname, hosts, ulimits, cgroupParent]),
      envKey(op.env),
      JSON.stringify([op.network, op.security, op.secretEnv, op.devices, vertex.platform]),
      onlyRoot ? '' : op.mounts.map((mount, i) => mountKey(mount, numbers[i] as number)).join(' '),
    ].join(' ');
  });
}

function mountKey(mount: ExecMount, number: number): string {
  // The name of a cache is no part of the key, unless it is the one that a Dockerfile gives by itself.
  const cache = mount.cache;
  const named =
    cache !== undefined &&
    !(cache.sharing === 0 && (cache.id === mount.dest || cache.id.slice(cache.id.indexOf('/') + 1) === mount.dest));
  return JSON.stringify([
    number,
    mount.dest,
    mount.output,
    mount.readonly,
    mount.type,
    mount.tmpfsSize,
    named ? 'cache' : cache,
    mount.secret,
    mount.ssh,
  ]);
}

const envKeys = new WeakMap<EnvList, string>();

function envKey(env: EnvList): string {
  const known = envKeys.get(env);
  if (known !== undefined) return known;
  const key = JSON.stringify(envEntries(env));
  envKeys.set(env, key);
  return key;
}
