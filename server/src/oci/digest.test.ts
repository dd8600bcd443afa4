import { expect, test } from 'vitest';
import { parseDigest } from './digest.ts';

// What go-digest answers; nothing where it is content.

const cases = [
  ['sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef', undefined],
  [
    'sha384:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef',
    undefined,
  ],
  [
    'sha512:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef',
    undefined,
  ],
  ['sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde', 'invalid checksum digest length'],
  ['sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0', 'invalid checksum digest length'],
  ['sha256:0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF', 'invalid checksum digest format'],
  ['sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdé', 'invalid checksum digest format'],
  ['', 'invalid checksum digest format'],
  ['sha256', 'invalid checksum digest format'],
  ['sha256:', 'invalid checksum digest format'],
  [':0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef', 'invalid checksum digest format'],
  ['md5:0123456789abcdef0123456789abcdef', 'unsupported digest algorithm'],
  ['SHA256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef', 'invalid checksum digest format'],
  ['sha256+b64:abc=', 'unsupported digest algorithm'],
  ['a..b:c', 'invalid checksum digest format'],
  ['md5:a b', 'invalid checksum digest format'],
] as const;

for (const [text, expected] of cases) {
  test(JSON.stringify(text), () => {
    expect(parseDigest(text)).toBe(expected);
  });
}
