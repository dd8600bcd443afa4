// LinkResetsWorkdir: a linked copy takes the working directory away from the user that it was made for.
import type { Rule } from '../rule.ts';
import { type CopyData, hazardFindings, knownFrom, withoutLink } from './copies.ts';

export const rule: Rule<CopyData> = {
  name: 'LinkResetsWorkdir',
  severity: 'warning',
  on: ['copy', 'add'],
  detect: (analysis) =>
    hazardFindings(analysis, 'workdir', (_, hazard) => ({
      message: `The working directory ${hazard.path} belongs to the user that was set before it (${hazard.detail})${knownFrom(hazard.basis)}. With --link it becomes root's, and that user can't write there.`,
    })),
  fixes: ({ data }, analysis) =>
    data === undefined ? [] : withoutLink(analysis, data.copy, `${data.hazard.path} keeps its owner`),
};
