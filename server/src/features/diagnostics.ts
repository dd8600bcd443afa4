// All that is wrong with a file: what makes BuildKit refuse it, its build checks, and our own rules; nothing twice.
import type { Span } from '../../../shared/src/span.ts';
import type { Analysis } from '../analysis/analyze.ts';
import { checkUrl } from '../compile/lint.ts';
import type { LineRange, Problem } from '../dockerfile/instruction.ts';
import { findingsOf, isCheck } from '../rules/findings.ts';
import type { Diagnostic } from './feature.ts';

export function diagnostics(analysis: Analysis): readonly Diagnostic[] {
  const findings = findingsOf(analysis);
  const explained = new Map<string, Problem>();
  for (const problem of analysis.problems) explained.set(`${problem.code} ${problem.span.start}`, problem);
  const all: Diagnostic[] = [];
  const shownAsRule = new Set<Problem>();
  for (const { rule, span } of findings) {
    const problem = rule.explains === undefined ? undefined : explained.get(`${rule.explains} ${span.start}`);
    if (problem !== undefined) shownAsRule.add(problem);
  }
  for (const problem of analysis.problems) if (!shownAsRule.has(problem)) all.push(ofProblem(analysis, problem));
  const refused = new Set(analysis.problems.map((problem) => `${problem.span.start} ${problem.summary}`));
  for (const problem of analysis.compilation.unreachableProblems) {
    if (refused.has(`${problem.span.start} ${problem.summary}`)) continue;
    const message = `${problem.summary}\nThe target does not need this stage: the build goes on, \`docker build --check\` does not.`;
    all.push({ ...ofProblem(analysis, problem), severity: 'information', message });
  }
  for (const { rule, severity, span, message, related } of findings) {
    const url = isCheck(rule.name) ? checkUrl(rule.name) : '';
    const problem = rule.explains === undefined ? undefined : explained.get(`${rule.explains} ${span.start}`);
    all.push({
      span: visible(analysis, span),
      severity,
      code: rule.name,
      from: isCheck(rule.name) ? 'check' : 'rule',
      // BuildKit's own words first.
      message: problem === undefined ? message : `${problem.summary}\n${message}`,
      ...(rule.tags === undefined ? {} : { tags: rule.tags }),
      ...(url === '' ? {} : { url }),
      ...(related === undefined ? {} : { related }),
    });
  }
  return once(all);
}

function ofProblem(analysis: Analysis, problem: Problem): Diagnostic {
  const related = problem.locations
    .map((lines) => spanOfLines(analysis, lines))
    .filter((span) => span !== undefined && (span.end <= problem.span.start || span.start >= problem.span.end))
    .map((span) => ({ span: span as Span, message: 'BuildKit also points here' }));
  return {
    span: visible(analysis, problem.span),
    severity: 'error',
    code: problem.code,
    from: problem.phase === 'convert' ? 'compiler' : 'reader',
    message: problem.summary,
    ...(related.length === 0 ? {} : { related }),
  };
}

/** An empty place is widened to the character behind it, at a line's end to that in front of it: else no editor shows it. */
function visible({ text }: Analysis, span: Span): Span {
  const { start, end } = span;
  if (end > start) return span;
  const isEnd = (at: number): boolean => at >= text.length || text[at] === '\n' || text[at] === '\r';
  if (!isEnd(start)) return { start, end: start + ((text.codePointAt(start) as number) > 0xffff ? 2 : 1) };
  if (start > 0 && !isEnd(start - 1)) return { start: start - 1, end: start };
  return start < text.length ? { start, end: start + 1 } : span;
}

function spanOfLines({ dockerfile, text }: Analysis, { first, last }: LineRange): Span | undefined {
  if (first < 1 || last < first) return undefined;
  const start = dockerfile.lineStarts[first - 1];
  if (start === undefined) return undefined;
  let end = (dockerfile.lineStarts[last] ?? text.length + 1) - 1;
  while (end > start && (text[end - 1] === '\n' || text[end - 1] === '\r')) end--;
  return { start, end };
}

function once(all: readonly Diagnostic[]): readonly Diagnostic[] {
  const seen = new Set<string>();
  return all.filter(({ span, code, message }) => {
    const key = `${span.start} ${span.end} ${code} ${message}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
