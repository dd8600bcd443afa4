// Images that lie on disk, layers in every packing, archives of every making, Docker on its socket, proxies.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import zlib from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Member, writeTar } from '../../conformance/record/tar.ts';
import { mergeLayers } from '../../server/src/analysis/baseFiles.ts';
import { parseChallenges } from '../../server/src/node/images/challenge.ts';
import { engineSocket } from '../../server/src/node/images/engine.ts';
import { createFetch } from '../../server/src/node/images/http.ts';
import { createImages, type Images } from '../../server/src/node/images/index.ts';
import { indexLayer, packIndex, unpackIndex } from '../../server/src/node/images/layerIndex.ts';
import { openLocalImages } from '../../server/src/node/images/localImages.ts';
import { proxyFor } from '../../server/src/node/images/proxy.ts';
import { endpointsOf } from '../../server/src/node/images/registry.ts';
import { readTar } from '../../server/src/node/images/tar.ts';
import { linuxAmd64 } from '../../server/src/oci/platform.ts';
import { digestOf, ociIndex, type Part, putIndex, startFakeRegistry } from './fakeRegistry.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'llb-lens-local-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, bytes: Uint8Array | string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), bytes);
}

function open(archives: readonly string[], extra: { now?: () => number } = {}): Images {
  return createImages({
    cacheDir: join(folder, 'cache'),
    fetch: createFetch({ env: {} }),
    credentials: async () => undefined,
    mode: 'cached',
    log: () => {},
    archives,
    ...extra,
  });
}

async function* pieces(bytes: Uint8Array, size = 777): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const members: readonly Member[] = [
  { path: 'etc', type: 'dir', mode: 0o755, uid: 0, gid: 0 },
  { path: 'etc/passwd', type: 'file', mode: 0o644, uid: 0, gid: 0, data: Buffer.from('app:x:7:8::/:/bin/sh\n') },
  { path: 'bin', type: 'symlink', mode: 0o777, uid: 0, gid: 0, target: 'usr/bin' },
  { path: 'usr/bin/tool', type: 'file', mode: 0o4755, uid: 3, gid: 4, data: Buffer.alloc(3000) },
  { path: 'usr/bin/same', type: 'hardlink', mode: 0o644, uid: 0, gid: 0, target: 'usr/bin/tool' },
];

/** An OCI layout with an index of two platforms. */
function writeLayout(
  annotations: Record<string, string> | undefined,
  other = 'arm64',
): Part & { configs: readonly string[] } {
  const put = (bytes: Uint8Array): Part => {
    write(`blobs/${digestOf(bytes).replace(':', '/')}`, bytes);
    return { digest: digestOf(bytes), size: bytes.length };
  };
  const index = putIndex(
    {
      putBlob: put,
      putManifest: (_, __, mediaType, body) => ({ mediaType, ...put(Buffer.from(JSON.stringify(body))) }),
    },
    '',
    '',
    ['linux/amd64', `linux/${other}`],
  );
  const { configs, ...part } = index;
  write('oci-layout', '{"imageLayoutVersion":"1.0.0"}');
  write('index.json', JSON.stringify({ schemaVersion: 2, mediaType: ociIndex, manifests: [{ ...part, annotations }] }));
  return index;
}

const zstd = (zlib as { zstdCompressSync?: (bytes: Uint8Array) => Uint8Array }).zstdCompressSync;

/** One bit in the middle is another. */
function flipped(bytes: Buffer): Buffer {
  const middle = bytes.length >> 1;
  bytes[middle] = (bytes[middle] as number) ^ 1;
  return bytes;
}

describe('OCI layouts', () => {
  const kinds: readonly (readonly [string, ((bytes: Uint8Array) => Uint8Array) | undefined])[] = [
    ['a folder', undefined],
    ['an archive', (bytes) => bytes],
    ['an archive packed with gzip', zlib.gzipSync],
    ...(zstd === undefined ? [] : [['an archive packed with zstd', zstd] as const]),
  ];
  for (const [kind, pack] of kinds) {
    test(`by name and by digest, as ${kind}`, async () => {
      const { digest, configs } = writeLayout({ 'io.containerd.image.name': 'docker.io/team/app:1' });
      const archive = join(folder, 'image.tar');
      if (pack !== undefined)
        writeFileSync(
          archive,
          pack(execFileSync('tar', ['-C', folder, '-cf', '-', 'oci-layout', 'index.json', 'blobs'])),
        );
      const images = open([pack === undefined ? folder : archive]);
      for (const ref of ['docker.io/team/app:1', `docker.io/library/anything@${digest}`]) {
        expect(await images.request(ref, { ...linuxAmd64, architecture: 'arm64' })).toBe(true);
        expect(images.lookup(ref, { ...linuxAmd64, architecture: 'arm64' })).toEqual({ digest, config: configs[1] });
      }
      expect(await images.request('docker.io/team/app:2', linuxAmd64)).toBe(false);
      await images.request('docker.io/team/app:1', linuxAmd64);
      expect(await images.requestFiles('docker.io/team/app:1', linuxAmd64)).toBe(true);
      expect(images.baseFiles('docker.io/team/app:1', linuxAmd64)?.lookup('/etc')?.kind).toBe('directory');
    });
  }

  test('an archive that is written anew, or appears later', async () => {
    const images = open([folder], { now: () => time });
    let time = 0;
    await images.request('docker.io/team/app:1', linuxAmd64);
    expect(images.lookup('docker.io/team/app:1', linuxAmd64)).toBeUndefined();
    writeLayout({ 'io.containerd.image.name': 'docker.io/team/app:1' });
    await images.request('docker.io/team/app:1', linuxAmd64);
    expect(images.lookup('docker.io/team/app:1', linuxAmd64)?.config).toContain('FOR=linux/amd64');
    const { digest } = writeLayout({ 'io.containerd.image.name': 'docker.io/team/app:1' }, 's390x');
    time = 7_200_000;
    await images.request('docker.io/team/app:1', linuxAmd64);
    expect(images.lookup('docker.io/team/app:1', linuxAmd64)?.digest).toBe(digest);
  });

  test('a damaged part', async () => {
    const { digest } = writeLayout({ 'io.containerd.image.name': 'docker.io/team/app:1' });
    write(`blobs/${digest.replace(':', '/')}`, '{}');
    const images = open([folder]);
    await images.request('docker.io/team/app:1', linuxAmd64);
    expect(images.about('docker.io/team/app:1', linuxAmd64)?.problem?.code).toBe('wrong-digest');
  });

  for (const [name, content, message] of [
    ['nothing', undefined, /does not exist/],
    ['an empty file', '', /empty file/],
    ['some text', 'x'.repeat(2000), /no tar archive/],
    ['a packed archive of something else', zlib.gzipSync(writeTar(members)), /neither index.json nor manifest.json/],
    [
      'half a packed archive',
      zlib.gzipSync(writeTar(members)).subarray(0, 100),
      /image.tar is damaged: it cannot be unpacked/,
    ],
    ['a packed archive with a wrong byte', flipped(zlib.gzipSync(writeTar(members))), /damaged|no tar archive/],
    ['half an archive that was packed', zlib.gzipSync(writeTar(members).subarray(0, 2048)), /image.tar: .*breaks off/],
    ['something else that is packed', zlib.gzipSync('x'.repeat(2000)), /no tar archive/],
    ['an archive of something else', writeTar(members), /neither index.json nor manifest.json/],
    ['half an archive', writeTar(members).subarray(0, 2048), /breaks off/],
  ] as const) {
    test(`${name} is no image`, async () => {
      if (content !== undefined) write('image.tar', content);
      await expect(openLocalImages(join(folder, 'image.tar'))).rejects.toThrow(message);
    });
  }
});

for (const packed of [false, true])
  test(`docker save as it was before Docker 25${packed ? ', packed with gzip' : ''}`, async () => {
    const layer = writeTar(members);
    const config = JSON.stringify({
      os: 'linux',
      architecture: 'amd64',
      rootfs: { type: 'layers', diff_ids: [digestOf(layer)] },
    });
    const file = (path: string, data: Buffer | string): Member => ({
      path,
      type: 'file',
      mode: 0o644,
      uid: 0,
      gid: 0,
      data: Buffer.from(data),
    });
    const saved = writeTar([
      file('abc.json', config),
      file('one/layer.tar', layer),
      { path: 'two/layer.tar', type: 'symlink', mode: 0o777, uid: 0, gid: 0, target: '../one/layer.tar' },
      file(
        'manifest.json',
        JSON.stringify([
          { Config: 'abc.json', RepoTags: ['app:1', 'localhost:5000/app:1'], Layers: ['two/layer.tar'] },
        ]),
      ),
    ]);
    write('saved.tar', packed ? zlib.gzipSync(saved) : saved);
    const images = open([join(folder, 'saved.tar')]);
    for (const ref of ['docker.io/library/app:1', 'localhost:5000/app:1']) {
      await images.request(ref, linuxAmd64);
      expect(images.lookup(ref, linuxAmd64)?.config).toBe(config);
      await images.requestFiles(ref, linuxAmd64);
      expect(images.baseFiles(ref, linuxAmd64)?.follow('/bin/tool').file?.mode).toBe(0o4755);
    }
  });

describe('an archive that is packed', () => {
  test('whose members are too large to be kept is read member by member', async () => {
    // Two layers of 24 MB that pack to next to nothing, and a configuration that is too long to be kept.
    const layers = [1, 2].map((fill) => {
      const data = Buffer.alloc(24_000_000, fill);
      return writeTar([{ path: `file${fill}`, type: 'file', mode: 0o644, uid: 0, gid: 0, data }]);
    });
    const config = JSON.stringify({
      os: 'linux',
      architecture: 'amd64',
      config: { Labels: { long: 'x'.repeat(600_000) } },
      rootfs: { type: 'layers', diff_ids: layers.map(digestOf) },
    });
    const list = [{ Config: 'config.json', RepoTags: ['app:1'], Layers: ['0.tar', '1.tar'] }];
    const contents = {
      '0.tar': layers[0],
      '1.tar': layers[1],
      'config.json': config,
      'manifest.json': JSON.stringify(list),
    };
    const saved = writeTar(
      Object.entries(contents).map(([path, data]) => ({
        path,
        type: 'file',
        mode: 0o644,
        uid: 0,
        gid: 0,
        data: Buffer.from(data as Uint8Array),
      })),
    );
    write('saved.tar.gz', zlib.gzipSync(saved));
    const images = open([join(folder, 'saved.tar.gz')]);
    const ref = 'docker.io/library/app:1';
    await images.request(ref, linuxAmd64);
    expect(images.lookup(ref, linuxAmd64)?.config).toBe(config);
    await images.requestFiles(ref, linuxAmd64);
    expect(images.baseFiles(ref, linuxAmd64)?.lookup('/file1')?.kind).toBe('file');
    expect(images.baseFiles(ref, linuxAmd64)?.lookup('/file2')?.kind).toBe('file');
  });

  test('that unpacks to more than is read is given up', async () => {
    write('bomb.tar.gz', zlib.gzipSync(Buffer.concat([writeTar(members), Buffer.alloc(10_000_000)])));
    await expect(openLocalImages(join(folder, 'bomb.tar.gz'), 1_000_000)).rejects.toThrow(
      /bomb.tar.gz unpacks to more than the 1000000 bytes that are read/,
    );
  });
});

describe('layers', () => {
  const packings: readonly (readonly [string, Uint8Array])[] = [
    ['not packed', writeTar(members)],
    ['gzip', zlib.gzipSync(writeTar(members))],
    [
      'gzip in parts',
      Buffer.concat([
        zlib.gzipSync(writeTar(members).subarray(0, 999)),
        zlib.gzipSync(writeTar(members).subarray(999)),
      ]),
    ],
    ...(zstd === undefined ? [] : [['zstd', zstd(writeTar(members))] as const]),
  ];
  for (const [name, bytes] of packings) {
    for (const size of [1, 511, 100_000]) {
      test(`${name}, ${size} bytes at a time`, async () => {
        const index = await indexLayer(pieces(bytes, size));
        expect(
          index.entries.map((e) =>
            `${e.path} ${e.kind} ${e.mode.toString(8)} ${e.uid}:${e.gid} ${e.target ?? ''}`.trim(),
          ),
        ).toEqual([
          'etc directory 755 0:0',
          'etc/passwd file 644 0:0',
          'bin link 777 0:0 usr/bin',
          'usr/bin/tool file 4755 3:4',
          'usr/bin/same file 4755 3:4',
        ]);
        expect(await unpackIndex(await packIndex(index))).toEqual(index);
        expect(mergeLayers([index]).users.get('app')).toEqual({ uid: 7, gid: 8 });
      });
    }
  }

  test('an index of many names comes back as it was', async () => {
    for (const count of [0, 1, 3999, 4000, 4001, 12_345]) {
      const entries = Array.from(
        { length: count },
        (_, i) => ({ path: `d${i % 7}/é\n${i}`, kind: 'file', mode: 0o644, uid: i, gid: 0 }) as const,
      );
      const index = { entries, passwd: 'a:x:1:1\n' };
      expect(await unpackIndex(await packIndex(index))).toEqual(index);
    }
    expect(await unpackIndex(Buffer.from('x'))).toBeUndefined();
    expect(await unpackIndex(zlib.gzipSync('{"form":0}'))).toBeUndefined();
  });

  test('as GNU tar and as pax write long names, odd names and large numbers', async () => {
    const long = `${'long-directory-name/'.repeat(20)}file`;
    write(`tree/${long}`, 'x');
    write('tree/é \n\t', '');
    write('tree/dir/empty', '');
    for (const format of ['gnu', 'pax', 'ustar', 'v7']) {
      const names = format === 'gnu' || format === 'pax' ? ['.'] : ['dir'];
      const owner = ['--owner=:3000000', '--group=:4'];
      const bytes = execFileSync('tar', [
        '-C',
        join(folder, 'tree'),
        `--format=${format}`,
        ...(format === 'ustar' || format === 'v7' ? [] : owner),
        '-cf',
        '-',
        ...names,
      ]);
      const files = mergeLayers([await indexLayer(pieces(bytes))]);
      expect(files.lookup('/dir/empty')?.kind).toBe('file');
      if (names[0] !== '.') continue;
      expect(files.lookup(long)).toMatchObject({ kind: 'file', uid: 3_000_000, gid: 4 });
      expect(files.lookup('é \n\t')?.kind).toBe('file');
    }
  });

  for (const [name, bytes, message] of [
    ['cut', writeTar(members).subarray(0, 1500), /breaks off/],
    ['cut while packed', zlib.gzipSync(writeTar(members)).subarray(0, 100), /cannot be unpacked/],
    ['of something else', Buffer.alloc(1024, 7), /no tar archive/],
    ['empty', Buffer.alloc(0), /empty/],
  ] as const) {
    test(`a layer that is ${name}`, async () => {
      await expect(indexLayer(pieces(bytes))).rejects.toThrow(message);
    });
  }

  test('random bytes never do anything but fail', async () => {
    let state = 1;
    const next = (): number => (state = (state * 48271) % 2147483647);
    for (let i = 0; i < 200; i++) {
      const bytes = Buffer.from(writeTar(members));
      for (let k = 0; k < 5; k++) bytes[next() % bytes.length] = next() % 256;
      const read = async (): Promise<number> => {
        let count = 0;
        for await (const entry of readTar(pieces(bytes))) count += entry.path.length >= 0 ? 1 : 0;
        return count;
      };
      const outcome = await read().catch((error: Error) => error.name);
      expect(typeof outcome === 'number' || outcome === 'ImageError').toBe(true);
    }
  });
});

async function listen(handle: RequestListener, where: string | number): Promise<Server> {
  const server = createServer(handle);
  await new Promise<void>((resolve) => server.listen(where, resolve));
  return server;
}

test('Docker is asked where the registry has no answer', async () => {
  const socket = join(folder, 'docker.sock');
  const asked: string[] = [];
  const digest = `sha256:${'a'.repeat(64)}`;
  const server = await listen((request, response) => {
    asked.push(request.url ?? '');
    if (!request.url?.includes('app')) return void response.writeHead(404).end('{}');
    response.end(
      JSON.stringify({
        Os: 'linux',
        Architecture: 'amd64',
        Config: { Env: ['A=1'] },
        RootFS: { Layers: ['sha256:1', 'sha256:2'] },
        RepoDigests: [`other@sha256:${'b'.repeat(64)}`, `127.0.0.1:1/team/app@${digest}`],
        Size: 12,
      }),
    );
  }, socket);
  const images = createImages({
    cacheDir: join(folder, 'cache'),
    fetch: createFetch({ env: {} }),
    credentials: async () => undefined,
    mode: 'on',
    log: () => {},
    engine: socket,
  });
  expect(await images.request('127.0.0.1:1/team/app:1', linuxAmd64)).toBe(true);
  expect(images.lookup('127.0.0.1:1/team/app:1', linuxAmd64)?.digest).toBe(digest);
  expect(JSON.parse(images.lookup('127.0.0.1:1/team/app:1', linuxAmd64)?.config ?? '').config).toEqual({
    Env: ['A=1'],
  });
  expect(images.about('127.0.0.1:1/team/app:1', linuxAmd64)).toMatchObject({
    source: 'Docker',
    layers: 2,
    problem: { code: 'unreachable' },
  });
  expect(asked).toEqual(['/images/127.0.0.1%3A1/team/app%3A1/json']);
  await images.request('127.0.0.1:1/team/none:1', linuxAmd64);
  expect(images.lookup('127.0.0.1:1/team/none:1', linuxAmd64)).toBeUndefined();
  await new Promise((resolve) => server.close(resolve));
});

test('where Docker listens', () => {
  expect(engineSocket({ DOCKER_HOST: 'unix:///x/y.sock' })).toBe('/x/y.sock');
  expect(engineSocket({ DOCKER_HOST: 'tcp://elsewhere:2375' })).toBeUndefined();
  expect(engineSocket({ DOCKER_HOST: 'ssh://me@elsewhere' })).toBeUndefined();
});

describe('proxies', () => {
  const env = {
    HTTPS_PROXY: 'http://proxy:3128',
    http_proxy: 'proxy2:80',
    NO_PROXY: 'a.example, .b.example,*.c.example,10.0.0.0/8,d.example:444,[::2]',
  };
  for (const [url, expected] of [
    ['https://x.example/', 'proxy:3128'],
    ['http://x.example/', 'proxy2'],
    ['https://a.example/', undefined],
    ['https://sub.a.example/', undefined],
    ['https://nota.example/', 'proxy:3128'],
    ['https://b.example/', 'proxy:3128'],
    ['https://x.b.example/', undefined],
    ['https://x.c.example/', undefined],
    ['https://10.2.3.4/', undefined],
    ['https://11.2.3.4/', 'proxy:3128'],
    ['https://d.example/', 'proxy:3128'],
    ['https://d.example:444/', undefined],
    ['http://localhost:5000/', undefined],
    ['http://127.1.2.3/', undefined],
    ['http://[::1]:5000/', undefined],
    ['https://[::2]/', undefined],
  ] as const) {
    test(url, () => expect(proxyFor(new URL(url), env)?.host).toBe(expected));
  }

  test('none at all, all, and what is no address', () => {
    const url = new URL('https://x.example/');
    expect(proxyFor(url, {})).toBeUndefined();
    expect(proxyFor(url, { ...env, NO_PROXY: '*' })).toBeUndefined();
    expect(proxyFor(url, { HTTPS_PROXY: 'socks5://x' })).toBeUndefined();
    expect(proxyFor(url, { HTTPS_PROXY: 'http://' })).toBeUndefined();
  });

  test('a plain request is handed to the proxy, with its password', async () => {
    const seen: (string | undefined)[] = [];
    const server = await listen((request, response) => {
      seen.push(request.url, request.headers['proxy-authorization'], request.headers.host);
      response.end('through');
    }, 0);
    const fetch = createFetch({
      env: { HTTP_PROXY: `http://me:p%20w@127.0.0.1:${(server.address() as AddressInfo).port}` },
    });
    const response = await fetch({ url: new URL('http://registry.example:81/v2/?a=b'), method: 'GET', headers: {} });
    let text = '';
    for await (const part of response.body) text += Buffer.from(part).toString();
    expect(text).toBe('through');
    expect(seen).toEqual([
      'http://registry.example:81/v2/?a=b',
      `Basic ${Buffer.from('me:p w').toString('base64')}`,
      'registry.example:81',
    ]);
    await new Promise((resolve) => server.close(resolve));
  });

  test('an encrypted one goes through a tunnel; a refusal is told', async () => {
    const registry = await startFakeRegistry();
    const asked: (string | undefined)[] = [];
    const server = createServer();
    const sockets: Socket[] = [];
    let status = 200;
    server.on('connect', (request: IncomingMessage, socket: Socket) => {
      asked.push(request.url);
      sockets.push(socket);
      if (status !== 200) return void socket.end(`HTTP/1.1 ${status} No\r\n\r\n`);
      const [host, port] = registry.host.split(':');
      const onward = connect(Number(port), host, () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        socket.pipe(onward).pipe(socket);
      });
      sockets.push(onward);
      for (const each of [socket, onward]) each.on('error', () => {});
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const fetch = createFetch({
      env: { HTTPS_PROXY: `http://127.0.0.1:${(server.address() as AddressInfo).port}` },
      silence: 2000,
    });
    const request = { url: new URL('https://registry.example/v2/'), method: 'GET', headers: {} } as const;
    // What is behind the tunnel speaks no TLS: it was reached all the same.
    await expect(fetch(request)).rejects.toThrow(/does not speak HTTPS|broke off/);
    status = 407;
    await expect(fetch(request)).rejects.toThrow(/wants a user and a password/);
    status = 403;
    await expect(fetch(request)).rejects.toThrow(/answered 403/);
    expect(asked).toEqual(['registry.example:443', 'registry.example:443', 'registry.example:443']);
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
    await registry.close();
  });
});

test('where registries are', () => {
  const at = (name: string, extra = {}) => endpointsOf(name, extra).map((url) => url.origin);
  expect(at('docker.io')).toEqual(['https://registry-1.docker.io']);
  expect(at('ghcr.io')).toEqual(['https://ghcr.io']);
  expect(at('localhost:5000')).toEqual(['http://localhost:5000']);
  expect(at('127.0.0.1:5000')).toEqual(['http://127.0.0.1:5000']);
  expect(at('[::1]:5000')).toEqual(['http://[::1]:5000']);
  expect(at('my.lan:5000', { insecure: ['my.lan:5000'] })).toEqual(['http://my.lan:5000']);
  expect(at('docker.io', { mirrors: { 'docker.io': ['mirror.example', 'http://plain.example/'] } })).toEqual([
    'https://mirror.example',
    'http://plain.example',
    'https://registry-1.docker.io',
  ]);
});

test('challenges', () => {
  expect(parseChallenges('Bearer realm="https://a/t?x=1,2",service="a b",scope="repository:x:pull,push"')).toEqual([
    { scheme: 'bearer', params: { realm: 'https://a/t?x=1,2', service: 'a b', scope: 'repository:x:pull,push' } },
  ]);
  expect(parseChallenges('Basic realm="a\\"b", Bearer realm=c').map((c) => [c.scheme, c.params.realm])).toEqual([
    ['basic', 'a"b'],
    ['bearer', 'c'],
  ]);
  expect(parseChallenges('')).toEqual([]);
  expect(parseChallenges('="x",,;Negotiate').length).toBeGreaterThan(0);
});
