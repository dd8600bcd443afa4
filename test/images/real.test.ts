// The same against a registry that others wrote: Debian's docker-registry on loopback, with images that are made here.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Credential } from '../../server/src/node/images/credentials.ts';
import { createFetch } from '../../server/src/node/images/http.ts';
import { createImages, type Images } from '../../server/src/node/images/index.ts';
import { linuxAmd64 } from '../../server/src/oci/platform.ts';
import { type DockerRegistry, hasDockerRegistry, startDockerRegistry } from './dockerRegistry.ts';
import { putImage, putIndex } from './fakeRegistry.ts';

const user = 'me';
const password = 'real-password';
/** bcrypt of the password. */
const htpasswd = `${user}:$2y$05$abcdefghijklmnopqrstuuJVA1yB6/0zvylR.SUkJoYicffen.AGu\n`;
const right: Credential = { kind: 'password', user, password };

let folder: string;
let host: string;
let registry: DockerRegistry;
const opened: Images[] = [];
const lines: string[] = [];

if (!hasDockerRegistry()) {
  test('docker-registry is not installed, so that only the registry in memory is asked: apt-get install -y docker-registry', () => {
    expect(hasDockerRegistry()).toBe(false);
  });
} else {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'llb-lens-registry-'));
    registry = await startDockerRegistry(mkdtempSync(join(folder, 'registry-')), { user, password, htpasswd });
    host = registry.host;
  });
  afterAll(async () => {
    for (const images of opened) images.dispose();
    await registry?.stop();
    rmSync(folder, { recursive: true, force: true });
    expect(lines.join('\n')).not.toContain(password);
  });

  describe('docker-registry', () => {
    for (const docker of [false, true]) {
      test(`an index of ${docker ? 'Docker' : 'OCI'} images, and the files of one`, async () => {
        const name = docker ? 'team/docker' : 'team/oci';
        const index = putIndex(registry.repository(name), name, '1', ['linux/amd64', 'linux/arm64/v8'], docker);
        await registry.pushed();
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
        const image = putImage(registry.repository('team/moving'), 'team/moving', 'latest', { env: [env] });
        await registry.pushed();
        return image;
      };
      const first = await push('A=1');
      let time = Date.now();
      const images = open(right, () => time);
      const ref = `${host}/team/moving:latest`;
      await images.request(ref, linuxAmd64);
      expect(images.lookup(ref, linuxAmd64)).toEqual({ digest: first.digest, config: first.config });
      time += 7_200_000;
      expect(await images.request(ref, linuxAmd64)).toBe(false);
      expect(images.lookup(ref, linuxAmd64)?.digest).toBe(first.digest);
      expect(images.about(ref, linuxAmd64)?.stale).toBe(false);
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
