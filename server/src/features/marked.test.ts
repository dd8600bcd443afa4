// The features that look at a whole file, or at a place of it, on marked files.
import type { Span } from '../../../shared/src/span.ts';
import { testMarked } from '../../../test/marker/cases.ts';
import type { Mark } from '../../../test/marker/marker.ts';
import { completion } from './completion.ts';
import type { Symbol as Outline } from './feature.ts';
import { foldingRanges } from './folding.ts';
import { formatting } from './formatting.ts';
import { inlayHints } from './inlayHints.ts';
import { documentLinks } from './links.ts';
import { selectionRanges } from './selection.ts';
import { semanticLegend, semanticTokens } from './semanticTokens.ts';
import { signatureHelp } from './signatureHelp.ts';
import { documentSymbols } from './symbols.ts';

testMarked('outline.marks', (analysis) => flat(documentSymbols(analysis), 0));

function flat(symbols: readonly Outline[], level: number): Mark[] {
  return symbols.flatMap(({ name, detail, kind, selection, children }) => [
    { span: selection, words: `${'  '.repeat(level)}${kind} ${name}${detail === undefined ? '' : ` (${detail})`}` },
    ...flat(children, level + 1),
  ]);
}

testMarked('tokens.marks', (analysis) => {
  const tokens = semanticTokens(analysis);
  const marks: Mark[] = [];
  for (let i = 0; i < tokens.length; i += 4) {
    const [start, end, type, bits] = tokens.slice(i, i + 4) as [number, number, number, number];
    const modifiers = semanticLegend.modifiers.filter((_, n) => bits & (1 << n));
    marks.push({ span: { start, end }, words: [semanticLegend.types[type], ...modifiers].join(' ') });
  }
  return marks;
});

testMarked('folds.marks', (analysis) =>
  foldingRanges(analysis).map(({ span, kind }) => ({ span, words: kind ?? 'code' })),
);

testMarked('links.marks', (analysis) => documentLinks(analysis).map(({ span, url }) => ({ span, words: url })));

testMarked('hints.marks', (analysis) =>
  inlayHints(analysis, { start: 0, end: analysis.text.length }).map(({ offset, label, tooltip }) => {
    return { span: { start: offset - 1, end: offset }, words: tooltip === undefined ? label : `${label} (${tooltip})` };
  }),
);

testMarked('formats.marks', (analysis) =>
  formatting(analysis, { tabSize: 4, insertSpaces: true }).map(({ span, text }) => ({
    span,
    words: JSON.stringify(text),
  })),
);

testMarked('selections.marks', (analysis, marks) =>
  marks.map(({ span }) => {
    const ranges = selectionRanges(analysis, span.start).map((range) =>
      JSON.stringify(analysis.text.slice(range.start, range.end)),
    );
    return { span, words: ranges.join('\n') };
  }),
);

testMarked('completion.marks', (analysis, marks) =>
  marks.map(({ span }) => {
    const { items, paths } = completion(analysis, span.end, { trigger: undefined, snippets: false });
    const labels = [...items]
      .sort((a, b) => ((a.sort ?? a.label) < (b.sort ?? b.label) ? -1 : 1))
      .map((item) => item.label);
    const lines = [
      labels.length === 0
        ? 'nothing'
        : labels.slice(0, 10).join(' | ') + (labels.length > 10 ? ` | ... ${labels.length}` : ''),
    ];
    const [first] = items;
    if (first) lines.push(`${replaced(analysis.text, first.edit.span)} -> ${JSON.stringify(first.edit.text)}`);
    if (paths) lines.push(`entries of ${JSON.stringify(paths.folder)} for ${replaced(analysis.text, paths.span)}`);
    return { span, words: lines.join('\n') };
  }),
);

function replaced(text: string, { start, end }: Span): string {
  return JSON.stringify(text.slice(start, end));
}

testMarked('signatures.marks', (analysis, marks) =>
  Promise.all(
    marks.map(async ({ span }) => {
      const help = await signatureHelp(analysis, span.end);
      if (help === undefined) return { span, words: 'nothing' };
      const lines = help.signatures.map(({ label, parameters }, i) => {
        const parameter = i === help.active ? parameters[help.parameter]?.span : undefined;
        return parameter
          ? `${label.slice(0, parameter.start)}[${label.slice(parameter.start, parameter.end)}]${label.slice(parameter.end)}`
          : label;
      });
      return { span, words: lines.join('\n') };
    }),
  ),
);
