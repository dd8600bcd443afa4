// Our side of the comparison: the command as a user runs it, or, to measure, the function that the command calls.
// Run as a program it reads jobs and answers each with a line that also says how long it took.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Job, type Result, readResult } from './job.ts';
import { pipe } from './judge.ts';

export type Timed = Result & {
  /** How long the conversion took, in milliseconds. */
  readonly ms: number;
  /** The stack of what it threw; it must not throw. */
  readonly thrown?: string;
};

/** What `llb-lens convert --jobs -` answers. */
export async function askCommand(jobs: readonly Job[]): Promise<Result[]> {
  const command = fileURLToPath(new URL('../bin/llb-lens.mjs', import.meta.url));
  return (await pipe(process.execPath, [command, 'convert', '--jobs', '-'], jobs)).map(readResult);
}

/** The same from the sources, timed. A job that hangs ends the run with an error that names it. */
export async function askFunction(jobs: readonly Job[]): Promise<Timed[]> {
  const lines = await pipe(process.execPath, [fileURLToPath(import.meta.url)], jobs, 120_000);
  return lines.map((line) => readResult(line) as Timed);
}

if (import.meta.main) {
  const { convertJob, resultLine } = await import('../server/src/node/convert.ts');
  // Not readline: to it U+2028 ends a line.
  for (const line of readFileSync(0, 'utf8').split('\n')) {
    if (line === '') continue;
    const job = JSON.parse(line) as Job;
    const start = performance.now();
    let answer: Record<string, unknown>;
    try {
      answer = convertJob(job);
    } catch (error) {
      answer = {
        id: job.id,
        ok: false,
        error: `thrown: ${error}`,
        thrown: error instanceof Error ? error.stack : String(error),
      };
    }
    const ms = performance.now() - start;
    process.stdout.write(`${resultLine({ ...answer, ms })}\n`);
  }
}
