// Git repositories on loopback, made anew for each step and served by git itself.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { dirname, join } from 'node:path';

/** Fixed, because it stands in the bytes of `ADD git://...`. */
export const GIT_PORT = 5078;

export interface Repositories {
  /** Lets `git://127.0.0.1:5078/NAME.git` hold these files on branch `main`, in one commit that is the same each time. */
  hold(repositories: Record<string, Record<string, string>>): void;
  close(): Promise<void>;
}

/** Starts git's own server on `root`, a directory of its own. */
export async function startRepositories(root: string): Promise<Repositories> {
  mkdirSync(root, { recursive: true });
  // Its parts fork: a group of its own ends with one signal.
  const child: ChildProcess = spawn(
    'git',
    ['daemon', '--reuseaddr', '--export-all', `--base-path=${root}`, '--listen=127.0.0.1', `--port=${GIT_PORT}`],
    { stdio: 'ignore', detached: true },
  );
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  for (let tries = 0; !(await listens()); tries++) {
    if (child.exitCode !== null || tries > 200) throw new Error(`git does not listen on loopback port ${GIT_PORT}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  let held = '{}';
  return {
    hold(repositories) {
      const wanted = JSON.stringify(repositories);
      if (wanted === held) return;
      held = wanted;
      for (const [name, files] of Object.entries(repositories)) make(join(root, `${name}.git`), files);
    },
    async close() {
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGTERM');
      await ended;
    },
  };
}

const listens = (): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection(GIT_PORT, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });

function make(bare: string, files: Record<string, string>): void {
  const work = `${bare}.work`;
  for (const dir of [bare, work]) rmSync(dir, { recursive: true, force: true });
  const date = '2023-11-14T22:13:20Z';
  const who = { GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@example.com', GIT_AUTHOR_DATE: date };
  const by = { GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@example.com', GIT_COMMITTER_DATE: date };
  const env = { PATH: process.env.PATH ?? '', GIT_CONFIG_NOSYSTEM: '1', HOME: bare, ...who, ...by };
  const git = (...args: string[]) => execFileSync('git', args, { env, stdio: 'pipe' });
  git('init', '-q', '-b', 'main', work);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(work, path)), { recursive: true });
    writeFileSync(join(work, path), text);
  }
  git('-C', work, 'add', '-A');
  git('-C', work, 'commit', '-q', '-m', 'files');
  git('clone', '-q', '--bare', work, bare);
  rmSync(work, { recursive: true });
}
