import { expect, test } from 'vitest';
import { distance, suggest, withSuggestion } from './suggest.ts';

const cases = [
  ['chonw', ['chown', 'chmod'], true, 'chown'],
  ['xyz', ['chown'], true, undefined],
  ['chown', ['chown', 'chowm'], true, undefined],
  ['CHOWM', ['chown'], true, undefined],
  ['RUNN', ['RUN', 'ENV'], false, 'RUN'],
  ['runn', ['RUN', 'ENV'], false, 'run'],
  ['Runn', ['RUN', 'ENV'], false, 'run'],
  ['rnu', ['ENV', 'RUN'], false, 'env'],
  ['', ['ab'], true, 'ab'],
  ['', ['abc'], true, undefined],
] as const;

for (const [value, options, caseSensitive, expected] of cases) {
  test(`${value} of ${options} is ${expected}`, () => {
    expect(suggest(value, options, caseSensitive)).toBe(expected);
  });
}

test('of options in no order the one that starts most alike is taken', () => {
  expect(suggest('rnu', ['ENV', 'RUN'], false, true)).toBe('run');
});

test('the message shows the suggestion', () => {
  expect(withSuggestion('unknown flag: --x', 'y')).toBe('unknown flag: --x (did you mean y?)');
  expect(withSuggestion('unknown flag: --x', undefined)).toBe('unknown flag: --x');
});

test('distances count characters', () => {
  const pairs = ['|', 'a|', '|ab', 'kitten|sitting', 'abc|abc', 'ab|ba', '😀a|a'].map((pair) => pair.split('|'));
  expect(pairs.map(([a = '', b = '']) => distance(a, b))).toEqual([0, 1, 2, 3, 0, 2, 1]);
});
