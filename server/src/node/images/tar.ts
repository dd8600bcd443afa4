// Reading a tar archive as it comes: ustar, pax and GNU, the headers, and the content of what is asked for.
import { decodeUtf8 } from '../../go/utf8.ts';
import { ImageError } from './imageError.ts';

export interface TarEntry {
  /** As it is written, without a slash at its end. */
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'link' | 'hardlink' | 'other';
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes of content. */
  readonly size: number;
  /** Where the content starts in the archive, in bytes. */
  readonly offset: number;
  /** Of a link or hard link. */
  readonly target: string;
}

/** An entry, and its content where `wants` said yes. */
export interface TarPart extends TarEntry {
  readonly content?: Uint8Array;
}

const block = 512;
/** Long names and attributes in bytes: what is longer is no name. */
const longestHeader = 1024 * 1024;

/** The entries in order. Throws ImageError where it is no tar archive, or breaks off. */
export async function* readTar(
  input: AsyncIterable<Uint8Array>,
  wants: (entry: TarEntry) => boolean = () => false,
): AsyncIterable<TarPart> {
  const reader = startReading(input);
  let global: Record<string, string> = {};
  let pax: Record<string, string> = {};
  let longName: string | undefined;
  let longTarget: string | undefined;
  for (let first = true; ; first = false) {
    const header = await reader.take(block);
    if (header === undefined) {
      if (first) throw new ImageError('unsupported', 'It is an empty file, no tar archive');
      throw new ImageError('truncated', 'The archive breaks off');
    }
    if (header.every((byte) => byte === 0)) {
      await reader.drain();
      return;
    }
    if (!hasRightSum(header)) throw new ImageError('unsupported', 'It is no tar archive, or a damaged one');
    const flag = String.fromCharCode(header[156] as number);
    const attributes = { ...global, ...pax };
    const size = attributes.size === undefined ? numberAt(header, 124, 12) : Number(attributes.size);
    if (!Number.isSafeInteger(size) || size < 0) throw new ImageError('unsupported', 'It is a damaged tar archive');
    const padded = Math.ceil(size / block) * block;
    if (flag === 'x' || flag === 'g' || flag === 'L' || flag === 'K') {
      if (size > longestHeader) throw new ImageError('too-large', 'A name in the archive is longer than a megabyte');
      const body = await reader.take(padded);
      if (body === undefined) throw new ImageError('truncated', 'The archive breaks off');
      const content = body.subarray(0, size);
      if (flag === 'x') pax = readPax(content);
      else if (flag === 'g') global = { ...global, ...readPax(content) };
      else if (flag === 'L') longName = textAt(content, 0, size);
      else longTarget = textAt(content, 0, size);
      continue;
    }
    const isUstar = textAt(header, 257, 6).startsWith('ustar');
    const prefix = isUstar && header[262] !== 0x20 ? textAt(header, 345, 155) : '';
    const name = attributes.path ?? longName ?? (prefix === '' ? '' : `${prefix}/`) + textAt(header, 0, 100);
    const kind = kindOf(flag, name);
    // Links say a size now and then, and have no content.
    const has = kind === 'file' || kind === 'other' ? size : 0;
    const entry: TarEntry = {
      path: name.replace(/\/+$/, ''),
      kind,
      mode: numberAt(header, 100, 8) & 0o7777,
      uid: attributes.uid === undefined ? numberAt(header, 108, 8) : Number(attributes.uid),
      gid: attributes.gid === undefined ? numberAt(header, 116, 8) : Number(attributes.gid),
      size: has,
      offset: reader.position(),
      target: attributes.linkpath ?? longTarget ?? textAt(header, 157, 100),
    };
    pax = {};
    longName = undefined;
    longTarget = undefined;
    if (has > 0 && wants(entry)) {
      const content = await reader.take(Math.ceil(has / block) * block);
      if (content === undefined) throw new ImageError('truncated', 'The archive breaks off');
      yield { ...entry, content: content.slice(0, has) };
    } else {
      if (has > 0 && !(await reader.skip(Math.ceil(has / block) * block)))
        throw new ImageError('truncated', 'The archive breaks off');
      yield entry;
    }
  }
}

function kindOf(flag: string, name: string): TarEntry['kind'] {
  if (flag === '0' || flag === '\0' || flag === '7') return name.endsWith('/') ? 'directory' : 'file';
  return flag === '5' ? 'directory' : flag === '2' ? 'link' : flag === '1' ? 'hardlink' : 'other';
}

/** Takes from a stream as many bytes as are wanted, however they come. */
export function startReading(input: AsyncIterable<Uint8Array>) {
  const source = input[Symbol.asyncIterator]();
  let buffer: Uint8Array = new Uint8Array(0);
  let at = 0;
  let position = 0;
  const more = async (): Promise<boolean> => {
    const next = await source.next();
    if (next.done === true) return false;
    buffer = next.value;
    at = 0;
    return true;
  };
  return {
    position: () => position,
    /** So many bytes; undefined where the input ends before, at whatever byte. */
    async take(count: number): Promise<Uint8Array | undefined> {
      if (buffer.length - at >= count) {
        const part = buffer.subarray(at, at + count);
        at += count;
        position += count;
        return part;
      }
      const whole = new Uint8Array(count);
      let filled = 0;
      while (filled < count) {
        if (at >= buffer.length && !(await more())) return undefined;
        const part = buffer.subarray(at, at + count - filled);
        whole.set(part, filled);
        filled += part.length;
        at += part.length;
      }
      position += count;
      return whole;
    },
    async skip(count: number): Promise<boolean> {
      let left = count;
      while (left > 0) {
        if (at >= buffer.length && !(await more())) return false;
        const step = Math.min(left, buffer.length - at);
        at += step;
        left -= step;
      }
      position += count;
      return true;
    },
    /** Reads on to the end, so that whoever hashes the input sees all of it. */
    async drain(): Promise<void> {
      while (await more()) at = buffer.length;
    },
  };
}

function hasRightSum(header: Uint8Array): boolean {
  let sum = 0;
  for (let i = 0; i < block; i++) sum += i >= 148 && i < 156 ? 32 : (header[i] as number);
  return sum === numberAt(header, 148, 8);
}

/** Octal text, or GNU's big-endian number after a byte of 0x80. */
function numberAt(header: Uint8Array, from: number, width: number): number {
  if ((header[from] as number) & 0x80) {
    let value = (header[from] as number) & 0x7f;
    for (let i = from + 1; i < from + width; i++) value = value * 256 + (header[i] as number);
    return value;
  }
  const text = textAt(header, from, width).trim();
  return text === '' ? 0 : Number.parseInt(text, 8);
}

function textAt(bytes: Uint8Array, from: number, width: number): string {
  const field = bytes.subarray(from, from + width);
  const end = field.indexOf(0);
  return decodeUtf8(end < 0 ? field : field.subarray(0, end));
}

function readPax(body: Uint8Array): Record<string, string> {
  const found: Record<string, string> = {};
  for (let at = 0; at < body.length; ) {
    const blank = body.indexOf(0x20, at);
    const length = blank < 0 ? 0 : Number(decodeUtf8(body.subarray(at, blank)));
    if (!(length > blank - at) || at + length > body.length) break;
    const record = decodeUtf8(body.subarray(blank + 1, at + length - 1));
    const equals = record.indexOf('=');
    const key = record.slice(0, equals);
    if (key === 'path' || key === 'linkpath' || key === 'size' || key === 'uid' || key === 'gid')
      found[key] = record.slice(equals + 1);
    at += length;
  }
  return found;
}
