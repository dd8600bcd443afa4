// Everything that a registry can do to us, done by one in memory.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Credential, dockerCredentials } from '../../server/src/node/images/credentials.ts';
import { createFetch } from '../../server/src/node/images/http.ts';
import { createImages, type Images, type ImagesOptions } from '../../server/src/node/images/index.ts';
import { openStore } from '../../server/src/node/images/store.ts';
import { linuxAmd64, type Platform } from '../../server/src/oci/platform.ts';
import {
  digestOf,
  dockerManifest,
  type FakeRegistry,
  ociManifest,
  putImage,
  putIndex,
  startFakeRegistry,
} from './fakeRegistry.ts';

const arm64: Platform = { ...linuxAmd64, architecture: 'arm64' };
const secret = 'very-secret-password';

let registry: FakeRegistry;
let folder: string;
let lines: string[];
const opened: Images[] = [];

beforeEach(async () => {
  registry = await startFakeRegistry();
  folder = mkdtempSync(join(tmpdir(), 'llb-lens-images-'));
  lines = [];
});
afterEach(async () => {
  for (const images of opened.splice(0)) images.dispose();
  await registry.close();
  rmSync(folder, { recursive: true, force: true });
  // Whatever a test did: no password and no token is ever told.
  expect(lines.join('\n')).not.toMatch(/very-secret|token-\d|Bearer|Basic/);
});

function open(options: Partial<ImagesOptions> & { login?: Credential; silence?: number } = {}): Images {
  const { login, silence = 10_000, ...rest } = options;
  const images = createImages({
    cacheDir: join(folder, 'cache'),
    fetch: createFetch({ env: {}, silence }),
    credentials: async () => login,
    mode: 'on',
    log: (line) => lines.push(line),
    ...rest,
  });
  opened.push(images);
  return images;
}

const ref = (name = 'team/app:1'): string => `${registry.host}/${name}`;
const password: Credential = { kind: 'password', user: 'me', password: secret };

describe('what is learnt', () => {
  test('nothing, then everything', async () => {
    const image = putImage(registry, 'team/app', '1');
    const images = open();
    expect(images.lookup(ref(), linuxAmd64)).toBeUndefined();
    expect(images.about(ref(), linuxAmd64)).toBeUndefined();
    expect(await images.request(ref(), linuxAmd64)).toBe(true);
    expect(images.lookup(ref(), linuxAmd64)).toEqual({ digest: image.digest, config: image.config });
    expect(images.about(ref(), linuxAmd64)).toMatchObject({
      source: registry.host,
      stale: false,
      platforms: ['linux/amd64'],
      layers: 1,
    });
    const count = registry.asked.length;
    expect(await images.request(ref(), linuxAmd64)).toBe(false);
    expect(registry.asked.length).toBe(count);
  });

  for (const docker of [false, true]) {
    test(`an index (${docker ? 'Docker' : 'OCI'}): its digest, and the configuration of the platform`, async () => {
      const index = putIndex(registry, 'team/app', '1', ['linux/amd64', 'linux/arm64/v8', 'unknown/unknown'], docker);
      const images = open();
      await images.request(ref(), linuxAmd64);
      await images.request(ref(), arm64);
      expect(images.lookup(ref(), linuxAmd64)).toEqual({ digest: index.digest, config: index.configs[0] });
      expect(images.lookup(ref(), arm64)).toEqual({ digest: index.digest, config: index.configs[1] });
      expect(images.about(ref(), arm64)?.platforms).toEqual(['linux/amd64', 'linux/arm64/v8']);
      // The second platform needs neither the index again nor the tag.
      expect(registry.asked.filter((a) => a.method === 'GET' && a.path.endsWith('/manifests/1')).length).toBe(1);
    });
  }

  test('a platform that the image does not have', async () => {
    putIndex(registry, 'team/app', '1', ['linux/amd64']);
    const images = open();
    await images.request(ref(), { ...linuxAmd64, architecture: 's390x' });
    expect(images.lookup(ref(), { ...linuxAmd64, architecture: 's390x' })).toEqual({
      error: `failed to resolve source metadata for ${ref()}: no match for platform in manifest: not found`,
    });
    expect(images.about(ref(), { ...linuxAmd64, architecture: 's390x' })).toMatchObject({
      platforms: ['linux/amd64'],
      problem: { code: 'no-platform' },
    });
    expect(images.lookup(ref(), linuxAmd64)).toBeUndefined();
    await images.request(ref(), linuxAmd64);
    expect(images.lookup(ref(), linuxAmd64)?.config).toContain('FOR=linux/amd64');
  });

  test('a tag with a digest: the digest counts, and is never asked for again', async () => {
    const image = putImage(registry, 'team/app', '1');
    putImage(registry, 'team/app', '1', { env: ['MOVED=1'] });
    const pinned = ref(`team/app:1@${image.digest}`);
    let time = 1e12;
    const images = open({ now: () => time });
    await images.request(pinned, linuxAmd64);
    expect(images.lookup(pinned, linuxAmd64)).toEqual({ digest: image.digest, config: image.config });
    time += 1e12;
    expect(await images.request(pinned, linuxAmd64)).toBe(false);
    expect(images.about(pinned, linuxAmd64)?.stale).toBe(false);
  });

  test('one look-up at a time for one image', async () => {
    putImage(registry, 'team/app', '1');
    const images = open();
    await Promise.all([1, 2, 3].map(() => images.request(ref(), linuxAmd64)));
    expect(registry.asked.filter((a) => a.path.includes('/manifests/')).length).toBe(1);
  });

  for (const mode of ['off', 'cached'] as const) {
    test(`${mode}: nobody is asked`, async () => {
      const image = putImage(registry, 'team/app', '1');
      await open().request(ref(), linuxAmd64);
      const count = registry.asked.length;
      const images = open({ mode, now: () => Date.now() + 1e9 });
      expect(await images.request(ref(), linuxAmd64)).toBe(false);
      expect(await images.request(ref('team/other:1'), linuxAmd64)).toBe(false);
      expect(registry.asked.length).toBe(count);
      expect(images.lookup(ref(), linuxAmd64)).toEqual(
        mode === 'off' ? undefined : { digest: image.digest, config: image.config },
      );
    });
  }

  test('a mirror is asked first, the registry where it fails', async () => {
    const image = putImage(registry, 'library/base', 'latest');
    const mirror = await startFakeRegistry();
    try {
      const images = open({ mirrors: { [registry.host]: [`http://${mirror.host}`] } });
      await images.request(ref('library/base:latest'), linuxAmd64);
      expect(mirror.asked[0]?.path).toBe(`/v2/library/base/manifests/latest?ns=${encodeURIComponent(registry.host)}`);
      expect(images.lookup(ref('library/base:latest'), linuxAmd64)?.digest).toBe(image.digest);
    } finally {
      await mirror.close();
    }
  });
});

describe('logins', () => {
  for (const kind of ['bearer', 'basic'] as const) {
    test(`${kind}: with the password`, async () => {
      registry.login = { kind, user: 'me', password: secret };
      putImage(registry, 'team/app', '1');
      const images = open({ login: password });
      await images.request(ref(), linuxAmd64);
      expect(images.lookup(ref(), linuxAmd64)?.digest).toBeDefined();
    });

    test(`${kind}: a wrong password`, async () => {
      registry.login = { kind, user: 'me', password: 'another' };
      putImage(registry, 'team/app', '1');
      const images = open({ login: password });
      expect(await images.request(ref(), linuxAmd64)).toBe(true);
      expect(images.lookup(ref(), linuxAmd64)).toBeUndefined();
      expect(images.about(ref(), linuxAmd64)?.problem).toEqual({
        code: 'wrong-password',
        message: `${registry.host} refused the password of me: log in again with docker login ${registry.host}`,
      });
    });

    test(`${kind}: no login`, async () => {
      registry.login = { kind, user: 'me', password: secret };
      putImage(registry, 'team/app', '1');
      const images = open();
      await images.request(ref(), linuxAmd64);
      expect(images.about(ref(), linuxAmd64)?.problem?.code).toBe('denied');
    });
  }

  test('an identity token is exchanged', async () => {
    registry.login = { kind: 'bearer', user: 'me', password: 'x', identity: 'very-secret-identity' };
    putImage(registry, 'team/app', '1');
    const images = open({ login: { kind: 'identity', token: 'very-secret-identity' } });
    await images.request(ref(), linuxAmd64);
    expect(images.lookup(ref(), linuxAmd64)?.digest).toBeDefined();
    expect(registry.asked.find((a) => a.path.startsWith('/token'))?.method).toBe('POST');
  });

  test('one token serves all parts of an image, and is renewed where it was refused', async () => {
    registry.login = { kind: 'bearer', user: '', password: '' };
    putIndex(registry, 'team/app', '1', ['linux/amd64', 'linux/arm64']);
    const images = open();
    await images.request(ref(), linuxAmd64);
    const tokens = () => registry.asked.filter((a) => a.path.startsWith('/token')).length;
    expect(tokens()).toBe(1);
    let refused = false;
    registry.fault = (_, response, path) => {
      if (refused || path === '/token') return false;
      refused = true;
      response
        .writeHead(401, { 'www-authenticate': `Bearer realm="http://${registry.host}/token",service="fake"` })
        .end();
      return true;
    };
    await images.request(ref(), arm64);
    expect(images.lookup(ref(), arm64)?.digest).toBeDefined();
    expect(tokens()).toBe(2);
  });

  test('a registry on this machine cannot have a password sent elsewhere without encryption', async () => {
    const asked: string[] = [];
    const images = open({
      login: password,
      fetch: async ({ url }) => {
        asked.push(url.host);
        const headers = { 'www-authenticate': 'Bearer realm="http://evil.example/token"' };
        return { status: 401, headers, body: noBody(), discard: () => {} };
      },
    });
    await images.request('localhost:5000/a:1', linuxAmd64);
    expect(asked).toEqual(['localhost:5000']);
  });

  test('a token server without encryption is not told a password by an encrypted registry', async () => {
    const asked: string[] = [];
    const images = open({
      login: password,
      fetch: async ({ url, headers }) => {
        asked.push(`${url.href} ${headers.authorization ?? ''}`);
        return {
          status: 401,
          headers: { 'www-authenticate': 'Bearer realm="http://evil.example/token"' },
          body: noBody(),
          discard: () => {},
        };
      },
    });
    await images.request('registry.example/a:1', linuxAmd64);
    expect(asked).toEqual(['https://registry.example/v2/a/manifests/1 ']);
    expect(images.about('registry.example/a:1', linuxAmd64)?.problem?.message).toMatch(/without encryption/);
  });
});

async function* noBody(): AsyncIterable<Uint8Array> {}

type Fault = (request: IncomingMessage, response: ServerResponse, path: string) => boolean;
const isManifest = (path: string): boolean => path.includes('/manifests/');
const isBlob = (path: string): boolean => path.includes('/blobs/');

const faults: readonly (readonly [name: string, fault: Fault, code: string, message: RegExp])[] = [
  ['403', (_, r, p) => isManifest(p) && !!r.writeHead(403).end(), 'denied', /does not let .* be read/],
  ['500', (_, r, p) => isManifest(p) && !!r.writeHead(500).end(), 'server', /answered 500/],
  ['418', (_, r, p) => isManifest(p) && !!r.writeHead(418).end(), 'bad-answer', /answered 418/],
  ['429', (_, r) => !!r.writeHead(429, { 'retry-after': '120' }).end(), 'rate-limited', /again in 120 seconds/],
  ['429 without a time', (_, r) => !!r.writeHead(429).end(), 'rate-limited', /no more questions/],
  ['a manifest that breaks off', (_, r, p) => isManifest(p) && cutOff(r), 'truncated', /broke off/],
  ['a configuration that breaks off', (_, r, p) => isBlob(p) && cutOff(r), 'truncated', /broke off/],
  ['no answer, the line is cut', (_, r) => !!r.destroy(), 'truncated', /broke off/],
  [
    'another configuration',
    (_, r, p) => isBlob(p) && !!r.end('{"os":"linux"}'),
    'wrong-digest',
    /not what its digest says/,
  ],
  [
    'another manifest',
    (_, r, p) => isManifest(p) && !!r.writeHead(200, { 'docker-content-digest': `sha256:${'0'.repeat(64)}` }).end('{}'),
    'wrong-digest',
    /not what its digest says/,
  ],
  ['an endless manifest', (_, r, p) => isManifest(p) && endless(r), 'too-large', /does not end within/],
  ['an endless configuration', (_, r, p) => isBlob(p) && endless(r), 'too-large', /does not end within/],
  [
    'an announced giant',
    (_, r, p) => isBlob(p) && !!r.writeHead(200, { 'content-length': 1e12 }).write('x'),
    'too-large',
    /1000000000000 bytes long/,
  ],
  ['silence before the answer', () => true, 'silent', /said nothing for 0.3 seconds/],
  [
    'silence in the answer',
    (_, r, p) => isBlob(p) && !!r.writeHead(200, { 'content-length': 1000 }).write('{'),
    'silent',
    /said nothing/,
  ],
  [
    'redirects in circles',
    (q, r, p) => isBlob(p) && !!r.writeHead(302, { location: q.url }).end(),
    'bad-answer',
    /more than 5 times/,
  ],
  ['no configuration', (_, r, p) => isBlob(p) && !!r.writeHead(404).end(), 'bad-answer', /does not exist at/],
  ['a redirect to nowhere', (_, r, p) => isBlob(p) && !!r.writeHead(302).end(), 'bad-answer', /to no address/],
  [
    'a redirect to a file',
    (_, r, p) => isBlob(p) && !!r.writeHead(302, { location: 'file:///etc/passwd' }).end(),
    'bad-answer',
    /not encrypted/,
  ],
];

function cutOff(response: ServerResponse): true {
  response.writeHead(200, { 'content-length': 1000 }).write('{');
  setTimeout(() => response.destroy(), 20);
  return true;
}

function endless(response: ServerResponse): true {
  response.writeHead(200);
  const more = (): void => {
    while (!response.destroyed && response.write(Buffer.alloc(65536, 0x20)));
  };
  response.on('drain', more);
  more();
  return true;
}

describe('faults', () => {
  for (const [name, fault, code, message] of faults) {
    test(name, async () => {
      putImage(registry, 'team/app', '1');
      registry.fault = fault;
      const images = open({ silence: 300 });
      expect(await images.request(ref(), linuxAmd64)).toBe(true);
      expect(images.lookup(ref(), linuxAmd64)).toBeUndefined();
      expect(images.about(ref(), linuxAmd64)?.problem).toMatchObject({ code, message: expect.stringMatching(message) });
      // Not asked again at every keystroke, but when the user wants it.
      const count = registry.asked.length;
      expect(await images.request(ref(), linuxAmd64)).toBe(false);
      expect(registry.asked.length).toBe(count);
      registry.fault = undefined;
      expect(await images.request(ref(), linuxAmd64, { force: true })).toBe(true);
      expect(images.lookup(ref(), linuxAmd64)?.digest).toBeDefined();
      expect(images.about(ref(), linuxAmd64)?.problem).toBeUndefined();
    });
  }

  test('a short 429 is waited for', async () => {
    putImage(registry, 'team/app', '1');
    let times = 0;
    registry.fault = (_, response) => times++ === 0 && !!response.writeHead(429, { 'retry-after': '0' }).end();
    const images = open();
    await images.request(ref(), linuxAmd64);
    expect(images.lookup(ref(), linuxAmd64)?.digest).toBeDefined();
  });

  test('404 is an answer, in the words of BuildKit', async () => {
    const images = open();
    await images.request(ref(), linuxAmd64);
    expect(images.lookup(ref(), linuxAmd64)).toEqual({
      error: `failed to resolve source metadata for ${ref()}: ${ref()}: not found`,
    });
    putImage(registry, 'team/app', '1');
    await images.request(ref(), linuxAmd64, { force: true });
    expect(images.lookup(ref(), linuxAmd64)?.digest).toBeDefined();
  });

  test('schema 1', async () => {
    registry.putManifest('team/app', '1', 'application/vnd.docker.distribution.manifest.v1+prettyjws', {
      schemaVersion: 1,
      name: 'x',
    });
    const images = open();
    await images.request(ref(), linuxAmd64);
    expect(images.about(ref(), linuxAmd64)?.problem).toMatchObject({
      code: 'unsupported',
      message: expect.stringMatching(/schema 1/),
    });
  });

  for (const [name, body] of [
    ['no JSON', '<html>'],
    ['a list', '[]'],
    ['nothing', '{}'],
    ['both', { manifests: [], layers: [], config: {} }],
    ['a bad descriptor', { config: { digest: 7 } }],
    [
      'no configuration of an image',
      {
        mediaType: ociManifest,
        config: { mediaType: 'application/x-chart', digest: `sha256:${'0'.repeat(64)}`, size: 2 },
        layers: [],
      },
    ],
  ] as const) {
    test(`a manifest that is ${name}`, async () => {
      registry.putManifest('team/app', '1', dockerManifest, body);
      const images = open();
      await images.request(ref(), linuxAmd64);
      expect(images.about(ref(), linuxAmd64)?.problem?.code).toBe('unsupported');
      expect(images.lookup(ref(), linuxAmd64)?.error).toMatch(/^failed to resolve source metadata/);
    });
  }

  test('a redirect to another host is followed, without the login', async () => {
    registry.login = { kind: 'basic', user: 'me', password: secret };
    const other = await startFakeRegistry();
    try {
      const image = putImage(registry, 'team/app', '1');
      putImage(other, 'team/app', '1');
      registry.fault = (request, response, path) =>
        isBlob(path) && !!response.writeHead(307, { location: `http://user:pass@${other.host}${request.url}` }).end();
      const images = open({ login: password });
      await images.request(ref(), linuxAmd64);
      expect(images.lookup(ref(), linuxAmd64)?.config).toBe(image.config);
      expect(other.asked.map((a) => a.authorization)).toEqual([undefined]);
    } finally {
      await other.close();
    }
  });

  for (const [name, host, message] of [
    ['no such host', 'no-such-host.invalid', /no host no-such-host.invalid|cannot be looked up/],
    ['nobody listens', '127.0.0.1:1', /accepts no connection/],
  ] as const) {
    test(name, async () => {
      const images = open();
      await images.request(`${host}/a:1`, linuxAmd64);
      expect(images.about(`${host}/a:1`, linuxAmd64)?.problem).toMatchObject({
        code: 'unreachable',
        message: expect.stringMatching(message),
      });
    });
  }

  test('something that is no web server', async () => {
    const server = createServer((socket) => socket.end('SSH-2.0-OpenSSH\r\n'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const images = open();
    await images.request(`127.0.0.1:${port}/a:1`, linuxAmd64);
    expect(images.about(`127.0.0.1:${port}/a:1`, linuxAmd64)?.problem?.message).toMatch(/does not speak HTTP/);
    server.close();
  });

  test('nothing goes on after the end', async () => {
    putImage(registry, 'team/app', '1');
    registry.fault = () => true;
    const images = open();
    const asked = images.request(ref(), linuxAmd64);
    setTimeout(() => images.dispose(), 50);
    expect(await asked).toBe(false);
    expect(await images.request(ref(), linuxAmd64)).toBe(false);
  });
});

describe('the cache', () => {
  test('another process knows what one has learnt; the tag is asked for again after a while', async () => {
    const image = putImage(registry, 'team/app', '1');
    await open().request(ref(), linuxAmd64);
    let time = Date.now();
    const images = open({ now: () => time, refresh: 10 });
    expect(images.lookup(ref(), linuxAmd64)).toEqual({ digest: image.digest, config: image.config });
    expect(await images.request(ref(), linuxAmd64)).toBe(false);
    time += 11 * 60_000;
    expect(images.about(ref(), linuxAmd64)?.stale).toBe(true);
    registry.asked.length = 0;
    // That it is the same still is no news.
    expect(await images.request(ref(), linuxAmd64)).toBe(false);
    expect(registry.asked.map((a) => a.method)).toEqual(['HEAD']);
    expect(images.about(ref(), linuxAmd64)?.stale).toBe(false);
  });

  test('a tag that moved', async () => {
    putImage(registry, 'team/app', '1');
    let time = Date.now();
    const images = open({ now: () => time });
    await images.request(ref(), linuxAmd64);
    const moved = putImage(registry, 'team/app', '1', { env: ['NEW=1'] });
    time += 2 * 3_600_000;
    expect(await images.request(ref(), linuxAmd64)).toBe(true);
    expect(images.lookup(ref(), linuxAmd64)).toEqual({ digest: moved.digest, config: moved.config });
  });

  test('offline the last answer stands, and is said to be old', async () => {
    const image = putImage(registry, 'team/app', '1');
    let time = Date.now();
    const images = open({ now: () => time });
    await images.request(ref(), linuxAmd64);
    await registry.close();
    time += 2 * 3_600_000;
    expect(await images.request(ref(), linuxAmd64)).toBe(true);
    expect(images.lookup(ref(), linuxAmd64)?.digest).toBe(image.digest);
    expect(images.about(ref(), linuxAmd64)).toMatchObject({ stale: true, problem: { code: 'unreachable' } });
  });

  test('what was damaged on disk is fetched again', async () => {
    const image = putImage(registry, 'team/app', '1');
    await open().request(ref(), linuxAmd64);
    const cache = join(folder, 'cache');
    for (const name of readdirSync(cache, { recursive: true, encoding: 'utf8' }))
      if (/blobs.*[0-9a-f]{64}$/.test(name))
        writeFileSync(join(cache, name), readFileSync(join(cache, name)).subarray(1));
    const images = open();
    expect(images.lookup(ref(), linuxAmd64)).toBeUndefined();
    expect(await images.request(ref(), linuxAmd64)).toBe(true);
    expect(images.lookup(ref(), linuxAmd64)?.config).toBe(image.config);
    for (const name of readdirSync(join(cache, 'refs'))) writeFileSync(join(cache, 'refs', name), '{"ref":');
    expect(open().lookup(ref(), linuxAmd64)).toBeUndefined();
  });

  test('several processes share the folder', async () => {
    for (let i = 0; i < 12; i++) putImage(registry, 'team/app', String(i), { env: [`I=${i}`] });
    const work = async (): Promise<void> => {
      const script = fileURLToPath(new URL('./learn.ts', import.meta.url));
      const child = spawn(process.execPath, [script, join(folder, 'cache'), registry.host, '12'], {
        stdio: ['ignore', 'pipe', 2],
      });
      let said = '';
      child.stdout?.on('data', (text) => {
        said += text;
      });
      await new Promise((resolve) => child.once('close', resolve));
      expect(said.trim()).toBe('12 known');
    };
    await Promise.all([work(), work(), work()]);
    const images = open({ mode: 'cached' });
    for (let i = 0; i < 12; i++) expect(images.lookup(ref(`team/app:${i}`), linuxAmd64)?.config).toContain(`I=${i}"`);
    expect(
      readdirSync(join(folder, 'cache'), { recursive: true, encoding: 'utf8' }).filter((n) => n.endsWith('.new')),
    ).toEqual([]);
  });

  test('the folder does not grow without end, and what was used lately stays', () => {
    const store = openStore(join(folder, 'cache'), () => {}, 100_000);
    const digests: string[] = [];
    for (let i = 0; i < 128; i++) {
      const bytes = Buffer.alloc(4000, i);
      digests.push(digestOf(bytes));
      store.putBlob(digests[i] as string, bytes);
      // Times of files count, and have to differ.
      const path = join(folder, 'cache', 'blobs', (digests[i] as string).replace(':', '/'));
      if (existsSync(path)) utimesSync(path, i + 1, i + 1);
    }
    const left = digests.filter((digest) => openStore(join(folder, 'cache'), () => {}).blob(digest) !== undefined);
    expect(left.length * 4000).toBeLessThanOrEqual(100_000);
    expect(left).toContain(digests[127]);
    expect(left).not.toContain(digests[0]);
  });

  test('a folder that cannot be made: memory serves', async () => {
    writeFileSync(join(folder, 'file'), '');
    putImage(registry, 'team/app', '1');
    const images = open({ cacheDir: join(folder, 'file', 'cache') });
    await images.request(ref(), linuxAmd64);
    expect(images.lookup(ref(), linuxAmd64)?.digest).toBeDefined();
    expect(lines.join('\n')).toMatch(/cannot be written to/);
  });

  test('no password and no token lies on disk', async () => {
    registry.login = { kind: 'bearer', user: 'me', password: secret };
    putImage(registry, 'team/app', '1');
    await open({ login: password }).request(ref(), linuxAmd64);
    const cache = join(folder, 'cache');
    for (const entry of readdirSync(cache, { recursive: true, withFileTypes: true }))
      if (entry.isFile())
        expect(readFileSync(join(entry.parentPath, entry.name), 'utf8')).not.toMatch(/very-secret|token-\d/);
  });
});

describe('the files of an image', () => {
  const members = [
    { path: 'usr/bin', type: 'dir', mode: 0o755, uid: 0, gid: 0 },
    { path: 'bin', type: 'symlink', mode: 0o777, uid: 0, gid: 0, target: 'usr/bin' },
    { path: 'tmp', type: 'dir', mode: 0o1777, uid: 0, gid: 0 },
    {
      path: 'etc/passwd',
      type: 'file',
      mode: 0o644,
      uid: 0,
      gid: 0,
      data: Buffer.from('app:x:1000:1001::/:/bin/sh\n'),
    },
  ] as const;

  test('come from its layers, once', async () => {
    putImage(registry, 'team/app', '1', { members });
    const images = open();
    expect(await images.requestFiles(ref(), linuxAmd64)).toBe(false);
    await images.request(ref(), linuxAmd64);
    expect(images.baseFiles(ref(), linuxAmd64)).toBeUndefined();
    expect(await images.requestFiles(ref(), linuxAmd64)).toBe(true);
    const files = images.baseFiles(ref(), linuxAmd64);
    expect(files?.lookup('/bin')).toMatchObject({ kind: 'link', target: 'usr/bin' });
    expect(files?.follow('/bin/x').path).toBe('/usr/bin/x');
    expect(files?.lookup('/tmp')?.mode).toBe(0o1777);
    expect(files?.users.get('app')).toEqual({ uid: 1000, gid: 1001 });
    const count = registry.asked.length;
    const later = open({ mode: 'cached' });
    expect(await later.requestFiles(ref(), linuxAmd64)).toBe(true);
    expect(later.baseFiles(ref(), linuxAmd64)?.count).toBe(files?.count);
    expect(registry.asked.length).toBe(count);
  });

  for (const [name, fault] of [
    ['breaks off', (_: IncomingMessage, r: ServerResponse) => !!r.writeHead(200).end(Buffer.from([0x1f, 0x8b, 8, 0]))],
    ['is another one', (_: IncomingMessage, r: ServerResponse) => !!r.writeHead(200).end(Buffer.alloc(2048))],
    ['is too long', (_: IncomingMessage, r: ServerResponse) => !!r.writeHead(200).end(Buffer.alloc(1_000_000))],
    ['does not exist', (_: IncomingMessage, r: ServerResponse) => !!r.writeHead(404).end()],
  ] as const) {
    test(`a layer that ${name} leaves nothing behind`, async () => {
      putImage(registry, 'team/app', '1', { members });
      const images = open();
      await images.request(ref(), linuxAmd64);
      registry.fault = fault;
      expect(await images.requestFiles(ref(), linuxAmd64)).toBe(false);
      expect(images.baseFiles(ref(), linuxAmd64)).toBeUndefined();
      registry.fault = undefined;
      const again = open();
      expect(await again.requestFiles(ref(), linuxAmd64)).toBe(true);
    });
  }

  test('layers that are too large are left alone', async () => {
    putImage(registry, 'team/app', '1', { members });
    const images = open({ filesLimit: 10 });
    await images.request(ref(), linuxAmd64);
    expect(await images.requestFiles(ref(), linuxAmd64)).toBe(false);
    expect(registry.asked.filter((a) => isBlob(a.path)).length).toBe(1);
  });
});

describe("Docker's logins", () => {
  const auth = Buffer.from(`me:${secret}`).toString('base64');
  const cases = [
    ['docker.io', { auths: { 'https://index.docker.io/v1/': { auth } } }, password],
    ['docker.io', { auths: { 'registry-1.docker.io': { auth } } }, password],
    ['localhost:5000', { auths: { 'localhost:5000': { auth } } }, password],
    ['reg.example', { auths: { 'https://reg.example/v2/': { username: 'me', password: secret } } }, password],
    [
      'reg.example',
      { auths: { 'reg.example': { auth, identitytoken: 'very-secret' } } },
      { kind: 'identity', token: 'very-secret' },
    ],
    [
      'reg.example',
      { auths: { 'reg.example': { registrytoken: 'very-secret' } } },
      { kind: 'bearer', token: 'very-secret' },
    ],
    ['reg.example', { auths: { 'other.example': { auth } } }, undefined],
    ['reg.example', { auths: { 'reg.example': {} } }, undefined],
    ['reg.example', { auths: { 'reg.example': { auth: 'bm9jb2xvbg==' } } }, undefined],
    ['reg.example', '{ "auths": ', undefined],
    ['reg.example', '[]', undefined],
    ['reg.example', { credsStore: 'none-here', auths: { 'reg.example': { auth } } }, password],
    ['reg.example', { credHelpers: { 'reg.example': '../evil' } }, undefined],
  ] as const;
  for (const [name, config, expected] of cases) {
    test(`${name}: ${JSON.stringify(config).slice(0, 60)}`, async () => {
      writeFileSync(join(folder, 'config.json'), typeof config === 'string' ? config : JSON.stringify(config));
      const env = { DOCKER_CONFIG: folder, PATH: folder };
      for (const runHelpers of [false, true])
        expect(await dockerCredentials({ env, runHelpers, log: (line) => lines.push(line) })(name)).toEqual(expected);
    });
  }

  test('a helper is run where that is allowed, and only then', async () => {
    const script =
      `#!${process.execPath}\nlet name = '';\nprocess.stdin.on('data', (d) => (name += d)).on('end', () =>\n` +
      `  console.log(JSON.stringify(name === 'reg.example' ? { Username: 'me', Secret: '${secret}' } : { Username: '<token>', Secret: 'very-secret-identity' })));\n`;
    writeFileSync(join(folder, 'docker-credential-fake'), script, { mode: 0o755 });
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ credsStore: 'fake' }));
    const env = { DOCKER_CONFIG: folder, PATH: folder };
    const log = (line: string) => lines.push(line);
    expect(await dockerCredentials({ env, runHelpers: false, log })('reg.example')).toBeUndefined();
    expect(lines.join()).toMatch(/may not be run/);
    expect(await dockerCredentials({ env, runHelpers: true, log })('reg.example')).toEqual(password);
    expect(await dockerCredentials({ env, runHelpers: true, log })('docker.io')).toEqual({
      kind: 'identity',
      token: 'very-secret-identity',
    });
  });
});
