// A problem as compilers print it: place, words, the line and a caret under the text.
import type { Span } from '../../../shared/src/span.ts';
import type { Problem } from '../dockerfile/instruction.ts';

/** `FILE:LINE:COLUMN: error: WORDS`, the line, and carets under what is wrong. Columns count characters from 1. */
export function problemText(file: string, text: string, problem: Problem): string {
  const { start, end } = problem.span;
  const line = problem.locations.find((l) => l.last >= l.first)?.first;
  if (start === 0 && end === 0 && line === undefined) return `${file}: error: ${problem.summary}\n`;
  const row = text.slice(0, start).split('\n').length;
  const { column, source, carets } = markedLine(text, problem.span);
  return `${file}:${row}:${column}: error: ${problem.summary}\n  ${source}\n  ${carets}\n`;
}

/** UTF-16 units. */
const farAway = 4000;

/** The line at a span as a terminal can show it, at most 120 characters of it, and carets for below. The column counts characters from 1. */
export function markedLine(text: string, { start, end }: Span): { column: number; source: string; carets: string } {
  const from = start === 0 ? 0 : text.lastIndexOf('\n', start - 1) + 1;
  const newline = text.indexOf('\n', start);
  const stop = newline < 0 ? text.length : newline;
  // Of an endless line, what is far away is neither shown nor counted by characters.
  const near = Math.max(from, start - farAway);
  const line = text.slice(near, Math.min(stop, start + farAway)).replace(/\r$/, '');
  // What cannot be shown in a terminal is shown as a dot; tabs stay, so that the caret stands where the text does.
  const clean = [...line.replace(/[^\t\P{C}]/gu, '·')];
  const head = [...text.slice(near, start)].length;
  const column = near - from + head + 1;
  const width = Math.max(1, [...text.slice(start, Math.min(end, stop, start + farAway))].length);
  const left = Math.max(0, head - 60);
  const window = clean.slice(left, left + 120);
  const pad = clean
    .slice(left, head)
    .map((ch) => (ch === '\t' ? '\t' : ' '))
    .join('');
  const carets = '^'.repeat(Math.max(1, Math.min(width, window.length - (head - left))));
  return { column, source: window.join('').trimEnd(), carets: pad + carets };
}
