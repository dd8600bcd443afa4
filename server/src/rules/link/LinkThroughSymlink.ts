// LinkThroughSymlink: a linked copy replaces a link on its way, so that the files do not arrive where it led.
import type { Rule } from '../rule.ts';
import { type CopyData, hazardFindings, knownFrom, otherStart, withoutLink } from './copies.ts';

export const rule: Rule<CopyData> = {
  name: 'LinkThroughSymlink',
  severity: 'warning',
  on: ['copy', 'add'],
  detect: (analysis) =>
    hazardFindings(analysis, 'symlink', (_, hazard) => ({
      message: `${hazard.path} is a link${knownFrom(hazard.basis)}. With --link it is replaced, and the files do not arrive in ${hazard.detail}.`,
    })),
  fixes({ data }, analysis) {
    if (data === undefined) return [];
    const { copy, hazard } = data;
    const rest = copy.facts.absoluteDest.replace(/\/\.?$/, '').slice(hazard.path.length);
    const target = rest === '' ? hazard.detail : hazard.detail.slice(0, hazard.detail.length - rest.length);
    const edit = otherStart(analysis, copy, hazard.path, target);
    return [
      ...(edit === undefined
        ? []
        : [{ title: `Copy to ${hazard.detail}, where the link leads`, edits: [edit], safe: false }]),
      ...withoutLink(analysis, copy, 'the link is followed'),
    ];
  },
};
