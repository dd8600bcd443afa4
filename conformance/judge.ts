// Builds the judge, the Go program in judge/, and asks it.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Job, type Result, readResult } from './job.ts';

const source = fileURLToPath(new URL('./judge', import.meta.url));
const cache = fileURLToPath(new URL('./.cache', import.meta.url));
const program = `${cache}/judge${process.platform === 'win32' ? '.exe' : ''}`;

export function hasGo(): boolean {
  return spawnSync('go', ['version']).status === 0;
}

/** Builds the judge (quick where nothing changed); returns the version of BuildKit that it links. */
export function buildJudge(): string {
  mkdirSync(cache, { recursive: true });
  const build = spawnSync('go', ['build', '-trimpath', '-o', program, '.'], { cwd: source, stdio: ['ignore', 2, 2] });
  if (build.status !== 0) throw new Error('the judge could not be built; see above');
  return spawnSync(program, ['-version'], { encoding: 'utf8' }).stdout.trim();
}

/** What BuildKit makes of the jobs, in their order. `flags` are the judge's own. */
export async function askJudge(jobs: readonly Job[], ...flags: string[]): Promise<Result[]> {
  return (await pipe(program, flags, jobs)).map(readResult);
}

/** The judge's answers as they are written, one line a job. */
export async function askJudgeRaw(jobs: readonly Job[], ...flags: string[]): Promise<string[]> {
  return pipe(program, flags, jobs);
}

/** Runs a program that reads jobs and writes one line for each. Throws where it ends early or outlives `timeout` (ms). */
export async function pipe(
  command: string,
  args: readonly string[],
  jobs: readonly Job[],
  timeout = 600_000,
): Promise<string[]> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], timeout });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    errors = (errors + chunk).slice(-4000);
  });
  child.stdin.on('error', () => {}); // It ended early: told below.
  child.stdin.end(jobs.map((job) => `${JSON.stringify(job)}\n`).join(''));
  const chunks: Buffer[] = [];
  for await (const chunk of child.stdout) chunks.push(chunk as Buffer);
  const lines = Buffer.concat(chunks).toString('utf8').split('\n');
  lines.pop();
  if (lines.length !== jobs.length) {
    throw new Error(
      `${command} answered ${lines.length} of ${jobs.length} jobs; it stopped at ${JSON.stringify(jobs[lines.length])}\n${errors}`,
    );
  }
  return lines;
}
