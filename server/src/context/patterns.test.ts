import { expect, test } from 'vitest';
import { badPattern, compilePatterns } from './patterns.ts';

interface Case {
  readonly patterns: readonly string[];
  readonly paths?: readonly string[];
  /** Of the paths, those that match, themselves or by a directory above; and those by the old rule. */
  readonly matched?: readonly string[];
  readonly old?: readonly string[];
  /** Refused when a path is matched. */
  readonly late?: boolean;
  /** Refused at once. */
  readonly error?: string;
}

// What moby/patternmatcher answers on Linux.
const cases: readonly Case[] = [
  {
    patterns: ['node_modules'],
    paths: ['node_modules', 'node_modules/a', 'a/node_modules', 'node_modules2'],
    matched: ['node_modules', 'node_modules/a'],
    old: ['node_modules', 'node_modules/a'],
  },
  {
    patterns: ['**/node_modules'],
    paths: ['node_modules', 'a/node_modules', 'a/b/node_modules/c', 'xnode_modules'],
    matched: ['node_modules', 'a/node_modules', 'a/b/node_modules/c'],
    old: ['node_modules', 'a/node_modules'],
  },
  { patterns: ['*.md'], paths: ['a.md', 'd/a.md', '.md', 'amd'], matched: ['a.md', '.md'], old: ['a.md', '.md'] },
  { patterns: ['**/*.go'], paths: ['a.go', 'a/b.go', 'a.gox'], matched: ['a.go', 'a/b.go'], old: ['a.go', 'a/b.go'] },
  {
    patterns: ['foo/**'],
    paths: ['foo', 'foo/a', 'foo/a/b', 'food'],
    matched: ['foo/a', 'foo/a/b'],
    old: ['foo/a', 'foo/a/b'],
  },
  {
    patterns: ['foo/**/bar'],
    paths: ['foo/bar', 'foo/a/bar', 'foo/a/b/bar', 'foobar', 'foo/bar/x'],
    matched: ['foo/bar', 'foo/a/bar', 'foo/a/b/bar', 'foo/bar/x'],
    old: ['foo/bar', 'foo/a/bar', 'foo/a/b/bar'],
  },
  { patterns: ['**'], paths: ['a', 'a/b', ''], matched: ['a', 'a/b', ''], old: ['a', 'a/b', ''] },
  {
    patterns: ['a?c'],
    paths: ['abc', 'a/c', 'ac', 'aéc', 'a😀c'],
    matched: ['abc', 'aéc', 'a😀c'],
    old: ['abc', 'aéc', 'a😀c'],
  },
  { patterns: ['/foo'], paths: ['foo', '/foo'], matched: ['/foo'], old: ['/foo'] },
  { patterns: ['foo/'], paths: ['foo', 'foo/a'], matched: ['foo', 'foo/a'], old: ['foo', 'foo/a'] },
  { patterns: ['./foo/../bar'], paths: ['bar', 'foo'], matched: ['bar'], old: ['bar'] },
  { patterns: ['[a-c]x'], paths: ['ax', 'dx', '[a-c]x'], matched: ['ax'], old: ['ax'] },
  { patterns: ['[^a]x'], paths: ['ax', 'bx', '/x'], matched: ['bx', '/x'], old: ['bx', '/x'] },
  { patterns: ['a\\*b'], paths: ['a*b', 'aab'], matched: ['a*b'], old: ['a*b'] },
  { patterns: ['***'], paths: ['a', 'a/b'], matched: ['a', 'a/b'], old: ['a', 'a/b'] },
  {
    patterns: ['**foo'],
    paths: ['foo', 'xfoo', 'a/xfoo', 'foo/a'],
    matched: ['foo', 'xfoo', 'a/xfoo', 'foo/a'],
    old: ['foo', 'xfoo', 'a/xfoo', 'foo/a'],
  },
  {
    patterns: ['foo**'],
    paths: ['foo', 'foobar', 'foo/bar', 'xfoo'],
    matched: ['foo', 'foobar', 'foo/bar'],
    old: ['foo', 'foobar', 'foo/bar'],
  },
  { patterns: ['a/**b'], paths: ['ab', 'a/b', 'a/xb', 'a/x/b'], matched: ['a/b', 'a/x/b'], old: ['a/b', 'a/x/b'] },
  {
    patterns: ['**/a/**/b'],
    paths: ['a/b', 'x/a/y/b', 'ab', 'x/a/b/c'],
    matched: ['a/b', 'x/a/y/b', 'x/a/b/c'],
    old: ['a/b', 'x/a/y/b'],
  },
  { patterns: ['a.b'], paths: ['a.b', 'axb'], matched: ['a.b'], old: ['a.b'] },
  { patterns: ['a+b'], paths: ['a+b', 'aab'], matched: ['a+b'], old: ['a+b'] },
  { patterns: ['(a)'], paths: ['(a)', 'a'], matched: ['(a)'], old: ['(a)'] },
  { patterns: ['a|b'], paths: ['a', 'xb', 'axb', 'c', 'a|b'], matched: ['a|b'], old: ['a|b'] },
  { patterns: ['a{2}*'], paths: ['aa', 'aab', 'a{2}x', 'a'], matched: ['aa', 'aab'], old: ['aa', 'aab'] },
  { patterns: ['a{2}'], paths: ['aa', 'a{2}'], matched: ['a{2}'], old: ['a{2}'] },
  { patterns: ['\\d*'], paths: ['1a', 'd', 'a'], matched: ['1a'], old: ['1a'] },
  { patterns: ['\\x41*'], paths: ['A', 'Ax', 'xA'], matched: ['A', 'Ax'], old: ['A', 'Ax'] },
  { patterns: ['[[:alpha:]]*'], paths: ['a', '1'], matched: ['a'], old: ['a'] },
  { patterns: ['[*]'], paths: ['*]', '/]', 'x]', '[]'], matched: ['/]', '[]'], old: ['/]', '[]'] },
  { patterns: ['\\pL?'], paths: ['éx', '1x'], matched: ['éx'], old: ['éx'] },
  { patterns: ['a\\b*'], paths: ['a.x', 'ab'], matched: ['a.x'], old: ['a.x'] },
  { patterns: ['\\Qa*b'], paths: ['a[^/]*b$x', 'ab'], matched: ['a[^/]*b$x'], old: ['a[^/]*b$x'] },
  { patterns: ['!a'], paths: ['a'], matched: [], old: [] },
  { patterns: ['a', '!a/b'], paths: ['a', 'a/b', 'a/c', 'a/b/c'], matched: ['a', 'a/c'], old: ['a', 'a/c'] },
  { patterns: ['*', '!a', 'a/b'], paths: ['a', 'a/b', 'x', 'a/c'], matched: ['a/b', 'x'], old: ['a/b', 'x'] },
  { patterns: ['a', '!a', 'a'], paths: ['a', 'a/x'], matched: ['a', 'a/x'], old: ['a', 'a/x'] },
  { patterns: ['a/b'], paths: ['a', 'a/b/c', 'x/a/b'], matched: ['a/b/c'], old: ['a/b/c'] },
  { patterns: [' a '], paths: ['a', ' a '], matched: ['a'], old: ['a'] },
  { patterns: ['**/é'], paths: ['é', 'x/é'], matched: ['é', 'x/é'], old: ['é', 'x/é'] },
  { patterns: ['a/../b'], paths: ['a', 'b'], matched: ['b'], old: ['b'] },
  { patterns: ['foo\\'], error: 'syntax error in pattern' },
  { patterns: ['[z-a]x'], paths: ['zx', 'x'], late: true },
  { patterns: ['é{1', '2}x*'], paths: ['éx', 'ééxy', 'x'], matched: [], old: [] },
  { patterns: ['\\pQ*'], paths: ['Q'], late: true },
  { patterns: ['*{2}'], paths: ['a'], late: true },
  { patterns: ['a{1001}*'], paths: ['a'], late: true },
];

for (const { patterns, paths = [], matched, old, late, error } of cases) {
  test(JSON.stringify(patterns), () => {
    const compiled = compilePatterns(patterns);
    if (error !== undefined) {
      expect(compiled).toEqual({ error });
      return;
    }
    if ('error' in compiled) throw new Error(compiled.error);
    const { matcher } = compiled;
    const results = paths.map((path) => [matcher.matchesOrParentMatches(path), matcher.matches(path)]);
    if (late) expect(results).toEqual(paths.map(() => [undefined, undefined]));
    else {
      expect(paths.filter((_, i) => results[i]?.[0])).toEqual(matched);
      expect(paths.filter((_, i) => results[i]?.[1])).toEqual(old);
    }
  });
}

const refused = [
  ['[', 'syntax error in pattern'],
  ['[]', 'syntax error in pattern'],
  ['[a', 'syntax error in pattern'],
  ['[a-', 'syntax error in pattern'],
  ['[a-]', 'syntax error in pattern'],
  ['[-a]', 'syntax error in pattern'],
  ['a\\', 'syntax error in pattern'],
  ['[\\', 'syntax error in pattern'],
  ['!', 'illegal exclusion pattern: "!"'],
  ['a[', 'syntax error in pattern'],
  ['*[', 'syntax error in pattern'],
  ['[]a]', 'syntax error in pattern'],
] as const;

for (const [pattern, expected] of refused) {
  test(`${pattern} is refused`, () => {
    expect(compilePatterns([pattern])).toEqual({ error: expected });
  });
}

test('patterns that take things out again are seen', () => {
  const compiled = compilePatterns(['', ' ', 'a', '!a/b']);
  expect('matcher' in compiled && compiled.matcher.exclusions).toBe(true);
  expect(refused.some(([, error]) => error === badPattern)).toBe(true);
});

test('what would take a backtracking matcher for ever is answered', () => {
  const compiled = compilePatterns([`${'**/a/'.repeat(60)}b`, `${'*a'.repeat(60)}b`]);
  expect('matcher' in compiled && compiled.matcher.matchesOrParentMatches(`${'a/'.repeat(1000)}c`)).toBe(false);
  expect('matcher' in compiled && compiled.matcher.matchesOrParentMatches('a'.repeat(2000))).toBe(false);
});
