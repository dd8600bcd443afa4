// Durations as Go writes them: `1h30m`, `500ms`.
import { encodeUtf8 } from '../go/utf8.ts';

const units = new Map<string, bigint>([
  ['ns', 1n],
  ['us', 1000n],
  ['µs', 1000n],
  ['μs', 1000n],
  ['ms', 1_000_000n],
  ['s', 1_000_000_000n],
  ['m', 60_000_000_000n],
  ['h', 3_600_000_000_000n],
]);

/** Nanoseconds, or Go's error text. */
export function parseDuration(text: string): { readonly value: bigint } | { readonly error: string } {
  const invalid = { error: `time: invalid duration ${quoteForTime(text)}` };
  const negative = text[0] === '-';
  let pos = negative || text[0] === '+' ? 1 : 0;
  if (text.slice(pos) === '0') return { value: 0n };
  if (pos === text.length) return invalid;
  let total = 0n;
  while (pos < text.length) {
    const whole = digitsAt(text, pos);
    pos += whole.length;
    let fraction = '';
    if (text[pos] === '.') {
      fraction = digitsAt(text, pos + 1);
      pos += 1 + fraction.length;
    }
    if (whole === '' && fraction === '') return invalid;
    const value = BigInt(whole === '' ? '0' : whole);
    if (value > limit) return invalid;
    let unitEnd = pos;
    while (unitEnd < text.length && text[unitEnd] !== '.' && !isDigit(text.charCodeAt(unitEnd))) unitEnd++;
    if (unitEnd === pos) return { error: `time: missing unit in duration ${quoteForTime(text)}` };
    const name = text.slice(pos, unitEnd);
    const unit = units.get(name);
    if (unit === undefined)
      return { error: `time: unknown unit ${quoteForTime(name)} in duration ${quoteForTime(text)}` };
    pos = unitEnd;
    if (value > limit / unit) return invalid;
    total += value * unit + fractionOf(fraction, unit);
    if (total > limit) return invalid;
  }
  if (!negative && total === limit) return invalid;
  return { value: negative ? -total : total };
}

const limit = 1n << 63n;

/** `.fraction` of a unit, with the precision of Go's float64. Digits beyond 63 bits don't count. */
function fractionOf(digits: string, unit: bigint): bigint {
  let value = 0n;
  let scale = 1;
  for (const digit of digits) {
    if (value > (limit - 1n) / 10n) break;
    const next = value * 10n + BigInt(digit);
    if (next > limit) break;
    value = next;
    scale *= 10;
  }
  return value === 0n ? 0n : BigInt(Math.trunc(Number(value) * (Number(unit) / scale)));
}

function digitsAt(text: string, start: number): string {
  let end = start;
  while (end < text.length && isDigit(text.charCodeAt(end))) end++;
  return text.slice(start, end);
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** Package time quotes in its own way: every byte that is no printable ASCII in hexadecimal. */
function quoteForTime(text: string): string {
  let result = '"';
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    if (code === 0x22 || code === 0x5c) result += `\\${character}`;
    else if (code >= 0x20 && code < 0x80) result += character;
    else for (const byte of encodeUtf8(character)) result += `\\x${byte.toString(16).padStart(2, '0')}`;
  }
  return `${result}"`;
}
