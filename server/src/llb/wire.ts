// Protobuf's wire format, written from the end to the front so that every length is known when it is needed.
// Messages are written one before the other into large chunks and handed out as views: a graph has thousands of small
// ones, and a buffer of its own for each would cost more than all the rest. Nothing here is re-entrant; nothing needs to
// be, since marshalling is synchronous.
import { encodeUtf8, hasInvalidUtf8 } from '../go/utf8.ts';

const chunkSize = 1 << 16;
let buffer = new Uint8Array(chunkSize);
/** Where the last byte written stands. */
let at = chunkSize;
/** Where the message that is being written ends. */
let end = chunkSize;
let invalid = false;

/** Starts a new message. */
export function begin(): void {
  end = at;
  invalid = false;
}

/** What was written since `begin`; these bytes never change again. */
export function finish(): Uint8Array {
  return buffer.subarray(at, end);
}

/** The place reached so far; give it to `endMessage` or `written` after writing the content. */
export function mark(): number {
  return end - at;
}

/** What was written since `from`; these bytes never change again. */
export function written(from: number): Uint8Array {
  return buffer.subarray(at, end - from);
}

/** True where a string field was not valid UTF-8, which Go's marshaller refuses. */
export function sawInvalidUtf8(): boolean {
  return invalid;
}

/** Closes a length-delimited field whose content was written since `from`. */
export function endMessage(field: number, from: number): void {
  putVarint(end - at - from);
  putTag(field, 2);
}

/** A message for each value, whose content `put` writes. */
export function putMessages<T>(field: number, values: readonly T[], put: (value: T, index: number) => void): void {
  for (let i = values.length - 1; i >= 0; i--) {
    const from = mark();
    put(values[i] as T, i);
    endMessage(field, from);
  }
}

/** A string field for each value. */
export function putStrings(field: number, values: readonly string[]): void {
  for (let i = values.length - 1; i >= 0; i--) putString(field, values[i] as string);
}

/** The content of an entry of a map. */
export function putPair([key, value]: readonly [string, string]): void {
  putString(2, value);
  putString(1, key);
}

/** A string field; the empty string is written too. */
export function putString(field: number, value: string): void {
  const length = value.length;
  reserve(length * 3 + 12);
  const stop = at;
  let i = length;
  while (i > 0) {
    const code = value.charCodeAt(--i);
    if (code >= 0x80) {
      at = stop;
      invalid ||= hasInvalidUtf8(value);
      putRaw(encodeUtf8(value));
      break;
    }
    buffer[--at] = code;
  }
  putVarint(stop - at);
  putTag(field, 2);
}

/** A string field, left out where empty. */
export function putText(field: number, value: string): void {
  if (value !== '') putString(field, value);
}

/** Ready-made bytes, copied as they are (a field with its tag, or several). */
export function putRaw(bytes: Uint8Array): void {
  reserve(bytes.length);
  at -= bytes.length;
  buffer.set(bytes, at);
}

/** A bytes field, left out where empty. */
export function putBytes(field: number, bytes: Uint8Array): void {
  if (bytes.length === 0) return;
  putBytesAlways(field, bytes);
}

/** A bytes field, also where empty (an element of a repeated field). */
export function putBytesAlways(field: number, bytes: Uint8Array): void {
  putRaw(bytes);
  putVarint(bytes.length);
  putTag(field, 2);
}

/** An integer field, left out where zero; negative numbers are sign-extended to ten bytes. */
export function putInt(field: number, value: number): void {
  if (value !== 0) putIntAlways(field, value);
}

/** An integer field, also where zero (a member of a oneof). */
export function putIntAlways(field: number, value: number): void {
  if (value < 0 || value > 0x7fffffff) {
    putBigInt(field, value === -1 ? -1n : BigInt(value));
    return;
  }
  putVarint(value);
  putTag(field, 0);
}

/** A 64-bit integer field, left out where zero. */
export function putBigInt(field: number, value: bigint): void {
  if (value === 0n) return;
  reserve(10);
  if (value === -1n) putMinusOne();
  else putBigVarint(BigInt.asUintN(64, value));
  putTag(field, 0);
}

export function putBool(field: number, value: boolean): void {
  if (!value) return;
  reserve(8);
  buffer[--at] = 1;
  putTag(field, 0);
}

function putTag(field: number, type: number): void {
  putVarint((field << 3) | type);
}

function putVarint(value: number): void {
  reserve(6);
  if (value < 0x80) {
    buffer[--at] = value;
    return;
  }
  let size = 2;
  for (let rest = value >>> 14; rest > 0; rest >>>= 7) size++;
  at -= size;
  let i = at;
  while (value >= 0x80) {
    buffer[i++] = (value & 0x7f) | 0x80;
    value >>>= 7;
  }
  buffer[i] = value;
}

/** The number that nearly every file operation has several times: 64 bits that are all set. */
function putMinusOne(): void {
  at -= 10;
  buffer.fill(0xff, at, at + 9);
  buffer[at + 9] = 1;
}

function putBigVarint(value: bigint): void {
  const bytes: number[] = [];
  for (; value >= 0x80n; value >>= 7n) bytes.push(Number(value & 0x7fn) | 0x80);
  at -= bytes.push(Number(value));
  buffer.set(bytes, at);
}

function reserve(size: number): void {
  if (at >= size) return;
  const used = end - at;
  const larger = new Uint8Array(Math.max(chunkSize, 2 * used + size));
  larger.set(buffer.subarray(at, end), larger.length - used);
  buffer = larger;
  end = larger.length;
  at = end - used;
}
