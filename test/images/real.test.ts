// The same against a registry that others wrote: Debian's docker-registry on loopback, with images that are made here.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Credential } from '../../server/src/node/images/credentials.ts';
import { createFetch } from '../../server/src/node/images/http.ts';
import { createImages, type Images } from '../../server/src/node/images/index.ts';
import { linuxAmd64 } from '../../server/src/oci/platform.ts';
import { digestOf, type Part, putImage, putIndex } from './fakeRegistry.ts';

const installed = spawnSync('docker-registry', ['--version']).status === 0;
const user = 'me';
const password = 'real-password';
/** bcrypt of the password. */
const htpasswd = `${user}:$2y$05$abcdefghijklmnopqrstuuJVA1yB6/0zvylR.SUkJoYicffen.AGu\n`;
const right: Credential = { kind: 'password', user, password };

let folder: string;
let host: string;
let server: ChildProcess | undefined;
const opened: Images[] = [];
const lines: string[] = [];

if (!installed) {
  test('docker-registry is not installed, so that only the registry in memory is asked: apt-get install -y docker-registry', () => {
    expect(spawnSync('docker-registry', ['--version']).error).toBeDefined();
  });
} else {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'llb-lens-registry-'));
    host = `127.0.0.1:${await freePort()}`;
    writeFileSync(join(folder, 'htpasswd'), htpasswd);
    const storage = `storage:\n  filesystem:\n    rootdirectory: ${join(folder, 'data')}\n  delete:\n    enabled: true\n`;
    const auth = `auth:\n  htpasswd:\n    realm: here\n    path: ${join(folder, 'htpasswd')}\n`;
    writeFileSync(
      join(folder, 'config.yml'),
      `version: 0.1\nlog:\n  level: error\n${storage}http:\n  addr: ${host}\n${auth}`,
    );
    server = spawn('docker-registry', ['serve', join(folder, 'config.yml')], { stdio: 'ignore' });
    for (let i = 0; ; i++) {
      const up = await fetch(`http://${host}/v2/`).then(
        (r) => r.status === 401,
        () => false,
      );
      if (up) break;
      if (i > 200) throw new Error('docker-registry did not start');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });
  afterAll(async () => {
    for (const images of opened) images.dispose();
    const ended = new Promise((resolve) => server?.once('exit', resolve));
    server?.kill();
    await ended;
    rmSync(folder, { recursive: true, force: true });
    expect(lines.join('\n')).not.toContain(password);
  });

  describe('docker-registry', () => {
    for (const docker of [false, true]) {
      test(`an index of ${docker ? 'Docker' : 'OCI'} images, and the files of one`, async () => {
        const pushes: Promise<unknown>[] = [];
        const name = docker ? 'team/docker' : 'team/oci';
        const index = putIndex(pusher(name, pushes), name, '1', ['linux/amd64', 'linux/arm64/v8'], docker);
        await settle(pushes);
        const images = open(right);
        const ref = `${host}/${name}:1`;
        for (const [i, architecture] of ['amd64', 'arm64'].entries()) {
          const platform = { ...linuxAmd64, architecture };
          expect(await images.request(ref, platform)).toBe(true);
          expect(images.lookup(ref, platform)).toEqual({ digest: index.digest, config: index.configs[i] });
        }
        // The index has said so already.
        expect(await images.request(ref, { ...linuxAmd64, architecture: 's390x' })).toBe(false);
        expect(images.lookup(ref, { ...linuxAmd64, architecture: 's390x' })?.error).toMatch(/no match for platform/);
        expect(await images.requestFiles(ref, linuxAmd64)).toBe(true);
        expect(images.baseFiles(ref, linuxAmd64)?.lookup('/etc')).toEqual({
          kind: 'directory',
          mode: 0o755,
          uid: 0,
          gid: 0,
        });
        const pinned = `${host}/${name}@${index.digest}`;
        await images.request(pinned, linuxAmd64);
        expect(images.lookup(pinned, linuxAmd64)?.config).toBe(index.configs[0]);
      });
    }

    test('a tag that moves is seen by its digest alone', async () => {
      const push = async (env: string) => {
        const pushes: Promise<unknown>[] = [];
        const image = putImage(pusher('team/moving', pushes), 'team/moving', 'latest', { env: [env] });
        await settle(pushes);
        return image;
      };
      const first = await push('A=1');
      let time = Date.now();
      const images = open(right, () => time);
      const ref = `${host}/team/moving:latest`;
      await images.request(ref, linuxAmd64);
      expect(images.lookup(ref, linuxAmd64)).toEqual({ digest: first.digest, config: first.config });
      time += 7_200_000;
      expect(await images.request(ref, linuxAmd64)).toBe(true);
      expect(images.lookup(ref, linuxAmd64)?.digest).toBe(first.digest);
      const second = await push('A=2');
      time += 7_200_000;
      expect(await images.request(ref, linuxAmd64)).toBe(true);
      expect(images.lookup(ref, linuxAmd64)).toEqual({ digest: second.digest, config: second.config });
    });

    for (const [name, login, code] of [
      ['a wrong password', { ...right, password: 'another' }, 'wrong-password'],
      ['nobody logged in', undefined, 'denied'],
    ] as const) {
      test(name, async () => {
        const images = open(login);
        await images.request(`${host}/team/oci:1`, linuxAmd64);
        expect(images.about(`${host}/team/oci:1`, linuxAmd64)?.problem?.code).toBe(code);
      });
    }

    test('no such image', async () => {
      const images = open(right);
      const ref = `${host}/team/none:1`;
      await images.request(ref, linuxAmd64);
      expect(images.lookup(ref, linuxAmd64)).toEqual({
        error: `failed to resolve source metadata for ${ref}: ${ref}: not found`,
      });
    });
  });
}

function open(login: Credential | undefined, now?: () => number): Images {
  const images = createImages({
    cacheDir: join(folder, `cache-${opened.length}`),
    fetch: createFetch({ env: {} }),
    credentials: async (registry) => (registry === host ? login : undefined),
    mode: 'on',
    log: (line) => lines.push(line),
    ...(now === undefined ? {} : { now }),
  });
  opened.push(images);
  return images;
}

/** Puts blobs at once, and the manifests that name them after them, in order. */
function pusher(repository: string, pushes: Promise<unknown>[]) {
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const must = async (url: string, init: RequestInit, status: number): Promise<Response> => {
    const response = await fetch(url, { ...init, headers: { ...init.headers, authorization } });
    if (response.status !== status) throw new Error(`${url}: ${response.status} ${await response.text()}`);
    return response;
  };
  const after = (work: () => Promise<unknown>): void => {
    pushes.push(Promise.all(pushes).then(work));
  };
  return {
    putBlob(bytes: Uint8Array): Part {
      const digest = digestOf(bytes);
      after(async () => {
        const started = await must(`http://${host}/v2/${repository}/blobs/uploads/`, { method: 'POST' }, 202);
        const place = new URL(started.headers.get('location') ?? '', `http://${host}`);
        place.searchParams.set('digest', digest);
        const type = { 'content-type': 'application/octet-stream' };
        await must(place.href, { method: 'PUT', body: Buffer.from(bytes), headers: type }, 201);
      });
      return { digest, size: bytes.length };
    },
    putManifest(_: string, tag: string, mediaType: string, value: unknown): Part {
      const body = JSON.stringify(value);
      after(() =>
        must(
          `http://${host}/v2/${repository}/manifests/${tag}`,
          { method: 'PUT', body, headers: { 'content-type': mediaType } },
          201,
        ),
      );
      return { mediaType, digest: digestOf(body), size: Buffer.byteLength(body) };
    },
  };
}

async function settle(pushes: Promise<unknown>[]): Promise<void> {
  await Promise.all(pushes);
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
