// Chance that is the same each time: numbers drawn by a seed.

export interface Dice {
  /** Below 1. */
  next(): number;
  chance(p: number): boolean;
  /** From `from` to `to`, both included. */
  int(from: number, to: number): number;
  pick<T>(list: readonly T[]): T;
}

/** Mulberry32. */
export function dice(seed: number): Dice {
  let a = (seed * 0x9e3779b1 + 0x85ebca6b) >>> 0;
  const next = () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000;
  };
  for (let i = 0; i < 8; i++) next();
  return {
    next,
    chance: (p) => next() < p,
    int: (from, to) => from + Math.floor(next() * (to - from + 1)),
    pick: (list) => list[Math.floor(next() * list.length)] as (typeof list)[number],
  };
}
