// Every fix in our own cases and in random Dockerfiles does what it promises.
import { expect, test } from 'vitest';
import { analyzeJob } from '../server/src/node/convert.ts';
import { rules } from '../server/src/rules/index.ts';
import { readCases } from './cases.ts';
import { checkFixes, type FixCounts } from './fixes.ts';
import { generate } from './generate.ts';
import { mutant } from './mutate.ts';

test('fixes of our own cases', () => {
  const counts: FixCounts = new Map();
  for (const job of [...readCases().values()].flat())
    expect(checkFixes(job.id, analyzeJob(job), counts), job.id).toEqual([]);
  expect(counts.size).toBeGreaterThan(10);
});

test('fixes of random Dockerfiles', () => {
  const counts: FixCounts = new Map();
  for (let seed = 1; seed <= 600; seed++) {
    const job = seed % 3 === 0 ? mutant(generate(seed), 1) : generate(seed);
    expect(checkFixes(job.id, analyzeJob(job), counts), job.id).toEqual([]);
  }
  const withSafeFix = [...counts].filter(([, count]) => count.safe > 0).map(([name]) => name);
  const fixable = rules.filter((rule) => rule.detect === undefined && rule.fixes !== undefined);
  expect(withSafeFix.length).toBeGreaterThan(fixable.length / 3);
});
