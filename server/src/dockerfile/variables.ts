// Where variables are referred to in a piece of text, read with the lexer's rules but never failing.
import { type LexOptions, nameEnd } from './shell.ts';

/** `$NAME`, `${NAME}` or `${NAME:-word}`. All numbers are offsets into the text that was given. */
export interface VariableReference {
  readonly name: string;
  /** The dollar to the end of the name or the brace; to the end of the text where the brace is missing. */
  readonly start: number;
  readonly end: number;
  readonly nameStart: number;
  readonly nameEnd: number;
  /** `:-`, `-`, `:+`, `+`, `:?`, `?`, `#`, `##`, `%`, `%%`, `/`, `//`; `` where there is none. */
  readonly modifier: string;
}

/** Every reference in `text[start, end)` by its start, those in the words of modifiers too. */
export function variableReferences(
  text: string,
  start: number,
  end: number,
  options: LexOptions,
): readonly VariableReference[] {
  const first = text.indexOf('$', start);
  if (first < 0 || first >= end) return none;
  const walk: Walk = {
    text,
    end,
    pos: start,
    escape: options.escape.charCodeAt(0),
    quotes: options.skipProcessQuotes !== true,
    found: [],
  };
  readUntil(walk, -1, 0);
  return walk.found.sort((a, b) => a.start - b.start);
}

const none: readonly VariableReference[] = [];
const maxDepth = 800;

interface Walk {
  readonly text: string;
  readonly end: number;
  pos: number;
  readonly escape: number;
  readonly quotes: boolean;
  readonly found: VariableReference[];
}

/** Reads to behind `stop`, or to the end. */
function readUntil(walk: Walk, stop: number, depth: number): void {
  const { text, end } = walk;
  let quoted = false;
  while (walk.pos < end) {
    const code = text.charCodeAt(walk.pos);
    if (code === stop && !quoted) {
      walk.pos++;
      return;
    }
    if (code === 0x24) readDollar(walk, depth);
    else if (code === walk.escape) walk.pos += 2;
    else if (code === 0x22 && walk.quotes) {
      quoted = !quoted;
      walk.pos++;
    } else if (code === 0x27 && walk.quotes && !quoted) {
      const close = text.indexOf("'", walk.pos + 1);
      walk.pos = close < 0 ? end : close + 1;
    } else walk.pos++;
  }
  walk.pos = end;
}

function readDollar(walk: Walk, depth: number): void {
  const { text, end } = walk;
  const start = walk.pos++;
  const braced = walk.pos < end && text[walk.pos] === '{';
  if (braced) walk.pos++;
  const nameStart = walk.pos;
  const nameStop = nameEnd(text, nameStart, end);
  walk.pos = nameStop;
  let modifier = '';
  if (braced) {
    // What the lexer rejects is skipped like an unknown word.
    modifier = modifierAt(text, walk.pos, end);
    walk.pos += modifier.length;
    if (depth >= maxDepth) walk.pos = end;
    else {
      if (modifier.startsWith('/')) readUntil(walk, 0x2f, depth + 1);
      readUntil(walk, 0x7d, depth + 1);
    }
  }
  if (nameStop > nameStart) {
    const name = text.slice(nameStart, nameStop);
    walk.found.push({ name, start, end: walk.pos, nameStart, nameEnd: nameStop, modifier });
  }
}

function modifierAt(text: string, at: number, end: number): string {
  const two = text.slice(at, Math.min(at + 2, end));
  if (two === ':-' || two === ':+' || two === ':?' || two === '##' || two === '%%' || two === '//') return two;
  const one = two.slice(0, 1);
  return one !== '' && '-+?#%/'.includes(one) ? one : '';
}
