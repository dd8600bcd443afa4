// `llb-lens check`: the problems of Dockerfiles, for a person or a program; and their safe fixes, all at once.
import { dirname, relative } from 'node:path';
import type { Analysis } from '../../analysis/analyze.ts';
import { encodeUtf8 } from '../../go/utf8.ts';
import { type Found, ruleNamed } from '../../rules/findings.ts';
import type { Severity } from '../../rules/rule.ts';
import { readArguments } from '../arguments.ts';
import { type BuildFlags, flagOptions } from '../buildFlags.ts';
import { type CommandImages, openCommandImages } from '../commandImages.ts';
import { analyzeForCheck, type CheckSetup, fixedText, type Levels, problemsOf, type Reported } from '../fileCheck.ts';
import { type FoundFile, findDockerfiles } from '../find.ts';
import type { FileReport, Report, Trouble } from '../formats/report.ts';
import { count, textReport } from '../formats/text.ts';
import { BinaryError, InputError, type Io, readText, UsageError } from '../io.ts';
import { analysisSettings, type Settings } from '../settings.ts';
import { unknownRule } from '../unknownRule.ts';
import { replaceFile } from '../writeFile.ts';
import { type Contexts, openContexts } from './contextListing.ts';

const help = `Usage: llb-lens check [OPTIONS] [FILE | FOLDER | -]...

Checks Dockerfiles: everything that BuildKit refuses, its build checks as "docker build --check" has them, with their
"# check=" directives, and what LLB Lens knows of links and caches. A FOLDER (default: the current one) is searched for
Dockerfile, Dockerfile.*, *.Dockerfile, *.dockerfile and Containerfile*, without what .gitignore leaves out, node_modules,
and templates (.tmpl, .j2, ...); a FILE is checked whatever its name. - is standard input.

      --format FORMAT           text (default), json, sarif, github (workflow commands), gitlab (code quality)
      --severity LEVEL          problems of this level or above make the exit code 1: error, warning (default), info,
                                hint; hints are shown only here
      --rule NAME=LEVEL         off, error, warning, info or hint for a rule, whatever its own; several allowed
      --fix                     makes all safe fixes (no vertex changes its digest), then checks what is left
      --dry-run                 with --fix: writes nothing and prints the changes as a diff
      --stdin-filename FILE     what standard input is called; with --fix its text goes to standard output
      --context FOLDER          the build context of all files: its .dockerignore counts, and what is in it (default:
                                each file's folder, if it has what the file copies)
      --images MODE             off (default), cached, on: whether base images are looked up, in what was learnt earlier
                                or at their registries, and their files where a verdict on --link hangs on them
      --image-config FILE, --target, --build-arg, ... as "llb-lens graph --help" has them

Exit code: 0 nothing of that level, 1 problems, or a file that cannot be read, 2 wrong usage.
`;

// Loaded when asked for: few runs want one, and the pages of rules, which SARIF has in it, are large.
const formats = {
  text: undefined,
  json: async (report: Report) => (await import('../formats/json.ts')).jsonReport(report),
  sarif: async (report: Report) => (await import('../formats/sarif.ts')).sarifReport(report),
  github: async (report: Report) => (await import('../formats/github.ts')).githubReport(report),
  gitlab: async (report: Report) => (await import('../formats/gitlab.ts')).gitlabReport(report),
};
type Format = keyof typeof formats;

const order: readonly Severity[] = ['error', 'warning', 'information', 'hint'];

export async function checkCommand(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = readArgs(args);
  if (values.help === true) {
    io.out(help);
    return 0;
  }
  const format = values.format ?? 'text';
  if (!Object.hasOwn(formats, format))
    throw new UsageError(`unknown format "${format}": one of ${Object.keys(formats).join(', ')}`);
  if (values['dry-run'] === true && values.fix !== true) throw new UsageError('--dry-run goes with --fix');
  const severity = readLevel('--severity', values.severity ?? 'warning');
  if (severity === 'off') throw new UsageError('--severity off: one of error, warning, info, hint');
  const levels = readRules(values.rule ?? []);
  const images = await openCommandImages(values.images, values['build-context'], io);
  let settings: Settings;
  try {
    settings = analysisSettings(values as BuildFlags, values['image-config'] ?? [], io, images);
  } catch (error) {
    throw error instanceof InputError ? new UsageError(error.message) : error;
  }
  const task: Task = {
    io,
    settings,
    images,
    levels,
    severity,
    context: values.context,
    contexts: openContexts(),
    stdinName: values['stdin-filename'],
    fix: values.fix !== true ? 'no' : values['dry-run'] === true ? 'show' : 'make',
  };
  try {
    return await checkAll(positionals.length === 0 ? ['.'] : positionals, format as Format, task);
  } finally {
    images?.dispose();
  }
}

interface Task {
  readonly io: Io;
  readonly settings: Settings;
  readonly images: CommandImages | undefined;
  readonly levels: Levels;
  readonly severity: Severity;
  readonly context: string | undefined;
  readonly contexts: Contexts;
  readonly stdinName: string | undefined;
  readonly fix: 'no' | 'show' | 'make';
}

function readArgs(args: readonly string[]) {
  return readArguments(args, {
    help: { type: 'boolean', short: 'h' },
    format: { type: 'string' },
    severity: { type: 'string' },
    rule: { type: 'string', multiple: true },
    fix: { type: 'boolean' },
    'dry-run': { type: 'boolean' },
    'stdin-filename': { type: 'string' },
    context: { type: 'string' },
    images: { type: 'string' },
    'image-config': { type: 'string', multiple: true },
    ...flagOptions,
  });
}

function readLevel(flag: string, text: string): Severity | 'off' {
  const level = text === 'info' ? 'information' : text;
  if (level === 'off' || (order as readonly string[]).includes(level)) return level as Severity | 'off';
  throw new UsageError(`${flag} ${text}: off, error, warning, info or hint`);
}

function readRules(given: readonly string[]): Levels {
  const levels = new Map<string, Severity | 'off'>();
  for (const text of given) {
    const at = text.indexOf('=');
    if (at <= 0) throw new UsageError(`--rule ${text}: expected NAME=LEVEL`);
    const name = text.slice(0, at);
    if (ruleNamed(name) === undefined) throw new UsageError(`--rule ${text}: ${unknownRule(name)}`);
    levels.set(name, readLevel(`--rule ${name}`, text.slice(at + 1)));
  }
  return levels;
}

/** What became of one file. */
interface Outcome {
  readonly report?: FileReport;
  readonly trouble?: Trouble;
  readonly fixed: readonly Found[];
  /** What goes to standard output in place of a report: a diff, or the fixed text of standard input. */
  readonly output?: Uint8Array;
  /** Found in a folder and no Dockerfile at all. */
  readonly skipped?: boolean;
}

async function checkAll(paths: readonly string[], format: Format, task: Task): Promise<number> {
  const { io } = task;
  const progress = progressLine(io);
  let folders = 0;
  const { files, trouble: unreadable } = findDockerfiles(paths, () =>
    progress(() => `looking into folder ${++folders}`),
  );
  const trouble: Trouble[] = [...unreadable];
  const reports: FileReport[] = [];
  const fixed: { path: string; found: readonly Found[] }[] = [];
  let checked = 0;
  let output = false;
  for (const [index, file] of files.entries()) {
    progress(() => `checking ${index + 1} of ${files.length}: ${file.path}`);
    const outcome = await checkOne(file, task);
    if (outcome.trouble !== undefined) trouble.push(outcome.trouble);
    if (outcome.skipped === true) continue;
    checked++;
    if (outcome.report !== undefined) reports.push(outcome.report);
    if (outcome.fixed.length > 0) fixed.push({ path: outcome.report?.path ?? file.path, found: outcome.fixed });
    if (outcome.output !== undefined) {
      output = true;
      io.out(outcome.output);
    }
  }
  progress();
  if (files.length === 0 && trouble.length === 0) io.err(`llb-lens: no Dockerfile in ${paths.join(', ')}\n`);

  const counts = (problem: Reported): boolean => order.indexOf(problem.severity) <= order.indexOf(task.severity);
  const exitCode = trouble.length > 0 || reports.some((file) => file.problems.some(counts)) ? 1 : 0;
  const { GITHUB_WORKSPACE, CI_PROJECT_DIR } = io.env;
  const report: Report = {
    files: reports.filter((file) => file.problems.length > 0),
    trouble,
    checked,
    exitCode,
    root: GITHUB_WORKSPACE ?? CI_PROJECT_DIR,
  };
  for (const { path, message, crash } of trouble)
    io.err(`llb-lens: ${message}${crash === true ? ` (${path}; this is a mistake of LLB Lens)` : ''}\n`);
  const printer = formats[format];
  if (task.fix !== 'no') {
    // A program reads standard output: a report, a diff, or a text.
    const say = printer !== undefined || output || task.fix === 'show' ? io.err : io.out;
    say(fixSummary(fixed, task.fix));
  }
  if (printer !== undefined && !output) io.out(await printer(report));
  else if (task.fix !== 'show' && output) io.err(textReport(report, false));
  else if (task.fix !== 'show') io.out(textReport(report, io.color));
  return exitCode;
}

/** `FILE: fixed 2 StageNameCasing, 1 FromAsCasing`, a line for each file, and the sum. */
function fixSummary(fixed: readonly { path: string; found: readonly Found[] }[], mode: Task['fix']): string {
  const did = mode === 'show' ? 'would fix' : 'fixed';
  if (fixed.length === 0) return mode === 'show' ? 'Nothing to fix.\n' : '';
  const lines = fixed.map(({ path, found }) => {
    const times = new Map<string, number>();
    for (const { rule } of found) times.set(rule.name, (times.get(rule.name) ?? 0) + 1);
    return `${path}: ${did} ${[...times].map(([name, n]) => (n === 1 ? name : `${n} ${name}`)).join(', ')}\n`;
  });
  const all = fixed.reduce((sum, { found }) => sum + found.length, 0);
  return `${lines.join('')}${count(all, 'problem')} ${mode === 'show' ? 'would be fixed' : 'fixed'} in ${count(fixed.length, 'file')}.\n`;
}

/** Never throws, save for what is wrong with the flags: one file's trouble is not another's. */
async function checkOne(file: FoundFile, task: Task): Promise<Outcome> {
  const isInput = file.path === '-';
  const path = isInput ? (task.stdinName ?? '<stdin>') : nearest(file.path);
  try {
    const text = readText(file.path, task.io);
    const place = isInput ? (task.stdinName ?? '-') : file.path;
    const context = task.context ?? (place === '-' ? '.' : dirname(place));
    const setup: CheckSetup = {
      config: task.settings.config(place),
      inputs: { ...task.settings.inputs(place, context), context: task.contexts(context, task.context !== undefined) },
      levels: task.levels,
    };
    let analysis: Analysis;
    let problems: readonly Reported[];
    do {
      analysis = analyzeForCheck(text, setup);
      // Asks for the files of bases, too.
      problems = problemsOf(analysis, task.levels);
    } while ((await task.images?.learn()) === true);
    const option = analysis.problems[0];
    if (option?.code === 'bad-option') throw new UsageError(option.message);
    if (task.fix === 'no') return { report: report(path, text, problems, task), fixed: [] };
    const result = fixedText(analysis, setup);
    if (task.fix === 'show') {
      const shown = report(path, text, problems, task);
      if (result.text === text) return { report: shown, fixed: [] };
      const { unifiedDiff } = await import('../unifiedDiff.ts');
      return { report: shown, fixed: result.fixed, output: encodeUtf8(unifiedDiff(path, text, result.text)) };
    }
    if (!isInput && result.text !== text) replaceFile(file.path, encodeUtf8(text), encodeUtf8(result.text));
    return {
      report: report(path, result.text, problemsOf(analyzeForCheck(result.text, setup), task.levels), task),
      fixed: result.fixed,
      ...(isInput ? { output: encodeUtf8(result.text) } : {}),
    };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    if (error instanceof InputError) {
      // What only has the name of a Dockerfile is passed over.
      if (!file.named && error instanceof BinaryError) {
        task.io.err(`llb-lens: ${error.message}; passed over\n`);
        return { fixed: [], skipped: true };
      }
      return { trouble: { path, message: error.message }, fixed: [] };
    }
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { trouble: { path, message, crash: true }, fixed: [] };
  }
}

function report(path: string, text: string, all: readonly Reported[], { severity }: Task): FileReport {
  // Hints are for editors, unless one asks for them.
  const problems = severity === 'hint' ? all : all.filter((problem) => problem.severity !== 'hint');
  return { path, text, problems };
}

function nearest(path: string): string {
  const near = relative('.', path);
  return near === '' || near.startsWith('..') ? path : near;
}

/** Says how far the work is, from half a second on and ten times a second at most; without words it goes away. */
function progressLine(io: Io): (words?: () => string) => void {
  const { progress } = io;
  if (progress === undefined) return () => {};
  let next = performance.now() + 500;
  let shown = false;
  return (words) => {
    if (words === undefined) {
      if (shown) progress('');
      return;
    }
    const line = words();
    if (performance.now() < next) return;
    next = performance.now() + 100;
    shown = true;
    progress(line);
  };
}
