// Platforms as containerd/platforms reads, normalises and prints them.
import { join } from '../go/path.ts';
import { quote, toLower } from '../go/text.ts';
import { unescapePath } from '../go/url.ts';
import { compareUtf8 } from '../go/utf8.ts';

/** An OCI platform; a part that is not given is ``. */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant: string;
  readonly osVersion: string;
  readonly osFeatures: readonly string[];
}

export const linuxAmd64: Platform = { os: 'linux', architecture: 'amd64', variant: '', osVersion: '', osFeatures: [] };

/**
 * platforms.Parse. `host` is the platform that BuildKit itself runs on: it completes `linux` or `arm64` alone, and
 * its variant goes to `linux` alone on an ARM host (where it has to be the CPU's, such as `v7`).
 */
export function parsePlatform(
  specifier: string,
  host: Platform = linuxAmd64,
): { readonly platform: Platform } | { readonly error: string } {
  if (specifier.includes('*')) return refused(`${quote(specifier)}: wildcards not yet supported`);
  const parts = splitAtMost4(specifier);
  const first = parts[0] as string;
  const options = osOptions.exec(first);
  if (options === null) {
    return refused(
      `${quote(first)} is an invalid OS component of ${quote(specifier)}: ` +
        `OSAndVersion specifier component must match ${quote(osPattern)}`,
    );
  }
  const os = normalizeOs(options[1] as string, host);
  const osVersion = decodeOption(options[2] ?? '');
  if ('error' in osVersion) {
    return { error: `${quote(specifier)} has an invalid OS version ${quote(options[2] ?? '')}: ${osVersion.error}` };
  }
  const osFeatures = readFeatures((options[3] ?? '').slice(1));
  if ('error' in osFeatures) return { error: `${quote(specifier)} has invalid OS features: ${osFeatures.error}` };
  for (const part of parts.slice(1)) {
    if (!component.test(part)) {
      return refused(
        `${quote(part)} is an invalid component of ${quote(specifier)}: ` +
          `platform specifier component must match ${quote(componentPattern)}`,
      );
    }
  }
  const known = { os, osVersion: osVersion.value, osFeatures: osFeatures.value };
  if (parts.length === 1) {
    if (knownSystems.has(os)) {
      const variant = host.architecture === 'arm' && host.variant !== 'v7' ? host.variant : '';
      return { platform: { ...known, architecture: host.architecture, variant } };
    }
    const { architecture, variant } = withoutCommonArm(normalizeArchitecture(first, ''));
    if (knownArchitectures.has(architecture)) return { platform: { ...known, os: host.os, architecture, variant } };
    return refused(`${quote(specifier)}: unknown operating system or architecture`);
  }
  const second = parts[1] as string;
  if (parts.length === 2) return { platform: { ...known, ...withoutCommonArm(normalizeArchitecture(second, '')) } };
  if (parts.length === 3) {
    const { architecture, variant } = normalizeArchitecture(second, parts[2] as string);
    const spelled = architecture === 'arm64' && variant === '' ? 'v8' : variant;
    return { platform: { ...known, architecture, variant: spelled } };
  }
  return refused(`${quote(specifier)}: cannot parse platform specifier`);
}

/** platforms.Normalize: the canonical spelling of each part; features sorted, each once. */
export function normalizePlatform(platform: Platform, host: Platform = linuxAmd64): Platform {
  return {
    os: normalizeOs(platform.os, host),
    ...normalizeArchitecture(platform.architecture, platform.variant),
    osVersion: platform.osVersion,
    osFeatures: sorted(platform.osFeatures),
  };
}

/** platforms.Format: `os/architecture[/variant]`, `unknown` without an OS. */
export function formatPlatform(platform: Platform): string {
  return platform.os === '' ? 'unknown' : join(platform.os, platform.architecture, platform.variant);
}

/** platforms.FormatAll: as `formatPlatform`, with the OS's version and features in parentheses. */
export function formatPlatformAll(platform: Platform): string {
  const version = encodeOption(platform.osVersion);
  const features = sorted(platform.osFeatures)
    .filter((feature) => feature !== '')
    .map((feature) => `+${encodeOption(feature)}`)
    .join('');
  if (platform.os === '' || (version === '' && features === '')) return formatPlatform(platform);
  return join(`${platform.os}(${version}${features})`, platform.architecture, platform.variant);
}

const osPattern = '^([A-Za-z0-9_-]+)(?:\\(([A-Za-z0-9_.%-]*)((?:\\+[A-Za-z0-9_.%-]+)*)\\))?$';
const componentPattern = '^[A-Za-z0-9_.-]+$';
const osOptions = new RegExp(osPattern);
const component = new RegExp(componentPattern);

const knownSystems: ReadonlySet<string> = new Set(
  'aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9 solaris windows zos'.split(
    ' ',
  ),
);
const knownArchitectures: ReadonlySet<string> = new Set(
  (
    '386 amd64 amd64p32 arm armbe arm64 arm64be ppc64 ppc64le loong64 mips mipsle mips64 mips64le mips64p32 ' +
    'mips64p32le ppc riscv riscv64 s390 s390x sparc sparc64 wasm'
  ).split(' '),
);

function refused(why: string): { readonly error: string } {
  return { error: `${why}: invalid argument` };
}

/** Splits at the first three slashes. */
function splitAtMost4(s: string): string[] {
  const parts = s.split('/');
  return parts.length <= 4 ? parts : [...parts.slice(0, 3), parts.slice(3).join('/')];
}

function normalizeOs(os: string, host: Platform): string {
  if (os === '') return host.os;
  const lower = toLower(os);
  return lower === 'macos' ? 'darwin' : lower;
}

function normalizeArchitecture(
  givenArchitecture: string,
  givenVariant: string,
): { readonly architecture: string; readonly variant: string } {
  const architecture = toLower(givenArchitecture);
  const variant = toLower(givenVariant);
  switch (architecture) {
    case 'i386':
      return { architecture: '386', variant: '' };
    case 'x86_64':
    case 'x86-64':
    case 'amd64':
      return { architecture: 'amd64', variant: variant === 'v1' ? '' : variant };
    case 'aarch64':
    case 'arm64':
      if (/^(8|v8(\.0)?)$/.test(variant)) return { architecture: 'arm64', variant: '' };
      return { architecture: 'arm64', variant: /^(9(\.0)?|v9\.0)$/.test(variant) ? 'v9' : variant };
    case 'armhf':
      return { architecture: 'arm', variant: 'v7' };
    case 'armel':
      return { architecture: 'arm', variant: 'v6' };
    case 'arm':
      return { architecture, variant: /^[5-8]?$/.test(variant) ? `v${variant || 7}` : variant };
    default:
      return { architecture, variant };
  }
}

/** `arm` alone means v7 and is not spelled out where the variant was not given. */
function withoutCommonArm(parts: { readonly architecture: string; readonly variant: string }) {
  return parts.architecture === 'arm' && parts.variant === 'v7' ? { ...parts, variant: '' } : parts;
}

function readFeatures(s: string): { readonly value: readonly string[] } | { readonly error: string } {
  const value: string[] = [];
  for (const raw of s === '' ? [] : s.split('+')) {
    const feature = decodeOption(raw);
    if ('error' in feature) return { error: `invalid os feature ${quote(raw)}: ${feature.error}` };
    if (feature.value !== '') value.push(feature.value);
  }
  return { value };
}

function decodeOption(s: string): { readonly value: string } | { readonly error: string } {
  return s.includes('%') ? unescapePath(s) : { value: s };
}

function encodeOption(s: string): string {
  return s.replace(/[%+()/]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

function sorted(features: readonly string[]): readonly string[] {
  return [...features].sort(compareUtf8).filter((feature, i, all) => feature !== all[i - 1]);
}
