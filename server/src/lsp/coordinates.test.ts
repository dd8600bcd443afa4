// Positions in all three encodings, on texts with every width of character and every kind of line end.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { chooseEncoding, coordinatesOf, type Encoding } from './coordinates.ts';

const encodings: readonly Encoding[] = ['utf-16', 'utf-8', 'utf-32'];
const document = (text: string) => TextDocument.create('a:b', 'dockerfile', 1, text);
const pieces = fc.constantFrom('a', ' ', 'é', '€', '😀', '\udc80', '\ud83d', '\n', '\r\n', '\r', '\t');
const texts = fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join(''));

/** The units of a text without line ends, counted by the simplest means. */
function units(text: string, encoding: Encoding): number {
  if (encoding === 'utf-8') return Buffer.byteLength(text);
  return encoding === 'utf-32' ? [...text].length : text.length;
}

test.each<[readonly string[] | undefined, Encoding]>([
  [undefined, 'utf-16'],
  [[], 'utf-16'],
  [['utf-8', 'utf-16'], 'utf-8'],
  [['utf-7', 'utf-32'], 'utf-32'],
  [['utf-7'], 'utf-16'],
])('of %j it chooses %s', (offered, chosen) => {
  expect(chooseEncoding(offered)).toBe(chosen);
});

describe.each(encodings)('%s', (encoding) => {
  test('every offset that begins a character and is no line end comes back', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const c = coordinatesOf(document(text), encoding);
        for (let i = 0; i <= text.length; i++) {
          const inside = /[\ud800-\udbff]/.test(text[i - 1] ?? '') && /[\udc00-\udfff]/.test(text[i] ?? '');
          const afterReturn = text[i] === '\n' && text[i - 1] === '\r';
          if (inside || afterReturn) continue;
          expect(c.offsetAt(c.positionAt(i))).toBe(i);
        }
      }),
    );
  });

  test('characters are counted as the encoding has them, in any order of asking', () => {
    fc.assert(
      fc.property(texts, fc.array(fc.nat(40)), (text, order) => {
        const lines = text.split(/\r\n|\r|\n/);
        const doc = document(text);
        const c = coordinatesOf(doc, encoding);
        for (const i of order.map((n) => Math.min(n, text.length))) {
          const plain = doc.positionAt(i);
          const before = (lines[plain.line] as string).slice(0, plain.character);
          if (/[\ud800-\udbff]$/.test(before) && /^[\udc00-\udfff]/.test(text.slice(i))) continue;
          expect(c.positionAt(i)).toEqual({ line: plain.line, character: units(before, encoding) });
        }
      }),
    );
  });

  test.each([
    [{ line: 0, character: 99 }, 3],
    [{ line: 9, character: 0 }, 7],
    [{ line: -1, character: 2 }, 2],
    [{ line: Number.NaN, character: Number.NaN }, 0],
    [{ line: 1.9, character: 1.9 }, 5],
    [undefined, 0],
  ])('%j is moved to %i', (position, offset) => {
    expect(coordinatesOf(document('abc\ndef'), encoding).offsetAt(position as never)).toBe(offset);
  });
});
