// `npm run conformance`: the same Dockerfiles through BuildKit and through us, and where the two differ.
//
//   --seeds A-B      random Dockerfiles of these seeds (default: our cases, and the seeds 1-2000)
//   --mutations N    and N mutants of each file (default 1)
//   --corpus DIR     the Dockerfiles below a folder
//   --jobs FILE      jobs, one line of JSON each
//   --show N         how many differences to show (default 10)
//   --no-lint        leave out the lint warnings
//   --direct         ask the function, not the command
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildAll } from '../scripts/build.ts';
import { decodeUtf8 } from '../server/src/go/utf8.ts';
import { readCases } from './cases.ts';
import { type Counts, compare, countInto, type Difference, table } from './compare.ts';
import { generate } from './generate.ts';
import { type Job, withText } from './job.ts';
import { askJudge, buildJudge, hasGo } from './judge.ts';
import { accepts, readLedger } from './ledger.ts';
import { mutant } from './mutate.ts';
import { askCommand, askFunction } from './ours.ts';

const batchSize = 500;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string' },
    mutations: { type: 'string', default: '1' },
    corpus: { type: 'string', multiple: true },
    jobs: { type: 'string', multiple: true },
    show: { type: 'string', default: '10' },
    'no-lint': { type: 'boolean', default: false },
    direct: { type: 'boolean', default: false },
    summary: { type: 'string' },
  },
});

if (!hasGo()) {
  console.error('Go is not installed: BuildKit cannot be asked. `npm test` compares with the recorded goldens.');
  process.exit(2);
}
const version = buildJudge();
const askUs = values.direct ? askFunction : askCommand;
if (!values.direct) await buildAll();
const ledger = readLedger();
const used = new Set<string>();
const counts: Counts = new Map();
const open: Difference[] = [];
let accepted = 0;
let total = 0;
let differing = 0;

for (const batch of batches(withMutants(jobs()))) {
  const found = await compareBatch(batch);
  for (const differences of found) {
    total++;
    countInto(counts, differences);
    let unlisted = 0;
    for (const difference of differences.values()) {
      if (!difference) continue;
      const entry = accepts(ledger, difference);
      if (entry) {
        accepted++;
        used.add(entry.name);
      } else {
        unlisted++;
        open.push(difference);
      }
    }
    if (unlisted > 0) differing++;
  }
  if (process.stderr.isTTY) process.stderr.write(`\r${total} compared, ${differing} differ `);
}
if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');

const stale = await staleEntries();
console.log(`BuildKit ${version}, ${total} Dockerfiles\n\n${table(counts)}\n`);
for (const { id, property, want, got } of open.slice(0, Number(values.show))) {
  console.log(`${id}: ${property}\n  BuildKit: ${clip(want)}\n  we:       ${clip(got)}`);
}
if (open.length > Number(values.show)) console.log(`... and ${open.length - Number(values.show)} more`);
for (const name of stale) console.log(`ledger/${name}.json is stale: its examples no longer differ so`);
console.log(
  `${total - differing} agree, ${differing} differ; ${accepted} differences accepted by ${used.size} of ${ledger.length} ledger entries`,
);
if (values.summary)
  writeFileSync(values.summary, JSON.stringify({ passed: total - differing, failed: differing + stale.length }));
if (differing > 0 || stale.length > 0) process.exitCode = 1;

/** Compares; what differs is asked again many times, since BuildKit itself does not always answer alike. */
async function compareBatch(batch: readonly Job[]) {
  const flags = values['no-lint'] ? [] : ['-lint'];
  const [wanted, gotten] = await Promise.all([askJudge(batch, ...flags), askUs(batch)]);
  const found = wanted.map((want, i) => compare(want, gotten[i]!));
  const doubtful = found.flatMap((differences, i) =>
    [...differences.values()].some((difference) => difference) ? [i] : [],
  );
  const again = await askJudge(
    doubtful.map((i) => batch[i]!),
    ...flags,
    '-verify',
    '1000',
  );
  for (const [k, i] of doubtful.entries()) found[i] = compare(again[k]!, gotten[i]!);
  return found;
}

async function staleEntries(): Promise<string[]> {
  const out: string[] = [];
  for (const entry of ledger) {
    const found = await compareBatch(entry.examples);
    const all = found.every((differences) => [...differences.values()].some((d) => d && accepts([entry], d)));
    if (!all || entry.examples.length === 0) out.push(entry.name);
  }
  return out;
}

function* jobs(): Generator<Job> {
  for (const file of values.jobs ?? []) {
    for (const line of readFileSync(file, 'utf8').split('\n')) if (line) yield JSON.parse(line) as Job;
  }
  for (const dir of values.corpus ?? []) yield* dockerfiles(dir);
  const plain = !values.seeds && !values.jobs && !values.corpus;
  if (plain) for (const cases of readCases().values()) yield* cases;
  const seeds = values.seeds ?? (plain ? '1-2000' : undefined);
  if (seeds) {
    const [first, last] = seeds.split('-').map(Number) as [number, number?];
    for (let seed = first; seed <= (last ?? first); seed++) yield generate(seed);
  }
}

function* withMutants(source: Iterable<Job>): Generator<Job> {
  const count = Number(values.mutations);
  for (const job of source) {
    yield job;
    for (let n = 1; n <= count; n++) yield mutant(job, n);
  }
}

function* dockerfiles(dir: string): Generator<Job> {
  for (const path of (readdirSync(dir, { recursive: true }) as string[]).sort()) {
    const file = join(dir, path);
    const stat = statSync(file);
    if (!stat.isFile() || stat.size > 2_000_000) continue;
    const bytes = readFileSync(file);
    if (!bytes.includes(0)) yield withText({ id: path }, decodeUtf8(bytes));
  }
}

function* batches<T>(items: Iterable<T>): Generator<T[]> {
  let batch: T[] = [];
  for (const item of items) {
    batch.push(item);
    if (batch.length === batchSize) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

function clip(text: string): string {
  return text.length > 400 ? `${text.slice(0, 400)}...` : text;
}
