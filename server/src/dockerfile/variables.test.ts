import { expect, test } from 'vitest';
import type { LexOptions } from './shell.ts';
import { variableReferences } from './variables.ts';

const plain: LexOptions = { escape: '\\' };

// A text, and each reference as it is written, its name and its modifier.
const found: readonly (readonly [string, LexOptions, readonly (readonly [string, string, string])[]])[] = [
  ['no dollar', plain, []],
  [
    '$A-$B_1.',
    plain,
    [
      ['$A', 'A', ''],
      ['$B_1', 'B_1', ''],
    ],
  ],
  [
    '${A}$1x',
    plain,
    [
      ['${A}', 'A', ''],
      ['$1', '1', ''],
    ],
  ],
  [
    '${A:-${B}$C}',
    plain,
    [
      ['${A:-${B}$C}', 'A', ':-'],
      ['${B}', 'B', ''],
      ['$C', 'C', ''],
    ],
  ],
  [
    '${A##*/}${B%x}',
    plain,
    [
      ['${A##*/}', 'A', '##'],
      ['${B%x}', 'B', '%'],
    ],
  ],
  [
    '${A//$B/${C}}',
    plain,
    [
      ['${A//$B/${C}}', 'A', '//'],
      ['$B', 'B', ''],
      ['${C}', 'C', ''],
    ],
  ],
  [
    '${A/\\}/x}$B',
    plain,
    [
      ['${A/\\}/x}', 'A', '/'],
      ['$B', 'B', ''],
    ],
  ],
  [
    "'$A' \"$B '$C'\" \\$D",
    plain,
    [
      ['$B', 'B', ''],
      ['$C', 'C', ''],
    ],
  ],
  ["'$A' \\$B", { escape: '\\', skipProcessQuotes: true }, [['$A', 'A', '']]],
  ['`$A \\$B', { escape: '`' }, [['$B', 'B', '']]],
  [
    '${A:-"}"}$B',
    plain,
    [
      ['${A:-"}"}', 'A', ':-'],
      ['$B', 'B', ''],
    ],
  ],
  ['${A', plain, [['${A', 'A', '']]],
  [
    '${A:-$B',
    plain,
    [
      ['${A:-$B', 'A', ':-'],
      ['$B', 'B', ''],
    ],
  ],
  ['$ ${} ${:x}', plain, []],
  ['$é1', plain, [['$é1', 'é1', '']]],
];

for (const [text, options, expected] of found) {
  test(`variables of ${text}`, () => {
    const references = variableReferences(text, 0, text.length, options);
    expect(references.map((r) => [text.slice(r.start, r.end), r.name, r.modifier])).toEqual(expected);
    for (const r of references) expect(text.slice(r.nameStart, r.nameEnd)).toBe(r.name);
  });
}

test('only the given part is read', () => {
  const text = '$A ${B} $C';
  expect(variableReferences(text, 3, 6, plain)).toEqual([
    { name: 'B', start: 3, end: 6, nameStart: 5, nameEnd: 6, modifier: '' },
  ]);
});

test('deep nesting ends', () => {
  expect(variableReferences('${a:-'.repeat(100_000), 0, 500_000, plain).length).toBeGreaterThan(100);
});
