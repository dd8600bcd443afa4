// What a check found, as every format gets it, and what several formats need: places, fingerprints, fit text.
import { createHash } from 'node:crypto';
import { isAbsolute, relative, sep } from 'node:path';
import { encodeUtf8 } from '../../go/utf8.ts';
import type { Reported } from '../fileCheck.ts';

export interface FileReport {
  /** As it is shown: relative to the working directory, or as it was given. */
  readonly path: string;
  readonly text: string;
  readonly problems: readonly Reported[];
}

/** A file or folder that could not be checked. */
export interface Trouble {
  readonly path: string;
  readonly message: string;
  /** The program itself broke. */
  readonly crash?: boolean;
}

export interface Report {
  /** Those with problems, in order. */
  readonly files: readonly FileReport[];
  readonly trouble: readonly Trouble[];
  /** How many files were checked. */
  readonly checked: number;
  /** What the command ends with. */
  readonly exitCode: number;
  /** The root that other programs count paths from; undefined: the working directory. */
  readonly root: string | undefined;
}

/** A place: 1-based line, 1-based column in UTF-16 code units. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Finds the place of an offset; lines end at `\n`, as BuildKit counts them. */
export function placesIn(text: string): (offset: number) => Place {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] as number) <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: offset - (starts[low] as number) + 1 };
  };
}

/** The line's text without its end. */
export function lineText(text: string, offset: number): string {
  const from = offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1;
  const newline = text.indexOf('\n', from);
  return text.slice(from, newline < 0 ? text.length : newline).replace(/\r$/, '');
}

/**
 * A fingerprint for each problem of a file: it stays when lines above come or go, and no two are alike. What is alike in
 * path, code, words and line is counted.
 */
export function fingerprints(path: string, file: FileReport): readonly string[] {
  const times = new Map<string, number>();
  return file.problems.map(({ code, message, span }) => {
    const key = [path, code, message, lineText(file.text, span.start).trim()].join('\0');
    const nth = times.get(key) ?? 0;
    times.set(key, nth + 1);
    return createHash('sha256')
      .update(encodeUtf8(`${key}\0${nth}`))
      .digest('hex')
      .slice(0, 40);
  });
}

/** The path with `/`, from the root that the reader of the report counts from. */
export function portablePath(path: string, { root }: Report): string {
  let found = path;
  if (root !== undefined && root !== '') {
    const below = relative(root, path);
    if (below !== '' && !below.startsWith('..') && !isAbsolute(below)) found = below;
  }
  return wellFormed(found.split(sep).join('/').replace(/^\.\//, ''));
}

/** The text for programs that take no lone surrogates: bytes that are no UTF-8 become U+FFFD. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd');
}
