// A real VS Code without a desktop: code-server's, installed on demand into .build/editor, started as a server of its own.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** The release that is installed; it carries VS Code 1.139.1. */
const version = '4.139.1';
const folder = join(root, '.build', 'editor');
const codeServer = join(folder, 'node_modules', 'code-server');

/** The folder of VS Code's server; installs it where it is missing (half a gigabyte, some ten seconds, no compiler). */
export function installCodeServer(say: (line: string) => void = () => {}): string {
  const vscode = join(codeServer, 'lib', 'vscode');
  const ready = join(folder, `ready-${version}`);
  if (existsSync(ready) && existsSync(join(vscode, 'out', 'server-main.js'))) return vscode;
  say(`Installing VS Code for the browser (code-server ${version}) into .build/editor, once...`);
  mkdirSync(folder, { recursive: true });
  const manifest = { private: true, dependencies: { 'code-server': version } };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  // Its own install script compiles for minutes what an editor for one user does without. Its shrinkwrap pins the second
  // half, but lacks an entry, so that `npm ci` would refuse it.
  npmInstall(folder);
  npmInstall(vscode);
  writeFileSync(ready, '');
  return vscode;
}

function npmInstall(cwd: string): void {
  const args = ['install', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const windows = process.platform === 'win32';
  const run = spawnSync(windows ? 'npm.cmd' : 'npm', args, { cwd, stdio: ['ignore', 2, 2], shell: windows });
  if (run.status !== 0) throw new Error(`npm install failed in ${cwd}`);
}

/** The version of VS Code that is inside. */
export function vscodeVersion(vscode: string): string {
  return (JSON.parse(readFileSync(join(vscode, 'product.json'), 'utf8')) as { version?: string }).version ?? 'unknown';
}

/** Settings for a quiet editor: nothing asks, nothing is sent, nothing moves. */
export const quietSettings = {
  'llbLens.images.resolve': 'cached',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.enableExperiments': false,
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
  'workbench.reduceMotion': 'on',
  'chat.disableAIFeatures': true,
  'chat.commandCenter.enabled': false,
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'editor.minimap.enabled': false,
  'git.openRepositoryInParentFolders': 'never',
  'window.confirmBeforeClose': 'never',
};

export interface VscodeServer {
  /** `127.0.0.1:PORT` */
  readonly authority: string;
  /** The file with the user's settings. */
  readonly userSettings: string;
  /** What it printed so far. */
  log(): string;
  /** Settles when it has gone by itself. */
  readonly gone: Promise<number | null>;
  /** Ends it and everything it started, and removes its data. */
  stop(): Promise<void>;
}

export interface ServerSetup {
  readonly vscode: string;
  readonly settings: object;
  /** Lets a test driver in, which may name one more extension to load. */
  readonly testing?: boolean;
  /** Folders of extensions that are there from the start, by the names of their folders. */
  readonly extensions?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Folders are trusted once the user says so, not from the start. */
  readonly trust?: boolean;
}

/** Starts VS Code's server on a free port of this machine, with data of its own in a temporary folder. */
export async function startVscodeServer({
  vscode,
  settings,
  testing,
  env,
  trust,
  ...setup
}: ServerSetup): Promise<VscodeServer> {
  const home = await mkdtemp(join(tmpdir(), 'llb-lens-editor-'));
  const data = join(home, 'data');
  await mkdir(join(data, 'User'), { recursive: true });
  const userSettings = join(data, 'User', 'settings.json');
  await writeFile(userSettings, JSON.stringify(settings, undefined, 2));
  const extensions = join(home, 'extensions');
  await mkdir(extensions);
  // Links: what is built anew is there once the window is loaded anew.
  for (const [name, path] of Object.entries(setup.extensions ?? {})) {
    await symlink(path, join(extensions, name), 'junction');
  }
  const args = [
    join(vscode, 'out', 'server-main.js'),
    ...['--host', '127.0.0.1', '--port', '0', '--without-connection-token', '--accept-server-license-terms'],
    ...['--telemetry-level', 'off', ...(trust ? [] : ['--disable-workspace-trust'])],
    ...['--user-data-dir', data, '--extensions-dir', extensions, '--server-data-dir', join(home, 'server')],
    ...(testing ? ['--enable-smoke-test-driver', '--enable-remote-auto-shutdown'] : []),
  ];
  // What an outer VS Code's terminal or npm sets would lead it astray.
  const foreign = /^(VSCODE_|ELECTRON_|CODE_SERVER_|NODE_OPTIONS$|npm_)/;
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
  const child = spawn(process.execPath, args, {
    cwd: home,
    detached: process.platform !== 'win32',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...inherited, ...(testing ? { HOME: home, XDG_RUNTIME_DIR: home } : {}), EXTENSIONS_GALLERY: '{}', ...env },
  });
  let log = '';
  const gone = new Promise<number | null>((done) => child.once('close', (code) => done(code)));
  const stop = async (): Promise<void> => {
    await endGroup(child, gone);
    await rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  const port = new Promise<string>((found) => {
    const read = (data: Buffer) => {
      log += data.toString();
      const match = /Web UI available at http:\/\/[^:]+:(\d+)/.exec(log);
      if (match?.[1] !== undefined) found(match[1]);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
  });
  const first = await Promise.race([port, gone]);
  if (typeof first !== 'string') {
    await stop();
    throw new Error(`VS Code's server left with ${first}\n${log}`);
  }
  return { authority: `127.0.0.1:${first}`, userSettings, log: () => log, gone, stop };
}

/** Ends a process and what it started: first kindly. */
async function endGroup(child: ChildProcess, gone: Promise<unknown>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const send = (signal: NodeJS.Signals) => {
    try {
      process.kill(process.platform === 'win32' ? (child.pid as number) : -(child.pid as number), signal);
    } catch {
      // Gone meanwhile.
    }
  };
  send('SIGTERM');
  const timer = setTimeout(send, 5000, 'SIGKILL');
  await gone;
  clearTimeout(timer);
}

/** The address that opens a folder; `payload` are the pairs that VS Code's web page understands. */
export function pageUrl(authority: string, path: string, payload: readonly (readonly [string, string])[]): string {
  const query = [`folder=${encodeURIComponent(path)}`];
  if (payload.length > 0) query.push(`payload=${encodeURIComponent(JSON.stringify(payload))}`);
  return `http://${authority}/?${query.join('&')}`;
}
