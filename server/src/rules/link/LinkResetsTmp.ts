// LinkResetsTmp: a linked copy into /tmp or /var/tmp takes the mode 1777 away.
import type { Rule } from '../rule.ts';
import { type CopyData, hazardFindings, skeletonStage, withoutLink } from './copies.ts';

export const rule: Rule<CopyData> = {
  name: 'LinkResetsTmp',
  severity: 'error',
  on: ['copy', 'add'],
  detect: (analysis) =>
    hazardFindings(analysis, 'tmp', (copy, { path }) => ({
      message: `With --link ${path} goes from 1777 to 0755: only root can make files there afterwards.`,
      // In a stage that is not shipped only its own steps suffer, and they mostly run as root.
      severity: copy.shipped ? 'error' : 'warning',
    })),
  fixes: ({ data }, analysis) =>
    data === undefined
      ? []
      : [...withoutLink(analysis, data.copy, `${data.hazard.path} keeps 1777`), ...skeletonStage(analysis, data.copy)],
};
