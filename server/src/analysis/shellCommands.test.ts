// Scripts and their simple commands: words in brackets, `?` for what only the shell knows, `>` before a file that is written.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { expandBraces, simpleCommands } from './shellCommands.ts';

const show = (script: string): string =>
  simpleCommands(script, (name) => (name === 'DIR' ? '/d' : undefined))
    .map(({ words, writes }) =>
      [...words.map((w) => w ?? '?'), ...writes.map((w) => `>${w}`)].map((w) => `[${w}]`).join(''),
    )
    .join(' ');

test.each([
  ['mkdir -p /a /b', '[mkdir][-p][/a][/b]'],
  ['a && b || c; d | e & f', '[a] [b] [c] [d] [e] [f]'],
  ['mkdir "$DIR/x" ${DIR}/y $OTHER', '[mkdir][/d/x][/d/y][?]'],
  ['echo \'a b\' "c d" e\\ f', '[echo][a b][c d][e f]'],
  ['echo x > /f 2>&1', '[echo][x][>/f]'],
  ['echo x >>/f', '[echo][x][>/f]'],
  ['cat < in > out', '[cat][>out]'],
  ['a \\\n  b', '[a][b]'],
  ['if [ -f x ]; then rm x; fi', '[[][-f][x][]] [rm][x] [fi]'],
  ['FOO=1 BAR=2 make all', '[make][all]'],
  ['sudo chown a:b /x', '[chown][a:b][/x]'],
  ['echo $(date) `id` ${X:-y}', '[echo][?][?][?]'],
  ['# note\nmkdir /a # more', '[mkdir][/a]'],
  ['(cd /a; ls)', '[cd][/a] [ls]'],
  ['echo "unclosed', '[echo][unclosed]'],
  ['', ''],
])('%s', (script, expected) => {
  expect(show(script)).toBe(expected);
});

test.each([
  ['a', 'a'],
  ['/a/{b,c}', '/a/b /a/c'],
  ['{a,b}{1,2}', 'a1 a2 b1 b2'],
  ['{a}', '{a}'],
  ['{a,', '{a,'],
])('braces of %s', (word, expected) => {
  expect(expandBraces(word).join(' ')).toBe(expected);
});

test('no script makes it fail, and braces stay few', () => {
  const script = fc.string({
    unit: fc.constantFrom(
      'a',
      ' ',
      '$',
      '{',
      '}',
      '(',
      ')',
      '"',
      "'",
      '`',
      '\\',
      '\n',
      ';',
      '>',
      '<',
      '&',
      '#',
      ',',
      '=',
    ),
  });
  fc.assert(
    fc.property(script, (text) => {
      for (const { words } of simpleCommands(text, () => 'v'))
        for (const word of words) if (word !== undefined) expect(expandBraces(word).length).toBeLessThanOrEqual(64);
    }),
  );
});
