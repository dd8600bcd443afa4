// Every COPY and ADD, and what --link does to it there, or would do: the facts that verdicts and rules put into words.
import type { CopyFacts, Stage, Step } from '../compile/stage.ts';
import type { AddInstruction, CopyInstruction } from '../dockerfile/instruction.ts';
import { base as baseName, clean, dir as parent } from '../go/path.ts';
import type { Analysis } from './analyze.ts';
import type { ReadUse } from './contextUse.ts';
import { ancestors, type Hazard, hazardsOf, mayBeMerged } from './copyHazards.ts';
import { isWindows } from './knownBase.ts';
import { readUse } from './knownContext.ts';
import { type SourceKind, sourceKind } from './sourceKind.ts';
import { directoryAt, type KnownAccount, linkAt, type StageFiles } from './stageFiles.ts';
import { notesOf, type StageNotes } from './stageNotes.ts';
import { walkStages } from './walkStages.ts';

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
  readonly kinds: readonly SourceKind[];
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

/** There is nothing below a step: its base is scratch or has no layers. Of a base that could not be had that is not known. */
export function isOnNothing(stage: Stage, step: Step): boolean {
  if (step.before.out !== undefined) return false;
  let root = stage;
  while (root.base !== undefined) root = root.base;
  return root.originalBase === 'scratch' || root.baseImage !== undefined || root.namedContext !== undefined;
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
    const hasBelow = !isOnNothing(stage, step);
    const uses = facts.from === undefined ? facts.sources.map((source) => readUse(analysis, index, source)) : [];
    const kinds = kindsOf(instruction, facts, from, uses);
    const directories = uses.flatMap((use) => use?.directories ?? []);
    // A drive's letter is Windows too.
    const windows = isWindows(stage) || /^\/?[A-Za-z]:/.test(facts.dest);
    const hazards =
      hasBelow && !windows ? hazardsOf({ stage, step, at, files, from, facts, kinds, directories, notes }) : [];
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

function kindsOf(
  instruction: CopyInstruction | AddInstruction,
  facts: CopyFacts,
  from: StageFiles | undefined,
  uses: readonly (ReadUse | undefined)[],
): SourceKind[] {
  if (instruction.kind === 'copy' && instruction.parents) return ['directory'];
  const kinds = facts.sources.map((source, i) =>
    sourceKind(source, from, instruction.kind === 'add' && instruction, uses[i]),
  );
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

function newParents(files: StageFiles, facts: CopyFacts): string[] {
  const path = clean(facts.absoluteDest);
  const slash = facts.absoluteDest.endsWith('/') || facts.absoluteDest.endsWith('/.');
  if (path === '/') return [];
  // What a RUN or an unknown base may have made cannot be told.
  if (files.hasBase && (files.base === undefined || files.opaque)) return [];
  const all = slash ? [...ancestors(path), path] : ancestors(path);
  const link = all.findIndex((at) => linkAt(files, at) !== undefined);
  // Nobody looks behind a link.
  const missing = (link < 0 ? all : all.slice(0, link)).filter(
    (at) => directoryAt(files, at) === undefined && !files.paths.has(at),
  );
  // Below a directory that distributions and packages fill, a name may be there.
  return missing.some((at) => /^\/(etc|usr|var|lib|opt\/[^/]+)\/./.test(at)) && files.packages !== '' ? [] : missing;
}

function laidDirectories(files: StageFiles, facts: CopyFacts, kinds: Copy['kinds']): LaidDirectory[] {
  const path = clean(facts.absoluteDest);
  const whole = facts.absoluteDest.endsWith('/') || facts.absoluteDest.endsWith('/.') || kinds[0] === 'directory';
  const id = (owner: number | string | undefined): number | undefined =>
    typeof owner === 'string' ? (files.users.get(owner)?.uid ?? files.base?.user(owner)?.uid) : owner;
  return (whole ? [...ancestors(path), path] : ancestors(path)).flatMap((at) => {
    const fact = files.paths.has(at) ? undefined : files.base?.directory(at);
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

/** The accounts above an instruction. The maps go on growing, so that what a later line made is left out when asked. */
function accountsOf(files: StageFiles, notes: StageNotes, index: number): Accounts {
  const { users, groups, base, opaque, packages } = files;
  const above = (account: KnownAccount | undefined): KnownAccount | undefined =>
    account !== undefined && account.by < index ? account : undefined;
  return {
    user: (name) => above(users.get(name)) ?? base?.user(name),
    group: (name) => above(groups.get(name))?.gid ?? base?.group(name),
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
  if (mayBeMerged(files, path)) return false;
  const slash = facts.absoluteDest.endsWith('/') || facts.absoluteDest.endsWith('/.');
  if (!slash && !isNewName(facts, kinds, path, files)) return false;
  if (path === '/' || /^\/?[A-Za-z]:/.test(facts.dest)) return false;
  const known = files.base !== undefined || files.paths.has(path) || files.paths.has(parent(path));
  return known || plainPlaces.test(path);
}

/** Without a slash the destination must be the copy's own: a directory's, or the name of one file and not of a directory there. */
function isNewName({ sources }: CopyFacts, kinds: Copy['kinds'], path: string, files: StageFiles): boolean {
  if (kinds.length !== 1 || (kinds[0] !== 'file' && kinds[0] !== 'directory')) return false;
  const [source] = sources;
  // Whoever writes a heredoc to a directory does not mean to: it would be called EOF there.
  if (kinds[0] === 'directory' || source === undefined) return true;
  if (files.base?.by === 'image' && !files.opaque && directoryAt(files, path) === undefined) return true;
  return baseName(clean(`/${source}`)) === baseName(path) || sourceKind(path, undefined, false) === 'file';
}
