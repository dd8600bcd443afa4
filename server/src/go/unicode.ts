// Letters, digits and white space for readers that go character by character.
import { isPrint } from './printable.ts';
import { isSpace } from './text.ts';

const letter = /^\p{L}$/u;
const digit = /^\p{Nd}$/u;
const loneSurrogates = /\p{Surrogate}/gu;

/** unicode.IsLetter. */
export function isLetter(code: number): boolean {
  if (code < 0x80) return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a);
  return letter.test(String.fromCodePoint(code)) && isPrint(code);
}

/** unicode.IsDigit. */
export function isDigit(code: number): boolean {
  if (code < 0x80) return code >= 0x30 && code <= 0x39;
  return digit.test(String.fromCodePoint(code)) && isPrint(code);
}

/** The end of the characters from `start` on that are all accepted. */
export function endOfAll(text: string, start: number, limit: number, accepts: (code: number) => boolean): number {
  let i = start;
  while (i < limit) {
    const code = text.codePointAt(i) as number;
    if (!accepts(code)) break;
    i += code > 0xffff ? 2 : 1;
  }
  return i;
}

/** True for letters, digits and `_`. */
export function isNameCharacter(code: number): boolean {
  return isLetter(code) || isDigit(code) || code === 0x5f;
}

/** The index of the first character of `s` in `[from, to)` that is not white space, `to` where there is none. */
export function skipSpace(s: string, from: number, to: number): number {
  let i = from;
  while (i < to && isSpace(s.charCodeAt(i))) i++;
  return i;
}

/** The end of `s` in `[from, to)` without the white space there. */
export function skipSpaceBack(s: string, from: number, to: number): number {
  let i = to;
  while (i > from && isSpace(s.charCodeAt(i - 1))) i--;
  return i;
}

/** `s` with U+FFFD for each unit that is no valid UTF-8, as where Go reads runes and writes them again. */
export function toValid(s: string): string {
  return s.replace(loneSurrogates, '\ufffd');
}
