// What BuildKit's cache remembers, and whether it knows a vertex of a build: by identity, by content, or perhaps.
import { clean } from '../go/path.ts';
import type { Edge, FileOp, Vertex } from '../llb/op.ts';
import type { Analysis } from './analyze.ts';
import type { Build } from './cacheBuilds.ts';
import { bigintText, type CacheKey, cacheKey, everything, isDocuments, type Selector } from './cacheKeys.ts';

/** A thing that BuildKit remembers: an op with these inputs has this result. */
export interface CacheRecord {
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

export interface Match {
  readonly key: CacheKey;
  readonly record: CacheRecord;
  readonly known: 'yes' | 'maybe' | 'no';
  /** The input that did not match, where one decided. */
  readonly culprit: Vertex | undefined;
  /** Of what was not found: whether each input has led to something of this kind before. */
  readonly led?: readonly boolean[];
  /** It was found, and yet runs. */
  readonly forced?: boolean;
  /** Another vertex of the same build that has the same key. */
  readonly twin?: Vertex;
}

/** Every vertex of a build against the cache, by digest. */
export function matchAll(cache: Cache, build: Build): Map<string, Match> {
  const found = new Map<string, Match>();
  const made: Made = new Map();
  for (const { vertex } of build.analysis.definition.entries)
    if (vertex !== undefined) found.set(vertex.digest, match(cache, made, build, vertex, found));
  return found;
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
  const led = tokens.map(() => false);
  for (const { inputs } of candidates(cache, own, tokens))
    for (const [i, token] of tokens.entries()) led[i] ||= leadsTo(inputs[i], token);
  const twin = twinOf(made, own, tokens);
  if (twin !== undefined) return { key, record: twin.record, known, culprit, led, twin: twin.vertex };
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
  return { key, record, known, culprit, led };
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

let nextId = 0;

/** What is new in a build, by the op without its inputs and one thing that led to its first input. */
export type Made = Map<string, Map<string, MadeOne[]>>;

interface MadeOne {
  readonly vertex: Vertex;
  readonly record: CacheRecord;
}

/** By the op without its inputs. */
export type Cache = Map<string, Alike>;

interface Alike {
  readonly all: Set<CacheRecord>;
  /** By one thing that led to one of the inputs. */
  readonly byToken: Map<string, CacheRecord[]>;
}

export function add(cache: Cache, record: CacheRecord): void {
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

const uncachedByAnalysis = new WeakMap<Analysis, ReadonlySet<string>>();

/** The vertices, by digest, that may not use the cache, be it for one of several lines that come to them. */
export function uncachedOf(analysis: Analysis): ReadonlySet<string> {
  let uncached = uncachedByAnalysis.get(analysis);
  if (uncached === undefined) {
    const entries = analysis.definition.entries.filter((entry) => entry.metadata.ignoreCache);
    uncached = new Set(entries.flatMap(({ vertex }) => vertex?.digest ?? []));
    uncachedByAnalysis.set(analysis, uncached);
  }
  return uncached;
}

export function isImage({ op }: Vertex): boolean {
  return op.kind === 'source' && (op.identifier.startsWith('docker-image:') || op.identifier.startsWith('oci-layout:'));
}

export function isLocal(vertex: Vertex): boolean {
  return vertex.op.kind === 'source' && vertex.op.identifier.startsWith('local://');
}

export function isHad(result: CacheRecord['result']): boolean {
  return result === 'local' || result === 'remote';
}
