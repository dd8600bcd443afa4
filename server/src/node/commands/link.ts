// `llb-lens link`: the verdict on --link for every COPY and ADD, as a table for a person, JSON or Markdown.

import { dirname } from 'node:path';
import { type Analysis, analyze } from '../../analysis/analyze.ts';
import { type LinkVerdict, type LinkVerdictKind, linkVerdicts } from '../../analysis/linkVerdict.ts';
import { readArguments } from '../arguments.ts';
import { type BuildFlags, flagOptions } from '../buildFlags.ts';
import { openCommandImages } from '../commandImages.ts';
import { wellFormed } from '../formats/report.ts';
import { InputError, type Io, readText, UsageError } from '../io.ts';
import { type Ink, noInk, terminalInk } from '../pageText.ts';
import { problemText } from '../problems.ts';
import { analysisSettings, defaultFile } from '../settings.ts';
import { openContexts } from './contextListing.ts';

const help = `Usage: llb-lens link [OPTIONS] [FILE | -]

Says for each COPY and ADD what --link does there, or would do: whether its copy survives a change below it, has no effect,
fails, breaks the image, changes owners or modes, costs more than it saves, or would help; and how sure that is.

      --format FORMAT           text (default), json, markdown
      --context FOLDER          the build context (default: the file's folder, if it has what the file copies): whether a
                                source is a file or a directory is looked up there
      --images MODE             off (default), cached, on: whether base images are looked up, in what was learnt earlier
                                or at their registries, and their files where a verdict on --link hangs on them
      --image-config FILE, --target, --build-arg, ... as "llb-lens graph --help" has them

Exit code: 0 done, 1 the file does not build (the verdicts are printed all the same), 2 wrong usage.
`;

/** The verdicts in a word or two, the gravest first. */
const words: Readonly<Record<LinkVerdictKind, string>> = {
  fails: 'fails',
  breaks: 'breaks',
  'changes-owner-or-mode': 'changes owner or mode',
  'costs-more': 'costs more',
  'no-effect': 'no effect',
  'would-help': 'would help',
  effective: 'effective',
  plain: 'plain copy',
};

const sure: Readonly<Record<LinkVerdict['certainty'], string>> = {
  known: '',
  catalogue: 'by the catalogue of bases',
  guess: 'a guess',
};

export async function linkCommand(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = readArgs(args);
  if (values.help === true) {
    io.out(help);
    return 0;
  }
  const format = values.format ?? 'text';
  if (format !== 'text' && format !== 'json' && format !== 'markdown')
    throw new UsageError(`unknown format "${format}": one of text, json, markdown`);
  if (positionals.length > 1) throw new UsageError(`one Dockerfile at a time, not ${positionals.length}`);
  const images = await openCommandImages(values.images, values['build-context'], io);
  try {
    const settings = analysisSettings(values as BuildFlags, values['image-config'] ?? [], io, images);
    const file = positionals[0] ?? defaultFile('.');
    const name = file === '-' ? '<stdin>' : file;
    const text = readText(file, io);
    const context = values.context ?? (file === '-' ? '.' : dirname(file));
    const ask = openContexts()(context, values.context !== undefined);
    let analysis: Analysis;
    do {
      analysis = analyze(text, settings.config(file), { ...settings.inputs(file, context), context: ask });
      // Asks for the files of bases, too.
      linkVerdicts(analysis);
    } while ((await images?.learn()) === true);
    const option = analysis.problems[0];
    if (option?.code === 'bad-option') throw new UsageError(option.message);
    const rows = linkVerdicts(analysis).map((verdict) => ({ verdict, code: codeOf(analysis, verdict) }));
    if (format === 'json')
      io.out(`${JSON.stringify({ file: wellFormed(name), verdicts: rows.map(rowJson) }, null, 2)}\n`);
    else if (format === 'markdown') io.out(markdown(name, rows));
    else io.out(table(name, rows, io.color ? terminalInk : noInk));
    for (const problem of analysis.problems) io.err(problemText(name, analysis.text, problem));
    return analysis.problems.length === 0 ? 0 : 1;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    io.err(`llb-lens: ${error.message}\n`);
    return 1;
  } finally {
    images?.dispose();
  }
}

function readArgs(args: readonly string[]) {
  return readArguments(args, {
    help: { type: 'boolean', short: 'h' },
    format: { type: 'string' },
    context: { type: 'string' },
    images: { type: 'string' },
    'image-config': { type: 'string', multiple: true },
    ...flagOptions,
  });
}

interface Row {
  readonly verdict: LinkVerdict;
  /** The instruction on one line. */
  readonly code: string;
}

function codeOf({ dockerfile }: Analysis, { instruction }: LinkVerdict): string {
  const code = dockerfile.instructions[instruction]?.code ?? '';
  return wellFormed(code).replace(/\s+/g, ' ').replace(/\p{C}/gu, '·');
}

function rowJson({ verdict, code }: Row): unknown {
  const { line, kind, sentence, certainty, knownFrom, rule, evidence } = verdict;
  return { line, code, kind, sentence: wellFormed(sentence), certainty, knownFrom, rule, evidence };
}

/** The same of several, where that is said otherwise. */
const several: Partial<Readonly<Record<LinkVerdictKind, string>>> = {
  fails: 'fail',
  breaks: 'break',
  'changes-owner-or-mode': 'change owner or mode',
  'costs-more': 'cost more',
  'no-effect': 'without effect',
  plain: 'plain copies',
};

function summary(rows: readonly Row[]): string {
  if (rows.length === 0) return 'no COPY and no ADD';
  return (Object.keys(words) as LinkVerdictKind[])
    .map((kind) => [rows.filter(({ verdict }) => verdict.kind === kind).length, kind] as const)
    .filter(([n]) => n > 0)
    .map(([n, kind]) => `${n} ${n === 1 && kind !== 'no-effect' ? words[kind] : (several[kind] ?? words[kind])}`)
    .join(', ');
}

function table(name: string, rows: readonly Row[], ink: Ink): string {
  const width = Math.max(0, ...rows.map(({ verdict }) => words[verdict.kind].length));
  const lines = [`${ink.bold(name)}: ${summary(rows)}`];
  for (const { verdict, code } of rows) {
    const { kind, sentence, certainty, rule } = verdict;
    const short = code.length > 100 ? `${code.slice(0, 99)}…` : code;
    lines.push('', `${String(verdict.line).padStart(5)}  ${ink.bold(words[kind].padEnd(width))}  ${short}`);
    const said = sentence.includes(', by the catalogue)') ? '' : sure[certainty];
    const notes = [said, rule].filter((note) => note !== '').join(', ');
    lines.push(
      `${' '.repeat(9 + width)}${withoutWord(wellFormed(sentence), words[kind])}${notes === '' ? '' : ` ${ink.dim(`[${notes}]`)}`}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

/** The sentence without the word that already stands before it. */
function withoutWord(sentence: string, word: string): string {
  return sentence.startsWith(`${word}: `) || sentence.startsWith(`${word}; `)
    ? sentence.slice(word.length + 2)
    : sentence;
}

function markdown(name: string, rows: readonly Row[]): string {
  const cell = (text: string): string =>
    wellFormed(text)
      .replace(/[\\|`*_<>[\]&]/g, (ch) => `&#${ch.charCodeAt(0)};`)
      .replace(/\s+/g, ' ');
  const lines = [`**${cell(name)}**: ${summary(rows)}`];
  if (rows.length > 0) lines.push('', '| line | instruction | `--link` | why | |', '| ---: | --- | --- | --- | --- |');
  for (const { verdict, code } of rows) {
    const { line, kind, sentence, certainty } = verdict;
    lines.push(
      `| ${line} | ${cell(code)} | ${words[kind]} | ${cell(withoutWord(sentence, words[kind]))} | ${sure[certainty]} |`,
    );
  }
  return `${lines.join('\n')}\n`;
}
