// What the user told the build: buildx's frontend attributes, read and checked as BuildKit's dockerui reads them.
import { csvFields } from '../go/csv.ts';
import { parseIp } from '../go/ip.ts';
import { atoi, equalFold, parseBool, parseInteger, parseUint, quote, toLower, trimSpace } from '../go/text.ts';
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
  const attrs = config.attrs;
  let error: string | undefined;
  const fail = (message: string): void => {
    error ??= message;
  };
  const attr = (key: string): string => (Object.hasOwn(attrs, key) ? (attrs[key] as string) : '');

  const workers = (config.workerPlatform ?? 'linux/amd64').split(',')[0] as string;
  const worker = parsePlatform(workers);
  const buildPlatform = 'platform' in worker ? normalizePlatform(worker.platform) : linuxAmd64;
  const host = parsePlatform(config.hostPlatform ?? workers);
  const disabledCaps = new Set(config.disabledCaps ?? []);
  if (disabledCaps.has('file.base')) fail('needs BuildKit 0.5 or later');
  if (attr('override-copy-image') !== '') fail('support for "override-copy-image" was removed in BuildKit 0.11');
  if (parseBool(attr('build-arg:BUILDKIT_DISABLE_FILEOP')) === true)
    fail('support for "BUILDKIT_DISABLE_FILEOP" build-arg was removed in BuildKit 0.11');

  const targetPlatforms: Platform[] = [];
  if (attr('platform') !== '') {
    for (const text of attr('platform').split(',')) {
      const parsed = parsePlatform(text);
      if ('error' in parsed) fail(`failed to parse target platform ${text}: ${parsed.error}`);
      else targetPlatforms.push(normalizePlatform(parsed.platform));
    }
  }
  const mode = attr('image-resolve-mode');
  if (!['', 'default', 'pull', 'local'].includes(mode)) fail(`invalid image-resolve-mode: ${mode}`);
  const extraHosts = readExtraHosts(attr('add-hosts'), fail);
  const shm = attr('shm-size') === '' ? { value: 0 } : parseInteger(attr('shm-size'));
  if ('error' in shm) fail(`failed to parse shm size: ${shm.error}`);
  const ulimits = readUlimits(attr('ulimit'), fail);
  const linuxResources = readLinuxResources(attr, fail);
  const netmode = attr('force-network-mode');
  if (!['', 'none', 'host', 'sandbox'].includes(netmode)) fail(`invalid netmode ${netmode}`);
  const noCache = Object.hasOwn(attrs, 'no-cache')
    ? attr('no-cache') === ''
      ? []
      : attr('no-cache').split(',')
    : undefined;
  const multi = attr('build-arg:BUILDKIT_MULTI_PLATFORM') || attr('multi-platform');
  let multiPlatform = targetPlatforms.length > 1;
  if (multi !== '') {
    const wanted = parseBool(multi);
    if (wanted === undefined) fail(`invalid boolean value for multi-platform: ${multi}`);
    else if (!wanted && multiPlatform) fail('conflicting config: returning multiple target platforms is not allowed');
    multiPlatform = wanted === true;
  }
  let lint: LintConfig | undefined;
  if (Object.hasOwn(attrs, 'build-arg:BUILDKIT_DOCKERFILE_CHECK')) {
    const parsed = parseLintOptions(attr('build-arg:BUILDKIT_DOCKERFILE_CHECK'));
    if ('error' in parsed) fail(`failed to parse build-arg:BUILDKIT_DOCKERFILE_CHECK: ${parsed.error}`);
    else lint = parsed;
  }
  const advice = attr('build-arg:BUILDKIT_GIT_ADVICE');
  const gitAdvice = advice === '' ? false : parseBool(advice);
  if (gitAdvice === undefined)
    fail(`failed to parse build-arg:BUILDKIT_GIT_ADVICE: strconv.ParseBool: parsing ${quote(advice)}: invalid syntax`);

  const buildArgs = withPrefix(attrs, 'build-arg:');
  const options: Options = {
    attrs,
    buildArgs,
    labels: withPrefix(attrs, 'label:'),
    target: attr('target'),
    filename: Object.hasOwn(attrs, 'filename') ? attr('filename') : 'Dockerfile',
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
    noCache,
    cacheNamespace: attr('build-arg:BUILDKIT_CACHE_MOUNT_NS'),
    cgroupParent: attr('cgroup-parent'),
    hostname: attr('build-arg:BUILDKIT_SANDBOX_HOSTNAME') || attr('hostname'),
    lint,
    gitAdvice: gitAdvice === true,
    sessionId: config.sessionId ?? defaultSessionId,
    disabledCaps,
    proxy: proxyFrom(buildArgs),
  };
  return { options, error };
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

function readExtraHosts(text: string, fail: (message: string) => void): { host: string; ip: string }[] {
  if (text === '') return [];
  const fields = csvFields(text);
  if (typeof fields === 'string') {
    fail(`failed to parse additional hosts: ${fields}`);
    return [];
  }
  const hosts: { host: string; ip: string }[] = [];
  for (const field of fields) {
    const lower = toLower(field);
    const at = lower.indexOf('=');
    if (at < 0) {
      fail(`failed to parse additional hosts: invalid key-value pair ${field}`);
      return hosts;
    }
    const ip = parseIp(lower.slice(at + 1));
    if (ip === undefined) {
      fail(`failed to parse additional hosts: failed to parse IP ${lower.slice(at + 1)}`);
      return hosts;
    }
    hosts.push({ host: lower.slice(0, at), ip });
  }
  return hosts;
}

const ulimitNames = [
  'core',
  'cpu',
  'data',
  'fsize',
  'locks',
  'memlock',
  'msgqueue',
  'nice',
  'nofile',
  'nproc',
  'rss',
  'rtprio',
  'rttime',
  'sigpending',
  'stack',
];

function readUlimits(text: string, fail: (message: string) => void): { name: string; soft: number; hard: number }[] {
  if (text === '') return [];
  const fields = csvFields(text);
  if (typeof fields === 'string') {
    fail(`failed to parse ulimit: ${fields}`);
    return [];
  }
  const limits: { name: string; soft: number; hard: number }[] = [];
  for (const field of fields) {
    const limit = readUlimit(field);
    if (typeof limit === 'string') {
      fail(`failed to parse ulimit: ${limit}`);
      return limits;
    }
    limits.push(limit);
  }
  return limits;
}

function readUlimit(text: string): { name: string; soft: number; hard: number } | string {
  const at = text.indexOf('=');
  if (at < 0) return `invalid ulimit argument: ${text}`;
  const name = text.slice(0, at);
  if (!ulimitNames.includes(name)) return `invalid ulimit type: ${name}`;
  const limits: number[] = [];
  const values = text.slice(at + 1).split(':');
  if (values.length > 2)
    return `too many limit value arguments - ${text.slice(at + 1)}, can only have up to two, \`soft[:hard]\``;
  for (const value of values.reverse()) {
    const parsed = parseInteger(value);
    if ('error' in parsed) return parsed.error;
    limits.push(Number(parsed.value));
  }
  const soft = limits[limits.length - 1] as number;
  const hard = limits[0] as number;
  if (hard !== -1) {
    if (soft === -1)
      return `ulimit soft limit must be less than or equal to hard limit: soft: -1 (unlimited), hard: ${hard}`;
    if (soft > hard) return `ulimit soft limit must be less than or equal to hard limit: ${soft} > ${hard}`;
  }
  return { name, soft, hard };
}

function readLinuxResources(
  attr: (key: string) => string,
  fail: (message: string) => void,
): LinuxResources | undefined {
  const number = (key: string, unsigned: boolean, check: (n: bigint) => string | undefined): number => {
    const text = attr(key);
    if (text === '') return 0;
    const parsed = unsigned ? parseUint(text) : parseInteger(text);
    if ('error' in parsed) {
      fail(`failed to parse resource limits: invalid ${key} value: ${text}: ${parsed.error}`);
      return 0;
    }
    const wrong = check(parsed.value);
    if (wrong !== undefined) fail(`failed to parse resource limits: invalid ${key} value: ${text}: ${wrong}`);
    return Number(parsed.value);
  };
  const set = (key: string): string => {
    const text = attr(key);
    const wrong = text === '' ? undefined : cpusetError(text);
    if (wrong !== undefined) fail(`failed to parse resource limits: invalid ${key} value: ${text}: ${wrong}`);
    return text;
  };
  const positive = (n: bigint): string | undefined => (n <= 0n ? 'must be > 0' : undefined);
  const limits: LinuxResources = {
    memory: number('memory', false, positive),
    memorySwap: number('memswap', false, (n) => (n < -1n || n === 0n ? 'must be -1 (unlimited) or > 0' : undefined)),
    cpuShares: number('cpushares', true, positive),
    cpuPeriod: number('cpuperiod', true, positive),
    cpuQuota: number('cpuquota', false, positive),
    cpusetCpus: set('cpusetcpus'),
    cpusetMems: set('cpusetmems'),
  };
  return Object.values(limits).some((v) => v !== 0 && v !== '') ? limits : undefined;
}

/** Why BuildKit refuses a list such as `0-3,5`, or undefined. */
function cpusetError(text: string): string | undefined {
  const max = 8192;
  const index = (part: string): number => {
    const parsed = atoi(part);
    return 'value' in parsed ? parsed.value : -1;
  };
  for (const raw of text.split(',')) {
    const part = trimSpace(raw);
    if (part === '') continue;
    const dash = part.indexOf('-');
    if (dash < 0) {
      const n = index(part);
      if (n < 0) return `invalid cpuset element ${quote(part)}`;
      if (n > max) return `cpuset element ${quote(part)} exceeds maximum ${max}`;
      continue;
    }
    const low = index(trimSpace(part.slice(0, dash)));
    const high = index(trimSpace(part.slice(dash + 1)));
    if (low < 0 || high < low) return `invalid cpuset range ${quote(part)}`;
    if (high > max) return `cpuset range ${quote(part)} exceeds maximum ${max}`;
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
