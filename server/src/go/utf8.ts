// UTF-8 to and from JS strings; bytes that are not UTF-8 travel as the lone surrogates U+DC80..U+DCFF.

const replacement = 0xfffd;
const loneSurrogate = /\p{Surrogate}/u;

/** True where `code` is a lone surrogate that stands for the raw byte `code & 0xff`. */
function isRawByte(code: number): boolean {
  return code >= 0xdc80 && code <= 0xdcff;
}

/** The number of bytes that `encodeUtf8` yields. */
export function utf8Length(s: string): number {
  let length = s.length;
  for (let i = 0; i < s.length; i++) {
    if (s.charCodeAt(i) < 0x80) continue;
    const code = s.codePointAt(i) as number;
    if (code > 0xffff) i++;
    if (code < 0x800) length++;
    else if (!isRawByte(code)) length += 2;
  }
  return length;
}

/** The bytes of `s`: U+DC80..U+DCFF standing alone become 0x80..0xFF, any other lone surrogate EF BF BD. */
export function encodeUtf8(s: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(utf8Length(s));
  let to = 0;
  for (let i = 0; i < s.length; i++) {
    let code = s.charCodeAt(i);
    if (code < 0x80) {
      bytes[to++] = code;
      continue;
    }
    code = s.codePointAt(i) as number;
    if (code > 0xffff) i++;
    if (isRawByte(code)) {
      bytes[to++] = code & 0xff;
      continue;
    }
    if (isSurrogate(code)) code = replacement;
    // How many bytes follow. As many bits of the first are set, and one more.
    const tails = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    bytes[to++] = (0xff00 >> (tails + 1)) | (code >> (6 * tails));
    for (let shift = 6 * tails - 6; shift >= 0; shift -= 6) bytes[to++] = 0x80 | ((code >> shift) & 0x3f);
  }
  return bytes;
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
    const tails = tailsAt(bytes, i);
    let code = tails === 0 ? 0xdc00 | first : first & (0x3f >> tails);
    for (let end = i++ + tails; i <= end; i++) code = (code << 6) | ((bytes[i] as number) & 0x3f);
    if (code > 0xffff) {
      chunk[used++] = 0xd7c0 + (code >> 10);
      code = 0xdc00 | (code & 0x3ff);
    }
    chunk[used++] = code;
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
  const from = isSurrogate(a.charCodeAt(at - 1)) ? at - 1 : at;
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

/** How many bytes follow the first of the well-formed sequence at `i`; 0 where that begins none of several bytes. */
function tailsAt(bytes: Uint8Array, i: number): number {
  const first = bytes[i] as number;
  const second = bytes[i + 1] ?? 0;
  const tails = first < 0xc2 || first > 0xf4 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
  for (let tail = 1; tail <= tails; tail++) if (!isTail(bytes[i + tail] ?? 0)) return 0;
  // Neither overlong forms nor surrogates nor what is beyond U+10FFFF is well-formed.
  const wrong =
    (first === 0xe0 && second < 0xa0) ||
    (first === 0xed && second > 0x9f) ||
    (first === 0xf0 && second < 0x90) ||
    (first === 0xf4 && second > 0x8f);
  return wrong ? 0 : tails;
}

function isTail(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}

function isSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdfff;
}
