import { expect, test } from 'vitest';
import { followLinks } from './followLinks.ts';
import { type ListedEntry, listingOf } from './listing.ts';
import { transfer } from './transfer.ts';

// What BuildKit's client sends of these folders; random ones are compared with it elsewhere.

const file = (path: string, size = 1): ListedEntry => ({ path, kind: 'file', size });
const folder = (path: string): ListedEntry => ({ path, kind: 'directory' });
const link = (path: string, target: string): ListedEntry => ({ path, kind: 'link', target });

const listing = listingOf([
  file('a.md'),
  folder('lib'),
  link('lib/current', '../v2'),
  folder('node_modules'),
  file('node_modules/x.js', 100),
  folder('src'),
  file('src/a.go', 10),
  file('src/b.md', 20),
  folder('src/deep'),
  file('src/deep/c.md', 30),
  link('to-src', '/src'),
  folder('v2'),
  file('v2/z', 5),
]);

const cases: readonly (readonly [follow: readonly string[] | undefined, ignore: readonly string[], sent: string])[] = [
  [undefined, [], listing.paths.join(' ')],
  [undefined, ['**'], ''],
  [['src'], [], 'src src/a.go src/b.md src/deep src/deep/c.md'],
  [['src'], ['**/*.md'], 'src src/a.go src/deep'],
  [['src'], ['src', '!src/deep/*.md'], 'src src/deep src/deep/c.md'],
  [['*.md', 'src/*.md'], [], 'a.md src src/b.md'],
  [['lib/current/z'], [], 'lib lib/current v2 v2/z'],
  [['to-src/a.go'], [], 'src src/a.go to-src'],
  [['none'], [], ''],
  [['.'], ['node_modules', 'lib', 'v2', 'src'], 'a.md to-src'],
  [['src/a.go', 'src'], ['!src', 'src/a*'], 'src src/b.md src/deep src/deep/c.md'],
];

for (const [follow, ignore, expected] of cases) {
  test(`${JSON.stringify(follow)} without ${JSON.stringify(ignore)}`, () => {
    const { sent, files, bytes, error } = transfer(listing, follow, ignore);
    const paths = listing.paths.filter((_, i) => sent[i] === 1);
    expect(paths.join(' ')).toBe(expected);
    expect(error).toBeUndefined();
    const chosen = listing.paths.flatMap((_, i) => (sent[i] === 1 && listing.kinds[i] !== 1 ? [listing.sizes[i]] : []));
    expect([files, bytes]).toEqual([chosen.length, chosen.reduce((sum: number, size) => sum + (size ?? 0), 0)]);
  });
}

test('a directory that may not be read stops the build, unless it is ignored', () => {
  const closed = listingOf([{ path: 'closed', kind: 'directory', unreadable: true }, file('x')]);
  expect(transfer(closed, undefined, []).error).toBe('open closed: permission denied');
  expect(transfer(closed, undefined, ['y']).error).toBe('open closed: permission denied');
  expect(transfer(closed, undefined, ['closed']).error).toBeUndefined();
  expect(transfer(closed, ['x'], []).error).toBeUndefined();
  expect(transfer(closed, ['closed/*'], []).error).toBe('readdir: open closed: permission denied');
  expect(transfer(closed, ['closed/f'], []).error).toBe('lstat closed/f: permission denied');
  expect(transfer(closed, ['*/f'], []).error).toBeUndefined();
});

test('a file with several names is sent once', () => {
  const twice = { ...listingOf([file('a', 7), file('b', 7), file('c', 7)]), hardLinks: new Map([[2, 0]]) };
  expect(transfer(twice, undefined, [])).toMatchObject({ files: 3, bytes: 14 });
  expect(transfer(twice, undefined, ['a'])).toMatchObject({ files: 2, bytes: 14 });
});

test('bad patterns', () => {
  expect(transfer(listing, undefined, ['[']).error).toBe('invalid excludepatterns: [[]: syntax error in pattern');
  expect(transfer(listing, ['src['], []).error).toBe('invalid includepatterns: [src[]: syntax error in pattern');
});

test('links in circles', () => {
  const circles = listingOf([link('a', 'b'), link('b', '/a/x'), link('c', '.')]);
  expect(followLinks(circles, ['a/y']).patterns).toEqual(['a', 'b']);
  expect(followLinks(circles, ['c']).patterns).toBeUndefined();
});
