import { expect, test } from 'vitest';
import { detectSyntax, parseDirective } from './directives.ts';

// A text, and what BuildKit 0.34.2 finds: the first word, all of the value, the line.
const syntaxes = [
  ['# syntax=a/b:1\nFROM x', ['a/b:1', 'a/b:1', 1]],
  ['#syntax = a b c\n', ['a', 'a b c', 1]],
  ['// syntax=bar\n', ['bar', 'bar', 1]],
  ['{"syntax": "a b", "x": 1}', ['a b', 'a b', 0]],
  ['{"syntax": "a", "x": 1e999}', undefined],
  ['{"syntax": 1}', undefined],
  ['#!/bin/sh\n# syntax=a\n', ['a', 'a', 2]],
  ['#!/bin/sh\n{"syntax": "a"}', ['a', 'a', 1]],
  ['\ufeff# syntax=a\r\n', ['a', 'a', 1]],
  ['\n# syntax=a\n', undefined],
  ['# c\n# syntax=a\n', undefined],
  ['# escape=`\n# syntax=a\n', ['a', 'a', 2]],
  ['# check=x\n# check=y\n# syntax=a\n', undefined],
  ['# syntax=  \n', ['', ' ', 1]],
  ['# syntax=\n', undefined],
  [' # syntax=a\n', undefined],
  ['# SYNTAX=a\u000b\n', ['a\u000b', 'a\u000b', 1]],
  ['#\u3000syntax=a\n', ['a', 'a', 1]],
] as const;

for (const [text, expected] of syntaxes) {
  test(`syntax of ${JSON.stringify(text)}`, () => {
    const found = detectSyntax(text);
    expect(found && [found.value, found.wholeValue, found.location.first]).toEqual(expected);
  });
}

const checks = [
  ['# check=skip=all\n', ['skip=all', 'skip=all', 1]],
  ['# check=skip=A;error=true rest\n', ['skip=A;error=true', 'skip=A;error=true rest', 1]],
  ['// check=x\n', undefined],
  ['# syntax=a\n# check=b\n', ['b', 'b', 2]],
] as const;

for (const [text, expected] of checks) {
  test(`check of ${JSON.stringify(text)}`, () => {
    const found = parseDirective('check', text);
    expect(found && [found.value, found.wholeValue, found.location.first]).toEqual(expected);
  });
}
