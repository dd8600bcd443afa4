// UTF-8 to and from JS strings; bytes that are not UTF-8 travel as the lone surrogates U+DC80..U+DCFF.

const replacement = 0xfffd;
const loneSurrogate = /\p{Surrogate}/u;

/** True where `code` is a lone surrogate that stands for the raw byte `code & 0xff`. */
function isRawByte(code: number): boolean {
  return code >= 0xdc80 && code <= 0xdcff;
}

/** The number of bytes that `encodeUtf8` yields. */
export function utf8Length(s: string): number {
  const n = s.length;
  let length = n;
  for (let i = 0; i < n; i++) {
    const code = s.charCodeAt(i);
    if (code < 0x80) continue;
    if (code < 0x800) length += 1;
    else if (code < 0xd800 || code > 0xdfff) length += 2;
    else if (code <= 0xdbff && isLow(s, i + 1)) {
      length += 2;
      i++;
    } else if (!isRawByte(code)) length += 2;
  }
  return length;
}

/** The bytes of `s`: U+DC80..U+DCFF standing alone become 0x80..0xFF, any other lone surrogate EF BF BD. */
export function encodeUtf8(s: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(utf8Length(s));
  writeUtf8(s, bytes, 0);
  return bytes;
}

/** Writes the bytes of `s` into `target` from index `at` on; returns the index after them. The room must be there. */
export function writeUtf8(s: string, target: Uint8Array, at: number): number {
  const n = s.length;
  let to = at;
  for (let i = 0; i < n; i++) {
    let code = s.charCodeAt(i);
    if (code < 0x80) {
      target[to++] = code;
      continue;
    }
    if (code < 0x800) {
      target[to++] = 0xc0 | (code >> 6);
      target[to++] = 0x80 | (code & 0x3f);
      continue;
    }
    if (code >= 0xd800 && code <= 0xdfff) {
      if (code <= 0xdbff && isLow(s, i + 1)) {
        code = s.codePointAt(i) as number;
        i++;
        target[to++] = 0xf0 | (code >> 18);
        target[to++] = 0x80 | ((code >> 12) & 0x3f);
        target[to++] = 0x80 | ((code >> 6) & 0x3f);
        target[to++] = 0x80 | (code & 0x3f);
        continue;
      }
      if (isRawByte(code)) {
        target[to++] = code & 0xff;
        continue;
      }
      code = replacement;
    }
    target[to++] = 0xe0 | (code >> 12);
    target[to++] = 0x80 | ((code >> 6) & 0x3f);
    target[to++] = 0x80 | (code & 0x3f);
  }
  return to;
}

/** The text of `bytes`. Each byte that belongs to no well-formed UTF-8 sequence becomes U+DC00 + byte. */
export function decodeUtf8(bytes: Uint8Array): string {
  const n = bytes.length;
  const chunk = new Array<number>(Math.min(n, chunkSize));
  const parts: string[] = [];
  let used = 0;
  let i = 0;
  while (i < n) {
    // A pair of surrogates is the most that one turn adds.
    if (used > chunkSize - 2) {
      chunk.length = used;
      parts.push(String.fromCharCode.apply(null, chunk));
      used = 0;
    }
    const first = bytes[i] as number;
    if (first < 0x80) {
      chunk[used++] = first;
      i++;
      continue;
    }
    const size = sequenceLength(bytes, i, n);
    if (size === 0) {
      chunk[used++] = 0xdc00 | first;
      i++;
    } else if (size === 2) {
      chunk[used++] = ((first & 0x1f) << 6) | tail(bytes, i + 1);
      i += 2;
    } else if (size === 3) {
      chunk[used++] = ((first & 0x0f) << 12) | (tail(bytes, i + 1) << 6) | tail(bytes, i + 2);
      i += 3;
    } else {
      const code =
        (((first & 0x07) << 18) | (tail(bytes, i + 1) << 12) | (tail(bytes, i + 2) << 6) | tail(bytes, i + 3)) -
        0x10000;
      chunk[used++] = 0xd800 | (code >> 10);
      chunk[used++] = 0xdc00 | (code & 0x3ff);
      i += 4;
    }
  }
  chunk.length = used;
  parts.push(String.fromCharCode.apply(null, chunk));
  return parts.length === 1 ? (parts[0] as string) : parts.join('');
}

/** True where `s` holds a lone surrogate, of whatever kind: its bytes are not (or were not) UTF-8. */
export function hasInvalidUtf8(s: string): boolean {
  return loneSurrogate.test(s);
}

/** Orders strings as Go does, by their bytes: negative, zero or positive. */
export function compareUtf8(a: string, b: string): number {
  if (a === b) return 0;
  const n = Math.min(a.length, b.length);
  let i = 0;
  while (i < n && a.charCodeAt(i) === b.charCodeAt(i)) i++;
  if (i === n) return compareTails(a, b, i);
  const x = a.charCodeAt(i);
  const y = b.charCodeAt(i);
  if (isSurrogate(x) || isSurrogate(y)) return compareTails(a, b, i);
  return x - y;
}

const chunkSize = 8192;

/** The slow way from the first difference on: surrogates neither sort by their code unit nor stand alone. */
function compareTails(a: string, b: string, at: number): number {
  const from = at > 0 && isHigh(a.charCodeAt(at - 1)) ? at - 1 : at;
  if (a.length === from || b.length === from) return a.length - b.length;
  const x = encodeUtf8(a.slice(from));
  const y = encodeUtf8(b.slice(from));
  const n = Math.min(x.length, y.length);
  for (let i = 0; i < n; i++) {
    const difference = (x[i] as number) - (y[i] as number);
    if (difference !== 0) return difference;
  }
  return x.length - y.length;
}

/** The length of the well-formed sequence of two or more bytes at `i`, 0 where there is none. */
function sequenceLength(bytes: Uint8Array, i: number, n: number): number {
  const first = bytes[i] as number;
  if (first < 0xc2 || first > 0xf4 || i + 1 >= n) return 0;
  const second = bytes[i + 1] as number;
  if (first < 0xe0) return isTail(second) ? 2 : 0;
  if (first < 0xf0) {
    // Neither overlong forms nor surrogates are well-formed.
    const low = first === 0xe0 ? 0xa0 : 0x80;
    const high = first === 0xed ? 0x9f : 0xbf;
    return second >= low && second <= high && i + 2 < n && isTail(bytes[i + 2] as number) ? 3 : 0;
  }
  const low = first === 0xf0 ? 0x90 : 0x80;
  const high = first === 0xf4 ? 0x8f : 0xbf;
  if (second < low || second > high || i + 3 >= n) return 0;
  return isTail(bytes[i + 2] as number) && isTail(bytes[i + 3] as number) ? 4 : 0;
}

function tail(bytes: Uint8Array, i: number): number {
  return (bytes[i] as number) & 0x3f;
}

function isTail(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}

function isHigh(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}

function isLow(s: string, i: number): boolean {
  if (i >= s.length) return false;
  const code = s.charCodeAt(i);
  return code >= 0xdc00 && code <= 0xdfff;
}

function isSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdfff;
}
