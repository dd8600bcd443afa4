// What can be told of a stage's files at one of its steps, and the questions one can put to that.
import { dir as parent } from '../go/path.ts';
import { anyBase, anyLinks, standardDirectories } from './catalogue.ts';
import type { KnownBase } from './knownBase.ts';

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
  /** What is known of that. */
  readonly base: KnownBase | undefined;
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

/** Whether a directory is there, and who says so: an instruction's index, what is known of the base, a convention, or nobody. */
export function directoryAt(files: StageFiles, path: string): number | 'image' | 'catalogue' | 'standard' | undefined {
  const found = files.paths.get(path);
  if (found !== undefined) return found.kind === 'directory' ? found.by : undefined;
  if (!files.hasBase) return undefined;
  const kind = files.base?.kind(path);
  if (kind === 'directory') return files.base?.by;
  if (kind !== undefined) return undefined;
  return standardDirectories.has(path) ? 'standard' : undefined;
}

/** What is known of the mode and owner of a directory that is not plainly root's 0755. */
export function specialDirectory(
  files: StageFiles,
  path: string,
):
  | {
      mode: number | undefined;
      uid: number | string | undefined;
      gid?: number | undefined;
      words: string;
      by: number;
      minor?: true;
    }
  | undefined {
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
  const fact = files.base === undefined ? anyBase.get(path) : files.base.directory(path);
  return fact === undefined ? undefined : { ...fact, by: -1 };
}

/** Where a link leads, if one is known at this very path. `by` is -1 for the base, -2 where it is only usual. */
export function linkAt(files: StageFiles, path: string): { target: string; by: number } | undefined {
  const found = files.paths.get(path);
  if (found !== undefined) return found.kind === 'link' ? { target: found.target as string, by: found.by } : undefined;
  if (!files.hasBase) return undefined;
  const target = files.base === undefined ? anyLinks.get(path) : files.base.link(path);
  return target === undefined ? undefined : { target, by: files.base === undefined ? -2 : -1 };
}

export function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}

/** An owner as a number, where it is one. */
export function numeric(owner: string): number | string {
  return /^\d+$/.test(owner) ? Number(owner) : owner;
}

/** Directories that are not there yet, the last of them with the owner. */
export function makeDirectories(
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
