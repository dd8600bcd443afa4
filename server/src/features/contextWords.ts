// What an instruction takes of the build context: files, bytes, the largest, and what an ignore file keeps out. Nothing where that is not known.
import type { Analysis } from '../analysis/analyze.ts';
import type { ReadUse } from '../analysis/contextUse.ts';
import { ignoreName, type KnownContext, type KnownRead, knownContext } from '../analysis/knownContext.ts';
import { filesText, sizeText } from '../analysis/quantities.ts';
import { isWildcardPath } from '../context/selection.ts';
import { code, listed, prose } from './markdown.ts';
import { once } from './sections.ts';

const readsOf: (analysis: Analysis) => ReadonlyMap<number, readonly KnownRead[]> = once((analysis) => {
  const found = new Map<number, KnownRead[]>();
  for (const known of knownContext(analysis)?.reads ?? []) {
    const own = found.get(known.read.instruction);
    if (own === undefined) found.set(known.read.instruction, [known]);
    else own.push(known);
  }
  return found;
});

/** True where it is known what the instruction takes of the context. */
export function takesContext(analysis: Analysis, index: number): boolean {
  return readsOf(analysis).has(index);
}

/** `132 files, 1.2 MB from src/`; undefined where it is not known. */
export function contextTitle(analysis: Analysis, index: number): string | undefined {
  const reads = readsOf(analysis).get(index);
  if (reads === undefined) return undefined;
  const names = [...new Set(reads.map(placeText))];
  const from = names.length > 3 ? `${names.length} sources` : listed(names);
  return `${amount(reads, knownContext(analysis)?.truncated === true)} from ${from}`;
}

/** The same at length, as Markdown; `` where it is not known. */
export function contextWords(analysis: Analysis, index: number): string {
  const context = knownContext(analysis);
  const reads = readsOf(analysis).get(index);
  if (context === undefined || reads === undefined) return '';
  const { truncated } = context;
  const alone = reads.length === 1;
  const list = reads.slice(0, mostReads).map((known) => readLine(known, alone, truncated));
  if (reads.length > mostReads) list.push(`- … and ${reads.length - mostReads} more sources.`);
  const head = alone ? [] : [`Takes ${amount(reads, truncated)} of the build context:`, ''];
  const ignored = ignoredLine(analysis, reads);
  const rest = [...(ignored === '' ? [] : [ignored]), sentLine(context)].join('  \n');
  return [...head, ...list].join('\n') + (alone ? '  \n' : '\n\n') + rest;
}

const mostReads = 5;
const mostLines = 4;

function amount(reads: readonly KnownRead[], truncated: boolean): string {
  let files = 0;
  let bytes = 0;
  for (const { use } of reads) {
    files += use.files;
    bytes += use.bytes;
  }
  if (files === 0) return truncated ? 'nothing that is known' : 'nothing';
  return `${truncated ? 'at least ' : ''}${filesText(files)}, ${sizeText(bytes)}`;
}

/** `src/`, `go.mod`, `*.js`, `the context`. */
function placeText({ read, use }: KnownRead): string {
  const path = pathOf(read.path);
  if (read.include.length > 0) return listed(read.include);
  if (path === '') return 'the context';
  const isFolder = !isWildcardPath(path) && (use.files > 1 || use.largest[0]?.path.startsWith(`${path}/`) === true);
  return isFolder ? `${path}/` : path;
}

function pathOf(path: string): string {
  return path.replace(/^\/+/, '');
}

function readLine(known: KnownRead, alone: boolean, truncated: boolean): string {
  const { read, use } = known;
  const place = placeText(known);
  const from = place === 'the context' ? 'the build context' : code(place, 60);
  const head = alone
    ? `Takes ${amount([known], truncated)} from ${from}.`
    : `- ${from}: ${amount([known], truncated)}${reason(use)}.`;
  const named = use.largest.length > 1 || (use.largest.length === 1 && use.largest[0]?.path !== pathOf(read.path));
  const most = alone ? 3 : 1;
  const largest = use.largest.slice(0, most).map(({ path, bytes }) => `${code(path, 60)} (${sizeText(bytes)})`);
  const top =
    named && use.files > 1 && largest.length > 0
      ? ` The largest ${largest.length === 1 ? 'is' : 'are'} ${listed(largest)}.`
      : '';
  const error = use.error === undefined ? '' : ` BuildKit stops here: ${prose(use.error)}.`;
  return `${head}${alone ? reasonSentence(use) : ''}${top}${error}`;
}

function reason({ nothing }: ReadUse): string {
  if (nothing === 'missing') return ', there is no such path';
  if (nothing === 'ignored') return ', all of it is ignored';
  if (nothing === 'no-match') return ', no path is like that';
  return nothing === 'empty' ? ', it is empty' : '';
}

function reasonSentence(use: ReadUse): string {
  const text = reason(use).replace(/^, /, '');
  return text === '' ? '' : ` ${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function ignoredLine(analysis: Analysis, reads: readonly KnownRead[]): string {
  const lines = new Map<string, { line: number; pattern: string; files: number }>();
  let files = 0;
  let bytes = 0;
  for (const { use } of reads) {
    files += use.ignored.files;
    bytes += use.ignored.bytes;
    for (const { line, pattern, files: count } of use.ignored.lines) {
      const key = `${line} ${pattern}`;
      const old = lines.get(key);
      lines.set(key, { line, pattern, files: (old?.files ?? 0) + count });
    }
  }
  if (files === 0) return '';
  const all = [...lines.values()].sort((a, b) => b.files - a.files);
  const shown = all
    .slice(0, mostLines)
    .map(
      ({ line, pattern, files: count }) =>
        `${code(pattern, 40)}${line > 0 ? ` in line ${line}` : ''} (${filesText(count)})`,
    );
  const more = all.length > mostLines ? ` and ${all.length - mostLines} more` : '';
  const by = shown.length === 0 ? '' : `: ${listed(shown)}${more}`;
  return `${code(ignoreName(analysis))} keeps ${filesText(files)}, ${sizeText(bytes)}, out${by}.`;
}

function sentLine({ sent, whole, error, truncated }: KnownContext): string {
  if (error !== undefined) return `Sending the context fails: ${prose(error)}.`;
  if (sent.files === 0) return 'The target needs nothing of the context: nothing is sent.';
  const amount = `${truncated ? 'at least ' : ''}${filesText(sent.files)}, ${sizeText(sent.bytes)}`;
  const all =
    whole.files === sent.files ? '' : `, of the ${filesText(whole.files)}, ${sizeText(whole.bytes)}, that are there`;
  return `The build as a whole sends ${amount}${all}.`;
}
