// What stands behind a name, shown beside it: the value of a variable, of an ARG without one, the stage of an index.
import type { Span } from '../../../shared/src/span.ts';
import type { Analysis } from '../analysis/analyze.ts';
import { stageTitle } from '../analysis/graph.ts';
import { isSecretName } from '../compile/secretNames.ts';
import { valueAt } from './environment.ts';
import type { InlayHint } from './feature.ts';
import { code } from './markdown.ts';
import { stageNamesOf } from './stageNames.ts';
import { variablesOf } from './variables.ts';

/** Longer values are cut; the whole stands in the tooltip. */
const longest = 30;

export function inlayHints(analysis: Analysis, span: Span): readonly InlayHint[] {
  const hints: InlayHint[] = [];
  const { uses, declarations } = variablesOf(analysis);
  for (const use of uses) {
    const { end } = use.whole;
    if (end < span.start || end > span.end) continue;
    // What a script sets itself, and what only the running image knows, has no value here.
    if (use.by === 'runtime' || (use.by === 'shell' && use.declaration === undefined)) continue;
    // Only a plain reference is worth its value.
    const braced = use.by === 'shell' && analysis.text[use.span.start - 1] === '{';
    if (use.modifier !== '' || (braced && analysis.text[end] !== '}')) continue;
    const closed = braced ? end + 1 : end;
    addValue(analysis, hints, closed, use.instruction, use.name);
  }
  for (const { kind, valueSpan, name, instruction, span: place } of declarations)
    if (kind === 'arg' && valueSpan === undefined && place.end >= span.start && place.end <= span.end)
      addValue(analysis, hints, place.end, instruction, name);
  for (const { by, stage, span: place, kind } of stageNamesOf(analysis).references)
    if (by === 'index' && kind === 'copy' && place.end >= span.start && place.end <= span.end)
      hints.push({ offset: place.end, label: `= ${stageTitle(stage)}` });
  return hints.sort((a, b) => a.offset - b.offset);
}

function addValue(analysis: Analysis, hints: InlayHint[], offset: number, instruction: number, name: string): void {
  const value = valueAt(analysis, instruction, name);
  if (value === undefined || value === '' || isSecretName(name)) return;
  const flat = value.replace(/\s+/g, ' ');
  const cut = flat.length > longest;
  const label = cut ? `${[...flat].slice(0, longest - 1).join('')}…` : flat;
  hints.push(cut ? { offset, label: `= ${label}`, tooltip: code(value, Infinity) } : { offset, label: `= ${label}` });
}
