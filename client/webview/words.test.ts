import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { columnsOf, printable, wrap } from './words.ts';

describe('wrap', () => {
  test.each([
    ['RUN npm ci', 26, 2, ['RUN npm ci']],
    ['RUN apt-get update && apt-get install curl', 26, 2, ['RUN apt-get update &&', 'apt-get install curl']],
    ['RUN aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 10, 2, ['RUN aaaaaa', 'aaaaaaaaa…']],
    ['RUN a\n\t&& b', 20, 1, ['RUN a && b']],
    ['', 5, 2, ['']],
    ['漢字漢字', 5, 1, ['漢字…']],
  ])('%j', (text, width, most, lines) => {
    expect(wrap(text, width, most)).toEqual(lines);
  });

  test('never makes a line too long, nor too many', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 200 }),
        fc.integer({ min: 3, max: 30 }),
        fc.integer({ min: 1, max: 3 }),
        (text, width, most) => {
          const lines = wrap(text, width, most);
          expect(lines.length).toBeGreaterThan(0);
          expect(lines.length).toBeLessThanOrEqual(most);
          for (const line of lines) expect(columnsOf(line)).toBeLessThanOrEqual(width);
        },
      ),
    );
  });
});

test('what could turn a text around or break it is shown as a sign', () => {
  expect(printable('a\u202eb\ud800c\u0000d')).toBe('a\ufffdb\ufffdc d');
});
