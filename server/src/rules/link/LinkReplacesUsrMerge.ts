// LinkReplacesUsrMerge: a linked copy to /bin, /sbin or /lib replaces the base's link into /usr.
import type { Rule } from '../rule.ts';
import { type CopyData, hazardFindings, knownFrom, otherStart, withoutLink } from './copies.ts';

export const rule: Rule<CopyData> = {
  name: 'LinkReplacesUsrMerge',
  severity: 'error',
  on: ['copy', 'add'],
  detect: (analysis) =>
    hazardFindings(analysis, 'usr-merge', (_, hazard) => ({
      message: `With --link ${hazard.path} becomes a directory that holds this copy alone${hazard.sure ? '' : ', if it is a link to /usr in the base'}: ${lost[hazard.path] ?? 'what it led to'} is lost${knownFrom(hazard.basis)}.`,
      severity: hazard.sure ? 'error' : hazard.detail === '' ? 'information' : 'warning',
    })),
  fixes({ data }, analysis) {
    if (data === undefined) return [];
    const { copy, hazard } = data;
    const merged = `/usr${hazard.path}`;
    // In some distributions /usr/sbin is a link itself.
    const real = copy.files.base?.link(merged) ?? merged;
    const edit = otherStart(analysis, copy, hazard.path, real);
    return [
      ...(edit === undefined
        ? []
        : [{ title: `Copy to ${real}: the same place, past the link`, edits: [edit], safe: false }]),
      ...(copy.facts.absoluteDest.startsWith(hazard.path) ? withoutLink(analysis, copy, 'the link stays') : []),
    ];
  },
};

const lost: Readonly<Record<string, string>> = {
  '/bin': 'the shell, as every other command there,',
  '/sbin': 'every other command there',
  '/lib': 'the loader, as every library there,',
  '/lib64': 'the loader',
};
