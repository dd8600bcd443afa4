// What the user told the build: buildx's frontend attributes, read and checked as BuildKit's dockerui reads them.
import { csvFields } from '../go/csv.ts';
import { parseIp } from '../go/ip.ts';
import { atoi, cut, equalFold, parseBool, parseInteger, parseUint, quote, toLower, trimSpace } from '../go/text.ts';
import type { LinuxResources, ProxyEnv } from '../llb/op.ts';
import { linuxAmd64, normalizePlatform, type Platform, parsePlatform } from '../oci/platform.ts';
import { type LintConfig, parseLintOptions } from './lint.ts';

/** How a build was asked for. All that `docker buildx build` would send, as data. */
export interface BuildConfig {
  /** Frontend attributes: `target`, `platform`, `build-arg:NAME`, `label:NAME`, `no-cache`, `context:NAME`, `filename`, … */
  readonly attrs: Readonly<Record<string, string>>;
  /** The platform of the worker, `linux/amd64` unless given. */
  readonly workerPlatform?: string;
  /** The platform of the daemon's own machine; the worker's unless given. */
  readonly hostPlatform?: string;
  /** The client's session id; it is part of the digest of everything that reads the build context. */
  readonly sessionId?: string;
  /** Capabilities that the daemon lacks (`mergeop`, `exec.mount.tmpfs.size`, …); none unless given. */
  readonly disabledCaps?: readonly string[];
  /** Which of several target platforms to compile for, 0 unless given. */
  readonly platformIndex?: number;
}

export const defaultSessionId = 'llb-lens-session';

/** The attributes after checking. */
export interface Options {
  readonly attrs: Readonly<Record<string, string>>;
  readonly buildArgs: Map<string, string>;
  readonly labels: ReadonlyMap<string, string>;
  readonly target: string;
  readonly filename: string;
  readonly buildPlatform: Platform;
  readonly hostPlatform: Platform;
  readonly targetPlatforms: readonly Platform[];
  /** Undefined where no platform was asked for. */
  readonly targetPlatform: Platform | undefined;
  readonly multiPlatform: boolean;
  readonly resolveMode: '' | 'pull' | 'local';
  readonly extraHosts: readonly { readonly host: string; readonly ip: string }[];
  readonly shmSize: number;
  readonly ulimits: readonly { readonly name: string; readonly soft: number; readonly hard: number }[];
  readonly linuxResources: LinuxResources | undefined;
  readonly network: 0 | 1 | 2;
  /** Undefined: cache everything; empty: nothing; else the stages whose cache is not used. */
  readonly noCache: readonly string[] | undefined;
  readonly cacheNamespace: string;
  readonly cgroupParent: string;
  readonly hostname: string;
  /** Replaces the file's `# check=`. */
  readonly lint: LintConfig | undefined;
  readonly gitAdvice: boolean;
  readonly sessionId: string;
  readonly disabledCaps: ReadonlySet<string>;
  readonly proxy: ProxyEnv | undefined;
}

/** Reads the attributes. The error is BuildKit's text; it has no place in the file. */
export function readOptions(config: BuildConfig): { options: Options; error: string | undefined } {
  const { attrs } = config;
  let error: string | undefined;
  const fail = (message: string): void => {
    error ??= message;
  };
  const attr = (key: string): string => attrOf(config, key) ?? '';

  const workers = (config.workerPlatform ?? 'linux/amd64').split(',')[0] as string;
  const worker = parsePlatform(workers);
  const buildPlatform = 'platform' in worker ? normalizePlatform(worker.platform) : linuxAmd64;
  const host = parsePlatform(config.hostPlatform ?? workers);
  const disabledCaps = new Set(config.disabledCaps);
  if (disabledCaps.has('file.base')) fail('needs BuildKit 0.5 or later');
  if (attr('override-copy-image') !== '') fail('support for "override-copy-image" was removed in BuildKit 0.11');
  if (parseBool(attr('build-arg:BUILDKIT_DISABLE_FILEOP')))
    fail('support for "BUILDKIT_DISABLE_FILEOP" build-arg was removed in BuildKit 0.11');

  const targetPlatforms: Platform[] = [];
  for (const text of listOf(attr('platform'))) {
    const parsed = parsePlatform(text);
    if ('error' in parsed) fail(`failed to parse target platform ${text}: ${parsed.error}`);
    else targetPlatforms.push(normalizePlatform(parsed.platform));
  }
  const mode = attr('image-resolve-mode');
  if (!['', 'default', 'pull', 'local'].includes(mode)) fail(`invalid image-resolve-mode: ${mode}`);
  const extraHosts = readFields(attr('add-hosts'), 'failed to parse additional hosts: ', readHost, fail);
  const shm = parseInteger(attr('shm-size') || '0');
  if ('error' in shm) fail(`failed to parse shm size: ${shm.error}`);
  const ulimits = readFields(attr('ulimit'), 'failed to parse ulimit: ', readUlimit, fail);
  const linuxResources = readLinuxResources(attr, fail);
  const netmode = attr('force-network-mode');
  if (!['', 'none', 'host', 'sandbox'].includes(netmode)) fail(`invalid netmode ${netmode}`);
  const noCache = attrOf(config, 'no-cache');
  const multi = attr('build-arg:BUILDKIT_MULTI_PLATFORM') || attr('multi-platform');
  let multiPlatform = targetPlatforms.length > 1;
  if (multi !== '') {
    const wanted = parseBool(multi);
    if (wanted === undefined) fail(`invalid boolean value for multi-platform: ${multi}`);
    else if (!wanted && multiPlatform) fail('conflicting config: returning multiple target platforms is not allowed');
    multiPlatform = wanted === true;
  }
  const check = attrOf(config, 'build-arg:BUILDKIT_DOCKERFILE_CHECK');
  const lint = check === undefined ? undefined : parseLintOptions(check);
  if (lint && 'error' in lint) fail(`failed to parse build-arg:BUILDKIT_DOCKERFILE_CHECK: ${lint.error}`);
  const advice = attr('build-arg:BUILDKIT_GIT_ADVICE');
  const gitAdvice = parseBool(advice || 'false');
  if (gitAdvice === undefined)
    fail(`failed to parse build-arg:BUILDKIT_GIT_ADVICE: strconv.ParseBool: parsing ${quote(advice)}: invalid syntax`);

  const buildArgs = withPrefix(attrs, 'build-arg:');
  const options: Options = {
    attrs,
    buildArgs,
    labels: withPrefix(attrs, 'label:'),
    target: attr('target'),
    filename: attrOf(config, 'filename') ?? 'Dockerfile',
    buildPlatform,
    hostPlatform: 'platform' in host ? normalizePlatform(host.platform) : buildPlatform,
    targetPlatforms,
    targetPlatform: targetPlatforms[config.platformIndex ?? 0],
    multiPlatform,
    resolveMode: mode === 'pull' || mode === 'local' ? mode : '',
    extraHosts,
    shmSize: 'value' in shm ? Number(shm.value) : 0,
    ulimits,
    linuxResources,
    network: netmode === 'host' ? 1 : netmode === 'none' ? 2 : 0,
    noCache: noCache === undefined ? undefined : listOf(noCache),
    cacheNamespace: attr('build-arg:BUILDKIT_CACHE_MOUNT_NS'),
    cgroupParent: attr('cgroup-parent'),
    hostname: attr('build-arg:BUILDKIT_SANDBOX_HOSTNAME') || attr('hostname'),
    lint: lint && 'error' in lint ? undefined : lint,
    gitAdvice: gitAdvice === true,
    sessionId: config.sessionId ?? defaultSessionId,
    disabledCaps,
    proxy: proxyFrom(buildArgs),
  };
  return { options, error };
}

function listOf(text: string): string[] {
  return text === '' ? [] : text.split(',');
}

/** The value of a frontend attribute, undefined where it is not given. */
export function attrOf({ attrs }: Pick<Options, 'attrs'>, key: string): string | undefined {
  return Object.hasOwn(attrs, key) ? attrs[key] : undefined;
}

/** True where the cache of this stage (by name, `` for none) is not to be used. */
export function isNoCache(options: Options, stage: string): boolean {
  if (options.noCache === undefined) return false;
  return options.noCache.length === 0 || options.noCache.some((name) => equalFold(name, stage));
}

function withPrefix(attrs: Readonly<Record<string, string>>, prefix: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const key of Object.keys(attrs))
    if (key.startsWith(prefix)) found.set(key.slice(prefix.length), attrs[key] as string);
  return found;
}

/** What `read` makes of each field of a line of comma-separated values, up to the first that is wrong: then it says why. */
function readFields<T extends object>(
  text: string,
  prefix: string,
  read: (field: string) => T | string,
  fail: (message: string) => void,
): T[] {
  const found: T[] = [];
  const fields = text === '' ? [] : csvFields(text);
  if (typeof fields === 'string') {
    fail(prefix + fields);
    return found;
  }
  for (const field of fields) {
    const value = read(field);
    if (typeof value === 'string') {
      fail(prefix + value);
      return found;
    }
    found.push(value);
  }
  return found;
}

function readHost(field: string): { host: string; ip: string } | string {
  const [host, address] = cut(toLower(field), '=');
  if (address === undefined) return `invalid key-value pair ${field}`;
  const ip = parseIp(address);
  return ip === undefined ? `failed to parse IP ${address}` : { host, ip };
}

const ulimitNames =
  'core cpu data fsize locks memlock msgqueue nice nofile nproc rss rtprio rttime sigpending stack'.split(' ');

function readUlimit(text: string): { name: string; soft: number; hard: number } | string {
  const [name, written] = cut(text, '=');
  if (written === undefined) return `invalid ulimit argument: ${text}`;
  if (!ulimitNames.includes(name)) return `invalid ulimit type: ${name}`;
  const values = written.split(':');
  if (values.length > 2) return `too many limit value arguments - ${written}, can only have up to two, \`soft[:hard]\``;
  const limits: number[] = [];
  for (const value of values.reverse()) {
    const parsed = parseInteger(value);
    if ('error' in parsed) return parsed.error;
    limits.push(Number(parsed.value));
  }
  const [hard = 0, soft = hard] = limits;
  if (hard === -1 || (soft !== -1 && soft <= hard)) return { name, soft, hard };
  const both = soft === -1 ? `soft: -1 (unlimited), hard: ${hard}` : `${soft} > ${hard}`;
  return `ulimit soft limit must be less than or equal to hard limit: ${both}`;
}

function readLinuxResources(
  attr: (key: string) => string,
  fail: (message: string) => void,
): LinuxResources | undefined {
  const wrong = (key: string, why: string): void =>
    fail(`failed to parse resource limits: invalid ${key} value: ${attr(key)}: ${why}`);
  const number = (key: string, unsigned = false, unlimited = false): number => {
    const text = attr(key);
    if (text === '') return 0;
    const parsed = unsigned ? parseUint(text) : parseInteger(text);
    if ('error' in parsed) {
      wrong(key, parsed.error);
      return 0;
    }
    const value = Number(parsed.value);
    if (value <= 0 && !(unlimited && value === -1))
      wrong(key, unlimited ? 'must be -1 (unlimited) or > 0' : 'must be > 0');
    return value;
  };
  const set = (key: string): string => {
    const reason = cpusetError(attr(key));
    if (reason !== undefined) wrong(key, reason);
    return attr(key);
  };
  const limits: LinuxResources = {
    memory: number('memory'),
    memorySwap: number('memswap', false, true),
    cpuShares: number('cpushares', true),
    cpuPeriod: number('cpuperiod', true),
    cpuQuota: number('cpuquota'),
    cpusetCpus: set('cpusetcpus'),
    cpusetMems: set('cpusetmems'),
  };
  return Object.values(limits).some(Boolean) ? limits : undefined;
}

/** Why BuildKit refuses a list such as `0-3,5`, or undefined. */
function cpusetError(text: string): string | undefined {
  const max = 8192;
  const index = (part: string): number => {
    const parsed = atoi(trimSpace(part));
    return 'value' in parsed ? parsed.value : -1;
  };
  for (const raw of text.split(',')) {
    const part = trimSpace(raw);
    if (part === '') continue;
    const [first, last] = cut(part, '-');
    const named = `cpuset ${last === undefined ? 'element' : 'range'} ${quote(part)}`;
    const low = index(first);
    const high = last === undefined ? low : index(last);
    if (low < 0 || high < low) return `invalid ${named}`;
    if (high > max) return `${named} exceeds maximum ${max}`;
  }
  return undefined;
}

function proxyFrom(args: ReadonlyMap<string, string>): ProxyEnv | undefined {
  const proxy = { http: '', https: '', ftp: '', no: '', all: '' };
  let any = false;
  // Upper case sorts before lower case, and the last one wins.
  for (const key of [...args.keys()].sort()) {
    const kind = /^(http|https|ftp|no|all)_proxy$/i.exec(key);
    if (kind === null) continue;
    proxy[(kind[1] as string).toLowerCase() as keyof typeof proxy] = args.get(key) as string;
    any = true;
  }
  return any ? proxy : undefined;
}
