// `npm run fuzz -- N [--from SEED]`: N random and mutated Dockerfiles through BuildKit and through us. Both must accept or refuse
// alike and yield the same digests; ours must never throw and never take long.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { compare, type Difference, type Property } from './compare.ts';
import { generate } from './generate.ts';
import type { Job } from './job.ts';
import { askJudge, buildJudge, hasGo } from './judge.ts';
import { accepts, readLedger } from './ledger.ts';
import { mutant } from './mutate.ts';
import { askFunction, type Timed } from './ours.ts';

const batchSize = 1000;
/** No file may take longer, in milliseconds. */
const limit = 50;
/** What must be equal here; `npm run conformance` compares everything. */
const compared: readonly Property[] = ['outcome', 'definition (ordered digests)', 'head digest'];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    from: { type: 'string', default: '1000000' },
    show: { type: 'string', default: '10' },
    summary: { type: 'string' },
  },
});
const count = Number(positionals[0] ?? 2000);
const first = Number(values.from);

if (!hasGo()) {
  console.error('Go is not installed: BuildKit cannot be asked.');
  process.exit(2);
}
const version = buildJudge();
const ledger = readLedger();
const problems: { id: string; text: string }[] = [];
let slowest: { ms: number; job: Job } = { ms: 0, job: { id: 'none' } };
let refused = 0;
let done = 0;

for (let start = first; start < first + count; start += batchSize) {
  const jobs = Array.from({ length: Math.min(batchSize, first + count - start) }, (_, i) => randomJob(start + i));
  const [wanted, gotten] = await Promise.all([askJudge(jobs), askFunction(jobs)]);
  const doubtful: number[] = [];
  for (const [i, got] of gotten.entries()) {
    if (got.thrown) problems.push({ id: got.id, text: `threw ${got.thrown}` });
    else if (differences(i, wanted, gotten).length > 0) doubtful.push(i);
    if (!wanted[i]!.ok) refused++;
  }
  await judgeAgain(doubtful, jobs, gotten);
  await timeAgain(jobs, gotten);
  done += jobs.length;
  if (process.stderr.isTTY) process.stderr.write(`\r${done} compared, ${problems.length} problems `);
}
if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');

for (const { id, text } of problems.slice(0, Number(values.show))) console.log(`${id}: ${text}`);
if (problems.length > Number(values.show)) console.log(`... and ${problems.length - Number(values.show)} more`);
const failing = new Set(problems.map(({ id }) => id)).size;
console.log(
  `BuildKit ${version}: ${done} Dockerfiles, ${refused} of them refused; ${done - failing} alike, ${failing} not`,
);
console.log(`slowest: ${slowest.job.id}, ${slowest.ms.toFixed(1)} ms`);
if (values.summary) writeFileSync(values.summary, JSON.stringify({ passed: done - failing, failed: failing }));
if (failing > 0) process.exitCode = 1;

/** Half are as the grammar makes them, half are damaged. */
function randomJob(seed: number): Job {
  const job = generate(seed);
  return seed % 2 === 0 ? job : mutant(job, 1);
}

function differences(i: number, wanted: Awaited<ReturnType<typeof askJudge>>, gotten: readonly Timed[]): Difference[] {
  const found = compare(wanted[i]!, gotten[i]!);
  return compared.flatMap((property) => {
    const difference = found.get(property);
    return difference && !accepts(ledger, difference) ? [difference] : [];
  });
}

async function judgeAgain(doubtful: readonly number[], jobs: readonly Job[], gotten: readonly Timed[]): Promise<void> {
  if (doubtful.length === 0) return;
  const again = await askJudge(
    doubtful.map((i) => jobs[i]!),
    '-verify',
    '1000',
  );
  for (const [k, i] of doubtful.entries()) {
    for (const { property, want, got } of differences(0, [again[k]!], [gotten[i]!])) {
      problems.push({
        id: jobs[i]!.id,
        text: `${property}\n  BuildKit: ${want.slice(0, 300)}\n  we:       ${got.slice(0, 300)}`,
      });
    }
  }
}

/** A pause of the machine can make any file look slow: those that took long are measured anew, and the best of three counts. */
async function timeAgain(jobs: readonly Job[], gotten: readonly Timed[]): Promise<void> {
  const slow = jobs.filter((_, i) => gotten[i]!.ms > slowest.ms || gotten[i]!.ms > limit);
  if (slow.length === 0) return;
  const warmUp = jobs.slice(0, 200);
  const runs = [await askFunction([...warmUp, ...slow, ...slow, ...slow])].flatMap((results) =>
    results.slice(warmUp.length),
  );
  for (const [i, job] of slow.entries()) {
    const ms = Math.min(...[0, 1, 2].map((n) => runs[n * slow.length + i]!.ms));
    if (ms > slowest.ms) slowest = { ms, job };
    if (ms > limit)
      problems.push({ id: job.id, text: `took ${ms.toFixed(1)} ms: ${(job.dockerfile ?? '').slice(0, 300)}` });
  }
}
