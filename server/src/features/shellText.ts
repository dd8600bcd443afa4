// Variables in the text of a shell script: what it reads from its environment, and what it sets itself. Not a parser of shells:
// it knows quotes, comments, `$name` and where commands start, and that is enough to tell the two apart.
import { nameEnd } from '../dockerfile/shell.ts';

/** How a shell writes a variable. */
export type ShellKind = 'sh' | 'powershell' | 'cmd' | 'none';

/** `$name` in a script. Offsets are into the text that was given. */
export interface ShellVariable {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  /** The script has given the variable a value of its own before. */
  readonly own: boolean;
}

/** What a shell of this command line understands. */
export function shellKind(command: readonly string[]): ShellKind {
  const path = command[0] ?? '';
  const name = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1).toLowerCase();
  const bare = name.endsWith('.exe') ? name.slice(0, -4) : name;
  if (bare === 'cmd') return 'cmd';
  if (bare === 'powershell' || bare === 'pwsh') return 'powershell';
  if (bare === 'env' && command.length > 1) return shellKind(command.slice(1));
  return shells.has(bare) ? 'sh' : 'none';
}

const shells = new Set(['sh', 'bash', 'ash', 'dash', 'zsh', 'ksh', 'mksh', 'busybox', 'fish']);

/** The variables in `text[start, end)`. With `plain`, quotes are characters like others, as within a heredoc of a shell. */
export function shellVariables(
  text: string,
  start: number,
  end: number,
  kind: ShellKind,
  plain = false,
): readonly ShellVariable[] {
  if (kind === 'none') return none;
  if (kind === 'cmd') return percentVariables(text, start, end);
  const first = text.indexOf('$', start);
  if (first < 0 || first >= end) return none;
  return kind === 'powershell' ? powershellVariables(text, first, end) : scriptVariables(text, start, end, plain);
}

const none: readonly ShellVariable[] = [];

function percentVariables(text: string, start: number, end: number): ShellVariable[] {
  const found: ShellVariable[] = [];
  let at = text.indexOf('%', start);
  while (at >= 0 && at < end) {
    const close = nameEnd(text, at + 1, end);
    if (close > at + 1 && close < end && text[close] === '%') {
      found.push({ name: text.slice(at + 1, close), start: at + 1, end: close, own: false });
      at = text.indexOf('%', close + 1);
    } else at = text.indexOf('%', at + 1);
  }
  return found;
}

/** `$env:NAME` and `${env:NAME}`. */
function powershellVariables(text: string, first: number, end: number): ShellVariable[] {
  const found: ShellVariable[] = [];
  for (let at = first; at >= 0 && at < end; at = text.indexOf('$', at + 1)) {
    const scope = text[at + 1] === '{' ? at + 2 : at + 1;
    if (text.slice(scope, scope + 4).toLowerCase() !== 'env:') continue;
    const nameStart = scope + 4;
    const nameStop = nameEnd(text, nameStart, end);
    if (nameStop > nameStart)
      found.push({ name: text.slice(nameStart, nameStop), start: nameStart, end: nameStop, own: false });
  }
  return found;
}

interface Script {
  readonly text: string;
  readonly end: number;
  readonly found: ShellVariable[];
  readonly own: Set<string>;
  /** Assignments in front of a word that may yet turn out to be a command: `A=1 cmd` sets nothing for later. */
  pending: string[];
}

function scriptVariables(text: string, start: number, end: number, plain: boolean): ShellVariable[] {
  const script: Script = { text, end, found: [], own: new Set(), pending: [] };
  let doubleQuoted = false;
  let wordStart = true;
  let command: CommandPlace = 'start';
  for (let i = start; i < end; ) {
    const code = text.charCodeAt(i);
    if (code === backslash) {
      i += 2;
      if (text.charCodeAt(i - 1) !== newline) wordStart = false;
      continue;
    }
    if (code === dollar) {
      i = readDollar(script, i);
      wordStart = false;
      continue;
    }
    if (plain) {
      i++;
      continue;
    }
    if (code === doubleQuote) doubleQuoted = !doubleQuoted;
    else if (doubleQuoted) {
      i++;
      continue;
    } else if (code === singleQuote) {
      const close = text.indexOf("'", i + 1);
      i = close < 0 || close >= end ? end : close + 1;
      wordStart = false;
      continue;
    } else if (code === hash && wordStart) {
      const lineEnd = text.indexOf('\n', i);
      i = lineEnd < 0 ? end : lineEnd;
      continue;
    } else if (separates(code)) {
      endCommand(script);
      command = 'start';
      wordStart = true;
      i++;
      continue;
    } else if (code === space || code === tab || code === carriageReturn) {
      wordStart = true;
      i++;
      continue;
    }
    if (wordStart && command !== 'arguments') {
      const word = wordAt(text, i, end);
      command = takeWord(script, command, word);
      wordStart = false;
      // Only the name is done: the value, or the rest of the word, is read like any other text.
      const name = word.indexOf('=');
      i += name > 0 ? name : Math.max(1, word.length);
      continue;
    }
    wordStart = false;
    i++;
  }
  return script.found;
}

type CommandPlace = 'start' | 'declares' | 'names' | 'arguments';

/** What follows a word at the place of a command. */
function takeWord(script: Script, place: CommandPlace, word: string): CommandPlace {
  const equals = word.indexOf('=');
  const nameStop = nameEnd(word, 0, word.length);
  const assigns =
    nameStop > 0 &&
    (nameStop === equals || (word[nameStop] === '+' && nameStop + 1 === equals)) &&
    isName(word.charCodeAt(0));
  if (place === 'names') {
    if (word === 'in' || word === 'do') return 'arguments';
    if (nameStop === word.length && nameStop > 0) script.own.add(word);
    return 'names';
  }
  if (assigns) {
    const name = word.slice(0, nameStop);
    script.pending.push(name);
    return place;
  }
  if (place === 'declares') return place;
  if (keywords.has(word)) return 'start';
  if (declaring.has(word)) return 'declares';
  if (word === 'read' || word === 'for' || word === 'unset') return 'names';
  script.pending = [];
  return 'arguments';
}

const keywords = new Set(['if', 'then', 'else', 'elif', 'do', 'while', 'until', '!', '{', 'time']);
const declaring = new Set(['export', 'local', 'declare', 'typeset', 'readonly']);

function endCommand(script: Script): void {
  for (const name of script.pending) script.own.add(name);
  script.pending = [];
}

/** `$name`, `${name...`, `${#name}`, `${!name}`; goes on right behind the name, so that words within braces are read too. */
function readDollar(script: Script, at: number): number {
  const { text, end } = script;
  let i = at + 1;
  if (text[i] === '{') {
    i++;
    if ((text[i] === '#' || text[i] === '!') && isName(text.charCodeAt(i + 1))) i++;
  }
  if (i >= end || !isName(text.charCodeAt(i))) return Math.min(Math.max(i, at + 1), end);
  const stop = nameEnd(text, i, end);
  const name = text.slice(i, stop);
  script.found.push({ name, start: i, end: stop, own: script.own.has(name) });
  return stop;
}

/** The unquoted characters at `at`, up to where a word may end or something else starts. */
function wordAt(text: string, at: number, end: number): string {
  let i = at;
  while (i < end) {
    const code = text.charCodeAt(i);
    if (code === space || code === tab || code === carriageReturn || separates(code) || code === dollar) break;
    if (code === singleQuote || code === doubleQuote || code === backslash) break;
    i++;
  }
  return text.slice(at, i);
}

function separates(code: number): boolean {
  // ; & | ( ) newline and the backtick
  return (
    code === 0x3b ||
    code === 0x26 ||
    code === 0x7c ||
    code === 0x28 ||
    code === 0x29 ||
    code === newline ||
    code === 0x60
  );
}

function isName(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || code === 0x5f;
}

const dollar = 0x24;
const backslash = 0x5c;
const singleQuote = 0x27;
const doubleQuote = 0x22;
const hash = 0x23;
const newline = 0x0a;
const space = 0x20;
const tab = 0x09;
const carriageReturn = 0x0d;
