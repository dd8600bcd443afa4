// `--format json`: the problems for programs. docs/ci.md documents the shape.
import type { Span } from '../../../../shared/src/span.ts';
import { packageVersion } from '../version.ts';
import { type FileReport, fingerprints, placesIn, portablePath, type Report, wellFormed } from './report.ts';

export function jsonReport(report: Report): string {
  const problems = report.files.flatMap((file) => problemsJson(file, report));
  const trouble = report.trouble.map(({ path, message }) => ({ file: portablePath(path, report), message }));
  return `${JSON.stringify({ version: packageVersion, files: report.checked, problems, trouble }, null, 2)}\n`;
}

function problemsJson(file: FileReport, report: Report): unknown[] {
  const path = portablePath(file.path, report);
  const place = placesIn(file.text);
  const range = ({ start, end }: Span) => {
    const from = place(start);
    const to = place(Math.max(start, end));
    return { line: from.line, column: from.column, endLine: to.line, endColumn: to.column };
  };
  const marks = fingerprints(path, file);
  return file.problems.map((problem, i) => ({
    file: path,
    ...range(problem.span),
    severity: problem.severity,
    code: problem.code,
    message: wellFormed(problem.message),
    from: problem.from,
    ...(problem.url === '' ? {} : { url: problem.url }),
    ...(problem.lines === undefined ? {} : { buildkitLines: [problem.lines.first, problem.lines.last] }),
    fingerprint: marks[i],
    related: problem.related.map(({ span, message }) => ({ ...range(span), message: wellFormed(message) })),
    fixes: problem.fixes.map(({ title, safe, edits }) => ({
      title: wellFormed(title),
      safe,
      edits: edits.map(({ span, text }) => ({ ...range(span), text: wellFormed(text) })),
    })),
  }));
}
