// What goes wrong where the files of one copy are laid on the base without a look at it, as --link does.
import type { CopyFacts, Stage, Step } from '../compile/stage.ts';
import { base as baseName, clean, dir as parent } from '../go/path.ts';
import { mergedNames, standardDirectories } from './catalogue.ts';
import type { SourceKind } from './sourceKind.ts';
import { directoryAt, linkAt, type StageFiles, specialDirectory } from './stageFiles.ts';
import type { StageNotes } from './stageNotes.ts';

/** Who says so: a line of the file, the base's own layers, the catalogue of base images, or what is usual where the base is not known. */
export type Basis =
  | { readonly kind: 'line'; readonly instruction: number }
  | { readonly kind: 'image' }
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
  /** Names of directories that are known to be right inside the sources. */
  readonly directories: readonly string[];
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
    if (link === undefined || (isMergedPath(at) && files.base?.by !== 'image')) continue;
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
    const { uid: owner, gid } = ownersOf(files, facts.chown);
    const uid = typeof special.uid === 'string' ? (files.users.get(special.uid)?.uid ?? special.uid) : special.uid;
    const keepsOwner =
      (uid === undefined ? owner === 0 : uid === owner) && (special.gid === undefined || special.gid === gid);
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
    files.base?.by !== 'image' &&
    user !== '' &&
    !/^(root|0)(:|$)/.test(user) &&
    ownDir !== '/' &&
    inside.includes(ownDir) &&
    !files.paths.has(ownDir) &&
    specialDirectory(files, ownDir) === undefined &&
    place.stage.baseImage?.workingDir === dir &&
    ownersOf(files, facts.chown).uid === 0 &&
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

/** An instruction, or below 0 the base: by its layers or the catalogue where these know it. */
function basisOf({ base }: StageFiles, by: number): Basis {
  if (by >= 0) return { kind: 'line', instruction: by };
  if (base === undefined) return { kind: 'usual' };
  return base.by === 'image' ? { kind: 'image' } : { kind: 'catalogue', title: base.title };
}

/** `/a/b/c` gives `/a`, `/a/b`. */
export function ancestors(path: string): string[] {
  const found: string[] = [];
  for (let at = parent(path); at !== '/' && at !== '.'; at = parent(at)) found.push(at);
  return found.reverse();
}

/** Of `--chown`: numbers where they are known, else the name. Without a group the number of the user is both. */
function ownersOf(files: StageFiles, chown: string): { uid: number | string; gid: number | string } {
  const [user = '', group] = chown.split(':') as [string, string?];
  const uid =
    user === '' || user === 'root'
      ? 0
      : /^\d+$/.test(user)
        ? Number(user)
        : (files.users.get(user)?.uid ?? files.base?.user(user)?.uid ?? user);
  const gid = group === undefined ? uid : group === '' ? (user === '' ? 0 : uid) : group === 'root' ? 0 : Number(group);
  return { uid, gid };
}

function directoryBasis(place: Place, path: string): Basis | undefined {
  const { files, step, notes, at } = place;
  const found = directoryAt(files, path);
  if (typeof found === 'number') return { kind: 'line', instruction: found };
  if (found === 'image') return { kind: 'image' };
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
  if (mayBeMerged(files, path)) return;
  const basis = directoryBasis(place, path);
  if (basis === undefined) return;
  hazards.push({ kind: 'file-replaces-directory', path, basis, sure: kind === 'file', detail: '' });
}

/** Places of commands: what is copied there is nearly always a file. */
export function isCommandPlace(path: string): boolean {
  return /^\/usr\/(local\/)?s?bin$/.test(path);
}

function onlyLast(place: Place, path: string, hazards: Hazard[]): void {
  const { kinds, files } = place;
  const last = kinds[kinds.length - 1];
  if ((kinds[0] !== 'file' && kinds[0] !== 'maybe-file') || (last !== 'file' && last !== 'maybe-file')) return;
  const basis = directoryBasis(place, path) ?? basisOfNothing(files);
  const sure = kinds[0] === 'file' && last === 'file';
  hazards.push({ kind: 'only-last-file', path, basis, sure, detail: '' });
}

/** Who says that nothing stands at a path: the layers do, the catalogue does not. */
function basisOfNothing({ base }: StageFiles): Basis {
  return { kind: base?.by === 'image' ? 'image' : 'usual' };
}

export function isMergedPath(path: string): boolean {
  const second = path.indexOf('/', 1);
  return mergedNames.has(path.slice(1, second < 0 ? undefined : second));
}

/** `/bin` of `/bin/a/b`. */
function firstOf(path: string): string {
  const second = path.indexOf('/', 1);
  return second < 0 ? path : path.slice(0, second);
}

/** The path may lead through one of the links of a merged /usr. */
export function mayBeMerged({ base }: StageFiles, path: string): boolean {
  return isMergedPath(path) && base?.merged(firstOf(path)) !== false;
}

function usrMerge(place: Place, path: string, hazards: Hazard[]): void {
  const { files, facts, from, directories } = place;
  const { base } = files;
  if (!files.hasBase) return;
  const basis = basisOf(files, -1);
  /** Undefined where there is surely no such link. */
  const sureAt = (first: string): boolean | undefined => {
    const merged = base?.merged(first);
    if (merged === false) return undefined;
    if (merged === undefined && (files.packages === 'apk' || base?.family === 'alpine')) return undefined;
    return merged === true;
  };
  if (isMergedPath(path)) {
    const first = firstOf(path);
    const sure = sureAt(first);
    // A line made the directory, so that it is none of the base's links.
    if (sure === undefined || (files.paths.get(first)?.kind === 'directory' && !sure)) return;
    // An unknown base of which nothing tells that it is a distribution with a shell.
    const likely = sure || base !== undefined || files.packages !== '';
    hazards.push({ kind: 'usr-merge', path: first, basis, sure, detail: likely ? `/usr${path}` : '' });
  } else if (path === '/') {
    const trees =
      from === undefined ? [] : facts.sources.map((source) => clean(`/${source}`)).filter((at) => at !== '/');
    for (const name of mergedNames) {
      const inside =
        directories.includes(name) || trees.some((root) => from?.paths.get(`${root}/${name}`)?.kind === 'directory');
      const sure = inside ? sureAt(`/${name}`) : undefined;
      if (sure !== undefined) hazards.push({ kind: 'usr-merge', path: `/${name}`, basis, sure, detail: '' });
    }
  }
}

const systemDirectory = (path: string): boolean => standardDirectories.has(path) && path !== '/';

function parents(place: Place, inside: readonly string[], dest: string, hazards: Hazard[]): void {
  const { files, facts } = place;
  const { uid: owner, gid } = ownersOf(files, facts.chown);
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
