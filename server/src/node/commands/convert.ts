// `llb-lens convert --jobs FILE|-`: the comparison with BuildKit runs through this.
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { convertJob, type Job, resultLine } from '../convert.ts';
import { InputError, type Io, UsageError } from '../io.ts';

/** Reads jobs and writes results, a line each, in order. Always answers every line. */
export async function convertCommand(args: readonly string[], io: Io): Promise<number> {
  let values: { jobs?: string | undefined };
  try {
    values = parseArgs({ args: [...args], options: { jobs: { type: 'string' } }, strict: true }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
  if (values.jobs === undefined) throw new UsageError('convert needs --jobs FILE, or --jobs - for standard input');
  const input = values.jobs === '-' ? process.stdin : createReadStream(values.jobs);
  try {
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      if (line.trim() !== '') io.out(`${answer(line)}\n`);
    }
  } catch (error) {
    io.err(`llb-lens: ${new InputError(error instanceof Error ? error.message : String(error)).message}\n`);
    return 1;
  }
  return 0;
}

function answer(line: string): string {
  let job: Job;
  try {
    job = JSON.parse(line) as Job;
  } catch (error) {
    return JSON.stringify({ ok: false, error: `bad job: ${error instanceof Error ? error.message : String(error)}` });
  }
  try {
    return resultLine(convertJob(job));
  } catch (error) {
    return JSON.stringify({
      id: job.id,
      ok: false,
      error: `job failed: ${error instanceof Error ? error.message : String(error)}`,
    });
  }
}
