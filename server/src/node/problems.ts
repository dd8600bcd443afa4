// A problem as compilers print it: place, words, the line and a caret under the text.
import type { Problem } from '../dockerfile/instruction.ts';

/** `FILE:LINE:COLUMN: error: WORDS`, the line, and carets under what is wrong. Columns count characters from 1. */
export function problemText(file: string, text: string, problem: Problem): string {
  const { start, end } = problem.span;
  const line = problem.locations.find((l) => l.last >= l.first)?.first;
  if (start === 0 && end === 0 && line === undefined) return `${file}: error: ${problem.summary}\n`;
  const before = text.slice(0, start);
  const row = before.split('\n').length;
  const from = before.lastIndexOf('\n') + 1;
  const newline = text.indexOf('\n', start);
  const stop = newline < 0 ? text.length : newline;
  // What cannot be shown in a terminal is shown as a dot; tabs stay, so that the caret stands where the text does.
  const source = text.slice(from, stop).replace(/\r$/, '');
  const clean = source.replace(/[^\t\P{C}]/gu, '·');
  const column = [...text.slice(from, start)].length + 1;
  const width = Math.max(1, [...text.slice(start, Math.min(end, stop))].length);
  const left = Math.max(0, column - 1 - 60);
  const window = [...clean].slice(left, left + 120);
  const pad = [...clean]
    .slice(left, column - 1)
    .map((ch) => (ch === '\t' ? '\t' : ' '))
    .join('');
  const carets = '^'.repeat(Math.max(1, Math.min(width, window.length - (column - 1 - left))));
  return `${file}:${row}:${column}: error: ${problem.summary}\n  ${window.join('')}\n  ${pad}${carets}\n`;
}
