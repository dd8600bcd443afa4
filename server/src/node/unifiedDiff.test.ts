// Diffs that turn the one text into the other, as git and a library read them.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyPatch } from 'diff';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { unifiedDiff } from './unifiedDiff.ts';

test.each([
  ['a\n', 'a\n', ''],
  ['a\nb\nc\n', 'a\nB\nc\n', '@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n'],
  ['a', 'b', '@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n\\ No newline at end of file\n'],
  ['a\r\nb', 'A\r\nb', '@@ -1,2 +1,2 @@\n-a\r\n+A\r\n b\n\\ No newline at end of file\n'],
  ['', 'a\n', '@@ -0,0 +1 @@\n+a\n'],
  ['a\n', '', '@@ -1 +0,0 @@\n-a\n'],
  ['1\n2\n3\n4\n5\n6\n7\n8\n', '1\n2\n3\n4\nx\n5\n6\n7\n8\n', '@@ -2,6 +2,7 @@\n 2\n 3\n 4\n+x\n 5\n 6\n 7\n'],
])('%j to %j', (before, after, hunks) => {
  expect(unifiedDiff('f', before, after)).toBe(hunks === '' ? '' : `--- a/f\n+++ b/f\n${hunks}`);
});

const texts = fc.array(fc.constantFrom('a', 'b', 'c', 'a\r', ''), { maxLength: 40 }).map((lines) => lines.join('\n'));

test('any text becomes any other', () => {
  fc.assert(
    fc.property(texts, texts, (before, after) => {
      const patch = unifiedDiff('f', before, after);
      expect(patch === '' ? before : applyPatch(before, patch, { autoConvertLineEndings: false })).toBe(after);
    }),
  );
});

test.each(['Dockerfile', 'a b/Dockerfile', 'ä/Docker"file', 'a\\b\tc'])('git takes it for %j', (name) => {
  const folder = mkdtempSync(join(tmpdir(), 'llb-lens-diff-'));
  const flat = name.replaceAll('/', '-');
  const before = `FROM a AS B\r\n${'x\n'.repeat(20)}CMD x`;
  const after = before.replace('B', 'b').replace('CMD', 'cmd').replace('x\n', 'x\ny\n');
  writeFileSync(join(folder, flat), before);
  execFileSync('git', ['apply', '-'], { cwd: folder, input: unifiedDiff(flat, before, after) });
  expect(readFileSync(join(folder, flat), 'utf8')).toBe(after);
  rmSync(folder, { recursive: true });
});

test('thousands of changed lines, and more than are worth a search', () => {
  const before = Array.from({ length: 20_000 }, (_, i) => `ENV K${i} v\n`).join('');
  const after = before.replaceAll(' v\n', '=v\n');
  expect(unifiedDiff('f', before, after).split('\n')).toHaveLength(40_004);
  const longer = `${after}x\n`;
  expect(applyPatch(before, unifiedDiff('f', before, longer))).toBe(longer);
});
