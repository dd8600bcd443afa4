// What is known of the files of a base image at this moment: by its own layers where those were read, else by the catalogue.
import type { Span } from '../../../shared/src/span.ts';
import type { Stage } from '../compile/stage.ts';
import type { Platform } from '../oci/platform.ts';
import { parseNormalizedNamed, referenceString, tagNameOnly } from '../oci/reference.ts';
import type { Analysis } from './analyze.ts';
import type { BaseFile, BaseFiles } from './baseFiles.ts';
import { type Account, type BaseFacts, baseFacts, type DirectoryFact, mergedNames } from './catalogue.ts';

/** Asks for the files of an image; undefined where they are not known yet. Never waits. `ref` as for images. */
export type AskBaseFiles = (ref: string, platform: Platform) => BaseFiles | undefined;

/** Paths are absolute and clean. Links on the way to a path are not followed. */
export interface KnownBase {
  readonly by: 'image' | 'catalogue';
  /** `the image itself`, `Debian 12 bookworm`. */
  readonly title: string;
  readonly family: BaseFacts['family'] | undefined;
  /** Whether a path like /bin, of `mergedNames`, is a link into /usr. Undefined where nobody can tell. */
  readonly merged: (path: string) => boolean | undefined;
  /** Where a link leads, with all links behind it; those of `merged` are not among them. */
  readonly link: (path: string) => string | undefined;
  /** Mode and owner of a directory that is not plainly root's 0755. */
  readonly directory: (path: string) => DirectoryFact | undefined;
  /** What stands there; undefined where nobody can tell, `nothing` where surely nothing does. */
  readonly kind: (path: string) => BaseFile['kind'] | 'nothing' | undefined;
  readonly user: (name: string) => Account | undefined;
  readonly group: (name: string) => number | undefined;
}

/** The base of a stage that stands on an image. */
export function knownBase(analysis: Analysis, stage: Stage, wanted: boolean): KnownBase | undefined {
  const files = wanted ? imageFiles(analysis, stage) : undefined;
  if (files !== undefined) return ofImage(files);
  const facts = baseFacts(stage.originalBase);
  return facts === undefined ? undefined : ofCatalogue(facts);
}

/**
 * The stages on whose images some judgement hangs: below a linked copy, one that a hint about --link may be for, or one whose
 * owner has a name. Layers are large: for no other are they asked.
 */
export function decidingBases(analysis: Analysis): ReadonlySet<Stage> {
  const found = new Set<Stage>();
  if (analysis.inputs.baseFiles === undefined) return found;
  for (const stage of analysis.stages) {
    let root = stage;
    while (root.base !== undefined && root.namedContext === undefined) root = root.base;
    if (found.has(root) || root.namedContext !== undefined || root.originalBase === 'scratch' || isWindows(stage))
      continue;
    const lastRun = stage.steps.findLastIndex((step) => step.command.instruction.kind === 'run');
    const decides = stage.steps.some(
      ({ copy, command, failed }, at) =>
        !command.isOnBuild &&
        (copy === undefined || failed
          ? isRefusedOwner(analysis, command.span)
          : copy.link || isNamed(copy.chown) || (stage === analysis.target && at > lastRun && copy.chmod === '')),
    );
    if (decides) found.add(root);
  }
  return found;
}

function isRefusedOwner(analysis: Analysis, { start, end }: Span): boolean {
  return analysis.problems.some((p) => p.code === 'link-named-owner' && p.span.start >= start && p.span.end <= end);
}

/** `--chown` has a name that accounts of the base give a number. */
function isNamed(chown: string): boolean {
  return chown.split(':').some((part) => part !== '' && part !== 'root' && !/^[+-]?\d+$/.test(part));
}

/** Windows, by its platform or by the look of its base: there nothing has been observed. */
export function isWindows(stage: Stage): boolean {
  for (let at: Stage | undefined = stage; at !== undefined; at = at.base)
    if (at.platform?.os === 'windows' || /windows|nanoserver|servercore/i.test(at.originalBase)) return true;
  return false;
}

function imageFiles(analysis: Analysis, stage: Stage): BaseFiles | undefined {
  const { baseFiles } = analysis.inputs;
  if (baseFiles === undefined) return undefined;
  const named = parseNormalizedNamed(stage.originalBase);
  if ('error' in named) return undefined;
  const ref = referenceString(tagNameOnly(named));
  // A named context may have put something else in its place, and what has no layers has no files.
  const source = stage.source?.op;
  if (source?.kind !== 'source' || !source.identifier.startsWith(`docker-image://${ref}`)) return undefined;
  return baseFiles(ref, stage.platform ?? analysis.compilation.targetPlatform);
}

function ofCatalogue(facts: BaseFacts): KnownBase {
  return {
    by: 'catalogue',
    title: facts.title,
    family: facts.family,
    merged: () => facts.usrMerged,
    link: (path) => facts.links.get(path),
    directory: (path) => facts.directories.get(path),
    kind: (path) => (facts.directories.has(path) ? 'directory' : facts.links.has(path) ? 'link' : undefined),
    user: (name) => facts.users.get(name),
    group: (name) => facts.groups.get(name),
  };
}

function ofImage(files: BaseFiles): KnownBase {
  const merged = (path: string): boolean =>
    mergedNames.has(path.slice(1)) && files.lookup(path)?.kind === 'link' && firstTarget(files, path) === `/usr${path}`;
  return {
    by: 'image',
    title: 'the image itself',
    family: undefined,
    merged,
    link: (path) => (files.lookup(path)?.kind === 'link' && !merged(path) ? files.follow(path).path : undefined),
    directory(path) {
      const found = files.lookup(path);
      if (found?.kind !== 'directory') return undefined;
      const { mode, uid, gid } = found;
      if (mode === 0o755 && uid === 0 && gid === 0) return undefined;
      const owner = uid === 0 && gid === 0 ? '' : ` ${ownerName(files, uid)}:${groupName(files, gid)}`;
      // What root may not write to it writes to all the same.
      const minor = (mode | 0o200) === 0o755 && uid === 0;
      const words = `${mode.toString(8).padStart(4, '0')}${owner}`;
      return { mode, uid, gid, words, ...(minor ? { minor } : {}) };
    },
    kind: (path) => files.lookup(path)?.kind ?? 'nothing',
    user: (name) => files.users.get(name),
    group: (name) => files.groups.get(name),
  };
}

/** Where the first link on the way leads. */
function firstTarget(files: BaseFiles, path: string): string | undefined {
  return files.follow(path).links[0]?.target;
}

function ownerName(files: BaseFiles, uid: number): string | number {
  for (const [name, account] of files.users) if (account.uid === uid) return name;
  return uid;
}

function groupName(files: BaseFiles, gid: number): string | number {
  for (const [name, id] of files.groups) if (id === gid) return name;
  return gid;
}
