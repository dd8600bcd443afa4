// Go's time.Duration in words.
import { encodeUtf8 } from './utf8.ts';

/** time.ParseDuration: nanoseconds. */
export function parseDuration(s: string): { readonly ns: bigint } | { readonly error: string } {
  const invalid = { error: `time: invalid duration ${timeQuote(s)}` };
  const negative = s[0] === '-';
  let at = negative || s[0] === '+' ? 1 : 0;
  if (s.slice(at) === '0') return { ns: 0n };
  if (at === s.length) return invalid;
  let total = 0n;
  while (at < s.length) {
    const whole = digitsFrom(s, at);
    at = whole.end;
    let fraction = { value: 0n, scale: 1 };
    let fractionDigits = 0;
    if (s[at] === '.') {
      const start = at + 1;
      const read = fractionFrom(s, start);
      fraction = read;
      at = read.end;
      fractionDigits = at - start;
    }
    if (whole.value === undefined || (whole.digits === 0 && fractionDigits === 0)) return invalid;
    const unitStart = at;
    while (at < s.length && s[at] !== '.' && !isDigit(s, at)) at++;
    if (at === unitStart) return { error: `time: missing unit in duration ${timeQuote(s)}` };
    const name = s.slice(unitStart, at);
    const unit = units.get(name);
    if (unit === undefined) return { error: `time: unknown unit ${timeQuote(name)} in duration ${timeQuote(s)}` };
    if (whole.value > limit / unit) return invalid;
    total += whole.value * unit;
    // Go takes the fraction in floating point, and so must we.
    if (fraction.value > 0n) total += BigInt(Math.trunc(Number(fraction.value) * (Number(unit) / fraction.scale)));
    if (total > limit) return invalid;
  }
  if (negative) return { ns: -total };
  return total === limit ? invalid : { ns: total };
}

/** time.Duration.String: `1h2m3.5s`. */
export function formatDuration(ns: bigint | number): string {
  const duration = BigInt(ns);
  if (duration === 0n) return '0s';
  const sign = duration < 0n ? '-' : '';
  const size = duration < 0n ? -duration : duration;
  if (size < 1_000n) return `${sign}${size}ns`;
  if (size < 1_000_000n) return `${sign}${decimal(size, 3)}µs`;
  if (size < 1_000_000_000n) return `${sign}${decimal(size, 6)}ms`;
  const minutes = size / 60_000_000_000n;
  const seconds = `${decimal(size % 60_000_000_000n, 9)}s`;
  if (minutes === 0n) return sign + seconds;
  const hours = minutes / 60n;
  return `${sign}${hours === 0n ? '' : `${hours}h`}${minutes % 60n}m${seconds}`;
}

const limit = 1n << 63n;

const units: ReadonlyMap<string, bigint> = new Map([
  ['ns', 1n],
  ['us', 1_000n],
  ['\u00b5s', 1_000n],
  ['\u03bcs', 1_000n],
  ['ms', 1_000_000n],
  ['s', 1_000_000_000n],
  ['m', 60_000_000_000n],
  ['h', 3_600_000_000_000n],
]);

function isDigit(s: string, at: number): boolean {
  const code = s.charCodeAt(at);
  return code >= 0x30 && code <= 0x39;
}

/** The integer at `at`; its value is undefined beyond 2^63. */
function digitsFrom(s: string, at: number): { value: bigint | undefined; digits: number; end: number } {
  let end = at;
  while (isDigit(s, end)) end++;
  const digits = s.slice(at, end).replace(/^0+/, '');
  const value = digits.length > 19 ? undefined : BigInt(digits || 0);
  return { value: value !== undefined && value > limit ? undefined : value, digits: end - at, end };
}

/** The digits after the point, as many as 63 bits hold; the others are dropped. */
function fractionFrom(s: string, at: number): { value: bigint; scale: number; end: number } {
  let value = 0n;
  let scale = 1;
  let full = false;
  let end = at;
  for (; isDigit(s, end); end++) {
    if (full) continue;
    const next = value * 10n + BigInt(s.charCodeAt(end) - 0x30);
    if (value > (limit - 1n) / 10n || next > limit) full = true;
    else {
      value = next;
      scale *= 10;
    }
  }
  return { value, scale, end };
}

/** `value` divided by 10^`places`, without zeros at its end. */
function decimal(value: bigint, places: number): string {
  const one = 10n ** BigInt(places);
  const fraction = (value % one).toString().padStart(places, '0').replace(/0+$/, '');
  return `${value / one}${fraction === '' ? '' : `.${fraction}`}`;
}

/** How package time quotes: bytes beyond ASCII as `\xNN`. */
function timeQuote(s: string): string {
  let out = '"';
  for (const byte of encodeUtf8(s)) {
    if (byte >= 0x80 || byte < 0x20) out += `\\x${byte.toString(16).padStart(2, '0')}`;
    else out += byte === 0x22 || byte === 0x5c ? `\\${String.fromCharCode(byte)}` : String.fromCharCode(byte);
  }
  return `${out}"`;
}
