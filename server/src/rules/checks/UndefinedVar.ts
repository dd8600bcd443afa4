// UndefinedVar: the name that may have been meant, or an ARG for it in this stage.
import type { Rule } from '../rule.ts';
import { changeName, declareInStage, quotedName, suggestedName } from './variables.ts';

export const rule: Rule = {
  name: 'UndefinedVar',
  severity: 'warning',
  fixes(finding, analysis) {
    const name = quotedName(finding.message)?.slice(1);
    if (name === undefined) return [];
    const meant = suggestedName(finding.message)?.slice(1);
    const declare = declareInStage(analysis, finding.instruction, name);
    const change = meant === undefined ? [] : changeName(analysis, finding, name, meant);
    // An ARG of that very name, elsewhere in the file, is what was meant.
    return declare.known ? [...declare.fixes, ...change] : [...change, ...declare.fixes];
  },
};
