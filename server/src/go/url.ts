// URLs as Go's net/url reads and prints them, as far as git references and ADD's file names need it.
// All work is on strings whose raw bytes are lone surrogates; escapes yield bytes, so decoding goes through UTF-8.
import { parseAddress } from './ip.ts';
import { base } from './path.ts';
import { quote, toLower } from './text.ts';
import { compareUtf8, decodeUtf8, encodeUtf8 } from './utf8.ts';

export interface Userinfo {
  readonly username: string;
  readonly password: string | undefined;
}

/** A URL that was read; `path` and `fragment` are decoded. */
export interface Url {
  readonly scheme: string;
  readonly opaque: string;
  readonly user: Userinfo | undefined;
  readonly host: string;
  readonly path: string;
  /** The path as it was spelled where that is not the usual spelling, else ``. */
  readonly rawPath: string;
  readonly rawQuery: string;
  readonly fragment: string;
  readonly rawFragment: string;
  /** True for a URL that ends in `?`. */
  readonly forceQuery: boolean;
  /** True for `scheme:/path`. */
  readonly omitHost: boolean;
}

/** The values of a query by their key, keys in the order of the text. */
export type Query = ReadonlyMap<string, readonly string[]>;

type Result<T> = { readonly value: T } | { readonly error: string };

/** The name under which `ADD url` saves what it fetches. */
export function httpFilename(url: string): string {
  const parsed = parseUrl(url);
  const name = 'error' in parsed ? '.' : base(parsed.value.path);
  return name === '.' || name === '/' ? '__unnamed__' : name;
}

/** url.Parse. */
export function parseUrl(text: string): Result<Url> {
  const hash = text.indexOf('#');
  const withoutFragment = hash < 0 ? text : text.slice(0, hash);
  const fragment = hash < 0 ? '' : text.slice(hash + 1);
  const url = parseWithoutFragment(withoutFragment);
  if ('error' in url) return { error: `parse ${quote(withoutFragment)}: ${url.error}` };
  if (fragment === '') return url;
  const decoded = unescapeAs(fragment, 'fragment');
  if ('error' in decoded) return { error: `parse ${quote(text)}: ${decoded.error}` };
  const usual = escapeAs(decoded.value, 'fragment') === fragment;
  return { value: { ...url.value, fragment: decoded.value, rawFragment: usual ? '' : fragment } };
}

/** URL.String. */
export function urlString(url: Url): string {
  const { scheme, user, host } = url;
  let out = scheme === '' ? '' : `${scheme}:`;
  if (url.opaque !== '') out += url.opaque;
  else {
    const hasAuthority = host !== '' || user !== undefined;
    if (hasAuthority || (scheme !== '' && !url.omitHost)) {
      if (hasAuthority || url.path !== '') out += '//';
      if (user !== undefined) out += `${userString(user)}@`;
      out += escapeAs(host, 'host');
    }
    const path = escapedPath(url);
    if (path !== '' && path[0] !== '/' && host !== '') out += '/';
    if (out === '' && firstSegment(path).includes(':')) out = './';
    out += path;
  }
  if (url.forceQuery || url.rawQuery !== '') out += `?${url.rawQuery}`;
  if (url.fragment !== '') out += `#${escapedFragment(url)}`;
  return out;
}

/** Userinfo.String. */
export function userString({ username, password }: Userinfo): string {
  const name = escapeAs(username, 'user');
  return password === undefined ? name : `${name}:${escapeAs(password, 'user')}`;
}

/** url.ParseQuery: what could be read, and the first problem that Go reports. */
export function parseQuery(text: string): { readonly query: Query; readonly error: string | undefined } {
  const query = new Map<string, string[]>();
  let error: string | undefined;
  const settings = text.split('&');
  if (settings.length > 10000) return { query, error: 'number of URL query parameters exceeded limit' };
  for (const setting of settings) {
    if (setting.includes(';')) {
      error = 'invalid semicolon separator in query';
      continue;
    }
    if (setting === '') continue;
    const equals = setting.indexOf('=');
    const key = unescapeAs(equals < 0 ? setting : setting.slice(0, equals), 'query');
    const value = 'error' in key ? key : unescapeAs(equals < 0 ? '' : setting.slice(equals + 1), 'query');
    if ('error' in key || 'error' in value) {
      error ??= (value as { readonly error: string }).error;
      continue;
    }
    const values = query.get(key.value);
    if (values === undefined) query.set(key.value, [value.value]);
    else values.push(value.value);
  }
  return { query, error };
}

/** Values.Encode: sorted by key. */
export function encodeQuery(query: Query): string {
  const parts: string[] = [];
  for (const key of [...query.keys()].sort(compareUtf8)) {
    for (const value of query.get(key) as readonly string[]) {
      parts.push(`${escapeAs(key, 'query')}=${escapeAs(value, 'query')}`);
    }
  }
  return parts.join('&');
}

/** url.PathUnescape. */
export function unescapePath(s: string): Result<string> {
  return unescapeAs(s, 'segment');
}

type Part = 'path' | 'segment' | 'host' | 'zone' | 'user' | 'query' | 'fragment';

// What each part spells as it is, letters, digits and `-_.~` apart.
const hostCharacters = '!$&\'()*+,;=:[]<>"';
const unescapedIn: Readonly<Record<Part, string>> = {
  path: '$&+,/:;=@',
  segment: '$&+:=@',
  host: hostCharacters,
  zone: hostCharacters,
  user: '$&+,;=',
  query: '',
  fragment: '$&+,/:;=?@!()*',
};

const letterOrDigit = /[A-Za-z0-9._~-]/;
const control = /[\x00-\x1f\x7f]/;

function isPlain(byte: string, part: Part): boolean {
  return byte <= '~' && (letterOrDigit.test(byte) || unescapedIn[part].includes(byte));
}

function parseWithoutFragment(text: string): Result<Url> {
  if (control.test(text)) return { error: 'net/url: invalid control character in URL' };
  const empty: Url = {
    scheme: '',
    opaque: '',
    user: undefined,
    host: '',
    path: '',
    rawPath: '',
    rawQuery: '',
    fragment: '',
    rawFragment: '',
    forceQuery: false,
    omitHost: false,
  };
  if (text === '*') return { value: { ...empty, path: '*' } };
  if (text[0] === ':') return { error: 'missing protocol scheme' };
  const schemeEnd = /^[A-Za-z][A-Za-z0-9+.-]*:/.exec(text)?.[0].length ?? 0;
  const scheme = schemeEnd === 0 ? '' : toLower(text.slice(0, schemeEnd - 1));
  let rest = text.slice(schemeEnd);
  const mark = rest.indexOf('?');
  const forceQuery = mark >= 0 && mark === rest.length - 1;
  const rawQuery = mark < 0 ? '' : rest.slice(mark + 1);
  if (mark >= 0) rest = rest.slice(0, mark);
  const known = { ...empty, scheme, rawQuery, forceQuery };
  if (!rest.startsWith('/')) {
    if (scheme !== '') return { value: { ...known, opaque: rest } };
    if (firstSegment(rest).includes(':')) return { error: 'first path segment in URL cannot contain colon' };
  }
  let authority: { readonly user: Userinfo | undefined; readonly host: string } = { user: undefined, host: '' };
  let omitHost = false;
  if (rest.startsWith('//') && (scheme !== '' || !rest.startsWith('///'))) {
    const end = rest.indexOf('/', 2);
    const parsed = parseAuthority(scheme, end < 0 ? rest.slice(2) : rest.slice(2, end));
    if ('error' in parsed) return parsed;
    authority = parsed.value;
    rest = end < 0 ? '' : rest.slice(end);
  } else omitHost = scheme !== '' && rest.startsWith('/');
  const path = unescapeAs(rest, 'path');
  if ('error' in path) return path;
  const rawPath = escapeAs(path.value, 'path') === rest ? '' : rest;
  return { value: { ...known, ...authority, omitHost, path: path.value, rawPath } };
}

function parseAuthority(scheme: string, s: string): Result<{ user: Userinfo | undefined; host: string }> {
  const at = s.lastIndexOf('@');
  const host = parseHost(scheme, s.slice(at + 1));
  if ('error' in host) return host;
  if (at < 0) return { value: { user: undefined, host: host.value } };
  const info = s.slice(0, at);
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(info)) return { error: 'net/url: invalid userinfo' };
  const colon = info.indexOf(':');
  const username = unescapeAs(colon < 0 ? info : info.slice(0, colon), 'user');
  if ('error' in username) return username;
  if (colon < 0) return { value: { user: { username: username.value, password: undefined }, host: host.value } };
  const password = unescapeAs(info.slice(colon + 1), 'user');
  if ('error' in password) return password;
  return { value: { user: { username: username.value, password: password.value }, host: host.value } };
}

function parseHost(scheme: string, host: string): Result<string> {
  const open = host.lastIndexOf('[');
  if (open > 0) return { error: 'invalid IP-literal' };
  if (open === 0) return parseBracketed(host);
  const firstColon = host.indexOf(':');
  if (firstColon >= 0) {
    // Old spellings with several colons live on outside of the web.
    const colon = scheme === 'http' || scheme === 'https' ? firstColon : host.lastIndexOf(':');
    const wrong = wrongPort(host.slice(colon));
    if (wrong !== undefined) return { error: wrong };
  }
  return unescapeAs(host, 'host');
}

function parseBracketed(host: string): Result<string> {
  const close = host.lastIndexOf(']');
  if (close < 0) return { error: "missing ']' in host" };
  const port = host.slice(close + 1);
  const wrong = wrongPort(port);
  if (wrong !== undefined) return { error: wrong };
  const name = host.slice(1, close);
  const zoneAt = name.indexOf('%25');
  const plain = unescapeAs(zoneAt < 0 ? name : name.slice(0, zoneAt), 'host');
  if ('error' in plain) return plain;
  const zone = unescapeAs(zoneAt < 0 ? '' : name.slice(zoneAt), 'zone');
  if ('error' in zone) return zone;
  const address = parseAddress(plain.value + zone.value);
  if ('error' in address) return { error: `invalid host: ${address.error}` };
  if (address.is4) return { error: 'invalid IP-literal' };
  return { value: `[${plain.value}${zone.value}]${port}` };
}

function wrongPort(port: string): string | undefined {
  return port === '' || /^:[0-9]*$/.test(port) ? undefined : `invalid port ${quote(port)} after host`;
}

function firstSegment(path: string): string {
  const slash = path.indexOf('/');
  return slash < 0 ? path : path.slice(0, slash);
}

function escapedPath(url: Url): string {
  if (url.rawPath !== '' && isEncoded(url.rawPath, 'path')) {
    const decoded = unescapeAs(url.rawPath, 'path');
    if ('value' in decoded && decoded.value === url.path) return url.rawPath;
  }
  return url.path === '*' ? '*' : escapeAs(url.path, 'path');
}

function escapedFragment(url: Url): string {
  if (url.rawFragment !== '' && isEncoded(url.rawFragment, 'fragment')) {
    const decoded = unescapeAs(url.rawFragment, 'fragment');
    if ('value' in decoded && decoded.value === url.fragment) return url.rawFragment;
  }
  return escapeAs(url.fragment, 'fragment');
}

/** True where `s` holds nothing that has to be escaped; `%` stands for an escape. */
function isEncoded(s: string, part: Part): boolean {
  for (const c of s) {
    if (!"!$&'()*+,;=:@[]%".includes(c) && !isPlain(c, part)) return false;
  }
  return true;
}

function escapeAs(s: string, part: Part): string {
  let out = '';
  for (const c of s) {
    if (isPlain(c, part)) out += c;
    else if (c === ' ' && part === 'query') out += '+';
    else for (const byte of encodeUtf8(c)) out += `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return out;
}

function unescapeAs(s: string, part: Part): Result<string> {
  const inHost = part === 'host' || part === 'zone';
  let changed = false;
  for (let i = 0; i < s.length; i++) {
    const c = s.charAt(i);
    if (c === '%') {
      const triple = s.slice(i, i + 3);
      if (!/^%[0-9A-Fa-f]{2}$/.test(triple)) return { error: `invalid URL escape ${quote(firstBytes(s, i))}` };
      const byte = Number.parseInt(triple.slice(1), 16);
      // A host may only escape what is not ASCII, a zone only what it may spell out as well, or a blank.
      if (
        (part === 'host' && byte < 0x80 && triple !== '%25') ||
        (part === 'zone' && triple !== '%25' && byte !== 0x20 && !isPlain(String.fromCharCode(byte), 'host'))
      ) {
        return { error: `invalid URL escape ${quote(triple)}` };
      }
      changed = true;
      i += 2;
    } else if (c === '+') changed ||= part === 'query';
    else if (inHost && c < '\x80' && !isPlain(c, part)) {
      return { error: `invalid character ${quote(c)} in host name` };
    }
  }
  if (!changed) return { value: s };
  const bytes: number[] = [];
  for (let i = 0; i < s.length; i++) {
    const code = s.codePointAt(i) as number;
    if (code === 0x25) {
      bytes.push(Number.parseInt(s.slice(i + 1, i + 3), 16));
      i += 2;
    } else if (code === 0x2b) bytes.push(part === 'query' ? 0x20 : 0x2b);
    else if (code < 0x80) bytes.push(code);
    else {
      if (code > 0xffff) i++;
      for (const byte of encodeUtf8(String.fromCodePoint(code))) bytes.push(byte);
    }
  }
  return { value: decodeUtf8(Uint8Array.from(bytes)) };
}

/** Up to three bytes from offset `i` on: what Go cuts out as the escape that is wrong. */
function firstBytes(s: string, i: number): string {
  return decodeUtf8(encodeUtf8(s.slice(i, i + 4)).subarray(0, 3));
}
