// Every COPY and ADD, and what --link does to it there, or would do: the facts that verdicts and rules put into words.
import type { CopyFacts, Stage, Step } from '../compile/stage.ts';
import type { AddInstruction, CopyInstruction, RunInstruction } from '../dockerfile/instruction.ts';
import { base as baseName, clean, dir as parent } from '../go/path.ts';
import type { Analysis } from './analyze.ts';
import { mergedNames, standardDirectories } from './catalogue.ts';
import { simpleCommands } from './shellCommands.ts';
import {
  directoryAt,
  type KnownAccount,
  linkAt,
  runScript,
  type StageFiles,
  sourceKind,
  specialDirectory,
  walkStages,
} from './stageFiles.ts';

/** Who says so: a line of the file, the catalogue of base images, or what is usual where the base is not known. */
export type Basis =
  | { readonly kind: 'line'; readonly instruction: number }
  | { readonly kind: 'catalogue'; readonly title: string }
  | { readonly kind: 'usual' };

/** Something that goes wrong where files are laid on the base without a look at it. */
export interface Hazard {
  readonly kind:
    | 'file-replaces-directory'
    | 'only-last-file'
    | 'usr-merge'
    | 'symlink'
    | 'tmp'
    | 'directory'
    | 'workdir'
    | 'parents';
  /** The directory or link that suffers. */
  readonly path: string;
  readonly basis: Basis;
  /** False where it hangs on something that the file does not tell: whether a source is a file, whether the base is merged. */
  readonly sure: boolean;
  /** Of a link: where it leads. Of a directory: mode and owner that get lost. */
  readonly detail: string;
  /** It seldom matters. */
  readonly minor?: true;
  /** Of `parents`: all of them. */
  readonly paths?: readonly string[];
}

export interface Copy {
  readonly stage: Stage;
  readonly step: Step;
  /** Index of the step in its stage. */
  readonly at: number;
  readonly instruction: CopyInstruction | AddInstruction;
  /** Index of the instruction in the file. */
  readonly index: number;
  readonly facts: CopyFacts;
  /** A merge joins it: linked, and there is something below. */
  readonly merged: boolean;
  /** What --link does wrong here, or would. The worst first. */
  readonly hazards: readonly Hazard[];
  /** Why the flag, though written, does nothing. */
  readonly cancelled: 'chmod' | 'scratch' | 'worker' | undefined;
  /** The stage is the target or one that it is built on: its files are what is shipped. */
  readonly shipped: boolean;
  readonly files: Pick<StageFiles, 'hasBase' | 'base' | 'opaque'>;
  /** What each source is, heredocs included. */
  readonly kinds: readonly ReturnType<typeof sourceKind>[];
  /** Names and numbers of accounts that are known here. */
  readonly accounts: Accounts;
  /** --link would keep it from running again, and nothing speaks against it. */
  readonly wouldHelp: boolean;
  /** Directories on the way that are there before, outermost first: what a stage that lays them out must make. */
  readonly onTheWay: readonly LaidDirectory[];
  /** Directories that the copy itself must make on its way, where the base is known well enough to tell. */
  readonly newParents: readonly string[];
  /** A RUN runs on the merged files and another linked copy follows: index of that RUN. */
  readonly heavyRun: number | undefined;
}

/** A directory as it is before the copy; undefined where that is not known. */
export interface LaidDirectory {
  readonly path: string;
  readonly mode: number | undefined;
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  /** Everything about it is known. */
  readonly known: boolean;
}

export interface Accounts {
  readonly user: (name: string) => { readonly uid: number | undefined; readonly gid: number | undefined } | undefined;
  readonly group: (name: string) => number | undefined;
  /** Index of the instruction that makes a user or group of that name, here or further down; undefined where none does. */
  readonly madeBy: (name: string) => number | undefined;
  /** Names that lines above have made. */
  readonly names: () => readonly string[];
  /** Nothing above can have made accounts that are not seen. */
  readonly complete: boolean;
}

/** Every COPY and ADD of the file's stages in order, triggers and refused ones left out. Made once for an analysis. */
export function copiesOf(analysis: Analysis): readonly Copy[] {
  return foundIn(analysis).copies;
}

/** What is known of the owner of a copy that BuildKit refuses for its name. */
export interface RefusedOwner {
  readonly accounts: Accounts;
  /** `--chown` after expansion. */
  readonly chown: string;
  /** Who the name is known from: ` in Debian 12 (bookworm)`, `, line 3`. */
  readonly source: string;
}

/** The owner of the refused copy at this index of the file. */
export function accountsAt(analysis: Analysis, index: number): RefusedOwner | undefined {
  return foundIn(analysis).refused.get(index);
}

interface Found {
  readonly copies: readonly Copy[];
  readonly refused: ReadonlyMap<number, RefusedOwner>;
}

const known = new WeakMap<Analysis, Found>();

function foundIn(analysis: Analysis): Found {
  let found = known.get(analysis);
  if (found === undefined) {
    found = find(analysis);
    known.set(analysis, found);
  }
  return found;
}

/** The stages whose files the target ships: itself and those it is built on. */
export function shippedStages(analysis: Analysis): ReadonlySet<Stage> {
  const found = new Set<Stage>();
  for (let at = analysis.target; at !== undefined && !found.has(at); at = at.base) found.add(at);
  return found;
}

/** Windows, by its platform or by the look of its base: there nothing has been observed. */
export function isWindows(stage: Stage): boolean {
  for (let at: Stage | undefined = stage; at !== undefined; at = at.base)
    if (at.platform?.os === 'windows' || /windows|nanoserver|servercore/i.test(at.originalBase)) return true;
  return false;
}

function find(analysis: Analysis): Found {
  const copies: Copy[] = [];
  const refused = new Map<number, RefusedOwner>();
  const shipped = shippedStages(analysis);
  const seen = new Map<Stage, StageFiles>();
  const perStage = new Map<Stage, StageNotes>();
  walkStages(analysis, (stage, step, files, at) => {
    seen.set(stage, files);
    const { instruction, index, isOnBuild } = step.command;
    const facts = step.copy;
    if (isOnBuild) return;
    if (instruction.kind !== 'copy' && instruction.kind !== 'add') return;
    let notes = perStage.get(stage);
    if (notes === undefined) {
      notes = notesOf(stage);
      perStage.set(stage, notes);
    }
    if (facts === undefined || step.failed) {
      const owner = refusedOwner(analysis, instruction, accountsOf(files, notes, index), files);
      if (owner !== undefined) refused.set(index, owner);
      return;
    }
    const from = facts.from === undefined ? undefined : seen.get(facts.from);
    const hasBelow = step.before.out !== undefined;
    const kinds = kindsOf(instruction, facts, from);
    // A drive's letter is Windows too.
    const windows = isWindows(stage) || /^\/?[A-Za-z]:/.test(facts.dest);
    const hazards =
      hasBelow && !windows ? hazardsOf({ stage, step, at, files, from, facts, kinds, instruction, notes }) : [];
    const cancelled = !facts.link
      ? undefined
      : !facts.linked
        ? facts.chmod !== ''
          ? 'chmod'
          : 'worker'
        : hasBelow
          ? undefined
          : 'scratch';
    copies.push({
      stage,
      step,
      at,
      instruction,
      index,
      facts,
      merged: facts.linked && hasBelow,
      hazards,
      cancelled,
      shipped: shipped.has(stage),
      files: { hasBase: files.hasBase, base: files.base, opaque: files.opaque },
      kinds,
      accounts: accountsOf(files, notes, index),
      wouldHelp:
        stage === analysis.target &&
        !isWindows(stage) &&
        analysis.compilation.options.disabledCaps.has('mergeop') === false &&
        // `--link=false` is an answer.
        !instruction.flags.some((flag) => flag.name === 'link') &&
        helps(facts, files, step, at, kinds, hazards, notes),
      onTheWay: hazards.length === 0 ? [] : laidDirectories(files, facts, kinds),
      newParents: facts.chmod === '' ? [] : newParents(files, facts),
      heavyRun: facts.linked && hasBelow && !isWindows(stage) ? notes.heavyAfter(at) : undefined,
    });
  });
  return { copies, refused };
}

function refusedOwner(
  analysis: Analysis,
  { span }: CopyInstruction | AddInstruction,
  accounts: Accounts,
  files: StageFiles,
): RefusedOwner | undefined {
  const problem = analysis.problems.find(
    (p) => p.code === 'link-named-owner' && p.span.start >= span.start && p.span.end <= span.end,
  );
  const chown = /^--chown=(.*?): user and group/.exec(problem?.summary ?? '')?.[1];
  if (chown === undefined) return undefined;
  const name = chown.split(':').find((part) => part !== '' && part !== 'root' && !/^\d+$/.test(part));
  const by = name === undefined ? undefined : accounts.madeBy(name);
  const line = by === undefined ? undefined : analysis.dockerfile.instructions[by]?.lines.first;
  const source = line !== undefined ? `, line ${line}` : files.base === undefined ? '' : ` in ${files.base.title}`;
  return { accounts, chown, source };
}

/** What is needed of a stage's other steps. */
interface StageNotes {
  readonly lastRun: number;
  readonly runs: readonly {
    readonly at: number;
    readonly index: number;
    readonly script: string;
    readonly light: boolean;
  }[];
  /** Directory of each later WORKDIR. */
  readonly workdirs: readonly { readonly at: number; readonly path: string; readonly index: number }[];
  readonly heavyAfter: (at: number) => number | undefined;
  readonly accountsMade: ReadonlyMap<string, number>;
  /** The last step that sets mode or owner of a path, by path. */
  readonly mended: () => ReadonlyMap<string, number>;
  /** Another user is set behind this step before any RUN. */
  readonly userChanges: (at: number) => boolean;
}

function notesOf(stage: Stage): StageNotes {
  const runs: { at: number; index: number; script: string; light: boolean }[] = [];
  const workdirs: { at: number; path: string; index: number }[] = [];
  const linked: number[] = [];
  const accountsMade = new Map<string, number>();
  for (let at = 0; at < stage.steps.length; at++) {
    const step = stage.steps[at] as Step;
    const { instruction, index } = step.command;
    if (instruction.kind === 'run') {
      const script = runScript(instruction as RunInstruction);
      runs.push({ at, index, script, light: isLight(script) });
      if (/useradd|adduser|groupadd|addgroup/.test(script))
        for (const { words } of simpleCommands(script, () => undefined)) {
          if (!/^(?:\/usr)?(?:\/s?bin\/)?(?:useradd|adduser|groupadd|addgroup)$/.test(words[0] ?? '')) continue;
          for (const word of words.slice(1))
            if (word !== undefined && !accountsMade.has(word)) accountsMade.set(word, index);
        }
    } else if (instruction.kind === 'workdir') workdirs.push({ at, path: clean(step.after.dir || '/'), index });
    else if (step.copy?.linked && step.before.out !== undefined) linked.push(at);
  }
  const heavy = runs.filter((run) => !run.light);
  const lastRun = runs[runs.length - 1]?.at ?? -1;
  // Heavy is a RUN with a linked copy and another RUN behind it.
  const heavyAfter = (at: number): number | undefined => {
    const run = heavy[lowerBound(heavy, at + 1, (r) => r.at)];
    const joined = run === undefined ? undefined : linked[lowerBound(linked, run.at, (l) => l)];
    return run !== undefined && joined !== undefined && lastRun > joined ? run.index : undefined;
  };
  let paths: Map<string, number> | undefined;
  const mended = (): ReadonlyMap<string, number> => {
    if (paths !== undefined) return paths;
    paths = new Map();
    for (const { at, script } of runs) {
      if (!/chmod|chown|install/.test(script)) continue;
      for (const { words } of simpleCommands(script, () => undefined))
        if (/^(?:\/usr)?(?:\/bin\/)?(?:chmod|chown|install)$/.test(words[0] ?? ''))
          for (const word of words)
            if (word?.startsWith('/')) paths.set(word === '/' ? word : word.replace(/\/$/, ''), at);
    }
    return paths;
  };
  const userChanges = (at: number): boolean => {
    for (let i = at + 1; i < stage.steps.length; i++) {
      const { command, before, after } = stage.steps[i] as Step;
      if (command.instruction.kind === 'run') return false;
      if (command.instruction.kind === 'user') return after.user !== before.user;
    }
    return false;
  };
  return { userChanges, mended, lastRun, runs, workdirs, heavyAfter, accountsMade };
}

function lowerBound<T>(sorted: readonly T[], value: number, of: (entry: T) => number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (of(sorted[middle] as T) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

const lightCommands = new Set(
  'mkdir chmod chown echo ln touch useradd groupadd adduser addgroup usermod rm rmdir mv sed test [ true : cd set ls cat printf install id whoami export env grep'.split(
    ' ',
  ),
);

/** Writes at most a few files. */
function isLight(script: string): boolean {
  return (
    script.length < 2000 &&
    simpleCommands(script, () => undefined).every(
      ({ words }) => words[0] !== undefined && lightCommands.has(baseName(words[0])),
    )
  );
}

function kindsOf(
  instruction: CopyInstruction | AddInstruction,
  facts: CopyFacts,
  from: StageFiles | undefined,
): ReturnType<typeof sourceKind>[] {
  if (instruction.kind === 'copy' && instruction.parents) return ['directory'];
  const kinds = facts.sources.map((source) => sourceKind(source, from, instruction.kind === 'add' && instruction));
  const name = baseName(clean(facts.absoluteDest));
  return [
    // What is copied to a place of its own name is as likely a directory.
    ...kinds.map((kind, i) =>
      kind === 'maybe-file' && kinds.length === 1 && baseName(clean(`/${facts.sources[i]}`)) === name
        ? 'unknown'
        : kind,
    ),
    ...instruction.contents.map(() => 'file' as const),
  ];
}

interface Place {
  readonly stage: Stage;
  readonly step: Step;
  readonly at: number;
  readonly files: StageFiles;
  readonly from: StageFiles | undefined;
  readonly facts: CopyFacts;
  readonly kinds: readonly ReturnType<typeof sourceKind>[];
  readonly instruction: CopyInstruction | AddInstruction;
  readonly notes: StageNotes;
}

function hazardsOf(place: Place): Hazard[] {
  const { files, facts, kinds, step, notes } = place;
  const dest = facts.absoluteDest;
  const slash = dest.endsWith('/') || dest.endsWith('/.');
  const path = clean(dest);
  const hazards: Hazard[] = [];
  if (!slash) {
    if (kinds.length > 1) onlyLast(place, path, hazards);
    else fileReplaces(place, path, hazards);
  }
  usrMerge(place, path, hazards);
  const above = ancestors(path);
  const inside = slash || kinds[0] === 'directory' ? [...above, path] : above;
  for (const at of [...above, path]) {
    const link = linkAt(files, at);
    if (link === undefined || isMergedPath(at)) continue;
    // What only another copy put there is as it should be.
    const rest = path.slice(at.length);
    const basis = basisOf(files, link.by);
    hazards.push({ kind: 'symlink', path: at, basis, sure: true, detail: `${link.target}${rest}` });
    break;
  }
  for (const at of inside) {
    if (at === '/') continue;
    const special = specialDirectory(files, at);
    if (special === undefined) continue;
    const basis = basisOf(files, special.by);
    const isTmp = at === '/tmp' || at === '/var/tmp';
    if (isTmp && special.mode === 0o1777) {
      if (!mendedLater(place, at)) hazards.push({ kind: 'tmp', path: at, basis, sure: true, detail: special.words });
      continue;
    }
    const owner = ownerOf(files, facts.chown);
    const uid = typeof special.uid === 'string' ? (files.users.get(special.uid)?.uid ?? special.uid) : special.uid;
    const keepsOwner = uid === undefined ? owner === 0 : uid === owner;
    const keepsMode = special.mode === undefined || special.mode === 0o755;
    if ((keepsOwner && keepsMode) || mendedLater(place, at)) continue;
    const kind = files.paths.get(at)?.how === 'workdir' ? 'workdir' : 'directory';
    if (kind === 'workdir' && notes.userChanges(place.at)) continue;
    hazards.push({
      kind,
      path: at,
      basis,
      sure: true,
      detail: special.words,
      ...(special.minor ? { minor: true } : {}),
    });
  }
  const { user, dir } = step.before;
  const ownDir = clean(dir || '/');
  if (
    files.hasBase &&
    user !== '' &&
    !/^(root|0)(:|$)/.test(user) &&
    ownDir !== '/' &&
    inside.includes(ownDir) &&
    !files.paths.has(ownDir) &&
    specialDirectory(files, ownDir) === undefined &&
    place.stage.baseImage?.workingDir === dir &&
    ownerOf(files, facts.chown) === 0 &&
    !notes.userChanges(place.at)
  )
    hazards.push({
      kind: 'workdir',
      path: ownDir,
      basis: { kind: 'usual' },
      sure: false,
      detail: `owner ${user.split(':')[0]}`,
    });
  parents(place, inside, path, hazards);
  return hazards;
}

/** An instruction, or below 0 the base: by the catalogue where that knows it. */
function basisOf(files: StageFiles, by: number): Basis {
  if (by >= 0) return { kind: 'line', instruction: by };
  return files.base === undefined ? { kind: 'usual' } : { kind: 'catalogue', title: files.base.title };
}

function newParents(files: StageFiles, facts: CopyFacts): string[] {
  const path = clean(facts.absoluteDest);
  const slash = facts.absoluteDest.endsWith('/') || facts.absoluteDest.endsWith('/.');
  if (path === '/') return [];
  // What a RUN or an unknown base may have made cannot be told.
  if (files.hasBase && (files.base === undefined || files.opaque)) return [];
  const all = slash ? [...ancestors(path), path] : ancestors(path);
  const missing = all.filter(
    (at) => directoryAt(files, at) === undefined && !files.paths.has(at) && linkAt(files, at) === undefined,
  );
  // Below a directory that distributions and packages fill, a name may be there.
  return missing.some((at) => /^\/(etc|usr|var|lib|opt\/[^/]+)\/./.test(at)) && files.packages !== '' ? [] : missing;
}

function laidDirectories(files: StageFiles, facts: CopyFacts, kinds: Copy['kinds']): LaidDirectory[] {
  const path = clean(facts.absoluteDest);
  const whole = facts.absoluteDest.endsWith('/') || facts.absoluteDest.endsWith('/.') || kinds[0] === 'directory';
  const id = (owner: number | string | undefined): number | undefined =>
    typeof owner === 'string' ? (files.users.get(owner)?.uid ?? files.base?.users.get(owner)?.uid) : owner;
  return (whole ? [...ancestors(path), path] : ancestors(path)).flatMap((at) => {
    const fact = files.paths.has(at) ? undefined : files.base?.directories.get(at);
    if (fact !== undefined) {
      const { mode, uid, gid } = fact;
      return [{ path: at, mode, uid, gid, known: mode !== undefined && uid !== undefined }];
    }
    if (directoryAt(files, at) === undefined) return [];
    const own = files.paths.get(at);
    if (own === undefined) return [{ path: at, mode: 0o755, uid: 0, gid: 0, known: true }];
    const uid = own.uid === undefined ? 0 : id(own.uid);
    const gid = own.gid === undefined ? uid : typeof own.gid === 'string' ? files.groups.get(own.gid)?.gid : own.gid;
    return [{ path: at, mode: own.mode ?? 0o755, uid, gid, known: uid !== undefined && own.how !== 'copy' }];
  });
}

/** `/a/b/c` gives `/a`, `/a/b`. */
function ancestors(path: string): string[] {
  const found: string[] = [];
  for (let at = parent(path); at !== '/' && at !== '.'; at = parent(at)) found.push(at);
  return found.reverse();
}

function ownerOf(files: StageFiles, chown: string): number | string {
  const user = chown.split(':')[0] as string;
  if (user === '' || user === 'root') return 0;
  if (/^\d+$/.test(user)) return Number(user);
  return files.users.get(user)?.uid ?? files.base?.users.get(user)?.uid ?? user;
}

function directoryBasis(place: Place, path: string): Basis | undefined {
  const { files, step, notes, at } = place;
  const found = directoryAt(files, path);
  if (typeof found === 'number') return { kind: 'line', instruction: found };
  const dir = clean(step.before.dir || '/');
  if ((dir === path || dir.startsWith(`${path}/`)) && path !== '/') {
    const line = notes.workdirs.findLast((w) => w.at < at && w.path === dir);
    return line === undefined ? { kind: 'usual' } : { kind: 'line', instruction: line.index };
  }
  if (found !== undefined) return basisOf(files, -1);
  const later = notes.workdirs.find((w) => w.at > at && (w.path === path || w.path.startsWith(`${path}/`)));
  return later === undefined ? undefined : { kind: 'line', instruction: later.index };
}

function fileReplaces(place: Place, path: string, hazards: Hazard[]): void {
  const { kinds, files } = place;
  const kind = kinds[0];
  if (kind !== 'file' && kind !== 'maybe-file') return;
  // As often a directory as a program.
  const name = baseName(clean(`/${place.facts.sources[0] ?? ''}`));
  if (kind === 'maybe-file' && !isCommandPlace(path) && /^(app|server|web|client|api|main)$/.test(name)) return;
  if (isMergedPath(path) && files.base?.usrMerged !== false) return;
  const basis = directoryBasis(place, path);
  if (basis === undefined) return;
  hazards.push({ kind: 'file-replaces-directory', path, basis, sure: kind === 'file', detail: '' });
}

/** Places of commands: what is copied there is nearly always a file. */
export function isCommandPlace(path: string): boolean {
  return /^\/usr\/(local\/)?s?bin$/.test(path);
}

function onlyLast(place: Place, path: string, hazards: Hazard[]): void {
  const { kinds } = place;
  const last = kinds[kinds.length - 1];
  if ((kinds[0] !== 'file' && kinds[0] !== 'maybe-file') || (last !== 'file' && last !== 'maybe-file')) return;
  const basis = directoryBasis(place, path) ?? { kind: 'usual' as const };
  const sure = kinds[0] === 'file' && last === 'file';
  hazards.push({ kind: 'only-last-file', path, basis, sure, detail: '' });
}

function isMergedPath(path: string): boolean {
  const second = path.indexOf('/', 1);
  return mergedNames.has(path.slice(1, second < 0 ? undefined : second));
}

function usrMerge(place: Place, path: string, hazards: Hazard[]): void {
  const { files, facts, from } = place;
  if (!files.hasBase || files.base?.usrMerged === false) return;
  const merged = files.base?.usrMerged;
  if (merged === undefined && (files.packages === 'apk' || files.base?.family === 'alpine')) return;
  const title = files.base?.title;
  const basis: Basis = title === undefined ? { kind: 'usual' } : { kind: 'catalogue', title };
  const sure = merged === true;
  if (isMergedPath(path)) {
    const first = path.split('/')[1] as string;
    // A line made the directory, so that it is none of the base's links.
    if (files.paths.get(`/${first}`)?.kind === 'directory' && !sure) return;
    // An unknown base of which nothing tells that it is a distribution with a shell.
    const likely = sure || title !== undefined || files.packages !== '';
    hazards.push({ kind: 'usr-merge', path: `/${first}`, basis, sure, detail: likely ? `/usr${path}` : '' });
  } else if (path === '/' && from !== undefined) {
    for (const source of facts.sources) {
      const root = clean(`/${source}`);
      if (root === '/') continue;
      for (const name of mergedNames)
        if (from.paths.get(`${root}/${name}`)?.kind === 'directory')
          hazards.push({ kind: 'usr-merge', path: `/${name}`, basis, sure, detail: '' });
    }
  }
}

const systemDirectory = (path: string): boolean => standardDirectories.has(path) && path !== '/';

function parents(place: Place, inside: readonly string[], dest: string, hazards: Hazard[]): void {
  const { files, facts } = place;
  const [user = '', group] = facts.chown.split(':');
  const owner = ownerOf(files, facts.chown);
  // Without a group the number is both.
  const gid =
    group === undefined ? owner : group === '' ? (user === '' ? 0 : owner) : group === 'root' ? 0 : Number(group);
  if (facts.chown === '' || (owner === 0 && gid === 0) || typeof owner === 'string') return;
  const there = inside.filter((path) => {
    if (directoryAt(files, path) === undefined) return false;
    // The destination is meant to have the owner, unless it is one of the system's.
    if (path === dest && !systemDirectory(path)) return false;
    const known = files.paths.get(path);
    if (known?.uid === undefined) return true;
    const id = typeof known.uid === 'string' ? files.users.get(known.uid)?.uid : known.uid;
    return id !== owner;
  });
  const first = there.find(systemDirectory) ?? there[0];
  if (first === undefined || mendedLater(place, first)) return;
  const by = directoryAt(files, first);
  const basis = basisOf(files, typeof by === 'number' ? by : -1);
  hazards.push({ kind: 'parents', path: first, basis, sure: true, detail: facts.chown, paths: there });
}

/** A later RUN of the stage sets mode or owner there itself. */
function mendedLater({ notes, at }: Place, path: string): boolean {
  return (notes.mended().get(path) ?? -1) > at;
}

/** The accounts above an instruction. The maps go on growing, so that what a later line made is left out when asked. */
function accountsOf(files: StageFiles, notes: StageNotes, index: number): Accounts {
  const { users, groups, base, opaque, packages } = files;
  const above = (account: KnownAccount | undefined): KnownAccount | undefined =>
    account !== undefined && account.by < index ? account : undefined;
  return {
    user: (name) => above(users.get(name)) ?? base?.users.get(name),
    group: (name) => above(groups.get(name))?.gid ?? base?.groups.get(name),
    madeBy: (name) => above(users.get(name))?.by ?? above(groups.get(name))?.by ?? notes.accountsMade.get(name),
    names: () => [...users, ...groups].flatMap(([name, account]) => (account.by < index ? [name] : [])),
    complete: base !== undefined && !opaque && packages === '' && index >= 0,
  };
}

/** First parts of paths where a copy seldom meets a directory with a mode or owner of its own. */
const plainPlaces = /^\/(app|application|code|data|dist|etc|opt|service|srv|usr|workspace|workdir)(\/|$)/;

function helps(
  facts: CopyFacts,
  files: StageFiles,
  step: Step,
  at: number,
  kinds: Copy['kinds'],
  hazards: readonly Hazard[],
  notes: StageNotes,
): boolean {
  if (facts.link || facts.chmod !== '' || step.before.out === undefined || !files.hasBase) return false;
  if (at < notes.lastRun || hazards.length > 0) return false;
  if (facts.chown !== '' && !/^(\d+|root)(:(\d+|root)?)?$/.test(facts.chown)) return false;
  const path = clean(facts.absoluteDest);
  if (isMergedPath(path) && files.base?.usrMerged !== false) return false;
  const slash = facts.absoluteDest.endsWith('/') || facts.absoluteDest.endsWith('/.');
  // Without a slash it must be a file, and the name a new one.
  if (!slash && (kinds.length !== 1 || (kinds[0] !== 'file' && kinds[0] !== 'directory'))) return false;
  if (path === '/' || /^\/?[A-Za-z]:/.test(facts.dest)) return false;
  const known = files.base !== undefined || files.paths.has(path) || files.paths.has(parent(path));
  return known || plainPlaces.test(path);
}
