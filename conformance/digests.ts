// `npm run digests`: builds on a real BuildKit daemon with bases from a real registry, against what an editor makes of the same files:
// it looks the bases up itself. Every digest that the daemon reports must be ours, and every one of ours the daemon's.
// The client's session id, which is part of what reads the build context, is the one thing that we are told.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Analysis, analyze } from '../server/src/analysis/analyze.ts';
import { commandImages } from '../server/src/node/commandImages.ts';
import { hostImages } from '../server/src/node/hostImages.ts';
import { hostSha256 } from '../server/src/node/sha256.ts';
import { type DockerRegistry, hasDockerRegistry, startDockerRegistry } from '../test/images/dockerRegistry.ts';
import { putIndex } from '../test/images/fakeRegistry.ts';
import { type DigestCase, digestCases } from './digestCases.ts';
import { makeBases } from './record/bases.ts';
import { build, date } from './record/build.ts';
import { BUILDKIT, buildTools, type Daemon, missing, startDaemon, type Tools } from './record/daemon.ts';
import type { Step } from './record/scenario.ts';

const cache = join(dirname(fileURLToPath(import.meta.url)), '.cache', `buildkit-${BUILDKIT}`);
/** Of a base: stands for the registry's host, and for its digest. */
const hostWord = /REGISTRY/g;
const digestWord = /DIGEST\(([^)]+)\)/g;

const { values } = parseArgs({ options: { summary: { type: 'string' } } });

const lack =
  missing() ?? (hasDockerRegistry() ? undefined : 'docker-registry is not here: apt-get install docker-registry');
const tools = lack ?? (await tryTo('be built', () => buildTools(cache)));
const counts = typeof tools === 'string' ? tools : await run(tools);
if (typeof counts === 'string') console.log(`No build to compare digests with: ${counts}`);
else {
  const { passed, failed } = counts;
  if (values.summary) writeFileSync(values.summary, JSON.stringify(counts));
  console.log(`${passed} passed, ${failed} failed`);
  if (failed > 0 || passed === 0) process.exitCode = 1;
}

/** What comes of it, or one line that says why nothing does. */
async function tryTo<T>(what: string, work: () => T | Promise<T>): Promise<T | string> {
  try {
    return await work();
  } catch (error) {
    return `BuildKit's daemon cannot ${what} here: ${String(error).split('\n')[0]}`;
  }
}

async function run(tools: Tools): Promise<{ passed: number; failed: number } | string> {
  const root = mkdtempSync(join(tmpdir(), 'llb-lens-digests-'));
  let stopped = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      stopped = true;
    });
  // Neither what this machine has seen before nor who is logged in here.
  process.env.XDG_CACHE_HOME = join(root, 'cache');
  process.env.DOCKER_CONFIG = join(root, 'docker');
  let registry: DockerRegistry | undefined;
  let daemon: Daemon | undefined;
  let passed = 0;
  let failed = 0;
  try {
    registry = await startDockerRegistry(mkdtempSync(join(root, 'registry-')));
    const digests = fill(registry);
    await registry.pushed();
    const started = await tryTo('run', () => startDaemon(tools, join(root, 'daemon'), 'overlayfs'));
    if (typeof started === 'string') return started;
    daemon = started;
    for (const [index, written] of digestCases.entries()) {
      if (stopped) throw new Error('stopped');
      const given = withBases(written, registry.host, digests);
      const theirs = await buildWith(tools, daemon, given, index, join(root, 'step'));
      const ours = await analyses(given, theirs.session ?? '');
      const { same, different } = compare(given, theirs, ours);
      passed += same;
      failed += different.length;
      console.log(`${different.length === 0 ? 'same' : 'DIFFERENT'}  ${given.name}: ${same} alike`);
      for (const line of different) console.log(`  ${line}`);
    }
  } finally {
    await daemon?.stop();
    await registry?.stop();
    rmSync(root, { recursive: true, force: true });
  }
  return { passed, failed };
}

/** Puts the bases; returns their digests by `NAME:TAG`. */
function fill(registry: DockerRegistry): Map<string, string> {
  const digests = new Map<string, string>();
  const bases = makeBases({
    put(name, tag, manifest, config, layers) {
      const repository = registry.repository(name);
      for (const blob of [config, ...layers]) repository.putBlob(blob);
      const { digest } = repository.putManifest(name, tag, manifest.type, manifest.body.toString());
      digests.set(`${name}:${tag}`, digest);
      return digest;
    },
  });
  if (bases.length !== digests.size) throw new Error('two bases have one name');
  for (const docker of [false, true]) {
    const name = docker ? 'team/docker' : 'team/oci';
    const platforms = ['linux/amd64', 'linux/arm64/v8', 'linux/arm/v7'];
    digests.set(`${name}:1`, putIndex(registry.repository(name), name, '1', platforms, docker).digest);
  }
  return digests;
}

/** Puts the host and the digests of the bases for the words that stand for them. */
function withBases(given: DigestCase, host: string, digests: ReadonlyMap<string, string>): DigestCase {
  const put = (text: string): string =>
    text
      .replace(digestWord, (_, name: string) => {
        const digest = digests.get(name);
        if (digest === undefined) throw new Error(`${given.name}: no base ${name}`);
        return digest;
      })
      .replace(hostWord, host);
  const opts = Object.fromEntries(Object.entries(given.opts ?? {}).map(([key, value]) => [key, put(value)]));
  return { ...given, dockerfile: put(given.dockerfile), opts };
}

async function buildWith(tools: Tools, daemon: Daemon, given: DigestCase, index: number, dir: string): Promise<Step> {
  const { name, refused: _, ...asked } = given;
  const files = given.files ?? {};
  const contexts = Object.fromEntries(
    Object.entries(given.contexts ?? {}).map(([key, named]) => [key, date(named, {}, index)]),
  );
  // Nothing is counted, and nothing but the bases is served.
  const registry = {
    serve: () => {},
    takeReads: () => [],
    takeWrites: () => ({ sent: 0, mounted: 0, present: 0 }),
  };
  const step: Step = { label: name, output: 'image', ...asked, files };
  return build(step, { tools, daemon, registry, dir, scenario: name, index, files: date(files, {}, index), contexts });
}

/** One analysis for each platform that is asked for, with the bases as the language server finds them at the registry. */
async function analyses(given: DigestCase, sessionId: string): Promise<Analysis[]> {
  const settings = { mode: 'on', refresh: 60, archives: [], layouts: {}, mirrors: {}, insecure: [] } as const;
  const images = commandImages(
    hostImages(settings, (line) => {
      if (!given.refused) console.log(`  ${line}`);
    }),
  );
  const ignoreOf = (files: Step['files'] | undefined): string | null => {
    const found = files?.['.dockerignore'];
    return typeof found === 'string' ? found : null;
  };
  const inputs = {
    image: images.inputs.image,
    dockerignore: ignoreOf(given.files),
    dockerfileIgnore: null,
    namedIgnore: (name: string) => ignoreOf(given.contexts?.[name]),
    sha256: hostSha256,
  };
  const attrs = { filename: 'Dockerfile', ...given.opts };
  const all = (): Analysis[] => {
    const one = (platformIndex: number) => analyze(given.dockerfile, { attrs, sessionId, platformIndex }, inputs);
    const first = one(0);
    return [first, ...first.options.targetPlatforms.slice(1).map((_, i) => one(i + 1))];
  };
  try {
    let found = all();
    while (await images.learn()) found = all();
    return found;
  } finally {
    images.dispose();
  }
}

/** How many digests both have, and a line for each that only one has. */
function compare(given: DigestCase, theirs: Step, ours: readonly Analysis[]): { same: number; different: string[] } {
  const { result } = theirs;
  const problem = ours.flatMap((analysis) => analysis.problems)[0];
  if (given.refused) {
    const alike = problem !== undefined && result?.error?.includes(problem.message) === true;
    const different = `BuildKit: ${result?.error ?? 'builds it'}\n  ours: ${problem?.message ?? 'builds it'}`;
    return alike ? { same: 1, different: [] } : { same: 0, different: [different] };
  }
  const different: string[] = [];
  if (result?.ok !== true) different.push(`BuildKit: ${result?.error ?? 'said nothing'}`);
  if (problem !== undefined) different.push(`ours: ${problem.message}`);
  for (const { missing: unknown } of ours)
    for (const input of unknown) different.push(`ours: not known: ${JSON.stringify(input)}`);
  const mine = new Map<string, string>();
  // The last op only names the result.
  for (const { definition } of ours)
    for (const { digest, vertex, metadata } of definition.entries)
      if (vertex !== undefined) mine.set(digest, metadata.name?.() ?? '');
  let same = 0;
  for (const { digest, name } of result?.vertices ?? []) {
    if (mine.delete(digest)) same++;
    else different.push(`only BuildKit has ${digest} ${name}`);
  }
  for (const [digest, name] of mine) different.push(`only we have ${digest} ${name}`);
  return { same, different };
}
