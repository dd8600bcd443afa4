// A registry in memory that keeps what it was asked, and misbehaves where a test wants it to.
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { type Member, writeTar } from '../../conformance/record/tar.ts';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

export interface FakeRegistry {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  readonly asked: Asked[];
  /** Answers in the registry's place; true where it did. */
  fault: ((request: IncomingMessage, response: ServerResponse, path: string) => boolean) | undefined;
  /** Who may read: anyone, whoever has a token, whoever has the password. */
  login: {
    readonly kind: 'none' | 'bearer' | 'basic';
    readonly user: string;
    readonly password: string;
    readonly identity?: string;
  };
  putBlob(bytes: Uint8Array): Part;
  putManifest(repository: string, tag: string, mediaType: string, body: unknown): Part;
  close(): Promise<void>;
}

export interface Part {
  readonly mediaType?: string;
  readonly digest: string;
  readonly size: number;
}

export const digestOf = (bytes: Uint8Array | string): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

export async function startFakeRegistry(): Promise<FakeRegistry> {
  const blobs = new Map<string, Uint8Array>();
  const manifests = new Map<string, { mediaType: string; body: Uint8Array }>();
  const tokens = new Set<string>();
  const registry: FakeRegistry = {
    host: '',
    asked: [],
    fault: undefined,
    login: { kind: 'none', user: '', password: '' },
    putBlob(bytes) {
      const digest = digestOf(bytes);
      blobs.set(digest, bytes);
      return { digest, size: bytes.length };
    },
    putManifest(repository, tag, mediaType, value) {
      const body = Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
      const digest = digestOf(body);
      manifests.set(`${repository}/${tag}`, { mediaType, body });
      manifests.set(`${repository}/${digest}`, { mediaType, body });
      return { mediaType, digest, size: body.length };
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };

  const mayRead = (authorization: string | undefined): boolean => {
    const { kind, user, password } = registry.login;
    if (kind === 'none') return true;
    if (kind === 'basic') return authorization === `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
    return authorization?.startsWith('Bearer ') === true && tokens.has(authorization.slice(7));
  };

  const answer = (request: IncomingMessage, response: ServerResponse, body: string): void => {
    const url = new URL(request.url ?? '/', `http://${registry.host}`);
    const path = url.pathname;
    registry.asked.push({
      method: request.method ?? '',
      path: request.url ?? '',
      authorization: request.headers.authorization,
      body,
    });
    if (registry.fault?.(request, response, path) === true) return;
    const { user, password, identity, kind } = registry.login;
    if (path === '/token') {
      const right = Buffer.from(`${user}:${password}`).toString('base64');
      const byPassword =
        request.headers.authorization === `Basic ${right}` || (user === '' && !request.headers.authorization);
      const byIdentity = identity !== undefined && new URLSearchParams(body).get('refresh_token') === identity;
      if (!(request.method === 'POST' ? byIdentity : byPassword)) return void response.writeHead(401).end();
      const token = `token-${tokens.size}`;
      tokens.add(token);
      return void response.end(JSON.stringify({ token, expires_in: 300 }));
    }
    if (!mayRead(request.headers.authorization)) {
      const how =
        kind === 'basic'
          ? 'Basic realm="here"'
          : `Bearer realm="http://${registry.host}/token",service="fake",scope="repository:x:pull"`;
      return void response.writeHead(401, { 'www-authenticate': how }).end('{}');
    }
    const match = /^\/v2\/(.+)\/(manifests|blobs)\/(.+)$/.exec(path);
    const [, repository, what, name] = match ?? [];
    const manifest = what === 'manifests' ? manifests.get(`${repository}/${name}`) : undefined;
    const bytes = manifest?.body ?? (what === 'blobs' ? blobs.get(name ?? '') : undefined);
    if (bytes === undefined) return void response.writeHead(404).end('{"errors":[]}');
    response.writeHead(200, {
      'content-type': manifest?.mediaType ?? 'application/octet-stream',
      'content-length': bytes.length,
      'docker-content-digest': digestOf(bytes),
    });
    response.end(request.method === 'HEAD' ? undefined : bytes);
  };

  const server: Server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => answer(request, response, Buffer.concat(parts).toString()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  Object.assign(registry, { host: `127.0.0.1:${(server.address() as AddressInfo).port}` });
  return registry;
}

export const ociManifest = 'application/vnd.oci.image.manifest.v1+json';
export const ociIndex = 'application/vnd.oci.image.index.v1+json';
export const dockerManifest = 'application/vnd.docker.distribution.manifest.v2+json';
export const dockerIndex = 'application/vnd.docker.distribution.manifest.list.v2+json';

/** An image of one layer; returns its manifest and the text of its configuration. */
export function putImage(
  registry: Pick<FakeRegistry, 'putBlob' | 'putManifest'>,
  repository: string,
  tag: string,
  extra: {
    architecture?: string;
    env?: string[];
    workingDir?: string;
    members?: readonly Member[];
    docker?: boolean;
  } = {},
): Part & { readonly config: string } {
  const tar = writeTar(extra.members ?? [{ path: 'etc', type: 'dir', mode: 0o755, uid: 0, gid: 0 }]);
  const config = JSON.stringify({
    architecture: extra.architecture ?? 'amd64',
    os: 'linux',
    config: {
      Env: extra.env ?? ['PATH=/bin'],
      ...(extra.workingDir === undefined ? {} : { WorkingDir: extra.workingDir }),
    },
    rootfs: { type: 'layers', diff_ids: [digestOf(tar)] },
    history: [{ created_by: 'test' }],
  });
  const kind = extra.docker === true ? 'docker' : 'oci';
  const types = {
    oci: [ociManifest, 'application/vnd.oci.image.config.v1+json', 'application/vnd.oci.image.layer.v1.tar+gzip'],
    docker: [
      dockerManifest,
      'application/vnd.docker.container.image.v1+json',
      'application/vnd.docker.image.rootfs.diff.tar.gzip',
    ],
  }[kind] as [string, string, string];
  const manifest = registry.putManifest(repository, tag, types[0], {
    schemaVersion: 2,
    mediaType: types[0],
    config: { mediaType: types[1], ...registry.putBlob(Buffer.from(config)) },
    layers: [{ mediaType: types[2], ...registry.putBlob(gzipSync(tar)) }],
  });
  return { ...manifest, config };
}

/** An index of images for several platforms. */
export function putIndex(
  registry: Pick<FakeRegistry, 'putBlob' | 'putManifest'>,
  repository: string,
  tag: string,
  platforms: readonly string[],
  docker = false,
): Part & { readonly configs: readonly string[] } {
  const images = platforms.map((platform) => {
    const [os = '', architecture = '', variant] = platform.split('/');
    const image = putImage(registry, repository, `${tag}-${platform.replaceAll('/', '-')}`, {
      architecture,
      env: [`FOR=${platform}`],
      docker,
    });
    const { config, ...part } = image;
    return { config, descriptor: { ...part, platform: { os, architecture, ...(variant ? { variant } : {}) } } };
  });
  const type = docker ? dockerIndex : ociIndex;
  const index = registry.putManifest(repository, tag, type, {
    schemaVersion: 2,
    mediaType: type,
    manifests: images.map((i) => i.descriptor),
  });
  return { ...index, configs: images.map((i) => i.config) };
}
