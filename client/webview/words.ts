// How long words are and where they break: estimates for a monospaced font, since layout has no font at hand.

/** Columns of a text in a monospaced font; wide East Asian characters and emoji take two. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += isWide(character.codePointAt(0)!) ? 2 : 1;
  return columns;
}

/** Breaks a text into at most `most` lines of at most `width` columns, at blanks where it can; the rest becomes `…`. */
export function wrap(text: string, width: number, most: number): string[] {
  const lines: string[] = [];
  // No line of a title needs more than this; the rest is never looked at.
  let rest = Array.from(printable(text.slice(0, 4 * width * most)).trim());
  const cut = text.length > 4 * width * most;
  while (rest.length > 0 && lines.length < most) {
    const fits = countFitting(rest, width);
    const last = lines.length === most - 1;
    if (fits === rest.length && !(last && cut)) {
      lines.push(rest.join(''));
      rest = [];
    } else if (last) {
      lines.push(
        `${rest
          .slice(0, countFitting(rest, width - 1))
          .join('')
          .trimEnd()}…`,
      );
      rest = [];
    } else {
      const blank = rest.lastIndexOf(' ', fits);
      const end = blank > width / 3 ? blank : fits;
      lines.push(rest.slice(0, end).join('').trimEnd());
      rest = Array.from(rest.slice(end).join('').trimStart());
    }
  }
  return lines.length > 0 ? lines : [''];
}

function countFitting(characters: readonly string[], width: number): number {
  let columns = 0;
  for (let i = 0; i < characters.length; i++) {
    columns += isWide(characters[i]!.codePointAt(0)!) ? 2 : 1;
    if (columns > width) return i;
  }
  return characters.length;
}

/** Line breaks, tabs and other controls become blanks, lone surrogates and what turns text around become `�`. */
export function printable(text: string): string {
  return text
    .replace(/[\x00-\x1f\x7f-\x9f]+/g, ' ')
    .replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]|\p{Surrogate}/gu, '\ufffd');
}

function isWide(code: number): boolean {
  return (
    code >= 0x1100 &&
    (code <= 0x115f ||
      (code >= 0x2e80 && code <= 0xa4cf) ||
      (code >= 0xac00 && code <= 0xd7a3) ||
      (code >= 0xf900 && code <= 0xfaff) ||
      (code >= 0xfe30 && code <= 0xfe6f) ||
      (code >= 0xff00 && code <= 0xff60) ||
      (code >= 0x1f300 && code <= 0x1faff) ||
      (code >= 0x20000 && code <= 0x3fffd))
  );
}
