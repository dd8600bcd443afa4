// The part of Go's regular expressions that patterns can contain, matched in time linear in the path.
// Patterns escape most of what has a meaning, but `|`, `{` and `}` slip through, as do classes and escapes.
import { isPrint } from '../go/printable.ts';

/** A compiled expression: a machine whose states are instructions. */
export interface Regexp {
  readonly code: readonly Instruction[];
  /** True where a match begins at the start of the text or not at all. */
  readonly anchored: boolean;
  /** True where it asks for word boundaries. */
  readonly looksAround: boolean;
  /** Scratch space of the matcher: states now, states next, states to follow, and at which step each was added last. */
  readonly now: Int32Array;
  readonly next: Int32Array;
  readonly open: Int32Array;
  readonly seen: Int32Array;
  /** Steps so far, over all texts. */
  steps: number;
}

/** Targets are relative. `split` goes on with the next instruction too. */
type Instruction =
  | { readonly op: 'char'; readonly point: number }
  | { readonly op: 'set'; readonly set: CharSet }
  | { readonly op: 'split'; readonly by: number }
  | { readonly op: 'jump'; readonly by: number }
  | { readonly op: 'assert'; readonly what: Assertion }
  | { readonly op: 'match' };

type Assertion = 'begin' | 'end' | 'boundary' | 'inside';

interface CharSet {
  readonly negated: boolean;
  /** Pairs of first and last code point. */
  readonly ranges: readonly number[];
  readonly categories: readonly Category[];
  /** The answers for ASCII. */
  readonly ascii: Uint8Array;
}

/** A general category by its first letter. */
interface Category {
  readonly name: string;
  readonly pattern: RegExp;
  readonly negated: boolean;
}

/** undefined where Go refuses the expression. */
export function compileRegexp(expression: string): Regexp | undefined {
  const parser: Parser = { text: expression, at: 0, failed: false, size: 0 };
  const alternatives: Instruction[][] = [];
  do alternatives.push(readSequence(parser));
  while (!parser.failed && parser.text[parser.at++] === '|');
  if (parser.failed) return undefined;
  const code: Instruction[] = [];
  for (const [i, alternative] of alternatives.entries()) {
    if (i < alternatives.length - 1) code.push({ op: 'split', by: alternative.length + 2 });
    append(code, alternative);
    code.push({ op: 'match' });
  }
  const first = code[0] as Instruction;
  const anchored = alternatives.length === 1 && first.op === 'assert' && first.what === 'begin';
  const looksAround = code.some((i) => i.op === 'assert' && (i.what === 'boundary' || i.what === 'inside'));
  const scratch = () => new Int32Array(code.length + 1);
  return { code, anchored, looksAround, now: scratch(), next: scratch(), open: scratch(), seen: scratch(), steps: 0 };
}

/**
 * True where the expression matches somewhere in one of the texts that `text` begins with, `ends` being their
 * ascending lengths, its own the last. A raw byte counts as U+FFFD.
 */
export function matchesRegexp(regexp: Regexp, text: string, ends: readonly number[]): boolean {
  if (!regexp.looksAround) return search(regexp, text, ends);
  // What a word boundary is hangs on where the text ends.
  return ends.some((end) => search(regexp, text.slice(0, end), [end]));
}

function search(regexp: Regexp, text: string, ends: readonly number[]): boolean {
  const { code, anchored } = regexp;
  let { now, next } = regexp;
  // Each offset takes two steps at the most.
  if (regexp.steps + 2 * text.length + 2 >= maxSteps) {
    regexp.seen.fill(0);
    regexp.steps = 0;
  }
  regexp.steps++;
  let at = 0;
  let end = 0;
  let count = addStates(regexp, now, 0, 0, text, at, false);
  for (;;) {
    if (count === matched) return true;
    if (at === ends[end]) {
      if (matchesAtEnd(regexp, now, next, count, text, at)) return true;
      while (ends[end] === at) end++;
    }
    if (at >= text.length) return false;
    if (anchored && count === 0) return false;
    let point = text.codePointAt(at) as number;
    at += point > 0xffff ? 2 : 1;
    if (point >= 0xd800 && point <= 0xdfff) point = 0xfffd;
    let following = 0;
    regexp.steps++;
    for (let i = 0; i < count && following !== matched; i++) {
      const state = now[i] as number;
      const instruction = code[state] as Instruction;
      const taken =
        instruction.op === 'char'
          ? instruction.point === point
          : instruction.op === 'set' && contains(instruction.set, point);
      if (taken) following = addStates(regexp, next, following, state + 1, text, at, false);
    }
    if (!anchored && following !== matched) following = addStates(regexp, next, following, 0, text, at, false);
    const swapped = now;
    now = next;
    next = swapped;
    count = following;
  }
}

const matched = -1;
const maxSteps = 2 ** 30;

/** True where a state that waits for the end of the text leads to a match, the text ending here. */
function matchesAtEnd(
  regexp: Regexp,
  states: Int32Array,
  scratch: Int32Array,
  count: number,
  text: string,
  at: number,
): boolean {
  regexp.steps++;
  for (let i = 0; i < count; i++) {
    const state = states[i] as number;
    if ((regexp.code[state] as Instruction).op !== 'assert') continue;
    if (addStates(regexp, scratch, 0, state + 1, text, at, true) === matched) return true;
  }
  return false;
}

/**
 * Adds the states that can be reached from `state` and wait for a character or for the end; returns the new count or
 * `matched`. With `atEnd` the end is here.
 */
function addStates(
  { code, seen, open, steps }: Regexp,
  states: Int32Array,
  given: number,
  state: number,
  text: string,
  at: number,
  atEnd: boolean,
): number {
  let count = given;
  let waiting = 0;
  open[waiting++] = state;
  while (waiting > 0) {
    const here = open[--waiting] as number;
    if (seen[here] === steps) continue;
    seen[here] = steps;
    const instruction = code[here] as Instruction;
    switch (instruction.op) {
      case 'match':
        return matched;
      case 'jump':
        open[waiting++] = here + instruction.by;
        break;
      case 'split':
        open[waiting++] = here + 1;
        open[waiting++] = here + instruction.by;
        break;
      case 'assert':
        if (instruction.what === 'end' && !atEnd) states[count++] = here;
        else if (holds(text, at, instruction.what)) open[waiting++] = here + 1;
        break;
      default:
        states[count++] = here;
    }
  }
  return count;
}

/** Whether an assertion holds; asked of the end only where it is here. */
function holds(text: string, at: number, what: Assertion): boolean {
  if (what === 'begin') return at === 0;
  if (what === 'end') return true;
  const boundary = /\w/.test(text[at - 1] ?? '') !== /\w/.test(text[at] ?? '');
  return boundary === (what === 'boundary');
}

function contains(set: CharSet, point: number): boolean {
  return point < 0x80 ? set.ascii[point] === 1 : inSet(set, point);
}

function inSet({ negated, ranges, categories }: Omit<CharSet, 'ascii'>, point: number): boolean {
  for (let i = 0; i < ranges.length; i += 2) {
    if ((ranges[i] as number) <= point && point <= (ranges[i + 1] as number)) return !negated;
  }
  return categories.some((category) => inCategory(category, point)) !== negated;
}

/** General categories of the Unicode version that Go knows, whatever the host's. */
function inCategory({ name, pattern, negated }: Category, point: number): boolean {
  const character = String.fromCodePoint(point);
  const isSeparator = /\p{Z}/u.test(character);
  const isGraphic = isPrint(point) && !isSeparator;
  if (name === 'C') return (!isGraphic && !isSeparator) !== negated;
  return ((isGraphic || isSeparator) && pattern.test(character)) !== negated;
}

interface Parser {
  readonly text: string;
  at: number;
  failed: boolean;
  /** The number of instructions so far. */
  size: number;
}

interface SetParts {
  readonly ranges: number[];
  readonly categories: Category[];
}

const lastPoint = 0x10ffff;
/** Go refuses expressions that would be larger. */
const maxSize = 3_355_443;
/** And what is repeated more often, repetitions of repetitions included. */
const maxRepeat = 1000;

function setOf(parts: SetParts, negated: boolean): Instruction {
  const ascii = new Uint8Array(0x80);
  for (let point = 0; point < 0x80; point++) ascii[point] = inSet({ ...parts, negated }, point) ? 1 : 0;
  return { op: 'set', set: { ...parts, negated, ascii } };
}

/** Reads up to `|`, `)` or the end. */
function readSequence(parser: Parser): Instruction[] {
  const { text } = parser;
  const done: Instruction[] = [];
  // The last atom waits for what repeats it.
  let atom: Instruction[] | undefined;
  let weight = 1;
  let repeated = false;
  const finish = (next: Instruction[]): void => {
    append(done, atom);
    atom = next;
    weight = 1;
    repeated = false;
  };
  while (parser.at < text.length && !parser.failed) {
    const c = text[parser.at] as string;
    if (c === '|' || c === ')') break;
    const repeat = readRepeat(parser);
    if (repeat !== undefined) {
      if (atom === undefined || repeated) parser.failed = true;
      else {
        const times = repeat.max < 0 ? repeat.min : repeat.max;
        if (repeat.counted) weight *= Math.max(times, 1);
        if (weight > maxRepeat) parser.failed = true;
        else atom = repeatAtom(parser, atom, repeat);
      }
      repeated = true;
    } else if (c === '(') {
      parser.at++;
      finish(readSequence(parser));
      if (text[parser.at++] !== ')') parser.failed = true;
    } else if (text.startsWith('\\Q', parser.at)) {
      const from = parser.at + 2;
      const end = text.indexOf('\\E', from);
      for (const character of text.slice(from, end < 0 ? undefined : end)) {
        finish([{ op: 'char', point: character.codePointAt(0) as number }]);
      }
      parser.at = end < 0 ? text.length : end + 2;
      repeated = false;
    } else finish([readAtom(parser)]);
  }
  append(done, atom);
  parser.size += done.length;
  if (parser.size > maxSize) parser.failed = true;
  return done;
}

/** Adds the instructions one by one: there may be more than a call takes arguments. */
function append(code: Instruction[], more: readonly Instruction[] = []): void {
  for (const instruction of more) code.push(instruction);
}

interface Repeat {
  readonly min: number;
  /** -1 for no bound. */
  readonly max: number;
  readonly counted: boolean;
}

/** `*`, `?` or `{n}`, `{n,}`, `{n,m}`; any other brace is a character. */
function readRepeat(parser: Parser): Repeat | undefined {
  const { text } = parser;
  const c = text[parser.at];
  if (c === '*' || c === '?') {
    parser.at++;
    return { min: 0, max: c === '*' ? -1 : 1, counted: false };
  }
  if (c !== '{') return undefined;
  const braces = /^\{(0|[1-9][0-9]*)(?:(,)(0|[1-9][0-9]*)?)?\}/.exec(text.slice(parser.at, parser.at + 4096));
  if (braces === null) return undefined;
  parser.at += braces[0].length;
  const min = Number(braces[1]);
  const max = braces[2] === undefined ? min : braces[3] === undefined ? -1 : Number(braces[3]);
  if (min > maxRepeat || max > maxRepeat || (max >= 0 && min > max)) parser.failed = true;
  return { min, max, counted: true };
}

function repeatAtom(parser: Parser, atom: readonly Instruction[], { min, max }: Repeat): Instruction[] {
  const size = atom.length;
  const optional = max < 0 ? 1 : max - min;
  if ((size + 1) * (min + optional) > maxSize) {
    parser.failed = true;
    return [];
  }
  const out: Instruction[] = [];
  for (let i = 0; i < min; i++) append(out, atom);
  for (let i = 0; i < optional; i++) {
    // Each copy can be left out with all that follow.
    out.push({ op: 'split', by: max < 0 ? size + 2 : (size + 1) * (optional - i) });
    append(out, atom);
  }
  if (max < 0) out.push({ op: 'jump', by: -(size + 1) });
  return out;
}

function readAtom(parser: Parser): Instruction {
  const { text } = parser;
  switch (text[parser.at]) {
    case '^':
    case '$':
      return { op: 'assert', what: text[parser.at++] === '^' ? 'begin' : 'end' };
    case '.':
      parser.at++;
      return setOf({ ranges: [0x0a, 0x0a], categories: [] }, true);
    case '[':
      return readClass(parser);
    case '\\': {
      const what = assertions.get(text[parser.at + 1] ?? '');
      if (what !== undefined) {
        parser.at += 2;
        return { op: 'assert', what };
      }
      const parts: SetParts = { ranges: [], categories: [] };
      return readGroupEscape(parser, parts) ? setOf(parts, false) : { op: 'char', point: readEscape(parser) };
    }
    default: {
      const point = text.codePointAt(parser.at) as number;
      parser.at += point > 0xffff ? 2 : 1;
      return { op: 'char', point };
    }
  }
}

const assertions: ReadonlyMap<string, Assertion> = new Map([
  ['A', 'begin'],
  ['z', 'end'],
  ['b', 'boundary'],
  ['B', 'inside'],
]);

function readClass(parser: Parser): Instruction {
  const { text } = parser;
  parser.at++;
  const negated = text[parser.at] === '^';
  if (negated) parser.at++;
  const parts: SetParts = { ranges: [], categories: [] };
  for (let first = true; !parser.failed && (first || text[parser.at] !== ']'); first = false) {
    if (readNamedGroup(parser, parts) || readGroupEscape(parser, parts)) continue;
    const low = readClassCharacter(parser);
    let high = low;
    if (text[parser.at] === '-' && parser.at + 1 < text.length && text[parser.at + 1] !== ']') {
      parser.at++;
      high = readClassCharacter(parser);
    }
    if (high < low) parser.failed = true;
    parts.ranges.push(low, high);
  }
  parser.at++;
  return setOf(parts, negated);
}

function readClassCharacter(parser: Parser): number {
  const point = parser.text.codePointAt(parser.at);
  if (point === 0x5c) return readEscape(parser);
  if (point === undefined) {
    parser.failed = true;
    return 0;
  }
  parser.at += point > 0xffff ? 2 : 1;
  return point;
}

/** Groups as pairs of first and last characters. */
const namedGroups: ReadonlyMap<string, string> = new Map([
  ['alnum', '09AZaz'],
  ['alpha', 'AZaz'],
  ['ascii', '\0\x7f'],
  ['blank', '\t\t  '],
  ['cntrl', '\0\x1f\x7f\x7f'],
  ['digit', '09'],
  ['graph', '!~'],
  ['lower', 'az'],
  ['print', ' ~'],
  ['punct', '!/:@[`{~'],
  ['space', '\t\r  '],
  ['upper', 'AZ'],
  ['word', '09AZ__az'],
  ['xdigit', '09AFaf'],
]);

const letterGroups: ReadonlyMap<string, string> = new Map([
  ['d', '09'],
  ['s', '\t\n\f\r  '],
  ['w', '09AZ__az'],
]);

function addGroup(parts: SetParts, group: string, negated: boolean): void {
  const ranges = Array.from(group, (character) => character.charCodeAt(0));
  parts.ranges.push(...(negated ? complement(ranges) : ranges));
}

/** `[:alpha:]`, `[:^alpha:]`; false where there is none, and the bracket is a character like others. */
function readNamedGroup(parser: Parser, parts: SetParts): boolean {
  const { text, at } = parser;
  if (!text.startsWith('[:', at)) return false;
  const end = text.indexOf(':]', at + 2);
  if (end < 0) return false;
  const negated = text[at + 2] === '^';
  const group = namedGroups.get(text.slice(at + (negated ? 3 : 2), end));
  if (group === undefined) parser.failed = true;
  else addGroup(parts, group, negated);
  parser.at = end + 2;
  return true;
}

/** `\d`, `\W`, `\pL`, …; false where the escape is another. */
function readGroupEscape(parser: Parser, parts: SetParts): boolean {
  const { text, at } = parser;
  const letter = text[at] === '\\' ? (text[at + 1] ?? '') : '';
  if (letter === 'p' || letter === 'P') {
    // Go knows many names in braces; the one-letter categories are all that is known here.
    const braced = /^\{\^?[CLMNPSZ]\}/.exec(text.slice(at + 2, at + 6))?.[0];
    const name = braced?.at(-2) ?? text[at + 2] ?? '';
    if (!/^[CLMNPSZ]$/.test(name)) parser.failed = true;
    else {
      const pattern = new RegExp(`\\p{${name}}`, 'u');
      parts.categories.push({ name, pattern, negated: (letter === 'P') !== (braced?.[1] === '^') });
    }
    parser.at += 2 + (braced?.length ?? 1);
    return true;
  }
  const group = letterGroups.get(letter.toLowerCase());
  if (group === undefined) return false;
  addGroup(parts, group, letter < 'a');
  parser.at += 2;
  return true;
}

function complement(ranges: readonly number[]): number[] {
  const out: number[] = [];
  let from = 0;
  for (let i = 0; i < ranges.length; i += 2) {
    if ((ranges[i] as number) > from) out.push(from, (ranges[i] as number) - 1);
    from = (ranges[i + 1] as number) + 1;
  }
  out.push(from, lastPoint);
  return out;
}

/** A single character behind a backslash. */
function readEscape(parser: Parser): number {
  const { text } = parser;
  const point = text.codePointAt(parser.at + 1);
  if (point === undefined) {
    parser.failed = true;
    return 0;
  }
  const c = String.fromCodePoint(point);
  parser.at += 2;
  if (point < 0x80 && !/[A-Za-z0-9]/.test(c)) return point;
  const control = 'abtnvfr'.indexOf(c);
  if (control >= 0 && c !== 'b') return 0x07 + control;
  const octal = /^(?:0[0-7]{0,2}|[1-7][0-7]{1,2})/.exec(text.slice(parser.at - 1, parser.at + 2))?.[0];
  if (octal !== undefined) {
    parser.at += octal.length - 1;
    return Number.parseInt(octal, 8);
  }
  const hex = c === 'x' ? /^(?:[0-9A-Fa-f]{2}|\{[0-9A-Fa-f]+\})/.exec(text.slice(parser.at))?.[0] : undefined;
  const value = hex === undefined ? lastPoint + 1 : Number.parseInt(hex.replace('{', ''), 16);
  if (hex !== undefined && value <= lastPoint) {
    parser.at += hex.length;
    return value;
  }
  parser.failed = true;
  return 0;
}
