import { expect, test } from 'vitest';
import { readDockerfile } from './read.ts';
import { lineOf, originalOffset, spanOf } from './spans.ts';

const text = 'FROM a\nRUN one \\\n  # not this\n  two\\\n three\n';
const file = readDockerfile(text);
const run = file.instructions[1];
if (!run) throw new Error('no RUN');

const places = [
  ['one', 'one'],
  ['one   two', 'one \\\n  # not this\n  two'],
  ['two', 'two'],
  ['two three', 'two\\\n three'],
  ['three', 'three'],
] as const;

for (const [joined, written] of places) {
  test(`${JSON.stringify(joined)} stands for ${JSON.stringify(written)}`, () => {
    const start = run.original.indexOf(joined);
    const span = spanOf(run, start, start + joined.length);
    expect(text.slice(span.start, span.end)).toBe(written);
    expect(originalOffset(run, span.start)).toBe(start);
  });
}

test('an empty range is a place', () => {
  expect(spanOf(run, 4, 4)).toEqual({ start: 11, end: 11 });
  expect(spanOf(run, run.original.length, run.original.length)).toEqual({ start: 43, end: 43 });
});

test('what a continuation puts between belongs to what follows', () => {
  expect(originalOffset(run, text.indexOf('not'))).toBe(run.original.indexOf('  two'));
  expect(originalOffset(run, 0)).toBeUndefined();
  expect(originalOffset(run, text.length)).toBeUndefined();
});

test('lines are found by offset', () => {
  expect([0, 6, 7, 16, 17, text.length].map((offset) => lineOf(file, offset))).toEqual([1, 1, 2, 2, 3, 6]);
});
