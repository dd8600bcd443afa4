// The scripts that run before and after everything else: when to install, and how a run is counted.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isComplete } from './bootstrap.mjs';

test.each([
  ['all there', { '': {}, a: { version: '1' } }, { a: { version: '1' } }, true],
  ['more than wanted', { '': {} }, { a: { version: '1' } }, true],
  ['an optional one missing', { a: { version: '1', optional: true } }, {}, true],
  ['one missing', { a: { version: '1' } }, {}, false],
  ['another version', { a: { version: '2' } }, { a: { version: '1' } }, false],
  ['another version of an optional one', { a: { version: '2', optional: true } }, { a: { version: '1' } }, false],
])('installed: %s', (_name, wanted, present, complete) => {
  expect(isComplete(wanted, present)).toBe(complete);
});

describe('totals', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'totals-'));
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  test.each([
    [
      'sums both kinds of summary',
      '0',
      [
        { numPassedTests: 3, numFailedTests: 0 },
        { passed: 4, failed: 0 },
      ],
      '7 passed, 0 failed',
      0,
    ],
    ['fails where one failed', '1', [{ numPassedTests: 3, numFailedTests: 2 }], '3 passed, 2 failed', 1],
    ['counts a step that failed without a count', '1', [{ passed: 3, failed: 0 }], '3 passed, 1 failed', 1],
    ['fails where nothing ran', '0', [], '0 passed, 0 failed', 1],
  ])('%s', (_name, steps, summaries, line, status) => {
    const files = summaries.map((summary, i) => {
      const file = join(dir, `${i}.json`);
      writeFileSync(file, JSON.stringify(summary));
      return file;
    });
    const script = fileURLToPath(new URL('./totals.mjs', import.meta.url));
    const run = spawnSync(process.execPath, [script, steps, ...files], { encoding: 'utf8' });
    expect([run.stdout.trim(), run.status]).toEqual([line, status]);
  });
});
