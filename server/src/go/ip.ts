// IP addresses as Go's net/netip and net read and print them.
import { quote } from './text.ts';

/** net.ParseIP: the address as net.IP prints it, undefined where `s` is none. Zones are refused. */
export function parseIp(s: string): string | undefined {
  const address = parseAddress(s);
  if ('error' in address || address.zoned) return undefined;
  const { words } = address;
  const mapped = words.slice(0, 5).every((word) => word === 0) && words[5] === 0xffff;
  return address.is4 || mapped ? printIPv4(words) : printIPv6(words);
}

/** An address as eight words of 16 bits; IPv4 stands in the last two. */
export interface Address {
  readonly words: readonly number[];
  readonly is4: boolean;
  readonly zoned: boolean;
}

/** netip.ParseAddr. */
export function parseAddress(s: string): Address | { readonly error: string } {
  for (let i = 0; i < s.length; i++) {
    const c = s[i];
    if (c === '.') {
      const octets = parseOctets(s, s);
      if ('error' in octets) return octets;
      return { words: [0, 0, 0, 0, 0, 0xffff, ...octets.words], is4: true, zoned: false };
    }
    if (c === ':') return parseIPv6(s);
    if (c === '%') return wrong(s, 'missing IPv6 address');
  }
  return wrong(s, 'unable to parse IP');
}

function wrong(s: string, why: string, at = ''): { readonly error: string } {
  return { error: `ParseAddr(${quote(s)}): ${why}${at === '' ? '' : ` (at ${quote(at)})`}` };
}

/** Four decimal octets as two words; `whole` is what an error names. */
function parseOctets(s: string, whole: string): { readonly words: readonly number[] } | { readonly error: string } {
  const octets: number[] = [];
  let value = 0;
  let digits = 0;
  for (let i = 0; i < s.length; i++) {
    const digit = s.charCodeAt(i) - 0x30;
    if (digit >= 0 && digit <= 9) {
      if (digits === 1 && value === 0) return wrong(whole, 'IPv4 field has octet with leading zero');
      value = value * 10 + digit;
      digits++;
      if (value > 255) return wrong(whole, 'IPv4 field has value >255');
    } else if (s[i] === '.') {
      if (digits === 0 || i === s.length - 1) {
        return wrong(whole, 'IPv4 field must have at least one digit', s.slice(i));
      }
      if (octets.length === 3) return wrong(whole, 'IPv4 address too long');
      octets.push(value);
      value = 0;
      digits = 0;
    } else return wrong(whole, 'unexpected character', s.slice(i));
  }
  if (octets.length < 3) return wrong(whole, 'IPv4 address too short');
  const [a, b, c] = octets as [number, number, number];
  return { words: [a * 256 + b, c * 256 + value] };
}

function parseIPv6(whole: string): Address | { readonly error: string } {
  const percent = whole.indexOf('%');
  const zoned = percent >= 0;
  if (zoned && percent === whole.length - 1) return wrong(whole, 'zone must be a non-empty string');
  let s = zoned ? whole.slice(0, percent) : whole;
  const words: number[] = [];
  // How many words stand before `::`.
  let gap = -1;
  if (s.startsWith('::')) {
    gap = 0;
    s = s.slice(2);
    if (s === '') return { words: new Array<number>(8).fill(0), is4: false, zoned };
  }
  while (words.length < 8) {
    let digits = 0;
    let value = 0;
    for (; digits < s.length; digits++) {
      const digit = hexValue(s.charCodeAt(digits));
      if (digit < 0) break;
      if (digits > 3) return wrong(whole, 'each group must have 4 or less digits', s);
      value = value * 16 + digit;
    }
    if (digits === 0) return wrong(whole, 'each colon-separated field must have at least one digit', s);
    if (s[digits] === '.') {
      if (gap < 0 && words.length !== 6) {
        return wrong(whole, 'embedded IPv4 address must replace the final 2 fields of the address', s);
      }
      if (words.length > 6) {
        return wrong(whole, 'too many hex fields to fit an embedded IPv4 at the end of the address', s);
      }
      const octets = parseOctets(s, whole);
      if ('error' in octets) return octets;
      words.push(...octets.words);
      s = '';
      break;
    }
    words.push(value);
    s = s.slice(digits);
    if (s === '') break;
    if (s[0] !== ':') return wrong(whole, 'unexpected character, want colon', s);
    if (s.length === 1) return wrong(whole, 'colon must be followed by more characters', s);
    s = s.slice(1);
    if (s[0] !== ':') continue;
    if (gap >= 0) return wrong(whole, 'multiple :: in address', s);
    gap = words.length;
    s = s.slice(1);
    if (s === '') break;
  }
  if (s !== '') return wrong(whole, 'trailing garbage after address', s);
  if (words.length < 8) {
    if (gap < 0) return wrong(whole, 'address string too short');
    words.splice(gap, 0, ...new Array<number>(8 - words.length).fill(0));
  } else if (gap >= 0) return wrong(whole, 'the :: must expand to at least one field of zeros');
  return { words, is4: false, zoned };
}

function hexValue(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return code < 0x80 && lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

function printIPv4(words: readonly number[]): string {
  const high = words[6] as number;
  const low = words[7] as number;
  return `${high >> 8}.${high & 0xff}.${low >> 8}.${low & 0xff}`;
}

/** The longest run of two or more zero words becomes `::`. */
function printIPv6(words: readonly number[]): string {
  let start = -1;
  let length = 1;
  for (let i = 0; i < 8; i++) {
    let end = i;
    while (end < 8 && words[end] === 0) end++;
    if (end - i > length) {
      start = i;
      length = end - i;
    }
    if (end > i) i = end - 1;
  }
  const hex = (list: readonly number[]): string => list.map((word) => word.toString(16)).join(':');
  return start < 0 ? hex(words) : `${hex(words.slice(0, start))}::${hex(words.slice(start + length))}`;
}
