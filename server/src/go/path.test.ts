import { expect, test } from 'vitest';
import { base, clean, dir, isAbs, join } from './path.ts';

// The expectations are what Go 1.26's package path answers.

const cleanCases = [
  ['', '.'],
  ['.', '.'],
  ['/', '/'],
  ['//', '/'],
  ['a', 'a'],
  ['a/', 'a'],
  ['/a/', '/a'],
  ['a//b', 'a/b'],
  ['a/./b', 'a/b'],
  ['a/../b', 'b'],
  ['../a', '../a'],
  ['a/../..', '..'],
  ['/..', '/'],
  ['/../a', '/a'],
  ['a/b/../../..', '..'],
  ['./a', 'a'],
  ['.a/b.', '.a/b.'],
  ['...', '...'],
  ['a/...', 'a/...'],
  ['/./', '/'],
  ['..//..', '../..'],
] as const;

const baseCases = [
  ['', '.'],
  ['/', '/'],
  ['//', '/'],
  ['a', 'a'],
  ['a/', 'a'],
  ['/a/b', 'b'],
  ['a//', 'a'],
  ['.', '.'],
  ['..', '..'],
  ['/..', '..'],
  ['a/.', '.'],
] as const;

const dirCases = [
  ['', '.'],
  ['/', '/'],
  ['a', '.'],
  ['/a', '/'],
  ['a/', 'a'],
  ['a/b', 'a'],
  ['a//b', 'a'],
  ['/a/b/../c', '/a'],
  ['//a', '/'],
  ['../a', '..'],
] as const;

for (const [name, change, cases] of [
  ['clean', clean, cleanCases],
  ['base', base, baseCases],
  ['dir', dir, dirCases],
] as const) {
  for (const [given, expected] of cases) {
    test(`${name} of ${JSON.stringify(given)}`, () => {
      expect(change(given)).toBe(expected);
    });
  }
}

const joined = [
  ['a', 'b', 'a/b'],
  ['a', '', 'a'],
  ['', 'b', 'b'],
  ['', '', ''],
  ['/', 'a', '/a'],
  ['a', '/b', 'a/b'],
  ['a/', '../b', 'b'],
  ['', '../a', '../a'],
  ['/', '..', '/'],
] as const;

for (const [a, b, expected] of joined) {
  test(`join of ${JSON.stringify([a, b])}`, () => {
    expect(join(a, b)).toBe(expected);
  });
}

test('only a leading slash makes a path absolute', () => {
  expect([isAbs('/a'), isAbs('/'), isAbs('a/b'), isAbs(''), isAbs('\\a')]).toEqual([true, true, false, false, false]);
});
