// `npm run images`: images of every make at a registry in memory, for several platforms, as BuildKit's own resolver (image-judge/, a
// Go program) and as ours resolve them. Digest and configuration must be the same, and what one refuses the other must refuse.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createFetch } from '../server/src/node/images/http.ts';
import { createImages } from '../server/src/node/images/index.ts';
import { parsePlatform } from '../server/src/oci/platform.ts';
import {
  type FakeRegistry,
  ociIndex,
  ociManifest,
  type Part,
  putImage,
  putIndex,
  startFakeRegistry,
} from '../test/images/fakeRegistry.ts';
import { hasGo } from './judge.ts';

const platforms = [
  'linux/amd64',
  'linux/amd64/v3',
  'linux/386',
  'linux/arm64',
  'linux/arm/v7',
  'linux/arm/v5',
  'linux/s390x',
  'windows/amd64',
];
/** What a person reads when an image is broken is our own text; of these, BuildKit's must be met. */
const sameWords = /: not found$|encountered unknown type/;
const source = fileURLToPath(new URL('./image-judge', import.meta.url));
const program = fileURLToPath(new URL('./.cache/image-judge', import.meta.url));

if (!hasGo()) {
  console.error("Go is not installed: BuildKit's resolver cannot be asked.");
  process.exit(2);
}
mkdirSync(dirname(program), { recursive: true });
const built = spawnSync('go', ['build', '-trimpath', '-o', program, '.'], { cwd: source, stdio: ['ignore', 2, 2] });
if (built.status !== 0) process.exit(2);

/** Puts the images; returns the references to ask for, without the host. */
function fill(registry: FakeRegistry): string[] {
  const part = ({ mediaType, digest, size }: Part, extra: object = {}) => ({ mediaType, digest, size, ...extra });
  const putList = (repository: string, manifests: readonly object[], extra: object = { mediaType: ociIndex }): Part =>
    registry.putManifest(repository, '1', ociIndex, { schemaVersion: 2, ...extra, manifests });
  const amd64 = { platform: { os: 'linux', architecture: 'amd64' } };
  const config = (bytes: string) => ({
    mediaType: 'application/vnd.oci.image.config.v1+json',
    ...registry.putBlob(Buffer.from(bytes)),
  });
  const putBare = (repository: string, body: object): Part =>
    registry.putManifest(repository, '1', ociManifest, { schemaVersion: 2, mediaType: ociManifest, ...body });

  putImage(registry, 'one', '1');
  putImage(registry, 'one-arm', '1', { architecture: 'arm64' });
  putImage(registry, 'one-docker', '1', { docker: true });
  const many = putIndex(registry, 'many', '1', [
    'linux/amd64',
    'linux/arm64/v8',
    'linux/arm/v7',
    'linux/arm/v6',
    'linux/386',
    'unknown/unknown',
  ]);
  putIndex(registry, 'many-docker', '1', ['linux/386', 'linux/amd64', 'windows/amd64'], true);
  putIndex(registry, 'old-arm', '1', ['linux/arm/v5', 'linux/arm/v6']);
  putIndex(registry, 'only-386', '1', ['linux/386'], true);
  putIndex(registry, 'empty', '1', []);
  putList('unnamed', [part(putImage(registry, 'unnamed', 'x', { architecture: 'arm64' }))]);
  putList('mixed', [
    part(putImage(registry, 'mixed', 'x', { architecture: 'arm64' })),
    part(putImage(registry, 'mixed', 'y'), amd64),
  ]);
  putList('twice', [
    part(putImage(registry, 'twice', 'x', { env: ['A=1'] }), amd64),
    part(putImage(registry, 'twice', 'y', { env: ['A=2'] }), amd64),
  ]);
  putList('nested', [part(putIndex(registry, 'nested', 'inner', ['linux/amd64', 'linux/arm64']))]);
  putList('untyped', [part(putImage(registry, 'untyped', 'x'), amd64)], {});
  putList('absent', [{ mediaType: ociManifest, digest: `sha256:${'1'.repeat(64)}`, size: 3, ...amd64 }]);
  putBare('no-layers', {
    config: config('{"os":"linux","architecture":"amd64","rootfs":{"type":"layers"}}'),
    layers: [],
  });
  putBare('odd-text', {
    config: config('{ "os" : "linux",\n\t"architecture":"amd64", "author":"\\u00e9 é" }\n'),
    layers: [],
  });
  putBare('chart', { config: { ...config('{}'), mediaType: 'application/vnd.cncf.helm.config.v1+json' }, layers: [] });
  putBare('no-config', { config: { ...config('{}'), digest: `sha256:${'0'.repeat(64)}` }, layers: [] });
  registry.putManifest('schema1', '1', 'application/vnd.docker.distribution.manifest.v1+prettyjws', {
    schemaVersion: 1,
    name: 'x',
  });
  registry.putManifest('no-json', '1', ociManifest, '<html>');
  registry.putManifest('both', '1', ociManifest, { schemaVersion: 2, config: {}, manifests: [] });
  const names =
    'one one-arm one-docker many many-docker old-arm only-386 empty unnamed mixed twice nested untyped absent no-layers odd-text chart no-config schema1 no-json both missing';
  return [
    ...names.split(' ').map((name) => `${name}:1`),
    `many:1@${many.digest}`,
    `many@${many.digest}`,
    `one@sha256:${'2'.repeat(64)}`,
  ];
}

/** Asks the judge while the registry, in this process, answers it. */
async function askJudge(
  jobs: readonly { ref: string; platform: string }[],
): Promise<{ digest?: string; config?: string; error?: string }[]> {
  const child = spawn(program, { stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-2000);
  });
  child.stdin.end(jobs.map((job) => `${JSON.stringify(job)}\n`).join(''));
  const parts: Buffer[] = [];
  for await (const part of child.stdout) parts.push(part as Buffer);
  const lines = Buffer.concat(parts).toString('utf8').split('\n').slice(0, -1);
  if (lines.length !== jobs.length) throw new Error(`the judge ended early: ${said}`);
  return lines.map((line) => JSON.parse(line));
}

const registry = await startFakeRegistry();
const folder = mkdtempSync(join(tmpdir(), 'llb-lens-images-'));
let different = 0;
let refused = 0;
try {
  const jobs = fill(registry).flatMap((name) =>
    platforms.map((platform) => ({ ref: `${registry.host}/${name}`, platform })),
  );
  const wanted = await askJudge(jobs);
  for (const [i, { ref, platform }] of jobs.entries()) {
    const images = createImages({
      cacheDir: join(folder, String(i)),
      fetch: createFetch({ env: {} }),
      credentials: async () => undefined,
      mode: 'on',
      log: () => {},
    });
    const parsed = parsePlatform(platform);
    if ('error' in parsed) throw new Error(parsed.error);
    await images.request(ref, parsed.platform);
    const gotten = images.lookup(ref, parsed.platform);
    images.dispose();
    const { digest, config, error } = wanted[i] as (typeof wanted)[number];
    if (error !== undefined) refused++;
    const same =
      error === undefined
        ? gotten?.digest === digest && gotten?.config === config
        : sameWords.test(error) && !/failed to copy/.test(error)
          ? gotten?.error === `failed to resolve source metadata for ${ref}: ${error}`
          : gotten?.config === undefined;
    if (same) continue;
    different++;
    console.log(`${ref} ${platform}\n  BuildKit ${JSON.stringify(wanted[i])}\n  ours     ${JSON.stringify(gotten)}`);
  }
  console.log(`${jobs.length} look-ups: ${different} differ; ${refused} are refused`);
} finally {
  await registry.close();
  rmSync(folder, { recursive: true, force: true });
}
if (different > 0) process.exitCode = 1;
