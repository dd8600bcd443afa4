// Named contexts that are OCI layouts, as buildx reads them (its util/ocilayout and BuildKit's client/ociindex).
import { describe, expect, test } from 'vitest';
import { digestInLayout, layoutAttr, layoutContextOf } from './layoutContext.ts';

const one = `sha256:${'1'.repeat(64)}`;
const two = `sha256:${'2'.repeat(64)}`;

test.each([
  ['oci-layout:///a/b', '/a/b', 'latest', ''],
  ['oci-layout:///a/b:1.3', '/a/b', '1.3', ''],
  [`oci-layout:///a/b@${one}`, '/a/b', '', one],
  [`oci-layout:///a/@/b@${one}`, '/a/@/b', '', one],
  ['oci-layout:///a/@/b', '/a/@/b', 'latest', ''],
  ['oci-layout://a:1.3', 'a', '1.3', ''],
  [`oci-layout://../a:x@${one}`, '../a', 'x', one],
  ['oci-layout://C:\\a\\b', 'C:\\a\\b', 'latest', ''],
  ['oci-layout://C:/a/b:1.3', 'C:/a/b', '1.3', ''],
  [`oci-layout://C:\\a:1@${one}`, 'C:\\a', '1', one],
  ['oci-layout://a:', 'a:', 'latest', ''],
  ['oci-layout://', '', 'latest', ''],
])('%s', (value, folder, tag, digest) => {
  expect(layoutContextOf(value)).toEqual({ folder, tag, digest });
});

test('what is no layout, and what has no digest that can be', () => {
  expect(layoutContextOf('docker-image://alpine')).toBeUndefined();
  expect(layoutContextOf(`oci-layout://a@sha256:${'a'.repeat(32)}`)).toEqual({
    error: 'invalid checksum digest length',
  });
});

describe('the digest in an index', () => {
  const index = (...manifests: readonly (readonly [string, Record<string, string>?])[]) =>
    JSON.stringify({ manifests: manifests.map(([digest, annotations]) => ({ digest, annotations })) });
  const byTag = { 'org.opencontainers.image.ref.name': '1' };
  const byName = { 'io.containerd.image.name': '1' };
  test.each([
    ['the only one, whatever the tag', index([one]), one],
    ['by its tag', index([one], [two, byTag]), two],
    ['by its name before its tag', index([one, byTag], [two, byName]), two],
    ['one of several without a name', index([one], [two]), undefined],
    ['none', index(), undefined],
    ['a digest of nothing', index(['sha256:x', byTag]), undefined],
    ['no JSON', '{', undefined],
    ['nothing', 'null', undefined],
    ['odd entries', '{"manifests":[null,{"annotations":null}]}', undefined],
  ])('%s', (_, text, wanted) => expect(digestInLayout(text, '1')).toBe(wanted));
});

test('what BuildKit is told names no folder', () => {
  expect(layoutAttr({ folder: '/a', tag: '1', digest: '' }, one)).toBe(`oci-layout://llb-lens-layout:1@${one}`);
  expect(layoutAttr({ folder: '/a', tag: '', digest: one }, one)).toBe(`oci-layout://llb-lens-layout@${one}`);
});
