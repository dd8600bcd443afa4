// `--format text`: the problems for a person, and the sum of them.
import type { Severity } from '../../rules/rule.ts';
import { noInk, terminalInk } from '../pageText.ts';
import { markedLine } from '../problems.ts';
import { placesIn, type Report, wellFormed } from './report.ts';

const words: Readonly<Record<Severity, string>> = {
  error: 'error',
  warning: 'warning',
  information: 'info',
  hint: 'hint',
};

export function textReport(report: Report, color: boolean): string {
  const ink = color ? terminalInk : noInk;
  const parts: string[] = [];
  for (const { path, text, problems } of report.files) {
    const place = placesIn(text);
    const name = wellFormed(path).replace(/\p{C}/gu, '·');
    for (const { span, severity, code, message, fixes } of problems) {
      const level = `${color ? painted(words[severity], severity) : words[severity]}:`;
      const mendable = fixes.some((fix) => fix.safe) ? ', fixable' : '';
      const tail = ink.dim(`[${code}${mendable}]`);
      if (span.start === 0 && span.end === 0) {
        parts.push(`${ink.bold(name)}: ${level} ${shown(message)} ${tail}\n`);
        continue;
      }
      const { column, source, carets } = markedLine(text, span);
      const where = `${name}:${place(span.start).line}:${column}:`;
      parts.push(`${ink.bold(where)} ${level} ${shown(message)} ${tail}\n  ${source}\n  ${ink.mark(carets)}\n`);
    }
  }
  return parts.join('') + summary(report);
}

/** `3 problems (1 error, 2 warnings) in 2 of 14 files; 1 can be fixed with --fix.` */
function summary({ files, checked }: Report): string {
  if (checked === 0) return '';
  const all = files.flatMap((file) => file.problems);
  const looked = count(checked, 'file');
  if (all.length === 0) return `No problems in ${looked}.\n`;
  const kinds = (Object.keys(words) as Severity[])
    .map((severity) => [all.filter((problem) => problem.severity === severity).length, severity] as const)
    .filter(([n]) => n > 0)
    .map(([n, severity]) => (severity === 'information' ? `${n} info` : count(n, words[severity])));
  const fixable = all.filter((problem) => problem.fixes.some((fix) => fix.safe)).length;
  const mend = fixable === 0 ? '' : `; ${fixable} can be fixed with --fix`;
  return `${count(all.length, 'problem')} (${kinds.join(', ')}) in ${files.length} of ${looked}${mend}.\n`;
}

export function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}

/** Without what would steer a terminal. */
function shown(text: string): string {
  return wellFormed(text)
    .replaceAll('\n', '\n  ')
    .replace(/[^\P{C}\n\t]/gu, '·');
}

function painted(text: string, severity: Severity): string {
  const tone = severity === 'error' ? 31 : severity === 'warning' ? 33 : 34;
  return `\u001b[${tone}m${text}\u001b[39m`;
}
