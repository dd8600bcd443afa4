// Content digests as opencontainers/go-digest reads them.
import { cut } from '../go/text.ts';
import { utf8Length } from '../go/utf8.ts';

/** Why `s` is no digest, in the words of digest.Parse with SHA-256, SHA-384 and SHA-512 at hand; undefined where it is one. */
export function parseDigest(s: string): string | undefined {
  const [algorithm, encoded] = cut(s, ':');
  if (algorithm === '' || !encoded) return invalidFormat;
  const length = hexLengths.get(algorithm);
  if (length === undefined) return wellFormed.test(s) ? 'unsupported digest algorithm' : invalidFormat;
  if (utf8Length(encoded) !== length) return 'invalid checksum digest length';
  return lowerHex.test(encoded) ? undefined : invalidFormat;
}

const invalidFormat = 'invalid checksum digest format';
const hexLengths: ReadonlyMap<string, number> = new Map([
  ['sha256', 64],
  ['sha384', 96],
  ['sha512', 128],
]);
const wellFormed = /^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[a-zA-Z0-9=_-]+$/;
const lowerHex = /^[a-f0-9]+$/;
