// Recorded scenarios, reckoned: every step of each as a build for the simulator, beside what BuildKit did. `predictions FILE`
// takes a file that `record --into FILE` wrote.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Analysis, analyze } from '../server/src/analysis/analyze.ts';
import type { Build, Outcome } from '../server/src/analysis/cacheBuilds.ts';
import { simulate } from '../server/src/analysis/cacheImpact.ts';
import { type Entry, knownContents, type Tree } from '../server/src/analysis/contents.ts';
import { contextUse } from '../server/src/analysis/contextUse.ts';
import { parseIgnoreFile } from '../server/src/context/ignoreFile.ts';
import { transfer } from '../server/src/context/transfer.ts';
import type { Vertex } from '../server/src/llb/op.ts';
import { listingFrom } from '../server/src/node/convert.ts';
import { hostSha256 } from '../server/src/node/sha256.ts';
import type { Entry as RecordedEntry, Scenario, Step } from './record/scenario.ts';

const folder = join(import.meta.dirname, 'scenarios');

/** Every recorded scenario, by name. */
export function scenarios(): Scenario[] {
  const written = join(folder, 'written');
  const found = readdirSync(written)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => JSON.parse(readFileSync(join(written, file), 'utf8')) as Scenario);
  return [...found, ...drawn(join(folder, 'random.jsonl')), ...drawn(join(folder, 'wide.jsonl'))];
}

/** The scenarios of a file that holds one a line. */
function drawn(path: string): Scenario[] {
  const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as Scenario);
}

interface Bases {
  readonly bases: readonly {
    readonly name: string;
    readonly digest: string;
    readonly config: { readonly rootfs: { readonly diff_ids: readonly string[] } };
  }[];
}
const recorded = JSON.parse(readFileSync(join(folder, 'recorded-with.json'), 'utf8')) as Bases;

function ignoreOf(files: Step['files']): string {
  const text = files['.dockerignore'];
  return typeof text === 'string' ? text : text !== undefined && 'text' in text ? text.text : '';
}

/** What a reference to an image, or a vertex's identifier, means at a step. */
function baseOf(step: Step, ref: string): Bases['bases'][number] | undefined {
  const [name = '', digest] = ref
    .replace(/^(docker-image:\/\/)?(docker\.io|127\.0\.0\.1:5077)\/(library\/)?/, '')
    .split('@');
  return recorded.bases.find((base) =>
    digest === undefined ? base.name === (step.tags?.[name] ?? name) : base.digest === digest,
  );
}

const analyses = new WeakMap<Step, Analysis>();

/** A step's text, analysed as it was built. */
function analysisOf(scenario: Scenario, index: number): Analysis {
  const step = scenario.steps[index] as Step;
  const known = analyses.get(step);
  if (known !== undefined) return known;
  const image = (ref: string) => {
    const base = baseOf(step, ref);
    return base === undefined ? undefined : { digest: base.digest, config: JSON.stringify(base.config) };
  };
  const attrs = { filename: 'Dockerfile', ...step.opts };
  const analysis = analyze(
    step.dockerfile,
    { attrs, sessionId: step.session ?? '' },
    {
      image,
      dockerignore: ignoreOf(step.files) || null,
      namedIgnore: (name) => ignoreOf(step.contexts?.[name] ?? {}) || null,
      sha256: hostSha256,
      context: (request) => contextUse(request, listingFrom(listed(step.files))),
    },
  );
  analyses.set(step, analysis);
  return analysis;
}

/** A step as a build. */
export function buildOf(scenario: Scenario, index: number): Build {
  const step = scenario.steps[index] as Step;
  const analysis = analysisOf(scenario, index);
  const from =
    step.cacheFrom === undefined
      ? -1
      : scenario.steps.findIndex((s) => s.cacheTo?.name === step.cacheFrom && s.result?.ok !== false);
  return {
    analysis,
    contents: knownContents(({ identifier, attrs }) => {
      const follow = attrs.get('local.followpaths');
      if (identifier.startsWith('local://'))
        return heldTree(scenario, index, identifier.slice('local://'.length), follow && JSON.parse(follow));
      const served = /^https?:\/\/[^/]+\/served\/(.*)$/.exec(identifier)?.[1];
      if (served !== undefined)
        return treeOf({ [served.replace(/.*\//, '')]: { text: step.served?.[served] ?? '', mode: '0600' } });
      const repository = /^git:\/\/[^/]+\/([^/]+)\.git(?:#[^:]*(?::(.*))?)?$/.exec(identifier);
      return repository === null ? undefined : repositoryTree(step, repository);
    }),
    layers: (identifier) => baseOf(step, identifier)?.config.rootfs.diff_ids,
    unpacks: step.look !== undefined || step.output === 'tar' || step.output === 'oci',
    stopped: (vertex) => {
      if (step.result?.ok !== false) return false;
      if (vertex.op.kind === 'source')
        return !step.result.pulled.some(
          (name) => vertex.op.kind === 'source' && vertex.op.identifier.includes(`/${name}:`),
        );
      return !finished(step).has(vertex.digest);
    },
    ...(step.pruned ? { pruned: true } : {}),
    ...(from >= 0 ? { imports: { from, mode: scenario.steps[from]?.cacheTo?.mode ?? 'min' } } : {}),
  };
}

/** The files of a repository, or of the folder of it that a source names. */
function repositoryTree(step: Step, [, name = '', folder]: RegExpExecArray): Tree {
  const files = step.repos?.[name] ?? {};
  if (folder === undefined) return treeOf(files);
  const inside = Object.entries(files).filter(([path]) => path.startsWith(`${folder}/`));
  return treeOf(Object.fromEntries(inside.map(([path, text]) => [path.slice(folder.length + 1), text])));
}

/** A step that ran could write on the context: it is a snapshot's parent then, and the next build gets the context anew. */
function isTaken(scenario: Scenario, index: number, context: Vertex): boolean {
  const done = finished(scenario.steps[index] as Step);
  const seen = new Map(scenario.steps[index]?.result?.vertices.map((v) => [v.digest, v.status]));
  return analysisOf(scenario, index).definition.entries.some(
    ({ vertex }) =>
      vertex?.op.kind === 'exec' &&
      done.has(vertex.digest) &&
      seen.get(vertex.digest) === 'ran' &&
      vertex.op.mounts.some((m) => !m.readonly && m.source?.vertex.digest === context.digest),
  );
}

const kept = new WeakMap<Step, ReadonlySet<string>>();

/** What came to its end. Of a build that fails, BuildKit calls `cached` what it never asked for, too. */
function finished(step: Step): ReadonlySet<string> {
  const known = kept.get(step);
  if (known !== undefined) return known;
  const done = new Set<string>();
  for (const { digest, status } of step.result?.vertices ?? [])
    if (status === 'ran' || (status === 'cached' && step.result?.ok)) done.add(digest);
  kept.set(step, done);
  return done;
}

/** The context as a job holds it: sizes, links and directories. */
function listed(files: Step['files']): Record<string, number | string> {
  return Object.fromEntries(
    Object.entries(files).map(([path, entry]) => {
      if (typeof entry === 'string') return [path, Buffer.byteLength(entry)];
      if ('dir' in entry) return [`${path}/`, 0];
      if ('symlink' in entry) return [path, `-> ${entry.symlink}`];
      return [path, 'text' in entry ? Buffer.byteLength(entry.text) : 1024];
    }),
  );
}

/**
 * A context as the daemon holds it: what was sent, by the paths to follow (all if undefined), but a new mode of a directory that
 * was there before is overlooked.
 */
function heldTree(
  scenario: Scenario,
  index: number,
  name: string,
  follow: readonly string[] | undefined,
): Tree | undefined {
  const step = scenario.steps[index] as Step;
  const files = name === 'context' ? step.files : step.contexts?.[name];
  if (files === undefined) return undefined;
  const all = treeOf(files);
  const before = step.pruned ? undefined : heldBefore(scenario, index, name);
  const listing = listingFrom(listed(files));
  const { sent } = transfer(listing, follow, parseIgnoreFile(ignoreOf(files)));
  const tree = new Map<string, Entry>();
  for (const [i, path] of listing.paths.entries()) {
    const entry = all.get(path);
    if (sent[i] !== 1 || entry === undefined) continue;
    const known = before?.get(path);
    tree.set(path, entry.directory && known?.directory ? { ...entry, mode: known.mode } : entry);
  }
  return tree;
}

/** What the last build that read something of a context left behind. */
function heldBefore(scenario: Scenario, index: number, name: string): Tree | undefined {
  for (let i = index - 1; i >= 0; i--) {
    for (const { vertex } of analysisOf(scenario, i).definition.entries) {
      if (vertex?.op.kind !== 'source' || vertex.op.identifier !== `local://${name}`) continue;
      if (isTaken(scenario, i, vertex)) return undefined;
      const follow = vertex.op.attrs.get('local.followpaths');
      return heldTree(scenario, i, name, follow && JSON.parse(follow));
    }
    if (scenario.steps[i]?.pruned) return undefined;
  }
  return undefined;
}

function treeOf(files: Record<string, RecordedEntry>): Tree {
  const tree = new Map<string, Entry>();
  for (const [path, entry] of Object.entries(files)) {
    if (typeof entry === 'string') tree.set(path, { content: entry, mode: '0644' });
    else if ('symlink' in entry) tree.set(path, { content: '', mode: '', link: entry.symlink });
    else if ('dir' in entry) tree.set(path, { content: '', mode: entry.mode ?? '0755', directory: true });
    else if ('tar' in entry) tree.set(path, { content: JSON.stringify(entry.tar), mode: '0644' });
    else tree.set(path, { content: entry.text, mode: entry.mode ?? '0644' });
  }
  for (const path of [...tree.keys()])
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1))
      if (!tree.has(path.slice(0, at))) tree.set(path.slice(0, at), { content: '', mode: '0755', directory: true });
  return tree;
}

/** Layers of everything in a repository. */
function layersIn(repository: string): ReadonlySet<string> {
  const inside = recorded.bases.filter(({ name }) =>
    `library/${name}`.replace(/^library\/acme/, 'acme').startsWith(`${repository}:`),
  );
  return new Set(inside.flatMap(({ config }) => config.rootfs.diff_ids));
}

function nameOf({ op }: Vertex): string {
  return op.kind === 'source' ? op.identifier : '';
}

export interface Difference {
  readonly scenario: string;
  readonly step: string;
  readonly what: string;
}

export interface Comparison {
  readonly vertices: number;
  /** Vertices of which it is said that their content decides. */
  readonly undecided: number;
  readonly differences: readonly Difference[];
}

/** Reckons a scenario and compares with what was recorded. */
export function compare(scenario: Scenario): Comparison {
  const builds = scenario.steps.map((_, i) => buildOf(scenario, i));
  const outcomes = simulate(builds);
  const differences: Difference[] = [];
  let vertices = 0;
  let undecided = 0;
  for (let i = 0; i < scenario.steps.length; i++) {
    const step = scenario.steps[i] as Step;
    const result = step.result;
    if (result === undefined) continue;
    const say = (what: string): void => void differences.push({ scenario: scenario.name, step: step.label, what });
    const outcome = outcomes[i] as Outcome;
    const build = builds[i] as Build;
    if (build.analysis.problems.length > 0) {
      if (result.ok) say(`refused: ${build.analysis.problems[0]?.message}`);
      else if (!result.error?.includes(build.analysis.problems[0]?.summary ?? ''))
        say(`error ${build.analysis.problems[0]?.summary} but ${result.error}`);
      continue;
    }
    const twins = new Set(outcome.vertices.map((v) => v.twin?.digest));
    const byDigest = new Map(outcome.vertices.map((v) => [v.vertex.digest, v]));
    for (const seen of result.vertices) {
      if (!finished(step).has(seen.digest)) continue;
      const found = byDigest.get(seen.digest);
      if (found === undefined) {
        if (!seen.name.includes('[internal] load build context') && !/^\[context .*\] load /.test(seen.name))
          say(`no such vertex: ${seen.name} ${seen.digest}`);
        continue;
      }
      // Of a base, BuildKit says that it ran when it only looked up what it is.
      // Nor does it decide about inline documents, which read nothing and cost nothing.
      if (found.vertex.op.kind === 'source' || found.vertex.inputs.length === 0) continue;
      vertices++;
      if (found.status === 'runs-if-content-differs') {
        undecided++;
        continue;
      }
      const ran = found.status !== 'reused';
      // Of two that are one to the cache, either runs.
      const twin = result.vertices.find((v) => v.digest === found.twin?.digest);
      if (twin !== undefined && (twin.status === 'ran') !== (seen.status === 'ran')) continue;
      if (twins.has(seen.digest)) continue;
      if (ran !== (seen.status === 'ran') && !(seen.also ?? []).some((s) => (s === 'ran') === ran))
        say(`${seen.name}: said ${found.status} (${found.reason}), was ${seen.status}`);
    }
    const unsure = outcome.pulls.some((p) => !p.certain);
    if (unsure) undecided++;
    // A layer that two images share comes from either.
    const wanted = new Set<string>();
    for (const { image } of outcome.pulls)
      if (image.op.kind === 'source')
        for (const layer of baseOf(step, image.op.identifier)?.config.rootfs.diff_ids ?? []) wanted.add(layer);
    const read = result.pulled.map((repository) => ({ repository, layers: layersIn(repository) }));
    const missed = [...wanted].filter((layer) => !read.some(({ layers }) => layers.has(layer)));
    const extra = read.filter(({ layers }) => ![...layers].some((layer) => wanted.has(layer)));
    // What a push moves hangs on what the registry has already; what is cancelled may have begun to fetch.
    if (
      result.ok &&
      !result.varies &&
      step.output !== 'push' &&
      step.cacheTo?.mode !== 'inline' &&
      !unsure &&
      !result.vertices.some((v) => v.status === 'cancelled') &&
      missed.length + extra.length > 0
    )
      say(`pulls ${outcome.pulls.map((p) => nameOf(p.image))} but ${result.pulled}`);
  }
  return { vertices, undecided, differences };
}

if (import.meta.main) {
  let total = 0;
  let undecided = 0;
  let bad = 0;
  const given = process.argv.slice(2);
  const all = given.length > 0 ? given.flatMap(drawn) : scenarios();
  for (const scenario of all) {
    const c = compare(scenario);
    total += c.vertices;
    undecided += c.undecided;
    if (c.differences.length > 0) bad++;
    for (const d of c.differences) console.log(`${d.scenario} [${d.step}] ${d.what}`);
  }
  console.log(`${all.length} scenarios, ${bad} differ; ${total} vertices, ${undecided} undecided`);
}
