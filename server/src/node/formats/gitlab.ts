// `--format gitlab`: GitLab's code quality report, a subset of Code Climate's.
import { fingerprints, placesIn, portablePath, type Report, wellFormed } from './report.ts';

const severities = { error: 'critical', warning: 'major', information: 'minor', hint: 'info' } as const;

export function gitlabReport(report: Report): string {
  const issues = report.files.flatMap((file) => {
    const path = portablePath(file.path, report);
    const place = placesIn(file.text);
    const marks = fingerprints(path, file);
    return file.problems.map(({ severity, span, code, message }, i) => ({
      type: 'issue',
      check_name: code,
      description: wellFormed(message),
      categories: ['Style'],
      severity: severities[severity],
      fingerprint: marks[i],
      location: {
        path,
        lines: { begin: place(span.start).line, end: place(Math.max(span.start, span.end)).line },
      },
    }));
  });
  return `${JSON.stringify(issues, null, 2)}\n`;
}
