// What a build would run again, given the builds before it and what changed: BuildKit's cache, reckoned instead of tried.
import type { Vertex } from '../llb/op.ts';
import type { Build, Outcome, Status } from './cacheBuilds.ts';
import { filesBelow, imagesBelow, layersOf } from './cacheFetch.ts';
import { judge } from './cacheJudge.ts';
import { add, type Cache, type CacheRecord, isImage, type Match, matchAll } from './cacheMatch.ts';

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
