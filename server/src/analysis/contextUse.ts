// What each COPY, ADD and bind mount takes of the build context, and what is sent as a whole. In two steps, so that the second can
// run where the listing is: `contextRequest` says what the build asks for, as plain data; `contextUse` answers it from a listing.
import type { Span } from '../../../shared/src/span.ts';
import type { Step } from '../compile/stage.ts';
import { parseIgnoreLines } from '../context/ignoreFile.ts';
import { indexOf, kinds, type Listing } from '../context/listing.ts';
import { compilePatterns } from '../context/patterns.ts';
import { isWildcardPath, type Selection, select } from '../context/selection.ts';
import { measure, transfer } from '../context/transfer.ts';
import { spanOf } from '../dockerfile/spans.ts';
import { join } from '../go/path.ts';
import { compareUtf8 } from '../go/utf8.ts';
import type { CopyAction, ExecOp, SourceOp, Vertex } from '../llb/op.ts';
import type { Analysis } from './analyze.ts';
import { nearestPath } from './nearestPath.ts';
import { type Swept, sweptIn } from './sweptIn.ts';

/** What a build asks of a context. Plain data. */
export interface ContextRequest {
  readonly reads: readonly ContextRead[];
  /** Paths that the target reads, undefined for all; an empty list where it reads nothing, so that nothing is sent. */
  readonly follow: readonly string[] | undefined;
  /** Patterns of the ignore file, and the lines that they stand in (0 where the text is not known). */
  readonly ignore: readonly { readonly pattern: string; readonly line: number }[];
}

export interface ContextRead extends Selection {
  /** Index of the instruction in the file. */
  readonly instruction: number;
  readonly kind: 'copy' | 'add' | 'bind';
  /** The source as BuildKit reads it, variables replaced. */
  readonly source: string;
  /** Of the source's word, or of the instruction where it has no word of its own. */
  readonly span: Span;
}

export interface ContextUse {
  /** In the order of the request. */
  readonly reads: readonly ReadUse[];
  /** What the client would send for the target. */
  readonly sent: { readonly files: number; readonly bytes: number };
  /** Why sending would fail. */
  readonly error: string | undefined;
  /** Everything in the folder, ignored or not. */
  readonly whole: { readonly files: number; readonly bytes: number };
  /** The folder holds more than was looked at: the numbers are too low. */
  readonly truncated: boolean;
}

export interface ReadUse {
  readonly read: ContextRead;
  /** What the source is, links followed; undefined where it is nothing. `mixed`: wildcards that name files and directories. */
  readonly named: 'file' | 'directory' | 'mixed' | undefined;
  /** Names of the directories right inside of it, at most 100. */
  readonly directories: readonly string[];
  /** Files, links and so on; directories are not counted. */
  readonly files: number;
  readonly bytes: number;
  /** The largest files, the largest first. */
  readonly largest: readonly { readonly path: string; readonly bytes: number }[];
  /** What would be taken too if the ignore file did not keep it out. */
  readonly ignored: { readonly files: number; readonly bytes: number; readonly lines: readonly IgnoredByLine[] };
  /**
   * Why nothing is taken: there is no such path (the build fails); all of it is ignored (the build fails, unless the source has
   * wildcards); no path is like the wildcards; the directory is empty.
   */
  readonly nothing: 'missing' | 'ignored' | 'no-match' | 'empty' | undefined;
  /** Where nothing is at a path without wildcards: the path that was most likely meant, from the context on. */
  readonly nearest: string | undefined;
  /** Why the build would fail here although there is something to take: a link that leads nowhere, a bad pattern. */
  readonly error: string | undefined;
  readonly swept: readonly Swept[];
}

export interface IgnoredByLine {
  /** From 1; 0 where it is not known. */
  readonly line: number;
  readonly pattern: string;
  readonly files: number;
  readonly bytes: number;
  /** One of them. */
  readonly example: string;
}

const mostLargest = 5;
const mostDirectories = 100;

/** What the build asks of the main context, or of the named one with that name; undefined where that is no local folder. */
export function contextRequest(analysis: Analysis, name = 'context'): ContextRequest | undefined {
  const identifier = `local://${name}`;
  const isContext = (vertex: Vertex | undefined): boolean =>
    vertex?.op.kind === 'source' && vertex.op.identifier === identifier;
  const main = analysis.compilation.context.out?.vertex;
  let source = isContext(main) ? main : undefined;
  const reads: ContextRead[] = [];
  for (const stage of analysis.stages) {
    for (const step of stage.steps) {
      for (const vertex of step.vertices) {
        const { op } = vertex;
        if (op.kind === 'file') {
          for (const [word, action] of op.actions.entries()) {
            const from = action.kind === 'copy' ? action.source?.vertex : undefined;
            if (action.kind !== 'copy' || !isContext(from)) continue;
            source ??= from;
            reads.push(readOf(step, action, word));
          }
        } else if (op.kind === 'exec') {
          for (const mount of op.mounts) {
            const from = mount.source?.vertex;
            if (!isContext(from)) continue;
            source ??= from;
            reads.push(mountOf(step, mount));
          }
        }
      }
    }
  }
  if (source === undefined) return undefined;
  const { attrs } = source.op as SourceOp;
  const used = analysis.definition.entries.some((entry) => entry.vertex === source);
  return { reads, follow: used ? listOf(attrs.get('local.followpaths')) : [], ignore: ignoreOf(analysis, attrs, name) };
}

/** Answers a request from a listing. */
export function contextUse(request: ContextRequest, listing: Listing): ContextUse {
  const patterns = request.ignore.map((line) => line.pattern);
  const visible = transfer(listing, undefined, patterns).sent;
  const everything = new Uint8Array(listing.paths.length).fill(1);
  const lines = linesFor(listing, request.ignore, visible);
  const wanted = request.follow;
  const total = wanted?.length === 0 ? undefined : transfer(listing, wanted, patterns);
  return {
    reads: request.reads.map((read) => {
      const taken = select(listing, visible, read);
      const all = request.ignore.length === 0 ? taken : select(listing, everything, read);
      const kept = new Set(taken.files);
      const hidden = all.files.filter((i) => !kept.has(i));
      const nothing = nothingOf(read, taken, all);
      const wanted = requiredPath(read);
      return {
        read,
        ...namedBy(listing, visible, taken.named),
        ...measureList(listing, taken.files),
        largest: largestOf(listing, taken.files),
        ignored: { ...measureList(listing, hidden), lines: byLine(listing, hidden, lines, request.ignore) },
        nothing,
        nearest: nothing === 'missing' && wanted ? nearestPath(listing, visible, wanted) : undefined,
        error: taken.error,
        swept: sweptIn(listing, taken.files, read),
      };
    }),
    sent: { files: total?.files ?? 0, bytes: total?.bytes ?? 0 },
    error: total?.error,
    whole: measure(listing, () => true),
    truncated: listing.truncated,
  };
}

function namedBy(
  listing: Listing,
  visible: Uint8Array,
  named: readonly number[],
): Pick<ReadUse, 'named' | 'directories'> {
  const directories = new Set<string>();
  let found: ReadUse['named'];
  for (const at of named) {
    const isDirectory = at < 0 || listing.kinds[at] === kinds.directory;
    const kind = isDirectory ? 'directory' : 'file';
    found = found === undefined || found === kind ? kind : 'mixed';
    if (!isDirectory) continue;
    const start = at < 0 ? 0 : (listing.paths[at] as string).length + 1;
    for (const child of indexOf(listing).children(at)) {
      if (directories.size >= mostDirectories) break;
      if (listing.kinds[child] === kinds.directory && visible[child] === 1)
        directories.add((listing.paths[child] as string).slice(start));
    }
  }
  return { named: found, directories: [...directories] };
}

/** The one path, clean and from the context on, that must be there; undefined where wildcards or several say what is taken. */
export function requiredPath({ path, wildcard, include }: Selection): string | undefined {
  if (wildcard && isWildcardPath(path)) return undefined;
  if (include.length > 1 || include.some(isWildcardPath)) return undefined;
  return join('/', path, include[0] ?? '').slice(1);
}

function nothingOf(
  read: ContextRead,
  taken: ReturnType<typeof select>,
  all: ReturnType<typeof select>,
): ReadUse['nothing'] {
  if (taken.files.length > 0 || (taken.error !== undefined && taken.exists)) return undefined;
  if (all.files.length > 0 || (all.exists && !taken.exists)) return 'ignored';
  // Patterns of their own may leave nothing of what is there.
  if (taken.exists) return read.include.length > 0 && !read.include.some(isWildcardPath) ? 'missing' : 'empty';
  return read.wildcard && isWildcardPath(read.path) && taken.error === undefined ? 'no-match' : 'missing';
}

function readOf(step: Step, action: CopyAction, word: number): ContextRead {
  const { instruction, index, isOnBuild, span } = step.command;
  const words = instruction.kind === 'copy' || instruction.kind === 'add' ? instruction.sources : [];
  const at = isOnBuild ? undefined : words[word];
  return {
    instruction: index,
    kind: instruction.kind === 'add' ? 'add' : 'copy',
    source: step.copy?.sources[word] ?? action.src,
    span: at === undefined ? span : spanOf(instruction, at.start, at.end),
    path: action.src,
    wildcard: action.allowWildcard,
    include: action.includePatterns,
    exclude: action.excludePatterns,
  };
}

function mountOf(step: Step, mount: ExecOp['mounts'][number]): ContextRead {
  const path = join('/', mount.selector);
  const { index, span } = step.command;
  return { instruction: index, kind: 'bind', source: path, span, path, wildcard: false, include: [], exclude: [] };
}

function ignoreOf(analysis: Analysis, attrs: ReadonlyMap<string, string>, name: string): ContextRequest['ignore'] {
  const { inputs } = analysis.compilation;
  const text = name === 'context' ? (inputs.dockerfileIgnore ?? inputs.dockerignore) : inputs.namedIgnore?.(name);
  const patterns = listOf(attrs.get('local.excludepatterns')) ?? [];
  const lines = text ? parseIgnoreLines(text) : [];
  return patterns.map((pattern, i) => ({ pattern, line: lines[i]?.pattern === pattern ? (lines[i]?.line ?? 0) : 0 }));
}

/** A list as an attribute of a source holds it. */
function listOf(json: string | undefined): string[] | undefined {
  return json === undefined ? undefined : (JSON.parse(json) as string[]);
}

function measureList(listing: Listing, chosen: readonly number[]): { files: number; bytes: number } {
  let bytes = 0;
  const counted = new Set<number>();
  for (const i of chosen) {
    if (listing.hardLinks.size > 0) {
      const file = listing.hardLinks.get(i) ?? i;
      if (counted.has(file)) continue;
      counted.add(file);
    }
    bytes += listing.sizes[i] as number;
  }
  return { files: chosen.length, bytes };
}

function largestOf(listing: Listing, chosen: readonly number[]): { path: string; bytes: number }[] {
  const sizeOf = (i: number | undefined): number => listing.sizes[i as number] as number;
  const top: number[] = [];
  for (const i of chosen) {
    const size = sizeOf(i);
    if (size === 0 || (top.length === mostLargest && size <= sizeOf(top[mostLargest - 1]))) continue;
    let at = top.length;
    while (at > 0 && sizeOf(top[at - 1]) < size) at--;
    top.splice(at, 0, i);
    if (top.length > mostLargest) top.pop();
  }
  return top.map((i) => ({ path: listing.paths[i] as string, bytes: sizeOf(i) }));
}

/** For each path of a listing the pattern that keeps it out, by its place in the list; -1 for what is sent. */
function linesFor(listing: Listing, ignore: ContextRequest['ignore'], visible: Uint8Array): Int32Array {
  const lines = new Int32Array(listing.paths.length).fill(-1);
  const single = ignore.map(({ pattern }) => {
    const compiled = compilePatterns([pattern.startsWith('!') ? pattern.slice(1) : pattern]);
    return 'matcher' in compiled ? compiled.matcher : undefined;
  });
  const exceptions = ignore.some(({ pattern }) => pattern.startsWith('!'));
  let i = 0;
  while (i < listing.paths.length) {
    if (visible[i] === 1) {
      i++;
      continue;
    }
    const path = listing.paths[i] as string;
    let verdict = -1;
    for (const [k, { pattern }] of ignore.entries()) {
      const exclusion = pattern.startsWith('!');
      if (exclusion === verdict >= 0 && single[k]?.matchesOrParentMatches(path) === true) verdict = exclusion ? -1 : k;
    }
    const end = listing.ends[i] as number;
    // What is below an ignored directory is ignored by the same line, unless something takes it out again.
    if (exceptions || listing.kinds[i] !== kinds.directory) lines[i++] = verdict;
    else {
      lines.fill(verdict, i, end);
      i = end;
    }
  }
  return lines;
}

function byLine(
  listing: Listing,
  hidden: readonly number[],
  lines: Int32Array,
  ignore: ContextRequest['ignore'],
): IgnoredByLine[] {
  const groups = new Map<number, { files: number; bytes: number; example: string }>();
  for (const i of hidden) {
    const group = groups.get(lines[i] as number) ?? { files: 0, bytes: 0, example: listing.paths[i] as string };
    group.files++;
    group.bytes += listing.sizes[i] as number;
    groups.set(lines[i] as number, group);
  }
  return [...groups]
    .map(([at, group]) => ({ line: ignore[at]?.line ?? 0, pattern: ignore[at]?.pattern ?? '', ...group }))
    .sort((a, b) => b.files - a.files || compareUtf8(a.pattern, b.pattern));
}
