// What becomes of each vertex of a build once it is known which of them the cache knows, and why, in words.
import type { Edge, Vertex } from '../llb/op.ts';
import type { Analysis } from './analyze.ts';
import type { Build, Outcome, Status, VertexOutcome } from './cacheBuilds.ts';
import { type Fetches, fetches } from './cacheFetch.ts';
import { isHad, isImage, isLocal, type Match, uncachedOf } from './cacheMatch.ts';

export interface Judgement extends Omit<Fetches, 'pulls'> {
  readonly outcome: Outcome;
}

/** What becomes of each vertex. `there`: the layers of images that are there already, for certain or perhaps. */
export function judge(build: Build, found: ReadonlyMap<string, Match>, there: ReadonlyMap<string, boolean>): Judgement {
  const { analysis } = build;
  const asked = askedFor(analysis, found);
  const uncached = uncachedOf(analysis);
  const vertices: VertexOutcome[] = [];
  // By digest, for every vertex that does not stay: the one that led to it, and the first of all.
  const causes = new Map<string, Vertex>();
  const firsts = new Map<string, Vertex>();
  for (const { vertex } of analysis.definition.entries) {
    if (vertex === undefined || isLocal(vertex)) continue;
    const m = found.get(vertex.digest) as Match;
    const { result } = m.record;
    const lost = asked.has(vertex.digest) && (result === 'none' || result === 'perhaps') && !isImage(vertex);
    const runs = m.known !== 'yes' || lost;
    // Of two that are one to the cache the first is reckoned to run.
    if (m.twin !== undefined && m.known === 'no') {
      const reason = `${nameOf(build, m.twin)} makes the same, and is found`;
      vertices.push({ vertex, status: 'reused', reason, chain: [], twin: m.twin });
      continue;
    }
    if (!runs) {
      vertices.push({ vertex, status: 'reused', reason: 'nothing that it reads has changed', chain: [] });
      continue;
    }
    const first = m.culprit === undefined ? vertex : (firsts.get(m.culprit.digest) ?? m.culprit);
    firsts.set(vertex.digest, first);
    if (m.culprit !== undefined) causes.set(vertex.digest, m.culprit);
    // What may not use the cache runs whatever it reads.
    const unsure =
      !uncached.has(vertex.digest) &&
      (m.known === 'maybe' || (m.known === 'yes' && (asked.get(vertex.digest) === false || result === 'perhaps')));
    const status = statusOf(vertex, unsure);
    // Words and chains are made where someone reads them.
    vertices.push({
      vertex,
      status,
      ...(m.culprit === undefined ? {} : { cause: m.culprit }),
      get reason() {
        return reasonOf(build, vertex, m, first);
      },
      get chain() {
        return chainOf(vertex, causes);
      },
    });
  }
  const { pulls, fetched, layers } = fetches(build, vertices, found, there);
  return { outcome: { vertices, pulls }, fetched, layers };
}

/** Of a vertex that does not stay. */
export function statusOf(vertex: Vertex, unsure: boolean): Exclude<Status, 'reused'> {
  if (unsure) return 'runs-if-content-differs';
  return vertex.op.kind === 'merge' ? 'relinked' : 'runs';
}

/** What must be there for the result to be there: nothing below a vertex whose own result is. False: perhaps. */
function askedFor(analysis: Analysis, found: ReadonlyMap<string, Match>): Map<string, boolean> {
  const asked = new Map<string, boolean>();
  const target = analysis.target?.state.out;
  const compared = new Set<string>();
  let settled: ReadonlySet<string> | undefined;
  const pressed = new Set<string>();
  const todo = target === undefined ? [] : [{ vertex: target.vertex, sure: true }];
  while (todo.length > 0) {
    const { vertex, sure } = todo.pop() as (typeof todo)[number];
    const before = asked.get(vertex.digest);
    if (before === true || before === sure) continue;
    asked.set(vertex.digest, sure);
    const m = found.get(vertex.digest) as Match;
    if (m.known === 'yes' && isHad(m.record.result)) continue;
    // To tell whether something may be reused, the content that it reads is made, whatever comes of it.
    if (!compared.has(vertex.digest))
      for (const read of readToCompare(vertex, found, compared)) todo.push({ vertex: read, sure: true });
    const runs = sure && (m.known === 'no' || (m.known === 'yes' && m.record.result !== 'perhaps'));
    for (const edge of vertex.inputs) todo.push({ vertex: edge.vertex, sure: runs });
    for (const edge of askedForKeys(m, found)) {
      settled ??= settledByKeys(analysis, found);
      const left = (found.get(edge.vertex.digest) as Match).record.result === 'perhaps';
      for (const read of readForKeys(edge.vertex, found, settled, pressed))
        todo.push({ vertex: read, sure: runs && !(left && m.known === 'no') });
    }
  }
  return asked;
}

/**
 * The inputs that BuildKit asks for more keys before it asks for their results: all of what is known by its key alone; of what is
 * not found those that are, and that nothing of this kind is known to stand on: any, where that holds of none.
 */
function askedForKeys({ key, known, led }: Match, found: ReadonlyMap<string, Match>): readonly Edge[] {
  const edges = key.inputs.map(({ edge }) => edge);
  if (known === 'yes') return edges;
  if (known === 'maybe' || led === undefined) return [];
  const all = led.every(Boolean);
  return edges.filter((edge, i) => (all || led[i] === false) && found.get(edge.vertex.digest)?.known === 'yes');
}

/** The vertices, by digest, that have said all their keys once they are found; the others go on as soon as somebody asks for more. */
function settledByKeys(analysis: Analysis, found: ReadonlyMap<string, Match>): ReadonlySet<string> {
  const settled = new Set<string>();
  for (const { vertex } of analysis.definition.entries) {
    if (vertex === undefined) continue;
    const { key, record } = found.get(vertex.digest) as Match;
    let all = true;
    let some = key.inputs.length === 0;
    for (const { edge, byContent } of key.inputs) {
      const input = edge.vertex.digest;
      // What is found by what it is need not be compared by its content.
      const open = byContent && (found.get(input) as Match).known === 'yes';
      if (open || !settled.has(input)) all = false;
      if (!open || !settled.has(input)) some = true;
    }
    if (all || (some && isHad(record.result))) settled.add(vertex.digest);
  }
  return settled;
}

/** The contents that are made because a vertex that is found is asked for more keys. */
function readForKeys(
  vertex: Vertex,
  found: ReadonlyMap<string, Match>,
  settled: ReadonlySet<string>,
  pressed: Set<string>,
): Vertex[] {
  const read: Vertex[] = [];
  const todo = [vertex];
  while (todo.length > 0) {
    const v = todo.pop() as Vertex;
    if (settled.has(v.digest) || pressed.has(v.digest)) continue;
    pressed.add(v.digest);
    for (const { edge, byContent } of (found.get(v.digest) as Match).key.inputs) {
      todo.push(edge.vertex);
      if (byContent) read.push(edge.vertex);
    }
  }
  return read;
}

/** The inputs that are compared by content below a vertex that is not found, and are not found themselves. */
function readToCompare(vertex: Vertex, found: ReadonlyMap<string, Match>, compared: Set<string>): Vertex[] {
  const read: Vertex[] = [];
  const todo = [vertex];
  while (todo.length > 0) {
    const v = todo.pop() as Vertex;
    if (compared.has(v.digest)) continue;
    compared.add(v.digest);
    const { key, known } = found.get(v.digest) as Match;
    if (known === 'yes') continue;
    for (const { edge, byContent } of key.inputs) {
      if ((found.get(edge.vertex.digest) as Match).known === 'yes') continue;
      todo.push(edge.vertex);
      if (byContent) read.push(edge.vertex);
    }
  }
  return read;
}

/** From what changed first to the vertex itself. */
function chainOf(vertex: Vertex, causes: ReadonlyMap<string, Vertex>): readonly Vertex[] {
  const chain: Vertex[] = [];
  for (let at: Vertex | undefined = vertex; at !== undefined; at = causes.get(at.digest)) chain.push(at);
  return chain.reverse();
}

function reasonOf(build: Build, vertex: Vertex, m: Match, first: Vertex): string {
  if (uncachedOf(build.analysis).has(vertex.digest)) return 'its cache is not to be used';
  if (m.known === 'yes') return 'its result is in no cache that is left, and a step that runs needs it';
  if (build.pruned === true && build.imports === undefined) return 'nothing is left in the cache';
  if (vertex.op.kind === 'source')
    return isImage(vertex) ? 'it is another image than before' : 'it is another than before';
  const culprit = m.culprit;
  if (culprit === undefined) return 'its text, arguments or environment are new';
  const what = nameOf(build, culprit);
  if (m.known === 'maybe') {
    const byContent = m.key.inputs.some((input) => input.byContent && input.edge.vertex === culprit);
    if (!byContent) return `it runs again only if ${what} does`;
    return `${what} is made anew: it runs again only if what it reads from there differs`;
  }
  if (isLocal(culprit)) return `files that it reads from ${what} have changed`;
  if (culprit.op.kind === 'source') return `${what} has changed`;
  if (vertex.op.kind === 'merge') return `${what} is new; the join costs next to nothing`;
  if (first === culprit || first === vertex) return `it stands on ${what}, which is made anew`;
  return `it stands on ${what}, made anew because of ${isLocal(first) ? `files of ${nameOf(build, first)}` : nameOf(build, first)}`;
}

/** How to speak of a vertex in a sentence. */
function nameOf(build: Build, vertex: Vertex): string {
  if (vertex.op.kind === 'source') {
    if (vertex.op.identifier === 'local://context') return 'the build context';
    return vertex.op.identifier
      .replace(/^(docker-image|local):\/\//, (_, kind) => (kind === 'local' ? 'the context ' : 'the base '))
      .replace('docker.io/library/', '');
  }
  const line = build.analysis.dockerfile.instructions[vertex.origin]?.lines.first;
  return line === undefined ? (vertex.metadata.name?.() ?? 'a step') : `line ${line}`;
}
