// What hovers say.
import { features } from '../../server/src/features/index.ts';
import { testMarked } from './cases.ts';

testMarked('hover.marks', (analysis, marks) =>
  marks.flatMap(({ span }) => {
    const hover = features.hover?.(analysis, Math.floor((span.start + span.end) / 2), { reference: true });
    if (hover === undefined) return [{ span, words: 'nothing' }];
    return [{ span: hover.span, words: hover.markdown.replace(/ +$/gm, '') }];
  }),
);
