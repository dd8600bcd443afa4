// URLs as Go's net/url reads and prints them, as far as git references and ADD's file names need it: `scheme://…`, without reasons
// where one is refused. All work is on strings whose raw bytes are lone surrogates; escapes yield bytes.
import { parseAddress } from './ip.ts';
import { base } from './path.ts';
import { cut, quote, toLower } from './text.ts';
import { decodeUtf8, encodeUtf8 } from './utf8.ts';

/** A URL that was read, decoded but for its query. */
export interface Url {
  readonly scheme: string;
  readonly host: string;
  readonly path: string;
  readonly rawQuery: string;
  readonly fragment: string;
  /** The URL without query and fragment as Go prints it; a `?` at its very end stays. */
  readonly bare: string;
}

/** The values of a query by their key, keys in the order of the text. */
export type Query = ReadonlyMap<string, readonly string[]>;

/** The name under which `ADD url` saves what it fetches. */
export function httpFilename(url: string): string {
  const name = base(parseUrl(url)?.path ?? '');
  return name === '.' || name === '/' ? '__unnamed__' : name;
}

/** url.Parse and, for `bare`, URL.String; undefined where Go refuses the URL or it is not of the form `scheme://…`. */
export function parseUrl(text: string): Url | undefined {
  const parts = urlPattern.exec(text);
  if (!parts) return undefined;
  const [, writtenScheme = '', userinfo, writtenHost = '', writtenPath = '', query = '', writtenFragment = ''] = parts;
  const scheme = toLower(writtenScheme);
  const user = userinfo === undefined ? '' : readUser(userinfo);
  const host = readHost(scheme, writtenHost);
  const path = unescaped(writtenPath);
  const fragment = unescaped(writtenFragment);
  if (user === undefined || host === undefined || path === undefined || fragment === undefined) return undefined;
  const escapedPath = encodedPath.test(writtenPath) ? writtenPath : escaped(path, notInPath);
  const authority = (userinfo === undefined ? '' : `${user}@`) + escaped(host, notInHost);
  const slashes = authority === '' && path === '' ? '' : '//';
  return {
    scheme,
    host,
    path,
    rawQuery: query.slice(1),
    fragment,
    bare: `${scheme}:${slashes}${authority}${escapedPath}${query === '?' ? '?' : ''}`,
  };
}

/** url.ParseQuery: what could be read, and whether all could. */
export function parseQuery(text: string): { readonly query: Query; readonly complete: boolean } {
  const query = new Map<string, string[]>();
  let complete = true;
  const settings = text.replaceAll('+', ' ').split('&');
  if (settings.length > 10000) return { query, complete: false };
  for (const setting of settings) {
    if (setting === '') continue;
    const [writtenKey, writtenValue = ''] = cut(setting, '=');
    const key = unescaped(writtenKey);
    const value = unescaped(writtenValue);
    const values = query.get(key ?? '');
    if (setting.includes(';') || key === undefined || value === undefined) complete = false;
    else if (values) values.push(value);
    else query.set(key, [value]);
  }
  return { query, complete };
}

/** Userinfo.Username as a URL has it. */
export function escapeUser(name: string): string {
  return escaped(name, notInUser);
}

/** url.PathUnescape. */
export function unescapePath(s: string): { readonly value: string } | { readonly error: string } {
  const value = unescaped(s);
  if (value !== undefined) return { value };
  // Go cuts out three bytes as the escape that is wrong.
  const wrong = encodeUtf8(s.slice(s.search(badEscape)).slice(0, 4)).subarray(0, 3);
  return { error: `invalid URL escape ${quote(decodeUtf8(wrong))}` };
}

// Scheme, user with its `@`, host, path, query with its `?`, fragment. Linear: each part ends at a character that it cannot have, but
// for the user, which ends at the last `@` before the path.
const urlPattern =
  /^(?![^#]*[\x00-\x1f\x7f])([A-Za-z][A-Za-z0-9+.-]*):\/\/(?:([^/?#]*)@)?([^@/?#]*)(\/[^?#]*)?(\?[^#]*)?(?:#(.*))?$/s;
const badEscape = /%(?![0-9A-Fa-f]{2})/;
const encodedPath = /^[\w.~!$&'()*+,/:;=@[\]%-]*$/;
// What has to be escaped.
const notInPath = /[^\w.~$&+,/:;=@-]/gu;
const notInUser = /[^\w.~$&+,;=-]/gu;
const notInHost = /[^\w.~!$&'()*+,:;=[\]<>"-]/gu;
const notInZone = /[^\w.~!$&'()*+,:;=[\]<>"\x80-\u{10ffff}% -]/u;

/** `name[:password]` as Go prints it; undefined where it is not well-formed. */
function readUser(info: string): string | undefined {
  const [writtenName, writtenPassword = ''] = cut(info, ':');
  const name = unescaped(writtenName);
  const password = unescaped(writtenPassword);
  if (!/^[\w.~!$&'()*+,:;=%@-]*$/.test(info) || name === undefined || password === undefined) return undefined;
  return escapeUser(name) + (info.includes(':') ? `:${escapeUser(password)}` : '');
}

function readHost(scheme: string, host: string): string | undefined {
  if (host[0] === '[') {
    const [, address = '', zone = '', port = ''] = /^\[([^%[]*)(%25[^[]+)?\](:[0-9]*)?$/.exec(host) ?? [];
    const name = unescaped(zone);
    // A zone may only escape what it may spell out as well, or a blank.
    if (name === undefined || notInZone.test(name) || /%[89A-Fa-f]| /.test(zone)) return undefined;
    return parseAddress(address)?.is4 === false ? `[${address}${name}]${port}` : undefined;
  }
  // Old spellings with several colons live on outside of the web.
  const colon = /^https?$/.test(scheme) ? host.indexOf(':') : host.lastIndexOf(':');
  if (colon >= 0 && !/^:[0-9]*$/.test(host.slice(colon))) return undefined;
  // It may only escape what is not ASCII.
  const isHost = /^(?:[\w.~!$&'()*+,:;=\]<>"\x80-\uffff-]|%25|%[89A-Fa-f][0-9A-Fa-f])*$/.test(host);
  return isHost ? unescaped(host) : undefined;
}

function escaped(s: string, characters: RegExp): string {
  return s.replace(characters, (character) =>
    Array.from(encodeUtf8(character), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  );
}

function unescaped(s: string): string | undefined {
  if (!s.includes('%')) return s;
  if (badEscape.test(s)) return undefined;
  const bytes = encodeUtf8(s);
  let length = 0;
  for (let i = 0; i < bytes.length; i++) {
    let byte = bytes[i] as number;
    if (byte === 0x25) byte = Number.parseInt(String.fromCharCode(bytes[++i] as number, bytes[++i] as number), 16);
    bytes[length++] = byte;
  }
  return decodeUtf8(bytes.subarray(0, length));
}
