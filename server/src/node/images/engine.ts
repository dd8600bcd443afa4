// What a running Docker says of an image that it has: its configuration, and the digest under which it was pulled.
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Platform } from '../../oci/platform.ts';
import { platformMatches } from '../../oci/platformMatch.ts';
import { familiarName, familiarString, type Reference } from '../../oci/reference.ts';
import { http } from '../lateBuiltins.ts';
import { ImageError } from './imageError.ts';
import { isObject, platformOf } from './manifest.ts';
import type { Environment } from './proxy.ts';

export interface EngineImage {
  /** Of the manifest, where it was pulled from the same repository. */
  readonly digest: string | undefined;
  /** A configuration with what a build reads of one; not byte for byte the image's own. */
  readonly config: string;
  /** Bytes on disk. */
  readonly size: number;
}

const answerLimit = 4 * 1024 * 1024;
const patience = 5000;

/** The socket of this machine's Docker; undefined where there is none or it is somewhere else. */
export function engineSocket(env: Environment): string | undefined {
  const given = env.DOCKER_HOST;
  if (given !== undefined && given !== '') {
    if (given.startsWith('unix://')) return given.slice('unix://'.length);
    return given.startsWith('npipe://') ? given.slice('npipe://'.length).replaceAll('/', '\\') : undefined;
  }
  if (process.platform === 'win32') return '\\\\.\\pipe\\docker_engine';
  const places = [
    '/var/run/docker.sock',
    join(env.XDG_RUNTIME_DIR ?? '/nowhere', 'docker.sock'),
    join(homedir(), '.docker/run/docker.sock'),
    join(homedir(), '.docker/desktop/docker.sock'),
    join(homedir(), '.colima/default/docker.sock'),
    join(homedir(), '.rd/docker.sock'),
  ];
  return places.find((place) => existsSync(place));
}

/** Asks Docker for an image; undefined where it does not have it for that platform. Throws ImageError where it does not answer. */
export async function engineImage(
  socket: string,
  reference: Reference,
  platform: Platform,
  signal?: AbortSignal,
): Promise<EngineImage | undefined> {
  const name = reference.digest === '' ? familiarString(reference) : `${familiarName(reference)}@${reference.digest}`;
  const answer = await ask(socket, `/images/${name.split('/').map(encodeURIComponent).join('/')}/json`, signal);
  if (!isObject(answer)) return undefined;
  const text = (key: string): string => (typeof answer[key] === 'string' ? answer[key] : '');
  const has = platformOf({
    os: text('Os'),
    architecture: text('Architecture'),
    variant: text('Variant'),
    'os.version': text('OsVersion'),
  }) as Platform;
  if (!platformMatches(platform, has)) return undefined;
  const repository = familiarName(reference);
  const pulled = (Array.isArray(answer.RepoDigests) ? answer.RepoDigests : []).find(
    (one) => typeof one === 'string' && one.startsWith(`${repository}@`),
  ) as string | undefined;
  const layers = isObject(answer.RootFS) && Array.isArray(answer.RootFS.Layers) ? answer.RootFS.Layers : [];
  const config = {
    architecture: has.architecture,
    ...(has.variant === '' ? {} : { variant: has.variant }),
    os: has.os,
    ...(text('Created') === '' ? {} : { created: text('Created') }),
    ...(text('Author') === '' ? {} : { author: text('Author') }),
    config: answer.Config ?? {},
    rootfs: { type: 'layers', diff_ids: layers },
    // It tells no history; without one, an image with layers would look odd.
    history: layers.map(() => ({})),
  };
  return {
    digest: pulled?.slice(repository.length + 1),
    config: JSON.stringify(config),
    size: typeof answer.Size === 'number' ? answer.Size : 0,
  };
}

function ask(socket: string, path: string, signal?: AbortSignal): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => reject(new ImageError('unreachable', `Docker at ${socket} ${why}`));
    const request = http().request(
      { socketPath: socket, path, headers: { host: 'docker' }, agent: false, ...(signal ? { signal } : {}) },
      (response) => {
        const parts: Buffer[] = [];
        let size = 0;
        response.on('data', (part: Buffer) => {
          size += part.length;
          if (size > answerLimit) request.destroy();
          else parts.push(part);
        });
        response.once('error', () => fail('broke off'));
        response.once('end', () => {
          if (response.statusCode === 404) return resolve(undefined);
          if (response.statusCode !== 200) return fail(`answered ${response.statusCode}`);
          try {
            resolve(JSON.parse(Buffer.concat(parts).toString('utf8')));
          } catch {
            fail('answered what is no JSON');
          }
        });
      },
    );
    request.setTimeout(patience, () => request.destroy(new Error('silence')));
    request.once('error', (error: NodeJS.ErrnoException) =>
      fail(error.code === 'EACCES' ? 'may not be used by this user' : 'does not answer'),
    );
    request.end();
  });
}
