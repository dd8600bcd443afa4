// Images that a containerd of this machine holds: one in memory, and the real one where it is installed and may be started.
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { ServerHttp2Stream } from 'node:http2';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { containerdOf, containerdSource } from '../../server/src/node/images/containerd.ts';
import { createFetch } from '../../server/src/node/images/http.ts';
import { createImages, type Images } from '../../server/src/node/images/index.ts';
import { linuxAmd64 } from '../../server/src/oci/platform.ts';
import type { Reference } from '../../server/src/oci/reference.ts';
import { parseNormalizedNamed, tagNameOnly } from '../../server/src/oci/reference.ts';
import { answer, dataMessage, type FakeContainerd, refuse, startFakeContainerd } from './fakeContainerd.ts';
import { digestOf, type FakeRegistry, type Part, putImage, putIndex, startFakeRegistry } from './fakeRegistry.ts';

const namespaces = ['default', 'moby', 'k8s.io'];

let folder: string;
let socket: string;
let containerd: FakeContainerd;
let registry: FakeRegistry;
let lines: string[];
let time = 0;
const opened: Images[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'llb-lens-containerd-'));
  socket = join(folder, 'containerd.sock');
  containerd = await startFakeContainerd(socket, 'k8s.io');
  registry = await startFakeRegistry();
  registry.fault = (_, response) => {
    response.writeHead(500).end();
    return true;
  };
  lines = [];
  time = Date.now();
});
afterEach(async () => {
  for (const images of opened.splice(0)) images.dispose();
  await containerd.close();
  await registry.close();
  rmSync(folder, { recursive: true, force: true });
});

function open(extra: { address?: string; mode?: 'cached' | 'on' } = {}): Images {
  const images = createImages({
    cacheDir: join(folder, 'cache'),
    fetch: createFetch({ env: {} }),
    credentials: async () => undefined,
    mode: extra.mode ?? 'on',
    log: (line) => lines.push(line),
    containerd: { address: extra.address ?? socket, namespaces },
    now: () => time,
  });
  opened.push(images);
  return images;
}

const name = (): string => `${registry.host}/team/app`;

describe('an image of containerd', () => {
  test('is known byte for byte, with its files, and known to the next process', async () => {
    const index = putIndex(containerd, name(), '1', ['linux/amd64', 'linux/arm64']);
    const images = open();
    const arm64 = { ...linuxAmd64, architecture: 'arm64' };
    for (const [platform, config] of [
      [linuxAmd64, index.configs[0]],
      [arm64, index.configs[1]],
    ] as const) {
      expect(await images.request(`${name()}:1`, platform)).toBe(true);
      expect(images.lookup(`${name()}:1`, platform)).toEqual({ digest: index.digest, config });
    }
    expect(images.about(`${name()}:1`, linuxAmd64)).toMatchObject({
      source: 'containerd',
      layers: 1,
      platforms: ['linux/amd64', 'linux/arm64'],
      stale: false,
      problem: { code: 'server' },
    });
    expect(await images.requestFiles(`${name()}:1`, linuxAmd64)).toBe(true);
    expect(images.baseFiles(`${name()}:1`, linuxAmd64)?.lookup('/etc')?.kind).toBe('directory');
    expect(containerd.asked.slice(0, 3)).toEqual(namespaces.map((one) => `${one} Images/Get ${name()}:1`));
    expect(open({ mode: 'cached' }).lookup(`${name()}:1`, linuxAmd64)?.digest).toBe(index.digest);
  });

  test('by its digest', async () => {
    const { digest, config } = putImage(containerd, name(), '1');
    const images = open();
    for (const ref of [`${name()}@${digest}`, `${name()}:1@${digest}`]) {
      await images.request(ref, linuxAmd64);
      expect(images.lookup(ref, linuxAmd64)).toEqual({ digest, config });
    }
    expect(containerd.asked.filter((line) => line.includes('Images/Get'))).toEqual([]);
  });

  test('gives way to the registry when that answers, and to no "not found" of it', async () => {
    const here = putImage(containerd, name(), '1', { env: ['A=here'] });
    const images = open();
    registry.fault = undefined;
    await images.request(`${name()}:1`, linuxAmd64);
    expect(images.lookup(`${name()}:1`, linuxAmd64)?.digest).toBe(here.digest);
    time += 61_000;
    await images.request(`${name()}:1`, linuxAmd64);
    expect(images.lookup(`${name()}:1`, linuxAmd64)?.digest).toBe(here.digest);
    const there = putImage(registry, 'team/app', '1', { env: ['A=there'] });
    time += 61_000;
    expect(await images.request(`${name()}:1`, linuxAmd64)).toBe(true);
    expect(images.lookup(`${name()}:1`, linuxAmd64)?.digest).toBe(there.digest);
    expect(images.about(`${name()}:1`, linuxAmd64)?.source).toBe(registry.host);
    // And what the registry has said is kept when it falls silent.
    registry.fault = (_, response) => {
      response.writeHead(500).end();
      return true;
    };
    time += 7_200_000;
    await images.request(`${name()}:1`, linuxAmd64);
    expect(images.lookup(`${name()}:1`, linuxAmd64)?.digest).toBe(there.digest);
  });

  test('nobody asks for it where registries may not be asked', async () => {
    putImage(containerd, name(), '1');
    expect(await open({ mode: 'cached' }).request(`${name()}:1`, linuxAmd64)).toBe(false);
    expect(containerd.asked).toEqual([]);
  });

  test('whose configuration or manifest is not there is not known', async () => {
    const index = putIndex(containerd, name(), '1', ['linux/amd64']);
    containerd.drop(digestOf(index.configs[0] as string));
    const images = open();
    expect(await images.request(`${name()}:1`, linuxAmd64)).toBe(true);
    expect(images.lookup(`${name()}:1`, linuxAmd64)).toBeUndefined();
    expect(images.about(`${name()}:1`, linuxAmd64)?.problem?.code).toBe('server');
    expect(lines.join('\n')).toMatch(/does not have sha256:[0-9a-f]{12} of team\/app/);
  });

  test('whose layer is not there has no files', async () => {
    putImage(containerd, name(), '1');
    const images = open();
    await images.request(`${name()}:1`, linuxAmd64);
    containerd.fault = (stream, method) => {
      if (method === 'Content/Read') refuse(stream, 5, 'gone');
      return method === 'Content/Read';
    };
    expect(await images.requestFiles(`${name()}:1`, linuxAmd64)).toBe(false);
    expect(lines.join('\n')).toMatch(/the files of .*does not have.*the layer/);
  });
});

describe('what can go wrong is told and waited for no longer than the limit', () => {
  const reference = (): Reference => {
    const named = parseNormalizedNamed(`${name()}:1`);
    if ('error' in named) throw new Error(named.error);
    return tagNameOnly(named);
  };
  const source = (address = socket, silence = 10_000) =>
    containerdSource({ address, namespaces }, reference(), silence);

  const faults: readonly (readonly [string, ((stream: ServerHttp2Stream) => void) | undefined, string, RegExp])[] = [
    ['no image', undefined, 'not-found', /does not have 127/],
    ['no permission', (stream) => refuse(stream, 7, 'x'), 'denied', /does not let it be read/],
    ['its own failure', (stream) => refuse(stream, 13, 'a b: c%'), 'server', /failed \(13\): a b: c%$/],
    ['no gRPC', (stream) => stream.respond({ ':status': 415 }, { endStream: true }), 'bad-answer', /answered 415/],
    ['an answer of nothing', (stream) => answer(stream, []), 'bad-answer', /does not say what/],
    ['another answer', (stream) => answer(stream, [Buffer.from('hello')]), 'bad-answer', /does not say what/],
    ['no end', (stream) => answer(stream, [], false), 'truncated', /broke off/],
    ['a cut', (stream) => stream.close(2), 'truncated', /broke off/],
    ['an end of the connection', (stream) => stream.session?.destroy(), 'truncated', /broke off/],
    ['a huge message', (stream) => answer(stream, [Buffer.alloc(20_000_000)]), 'too-large', /message of 20000000/],
    ['a packed message', (stream) => stream.end(Buffer.from([1, 0, 0, 0, 0])), 'bad-answer', /packs its answer/],
  ];
  for (const [what, fault, code, message] of faults) {
    test(what, async () => {
      if (fault !== undefined)
        containerd.fault = (stream) => {
          fault(stream);
          return true;
        };
      await expect(source().manifest('1')).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    });
  }

  test('silence, before and within an answer', async () => {
    const { digest } = putImage(containerd, name(), '1');
    containerd.fault = () => true;
    await expect(source(socket, 50).manifest('1')).rejects.toMatchObject({ code: 'silent' });
    containerd.fault = (stream) => {
      stream.respond({ ':status': 200 });
      stream.write(Buffer.from([0, 0]));
      return true;
    };
    await expect(source(socket, 50).manifest(digest)).rejects.toMatchObject({ code: 'silent' });
  });

  test('a socket that says nothing, one that speaks otherwise, none', async () => {
    const mute = createServer((connection) => void connection.on('error', () => {}));
    const other = createServer((connection) => {
      connection.on('error', () => {});
      connection.end('HTTP/1.1 400 Bad Request\r\n\r\n');
    });
    await new Promise<void>((resolve) => mute.listen(join(folder, 'mute.sock'), resolve));
    await new Promise<void>((resolve) => other.listen(join(folder, 'other.sock'), resolve));
    await expect(source(join(folder, 'mute.sock'), 50).manifest('1')).rejects.toMatchObject({ code: 'silent' });
    await expect(source(join(folder, 'other.sock')).manifest('1')).rejects.toMatchObject({ code: 'bad-answer' });
    await expect(source(join(folder, 'none.sock')).manifest('1')).rejects.toMatchObject({ code: 'unreachable' });
    for (const server of [mute, other]) server.close();
    expect(await open({ address: join(folder, 'none.sock') }).request(`${name()}:1`, linuxAmd64)).toBe(true);
    expect(lines.join('\n')).toContain('none.sock is not there');
  });

  test('content that is cut, too long or another', async () => {
    const { digest } = putImage(containerd, name(), '1');
    const all = async (size: number): Promise<void> => {
      for await (const _ of source().stream({ digest, size, mediaType: '' })) {
        // Its end is what matters.
      }
    };
    const sent = (bytes: Buffer, good = true): void => {
      containerd.fault = (stream) => {
        answer(stream, [dataMessage(0, bytes)], good);
        return true;
      };
    };
    sent(Buffer.from('x'));
    await expect(source().manifest(digest)).rejects.toMatchObject({ code: 'wrong-digest' });
    await expect(all(1)).rejects.toMatchObject({ code: 'wrong-digest' });
    await expect(all(2)).rejects.toMatchObject({ code: 'truncated' });
    await expect(all(0)).rejects.toMatchObject({ code: 'too-large' });
    sent(Buffer.from('x'), false);
    await expect(all(1)).rejects.toMatchObject({ code: 'truncated' });
    sent(Buffer.alloc(5_000_000));
    await expect(source().manifest(digest)).rejects.toMatchObject({ code: 'too-large' });
  });

  test('someone who gives up', async () => {
    putImage(containerd, name(), '1');
    await expect(source().manifest('1', AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
    containerd.fault = () => true;
    await expect(source().manifest('1', AbortSignal.timeout(50))).rejects.toMatchObject({ code: 'cancelled' });
  });
});

test('where containerd listens', () => {
  const address = '/x/y.sock';
  expect(containerdOf({ CONTAINERD_ADDRESS: address })).toEqual({ address, namespaces });
  expect(containerdOf({ CONTAINERD_ADDRESS: `unix://${address}`, CONTAINERD_NAMESPACE: 'mine' })).toEqual({
    address,
    namespaces: ['mine'],
  });
});

const hasContainerd = (): boolean => process.getuid?.() === 0 && spawnSync('containerd', ['--version']).status === 0;

if (!hasContainerd()) {
  test('containerd is not installed, or nobody is root: only the one in memory is asked: apt-get install -y containerd', () => {
    expect(hasContainerd()).toBe(false);
  });
} else {
  test('a real containerd', async () => {
    const address = join(folder, 'real.sock');
    const config = join(folder, 'config.toml');
    writeFileSync(
      config,
      `version = 2\nroot = "${folder}/root"\nstate = "${folder}/state"\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]\n[grpc]\naddress = "${address}"\n[ttrpc]\naddress = "${address}.ttrpc"\n`,
    );
    const daemon = spawn('containerd', ['--config', config], { stdio: 'ignore' });
    const ended = new Promise<void>((resolve) => daemon.once('exit', () => resolve()));
    try {
      const ctr = (...args: string[]) => spawnSync('ctr', ['--address', address, ...args], { encoding: 'utf8' });
      while (daemon.exitCode === null && ctr('version').status !== 0)
        await new Promise((resolve) => setTimeout(resolve, 50));
      // As an archive: a layout whose index names the image.
      const layout = join(folder, 'layout');
      mkdirSync(join(layout, 'blobs/sha256'), { recursive: true });
      const put = (bytes: Uint8Array): Part => {
        const digest = digestOf(bytes);
        writeFileSync(join(layout, 'blobs', digest.replace(':', '/')), bytes);
        return { digest, size: bytes.length };
      };
      // More than one message of an answer holds.
      const data = randomBytes(3_000_000);
      const members = [
        { path: 'etc', type: 'dir', mode: 0o755, uid: 0, gid: 0 },
        { path: 'big', type: 'file', mode: 0o644, uid: 0, gid: 0, data },
      ] as const;
      const { config: json, ...image } = putImage(
        {
          putBlob: put,
          putManifest: (_, __, mediaType, body) => ({ mediaType, ...put(Buffer.from(JSON.stringify(body))) }),
        },
        '',
        '',
        { members },
      );
      const ref = `${name()}:1`;
      const platform = { os: 'linux', architecture: 'amd64' };
      const annotations = { 'io.containerd.image.name': ref };
      writeFileSync(join(layout, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
      writeFileSync(
        join(layout, 'index.json'),
        JSON.stringify({ schemaVersion: 2, manifests: [{ ...image, platform, annotations }] }),
      );
      const archive = join(folder, 'image.tar');
      expect(spawnSync('tar', ['-C', layout, '-cf', archive, '.']).status).toBe(0);
      expect(ctr('--namespace', 'k8s.io', 'images', 'import', '--no-unpack', archive)).toMatchObject({ status: 0 });

      const images = open({ address });
      expect(await images.request(ref, linuxAmd64)).toBe(true);
      expect(images.lookup(ref, linuxAmd64)).toEqual({ digest: image.digest, config: json });
      expect(images.about(ref, linuxAmd64)?.source).toBe('containerd');
      expect(await images.requestFiles(ref, linuxAmd64)).toBe(true);
      expect(images.baseFiles(ref, linuxAmd64)?.lookup('/big')?.kind).toBe('file');
      // What it does not have, it says so of.
      await images.request(`${name()}:2`, linuxAmd64);
      expect(lines.join('\n')).toContain(`does not have ${name()}:2`);
    } finally {
      daemon.kill();
      await ended;
    }
  });
}
