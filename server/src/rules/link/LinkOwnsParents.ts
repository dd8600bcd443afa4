// LinkOwnsParents: with an owner, a linked copy gives away every directory on the way to its destination.

import { standardDirectories } from '../../analysis/catalogue.ts';
import type { Rule } from '../rule.ts';
import { type CopyData, hazardFindings, knownFrom, skeletonStage, withoutLink } from './copies.ts';

export const rule: Rule<CopyData> = {
  name: 'LinkOwnsParents',
  severity: 'warning',
  on: ['copy', 'add'],
  detect: (analysis) =>
    hazardFindings(analysis, 'parents', ({ shipped }, hazard) => {
      const paths = hazard.paths ?? [hazard.path];
      const system = paths.some((path) => standardDirectories.has(path));
      return {
        message: `With --link ${paths.join(', ')} ${paths.length === 1 ? 'belongs' : 'belong'} to ${hazard.detail} afterwards, not only what is copied${knownFrom(hazard.basis)}: whoever runs as that user can replace anything in there.`,
        ...(system && shipped ? {} : { severity: 'hint' as const }),
      };
    }),
  fixes: ({ data }, analysis) =>
    data === undefined
      ? []
      : [
          ...withoutLink(analysis, data.copy, 'only what is copied gets the owner'),
          ...skeletonStage(analysis, data.copy),
        ],
};
