// The command line from outside: what it prints, and how it ends.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from './cli.ts';
import { InputError, type Io } from './io.ts';
import { loadPicture } from './picture.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'llb-lens-'));
  const put = (name: string, content: string | Uint8Array): void => writeFileSync(join(folder, name), content);
  put(
    'Dockerfile',
    'FROM alpine:3.20 AS base\nRUN echo one\nCOPY --link a b /dir/\n\nFROM base\nCOPY --from=base /x /y\n',
  );
  put('broken.Dockerfile', 'FROM alpine\nRUNN x\nCOPY --chwon=1 a b\nENV\n');
  put('binary', new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 0, 0, 1]));
  put('latin1.Dockerfile', Buffer.from('FROM alpine\nRUN echo caf\u00e9\n', 'latin1'));
  put('empty.Dockerfile', '');
  put('.dockerignore', 'node_modules\n');
  put(
    'config.json',
    JSON.stringify({
      os: 'linux',
      architecture: 'amd64',
      config: { Env: ['X=1'], WorkingDir: '/w' },
      rootfs: { type: 'layers', diff_ids: [`sha256:${'1'.repeat(64)}`] },
    }),
  );
  put('not.json', '{');
  mkdirSync(join(folder, 'nested'));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function call(
  args: readonly string[],
  stdin = '',
): Promise<{ code: number; out: string; bytes: Buffer; err: string }> {
  const chunks: Buffer[] = [];
  let err = '';
  const io: Io = {
    out: (text) => void chunks.push(Buffer.from(text)),
    err: (text) => {
      err += text;
    },
    stdin: () => Buffer.from(stdin),
    env: { FROM_ENV: 'yes' },
    color: false,
  };
  const code = await run(
    args.map((arg) => arg.replace('@', `${folder}/`)),
    io,
  );
  const bytes = Buffer.concat(chunks);
  return { code, out: bytes.toString(), bytes, err };
}

describe('how it ends', () => {
  const cases: readonly (readonly [string, readonly string[], number, RegExp])[] = [
    ['no words', [], 2, /Usage: llb-lens/],
    ['help', ['--help'], 0, /Usage: llb-lens/],
    ['version', ['--version'], 0, /^llb-lens \d+\.\d+\.\d+ \(BuildKit v\d+\.\d+\.\d+\)\n$/],
    ['an unknown command', ['grpah'], 2, /unknown command "grpah"/],
    ['an unknown flag', ['graph', '--tarket', 'x', '@Dockerfile'], 2, /Unknown option '--tarket'/],
    ['an unknown format', ['graph', '--format', 'png', '@Dockerfile'], 2, /unknown format "png"/],
    ['a value that is missing', ['graph', '--target'], 2, /--target/],
    [
      'an unknown mode',
      ['graph', '--format', 'svg', '--mode', 'x', '@Dockerfile'],
      2,
      /unknown mode "x": one of instr/,
    ],
    [
      'an unknown theme',
      ['graph', '--format', 'svg', '--theme', 'x', '@Dockerfile'],
      2,
      /unknown theme "x": one of li/,
    ],
    ['a mode for a tree', ['graph', '--mode', 'stages', '@Dockerfile'], 2, /--mode goes with --format svg or html/],
    [
      'a theme for a page',
      ['graph', '--format', 'html', '--theme', 'dark', '@Dockerfile'],
      2,
      /--theme goes with .* svg/,
    ],
    [
      'a picture of two platforms',
      ['graph', '--format', 'svg', '--platform', 'linux/amd64,linux/arm64', '@Dockerfile'],
      2,
      /one platform at a time, not 2/,
    ],
    ['two files', ['graph', '@Dockerfile', '@Dockerfile'], 2, /one Dockerfile or context at a time/],
    ['a missing file', ['graph', '@nowhere'], 1, /nowhere does not exist/],
    ['a folder as file', ['graph', '--file', '@nested'], 1, /nested is a directory/],
    ['a folder without a Dockerfile', ['graph', '@nested'], 1, /nested\/Dockerfile does not exist/],
    ['a binary file', ['graph', '@binary'], 1, /binary is a binary file, not a Dockerfile/],
    ['an empty file', ['graph', '@empty.Dockerfile'], 1, /the Dockerfile cannot be empty/],
    ['bytes that are no text', ['graph', '@latin1.Dockerfile'], 1, /invalid UTF-8/],
    [
      'a configuration that is no JSON',
      ['graph', '--image-config', '@not.json', '@Dockerfile'],
      1,
      /not.json is not JSON/,
    ],
    [
      'a target that is not there',
      ['graph', '--target', 'nope', '@Dockerfile'],
      1,
      /target stage "nope" could not be found/,
    ],
    [
      'a bad platform',
      ['graph', '--platform', 'what/ever/more/parts', '@Dockerfile'],
      1,
      /failed to parse target platform/,
    ],
    ['a bad size', ['graph', '--shm-size', 'big', '@Dockerfile'], 2, /--shm-size big/],
    ['a bad network', ['graph', '--network', 'wifi', '@Dockerfile'], 2, /default, none or host/],
    ['a remote context', ['graph', 'https://example.com/x.git'], 2, /give the Dockerfile with --file/],
    ['impact without a change', ['impact', '@Dockerfile'], 2, /say what changes/],
    ['impact of nonsense', ['impact', '--change', 'moon', '@Dockerfile'], 2, /does not say what changes/],
    [
      'impact of a base that is not there',
      ['impact', '--change', 'base:nope', '@Dockerfile'],
      1,
      /this file has alpine:3.20/,
    ],
    [
      'impact against nothing',
      ['impact', '--against', '@nowhere', '@Dockerfile'],
      1,
      /neither a file nor a git revision/,
    ],
    ['convert without jobs', ['convert'], 2, /--jobs/],
  ];
  for (const [name, args, code, words] of cases)
    test(name, async () => {
      const result = await call(args);
      expect(result.out + result.err).toMatch(words);
      expect(result.code).toBe(code);
      expect(result.out + result.err).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m);
    });
});

test('the tree names lines, digests and what hangs on what', async () => {
  const { out, code } = await call(['graph', '--target', 'base', '@Dockerfile']);
  expect(code).toBe(0);
  expect(out).toMatch(/stage base from alpine:3\.20 {2}\(target\)/);
  expect(out).toMatch(/1 {2}FROM alpine:3\.20 AS base +[0-9a-f]{12}~ image alpine:3\.20/);
  expect(out).toMatch(/3 {2}COPY --link a b \/dir\/ +[0-9a-f]{12}. needs context a, b {2}\(independent of its base\)/);
  expect(out).toMatch(/join of line 2 and this copy/);
  expect(out).toMatch(/not needed by the target/);
});

test("every problem is printed, BuildKit's first, with a caret", async () => {
  const { err, code } = await call(['graph', '@broken.Dockerfile']);
  expect(code).toBe(1);
  expect(err.replaceAll(`${folder}/`, '').split('\n').slice(0, 3)).toEqual([
    expect.stringMatching(/broken\.Dockerfile:2:1: error: unknown instruction: RUNN \(did you mean RUN\?\)$/),
    '  RUNN x',
    '  ^^^^',
  ]);
  expect(err).toMatch(/:3:8: error: unknown flag: --chwon/);
  expect(err).toMatch(/:4:1: error: ENV requires at least one argument/);
});

test('the same graph in every format', async () => {
  const json = JSON.parse((await call(['graph', '--format', 'json', '@Dockerfile'])).out);
  expect(json.version).toBe(1);
  expect(json.stages.map((s: { title: string }) => s.title)).toEqual(['base', 'stage 1']);
  const dot = (await call(['graph', '--format', 'dot', '@Dockerfile'])).out;
  const mermaid = (await call(['graph', '--format', 'mermaid', '@Dockerfile'])).out;
  for (const vertex of json.vertices) {
    expect(dot).toContain(vertex.digest);
    expect(mermaid).toContain(`v${vertex.index}`);
  }
  const llb = (await call(['graph', '--format', 'llb', '@Dockerfile'])).bytes;
  for (const vertex of json.vertices) expect(llb.includes(vertex.digest)).toBe(true);
});

test('flags reach the graph', async () => {
  const base = 'FROM alpine\nARG FROM_ENV\nARG B\nRUN echo $B\n';
  const head = async (...flags: string[]): Promise<string> =>
    JSON.parse((await call(['graph', '--format', 'json', ...flags, '-'], base)).out).head;
  const plain = await head();
  for (const flags of [
    ['--build-arg', 'B=1'],
    ['--build-arg', 'FROM_ENV'],
    ['--platform', 'linux/arm64'],
    ['--add-host', 'h:1.2.3.4'],
    ['--network', 'none'],
    ['--shm-size', '1g'],
    ['--ulimit', 'nofile=1:2'],
    ['--cgroup-parent', 'x'],
    ['--image-config', '@config.json'],
    ['--image-config', 'alpine=@config.json'],
    ['--build-context', 'alpine=docker-image://busybox'],
    ['--pull'],
  ])
    expect(await head(...flags), flags.join(' ')).not.toBe(plain);
  for (const flags of [['--label', 'a=b'], ['--no-cache-filter', 'x'], ['--no-cache'], ['--build-arg', 'UNUSED=1']])
    expect(await head(...flags), flags.join(' ')).toBe(plain);
});

test('an OCI layout is known to BuildKit by its digest, not by its folder', async () => {
  const layout = join(folder, 'layout');
  mkdirSync(layout, { recursive: true });
  const digest = `sha256:${'5'.repeat(64)}`;
  writeFileSync(join(layout, 'index.json'), JSON.stringify({ manifests: [{ digest }] }));
  const context = (value: string) =>
    call(['graph', '--build-context', `base=oci-layout://${value}`, '-'], 'FROM base\n');
  const { out, code } = await context('@layout');
  expect([code, out.includes(`base@${digest}`), out.includes(layout)]).toEqual([0, true, false]);
  expect(await context(`@layout:1@${digest}`)).toMatchObject({ code: 0 });
  const { err, code: refused } = await context('@none');
  expect([refused, err.includes('could not be resolved')]).toEqual([2, true]);
});

test('without the graph view a picture is refused in words', async () => {
  const folderUrl = pathToFileURL(`${folder}/`);
  await expect(loadPicture(folderUrl)).rejects.toThrow(InputError);
  await expect(loadPicture(folderUrl)).rejects.toThrow(`the graph view, which is not at ${folder}/: install`);
});

test('several platforms are several graphs', async () => {
  const { out } = await call(['graph', '--platform', 'linux/amd64,linux/arm64', '@Dockerfile']);
  expect(out).toMatch(/linux\/amd64/);
  expect(out).toMatch(/linux\/arm64/);
});

test('impact as data', async () => {
  const { out, code } = await call([
    'impact',
    '--change',
    'line:2',
    '--format',
    'json',
    '--target',
    'base',
    '@Dockerfile',
  ]);
  expect(code).toBe(0);
  const { vertices } = JSON.parse(out);
  expect(vertices.map((v: { line: number; status: string }) => [v.line, v.status])).toEqual([
    [1, 'reused'],
    [2, 'runs'],
    [3, 'reused'],
    [3, 'relinked'],
  ]);
});

test('impact between two files, with their own arguments', async () => {
  const { out } = await call([
    'impact',
    '--before',
    '@Dockerfile',
    '--after',
    '@Dockerfile',
    '--changed-file',
    'a',
    '--format',
    'json',
    '--target',
    'base',
  ]);
  expect(JSON.parse(out).vertices.map((v: { status: string }) => v.status)).toEqual([
    'reused',
    'reused',
    'runs',
    'relinked',
  ]);
});

test('text of a file never becomes markup', async () => {
  const nasty = 'FROM alpine\nRUN echo "<script>alert(1)</script>" "];click" `x` | cat\n';
  const mermaid = (await call(['graph', '--format', 'mermaid', '-'], nasty)).out;
  expect(mermaid).not.toContain('<script>');
  const markdown = (await call(['impact', '--change', 'line:2', '--format', 'markdown', '@Dockerfile'])).out;
  expect(markdown).toContain('| 2 |');
});
