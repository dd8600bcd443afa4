import { expect, test } from 'vitest';
import type { Platform } from './platform.ts';
import { matchingPlatforms, platformMatches } from './platformMatch.ts';

const candidates =
  'linux/386 linux/amd64 linux/amd64/v2 linux/amd64/v3 linux/arm linux/arm/v5 linux/arm/v6 linux/arm/v7 linux/arm/v8 linux/arm64 linux/arm64/v8 linux/arm64/v8.2 linux/arm64/v9 linux/s390x unknown/unknown windows/amd64 windows(10.0.17763.1)/amd64 windows(10.0.20348.5)/amd64 windows(10.0.26100.1)/amd64 windows(10.0.20348.9+win32k)/amd64 linux(+gpu)/amd64 linux(+a+gpu)/amd64 freebsd/amd64 linux/aarch64';

// What containerd's platforms.Only takes of the candidates, in its order.
const cases = [
  ['linux/amd64', 'linux/amd64 linux/386'],
  ['linux/amd64/v2', 'linux/amd64/v2 linux/amd64 linux/386'],
  ['linux/amd64/v3', 'linux/amd64/v3 linux/amd64/v2 linux/amd64 linux/386'],
  ['linux/386', 'linux/386'],
  ['linux/arm', 'linux/arm linux/arm/v7 linux/arm/v6 linux/arm/v5'],
  ['linux/arm/v6', 'linux/arm/v6 linux/arm/v5'],
  ['linux/arm/v7', 'linux/arm linux/arm/v7 linux/arm/v6 linux/arm/v5'],
  ['linux/arm/v8', 'linux/arm/v8 linux/arm linux/arm/v7 linux/arm/v6 linux/arm/v5'],
  [
    'linux/arm64',
    'linux/arm64 linux/arm64/v8 linux/aarch64 linux/arm/v8 linux/arm linux/arm/v7 linux/arm/v6 linux/arm/v5',
  ],
  [
    'linux/arm64/v8',
    'linux/arm64 linux/arm64/v8 linux/aarch64 linux/arm/v8 linux/arm linux/arm/v7 linux/arm/v6 linux/arm/v5',
  ],
  [
    'linux/arm64/v8.3',
    'linux/arm64/v8.2 linux/arm64 linux/arm64/v8 linux/aarch64 linux/arm/v8 linux/arm linux/arm/v7 linux/arm/v6 linux/arm/v5',
  ],
  [
    'linux/arm64/v9',
    'linux/arm64/v9 linux/arm64/v8.2 linux/arm64 linux/arm64/v8 linux/aarch64 linux/arm/v8 linux/arm linux/arm/v7 linux/arm/v6 linux/arm/v5',
  ],
  ['linux/arm64/v7', ''],
  ['linux/riscv64', ''],
  [
    'windows/amd64',
    'windows(10.0.20348.9+win32k)/amd64 windows/amd64 windows(10.0.17763.1)/amd64 windows(10.0.20348.5)/amd64 windows(10.0.26100.1)/amd64',
  ],
  ['windows(10.0.17763)/amd64', 'windows/amd64 windows(10.0.17763.1)/amd64'],
  ['windows(10.0.20348)/amd64', 'windows(10.0.20348.9+win32k)/amd64 windows/amd64 windows(10.0.20348.5)/amd64'],
  [
    'windows(10.0.26200.1)/amd64',
    'windows(10.0.20348.9+win32k)/amd64 windows/amd64 windows(10.0.20348.5)/amd64 windows(10.0.26100.1)/amd64',
  ],
  ['linux(+gpu)/amd64', 'linux(+gpu)/amd64 linux/amd64 linux/386'],
  ['linux(+a+gpu)/amd64', 'linux(+a+gpu)/amd64 linux(+gpu)/amd64 linux/amd64 linux/386'],
  [
    'linux/aarch64',
    'linux/arm64 linux/arm64/v8 linux/aarch64 linux/arm/v8 linux/arm linux/arm/v7 linux/arm/v6 linux/arm/v5',
  ],
  ['linux/x86_64', 'linux/amd64 linux/386'],
] as const;

/** `os(version+feature)/architecture/variant`, nothing normalized. */
function read(text: string): Platform {
  const [system = '', architecture = '', variant = ''] = text.split('/');
  const [os = '', inside = ''] = system.replace(')', '').split('(');
  const [osVersion = '', ...osFeatures] = inside.split('+');
  return { os, architecture, variant, osVersion, osFeatures };
}

const all = candidates.split(' ');
const platforms = all.map(read);

for (const [wanted, expected] of cases) {
  test(wanted, () => {
    const found = matchingPlatforms(read(wanted), platforms).map((i) => all[i]);
    expect(found.join(' ')).toBe(expected);
    for (const [i, platform] of platforms.entries())
      expect(platformMatches(read(wanted), platform)).toBe(found.includes(all[i]));
  });
}

test('what names no platform comes last', () => {
  const amd64 = read('linux/amd64');
  expect(matchingPlatforms(amd64, [undefined, read('linux/386'), undefined, amd64])).toEqual([3, 1, 0, 2]);
});
