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
  ['', 'ParseAddr(""): unable to parse IP'],
  ['x', 'ParseAddr("x"): unable to parse IP'],
  ['%eth0', 'ParseAddr("%eth0"): missing IPv6 address'],
  ['1.2.3', 'ParseAddr("1.2.3"): IPv4 address too short'],
  ['1.2.3.4.5', 'ParseAddr("1.2.3.4.5"): IPv4 address too long'],
  ['01.2.3.4', 'ParseAddr("01.2.3.4"): IPv4 field has octet with leading zero'],
  ['1.2.3.256', 'ParseAddr("1.2.3.256"): IPv4 field has value >255'],
  ['1..2.3', 'ParseAddr("1..2.3"): IPv4 field must have at least one digit (at ".2.3")'],
  ['1.2.3.', 'ParseAddr("1.2.3."): IPv4 field must have at least one digit (at ".")'],
  ['.1.2.3', 'ParseAddr(".1.2.3"): IPv4 field must have at least one digit (at ".1.2.3")'],
  ['1.2.3.4x', 'ParseAddr("1.2.3.4x"): unexpected character (at "x")'],
  ['fe80::1%', 'ParseAddr("fe80::1%"): zone must be a non-empty string'],
  [':', 'ParseAddr(":"): each colon-separated field must have at least one digit (at ":")'],
  ['1:', 'ParseAddr("1:"): colon must be followed by more characters (at ":")'],
  ['1:2:3', 'ParseAddr("1:2:3"): address string too short'],
  ['12345::', 'ParseAddr("12345::"): each group must have 4 or less digits (at "12345::")'],
  ['1::2::3', 'ParseAddr("1::2::3"): multiple :: in address (at ":3")'],
  ['1:2:3:4:5:6:7:8:9', 'ParseAddr("1:2:3:4:5:6:7:8:9"): trailing garbage after address (at "9")'],
  ['1:2:3:4:5:6:7::8', 'ParseAddr("1:2:3:4:5:6:7::8"): the :: must expand to at least one field of zeros'],
  ['::1.2.3', 'ParseAddr("::1.2.3"): IPv4 address too short'],
  [
    '1:2:1.2.3.4',
    'ParseAddr("1:2:1.2.3.4"): embedded IPv4 address must replace the final 2 fields of the address (at "1.2.3.4")',
  ],
  [
    '1:2:3:4:5:6:7:1.2.3.4',
    'ParseAddr("1:2:3:4:5:6:7:1.2.3.4"): embedded IPv4 address must replace the final 2 fields of the address (at "1.2.3.4")',
  ],
  [
    '::1:2:3:4:5:6:7:1.2.3.4',
    'ParseAddr("::1:2:3:4:5:6:7:1.2.3.4"): too many hex fields to fit an embedded IPv4 at the end of the address (at "1.2.3.4")',
  ],
  ['g::', 'ParseAddr("g::"): each colon-separated field must have at least one digit (at "g::")'],
  ['1:x', 'ParseAddr("1:x"): each colon-separated field must have at least one digit (at "x")'],
  ['1::x:', 'ParseAddr("1::x:"): each colon-separated field must have at least one digit (at "x:")'],
] as const;

for (const [text, expected] of refused) {
  test(`${JSON.stringify(text)} is no address`, () => {
    expect(parseAddress(text)).toEqual({ error: expected });
  });
}
