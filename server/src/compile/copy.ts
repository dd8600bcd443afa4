// COPY and ADD: file operations on the state before, or, with --link, on scratch and joined by a MergeOp.
import type { AddInstruction, CopyInstruction, Word } from '../dockerfile/instruction.ts';
import { clean, join } from '../go/path.ts';
import { quote } from '../go/text.ts';
import { httpFilename } from '../go/url.ts';
import { noMetadata } from '../llb/definition.ts';
import {
  type Chown,
  type CopyAction,
  type Edge,
  type MkfileAction,
  newVertex,
  type Owner,
  plainCopy,
  type Vertex,
} from '../llb/op.ts';
import { type State, withOutput } from '../llb/state.ts';
import { parseDigest } from '../oci/digest.ts';
import { checkMode } from './chmod.ts';
import { type Compilation, envOf, placeOf, supports, warn } from './compilation.ts';
import { type Failure, failure } from './failure.ts';
import { parseGitRef } from './gitRef.ts';
import { addHistory } from './history.ts';
import type { LintConfig } from './lint.ts';
import { expandedText, stepName } from './names.ts';
import { checkSystemDriveAndRemoveDriveLetter, isAbs, normalizePath, toSlash } from './paths.ts';
import { type GitOptions, gitVertex, httpVertex } from './sources.ts';
import { type Command, type CopyFacts, placeIn, type Stage } from './stage.ts';

/** The instruction's words after expansion. */
export interface CopyWords {
  readonly sources: readonly string[];
  readonly contents: readonly { readonly path: string; readonly data: string }[];
  readonly dest: string;
  readonly chown: string;
  readonly chmod: string;
  readonly checksum: string;
}

/** Compiles a COPY or ADD that reads from `source`. */
export function compileCopy(
  c: Compilation,
  stage: Stage,
  command: Command,
  instruction: CopyInstruction | AddInstruction,
  words: CopyWords,
  source: State,
  from: Stage | undefined,
  lint: LintConfig,
): Failure | { readonly vertices: Vertex[]; readonly facts: CopyFacts } {
  const isAdd = instruction.kind === 'add';
  const platform = stage.platform ?? c.targetPlatform;
  const os = platform.os;
  const at = (word: Word) => placeIn(command, word.start, word.end);
  const dest = relativeToWorkdir(stage.state, words.dest, os);
  if ('error' in dest) return failure(dest.error, 'bad-path', at(instruction.dest));
  const chown = words.chown === '' ? undefined : parseChown(words.chown);
  if (chown !== undefined && instruction.link && (isNamed(chown.user) || isNamed(chown.group)))
    return failure(
      `--chown=${words.chown}: user and group names can't be resolved when used with --link, use numeric uid[:gid] instead`,
      'link-named-owner',
      at(instruction.chown),
    );
  const excludePatterns = instruction.excludes.map((word) => word.value);
  let mode = -1;
  let modeString = '';
  if (words.chmod !== '') {
    const checked = checkMode(words.chmod);
    if ('error' in checked) return failure(checked.error, 'bad-chmod', at(instruction.chmod));
    if ('mode' in checked) mode = checked.mode;
    else {
      mode = 0;
      modeString = checked.modeStr;
    }
  }
  let checksum = words.checksum;
  if (checksum !== '' && isAdd) {
    const place = at(instruction.checksum);
    if (words.sources.length !== 1)
      return failure("checksum can't be specified for multiple sources", 'bad-checksum', place);
    const only = words.sources[0] as string;
    if (!isHttpSource(only) && !isGitSource(only))
      return failure('checksum requires HTTP(S) or Git sources', 'bad-checksum', place);
  }
  let history = isAdd ? 'ADD' : 'COPY';
  if (instruction.kind === 'copy' && instruction.parents) history += ' --parents';
  if (words.chown !== '') history += ` --chown=${words.chown}`;
  if (words.chmod !== '') history += ` --chmod=${words.chmod}`;

  const env = stage.state.env;
  const named = stepName(c, stage, platform, env);
  const text = (): string => expandedText(instruction.code, envOf(env), c.lex);
  const name = (): string => named(text());
  const locations = [command.lines];
  const action: CopyAction = {
    ...plainCopy,
    source: source.out,
    dest: cleanDest(dest.path),
    chown,
    mode,
    modeString,
    createDestPath: true,
    excludePatterns,
  };
  const vertices: Vertex[] = [];
  const actions: CopyAction[] = [];
  let keepGitDir = isAdd ? instruction.keepGitDir : undefined;
  for (let i = 0; i < words.sources.length; i++) {
    const src = words.sources[i] as string;
    const word = instruction.sources[i] as Word;
    history += ` ${src}`;
    // Nearly every source is a plain path: no git reference lacks both of these.
    const parsed =
      src.includes(':') || src.includes('.git') || src.includes('@') || src.startsWith('github.com/')
        ? parseGitRef(src)
        : undefined;
    if (parsed !== undefined && 'error' in parsed && parsed.isGit)
      return failure(parsed.error, 'bad-git-reference', at(word));
    const ref = parsed !== undefined && 'ref' in parsed ? parsed.ref : undefined;
    if (ref !== undefined && !ref.indistinguishableFromLocal) {
      if (!isAdd) return failure("source can't be a git ref for COPY", 'copy-git', at(word));
      if (keepGitDir !== undefined && ref.keepGitDir !== undefined && keepGitDir !== ref.keepGitDir)
        return failure('inconsistent keep-git-dir configuration', 'bad-git-reference', at(word));
      keepGitDir = ref.keepGitDir ?? keepGitDir;
      if (checksum !== '' && ref.checksum !== '' && checksum !== ref.checksum)
        return failure(`checksum mismatch ${quote(checksum)} != ${quote(ref.checksum)}`, 'bad-checksum', at(word));
      if (ref.checksum !== '') checksum = ref.checksum;
      const options: GitOptions = {
        remote: ref.remote,
        ref: ref.ref,
        keepGitDir: keepGitDir === true,
        subDir: ref.subDir,
        checksum,
        skipSubmodules: ref.submodules === false,
        mtime: '',
        fetchByCommit: ref.fetchByCommit,
      };
      const vertex = gitVertex(c, options, name, command.index);
      vertices.push(vertex);
      actions.push({ ...action, source: vertex.out, src: '/' });
    } else if (isHttpSource(src)) {
      if (!isAdd) return failure("source can't be a URL for COPY", 'copy-url', at(word));
      const filename = httpFilename(src);
      if (checksum !== '') {
        const digest = parseDigest(checksum);
        if (digest !== undefined) return failure(digest, 'bad-checksum', at(instruction.checksum));
      }
      const vertex = httpVertex(src, filename, checksum, name, '', undefined, command.index);
      vertices.push(vertex);
      actions.push({
        ...action,
        source: vertex.out,
        src: join('/', clean(filename)),
        attemptUnpack: instruction.unpack === true,
      });
    } else {
      if (from === undefined) checkIgnored(c, stage, command, instruction, src, word, lint);
      let path = src;
      let includePatterns: string[] = [];
      let requiredPaths: string[] = [];
      if (instruction.kind === 'copy' && instruction.parents) {
        const pivot = src.indexOf('/./');
        let pattern = pivot < 0 ? src : src.slice(pivot + 3);
        path = pivot < 0 ? '/' : src.slice(0, pivot);
        const normal = normalizePath('/', pattern, os, false);
        if ('error' in normal) return failure(`removing drive letter: ${normal.error}`, 'bad-path', at(word));
        pattern = normal.path;
        includePatterns = [pattern.startsWith('/') ? pattern.slice(1) : pattern];
        if (!hasWildcards(path) && !hasWildcards(pattern)) requiredPaths = [join(path, pattern)];
      }
      const normal = normalizePath('/', path, os, false);
      if ('error' in normal) return failure(`removing drive letter: ${normal.error}`, 'bad-path', at(word));
      for (let k = 0; k < requiredPaths.length; k++) {
        const required = normalizePath('/', requiredPaths[k] as string, os, false);
        if ('error' in required) return failure(`removing drive letter: ${required.error}`, 'bad-path', at(word));
        requiredPaths[k] = required.path;
      }
      actions.push({
        ...action,
        src: copySource(normal.path, source.dir),
        followSymlink: true,
        dirCopyContents: true,
        attemptUnpack: isAdd ? (instruction.unpack ?? true) : false,
        allowWildcard: true,
        allowEmptyWildcard: true,
        includePatterns,
        requiredPaths,
      });
    }
  }
  for (const content of words.contents) {
    history += ` <<${content.path}`;
    const file = checkSystemDriveAndRemoveDriveLetter(content.path, os, false);
    if ('error' in file) return failure(`removing drive letter: ${file.error}`, 'bad-path', instruction.span);
    const vertex = inlineFile(file.path, 0o644, content.data, command.index);
    vertices.push(vertex);
    actions.push({
      ...action,
      source: vertex.out,
      src: copySource(toSlash(file.path, os), '/'),
    });
  }
  history += ` ${words.dest}`;

  const linked = instruction.link && words.chmod === '' && supports(c, 'mergeop');
  const facts: CopyFacts = {
    sources: words.sources,
    dest: words.dest,
    absoluteDest: action.dest,
    chown: words.chown,
    chmod: words.chmod,
    link: instruction.link,
    linked,
    from,
  };
  const base = stage.state.out;
  if (linked) {
    const group = c.nextGroup++;
    const file = fileVertex(
      undefined,
      actions,
      {
        ...noMetadata,
        name,
        caps: ['file.base'],
        ignoreCache: stage.ignoreCache,
        progressGroup: { id: group, name, weak: true },
      },
      locations,
      command.index,
    );
    vertices.push(file);
    if (base === undefined) stage.state = withOutput(stage.state, file.out);
    else {
      const merge = newVertex(
        { kind: 'merge' },
        [base, file.out],
        undefined,
        {
          ...noMetadata,
          name: () => named(`LINK ${text()}`),
          caps: ['mergeop'],
          ignoreCache: stage.ignoreCache,
          progressGroup: { id: group, name, weak: false },
        },
        locations,
        command.index,
      );
      vertices.push(merge);
      stage.state = withOutput(stage.state, merge.out);
    }
  } else {
    const file = fileVertex(
      base,
      actions,
      { ...noMetadata, name, caps: ['file.base'], ignoreCache: stage.ignoreCache },
      locations,
      command.index,
    );
    vertices.push(file);
    stage.state = withOutput(stage.state, file.out);
  }
  addHistory(c, stage, `${history} # buildkit`, true);
  return { vertices, facts };
}

/** A vertex that makes one file on scratch: a heredoc's content. */
export function inlineFile(path: string, mode: number, data: string, origin: number): Vertex {
  const p = clean(path);
  const action: MkfileAction = { kind: 'mkfile', path: p.startsWith('/') ? p : join('/', p), mode, data };
  return newVertex(
    { kind: 'file', base: undefined, actions: [action] },
    [],
    undefined,
    { ...noMetadata, name: () => '[internal] preparing inline document', caps: ['file.base'] },
    undefined,
    origin,
  );
}

function fileVertex(
  base: Edge | undefined,
  actions: CopyAction[],
  metadata: Vertex['metadata'],
  locations: Vertex['locations'],
  origin: number,
): Vertex {
  const inputs: Edge[] = base === undefined ? [] : [base];
  // BuildKit visits the sources of the last action first.
  for (let i = actions.length - 1; i >= 0; i--) {
    const edge = (actions[i] as CopyAction).source;
    if (edge !== undefined && !inputs.includes(edge)) inputs.push(edge);
  }
  return newVertex({ kind: 'file', base, actions }, inputs, undefined, metadata, locations, origin);
}

/** `--chown=USER[:GROUP]` as LLB has it. A part that is no number and not `root` is a name. */
export function parseChown(text: string): Chown {
  const at = text.indexOf(':');
  const user = owner(at < 0 ? text : text.slice(0, at));
  const group = at < 0 ? '' : text.slice(at + 1);
  return { user, group: group === '' ? undefined : owner(group) };
}

function owner(text: string): Owner {
  if (text === 'root') return { id: 0 };
  if (/^[+-]?[0-9]+$/.test(text)) {
    const id = Number(text);
    if (id >= -0x80000000 && id <= 0x7fffffff) return { id: id >>> 0 };
  }
  // An empty name is no name: LLB then says the id 0.
  return text === '' ? { id: 0 } : { name: text };
}

function isNamed(part: Owner | undefined): boolean {
  return part !== undefined && 'name' in part;
}

function checkIgnored(
  c: Compilation,
  stage: Stage,
  command: Command,
  instruction: CopyInstruction | AddInstruction,
  source: string,
  word: Word,
  lint: LintConfig,
): void {
  const matcher = c.ignoreMatcher;
  if (matcher === undefined || matcher.exclusions) return;
  const src = clean(source);
  if ((src === '.' || src === '/') && !c.ignorePatterns.some((p) => ['*', '**', '**/*'].includes(p))) return;
  if (matcher.matchesOrParentMatches(src) !== true) return;
  warn(
    c,
    lint,
    'CopyIgnoredFile',
    `Attempting to ${instruction.kind === 'add' ? 'Add' : 'Copy'} file ${quote(src)} that is excluded by .dockerignore`,
    {
      ...placeOf(instruction, command.index, stage.reachable, placeIn(command, word.start, word.end)),
      lines: command.lines,
    },
  );
}

/** The path of a copy's source within its state. */
function copySource(src: string, dir: string): string {
  const p = clean(src);
  return p.startsWith('/') ? join('/', p) : join(dir, p);
}

/** LLB cleans a destination but keeps the slash, or the slash and dot, at its end. */
function cleanDest(dest: string): string {
  let p = clean(dest);
  if (!p.startsWith('/')) p = join('/', p);
  if (dest.endsWith('/') && !p.endsWith('/')) p += '/';
  else if (dest.endsWith('/.')) p = p === '/' ? '/.' : `${p}/.`;
  return p;
}

/** A destination made absolute by the stage's working directory. */
export function relativeToWorkdir(
  state: State,
  p: string,
  os: string,
): { readonly path: string } | { readonly error: string } {
  const bare = checkSystemDriveAndRemoveDriveLetter(p, os, true);
  if ('error' in bare) return { error: `removing drive letter: ${bare.error}` };
  let path = bare.path;
  if (isAbs(path, os)) return normalizePath('/', path, os, true);
  if (path === '.' || path === '') path = './';
  return normalizePath(state.dir, path, os, true);
}

function isHttpSource(src: string): boolean {
  return (src.startsWith('http://') || src.startsWith('https://')) && !isGitSource(src);
}

function isGitSource(src: string): boolean {
  const parsed = parseGitRef(src);
  return 'ref' in parsed && parsed.isGit;
}

function hasWildcards(name: string): boolean {
  for (let i = 0; i < name.length; i++) {
    const ch = name[i];
    if (ch === '*' || ch === '?' || ch === '[') return true;
    if (ch === '\\') i++;
  }
  return false;
}
