// The heredocs that a line announces (`<<EOF`), and heredoc words by themselves.
import { parseUint } from '../go/text.ts';
import type { Word } from './instruction.ts';
import { type Env, processWords } from './shell.ts';

/** A heredoc's word: `<<EOF`, `3<<-"EOF"`. */
export interface HeredocWord {
  readonly name: string;
  readonly fileDescriptor: number;
  /** False where some of the name is quoted. */
  readonly expand: boolean;
  readonly chomp: boolean;
}

export type HeredocWordResult = HeredocWord | { readonly error: string } | undefined;

const noEnv: Env = { get: () => undefined, keys: () => [] };

/** Reads `source` as a heredoc's word; undefined where it is none. */
export function parseHeredoc(source: string): HeredocWordResult {
  const parts = /^([0-9]*)<<(-|(?!-))[\t\n\f\r ]*([^<\t\n\f\r ][^<]*)$/.exec(source);
  if (!parts) return undefined;
  const [, digits = '', dash, rest = ''] = parts;
  const options = { escape: '\\', skipUnsetEnv: true } as const;
  const unquoted = processWords(rest, noEnv, options);
  if (unquoted.error !== undefined) return { error: unquoted.error };
  if (unquoted.words.length !== 1) return undefined;
  const raw = processWords(rest, noEnv, { ...options, rawQuotes: true });
  if (raw.error !== undefined) return { error: raw.error };
  if (raw.words.length !== 1) return { error: `internal lexing of heredoc produced inconsistent results: ${rest}` };
  const name = unquoted.words[0] as string;
  const expand = countQuotes(name) === countQuotes(raw.words[0] as string);
  return { name, fileDescriptor: descriptor(digits), expand, chomp: dash === '-' };
}

/** True where `source` is a heredoc's word that can be read. */
export function isHeredoc(source: string): boolean {
  const heredoc = parseHeredoc(source);
  return heredoc !== undefined && !('error' in heredoc);
}

/** Those that `line` announces, in order, with the place of each word; an error where a word can't be read. */
export function heredocsOfLine(
  line: string,
): readonly { readonly heredoc: HeredocWord; readonly word: Word }[] | { readonly error: string; readonly word: Word } {
  // A line that can't be lexed announces none.
  const { words, places } = processWords(line, noEnv, {
    escape: '\\',
    rawQuotes: true,
    rawEscapes: true,
    skipUnsetEnv: true,
  });
  const found: { heredoc: HeredocWord; word: Word }[] = [];
  for (const [i, value] of words.entries()) {
    const heredoc = parseHeredoc(value);
    if (heredoc === undefined) continue;
    const word = { value, start: places[2 * i] as number, end: places[2 * i + 1] as number };
    if ('error' in heredoc) return { error: heredoc.error, word };
    found.push({ heredoc, word });
  }
  return found;
}

/** `content` without the tabs at the start of each line, as `<<-` has it. */
export function chompTabs(content: string): string {
  return content.replace(leadingTabs, '');
}

const leadingTabs = /(?<=^|\n)\t+/g;

function descriptor(digits: string): number {
  const parsed = parseUint(digits || '0');
  // Beyond 64 bits Go says so, but also yields the greatest number, and BuildKit asks only for that.
  return 'error' in parsed ? 2 ** 64 : Number(parsed.value);
}

function countQuotes(s: string): number {
  return s.split(/['"]/).length - 1;
}
