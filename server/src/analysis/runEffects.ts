// What the commands of a RUN do to files and accounts, as far as they can be told without running them.
import type { Step } from '../compile/stage.ts';
import type { RunInstruction } from '../dockerfile/instruction.ts';
import { base as baseName, clean, join, dir as parent } from '../go/path.ts';
import { getEnv } from '../llb/env.ts';
import { expandBraces, simpleCommands } from './shellCommands.ts';
import { directoryAt, type KnownPath, makeDirectories, numeric, type StageFiles } from './stageFiles.ts';

/** The text that the shell of a RUN gets. */
export function runScript(instruction: RunInstruction): string {
  const heredocs = instruction.heredocs.map((heredoc) => heredoc.content).join('\n');
  return heredocs === '' ? instruction.cmdLine.join(' ') : `${instruction.cmdLine.join(' ')}\n${heredocs}`;
}

/** Notes what a RUN does to files and accounts. */
export function applyRun(step: Step, instruction: RunInstruction, files: StageFiles): void {
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
  const { flags, values, plain } = split(rest, takesValue.get(name) ?? none);
  const set = (path: string, entry: Partial<KnownPath> & { kind?: KnownPath['kind'] }): void => {
    const before = files.paths.get(path);
    const kind = entry.kind ?? before?.kind ?? (directoryAt(files, path) !== undefined ? 'directory' : 'unknown');
    files.paths.set(path, { set: true, how: 'run', ...before, ...entry, kind, by });
  };
  /** Likewise of the directories below that are known. */
  const setBelow = (path: string, entry: Partial<KnownPath>): void => {
    for (const below of files.paths.keys())
      if (below.startsWith(`${path}/`) && files.paths.get(below)?.kind === 'directory') set(below, entry);
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
      const entry = mode === undefined ? { mode } : { mode, set: true };
      for (const path of paths(context, on)) {
        if (mode !== undefined || files.paths.has(path)) set(path, entry);
        if (recursive) setBelow(path, entry);
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
        if (recursive) setBelow(path, entry);
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
            : (files.groups.get(group)?.gid ?? files.base?.group(group));
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
const takesValue: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries({
    mkdir: 'm mode',
    install: 'm mode o owner g group',
    useradd:
      'u uid g gid G groups d home-dir home s shell c comment k skel b base-dir e expiredate f inactive p password K R root',
    adduser: 'u uid g gid G ingroup h home s shell c comment k gecos',
    groupadd: 'g gid K p',
    addgroup: 'g gid',
  }).map(([name, flags]) => [name, new Set(flags.split(' '))]),
);
const none: ReadonlySet<string> = new Set();

/** Options and the other words. `-rm` is two flags; `-m0700`, `--mode=0700` and `-m 0700` have a value. */
function split(
  words: readonly (string | undefined)[],
  takes: ReadonlySet<string>,
): { flags: Set<string>; values: Map<string, string>; plain: (string | undefined)[] } {
  const flags = new Set<string>();
  const values = new Map<string, string>();
  const plain: (string | undefined)[] = [];
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

/** What a script may hold and still leave no account and no file behind that is not seen. */
const harmless = new Set(
  (
    'echo printf cat ls test [ [[ true false : set export cd sleep date env id whoami sed awk grep egrep head tail cut sort uniq tr ' +
    'pwd umask unset return exit wait trap which type hash stat du df find xargs touch truncate tee diff cmp sha256sum md5sum ' +
    'shopt local readonly shift source fi done esac case } ]] mktemp sync'
  ).split(' '),
);
const packageManagers = new Set('apt-get apt aptitude apk dnf yum microdnf tdnf zypper pacman'.split(' '));
