// CopySourcesWithoutSlash: several files copied to one name, of which only the last is left.
import { copiesOf } from '../../analysis/copies.ts';
import type { Rule } from '../rule.ts';
import { addSlash, type CopyData, findingAt, sourceWords } from './copies.ts';

export const rule: Rule<CopyData> = {
  name: 'CopySourcesWithoutSlash',
  severity: 'error',
  on: ['copy', 'add'],
  detect: (analysis) =>
    copiesOf(analysis).flatMap((copy) => {
      const hazard = copy.hazards.find((h) => h.kind === 'only-last-file');
      if (hazard === undefined) return [];
      // A plain copy sees a directory that is there. What an unknown base or a RUN has made nobody can tell.
      const unseen =
        (hazard.basis.kind === 'usual' ||
          (hazard.basis.kind === 'image' && copy.files.base?.kind(hazard.path) === 'nothing')) &&
        !copy.files.opaque &&
        copy.kinds.every((kind) => kind === 'file' || kind === 'maybe-file');
      if (!copy.merged && !unseen) return [];
      const message = `Of ${sourceWords(copy)} only the last is left, as the file ${hazard.path}: a destination without a slash at its end is the name of a file.`;
      return [
        findingAt(analysis, copy, hazard, { message, severity: copy.merged && hazard.sure ? 'error' : 'warning' }),
      ];
    }),
  fixes: ({ data }) =>
    data === undefined
      ? []
      : [
          {
            title: 'Add / to the destination: every file goes into that directory',
            edits: [addSlash(data.copy)],
            safe: false,
          },
        ],
};
