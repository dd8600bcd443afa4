// The places to mark while the cursor is on a name: where it is set, and where it is read.
import type { Analysis } from '../analysis/analyze.ts';
import type { Highlight } from './feature.ts';
import { nameAt } from './names.ts';

export function highlight(analysis: Analysis, offset: number): readonly Highlight[] {
  const name = nameAt(analysis, offset);
  return name === undefined ? [] : name.occurrences.map(({ span, access }) => ({ span, kind: access }));
}
