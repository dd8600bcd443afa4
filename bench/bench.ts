// `npm run bench`: how long we take and how much we need, beside BuildKit's own conversion and beside another language server on
// the same files and machine.
//
//   --only NAMES     some of files, keys, growth, questions, servers, check, start, with commas between
//   --files N        random Dockerfiles to measure (default 300)
//   --corpus DIR     and the Dockerfiles below a folder
//   --budget MS      how long to repeat each file (default 20)
//   --keys N         keystrokes for each language server (default 100)
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Job } from '../conformance/job.ts';
import { askJudgeRaw, buildJudge, hasGo } from '../conformance/judge.ts';
import { buildAll } from '../scripts/build.ts';
import { analyzeJob } from '../server/src/node/convert.ts';
import { checkMany } from './check.ts';
import { benchFiles, longDockerfile } from './files.ts';
import { measure, ms, quantile, row, timed } from './numbers.ts';
import { questions } from './questions.ts';
import { besidePeer } from './servers.ts';

const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '300' },
    corpus: { type: 'string', multiple: true, default: [] },
    budget: { type: 'string', default: '20' },
    keys: { type: 'string', default: '100' },
    only: { type: 'string', default: 'files,keys,growth,questions,servers,check,start' },
  },
});
const budget = Number(values.budget);
const root = fileURLToPath(new URL('..', import.meta.url));

console.log(`Node ${process.version}, ${cpus()[0]?.model.trim()}, ${cpus().length} cores\n`);
const only = values.only.split(',');
const { lines: bundles } = await buildAll();
if (only.includes('files')) await perFile();
if (only.includes('keys')) keystrokes();
if (only.includes('growth')) growth();
if (only.includes('questions')) questions();
if (only.includes('servers')) await besidePeer(Number(values.keys), 11);
if (only.includes('check')) checkMany(1000);
if (only.includes('start')) startUp();
console.log(`Bundles\n${bundles.join('\n')}`);

/**
 * Conversion and marshal of each file that BuildKit accepts, warmed. Both are measured twice, in turns, and the better median counts:
 * a pause of the machine then hits neither.
 */
async function perFile(): Promise<void> {
  const all = benchFiles(Number(values.files), values.corpus);
  const version = hasGo() ? buildJudge() : undefined;
  let jobs = all;
  const theirs: number[][] = [];
  const ours: number[][] = [];
  for (let round = 0; round < 2; round++) {
    if (version) {
      const timings = await judgeTimes(jobs);
      jobs = jobs.filter((_, i) => timings[i] !== undefined);
      theirs.push(timings.filter((time) => time !== undefined));
    }
    for (const job of jobs) for (let i = 0; i < 5; i++) analyzeJob(job);
    ours.push(jobs.map((job) => measure(() => analyzeJob(job), budget)));
  }
  const we = jobs.map((_, i) => Math.min(ours[0]![i]!, ours[1]![i]!));
  console.log(`Conversion and marshal, warmed, ${jobs.length} files (ms a file)`);
  console.log(row('', ['p50', 'p90', 'p99', 'max', 'all']));
  console.log(row('LLB Lens', summary(we)));
  if (version) {
    const they = jobs.map((_, i) => Math.min(theirs[0]![i]!, theirs[1]![i]!));
    console.log(row(`BuildKit ${version}`, summary(they)));
    const ratios = jobs.map((job, i) => ({ job, i, ratio: we[i]! / they[i]! })).sort((a, b) => b.ratio - a.ratio);
    const sorted = ratios.map(({ ratio }) => ratio);
    const slower = sorted.filter((ratio) => ratio > 1).length;
    console.log(
      `ours / theirs, file by file: p50 ${quantile(sorted, 0.5).toFixed(2)}, p99 ${quantile(sorted, 0.99).toFixed(2)}; we are slower on ${slower}`,
    );
    for (const { ratio, job, i } of ratios.slice(0, 5)) {
      console.log(`  ${ratio.toFixed(2)}  ${job.id}: ${we[i]!.toFixed(3)} against ${they[i]!.toFixed(3)} ms`);
    }
  } else console.log('Go is not here: nothing to compare with');
  console.log();
}

/** BuildKit's median for each job, in milliseconds; undefined where it refuses the file. */
async function judgeTimes(jobs: readonly Job[]): Promise<(number | undefined)[]> {
  const lines = await askJudgeRaw(jobs, '-bench', `${budget}ms`);
  return lines.map((line) => {
    const { ok, ns } = JSON.parse(line) as { ok: boolean; ns: number };
    return ok ? ns / 1e6 : undefined;
  });
}

/** A letter typed and deleted in the middle: each text is new to us. */
function keystrokes(): void {
  console.log('A keystroke in the middle of a file (ms)');
  console.log(row('', ['p50', 'p99', 'max']));
  for (const lines of [50, 500, 5000]) {
    const text = longDockerfile(lines);
    const middle = text.indexOf('npm ci', text.length / 2);
    const at = middle < 0 ? text.indexOf('RUN true') + 4 : middle;
    const times: number[] = [];
    const rounds = lines > 1000 ? 60 : 300;
    for (let i = 0; i < rounds + 20; i++) {
      const typed = `${text.slice(0, at)}${'abcdefghij'.slice(0, i % 10)}${text.slice(at)}`;
      const start = performance.now();
      analyzeJob({ id: 'k', dockerfile: typed });
      if (i >= 20) times.push(performance.now() - start);
    }
    console.log(row(`${lines} lines`, [quantile(times, 0.5), quantile(times, 0.99), Math.max(...times)].map(ms)));
  }
  console.log();
}

/** Linear growth: the time of a line stays the same. */
function growth(): void {
  console.log('Growth (ms, and µs a line)');
  let first = 0;
  for (const lines of [1000, 2000, 5000, 10_000, 20_000, 50_000]) {
    const job = { id: 'g', dockerfile: longDockerfile(lines) };
    analyzeJob(job);
    const time = Math.min(...Array.from({ length: 3 }, () => timed(() => analyzeJob(job))));
    const perLine = (time / lines) * 1000;
    first ||= perLine;
    console.log(row(`${lines} lines`, [ms(time), perLine.toFixed(2), `${(perLine / first).toFixed(2)} x`]));
  }
  console.log();
}

/** The command on a small file beside a Node that does nothing. */
function startUp(): void {
  const command = `${root}bin/llb-lens.mjs`;
  const example = `${root}.build/bench.Dockerfile`;
  mkdirSync(`${root}.build`, { recursive: true });
  writeFileSync(example, longDockerfile(30));
  const nothing: number[] = [];
  const graph: number[] = [];
  for (let i = 0; i < 21; i++) {
    nothing.push(timed(() => spawnSync(process.execPath, ['-e', '0'])));
    graph.push(timed(() => spawnSync(process.execPath, [command, 'graph', example])));
  }
  console.log('Start-up (ms, median of 21)');
  console.log(row('node -e 0', [ms(quantile(nothing, 0.5))]));
  console.log(row('llb-lens graph', [ms(quantile(graph, 0.5))]));
  console.log(row('difference', [ms(quantile(graph, 0.5) - quantile(nothing, 0.5))]));
  console.log('\nMemory (peak resident set, MB)');
  console.log(row('node -e 0', [peakMemory('0')]));
  for (const count of [30, 5000, 50_000]) {
    writeFileSync(example, longDockerfile(count));
    console.log(
      row(`llb-lens graph, ${count} lines`, [
        peakMemory(`process.argv.push('graph', ${JSON.stringify(example)}); await import(${JSON.stringify(command)})`),
      ]),
    );
  }
  console.log();
}

/** What the kernel counted for the process itself; Linux hands `maxRSS` on from the parent. */
function peakMemory(script: string): string {
  const peak =
    "Number(/VmHWM:\\s+(\\d+)/.exec(fs.existsSync('/proc/self/status') ? fs.readFileSync('/proc/self/status', 'utf8') : '')?.[1] ?? process.resourceUsage().maxRSS)";
  const code = `import fs from 'node:fs'; process.on('exit', () => process.stderr.write('\\n' + ${peak})); ${script}`;
  const run = spawnSync(process.execPath, ['--input-type=module', '-e', code, 'x'], {
    encoding: 'utf8',
    maxBuffer: 1 << 30,
  });
  return (Number(run.stderr.split('\n').at(-1)) / 1024).toFixed(0);
}

function summary(times: readonly number[]): string[] {
  return [...[0.5, 0.9, 0.99, 1].map((q) => quantile(times, q)), times.reduce((sum, time) => sum + time, 0)].map(ms);
}
