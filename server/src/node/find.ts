// Finds the Dockerfiles in folders as git sees them: ignore files of every level count; node_modules and .git never do.
import { type Dirent, existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import ignore, { type Ignore } from 'ignore';
import { reason, UsageError } from './io.ts';

export interface FoundFile {
  /** As it was given, or below the folder that was given. */
  readonly path: string;
  /** It was named, not found in a folder. */
  readonly named: boolean;
}

export interface Search {
  readonly files: readonly FoundFile[];
  /** Folders that could not be read, each with one line for a person. */
  readonly trouble: readonly { readonly path: string; readonly message: string }[];
}

/** What stands behind `Dockerfile.` in names of files that are none: ignore files, prose, templates, leftovers. */
const otherKinds = /\.(dockerignore|md|orig|rej|bak|sw[op]|tmpl|template|j2|jinja2?|erb)$/i;
const dockerfileName = /^(dockerfile|Dockerfile|Dockerfile\..+|Containerfile.*|.+\.[dD]ockerfile)$/s;

/** True for names under which a tree holds a Dockerfile. */
export function isDockerfileName(name: string): boolean {
  return dockerfileName.test(name) && !otherKinds.test(name);
}

/**
 * The Dockerfiles among `paths`: a file that is named counts whatever it is called; a folder is searched. Each file is
 * there once, in order. Symbolic links to folders are not followed, save one that is named. Throws UsageError where a
 * path does not exist. `onFolder` hears of each folder.
 */
export function findDockerfiles(paths: readonly string[], onFolder: (path: string) => void = () => {}): Search {
  const files: FoundFile[] = [];
  const trouble: { path: string; message: string }[] = [];
  const seen = new Set<string>();
  for (const path of paths) {
    if (path === '-') {
      add(path, '-', true);
      continue;
    }
    let folder: boolean;
    let real: string;
    try {
      folder = statSync(path).isDirectory();
      real = realpathSync(path);
    } catch (error) {
      throw new UsageError(reason(path, error));
    }
    if (folder) walk(path, real, rulesAbove(real));
    else add(path, real, true);
  }
  return { files, trouble };

  function add(path: string, real: string, named: boolean): void {
    if (seen.has(real)) return;
    seen.add(real);
    files.push({ path, named });
  }

  function walk(folder: string, real: string, above: readonly Level[]): void {
    onFolder(folder);
    let entries: Dirent[];
    try {
      entries = readdirSync(folder, { withFileTypes: true });
    } catch (error) {
      trouble.push({ path: folder, message: reason(folder, error) });
      return;
    }
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    const levels = entries.some((entry) => entry.name === '.gitignore') ? [...above, levelOf(real)] : above;
    const folders: string[] = [];
    for (const entry of entries) {
      const { name } = entry;
      if (entry.isDirectory()) {
        if (name !== 'node_modules' && name !== '.git') folders.push(name);
      } else if (isDockerfileName(name) && !verdict(levels, join(real, name), false).ignored) {
        const target = entry.isFile() ? join(real, name) : linkedFile(join(folder, name));
        if (target !== undefined) add(join(folder, name), target, false);
      }
    }
    for (const name of folders) {
      const place = join(real, name);
      const { ignored, overruled } = verdict(levels, place, true);
      if (ignored) continue;
      // Another repository has rules of its own.
      if (existsSync(join(place, '.git'))) walk(join(folder, name), place, excludes(place));
      else walk(join(folder, name), place, overruled ? levels.map((level) => readmit(level, place)) : levels);
    }
  }
}

/** The file behind a symbolic link; undefined where it is broken, or leads to something else. */
function linkedFile(path: string): string | undefined {
  try {
    return statSync(path).isFile() ? realpathSync(path) : undefined;
  } catch {
    return undefined;
  }
}

/** The rules of one ignore file. */
interface Level {
  /** Absolute. */
  readonly folder: string;
  readonly patterns: readonly string[];
  readonly rules: Ignore;
}

// Git takes `A` for `a` where the file system does.
const options = { ignoreCase: process.platform === 'win32' || process.platform === 'darwin' };

function level(folder: string, patterns: readonly string[]): Level {
  return { folder, patterns, rules: ignore(options).add([...patterns]) };
}

function levelOf(folder: string, file = join(folder, '.gitignore')): Level {
  let text = '';
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    // One that cannot be read ignores nothing, as for git.
  }
  return level(folder, text.replace(/^\ufeff/, '').split(/\r?\n/));
}

/** What the ignore files say: the deepest that says anything. `overruled` where one above it would ignore the path. */
function verdict(levels: readonly Level[], path: string, folder: boolean): { ignored: boolean; overruled: boolean } {
  let decided: boolean | undefined;
  for (let i = levels.length - 1; i >= 0; i--) {
    const { ignored, unignored } = asked(levels[i] as Level, path, folder);
    if (decided === undefined && (ignored || unignored)) decided = ignored;
    else if (decided === false && ignored) return { ignored: false, overruled: true };
    if (decided === true) break;
  }
  return { ignored: decided === true, overruled: false };
}

function asked({ folder, rules }: Level, path: string, isFolder: boolean): { ignored: boolean; unignored: boolean } {
  const below = pathBelow(folder, path);
  return rules.test(isFolder ? `${below}/` : below);
}

function pathBelow(folder: string, path: string): string {
  return relative(folder, path).split(sep).join('/');
}

/** A level that would ignore a folder, though a deeper one takes it back: what is inside must not count as ignored by it. */
function readmit(given: Level, folder: string): Level {
  if (!asked(given, folder, true).ignored) return given;
  return level(given.folder, [
    ...given.patterns,
    `!/${pathBelow(given.folder, folder).replace(/[\\*?[\] ]/g, '\\$&')}/`,
  ]);
}

/** The rules that hold for what is in a folder: those of the ignore files above it, up to its repository's root. */
function rulesAbove(folder: string): readonly Level[] {
  let root = folder;
  while (!existsSync(join(root, '.git'))) {
    const parent = dirname(root);
    // In no repository: only the ignore files of the folder itself and below count.
    if (parent === root) return [];
    root = parent;
  }
  let levels = excludes(root);
  let current = root;
  for (const part of relative(root, folder)
    .split(sep)
    .filter((p) => p !== '')) {
    levels = [...levels, levelOf(current)];
    current = join(current, part);
    const { ignored, overruled } = verdict(levels, current, true);
    // A folder that is ignored and named all the same is wanted: what made git leave it out is void inside.
    if (ignored) return [];
    const place = current;
    if (overruled) levels = levels.map((level) => readmit(level, place));
  }
  return levels;
}

/** `info/exclude` of the repository at `root`; its `.git` may be a file that says where the real one is. */
function excludes(root: string): readonly Level[] {
  try {
    let git = join(root, '.git');
    if (statSync(git).isFile()) {
      const to = /^gitdir: (.*)$/m.exec(readFileSync(git, 'utf8'))?.[1];
      if (to === undefined) return [];
      git = resolve(root, to.trim());
      const common = join(git, 'commondir');
      if (existsSync(common)) git = resolve(git, readFileSync(common, 'utf8').trim());
    }
    const file = join(git, 'info/exclude');
    return existsSync(file) ? [levelOf(root, file)] : [];
  } catch {
    return [];
  }
}
