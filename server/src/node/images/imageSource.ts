// Where an image can be read from, and that what is read is what its digest says.
import { createHash, type Hash } from 'node:crypto';
import { ImageError } from './imageError.ts';
import type { Descriptor } from './manifest.ts';

/** Where manifests and blobs come from: a registry, a folder, an archive. All throw ImageError. */
export interface ImageSource {
  /** For a person: `registry-1.docker.io`, `the folder layout`. */
  readonly name: string;
  /** The manifest or index of a tag or digest; the bytes are verified. */
  manifest(reference: string, signal?: AbortSignal): Promise<FoundManifest>;
  /** The digest of a tag without reading what it names; undefined where the source does not tell. */
  digestOf?(tag: string, signal?: AbortSignal): Promise<string | undefined>;
  /** A blob as a whole, verified. */
  blob(descriptor: Descriptor, limit: number, signal?: AbortSignal): Promise<Uint8Array>;
  /** A blob as it comes; throws at its end where it is not what the digest says. */
  stream(descriptor: Descriptor, signal?: AbortSignal): AsyncIterable<Uint8Array>;
}

export interface FoundManifest {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
  readonly digest: string;
}

/** The stream as it is; throws at its end where it is not what the descriptor says, and before where it does not end. */
export async function* verified(
  body: AsyncIterable<Uint8Array>,
  descriptor: Descriptor,
  what: string,
): AsyncIterable<Uint8Array> {
  const hash = hashFor(descriptor.digest, what);
  let size = 0;
  for await (const part of body) {
    size += part.length;
    if (size > descriptor.size)
      throw new ImageError('too-large', `${what} does not end after its ${descriptor.size} bytes`);
    hash.update(part);
    yield part;
  }
  if (size < descriptor.size)
    throw new ImageError('truncated', `${what} broke off after ${size} of ${descriptor.size} bytes`);
  if (hash.digest('hex') !== hexOf(descriptor.digest))
    throw new ImageError('wrong-digest', `${what} is not what its digest says`);
}

/** Throws where the bytes have another digest. */
export function checkDigest(bytes: Uint8Array, digest: string, what: string): void {
  if (hashFor(digest, what).update(bytes).digest('hex') !== hexOf(digest))
    throw new ImageError('wrong-digest', `${what} is not what its digest says`);
}

export function sha256Of(bytes: Uint8Array | string): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** `sha256:` and the first twelve digits. */
export function shortDigest(digest: string): string {
  return digest.slice(0, digest.indexOf(':') + 13);
}

const digestForm = /^(sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128})$/;

/** True for a digest of a kind that can be checked. */
export function isDigest(text: string): boolean {
  return digestForm.test(text);
}

function hashFor(digest: string, what: string): Hash {
  if (!isDigest(digest)) throw new ImageError('unsupported', `${what} has a digest of an unknown kind`);
  return createHash(digest.slice(0, 6));
}

function hexOf(digest: string): string {
  return digest.slice(7);
}
