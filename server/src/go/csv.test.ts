import { expect, test } from 'vitest';
import { csvFieldPlaces, csvFields } from './csv.ts';

// What go-csvvalue answers: the fields, or its error.

const cases = [
  ['a,b', ['a', 'b']],
  ['type=bind,"source=a,b",target=/x', ['type=bind', 'source=a,b', 'target=/x']],
  ['"a""b",c', ['a"b', 'c']],
  ['', 'EOF'],
  ['\n', 'EOF'],
  ['a\n', ['a']],
  ['a\r\n', ['a']],
  ['a\r', ['a\r']],
  ['a,', ['a', '']],
  ['"",', ['', '']],
  ['"a"', ['a']],
  ['a"b', 'parse error on line 1, column 2: bare " in non-quoted-field'],
  ['"a"b,c', 'parse error on line 1, column 3: extraneous or missing " in quoted-field'],
  ['"a', 'parse error on line 1, column 2: extraneous or missing " in quoted-field'],
  ['"a""', 'parse error on line 1, column 5: extraneous or missing " in quoted-field'],
  ['é"', 'parse error on line 1, column 3: bare " in non-quoted-field'],
  ['"é"x', 'parse error on line 1, column 4: extraneous or missing " in quoted-field'],
  [' "a"', 'parse error on line 1, column 2: bare " in non-quoted-field'],
  ['a,b\nc', ['a', 'b\nc']],
  [',', ['', '']],
  ['"\n"', ['\n']],
] as const;

for (const [line, expected] of cases) {
  test(`fields of ${JSON.stringify(line)}`, () => {
    expect(csvFields(line)).toEqual(expected);
  });
}

test('each field has its place, quotes included', () => {
  expect(csvFieldPlaces('é,"b,""c""",d\n')).toEqual([
    { value: 'é', start: 0, end: 1 },
    { value: 'b,"c"', start: 2, end: 11 },
    { value: 'd', start: 12, end: 13 },
  ]);
  expect(csvFieldPlaces('a,')).toEqual([
    { value: 'a', start: 0, end: 1 },
    { value: '', start: 2, end: 2 },
  ]);
});
