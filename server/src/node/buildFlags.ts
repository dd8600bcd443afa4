// The flags of `docker buildx build`, turned into the frontend attributes that buildx sends for them.
import { join } from 'node:path';
import { ramInBytes } from '../go/units.ts';
import { digestInLayout, layoutAttr, layoutContextOf } from '../oci/layoutContext.ts';
import { familiarString, parseNormalizedNamed } from '../oci/reference.ts';
import { readIfThere, UsageError } from './io.ts';

/** For `parseArgs`. */
export const flagOptions = {
  target: { type: 'string' },
  'build-arg': { type: 'string', multiple: true },
  platform: { type: 'string', multiple: true },
  label: { type: 'string', multiple: true },
  'build-context': { type: 'string', multiple: true },
  'no-cache': { type: 'boolean' },
  'no-cache-filter': { type: 'string', multiple: true },
  'add-host': { type: 'string', multiple: true },
  network: { type: 'string' },
  'shm-size': { type: 'string' },
  ulimit: { type: 'string', multiple: true },
  'cgroup-parent': { type: 'string' },
  pull: { type: 'boolean' },
} as const;

export interface BuildFlags {
  readonly target?: string;
  readonly 'build-arg'?: readonly string[];
  readonly platform?: readonly string[];
  readonly label?: readonly string[];
  readonly 'build-context'?: readonly string[];
  readonly 'no-cache'?: boolean;
  readonly 'no-cache-filter'?: readonly string[];
  readonly 'add-host'?: readonly string[];
  readonly network?: string;
  readonly 'shm-size'?: string;
  readonly ulimit?: readonly string[];
  readonly 'cgroup-parent'?: string;
  readonly pull?: boolean;
}

/** The attributes. Throws UsageError where buildx would refuse a flag. */
export function buildAttrs(
  flags: BuildFlags,
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const attrs: Record<string, string> = {};
  if (flags.target) attrs.target = flags.target;
  for (const arg of flags['build-arg'] ?? []) {
    const at = arg.indexOf('=');
    const name = at < 0 ? arg : arg.slice(0, at);
    if (name === '') throw new UsageError(`--build-arg ${arg} has no name`);
    // Without a value, the one of the environment counts, if there is one.
    const value = at < 0 ? env[name] : arg.slice(at + 1);
    if (value !== undefined) attrs[`build-arg:${name}`] = value;
  }
  const platforms = (flags.platform ?? []).flatMap((p) => p.split(',')).filter((p) => p !== '');
  if (platforms.length > 0) attrs.platform = [...new Set(platforms)].join(',');
  for (const label of flags.label ?? []) {
    const at = label.indexOf('=');
    attrs[`label:${at < 0 ? label : label.slice(0, at)}`] = at < 0 ? '' : label.slice(at + 1);
  }
  for (const context of flags['build-context'] ?? []) addContext(attrs, context);
  if (flags['no-cache'] === true) attrs['no-cache'] = '';
  else if (flags['no-cache-filter'] !== undefined)
    attrs['no-cache'] = flags['no-cache-filter'].flatMap((s) => s.split(',')).join(',');
  const hosts = (flags['add-host'] ?? []).map(hostPair);
  if (hosts.length > 0) attrs['add-hosts'] = hosts.map(csvField).join(',');
  if (flags.network !== undefined) {
    if (!['default', 'none', 'host'].includes(flags.network))
      throw new UsageError(`--network ${flags.network}: default, none or host`);
    if (flags.network !== 'default') attrs['force-network-mode'] = flags.network;
  }
  if (flags['shm-size'] !== undefined) {
    const size = ramInBytes(flags['shm-size']);
    if ('error' in size) throw new UsageError(`--shm-size ${flags['shm-size']}: ${size.error}`);
    attrs['shm-size'] = String(size.value);
  }
  if (flags.ulimit !== undefined) attrs.ulimit = flags.ulimit.map(csvField).join(',');
  if (flags['cgroup-parent']) attrs['cgroup-parent'] = flags['cgroup-parent'];
  if (flags.pull === true) attrs['image-resolve-mode'] = 'pull';
  return attrs;
}

/** `NAME=VALUE` of a named context. */
function addContext(attrs: Record<string, string>, given: string): void {
  const at = given.indexOf('=');
  if (at <= 0) throw new UsageError(`--build-context ${given}: expected NAME=VALUE`);
  const named = parseNormalizedNamed(given.slice(0, at));
  if ('error' in named) throw new UsageError(`--build-context ${given}: invalid context name: ${named.error}`);
  const name = familiarString(named).replace(/:latest$/, '');
  const value = given.slice(at + 1);
  const layout = readLayout(value);
  if (layout !== undefined) attrs[`context:${name}`] = layout.attr;
  else if (/^(docker-image|git|https?|ssh|target):\/\//.test(value) || value.startsWith('git@'))
    attrs[`context:${name}`] = value;
  else attrs[`context:${name}`] = `local:${name === 'context' || name === 'dockerfile' ? `_${name}` : name}`;
}

interface FoundLayout {
  readonly attr: string;
  readonly digest: string;
  readonly folder: string;
}

/** The folders of the OCI layouts among named contexts, by the digest that is taken from each. Throws UsageError. */
export function layoutFolders(contexts: readonly string[]): Record<string, string> {
  const found = contexts.flatMap((given) => readLayout(given.slice(given.indexOf('=') + 1)) ?? []);
  return Object.fromEntries(found.map(({ digest, folder }) => [digest, folder]));
}

function readLayout(value: string): FoundLayout | undefined {
  const layout = layoutContextOf(value);
  if (layout === undefined) return undefined;
  if ('error' in layout) throw new UsageError(`${value}: ${layout.error}`);
  const { folder, tag } = layout;
  const digest = layout.digest || digestInLayout(readIfThere(join(folder, 'index.json')) ?? '', tag);
  if (digest === undefined) throw new UsageError(`oci-layout reference "${value}" could not be resolved`);
  return { attr: layoutAttr(layout, digest), digest, folder };
}

function hostPair(given: string): string {
  const at = given.search(/[=:]/);
  if (at <= 0) throw new UsageError(`--add-host ${given}: expected HOST:IP`);
  const ip = given.slice(at + 1).replace(/^\[(.*)\]$/, '$1');
  if (ip === 'host-gateway')
    throw new UsageError(`--add-host ${given}: only the daemon knows its host-gateway; give the address`);
  return `${given.slice(0, at)}=${ip}`;
}

function csvField(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
