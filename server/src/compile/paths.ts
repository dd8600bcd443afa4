// Paths inside an image, of Linux or Windows, as BuildKit's util/system normalises them on any host.
import * as posix from '../go/path.ts';
import { quote } from '../go/text.ts';
import { utf8Length } from '../go/utf8.ts';

/** A path, or BuildKit's error. */
export type PathResult = { readonly path: string } | { readonly error: string };

/** The PATH of an image that sets none. */
export function defaultPathEnv(os: string): string {
  if (os === 'windows') {
    return 'c:\\Windows\\System32;c:\\Windows;C:\\Windows\\System32\\WindowsPowerShell\\v1.0';
  }
  return '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
}

/** system.NormalizePath: `path` made absolute under `parent`, with forward slashes and no drive letter. */
export function normalizePath(parent: string, path: string, os: string, keepSlash: boolean): PathResult {
  const given = toSlash(path, os);
  const base = checkSystemDriveAndRemoveDriveLetter(toSlash(parent, os) || '/', os, keepSlash);
  if ('error' in base) return { error: `removing drive letter: ${base.error}` };
  const from = isAbs(base.path, os) ? base.path : posix.join('/', base.path);
  const bare = checkSystemDriveAndRemoveDriveLetter(given || from, os, keepSlash);
  if ('error' in bare) return { error: `removing drive letter: ${bare.error}` };
  let out = isAbs(bare.path, os) ? bare.path : posix.join(from, bare.path);
  if (keepSlash) {
    if (given.endsWith('/') && !out.endsWith('/')) out += '/';
    else if (given.endsWith('/.')) out += out === '/' ? '.' : '/.';
  }
  return { path: toSlash(out, os) };
}

/** system.NormalizeWorkdir: as `normalizePath`, with the separators of `os`. */
export function normalizeWorkdir(current: string, path: string, os: string): PathResult {
  const normal = normalizePath(current, path, os, false);
  if ('error' in normal) return { error: `normalizing working directory: ${normal.error}` };
  return os === 'windows' ? { path: normal.path.replaceAll('/', '\\') } : normal;
}

/** system.CheckSystemDriveAndRemoveDriveLetter: nothing is done on Linux, `c:` goes and other drives fail on Windows. */
export function checkSystemDriveAndRemoveDriveLetter(path: string, os: string, keepSlash: boolean): PathResult {
  if (os !== 'windows') return { path };
  if (path.length === 2 && path[1] === ':' && isOneByte(path)) {
    return { error: `No relative path specified in ${quote(path)}` };
  }
  const slashed = toSlash(path, os);
  if (slashed.startsWith('//')) return { error: 'UNC paths are not supported' };
  const colon = slashed.indexOf(':');
  if (colon >= 0 && slashed.slice(0, colon).toLowerCase() !== 'c') {
    return { error: 'The specified path is not on the system drive (C:)' };
  }
  const rest = slashed.slice(colon + 1);
  const clean = posix.clean(rest);
  return { path: keepSlash && utf8Length(clean) > 1 && rest.endsWith('/') ? `${clean}/` : clean };
}

/** system.IsAbs. */
export function isAbs(path: string, os: string): boolean {
  const bare = checkSystemDriveAndRemoveDriveLetter(path, os, false);
  return 'path' in bare && posix.isAbs(bare.path);
}

/** system.ToSlash. */
export function toSlash(path: string, os: string): string {
  return os === 'windows' ? path.replaceAll('\\', '/') : path;
}

/** True where the first character of `path` is a single byte to Go. */
function isOneByte(path: string): boolean {
  const code = path.charCodeAt(0);
  return code < 0x80 || (code >= 0xdc80 && code <= 0xdcff);
}
