// Which layers of images and results a build has to fetch, since something that runs needs their files.
import type { Edge, Vertex } from '../llb/op.ts';
import type { Build, Outcome, VertexOutcome } from './cacheBuilds.ts';
import { cacheKey, imageDigest } from './cacheKeys.ts';
import { type CacheRecord, isHad, isImage, type Match } from './cacheMatch.ts';

export interface Fetches {
  readonly pulls: Outcome['pulls'];
  /** The records whose results were elsewhere and are needed here: for certain, or perhaps. */
  readonly fetched: ReadonlyMap<CacheRecord, 'local' | 'perhaps'>;
  /** The layers of images that come in this build, whoever brings them: for certain, or perhaps. */
  readonly layers: ReadonlyMap<string, boolean>;
}

/** What is fetched because something that runs needs its files: a MergeOp does not, everything else does. */
export function fetches(
  build: Build,
  vertices: readonly VertexOutcome[],
  found: ReadonlyMap<string, Match>,
  there: ReadonlyMap<string, boolean>,
): Fetches {
  const fetched = new Map<CacheRecord, 'local' | 'perhaps'>();
  const layers = new Map<string, boolean>();
  const pulls = new Map<Vertex, { by: Vertex | undefined; certain: boolean; compared: boolean }>();
  const brought: { readonly layers: ReadonlySet<string>; readonly by: Vertex | undefined }[] = [];
  const seen = new Map<Vertex, boolean>();
  const note = (image: Vertex, certain: boolean): void => {
    for (const layer of layersOf(build, image)) if (layers.get(layer) !== true) layers.set(layer, certain);
  };
  const need = (edges: readonly Edge[], by: Vertex | undefined, sure: boolean, compared: boolean): void => {
    const todo = edges.map((edge) => ({ v: edge.vertex, certain: sure }));
    while (todo.length > 0) {
      const { v, certain } = todo.pop() as (typeof todo)[number];
      const before = seen.get(v);
      if (before === true || before === certain) continue;
      seen.set(v, certain);
      const m = found.get(v.digest) as Match;
      if (!isImage(v) && m.known === 'yes' && isHad(m.record.result)) {
        // What a remote cache holds comes with all layers below it.
        if (m.record.result !== 'remote') continue;
        for (const image of imagesBelow(v)) {
          brought.push({ layers: new Set(layersOf(build, image)), by });
          note(image, certain);
        }
        // With the layers of a result come those that it stands on.
        for (let at: Vertex | undefined = v; at !== undefined; at = filesBelow(at)[0]?.vertex) {
          const { record } = found.get(at.digest) as Match;
          if (fetched.get(record) !== 'local') fetched.set(record, certain ? 'local' : 'perhaps');
        }
        continue;
      }
      if (isImage(v)) {
        const has = layersOf(build, v).map((layer) => there.get(layer));
        if (has.every((known) => known === true)) continue;
        const asked = pulls.get(v);
        pulls.set(v, {
          by: asked?.by ?? by,
          certain: certain && has.includes(undefined),
          compared: compared || asked?.compared === true,
        });
        note(v, certain);
      } else {
        const open = m.known === 'maybe' || m.record.result === 'perhaps';
        for (const edge of filesBelow(v)) todo.push({ v: edge.vertex, certain: certain && !open });
      }
    }
  };
  // First what is sure to run, so that a pull which it asks for is not called uncertain.
  for (const sure of [true, false])
    for (const { vertex, status } of vertices)
      if (
        status !== 'reused' &&
        (status !== 'runs-if-content-differs') === sure &&
        vertex.op.kind !== 'merge' &&
        vertex.op.kind !== 'source'
      )
        for (const { edge, byContent } of cacheKey(vertex).inputs) need([edge], vertex, sure, byContent);
  const target = build.analysis.target?.state.out;
  if (build.unpacks === true && target !== undefined) {
    // The bytes of every layer are wanted, also of those that stand under a merge that is there.
    seen.clear();
    need([target], undefined, true, false);
    for (const image of imagesBelow(target.vertex))
      if (!layersOf(build, image).every((layer) => there.get(layer) === true) && !pulls.has(image)) {
        pulls.set(image, { by: undefined, certain: true, compared: false });
        note(image, true);
      }
  }
  // Layers that came with a cached result, before the step that asks for the base, need not be fetched again. Where neither
  // waits for the other, whichever is first fetches them.
  const left: Outcome['pulls'][number][] = [];
  for (const [image, { by, certain, compared }] of pulls) {
    const own = layersOf(build, image);
    const others = brought.filter(({ layers }) => own.every((layer) => layers.has(layer)));
    // What is compared by content is fetched as soon as somebody asks what it is.
    const waits = (b: (typeof brought)[number]) =>
      b.by !== undefined && b.by !== by && (by === undefined || hangsOn(by, b.by));
    if (!compared && others.some(waits)) continue;
    left.push({ image, by, certain: certain && others.length === 0 });
  }
  return { pulls: left, fetched, layers };
}

function hangsOn(vertex: Vertex, other: Vertex): boolean {
  const seen = new Set<Vertex>();
  const todo = [vertex];
  while (todo.length > 0) {
    const v = todo.pop() as Vertex;
    if (v === other) return true;
    if (seen.has(v)) continue;
    seen.add(v);
    todo.push(...v.inputs.map((edge) => edge.vertex));
  }
  return false;
}

/** What an image consists of: all in one, where its layers are not known. */
export function layersOf(build: Build, { op, digest }: Vertex): readonly string[] {
  if (op.kind !== 'source') return [digest];
  return (
    build.layers?.(op.identifier) ?? [`${imageDigest(op.identifier) ?? digest} ${build.image?.(op.identifier) ?? ''}`]
  );
}

/** The images that a vertex's files stand on. */
export function imagesBelow(vertex: Vertex): Vertex[] {
  const images: Vertex[] = [];
  const seen = new Set<Vertex>();
  const todo = [vertex];
  while (todo.length > 0) {
    const v = todo.pop() as Vertex;
    if (seen.has(v)) continue;
    seen.add(v);
    if (isImage(v)) images.push(v);
    else todo.push(...filesBelow(v).map((edge) => edge.vertex));
  }
  return images;
}

/** The inputs whose files are part of the vertex's result. */
export function filesBelow(vertex: Vertex): readonly Edge[] {
  const op = vertex.op;
  if (op.kind === 'merge') return vertex.inputs;
  if (op.kind === 'file') return op.base === undefined ? [] : [op.base];
  if (op.kind !== 'exec') return [];
  const root = op.mounts.find((mount) => mount.dest === '/')?.source;
  return root === undefined ? [] : [root];
}
