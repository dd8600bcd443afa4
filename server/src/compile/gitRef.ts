// Git references as BuildKit's dfgitutil and gitutil read them, and the source op that llb.Git makes of one.
import { join } from '../go/path.ts';
import { parseBool, quote, toLower } from '../go/text.ts';
import { parseQuery, parseUrl, type Query, type Url, type Userinfo, urlString, userString } from '../go/url.ts';
import { compareUtf8 } from '../go/utf8.ts';

/** A git reference; what is not given is `` or undefined. */
export interface GitRef {
  /** The repository for git itself: without fragment and query. */
  readonly remote: string;
  /** The directory that git would clone into. */
  readonly shortName: string;
  /** A commit, tag or branch. */
  readonly ref: string;
  /** A commit's hash, or the beginning of one. */
  readonly checksum: string;
  readonly subDir: string;
  /** True for `github.com/a/b`, which could be a path as well. */
  readonly indistinguishableFromLocal: boolean;
  /** True for `http://` and `git://`. */
  readonly unencryptedTcp: boolean;
  readonly keepGitDir: boolean | undefined;
  readonly submodules: boolean | undefined;
  /** `checkout`, `commit` or ``. */
  readonly mtime: string;
  readonly fetchByCommit: boolean;
}

/**
 * dfgitutil.ParseGitRef. Where there is an error, `isGit` says that the text is a git reference nevertheless.
 * Of several wrong query parameters BuildKit names any one; here it is the first.
 */
export function parseGitRef(
  text: string,
): { readonly ref: GitRef; readonly isGit: true } | { readonly error: string; readonly isGit: boolean } {
  if (text.startsWith('./') || text.startsWith('../')) return notGit('invalid argument');
  const local = text.startsWith('github.com/');
  let url: GitUrl;
  if (local) {
    const parsed = parseUrl(text);
    if ('error' in parsed) return notGit(parsed.error);
    url = fromUrl({ ...parsed.value, scheme: 'https' });
  } else {
    const parsed = parseGitUrl(text);
    if ('error' in parsed) return notGit(parsed.error);
    url = parsed.url;
    // Over HTTP, all else is a file to download.
    if (url.scheme.startsWith('http') && !url.path.endsWith('.git')) return notGit('invalid argument');
  }
  const remote = local ? url.remote.slice(url.remote.indexOf('://') + 3) : url.remote;
  const last = remote.slice(remote.lastIndexOf('/') + 1);
  const ref: GitRef = {
    remote,
    shortName: last.endsWith('.git') ? last.slice(0, -4) : last,
    ref: url.ref,
    checksum: '',
    subDir: url.subDir,
    indistinguishableFromLocal: local,
    unencryptedTcp: !local && (url.scheme === 'http' || url.scheme === 'git'),
    keepGitDir: undefined,
    submodules: undefined,
    mtime: '',
    fetchByCommit: false,
  };
  const complete = withQuery(ref, url.query);
  return 'error' in complete ? { error: complete.error, isGit: true } : { ref: complete, isGit: true };
}

/** What BuildKit's gitutil knows of a repository's URL, be it a true URL or `user@host:path`. */
export interface GitUrl {
  readonly scheme: string;
  readonly host: string;
  readonly path: string;
  readonly user: Userinfo | undefined;
  readonly query: Query;
  /** True where there is a fragment, so that `ref` and `subDir` count. */
  readonly hasFragment: boolean;
  readonly ref: string;
  readonly subDir: string;
  readonly remote: string;
}

/** gitutil.ParseURL; `unknownProtocol` marks the text that is no URL of any kind. */
export function parseGitUrl(
  text: string,
): { readonly url: GitUrl } | { readonly error: string; readonly unknownProtocol: boolean } {
  const protocol = /^[a-zA-Z0-9]+(?=:\/\/)/.exec(text)?.[0];
  if (protocol !== undefined) {
    const scheme = toLower(protocol);
    if (!['http', 'https', 'ssh', 'git'].includes(scheme)) {
      return { error: `${scheme}: invalid protocol`, unknownProtocol: false };
    }
    const parsed = parseUrl(text);
    return 'error' in parsed ? { ...parsed, unknownProtocol: false } : { url: fromUrl(parsed.value) };
  }
  const url = parseScpStyle(text);
  return url === undefined ? { error: 'unknown protocol', unknownProtocol: true } : { url };
}

/** What llb.Git is told. */
export interface GitSourceOptions {
  readonly remote: string;
  readonly ref: string;
  readonly subDir: string;
  readonly checksum: string;
  readonly keepGitDir: boolean;
  readonly skipSubmodules: boolean;
  /** `checkout`, `commit` or ``. */
  readonly mtime: string;
  readonly fetchByCommit: boolean;
  readonly advice: boolean;
  /** The host keys that BuildKit would scan, for SSH only; without them the attribute is left out, as where the scan fails. */
  readonly knownHosts?: string;
}

/** The source op that llb.Git makes: identifier, attributes sorted by key, capabilities. */
export interface GitSource {
  readonly identifier: string;
  readonly attrs: [key: string, value: string][];
  readonly caps: string[];
  /** The SSH host whose keys BuildKit asks for over the network, and puts into the op; undefined where it asks none. */
  readonly scannedHost: string | undefined;
}

export function gitSource(options: GitSourceOptions): GitSource {
  let remote = options.remote;
  let parsed = parseGitUrl(remote);
  if ('error' in parsed && parsed.unknownProtocol) {
    remote = `https://${remote}`;
    parsed = parseGitUrl(remote);
  }
  const url = 'url' in parsed ? parsed.url : undefined;
  // What cannot be read is passed on as it is, for the daemon to fail on.
  let id = remote;
  if (url !== undefined) {
    remote = url.remote;
    id = url.host + join('/', url.path);
    if (options.ref !== '' || options.subDir !== '') id += `#${options.ref}`;
    if (options.subDir !== '') id += `:${options.subDir}`;
  }
  const attrs: [string, string][] = [
    ['git.authheadersecret', 'GIT_AUTH_HEADER'],
    ['git.authtokensecret', 'GIT_AUTH_TOKEN'],
  ];
  const caps = ['source.git'];
  const set = (name: string, value: string): void => {
    attrs.push([`git.${name}`, value]);
    caps.push(`source.git.${name}`);
  };
  if (options.keepGitDir) set('keepgitdir', 'true');
  if (remote !== '') set('fullurl', remote);
  const ssh = url?.scheme === 'ssh';
  if (ssh) {
    if (options.knownHosts !== undefined) set('knownsshhosts', options.knownHosts);
    else caps.push('source.git.knownsshhosts');
    set('mountsshsock', 'default');
  }
  if (options.checksum !== '') set('checksum', options.checksum);
  if (options.skipSubmodules) set('skipsubmodules', 'true');
  if (options.mtime !== '') set('mtime', options.mtime);
  if (options.advice) attrs.push(['git.advice', 'true']);
  if (options.fetchByCommit) set('fetchbycommit', 'true');
  attrs.sort((a, b) => compareUtf8(a[0], b[0]));
  caps.sort(compareUtf8);
  return { identifier: `git://${id}`, attrs, caps, scannedHost: ssh ? url.host : undefined };
}

function notGit(error: string): { readonly error: string; readonly isGit: false } {
  return { error, isGit: false };
}

function fromUrl(url: Url): GitUrl {
  return {
    scheme: url.scheme,
    host: url.host,
    path: url.path,
    user: url.user,
    query: parseQuery(url.rawQuery).query,
    ...readFragment(url.fragment),
    remote: urlString({ ...url, fragment: '', rawQuery: '' }),
  };
}

/** `user@host:path[?query][#fragment]`, undefined where it is not of that form or its query is malformed. */
function parseScpStyle(text: string): GitUrl | undefined {
  const head = /^([a-zA-Z0-9_-]+)@([a-zA-Z0-9.-]+):/.exec(text);
  if (head === null || text.includes('\n')) return undefined;
  const rest = text.slice(head[0].length);
  const hash = rest.indexOf('#');
  const beforeFragment = hash < 0 ? rest : rest.slice(0, hash);
  const mark = beforeFragment.indexOf('?');
  const { query, error } = parseQuery(mark < 0 ? '' : beforeFragment.slice(mark + 1));
  if (error !== undefined) return undefined;
  const user: Userinfo = { username: head[1] as string, password: undefined };
  const host = head[2] as string;
  const path = mark < 0 ? beforeFragment : beforeFragment.slice(0, mark);
  return {
    scheme: 'ssh',
    host,
    path,
    user,
    query,
    ...readFragment(hash < 0 ? '' : rest.slice(hash + 1)),
    remote: `${userString(user)}@${host}:${path}`,
  };
}

/** `ref[:directory]`. */
function readFragment(fragment: string): Pick<GitUrl, 'hasFragment' | 'ref' | 'subDir'> {
  const colon = fragment.indexOf(':');
  if (colon < 0) return { hasFragment: fragment !== '', ref: fragment, subDir: '' };
  return { hasFragment: true, ref: fragment.slice(0, colon), subDir: join('/', fragment.slice(colon + 1)).slice(1) };
}

function withQuery(given: GitRef, query: Query): GitRef | { readonly error: string } {
  const out = { ...given };
  let tag = '';
  let branch = '';
  for (const [key, values] of query) {
    if (values.length > 1) return { error: `query ${quote(key)} has multiple values` };
    const value = values[0] as string;
    const isSwitch = key === 'submodules' || key === 'keep-git-dir' || key === 'fetch-by-commit';
    if (value === '' && !isSwitch) return { error: `query ${quote(key)} has no value` };
    const on = value === '' ? true : parseBool(value);
    if (isSwitch && on === undefined) return { error: `invalid ${key} value: ${quote(value)}` };
    switch (key) {
      case 'ref':
        if (out.ref !== '' && out.ref !== value) return conflict('ref', out.ref, value);
        out.ref = value;
        break;
      case 'tag':
        tag = value;
        break;
      case 'branch':
        branch = value;
        break;
      case 'subdir':
        if (out.subDir !== '' && out.subDir !== value) return conflict('subdir', out.subDir, value);
        out.subDir = value;
        break;
      case 'checksum':
      case 'commit':
        out.checksum = value;
        break;
      case 'keep-git-dir':
        out.keepGitDir = on;
        break;
      case 'submodules':
        out.submodules = on;
        break;
      case 'fetch-by-commit':
        out.fetchByCommit = on === true;
        break;
      case 'mtime':
        if (value !== 'checkout' && value !== 'commit') {
          return { error: `invalid mtime value: ${quote(value)} (must be "checkout" or "commit")` };
        }
        out.mtime = value;
        break;
      default:
        return { error: `unexpected query ${quote(key)}` };
    }
  }
  if (tag !== '') {
    const full = tag.startsWith('refs/tags/') ? tag : `refs/tags/${tag}`;
    if (out.ref !== '' && out.ref !== full) return conflict('ref', out.ref, full);
    out.ref = full;
  }
  if (branch !== '') {
    if (tag !== '') return { error: 'branch conflicts with tag' };
    const full = branch.startsWith('refs/heads/') ? branch : `refs/heads/${branch}`;
    if (out.ref !== '' && out.ref !== full) return conflict('ref', out.ref, full);
    out.ref = full;
  }
  return out;
}

function conflict(what: string, a: string, b: string): { readonly error: string } {
  return { error: `${what} conflicts: ${quote(a)} vs ${quote(b)}` };
}
