// Definition, references, highlight and rename, on marked files.
import type { Span } from '../../../shared/src/span.ts';
import { testMarked } from '../../../test/marker/cases.ts';
import type { Mark } from '../../../test/marker/marker.ts';
import type { Analysis } from '../analysis/analyze.ts';
import { definition } from './definition.ts';
import { highlight } from './highlight.ts';
import { references } from './references.ts';
import { prepareRename, rename } from './rename.ts';

testMarked('names.marks', (analysis, marks, options) =>
  marks.map((mark) => {
    const offset = mark.span.start;
    const words = told(analysis, offset, (options.rename as string | undefined) ?? 'fresh');
    return { span: mark.span, words } satisfies Mark;
  }),
);

function told(analysis: Analysis, offset: number, newName: string): string {
  const leads = definition(analysis, offset);
  const [first] = leads;
  if (first === undefined)
    return references(analysis, offset, true).length === 0 ? 'nothing' : 'references without a definition';
  const at = (span: Span): string => placeOf(analysis.text, span);
  const declarations = new Set(references(analysis, offset, false).map(at));
  const all = highlight(analysis, offset).map(
    ({ span, kind }) => `${at(span)}${kind === 'text' ? 't' : declarations.has(at(span)) ? '' : 'w'}`,
  );
  const lines = [
    `${analysis.text.slice(first.origin.start, first.origin.end)} -> ${at(first.selection)}`,
    `all ${all.join(' ')}`,
  ];
  const prepared = prepareRename(analysis, offset);
  const renamed = rename(analysis, offset, newName);
  if (prepared === undefined) lines.push('cannot be renamed');
  if (renamed === undefined) lines.push('not renamed');
  else if ('error' in renamed) lines.push(renamed.error);
  else {
    const edits = renamed.edits.map((edit) => at(edit.span));
    const others = renamed.edits
      .filter((edit) => edit.text !== newName)
      .map((edit) => `${at(edit.span)} as ${edit.text}`);
    if (edits.join(' ') !== all.map((place) => place.replace(/[wt]$/, '')).join(' '))
      lines.push(`renamed ${edits.join(' ')}`);
    if (others.length > 0) lines.push(others.join(', '));
    if (renamed.note !== undefined) lines.push(renamed.note);
  }
  return lines.join('\n');
}

function placeOf(text: string, { start }: Span): string {
  const before = text.slice(0, start).split('\n');
  return `${before.length}:${(before[before.length - 1] as string).length + 1}`;
}
