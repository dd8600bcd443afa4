// `llb-lens explain`: every rule has a page that a terminal can show.
import { describe, expect, test } from 'vitest';
import { rules } from '../../rules/index.ts';
import { pages } from '../../rules/pages.ts';
import { run } from '../cli.ts';
import { renderPage, terminalInk } from '../pageText.ts';

async function explain(args: readonly string[], color = false) {
  let out = '';
  let err = '';
  const code = await run(['explain', ...args], {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    stdin: () => Buffer.alloc(0),
    env: {},
    color,
  });
  return { code, out, err };
}

test('alone it lists every rule, a line each', async () => {
  const { code, out } = await explain([]);
  expect(code).toBe(0);
  expect(
    out
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ {2,}/)[0]),
  ).toEqual(rules.map((rule) => rule.name));
  for (const line of out.trimEnd().split('\n')) expect(line).toMatch(/^\w+ {2,}\S.*\.$/);
});

test.each(rules.map((rule) => [rule.name]))('%s', async (name) => {
  const { code, out } = await explain([name]);
  expect(code).toBe(0);
  expect(out.startsWith(`${name}\n\n`)).toBe(true);
  for (const heading of ['Why', 'Example', 'How to fix']) expect(out).toContain(`\n${heading}\n\n`);
  expect(out).not.toContain('```');
  // Examples stay as they are written; prose is filled.
  const prose = out.split('\n').filter((line) => !line.startsWith('    '));
  for (const line of prose) expect(line.length).toBeLessThan(100);
  const examples = [...pages[name]!.matchAll(/^```dockerfile\n([\s\S]*?)^```$/gm)].flatMap((m) => m[1]!.split('\n'));
  for (const line of examples.filter((each) => each !== '')) expect(out).toContain(`    ${line.trimEnd()}\n`);
  expect(await explain([name.toLowerCase()])).toEqual({ code, out, err: '' });
});

describe('wrong names', () => {
  test.each([
    ['StageNameCasin', '(did you mean StageNameCasing?)'],
    ['undefinedvr', '(did you mean UndefinedVar?)'],
    ['Nothing', 'there is no rule Nothing;'],
  ])('%s', async (name, words) => {
    const { code, out, err } = await explain([name]);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(words);
  });
});

test('the page as it is written', async () => {
  expect((await explain(['--format', 'markdown', 'StageNameCasing'])).out).toBe(pages.StageNameCasing);
});

test('headings, code and marks have their ink', () => {
  const page =
    '# Name\n\nSay `a b` and **that**, see [this](https://x.y/z)\nand [here](y.md).\n\n```dockerfile\nFROM a\n#    ^ Name\n# b\n```\n\n- one\n- two\n';
  expect(
    renderPage(page, {
      bold: (t) => `<b>${t}</b>`,
      dim: (t) => t,
      code: (t) => `<c>${t}</c>`,
      mark: (t) => `<m>${t}</m>`,
    }),
  ).toBe(
    '<b>Name</b>\n\nSay <c>a b</c> and <b>that</b>, see this (https://x.y/z) and here.\n\n    FROM a\n    <m>#    ^ Name</m>\n    # b\n\n- one\n- two\n',
  );
  expect(renderPage(page, terminalInk)).toContain('\u001b[1mName\u001b[22m');
});
