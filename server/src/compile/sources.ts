// The sources of a graph: images, the build context, named contexts, git repositories and URLs.

import { parseIgnoreFile } from '../context/ignoreFile.ts';
import { jsonString } from '../go/json.ts';
import { clean, join } from '../go/path.ts';
import { compareUtf8 } from '../go/utf8.ts';
import { noMetadata } from '../llb/definition.ts';
import { addEnv } from '../llb/env.ts';
import { type Lines, newVertex, type OpMetadata, plainCopy, type Vertex } from '../llb/op.ts';
import { type State, scratch } from '../llb/state.ts';
import { formatPlatformAll, normalizePlatform, type Platform } from '../oci/platform.ts';
import {
  familiarString,
  parseNormalizedNamed,
  parseReference,
  referenceString,
  tagNameOnly,
  withDigest,
} from '../oci/reference.ts';
import type { Compilation, ImageInput } from './compilation.ts';
import { type GitRef, type GitSourceOptions, gitSource, parseGitRef } from './gitRef.ts';
import { type Image, parseImage, stubConfig } from './image.ts';
import type { Options } from './options.ts';
import type { NamedContext } from './stage.ts';

/** A state that is the output of a source and nothing else. */
export function sourceState(vertex: Vertex): State {
  return { ...scratch, out: vertex.out, platform: vertex.platform && normalizePlatform(vertex.platform) };
}

/** `docker-image://…`; `ref` is normalized. */
export function imageVertex(
  c: Compilation,
  ref: string,
  platform: Platform,
  resolveMode: '' | 'pull' | 'local',
  metadata: Pick<OpMetadata, 'name' | 'command'>,
  locations: readonly Lines[] | undefined,
  origin: number,
): Vertex {
  void c;
  const attrs = new Map<string, string>();
  if (resolveMode !== '') attrs.set('image.resolvemode', resolveMode);
  const caps = resolveMode === 'pull' ? ['source.image', 'source.image.resolvemode'] : ['source.image'];
  const full = parseNormalizedNamed(ref);
  const identifier = `docker-image://${'error' in full ? ref : referenceString(tagNameOnly(full))}`;
  return newVertex(
    { kind: 'source', identifier, attrs },
    [],
    platform,
    { ...noMetadata, ...metadata, caps },
    locations,
    origin,
  );
}

/** What is known of an image; where nothing is, the stub and a note that it is missing. */
export function resolveImage(
  c: Compilation,
  ref: string,
  platform: Platform,
  instruction: number,
): { ref: string; digest: string; config: string; error: string | undefined; guessed: boolean } {
  const known: ImageInput | undefined = c.inputs.image?.(ref, platform);
  if (known === undefined) {
    const name = formatPlatformAll(platform);
    if (!c.missing.some((m) => m.kind === 'image' && m.ref === ref && m.platform === name))
      c.missing.push({ kind: 'image', ref, platform: name, instruction });
    return { ref, digest: '', config: stubConfig(platform), error: undefined, guessed: true };
  }
  return {
    ref: known.ref ?? ref,
    digest: known.digest ?? '',
    config: known.config ?? stubConfig(platform),
    error: known.error,
    guessed: known.config === undefined && known.error === undefined,
  };
}

/** A local directory of the client. Attributes whose value is `` are left out. */
function localVertex(name: string, attrs: readonly (readonly [string, string, string])[], title: () => string): Vertex {
  const map = new Map<string, string>();
  const caps = ['source.local'];
  for (const [key, value, cap] of attrs) {
    if (value === '') continue;
    map.set(key, value);
    caps.push(cap);
  }
  return newVertex(
    { kind: 'source', identifier: `local://${name}`, attrs: map },
    [],
    undefined,
    { ...noMetadata, name: title, caps },
    undefined,
    -1,
  );
}

/** Sets `local.followpaths` of a vertex that is not yet marshalled. */
export function followPaths(vertex: Vertex, paths: ReadonlySet<string>): void {
  if (paths.size === 0 || paths.has('/') || vertex.op.kind !== 'source') return;
  const list = [...paths].map((p) => join('.', p)).sort(compareUtf8);
  (vertex.op.attrs as Map<string, string>).set('local.followpaths', jsonList(list));
  (vertex.metadata.caps as string[]).push('source.local.followpaths');
}

/** The main build context. `error` is BuildKit's text where it can't be had. */
export function mainContext(c: Compilation): { state: State; vertex: Vertex | undefined; error: string | undefined } {
  const options = c.options;
  const attr = (key: string): string => (Object.hasOwn(options.attrs, key) ? (options.attrs[key] as string) : '');
  const keyName = Object.hasOwn(options.attrs, 'contextkey') ? attr('contextkey') : 'context';
  const given = attr(keyName);
  const ref = parseGitRef(given);
  let state: State | undefined;
  if ('ref' in ref || ref.isGit) {
    if (!('ref' in ref)) return { state: scratch, vertex: undefined, error: ref.error };
    const keep = boolArg(options, 'BUILDKIT_CONTEXT_KEEP_GIT_DIR');
    const mtime = (options.buildArgs.get('SOURCE_DATE_EPOCH') ?? '') !== '' ? 'commit' : '';
    state = gitState(c, ref.ref, { keepGitDir: keep === true, mtime, title: `[internal] load git source ${given}` });
  } else if (/^https?:\/\//.test(given)) {
    const vertex = httpVertex(given, 'context', '', () => '[internal] load remote build context', undefined);
    state = sourceState(vertex);
  }
  if (state !== undefined) {
    if (Object.hasOwn(options.attrs, 'contextsubdir')) state = scopeToSubDir(state, attr('contextsubdir'));
    return { state, vertex: undefined, error: undefined };
  }
  const session = sessionOf(options, 'context');
  const excludes = c.ignorePatterns.length === 0 ? '' : jsonList(c.ignorePatterns);
  const vertex = localVertex(
    'context',
    [
      ['local.session', session, 'source.local.sessionid'],
      ['local.excludepatterns', excludes, 'source.local.excludepatterns'],
      ['local.sharedkeyhint', 'context', 'source.local.sharedkeyhint'],
    ],
    () => '[internal] load build context',
  );
  return { state: sourceState(vertex), vertex, error: undefined };
}

/** True where the context is a directory of the client, so that a .dockerignore counts. */
export function isLocalContext(options: Options): boolean {
  const keyName = Object.hasOwn(options.attrs, 'contextkey') ? (options.attrs.contextkey as string) : 'context';
  const given = Object.hasOwn(options.attrs, keyName) ? (options.attrs[keyName] as string) : '';
  const ref = parseGitRef(given);
  return !('ref' in ref) && !ref.isGit && !/^https?:\/\//.test(given);
}

function scopeToSubDir(state: State, dir: string): State {
  const p = clean(dir);
  const vertex = newVertex(
    {
      kind: 'file',
      base: undefined,
      actions: [
        {
          ...plainCopy,
          source: state.out,
          src: p.startsWith('/') ? join('/', p) : join(state.dir, p),
          dirCopyContents: true,
        },
      ],
    },
    state.out === undefined ? [] : [state.out],
    undefined,
    { ...noMetadata, caps: ['file.base'] },
    undefined,
    -1,
  );
  return { ...scratch, out: vertex.out };
}

/** The session whose client sends a local directory. */
export function sessionOf(options: Options, name: string): string {
  const key = `local-sessionid:${name}`;
  return Object.hasOwn(options.attrs, key) ? (options.attrs[key] as string) : options.sessionId;
}

function boolArg(options: Options, name: string): boolean | undefined {
  const value = options.buildArgs.get(name);
  return value === undefined
    ? undefined
    : /^(1|t|T|TRUE|true|True)$/.test(value)
      ? true
      : /^(0|f|F|FALSE|false|False)$/.test(value)
        ? false
        : undefined;
}

/** What git needs to know of a source. */
export type GitOptions = Omit<GitSourceOptions, 'advice' | 'knownHosts'>;

/** `git://…`, with the keys of its host where SSH is spoken and they are known. */
export function gitVertex(c: Compilation, options: GitOptions, name: () => string, origin: number): Vertex {
  const bare = gitSource({ ...options, advice: c.options.gitAdvice });
  const keys = bare.scannedHost === undefined ? undefined : c.inputs.sshKeys?.(bare.scannedHost);
  const source = keys === undefined ? bare : gitSource({ ...options, advice: c.options.gitAdvice, knownHosts: keys });
  const vertex = newVertex(
    { kind: 'source', identifier: source.identifier, attrs: new Map(source.attrs) },
    [],
    undefined,
    { ...noMetadata, name, caps: source.caps },
    undefined,
    origin,
  );
  if (bare.scannedHost !== undefined && keys === undefined) {
    c.guessed.add(vertex);
    c.missing.push({ kind: 'sshKeys', host: bare.scannedHost });
  }
  return vertex;
}

/** The state of a git repository used as a context. */
function gitState(c: Compilation, ref: GitRef, extra: { keepGitDir: boolean; mtime: string; title: string }): State {
  const options: GitOptions = {
    remote: ref.remote,
    ref: ref.ref,
    keepGitDir: ref.keepGitDir === true || extra.keepGitDir,
    subDir: ref.subDir,
    checksum: ref.checksum,
    skipSubmodules: ref.submodules === false,
    mtime: ref.mtime || extra.mtime,
    fetchByCommit: ref.fetchByCommit,
  };
  return sourceState(gitVertex(c, options, () => extra.title, -1));
}

/** `https://…`. */
export function httpVertex(
  url: string,
  filename: string,
  checksum: string,
  name: () => string,
  command: string | undefined,
  locations?: readonly Lines[],
  origin = -1,
): Vertex {
  const attrs = new Map<string, string>();
  const caps = ['source.http'];
  if (checksum !== '') {
    attrs.set('http.checksum', checksum);
    caps.push('source.http.checksum');
  }
  if (filename !== '') attrs.set('http.filename', filename);
  return newVertex(
    { kind: 'source', identifier: url, attrs },
    [],
    undefined,
    { ...noMetadata, name, command, caps },
    locations,
    origin,
  );
}

/** Finds the named context that replaces `name`, if one was given. */
export function findNamedContext(
  c: Compilation,
  name: string,
  platform: Platform | undefined,
): NamedContext | { readonly error: string } | undefined {
  const lower = name.toLowerCase();
  if (lower === 'scratch' || lower === 'context') return undefined;
  if (!c.hasNamedContexts) {
    // Still an error where the name cannot be that of a context: BuildKit looks before it knows that there is none.
    const named = parseNormalizedNamed(name);
    return 'error' in named ? { error: `invalid context name ${name}: ${named.error}` } : undefined;
  }
  const named = parseNormalizedNamed(name);
  if ('error' in named) return { error: `invalid context name ${name}: ${named.error}` };
  let familiar = familiarString(named);
  if (familiar.endsWith(':latest')) familiar = familiar.slice(0, -':latest'.length);
  const wanted = platform ?? c.options.targetPlatform;
  const withPlatform = `${familiar}::${formatPlatformAll(normalizePlatform(wanted ?? c.options.hostPlatform))}`;
  for (const key of [withPlatform, familiar]) {
    if (!Object.hasOwn(c.options.attrs, `context:${key}`)) continue;
    return {
      input: c.options.attrs[`context:${key}`] as string,
      name: familiar,
      nameWithPlatform: key,
      platform: wanted,
    };
  }
  return undefined;
}

/** Loads a named context. `paths` are the paths that others read from it, complete only at the end. */
export function loadNamedContext(
  c: Compilation,
  nc: NamedContext,
  paths: () => ReadonlySet<string>,
  instruction: number,
): { state: State; image: Image | undefined; guessed: boolean; error: string | undefined } {
  const failed = (error: string) => ({ state: scratch, image: undefined, guessed: false, error });
  const at = nc.input.indexOf(':');
  if (at < 0) return failed(`invalid context specifier ${nc.input} for ${nc.nameWithPlatform}`);
  const kind = nc.input.startsWith('git@') ? 'git' : nc.input.slice(0, at);
  const rest = nc.input.slice(at + 1);
  const title = (text: string) => () => `[context ${nc.nameWithPlatform}] ${text}`;
  switch (kind) {
    case 'docker-image': {
      const asked = rest.startsWith('//') ? rest.slice(2) : rest;
      if (asked === 'scratch') return { state: scratch, image: undefined, guessed: false, error: undefined };
      const named = parseNormalizedNamed(asked);
      if ('error' in named) return failed(named.error);
      const full = referenceString(tagNameOnly(named));
      const platform = nc.platform ?? c.targetPlatform;
      const known = resolveImage(c, full, platform, instruction);
      if (known.error !== undefined) return failed(known.error);
      const parsed = parseImage(known.config);
      if ('error' in parsed) return failed(parsed.error);
      const image = { ...parsed.image, created: undefined };
      const vertex = imageVertex(
        c,
        known.ref,
        platform,
        '',
        { name: title(asked), command: undefined },
        undefined,
        instruction,
      );
      const state =
        nc.platform === undefined
          ? withImageConfig({ ...sourceState(vertex), platform: undefined }, image)
          : withImageConfig(sourceState(vertex), image);
      return { state, image, guessed: known.guessed, error: undefined };
    }
    case 'git':
    case 'http':
    case 'https': {
      const ref = parseGitRef(nc.input);
      if ('ref' in ref)
        return {
          state: gitState(c, ref.ref, {
            keepGitDir: false,
            mtime: '',
            title: `[internal] load git source ${nc.input}`,
          }),
          image: undefined,
          guessed: false,
          error: undefined,
        };
      if (ref.isGit) return failed(ref.error);
      if (kind === 'git') return failed(`invalid git context ${nc.input}`);
      return {
        state: sourceState(httpVertex(nc.input, 'context', '', title(nc.input), undefined)),
        image: undefined,
        guessed: false,
        error: undefined,
      };
    }
    case 'oci-layout':
      return ociLayout(c, nc, rest.startsWith('//') ? rest.slice(2) : rest, instruction);
    case 'local': {
      const text = c.inputs.namedIgnore?.(rest);
      if (text === undefined && c.inputs.namedIgnore !== undefined) c.missing.push({ kind: 'namedIgnore', name: rest });
      const excludes = text ? parseIgnoreFile(text) : [];
      const vertex = localVertex(
        rest,
        [
          ['local.session', sessionOf(c.options, rest), 'source.local.sessionid'],
          ['local.excludepatterns', excludes.length === 0 ? '' : jsonList(excludes), 'source.local.excludepatterns'],
          [
            'local.sharedkeyhint',
            `context:${nc.nameWithPlatform}-${sharedKey(c.options, nc)}`,
            'source.local.sharedkeyhint',
          ],
        ],
        title('load from client'),
      );
      c.late.push(() => followPaths(vertex, paths()));
      return { state: sourceState(vertex), image: undefined, guessed: false, error: undefined };
    }
    case 'input':
      return failed(`invalid input ${rest} for ${nc.nameWithPlatform}`);
    default:
      return failed(`unsupported context source ${kind} for ${nc.nameWithPlatform}`);
  }
}

function sharedKey(options: Options, nc: NamedContext): string {
  const key = `sharedkey:localdir:${nc.nameWithPlatform}`;
  return Object.hasOwn(options.attrs, key) ? (options.attrs[key] as string) : '';
}

function ociLayout(
  c: Compilation,
  nc: NamedContext,
  spec: string,
  instruction: number,
): ReturnType<typeof loadNamedContext> {
  const failed = (error: string) => ({ state: scratch, image: undefined, guessed: false, error });
  const ref = parseReference(spec);
  if ('error' in ref) return failed(`could not parse oci-layout reference ${JSON.stringify(spec)}: ${ref.error}`);
  if (ref.path === '') return failed(`oci-layout reference ${JSON.stringify(spec)} has no name`);
  const storeName = ref.domain === '' ? ref.path : `${ref.domain}/${ref.path}`;
  if (ref.digest === '') return failed(`oci-layout reference ${JSON.stringify(referenceString(ref))} has no digest`);
  const named = parseNormalizedNamed(nc.name);
  if ('error' in named)
    return failed(`could not parse oci-layout reference ${JSON.stringify(nc.name)}: ${named.error}`);
  const dummy = withDigest(named, ref.digest);
  if ('error' in dummy) return failed(`could not wrap ${JSON.stringify(nc.name)} with digest: ${dummy.error}`);
  const name = referenceString(dummy);
  const platform = nc.platform ?? c.targetPlatform;
  const known = resolveImage(c, name, platform, instruction);
  if (known.error !== undefined) return failed(known.error);
  const parsed = parseImage(known.config);
  if ('error' in parsed) return failed(`could not parse oci-layout image config: ${parsed.error}`);
  const attrs = new Map([
    ['oci.session', c.options.sessionId],
    ['oci.store', storeName],
  ]);
  const vertex = newVertex(
    { kind: 'source', identifier: `oci-layout://${name}`, attrs },
    [],
    nc.platform ?? platform,
    { ...noMetadata, name: () => `[context ${nc.nameWithPlatform}] OCI load from client`, caps: ['source.ocilayout'] },
    undefined,
    instruction,
  );
  const state = nc.platform === undefined ? { ...sourceState(vertex), platform: undefined } : sourceState(vertex);
  return { state: withImageConfig(state, parsed.image), image: parsed.image, guessed: known.guessed, error: undefined };
}

/** The state with an image's environment, directory and platform. */
function withImageConfig(state: State, image: Image): State {
  let env = state.env;
  for (const pair of image.env) {
    const at = pair.indexOf('=');
    const key = at < 0 ? pair : pair.slice(0, at);
    if (key !== '') env = addEnv(env, key, at < 0 ? '' : pair.slice(at + 1));
  }
  const dir = image.workingDir.startsWith('/')
    ? image.workingDir
    : join(state.dir === '' ? '/' : state.dir, image.workingDir);
  const p = image.platform;
  return { ...state, env, dir, platform: p.architecture !== '' && p.os !== '' ? normalizePlatform(p) : state.platform };
}

export function jsonList(values: readonly string[]): string {
  return `[${values.map(jsonString).join(',')}]`;
}
