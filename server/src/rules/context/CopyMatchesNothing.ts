// CopyMatchesNothing: a source that names nothing in the build context, so that BuildKit stops, or goes on without it.
import type { Analysis } from '../../analysis/analyze.ts';
import { requiredPath } from '../../analysis/contextUse.ts';
import { ignoreName } from '../../analysis/knownContext.ts';
import { isWildcardPath } from '../../context/selection.ts';
import { spanOf } from '../../dockerfile/spans.ts';
import type { Finding, Rule } from '../rule.ts';
import { readsOf, type StageRead, sendAgain } from './reads.ts';

/** What would mend it: the path that was most likely meant, or the ignored one. */
interface Meant {
  readonly path?: { readonly from: string; readonly to: string } | undefined;
  readonly ignored?: string | undefined;
}

export const rule: Rule<Meant> = {
  name: 'CopyMatchesNothing',
  severity: 'warning',
  on: ['copy', 'add', 'run'],
  detect(analysis) {
    const all = readsOf(analysis);
    const found = all.flatMap((known) => findingOf(analysis, known, all) ?? []);
    // Where nothing that is named is there, the build most likely takes another folder for its context.
    const named = all.filter(({ read, use }) => read.path !== '/' || use.nothing !== undefined);
    const first = found.find(({ message }) => message.includes('BuildKit stops'));
    if (first === undefined || named.some(({ use }) => use.nothing === undefined)) return found;
    const other = 'unless the build has another context: the setting llbLens.context names it.';
    const message =
      named.length === 1
        ? `${first.message.replace(/\.$/, '')}, ${other}`
        : `Nothing that this file copies by name is in the build context: BuildKit stops here, ${other}`;
    return [{ ...first, message, severity: 'information', data: named.length === 1 ? (first.data ?? {}) : {} }];
  },
  fixes({ data, span }, analysis) {
    const { path, ignored } = data ?? {};
    if (ignored !== undefined) return sendAgain(ignored, analysis);
    const text = path === undefined ? undefined : inPlaceOf(analysis.text.slice(span.start, span.end), path);
    return text === undefined
      ? []
      : [{ title: `Copy ${path?.to}, which is in the build context`, edits: [{ span, text }], safe: false }];
  },
};

/** The other path written as the one is; undefined where a variable made the one, or the other would need quotes. */
function inPlaceOf(written: string, { from, to }: NonNullable<Meant['path']>): string | undefined {
  const [, quote, start, path, slash] = /^(["']?)((?:\.?\/)*)(.*?)(\/*)\1$/.exec(written) ?? [];
  return path !== from || /[\s"'`$\\*?[\],]|^(<<|--)/.test(to) ? undefined : `${quote}${start}${to}${slash}${quote}`;
}

function findingOf(analysis: Analysis, known: StageRead, all: readonly StageRead[]): Finding<Meant> | undefined {
  const { read, use, stage } = known;
  const path = `/${read.path.replace(/^\/+/, '')}`;
  const plain = !read.wildcard || !isWildcardPath(read.path);
  const span = read.kind === 'bind' ? sourceSpan(analysis, known) : read.span;
  // What the target does not need is not built.
  const severity = stage.reachable ? undefined : ('information' as const);
  const finding = (message: string, data: Meant = {}): Finding<Meant> => ({
    span,
    instruction: read.instruction,
    message,
    data,
    ...(severity === undefined ? {} : { severity }),
  });
  const stops = (missing: string): string =>
    read.exclude.length > 0
      ? `BuildKit stops with "lstat ${missing}: no such file or directory".`
      : `BuildKit stops with "${missing}": not found.`;
  const required = requiredPath(read);
  const missing = (path: string, then: string): Finding<Meant> => {
    const near = use.nearest === undefined ? '' : ` (did you mean ${use.nearest}?)`;
    const meant =
      use.nearest === undefined || required === undefined ? {} : { path: { from: required, to: use.nearest } };
    return finding(`The build context has no ${path}${near}: ${then}`, meant);
  };
  // With --parents and without wildcards BuildKit insists on the path.
  if (required !== undefined && read.include.length > 0 && use.files === 0 && use.nothing !== undefined)
    if (use.ignored.files === 0) return missing(required, `BuildKit stops with "/${required}": not found.`);
  switch (use.nothing) {
    case 'missing':
      return missing(path.slice(1), stops(path));
    case 'ignored': {
      // BuildKit's own check says that already.
      if (analysis.warnings.some((w) => w.rule === 'CopyIgnoredFile' && w.span.start === read.span.start))
        return undefined;
      const by = use.ignored.lines[0];
      const name = ignoreName(analysis);
      const line = by === undefined ? name : `${by.line === 0 ? '' : `line ${by.line} of `}${name} (${by.pattern})`;
      const then = plain ? stops(path) : unmatched(known, all);
      return finding(`All of ${read.source} is kept out by ${line}: ${then}`, { ignored: required ?? read.path });
    }
    case 'no-match': {
      const others = all.filter((other) => other.read.instruction === read.instruction);
      if (isOptional(read.path) && others.some((other) => other.use.files > 0)) return undefined;
      return finding(`Nothing in the build context is like ${read.source}: ${unmatched(known, all)}`);
    }
    default:
      return undefined;
  }
}

/** BuildKit looks into the directory before the wildcards, which is sent with what is taken of it alone. */
function unmatched({ read }: StageRead, all: readonly StageRead[]): string {
  const silent = 'BuildKit copies nothing and does not say so.';
  const directory = directoryOf(read.path);
  if (directory === '/') return silent;
  const sent = all.filter(({ use, stage }) => use.files > 0 && stage.reachable).map((other) => other.read);
  if (sent.some((other) => other.include.length === 0 && `${other.path}/`.startsWith(`${directory}/`))) return silent;
  if (!sent.some((other) => other.path === '/' || `${directory}/`.startsWith(`${other.path}/`)))
    return `BuildKit stops with "lstat ${directory}: no such file or directory".`;
  return `BuildKit copies nothing and does not say so, or stops where nothing else of ${directory.slice(1)} is sent.`;
}

/** `yarn.lock*`, `yarn.loc[k]`: a name with a wildcard that says "if it is there". */
function isOptional(path: string): boolean {
  return /^[^*?[]+(\*|\?|\[[^\]]\])$/.test(path);
}

/** The directory before the first part with wildcards. */
function directoryOf(path: string): string {
  const at = path.search(/[*?[\\]/);
  return path.slice(0, Math.max(1, path.lastIndexOf('/', at)));
}

/** The value of `source=` in the flag of a mount. */
function sourceSpan(analysis: Analysis, { read }: StageRead): StageRead['read']['span'] {
  const instruction = analysis.dockerfile.instructions[read.instruction];
  if (instruction?.kind !== 'run') return read.span;
  const values = instruction.mounts.flatMap(({ fields }) =>
    fields.flatMap(({ key, value }) =>
      value !== undefined && ['source', 'src'].includes(key.value.toLowerCase()) ? [value] : [],
    ),
  );
  const same = values.find(({ value }) => `/${value.replace(/^(\.?\/)+/, '').replace(/\/+$/, '')}` === read.path);
  return same === undefined ? read.span : spanOf(instruction, same.start, same.end);
}
