// Git references as BuildKit's dfgitutil and gitutil read them, and the source op that llb.Git makes of one.
import { join } from '../go/path.ts';
import { cut, parseBool, quote } from '../go/text.ts';
import { escapeUser, parseQuery, parseUrl, type Query } from '../go/url.ts';
import { compareUtf8 } from '../go/utf8.ts';

/** A git reference; what is not given is `` or undefined. */
export interface GitRef {
  /** The repository for git itself: without fragment and query. */
  readonly remote: string;
  /** A commit, tag or branch. */
  readonly ref: string;
  /** A commit's hash, or the beginning of one. */
  readonly checksum: string;
  readonly subDir: string;
  /** True for `github.com/a/b`, which could be a path as well. */
  readonly indistinguishableFromLocal: boolean;
  readonly keepGitDir: boolean | undefined;
  readonly submodules: boolean | undefined;
  /** `checkout`, `commit` or ``. */
  readonly mtime: string;
  readonly fetchByCommit: boolean;
}

/**
 * dfgitutil.ParseGitRef: undefined for what is no git reference, an error for one that says what cannot be.
 * Of several wrong query parameters BuildKit names any one; here it is the first.
 */
export function parseGitRef(text: string): { readonly ref: GitRef } | { readonly error: string } | undefined {
  if (/^\.\.?\//.test(text)) return undefined;
  const local = text.startsWith('github.com/');
  const url = parseGitUrl(local ? `https://${text}` : text);
  // Over HTTP, all else is a file to download.
  if (!url || (!local && url.scheme.startsWith('http') && !url.path.endsWith('.git'))) return undefined;
  return withQuery(
    {
      remote: local ? url.remote.slice('https://'.length) : url.remote,
      ref: url.ref,
      checksum: '',
      subDir: url.subDir,
      indistinguishableFromLocal: local,
      keepGitDir: undefined,
      submodules: undefined,
      mtime: '',
      fetchByCommit: false,
    },
    url.query,
  );
}

/** What BuildKit's gitutil knows of a repository's URL, be it a true URL or `user@host:path`. */
interface GitUrl {
  readonly scheme: string;
  readonly host: string;
  readonly path: string;
  readonly query: Query;
  readonly ref: string;
  readonly subDir: string;
  readonly remote: string;
}

/** gitutil.ParseURL. */
function parseGitUrl(text: string): GitUrl | undefined {
  if (!protocol.test(text)) return parseScpStyle(text);
  const url = /^(https?|ssh|git):/i.test(text) ? parseUrl(text) : undefined;
  return url && { ...url, query: parseQuery(url.rawQuery).query, ...readFragment(url.fragment), remote: url.bare };
}

const protocol = /^[a-zA-Z0-9]+:\/\//;

/** What llb.Git is told: a reference, and `advice` where BuildKit asks for git's advice. */
export type GitSourceOptions = Omit<GitRef, 'indistinguishableFromLocal'> & { readonly advice?: boolean };

/** The source op that llb.Git makes: identifier, attributes sorted by key, capabilities. */
export interface GitSource {
  readonly identifier: string;
  readonly attrs: [key: string, value: string][];
  readonly caps: string[];
  /** The SSH host whose keys are not known, which BuildKit asks for and puts into the op. */
  readonly unknownHost: string | undefined;
}

/** `keysOf` yields the keys of an SSH host in the form of known_hosts; without them the attribute is left out. */
export function gitSource(options: GitSourceOptions, keysOf?: (host: string) => string | undefined): GitSource {
  let { remote } = options;
  let url = parseGitUrl(remote);
  if (!url && !protocol.test(remote)) {
    remote = `https://${remote}`;
    url = parseGitUrl(remote);
  }
  // What cannot be read is passed on as it is, for the daemon to fail on.
  let id = remote;
  if (url) {
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
  set('fullurl', remote);
  let unknownHost: string | undefined;
  if (url?.scheme === 'ssh') {
    const keys = keysOf?.(url.host);
    if (keys === undefined) {
      unknownHost = url.host;
      caps.push('source.git.knownsshhosts');
    } else set('knownsshhosts', keys);
    set('mountsshsock', 'default');
  }
  if (options.checksum !== '') set('checksum', options.checksum);
  if (options.submodules === false) set('skipsubmodules', 'true');
  if (options.mtime !== '') set('mtime', options.mtime);
  if (options.advice) attrs.push(['git.advice', 'true']);
  if (options.fetchByCommit) set('fetchbycommit', 'true');
  attrs.sort((a, b) => compareUtf8(a[0], b[0]));
  caps.sort(compareUtf8);
  return { identifier: `git://${id}`, attrs, caps, unknownHost };
}

/** `user@host:path[?query][#fragment]`, undefined where it is not of that form or its query is malformed. */
function parseScpStyle(text: string): GitUrl | undefined {
  const parts = /^([\w-]+)@([a-zA-Z0-9.-]+):([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s.exec(text);
  if (!parts || text.includes('\n')) return undefined;
  const [, user = '', host = '', path = '', rawQuery = '', fragment = ''] = parts;
  const { query, complete } = parseQuery(rawQuery);
  const remote = `${escapeUser(user)}@${host}:${path}`;
  return complete ? { scheme: 'ssh', host, path, query, ...readFragment(fragment), remote } : undefined;
}

/** `ref[:directory]`. */
function readFragment(fragment: string): Pick<GitUrl, 'ref' | 'subDir'> {
  const [ref, directory = ''] = cut(fragment, ':');
  return { ref, subDir: join('/', directory).slice(1) };
}

function withQuery(given: GitRef, query: Query): { readonly ref: GitRef } | { readonly error: string } {
  const out = { ...given };
  const named = { tag: '', branch: '' };
  const conflict = (what: 'ref' | 'subDir', value: string): { readonly error: string } | undefined => {
    const known = out[what];
    out[what] = value;
    return known === '' || known === value
      ? undefined
      : { error: `${what.toLowerCase()} conflicts: ${quote(known)} vs ${quote(value)}` };
  };
  for (const [key, values] of query) {
    if (values.length > 1) return { error: `query ${quote(key)} has multiple values` };
    const value = values[0] as string;
    const isSwitch = key === 'submodules' || key === 'keep-git-dir' || key === 'fetch-by-commit';
    if (value === '' && !isSwitch) return { error: `query ${quote(key)} has no value` };
    const on = value === '' ? true : parseBool(value);
    if (isSwitch && on === undefined) return { error: `invalid ${key} value: ${quote(value)}` };
    let wrong: { readonly error: string } | undefined;
    switch (key) {
      case 'ref':
        wrong = conflict('ref', value);
        break;
      case 'subdir':
        wrong = conflict('subDir', value);
        break;
      case 'tag':
      case 'branch':
        named[key] = value;
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
        if (value !== 'checkout' && value !== 'commit')
          return { error: `invalid mtime value: ${quote(value)} (must be "checkout" or "commit")` };
        out.mtime = value;
        break;
      default:
        return { error: `unexpected query ${quote(key)}` };
    }
    if (wrong) return wrong;
  }
  const { tag, branch } = named;
  const [name, folder] = tag === '' ? [branch, 'refs/heads/'] : [tag, 'refs/tags/'];
  const wrong = name === '' ? undefined : conflict('ref', name.startsWith(folder) ? name : folder + name);
  if (wrong) return wrong;
  return tag !== '' && branch !== '' ? { error: 'branch conflicts with tag' } : { ref: out };
}
