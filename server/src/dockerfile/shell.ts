// The shell lexer: expands variables in a word, removes quotes, splits into words, with BuildKit's results and errors.
import { isSpace, quote } from '../go/text.ts';
import { endOfAll, isDigit, isNameCharacter, toValid } from '../go/unicode.ts';
import { type PatternResult, replace, trimPrefix, trimSuffix } from './shellPattern.ts';

/** What variables are looked up in. */
export interface Env {
  get(key: string): string | undefined;
  keys(): readonly string[];
}

export interface LexOptions {
  readonly escape: '\\' | '`';
  /** Quotes stay in the result. */
  readonly rawQuotes?: boolean;
  /** Escape characters stay in the result. */
  readonly rawEscapes?: boolean;
  /** Quotes are characters like others. */
  readonly skipProcessQuotes?: boolean;
  /** A variable that is not set stays as it is written. */
  readonly skipUnsetEnv?: boolean;
}

/** `result` is `` where there is an `error`. The sets are undefined where they would be empty. */
export interface WordResult {
  readonly result: string;
  readonly error?: string;
  /** The names that the environment has, and those that it lacks. */
  readonly matched: ReadonlySet<string> | undefined;
  readonly unmatched: ReadonlySet<string> | undefined;
}

/** `places` holds two offsets into the text for each word: where it starts and ends. */
export interface WordsResult {
  readonly words: readonly string[];
  readonly places: readonly number[];
  readonly error?: string;
}

/** Expands the variables of `word` and removes its quotes; the word stays one word. */
export function processWord(word: string, env: Env, options: LexOptions): WordResult {
  if (isPlain(word, options)) return { result: word, matched: undefined, unmatched: undefined };
  const lexer = newLexer(word, env, options, false);
  const result = lexUntil(lexer, -1, lexer.rawEscapes, false);
  const { matched, unmatched } = lexer;
  if (lexer.error === undefined) return { result, matched, unmatched };
  return { result: '', error: wrapped(word, lexer.error), matched, unmatched };
}

/** As `processWord`, then splits the result at white space that is not quoted. */
export function processWords(text: string, env: Env, options: LexOptions): WordsResult {
  const lexer = newLexer(text, env, options, true);
  lexUntil(lexer, -1, lexer.rawEscapes, false);
  if (lexer.error !== undefined) return { words: [], places: [], error: wrapped(text, lexer.error) };
  return { words: lexer.words, places: lexer.places };
}

const dollar = 0x24;
const singleQuote = 0x27;
const doubleQuote = 0x22;
const lessThan = 0x3c;
const byteOrderMark = 0xfeff;
/** Deeper nesting of `${a:-${b:-...` than this is an error of ours, lest the host's stack overflow. */
const maxDepth = 800;

interface Lexer {
  readonly text: string;
  pos: number;
  readonly env: Env;
  readonly escape: number;
  readonly rawQuotes: boolean;
  readonly quotes: boolean;
  readonly skipUnset: boolean;
  rawEscapes: boolean;
  error: string | undefined;
  matched: Set<string> | undefined;
  unmatched: Set<string> | undefined;
  depth: number;
  /** True where words are wanted. The rest serves only that. */
  readonly splitting: boolean;
  /** One buffer for all levels: a modifier's word empties that of the word around it, as in BuildKit. */
  buffer: string;
  bufferStart: number;
  inWord: boolean;
  words: string[];
  places: number[];
}

function newLexer(text: string, env: Env, options: LexOptions, splitting: boolean): Lexer {
  return {
    text: toValid(text),
    pos: text.charCodeAt(0) === byteOrderMark ? 1 : 0,
    env,
    escape: options.escape.charCodeAt(0),
    rawQuotes: options.rawQuotes === true,
    quotes: options.skipProcessQuotes !== true,
    skipUnset: options.skipUnsetEnv === true,
    rawEscapes: options.rawEscapes === true,
    error: undefined,
    matched: undefined,
    unmatched: undefined,
    depth: 0,
    splitting,
    buffer: '',
    bufferStart: 0,
    inWord: false,
    words: [],
    places: [],
  };
}

/** True where `processWord` would give back `word` as it is, whatever the environment. */
export function isPlain(word: string, options: LexOptions): boolean {
  const escapeCode = options.escape.charCodeAt(0);
  for (let i = 0; i < word.length; i++) {
    const code = word.charCodeAt(i);
    if (code === dollar || code === singleQuote || code === doubleQuote || code === escapeCode) return false;
    if (code >= 0xd800 && (code <= 0xdfff || (code === byteOrderMark && i === 0))) return false;
  }
  return true;
}

function wrapped(source: string, message: string): string {
  return `failed to process ${quote(source)}: ${message}`;
}

function fail(lexer: Lexer, message: string): string {
  lexer.error = message;
  return '';
}

/**
 * Reads up to `stop` (-1: to the end). `rawEscapes` keeps escapes; `forPattern` doubles those within quotes, so that
 * the pattern can be read once more.
 */
function lexUntil(lexer: Lexer, stop: number, rawEscapes: boolean, forPattern: boolean): string {
  if (lexer.depth >= maxDepth) return fail(lexer, 'variables are nested too deeply');
  const outerRaw = lexer.rawEscapes;
  const outerInWord = lexer.inWord;
  const outerWords = lexer.words;
  const outerPlaces = lexer.places;
  lexer.depth++;
  lexer.rawEscapes = rawEscapes;
  if (lexer.splitting) {
    lexer.buffer = '';
    lexer.inWord = false;
    lexer.words = [];
    lexer.places = [];
  }
  const result = lexRun(lexer, stop, forPattern);
  lexer.rawEscapes = outerRaw;
  if (--lexer.depth > 0 && lexer.splitting) {
    lexer.inWord = outerInWord;
    lexer.words = outerWords;
    lexer.places = outerPlaces;
  }
  return result;
}

function lexRun(lexer: Lexer, stop: number, forPattern: boolean): string {
  const { text, escape: escapeCode, quotes, splitting } = lexer;
  const n = text.length;
  let result = '';
  let copied = lexer.pos;
  while (lexer.pos < n) {
    const at = lexer.pos;
    const code = text.charCodeAt(at);
    if (code === stop) {
      lexer.pos++;
      if (splitting) endWord(lexer, at);
      return result + text.slice(copied, at);
    }
    if (
      code === dollar ||
      (quotes && (code === singleQuote || code === doubleQuote)) ||
      (splitting && code === lessThan)
    ) {
      result += text.slice(copied, at);
      const piece =
        code === dollar
          ? lexDollar(lexer)
          : code === lessThan
            ? lexLessThan(lexer)
            : code === singleQuote
              ? lexSingleQuote(lexer, forPattern)
              : lexDoubleQuote(lexer, forPattern);
      if (lexer.error !== undefined) return '';
      result += piece;
      copied = lexer.pos;
      if (splitting) {
        if (code === dollar) addExpanded(lexer, piece, at);
        else addRaw(lexer, piece, at);
      }
    } else if (code === escapeCode) {
      result += text.slice(copied, at);
      lexer.pos++;
      if (lexer.rawEscapes) {
        result += text[at];
        if (splitting) addRaw(lexer, text[at] as string, at);
      }
      copied = lexer.pos;
      if (lexer.pos >= n) break;
      const size = (text.codePointAt(lexer.pos) as number) > 0xffff ? 2 : 1;
      if (splitting) addRaw(lexer, text.slice(copied, copied + size), at);
      lexer.pos += size;
    } else {
      lexer.pos++;
      if (splitting) addCharacter(lexer, code, at);
    }
  }
  if (stop >= 0)
    return fail(lexer, `unexpected end of statement while looking for matching ${String.fromCharCode(stop)}`);
  if (splitting) endWord(lexer, n);
  return result + text.slice(copied, n);
}

function addCharacter(lexer: Lexer, code: number, at: number): void {
  if (!isSpace(code)) addRaw(lexer, String.fromCharCode(code), at);
  else if (lexer.inWord) endWord(lexer, at);
}

function addExpanded(lexer: Lexer, piece: string, at: number): void {
  for (let i = 0; i < piece.length; i++) addCharacter(lexer, piece.charCodeAt(i), at);
}

function addRaw(lexer: Lexer, piece: string, at: number): void {
  if (lexer.buffer === '') lexer.bufferStart = at;
  lexer.buffer += piece;
  lexer.inWord = true;
}

function endWord(lexer: Lexer, at: number): void {
  if (lexer.buffer === '') return;
  lexer.words.push(lexer.buffer);
  lexer.places.push(lexer.bufferStart, at);
  lexer.buffer = '';
  lexer.inWord = false;
}

function lexSingleQuote(lexer: Lexer, forPattern: boolean): string {
  const { text } = lexer;
  const start = lexer.pos + 1;
  const end = text.indexOf("'", start);
  if (end < 0) {
    lexer.pos = text.length;
    return fail(lexer, 'unexpected end of statement while looking for matching single-quote');
  }
  lexer.pos = end + 1;
  let inner = text.slice(start, end);
  if (forPattern) {
    const character = String.fromCharCode(lexer.escape);
    inner = inner.replaceAll(character, () => character + character);
  }
  return lexer.rawQuotes ? `'${inner}'` : inner;
}

function lexDoubleQuote(lexer: Lexer, forPattern: boolean): string {
  const { text, escape: escapeCode } = lexer;
  const n = text.length;
  let result = lexer.rawQuotes ? '"' : '';
  lexer.pos++;
  let copied = lexer.pos;
  while (lexer.pos < n) {
    const at = lexer.pos;
    const code = text.charCodeAt(at);
    if (code === doubleQuote) {
      result += text.slice(copied, at);
      lexer.pos++;
      return lexer.rawQuotes ? `${result}"` : result;
    }
    if (code === dollar) {
      result += text.slice(copied, at);
      const value = lexDollar(lexer);
      if (lexer.error !== undefined) return '';
      result += value;
      copied = lexer.pos;
      continue;
    }
    lexer.pos++;
    if (code !== escapeCode) continue;
    result += text.slice(copied, at);
    copied = at;
    // At the end of the word the escape is dropped, but then the quote is missing too.
    if (lexer.pos >= n) break;
    const next = text.charCodeAt(lexer.pos);
    if (next === doubleQuote || next === dollar || next === escapeCode) {
      if (!lexer.rawEscapes) copied = lexer.pos;
      lexer.pos++;
    } else if (lexer.rawEscapes && (!lexer.rawQuotes || forPattern)) result += String.fromCharCode(code);
  }
  return fail(lexer, 'unexpected end of statement while looking for matching double-quote');
}

/** `<<` takes the blanks behind it into the word: they may stand before the name of a heredoc. */
function lexLessThan(lexer: Lexer): string {
  const { text } = lexer;
  const start = lexer.pos++;
  if (text.charCodeAt(lexer.pos) !== lessThan) return '<';
  lexer.pos++;
  for (;;) {
    const code = text.charCodeAt(lexer.pos);
    if (code !== 0x20 && code !== 0x09 && code !== 0x0d) break;
    lexer.pos++;
  }
  return text.slice(start, lexer.pos);
}

/** `$name` or `${...}`; the position is on the dollar. */
function lexDollar(lexer: Lexer): string {
  const { text } = lexer;
  const n = text.length;
  lexer.pos++;
  if (text[lexer.pos] !== '{') {
    const name = readName(lexer);
    if (name === '') return '$';
    return lookUp(lexer, name) ?? (lexer.skipUnset ? `$${name}` : '');
  }
  lexer.pos++;
  const first = text[lexer.pos];
  if (first === undefined) return fail(lexer, "syntax error: missing '}'");
  if (first === '{' || first === '}' || first === ':') return fail(lexer, 'syntax error: bad substitution');
  const name = readName(lexer);
  let operator = nextCharacter(lexer);
  let modifier = operator;
  let nullIsUnset = false;
  if (operator === '}') return lookUp(lexer, name) ?? (lexer.skipUnset ? `\${${name}}` : '');
  if (operator === '/') return lexReplacement(lexer, name);
  if (operator === ':') {
    nullIsUnset = true;
    operator = nextCharacter(lexer);
    modifier += operator;
  } else if (!'+-?#%'.includes(operator)) return fail(lexer, unsupported(modifier));
  const trims = operator === '#' || operator === '%';
  if (nullIsUnset && trims) return fail(lexer, unsupported(modifier));
  const word = lexUntil(lexer, 0x7d, trims, trims);
  if (lexer.error !== undefined) return lexer.pos >= n ? fail(lexer, "syntax error: missing '}'") : '';
  const value = lookUp(lexer, name);
  if (value === undefined && lexer.skipUnset) return `\${${name}${modifier}${word}}`;
  const missing = value === undefined || (nullIsUnset && value === '');
  switch (operator) {
    case '-':
      return missing ? word : (value as string);
    case '+':
      return missing ? '' : word;
    case '?': {
      if (!missing) return value as string;
      const why = word !== '' ? word : `is not allowed to be ${value === undefined ? 'unset' : 'empty'}`;
      return fail(lexer, `${name}: ${why}`);
    }
    case '#':
    case '%': {
      const greedy = word.startsWith(operator);
      const pattern = greedy ? word.slice(1) : word;
      const trim = operator === '#' ? trimPrefix : trimSuffix;
      return settled(lexer, trim(pattern, value ?? '', greedy));
    }
    default:
      return fail(lexer, unsupported(modifier));
  }
}

/** `${name/pattern/replacement}`; the position is behind the first slash. */
function lexReplacement(lexer: Lexer, name: string): string {
  const { text } = lexer;
  const all = text[lexer.pos] === '/';
  if (all) lexer.pos++;
  const pattern = lexUntil(lexer, 0x2f, true, true);
  if (lexer.error !== undefined) return lexer.pos >= text.length ? fail(lexer, "syntax error: missing '/' in ${}") : '';
  const replacement = lexUntil(lexer, 0x7d, true, false);
  if (lexer.error !== undefined) return lexer.pos >= text.length ? fail(lexer, "syntax error: missing '}'") : '';
  const value = lookUp(lexer, name);
  if (value === undefined && lexer.skipUnset) return `\${${name}/${pattern}/${replacement}}`;
  return settled(lexer, replace(pattern, value ?? '', replacement, all));
}

function settled(lexer: Lexer, result: PatternResult): string {
  return 'error' in result ? fail(lexer, result.error) : result.value;
}

function unsupported(modifier: string): string {
  return `unsupported modifier (${modifier}) in substitution`;
}

/** The next character; U+FFFD at the end, as Go prints its end-of-file. */
function nextCharacter(lexer: Lexer): string {
  const code = lexer.text.codePointAt(lexer.pos);
  if (code === undefined) return '\ufffd';
  lexer.pos += code > 0xffff ? 2 : 1;
  return String.fromCodePoint(code);
}

function readName(lexer: Lexer): string {
  const end = nameEnd(lexer.text, lexer.pos, lexer.text.length);
  const name = lexer.text.slice(lexer.pos, end);
  lexer.pos = end;
  return name;
}

/** The end of the variable name at `start`: digits only, one special character, or letters, digits and `_`. */
export function nameEnd(text: string, start: number, limit: number): number {
  if (start >= limit) return start;
  const first = text.codePointAt(start) as number;
  if ('@*#?-$!'.includes(String.fromCodePoint(first))) return start + 1;
  return endOfAll(text, start, limit, isDigit(first) ? isDigit : isNameCharacter);
}

function lookUp(lexer: Lexer, name: string): string | undefined {
  const value = lexer.env.get(name);
  if (lexer.splitting) return value;
  if (value === undefined) lexer.unmatched = (lexer.unmatched ?? new Set()).add(name);
  else lexer.matched = (lexer.matched ?? new Set()).add(name);
  return value;
}
