import { expect, test } from 'vitest';
import { encodeQuery, httpFilename, parseQuery, parseUrl, unescapePath, urlString, userString } from './url.ts';

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

// Scheme, opaque, user, host, path, fragment, query; then printed again.

const read = [
  [
    'https://user:pa%20ss@example.com:8080/a/b%2Fc?x=1&y=2#frag',
    [
      'https',
      '',
      'user:pa%20ss',
      'example.com:8080',
      '/a/b/c',
      'frag',
      'x=1&y=2',
      'https://user:pa%20ss@example.com:8080/a/b%2Fc?x=1&y=2#frag',
      'x=1&y=2',
    ],
  ],
  ['HTTP://h', ['http', '', '', 'h', '', '', '', 'http://h', '']],
  ['http://h?', ['http', '', '', 'h', '', '', '', 'http://h?', '']],
  ['http://h/?', ['http', '', '', 'h', '/', '', '', 'http://h/?', '']],
  ['http://h/?a?', ['http', '', '', 'h', '/', '', 'a?', 'http://h/?a?', 'a%3F=']],
  ['http://[::1]:80/x', ['http', '', '', '[::1]:80', '/x', '', '', 'http://[::1]:80/x', '']],
  ['http://[fe80::1%25en0]/', ['http', '', '', '[fe80::1%en0]', '/', '', '', 'http://[fe80::1%25en0]/', '']],
  ['https:///x', ['https', '', '', '', '/x', '', '', 'https:///x', '']],
  ['https:/x', ['https', '', '', '', '/x', '', '', 'https:/x', '']],
  ['mailto:x@y', ['mailto', 'x@y', '', '', '', '', '', 'mailto:x@y', '']],
  ['//host/path', ['', '', '', 'host', '/path', '', '', '//host/path', '']],
  ['///a', ['', '', '', '', '///a', '', '', '///a', '']],
  ['*', ['', '', '', '', '*', '', '', '*', '']],
  ['', ['', '', '', '', '', '', '', '', '']],
  ['github.com/foo/bar', ['', '', '', '', 'github.com/foo/bar', '', '', 'github.com/foo/bar', '']],
  ['./a:b', ['', '', '', '', './a:b', '', '', './a:b', '']],
  ['ssh://a@b@c:2/x', ['ssh', '', 'a%40b', 'c:2', '/x', '', '', 'ssh://a%40b@c:2/x', '']],
  ['git://x:1:2/y', ['git', '', '', 'x:1:2', '/y', '', '', 'git://x:1:2/y', '']],
  ['http://é/é é', ['http', '', '', 'é', '/é é', '', '', 'http://%C3%A9/%C3%A9%20%C3%A9', '']],
  ['http://h/a b', ['http', '', '', 'h', '/a b', '', '', 'http://h/a%20b', '']],
  ['http://h/%41', ['http', '', '', 'h', '/A', '', '', 'http://h/%41', '']],
  ['http://h/#a%20b%2f', ['http', '', '', 'h', '/', 'a b/', '', 'http://h/#a%20b%2f', '']],
  ['http://h/#a(b)', ['http', '', '', 'h', '/', 'a(b)', '', 'http://h/#a(b)', '']],
  ['http://u:@h/', ['http', '', 'u:', 'h', '/', '', '', 'http://u:@h/', '']],
  ['http://h/\udcff', ['http', '', '', 'h', '/\udcff', '', '', 'http://h/%FF', '']],
  ["http://h/a'b", ['http', '', '', 'h', "/a'b", '', '', "http://h/a'b", '']],
] as const;

for (const [text, expected] of read) {
  test(`${JSON.stringify(text)} is read and printed`, () => {
    const parsed = parseUrl(text);
    if ('error' in parsed) throw new Error(parsed.error);
    const url = parsed.value;
    const user = url.user === undefined ? '' : userString(url.user);
    const query = encodeQuery(parseQuery(url.rawQuery).query);
    const { scheme, opaque, host, path, fragment, rawQuery } = url;
    expect([scheme, opaque, user, host, path, fragment, rawQuery, urlString(url), query]).toEqual(expected);
  });
}

const refused = [
  [':x', 'parse ":x": missing protocol scheme'],
  ['a b:c', 'parse "a b:c": first path segment in URL cannot contain colon'],
  ['1:2', 'parse "1:2": first path segment in URL cannot contain colon'],
  ['http://h\u007f', 'parse "http://h\\x7f": net/url: invalid control character in URL'],
  ['http://h:x/', 'parse "http://h:x/": invalid port ":x" after host'],
  ['http://a:b:c/', 'parse "http://a:b:c/": invalid port ":b:c" after host'],
  ['http://[::1/', 'parse "http://[::1/": missing \']\' in host'],
  ['http://[::1]x/', 'parse "http://[::1]x/": invalid port "x" after host'],
  ['http://[1.2.3.4]/', 'parse "http://[1.2.3.4]/": invalid IP-literal'],
  ['http://[x]/', 'parse "http://[x]/": invalid host: ParseAddr("x"): unable to parse IP'],
  ['http://a[b]/', 'parse "http://a[b]/": invalid IP-literal'],
  ['http://h h/', 'parse "http://h h/": invalid character " " in host name'],
  ['http://h%41/', 'parse "http://h%41/": invalid URL escape "%41"'],
  ['http://h%zz/', 'parse "http://h%zz/": invalid URL escape "%zz"'],
  ['http://u v@h/', 'parse "http://u v@h/": net/url: invalid userinfo'],
  ['http://u%zz@h/', 'parse "http://u%zz@h/": invalid URL escape "%zz"'],
  ['http://h/%', 'parse "http://h/%": invalid URL escape "%"'],
  ['http://h/%2', 'parse "http://h/%2": invalid URL escape "%2"'],
  ['http://h/%é', 'parse "http://h/%é": invalid URL escape "%é"'],
  ['http://h/#%g1', 'parse "http://h/#%g1": invalid URL escape "%g1"'],
  ['http://[fe80::1%25%2F]/', 'parse "http://[fe80::1%25%2F]/": invalid URL escape "%2F"'],
  ['http://[fe80::1%25%00]/', 'parse "http://[fe80::1%25%00]/": invalid URL escape "%00"'],
] as const;

for (const [text, expected] of refused) {
  test(`${JSON.stringify(text)} is refused`, () => {
    expect(parseUrl(text)).toEqual({ error: expected });
  });
}

const queries = [
  ['a=1&b=2&a=3', ['a=1&a=3&b=2', '']],
  ['a', ['a=', '']],
  ['a=&=b', ['=b&a=', '']],
  ['a+b=%20', ['a+b=+', '']],
  ['%zz=1&a=1', ['a=1', 'invalid URL escape "%zz"']],
  ['a;b&c=1', ['c=1', 'invalid semicolon separator in query']],
  ['&&', ['', '']],
  ['a=b=c', ['a=b%3Dc', '']],
  ['a=%é', ['', 'invalid URL escape "%é"']],
  ['é=1', ['%C3%A9=1', '']],
] as const;

for (const [text, [printed, error]] of queries) {
  test(`the query ${JSON.stringify(text)}`, () => {
    const { query, error: found } = parseQuery(text);
    expect([encodeQuery(query), found ?? '']).toEqual([printed, error]);
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
