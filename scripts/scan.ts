// Reads TypeScript just far enough to tell code from comments and strings, and to find what a file imports.

export interface Scan {
  /** The text with comments, strings, templates' texts and regular expressions blanked out; same length, same lines. */
  readonly code: string;
  readonly imports: readonly { readonly specifier: string; readonly line: number }[];
}

export function scan(text: string): Scan {
  const out = text.split('');
  const strings: { start: number; value: string }[] = [];
  const blank = (from: number, to: number) => {
    for (let i = from; i < to; i++) if (out[i] !== '\n') out[i] = ' ';
  };
  // One entry per open `${`: how many braces are open within it.
  const templates: number[] = [];
  let at = 0;
  let previous = '';
  while (at < text.length) {
    const ch = text[at]!;
    const two = text.slice(at, at + 2);
    if (two === '//') {
      const end = endOf(text, '\n', at);
      blank(at, end);
      at = end;
    } else if (two === '/*') {
      const end = Math.min(text.length, endOf(text, '*/', at + 2) + 2);
      blank(at, end);
      at = end;
    } else if (ch === "'" || ch === '"') {
      const end = skipQuoted(text, at, ch);
      strings.push({ start: at, value: text.slice(at + 1, end - 1) });
      blank(at + 1, end - 1);
      at = end;
      previous = ch;
    } else if (ch === '`' || (ch === '}' && templates.at(-1) === 0)) {
      if (ch === '}') templates.pop();
      const end = skipTemplate(text, at + 1);
      blank(at + 1, end - 1);
      if (text[end - 1] === '{') templates.push(0);
      at = end;
      previous = '`';
    } else if (ch === '/' && startsRegExp(text, at, previous)) {
      const end = skipRegExp(text, at);
      blank(at + 1, end - 1);
      at = end;
      previous = '/';
    } else {
      if (templates.length > 0 && ch === '{') templates[templates.length - 1]! += 1;
      if (templates.length > 0 && ch === '}') templates[templates.length - 1]! -= 1;
      if (!/\s/.test(ch)) previous = ch;
      at += 1;
    }
  }
  const code = out.join('');
  const imports = strings
    .filter(({ start }) =>
      /(\bfrom|\bimport|\bimport\s*\(|\brequire\s*\(|\bvi\.mock\s*\()\s*$/.test(
        code.slice(Math.max(0, start - 40), start),
      ),
    )
    .map(({ start, value }) => ({ specifier: value, line: text.slice(0, start).split('\n').length }));
  return { code, imports };
}

function endOf(text: string, mark: string, from: number): number {
  const found = text.indexOf(mark, from);
  return found < 0 ? text.length : found;
}

function skipQuoted(text: string, start: number, quote: string): number {
  let at = start + 1;
  while (at < text.length && text[at] !== quote && text[at] !== '\n') at += text[at] === '\\' ? 2 : 1;
  return Math.min(text.length, at + 1);
}

/** The offset after the template's closing backtick, or after the `{` of the next `${`. */
function skipTemplate(text: string, from: number): number {
  let at = from;
  while (at < text.length) {
    if (text[at] === '`') return at + 1;
    if (text[at] === '$' && text[at + 1] === '{') return at + 2;
    at += text[at] === '\\' ? 2 : 1;
  }
  return text.length;
}

/** A slash after a value divides; after anything else it opens a regular expression. */
function startsRegExp(text: string, at: number, previous: string): boolean {
  if (previous === '' || '(,=:[!&|?{};+-*%~^<>'.includes(previous)) return true;
  return /\b(return|typeof|case|in|of|do|else|void|yield|await)\s*$/.test(text.slice(Math.max(0, at - 12), at));
}

function skipRegExp(text: string, start: number): number {
  let at = start + 1;
  let inClass = false;
  while (at < text.length && text[at] !== '\n') {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '[') inClass = true;
    else if (text[at] === ']') inClass = false;
    else if (text[at] === '/' && !inClass) return at + 1;
    at += 1;
  }
  return at;
}
