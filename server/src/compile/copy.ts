// COPY and ADD: file operations on the state before, or, with --link, on scratch and joined by a MergeOp.
import type { Span } from '../../../shared/src/span.ts';
import type { AddInstruction, CopyInstruction, Word } from '../dockerfile/instruction.ts';
import { hasWildcards } from '../go/match.ts';
import { clean, join } from '../go/path.ts';
import { cut, quote } from '../go/text.ts';
import { httpFilename } from '../go/url.ts';
import { type Chown, type CopyAction, newVertex, type Owner, plainCopy, type Vertex } from '../llb/op.ts';
import { type State, withOutput } from '../llb/state.ts';
import { parseDigest } from '../oci/digest.ts';
import { checkMode } from './chmod.ts';
import { type Compilation, envOf, placeOf, platformOf, supports, warn } from './compilation.ts';
import { refuse } from './failure.ts';
import { parseGitRef } from './gitRef.ts';
import { addHistory } from './history.ts';
import type { LintConfig } from './lint.ts';
import { expandedText, stepName } from './names.ts';
import { checkSystemDriveAndRemoveDriveLetter, isAbs, normalizePath, type PathResult, toSlash } from './paths.ts';
import { gitVertex, httpVertex } from './sources.ts';
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

/** Compiles a COPY or ADD that reads from a stage, or from the build context. */
export function compileCopy(
  c: Compilation,
  stage: Stage,
  command: Command,
  instruction: CopyInstruction | AddInstruction,
  words: CopyWords,
  from: Stage | undefined,
  lint: LintConfig,
): { readonly vertices: Vertex[]; readonly facts: CopyFacts } {
  const isAdd = instruction.kind === 'add';
  const hasParents = !isAdd && instruction.parents;
  const platform = platformOf(c, stage);
  const { os } = platform;
  const source = from?.state ?? c.context;
  const { link } = instruction;
  const at = (word: Word) => placeIn(command, word);
  const withoutDrive = (path: PathResult, place: Span): string =>
    'error' in path ? refuse(`removing drive letter: ${path.error}`, 'bad-path', place) : path.path;
  const dest = relativeToWorkdir(stage.state, words.dest, os);
  if ('error' in dest) refuse(dest.error, 'bad-path', at(instruction.dest));
  const chown = words.chown === '' ? undefined : parseChown(words.chown);
  if (link && chown && (isNamed(chown.user) || isNamed(chown.group)))
    refuse(
      `--chown=${words.chown}: user and group names can't be resolved when used with --link, use numeric uid[:gid] instead`,
      'link-named-owner',
      at(instruction.chown),
    );
  const mode = words.chmod === '' ? undefined : checkMode(words.chmod);
  if (mode && 'error' in mode) refuse(mode.error, 'bad-chmod', at(instruction.chmod));
  let { checksum } = words;
  if (isAdd && checksum !== '') {
    const place = at(instruction.checksum);
    const [only = ''] = words.sources;
    if (words.sources.length !== 1) refuse("checksum can't be specified for multiple sources", 'bad-checksum', place);
    if (!isHttpUrl(only) && !isGit(only)) refuse('checksum requires HTTP(S) or Git sources', 'bad-checksum', place);
  }
  let history = isAdd ? 'ADD' : 'COPY';
  if (hasParents) history += ' --parents';
  if (words.chown !== '') history += ` --chown=${words.chown}`;
  if (words.chmod !== '') history += ` --chmod=${words.chmod}`;

  const { env } = stage.state;
  const named = stepName(c, stage, platform, env);
  const text = (): string => expandedText(instruction.code, envOf(env), c.lex);
  const name = (): string => named(text());
  const locations = [command.lines];
  const action: CopyAction = {
    ...plainCopy,
    source: source.out,
    dest: cleanDest(dest.path),
    chown,
    ...mode,
    createDestPath: true,
    excludePatterns: instruction.excludes.map((word) => word.value),
  };
  const vertices: Vertex[] = [];
  const actions: CopyAction[] = [];
  let keepGitDir = isAdd ? instruction.keepGitDir : undefined;
  for (const [i, src] of words.sources.entries()) {
    const word = instruction.sources[i] as Word;
    history += ` ${src}`;
    // Nearly every source is a plain path: no git reference lacks all of these.
    const parsed = /[:@]|\.git|^github\.com\//.test(src) ? parseGitRef(src) : undefined;
    if (parsed && 'error' in parsed) refuse(parsed.error, 'bad-git-reference', at(word));
    const ref = parsed?.ref;
    if (ref && !ref.indistinguishableFromLocal) {
      if (!isAdd) refuse("source can't be a git ref for COPY", 'copy-git', at(word));
      if (keepGitDir !== undefined && keepGitDir !== (ref.keepGitDir ?? keepGitDir))
        refuse('inconsistent keep-git-dir configuration', 'bad-git-reference', at(word));
      keepGitDir = ref.keepGitDir ?? keepGitDir;
      if (checksum !== '' && ref.checksum !== '' && checksum !== ref.checksum)
        refuse(`checksum mismatch ${quote(checksum)} != ${quote(ref.checksum)}`, 'bad-checksum', at(word));
      checksum = ref.checksum || checksum;
      const vertex = gitVertex(c, { ...ref, checksum, keepGitDir, mtime: '' }, name, command.index);
      vertices.push(vertex);
      actions.push({ ...action, source: vertex.out, src: '/' });
    } else if (isHttpUrl(src)) {
      if (!isAdd) refuse("source can't be a URL for COPY", 'copy-url', at(word));
      const filename = httpFilename(src);
      const wrong = checksum === '' ? undefined : parseDigest(checksum);
      if (wrong !== undefined) refuse(wrong, 'bad-checksum', at(instruction.checksum));
      const vertex = httpVertex(src, filename, checksum, name, '', command.index);
      vertices.push(vertex);
      actions.push({
        ...action,
        source: vertex.out,
        src: join('/', clean(filename)),
        attemptUnpack: instruction.unpack === true,
      });
    } else {
      if (!from) checkIgnored(c, stage, command, instruction, src, word, lint);
      let path = src;
      let includePatterns: string[] = [];
      let requiredPaths: string[] = [];
      if (hasParents) {
        const pivot = src.indexOf('/./');
        path = pivot < 0 ? '/' : src.slice(0, pivot);
        const pattern = withoutDrive(normalizePath('/', src.slice(pivot < 0 ? 0 : pivot + 3), os, false), at(word));
        includePatterns = [pattern.startsWith('/') ? pattern.slice(1) : pattern];
        if (!hasWildcards(path) && !hasWildcards(pattern)) requiredPaths = [join(path, pattern)];
      }
      const normal = withoutDrive(normalizePath('/', path, os, false), at(word));
      actions.push({
        ...action,
        src: copySource(normal, source.dir),
        followSymlink: true,
        dirCopyContents: true,
        attemptUnpack: isAdd && instruction.unpack !== false,
        allowWildcard: true,
        allowEmptyWildcard: true,
        includePatterns,
        requiredPaths: requiredPaths.map((each) => withoutDrive(normalizePath('/', each, os, false), at(word))),
      });
    }
  }
  for (const content of words.contents) {
    history += ` <<${content.path}`;
    const path = withoutDrive(checkSystemDriveAndRemoveDriveLetter(content.path, os, false), instruction.span);
    const vertex = inlineFile(path, 0o644, content.data, command.index);
    vertices.push(vertex);
    actions.push({ ...action, source: vertex.out, src: copySource(toSlash(path, os), '/') });
  }
  const linked = link && words.chmod === '' && supports(c, 'mergeop');
  const base = stage.state.out;
  const { ignoreCache } = stage;
  const id = linked ? c.nextGroup++ : 0;
  const file = newVertex(
    { kind: 'file', base: linked ? undefined : base, actions },
    { name, caps: ['file.base'], ignoreCache, progressGroup: linked ? { id, name, weak: true } : undefined },
    command.index,
    locations,
  );
  vertices.push(file);
  if (linked && base)
    vertices.push(
      newVertex(
        { kind: 'merge', inputs: [base, file.out] },
        {
          name: () => named(`LINK ${text()}`),
          caps: ['mergeop'],
          ignoreCache,
          progressGroup: { id, name, weak: false },
        },
        command.index,
        locations,
      ),
    );
  stage.state = withOutput(stage.state, vertices.at(-1)?.out);
  addHistory(c, stage, `${history} ${words.dest} # buildkit`, true);
  const { sources, chmod } = words;
  const facts: CopyFacts = {
    sources,
    dest: words.dest,
    absoluteDest: action.dest,
    chown: words.chown,
    chmod,
    link,
    linked,
    from,
  };
  return { vertices, facts };
}

/** A vertex that makes one file on scratch: a heredoc's content. */
export function inlineFile(path: string, mode: number, data: string, origin: number): Vertex {
  return newVertex(
    { kind: 'file', base: undefined, actions: [{ kind: 'mkfile', path: copySource(path, '/'), mode, data }] },
    { name: () => '[internal] preparing inline document', caps: ['file.base'] },
    origin,
  );
}

/** `--chown=USER[:GROUP]` as LLB has it. A part that is no number and not `root` is a name. */
export function parseChown(text: string): Chown {
  const [user, group = ''] = cut(text, ':');
  return { user: owner(user), group: group === '' ? undefined : owner(group) };
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
  if (!matcher || matcher.exclusions) return;
  const src = clean(source);
  if ((src === '.' || src === '/') && !c.ignorePatterns.some((p) => ['*', '**', '**/*'].includes(p))) return;
  if (matcher.matchesOrParentMatches(src) !== true) return;
  warn(
    c,
    lint,
    'CopyIgnoredFile',
    `Attempting to ${instruction.kind === 'add' ? 'Add' : 'Copy'} file ${quote(src)} that is excluded by .dockerignore`,
    {
      ...placeOf(instruction, command.index, stage.reachable, placeIn(command, word)),
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
  let p = copySource(dest, '/');
  if (dest.endsWith('/') && !p.endsWith('/')) p += '/';
  else if (dest.endsWith('/.')) p = p === '/' ? '/.' : `${p}/.`;
  return p;
}

/** A destination made absolute by the stage's working directory. */
function relativeToWorkdir(state: State, given: string, os: string): PathResult {
  const bare = checkSystemDriveAndRemoveDriveLetter(given, os, true);
  if ('error' in bare) return { error: `removing drive letter: ${bare.error}` };
  const { path } = bare;
  if (isAbs(path, os)) return normalizePath('/', path, os, true);
  return normalizePath(state.dir, path === '.' || path === '' ? './' : path, os, true);
}

function isHttpUrl(src: string): boolean {
  return /^https?:\/\//.test(src);
}

function isGit(src: string): boolean {
  const parsed = parseGitRef(src);
  return parsed !== undefined && 'ref' in parsed;
}
