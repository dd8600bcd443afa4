// FromAsCasing: AS takes the case that FROM has, or will have.
import type { Rule } from '../rule.ts';
import { casingFix } from './ConsistentInstructionCasing.ts';

export const rule: Rule = {
  name: 'FromAsCasing',
  severity: 'warning',
  fixes: (finding, analysis) => casingFix(analysis, finding.instruction),
};
