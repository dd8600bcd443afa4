// A folder on disk: walked here or in a thread, watched, and asked what a build takes of it.
import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { analyze } from '../../server/src/analysis/analyze.ts';
import { contextRequest } from '../../server/src/analysis/contextUse.ts';
import { kinds, type Listing } from '../../server/src/context/listing.ts';
import { type Context, createContext } from '../../server/src/node/context/index.ts';
import { walkFolder } from '../../server/src/node/context/walk.ts';
import { hostSha256 } from '../../server/src/node/sha256.ts';

let folder: string;
let context: Context;
let lines: string[];

function write(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

const show = (listing: Listing): string[] =>
  listing.paths.map((path, i) => {
    const kind = Object.keys(kinds)[listing.kinds[i] as number];
    const link = listing.links.get(i);
    return `${path} ${kind}${link === undefined ? '' : ` ${link}`}${kind === 'file' ? ` ${listing.sizes[i]}` : ''}`;
  });

/** As it is opened by default; and with every folder taken for a large one. */
const ways = { here: {}, 'in a thread': { walkSmall: () => undefined } };

describe.each(Object.entries(ways))('%s', (_, way) => {
  const open = (place: string): Context => createContext(place, { log: (line) => lines.push(line), ...way });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'llb-lens-context-'));
    lines = [];
    context = open(folder);
  });
  afterEach(() => {
    context.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  test('a folder, in the order of BuildKit', async () => {
    write({ 'b.txt': 'xx', 'a/z': '', 'a-b': 'x', 'a/B/c': 'xyz', é: '', '\u{1f600}': '', '\uff21': '' });
    symlinkSync('../a', join(folder, 'a/up'));
    symlinkSync('/nowhere', join(folder, 'broken'));
    expect(show(await context.list())).toEqual([
      'a directory',
      'a/B directory',
      'a/B/c file 3',
      'a/up link ../a',
      'a/z file 0',
      'a-b file 1',
      'b.txt file 2',
      'broken link /nowhere',
      'é file 0',
      '\uff21 file 0',
      '\u{1f600} file 0',
    ]);
  });

  test('names that are no UTF-8, pipes, sockets, hard links and circles of links are survived', async () => {
    write({ a: 'abc', 'sub/x': '' });
    linkSync(join(folder, 'a'), join(folder, 'b'));
    symlinkSync('.', join(folder, 'sub/self'));
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/bad-`), Buffer.from([0xff, 0x80])]), 'x');
    const server = createServer().listen(join(folder, 'socket'));
    await new Promise((resolve) => server.once('listening', resolve));
    const listing = await context.list();
    server.close();
    expect(show(listing)).toEqual([
      'a file 3',
      'b file 3',
      'bad-\udcff\udc80 file 1',
      'pipe other',
      'socket file 0',
      'sub directory',
      'sub/self link .',
      'sub/x file 0',
    ]);
    expect([...listing.hardLinks]).toEqual([[1, 0]]);
  });

  test('a folder that does not exist', async () => {
    const none = open(join(folder, 'none'));
    await expect(none.list()).rejects.toThrow(/ENOENT/);
    none.dispose();
    await expect(none.list()).rejects.toThrow('it was closed');
  });

  test('what is open at the end is rejected', async () => {
    const open = context.list();
    context.dispose();
    await expect(open).rejects.toThrow('it was closed');
  });

  test('keys and tokens are seen in what holds them', async () => {
    write({
      '.npmrc': '//registry.npmjs.org/:_authToken=npm_x',
      'a/.npmrc': '//registry.npmjs.org/:_authToken=${NPM_TOKEN}\n# _authToken=x',
      'b/.npmrc': 'registry=https://registry.npmjs.org',
      'ca.pem': '-----BEGIN CERTIFICATE-----',
      'key.pem': '-----BEGIN RSA PRIVATE KEY-----',
      'notes.txt': 'PRIVATE KEY-----',
    });
    const listing = await context.list();
    expect([...listing.secrets].map((i) => listing.paths[i])).toEqual(['.npmrc', 'key.pem']);
  });

  test('what a build takes, from the Dockerfile to the disk', async () => {
    write({
      'src/a.js': 'aaaa',
      'src/b.js': 'bb',
      'src/old.log': 'x'.repeat(100),
      'package.json': '{}',
      'README.md': '',
    });
    const analysis = analyze(
      'FROM scratch\nCOPY src /src/\nCOPY package*.json missing.txt /\n',
      { attrs: {} },
      { dockerignore: '# no logs\n**/*.log\n', dockerfileIgnore: null, sha256: hostSha256 },
    );
    const request = contextRequest(analysis);
    if (request === undefined) throw new Error('no context');
    const use = await context.use(request);
    expect(use.reads.map((r) => [r.read.source, r.files, r.bytes, r.nothing])).toEqual([
      ['src', 2, 6, undefined],
      ['package*.json', 1, 2, undefined],
      ['missing.txt', 0, 0, 'missing'],
    ]);
    expect(use.reads[0]?.ignored.lines).toEqual([
      { line: 2, pattern: '**/*.log', files: 1, bytes: 100, example: 'src/old.log' },
    ]);
    expect([use.sent, use.whole.files]).toEqual([{ files: 3, bytes: 8 }, 5]);
  });

  test('changes are told, once for many', async () => {
    write({ 'a/b/c': '' });
    let told = 0;
    const change = () =>
      new Promise<void>((resolve) => {
        const end = context.watch(() => {
          told++;
          end();
          resolve();
        });
      });
    let waiting = change();
    await context.list();
    write({ 'a/b/new': '', 'a/b/new2': '' });
    await waiting;
    expect(told).toBe(1);
    expect((await context.list()).paths).toContain('a/b/new2');
    waiting = change();
    context.changed();
    await waiting;
    expect(told).toBe(2);
  });

  test('a directory that comes back under its name is watched again', async () => {
    write({ 'a/b/c': '' });
    const changes: string[] = [];
    let wake = (): void => {};
    const settled = async (path: string): Promise<void> => {
      while (!changes.at(-1)?.includes(path))
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    };
    context.watch(async () => {
      changes.push((await context.list()).paths.join(' '));
      wake();
    });
    await context.list();
    rmSync(join(folder, 'a'), { recursive: true });
    write({ 'a/b/d': '' });
    await settled('a/b/d');
    write({ 'a/b/e': '' });
    await settled('a/b/e');
  });

  test('no change is lost between a listing and the watch', async () => {
    write({ a: '' });
    await context.list();
    write({ b: '' });
    const end = context.watch(() => {});
    expect((await context.list()).paths).toEqual(['a', 'b']);
    end();
  });
});

test('a listing that would be too long ends, and says so', () => {
  folder = mkdtempSync(join(tmpdir(), 'llb-lens-context-'));
  write({ a: '', b: '', c: '' });
  const listing = walkFolder(folder, { most: 2 });
  expect([listing.paths, listing.truncated]).toEqual([['a', 'b'], true]);
  const late = walkFolder(folder, { isLate: () => true });
  expect([late.paths, late.truncated]).toEqual([[], true]);
  rmSync(folder, { recursive: true, force: true });
});

test('a folder that has grown large is given to a thread', async () => {
  folder = mkdtempSync(join(tmpdir(), 'llb-lens-context-'));
  let small = true;
  const open = createContext(folder, {
    log: () => {},
    walkSmall: (place, entering) => (small ? walkFolder(place, { entering }) : undefined),
  });
  write({ a: '' });
  expect((await open.list()).paths).toEqual(['a']);
  const changed = new Promise<void>((resolve) => open.watch(resolve));
  await open.list();
  small = false;
  write({ b: '' });
  await changed;
  expect((await open.list()).paths).toEqual(['a', 'b']);
  const again = new Promise<void>((resolve) => open.watch(resolve));
  write({ c: '' });
  await again;
  expect((await open.list()).paths).toEqual(['a', 'b', 'c']);
  open.dispose();
  rmSync(folder, { recursive: true, force: true });
});
