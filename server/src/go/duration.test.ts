import { expect, test } from 'vitest';
import { formatDuration, parseDuration } from './duration.ts';

// The expectations are what Go 1.26's package time answers.

const parsed = [
  ['30s', '30000000000'],
  ['1h2m3s', '3723000000000'],
  ['1.5h', '5400000000000'],
  ['-1m', '-60000000000'],
  ['+0.1s', '100000000'],
  ['0', '0'],
  ['-0', '0'],
  ['1ms1us', '1001000'],
  ['.5s', '500000000'],
  ['1.s', '1000000000'],
  ['300µs', '300000'],
  ['300μs', '300000'],
  ['0.3333333333333333333h', '1200000000000'],
  ['9223372036854775807ns', '9223372036854775807'],
  ['9223372036854775808ns', 'time: invalid duration "9223372036854775808ns"'],
  ['-9223372036854775808ns', '-9223372036854775808'],
  ['2562047h47m16.854775807s', '9223372036854775807'],
  ['2562048h', 'time: invalid duration "2562048h"'],
  ['1.0000000000000000000000001ns', '1'],
  ['00000000000000000000001s', '1000000000'],
  ['0.9223372036854775808s', '922337203'],
  ['', 'time: invalid duration ""'],
  ['-', 'time: invalid duration "-"'],
  ['.s', 'time: invalid duration ".s"'],
  ['1', 'time: missing unit in duration "1"'],
  ['3x', 'time: unknown unit "x" in duration "3x"'],
  ['3 s', 'time: unknown unit " s" in duration "3 s"'],
  ['s', 'time: invalid duration "s"'],
  ['1d', 'time: unknown unit "d" in duration "1d"'],
  ['5é', 'time: unknown unit "\\xc3\\xa9" in duration "5\\xc3\\xa9"'],
  ['1"\\', 'time: unknown unit "\\"\\\\" in duration "1\\"\\\\"'],
  ['1\udcff', 'time: unknown unit "\\xff" in duration "1\\xff"'],
] as const;

for (const [text, expected] of parsed) {
  test(`parseDuration of ${JSON.stringify(text)}`, () => {
    const result = parseDuration(text);
    expect('error' in result ? result.error : String(result.ns)).toBe(expected);
  });
}

const printed = [
  ['0', '0s'],
  ['1', '1ns'],
  ['-1', '-1ns'],
  ['999', '999ns'],
  ['1000', '1µs'],
  ['1500', '1.5µs'],
  ['1001000', '1.001ms'],
  ['999999999', '999.999999ms'],
  ['1000000000', '1s'],
  ['1500000000', '1.5s'],
  ['60000000000', '1m0s'],
  ['90000000001', '1m30.000000001s'],
  ['3600000000000', '1h0m0s'],
  ['5400000000000', '1h30m0s'],
  ['-3723500000000', '-1h2m3.5s'],
  ['9223372036854775807', '2562047h47m16.854775807s'],
  ['-9223372036854775808', '-2562047h47m16.854775808s'],
] as const;

for (const [ns, expected] of printed) {
  test(`formatDuration of ${ns}`, () => {
    expect(formatDuration(BigInt(ns))).toBe(expected);
  });
}

test('a plain number will do', () => {
  expect(formatDuration(1_500_000)).toBe('1.5ms');
});
