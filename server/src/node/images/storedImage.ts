// How an image lies in the store: its index, manifest and configuration, put there from a source and found there again.
import { decodeUtf8 } from '../../go/utf8.ts';
import type { Platform } from '../../oci/platform.ts';
import { platformMatches } from '../../oci/platformMatch.ts';
import { ImageError } from './imageError.ts';
import type { ImageSource } from './imageSource.ts';
import {
  chooseManifest,
  configLimit,
  type Descriptor,
  type Manifest,
  mediaTypeOf,
  parseObject,
  platformOf,
  platformsOf,
  readManifest,
} from './manifest.ts';
import type { Answer, Store } from './store.ts';

export interface StoredImage {
  readonly answer: Answer;
  /** Of the index or manifest: what a pin names. */
  readonly digest: string;
  /** All platforms of the image. */
  readonly platforms: readonly Platform[];
  /** That of the platform in question. */
  readonly manifest: Extract<Manifest, { kind: 'image' }>;
  readonly manifestDigest: string;
  /** JSON. */
  readonly config: string;
}

/** An index of indexes deeper than this is a mistake. */
const deepest = 3;

const configTypes: ReadonlySet<string> = new Set([
  'application/vnd.docker.container.image.v1+json',
  'application/vnd.oci.image.config.v1+json',
  'application/octet-stream',
  'application/vnd.in-toto+json',
]);

/** What the store holds of an image for a platform; undefined where something is missing. Throws ImageError where it cannot be had. */
export function storedImage(store: Store, answer: Answer, platform: Platform): StoredImage | undefined {
  const { ref } = answer;
  if (answer.error !== undefined) throw new ImageError(answer.error.code, answer.error.message);
  let digest = answer.digest as string;
  let mediaType = answer.mediaType ?? '';
  let platforms: readonly Platform[] | undefined;
  let spelled = true;
  for (let depth = 0; depth <= deepest; depth++) {
    const bytes = store.blob(digest);
    if (bytes === undefined) return undefined;
    const manifest = readManifest(bytes, mediaType, ref);
    if (manifest.kind === 'index') {
      platforms ??= platformsOf(manifest.manifests);
      const chosen = chooseManifest(manifest.manifests, platform);
      spelled = chosen.platform !== undefined;
      digest = chosen.digest;
      mediaType = chosen.mediaType;
      continue;
    }
    const type = manifest.config.mediaType;
    if (!configTypes.has(type))
      throw new ImageError('unsupported', `encountered unknown type ${type}; children may not be fetched`);
    const config = store.blob(manifest.config.digest);
    if (config === undefined) return undefined;
    const own = platformOf(parseObject(config, `The configuration of ${ref}`)) as Platform;
    // What an index does not say of a part, the part says itself.
    if (!spelled && !platformMatches(platform, own))
      throw new ImageError('no-platform', `no match for platform in manifest ${answer.digest}: not found`);
    return {
      answer,
      digest: answer.digest as string,
      platforms: platforms ?? (own.os === '' ? [] : [own]),
      manifest,
      manifestDigest: digest,
      config: decodeUtf8(config),
    };
  }
  throw new ImageError('unsupported', `${ref} is an index of indexes of indexes`);
}

/** Which image is to be stored. */
export interface Wanted {
  readonly ref: string;
  /** Its tag, or the digest where that is known. */
  readonly tag: string;
  readonly platform: Platform;
}

/** Reads from a source all that `storedImage` needs. Throws ImageError. */
export async function storeImage(
  store: Store,
  source: ImageSource,
  { ref, tag, platform }: Wanted,
  signal: AbortSignal,
): Promise<Pick<Answer, 'ref' | 'digest' | 'mediaType' | 'source'>> {
  const old = store.answer(ref);
  let root = old?.error === undefined && old?.digest !== undefined ? store.blob(old.digest) : undefined;
  let digest = old?.digest ?? '';
  let mediaType = old?.mediaType ?? '';
  // Registries count who reads manifests, and do not count who asks for their digest alone.
  const current = tag.includes(':') ? tag : root === undefined ? undefined : await source.digestOf?.(tag, signal);
  if (root === undefined || current === undefined || current !== digest) {
    const read = await source.manifest(tag, signal);
    const manifest = readManifest(read.bytes, read.mediaType, ref);
    store.putBlob(read.digest, read.bytes);
    root = read.bytes;
    digest = read.digest;
    mediaType = mediaTypeOf(manifest, read.mediaType);
  }
  let bytes = root;
  let type = mediaType;
  for (let depth = 0; depth <= deepest; depth++) {
    const manifest = readManifest(bytes, type, ref);
    if (manifest.kind === 'image') {
      if (configTypes.has(manifest.config.mediaType) && store.blob(manifest.config.digest) === undefined)
        store.putBlob(manifest.config.digest, await partOf(source.blob(manifest.config, configLimit, signal)));
      break;
    }
    let chosen: Descriptor;
    try {
      chosen = chooseManifest(manifest.manifests, platform);
    } catch {
      // The answer holds for other platforms; `storedImage` says so of this one.
      break;
    }
    const part = store.blob(chosen.digest);
    if (part === undefined) {
      const read = await partOf(source.manifest(chosen.digest, signal));
      store.putBlob(chosen.digest, read.bytes);
      bytes = read.bytes;
    } else bytes = part;
    type = chosen.mediaType;
  }
  return { ref, digest, mediaType, source: source.name };
}

/** A part of an image that is not there does not mean that there is no image. */
async function partOf<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof ImageError && error.code === 'not-found') throw new ImageError('bad-answer', error.message);
    throw error;
  }
}
