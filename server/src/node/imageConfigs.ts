// `--image-config`: what the user says of base images.
import type { ImageInput } from '../compile/compilation.ts';
import { formatPlatformAll, type Platform } from '../oci/platform.ts';
import { parseNormalizedNamed, referenceString, tagNameOnly } from '../oci/reference.ts';
import { InputError, readFile } from './io.ts';

type Find = (ref: string, platform: Platform) => ImageInput | undefined;

/** Reads FILE or REF=FILE. Throws InputError where the file makes no sense. */
export function readImageConfigs(given: string): Find {
  const at = given.indexOf('=');
  const ref = at < 0 ? undefined : normalized(given.slice(0, at));
  const file = ref === undefined ? given : given.slice(at + 1);
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFile(file).toString('utf8'));
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${file} is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!isObject(parsed)) throw new InputError(`${file} is no JSON object`);
  if (isConfig(parsed) || isPinned(parsed)) {
    const image = imageOf(parsed, file);
    return (asked) => (ref === undefined || asked === ref ? image : undefined);
  }
  const images = new Map<string, ImageInput>();
  for (const [key, value] of Object.entries(parsed)) {
    const [name, platform] = key.split('|') as [string, string | undefined];
    const full = normalized(name);
    if (full === undefined) throw new InputError(`${file}: "${key}" is no image reference`);
    if (!isObject(value)) throw new InputError(`${file}: "${key}" has no configuration`);
    images.set(platform === undefined ? full : `${full}|${platform}`, imageOf(value, `${file}: "${key}"`));
  }
  return (asked, platform) => images.get(`${asked}|${formatPlatformAll(platform)}`) ?? images.get(asked);
}

function imageOf(value: Record<string, unknown>, where: string): ImageInput {
  if (isConfig(value)) return { config: JSON.stringify(value) };
  const digest = value.digest;
  if (digest !== undefined && (typeof digest !== 'string' || !/^sha256:[0-9a-f]{64}$/.test(digest)))
    throw new InputError(`${where}: the digest is not sha256 and 64 hexadecimal digits`);
  return {
    ...(typeof digest === 'string' ? { digest } : {}),
    ...(isObject(value.config) ? { config: JSON.stringify(value.config) } : {}),
    ...(typeof value.ref === 'string' ? { ref: value.ref } : {}),
    ...(typeof value.error === 'string' ? { error: value.error } : {}),
  };
}

function isConfig(value: Record<string, unknown>): boolean {
  return 'rootfs' in value || 'architecture' in value || 'os' in value;
}

function isPinned(value: Record<string, unknown>): boolean {
  return typeof value.digest === 'string' || (isObject(value.config) && isConfig(value.config));
}

function normalized(ref: string): string | undefined {
  const named = parseNormalizedNamed(ref);
  return 'error' in named ? undefined : referenceString(tagNameOnly(named));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
