// LinkFileReplacesDirectory: a file linked to a directory's own name takes the directory's place.
import { isCommandPlace } from '../../analysis/copyHazards.ts';
import type { Rule } from '../rule.ts';
import { addSlash, type CopyData, hazardFindings, knownFrom, sourceWords, withoutLink } from './copies.ts';

export const rule: Rule<CopyData> = {
  name: 'LinkFileReplacesDirectory',
  severity: 'error',
  on: ['copy', 'add'],
  detect: (analysis) =>
    hazardFindings(analysis, 'file-replaces-directory', (copy, hazard) => ({
      message: `With --link ${sourceWords(copy)} becomes the file ${hazard.path}${hazard.sure ? '' : ' (if it is a file)'} and the directory of that name is lost${knownFrom(hazard.basis)}: a destination without a slash at its end is the name of the file.`,
      severity: !hazard.sure
        ? isCommandPlace(hazard.path)
          ? 'warning'
          : 'hint'
        : hazard.basis.kind === 'usual'
          ? 'warning'
          : 'error',
    })),
  fixes({ data }, analysis) {
    if (data === undefined) return [];
    return [
      {
        title: 'Add / to the destination: the file goes into the directory',
        edits: [addSlash(data.copy)],
        safe: false,
      },
      ...withoutLink(analysis, data.copy, 'the directory stays'),
    ];
  },
};
