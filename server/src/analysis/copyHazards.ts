// What goes wrong where the files of one copy are laid on the base without a look at it, as --link does.
import type { CopyFacts, Stage, Step } from '../compile/stage.ts';
import { base as baseName, clean, dir as parent } from '../go/path.ts';
import { mergedNames, standardDirectories } from './catalogue.ts';
import type { SourceKind } from './sourceKind.ts';
import { directoryAt, linkAt, type StageFiles, specialDirectory } from './stageFiles.ts';
import type { StageNotes } from './stageNotes.ts';

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

/** A copy at its place. */
export interface Place {
  readonly stage: Stage;
  readonly step: Step;
  readonly at: number;
  readonly files: StageFiles;
  readonly from: StageFiles | undefined;
  readonly facts: CopyFacts;
  readonly kinds: readonly SourceKind[];
  readonly notes: StageNotes;
}

/** All of them, the worst first. */
export function hazardsOf(place: Place): Hazard[] {
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

/** `/a/b/c` gives `/a`, `/a/b`. */
export function ancestors(path: string): string[] {
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

export function isMergedPath(path: string): boolean {
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
