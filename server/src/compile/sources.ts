// The sources of a graph: images, the build context, named contexts, git repositories and URLs.

import { parseIgnoreFile } from '../context/ignoreFile.ts';
import { jsonString } from '../go/json.ts';
import { clean, join } from '../go/path.ts';
import { cut, parseBool } from '../go/text.ts';
import { compareUtf8 } from '../go/utf8.ts';
import { addEnv } from '../llb/env.ts';
import { type Lines, newVertex, type OpMetadata, type OpPlatform, plainCopy, type Vertex } from '../llb/op.ts';
import { type State, scratch } from '../llb/state.ts';
import { unknownDigest } from '../oci/layoutContext.ts';
import { formatPlatformAll, normalizePlatform, type Platform } from '../oci/platform.ts';
import {
  familiarString,
  parseNormalizedNamed,
  parseReference,
  referenceName,
  referenceString,
  tagNameOnly,
  withDigest,
} from '../oci/reference.ts';
import type { Compilation } from './compilation.ts';
import { refuse } from './failure.ts';
import { type GitRef, type GitSourceOptions, gitSource, parseGitRef } from './gitRef.ts';
import { type Image, parseImage, stubImage } from './image.ts';
import { attrOf, type Options } from './options.ts';
import type { NamedContext } from './stage.ts';

/** A state that is the output of a source and nothing else. */
export function sourceState(vertex: Vertex): State {
  return { ...scratch, out: vertex.out, platform: vertex.platform && normalizePlatform(vertex.platform) };
}

function sourceVertex(
  identifier: string,
  attrs: Iterable<readonly [string, string]>,
  metadata: OpMetadata,
  origin = -1,
  locations?: readonly Lines[],
  platform?: OpPlatform,
): Vertex {
  return newVertex({ kind: 'source', identifier, attrs: new Map(attrs) }, metadata, origin, locations, platform);
}

/** `docker-image://…`; `ref` is normalized. */
export function imageVertex(
  ref: string,
  platform: Platform,
  resolveMode: '' | 'pull' | 'local',
  metadata: Pick<OpMetadata, 'name' | 'command'>,
  origin: number,
  locations?: readonly Lines[],
): Vertex {
  const caps = ['source.image'];
  if (resolveMode === 'pull') caps.push('source.image.resolvemode');
  const full = parseNormalizedNamed(ref);
  return sourceVertex(
    `docker-image://${'error' in full ? ref : referenceString(tagNameOnly(full))}`,
    resolveMode === '' ? [] : [['image.resolvemode', resolveMode]],
    { ...metadata, caps },
    origin,
    locations,
    platform,
  );
}

/** What is known of an image; where nothing is, a note that it is missing. */
export function resolveImage(
  c: Compilation,
  ref: string,
  platform: Platform,
  instruction: number,
): {
  ref: string;
  digest: string;
  /** Undefined where the stub has to stand in. */
  config: string | undefined;
  error: string | undefined;
  guessed: boolean;
} {
  const known = c.inputs.image?.(ref, platform);
  if (!known) {
    const name = formatPlatformAll(platform);
    if (!c.missing.some((m) => m.kind === 'image' && m.ref === ref && m.platform === name))
      c.missing.push({ kind: 'image', ref, platform: name, instruction });
  }
  const { config, error } = known ?? {};
  return {
    ref: known?.ref ?? ref,
    digest: known?.digest ?? '',
    config,
    error,
    guessed: config === undefined && error === undefined,
  };
}

/** The configuration of an image, the stub where it is not known; refuses one that cannot be read. */
export function readConfig(config: string | undefined, platform: Platform, code: string, prefix = ''): Image {
  if (config === undefined) return stubImage(platform);
  const parsed = parseImage(config);
  return 'error' in parsed ? refuse(prefix + parsed.error, code) : parsed.image;
}

/** A local directory of the client. */
function localVertex(
  options: Options,
  name: string,
  patterns: readonly string[],
  sharedKey: string,
  title: () => string,
): Vertex {
  const given: readonly (readonly [attr: string, value: string, cap?: string])[] = [
    ['session', attrOf(options, `local-sessionid:${name}`) ?? options.sessionId, 'sessionid'],
    ['excludepatterns', patterns.length === 0 ? '' : jsonList(patterns)],
    ['sharedkeyhint', sharedKey],
  ];
  const attrs = given.filter(([, value]) => value !== '');
  return sourceVertex(
    `local://${name}`,
    attrs.map(([attr, value]) => [`local.${attr}`, value]),
    { name: title, caps: ['source.local', ...attrs.map(([attr, , cap = attr]) => `source.local.${cap}`)] },
  );
}

/** Sets `local.followpaths` of a vertex that is not yet marshalled. */
export function followPaths(vertex: Vertex, paths: ReadonlySet<string>): void {
  if (paths.size === 0 || paths.has('/') || vertex.op.kind !== 'source') return;
  const list = [...paths].map((p) => join('.', p)).sort(compareUtf8);
  (vertex.op.attrs as Map<string, string>).set('local.followpaths', jsonList(list));
  (vertex.metadata.caps as string[]).push('source.local.followpaths');
}

/** The main build context; `vertex` is that of a local one. `error` is BuildKit's text where it can't be had. */
export function mainContext(c: Compilation): { state: State; vertex?: Vertex; error?: string } {
  const { options } = c;
  const given = givenContext(options);
  const git = parseGitRef(given);
  if (git && 'error' in git) return { state: scratch, error: git.error };
  if (git || isHttp(given)) {
    const state = git
      ? gitState(
          c,
          git.ref,
          given,
          parseBool(options.buildArgs.get('BUILDKIT_CONTEXT_KEEP_GIT_DIR') ?? ''),
          options.buildArgs.get('SOURCE_DATE_EPOCH') ? 'commit' : '',
        )
      : sourceState(httpVertex(given, 'context', '', () => '[internal] load remote build context'));
    const subDir = attrOf(options, 'contextsubdir');
    return { state: subDir === undefined ? state : scopeToSubDir(state, subDir) };
  }
  const vertex = localVertex(options, 'context', c.ignorePatterns, 'context', () => '[internal] load build context');
  return { state: sourceState(vertex), vertex };
}

/** True where the context is a directory of the client, so that a .dockerignore counts. */
export function isLocalContext(options: Options): boolean {
  const given = givenContext(options);
  return !parseGitRef(given) && !isHttp(given);
}

function givenContext(options: Options): string {
  return attrOf(options, attrOf(options, 'contextkey') ?? 'context') ?? '';
}

function isHttp(url: string): boolean {
  return /^https?:\/\//.test(url);
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
    { caps: ['file.base'] },
    -1,
  );
  return { ...scratch, out: vertex.out };
}

/** `git://…`, with the keys of its host where SSH is spoken and they are known. */
export function gitVertex(c: Compilation, options: GitSourceOptions, name: () => string, origin: number): Vertex {
  const source = gitSource({ ...options, advice: c.options.gitAdvice }, c.inputs.sshKeys);
  const vertex = sourceVertex(source.identifier, source.attrs, { name, caps: source.caps }, origin);
  if (source.unknownHost !== undefined) {
    c.guessed.add(vertex);
    c.missing.push({ kind: 'sshKeys', host: source.unknownHost });
  }
  return vertex;
}

/** The state of a git repository used as a context, which was given as `given`. */
function gitState(c: Compilation, ref: GitRef, given: string, keepGitDir?: boolean, mtime = ''): State {
  const options = { ...ref, keepGitDir: ref.keepGitDir || keepGitDir, mtime: ref.mtime || mtime };
  return sourceState(gitVertex(c, options, () => `[internal] load git source ${given}`, -1));
}

/** `https://…`. */
export function httpVertex(
  url: string,
  filename: string,
  checksum: string,
  name: () => string,
  command?: string,
  origin?: number,
): Vertex {
  const attrs: [string, string][] = [];
  const caps = ['source.http'];
  if (checksum !== '') {
    attrs.push(['http.checksum', checksum]);
    caps.push('source.http.checksum');
  }
  if (filename !== '') attrs.push(['http.filename', filename]);
  return sourceVertex(url, attrs, { name, command, caps }, origin);
}

/** Finds the named context that replaces `name`, if one was given. */
export function findNamedContext(
  c: Compilation,
  name: string,
  platform: Platform | undefined,
): NamedContext | { readonly error: string } | undefined {
  if (/^(scratch|context)$/i.test(name)) return undefined;
  // An error even where there is no context: BuildKit looks before it knows that.
  const named = parseNormalizedNamed(name);
  if ('error' in named) return { error: `invalid context name ${name}: ${named.error}` };
  if (!c.hasNamedContexts) return undefined;
  const familiar = familiarString(named).replace(/:latest$/, '');
  const wanted = platform ?? c.options.targetPlatform;
  const withPlatform = `${familiar}::${formatPlatformAll(normalizePlatform(wanted ?? c.options.hostPlatform))}`;
  for (const nameWithPlatform of [withPlatform, familiar]) {
    const input = attrOf(c.options, `context:${nameWithPlatform}`);
    if (input !== undefined) return { input, name: familiar, nameWithPlatform, platform: wanted };
  }
  return undefined;
}

/** What a context is loaded as. */
export interface LoadedContext {
  readonly state: State;
  /** Undefined for a context that is no image. */
  readonly image?: Image;
  readonly guessed: boolean;
}

/** Loads a named context, or refuses it. `paths` are the paths that others read from it, complete only at the end. */
export function loadNamedContext(
  c: Compilation,
  nc: NamedContext,
  paths: () => ReadonlySet<string>,
  instruction: number,
): LoadedContext {
  const { input, nameWithPlatform } = nc;
  const [scheme, rest] = cut(input, ':');
  if (rest === undefined) return refused(`invalid context specifier ${input} for ${nameWithPlatform}`);
  const kind = input.startsWith('git@') ? 'git' : scheme;
  const asked = rest.replace(/^\/\//, '');
  const title = (text: string) => () => `[context ${nameWithPlatform}] ${text}`;
  switch (kind) {
    case 'docker-image': {
      if (asked === 'scratch') return { state: scratch, guessed: false };
      const named = parseNormalizedNamed(asked);
      if ('error' in named) return refused(named.error);
      const full = referenceString(tagNameOnly(named));
      const loaded = imageContext(c, nc, full, instruction, '', (ref, platform) =>
        imageVertex(ref, platform, '', { name: title(asked), command: undefined }, instruction),
      );
      loaded.image.created = undefined;
      return loaded;
    }
    case 'git':
    case 'http':
    case 'https': {
      const git = parseGitRef(input);
      if (git && 'error' in git) return refused(git.error);
      if (!git && kind === 'git') return refused(`invalid git context ${input}`);
      const state = git ? gitState(c, git.ref, input) : sourceState(httpVertex(input, 'context', '', title(input)));
      return { state, guessed: false };
    }
    case 'oci-layout': {
      const [name, store] = layoutReference(asked, nc.name);
      return imageContext(c, nc, name, instruction, 'could not parse oci-layout image config: ', (_, platform) => {
        const vertex = sourceVertex(
          `oci-layout://${name}`,
          [
            ['oci.session', c.options.sessionId],
            ['oci.store', store],
          ],
          { name: title('OCI load from client'), caps: ['source.ocilayout'] },
          instruction,
          undefined,
          platform,
        );
        if (name.endsWith(unknownDigest)) c.guessed.add(vertex);
        return vertex;
      });
    }
    case 'local': {
      const text = c.inputs.namedIgnore?.(rest);
      if (text === undefined && c.inputs.namedIgnore) c.missing.push({ kind: 'namedIgnore', name: rest });
      const hint = `context:${nameWithPlatform}-${attrOf(c.options, `sharedkey:localdir:${nameWithPlatform}`) ?? ''}`;
      const vertex = localVertex(c.options, rest, text ? parseIgnoreFile(text) : [], hint, title('load from client'));
      c.late.push(() => followPaths(vertex, paths()));
      return { state: sourceState(vertex), guessed: false };
    }
    case 'input':
      return refused(`invalid input ${rest} for ${nameWithPlatform}`);
    default:
      return refused(`unsupported context source ${kind} for ${nameWithPlatform}`);
  }
}

function refused(message: string): never {
  return refuse(message, 'bad-context');
}

/** A context that is an image. */
function imageContext(
  c: Compilation,
  nc: NamedContext,
  name: string,
  instruction: number,
  prefix: string,
  vertexOf: (ref: string, platform: Platform) => Vertex,
): LoadedContext & { readonly image: Image } {
  const platform = nc.platform ?? c.targetPlatform;
  const known = resolveImage(c, name, platform, instruction);
  if (known.error !== undefined) refused(known.error);
  const image = readConfig(known.config, platform, 'bad-context', prefix);
  const state = sourceState(vertexOf(known.ref, platform));
  return {
    state: withImageConfig({ ...state, platform: nc.platform && state.platform }, image),
    image,
    guessed: known.guessed,
  };
}

/** The reference of an image in an OCI layout under the name of its context, and the name of the store. */
function layoutReference(spec: string, contextName: string): readonly [name: string, store: string] {
  const ref = parseReference(spec);
  if ('error' in ref) return refused(`could not parse oci-layout reference ${JSON.stringify(spec)}: ${ref.error}`);
  if (ref.path === '') return refused(`oci-layout reference ${JSON.stringify(spec)} has no name`);
  if (ref.digest === '') return refused(`oci-layout reference ${JSON.stringify(referenceString(ref))} has no digest`);
  const named = parseNormalizedNamed(contextName);
  if ('error' in named)
    return refused(`could not parse oci-layout reference ${JSON.stringify(contextName)}: ${named.error}`);
  const pinned = withDigest(named, ref.digest);
  if ('error' in pinned) return refused(`could not wrap ${JSON.stringify(contextName)} with digest: ${pinned.error}`);
  return [referenceString(pinned), referenceName(ref)];
}

/** The state with an image's environment, directory and platform. */
function withImageConfig(state: State, image: Image): State {
  let { env } = state;
  for (const pair of image.env) {
    const [key, value = ''] = cut(pair, '=');
    if (key !== '') env = addEnv(env, key, value);
  }
  const dir = image.workingDir.startsWith('/') ? image.workingDir : join(state.dir || '/', image.workingDir);
  const p = image.platform;
  return { ...state, env, dir, platform: p.architecture !== '' && p.os !== '' ? normalizePlatform(p) : state.platform };
}

export function jsonList(values: readonly string[]): string {
  return `[${values.map(jsonString).join(',')}]`;
}
