// Written by `npm run rules`: every rule that has its two files in this folder.
import { rule as ConsistentInstructionCasing } from './checks/ConsistentInstructionCasing.ts';
import { rule as FromAsCasing } from './checks/FromAsCasing.ts';
import type { Rule } from './rule.ts';

// biome-ignore format: one rule a line
export const rules: readonly Rule[] = [
  ConsistentInstructionCasing,
  FromAsCasing,
];
