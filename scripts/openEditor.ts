// Opens a folder in a real VS Code with the extension running: the desktop one where it is installed, else one in the browser.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { installCodeServer, pageUrl, quietSettings, root, startVscodeServer } from './editor/codeServer.ts';

/** Opens `path` (a folder or a file of one; the examples where undefined) until Ctrl+C. Returns the exit code. */
export async function openEditor(path: string | undefined): Promise<number> {
  const shown = resolve(path ?? firstFolder());
  if (!existsSync(shown)) {
    console.error(`There is no ${shown}.`);
    return 1;
  }
  return desktopWorks() ? openDesktop(shown) : openBrowser(shown);
}

function firstFolder(): string {
  const examples = join(root, 'examples');
  return existsSync(examples) ? examples : root;
}

/** True where `code` is there and there is a screen to show it on. */
function desktopWorks(): boolean {
  if (process.env.LLB_LENS_EDITOR === 'browser') return false;
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return false;
  const run = spawnSync('code', ['--version'], { stdio: 'ignore', shell: process.platform === 'win32' });
  return run.status === 0;
}

async function openDesktop(path: string): Promise<number> {
  // A profile of its own: the window is one whose end can be waited for, and the user's own is left alone.
  const data = mkdtempSync(join(tmpdir(), 'llb-lens-desktop-'));
  const args = ['--new-window', '--wait', '--user-data-dir', data, `--extensionDevelopmentPath=${root}`, path];
  const code = spawn('code', args, { stdio: 'inherit', shell: process.platform === 'win32' });
  console.log(`LLB Lens is open in a new window of VS Code on ${path}. Ctrl+C ends it.`);
  const stop = onInterrupt(() => code.kill());
  try {
    return await new Promise<number>((done) => code.once('close', (status) => done(stop.asked() ? 0 : (status ?? 0))));
  } finally {
    rmSync(data, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function openBrowser(path: string): Promise<number> {
  const vscode = installCodeServer((line) => console.log(line));
  const server = await startVscodeServer({
    vscode,
    settings: quietSettings,
    extensions: { 'llb-lens.llb-lens': root },
  });
  const asUri = (file: string) => `vscode-remote://${server.authority}${file.replaceAll('\\', '/')}`;
  const folder = statSync(path).isDirectory() ? path : resolve(path, '..');
  const payload: [string, string][] = [['skipWelcome', 'true']];
  const file = folder === path ? firstDockerfile(path) : path;
  if (file !== undefined) payload.push(['openFile', asUri(file)]);
  const door = await shortAddress(pageUrl(server.authority, folder, payload));
  console.log(`LLB Lens is open in VS Code at ${door.address}  Ctrl+C ends it.`);
  const asked = await new Promise<boolean>((done) => {
    onInterrupt(() => done(true));
    void server.gone.then(() => done(false));
  });
  door.close();
  await server.stop();
  if (!asked) console.error(`VS Code's server ended by itself:\n${server.log().slice(-2000)}`);
  return asked ? 0 : 1;
}

/** An address that a person can read, and that leads to `url`. */
async function shortAddress(url: string): Promise<{ address: string; close(): void }> {
  const server = createServer((_, response) => response.writeHead(302, { location: url }).end());
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** The Dockerfile to begin with, where the folder has one at hand. */
function firstDockerfile(folder: string): string | undefined {
  return [join(folder, 'Dockerfile'), join(folder, 'hello', 'Dockerfile')].find((file) => existsSync(file));
}

function onInterrupt(run: () => void): { asked(): boolean } {
  let asked = false;
  const once = () => {
    if (asked) return;
    asked = true;
    run();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, once);
  return { asked: () => asked };
}
