import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareUtf8, decodeUtf8, encodeUtf8, hasInvalidUtf8, utf8Length } from './utf8.ts';

const cases: readonly { readonly text: string; readonly bytes: readonly number[]; readonly invalid?: boolean }[] = [
  { text: '', bytes: [] },
  { text: 'aZ\x7f', bytes: [0x61, 0x5a, 0x7f] },
  { text: '\x80é\u07ff', bytes: [0xc2, 0x80, 0xc3, 0xa9, 0xdf, 0xbf] },
  { text: '\u0800\ud7ff\ue000\uffff', bytes: [0xe0, 0xa0, 0x80, 0xed, 0x9f, 0xbf, 0xee, 0x80, 0x80, 0xef, 0xbf, 0xbf] },
  { text: '\u{10000}\u{10ffff}', bytes: [0xf0, 0x90, 0x80, 0x80, 0xf4, 0x8f, 0xbf, 0xbf] },
  { text: '\udc80\udcff', bytes: [0x80, 0xff], invalid: true },
  { text: 'a\udcc3b', bytes: [0x61, 0xc3, 0x62], invalid: true },
];

for (const { text, bytes, invalid } of cases) {
  test(`${JSON.stringify(text)} and its bytes`, () => {
    expect([...encodeUtf8(text)]).toEqual(bytes);
    expect(utf8Length(text)).toBe(bytes.length);
    expect(decodeUtf8(Uint8Array.from(bytes))).toBe(text);
    expect(hasInvalidUtf8(text)).toBe(invalid === true);
  });
}

test('lone surrogates that stand for no byte become U+FFFD', () => {
  expect([...encodeUtf8('\ud800x\udc00')]).toEqual([0xef, 0xbf, 0xbd, 0x78, 0xef, 0xbf, 0xbd]);
  expect(utf8Length('\ud800x\udc00')).toBe(7);
  expect(hasInvalidUtf8('\ud800')).toBe(true);
});

const illFormed: readonly (readonly number[])[] = [
  [0xc0, 0x80],
  [0xc1, 0xbf],
  [0xe0, 0x9f, 0xbf],
  [0xed, 0xa0, 0x80],
  [0xf0, 0x8f, 0xbf, 0xbf],
  [0xf4, 0x90, 0x80, 0x80],
  [0xf5, 0x80, 0x80, 0x80],
  [0xe2, 0x82],
  [0xf0, 0x9f, 0x98],
];

for (const bytes of illFormed) {
  test(`ill-formed ${bytes.map((byte) => byte.toString(16)).join(' ')} is kept byte by byte`, () => {
    expect(decodeUtf8(Uint8Array.from(bytes))).toBe(String.fromCharCode(...bytes.map((byte) => 0xdc00 | byte)));
  });
}

test('any bytes come back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ max: 255, maxLength: 60 }), (bytes) => {
      expect([...encodeUtf8(decodeUtf8(bytes))]).toEqual([...bytes]);
    }),
  );
});

test('long texts cross the chunk border whole', () => {
  for (const pad of [8189, 8190, 8191, 8192, 8193]) {
    const text = `${'a'.repeat(pad)}😀é${'b'.repeat(9000)}`;
    expect(decodeUtf8(encodeUtf8(text))).toBe(text);
  }
});

test('strings sort as their bytes do', () => {
  expect(compareUtf8('\uffff', '\u{10000}')).toBeLessThan(0);
  expect(compareUtf8('a', 'a\u{10000}')).toBeLessThan(0);
  expect(compareUtf8('\udcff', '\u{10ffff}')).toBeGreaterThan(0);
  const unit = fc.constantFrom('a', 'b', 'é', '\uffff', '\ud83d', '\ude00', '\udcc3', '\udca9', '😀', '\ue000');
  const text = fc.array(unit, { maxLength: 5 }).map((units) => units.join(''));
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(Math.sign(compareUtf8(a, b))).toBe(compareBytes(encodeUtf8(a), encodeUtf8(b)));
    }),
    { numRuns: 2000 },
  );
});

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (const [i, x] of a.entries()) {
    const y = b[i];
    if (y === undefined) return 1;
    if (x !== y) return Math.sign(x - y);
  }
  return a.length === b.length ? 0 : -1;
}
