// The words of every lens.
import { features } from '../../server/src/features/index.ts';
import { testMarked } from './cases.ts';

testMarked('codeLens.marks', (analysis) =>
  (features.codeLenses?.(analysis) ?? []).map((lens) => {
    const text = features.resolveCodeLens?.(analysis, lens);
    const { click } = text ?? {};
    const spans =
      click?.kind === 'references' ? click.spans.map((s) => analysis.text.slice(s.start, s.end)) : undefined;
    return {
      span: lens.span,
      words: `${lens.kind}: ${text?.title}${spans === undefined ? '' : ` -> ${spans.join(' ')}`}`,
    };
  }),
);
