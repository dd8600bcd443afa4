import { expect, test } from 'vitest';
import { field, jsonString, unmarshalJson } from './json.ts';

// The expectations are what Go 1.26's encoding/json answers.

const strings = [
  ['', '""'],
  ['plain text~', '"plain text~"'],
  ['"\\/', '"\\"\\\\/"'],
  ['<a href="x">&', '"\\u003ca href=\\"x\\"\\u003e\\u0026"'],
  ['\b\f\n\r\t\u000b\u0000\u001f\u007f', '"\\b\\f\\n\\r\\t\\u000b\\u0000\\u001f\u007f"'],
  ['é😀', '"é😀"'],
  ['‧\u2028\u2029', '"‧\\u2028\\u2029"'],
  ['\ufffd', '"\ufffd"'],
  ['a\udcffb', '"a\\ufffdb"'],
  ['\u0080', '"\u0080"'],
] as const;

for (const [given, expected] of strings) {
  test(`jsonString of ${JSON.stringify(given)}`, () => {
    expect(jsonString(given)).toBe(expected);
  });
}

test('a lone surrogate that is no raw byte is printed as the U+FFFD that Go would have been given', () => {
  expect(jsonString('\ud800')).toBe('"\ufffd"');
});

const values = [
  ['null', null],
  ['true', true],
  ['[]', []],
  ['{}', { fields: [] }],
  ['[1,-2.5e+10,"x",[{}]]', [{ number: '1' }, { number: '-2.5e+10' }, 'x', [{ fields: [] }]]],
  ['[1.50,0E1]', [{ number: '1.50' }, { number: '0E1' }]],
  [
    '{"b":1,"a":{"c":[null]},"b":2}',
    {
      fields: [
        ['b', { number: '1' }],
        ['a', { fields: [['c', [null]]] }],
        ['b', { number: '2' }],
      ],
    },
  ],
] as const;

for (const [text, value] of values) {
  test(`${text} is read`, () => {
    expect(unmarshalJson(` ${text}\n`)).toEqual({ value });
  });
}

const refused = [
  ['', 'unexpected end of JSON input'],
  [' ', 'unexpected end of JSON input'],
  ['{', 'unexpected end of JSON input'],
  ['[', 'unexpected end of JSON input'],
  ['[1', 'unexpected end of JSON input'],
  ['[1,', 'unexpected end of JSON input'],
  ['[1,]', "invalid character ']' looking for beginning of value"],
  ['{"a"', 'unexpected end of JSON input'],
  ['{"a":', 'unexpected end of JSON input'],
  ['{"a":1', 'unexpected end of JSON input'],
  ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
  ['{a:1}', "invalid character 'a' looking for beginning of object key string"],
  ['{"a" 1}', "invalid character '1' after object key"],
  ['{"a":1 "b":2}', "invalid character '\"' after object key:value pair"],
  ['[1 2]', "invalid character '2' after array element"],
  ['tru', "invalid character ' ' in literal true (expecting 'e')"],
  ['trux', "invalid character 'x' in literal true (expecting 'e')"],
  ['falsy', "invalid character 'y' in literal false (expecting 'e')"],
  ['nul', "invalid character ' ' in literal null (expecting 'l')"],
  ['nulL', "invalid character 'L' in literal null (expecting 'l')"],
  ['"abc', 'unexpected end of JSON input'],
  ['"a\nb"', "invalid character '\\n' in string literal"],
  ['"\\q"', "invalid character 'q' in string escape code"],
  ['"\\u12G4"', "invalid character 'G' in \\u hexadecimal character escape"],
  ['"\\u12', "invalid character ' ' in \\u hexadecimal character escape"],
  ['01', "invalid character '1' after top-level value"],
  ['-', "invalid character ' ' in numeric literal"],
  ['-a', "invalid character 'a' in numeric literal"],
  ['1.', "invalid character ' ' after decimal point in numeric literal"],
  ['1.x', "invalid character 'x' after decimal point in numeric literal"],
  ['1e', "invalid character ' ' in exponent of numeric literal"],
  ['1e+', "invalid character ' ' in exponent of numeric literal"],
  ['1ex', "invalid character 'x' in exponent of numeric literal"],
  ['+1', "invalid character '+' looking for beginning of value"],
  ['.5', "invalid character '.' looking for beginning of value"],
  ["'a'", "invalid character '\\'' looking for beginning of value"],
  ['1 2', "invalid character '2' after top-level value"],
  ['"a" "b"', "invalid character '\"' after top-level value"],
  ['{}]', "invalid character ']' after top-level value"],
  ['é', "invalid character 'Ã' looking for beginning of value"],
  ['😀', "invalid character 'ð' looking for beginning of value"],
  ['\udcff', "invalid character 'ÿ' looking for beginning of value"],
  ['<', "invalid character '<' looking for beginning of value"],
] as const;

for (const [text, expected] of refused) {
  test(`${JSON.stringify(text)} is refused`, () => {
    expect(unmarshalJson(text)).toEqual({ error: expected });
  });
}

test('depth is bounded as in Go, and by nothing else', () => {
  expect('value' in unmarshalJson('['.repeat(10000) + ']'.repeat(10000))).toBe(true);
  expect(unmarshalJson('['.repeat(10001) + ']'.repeat(10001))).toEqual({
    error: "invalid character '[' exceeded max depth",
  });
});

const unescaped = [
  ['"\\u0041\\/\\"\\n"', 'A/"\n'],
  ['"\\ud83d\\ude00"', '😀'],
  ['"\\ud83d"', '\ufffd'],
  ['"\\ud83dx"', '\ufffdx'],
  ['"\\ude00\\ud83d"', '\ufffd\ufffd'],
  ['"\\ud83d\\u0041"', '\ufffdA'],
  ['"a\udcffb"', 'a\ufffdb'],
] as const;

for (const [text, expected] of unescaped) {
  test(`the string ${JSON.stringify(text)}`, () => {
    expect(unmarshalJson(text)).toEqual({ value: expected });
  });
}

test('fields are found as Go finds them', () => {
  const read = unmarshalJson('{"env":1,"Env":2,"ENV":3,"EnvX":4,"uſer":5}');
  const value = 'value' in read ? read.value : null;
  expect(field(value, 'Env')).toEqual({ number: '3' });
  expect(field(value, 'User')).toEqual({ number: '5' });
  expect(field(value, 'En')).toBeUndefined();
  expect(field('text', 'Env')).toBeUndefined();
});
