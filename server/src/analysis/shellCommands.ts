// The simple commands of a RUN, as far as they can be told without running them: words with known variables filled in.

export interface SimpleCommand {
  /** The words, keywords of the shell left out; undefined where a word hangs on what only the shell knows. */
  readonly words: readonly (string | undefined)[];
  /** Files that `>` and `>>` write. */
  readonly writes: readonly string[];
}

const keywords = new Set([
  'if',
  'then',
  'else',
  'elif',
  'do',
  'while',
  'until',
  '!',
  '{',
  'time',
  'exec',
  'command',
  'sudo',
  'eval',
  'builtin',
]);

/** Splits a script at `;`, `&&`, `||`, `|`, `&`, line ends and brackets. Never fails: what it can't read has undefined words. */
export function simpleCommands(text: string, get: (name: string) => string | undefined): SimpleCommand[] {
  const commands: SimpleCommand[] = [];
  let words: (string | undefined)[] = [];
  let writes: string[] = [];
  let word = '';
  let open = false;
  let known = true;
  let redirect: '' | '>' | '<' = '';
  const endWord = (): void => {
    if (!open) return;
    if (redirect !== '') {
      if (redirect === '>' && known) writes.push(word);
      redirect = '';
    } else if (!(words.length === 0 && known && keywords.has(word)))
      if (!(words.length === 0 && /^[A-Za-z_]\w*=/.test(word)))
        // An assignment before the command is none of its words.
        words.push(known ? word : undefined);
    word = '';
    open = false;
    known = true;
  };
  const endCommand = (): void => {
    endWord();
    if (words.length > 0 || writes.length > 0) commands.push({ words, writes });
    words = [];
    writes = [];
    redirect = '';
  };
  let i = 0;
  const variable = (): void => {
    // `text[i]` is the dollar.
    open = true;
    const next = text[i + 1];
    if (next === '(' || next === '`') {
      known = false;
      i = skipBrackets(text, i + 1);
      return;
    }
    const braced = next === '{';
    let end = i + (braced ? 2 : 1);
    const start = end;
    while (end < text.length && isName(text.charCodeAt(end))) end++;
    const name = text.slice(start, end);
    if (name === '' || (braced && text[end] !== '}')) {
      known = false;
      if (braced) {
        const close = text.indexOf('}', end);
        i = close < 0 ? text.length : close + 1;
      } else i = Math.max(end, i + 2);
      return;
    }
    const value = get(name);
    if (value === undefined) known = false;
    else word += value;
    i = braced ? end + 1 : end;
  };
  while (i < text.length) {
    const ch = text[i] as string;
    if (ch === '\\') {
      if (text[i + 1] === '\n') i += 2;
      else {
        word += text[i + 1] ?? '';
        open = true;
        i += 2;
      }
    } else if (ch === "'") {
      const close = text.indexOf("'", i + 1);
      const end = close < 0 ? text.length : close;
      word += text.slice(i + 1, end);
      open = true;
      i = end + 1;
    } else if (ch === '"') {
      open = true;
      i++;
      while (i < text.length && text[i] !== '"') {
        if (text[i] === '\\' && i + 1 < text.length) {
          word += text[i + 1];
          i += 2;
        } else if (text[i] === '$') variable();
        else if (text[i] === '`') {
          known = false;
          const close = text.indexOf('`', i + 1);
          i = close < 0 ? text.length : close + 1;
        } else word += text[i++];
      }
      i++;
    } else if (ch === '$') variable();
    else if (ch === '`') {
      known = false;
      open = true;
      const close = text.indexOf('`', i + 1);
      i = close < 0 ? text.length : close + 1;
    } else if (ch === ' ' || ch === '\t' || ch === '\r') {
      endWord();
      i++;
    } else if (ch === '\n' || ch === ';' || ch === '&' || ch === '|' || ch === '(' || ch === ')') {
      if (ch === '&' && (text[i + 1] === '>' || redirect === '>')) i++;
      else {
        endCommand();
        i++;
      }
    } else if (ch === '>' || ch === '<') {
      if (/^\d$/.test(word)) {
        word = '';
        open = false;
      } else endWord();
      redirect = ch;
      i++;
      while (text[i] === '>' || text[i] === '<' || text[i] === '|') i++;
      if (text[i] === '&') {
        // `2>&1` writes no file.
        i++;
        while (/[0-9-]/.test(text[i] ?? '')) i++;
        redirect = '';
      }
    } else if (ch === '#' && !open) {
      const newline = text.indexOf('\n', i);
      i = newline < 0 ? text.length : newline;
    } else {
      word += ch;
      open = true;
      i++;
    }
  }
  endCommand();
  return commands;
}

function skipBrackets(text: string, from: number): number {
  let depth = 0;
  for (let i = from; i < text.length; i++) {
    if (text[i] === '(') depth++;
    else if (text[i] === ')' && --depth === 0) return i + 1;
  }
  return text.length;
}

function isName(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95;
}

/** `a/{b,c}` as its words; at most 64 of them. */
export function expandBraces(word: string): string[] {
  const open = word.indexOf('{');
  const close = open < 0 ? -1 : word.indexOf('}', open);
  if (close < 0 || !word.slice(open, close).includes(',')) return [word];
  const result: string[] = [];
  const rests = expandBraces(word.slice(close + 1));
  for (const part of word.slice(open + 1, close).split(','))
    for (const rest of rests) {
      if (result.length >= 64) return result;
      result.push(word.slice(0, open) + part + rest);
    }
  return result;
}
