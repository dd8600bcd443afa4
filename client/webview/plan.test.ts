// What all three drawings say alike: the names of build arguments, and where they can be clicked.
import { describe, expect, test } from 'vitest';
import { drawn } from './model.ts';
import { argumentNames } from './plan.ts';
import { changeAt } from './speech.ts';
import { service } from './testing/sample.ts';

describe('names of an ARG line', () => {
  test.each([
    ['ARG A', ['A']],
    ['ARG A=1 B="x y=z" C', ['A', 'B', 'C']],
    ["arg A='b c' D=\\ E F", ['A', 'D', 'F']],
    ['ARG \\\n  A=1 \\\n  B=2', ['A', 'B']],
    ['ARG', []],
  ])('%j', (text, names) => expect(argumentNames(text)).toEqual(names));
});

test.each(['instructions', 'operations', 'stages'] as const)('%s: an ARG that FROM mentions can change', (mode) => {
  const { graph } = service();
  const line = graph.instructions.findIndex(({ keyword }) => keyword === 'ARG');
  const renamed = {
    ...graph,
    instructions: graph.instructions.map((instruction, i) =>
      i === line
        ? { ...instruction, text: 'ARG X=1 OS=debian TAG=12' }
        : instruction.keyword === 'FROM' && instruction.vertices.length > 0
          ? { ...instruction, text: 'FROM $OS:${TAG} AS x' }
          : instruction,
    ),
  };
  const { nodes } = drawn(renamed, mode);
  const chips = nodes.filter(({ shape }) => shape === 'argument');
  expect(chips.length).toBeGreaterThan(0);
  const changes = chips.map((chip) => changeAt(renamed, chip));
  expect(new Set(changes.map((change) => change?.kind === 'argument' && change.name))).toEqual(new Set(['OS', 'TAG']));
  expect(changes.every((change) => change?.kind === 'argument' && change.instruction === line)).toBe(true);
});
