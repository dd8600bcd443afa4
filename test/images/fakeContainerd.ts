// A containerd in memory, on a socket: it answers what the real one is asked for, and misbehaves where a test wants it to.
import { createServer, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import { decodeUtf8 } from '../../server/src/go/utf8.ts';
import { begin, endMessage, finish, mark, putBytes, putInt, putString } from '../../server/src/llb/wire.ts';
import { digestOf, type FakeRegistry, type Part } from './fakeRegistry.ts';

export interface FakeContainerd extends Pick<FakeRegistry, 'putBlob' | 'putManifest'> {
  /** `NAMESPACE METHOD QUESTION`, in the order in which they came. */
  readonly asked: string[];
  /** Answers in its place; true where it did. */
  fault: ((stream: ServerHttp2Stream, method: string, name: string) => boolean) | undefined;
  /** Takes content out of it. */
  drop(digest: string): void;
  close(): Promise<void>;
}

/** What `putManifest` puts is an image of that namespace by its full name. */
export async function startFakeContainerd(socket: string, namespace: string): Promise<FakeContainerd> {
  const content = new Map<string, Uint8Array>();
  const images = new Map<string, Part & { mediaType: string }>();
  const sessions = new Set<ServerHttp2Session>();
  const server = createServer();
  const fake: FakeContainerd = {
    asked: [],
    fault: undefined,
    putBlob(bytes) {
      const digest = digestOf(bytes);
      content.set(digest, bytes);
      return { digest, size: bytes.length };
    },
    putManifest(repository, tag, mediaType, body) {
      const part = { mediaType, ...fake.putBlob(Buffer.from(JSON.stringify(body))) };
      images.set(`${repository}:${tag}`, part);
      return part;
    },
    drop: (digest) => void content.delete(digest),
    close: () =>
      new Promise((resolve) => {
        for (const session of sessions) session.destroy();
        server.close(() => resolve());
      }),
  };
  server.on('session', (session) => {
    sessions.add(session);
    session.on('error', () => {});
  });
  server.on('stream', (stream, headers) => {
    const parts: Buffer[] = [];
    stream.on('error', () => {});
    stream.on('data', (part: Buffer) => parts.push(part));
    stream.on('end', () => {
      const method = String(headers[':path']).replace(/^.*\./, '');
      const message = Buffer.concat(parts).subarray(5);
      // One text field of less than 128 bytes.
      const name = decodeUtf8(message.subarray(2, 2 + (message[1] as number)));
      fake.asked.push(`${headers['containerd-namespace']} ${method} ${name}`);
      if (fake.fault?.(stream, method, name) === true) return;
      const here = headers['containerd-namespace'] === namespace;
      const image = images.get(name);
      const bytes = content.get(name);
      if (here && method === 'Images/Get' && image !== undefined) return answer(stream, [imageMessage(name, image)]);
      if (!here || bytes === undefined) return refuse(stream, 5, `content ${name}: not found`);
      const pieces: Uint8Array[] = [];
      for (let at = 0; at < bytes.length; at += 100) pieces.push(dataMessage(at, bytes.subarray(at, at + 100)));
      answer(stream, pieces);
    });
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  return fake;
}

/** All messages and a good end; without `good`, the stream is cut off. */
export function answer(stream: ServerHttp2Stream, messages: readonly Uint8Array[], good = true): void {
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: good });
  if (good) stream.once('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  for (const message of messages) {
    const head = Buffer.alloc(5);
    head.writeUInt32BE(message.length, 1);
    stream.write(Buffer.concat([head, message]));
  }
  stream.end();
}

export function refuse(stream: ServerHttp2Stream, code: number, words: string): void {
  const headers = { 'grpc-status': String(code), 'grpc-message': encodeURIComponent(words) };
  stream.respond({ ':status': 200, 'content-type': 'application/grpc', ...headers }, { endStream: true });
}

export function dataMessage(offset: number, data: Uint8Array): Uint8Array {
  begin();
  putBytes(2, data);
  putInt(1, offset);
  return finish();
}

/** images.v1.GetImageResponse. Written from its end, as `wire.ts` wants it. */
function imageMessage(name: string, { mediaType, digest, size }: Part & { mediaType: string }): Uint8Array {
  begin();
  const image = mark();
  const target = mark();
  putInt(3, size);
  putString(2, digest);
  putString(1, mediaType);
  endMessage(3, target);
  putString(1, name);
  endMessage(1, image);
  return finish();
}
