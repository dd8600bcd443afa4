// `--format github`: workflow commands, which GitHub Actions shows as annotations of the lines.
import { placesIn, portablePath, type Report, wellFormed } from './report.ts';

const commands = { error: 'error', warning: 'warning', information: 'notice', hint: 'notice' } as const;

export function githubReport(report: Report): string {
  const lines: string[] = [];
  for (const file of report.files) {
    const path = portablePath(file.path, report);
    const place = placesIn(file.text);
    for (const { severity, span, code, message } of file.problems) {
      const from = place(span.start);
      const to = place(Math.max(span.start, span.end));
      const properties: [string, string | number][] = [
        ['file', path],
        ['line', from.line],
      ];
      // Columns of several lines would be taken for columns of the first.
      if (to.line !== from.line) properties.push(['endLine', to.line]);
      else properties.push(['col', from.column], ['endColumn', to.column]);
      properties.push(['title', code]);
      lines.push(command(commands[severity], properties, message));
    }
  }
  for (const { path, message } of report.trouble)
    lines.push(command('error', [['file', portablePath(path, report)]], message));
  return lines.map((line) => `${line}\n`).join('');
}

function command(name: string, properties: readonly [string, string | number][], message: string): string {
  const written = properties.map(([key, value]) => `${key}=${escapeProperty(String(value))}`).join(',');
  return `::${name} ${written}::${escapeData(wellFormed(message))}`;
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
