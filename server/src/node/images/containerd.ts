// The images that a containerd of this machine holds: their manifests, configurations and layers, byte for byte.
import { accessSync, constants } from 'node:fs';
import { begin, finish, putString } from '../../llb/wire.ts';
import { type Reference, referenceString } from '../../oci/reference.ts';
import { bytesFields, callGrpc, textField } from './grpc.ts';
import { ImageError } from './imageError.ts';
import { checkDigest, type ImageSource, shortDigest, verified } from './imageSource.ts';
import { type Descriptor, manifestLimit } from './manifest.ts';
import type { Environment } from './proxy.ts';

export interface Containerd {
  /** The path of its socket or pipe. */
  readonly address: string;
  /** Where images are looked for, in order. */
  readonly namespaces: readonly string[];
}

/** Those of `ctr` and `nerdctl`, of Docker where it keeps its images here, of Kubernetes. */
const usualNamespaces = ['default', 'moby', 'k8s.io'];
const patience = 10_000;

/** This machine's containerd, where one may be used; what the environment names is taken at its word. */
export function containerdOf(env: Environment): Containerd | undefined {
  const namespaces = env.CONTAINERD_NAMESPACE ? [env.CONTAINERD_NAMESPACE] : usualNamespaces;
  const given = env.CONTAINERD_ADDRESS;
  if (given) return { address: given.replace(/^(unix|npipe):\/\//, ''), namespaces };
  const places =
    process.platform === 'win32'
      ? ['\\\\.\\pipe\\containerd-containerd']
      : [
          '/run/containerd/containerd.sock',
          '/run/docker/containerd/containerd.sock',
          '/run/k3s/containerd/containerd.sock',
        ];
  const address = places.find(mayUse);
  return address === undefined ? undefined : { address, namespaces };
}

/** Nearly everywhere only root may: that is no news. */
function mayUse(place: string): boolean {
  try {
    accessSync(place, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** The image that a reference names there. `silence`: milliseconds without a byte after which it is given up. */
export function containerdSource(
  { address, namespaces }: Containerd,
  reference: Reference,
  silence = patience,
): ImageSource {
  const who = `containerd at ${address}`;
  const call = (namespace: string, method: string, text: string, signal: AbortSignal | undefined) => {
    begin();
    putString(1, text);
    const message = finish();
    return callGrpc({
      socket: address,
      who,
      method,
      headers: { 'containerd-namespace': namespace },
      message,
      silence,
      signal,
    });
  };

  /** The first namespace's answer that is not "not found". */
  const anywhere = async <T>(what: string, attempt: (namespace: string) => Promise<T>): Promise<T> => {
    for (const namespace of namespaces) {
      try {
        return await attempt(namespace);
      } catch (error) {
        if (!(error instanceof ImageError && error.code === 'not-found')) throw error;
      }
    }
    throw new ImageError('not-found', `${who} does not have ${what}`);
  };

  /** images.v1.Images/Get, whose answer holds in field 1 the image, and that in field 3 what it names. */
  const target = (tag: string, signal?: AbortSignal): Promise<{ mediaType: string; digest: string }> => {
    const name = referenceString({ ...reference, tag, digest: '' });
    return anywhere(name, async (namespace) => {
      for await (const message of call(namespace, 'containerd.services.images.v1.Images/Get', name, signal)) {
        const image = bytesFields(bytesFields(message)?.get(1) ?? nothing);
        const descriptor = bytesFields(image?.get(3) ?? nothing);
        const digest = descriptor === undefined ? '' : textField(descriptor, 2);
        if (descriptor !== undefined && digest !== '') return { mediaType: textField(descriptor, 1), digest };
      }
      throw new ImageError('bad-answer', `${who} does not say what ${name} is`);
    });
  };

  /** content.v1.Content/Read: each message holds in field 2 what comes next. */
  async function* content(namespace: string, digest: string, signal?: AbortSignal): AsyncIterable<Uint8Array> {
    for await (const message of call(namespace, 'containerd.services.content.v1.Content/Read', digest, signal)) {
      const fields = bytesFields(message);
      if (fields === undefined) throw new ImageError('bad-answer', `${who} sent what is no message`);
      const data = fields.get(2);
      if (data !== undefined && data.length > 0) yield data;
    }
  }

  const whole = (digest: string, limit: number, signal?: AbortSignal): Promise<Uint8Array> => {
    const what = `${shortDigest(digest)} of ${reference.path}`;
    return anywhere(what, async (namespace) => {
      const parts: Uint8Array[] = [];
      let size = 0;
      for await (const part of content(namespace, digest, signal)) {
        size += part.length;
        if (size > limit)
          throw new ImageError('too-large', `${what} does not end within the ${limit} bytes that are read`);
        parts.push(part);
      }
      const bytes = Buffer.concat(parts);
      checkDigest(bytes, digest, `${who}: ${what}`);
      return bytes;
    });
  };

  return {
    name: 'containerd',
    async manifest(tag, signal) {
      const { digest, mediaType } = tag.includes(':') ? { digest: tag, mediaType: '' } : await target(tag, signal);
      return { bytes: await whole(digest, manifestLimit, signal), mediaType, digest };
    },
    blob: (descriptor, limit, signal) => whole(descriptor.digest, limit, signal),
    async *stream(descriptor: Descriptor, signal) {
      const what = `${who}: the layer ${shortDigest(descriptor.digest)} of ${reference.path}`;
      const [first, rest] = await anywhere(what, async (namespace) => {
        const parts = content(namespace, descriptor.digest, signal)[Symbol.asyncIterator]();
        return [await parts.next(), parts] as const;
      });
      const all = (async function* (): AsyncIterable<Uint8Array> {
        try {
          for (let part = first; part.done !== true; part = await rest.next()) yield part.value;
        } finally {
          await rest.return?.();
        }
      })();
      yield* verified(all, descriptor, what);
    },
  };
}

const nothing = new Uint8Array(0);
