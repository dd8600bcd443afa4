// InvalidDefaultArgInFrom: found by the compiler; what to do about it only a person can tell.
import type { Rule } from '../rule.ts';

export const rule: Rule = { name: 'InvalidDefaultArgInFrom', severity: 'warning' };
