// Where a name leads: to the FROM of a stage, to the ARG or ENV that gives a variable its value, to the end of a heredoc.
import type { Analysis } from '../analysis/analyze.ts';
import type { Definition } from './feature.ts';
import { nameAt } from './names.ts';

export function definition(analysis: Analysis, offset: number): readonly Definition[] {
  const name = nameAt(analysis, offset);
  if (name === undefined) return [];
  return name.definitions.map(({ target, selection }) => ({ origin: name.here, target, selection }));
}
