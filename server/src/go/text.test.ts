import { expect, test } from 'vitest';
import {
  atoi,
  equalFold,
  isSpace,
  parseBool,
  parseInteger,
  parseUint,
  quote,
  toLower,
  toUpper,
  trimSpace,
} from './text.ts';

// The expectations are what Go 1.26 answers.

const lower = [
  ['ABC xyz', 'abc xyz'],
  ['ÀÉ', 'àé'],
  ['İstanbul', 'istanbul'],
  ['ΑΣ', 'ασ'],
  ['Σ', 'σ'],
  ['ẞ', 'ß'],
  ['ǅ', 'ǆ'],
  ['𐐀', '𐐨'],
  ['K', 'k'],
  ['Ᲊ', 'Ᲊ'],
  ['É\udcff', 'é\ufffd'],
] as const;

const upper = [
  ['abc XYZ', 'ABC XYZ'],
  ['straße', 'STRAßE'],
  ['ŉ', 'ŉ'],
  ['ı', 'I'],
  ['ſ', 'S'],
  ['ᾀ', 'ᾈ'],
  ['ᾳ', 'ᾼ'],
  ['ᾈ', 'ᾈ'],
  ['µ', 'Μ'],
  ['ǆ', 'Ǆ'],
  ['𐐨', '𐐀'],
  ['ƛ', 'ƛ'],
  ['ﬁ', 'ﬁ'],
  ['é\udcff', 'É\ufffd'],
] as const;

const quoted = [
  ['', '""'],
  ['a b~', '"a b~"'],
  ['say "hi" \\', '"say \\"hi\\" \\\\"'],
  ['\u0007\b\t\n\u000b\f\r', '"\\a\\b\\t\\n\\v\\f\\r"'],
  ['\u0000\u001b\u007f', '"\\x00\\x1b\\x7f"'],
  ['é😀', '"é😀"'],
  ['\u00a0', '"\\u00a0"'],
  ['\u00ad', '"\\u00ad"'],
  ['\u200b', '"\\u200b"'],
  ['\u0378', '"\\u0378"'],
  ['\ufffd', '"\ufffd"'],
  ['\udc80\udcff', '"\\x80\\xff"'],
  ['󠀁', '"\\U000e0001"'],
  ['Ᲊ', '"\\u1c89"'],
  ['\u3000', '"\\u3000"'],
] as const;

const trimmed = [
  ['  a b\t', 'a b'],
  ['\u0085\u00a0a\u3000', 'a'],
  ['\u200ba\u200b', '\u200ba\u200b'],
  ['\ufeffa', '\ufeffa'],
  ['\u000b\f\r\n', ''],
  [' é ', 'é'],
] as const;

for (const [name, change, cases] of [
  ['toLower', toLower, lower],
  ['toUpper', toUpper, upper],
  ['quote', quote, quoted],
  ['trimSpace', trimSpace, trimmed],
] as const) {
  for (const [given, expected] of cases) {
    test(`${name} of ${JSON.stringify(given)}`, () => {
      expect(change(given)).toBe(expected);
    });
  }
}

const folds = [
  ['abc', 'ABC', true],
  ['K', 'k', true],
  ['ſ', 'S', true],
  ['ß', 'ẞ', true],
  ['ß', 'SS', false],
  ['İ', 'i', false],
  ['ı', 'I', false],
  ['σ', 'ς', true],
  ['µ', 'μ', true],
  ['abc', 'abcd', false],
  ['', 'a', false],
  ['𐐀', '𐐨', true],
  ['é\udcff', 'É\ufffd', true],
] as const;

for (const [a, b, expected] of folds) {
  test(`equalFold of ${a} and ${b}`, () => {
    expect(equalFold(a, b)).toBe(expected);
    expect(equalFold(b, a)).toBe(expected);
  });
}

const signed = [
  ['42', 64, '42'],
  ['-42', 64, '-42'],
  ['+7', 64, '7'],
  ['9223372036854775807', 64, '9223372036854775807'],
  ['-9223372036854775808', 64, '-9223372036854775808'],
  ['9223372036854775808', 64, 'strconv.ParseInt: parsing "9223372036854775808": value out of range'],
  ['-9223372036854775809', 64, 'strconv.ParseInt: parsing "-9223372036854775809": value out of range'],
  ['', 64, 'strconv.ParseInt: parsing "": invalid syntax'],
  ['-', 64, 'strconv.ParseInt: parsing "-": invalid syntax'],
  ['1_000', 64, 'strconv.ParseInt: parsing "1_000": invalid syntax'],
  ['128', 8, 'strconv.ParseInt: parsing "128": value out of range'],
  ['-128', 8, '-128'],
  ['1é', 64, 'strconv.ParseInt: parsing "1é": invalid syntax'],
  ['99999999999999999999x', 64, 'strconv.ParseInt: parsing "99999999999999999999x": value out of range'],
] as const;

const unsigned = [
  ['18446744073709551615', 10, 64, '18446744073709551615'],
  ['18446744073709551616', 10, 64, 'strconv.ParseUint: parsing "18446744073709551616": value out of range'],
  ['07777', 8, 32, '4095'],
  ['8', 8, 32, 'strconv.ParseUint: parsing "8": invalid syntax'],
  ['-1', 10, 64, 'strconv.ParseUint: parsing "-1": invalid syntax'],
  ['+1', 10, 64, 'strconv.ParseUint: parsing "+1": invalid syntax'],
  ['4294967296', 10, 32, 'strconv.ParseUint: parsing "4294967296": value out of range'],
  ['\udcff', 10, 64, 'strconv.ParseUint: parsing "\\xff": invalid syntax'],
  ['', 8, 32, 'strconv.ParseUint: parsing "": invalid syntax'],
  ['000000000000000000000000000000017', 8, 32, '15'],
] as const;

const decimal = [
  ['12', '12'],
  ['-12', '-12'],
  ['+0', '0'],
  ['0012', '12'],
  ['1e3', 'strconv.Atoi: parsing "1e3": invalid syntax'],
  [' 1', 'strconv.Atoi: parsing " 1": invalid syntax'],
  ['', 'strconv.Atoi: parsing "": invalid syntax'],
  ['9223372036854775808', 'strconv.Atoi: parsing "9223372036854775808": value out of range'],
  ['0x10', 'strconv.Atoi: parsing "0x10": invalid syntax'],
] as const;

for (const [given, bits, expected] of signed) {
  test(`parseInteger of ${JSON.stringify(given)}, ${bits} bits`, () => {
    expect(spoken(parseInteger(given, bits))).toBe(expected);
  });
}

for (const [given, base, bits, expected] of unsigned) {
  test(`parseUint of ${JSON.stringify(given)}, base ${base}, ${bits} bits`, () => {
    expect(spoken(parseUint(given, base, bits))).toBe(expected);
  });
}

for (const [given, expected] of decimal) {
  test(`atoi of ${JSON.stringify(given)}`, () => {
    expect(spoken(atoi(given))).toBe(expected);
  });
}

const booleans = [
  ['1', true],
  ['t', true],
  ['T', true],
  ['true', true],
  ['TRUE', true],
  ['True', true],
  ['0', false],
  ['f', false],
  ['F', false],
  ['false', false],
  ['FALSE', false],
  ['False', false],
  ['tRue', undefined],
  ['yes', undefined],
  ['', undefined],
] as const;

for (const [given, expected] of booleans) {
  test(`parseBool of ${JSON.stringify(given)}`, () => {
    expect(parseBool(given)).toBe(expected);
  });
}

test('white space is what unicode.IsSpace says', () => {
  const spaces: number[] = [];
  for (let code = 0; code < 0x10000; code++) if (isSpace(code)) spaces.push(code);
  expect(spaces).toEqual([
    0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x20, 0x85, 0xa0, 0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004, 0x2005, 0x2006,
    0x2007, 0x2008, 0x2009, 0x200a, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000,
  ]);
});

test('hugely long numbers are answered at once', () => {
  expect(spoken(parseInteger('9'.repeat(100_000)))).toMatch(/value out of range$/);
});

function spoken(parsed: { readonly value: bigint | number } | { readonly error: string }): string {
  return 'error' in parsed ? parsed.error : String(parsed.value);
}
