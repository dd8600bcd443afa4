// `llb-lens convert --jobs FILE|-`: the comparison with BuildKit runs through this.
import { createReadStream } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { parseArgs } from 'node:util';
import { convertJob, type Job, resultLine } from '../convert.ts';
import { type Io, UsageError } from '../io.ts';

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
    for await (const line of linesOf(input)) if (line.trim() !== '') io.out(`${answer(line)}\n`);
  } catch (error) {
    io.err(`llb-lens: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
  return 0;
}

/** Lines end at a line feed and nowhere else: JSON may hold every other character that some call an end of line. */
async function* linesOf(input: AsyncIterable<Buffer | string>): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of input) {
    const lines = (rest + (typeof chunk === 'string' ? chunk : decoder.write(chunk))).split('\n');
    rest = lines.pop() as string;
    yield* lines;
  }
  yield rest + decoder.end();
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
