// CopyIgnoredFile: found by the compiler; an exception in the ignore file mends it, where that is what was meant.
import { sendAgain } from '../context/reads.ts';
import type { Rule } from '../rule.ts';

export const rule: Rule = {
  name: 'CopyIgnoredFile',
  severity: 'warning',
  fixes({ message }, analysis) {
    // BuildKit's words quote the path as Go does.
    const quoted = /^Attempting to \w+ file (".*") that is excluded/.exec(message)?.[1];
    return quoted === undefined || /[\\*?[]/.test(quoted) ? [] : sendAgain(quoted.slice(1, -1), analysis);
  },
};
