// Which files a folder's search yields: git is the judge of what is ignored.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { random } from '../../../conformance/random.ts';
import { findDockerfiles, isDockerfileName } from './find.ts';
import { UsageError } from './io.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'llb-lens-find-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Writes files by their path; a text for each, `` unless given. */
function tree(files: Readonly<Record<string, string>> | readonly string[]): void {
  for (const [path, text] of Array.isArray(files) ? files.map((f) => [f, '']) : Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

function git(...args: string[]): string {
  const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' };
  return execFileSync('git', args, { cwd: folder, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
}

function found(...paths: string[]): string[] {
  const { files } = findDockerfiles((paths.length === 0 ? [''] : paths).map((path) => join(folder, path)));
  return files.map(({ path }) => relative(folder, path));
}

const names = [
  ['Dockerfile', true],
  ['dockerfile', true],
  ['Dockerfile.prod', true],
  ['Dockerfile.web.prod', true],
  ['web.Dockerfile', true],
  ['web.dockerfile', true],
  ['Containerfile', true],
  ['Containerfile.web', true],
  ['Containerfile-web', true],
  ['Dockerfile.dockerignore', false],
  ['web.Dockerfile.dockerignore', false],
  ['Containerfile.dockerignore', false],
  ['Dockerfile.tmpl', false],
  ['Dockerfile.j2', false],
  ['Dockerfile.md', false],
  ['Dockerfile.', false],
  ['.dockerfile', false],
  ['Dockerfiles', false],
  ['MyDockerfile', false],
  ['Dockerfile~', false],
] as const;

test.each(names)('%s: %s', (name, is) => {
  expect(isDockerfileName(name)).toBe(is);
});

test('the hooks of pre-commit take the same names', () => {
  const hooks = readFileSync('.pre-commit-hooks.yaml', 'utf8');
  const patterns = (key: string) =>
    [...hooks.matchAll(new RegExp(`^  ${key}: (.*)$`, 'gm'))].map((m) => new RegExp(m[1]!));
  const [files, exclude] = [patterns('files'), patterns('exclude')];
  expect([files.length, exclude.length]).toEqual([2, 2]);
  for (const [name, is] of names)
    for (const [i, pattern] of files.entries())
      for (const path of [name, `a/b/${name}`]) expect(pattern.test(path) && !exclude[i]!.test(path), path).toBe(is);
});

describe('a search', () => {
  test('goes into folders in order, and gives each file once', () => {
    tree(['b/Dockerfile', 'a/x.Dockerfile', 'Dockerfile', 'a/readme', 'node_modules/p/Dockerfile', '.git/Dockerfile']);
    expect(found()).toEqual(['Dockerfile', 'a/x.Dockerfile', 'b/Dockerfile']);
    expect(found('b', 'Dockerfile', 'b/Dockerfile', '')).toEqual(['b/Dockerfile', 'Dockerfile', 'a/x.Dockerfile']);
  });

  test('takes a named file as it is, ignored or not, and a named folder that is ignored', () => {
    tree({ '.gitignore': 'out\n*.prod\n', 'out/Dockerfile': '', 'Dockerfile.prod': '', 'build.txt': '' });
    git('init');
    expect(found()).toEqual([]);
    expect(found('Dockerfile.prod', 'build.txt', 'out/Dockerfile')).toEqual([
      'Dockerfile.prod',
      'build.txt',
      'out/Dockerfile',
    ]);
    expect(found('out')).toEqual(['out/Dockerfile']);
  });

  test('refuses what does not exist', () => {
    expect(() => found('nowhere')).toThrow(UsageError);
  });

  test('follows links to files, not to folders, and is not led in circles', () => {
    tree(['real/Dockerfile', 'elsewhere/recipe']);
    symlinkSync('..', join(folder, 'real/up'));
    symlinkSync('real/Dockerfile', join(folder, 'Dockerfile.same'));
    symlinkSync('elsewhere/recipe', join(folder, 'Dockerfile.other'));
    symlinkSync('nothing', join(folder, 'Dockerfile.broken'));
    symlinkSync('Dockerfile.loop', join(folder, 'Dockerfile.loop'));
    symlinkSync('real', join(folder, 'Dockerfile.folder'));
    expect(found()).toEqual(['Dockerfile.other', 'Dockerfile.same']);
    expect(found('real/up')).toEqual(['real/up/Dockerfile.other', 'real/up/Dockerfile.same']);
  });

  test('tells of a folder that cannot be read, and goes on', () => {
    tree(['gone/Dockerfile', 'open/Dockerfile']);
    const gone = join(folder, 'gone');
    const { files, trouble } = findDockerfiles([folder], (path) => {
      if (path === gone) rmSync(gone, { recursive: true });
    });
    expect(files.map(({ path }) => relative(folder, path))).toEqual(['open/Dockerfile']);
    expect(trouble).toEqual([{ path: gone, message: `${gone} does not exist` }]);
  });

  test('heeds the ignore files above the folder, and info/exclude', () => {
    tree({ '.gitignore': '/a/b/out\n*.tmp.Dockerfile\n', 'a/b/out/Dockerfile': '', 'a/b/x.tmp.Dockerfile': '' });
    tree(['a/b/Dockerfile', 'a/secret/Dockerfile']);
    git('init');
    mkdirSync(join(folder, '.git/info'), { recursive: true });
    writeFileSync(join(folder, '.git/info/exclude'), 'secret/\n');
    expect(found('a')).toEqual(['a/b/Dockerfile']);
    expect(found('a/b')).toEqual(['a/b/Dockerfile']);
  });

  test('leaves another repository its own rules', () => {
    tree({
      '.gitignore': '*.prod\n',
      'sub/Dockerfile.prod': '',
      'sub/.gitignore': '*.dev\n',
      'sub/Dockerfile.dev': '',
    });
    git('init');
    git('init', 'sub');
    expect(found()).toEqual(['sub/Dockerfile.prod']);
  });

  test('heeds .gitignore where there is no repository', () => {
    tree({ 'x/.gitignore': 'y\n', 'x/y/Dockerfile': '', 'x/Dockerfile': '' });
    expect(found()).toEqual(['x/Dockerfile']);
  });
});

test('random trees and ignore files: what git lists', () => {
  const names = ['a', 'b', 'out', 'a b', 'x[1]', 'b!'];
  const patterns = [
    ...['out', '/out', 'out/', 'a/**', '**/out', 'a/*', '*', '!a', '!*/', '!out', '!/out/', 'b/Dockerfile', '*.dev'],
    ...[
      '!Dockerfile.dev',
      '# a',
      '\\!b',
      'x\\[1\\]',
      'x[1]',
      'a b',
      'a\\ b',
      'out   ',
      'a/**/b',
      '**/a/out',
      '?',
      '[ab]',
    ],
    ...['!a/out', '/*', '!/a', 'Dockerfile.*', '!**/Dockerfile.x', ''],
  ];
  let listed = 0;
  for (let seed = 1; seed <= 40; seed++) {
    const r = random(seed);
    const files: Record<string, string> = {};
    for (let n = 0; n < 14; n++) {
      const path = Array.from({ length: r.below(4) }, () => r.pick(names));
      files[[...path, r.pick(['Dockerfile', 'Dockerfile.dev', 'Dockerfile.x', 'x.Dockerfile'])].join('/')] = '';
      if (r.chance(0.35))
        files[[...path, '.gitignore'].join('/')] = Array.from({ length: 1 + r.below(4) }, () => r.pick(patterns)).join(
          r.pick(['\n', '\n', '\r\n']),
        );
    }
    tree(files);
    if (seed === 1) git('init');
    const wanted = git('ls-files', '-z', '--others', '--exclude-standard')
      .split('\0')
      .filter((path) => isDockerfileName(path.split('/').at(-1) as string));
    expect([...found()].sort(), JSON.stringify(files)).toEqual([...wanted].sort());
    listed += wanted.length;
    for (const top of new Set(Object.keys(files).map((path) => path.split('/')[0] as string)))
      rmSync(join(folder, top), { recursive: true });
  }
  expect(listed).toBeGreaterThan(80);
});
