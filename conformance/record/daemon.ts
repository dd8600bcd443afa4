// The real BuildKit: built from the pinned release, started on a directory of its own, and asked to build one step.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { INGREDIENTS } from './bases.ts';
import { HOST } from './registry.ts';

export const BUILDKIT = 'v0.34.2';
/** Requirements of the release that the public module proxy no longer serves, with the nearest that it does. */
export const REPLACED: Record<string, string> = {
  'github.com/moby/policy-helpers': 'v0.0.0-20260901142052-72f704e6cdb6',
  'github.com/moby/profiles/seccomp': 'v0.2.3',
  'github.com/tonistiigi/fsutil': 'v0.0.0-20260819142231-83cac42c1c52',
  'github.com/tonistiigi/go-actions-cache': 'v0.0.0-20260120203934-54bc28c26fd2',
};

export interface Tools {
  buildkitd: string;
  buildctl: string;
  /** First line of `runc --version`. */
  runc: string;
}

/** One line that says what is missing here and how to get it, or nothing. */
export function missing(): string | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64') return "BuildKit's daemon needs Linux on x86-64";
  if (process.getuid?.() !== 0) return "BuildKit's daemon needs root, for it mounts snapshots: run it with sudo";
  const packages: string[] = [];
  for (const path of INGREDIENTS)
    if (!existsSync(path))
      packages.push(path.includes('busybox') ? 'busybox-static' : path.includes('dash') ? 'dash' : 'libc6');
  if (!onPath('runc')) packages.push('runc');
  if (!onPath('go')) packages.push('golang');
  if (packages.length > 0) return `BuildKit's daemon needs: apt-get install ${[...new Set(packages)].join(' ')}`;
  return undefined;
}

function onPath(command: string): boolean {
  return (process.env.PATH ?? '').split(':').some((part) => existsSync(join(part, command)));
}

/**
 * Builds daemon and client into `dir` unless they are there. The client differs from the release in one statement: it takes
 * its session id from the environment, so that two recordings give the same digests.
 */
export function buildTools(dir: string): Tools {
  const buildkitd = join(dir, 'buildkitd');
  const buildctl = join(dir, 'buildctl');
  if (!existsSync(buildkitd) || !existsSync(buildctl)) {
    mkdirSync(dir, { recursive: true });
    const module = 'github.com/moby/buildkit';
    const replace = Object.entries(REPLACED).map(([path, version]) => `replace ${path} => ${path} ${version}`);
    writeFileSync(
      join(dir, 'go.mod'),
      `module recorder\n\ngo 1.26\n\nrequire ${module} ${BUILDKIT}\n\n${replace.join('\n')}\n`,
    );
    writeFileSync(
      join(dir, 'tools.go'),
      `//go:build tools\n\npackage recorder\n\nimport (\n\t_ "${module}/cmd/buildctl"\n\t_ "${module}/cmd/buildkitd"\n)\n`,
    );
    const go = (...args: string[]) => execFileSync('nice', ['-n', '10', 'go', ...args], { cwd: dir, encoding: 'utf8' });
    go('mod', 'tidy', '-e');
    const flags = ['-mod=mod', '-ldflags', `-X ${module}/version.Version=${BUILDKIT}`];
    go('build', ...flags, '-o', buildkitd, `${module}/cmd/buildkitd`);
    const copy = join(dir, 'source');
    execFileSync('cp', ['-r', '--no-preserve=mode', go('list', '-m', '-f', '{{.Dir}}', module).trim(), copy]);
    const session = join(copy, 'session/session.go');
    const before = readFileSync(session, 'utf8');
    const statement = 'id := identity.NewID()';
    if (!before.includes(statement)) throw new Error(`${session} has changed: mend buildTools`);
    const after = `${statement}\n\tif fixed := os.Getenv("RECORD_SESSION"); fixed != "" {\n\t\tid = fixed\n\t}`;
    writeFileSync(session, before.replace(statement, after).replace('import (', 'import (\n\t"os"'));
    go('mod', 'edit', '-replace', `${module}=./source`);
    go('build', ...flags, '-o', buildctl, `${module}/cmd/buildctl`);
    rmSync(copy, { recursive: true });
  }
  return { buildkitd, buildctl, runc: execFileSync('runc', ['--version'], { encoding: 'utf8' }).split('\n')[0] ?? '' };
}

export interface Daemon {
  address: string;
  stop(): Promise<void>;
}

/** Starts a daemon without any state; `dir` is its own and is deleted by `stop`. */
export async function startDaemon(tools: Tools, dir: string, snapshotter: string): Promise<Daemon> {
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  const socket = join(dir, 'd.sock');
  const config = join(dir, 'buildkitd.toml');
  writeFileSync(
    config,
    `[worker.oci]
  gc = false
[registry."docker.io"]
  mirrors = ["${HOST}"]
[registry."${HOST}"]
  http = true
`,
  );
  const log = openSync(join(dir, 'log'), 'w');
  const address = `unix://${socket}`;
  const child: ChildProcess = spawn(
    tools.buildkitd,
    [
      `--root=${join(dir, 'state')}`,
      `--addr=${address}`,
      `--config=${config}`,
      '--oci-worker=true',
      '--containerd-worker=false',
      `--oci-worker-snapshotter=${snapshotter}`,
      '--oci-worker-net=host',
      `--otel-socket-path=${join(dir, 'otel.sock')}`,
    ],
    { stdio: ['ignore', log, log] },
  );
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  for (let tries = 0; ; tries++) {
    if (existsSync(socket)) break;
    if (child.exitCode !== null || tries > 400) {
      child.kill('SIGKILL');
      throw new Error(
        `the daemon did not start: ${readFileSync(join(dir, 'log'), 'utf8').split('\n').slice(-3).join(' ')}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return {
    address,
    async stop() {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
      await ended;
      clearTimeout(timer);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Runs the client; resolves with its exit code and all that it said. */
export function runClient(
  tools: Tools,
  args: readonly string[],
  session: string,
): Promise<{ code: number; said: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(tools.buildctl, args, { env: { ...process.env, RECORD_SESSION: session } });
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (said += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (said += text));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? -1, said }));
  });
}
