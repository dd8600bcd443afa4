// `llb-lens impact`: what a change makes BuildKit run again, in words, JSON or Markdown.
import { execFileSync } from 'node:child_process';
import { basename, dirname, resolve } from 'node:path';
import { type Analysis, analyze } from '../../analysis/analyze.ts';
import type { Outcome, VertexOutcome } from '../../analysis/cacheBuilds.ts';
import { shortImage } from '../../analysis/graph.ts';
import { type Caches, type Change, changeText, compareBuilds, parseChange, whatIf } from '../../analysis/whatIf.ts';
import { decodeUtf8 } from '../../go/utf8.ts';
import { readArguments } from '../arguments.ts';
import { type BuildFlags, flagOptions } from '../buildFlags.ts';
import { InputError, type Io, readText, UsageError } from '../io.ts';
import { problemText } from '../problems.ts';
import { analysisSettings, defaultFile, type Settings } from '../settings.ts';

const help = `Usage: llb-lens impact [OPTIONS] [FILE]
       llb-lens impact --before FILE --after FILE [--changed-file PATH]...

Says for each step of a build what becomes of it when something changes: reused, re-linked (a join of linked copies,
next to free), runs again, or runs again only if the content differs; a base or another source changes. And which base
images must be pulled for it.

      --change WHAT             base:IMAGE, file:PATH, arg:NAME[=VALUE], env:NAME, line:NUMBER, stage:NAME[=same|differs],
                                source:IDENTIFIER (all behind a source of the graph: local://context, local://NAME of a
                                named context, https://..., docker-image://...); several allowed
      --against FILE|REVISION   compares with another file, or with this file at a git revision
      --before FILE --after FILE    compares two files
      --changed-file PATH       a file of the context that changed between the two; several allowed
                                (--build-arg then is of the second build, --before-build-arg of the first)
      --pruned                  nothing is left in the local cache
      --cache min|max|inline    ... but a remote cache of this mode, written by the build before
      --format FORMAT           text (default), json, markdown
      --image-config FILE, --target, --build-arg, ... as "llb-lens graph --help" has them

Exit code: 0 done, 1 a file does not build, 2 wrong usage.
`;

export async function impactCommand(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = readArgs(args);
  if (values.help === true) {
    io.out(help);
    return 0;
  }
  const format = values.format ?? 'text';
  if (!['text', 'json', 'markdown'].includes(format))
    throw new UsageError(`unknown format "${format}": one of text, json, markdown`);
  if (positionals.length > 1) throw new UsageError(`one Dockerfile at a time, not ${positionals.length}`);
  const caches = readCaches(values);
  try {
    const settings = analysisSettings(values as BuildFlags, values['image-config'] ?? [], io);
    const pair = values.before !== undefined || values.after !== undefined || values.against !== undefined;
    const changes = (values.change ?? []).map(readChange);
    if (pair && changes.length > 0)
      throw new UsageError('--change asks about one file; it does not go with --before, --after or --against');
    if (!pair && changes.length === 0)
      throw new UsageError('say what changes with --change, or what to compare with --against');
    // Two files are two builds, each with arguments of its own; a file against its past is one build, then and now.
    const old = values.before === undefined ? settings : beforeSettings(values, io);
    const result = pair
      ? compareTwo(values, positionals[0], old, settings, caches, io)
      : changeOne(positionals[0], changes, settings, caches, io);
    if (result === undefined) return 1;
    io.out(print(result, format));
    return 0;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    io.err(`llb-lens: ${error.message}\n`);
    return 1;
  }
}

function beforeSettings(values: ReturnType<typeof readArgs>['values'], io: Io): Settings {
  const { 'before-build-arg': args, ...rest } = values;
  const flags = { ...rest, 'build-arg': args ?? [] } as BuildFlags;
  return analysisSettings(flags, values['image-config'] ?? [], io);
}

interface Result {
  readonly title: string;
  readonly file: string;
  readonly analysis: Analysis;
  readonly outcome: Outcome;
  /** No cache is left at all. */
  readonly emptied: boolean;
}

function readArgs(args: readonly string[]) {
  return readArguments(args, {
    help: { type: 'boolean', short: 'h' },
    change: { type: 'string', multiple: true },
    against: { type: 'string' },
    before: { type: 'string' },
    after: { type: 'string' },
    'changed-file': { type: 'string', multiple: true },
    'before-build-arg': { type: 'string', multiple: true },
    pruned: { type: 'boolean' },
    cache: { type: 'string' },
    format: { type: 'string' },
    'image-config': { type: 'string', multiple: true },
    ...flagOptions,
  });
}

function readCaches(values: { pruned?: boolean | undefined; cache?: string | undefined }): Caches {
  const { cache } = values;
  if (cache === undefined) return { pruned: values.pruned === true };
  if (cache !== 'min' && cache !== 'max' && cache !== 'inline')
    throw new UsageError(`--cache ${cache}: min, max or inline`);
  return { pruned: true, remote: cache };
}

function readChange(text: string): Change {
  const change = parseChange(text);
  if ('error' in change) throw new UsageError(change.error);
  return change;
}

function changeOne(
  given: string | undefined,
  changes: readonly Change[],
  settings: Settings,
  caches: Caches,
  io: Io,
): Result | undefined {
  const file = given ?? defaultFile('.');
  const analysis = analyzed(file, readText(file, io), settings, io);
  if (analysis === undefined) return undefined;
  const outcome = whatIf(analysis, changes, caches);
  if ('error' in outcome) throw new InputError(`${file}: ${outcome.error}`);
  return {
    title: `If ${changes.map(changeText).join(' and ')} ${changes.length === 1 ? 'changes' : 'change'}`,
    file,
    analysis,
    outcome,
    emptied: isEmptied(caches),
  };
}

function isEmptied({ pruned, remote }: Caches): boolean {
  return pruned === true && remote === undefined;
}

function compareTwo(
  values: {
    before?: string | undefined;
    after?: string | undefined;
    against?: string | undefined;
    'changed-file'?: string[] | undefined;
  },
  given: string | undefined,
  beforeSettings: Settings,
  settings: Settings,
  caches: Caches,
  io: Io,
): Result | undefined {
  if ((values.before === undefined) !== (values.after === undefined))
    throw new UsageError('--before and --after go together');
  const after = values.after ?? given ?? defaultFile('.');
  const old =
    values.before !== undefined
      ? { name: values.before, text: readText(values.before, io) }
      : earlier(values.against as string, after, io);
  const first = analyzed(old.name, old.text, beforeSettings, io);
  const second = analyzed(after, readText(after, io), settings, io);
  if (first === undefined || second === undefined) return undefined;
  const outcome = compareBuilds(first, second, values['changed-file'] ?? [], caches);
  return { title: `After ${old.name}`, file: after, analysis: second, outcome, emptied: isEmptied(caches) };
}

/** The text to compare with: a file, or the same file at a git revision. */
function earlier(against: string, file: string, io: Io): { name: string; text: string } {
  try {
    return { name: against, text: readText(against, io) };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
  }
  if (against.startsWith('-')) throw new InputError(`${against} is neither a file nor a git revision`);
  try {
    const text = execFileSync('git', ['show', `${against}:./${basename(file)}`], {
      cwd: dirname(resolve(file)),
      stdio: ['ignore', 'pipe', 'pipe'],
      maxBuffer: 32 * 1024 * 1024,
    });
    return { name: `${file} at ${against}`, text: decodeUtf8(text) };
  } catch (error) {
    const words = error instanceof Error && 'stderr' in error ? String(error.stderr).trim().split('\n')[0] : '';
    throw new InputError(
      `${against} is neither a file nor a git revision that has ${file}${words ? ` (${words})` : ''}`,
    );
  }
}

function analyzed(file: string, text: string, settings: Settings, io: Io): Analysis | undefined {
  const analysis = analyze(text, settings.config(file), settings.inputs(file));
  if (analysis.problems.length === 0) return analysis;
  for (const problem of analysis.problems) io.err(problemText(file, text, problem));
  return undefined;
}

function print(result: Result, format: string): string {
  switch (format) {
    case 'json':
      return `${JSON.stringify(impactJson(result.analysis, result.outcome))}\n`;
    case 'markdown':
      return markdown(result);
    default:
      return plain(result);
  }
}

/** The outcome as data. */
export function impactJson(analysis: Analysis, outcome: Outcome): unknown {
  return {
    vertices: outcome.vertices.map((v) => ({
      digest: v.vertex.digest,
      name: v.vertex.metadata.name?.() ?? '',
      line: lineOf(analysis, v),
      status: v.status,
      reason: v.reason,
      chain: v.chain.map((c) => c.digest),
    })),
    pulls: outcome.pulls.map((p) => ({
      image: p.image.op.kind === 'source' ? p.image.op.identifier.replace(/^[a-z-]+:\/\//, '') : '',
      digest: p.image.digest,
      by: p.by?.digest ?? null,
      line: p.by === undefined ? 0 : (analysis.dockerfile.instructions[p.by.origin]?.lines.first ?? 0),
      certain: p.certain,
    })),
  };
}

function lineOf(analysis: Analysis, v: VertexOutcome): number {
  return analysis.dockerfile.instructions[v.vertex.origin]?.lines.first ?? 0;
}

const words: Readonly<Record<VertexOutcome['status'], string>> = {
  reused: 'reused',
  relinked: 're-linked',
  runs: 'runs again',
  'runs-if-content-differs': 'runs if content differs',
};

/** A source does not run: it is another one, or, where nothing is left, looked up again. */
function word(found: VertexOutcome, { emptied }: Result): string {
  if (!isSource(found)) return words[found.status];
  return emptied ? 'looked up' : 'changes';
}

function isSource({ vertex, status }: VertexOutcome): boolean {
  return status === 'runs' && vertex.op.kind === 'source';
}

/** `2 run again, 1 re-linked, 1 source changes, 7 reused`. */
function summary({ outcome: { vertices }, emptied }: Result): string {
  if (vertices.length === 0) return 'nothing to build';
  const say = (count: number, one: string, many: string): string[] =>
    count === 0 ? [] : [`${count} ${count === 1 ? one : many}`];
  const count = (status: VertexOutcome['status']): number =>
    vertices.filter((v) => v.status === status && !isSource(v)).length;
  const [runs, maybe] = [count('runs'), count('runs-if-content-differs')];
  return [
    ...(runs + maybe === 0 ? ['nothing runs again'] : say(runs, 'runs again', 'run again')),
    ...say(maybe, 'runs again if its content differs', 'run again if their content differs'),
    ...say(count('relinked'), 're-linked', 're-linked'),
    ...(emptied
      ? say(vertices.filter(isSource).length, 'source looked up', 'sources looked up')
      : say(vertices.filter(isSource).length, 'source changes', 'sources change')),
    ...say(count('reused'), 'reused', 'reused'),
  ].join(', ');
}

function pullLines({ analysis, outcome }: Result): string[] {
  return outcome.pulls.map((p) => {
    const image = p.image.op.kind === 'source' ? shortImage(p.image.op.identifier.replace(/^[a-z-]+:\/\//, '')) : '';
    const line = p.by === undefined ? undefined : analysis.dockerfile.instructions[p.by.origin]?.lines.first;
    return `${image} ${p.certain ? 'must be pulled' : 'may have to be pulled'}${line === undefined ? '' : ` for line ${line}`}`;
  });
}

function plain(result: Result): string {
  const { analysis, outcome } = result;
  const lines = [`${result.title}: ${summary(result)}`, ''];
  for (const v of outcome.vertices) {
    const line = lineOf(analysis, v);
    lines.push(`${String(line || '').padStart(5)}  ${word(v, result).padEnd(23)}  ${v.vertex.metadata.name?.() ?? ''}`);
    if (v.status !== 'reused') lines.push(`${' '.repeat(32)}${v.reason}`);
  }
  const pulls = pullLines(result);
  lines.push('', ...(pulls.length === 0 ? ['No base image needs to be pulled.'] : pulls));
  return `${lines.join('\n')}\n`;
}

function markdown(result: Result): string {
  const { analysis, outcome } = result;
  const cell = (text: string): string =>
    text.replace(/[\\|`*_<>[\]&]/g, (ch) => `&#${ch.charCodeAt(0)};`).replace(/\s+/g, ' ');
  const lines = [
    `**${cell(result.title)}** (${cell(result.file)}): ${summary(result)}`,
    '',
    '| line | step | | why |',
    '| ---: | --- | --- | --- |',
  ];
  for (const v of outcome.vertices) {
    if (v.status === 'reused') continue;
    lines.push(
      `| ${lineOf(analysis, v) || ''} | ${cell(v.vertex.metadata.name?.() ?? '')} | ${word(v, result)} | ${cell(v.reason)} |`,
    );
  }
  if (outcome.vertices.every((v) => v.status === 'reused')) lines.push('| | nothing runs again | | |');
  const pulls = pullLines(result);
  lines.push('', ...(pulls.length === 0 ? ['No base image needs to be pulled.'] : pulls.map((p) => `- ${cell(p)}`)));
  return `${lines.join('\n')}\n`;
}
