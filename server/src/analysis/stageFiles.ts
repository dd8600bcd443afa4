// What can be told of a stage's files before each of its steps: from the catalogue of bases, and from the lines above.

import { parseGitRef } from '../compile/gitRef.ts';
import type { Stage, Step } from '../compile/stage.ts';
import type { RunInstruction } from '../dockerfile/instruction.ts';
import { base as baseName, clean, join, dir as parent } from '../go/path.ts';
import { getEnv } from '../llb/env.ts';
import type { Analysis } from './analyze.ts';
import { anyBase, anyLinks, type BaseFacts, baseFacts, standardDirectories } from './catalogue.ts';
import { expandBraces, simpleCommands } from './shellCommands.ts';

/** Something at a path. An owner is a number or a name, undefined where nobody can tell. */
export interface KnownPath {
  readonly kind: 'directory' | 'file' | 'link' | 'unknown';
  readonly target?: string;
  readonly mode?: number | undefined;
  readonly uid?: number | string | undefined;
  readonly gid?: number | string | undefined;
  /** Some line gave it this mode or owner on purpose. */
  readonly set: boolean;
  /** Index of the instruction that made it so. */
  readonly by: number;
  readonly how: 'run' | 'workdir' | 'copy';
}

export interface KnownAccount {
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  readonly by: number;
}

export interface StageFiles {
  /** There is something below that no line of the file made. */
  readonly hasBase: boolean;
  /** What the catalogue knows of that. */
  readonly base: BaseFacts | undefined;
  readonly paths: Map<string, KnownPath>;
  readonly users: Map<string, KnownAccount>;
  readonly groups: Map<string, KnownAccount>;
  /** Values of ARGs by name. */
  readonly args: Map<string, string>;
  /** Some RUN did what cannot be told, or a copy brought files of unknown names. */
  opaque: boolean;
  /** The package manager that some RUN called: `apt-get`, `apk`, `dnf`, ... */
  packages: string;
}

/** Calls `visit` before each step of each stage, bases first. The files are one object that changes from step to step. */
export function walkStages(
  analysis: Analysis,
  visit: (stage: Stage, step: Step, files: StageFiles, index: number) => void,
): ReadonlyMap<Stage, StageFiles> {
  const ends = new Map<Stage, StageFiles>();
  // Hidden stages are images that a copy names: they come last, but are read by others.
  for (const stage of analysis.stages) if (stage.hidden) ends.set(stage, startOf(stage, ends));
  for (const stage of analysis.stages) {
    if (stage.hidden) continue;
    const files = startOf(stage, ends);
    ends.set(stage, files);
    for (let i = 0; i < stage.steps.length; i++) {
      const step = stage.steps[i] as Step;
      visit(stage, step, files, i);
      if (!step.failed) apply(stage, step, files, ends);
    }
  }
  return ends;
}

function startOf(stage: Stage, ends: ReadonlyMap<Stage, StageFiles>): StageFiles {
  const under = stage.base === undefined || stage.namedContext !== undefined ? undefined : ends.get(stage.base);
  if (under !== undefined)
    return {
      ...under,
      paths: new Map(under.paths),
      users: new Map(under.users),
      groups: new Map(under.groups),
      // Arguments end with their stage.
      args: new Map(),
    };
  const hasBase = stage.namedContext !== undefined || stage.originalBase !== 'scratch';
  const base = hasBase && stage.namedContext === undefined ? baseFacts(stage.originalBase) : undefined;
  const empty = { paths: new Map(), users: new Map(), groups: new Map(), args: new Map() };
  return { hasBase, base, ...empty, opaque: hasBase && base === undefined, packages: '' };
}

/** Whether a directory is there, and who says so: an instruction's index, the catalogue, a convention, or nobody. */
export function directoryAt(files: StageFiles, path: string): number | 'catalogue' | 'standard' | undefined {
  const found = files.paths.get(path);
  if (found !== undefined) return found.kind === 'directory' ? found.by : undefined;
  if (!files.hasBase) return undefined;
  if (files.base?.directories.has(path)) return 'catalogue';
  return standardDirectories.has(path) ? 'standard' : undefined;
}

/** What is known of the mode and owner of a directory that is not plainly root's 0755. */
export function specialDirectory(
  files: StageFiles,
  path: string,
): { mode: number | undefined; uid: number | string | undefined; words: string; by: number; minor?: true } | undefined {
  const found = files.paths.get(path);
  if (found !== undefined) {
    if (found.kind === 'file' || found.kind === 'link') return undefined;
    if (!found.set && found.how !== 'workdir') return undefined;
    const { mode, uid, gid, by } = found;
    if (mode === undefined && (uid === undefined || uid === 0 || uid === 'root')) return undefined;
    const owner = uid === undefined || (uid === 0 && !gid) ? '' : `${uid}${gid === undefined ? '' : `:${gid}`}`;
    const words = [mode === undefined ? '' : octal(mode), owner === '' ? '' : `owner ${owner}`]
      .filter(Boolean)
      .join(', ');
    return { mode, uid, words, by };
  }
  if (!files.hasBase) return undefined;
  const fact = (files.base?.directories ?? anyBase).get(path);
  return fact === undefined ? undefined : { ...fact, by: -1 };
}

/** Where a link leads, if one is known at this very path. `by` is -1 for the catalogue, -2 where it is only usual. */
export function linkAt(files: StageFiles, path: string): { target: string; by: number } | undefined {
  const found = files.paths.get(path);
  if (found !== undefined) return found.kind === 'link' ? { target: found.target as string, by: found.by } : undefined;
  if (!files.hasBase) return undefined;
  const target = (files.base?.links ?? anyLinks).get(path);
  return target === undefined ? undefined : { target, by: files.base === undefined ? -2 : -1 };
}

export function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}

function apply(stage: Stage, step: Step, files: StageFiles, ends: ReadonlyMap<Stage, StageFiles>): void {
  const { instruction, index } = step.command;
  switch (instruction.kind) {
    case 'arg':
      for (const { key, value } of instruction.declarations) {
        const known = stage.allArgs.get(key.value)?.value ?? value?.value;
        if (known !== undefined && known !== '') files.args.set(key.value, known);
      }
      return;
    case 'workdir': {
      const path = clean(step.after.dir === '' ? '/' : step.after.dir);
      const user = step.before.user;
      const owner =
        user === '' || user === 'root' || user === '0' || user === '0:0' ? 0 : (user.split(':')[0] as string);
      makeDirectories(files, path, index, 'workdir', owner === 0 ? 0 : numeric(owner));
      return;
    }
    case 'copy':
    case 'add':
      applyCopy(step, files, ends);
      return;
    case 'run':
      applyRun(step, instruction, files);
      return;
  }
}

function numeric(owner: string): number | string {
  return /^\d+$/.test(owner) ? Number(owner) : owner;
}

/** Directories that are not there yet, the last of them with the owner. */
function makeDirectories(
  files: StageFiles,
  path: string,
  by: number,
  how: KnownPath['how'],
  uid: number | string | undefined,
  mode?: number,
): void {
  if (path === '/' || directoryAt(files, path) !== undefined) return;
  if (files.paths.get(path)?.kind === 'link' || linkAt(files, path) !== undefined) return;
  const up = parent(path);
  if (up !== path) makeDirectories(files, up, by, how, 0);
  // Where the base is unknown the directory may have been there before, with any mode and owner.
  files.paths.set(path, {
    kind: 'directory',
    mode,
    uid,
    set: mode !== undefined || (uid !== 0 && uid !== undefined),
    by,
    how,
  });
}

function applyCopy(step: Step, files: StageFiles, ends: ReadonlyMap<Stage, StageFiles>): void {
  const facts = step.copy;
  if (facts === undefined) return;
  const { instruction, index } = step.command;
  const { absoluteDest } = facts;
  const asDirectory = absoluteDest.endsWith('/') || absoluteDest.endsWith('/.');
  const path = clean(absoluteDest);
  if (path === '/' || path === '/etc') files.opaque = true;
  if (/^\/etc\/(passwd|group)$/.test(path)) files.opaque = true;
  const uid = facts.chown === '' ? 0 : numeric(facts.chown.split(':')[0] as string);
  // What a linked copy takes away is not noted: the next one that does so is told of too.
  makeDirectories(files, asDirectory ? path : parent(path), index, 'copy', uid);
  if ('contents' in instruction)
    for (const content of instruction.contents)
      files.paths.set(asDirectory ? join(path, content.path) : path, fileMade(index));
  if (facts.sources.length !== 1) return;
  const from = facts.from === undefined ? undefined : ends.get(facts.from);
  const kind = sourceKind(facts.sources[0] as string, from, instruction.kind === 'add' && instruction);
  if (kind === 'directory' && from !== undefined) layTree(files, from, clean(`/${facts.sources[0]}`), path, index);
  if (asDirectory) return;
  if (kind === 'directory') makeDirectories(files, path, index, 'copy', uid);
  else if (kind === 'file' && directoryAt(files, path) === undefined) files.paths.set(path, fileMade(index));
}

/** What is known below a directory of another stage comes along, modes and all. */
function layTree(files: StageFiles, from: StageFiles, source: string, dest: string, by: number): void {
  if (source === '/') return;
  const to = dest === '/' ? '' : dest;
  for (const [path, entry] of from.paths)
    if (path.startsWith(`${source}/`)) files.paths.set(to + path.slice(source.length), { ...entry, by, how: 'copy' });
}

function fileMade(by: number): KnownPath {
  return { kind: 'file', set: false, by, how: 'copy' };
}

/** What a source of a copy is: by what made it, else by its name; `maybe-file` where the name only suggests it. */
export function sourceKind(
  source: string,
  from: StageFiles | undefined,
  /** Of an ADD: `--unpack`, or undefined where it is not written. False for a COPY. */
  add: { readonly unpack: boolean | undefined } | false,
): 'file' | 'maybe-file' | 'directory' | 'unknown' {
  if (add && (source.includes(':') || source.includes('.git'))) {
    const git = parseGitRef(source);
    if (git !== undefined && 'ref' in git && git.ref !== undefined && !git.ref.indistinguishableFromLocal)
      return 'directory';
  }
  if (add && /^https?:\/\//.test(source)) return add.unpack === true ? 'unknown' : 'file';
  if (source === '' || source.endsWith('/') || source.endsWith('/.') || source.endsWith('..') || source === '.')
    return 'directory';
  const path = clean(`/${source}`);
  if (path === '/') return 'directory';
  const name = baseName(path);
  if (from !== undefined) {
    const known = from.paths.get(path);
    if (known?.kind === 'file') return 'file';
    if (known?.kind === 'directory' || directoryAt(from, path) !== undefined) return 'directory';
    // Something below it is known: so it is a directory.
    if (known?.kind === 'unknown') return 'unknown';
  }
  // ADD unpacks these.
  if (add && add.unpack !== false && /\.(tar|tgz|tbz2?|txz|tar\.\w+)$/.test(name)) return 'directory';
  if (fileNames.has(name)) return 'file';
  if (/\.d$/.test(name)) return 'directory';
  const extension = /\.([A-Za-z0-9]{1,10})$/.exec(name)?.[1];
  if (extension !== undefined && fileExtensions.has(extension.toLowerCase())) return 'file';
  if (directoryNames.has(name) || name.startsWith('.') || /[*?[]/.test(name)) return 'unknown';
  return 'maybe-file';
}

const fileNames = new Set(
  (
    'Dockerfile Makefile Gemfile Gemfile.lock Cargo.toml Cargo.lock go.mod go.sum package.json package-lock.json yarn.lock ' +
    'pnpm-lock.yaml requirements.txt pyproject.toml poetry.lock LICENSE NOTICE README README.md gradlew mvnw Pipfile Procfile'
  ).split(' '),
);
const fileExtensions = new Set(
  (
    'sh bash conf cfg ini json yaml yml toml xml txt md py rb js mjs cjs ts go rs c h cpp java jar war ear zip gz tgz bz2 xz ' +
    'tar deb rpm apk whl pem crt key cer env list repo sql php pl service socket timer exe dll so ps1 bat cmd properties lock ' +
    'sum mod csv html css gpg asc asar patch tmpl template rules lua cnf phar bin'
  ).split(' '),
);
/** Names that are nearly always directories, or as often as not. */
const directoryNames = new Set(
  (
    'src lib libs bin sbin etc usr var opt home root rootfs fs build dist out output target public static assets config conf ' +
    'configs scripts script docker docs test tests data files node_modules vendor packages include share resources templates ' +
    'site html www cmd internal pkg binaries release releases install plugins modules themes certs ' +
    'artifacts content classes workspace tools local java jre jdk python3 venv contrib overlay go'
  ).split(' '),
);

/** What a script may hold and still leave no account and no file behind that is not seen. */
const harmless = new Set(
  (
    'echo printf cat ls test [ [[ true false : set export cd sleep date env id whoami sed awk grep egrep head tail cut sort uniq tr ' +
    'pwd umask unset return exit wait trap which type hash stat du df find xargs touch truncate tee diff cmp sha256sum md5sum ' +
    'shopt local readonly shift source fi done esac case } ]] mktemp sync'
  ).split(' '),
);
const packageManagers = new Set('apt-get apt aptitude apk dnf yum microdnf tdnf zypper pacman'.split(' '));

/** The text that the shell of a RUN gets. */
export function runScript(instruction: RunInstruction): string {
  const heredocs = instruction.heredocs.map((heredoc) => heredoc.content).join('\n');
  return heredocs === '' ? instruction.cmdLine.join(' ') : `${instruction.cmdLine.join(' ')}\n${heredocs}`;
}

function applyRun(step: Step, instruction: RunInstruction, files: StageFiles): void {
  const by = step.command.index;
  const env = step.before.env;
  const get = (name: string): string | undefined => getEnv(env, name) ?? files.args.get(name);
  const words = instruction.prependShell || instruction.heredocs.length > 0;
  const commands = words
    ? simpleCommands(runScript(instruction), get)
    : /^(?:\/bin\/)?(?:ba|da|a)?sh$/.test(instruction.cmdLine[0] ?? '')
      ? simpleCommands(instruction.cmdLine[instruction.cmdLine.length - 1] ?? '', get)
      : [{ words: instruction.cmdLine, writes: [] }];
  const user = step.before.user === '' ? 0 : numeric(step.before.user.split(':')[0] as string);
  const context: RunContext = { files, by, cwd: step.before.dir === '' ? '/' : step.before.dir, user };
  for (const command of commands) {
    for (const path of command.writes) {
      const at = absolute(context, path);
      if (at !== undefined && directoryAt(files, at) === undefined)
        files.paths.set(at, { kind: 'file', set: false, by, how: 'run' });
    }
    runCommand(context, command.words);
  }
}

interface RunContext {
  readonly files: StageFiles;
  readonly by: number;
  /** Undefined after a `cd` to somewhere unknown. */
  cwd: string | undefined;
  readonly user: number | string;
}

function absolute({ cwd }: RunContext, path: string | undefined): string | undefined {
  if (path === undefined || path === '' || /[*?~[\]]/.test(path)) return undefined;
  if (path.startsWith('/')) return clean(path);
  return cwd === undefined ? undefined : clean(join(cwd, path));
}

function runCommand(context: RunContext, all: readonly (string | undefined)[]): void {
  const { files, by } = context;
  const [first, ...rest] = all;
  if (first === undefined) {
    if (all.length > 0) files.opaque = true;
    return;
  }
  const name = baseName(first);
  const { flags, values, plain } = split(rest, takesValue[name] ?? '');
  const set = (path: string, entry: Partial<KnownPath> & { kind?: KnownPath['kind'] }): void => {
    const before = files.paths.get(path);
    const kind = entry.kind ?? before?.kind ?? (directoryAt(files, path) !== undefined ? 'directory' : 'unknown');
    files.paths.set(path, { set: true, how: 'run', ...before, ...entry, kind, by });
  };
  switch (name) {
    case 'cd':
    case 'pushd':
      context.cwd = absolute(context, rest[0]);
      return;
    case 'mkdir': {
      const mode = octalMode(values.get('m') ?? values.get('mode'));
      for (const path of paths(context, plain)) {
        if (directoryAt(files, path) !== undefined) continue;
        makeDirectories(files, path, by, 'run', context.user, mode);
      }
      return;
    }
    case 'install': {
      const mode = octalMode(values.get('m') ?? values.get('mode'));
      const uid = values.get('o') ?? values.get('owner');
      const gid = values.get('g') ?? values.get('group');
      const found = paths(context, plain);
      if (!flags.has('d') && !flags.has('directory')) {
        const last = found[found.length - 1];
        if (last !== undefined && found.length === 2 && directoryAt(files, last) === undefined)
          files.paths.set(last, { kind: 'file', set: false, by, how: 'run' });
        return;
      }
      for (const path of found) {
        makeDirectories(files, path, by, 'run', 0);
        if (mode !== undefined || uid !== undefined || gid !== undefined)
          set(path, {
            kind: 'directory',
            set: true,
            mode,
            uid: uid === undefined ? 0 : numeric(uid),
            gid: gid === undefined ? undefined : numeric(gid),
          });
      }
      return;
    }
    case 'chmod': {
      const [modeText, ...on] = plain;
      const mode = octalMode(modeText);
      const recursive = flags.has('R') || flags.has('recursive');
      for (const path of paths(context, on)) {
        // `chmod -R 755 /app` says no more than what a copy makes of it anyway.
        if (mode === undefined) {
          if (files.paths.has(path)) set(path, { mode: undefined });
        } else set(path, { mode, set: true, ...(recursive && files.paths.get(path) === undefined ? {} : {}) });
      }
      return;
    }
    case 'chown': {
      const [owner, ...on] = plain;
      const [user, group] = (owner ?? '').split(':');
      if (owner === undefined || user === undefined) return;
      const recursive = flags.has('R') || flags.has('recursive');
      for (const path of paths(context, on)) {
        const entry = {
          ...(user === '' ? {} : { uid: numeric(user) }),
          gid: group === undefined || group === '' ? undefined : numeric(group),
          set: true,
        };
        set(path, recursive && !files.paths.has(path) ? { kind: 'directory', ...entry } : entry);
        if (recursive)
          for (const below of files.paths.keys())
            if (below.startsWith(`${path}/`) && files.paths.get(below)?.kind === 'directory') set(below, entry);
      }
      return;
    }
    case 'ln': {
      if (!flags.has('s') && !flags.has('symbolic')) return;
      const [target, at] = plain;
      if (target === undefined || plain.length !== 2) return;
      let path = absolute(context, at);
      if (path === undefined) return;
      const into = at?.endsWith('/') || (directoryAt(files, path) !== undefined && !flags.has('n') && !flags.has('T'));
      if (into) path = join(path, baseName(target));
      const leads = target.startsWith('/') ? clean(target) : clean(join(parent(path), target));
      files.paths.set(path, { kind: 'link', target: leads, set: true, by, how: 'run' });
      return;
    }
    case 'useradd':
    case 'adduser': {
      if (name === 'adduser' && plain.length === 2) return;
      const who = plain[plain.length - 1];
      if (who === undefined) {
        files.opaque = true;
        return;
      }
      const uid = values.get('u') ?? values.get('uid');
      const group = values.get('g') ?? values.get('gid') ?? values.get('G') ?? values.get('ingroup');
      const id = uid !== undefined && /^\d+$/.test(uid) ? Number(uid) : undefined;
      const gid =
        group === undefined
          ? id
          : /^\d+$/.test(group)
            ? Number(group)
            : (files.groups.get(group)?.gid ?? files.base?.groups.get(group));
      // The first stays: who asks for a line above must find it.
      if (!files.users.has(who)) files.users.set(who, { uid: id, gid, by });
      if (group === undefined && !files.groups.has(who)) files.groups.set(who, { uid: undefined, gid: id, by });
      const home = values.get('d') ?? values.get('home') ?? values.get('home-dir') ?? values.get('h') ?? `/home/${who}`;
      const makes =
        name === 'useradd'
          ? flags.has('m') || flags.has('create-home')
          : !flags.has('H') &&
            !flags.has('no-create-home') &&
            !flags.has('system') &&
            !flags.has('S') &&
            !flags.has('M');
      const path = absolute(context, home);
      if (makes && path !== undefined) {
        makeDirectories(files, path, by, 'run', id ?? who);
        const now = files.paths.get(path);
        if (now?.by === by) set(path, { uid: id ?? who, set: true });
      }
      return;
    }
    case 'groupadd':
    case 'addgroup': {
      if (name === 'addgroup' && plain.length === 2) return;
      const who = plain[plain.length - 1];
      const gid = values.get('g') ?? values.get('gid');
      if (who === undefined) files.opaque = true;
      else if (!files.groups.has(who))
        files.groups.set(who, {
          uid: undefined,
          gid: gid !== undefined && /^\d+$/.test(gid) ? Number(gid) : undefined,
          by,
        });
      return;
    }
    case 'rm':
    case 'rmdir': {
      for (const path of paths(context, plain)) {
        files.paths.delete(path);
        for (const below of files.paths.keys()) if (below.startsWith(`${path}/`)) files.paths.delete(below);
      }
      return;
    }
    case 'touch':
      for (const path of paths(context, plain))
        if (directoryAt(files, path) === undefined) files.paths.set(path, { kind: 'file', set: false, by, how: 'run' });
      return;
    case 'go':
    case 'gcc':
    case 'g++':
    case 'cc':
    case 'curl':
    case 'wget': {
      const at = rest.findIndex((word) => word === (name === 'wget' ? '-O' : '-o'));
      const out = at < 0 ? undefined : rest[at + 1];
      const path = out?.endsWith('/') ? undefined : absolute(context, out);
      if (path !== undefined && directoryAt(files, path) === undefined)
        files.paths.set(path, { kind: 'file', set: false, by, how: 'run' });
      return;
    }
  }
  if (packageManagers.has(name)) files.packages = name;
  if (!harmless.has(name)) files.opaque = true;
}

/** Flags with a value as a word of its own, by command: letters and long names. */
const takesValue: Readonly<Record<string, string>> = {
  mkdir: 'm mode',
  install: 'm mode o owner g group',
  useradd:
    'u uid g gid G groups d home-dir home s shell c comment k skel b base-dir e expiredate f inactive p password K R root',
  adduser: 'u uid g gid G ingroup h home s shell c comment k gecos',
  groupadd: 'g gid K p',
  addgroup: 'g gid',
  chmod: '',
  chown: '',
};

/** Options and the other words. `-rm` is two flags; `-m0700`, `--mode=0700` and `-m 0700` have a value. */
function split(
  words: readonly (string | undefined)[],
  valued: string,
): { flags: Set<string>; values: Map<string, string>; plain: (string | undefined)[] } {
  const flags = new Set<string>();
  const values = new Map<string, string>();
  const plain: (string | undefined)[] = [];
  const takes = new Set(valued.split(' '));
  for (let i = 0; i < words.length; i++) {
    const word = words[i];
    if (word === undefined || !word.startsWith('-') || word === '-') {
      plain.push(word);
      continue;
    }
    if (word.startsWith('--')) {
      const equals = word.indexOf('=');
      const name = word.slice(2, equals < 0 ? undefined : equals);
      if (equals >= 0) values.set(name, word.slice(equals + 1));
      else if (takes.has(name)) {
        const value = words[++i];
        if (value !== undefined) values.set(name, value);
      }
      flags.add(name);
      continue;
    }
    for (let k = 1; k < word.length; k++) {
      const letter = word[k] as string;
      flags.add(letter);
      if (!takes.has(letter)) continue;
      const value = k + 1 < word.length ? word.slice(k + 1) : words[++i];
      if (value !== undefined) values.set(letter, value);
      break;
    }
  }
  return { flags, values, plain };
}

function paths(context: RunContext, words: readonly (string | undefined)[]): string[] {
  return words
    .flatMap((word) => (word === undefined ? [] : expandBraces(word)))
    .flatMap((word) => absolute(context, word) ?? []);
}

function octalMode(text: string | undefined): number | undefined {
  return text !== undefined && /^[0-7]{3,5}$/.test(text) ? Number.parseInt(text, 8) : undefined;
}
