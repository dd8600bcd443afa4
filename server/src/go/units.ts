// Sizes such as `64m` as docker/go-units reads them.
import { numberError, type Parsed, toLower } from './text.ts';
import { utf8Length } from './utf8.ts';

/** units.RAMInBytes: units are powers of 1024. Exact, for Go counts in floating point too. */
export function ramInBytes(s: string): Parsed<number> {
  const end = s.search(/[0-9. ][^0-9. ]*$/);
  const invalid = { error: `invalid size: '${s}'` };
  if (end < 0) return invalid;
  const parsed = parseFloat64(s.slice(0, s[end] === ' ' ? end : end + 1));
  if ('error' in parsed) return parsed;
  if (parsed.value < 0) return invalid;
  const given = s.slice(end + 1);
  const suffix = utf8Length(given) <= 3 ? toLower(given) : given;
  const unit = /^(?:([kmgtp])(?:i?b)?|b)?$/.exec(suffix);
  if (!unit) return { error: `invalid suffix: '${suffix}'` };
  const power = unit[1] === undefined ? 0 : 'kmgtp'.indexOf(unit[1]) + 1;
  return { value: toInt64(parsed.value * 1024 ** power) };
}

// Numbers as Go writes them, with `_` between digits. Each character decides what follows, so nothing backtracks.
const digits = '[0-9](?:_?[0-9])*';
const hexDigits = '[0-9a-f](?:_?[0-9a-f])*';
const decimalNumber = new RegExp(`^[+-]?(?:${digits}\\.?(?:${digits})?|\\.${digits})(?:e[+-]?${digits})?$`, 'i');
const hexNumber = new RegExp(`^([+-]?)0x(?:_?(${hexDigits}))?\\.?(${hexDigits})?p([+-]?${digits})$`, 'i');
const special = /^(?:[+-]?inf(?:inity)?|nan)$/i;

/** strconv.ParseFloat with 64 bits. */
function parseFloat64(s: string): Parsed<number> {
  if (special.test(s)) {
    const size = /^nan$/i.test(s) ? Number.NaN : Number.POSITIVE_INFINITY;
    return { value: s[0] === '-' ? -size : size };
  }
  const value = decimalNumber.test(s) ? Number(s.replaceAll('_', '')) : hexValue(s);
  if (value === undefined) return numberError('ParseFloat', s, 'invalid syntax');
  return Number.isFinite(value) ? { value } : numberError('ParseFloat', s, 'value out of range');
}

/** A hexadecimal floating-point number; undefined where it is none. */
function hexValue(s: string): number | undefined {
  const parts = hexNumber.exec(s)?.map((part = '') => part.replaceAll('_', '')) ?? [];
  const [, sign, whole = '', fraction = '', exponent] = parts;
  if (whole + fraction === '') return undefined;
  const significant = (whole + fraction).replace(/^0+/, '');
  if (significant === '') return 0;
  // Sixteen digits decide the value; of the others it counts only whether one of them is not zero.
  const kept = significant.slice(0, 16);
  const mantissa = Number(BigInt(`0x${kept}`) * 16n + (/[^0]/.test(significant.slice(16)) ? 1n : 0n));
  const dropped = significant.length - kept.length - fraction.length - 1;
  const power = Math.max(-1e9, Math.min(1e9, Number(exponent))) + 4 * dropped;
  // In two steps, for the power alone may be beyond what a number holds.
  const half = Math.trunc(power / 2);
  const size = mantissa * 2 ** half * 2 ** (power - half);
  return sign === '-' ? -size : size;
}

/** Go's int64(f) on amd64: what does not fit becomes the least integer. */
function toInt64(value: number): number {
  return value < 2 ** 63 ? Math.trunc(value) : -(2 ** 63);
}
