// A registry on loopback that lives in memory: serves the bases, takes remote caches and pushed images, counts what was read.
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

/** Fixed, because it stands in the bytes of `ADD http://...` and of images named with it. */
export const PORT = 5077;
export const HOST = `127.0.0.1:${PORT}`;

interface Manifest {
  type: string;
  body: Buffer;
}

export interface Registry {
  /** Puts a manifest with its blobs under `repository:tag`; returns the manifest's digest. */
  put(repository: string, tag: string, manifest: Manifest, config: Buffer, layers: readonly Buffer[]): string;
  /** Lets `repository:tag` name what was put under the other tag; all others get back what they were put with. */
  retag(tags: Record<string, string>): void;
  /** Texts for http://HOST/served/PATH. */
  serve(texts: Record<string, string>): void;
  /** Repositories whose layers were read since the last call, sorted; what was pushed does not count. */
  takeReads(): string[];
  /** Blobs uploaded, mounted from another repository, or found present, since the last call. */
  takeWrites(): { sent: number; mounted: number; present: number };
  /** Forgets everything that was pushed. */
  forgetPushes(): void;
  close(): Promise<void>;
}

export const sha256 = (data: Buffer | string): string => `sha256:${createHash('sha256').update(data).digest('hex')}`;

/** `library/alpine/3.14` of `alpine:3.14`. */
const keyOf = (name: string): string => (name.includes('/') ? name : `library/${name}`).replace(':', '/');

/** Starts listening; rejects when the port is taken. */
export async function startRegistry(): Promise<Registry> {
  const blobs = new Map<string, Buffer>();
  const owners = new Map<string, Set<string>>();
  const manifests = new Map<string, Manifest>();
  const uploads = new Map<string, Buffer[]>();
  const kept = { blobs: new Set<string>(), layers: new Set<string>(), manifests: new Set<string>() };
  const put = new Map<string, Manifest>();
  let served: Record<string, string> = {};
  let reads = new Set<string>();
  let writes = { sent: 0, mounted: 0, present: 0 };
  let uploadCount = 0;

  const own = (repository: string, digest: string) => {
    const set = owners.get(repository) ?? new Set();
    owners.set(repository, set.add(digest));
  };
  const putManifest = (repository: string, reference: string, manifest: Manifest): string => {
    const digest = sha256(manifest.body);
    manifests.set(`${repository}/${reference}`, manifest);
    manifests.set(`${repository}/${digest}`, manifest);
    return digest;
  };

  const answer = (response: ServerResponse, status: number, headers: Record<string, string> = {}, body?: Buffer) => {
    response.writeHead(status, { 'Docker-Distribution-Api-Version': 'registry/2.0', ...headers });
    response.end(body);
  };

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '/', `http://${HOST}`);
    const method = request.method ?? 'GET';
    const body = async () => {
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(part as Buffer);
      return Buffer.concat(parts);
    };
    if (url.pathname.startsWith('/served/')) {
      const text = served[url.pathname.slice('/served/'.length)];
      if (text === undefined) return answer(response, 404);
      const etag = `"${sha256(text).slice(7, 23)}"`;
      if (request.headers['if-none-match']?.includes(etag)) return answer(response, 304, { ETag: etag });
      const length = String(Buffer.byteLength(text));
      return answer(
        response,
        200,
        { ETag: etag, 'Content-Length': length },
        method === 'HEAD' ? undefined : Buffer.from(text),
      );
    }
    const match = /^\/v2\/(.+)\/(manifests|blobs)\/(.*)$/.exec(url.pathname);
    if (!match) return answer(response, url.pathname === '/v2/' ? 200 : 404);
    const [, repository = '', kind = '', rest = ''] = match;

    if (kind === 'manifests') {
      if (method === 'PUT') {
        const type = request.headers['content-type'] ?? 'application/octet-stream';
        const digest = putManifest(repository, rest, { type, body: await body() });
        return answer(response, 201, {
          'Docker-Content-Digest': digest,
          Location: `/v2/${repository}/manifests/${digest}`,
        });
      }
      const manifest = manifests.get(`${repository}/${rest}`);
      if (!manifest) return answer(response, 404);
      const headers = {
        'Content-Type': manifest.type,
        'Content-Length': String(manifest.body.length),
        'Docker-Content-Digest': sha256(manifest.body),
      };
      return answer(response, 200, headers, method === 'HEAD' ? undefined : manifest.body);
    }

    if (rest.startsWith('uploads/')) {
      const id = rest.slice('uploads/'.length);
      const location = (upload: string) => ({ Location: `/v2/${repository}/blobs/uploads/${upload}`, Range: '0-0' });
      if (method === 'POST') {
        const mount = url.searchParams.get('mount');
        const from = url.searchParams.get('from');
        if (mount && from && owners.get(from)?.has(mount)) {
          own(repository, mount);
          writes.mounted++;
          return answer(response, 201, {
            Location: `/v2/${repository}/blobs/${mount}`,
            'Docker-Content-Digest': mount,
          });
        }
        const upload = `u${++uploadCount}`;
        uploads.set(upload, []);
        await body();
        return answer(response, 202, location(upload));
      }
      const parts = uploads.get(id);
      if (!parts) return answer(response, 404);
      parts.push(await body());
      if (method === 'PATCH') return answer(response, 202, location(id));
      const whole = Buffer.concat(parts);
      const digest = sha256(whole);
      uploads.delete(id);
      if (digest !== url.searchParams.get('digest')) return answer(response, 400);
      blobs.set(digest, whole);
      own(repository, digest);
      writes.sent++;
      return answer(response, 201, { Location: `/v2/${repository}/blobs/${digest}`, 'Docker-Content-Digest': digest });
    }

    const blob = owners.get(repository)?.has(rest) ? blobs.get(rest) : undefined;
    if (!blob) return answer(response, 404);
    if (method === 'HEAD') writes.present++;
    else if (kept.layers.has(rest) && !/^(out|cache)\//.test(repository)) reads.add(repository);
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
    const part = range ? blob.subarray(Number(range[1]), range[2] ? Number(range[2]) + 1 : undefined) : blob;
    const headers: Record<string, string> = {
      'Content-Type': 'application/octet-stream',
      'Content-Length': String(part.length),
      'Docker-Content-Digest': rest,
    };
    if (range) headers['Content-Range'] = `bytes ${range[1]}-${Number(range[1]) + part.length - 1}/${blob.length}`;
    return answer(response, range ? 206 : 200, headers, method === 'HEAD' ? undefined : part);
  };

  const server: Server = createServer((request, response) => {
    handle(request, response).catch((error) => {
      console.error(`registry: ${error}`);
      response.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(PORT, '127.0.0.1', resolve));

  return {
    put(repository, tag, manifest, config, layers) {
      for (const layer of layers) kept.layers.add(sha256(layer));
      for (const blob of [config, ...layers]) {
        const digest = sha256(blob);
        blobs.set(digest, blob);
        own(repository, digest);
        kept.blobs.add(digest);
      }
      const digest = putManifest(repository, tag, manifest);
      put.set(`${repository}/${tag}`, manifest);
      kept.manifests.add(`${repository}/${tag}`).add(`${repository}/${digest}`);
      return digest;
    },
    retag(tags) {
      for (const [key, manifest] of put) manifests.set(key, manifest);
      for (const [name, other] of Object.entries(tags)) {
        const manifest = put.get(keyOf(other));
        if (!manifest) throw new Error(`no such base: ${other}`);
        manifests.set(keyOf(name), manifest);
        manifests.set(`${keyOf(name).replace(/\/[^/]*$/, '')}/${sha256(manifest.body)}`, manifest);
      }
    },
    serve: (texts) => {
      served = texts;
    },
    takeReads() {
      const taken = [...reads].sort();
      reads = new Set();
      return taken;
    },
    takeWrites() {
      const taken = writes;
      writes = { sent: 0, mounted: 0, present: 0 };
      return taken;
    },
    forgetPushes() {
      for (const digest of blobs.keys()) if (!kept.blobs.has(digest)) blobs.delete(digest);
      for (const key of manifests.keys()) if (!kept.manifests.has(key)) manifests.delete(key);
      for (const repository of owners.keys())
        if (![...kept.manifests].some((key) => key.startsWith(`${repository}/`))) owners.delete(repository);
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
