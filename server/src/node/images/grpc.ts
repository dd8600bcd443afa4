// One gRPC call over a socket of this machine: a message out, a stream of messages back. Each call has a connection of its own.
import type { IncomingHttpHeaders } from 'node:http2';
import { decodeUtf8 } from '../../go/utf8.ts';
import { http2, net } from '../lateBuiltins.ts';
import { ImageError } from './imageError.ts';
import { startReading } from './tar.ts';

export interface GrpcCall {
  /** The path of a socket, or of a named pipe. */
  readonly socket: string;
  /** For a person: who is asked. */
  readonly who: string;
  /** `PACKAGE.SERVICE/METHOD`. */
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The question, as protobuf has it. */
  readonly message: Uint8Array;
  /** Milliseconds without a byte after which the call is given up. */
  readonly silence: number;
  readonly signal?: AbortSignal | undefined;
}

/** Bytes of one message of an answer. */
const longestMessage = 16 * 1024 * 1024;

/** The messages of the answer. Throws ImageError: `not-found` where that is the answer, and where it ends before its end. */
export async function* callGrpc(call: GrpcCall): AsyncIterable<Uint8Array> {
  const { socket, who, silence, signal } = call;
  const connection = net().connect(socket);
  const session = http2().connect('http://localhost', { createConnection: () => connection });
  let failure: unknown;
  let status: string | undefined;
  let words = '';
  const take = (headers: IncomingHttpHeaders): void => {
    if (headers['grpc-status'] !== undefined) status = String(headers['grpc-status']);
    if (headers['grpc-message'] !== undefined) words = String(headers['grpc-message']);
    const code = Number(headers[':status'] ?? 200);
    if (code !== 200) failure ??= new ImageError('bad-answer', `${who} answered ${code}`);
  };
  const fail = (error: unknown): void => {
    failure ??= error;
    session.destroy();
  };
  const cancel = (): void => fail(new ImageError('cancelled', `The request to ${who} was given up`));
  // What is wrong with the socket is the reason for all else.
  connection.prependListener('error', fail);
  session.on('error', fail);
  signal?.addEventListener('abort', cancel);
  try {
    if (signal?.aborted) cancel();
    const stream = session.request({
      ':method': 'POST',
      ':path': `/${call.method}`,
      'content-type': 'application/grpc',
      te: 'trailers',
      'user-agent': 'llb-lens',
      ...call.headers,
    });
    stream.on('error', (error) => {
      failure ??= error;
    });
    stream.on('response', take);
    stream.on('trailers', take);
    stream.end(framed(call.message));
    const limit = (): void => fail(new ImageError('silent', `${who} said nothing for ${silence / 1000} seconds`));
    const reader = startReading(timed(stream, silence, limit));
    for (;;) {
      const head = await reader.take(5);
      if (head === undefined) break;
      const length = Buffer.from(head).readUInt32BE(1);
      if (head[0] !== 0) throw new ImageError('bad-answer', `${who} packs its answer, though nobody asked for that`);
      if (length > longestMessage) throw new ImageError('too-large', `${who} sent a message of ${length} bytes`);
      const message = await reader.take(length);
      if (message === undefined) break;
      yield message;
    }
    // What it says of its own end may come a moment after that.
    if (!stream.closed) await new Promise<void>((resolve) => stream.once('close', () => resolve()));
  } catch (error) {
    failure ??= error;
  } finally {
    signal?.removeEventListener('abort', cancel);
    session.destroy();
  }
  if (failure !== undefined) throw explained(failure, who);
  if (status === undefined) throw new ImageError('truncated', `The answer of ${who} broke off`);
  if (status !== '0') throw refusal(status, words, who);
}

function framed(message: Uint8Array): Uint8Array {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/** The stream; `limit` is called where its next part does not come in time. What its reader takes for itself does not count. */
async function* timed(
  stream: AsyncIterable<Uint8Array>,
  silence: number,
  limit: () => void,
): AsyncIterable<Uint8Array> {
  const parts = stream[Symbol.asyncIterator]();
  for (;;) {
    const timer = setTimeout(limit, silence);
    try {
      const next = await parts.next();
      if (next.done === true) return;
      yield next.value;
    } finally {
      clearTimeout(timer);
    }
  }
}

function refusal(status: string, words: string, who: string): ImageError {
  if (status === '5') return new ImageError('not-found', `${who} does not have it`);
  if (status === '7' || status === '16') return new ImageError('denied', `${who} does not let it be read`);
  let told = words;
  try {
    told = decodeURIComponent(words);
  } catch {
    // As it stands, then.
  }
  return new ImageError('server', `${who} failed (${status}): ${told.slice(0, 200)}`);
}

function explained(error: unknown, who: string): ImageError {
  if (error instanceof ImageError) return error;
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  if (code === 'EACCES' || code === 'EPERM')
    return new ImageError('unreachable', `${who} may not be used by this user`);
  if (code === 'ENOENT' || code === 'ECONNREFUSED') return new ImageError('unreachable', `${who} is not there`);
  if (code === 'ECONNRESET' || code === 'EPIPE' || code.startsWith('ERR_HTTP2_STREAM'))
    return new ImageError('truncated', `The answer of ${who} broke off`);
  if (code.startsWith('ERR_HTTP2')) return new ImageError('bad-answer', `${who} does not speak gRPC`);
  return new ImageError('unreachable', `${who} does not answer`);
}

/** The fields of a message that are bytes or text, by number; of several of one number the last. Undefined where it is no message. */
export function bytesFields(message: Uint8Array): ReadonlyMap<number, Uint8Array> | undefined {
  const found = new Map<number, Uint8Array>();
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; at < message.length; scale *= 128) {
      const byte = message[at++] as number;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    return Number.NaN;
  };
  while (at < message.length) {
    const tag = varint();
    const kind = tag % 8;
    if (kind === 2) {
      const length = varint();
      if (!(at + length <= message.length)) return undefined;
      found.set(Math.floor(tag / 8), message.subarray(at, at + length));
      at += length;
    } else if (kind === 0) {
      if (Number.isNaN(varint())) return undefined;
    } else if (kind === 1 || kind === 5) at += kind === 1 ? 8 : 4;
    else return undefined;
  }
  return at === message.length ? found : undefined;
}

/** A text field of a message; `` where it is left out. */
export function textField(fields: ReadonlyMap<number, Uint8Array>, number: number): string {
  const bytes = fields.get(number);
  return bytes === undefined ? '' : decodeUtf8(bytes);
}
