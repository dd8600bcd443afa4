// LinkResetsDirectory: a linked copy takes a directory's own mode or owner away.
import type { Rule } from '../rule.ts';
import { type CopyData, hazardFindings, knownFrom, skeletonStage, withoutLink } from './copies.ts';

export const rule: Rule<CopyData> = {
  name: 'LinkResetsDirectory',
  severity: 'warning',
  on: ['copy', 'add'],
  detect: (analysis) =>
    hazardFindings(analysis, 'directory', ({ facts, shipped }, hazard) => {
      const owner = facts.chown === '' ? 'root' : facts.chown;
      return {
        message: `${hazard.path} has mode or owner of its own (${hazard.detail})${knownFrom(hazard.basis)}. With --link it becomes 0755 of ${owner}.`,
        ...(shipped && !hazard.minor ? {} : { severity: 'hint' as const }),
      };
    }),
  fixes: ({ data }, analysis) =>
    data === undefined
      ? []
      : [
          ...withoutLink(analysis, data.copy, `${data.hazard.path} stays as it is`),
          ...skeletonStage(analysis, data.copy),
        ],
};
