import { expect, test } from 'vitest';
import { ignoreFileError, parseIgnoreFile } from './ignoreFile.ts';

// What moby/patternmatcher/ignorefile answers.

const cases = [
  ['', []],
  ['a\nb\n', ['a', 'b']],
  ['a\r\nb\r\n', ['a', 'b']],
  ['# no\n #yes\n#', ['#yes']],
  ['\ufeffa\n\ufeffb', ['a', '\ufeffb']],
  ['  a  \n\t\n', ['a']],
  ['/a/b\n/\n//a', ['a/b', '/', 'a']],
  ['a/../b\n./a/', ['b', 'a']],
  ['!a\n! /a \n!\n!!a', ['!a', '!a', '!', '!!a']],
  ['a#b\n\u00a0a\u00a0', ['a#b', 'a']],
  ['a\rb', ['a\rb']],
  ['.\n..\n*', ['.', '..', '*']],
  ['é\udcff\n', ['é\udcff']],
] as const;

for (const [text, expected] of cases) {
  test(JSON.stringify(text), () => {
    expect(parseIgnoreFile(text)).toEqual(expected);
  });
}

// The length of a line in bytes, and Go's error.
const lengths = [
  ['', 'a', 65535, '', ''],
  ['', 'a', 65536, '', 'bufio.Scanner: token too long'],
  ['', 'a', 65535, '\nb', ''],
  ['', 'a', 65536, '\nb', 'bufio.Scanner: token too long'],
  ['x\n', 'é', 32768, '', 'bufio.Scanner: token too long'],
  ['x\n', 'é', 32767, '\n', ''],
  ['', 'a', 65534, '\r\nb', ''],
] as const;

for (const [before, letter, count, after, error] of lengths) {
  test(`a line of ${count} times ${letter}`, () => {
    const text = before + letter.repeat(count) + after;
    expect(ignoreFileError(text) ?? '').toBe(error);
    expect(parseIgnoreFile(text).length > 0).toBe(error === '');
  });
}
