// Which images a platform can use, and which it likes best: containerd's platforms.Only.
import { compareUtf8 } from '../go/utf8.ts';
import { normalizePlatform, type Platform } from './platform.ts';

/** True where an image for `candidate` runs on `wanted`, be it as an older or smaller variant. */
export function platformMatches(wanted: Platform, candidate: Platform): boolean {
  return vectorOf(normalizePlatform(wanted)).some((one) => matchesOne(one, candidate));
}

/** The indexes of the candidates that match, best first; undefined stands for a candidate that names no platform and comes last. */
export function matchingPlatforms(wanted: Platform, candidates: readonly (Platform | undefined)[]): number[] {
  const vector = vectorOf(normalizePlatform(wanted));
  const found: number[] = [];
  for (const [i, candidate] of candidates.entries())
    if (candidate === undefined || vector.some((one) => matchesOne(one, candidate))) found.push(i);
  return found.sort((a, b) => {
    const x = candidates[a];
    const y = candidates[b];
    if (x === undefined || y === undefined) return x === y ? a - b : x === undefined ? 1 : -1;
    return less(vector, x, y) ? -1 : less(vector, y, x) ? 1 : a - b;
  });
}

function less(vector: readonly Platform[], a: Platform, b: Platform): boolean {
  for (const one of vector) {
    const first = matchesOne(one, a);
    const second = matchesOne(one, b);
    if (first && !second) return true;
    if (first || second) return first && second && a.osFeatures.length > b.osFeatures.length;
  }
  return false;
}

/** The platform itself and what runs on it beside, best first. */
function vectorOf(platform: Platform): Platform[] {
  const as = (architecture: string, variant: string): Platform => ({ ...platform, architecture, variant });
  const number = /^v?([+-]?\d+)$/.exec(platform.variant);
  const version = number === null ? undefined : Number(number[1]);
  switch (platform.architecture) {
    case 'amd64': {
      const all = [platform];
      for (let v = (version ?? 0) - 1; v >= 1; v--) all.push(as('amd64', `v${v}`));
      return [...all, as('386', '')];
    }
    case 'arm': {
      const all = [platform];
      for (let v = (version ?? 0) - 1; v >= 5; v--) all.push(as('arm', `v${v}`));
      return all;
    }
    case 'arm64': {
      const variant = platform.variant === '' ? 'v8' : platform.variant;
      const parts = /^v([89])(?:\.(\d))?$/.exec(variant);
      const known = parts !== null && (parts[1] === '8' || Number(parts[2] ?? 0) <= 7);
      // A variant that is not known matches nothing, not even itself.
      if (!known) return [];
      const minor = Number(parts[2] ?? 0);
      const all: Platform[] = [];
      const family = (major: number, from: number): void => {
        for (let m = from; m >= 0; m--) all.push(as('arm64', m === 0 ? `v${major}` : `v${major}.${m}`));
      };
      if (parts[1] === '9') {
        family(9, minor);
        family(8, Math.min(minor + 5, 9));
      } else family(8, minor);
      return [...all, ...vectorOf(as('arm', 'v8'))];
    }
    default:
      return [platform];
  }
}

function matchesOne(wanted: Platform, given: Platform): boolean {
  const one = normalizePlatform(wanted);
  const other = normalizePlatform(given);
  if (one.os !== other.os || one.architecture !== other.architecture || one.variant !== other.variant) return false;
  if (one.os === 'windows' && !windowsFits(wanted.osVersion, given.osVersion)) return false;
  // Windows images may say that they need its window system; nobody asks for that.
  const needed = one.os === 'windows' ? other.osFeatures.filter((f) => f !== 'win32k') : other.osFeatures;
  return needed.every((feature) => one.osFeatures.some((f) => compareUtf8(f, feature) === 0));
}

/** Builds of Windows that run what was made for earlier ones. */
const stableReleases = [20348, 26100];

function windowsFits(host: string, image: string): boolean {
  const h = windowsVersion(host);
  if (h === undefined || image === '') return true;
  const i = windowsVersion(image) ?? { major: 0, minor: 0, build: 0 };
  if (h.major !== i.major || h.minor !== i.minor) return false;
  const at = stableReleases.findLastIndex((release) => h.build >= release);
  if (at < 0) return h.build === i.build;
  return (stableReleases[Math.max(at - 1, 0)] as number) <= i.build && i.build <= h.build;
}

function windowsVersion(text: string): { major: number; minor: number; build: number } | undefined {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,5})(\.|$)/.exec(text);
  return parts === null ? undefined : { major: Number(parts[1]), minor: Number(parts[2]), build: Number(parts[3]) };
}
