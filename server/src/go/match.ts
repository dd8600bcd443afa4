// Go's filepath.Match on Linux: shell patterns for whole paths.

/** True where the pattern matches all of the name; undefined for a bad pattern, though Go does not look at all of it. */
export function matchPath(pattern: string, name: string): boolean | undefined {
  let at = 0;
  let from = 0;
  next: while (at < pattern.length) {
    let start = at;
    while (pattern[start] === '*') start++;
    const star = start > at;
    const end = chunkEnd(pattern, start);
    at = end;
    if (star && start === end) return name.indexOf('/', from) < 0;
    const here = matchChunk(pattern, start, end, name, from);
    if (here === badPattern) return undefined;
    if (here >= 0 && (here === name.length || end < pattern.length)) {
      from = here;
      continue;
    }
    if (!star) return false;
    for (let i = from; i < name.length && name[i] !== '/'; i++) {
      const there = matchChunk(pattern, start, end, name, i + 1);
      if (there === badPattern) return undefined;
      if (there < 0 || (end === pattern.length && there < name.length)) continue;
      from = there;
      continue next;
    }
    return false;
  }
  return from === name.length;
}

/** True where some character of the text is one that `matchPath` does not take for itself. */
export function hasWildcards(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === '\\') i++;
    else if (c === '*' || c === '?' || c === '[') return true;
  }
  return false;
}

const noMatch = -1;
const badPattern = -2;

/** Where the next asterisk outside of brackets stands. */
function chunkEnd(pattern: string, start: number): number {
  let inBrackets = false;
  for (let i = start; i < pattern.length; i++) {
    const c = pattern[i];
    if (c === '\\') i++;
    else if (c === '[') inBrackets = true;
    else if (c === ']') inBrackets = false;
    else if (c === '*' && !inBrackets) return i;
  }
  return pattern.length;
}

/** Where in the name the match of `pattern[start, end)` ends that starts at `from`; `noMatch`, `badPattern`. */
function matchChunk(pattern: string, start: number, end: number, name: string, from: number): number {
  let at = from;
  let failed = false;
  let i = start;
  while (i < end) {
    failed ||= at >= name.length;
    const c = pattern[i];
    if (c === '[') {
      let code = 0;
      if (!failed) {
        code = name.codePointAt(at) as number;
        at += code > 0xffff ? 2 : 1;
        // A byte that is not UTF-8 counts as the replacement character.
        if (code >= 0xd800 && code <= 0xdfff) code = 0xfffd;
      }
      i++;
      const negated = i < end && pattern[i] === '^';
      if (negated) i++;
      let match = false;
      for (let ranges = 0; ranges === 0 || i >= end || pattern[i] !== ']'; ranges++) {
        const lowEnd = bracketCharacter(pattern, i, end);
        if (lowEnd === badPattern) return badPattern;
        const low = codeBefore(pattern, lowEnd);
        i = lowEnd;
        let high = low;
        if (pattern[i] === '-') {
          const highEnd = bracketCharacter(pattern, i + 1, end);
          if (highEnd === badPattern) return badPattern;
          high = codeBefore(pattern, highEnd);
          i = highEnd;
        }
        match ||= low <= code && code <= high;
      }
      i++;
      failed ||= match === negated;
    } else if (c === '?') {
      if (!failed) {
        failed = name[at] === '/';
        at += (name.codePointAt(at) as number) > 0xffff ? 2 : 1;
      }
      i++;
    } else {
      if (c === '\\' && ++i === end) return badPattern;
      if (!failed) {
        failed = pattern[i] !== name[at];
        at++;
      }
      i++;
    }
  }
  return failed ? noMatch : at;
}

/** Where a character between brackets ends, be it escaped; something must follow it. */
function bracketCharacter(pattern: string, at: number, end: number): number {
  if (at >= end || pattern[at] === '-' || pattern[at] === ']') return badPattern;
  const from = pattern[at] === '\\' ? at + 1 : at;
  if (from >= end) return badPattern;
  const code = pattern.codePointAt(from) as number;
  if (code >= 0xdc80 && code <= 0xdcff) return badPattern;
  const after = from + (code > 0xffff ? 2 : 1);
  return after < end ? after : badPattern;
}

function codeBefore(text: string, end: number): number {
  const last = text.charCodeAt(end - 1);
  const isPair = last >= 0xdc00 && last <= 0xdfff && end >= 2 && (text.codePointAt(end - 2) as number) > 0xffff;
  return isPair ? (text.codePointAt(end - 2) as number) : last;
}
