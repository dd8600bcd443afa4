import { expect, test } from 'vitest';
import {
  formatPlatform,
  formatPlatformAll,
  linuxAmd64,
  normalizePlatform,
  type Platform,
  parsePlatform,
} from './platform.ts';

// What containerd/platforms answers on linux/amd64: Format, FormatAll, and FormatAll of the normalised platform.

const read = [
  ['linux', ['linux/amd64', 'linux/amd64', 'linux/amd64']],
  ['windows', ['windows/amd64', 'windows/amd64', 'windows/amd64']],
  ['amd64', ['linux/amd64', 'linux/amd64', 'linux/amd64']],
  ['arm64', ['linux/arm64', 'linux/arm64', 'linux/arm64']],
  ['arm', ['linux/arm', 'linux/arm', 'linux/arm/v7']],
  ['armhf', ['linux/arm', 'linux/arm', 'linux/arm/v7']],
  ['armel', ['linux/arm/v6', 'linux/arm/v6', 'linux/arm/v6']],
  ['aarch64', ['linux/arm64', 'linux/arm64', 'linux/arm64']],
  ['x86_64', ['linux/amd64', 'linux/amd64', 'linux/amd64']],
  ['i386', ['linux/386', 'linux/386', 'linux/386']],
  ['macos', ['darwin/amd64', 'darwin/amd64', 'darwin/amd64']],
  ['linux/amd64', ['linux/amd64', 'linux/amd64', 'linux/amd64']],
  ['Linux/AMD64', ['linux/amd64', 'linux/amd64', 'linux/amd64']],
  ['linux/x86-64', ['linux/amd64', 'linux/amd64', 'linux/amd64']],
  ['linux/amd64/v1', ['linux/amd64', 'linux/amd64', 'linux/amd64']],
  ['linux/amd64/v2', ['linux/amd64/v2', 'linux/amd64/v2', 'linux/amd64/v2']],
  ['linux/arm64', ['linux/arm64', 'linux/arm64', 'linux/arm64']],
  ['linux/arm64/v8', ['linux/arm64/v8', 'linux/arm64/v8', 'linux/arm64']],
  ['linux/arm64/8', ['linux/arm64/v8', 'linux/arm64/v8', 'linux/arm64']],
  ['linux/arm64/v9.0', ['linux/arm64/v9', 'linux/arm64/v9', 'linux/arm64/v9']],
  ['linux/arm', ['linux/arm', 'linux/arm', 'linux/arm/v7']],
  ['linux/arm/v7', ['linux/arm/v7', 'linux/arm/v7', 'linux/arm/v7']],
  ['linux/arm/7', ['linux/arm/v7', 'linux/arm/v7', 'linux/arm/v7']],
  ['linux/arm/v6', ['linux/arm/v6', 'linux/arm/v6', 'linux/arm/v6']],
  ['linux/arm/5', ['linux/arm/v5', 'linux/arm/v5', 'linux/arm/v5']],
  ['linux/armel/v7', ['linux/arm/v6', 'linux/arm/v6', 'linux/arm/v6']],
  ['linux/i386/v1', ['linux/386', 'linux/386', 'linux/386']],
  ['foo/bar', ['foo/bar', 'foo/bar', 'foo/bar']],
  ['foo/bar/BAZ', ['foo/bar/baz', 'foo/bar/baz', 'foo/bar/baz']],
  ['windows(10.0.17763)/amd64', ['windows/amd64', 'windows(10.0.17763)/amd64', 'windows(10.0.17763)/amd64']],
  [
    'windows(10.0.17763+win32k)/amd64',
    ['windows/amd64', 'windows(10.0.17763+win32k)/amd64', 'windows(10.0.17763+win32k)/amd64'],
  ],
  ['linux(+b+a+a)/arm64', ['linux/arm64', 'linux(+a+b)/arm64', 'linux(+a+b)/arm64']],
  ['linux()/amd64', ['linux/amd64', 'linux/amd64', 'linux/amd64']],
  ['linux(1%2B2)/amd64', ['linux/amd64', 'linux(1%2B2)/amd64', 'linux(1%2B2)/amd64']],
  ['linux(+%2F)/amd64', ['linux/amd64', 'linux(+%2F)/amd64', 'linux(+%2F)/amd64']],
  ['_/_', ['_/_', '_/_', '_/_']],
] as const;

for (const [text, expected] of read) {
  test(`${text} is read`, () => {
    const parsed = parsePlatform(text);
    if ('error' in parsed) throw new Error(parsed.error);
    const { platform } = parsed;
    const normal = normalizePlatform(platform);
    expect([formatPlatform(platform), formatPlatformAll(platform), formatPlatformAll(normal)]).toEqual(expected);
  });
}

const refused = [
  [
    '',
    '"" is an invalid OS component of "": OSAndVersion specifier component must match "^([A-Za-z0-9_-]+)(?:\\\\(([A-Za-z0-9_.%-]*)((?:\\\\+[A-Za-z0-9_.%-]+)*)\\\\))?$": invalid argument',
  ],
  ['linux/*', '"linux/*": wildcards not yet supported: invalid argument'],
  ['foo', '"foo": unknown operating system or architecture: invalid argument'],
  [
    'linux/',
    '"" is an invalid component of "linux/": platform specifier component must match "^[A-Za-z0-9_.-]+$": invalid argument',
  ],
  [
    '/amd64',
    '"" is an invalid OS component of "/amd64": OSAndVersion specifier component must match "^([A-Za-z0-9_-]+)(?:\\\\(([A-Za-z0-9_.%-]*)((?:\\\\+[A-Za-z0-9_.%-]+)*)\\\\))?$": invalid argument',
  ],
  [
    'linux/amd64/',
    '"" is an invalid component of "linux/amd64/": platform specifier component must match "^[A-Za-z0-9_.-]+$": invalid argument',
  ],
  [
    'linux/a b',
    '"a b" is an invalid component of "linux/a b": platform specifier component must match "^[A-Za-z0-9_.-]+$": invalid argument',
  ],
  ['linux/amd64/v1/x', '"linux/amd64/v1/x": cannot parse platform specifier: invalid argument'],
  [
    'linux/amd64/v1/x/y',
    '"x/y" is an invalid component of "linux/amd64/v1/x/y": platform specifier component must match "^[A-Za-z0-9_.-]+$": invalid argument',
  ],
  [
    'linux (1)',
    '"linux (1)" is an invalid OS component of "linux (1)": OSAndVersion specifier component must match "^([A-Za-z0-9_-]+)(?:\\\\(([A-Za-z0-9_.%-]*)((?:\\\\+[A-Za-z0-9_.%-]+)*)\\\\))?$": invalid argument',
  ],
  [
    'linux(1',
    '"linux(1" is an invalid OS component of "linux(1": OSAndVersion specifier component must match "^([A-Za-z0-9_-]+)(?:\\\\(([A-Za-z0-9_.%-]*)((?:\\\\+[A-Za-z0-9_.%-]+)*)\\\\))?$": invalid argument',
  ],
  [
    'é',
    '"é" is an invalid OS component of "é": OSAndVersion specifier component must match "^([A-Za-z0-9_-]+)(?:\\\\(([A-Za-z0-9_.%-]*)((?:\\\\+[A-Za-z0-9_.%-]+)*)\\\\))?$": invalid argument',
  ],
  ['windows(%zz)/amd64', '"windows(%zz)/amd64" has an invalid OS version "%zz": invalid URL escape "%zz"'],
  [
    'linux(+%zz)/amd64',
    '"linux(+%zz)/amd64" has invalid OS features: invalid os feature "%zz": invalid URL escape "%zz"',
  ],
  ['x(1)', '"x(1)": unknown operating system or architecture: invalid argument'],
] as const;

for (const [text, expected] of refused) {
  test(`${JSON.stringify(text)} is refused`, () => {
    expect(parsePlatform(text)).toEqual({ error: expected });
  });
}

test('what is not given comes from the host', () => {
  const arm: Platform = { ...linuxAmd64, os: 'darwin', architecture: 'arm', variant: 'v6' };
  const print = (text: string, host: Platform): string => {
    const parsed = parsePlatform(text, host);
    return 'error' in parsed ? parsed.error : formatPlatform(parsed.platform);
  };
  expect(print('linux', arm)).toBe('linux/arm/v6');
  expect(print('linux', { ...arm, variant: 'v7' })).toBe('linux/arm');
  expect(print('amd64', arm)).toBe('darwin/amd64');
  expect(formatPlatform(normalizePlatform({ ...linuxAmd64, os: '' }, arm))).toBe('darwin/amd64');
});

test('no OS is unknown', () => {
  expect(formatPlatform({ ...linuxAmd64, os: '' })).toBe('unknown');
  expect(formatPlatformAll({ ...linuxAmd64, os: '', osVersion: '1' })).toBe('unknown');
});
