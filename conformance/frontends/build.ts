// Builds with old frontends for real: `build.ts --repository DIR`, a clone of BuildKit's repository with its tags. Puts two releases
// into a registry as docker/dockerfile:1.3 and 1.4, has the daemon of the scenarios build with each, and writes builds.json.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { makeBases } from '../record/bases.ts';
import { build, date } from '../record/build.ts';
import { BUILDKIT, buildTools, missing, startDaemon } from '../record/daemon.ts';
import { type Registry, sha256, startRegistry } from '../record/registry.ts';
import { type Member, writeTar } from '../record/tar.ts';

const releases = ['1.3', '1.4'];
const lines: Readonly<Record<string, string>> = {
  '--link': 'COPY --link f /opt/',
  heredoc: 'COPY <<a /opt/\nx\na',
  'several arguments': 'ARG A=1 B=2',
};

/** The frontend of a release as an image: its program, and a scratch file system around it. */
function put(registry: Registry, repository: string, release: string, root: string): void {
  const tree = join(root, release);
  mkdirSync(tree);
  const archive = execFileSync('git', ['-C', repository, 'archive', `dockerfile/${release}.0`], { maxBuffer: 1 << 30 });
  execFileSync('tar', ['-x', '-C', tree], { input: archive });
  const tags = readFileSync(join(tree, 'frontend/dockerfile/release/mainline/tags'), 'utf8').trim();
  const program = join(root, `frontend-${release}`);
  const flags = [
    '-mod=vendor',
    '-trimpath',
    '-buildvcs=false',
    '-tags',
    `${tags} netgo static_build osusergo`,
    '-o',
    program,
  ];
  const env = { ...process.env, CGO_ENABLED: '0', GOFLAGS: '', GOTOOLCHAIN: 'local' };
  execFileSync('go', ['build', ...flags, './frontend/dockerfile/cmd/dockerfile-frontend'], { cwd: tree, env });
  const dir = (path: string): Member => ({ path, type: 'dir', mode: 0o755, uid: 0, gid: 0 });
  const data = readFileSync(program);
  const tar = writeTar([
    dir('bin'),
    { path: 'bin/dockerfile-frontend', type: 'file', mode: 0o755, uid: 0, gid: 0, data },
    { ...dir('tmp'), mode: 0o1777 },
  ]);
  const blob = gzipSync(tar, { level: 1 });
  const config = Buffer.from(
    JSON.stringify({
      architecture: 'amd64',
      os: 'linux',
      config: {
        Entrypoint: ['/bin/dockerfile-frontend'],
        Labels: {
          'moby.buildkit.frontend.network.none': 'true',
          'moby.buildkit.frontend.caps': 'moby.buildkit.frontend.inputs',
        },
      },
      rootfs: { type: 'layers', diff_ids: [sha256(tar)] },
    }),
  );
  const type = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = {
    schemaVersion: 2,
    mediaType: type,
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: sha256(config), size: config.length },
    layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest: sha256(blob), size: blob.length }],
  };
  registry.put('docker/dockerfile', release, { type, body: Buffer.from(JSON.stringify(manifest)) }, config, [blob]);
}

const at = process.argv.indexOf('--repository');
const repository = at < 0 ? undefined : process.argv[at + 1];
if (repository === undefined) throw new Error('--repository DIR: a clone of https://github.com/moby/buildkit');
const lack = missing();
if (lack !== undefined) throw new Error(lack);
const tools = buildTools(join(dirname(import.meta.dirname), '.cache', `buildkit-${BUILDKIT}`));
const root = mkdtempSync(join(tmpdir(), 'frontends-'));
const registry = await startRegistry();
const daemon = await startDaemon(tools, join(root, 'daemon'), 'overlayfs');
try {
  makeBases(registry);
  for (const release of releases) put(registry, repository, release, root);
  const told: { syntax: string; line: string; ok: boolean; error?: string }[] = [];
  for (const release of releases)
    for (const [index, [name, line]] of Object.entries(lines).entries()) {
      const syntax = `docker/dockerfile:${release}`;
      const dockerfile = `# syntax=${syntax}\nFROM alpine:3.14\n${line}\n`;
      const step = { label: name, dockerfile, files: { f: 'f\n' } };
      const files = date(step.files, {}, 0);
      const asked = { tools, daemon, registry, dir: join(root, 'step'), scenario: `frontend-${release}`, index };
      const { result } = await build(step, { ...asked, files, contexts: {} });
      told.push({ syntax, line, ok: result?.ok === true, ...(result?.error ? { error: result.error } : {}) });
      console.log(`${syntax} ${name}: ${result?.ok ? 'built' : result?.error?.split('\n')[0]}`);
    }
  writeFileSync(
    join(import.meta.dirname, 'builds.json'),
    `${JSON.stringify({ buildkit: BUILDKIT, builds: told }, null, 1)}\n`,
  );
} finally {
  await daemon.stop();
  await registry.close();
  rmSync(root, { recursive: true, force: true });
}
