// Recorded scenarios, reckoned: every step of each as a build for the simulator, beside what BuildKit did.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { analyze } from '../server/src/analysis/analyze.ts';
import { type Build, type Outcome, simulate } from '../server/src/analysis/cacheImpact.ts';
import { type Entry, knownContents, type Tree } from '../server/src/analysis/contents.ts';
import { contextUse } from '../server/src/analysis/contextUse.ts';
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
  const random = readFileSync(join(folder, 'random.jsonl'), 'utf8').split('\n').filter(Boolean);
  return [...found, ...random.map((line) => JSON.parse(line) as Scenario)];
}

interface Bases {
  readonly bases: readonly { readonly name: string; readonly digest: string; readonly config: unknown }[];
}
const recorded = JSON.parse(readFileSync(join(folder, 'recorded-with.json'), 'utf8')) as Bases;

/** A step as a build. */
export function buildOf(scenario: Scenario, index: number): Build {
  const step = scenario.steps[index] as Step;
  const tags = step.tags ?? {};
  const image = (ref: string) => {
    const short = ref.replace(/^(docker\.io|127\.0\.0\.1:5077)\/(library\/)?/, '');
    const wanted = tags[short] ?? short.replace(/@.*$/, '');
    const base = recorded.bases.find((b) => b.name === wanted || (ref.includes('@') && ref.endsWith(b.digest)));
    return base === undefined ? undefined : { digest: base.digest, config: JSON.stringify(base.config) };
  };
  const attrs = { filename: 'Dockerfile', ...step.opts };
  const ignoreOf = (files: Step['files']): string => {
    const text = files['.dockerignore'];
    return typeof text === 'string' ? text : text !== undefined && 'text' in text ? text.text : '';
  };
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
  const from = step.cacheFrom === undefined ? -1 : scenario.steps.findIndex((s) => s.cacheTo?.name === step.cacheFrom);
  return {
    analysis,
    contents: knownContents((identifier) => {
      if (identifier === 'local://context') return { files: heldTree(scenario, index), ignore: ignoreOf(step.files) };
      if (identifier.startsWith('local://')) {
        const files = step.contexts?.[identifier.slice('local://'.length)];
        return files === undefined ? undefined : { files: treeOf(files), ignore: ignoreOf(files) };
      }
      const served = /^https?:\/\/[^/]+\/served\/(.*)$/.exec(identifier);
      if (served !== null)
        return { files: new Map([['', { content: step.served?.[served[1] as string] ?? '', mode: '' }]]), ignore: '' };
      return undefined;
    }),
    unpacks: step.look !== undefined || step.output === 'tar' || step.output === 'oci',
    stopped: (vertex) => {
      const seen = step.result?.vertices.find((v) => v.digest === vertex.digest);
      if (step.result?.ok !== false) return false;
      if (vertex.op.kind === 'source')
        return !step.result.pulled.some(
          (name) => vertex.op.kind === 'source' && vertex.op.identifier.includes(`/${name}:`),
        );
      return seen?.status !== 'ran' && seen?.status !== 'cached';
    },
    ...(step.pruned ? { pruned: true } : {}),
    ...(from >= 0 ? { imports: { from, mode: scenario.steps[from]?.cacheTo?.mode ?? 'min' } } : {}),
  };
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

/** The context as the daemon holds it: a new mode of a directory that it knows already is overlooked. */
function heldTree(scenario: Scenario, index: number): Tree {
  const tree = new Map(treeOf((scenario.steps[index] as Step).files));
  if (index === 0 || scenario.steps[index]?.pruned) return tree;
  const before = heldTree(scenario, index - 1);
  for (const [path, entry] of tree) {
    const known = before.get(path);
    if (entry.directory === true && known?.directory === true) tree.set(path, { ...entry, mode: known.mode });
  }
  return tree;
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
    const byDigest = new Map(outcome.vertices.map((v) => [v.vertex.digest, v]));
    for (const seen of result.vertices) {
      if (seen.status === 'not-started' || seen.status === 'cancelled' || seen.status === 'error') continue;
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
      if (ran !== (seen.status === 'ran') && !(seen.also ?? []).some((s) => (s === 'ran') === ran))
        say(`${seen.name}: said ${found.status} (${found.reason}), was ${seen.status}`);
    }
    const unsure = outcome.pulls.some((p) => !p.certain);
    if (unsure) undecided++;
    const pulled = [
      ...new Set(
        outcome.pulls.map((p) =>
          p.image.op.kind === 'source'
            ? p.image.op.identifier
                .replace(/^docker-image:\/\/(docker\.io|127\.0\.0\.1:5077)\//, '')
                .replace(/[:@].*$/, '')
            : '',
        ),
      ),
    ].sort();
    // What a push moves hangs on what the registry has already.
    if (
      result.ok &&
      !result.varies &&
      step.output !== 'push' &&
      step.cacheTo?.mode !== 'inline' &&
      !unsure &&
      JSON.stringify(pulled) !== JSON.stringify(result.pulled)
    )
      say(`pulls ${pulled} but ${result.pulled}`);
  }
  return { vertices, undecided, differences };
}

if (import.meta.main) {
  let total = 0;
  let undecided = 0;
  let bad = 0;
  const all = scenarios();
  for (const scenario of all) {
    const c = compare(scenario);
    total += c.vertices;
    undecided += c.undecided;
    if (c.differences.length > 0) bad++;
    for (const d of c.differences) console.log(`${d.scenario} [${d.step}] ${d.what}`);
  }
  console.log(`${all.length} scenarios, ${bad} differ; ${total} vertices, ${undecided} undecided`);
}
