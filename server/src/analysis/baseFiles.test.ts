import { expect, test } from 'vitest';
import { type LayerEntry, mergeLayers } from './baseFiles.ts';

const file = (path: string, mode = 0o644): LayerEntry => ({ path, kind: 'file', mode, uid: 0, gid: 0 });
const directory = (path: string, mode = 0o755, uid = 0): LayerEntry => ({
  path,
  kind: 'directory',
  mode,
  uid,
  gid: uid,
});
const link = (path: string, target: string): LayerEntry => ({
  path,
  kind: 'link',
  mode: 0o777,
  uid: 0,
  gid: 0,
  target,
});

const debian = [
  directory('usr'),
  directory('usr/bin'),
  file('usr/bin/env', 0o755),
  link('bin', 'usr/bin'),
  directory('tmp', 0o1777),
  directory('run'),
  link('var/run', '/run'),
  link('loop/a', 'b'),
  link('loop/b', 'a'),
  link('up', '../../../usr'),
];

test('what stands at a path, no link followed', () => {
  const files = mergeLayers([{ entries: debian }]);
  expect(files.lookup('/bin')).toEqual({ kind: 'link', mode: 0o777, uid: 0, gid: 0, target: 'usr/bin' });
  expect(files.lookup('/bin/env')).toBeUndefined();
  expect(files.lookup('/tmp')?.mode).toBe(0o1777);
  expect(files.lookup('var')?.kind).toBe('directory');
  expect(files.lookup('/')).toMatchObject({ kind: 'directory', mode: 0o755 });
  expect(files.count).toBe(13 - 1);
});

for (const [path, real, kind, links] of [
  ['/bin/env', '/usr/bin/env', 'file', ['/bin -> /usr/bin']],
  ['/var/run/x/y', '/run/x/y', undefined, ['/var/run -> /run']],
  ['/up/bin', '/usr/bin', 'directory', ['/up -> /usr']],
  ['/usr/bin', '/usr/bin', 'directory', []],
  ['/', '/', 'directory', []],
  ['/none/x', '/none/x', undefined, []],
] as const) {
  test(`${path} leads to ${real}`, () => {
    const followed = mergeLayers([{ entries: debian }]).follow(path);
    expect(followed.path).toBe(real);
    expect(followed.file?.kind).toBe(kind);
    expect(followed.links.map((l) => `${l.path} -> ${l.target}`)).toEqual(links);
  });
}

test('links that lead in circles lead nowhere', () => {
  expect(mergeLayers([{ entries: debian }]).follow('/loop/a').file).toBeUndefined();
});

test('a whiteout takes out what lies below, not what is beside it', () => {
  const files = mergeLayers([
    { entries: [directory('a'), file('a/old'), file('a/kept'), file('gone')] },
    { entries: [file('a/new'), file('a/.wh.old'), file('.wh.gone'), file('a/.wh.new')] },
  ]);
  expect(['a/old', 'a/kept', 'a/new', 'gone'].filter((p) => files.lookup(p))).toEqual(['a/kept', 'a/new']);
});

test('an opaque directory hides what lies below', () => {
  const files = mergeLayers([
    { entries: [directory('a'), file('a/old'), file('a/b/c')] },
    { entries: [file('a/new'), directory('a', 0o700), file('a/.wh..wh..opq')] },
  ]);
  expect(['a/old', 'a/b', 'a/new'].filter((p) => files.lookup(p))).toEqual(['a/new']);
  expect(files.lookup('a')?.mode).toBe(0o700);
});

test('files and directories replace each other; a directory keeps what is in it', () => {
  const files = mergeLayers([
    { entries: [file('a'), directory('b'), file('b/x'), directory('c'), file('c/x'), link('d', 'c')] },
    { entries: [file('a/inside'), file('b'), directory('c', 0o700, 7), file('d/y')] },
  ]);
  expect(files.lookup('a')?.kind).toBe('directory');
  expect(files.lookup('b/x')).toBeUndefined();
  expect(files.lookup('c')).toMatchObject({ mode: 0o700, uid: 7 });
  expect(files.lookup('c/x')?.kind).toBe('file');
  expect(files.lookup('d')?.kind).toBe('directory');
});

test('accounts', () => {
  const files = mergeLayers([
    {
      entries: [file('etc/passwd'), file('etc/group')],
      passwd: 'root:x:0:0::/root:/bin/sh\nold:x:5:5::/:\n',
      group: 'root:x:0:\n',
    },
    { entries: [file('etc/passwd')], passwd: 'root:x:0:0::/:\napp:x:1000:2000::/:/bin/sh\nbad\napp:x:1:1::/:\n' },
  ]);
  expect([...files.users]).toEqual([
    ['root', { uid: 0, gid: 0 }],
    ['app', { uid: 1000, gid: 2000 }],
  ]);
  expect([...files.groups]).toEqual([['root', 0]]);
  const without = mergeLayers([
    { entries: [file('etc/passwd')], passwd: 'a:x:1:1::/:' },
    { entries: [file('etc/.wh.passwd')] },
  ]);
  expect(without.users.size).toBe(0);
});
