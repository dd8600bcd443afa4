import { expect, test } from 'vitest';
import { httpFilename, parseQuery, parseUrl, unescapePath } from './url.ts';

// The expectations are what Go 1.26's net/url answers.

const names = [
  ['http://example.com/a.tar.gz', 'a.tar.gz'],
  ['http://example.com/a/b%20c?x=1', 'b c'],
  ['http://example.com/a/', 'a'],
  ['http://example.com', '__unnamed__'],
  ['http://example.com/', '__unnamed__'],
  ['http://example.com/a%2Fb', 'b'],
  ['http://example.com/.', '__unnamed__'],
  ['http://example.com/..', '..'],
  ['http://exa mple.com/a', '__unnamed__'],
  ['http://h/%zz', '__unnamed__'],
  ['http://h/é', 'é'],
  ['http://h/%C3%A9%FF', 'é\udcff'],
  ['http://h/a#b', 'a'],
  ['http://h/a;b', 'a;b'],
  ['http://h:x/a', '__unnamed__'],
] as const;

for (const [url, expected] of names) {
  test(`${url} is saved as ${expected}`, () => {
    expect(httpFilename(url)).toBe(expected);
  });
}

// Scheme, host, path, fragment, query; then printed without the two last.

const read = [
  [
    'https://user:pa%20ss@example.com:8080/a/b%2Fc?x=1&y=2#frag',
    ['https', 'example.com:8080', '/a/b/c', 'frag', 'x=1&y=2', 'https://user:pa%20ss@example.com:8080/a/b%2Fc'],
  ],
  ['HTTP://h', ['http', 'h', '', '', '', 'http://h']],
  ['http://h?', ['http', 'h', '', '', '', 'http://h?']],
  ['http://h/?', ['http', 'h', '/', '', '', 'http://h/?']],
  ['http://h/?a?', ['http', 'h', '/', '', 'a?', 'http://h/']],
  ['http://[::1]:80/x', ['http', '[::1]:80', '/x', '', '', 'http://[::1]:80/x']],
  ['http://[fe80::1%25en0]/', ['http', '[fe80::1%en0]', '/', '', '', 'http://[fe80::1%25en0]/']],
  ['https:///x', ['https', '', '/x', '', '', 'https:///x']],
  ['ssh://a@b@c:2/x', ['ssh', 'c:2', '/x', '', '', 'ssh://a%40b@c:2/x']],
  ['git://x:1:2/y', ['git', 'x:1:2', '/y', '', '', 'git://x:1:2/y']],
  ['http://é/é é', ['http', 'é', '/é é', '', '', 'http://%C3%A9/%C3%A9%20%C3%A9']],
  ['http://h/a b', ['http', 'h', '/a b', '', '', 'http://h/a%20b']],
  ['http://h/%41', ['http', 'h', '/A', '', '', 'http://h/%41']],
  ['http://h/#a%20b%2f', ['http', 'h', '/', 'a b/', '', 'http://h/']],
  ['http://h/#a(b)', ['http', 'h', '/', 'a(b)', '', 'http://h/']],
  ['http://u:@h/', ['http', 'h', '/', '', '', 'http://u:@h/']],
  ['http://h/\udcff', ['http', 'h', '/\udcff', '', '', 'http://h/%FF']],
  ["http://h/a'b", ['http', 'h', "/a'b", '', '', "http://h/a'b"]],
] as const;

for (const [text, expected] of read) {
  test(`${JSON.stringify(text)} is read and printed`, () => {
    const { scheme, host, path, fragment, rawQuery, bare } = parseUrl(text) ?? {};
    expect([scheme, host, path, fragment, rawQuery, bare]).toEqual(expected);
  });
}

// Those at the top are URLs for Go, but not of the form that is read here.

const refused = [
  'https:/x',
  'mailto:x@y',
  '//host/path',
  'github.com/foo/bar',
  '*',
  '',
  ':x',
  'a b:c',
  '1:2',
  'http://h\u007f',
  'http://h:x/',
  'http://a:b:c/',
  'http://[::1/',
  'http://[::1]x/',
  'http://[1.2.3.4]/',
  'http://[x]/',
  'http://a[b]/',
  'http://h h/',
  'http://h%41/',
  'http://h%zz/',
  'http://u v@h/',
  'http://u%zz@h/',
  'http://h/%',
  'http://h/%2',
  'http://h/%é',
  'http://h/#%g1',
  'http://[fe80::1%25%2F]/',
  'http://[fe80::1%25%00]/',
  'http://[fe80::1%25]/',
] as const;

for (const text of refused) {
  test(`${JSON.stringify(text)} is refused`, () => {
    expect(parseUrl(text)).toBeUndefined();
  });
}

// What could be read, and whether all could.

const queries = [
  ['a=1&b=2&a=3', { a: ['1', '3'], b: ['2'] }, true],
  ['a', { a: [''] }, true],
  ['a=&=b', { a: [''], '': ['b'] }, true],
  ['a+b=%20', { 'a b': [' '] }, true],
  ['a=%2B', { a: ['+'] }, true],
  ['%zz=1&a=1', { a: ['1'] }, false],
  ['a;b&c=1', { c: ['1'] }, false],
  ['&&', {}, true],
  ['a=b=c', { a: ['b=c'] }, true],
  ['a=%é', {}, false],
  ['é=1', { é: ['1'] }, true],
] as const;

for (const [text, expected, complete] of queries) {
  test(`the query ${JSON.stringify(text)}`, () => {
    const parsed = parseQuery(text);
    expect([Object.fromEntries(parsed.query), parsed.complete]).toEqual([expected, complete]);
  });
}

const paths = [
  ['a%2Fb', 'a/b'],
  ['a+b', 'a+b'],
  ['%', 'invalid URL escape "%"'],
  ['%4', 'invalid URL escape "%4"'],
  ['%zz', 'invalid URL escape "%zz"'],
  ['%C3%A9', 'é'],
  ['%FF', '\udcff'],
] as const;

for (const [text, expected] of paths) {
  test(`unescapePath of ${JSON.stringify(text)}`, () => {
    const result = unescapePath(text);
    expect('error' in result ? result.error : result.value).toBe(expected);
  });
}
