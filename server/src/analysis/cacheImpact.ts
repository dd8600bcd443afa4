// What a build would run again, given the builds before it and what changed: BuildKit's cache, reckoned instead of tried.
import { clean } from '../go/path.ts';
import type { Edge, FileOp, SourceOp, Vertex } from '../llb/op.ts';
import type { Analysis } from './analyze.ts';
import { bigintText, type CacheKey, cacheKey, everything, isDocuments, type Selector } from './cacheKeys.ts';

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

/** A thing that BuildKit remembers: an op with these inputs has this result. */
interface CacheRecord {
  readonly id: number;
  readonly own: string;
  /** For each input, what has led here: identities (`d…`) and contents (`c…`). */
  readonly inputs: Set<string>[];
  /** It may be the same as one of these, if contents turn out equal. */
  readonly maybe: readonly CacheRecord[];
  /** Those that may be the same as this one. */
  readonly later: CacheRecord[];
  /** Whether the result can be had without running, and from where; `perhaps`: what was left open before decides. */
  result: 'none' | 'perhaps' | 'local' | 'remote';
}

interface Match {
  readonly key: CacheKey;
  readonly record: CacheRecord;
  readonly known: 'yes' | 'maybe' | 'no';
  /** The input that did not match, where one decided. */
  readonly culprit: Vertex | undefined;
  /** It was found, and yet runs. */
  readonly forced?: boolean;
  /** Another vertex of the same build that has the same key. */
  readonly twin?: Vertex;
}

/** What is there once some builds have come to their end. */
interface Daemon {
  readonly builds: Build[];
  readonly cache: Cache;
  readonly matches: Map<string, Match>[];
  /** The layers of images that were there when each build ended, for certain or perhaps: what a cache that it wrote could hold. */
  readonly there: ReadonlyMap<string, boolean>[];
  /** The records whose results each build could have from the cache that it imported. */
  readonly imported: ReadonlySet<CacheRecord>[];
  /** The records whose results there were at the end of each build, fetched or not. */
  readonly held: ReadonlyMap<CacheRecord, 'local' | 'perhaps'>[];
  readonly outcomes: Outcome[];
}

/** Reckons a sequence of builds on one daemon; one outcome for each. */
export function simulate(builds: readonly Build[]): Outcome[] {
  const daemon: Daemon = { builds: [], cache: new Map(), matches: [], there: [], imported: [], held: [], outcomes: [] };
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
  const uncached = uncachedOf(analysis);
  for (const { vertex } of analysis.definition.entries) {
    if (vertex === undefined) continue;
    // Where the bytes of a download are pinned, they are what the pin says.
    const pinned = vertex.op.kind === 'source' && vertex.op.attrs.has('http.checksum');
    const found = changed(vertex) && !pinned ? 'no' : throughInputs(vertex, known);
    if (found !== 'yes') known.set(vertex.digest, found);
    // What may not use the cache runs, but makes what has the key that it had.
    const status = uncached.has(vertex.digest) ? 'no' : found;
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
    // Documents, and the files of a source that is not an image, are known, and others; what a step makes anew may be the same.
    const certain = isDocuments(edge.vertex.op) || (edge.vertex.op.kind === 'source' && !isImage(edge.vertex));
    if (byContent) worst = certain ? 'no' : 'maybe';
    else worst = found;
    if (worst === 'no') return 'no';
  }
  return worst;
}

function run(daemon: Daemon, build: Build): void {
  const { builds, cache, matches, there, imported, held, outcomes } = daemon;
  builds.push(build);
  const remote = new Set<CacheRecord>();
  if (build.imports !== undefined) {
    for (const record of exportedRecords(daemon, build.imports)) remote.add(record);
  }
  if (build.pruned === true) {
    for (const { all } of cache.values()) for (const record of all) record.result = 'none';
    cache.clear();
  }
  if (build.imports !== undefined)
    for (const { record } of matches[build.imports.from]?.values() ?? []) {
      const known = remote.has(record) ? held[build.imports.from]?.get(record) : undefined;
      if (record.result === 'none' && known !== undefined) record.result = known === 'local' ? 'remote' : known;
      add(cache, record);
    }
  const layers = new Map(build.pruned === true ? [] : there[there.length - 1]);
  const found = matchAll(cache, build);
  matches.push(found);
  imported.push(remote);
  const { outcome, fetched, layers: brought } = judge(build, found, layers);
  outcomes.push(outcome);
  there.push(layers);
  const had = new Map<CacheRecord, 'local' | 'perhaps'>();
  held.push(had);
  const failed = build.analysis.problems.length > 0 && build.assumed !== true;
  const ran = new Map<string, Status>();
  for (const { vertex, status } of outcome.vertices) if (status !== 'reused') ran.set(vertex.digest, status);
  for (const { vertex } of build.analysis.definition.entries) {
    if (vertex === undefined || failed) continue;
    const { record, known } = found.get(vertex.digest) as Match;
    const stopped = build.stopped?.(vertex) === true;
    const status = ran.get(vertex.digest);
    // Of what was found elsewhere, only what was fetched is left for the next build.
    let left = record.result === 'remote' ? (fetched.get(record) ?? 'none') : record.result;
    let now: 'none' | 'local' | 'perhaps' = record.result === 'remote' ? 'local' : record.result;
    if (isImage(vertex)) {
      // An image is known by looking it up; its files are there only where something asked for them.
      for (const layer of stopped ? [] : layersOf(build, vertex))
        if (brought.has(layer) && layers.get(layer) !== true) layers.set(layer, brought.get(layer) === true);
    } else if (stopped) continue;
    else if (status !== undefined) {
      now = status !== 'runs-if-content-differs' || alike(record, known) ? 'local' : 'perhaps';
      // Nor does a cache that is written hold a merge of layers that were never fetched.
      if (vertex.op.kind === 'merge') {
        const joined = weakest(now, vertex, found);
        now = joined === 'none' && status === 'runs-if-content-differs' ? 'perhaps' : joined;
      }
      left = now;
    }
    if (now !== 'none') had.set(record, now);
    record.result = left;
    add(cache, record);
  }
  for (const record of remote) if (record.result === 'remote') record.result = fetched.get(record) ?? 'none';
}

/** Whatever the content turns out to be, there is a result. */
function alike({ maybe }: CacheRecord, known: Match['known']): boolean {
  return known === 'maybe' && maybe.every((other) => other.result === 'local');
}

/** A merge is left for the next build only where what it joins is: layers that were never fetched are not. */
function weakest(
  now: 'local' | 'perhaps',
  merge: Vertex,
  found: ReadonlyMap<string, Match>,
): 'none' | 'local' | 'perhaps' {
  let result: 'none' | 'local' | 'perhaps' = now;
  for (const { vertex } of merge.inputs) {
    if (isImage(vertex)) continue;
    const input = (found.get(vertex.digest) as Match).record.result;
    if (input === 'none') return 'none';
    if (input === 'perhaps') result = 'perhaps';
  }
  return result;
}

/** Every vertex of a build against the cache, by digest. */
function matchAll(cache: Cache, build: Build): Map<string, Match> {
  const found = new Map<string, Match>();
  const made: Made = new Map();
  for (const { vertex } of build.analysis.definition.entries)
    if (vertex !== undefined) found.set(vertex.digest, match(cache, made, build, vertex, found));
  return found;
}

/** What an image consists of: all in one, where its layers are not known. */
function layersOf(build: Build, { op, digest }: Vertex): readonly string[] {
  if (op.kind !== 'source') return [digest];
  return build.layers?.(op.identifier) ?? [`${digest} ${build.image?.(op.identifier) ?? ''}`];
}

const uncachedByAnalysis = new WeakMap<Analysis, ReadonlySet<string>>();

/** The vertices, by digest, that may not use the cache, be it for one of several lines that come to them. */
function uncachedOf(analysis: Analysis): ReadonlySet<string> {
  let uncached = uncachedByAnalysis.get(analysis);
  if (uncached === undefined) {
    const entries = analysis.definition.entries.filter((entry) => entry.metadata.ignoreCache);
    uncached = new Set(entries.flatMap(({ vertex }) => vertex?.digest ?? []));
    uncachedByAnalysis.set(analysis, uncached);
  }
  return uncached;
}

function isImage({ op }: Vertex): boolean {
  return op.kind === 'source' && (op.identifier.startsWith('docker-image:') || op.identifier.startsWith('oci-layout:'));
}

/** By the op without its inputs. */
type Cache = Map<string, Alike>;

interface Alike {
  readonly all: Set<CacheRecord>;
  /** By one thing that led to one of the inputs. */
  readonly byToken: Map<string, CacheRecord[]>;
}

function add(cache: Cache, record: CacheRecord): void {
  let alike = cache.get(record.own);
  if (alike === undefined) {
    alike = { all: new Set(), byToken: new Map() };
    cache.set(record.own, alike);
  }
  if (alike.all.has(record)) return;
  alike.all.add(record);
  for (const tokens of record.inputs) for (const token of tokens) list(alike, token, record);
}

function list({ byToken }: Alike, token: string, record: CacheRecord): void {
  const known = byToken.get(token);
  if (known === undefined) byToken.set(token, [record]);
  else if (known[known.length - 1] !== record) known.push(record);
}

/** What led to a record's input this time leads there from now on. */
function learn(cache: Cache, record: CacheRecord, input: number, token: string | undefined): void {
  const seen = record.inputs[input];
  if (token === undefined || seen === undefined || seen.has(token)) return;
  seen.add(token);
  const alike = cache.get(record.own);
  if (alike?.all.has(record)) list(alike, token, record);
}

/** The records that could be the vertex's; one, if any, to compare with where none could. */
function candidates(cache: Cache, own: string, tokens: readonly Tokens[]): Iterable<CacheRecord> {
  const alike = cache.get(own);
  if (alike === undefined) return [];
  const { all, byToken } = alike;
  // Where content is not known, any could be.
  if (all.size < 2 || tokens.some((token) => token.byContent && token.content === undefined)) return all;
  const likely = new Set<CacheRecord>();
  for (const { identity, content, maybe } of tokens) {
    for (const record of byToken.get(identity) ?? []) likely.add(record);
    if (content !== undefined) for (const record of byToken.get(content) ?? []) likely.add(record);
    for (const token of maybe) for (const record of byToken.get(token) ?? []) likely.add(record);
  }
  if (likely.size > 0) return likely;
  const first = all.values().next();
  return first.done === true ? [] : [first.value];
}

let nextId = 0;

/** What is new in a build, by the op without its inputs and one thing that led to its first input. */
type Made = Map<string, Map<string, MadeOne[]>>;
interface MadeOne {
  readonly vertex: Vertex;
  readonly record: CacheRecord;
}

function match(cache: Cache, made: Made, build: Build, vertex: Vertex, found: ReadonlyMap<string, Match>): Match {
  const key = cacheKey(vertex);
  const uncached = uncachedOf(build.analysis);
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
      if (leadsTo(seen, token)) continue;
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
    for (let i = 0; i < tokens.length; i++) {
      const token = tokens[i] as Tokens;
      learn(cache, best.record, i, token.identity);
      learn(cache, best.record, i, token.content);
    }
    // A step that may not use the cache runs, and what stands on it with it; but what they make has the key that it had,
    // so that a local cache knows the steps behind again. A remote one does not.
    const culprit = key.inputs.find(
      ({ edge, byContent }) =>
        !byContent &&
        (uncached.has(edge.vertex.digest) ||
          (best?.record.result === 'remote' && found.get(edge.vertex.digest)?.forced === true)),
    )?.edge.vertex;
    if (uncached.has(vertex.digest) || culprit !== undefined) return { ...best, known: 'no', culprit, forced: true };
    return best;
  }
  const known = best?.known ?? 'no';
  const culprit = best?.culprit;
  const twin = twinOf(made, own, tokens);
  if (twin !== undefined) return { key, record: twin.record, known, culprit, twin: twin.vertex };
  const record: CacheRecord = {
    id: nextId++,
    own,
    inputs: tokens.map((t) => new Set(t.content === undefined ? [t.identity] : [t.identity, t.content])),
    maybe: [...maybe],
    later: [],
    result: 'none',
  };
  for (const other of maybe) other.later.push(record);
  let places = made.get(own);
  if (places === undefined) {
    places = new Map();
    made.set(own, places);
  }
  for (const token of record.inputs[0] ?? []) {
    const alike = places.get(token);
    if (alike === undefined) places.set(token, [{ vertex, record }]);
    else alike.push({ vertex, record });
  }
  return { key, record, known, culprit };
}

/** What this build has made with the same key. An op without inputs is a source, or the same vertex. */
function twinOf(made: Made, own: string, tokens: readonly Tokens[]): MadeOne | undefined {
  const first = tokens[0];
  const places = made.get(own);
  if (first === undefined || places === undefined) return undefined;
  for (const token of [first.identity, first.content ?? first.identity])
    for (const one of places.get(token) ?? [])
      if (tokens.every((other, i) => leadsTo(one.record.inputs[i], other))) return one;
  return undefined;
}

function leadsTo(seen: ReadonlySet<string> | undefined, { identity, content }: Tokens): boolean {
  return seen !== undefined && (seen.has(identity) || (content !== undefined && seen.has(content)));
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
    : `${own} ${build.contents.signature(vertex.op, [everything]) ?? ''}`;
}

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
  for (const r of record.maybe) {
    maybe.push(`d${r.id} ${selected}`);
    for (const other of r.later) if (other !== record) maybe.push(`d${other.id} ${selected}`);
  }
  for (const r of record.later) maybe.push(`d${r.id} ${selected}`);
  let content: string | undefined;
  if (byContent && vertex.op.kind === 'source' && !isImage(vertex)) {
    // Where the bytes of a download are pinned, they are what the pin says.
    const signature = vertex.op.attrs.get('http.checksum') ?? build.contents.signature(vertex.op, selectors);
    if (signature !== undefined) content = `c${signature}`;
  }
  const change = build.edited?.(vertex);
  if (byContent && isDocuments(vertex.op))
    content = `${change?.text === true ? 'edited ' : ''}${documents(vertex.op, selectors)}`;
  const edited = change?.content ?? 'unknown';
  if (byContent && content === undefined && edited !== 'unknown') content = `${edited} ${keyName(vertex)} ${selected}`;
  return { identity: `d${record.id} ${selected}`, content, maybe, byContent };
}

/** Content of inline documents, which stands in the op: of a file its name is no part. */
function documents({ actions }: FileOp, selectors: readonly Selector[]): string {
  const contents = selectors.map(({ path }) => {
    const file = actions.findLast((action) => action.kind === 'mkfile' && clean(action.path) === clean(path));
    return file?.kind === 'mkfile' ? [file.mode, file.data] : actions;
  });
  return `document ${JSON.stringify(contents, bigintText)}`;
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

/** `fetched`: the records whose results were elsewhere and are needed here: for certain, or perhaps. */
interface Judgement {
  readonly outcome: Outcome;
  readonly fetched: ReadonlyMap<CacheRecord, 'local' | 'perhaps'>;
  /** The layers of images that come in this build, whoever brings them: for certain, or perhaps. */
  readonly layers: ReadonlyMap<string, boolean>;
}

function judge(build: Build, found: ReadonlyMap<string, Match>, there: ReadonlyMap<string, boolean>): Judgement {
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
function statusOf(vertex: Vertex, unsure: boolean): Exclude<Status, 'reused'> {
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
    for (const edge of vertex.inputs) {
      todo.push({ vertex: edge.vertex, sure: runs });
      // Of what is known by its key alone, BuildKit asks the inputs for more keys before it asks for their results.
      if (m.known !== 'yes') continue;
      settled ??= settledByKeys(analysis, found);
      for (const read of readForKeys(edge.vertex, found, settled, pressed)) todo.push({ vertex: read, sure: runs });
    }
  }
  return asked;
}

function isHad(result: CacheRecord['result']): boolean {
  return result === 'local' || result === 'remote';
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

/** What is fetched because something that runs needs its files: a MergeOp does not, everything else does. */
function fetches(
  build: Build,
  vertices: readonly VertexOutcome[],
  found: ReadonlyMap<string, Match>,
  there: ReadonlyMap<string, boolean>,
): { readonly pulls: Outcome['pulls']; readonly fetched: Judgement['fetched']; readonly layers: Judgement['layers'] } {
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
function exportedRecords(daemon: Daemon, { from, mode }: NonNullable<Build['imports']>): Set<CacheRecord> {
  const exported = new Set<CacheRecord>();
  const build = daemon.builds[from] as Build;
  const { analysis } = build;
  const found = daemon.matches[from] as ReadonlyMap<string, Match>;
  const there = daemon.there[from] as ReadonlyMap<string, boolean>;
  const imported = daemon.imported[from] as ReadonlySet<CacheRecord>;
  const take = (vertex: Vertex): void => {
    const { record } = found.get(vertex.digest) as Match;
    if (isImage(vertex)) return;
    const known = imported.has(record) || record.maybe.some((other) => imported.has(other));
    if (vertex.op.kind !== 'merge' || known || filesAreThere(build, vertex, there)) exported.add(record);
  };
  if (mode !== 'inline') {
    // All of it, or of what became no layer of the result that of which there are layers: what was imported itself.
    for (const { vertex } of analysis.definition.entries)
      if (vertex !== undefined && (mode === 'max' || imported.has((found.get(vertex.digest) as Match).record)))
        take(vertex);
    if (mode === 'max') return exported;
  }
  const todo = analysis.target?.state.out === undefined ? [] : [analysis.target.state.out.vertex];
  while (todo.length > 0) {
    const v = todo.pop() as Vertex;
    take(v);
    todo.push(...filesBelow(v).map((edge) => edge.vertex));
  }
  return exported;
}

/** A merge that stands on a base which was never pulled has no layers to export. */
function filesAreThere(build: Build, vertex: Vertex, there: ReadonlyMap<string, boolean>): boolean {
  return imagesBelow(vertex).every((image) => layersOf(build, image).every((layer) => there.has(layer)));
}
