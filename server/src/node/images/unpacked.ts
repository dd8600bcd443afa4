// What a stream holds that may be packed with gzip or zstd; its first bytes tell.
import { Readable } from 'node:stream';
import type { Gunzip, ZlibOptions } from 'node:zlib';
import { zlib } from '../lateBuiltins.ts';
import { ImageError } from './imageError.ts';

/** Bytes that anything may unpack to. */
const mostUnpacked = 64 * 1024 ** 3;
/** Bytes at a time: with Node's own 16 kB unpacking takes twice as long. */
const chunkSize = 64 * 1024;

/** True for the first bytes of what is packed. */
export function isPacked(head: Uint8Array): boolean {
  return isGzip(head) || isZstd(head);
}

/** The stream as it was before it was packed. Throws ImageError, with `what` as its subject: `The layer`. */
export async function* unpacked(
  stream: AsyncIterable<Uint8Array>,
  what: string,
  most = mostUnpacked,
): AsyncIterable<Uint8Array> {
  const source = stream[Symbol.asyncIterator]();
  let head: Uint8Array = new Uint8Array(0);
  while (head.length < 4) {
    const next = await source.next();
    if (next.done === true) break;
    head = head.length === 0 ? next.value : Buffer.concat([head, next.value]);
  }
  const whole = (async function* (): AsyncIterable<Uint8Array> {
    try {
      if (head.length > 0) yield head;
      for (let next = await source.next(); next.done !== true; next = await source.next()) yield next.value;
    } finally {
      await source.return?.();
    }
  })();
  const tool = toolFor(head, what);
  if (tool === undefined) {
    yield* whole;
    return;
  }
  let size = 0;
  let failure: unknown;
  // What goes wrong with the source must not be hidden by what the decompressor makes of it.
  const input = Readable.from(whole);
  input.once('error', (error) => {
    failure = error;
    tool.destroy(error);
  });
  try {
    for await (const part of input.pipe(tool)) {
      size += (part as Uint8Array).length;
      if (size > most)
        throw new ImageError('too-large', `${what} unpacks to more than the ${most} bytes that are read`);
      yield part as Uint8Array;
    }
  } catch (error) {
    if (failure !== undefined) throw failure;
    if (error instanceof ImageError) throw error;
    throw new ImageError('unsupported', `${what} is damaged: it cannot be unpacked`);
  } finally {
    input.destroy();
    tool.destroy();
  }
}

function isGzip(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

function isZstd(head: Uint8Array): boolean {
  return head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd;
}

function toolFor(head: Uint8Array, what: string): Gunzip | undefined {
  if (isGzip(head)) return zlib().createGunzip({ chunkSize });
  if (!isZstd(head)) return undefined;
  // Node has it since 22.15.
  const create = (zlib() as { createZstdDecompress?: (options: ZlibOptions) => Gunzip }).createZstdDecompress;
  if (create === undefined)
    throw new ImageError('unsupported', `${what} is packed with zstd, which this Node cannot read`);
  return create({ chunkSize });
}
