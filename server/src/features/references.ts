// Every place that means the same stage, variable or heredoc as the one asked about.
import type { Span } from '../../../shared/src/span.ts';
import type { Analysis } from '../analysis/analyze.ts';
import { nameAt } from './names.ts';

export function references(analysis: Analysis, offset: number, includeDeclaration: boolean): readonly Span[] {
  const name = nameAt(analysis, offset);
  if (name === undefined) return [];
  return name.occurrences
    .filter((o) => o.access !== 'text' && (includeDeclaration || !o.declaration))
    .map((o) => o.span);
}
