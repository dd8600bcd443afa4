// Records what real BuildKit does: `record [--only TEXT] [--times N]` builds each scenario N times (3) and
// writes conformance/scenarios/; `--again` keeps what is recorded and notes where N further times (1) saw something else.
// `--seeds FROM-TO --into FILE` draws further scenarios from the wide grammar and writes those to FILE, one a line.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Base, makeBases } from './bases.ts';
import { build, type Dated, date } from './build.ts';
import { BUILDKIT, buildTools, type Daemon, missing, REPLACED, startDaemon, type Tools } from './daemon.ts';
import { print } from './print.ts';
import { randomScenarios } from './random.ts';
import { PORT, type Registry, startRegistry } from './registry.ts';
import { type Repositories, startRepositories } from './repositories.ts';
import type { Scenario, Status, Step } from './scenario.ts';
import { drawWide, wideScenarios } from './wide.ts';
import { written } from './written/index.ts';

const HERE = dirname(fileURLToPath(import.meta.url));
const OUT = join(HERE, '..', 'scenarios');
const WRITTEN = join(OUT, 'written');
/** Files of scenarios that are drawn, one a line. */
const DRAWN = [
  { path: join(OUT, 'random.jsonl'), draw: randomScenarios },
  { path: join(OUT, 'wide.jsonl'), draw: wideScenarios },
];
const CACHE = join(HERE, '..', '.cache', `buildkit-${BUILDKIT}`);

async function main(argv: readonly string[]): Promise<number> {
  const only = argv.includes('--only') ? argv[argv.indexOf('--only') + 1] : undefined;
  const again = argv.includes('--again');
  const times = argv.includes('--times') ? Number(argv[argv.indexOf('--times') + 1]) : again ? 1 : 3;
  const seeds = /^(\d+)-(\d+)$/.exec(argv.includes('--seeds') ? (argv[argv.indexOf('--seeds') + 1] ?? '') : '');
  const into = argv.includes('--into') ? argv[argv.indexOf('--into') + 1] : undefined;
  if ((seeds === null) !== (into === undefined)) {
    console.error('--seeds FROM-TO and --into FILE belong together');
    return 2;
  }
  const lack = missing();
  if (lack) {
    console.error(lack);
    return 2;
  }
  const tools = buildTools(CACHE);
  const registry = await startRegistry().catch((error: Error) => {
    console.error(`port ${PORT} on loopback must be free: ${error.message}`);
    return undefined;
  });
  if (!registry) return 2;
  const root = mkdtempSync(join(tmpdir(), 'record-'));
  const repositories = await startRepositories(join(root, 'repositories'));
  const stopped = new AbortController();
  process.once('SIGINT', () => stopped.abort());
  process.once('SIGTERM', () => stopped.abort());
  let failures = 0;
  try {
    mkdirSync(WRITTEN, { recursive: true });
    const bases = makeBases(registry);
    writeFileSync(
      join(OUT, 'recorded-with.json'),
      `${JSON.stringify({ buildkit: BUILDKIT, replaced: REPLACED, runc: tools.runc, platform: 'linux/amd64', bases }, null, 2)}\n`,
    );
    const wanted = (s: Scenario) => !only || s.name.includes(only);
    const record = async (scenario: Scenario): Promise<Scenario> => {
      const old = known.get(scenario.name);
      const done = await repeat(
        old ? times + 1 : times,
        () => run(scenario, tools, registry, repositories, bases, root),
        old,
      );
      failures += report(done);
      return done;
    };
    const known = again ? recorded() : new Map<string, Scenario>();
    if (seeds !== null && into !== undefined) {
      const lines: string[] = [];
      for (let seed = Number(seeds[1]); seed <= Number(seeds[2]) && !stopped.signal.aborted; seed++)
        lines.push(JSON.stringify(await record(drawWide(seed))));
      writeFileSync(into, lines.map((line) => `${line}\n`).join(''));
      return failures > 0 ? 1 : 0;
    }
    const all = written();
    const drawn = DRAWN.map(({ path, draw }) => ({ path, scenarios: draw() }));
    checkNames([...all, ...drawn.flatMap(({ scenarios }) => scenarios)]);
    for (const scenario of all.filter(wanted)) {
      if (stopped.signal.aborted) break;
      writeFileSync(join(WRITTEN, `${scenario.name}.json`), print(await record(scenario)));
    }
    if (!only && !stopped.signal.aborted)
      for (const name of readdirSync(WRITTEN))
        if (!all.some((s) => `${s.name}.json` === name)) rmSync(join(WRITTEN, name));
    for (const { path, scenarios } of drawn) {
      const lines = new Map<string, string>();
      for (const line of readLines(path)) lines.set(JSON.parse(line).name, line);
      for (const scenario of scenarios.filter(wanted)) {
        if (stopped.signal.aborted) break;
        lines.set(scenario.name, JSON.stringify(await record(scenario)));
      }
      const kept = scenarios.flatMap(({ name }) => lines.get(name) ?? []);
      if (kept.length > 0) writeFileSync(path, `${kept.join('\n')}\n`);
    }
  } finally {
    await repositories.close();
    await registry.close();
    rmSync(root, { recursive: true, force: true });
  }
  return stopped.signal.aborted ? 130 : failures > 0 ? 1 : 0;
}

const readLines = (path: string): string[] =>
  existsSync(path) ? readFileSync(path, 'utf8').split('\n').filter(Boolean) : [];

function recorded(): Map<string, Scenario> {
  const written = existsSync(WRITTEN)
    ? readdirSync(WRITTEN).map((name) => readFileSync(join(WRITTEN, name), 'utf8'))
    : [];
  const all = [...written, ...DRAWN.flatMap(({ path }) => readLines(path))].map((text): Scenario => JSON.parse(text));
  return new Map(all.map((scenario) => [scenario.name, scenario]));
}

/** What one recording saw, with the other statuses that the others saw; `old` counts as the first if it was asked alike. */
async function repeat(times: number, once: () => Promise<Scenario>, old?: Scenario): Promise<Scenario> {
  let first = old;
  for (let n = first ? 1 : 0; n < times; n++) {
    const next = await once();
    if (!first || asked(first) !== asked(next)) first = next;
    else for (const [i, step] of first.steps.entries()) note(first.name, step, next.steps[i]);
  }
  if (!first) throw new Error('recorded no times');
  return first;
}

/** All of a scenario but what the daemon did. */
const asked = (scenario: Scenario): string =>
  JSON.stringify({ ...scenario, steps: scenario.steps.map((step) => ({ ...step, result: undefined })) });

function note(name: string, step: Step, again: Step | undefined): void {
  if (!step.result || !again?.result) return;
  const { vertices: _, varies: __, ...rest } = step.result;
  const { vertices: ___, varies: ____, ...other } = again.result;
  if (JSON.stringify(rest) !== JSON.stringify(other)) {
    step.result.varies = true;
    console.log(`${name}, ${step.label}: ${JSON.stringify(rest)} <> ${JSON.stringify(other)}`);
  }
  const later = new Map(again.result.vertices.map((v) => [v.digest, v]));
  for (const vertex of step.result.vertices) {
    const status: Status | 'absent' = later.get(vertex.digest)?.status ?? 'absent';
    if (status === vertex.status || vertex.also?.includes(status)) continue;
    vertex.also = [...(vertex.also ?? []), status].sort();
    console.log(`${name}, ${step.label}: ${vertex.name}: ${vertex.status} or ${status}`);
  }
}

/** Puts digests for the word DIGEST. */
const pin = (text: string, bases: readonly Base[]): string =>
  text.replace(
    /(\S+)@DIGEST(?:\((\S+)\))?/g,
    (_, name, other = name) => `${name}@${bases.find((base) => base.name === other)?.digest}`,
  );

async function run(
  scenario: Scenario,
  tools: Tools,
  registry: Registry,
  repositories: Repositories,
  bases: readonly Base[],
  root: string,
): Promise<Scenario> {
  const snapshotter = scenario.snapshotter ?? 'overlayfs';
  const state = join(root, 'daemon');
  let daemon: Daemon = await startDaemon(tools, state, snapshotter);
  try {
    const steps: Scenario['steps'] = [];
    let files: Dated = {};
    let contexts: Record<string, Dated> = {};
    for (const [index, step] of scenario.steps.entries()) {
      if (step.pruned) {
        await daemon.stop();
        daemon = await startDaemon(tools, state, snapshotter);
      }
      registry.retag(step.tags ?? {});
      repositories.hold(step.repos ?? {});
      files = date(step.files, files, index);
      const named: Record<string, Dated> = {};
      for (const [name, given] of Object.entries(step.contexts ?? {}))
        named[name] = date(given, contexts[name] ?? {}, index);
      contexts = named;
      const dir = join(root, 'step');
      const dockerfile = pin(step.dockerfile, bases);
      steps.push(
        await build(
          { ...step, dockerfile },
          { tools, daemon, registry, dir, scenario: scenario.name, index, files, contexts },
        ),
      );
    }
    return { ...scenario, steps };
  } finally {
    await daemon.stop();
    registry.forgetPushes();
  }
}

/** One line per scenario: which steps built, what ran. Counts clients that died without a word of BuildKit's. */
function report(scenario: Scenario): number {
  const strange = scenario.steps.filter((s) => !s.result?.ok && !s.result?.error);
  const steps = scenario.steps.map((s) => {
    const ran = s.result?.vertices.filter((v) => v.status === 'ran').length;
    return s.result?.ok ? `${s.label}: ${ran} ran` : `${s.label}: ${s.result?.error?.split('\n')[0]?.slice(0, 90)}`;
  });
  console.log(`${scenario.name}  ${steps.join(' | ')}`);
  return strange.length;
}

function checkNames(all: readonly Scenario[]): void {
  const names = new Set<string>();
  for (const { name } of all) {
    if (names.has(name) || !/^[a-z0-9-]+$/.test(name)) throw new Error(`scenario name is taken or odd: ${name}`);
    names.add(name);
  }
}

process.exitCode = await main(process.argv.slice(2));
