import { expect, test } from 'vitest';
import { parseAddress, parseIp } from './ip.ts';

// The expectations are what Go 1.26's net and net/netip answer.

const addresses = [
  ['1.2.3.4', '1.2.3.4'],
  ['::', '::'],
  ['::1', '::1'],
  ['1::', '1::'],
  ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8'],
  ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
  ['1:0:2:3:4:5:6:7', '1:0:2:3:4:5:6:7'],
  ['0:0:1:0:0:0:1:0', '0:0:1::1:0'],
  ['::ffff:1.2.3.4', '1.2.3.4'],
  ['::1.2.3.4', '::102:304'],
  ['FFFF:ABCD::', 'ffff:abcd::'],
  ['fe80::1%eth0', undefined],
  ['1.2.3', undefined],
  ['', undefined],
  ['x', undefined],
] as const;

for (const [text, expected] of addresses) {
  test(`parseIp of ${JSON.stringify(text)}`, () => {
    expect(parseIp(text)).toBe(expected);
  });
}

const refused = [
  '',
  'x',
  '%eth0',
  '1.2.3',
  '1.2.3.4.5',
  '01.2.3.4',
  '1.2.3.256',
  '1..2.3',
  '1.2.3.',
  '.1.2.3',
  '1.2.3.4x',
  'fe80::1%',
  ':',
  '1:',
  '1:2:3',
  '12345::',
  '1::2::3',
  '1:2:3:4:5:6:7:8:9',
  '1:2:3:4:5:6:7::8',
  '::1.2.3',
  'g::',
  '1:x',
  '1::x:',
  '1:2:1.2.3.4',
  '1:2:3:4:5:6:7:1.2.3.4',
  '::1:2:3:4:5:6:7:1.2.3.4',
] as const;

for (const text of refused) {
  test(`${JSON.stringify(text)} is no address`, () => {
    expect(parseAddress(text)).toBeUndefined();
  });
}

test('zones and the kind of an address', () => {
  expect(parseAddress('fe80::1%eth0')).toEqual({ words: [0xfe80, 0, 0, 0, 0, 0, 0, 1], is4: false, zoned: true });
  expect(parseAddress('1.2.3.4')?.is4).toBe(true);
  expect(parseAddress('::ffff:1.2.3.4')?.is4).toBe(false);
});
