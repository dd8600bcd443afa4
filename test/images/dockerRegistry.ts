// Debian's docker-registry on loopback, and pushing to it: a registry that others wrote.
import { spawn, spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { digestOf, type FakeRegistry, type Part } from './fakeRegistry.ts';

export const hasDockerRegistry = (): boolean => spawnSync('docker-registry', ['--version']).status === 0;

export interface DockerRegistry {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  /** Where to put the images of one repository. */
  repository(name: string): Pick<FakeRegistry, 'putBlob' | 'putManifest'>;
  /** Waits until all that was put is there. Rejects where the registry refused any of it. */
  pushed(): Promise<void>;
  stop(): Promise<void>;
}

export interface Login {
  readonly user: string;
  readonly password: string;
  /** The user's line of an htpasswd file. */
  readonly htpasswd: string;
}

/** Starts it in a folder of its own, which `stop` deletes; with a login nobody else may read or write. */
export async function startDockerRegistry(folder: string, login?: Login): Promise<DockerRegistry> {
  const host = `127.0.0.1:${await freePort()}`;
  const storage = `storage:\n  filesystem:\n    rootdirectory: ${join(folder, 'data')}\n  delete:\n    enabled: true\n`;
  let auth = '';
  if (login !== undefined) {
    writeFileSync(join(folder, 'htpasswd'), login.htpasswd);
    auth = `auth:\n  htpasswd:\n    realm: here\n    path: ${join(folder, 'htpasswd')}\n`;
  }
  const config = join(folder, 'config.yml');
  writeFileSync(config, `version: 0.1\nlog:\n  level: error\n${storage}http:\n  addr: ${host}\n${auth}`);
  const server = spawn('docker-registry', ['serve', config], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    server.kill();
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  const expected = login === undefined ? 200 : 401;
  const isUp = (): Promise<boolean> =>
    fetch(`http://${host}/v2/`).then(
      (response) => response.status === expected,
      () => false,
    );
  for (let tries = 0; !(await isUp()); tries++) {
    if (tries > 200 || server.exitCode !== null) {
      if (server.exitCode === null) await stop();
      throw new Error('docker-registry did not start');
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const headers: Record<string, string> =
    login === undefined
      ? {}
      : { authorization: `Basic ${Buffer.from(`${login.user}:${login.password}`).toString('base64')}` };
  const ask = async (path: string, init: RequestInit, status: number): Promise<Response> => {
    const url = new URL(path, `http://${host}`).href;
    const response = await fetch(url, { ...init, headers: { ...init.headers, ...headers } });
    if (response.status !== status) throw new Error(`${url}: ${response.status} ${await response.text()}`);
    return response;
  };
  // One after the other: a manifest is refused before its blobs are there.
  let last: Promise<unknown> = Promise.resolve();
  const then = (work: () => Promise<unknown>): void => {
    last = last.then(work);
    // Told by `pushed`.
    last.catch(() => {});
  };
  return {
    host,
    stop,
    async pushed() {
      await last;
    },
    repository: (repository) => ({
      putBlob(bytes): Part {
        const digest = digestOf(bytes);
        then(async () => {
          const started = await ask(`/v2/${repository}/blobs/uploads/`, { method: 'POST' }, 202);
          const place = new URL(started.headers.get('location') ?? '', `http://${host}`);
          place.searchParams.set('digest', digest);
          const type = { 'content-type': 'application/octet-stream' };
          await ask(place.href, { method: 'PUT', body: Buffer.from(bytes), headers: type }, 201);
        });
        return { digest, size: bytes.length };
      },
      putManifest(_, tag, mediaType, value): Part {
        const body = typeof value === 'string' ? value : JSON.stringify(value);
        const type = { 'content-type': mediaType };
        then(() => ask(`/v2/${repository}/manifests/${tag}`, { method: 'PUT', body, headers: type }, 201));
        return { mediaType, digest: digestOf(body), size: Buffer.byteLength(body) };
      },
    }),
  };
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
