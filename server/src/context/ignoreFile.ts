// Reading .dockerignore: lines to patterns, as moby/patternmatcher/ignorefile does.
import { clean } from '../go/path.ts';
import { trimSpace } from '../go/text.ts';
import { utf8Length } from '../go/utf8.ts';

/** The patterns of an ignore file in order; none where `ignoreFileError` has something to say. */
export function parseIgnoreFile(text: string): string[] {
  return parseIgnoreLines(text).map((line) => line.pattern);
}

/** The patterns with the lines, counted from 1, that they stand in. */
export function parseIgnoreLines(text: string): { readonly pattern: string; readonly line: number }[] {
  if (ignoreFileError(text) !== undefined) return [];
  const patterns: { pattern: string; line: number }[] = [];
  for (const [index, line] of linesOf(text).entries()) {
    if (line.startsWith('#')) continue;
    const trimmed = trimSpace(line);
    if (trimmed === '') continue;
    const exclusion = trimmed[0] === '!';
    let pattern = exclusion ? trimSpace(trimmed.slice(1)) : trimmed;
    if (pattern !== '') pattern = clean(pattern);
    if (pattern.length > 1 && pattern[0] === '/') pattern = pattern.slice(1);
    patterns.push({ pattern: exclusion ? `!${pattern}` : pattern, line: index + 1 });
  }
  return patterns;
}

/** Why BuildKit can't read the file, undefined where it can: a line must be shorter than 64 KiB. */
export function ignoreFileError(text: string): string | undefined {
  // No character takes more than three bytes a unit.
  if (text.length * 3 < maxLine) return undefined;
  const tooLong = linesOf(text).some((line) => line.length * 3 >= maxLine && utf8Length(line) >= maxLine);
  return tooLong ? 'bufio.Scanner: token too long' : undefined;
}

const maxLine = 65536;

function linesOf(text: string): string[] {
  return (text.startsWith('\ufeff') ? text.slice(1) : text).split('\n');
}
