// What a build would run again, given the builds before it and what changed: BuildKit's cache, reckoned instead of tried.
import type { Edge, Vertex } from '../llb/op.ts';
import type { Analysis } from './analyze.ts';
import { type CacheKey, cacheKey, type Selector } from './cacheKeys.ts';

/** What becomes of a vertex. */
export type Status = 'reused' | 'relinked' | 'runs' | 'runs-if-content-differs';

/** The files of a context at the time of a build, as far as they decide about the cache. */
export interface Contents {
  /**
   * Something that is equal for two builds exactly where the selected files are (names, bytes, modes), undefined where
   * that cannot be told. `identifier` is the source's: `local://context`, `https://…`.
   */
  readonly signature: (identifier: string, selectors: readonly Selector[]) => string | undefined;
}

/** One build of a sequence. */
export interface Build {
  readonly analysis: Analysis;
  readonly contents: Contents;
  /** What an image is at this time, where it is known to differ from build to build: any text, such as its digest. */
  readonly image?: (identifier: string) => string;
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
  /** The vertices that lead here, the first that changed first; empty where it is reused. */
  readonly chain: readonly Vertex[];
}

export interface Outcome {
  /** In BuildKit's order; the build context itself, which is always looked at anew, is not among them. */
  readonly vertices: readonly VertexOutcome[];
  /** Base images whose layers must be fetched, and the vertex that asks for them; undefined where the result's files do. */
  readonly pulls: readonly { readonly image: Vertex; readonly by: Vertex | undefined; readonly certain: boolean }[];
}

/** A thing that BuildKit remembers: an op with these inputs has this result. */
interface CacheRecord {
  readonly id: number;
  readonly own: string;
  /** For each input, what has led here: identities (`d…`) and contents (`c…`). */
  readonly inputs: Set<string>[];
  /** It may be the same as one of these, if contents turn out equal. */
  readonly maybe: readonly CacheRecord[];
  /** Whether the result can be had without running, and from where. */
  result: 'none' | 'local' | 'remote';
}

interface Match {
  readonly key: CacheKey;
  readonly record: CacheRecord;
  readonly known: 'yes' | 'maybe' | 'no';
  /** The input that did not match, where one decided. */
  readonly culprit: Vertex | undefined;
  /** It was found, and yet runs. */
  readonly forced?: boolean;
}

/** What is there once some builds have come to their end. */
interface Daemon {
  readonly builds: Build[];
  readonly cache: Cache;
  readonly matches: Map<string, Match>[];
  /** The images whose files were there when each build ended: what a cache that it wrote could hold. */
  readonly there: Set<string>[];
  readonly outcomes: Outcome[];
}

/** Reckons a sequence of builds on one daemon; one outcome for each. */
export function simulate(builds: readonly Build[]): Outcome[] {
  const daemon: Daemon = { builds: [], cache: new Map(), matches: [], there: [], outcomes: [] };
  for (const build of builds) run(daemon, build);
  return daemon.outcomes;
}

/**
 * What does not stay as it was where a build of the same text follows with these vertices `changed` (a source: what is behind it), and
 * nothing was thrown away in between. The same as two builds in a row tell, but no keys are compared: what is found is told by what
 * stands on what, so that it takes a moment only.
 */
export function statusesAfter(
  analysis: Analysis,
  changed: (vertex: Vertex) => boolean,
): ReadonlyMap<Vertex, Exclude<Status, 'reused'>> {
  const statuses = new Map<Vertex, Exclude<Status, 'reused'>>();
  // By digest: two lines that come to the same op are two objects and one vertex.
  const known = new Map<string, 'no' | 'maybe'>();
  for (const { vertex } of analysis.definition.entries) {
    if (vertex === undefined) continue;
    // Where the bytes of a download are pinned, they are what the pin says.
    const pinned = vertex.op.kind === 'source' && vertex.op.attrs.has('http.checksum');
    const found = changed(vertex) && !pinned ? 'no' : throughInputs(vertex, known);
    if (found !== 'yes') known.set(vertex.digest, found);
    // What may not use the cache runs, but makes what has the key that it had.
    const status = vertex.metadata.ignoreCache ? 'no' : found;
    if (status !== 'yes' && !isLocal(vertex)) statuses.set(vertex, statusOf(vertex, status === 'maybe'));
  }
  return statuses;
}

/** What becomes of a vertex that is itself as it was. `known`: what does not stay, by digest. */
function throughInputs(vertex: Vertex, known: ReadonlyMap<string, 'no' | 'maybe'>): Match['known'] {
  if (!vertex.inputs.some((edge) => known.has(edge.vertex.digest))) return 'yes';
  let worst: Match['known'] = 'yes';
  for (const { edge, byContent } of cacheKey(vertex).inputs) {
    const found = known.get(edge.vertex.digest);
    if (found === undefined) continue;
    // The files of a source that is not an image are known, and others; what a step makes anew may be the same.
    if (byContent) worst = edge.vertex.op.kind !== 'source' || isImage(edge.vertex) ? 'maybe' : 'no';
    else worst = found;
    if (worst === 'no') return 'no';
  }
  return worst;
}

function run(daemon: Daemon, build: Build): void {
  const { builds, cache, matches, there, outcomes } = daemon;
  builds.push(build);
  if (build.pruned === true) {
    const exported =
      build.imports === undefined ? new Set<CacheRecord>() : exportedRecords(builds, matches, there, build.imports);
    for (const { all } of cache.values()) for (const record of all) record.result = 'none';
    cache.clear();
    if (build.imports !== undefined) {
      for (const { record } of matches[build.imports.from]?.values() ?? []) {
        record.result = exported.has(record) ? 'remote' : 'none';
        add(cache, record);
      }
    }
  }
  const found = matchAll(cache, build);
  matches.push(found);
  const outcome = judge(build, found);
  outcomes.push(outcome);
  const images = new Set<string>();
  there.push(images);
  if (build.analysis.problems.length > 0 && build.assumed !== true) return;
  const pulled = new Set(outcome.pulls.map((p) => p.image.digest));
  for (const { vertex } of build.analysis.definition.entries) {
    if (vertex === undefined) continue;
    const { record } = found.get(vertex.digest) as Match;
    const stopped = build.stopped?.(vertex) === true;
    // An image is known by looking it up; its files are there only where something asked for them.
    if (stopped && !isImage(vertex)) continue;
    if (!stopped && (!isImage(vertex) || pulled.has(vertex.digest))) record.result = 'local';
    add(cache, record);
    if (isImage(vertex) && record.result === 'local') images.add(vertex.digest);
  }
}

/** Every vertex of a build against the cache, by digest. */
function matchAll(cache: Cache, build: Build): Map<string, Match> {
  const found = new Map<string, Match>();
  for (const { vertex } of build.analysis.definition.entries)
    if (vertex !== undefined) found.set(vertex.digest, match(cache, build, vertex, found));
  return found;
}

function isImage({ op }: Vertex): boolean {
  return op.kind === 'source' && (op.identifier.startsWith('docker-image:') || op.identifier.startsWith('oci-layout:'));
}

/** By the op without its inputs. */
type Cache = Map<string, Alike>;

interface Alike {
  readonly all: Set<CacheRecord>;
  /** By one thing that led to the first input: most records are found by it at once. */
  readonly byToken: Map<string, CacheRecord>;
}

function add(cache: Cache, record: CacheRecord): void {
  let alike = cache.get(record.own);
  if (alike === undefined) {
    alike = { all: new Set(), byToken: new Map() };
    cache.set(record.own, alike);
  }
  alike.all.add(record);
  for (const token of record.inputs[0] ?? []) alike.byToken.set(token, record);
}

/** The records that could be the vertex's, the likeliest first. */
function* candidates(cache: Cache, own: string, tokens: readonly Tokens[]): Iterable<CacheRecord> {
  const alike = cache.get(own);
  const first = tokens[0];
  if (alike === undefined) return;
  const { all, byToken } = alike;
  if (first !== undefined && all.size > 1) {
    const likely =
      byToken.get(first.identity) ?? (first.content === undefined ? undefined : byToken.get(first.content));
    if (likely !== undefined) yield likely;
  }
  yield* all;
}

let nextId = 0;

function match(cache: Cache, build: Build, vertex: Vertex, found: ReadonlyMap<string, Match>): Match {
  const key = cacheKey(vertex);
  const bare = vertex.op.kind === 'source' ? sourceKey(build, vertex, key.own) : key.own;
  const own = build.edited?.(vertex)?.text === true ? `edited ${bare}` : bare;
  const tokens = key.inputs.map((input) => inputTokens(build, input.edge, input.selectors, input.byContent, found));
  const maybe = new Set<CacheRecord>();
  let best: Match | undefined;
  for (const record of candidates(cache, own, tokens)) {
    let known: Match['known'] = 'yes';
    let culprit: Vertex | undefined;
    for (let i = 0; i < tokens.length && known !== 'no'; i++) {
      const token = tokens[i] as Tokens;
      const seen = record.inputs[i];
      if (seen !== undefined && (seen.has(token.identity) || (token.content !== undefined && seen.has(token.content))))
        continue;
      if (
        seen !== undefined &&
        (token.maybe.some((t) => seen.has(t)) || (token.byContent && token.content === undefined))
      )
        known = 'maybe';
      else known = 'no';
      culprit = (key.inputs[i] as CacheKey['inputs'][number]).edge.vertex;
    }
    if (known === 'maybe') {
      maybe.add(record);
      for (const other of record.maybe) maybe.add(other);
    }
    if (best === undefined || rank[known] > rank[best.known]) best = { key, record, known, culprit };
    if (known === 'yes') break;
  }
  if (best?.known === 'yes') {
    // What led here this time leads here from now on.
    for (let i = 0; i < tokens.length; i++) {
      const token = tokens[i] as Tokens;
      best.record.inputs[i]?.add(token.identity);
      if (token.content !== undefined) best.record.inputs[i]?.add(token.content);
    }
    // A step that may not use the cache runs, and what stands on it with it; but what they make has the key that it had,
    // so that a local cache knows the steps behind again. A remote one does not.
    const culprit = key.inputs.find(
      ({ edge, byContent }) =>
        !byContent &&
        (edge.vertex.metadata.ignoreCache ||
          (best?.record.result === 'remote' && found.get(edge.vertex.digest)?.forced === true)),
    )?.edge.vertex;
    if (vertex.metadata.ignoreCache || culprit !== undefined) return { ...best, known: 'no', culprit, forced: true };
    return best;
  }
  const record: CacheRecord = {
    id: nextId++,
    own,
    inputs: tokens.map((t) => new Set(t.content === undefined ? [t.identity] : [t.identity, t.content])),
    maybe: [...maybe],
    result: 'none',
  };
  return { key, record, known: best?.known ?? 'no', culprit: best?.culprit };
}

const rank = { yes: 2, maybe: 1, no: 0 };

function sourceKey(build: Build, vertex: Vertex, own: string): string {
  if (vertex.op.kind !== 'source') return own;
  const { identifier } = vertex.op;
  // A directory of the client is never the same twice; only what is read from it can be.
  if (identifier.startsWith('local://')) return `${own} ${nextId++}`;
  if (isImage(vertex)) return `${own} ${build.image?.(identifier) ?? ''}`;
  return vertex.op.attrs.has('http.checksum')
    ? own
    : `${own} ${build.contents.signature(identifier, everything) ?? ''}`;
}

const everything: readonly Selector[] = [{ path: '/', wildcard: false, include: [], exclude: [] }];

interface Tokens {
  readonly identity: string;
  readonly content: string | undefined;
  /** Tokens that it would also have, if contents turn out equal. */
  readonly maybe: readonly string[];
  readonly byContent: boolean;
}

function inputTokens(
  build: Build,
  edge: Edge,
  selectors: readonly Selector[],
  byContent: boolean,
  found: ReadonlyMap<string, Match>,
): Tokens {
  const { vertex } = edge;
  const record = (found.get(vertex.digest) as Match).record;
  const selected = selectors.length === 0 ? '' : pathsOf(selectors);
  const maybe: string[] = [];
  for (const r of record.maybe) maybe.push(`d${r.id} ${selected}`);
  let content: string | undefined;
  if (byContent && vertex.op.kind === 'source' && !isImage(vertex)) {
    // Where the bytes of a download are pinned, they are what the pin says.
    const signature = vertex.op.attrs.get('http.checksum') ?? build.contents.signature(vertex.op.identifier, selectors);
    if (signature !== undefined) content = `c${signature}`;
  }
  const edited = build.edited?.(vertex)?.content ?? 'unknown';
  if (byContent && content === undefined && edited !== 'unknown') content = `${edited} ${keyName(vertex)} ${selected}`;
  return { identity: `d${record.id} ${selected}`, content, maybe, byContent };
}

const paths = new WeakMap<readonly Selector[], string>();

function pathsOf(selectors: readonly Selector[]): string {
  let text = paths.get(selectors);
  if (text === undefined) {
    text = JSON.stringify(selectors.map((s) => s.path));
    paths.set(selectors, text);
  }
  return text;
}

/** What two builds have in common of a vertex that was edited between them: where it stands. */
function keyName(vertex: Vertex): string {
  return `${vertex.origin} ${vertex.op.kind}`;
}

// ------------------------------------------------------------------ judging

function judge(build: Build, found: ReadonlyMap<string, Match>): Outcome {
  const { analysis } = build;
  const asked = askedFor(analysis, found);
  const vertices: VertexOutcome[] = [];
  // By digest, for every vertex that does not stay: the one that led to it, and the first of all.
  const causes = new Map<string, Vertex>();
  const firsts = new Map<string, Vertex>();
  for (const { vertex } of analysis.definition.entries) {
    if (vertex === undefined || isLocal(vertex)) continue;
    const m = found.get(vertex.digest) as Match;
    const runs = m.known !== 'yes' || (asked.has(vertex.digest) && m.record.result === 'none' && !isImage(vertex));
    if (!runs) {
      vertices.push({ vertex, status: 'reused', reason: 'nothing that it reads has changed', chain: [] });
      continue;
    }
    const first = m.culprit === undefined ? vertex : (firsts.get(m.culprit.digest) ?? m.culprit);
    firsts.set(vertex.digest, first);
    if (m.culprit !== undefined) causes.set(vertex.digest, m.culprit);
    const unsure = m.known === 'maybe' || (m.known === 'yes' && asked.get(vertex.digest) === false);
    const status = statusOf(vertex, unsure);
    // Words and chains are made where someone reads them: a chain is as long as the file is deep.
    vertices.push({
      vertex,
      status,
      get reason() {
        return reasonOf(build, vertex, m, first);
      },
      get chain() {
        return chainOf(vertex, causes);
      },
    });
  }
  return { vertices, pulls: pullsOf(build, vertices, found) };
}

/** Of a vertex that does not stay. */
function statusOf(vertex: Vertex, unsure: boolean): Exclude<Status, 'reused'> {
  // What may not use the cache runs whatever it reads.
  if (unsure && !vertex.metadata.ignoreCache) return 'runs-if-content-differs';
  return vertex.op.kind === 'merge' ? 'relinked' : 'runs';
}

/** What must be there for the result to be there: nothing below a vertex whose own result is. False: perhaps. */
function askedFor(analysis: Analysis, found: ReadonlyMap<string, Match>): Map<string, boolean> {
  const asked = new Map<string, boolean>();
  const target = analysis.target?.state.out;
  // By what is asked of them.
  const seen = [new Set<string>(), new Set<string>(), new Set<string>(), new Set<string>()];
  const todo = target === undefined ? [] : [{ vertex: target.vertex, all: false, sure: true }];
  while (todo.length > 0) {
    const { vertex, all, sure } = todo.pop() as (typeof todo)[number];
    const marks = seen[(all ? 2 : 0) + (sure ? 1 : 0)] as Set<string>;
    if (marks.has(vertex.digest)) continue;
    marks.add(vertex.digest);
    asked.set(vertex.digest, sure || asked.get(vertex.digest) === true);
    const m = found.get(vertex.digest) as Match;
    if (m.known === 'yes' && m.record.result !== 'none' && !all) continue;
    // Where a remote cache knows a merge by its key alone, BuildKit asks for everything below.
    const below = all || (m.known === 'yes' && vertex.op.kind === 'merge');
    for (const edge of vertex.inputs) todo.push({ vertex: edge.vertex, all: below, sure: sure && m.known !== 'maybe' });
  }
  return asked;
}

function isLocal(vertex: Vertex): boolean {
  return vertex.op.kind === 'source' && vertex.op.identifier.startsWith('local://');
}

/** From what changed first to the vertex itself. */
function chainOf(vertex: Vertex, causes: ReadonlyMap<string, Vertex>): readonly Vertex[] {
  const chain: Vertex[] = [];
  for (let at: Vertex | undefined = vertex; at !== undefined; at = causes.get(at.digest)) chain.push(at);
  return chain.reverse();
}

function reasonOf(build: Build, vertex: Vertex, m: Match, first: Vertex): string {
  if (vertex.metadata.ignoreCache) return 'its cache is not to be used';
  if (m.known === 'yes') return 'its result is in no cache that is left, and a step that runs needs it';
  if (vertex.op.kind === 'source') return 'it is another image than before';
  const culprit = m.culprit;
  if (culprit === undefined) return 'its text, arguments or environment are new';
  const what = nameOf(build, culprit);
  if (m.known === 'maybe') return `${what} is made anew: it runs again only if what it reads from there differs`;
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

/** A base is pulled where something that runs needs its files: a MergeOp does not, everything else does. */
function pullsOf(
  build: Build,
  vertices: readonly VertexOutcome[],
  found: ReadonlyMap<string, Match>,
): Outcome['pulls'] {
  const pulls = new Map<Vertex, { by: Vertex | undefined; certain: boolean }>();
  const brought: { readonly image: string; readonly by: Vertex | undefined }[] = [];
  const seen = new Set<Vertex>();
  const need = (edges: readonly Edge[], by: Vertex | undefined, certain: boolean): void => {
    const todo = edges.map((edge) => edge.vertex);
    while (todo.length > 0) {
      const v = todo.pop() as Vertex;
      if (seen.has(v)) continue;
      seen.add(v);
      const m = found.get(v.digest) as Match;
      if (m.known === 'yes' && m.record.result !== 'none') {
        // What a remote cache holds comes with all layers below it.
        if (m.record.result === 'remote') for (const image of imagesBelow(v)) brought.push({ image: image.digest, by });
        continue;
      }
      if (isImage(v)) pulls.set(v, { by, certain });
      else todo.push(...filesBelow(v).map((edge) => edge.vertex));
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
        need(vertex.inputs, vertex, sure);
  const target = build.analysis.target?.state.out;
  if (build.unpacks === true && target !== undefined) {
    // The bytes of every layer are wanted, also of those that stand under a merge that is there.
    seen.clear();
    need([target], undefined, true);
    for (const image of imagesBelow(target.vertex))
      if ((found.get(image.digest) as Match).record.result !== 'local' && !pulls.has(image))
        pulls.set(image, { by: undefined, certain: true });
  }
  // Layers that came with a cached result, before the step that asks for the base, need not be fetched again.
  const isThere = (image: Vertex, by: Vertex | undefined): boolean =>
    brought.some((b) => b.image === image.digest && b.by !== undefined && (by === undefined || hangsOn(by, b.by)));
  return [...pulls].filter(([image, { by }]) => !isThere(image, by)).map(([image, asked]) => ({ image, ...asked }));
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

/** The images that a vertex's files stand on. */
function imagesBelow(vertex: Vertex): Vertex[] {
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
function filesBelow(vertex: Vertex): readonly Edge[] {
  const op = vertex.op;
  if (op.kind === 'merge') return vertex.inputs;
  if (op.kind === 'file') return op.base === undefined ? [] : [op.base];
  if (op.kind !== 'exec') return [];
  const root = op.mounts.find((mount) => mount.dest === '/')?.source;
  return root === undefined ? [] : [root];
}

/** The records whose results a remote cache holds. */
function exportedRecords(
  builds: readonly Build[],
  matches: readonly ReadonlyMap<string, Match>[],
  there: readonly ReadonlySet<string>[],
  imports: NonNullable<Build['imports']>,
): Set<CacheRecord> {
  const exported = new Set<CacheRecord>();
  const analysis = (builds[imports.from] as Build).analysis;
  const found = matches[imports.from] as ReadonlyMap<string, Match>;
  const holds = (vertex: Vertex): boolean =>
    !isImage(vertex) &&
    (vertex.op.kind !== 'merge' || filesAreThere(vertex, there[imports.from] as ReadonlySet<string>));
  if (imports.mode === 'max') {
    for (const { vertex } of analysis.definition.entries)
      if (vertex !== undefined && holds(vertex)) exported.add((found.get(vertex.digest) as Match).record);
    return exported;
  }
  // Otherwise only what became a layer of the result.
  const todo = analysis.target?.state.out === undefined ? [] : [analysis.target.state.out.vertex];
  while (todo.length > 0) {
    const v = todo.pop() as Vertex;
    if (holds(v)) exported.add((found.get(v.digest) as Match).record);
    todo.push(...filesBelow(v).map((edge) => edge.vertex));
  }
  return exported;
}

/** A merge that stands on a base which was never pulled has no layers to export. */
function filesAreThere(vertex: Vertex, there: ReadonlySet<string>): boolean {
  return imagesBelow(vertex).every((image) => there.has(image.digest));
}
