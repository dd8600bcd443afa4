// Expectations that stand inside a Dockerfile, below the line they are about, and are taken out before it is read.
//
//   COPY --link app /usr/bin
//   #~              ^^^^^^^^ SomeRule: what it says
//   #~   | a further line of what is expected there
//
// Carets stand under the characters meant, in UTF-16 columns; `!` alone marks the place between two characters. What starts in
// the first column is `#~<^^^` (up to the last caret), anything else that starts in the first two `#~@0-1`; a span that
// goes on below its first line ends in `>LINE:COLUMN` (1-based, of the text that is read), as in `#~    ^^^^>4:7`.
import type { Span } from '../../shared/src/span.ts';

/** What is expected at a place: the words behind the carets, and the lines that follow them. */
export interface Mark {
  readonly span: Span;
  readonly words: string;
}

export interface Marked {
  /** Without the marker lines. */
  readonly text: string;
  readonly marks: readonly Mark[];
}

const markerLine = /^#~(?:(<)(\^*)|@(\d+)-(\d+)|( *)(\^+|!))(?:>(\d+):(\d+))?(?: (.*))?$/;
const furtherLine = /^#~ +\|(?: (.*))?$/;

/** Takes the marker lines out of `source`. */
export function readMarks(source: string): Marked {
  let text = '';
  const open: { at: number; line: string; more: string[] }[] = [];
  let lineAt = 0;
  for (const line of source.split(/(?<=\n)/)) {
    if (!line.startsWith('#~')) {
      lineAt = text.length;
      text += line;
      continue;
    }
    const bare = line.replace(/\r?\n$/, '');
    const last = open[open.length - 1];
    const further = furtherLine.exec(bare);
    if (further && last) last.more.push(further[1] ?? '');
    else open.push({ at: lineAt, line: bare, more: [] });
  }
  const marks = open.map(({ at, line, more }) => {
    const found = markerLine.exec(line);
    if (!found) throw new Error(`not a marker: ${line}`);
    const [, first, carets, from, to, blanks, under, endLine, endColumn, words] = found;
    let start = at;
    let end = at;
    if (first !== undefined) end = at + 3 + (carets as string).length;
    else if (from !== undefined) [start, end] = [at + Number(from), at + Number(to)];
    else {
      start = at + 2 + (blanks as string).length;
      end = start + (under === '!' ? 0 : (under as string).length);
    }
    if (endLine !== undefined) end = offsetOf(text, Number(endLine), Number(endColumn));
    return { span: { start, end }, words: [words ?? '', ...more].join('\n') };
  });
  return { text, marks };
}

/** Puts marker lines into `text`, those of a line by place and words: what `readMarks` reads back. */
export function writeMarks(text: string, marks: readonly Mark[]): string {
  const sorted = [...marks].sort(
    (a, b) => a.span.start - b.span.start || a.span.end - b.span.end || (a.words < b.words ? -1 : 1),
  );
  let result = '';
  let at = 0;
  let next = 0;
  for (const line of text.split(/(?<=\n)/)) {
    result += line;
    const end = at + line.length;
    const last = end === text.length;
    const own: Mark[] = [];
    while (next < sorted.length && ((sorted[next] as Mark).span.start < end || last)) own.push(sorted[next++] as Mark);
    if (own.length > 0 && !line.endsWith('\n')) result += '\n';
    for (const mark of own) result += writeMark(text, at, line.replace(/\r?\n$/, '').length, mark);
    at = end;
  }
  return result;
}

function writeMark(text: string, lineAt: number, lineLength: number, { span, words }: Mark): string {
  const from = span.start - lineAt;
  const within = span.end <= lineAt + lineLength;
  const to = within ? span.end - lineAt : Math.max(lineLength, from);
  let marker: string;
  if (from === 0 && to >= 3) marker = `<${'^'.repeat(to - 3)}`;
  else if (from < 2) marker = `@${from}-${to}`;
  else marker = `${' '.repeat(from - 2)}${to === from ? '!' : '^'.repeat(to - from)}`;
  if (!within) marker += `>${placeOf(text, span.end)}`;
  const [first, ...more] = words.split('\n');
  return [`#~${marker}${first === '' ? '' : ` ${first}`}`, ...more.map((line) => `#~   | ${line}`.trimEnd())]
    .map((line) => `${line}\n`)
    .join('');
}

function offsetOf(text: string, line: number, column: number): number {
  let at = 0;
  for (let i = 1; i < line; i++) at = text.indexOf('\n', at) + 1;
  return at + column - 1;
}

function placeOf(text: string, offset: number): string {
  const before = text.slice(0, offset).split('\n');
  return `${before.length}:${(before[before.length - 1] as string).length + 1}`;
}
