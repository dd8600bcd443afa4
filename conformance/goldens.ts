// `npm run goldens`: asks BuildKit what it makes of the cases, and records it in goldens/*.jsonl.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readCases } from './cases.ts';
import { canonical } from './compare.ts';
import type { Job, Result } from './job.ts';
import { askJudge, buildJudge } from './judge.ts';

const folder = fileURLToPath(new URL('./goldens', import.meta.url));

/** A recorded result, with the hash of the job that it answers: a golden of another job says nothing. */
export type Golden = Result & { readonly job: string };

export function readGoldens(): Map<string, Golden> {
  const lines = readdirSync(folder).flatMap((file) =>
    readFileSync(`${folder}/${file}`, 'utf8').split('\n').filter(Boolean),
  );
  return new Map(lines.map((line) => JSON.parse(line) as Golden).map((golden) => [golden.id, golden]));
}

export function jobHash(job: Job): string {
  return createHash('sha256').update(canonical(job)).digest('hex').slice(0, 16);
}

if (import.meta.main) {
  const version = buildJudge();
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  let total = 0;
  for (const [file, jobs] of readCases()) {
    const results = await askJudge(jobs, '-ops', '-lint', '-verify', '100');
    const lines = results.map((result, i) => JSON.stringify({ ...only(result), job: jobHash(jobs[i]!) }));
    writeFileSync(`${folder}/${file}.jsonl`, `${lines.join('\n')}\n`);
    total += lines.length;
  }
  console.log(`${total} goldens made by BuildKit ${version}`);
}

/** What is compared, and the ops' fields for a person who reads a difference. */
function only(result: Result): Result {
  const { id, ok, error, errorLocation, errorAlts, head, definition, imageRaw, lint, nondeterministic } = result;
  return { id, ok, error, errorLocation, errorAlts, head, definition, imageRaw, lint, nondeterministic } as Result;
}
