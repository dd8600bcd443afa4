// Makes a fresh clone ready: installs what package-lock.json pins, then goes on under the pinned Node.
// Plain JavaScript for Node 20, without a dependency: it runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Installs where something is missing and, unless this process is already the pinned Node, runs the calling script again under it
 * and exits with its exit code. Returns only under a Node that can run this project.
 */
export function bootstrap() {
  if (!isInstalled()) install();
  const pinned = readJson('package.json').devDependencies.node;
  const node = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  const bin = join(root, 'node_modules', '.bin');
  if (process.version === `v${pinned}`) {
    if (!process.env.PATH?.startsWith(bin)) process.env.PATH = `${bin}${delimiter}${process.env.PATH ?? ''}`;
    return;
  }
  if (existsSync(node)) {
    const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}` };
    // Ctrl+C reaches both processes: this one waits until the other has cleaned up.
    process.on('SIGINT', () => {});
    const run = spawnSync(node, process.argv.slice(1), { stdio: 'inherit', cwd: process.cwd(), env });
    if (!run.error) exitLike(run);
  }
  // Without install scripts there is no pinned binary. A Node that runs TypeScript by itself will do.
  if (!process.features.typescript) {
    fail(
      `Node ${pinned} could not be installed (are npm's install scripts off?), and Node ${process.version} is too old.`,
    );
  }
}

/** Runs a Node script of the project to its end; returns its exit code. */
export function runNode(script, args = []) {
  const run = spawnSync(process.execPath, [join(root, script), ...args], { stdio: 'inherit', cwd: process.cwd() });
  return run.status ?? 1;
}

function isInstalled() {
  try {
    return isComplete(readJson('package-lock.json').packages, readJson('node_modules/.package-lock.json').packages);
  } catch {
    return false;
  }
}

/** True where every package that is wanted is there in that version; optional ones may be missing. Both are `packages` of a lock file. */
export function isComplete(wanted, present) {
  return Object.entries(wanted).every(
    ([path, entry]) =>
      path === '' || (present[path] ? present[path].version === entry.version : entry.optional === true),
  );
}

function install() {
  console.error('Installing what package-lock.json pins (once; a minute or two)...');
  const npm = process.env.npm_execpath;
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const options = { cwd: root, stdio: ['ignore', 2, 2] };
  const run = npm?.endsWith('.js')
    ? spawnSync(process.execPath, [npm, ...args], options)
    : spawnSync(process.platform === 'win32' ? 'npm.cmd' : 'npm', args, {
        ...options,
        shell: process.platform === 'win32',
      });
  if (run.status !== 0) fail(`npm ci failed${run.error ? `: ${run.error.message}` : ''}; see above.`);
}

function exitLike(run) {
  if (run.signal) process.kill(process.pid, run.signal);
  process.exit(run.status ?? 1);
}

function fail(message) {
  console.error(message);
  process.exit(1);
}

function readJson(path) {
  return JSON.parse(readFileSync(join(root, path), 'utf8'));
}
