// `llb-lens graph`: the graph of a Dockerfile as a tree, JSON, DOT, Mermaid, LLB, or a picture.
import { statSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { type Analysis, analyze } from '../../analysis/analyze.ts';
import { buildGraph } from '../../analysis/graph.ts';
import { dotText, mermaidText, type Paint, plain, treeText } from '../../analysis/graphFormats.ts';
import { encodeDefinition } from '../../llb/definition.ts';
import { readArguments } from '../arguments.ts';
import { type BuildFlags, flagOptions } from '../buildFlags.ts';
import { InputError, type Io, readText, UsageError } from '../io.ts';
import { loadPicture, pictureFolder, pictureModes, pictureThemes } from '../picture.ts';
import { problemText } from '../problems.ts';
import { analysisSettings, defaultFile } from '../settings.ts';

const help = `Usage: llb-lens graph [OPTIONS] [FILE | - | CONTEXT]

Prints the graph that BuildKit builds from a Dockerfile. FILE is the Dockerfile, - is standard input, and a directory is
the build context, whose Dockerfile is read and whose .dockerignore counts. Without one, it is the current directory.

  -f, --file FILE               the Dockerfile (default: CONTEXT/Dockerfile)
      --format FORMAT           tree (default), json, dot, mermaid, llb (protobuf, for "buildctl build" and
                                "buildctl debug dump-llb"), svg (the picture), html (the picture to walk through, one
                                file for any browser)
      --mode MODE               of svg and html, a node for each line, vertex or stage: instructions (default),
                                operations, stages
      --theme THEME             of svg: light (default), dark, high-contrast, high-contrast-light
      --image-config FILE       what base images contain: the JSON of one image's configuration, for every base, or an
                                object from reference to configuration (or {"digest": ..., "config": ...}); or REF=FILE

As docker buildx build has them:
      --target STAGE            --build-arg NAME[=VALUE]      --platform OS/ARCH[,...]
      --label NAME=VALUE        --build-context NAME=VALUE    --no-cache
      --no-cache-filter STAGE   --add-host HOST:IP            --network default|none|host
      --shm-size BYTES          --ulimit NAME=SOFT[:HARD]     --cgroup-parent PARENT
      --pull

Exit code: 0 the file builds, 1 it does not (every problem is printed), 2 wrong usage.
`;

const formats = ['tree', 'json', 'dot', 'mermaid', 'llb', 'svg', 'html'] as const;
type Format = (typeof formats)[number];

export async function analyzeCommand(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = readArgs(args);
  if (values.help === true) {
    io.out(help);
    return 0;
  }
  const format = (values.format ?? 'tree') as Format;
  if (!formats.includes(format)) throw new UsageError(`unknown format "${format}": one of ${formats.join(', ')}`);
  const { mode = 'instructions', theme = 'light' } = values;
  if (!oneOf(pictureModes, mode)) throw new UsageError(`unknown mode "${mode}": one of ${pictureModes.join(', ')}`);
  if (!oneOf(pictureThemes, theme))
    throw new UsageError(`unknown theme "${theme}": one of ${pictureThemes.join(', ')}`);
  if (values.mode !== undefined && !isPicture(format)) throw new UsageError('--mode goes with --format svg or html');
  if (values.theme !== undefined && format !== 'svg') throw new UsageError('--theme goes with --format svg');
  if (positionals.length > 1) throw new UsageError(`one Dockerfile or context at a time, not ${positionals.length}`);
  try {
    const where = locate(positionals[0], values.file);
    const text = readText(where.file, io);
    const settings = analysisSettings(values as BuildFlags, values['image-config'] ?? [], io);
    const platforms = (settings.attrs.platform ?? '').split(',').length;
    if (isPicture(format) && platforms > 1)
      throw new UsageError(`--format ${format} shows one platform at a time, not ${platforms}`);
    const picture = isPicture(format) ? await loadPicture(pictureFolder()) : undefined;
    const name = where.file === '-' ? '<stdin>' : shown(where.file);
    let code = 0;
    for (let index = 0; index < platforms; index++) {
      const config = settings.config(where.file, index);
      const attrs = where.remote === undefined ? config.attrs : { ...config.attrs, context: where.remote };
      const analysis = analyze(text, { ...config, attrs }, settings.inputs(where.file, where.context ?? null));
      if (analysis.problems.length > 0) {
        code = 1;
        if (index === 0) for (const problem of analysis.problems) io.err(problemText(name, text, problem));
      }
      if (picture === undefined) print(analysis, name, format, io, index);
      else if (format === 'svg') io.out(picture.svg(buildGraph(analysis, name), mode, theme));
      else io.out(picture.html(buildGraph(analysis, name), mode));
    }
    if (/[\udc80-\udcff](?<![\ud800-\udbff][\udc80-\udcff])/.test(text))
      io.err(`${name}: not all of it is UTF-8; BuildKit refuses such bytes in most places\n`);
    return code;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    io.err(`llb-lens: ${error.message}\n`);
    return 1;
  }
}

function isPicture(format: Format): boolean {
  return format === 'svg' || format === 'html';
}

function oneOf<T extends string>(allowed: readonly T[], value: string): value is T {
  return (allowed as readonly string[]).includes(value);
}

function readArgs(args: readonly string[]) {
  return readArguments(args, {
    help: { type: 'boolean', short: 'h' },
    file: { type: 'string', short: 'f' },
    format: { type: 'string' },
    mode: { type: 'string' },
    theme: { type: 'string' },
    'image-config': { type: 'string', multiple: true },
    ...flagOptions,
  });
}

interface Place {
  readonly file: string;
  /** The directory whose .dockerignore counts. */
  readonly context: string | undefined;
  /** A context that is no directory. */
  readonly remote: string | undefined;
}

function locate(given: string | undefined, file: string | undefined): Place {
  if (given !== undefined && /^(https?:\/\/|git:\/\/|git@|ssh:\/\/|github\.com\/)/.test(given)) {
    if (file === undefined) throw new UsageError('a remote context is not fetched: give the Dockerfile with --file');
    return { file, context: undefined, remote: given };
  }
  if (given === undefined || isDirectory(given)) {
    const context = given ?? '.';
    return { file: file ?? defaultFile(context), context, remote: undefined };
  }
  if (file !== undefined) {
    if (given === '-') throw new UsageError('a context from standard input is not read: give a directory');
    throw new InputError(`${given} is no directory: with --file, the argument is the build context`);
  }
  return { file: given, context: given === '-' ? '.' : dirname(given), remote: undefined };
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function shown(file: string): string {
  const near = relative('.', file);
  return near.startsWith('..') ? file : near;
}

function print(analysis: Analysis, name: string, format: Format, io: Io, index: number): void {
  switch (format) {
    case 'llb':
      if (analysis.problems.length === 0)
        io.out(
          encodeDefinition(analysis.definition, {
            filename: analysis.options.filename,
            language: 'Dockerfile',
            data: analysis.text,
            definition: undefined,
          }),
        );
      return;
    case 'json':
      io.out(`${JSON.stringify(buildGraph(analysis, name))}\n`);
      return;
    case 'dot':
      io.out(dotText(buildGraph(analysis, name)));
      return;
    case 'mermaid':
      io.out(mermaidText(buildGraph(analysis, name)));
      return;
    case 'tree':
      if (analysis.target !== undefined)
        io.out(`${index > 0 ? '\n' : ''}${treeText(buildGraph(analysis, name), io.color ? colors : plain)}`);
  }
}

const colors: Paint = {
  bold: (text) => `\u001b[1m${text}\u001b[22m`,
  dim: (text) => `\u001b[2m${text}\u001b[22m`,
  warn: (text) => `\u001b[31m${text}\u001b[39m`,
};
