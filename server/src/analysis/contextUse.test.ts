import { expect, test } from 'vitest';
import { type ListedEntry, listingOf } from '../context/listing.ts';
import { hostSha256 as sha256 } from '../node/sha256.ts';
import { analyze } from './analyze.ts';
import { contextRequest, contextUse, type ReadUse } from './contextUse.ts';

const file = (path: string, size = 1): ListedEntry => ({ path, kind: 'file', size });
const folder = (path: string): ListedEntry => ({ path, kind: 'directory' });

const listing = listingOf([
  { path: '.dockerignore', kind: 'file', size: 9 },
  { path: '.env', kind: 'file', size: 8 },
  { path: '.env.example', kind: 'file', size: 8 },
  folder('.git'),
  file('.git/HEAD', 20),
  file('.git/config', 30),
  { path: '.npmrc', kind: 'file', size: 7, secret: true },
  { path: 'ca.pem', kind: 'file', size: 7 },
  folder('empty'),
  folder('keys'),
  file('keys/id_rsa'),
  { path: 'link', kind: 'link', target: 'src' },
  { path: 'nowhere', kind: 'link', target: 'none' },
  folder('node_modules'),
  folder('node_modules/left-pad'),
  file('node_modules/left-pad/index.js', 1000),
  folder('src'),
  file('src/a.js', 100),
  file('src/b.js', 300),
  file('src/c.log', 5000),
  folder('src/deep'),
  file('src/deep/d.js', 200),
  file('src/deep/e.log', 7000),
]);

function use(text: string, ignore = '', name?: string) {
  const analysis = analyze(
    `FROM scratch\n${text}\n`,
    { attrs: name === undefined ? {} : { [`context:${name}`]: `local:${name}` } },
    {
      dockerignore: ignore === '' ? null : ignore,
      dockerfileIgnore: null,
      namedIgnore: () => ignore,
      sha256,
    },
  );
  const request = contextRequest(analysis, name);
  if (request === undefined) throw new Error('reads no folder');
  return { ...contextUse(request, listing), analysis };
}

const one = (text: string, ignore?: string): ReadUse => use(text, ignore).reads[0] as ReadUse;

const counts: readonly (readonly [text: string, ignore: string, files: number, bytes: number])[] = [
  ['COPY src /x/', '', 5, 12600],
  ['COPY src /x/', '**/*.log', 3, 600],
  ['COPY src/*.js /x/', '', 2, 400],
  ['COPY src/* /x/', '', 5, 12600],
  ['COPY link /x/', '', 5, 12600],
  ['COPY link/deep /x/', '', 2, 7200],
  ['COPY --exclude=*.log src /x/', '', 4, 7600],
  ['COPY --exclude=**/*.log src /x/', '', 3, 600],
  ['COPY --parents src/**/*.js /x/', '', 3, 600],
  ['COPY --link src/a.js /x/', '', 1, 100],
  ['ADD src/a.js /x/', '', 1, 100],
  ['RUN --mount=type=bind,source=src/deep,target=/d ls', '', 2, 7200],
  ['RUN --mount=type=bind,target=/d ls', '*\n!src', 5, 12600],
  ['COPY . /x/', 'src\n!src/deep/*.js\nnode_modules\n.*\nkeys', 4, 207],
];

for (const [text, ignore, files, bytes] of counts) {
  test(`${text} ${JSON.stringify(ignore)}`, () => expect(one(text, ignore)).toMatchObject({ files, bytes }));
}

const nothing: readonly (readonly [text: string, ignore: string, why: ReadUse['nothing'], error?: RegExp])[] = [
  ['COPY none /x/', '', 'missing'],
  ['COPY src/none /x/', '', 'missing'],
  ['COPY none/* /x/', '', 'missing', /none: no such file/],
  ['COPY *.none /x/', '', 'no-match'],
  ['COPY empty /x/', '', 'empty'],
  ['COPY src/a.js /x/', 'src', 'ignored'],
  ['COPY src /x/', '**/*.js\n**/*.log', 'ignored'],
  ['COPY src/*.js /x/', '**/*.js', 'ignored'],
  ['COPY --parents src/none.js /x/', '', 'missing'],
  ['COPY no* /x/', '', undefined, /nowhere: no such file/],
  ['RUN --mount=type=bind,source=none,target=/d ls', '', 'missing'],
];

for (const [text, ignore, why, error] of nothing) {
  test(`${text} ${JSON.stringify(ignore)}: ${why}`, () => {
    const read = one(text, ignore);
    expect(read.nothing).toBe(why);
    if (error === undefined) expect(read.error).toBeUndefined();
    else expect(read.error).toMatch(error);
  });
}

// What is written | where it would be | .dockerignore
const near = `
COPY src/A.js /x/              | src/a.js
COPY SRC/b.js /x/              | src/b.js
COPY scr/deep/d.js /x/         | src/deep/d.js
COPY ./src/deep/d.jsx /x/      | src/deep/d.js
COPY d.js /x/                  | src/deep/d.js
COPY lib/d.js /x/              | src/deep/d.js
COPY index.js /x/              | none
COPY src/x.js /x/              | none
COPY no /x/                    | none
COPY empt /x/                  | empty
COPY emtpy/none /x/            | none
COPY --parents src/dep /x/     | src/deep
COPY src/*.jx /x/              | none
COPY d.js /x/                  | none        | src/deep
COPY src/a.js /x/              | none
RUN --mount=type=bind,source=sr,target=/d ls | none
RUN --mount=type=bind,source=srcs,target=/d ls | src
`;

test.each(near.trim().split('\n'))('the path that was meant: %s', (row) => {
  const [text = '', path, ignore = ''] = row.split('|').map((cell) => cell.trim());
  expect(one(text, ignore).nearest).toBe(path === 'none' ? undefined : path);
});

test('each source has its own numbers and its own place', () => {
  const { reads, analysis } = use('ARG D=deep\nCOPY src/a.js src/$D /x/\nCOPY <<F src/b.js /y/\nx\nF');
  expect(reads.map((r) => [r.read.source, r.files])).toEqual([
    ['src/a.js', 1],
    ['src/deep', 2],
    ['src/b.js', 1],
  ]);
  expect(reads.map((r) => analysis.text.slice(r.read.span.start, r.read.span.end))).toEqual([
    'src/a.js',
    'src/$D',
    'src/b.js',
  ]);
});

test('the largest files, the largest first', () => {
  expect(one('COPY src /x/').largest).toEqual([
    { path: 'src/deep/e.log', bytes: 7000 },
    { path: 'src/c.log', bytes: 5000 },
    { path: 'src/b.js', bytes: 300 },
    { path: 'src/deep/d.js', bytes: 200 },
    { path: 'src/a.js', bytes: 100 },
  ]);
});

test('which line of the ignore file keeps what out', () => {
  const { ignored } = one('COPY . /x/', '# what is not needed\n\n**/*.log\nnode_modules\n!src/deep/e.log\n.git\n');
  expect(ignored).toEqual({
    files: 4,
    bytes: 6050,
    lines: [
      { line: 6, pattern: '.git', files: 2, bytes: 50, example: '.git/HEAD' },
      { line: 3, pattern: '**/*.log', files: 1, bytes: 5000, example: 'src/c.log' },
      { line: 4, pattern: 'node_modules', files: 1, bytes: 1000, example: 'node_modules/left-pad/index.js' },
    ],
  });
});

test('what is swept in, and the line that keeps it out', () => {
  expect(one('COPY . /x/').swept.map((s) => `${s.kind} ${s.path} ${s.pattern} ${s.files} ${s.bytes}`)).toEqual([
    'environment .env **/.env 1 8',
    'history .git **/.git 2 50',
    'secret .npmrc **/.npmrc 1 7',
    'secret keys/id_rsa **/id_rsa 1 1',
    'packages node_modules **/node_modules 1 1000',
  ]);
  expect(one('COPY . /x/', '.git\n.env\n.npmrc\nkeys\nnode_modules').swept).toEqual([]);
  // Each pattern does what it is given for.
  for (const { pattern, path } of one('COPY . /x/').swept)
    expect(one('COPY . /x/', pattern).swept.map((s) => s.path)).not.toContain(path);
  // Who names it wants it.
  expect(one('COPY .env /x/').swept).toEqual([]);
  expect(one('COPY node_modules /x/').swept).toEqual([]);
});

test('what is sent as a whole: what the target reads, and no more', () => {
  const { sent, whole, error } = use(
    'COPY src/a.js /\nFROM scratch AS unused\nCOPY node_modules /\nFROM scratch\nCOPY --from=0 / /\nCOPY src/b.js src/a.js /',
  );
  expect([sent, error]).toEqual([{ files: 2, bytes: 400 }, undefined]);
  expect(whole.files).toBe(16);
  expect(use('COPY src /\nFROM scratch\nCOPY --from=busybox / /').sent).toEqual({ files: 0, bytes: 0 });
});

test('a named folder', () => {
  const { reads, sent } = use('COPY --from=other src /', '**/*.log', 'other');
  expect([reads[0]?.files, sent.files]).toEqual([3, 3]);
});

test('a build that reads no folder', () => {
  const analysis = analyze('FROM scratch\nCOPY . /\n', { attrs: { context: 'https://example.com/x.git' } }, { sha256 });
  expect(contextRequest(analysis)).toBeUndefined();
});
