// What a check says of one text: what BuildKit refuses, its build checks as a check run has them, and our own rules.
import type { Span } from '../../../shared/src/span.ts';
import { type Analysis, type AnalysisInputs, analyze } from '../analysis/analyze.ts';
import { type CheckWarning, checkUrl } from '../compile/lint.ts';
import type { BuildConfig } from '../compile/options.ts';
import type { LineRange, Problem } from '../dockerfile/instruction.ts';
import { type Found, findingsOf, fixesOf, isCheck } from '../rules/findings.ts';
import { fixAll } from '../rules/fixAll.ts';
import type { Fix, Severity } from '../rules/rule.ts';

export type Levels = ReadonlyMap<string, Severity | 'off'>;

/** A problem as every format prints it. */
export interface Reported {
  /** Empty at 0 where it has no place. */
  readonly span: Span;
  readonly severity: Severity;
  /** The rule's name, or the kebab-case code of what BuildKit refuses. */
  readonly code: string;
  readonly message: string;
  /** Who says so: BuildKit by refusing the file, BuildKit by a build check, or a rule of ours. */
  readonly from: 'buildkit' | 'check' | 'rule';
  /** Where it is explained; `` where it is not. */
  readonly url: string;
  /** The lines that BuildKit reports; undefined where it reports none. Those of a build check may be others than the span's. */
  readonly lines: LineRange | undefined;
  readonly fixes: readonly Fix[];
  readonly related: readonly { readonly span: Span; readonly message: string }[];
}

/** How a text is built; the platform that is asked for does not count, as in BuildKit's own check runs. */
export interface CheckSetup {
  readonly config: BuildConfig;
  readonly inputs: AnalysisInputs;
  /** Severities by rule, in place of the rules' own. */
  readonly levels: Levels;
}

/** The analysis that a check goes by. */
export function analyzeForCheck(text: string, { config, inputs }: CheckSetup): Analysis {
  const { platform: _, ...attrs } = config.attrs;
  return analyze(text, { ...config, attrs }, inputs);
}

/** The warnings that `docker build --check` prints: it stops at the first problem, and without a target it sees all stages. */
export function printedWarnings(analysis: Analysis): readonly CheckWarning[] {
  if (analysis.problems[0]?.code === 'bad-option') return [];
  return analysis.warnings.filter((w) =>
    analysis.options.target === '' ? w.allBefore === 0 : w.reachable && w.problemsBefore === 0,
  );
}

/** Everything to report of an analysis, in order of the text. */
export function problemsOf(analysis: Analysis, levels: Levels): readonly Reported[] {
  const all: Reported[] = [];
  const printed = new Map(printedWarnings(analysis).map((w) => [keyOf(w.span, w.rule, w.message), w.lines] as const));
  const asErrors = analysis.compilation.lint.returnAsError;
  // A rule that explains what BuildKit refuses says it with BuildKit's words in front, and in its place.
  const refused = new Map(
    analysis.problems.map((problem) => [`${problem.code} ${problem.span.start}`, problem] as const),
  );
  const explained = new Set<Problem>();
  for (const found of findingsOf(analysis)) {
    const code = found.rule.name;
    const fromCheck = isCheck(code);
    const lines = fromCheck ? printed.get(keyOf(found.span, code, found.message)) : undefined;
    if (fromCheck && lines === undefined) continue;
    const severity = levels.get(code) ?? (fromCheck && asErrors ? 'error' : found.severity);
    if (severity === 'off') continue;
    const problem =
      found.rule.explains === undefined ? undefined : refused.get(`${found.rule.explains} ${found.span.start}`);
    if (problem !== undefined) explained.add(problem);
    all.push({
      span: found.span,
      severity: problem === undefined ? severity : 'error',
      code,
      message: problem === undefined ? found.message : `${problem.summary}\n${found.message}`,
      from: problem !== undefined ? 'buildkit' : fromCheck ? 'check' : 'rule',
      url: fromCheck ? checkUrl(code) : '',
      lines: placed(problem === undefined ? lines : problem.locations[0]),
      fixes: fixesOf(found, analysis),
      related: found.related ?? [],
    });
  }
  const words = new Set<string>();
  for (const problem of analysis.problems) {
    words.add(`${problem.span.start} ${problem.summary}`);
    // That one says no more than that there are warnings, which count as errors.
    if (problem.code !== 'check-error' && !explained.has(problem))
      all.push(ofProblem(analysis, problem, 'error', problem.summary));
  }
  if (analysis.options.target === '') {
    for (const problem of analysis.compilation.unreachableProblems) {
      if (words.has(`${problem.span.start} ${problem.summary}`)) continue;
      const message = `${problem.summary}\nA build goes on, for its target does not need this stage; "docker build --check" ends here.`;
      all.push(ofProblem(analysis, problem, 'warning', message));
    }
  }
  return all.sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end);
}

function ofProblem(analysis: Analysis, problem: Problem, severity: Severity, message: string): Reported {
  const lines = placed(problem.locations.find(({ first, last }) => first <= last));
  const span = problem.span.end > 0 ? problem.span : lineSpan(analysis.text, lines?.first);
  return { span, severity, code: problem.code, message, from: 'buildkit', url: '', lines, fixes: [], related: [] };
}

function placed(lines: LineRange | undefined): LineRange | undefined {
  return lines !== undefined && lines.first <= lines.last ? lines : undefined;
}

function keyOf(span: Span, rule: string, message: string): string {
  return `${span.start} ${span.end} ${rule} ${message}`;
}

/** The text of a 1-based line without its blanks. */
function lineSpan(text: string, line: number | undefined): Span {
  let start = 0;
  for (let n = 1; n < (line ?? 1); n++) {
    const next = text.indexOf('\n', start);
    if (next < 0) break;
    start = next + 1;
  }
  if (line === undefined) return { start: 0, end: 0 };
  const newline = text.indexOf('\n', start);
  const source = text.slice(start, newline < 0 ? text.length : newline);
  const blanks = source.length - source.trimStart().length;
  return { start: start + blanks, end: start + Math.max(blanks, source.trimEnd().length) };
}

/** The text after all safe fixes of the rules that are on, and what they did away with. */
export function fixedText(analysis: Analysis, setup: CheckSetup): { text: string; fixed: readonly Found[] } {
  const wanted = (found: Found): boolean => setup.levels.get(found.rule.name) !== 'off';
  const done = fixAll(analysis, (text) => analyzeForCheck(text, setup), wanted);
  return { text: done.analysis.text, fixed: done.fixed };
}
