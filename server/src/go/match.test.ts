import { expect, test } from 'vitest';
import { hasWildcards, matchPath } from './match.ts';

// What Go's filepath.Match answers on Linux; undefined is its ErrBadPattern.
const cases: readonly (readonly [pattern: string, name: string, expected: boolean | undefined])[] = [
  ['abc', 'abc', true],
  ['*', 'abc', true],
  ['*c', 'abc', true],
  ['a*', 'a', true],
  ['a*', 'ab/c', false],
  ['a*/b', 'abc/b', true],
  ['a*/b', 'a/c/b', false],
  ['a*b*c*d*e*/f', 'axbxcxdxe/f', true],
  ['a*b*c*d*e*/f', 'axbxcxdxe/xxx/f', false],
  ['a*b?c*x', 'abxbbxdbxebxczzx', true],
  ['a*b?c*x', 'abxbbxdbxebxczzy', false],
  ['ab[c]', 'abc', true],
  ['ab[b-d]', 'abc', true],
  ['ab[^b-d]', 'abc', false],
  ['a\\*b', 'a*b', true],
  ['a\\*b', 'ab', false],
  ['a?b', 'a☺b', true],
  ['a[^a]b', 'a☺b', true],
  ['a???b', 'a☺b', false],
  ['[a-ζ]*', 'α', true],
  ['*[a-ζ]', 'A', false],
  ['a?b', 'a/b', false],
  ['a[^x]b', 'a/b', true],
  ['a*b', 'a/b', false],
  ['[\\]a]', ']', true],
  ['[\\-]', '-', true],
  ['[x\\-]', 'z', false],
  ['[]a]', ']', undefined],
  ['[-]', '-', undefined],
  ['[x-]', 'x', undefined],
  ['[', 'a', undefined],
  ['[^bc', 'a', undefined],
  ['a[', 'a', undefined],
  ['a[', 'ab', undefined],
  ['a[', 'x', undefined],
  ['a/b[', 'x', undefined],
  ['*x', 'xxx', true],
  ['\\', 'a', undefined],
  ['', '', true],
  ['', 'a', false],
  ['x*[', 'a', false],
  ['a😀?', 'a😀😀', true],
  ['[😀]', '😀', true],
  ['[a\\😀b]x', '😀x', true],
];

for (const [pattern, name, expected] of cases) {
  test(`${pattern} ${name}`, () => expect(matchPath(pattern, name)).toBe(expected));
}

test('a long pattern against a long name is answered', () => {
  expect(matchPath(`${'*a'.repeat(200)}b`, 'a'.repeat(5000))).toBe(false);
});

test('wildcards', () => {
  expect(['a', 'a\\*', 'a*', 'a?', 'a[', 'a\\\\*', ''].map(hasWildcards)).toEqual([
    false,
    false,
    true,
    true,
    true,
    true,
    false,
  ]);
});
