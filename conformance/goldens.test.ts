// Compares our conversion of the cases with what BuildKit said of them. Needs no Go.
import { describe, expect, test } from 'vitest';
import { convertJob, resultLine } from '../server/src/node/convert.ts';
import { readCases } from './cases.ts';
import { compare } from './compare.ts';
import { jobHash, readGoldens } from './goldens.ts';
import { readResult } from './job.ts';
import { accepts, readLedger } from './ledger.ts';

const goldens = readGoldens();
const ledger = readLedger();
const cases = readCases();

test('every case has its golden, and every golden its case', () => {
  const jobs = [...cases.values()].flat();
  expect([...goldens.keys()].sort()).toEqual(jobs.map(({ id }) => id).sort());
});

describe.each([...cases])('%s', (_file, jobs) => {
  test.each(jobs.map((job) => [job.id.slice(job.id.indexOf('/') + 1), job] as const))('%s', (_name, job) => {
    const golden = goldens.get(job.id)!;
    expect(golden.job, 'the case was edited: run `npm run goldens`').toBe(jobHash(job));
    const ours = readResult(resultLine(convertJob(job)));
    const differences = [...compare(golden, ours).values()].filter((found) => found && !accepts(ledger, found));
    expect(differences).toEqual([]);
  });
});
