import { expect, test } from 'vitest';
import {
  familiarName,
  familiarString,
  parseNormalizedNamed,
  parseReference,
  type Reference,
  referenceString,
  tagNameOnly,
  withDigest,
} from './reference.ts';

// What distribution/reference answers: domain, path, tag, digest, then the reference in full, as familiar, its familiar name.

const read = [
  ['alpine', ['docker.io', 'library/alpine', '', '', 'docker.io/library/alpine', 'alpine', 'alpine']],
  [
    'alpine:3.22',
    ['docker.io', 'library/alpine', '3.22', '', 'docker.io/library/alpine:3.22', 'alpine:3.22', 'alpine'],
  ],
  [
    'alpine@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef',
    [
      'docker.io',
      'library/alpine',
      '',
      'sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef',
      'docker.io/library/alpine@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef',
      'alpine@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef',
      'alpine',
    ],
  ],
  [
    'alpine:3.22@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef',
    [
      'docker.io',
      'library/alpine',
      '3.22',
      'sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef',
      'docker.io/library/alpine:3.22@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef',
      'alpine:3.22@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef',
      'alpine',
    ],
  ],
  ['library/alpine', ['docker.io', 'library/alpine', '', '', 'docker.io/library/alpine', 'alpine', 'alpine']],
  ['library/a/b', ['docker.io', 'library/a/b', '', '', 'docker.io/library/a/b', 'library/a/b', 'library/a/b']],
  ['user/app', ['docker.io', 'user/app', '', '', 'docker.io/user/app', 'user/app', 'user/app']],
  ['docker.io/alpine', ['docker.io', 'library/alpine', '', '', 'docker.io/library/alpine', 'alpine', 'alpine']],
  ['docker.io/library/alpine', ['docker.io', 'library/alpine', '', '', 'docker.io/library/alpine', 'alpine', 'alpine']],
  ['docker.io/user/app', ['docker.io', 'user/app', '', '', 'docker.io/user/app', 'user/app', 'user/app']],
  ['index.docker.io/user/app', ['docker.io', 'user/app', '', '', 'docker.io/user/app', 'user/app', 'user/app']],
  ['ghcr.io/a/b:v1', ['ghcr.io', 'a/b', 'v1', '', 'ghcr.io/a/b:v1', 'ghcr.io/a/b:v1', 'ghcr.io/a/b']],
  ['localhost/a', ['localhost', 'a', '', '', 'localhost/a', 'localhost/a', 'localhost/a']],
  ['localhost:5000/a', ['localhost:5000', 'a', '', '', 'localhost:5000/a', 'localhost:5000/a', 'localhost:5000/a']],
  [
    'localhost:5000',
    ['docker.io', 'library/localhost', '5000', '', 'docker.io/library/localhost:5000', 'localhost:5000', 'localhost'],
  ],
  [
    'example.com',
    ['docker.io', 'library/example.com', '', '', 'docker.io/library/example.com', 'example.com', 'example.com'],
  ],
  ['127.0.0.1:80/a', ['127.0.0.1:80', 'a', '', '', '127.0.0.1:80/a', '127.0.0.1:80/a', '127.0.0.1:80/a']],
  ['[::1]:5000/a', ['[::1]:5000', 'a', '', '', '[::1]:5000/a', '[::1]:5000/a', '[::1]:5000/a']],
  ['FOO/bar', ['FOO', 'bar', '', '', 'FOO/bar', 'FOO/bar', 'FOO/bar']],
  [
    'a__b/c--d.e_f',
    ['docker.io', 'a__b/c--d.e_f', '', '', 'docker.io/a__b/c--d.e_f', 'a__b/c--d.e_f', 'a__b/c--d.e_f'],
  ],
  ['foo:80', ['docker.io', 'library/foo', '80', '', 'docker.io/library/foo:80', 'foo:80', 'foo']],
  ['scratch', ['docker.io', 'library/scratch', '', '', 'docker.io/library/scratch', 'scratch', 'scratch']],
  ['a-b.c/d', ['a-b.c', 'd', '', '', 'a-b.c/d', 'a-b.c/d', 'a-b.c/d']],
  [
    'x.yyyyyyyyyy/zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz',
    [
      'x.yyyyyyyyyy',
      'zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz',
      '',
      '',
      'x.yyyyyyyyyy/zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz',
      'x.yyyyyyyyyy/zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz',
      'x.yyyyyyyyyy/zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz',
    ],
  ],
] as const;

for (const [text, expected] of read) {
  test(`${text} is read`, () => {
    expect(described(parseNormalizedNamed(text))).toEqual(expected);
  });
}

const refused = [
  ['', 'invalid reference format'],
  ['Alpine', 'invalid reference format: repository name (library/Alpine) must be lowercase'],
  ['a/B', 'invalid reference format: repository name (a/B) must be lowercase'],
  ['A:b:c', 'invalid reference format: repository name (library/A) must be lowercase'],
  ['a:B:c', 'invalid reference format'],
  ['Foo:latest', 'invalid reference format: repository name (library/Foo) must be lowercase'],
  ['docker.io/Alpine', 'invalid reference format: repository name (library/Alpine) must be lowercase'],
  ['EXAMPLE.com/a/B:C@x', 'invalid reference format: repository name (a/B) must be lowercase'],
  ['alpine:', 'invalid reference format'],
  ['alpine:-x', 'invalid reference format'],
  [
    'alpine:ttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt',
    'invalid reference format',
  ],
  ['alpine@', 'invalid reference format'],
  ['alpine@sha256:abc', 'invalid reference format'],
  ['alpine@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde', 'invalid checksum digest length'],
  ['alpine@md5:0123456789abcdef0123456789abcdef', 'unsupported digest algorithm'],
  ['alpine@sha256:0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF', 'invalid checksum digest format'],
  ['a//b', 'invalid reference format'],
  ['/a', 'invalid reference format'],
  ['a/', 'invalid reference format'],
  ['-a', 'invalid reference format'],
  ['a_-b', 'invalid reference format'],
  ['a___b', 'invalid reference format'],
  ['a-./b', 'invalid reference format'],
  ['a..b/c', 'invalid reference format'],
  ['.a/b', 'invalid reference format'],
  ['é', 'invalid reference format'],
  ['a b', 'invalid reference format'],
  ['a\n', 'invalid reference format'],
  ['[::1/a', 'invalid reference format'],
  ['[x]/a', 'invalid reference format'],
  ['a:b/c', 'invalid reference format'],
  ['a@b@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef', 'invalid reference format'],
  [
    '0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef',
    'invalid repository name (0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef), cannot specify 64-byte hexadecimal strings',
  ],
  ['K.io/K', 'invalid reference format: repository name (K) must be lowercase'],
  [
    'x/zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz',
    'repository name must not be more than 255 characters',
  ],
] as const;

for (const [text, expected] of refused) {
  test(`${JSON.stringify(text)} is refused`, () => {
    expect(parseNormalizedNamed(text)).toEqual({ error: expected });
  });
}

// Without completion.

const plain = [
  ['alpine', ['', 'alpine', '', '', 'alpine', 'alpine', 'alpine']],
  ['a/b:c', ['a', 'b', 'c', '', 'a/b:c', 'a/b:c', 'a/b']],
  ['x.y/z', ['x.y', 'z', '', '', 'x.y/z', 'x.y/z', 'x.y/z']],
  ['X/z', ['X', 'z', '', '', 'X/z', 'X/z', 'X/z']],
  ['', ['repository name must have at least one component']],
  ['A', ['repository name must be lowercase']],
  ['a@b', ['invalid reference format']],
  [
    'a:b@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef',
    [
      '',
      'a',
      'b',
      'sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef',
      'a:b@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef',
      'a:b@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef',
      'a',
    ],
  ],
] as const;

for (const [text, expected] of plain) {
  test(`parseReference of ${JSON.stringify(text)}`, () => {
    expect(described(parseReference(text))).toEqual(expected);
  });
}

const digest = 'sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef';

test('latest is added to a name only', () => {
  expect(described(completed('alpine'))?.[4]).toBe('docker.io/library/alpine:latest');
  expect(described(completed('alpine:3'))?.[4]).toBe('docker.io/library/alpine:3');
  expect(described(completed(`alpine@${digest}`))?.[4]).toBe(`docker.io/library/alpine@${digest}`);
});

test('a digest keeps the tag', () => {
  const tagged = completed('alpine');
  if ('error' in tagged) throw new Error(tagged.error);
  expect(described(withDigest(tagged, digest))?.[4]).toBe(`docker.io/library/alpine:latest@${digest}`);
  expect(withDigest(tagged, 'sha256:abc')).toEqual({ error: 'invalid digest format' });
});

test('long names are answered at once', () => {
  expect(parseNormalizedNamed(`${'a-'.repeat(50_000)}/${'b_'.repeat(50_000)}`)).toHaveProperty('error');
});

function completed(text: string): Reference | { readonly error: string } {
  const parsed = parseNormalizedNamed(text);
  return 'error' in parsed ? parsed : tagNameOnly(parsed);
}

function described(parsed: Reference | { readonly error: string }): readonly string[] {
  if ('error' in parsed) return [parsed.error];
  const { domain, path, tag, digest } = parsed;
  return [domain, path, tag, digest, referenceString(parsed), familiarString(parsed), familiarName(parsed)];
}
