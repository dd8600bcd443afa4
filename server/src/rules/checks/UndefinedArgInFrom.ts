// UndefinedArgInFrom: the name that may have been meant, or a declaration before the first FROM.
import type { Rule } from '../rule.ts';
import { changeName, declareGlobally, quotedName, suggestedName } from './variables.ts';

export const rule: Rule = {
  name: 'UndefinedArgInFrom',
  severity: 'warning',
  fixes(finding, analysis) {
    const name = quotedName(finding.message);
    if (name === undefined) return [];
    const meant = suggestedName(finding.message);
    return [
      ...(meant === undefined ? [] : changeName(analysis, finding, name, meant)),
      ...declareGlobally(analysis, name),
    ];
  },
};
