// `llb-lens link`: a row for each COPY and ADD, in every format.
import { describe, expect, test } from 'vitest';
import { generate } from '../../../../conformance/generate.ts';
import { mutant } from '../../../../conformance/mutate.ts';
import { encodeUtf8 } from '../../go/utf8.ts';
import { textOf } from '../convert.ts';
import { call } from '../testing/call.ts';

const link = (args: readonly string[], text: string) => call(['link', ...args, '-'], encodeUtf8(text));

const sample = `FROM debian:12
RUN make a|b
COPY --link --chmod=644 <<END /a|b
x
END
COPY --link \\
  --chown=me c /c
ADD x /x
`;

describe('formats', () => {
  test('text: the sum, then the line, the verdict and why', async () => {
    const { code, out, err } = await link([], sample);
    expect(code).toBe(1);
    expect(out).toMatch(/^<stdin>: 1 fails, /);
    expect(out).toMatch(/\n {4}6 {2}fails {2,}COPY --link --chown=me c \/c\n {9,}will fail: .*\[LinkNamedOwner\]\n/);
    expect(err).toContain('<stdin>:7:11: error: ');
  });

  test('json: all that is known', async () => {
    const { verdicts, file } = JSON.parse((await link(['--format', 'json'], sample)).out);
    expect(file).toBe('<stdin>');
    expect(verdicts.map((v: { line: number }) => v.line)).toEqual([3, 6, 8]);
    expect(verdicts[1]).toEqual({
      line: 6,
      code: 'COPY --link --chown=me c /c',
      kind: 'fails',
      sentence: expect.stringContaining('will fail'),
      certainty: 'known',
      knownFrom: '',
      rule: 'LinkNamedOwner',
      evidence: expect.any(Array),
    });
  });

  test('markdown: a table whose cells nothing breaks', async () => {
    const rows = (await link(['--format', 'markdown'], sample)).out.trimEnd().split('\n').slice(2);
    expect(rows).toHaveLength(5);
    for (const row of rows) expect(row.split('|')).toHaveLength(7);
  });

  test('a file without copies', async () => {
    expect(await link([], 'FROM alpine\n')).toEqual({ code: 0, out: '<stdin>: no COPY and no ADD\n', err: '' });
    expect((await link(['--format', 'markdown'], 'FROM alpine\n')).out).not.toContain('|');
  });
});

test.each([
  [['--format', 'xml'], 'unknown format "xml"'],
  [['a', 'b'], 'one Dockerfile at a time, not 3'],
  [['--nonsense'], "Unknown option '--nonsense'"],
])('wrong usage: %j', async (args, words) => {
  const { code, err } = await link(args, sample);
  expect(code).toBe(2);
  expect(err).toContain(words);
});

test('random files: every format has as many rows', async () => {
  let rows = 0;
  for (let seed = 1; seed <= 80; seed++) {
    const text = textOf(seed % 2 === 0 ? mutant(generate(seed), 1) : generate(seed));
    const json = await link(['--format', 'json'], text);
    // A file that is no text says so, and no more.
    if (json.out === '') continue;
    const { verdicts } = JSON.parse(json.out) as { verdicts: { line: number; sentence: string }[] };
    rows += verdicts.length;
    const plain = (await link([], text)).out;
    const markdown = (await link(['--format', 'markdown'], text)).out;
    expect(plain.match(/^ *\d+ {2}\w/gm) ?? []).toHaveLength(verdicts.length);
    expect(markdown.match(/^\| \d+ \|/gm) ?? []).toHaveLength(verdicts.length);
    for (const { sentence } of verdicts) expect(sentence).not.toBe('');
  }
  expect(rows).toBeGreaterThan(80);
});

test.each([
  ['FROM debian:12\nCOPY --link a /usr/bin/a\nCOPY --link b /usr/bin/b\n', '2 effective'],
  ['FROM debian:12\nCOPY --link --chown=a a /x\n', '1 fails'],
  ['FROM debian:12\nCOPY --link --chown=a a /x\nCOPY --link --chown=a b /y\n', '2 fail'],
  ['FROM debian:12\nCOPY --link --chmod=644 a /x\n', '1 without effect'],
  ['FROM debian:12\nCOPY a /x\nRUN make\n', '1 plain copy'],
  ['FROM debian:12\nCOPY a /x\nCOPY b /y\nRUN make\n', '2 plain copies'],
])('the sum of %j', async (text, sum) => {
  expect((await link([], text)).out.split('\n')[0]).toBe(`<stdin>: ${sum}`);
});
