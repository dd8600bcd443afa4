// The order in which Go's slices.SortFunc leaves equal elements, as Go itself left them.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sortLikeGo } from './sort.ts';

const shapes: Readonly<Record<string, (i: number, n: number) => number>> = {
  equal: () => 0,
  saw: (i) => i % 7,
  falling: (i, n) => Math.trunc((n - i) / 3),
  pipe: (i, n) => Math.trunc((i < Math.trunc(n / 2) ? i : n - i) / 2),
  mixed: (i) => (i * i * 31 + i * 17) % 23,
  wide: (i) => Math.trunc(((i * 7919) % 1009) / 2),
  swapped: (i) => Math.trunc(i / 4) - (i % 9 === 8 ? 3 : 0),
  // The greatest where pivots are looked for: partitions grow uneven.
  high: (i, n) => {
    const quarter = n >> 2;
    const looked = [quarter, n >> 1, quarter * 3].some((at) => Math.abs(at - i) <= 1);
    return looked ? 1000 + i : (i * 37) % 11;
  },
};

/** The FNV-1a hash of the first places of the elements, `3,1,2,`. */
function orderOf(places: readonly number[]): number {
  let hash = 0x811c9dc5;
  for (const ch of places.map((place) => `${place},`).join('')) hash = Math.imul(hash ^ ch.charCodeAt(0), 0x01000193);
  return hash >>> 0;
}

test.each([
  ['equal', 12, 0x687abca3],
  ['equal', 13, 0x1d1dc140],
  ['equal', 49, 0xa195207b],
  ['equal', 50, 0xa352c7c0],
  ['equal', 333, 0x4e935277],
  ['saw', 12, 0x035a6e33],
  ['saw', 13, 0x679ca4e4],
  ['saw', 49, 0x9dbb6f07],
  ['saw', 50, 0xc60ed6d0],
  ['saw', 333, 0x0b5364ef],
  ['falling', 12, 0x900fae6f],
  ['falling', 13, 0x6c427b92],
  ['falling', 49, 0x11644023],
  ['falling', 50, 0x5ee55e20],
  ['falling', 333, 0x62e70fc7],
  ['pipe', 12, 0x1f113255],
  ['pipe', 13, 0x2419f548],
  ['pipe', 49, 0xf71bd211],
  ['pipe', 50, 0x96986656],
  ['pipe', 333, 0x1c147bed],
  ['mixed', 12, 0xc13269f5],
  ['mixed', 13, 0x83309988],
  ['mixed', 49, 0xfc604485],
  ['mixed', 50, 0xa3687f86],
  ['mixed', 333, 0x990eb77d],
  ['wide', 12, 0x7bf5a52d],
  ['wide', 13, 0x1eac78e6],
  ['wide', 49, 0xd3796533],
  ['wide', 50, 0x17585af8],
  ['wide', 333, 0x1579c255],
  ['swapped', 12, 0x174d5a23],
  ['swapped', 13, 0x8c2733a8],
  ['swapped', 49, 0x17f15f25],
  ['swapped', 50, 0xd83d2b2a],
  ['swapped', 333, 0xeeacaa85],
  ['high', 12, 0x7066e0df],
  ['high', 13, 0x60769018],
  ['high', 49, 0xa24403f9],
  ['high', 50, 0xda3f79d4],
  ['high', 333, 0xb7c8fd6d],
])('%s, %i long', (shape, length, hash) => {
  const elements = Array.from({ length }, (_, at) => ({ key: shapes[shape]!(at, length), at }));
  expect(orderOf(sortLikeGo(elements, (a, b) => a.key - b.key).map(({ at }) => at))).toBe(hash);
});

test('everything stays, in order', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 400 }), (numbers) => {
      expect(sortLikeGo(numbers, (a, b) => a - b)).toEqual([...numbers].sort((a, b) => a - b));
    }),
  );
});
