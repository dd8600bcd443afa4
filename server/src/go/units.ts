// Sizes such as `64m` as docker/go-units reads them.
import { numberError, toLower, underscoresWellPlaced } from './text.ts';
import { utf8Length } from './utf8.ts';

/** units.RAMInBytes: units are powers of 1024. Exact, for Go counts in floating point too. */
export function ramInBytes(s: string): { readonly value: number } | { readonly error: string } {
  const end = lastDigitPointOrBlank(s);
  if (end < 0) return { error: `invalid size: '${s}'` };
  const parsed = parseFloat64(s[end] === ' ' ? s.slice(0, end) : s.slice(0, end + 1));
  if ('error' in parsed) return parsed;
  let size = parsed.value;
  if (size < 0) return { error: `invalid size: '${s}'` };
  let suffix = s.slice(end + 1);
  if (suffix === '') return { value: toInt64(size) };
  if (utf8Length(suffix) <= 3) {
    suffix = toLower(suffix);
    if (suffix === 'b') return { value: toInt64(size) };
    const power = 'kmgtp'.indexOf(suffix.charAt(0));
    const rest = suffix.slice(1);
    if (power >= 0 && (rest === '' || rest === 'b' || rest === 'ib')) {
      size *= 1024 ** (power + 1);
      return { value: toInt64(size) };
    }
  }
  return { error: `invalid suffix: '${suffix}'` };
}

const decimalNumber = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;
const hexNumber = /^([+-]?)0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)[pP]([+-]?[0-9]+)$/;
const special = /^(?:[+-]?inf(?:inity)?|nan)$/i;

function lastDigitPointOrBlank(s: string): number {
  for (let i = s.length - 1; i >= 0; i--) {
    const c = s[i] as string;
    if ((c >= '0' && c <= '9') || c === '.' || c === ' ') return i;
  }
  return -1;
}

/** strconv.ParseFloat with 64 bits. */
function parseFloat64(s: string): { readonly value: number } | { readonly error: string } {
  if (special.test(s)) {
    const size = s.length === 3 && /nan/i.test(s) ? Number.NaN : Number.POSITIVE_INFINITY;
    return { value: s[0] === '-' ? -size : size };
  }
  const digits = s.replaceAll('_', '');
  const isHex = hexNumber.test(digits);
  const wellFormed = (isHex || decimalNumber.test(digits)) && (s === digits || underscoresWellPlaced(s));
  if (!wellFormed) return numberError('ParseFloat', s, 'invalid syntax');
  const value = isHex ? hexValue(digits) : Number(digits);
  if (value === undefined) return numberError('ParseFloat', s, 'invalid syntax');
  return Number.isFinite(value) ? { value } : numberError('ParseFloat', s, 'value out of range');
}

/** A hexadecimal floating-point number; undefined where it has no digits. */
function hexValue(s: string): number | undefined {
  const [, sign, whole = '', fraction = '', exponent = '0'] = hexNumber.exec(s) as RegExpExecArray;
  const digits = (whole + fraction).replace(/^0+/, '');
  if (whole + fraction === '') return undefined;
  if (digits === '') return 0;
  // Sixteen digits decide the value; of the others it counts only whether one of them is not zero.
  const kept = digits.slice(0, 16);
  const sticky = /[1-9a-fA-F]/.test(digits.slice(16)) ? 1n : 0n;
  const mantissa = BigInt(`0x${kept}`) * 16n + sticky;
  const power = Number(exponent) - 4 * fraction.length + 4 * (digits.length - kept.length) - 4;
  const size = scaled(mantissa, power);
  return sign === '-' ? -size : size;
}

/** `mantissa` times two to the `power`, rounded once, half to even. */
function scaled(mantissa: bigint, power: number): number {
  const bits = mantissa.toString(2).length;
  const top = bits + power;
  if (top > 1024) return Number.POSITIVE_INFINITY;
  if (top < -1080) return 0;
  // The lowest bit that a float64 of this size has.
  const lowest = Math.max(top - 53, -1074);
  const drop = lowest - power;
  if (drop <= 0) return Number(mantissa) * 2 ** power;
  const unit = 1n << BigInt(drop);
  const half = unit >> 1n;
  let quotient = mantissa / unit;
  const rest = mantissa % unit;
  if (rest > half || (rest === half && (quotient & 1n) === 1n)) quotient += 1n;
  return lowest < -1000 ? Number(quotient) * 2 ** (lowest + 100) * 2 ** -100 : Number(quotient) * 2 ** lowest;
}

/** Go's int64(f) on amd64: what does not fit becomes the least integer. */
function toInt64(value: number): number {
  return value < 2 ** 63 ? Math.trunc(value) : -(2 ** 63);
}
