import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matchKeys } from './keys.ts';

const keyed = (signatures: readonly string[]) => {
  const keys = matchKeys([], signatures, 'k');
  return signatures.map((signature, i) => ({ key: keys[i]!, signature }));
};
const words = fc.array(fc.constantFrom<string>('a', 'b', 'c', 'd'), { maxLength: 12 });

describe('keys', () => {
  test('are all different, whatever was before', () => {
    fc.assert(
      fc.property(words, words, (before, after) => {
        const keys = matchKeys(keyed(before), after, 'k');
        expect(new Set(keys).size).toBe(after.length);
        expect(keys.every((key) => typeof key === 'string')).toBe(true);
      }),
    );
  });

  test('stay where nothing was edited', () => {
    fc.assert(
      fc.property(words, (list) => {
        const before = keyed(list);
        expect(matchKeys(before, list, 'k')).toEqual(before.map((entry) => entry.key));
      }),
    );
  });

  test('stay around an insertion, and the new one gets a new key', () => {
    fc.assert(
      fc.property(words, fc.nat(12), (list, at) => {
        const before = keyed(list);
        const place = Math.min(at, list.length);
        const keys = matchKeys(before, list.toSpliced(place, 0, 'new'), 'k');
        expect(keys.toSpliced(place, 1)).toEqual(before.map((entry) => entry.key));
        expect(before.some((entry) => entry.key === keys[place])).toBe(false);
      }),
    );
  });

  test('stay with a word that is typed', () => {
    const before = keyed(['FROM a', 'RUN mak', 'CMD x']);
    expect(matchKeys(before, ['FROM a', 'RUN make', 'CMD x'], 'k')).toEqual(before.map((entry) => entry.key));
  });
});
