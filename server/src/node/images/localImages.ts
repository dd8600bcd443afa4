// Images that lie on disk: OCI layout folders, and archives as `docker save` and `buildx --output type=oci` write them.
import { createReadStream, readFileSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { parseNormalizedNamed, referenceString, tagNameOnly } from '../../oci/reference.ts';
import { ImageError } from './imageError.ts';
import { checkDigest, type FoundManifest, type ImageSource, sha256Of, shortDigest, verified } from './imageSource.ts';
import {
  configLimit,
  type Descriptor,
  isObject,
  manifestLimit,
  parseObject,
  platformOf,
  readManifest,
} from './manifest.ts';
import { readTar, type TarEntry } from './tar.ts';
import { isPacked, unpacked } from './unpacked.ts';

/** A folder or archive that holds images. */
export interface LocalImages extends ImageSource {
  /** The full references under which its images are known, with the digest that each has. */
  readonly names: ReadonlyMap<string, Descriptor>;
  /** What it holds without a name, or with one that is no reference. */
  readonly unnamed: readonly Descriptor[];
}

/** Of an archive that is packed: bytes of a member that is kept in memory, and of all these. */
const smallMember = 256 * 1024;
const mostKept = 16 * 1024 * 1024;
const mostMembers = 100_000;

/** Opens an OCI layout folder or an image archive, which may unpack to `most` bytes. Throws ImageError. */
export async function openLocalImages(path: string, most?: number): Promise<LocalImages> {
  try {
    const files = statSync(path).isDirectory() ? folderFiles(path) : await archiveFiles(path, most);
    return await openFiles(files, path);
  } catch (error) {
    if (error instanceof ImageError)
      throw error.message.startsWith(path) ? error : new ImageError(error.code, `${path}: ${error.message}`);
    const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : '';
    const why = code === 'ENOENT' ? 'does not exist' : code === 'EACCES' ? 'may not be read' : 'cannot be read';
    throw new ImageError('unreadable', `${path} ${why}`);
  }
}

/** Changes when the folder or archive is written anew; what was opened before then no longer holds. */
export function stampOf(path: string): string {
  const of = (name: string): string => {
    const about = statSync(name, { throwIfNoEntry: false });
    return about === undefined ? '' : `${about.mtimeMs} ${about.size} ${about.ino}`;
  };
  try {
    return `${of(path)} ${of(join(path, 'index.json'))}`;
  } catch {
    return '';
  }
}

/** Named files, wherever they are. */
interface Files {
  /** The whole file; undefined where it does not exist. Throws ImageError where it is longer than `limit`. */
  read(name: string, limit: number): Promise<Uint8Array | undefined> | Uint8Array | undefined;
  stream(name: string): AsyncIterable<Uint8Array> | undefined;
  size(name: string): number | undefined;
}

function folderFiles(folder: string): Files {
  const size = (name: string): number | undefined => {
    try {
      const about = statSync(join(folder, name));
      return about.isFile() ? about.size : undefined;
    } catch {
      return undefined;
    }
  };
  return {
    size,
    read(name, limit) {
      const length = size(name);
      if (length === undefined) return undefined;
      if (length > limit) throw tooLarge(name, limit);
      return readFileSync(join(folder, name));
    },
    stream: (name) => (size(name) === undefined ? undefined : createReadStream(join(folder, name))),
  };
}

/** One member of an archive. */
interface Place {
  readonly offset: number;
  readonly size: number;
  /** Of a link. */
  readonly target?: string;
  /** Of what is small, in an archive that is packed. */
  readonly content?: Uint8Array;
}

/**
 * The members of an archive. One that is packed has no places to read at: for each member it is unpacked anew as far as that
 * member, and what is small, as all is that is asked for often, is kept at once.
 */
async function archiveFiles(path: string, most?: number): Promise<Files> {
  const places = new Map<string, Place>();
  const head = Buffer.alloc(4);
  const file = await open(path);
  try {
    await file.read(head, 0, head.length, 0);
  } finally {
    await file.close();
  }
  const packed = isPacked(head);
  const all = (): AsyncIterable<Uint8Array> => {
    const stream = createReadStream(path);
    return packed ? unpacked(stream, path, most) : stream;
  };
  let kept = 0;
  const wants = ({ size }: TarEntry): boolean => {
    if (!packed || size > smallMember || kept + size > mostKept) return false;
    kept += size;
    return true;
  };
  for await (const entry of readTar(all(), wants)) {
    const name = entry.path.replace(/^(\.?\/)+/, '');
    const { offset, size, content } = entry;
    if (entry.kind === 'file') places.set(name, { offset, size, ...(content === undefined ? {} : { content }) });
    // Old `docker save` writes a layer that it has already written as a link to that.
    else if (entry.kind === 'link') places.set(name, { offset: 0, size: 0, target: join(name, '..', entry.target) });
    else if (entry.kind === 'hardlink') places.set(name, { offset: 0, size: 0, target: entry.target });
    if (places.size > mostMembers) throw new ImageError('too-large', `${path} holds more files than any image`);
  }
  const find = (name: string): Place | undefined => {
    let place = places.get(name);
    for (let i = 0; place?.target !== undefined && i < 10; i++) place = places.get(place.target.replaceAll('\\', '/'));
    return place;
  };
  const stream = (name: string): AsyncIterable<Uint8Array> | undefined => {
    const place = find(name);
    if (place === undefined) return undefined;
    const { offset, size, content } = place;
    if (content !== undefined) return only(content);
    if (size === 0) return only();
    return packed ? part(all(), offset, size) : createReadStream(path, { start: offset, end: offset + size - 1 });
  };
  return {
    size: (name) => find(name)?.size,
    stream,
    async read(name, limit) {
      const place = find(name);
      if (place === undefined) return undefined;
      if (place.size > limit) throw tooLarge(name, limit);
      const parts: Uint8Array[] = [];
      for await (const part of stream(name) ?? []) parts.push(part);
      return Buffer.concat(parts);
    },
  };
}

async function* only(...parts: readonly Uint8Array[]): AsyncIterable<Uint8Array> {
  yield* parts;
}

/** So many bytes of a stream; fewer where it ends. */
async function* part(stream: AsyncIterable<Uint8Array>, offset: number, size: number): AsyncIterable<Uint8Array> {
  let at = 0;
  for await (const bytes of stream) {
    const wanted = bytes.subarray(Math.max(0, offset - at), Math.max(0, offset + size - at));
    if (wanted.length > 0) yield wanted;
    at += bytes.length;
    if (at >= offset + size) return;
  }
}

async function openFiles(files: Files, path: string): Promise<LocalImages> {
  const index = await files.read('index.json', manifestLimit);
  if (index !== undefined) return openLayout(files, index, path);
  const list = await files.read('manifest.json', manifestLimit);
  if (list !== undefined) return openSaved(files, list, path);
  throw new ImageError('unsupported', `${path} holds no image: neither index.json nor manifest.json`);
}

/** blobs/ALGORITHM/DIGITS under an index.json. */
function openLayout(files: Files, bytes: Uint8Array, path: string): LocalImages {
  const index = readManifest(bytes, '', `${path}: index.json`);
  if (index.kind !== 'index') throw new ImageError('unsupported', `${path}: index.json is no index`);
  const names = new Map<string, Descriptor>();
  const unnamed: Descriptor[] = [];
  for (const one of index.manifests) {
    // containerd and Docker write the full name, others the tag alone or a name.
    const given =
      one.annotations?.['io.containerd.image.name'] ?? one.annotations?.['org.opencontainers.image.ref.name'];
    const full = given === undefined || !/[:/@]/.test(given) ? undefined : fullName(given);
    if (full === undefined) unnamed.push(one);
    else names.set(full, one);
  }
  const blobFile = (digest: string): string => `blobs/${digest.replace(':', '/')}`;
  const what = (digest: string): string => `${path}: ${shortDigest(digest)}`;
  const whole = async (digest: string, limit: number): Promise<Uint8Array> => {
    if (!/^sha\d+:[0-9a-f]+$/.test(digest)) throw new ImageError('unsupported', `${path}: a digest of an unknown kind`);
    const found = await files.read(blobFile(digest), limit);
    if (found === undefined) throw new ImageError('not-found', `${what(digest)} is not there`);
    checkDigest(found, digest, what(digest));
    return found;
  };
  return {
    name: path,
    names,
    unnamed,
    async manifest(tag): Promise<FoundManifest> {
      const wanted = index.manifests.find(
        (one) => one.digest === tag || one.annotations?.['org.opencontainers.image.ref.name'] === tag,
      );
      const digest = tag.includes(':') ? tag : wanted?.digest;
      if (digest === undefined) throw new ImageError('not-found', `${path} has no image with the tag ${tag}`);
      return { bytes: await whole(digest, manifestLimit), mediaType: wanted?.mediaType ?? '', digest };
    },
    blob: (descriptor, limit) => whole(descriptor.digest, limit),
    async *stream(descriptor) {
      const stream = files.stream(blobFile(descriptor.digest));
      if (stream === undefined) throw new ImageError('not-found', `${what(descriptor.digest)} is not there`);
      yield* verified(stream, descriptor, what(descriptor.digest));
    },
  };
}

const savedManifest = 'application/vnd.oci.image.manifest.v1+json';

/** `docker save` before Docker 25: manifest.json names configs and layers by their paths. The manifests are made here. */
async function openSaved(files: Files, bytes: Uint8Array, path: string): Promise<LocalImages> {
  const listed = parseObject(
    Buffer.concat([Buffer.from('{"images":'), bytes, Buffer.from('}')]),
    `${path}: manifest.json`,
  );
  if (!Array.isArray(listed.images)) throw new ImageError('unsupported', `${path}: manifest.json is no list of images`);
  const names = new Map<string, Descriptor>();
  const unnamed: Descriptor[] = [];
  const manifests = new Map<string, Uint8Array>();
  const places = new Map<string, string>();
  for (const image of listed.images as unknown[]) {
    if (!isObject(image) || typeof image.Config !== 'string') continue;
    const config = await files.read(image.Config, configLimit);
    if (config === undefined) throw new ImageError('not-found', `${path}: ${image.Config} is not there`);
    const configDigest = sha256Of(config);
    places.set(configDigest, image.Config);
    const json = parseObject(config, `${path}: ${image.Config}`);
    const ids = isObject(json.rootfs) && Array.isArray(json.rootfs.diff_ids) ? json.rootfs.diff_ids : [];
    const layers = (Array.isArray(image.Layers) ? image.Layers : []).map((layer, i) => {
      const digest = String(ids[i] ?? '');
      places.set(digest, String(layer));
      return { mediaType: 'application/vnd.oci.image.layer.v1.tar', digest, size: files.size(String(layer)) ?? 0 };
    });
    const body = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: savedManifest,
        config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: configDigest, size: config.length },
        layers,
      }),
    );
    const digest = sha256Of(body);
    manifests.set(digest, body);
    const platform = platformOf(json);
    const descriptor: Descriptor = {
      mediaType: savedManifest,
      digest,
      size: body.length,
      ...(platform ? { platform } : {}),
    };
    const tags = Array.isArray(image.RepoTags) ? image.RepoTags : [];
    const known = tags.map((tag) => fullName(String(tag))).filter((name) => name !== undefined);
    for (const name of known) names.set(name, descriptor);
    if (known.length === 0) unnamed.push(descriptor);
  }
  return {
    name: path,
    names,
    unnamed,
    async manifest(reference) {
      const body = manifests.get(reference);
      if (body === undefined) throw new ImageError('not-found', `${path} has no image ${reference}`);
      return { bytes: body, mediaType: savedManifest, digest: reference };
    },
    async blob(descriptor, limit) {
      const name = places.get(descriptor.digest);
      const found = name === undefined ? undefined : await files.read(name, limit);
      if (found === undefined)
        throw new ImageError('not-found', `${path}: ${shortDigest(descriptor.digest)} is not there`);
      checkDigest(found, descriptor.digest, `${path}: ${name}`);
      return found;
    },
    async *stream(descriptor) {
      const name = places.get(descriptor.digest);
      const stream = name === undefined ? undefined : files.stream(name);
      if (stream === undefined)
        throw new ImageError('not-found', `${path}: ${shortDigest(descriptor.digest)} is not there`);
      yield* verified(stream, descriptor, `${path}: ${name}`);
    },
  };
}

function fullName(given: string): string | undefined {
  const named = parseNormalizedNamed(given);
  return 'error' in named ? undefined : referenceString(tagNameOnly(named));
}

function tooLarge(name: string, limit: number): ImageError {
  return new ImageError('too-large', `${name} is longer than the ${limit} bytes that are read`);
}
