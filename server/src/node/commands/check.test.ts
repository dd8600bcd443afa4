// `llb-lens check` from outside: what it prints, writes and ends with.
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { applyPatch, parsePatch } from 'diff';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { rules } from '../../rules/index.ts';
import type { Rule } from '../../rules/rule.ts';
import { run } from '../cli.ts';
import type { Io } from '../io.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'llb-lens-check-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function put(path: string, content: string | Uint8Array): string {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

async function check(args: readonly string[], stdin = '', env: Io['env'] = {}) {
  const chunks: Buffer[] = [];
  const lines: string[] = [];
  let err = '';
  const io: Io = {
    out: (text) => void chunks.push(Buffer.from(text)),
    err: (text) => {
      err += text;
    },
    stdin: () => Buffer.from(stdin),
    env,
    color: false,
    progress: (line) => void lines.push(line),
  };
  const code = await run(['check', ...args.map((arg) => arg.replace('@', folder))], io);
  return {
    code,
    out: Buffer.concat(chunks).toString().replaceAll(folder, '@'),
    err: err.replaceAll(folder, '@'),
    lines,
  };
}

const warned = 'FROM alpine AS Build\nEXPOSE 80/TCP\n';
const mended = 'FROM alpine AS build\nEXPOSE 80/tcp\n';

describe('for a person', () => {
  test('place, words, the line, carets, and the sum', async () => {
    put('Dockerfile', warned);
    put('sub/x.Dockerfile', 'FROM alpine\nRUNN x\n');
    expect(await check(['@'])).toMatchObject({
      code: 1,
      err: '',
      out: `@/Dockerfile:1:16: warning: Stage name 'Build' should be lowercase [StageNameCasing, fixable]
  FROM alpine AS Build
                 ^^^^^
@/Dockerfile:2:8: warning: Defined protocol '80/TCP' in EXPOSE instruction should be lowercase [ExposeProtoCasing, fixable]
  EXPOSE 80/TCP
         ^^^^^^
@/sub/x.Dockerfile:2:1: error: unknown instruction: RUNN (did you mean RUN?) [unknown-instruction]
  RUNN x
  ^^^^
3 problems (1 error, 2 warnings) in 2 of 2 files; 2 can be fixed with --fix.
`,
    });
  });

  test('nothing wrong', async () => {
    put('Dockerfile', 'FROM alpine\n');
    expect(await check(['@'])).toMatchObject({ code: 0, out: 'No problems in 1 file.\n', err: '' });
  });

  test('no Dockerfile at all', async () => {
    put('readme', '');
    expect(await check(['@'])).toMatchObject({ code: 0, out: '', err: 'llb-lens: no Dockerfile in @\n' });
  });

  test('nothing that a terminal would obey', async () => {
    put('Dockerfile', 'FROM alpine AS A\u001b[31m\u0007\n');
    expect((await check(['@'])).out).not.toMatch(/[\u001b\u0007]/);
  });

  test('a place in a very long line', async () => {
    put('Dockerfile', `FROM alpine\nENV A="${'x'.repeat(30_000)}" B=$nothing C="${'y'.repeat(30_000)}"\n`);
    const { out } = await check(['@']);
    expect(out).toContain('/Dockerfile:2:30012: warning: Usage of undefined variable');
    expect(out.length).toBeLessThan(600);
  });
});

test('what only a check run over all stages ends at is a warning', async () => {
  put('Dockerfile', 'FROM alpine AS unneeded\nCOPY --chmod=99999 a b\nFROM alpine\n');
  const { code, out } = await check(['@']);
  expect(code).toBe(1);
  expect(out).toContain('2:14: warning: invalid chmod parameter');
  expect(out).toContain('\n  A build goes on, for its target does not need this stage');
  expect((await check(['--target', 'unneeded', '@'])).out).toContain('2:14: error: invalid chmod parameter');
});

test('a rule that explains what BuildKit refuses stands in its place', async () => {
  put('Dockerfile', 'FROM alpine\nCOPY --link --chown=me a b\n');
  const { out } = await check(['@']);
  expect(out).toMatch(/: error: .*\n {2}.*\[LinkNamedOwner/);
  expect(out).toMatch(/\n1 problem \(1 error\)/);
  const silenced = await check(['--rule', 'LinkNamedOwner=off', '@']);
  expect(silenced.out).toMatch(/: error: .*\[link-named-owner\]/);
});

describe('what counts', () => {
  test.each([
    [[], 1],
    [['--severity', 'error'], 0],
    [['--severity=info'], 1],
    [['--rule', 'StageNameCasing=off', '--rule', 'ExposeProtoCasing=info'], 0],
    [['--rule', 'StageNameCasing=off', '--rule', 'ExposeProtoCasing=info', '--severity', 'info'], 1],
    [['--rule', 'StageNameCasing=error', '--severity', 'error'], 1],
  ])('%j ends with %i', async (flags, code) => {
    put('Dockerfile', warned);
    expect((await check([...flags, '@'])).code).toBe(code);
  });

  test('hints only when asked for', async () => {
    put('Dockerfile', warned);
    const flags = ['--rule', 'StageNameCasing=hint', '--rule', 'ExposeProtoCasing=hint'];
    expect(await check([...flags, '@'])).toMatchObject({ code: 0, out: 'No problems in 1 file.\n' });
    expect((await check([...flags, '--severity', 'hint', '@'])).code).toBe(1);
  });

  test.each([
    ['# check=skip=StageNameCasing', 0, ''],
    ['# check=skip=all', 0, ''],
    ['# check=error=true', 1, 'error: Stage name'],
    ['# check=skip=StageNameCasing;error=true', 0, ''],
    ['# check=nonsense', 1, 'error: '],
  ])('the directive %s', async (directive, code, words) => {
    put('Dockerfile', `${directive}\nFROM alpine AS Build\n`);
    const result = await check(['--severity=error', '@']);
    expect(result.code).toBe(code);
    expect(result.out).toContain(words);
    expect(result.out).not.toContain('lint violation');
  });

  test('the build argument in place of the directive', async () => {
    put('Dockerfile', `# check=skip=all\n${warned}`);
    expect((await check(['--build-arg', 'BUILDKIT_DOCKERFILE_CHECK=skip=StageNameCasing', '@'])).out).toMatch(
      /ExposeProtoCasing[\s\S]*\n1 problem /,
    );
  });

  test('the target, and the context', async () => {
    put('Dockerfile', 'FROM alpine AS a\nCOPY x.log /\nFROM alpine AS B\n');
    put('.dockerignore', '');
    put('ctx/.dockerignore', '*.log\n');
    expect((await check(['@'])).out).toMatch(/StageNameCasing[\s\S]*\n1 problem /);
    expect((await check(['--target', 'a', '--context', '@/ctx', '@'])).out).toContain('CopyIgnoredFile');
  });
});

describe('wrong usage', () => {
  test.each([
    [['--format', 'xml'], 'unknown format "xml": one of text, json, sarif, github, gitlab'],
    [['--severity', 'loud'], '--severity loud: off, error, warning, info or hint'],
    [['--severity', 'off'], '--severity off: one of error, warning, info, hint'],
    [['--rule', 'StageNameCasing'], '--rule StageNameCasing: expected NAME=LEVEL'],
    [['--rule', 'StageNameCasin=off'], 'there is no rule StageNameCasin (did you mean StageNameCasing?)'],
    [['--rule', 'stagenamecasing=off'], 'there is no rule stagenamecasing (did you mean StageNameCasing?)'],
    [['--rule', 'Nothing=off'], '--rule Nothing=off: there is no rule Nothing\n'],
    [['--rule', 'StageNameCasing=loud'], '--rule StageNameCasing loud: off, error, warning, info or hint'],
    [['--dry-run'], '--dry-run goes with --fix'],
    [['--nonsense'], "Unknown option '--nonsense'"],
    [['@/nowhere'], '@/nowhere does not exist'],
    [['--image-config', '@/nowhere'], 'does not exist'],
    [['--add-host', 'a:x'], 'failed to parse IP x'],
  ])('%j', async (flags, words) => {
    put('Dockerfile', warned);
    const result = await check([...flags, '@']);
    expect(result).toMatchObject({ code: 2, out: '' });
    expect(result.err).toContain(words);
  });
});

describe('files that are none', () => {
  test('one in the tree is passed over, a named one is an error', async () => {
    put('Dockerfile.gz', new Uint8Array([0x1f, 0x8b, 0, 0]));
    put('Dockerfile', 'FROM alpine\n');
    expect(await check(['@'])).toMatchObject({
      code: 0,
      out: 'No problems in 1 file.\n',
      err: 'llb-lens: @/Dockerfile.gz is a binary file, not a Dockerfile; passed over\n',
    });
    expect(await check(['@/Dockerfile.gz', '@/Dockerfile'])).toMatchObject({
      code: 1,
      err: 'llb-lens: @/Dockerfile.gz is a binary file, not a Dockerfile\n',
    });
  });

  test('too large, or in UTF-16', async () => {
    put('Dockerfile', Buffer.alloc(17 * 1024 * 1024, 'A'));
    put('Dockerfile.16', Buffer.from('\ufeffFROM alpine\n', 'utf16le'));
    const { code, err } = await check(['@']);
    expect(code).toBe(1);
    expect(err).toContain('@/Dockerfile is larger than');
    expect(err).toContain('@/Dockerfile.16 is UTF-16');
  });

  test('bytes that are not UTF-8 are no trouble', async () => {
    put('Dockerfile', Buffer.from('FROM alpine AS B\nRUN echo caf\u00e9\n', 'latin1'));
    for (const format of ['text', 'json', 'sarif', 'github', 'gitlab'])
      expect((await check(['--format', format, '@'])).out, format).toContain('StageNameCasing');
  });

  test('an unreadable ignore file stops one file only', async () => {
    put('a/Dockerfile', warned);
    mkdirSync(join(folder, 'a/.dockerignore'));
    put('b/Dockerfile', warned);
    const { code, out, err } = await check(['@']);
    expect(code).toBe(1);
    expect(err).toContain('@/a/.dockerignore is a directory');
    expect(out).toContain('@/b/Dockerfile:1:16');
  });
});

test('a rule that breaks on one file is told, and the rest is checked', async () => {
  put('a.Dockerfile', warned);
  put('b.Dockerfile', `${warned}RUN break\n`);
  put('c.Dockerfile', warned);
  const detect = ({ text }: { text: string }): never[] => {
    if (text.includes('break')) throw new Error('thrown on purpose');
    return [];
  };
  const all = rules as Rule[];
  all.push({ name: 'Breaks', severity: 'warning', detect });
  try {
    const { code, out, err } = await check(['@']);
    expect(code).toBe(1);
    expect(err).toMatch(
      /^llb-lens: Error: thrown on purpose[\s\S]*\(@\/b.Dockerfile; this is a mistake of LLB Lens\)\n$/,
    );
    expect(out).toContain('@/a.Dockerfile:1:16');
    expect(out).toContain('@/c.Dockerfile:1:16');
    const sarif = JSON.parse((await check(['--format', 'sarif', '@'])).out);
    expect(sarif.runs[0].invocations[0]).toMatchObject({ executionSuccessful: false, exitCode: 1 });
  } finally {
    all.pop();
  }
});

describe('--fix', () => {
  test('makes the safe fixes, tells of them, and leaves the rest', async () => {
    const file = put('Dockerfile', `${warned}WORKDIR x\n`);
    const result = await check(['--fix', '@']);
    expect(readFileSync(file, 'utf8')).toBe(`${mended}WORKDIR x\n`);
    expect(result.code).toBe(1);
    expect(result.out).toContain(
      '@/Dockerfile: fixed StageNameCasing, ExposeProtoCasing\n2 problems fixed in 1 file.\n',
    );
    expect(result.out).toContain('[WorkdirRelativePath]');
    expect(result.out).toContain('1 problem (1 warning) in 1 of 1 file.');
    const again = await check(['--fix', '@']);
    expect(again.out).not.toContain('fixed');
    expect(readdirSync(folder)).toEqual(['Dockerfile']);
  });

  test('keeps the mode, line ends, byte order mark and odd bytes', async () => {
    const text = '\ufeffFROM alpine AS Build\r\nEXPOSE 80/TCP\r\nRUN echo \u00e9';
    const bytes = Buffer.concat([Buffer.from(text), Buffer.from([0x20, 0x23, 0xff, 0xfe])]);
    const file = put('Dockerfile', bytes);
    chmodSync(file, 0o640);
    await check(['--fix', '@']);
    const after = Buffer.from(bytes);
    after.write('build', after.indexOf('Build'));
    after.write('tcp', after.indexOf('TCP'));
    expect(readFileSync(file)).toEqual(after);
    expect(statSync(file).mode & 0o777).toBe(0o640);
  });

  test('writes behind a link, and keeps the names of a file that has two', async () => {
    const file = put('real/recipe', warned);
    symlinkSync('real/recipe', join(folder, 'Dockerfile'));
    linkSync(file, join(folder, 'other'));
    await check(['--fix', '@']);
    expect(lstatSync(join(folder, 'Dockerfile')).isSymbolicLink()).toBe(true);
    expect(readFileSync(file, 'utf8')).toBe(mended);
    expect(readFileSync(join(folder, 'other'), 'utf8')).toBe(mended);
  });

  test('leaves a rule alone that is off', async () => {
    const file = put('Dockerfile', warned);
    await check(['--fix', '--rule', 'StageNameCasing=off', '@']);
    expect(readFileSync(file, 'utf8')).toBe('FROM alpine AS Build\nEXPOSE 80/tcp\n');
  });

  test('--dry-run prints a diff that makes it so, and writes nothing', async () => {
    const text = `# syntax=docker/dockerfile:1\n${warned}RUN a\nRUN b\nRUN c\nRUN d\nRUN e\nRUN f\nRUN g\nexpose 81`;
    const file = put('Dockerfile', text);
    const { code, out, err } = await check(['--fix', '--dry-run', '@']);
    expect(code).toBe(1);
    expect(readFileSync(file, 'utf8')).toBe(text);
    expect(err).toContain('would fix');
    expect(err).toContain('3 problems would be fixed in 1 file.');
    const [patch] = parsePatch(out);
    expect(patch?.hunks).toHaveLength(2);
    expect(patch?.oldFileName).toBe('a/@/Dockerfile');
    expect(applyPatch(text, patch!)).toBe(
      text.replace('Build', 'build').replace('TCP', 'tcp').replace('expose', 'EXPOSE'),
    );
    expect(await check(['--fix', '--dry-run', '-'], mended)).toMatchObject({
      code: 0,
      out: '',
      err: 'Nothing to fix.\n',
    });
  });

  test('beside a report for programs', async () => {
    put('Dockerfile', warned);
    const { out, err, code } = await check(['--fix', '--format', 'json', '@']);
    expect(JSON.parse(out).problems).toEqual([]);
    expect(err).toContain('2 problems fixed in 1 file.');
    expect(code).toBe(0);
  });
});

describe('standard input', () => {
  test('has the name that it is given', async () => {
    expect((await check(['-'], warned)).out).toContain('<stdin>:1:16: warning');
    expect((await check(['--stdin-filename', 'web/Dockerfile', '-'], warned)).out).toContain('web/Dockerfile:1:16: ');
    put('ctx/.dockerignore', '*.log\n');
    const copied = 'FROM alpine\nCOPY a.log /\n';
    expect((await check(['--stdin-filename', '@/ctx/Dockerfile', '-'], copied)).out).toContain('CopyIgnoredFile');
  });

  test('comes out fixed', async () => {
    const { out, err, code } = await check(['--fix', '-'], `${warned}WORKDIR x\n`);
    expect(out).toBe(`${mended}WORKDIR x\n`);
    expect(err).toContain('[WorkdirRelativePath]');
    expect(code).toBe(1);
    expect(await check(['--fix', '-'], mended)).toMatchObject({ code: 0, out: mended });
  });
});

test('many files are said to be worked on', async () => {
  for (let i = 0; i < 300; i++) put(`d${i}/Dockerfile`, `${warned.repeat(30)}`);
  const { lines, out } = await check(['@']);
  expect(out).toContain('in 300 of 300 files');
  for (const line of lines) expect(line).toMatch(/^(checking \d+ of 300: |looking into folder \d+|$)/);
  if (lines.length > 0) expect(lines.at(-1)).toBe('');
});

describe('the build context', () => {
  const text = 'FROM debian:12\nCOPY --link app /usr/bin\n';

  test.each([
    ['a file: the directory is lost', { app: '' }, [], 'error: With --link app becomes the file /usr/bin and'],
    ['a directory: nothing is wrong', { 'app/x': '' }, [], 'No problems'],
    ['the folder of the file lacks it: another is meant', { other: '' }, [], '(if it is a file)'],
    ['the folder that was given lacks it', { other: '' }, ['--context', '@/sub'], 'The build context has no app'],
    ['what is ignored is not there', { app: '', '.dockerignore': 'app\n' }, ['--context', '@/sub'], '.dockerignore'],
  ])('%s', async (_, files, args, words) => {
    put('sub/Dockerfile', text);
    for (const [path, content] of Object.entries(files)) put(`sub/${path}`, content);
    expect((await check([...args, '@/sub/Dockerfile'])).out).toContain(words);
  });
});
