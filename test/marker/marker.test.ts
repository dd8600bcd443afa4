// The marks themselves: what is written is read back.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Mark, readMarks, writeMarks } from './marker.ts';

test('marks are read', () => {
  const { text, marks } = readMarks(
    'RUN a b\n#~    ^ first\n#~   | more\n#~   |\n#~< whole\nX\n#~@0-1 x\nCOPY a\n#~   ^^^>4:3\n',
  );
  expect(text).toBe('RUN a b\nX\nCOPY a\n');
  expect(marks.map(({ span, words }) => [span.start, span.end, words])).toEqual([
    [6, 7, 'first\nmore\n'],
    [0, 3, 'whole'],
    [8, 9, 'x'],
    [15, 19, ''],
  ]);
});

test('what is written is read back', () => {
  const line = fc.string({ unit: fc.constantFrom('a', ' ', '#', 'é', '\u{1f600}', '^', '|'), maxLength: 12 });
  fc.assert(
    fc.property(
      fc.array(line, { minLength: 1, maxLength: 5 }),
      fc.array(fc.tuple(fc.nat(60), fc.nat(60), fc.constantFrom('A: b', 'c d\n e\nf', '')), { maxLength: 4 }),
      (lines, places) => {
        const text = lines.map((l) => `${l.replace(/^#/, '')}\n`).join('');
        const marks = places
          .map(([a, b, words]) => ({ span: { start: Math.min(a, b), end: Math.max(a, b) }, words }))
          .filter(({ span }) => span.end <= text.length)
          .filter(({ span }) => text[span.start] !== '\n' || span.end === span.start);
        const back = readMarks(writeMarks(text, marks));
        expect(back.text).toBe(text);
        const sorted = (all: readonly Mark[]) =>
          all.map((m) => JSON.stringify([m.span.start, m.span.end, m.words])).sort();
        expect(sorted([...back.marks])).toEqual(sorted(marks));
      },
    ),
    { seed: 1, numRuns: 1000 },
  );
});
