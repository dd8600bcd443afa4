// What runs again, against what real BuildKit did: each recorded scenario is reckoned and compared.
import { describe, expect, test } from 'vitest';
import { compare, scenarios } from './predictions.ts';

const all = scenarios();

test('there is something to compare with', () => {
  expect(all.length).toBeGreaterThanOrEqual(800);
});

describe('the prediction is what was recorded', () => {
  for (const scenario of all)
    test(scenario.name, () => {
      expect(compare(scenario).differences).toEqual([]);
    });
});

test('few predictions are left open', () => {
  const counts = all.map(compare);
  const vertices = counts.reduce((sum, c) => sum + c.vertices, 0);
  const undecided = counts.reduce((sum, c) => sum + c.undecided, 0);
  expect(undecided / vertices).toBeLessThan(0.07);
});
