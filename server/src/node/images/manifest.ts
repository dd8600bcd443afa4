// Manifests and indexes of images: what their JSON says, and which of several a platform takes. Total: bad JSON is an ImageError.
import { decodeUtf8 } from '../../go/utf8.ts';
import type { Platform } from '../../oci/platform.ts';
import { matchingPlatforms } from '../../oci/platformMatch.ts';
import { ImageError } from './imageError.ts';

export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
  readonly platform?: Platform;
  readonly annotations?: Readonly<Record<string, string>>;
}

export type Manifest =
  | { readonly kind: 'index'; readonly manifests: readonly Descriptor[] }
  | { readonly kind: 'image'; readonly config: Descriptor; readonly layers: readonly Descriptor[] };

/** Bytes: as containerd has it. */
export const manifestLimit = 4 * 1024 * 1024;
export const configLimit = 16 * 1024 * 1024;

const dockerIndex = 'application/vnd.docker.distribution.manifest.list.v2+json';
const dockerManifest = 'application/vnd.docker.distribution.manifest.v2+json';
const ociIndex = 'application/vnd.oci.image.index.v1+json';
const ociManifest = 'application/vnd.oci.image.manifest.v1+json';

/** What is asked for. */
export const manifestTypes = [dockerManifest, dockerIndex, ociManifest, ociIndex, '*/*'].join(', ');

const schema1 = /^application\/vnd\.docker\.distribution\.manifest\.v1\+(json|prettyjws)$/;

/** Reads a manifest or index. `mediaType` is what its holder says it is, `` where nobody does. */
export function readManifest(bytes: Uint8Array, mediaType: string, what: string): Manifest {
  if (schema1.test(mediaType)) throw tooOld(what);
  const json = parseObject(bytes, what);
  const own = typeof json.mediaType === 'string' ? json.mediaType : '';
  if (schema1.test(own) || json.schemaVersion === 1) throw tooOld(what);
  const isIndex = Array.isArray(json.manifests);
  const isImage = isObject(json.config) || Array.isArray(json.layers);
  if (isIndex && isImage) throw new ImageError('unsupported', `${what} is an index and a manifest at once`);
  const said = own !== '' ? own : mediaType;
  if (
    (isIndex && (said === dockerManifest || said === ociManifest)) ||
    (isImage && (said === dockerIndex || said === ociIndex))
  )
    throw new ImageError('unsupported', `${what} is not what its media type says`);
  if (isIndex) {
    const manifests = (json.manifests as unknown[]).map((one) => descriptorOf(one, what));
    return { kind: 'index', manifests };
  }
  if (!isObject(json.config)) throw new ImageError('unsupported', `${what} is no image (${said || 'no media type'})`);
  const layers = Array.isArray(json.layers) ? json.layers.map((one) => descriptorOf(one, what)) : [];
  return { kind: 'image', config: descriptorOf(json.config, what), layers };
}

/** The media type of a manifest where its holder does not say. */
export function mediaTypeOf(manifest: Manifest, said: string): string {
  return said !== '' && said !== 'application/json' && said !== 'application/octet-stream'
    ? said
    : manifest.kind === 'index'
      ? ociIndex
      : ociManifest;
}

/** The manifest of an index that a platform takes. */
export function chooseManifest(manifests: readonly Descriptor[], platform: Platform): Descriptor {
  const best = matchingPlatforms(
    platform,
    manifests.map((one) => one.platform),
  )[0];
  // BuildKit's own words: a build fails with them.
  if (best === undefined) throw new ImageError('no-platform', 'no match for platform in manifest: not found');
  return manifests[best] as Descriptor;
}

/** The platforms of an index, attestations (`unknown/unknown`) left out. */
export function platformsOf(manifests: readonly Descriptor[]): Platform[] {
  return manifests.flatMap((one) =>
    one.platform !== undefined && one.platform.os !== 'unknown' ? [one.platform] : [],
  );
}

/** A JSON object. */
export function parseObject(bytes: Uint8Array, what: string): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(decodeUtf8(bytes));
  } catch {
    throw new ImageError('unsupported', `${what} is not JSON`);
  }
  if (!isObject(parsed)) throw new ImageError('unsupported', `${what} is no JSON object`);
  return parsed;
}

/** The platform of a configuration or descriptor. */
export function platformOf(value: unknown): Platform | undefined {
  if (!isObject(value)) return undefined;
  const text = (name: string): string => (typeof value[name] === 'string' ? value[name] : '');
  const features = value['os.features'];
  return {
    os: text('os'),
    architecture: text('architecture'),
    variant: text('variant'),
    osVersion: text('os.version'),
    osFeatures: Array.isArray(features) ? features.filter((f): f is string => typeof f === 'string') : [],
  };
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function descriptorOf(value: unknown, what: string): Descriptor {
  if (!isObject(value) || typeof value.digest !== 'string' || typeof value.size !== 'number' || !(value.size >= 0))
    throw new ImageError('unsupported', `${what} names a part without digest or size`);
  const platform = platformOf(value.platform);
  const annotations = isObject(value.annotations)
    ? Object.fromEntries(
        Object.entries(value.annotations).filter((e): e is [string, string] => typeof e[1] === 'string'),
      )
    : undefined;
  return {
    mediaType: typeof value.mediaType === 'string' ? value.mediaType : '',
    digest: value.digest,
    size: value.size,
    ...(platform === undefined ? {} : { platform }),
    ...(annotations === undefined ? {} : { annotations }),
  };
}

function tooOld(what: string): ImageError {
  return new ImageError(
    'unsupported',
    `${what} has the form of 2016 (schema 1), which BuildKit no longer reads: push the image anew`,
  );
}
