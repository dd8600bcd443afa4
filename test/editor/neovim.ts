// Runs Neovim, headless, against the built server: a client that nobody of this project wrote.
import { spawn, spawnSync } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../../scripts/editor/codeServer.ts';
import { copyWorkspace } from './browser.ts';
import type { Outcome } from './outcome.ts';

export async function runInNeovim(): Promise<readonly Outcome[]> {
  if (spawnSync('nvim', ['--version'], { stdio: 'ignore' }).status !== 0)
    throw new Error('There is no nvim: install it.');
  const workspace = await copyWorkspace();
  const report = `${workspace.path}.report.json`;
  try {
    const child = spawn('nvim', ['--headless', '-u', 'NONE', '-i', 'NONE', '-n', '-S', 'test/editor/neovim.lua'], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        NODE: process.execPath,
        COMMAND: join(root, 'bin', 'llb-lens-language-server.mjs'),
        FOLDER: workspace.path,
        REPORT: report,
      },
    });
    let output = '';
    const read = (data: Buffer) => {
      output += data.toString();
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    await new Promise((done) => child.once('close', done));
    const json = await readFile(report, 'utf8').catch(() => undefined);
    return json === undefined ? [{ title: 'Neovim', error: output }] : (JSON.parse(json) as Outcome[]);
  } finally {
    await rm(report, { force: true });
    await workspace.remove();
  }
}
