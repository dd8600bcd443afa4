// What can be folded: stages, instructions of several lines, heredocs, comment blocks and `#region`.
import type { Span } from '../../../shared/src/span.ts';
import type { Analysis } from '../analysis/analyze.ts';
import { lineOf } from '../dockerfile/spans.ts';
import type { Fold } from './feature.ts';
import { innermost, sectionSpan, sectionsOf } from './sections.ts';

/** Folds of more than one line, by their start; the larger first. */
export function foldingRanges(analysis: Analysis): readonly Fold[] {
  const { dockerfile } = analysis;
  const folds: Fold[] = [];
  const starts = new Set<number>();
  const add = (span: Span, kind?: 'comment' | 'region'): void => {
    const first = lineOf(dockerfile, span.start);
    if (lineOf(dockerfile, span.end) === first) return;
    // Two folds that start on one line would fight for one arrow: the larger wins.
    if (starts.has(first)) return;
    starts.add(first);
    folds.push(kind === undefined ? { span } : { span, kind });
  };
  for (const section of sectionsOf(analysis).all) add(sectionSpan(analysis, section));
  for (const instruction of dockerfile.instructions) {
    add(instruction.span);
    const { heredocs } = innermost(instruction);
    // The first one folds with its instruction; of the next ones the text alone can.
    for (let i = 1; i < heredocs.length; i++) {
      const { contentSpan, terminatorSpan } = heredocs[i] as (typeof heredocs)[number];
      if (contentSpan.end > contentSpan.start) add({ start: contentSpan.start, end: terminatorSpan.start - 1 });
    }
  }
  addComments(analysis, add);
  return folds.sort((a, b) => a.span.start - b.span.start || b.span.end - a.span.end);
}

function addComments(analysis: Analysis, add: (span: Span, kind: 'comment' | 'region') => void): void {
  const { dockerfile, text } = analysis;
  const regions: Span[] = [];
  let block: Span | undefined;
  let blockLine = 0;
  const close = (): void => {
    if (block !== undefined) add(block, 'comment');
    block = undefined;
  };
  for (const { span } of dockerfile.comments) {
    const marker = /^#\s*(#?(?:end)?region)\b/.exec(text.slice(span.start, Math.min(span.end, span.start + 40)))?.[1];
    if (marker !== undefined) {
      close();
      if (marker.endsWith('endregion')) {
        const start = regions.pop();
        if (start !== undefined) add({ start: start.start, end: span.end }, 'region');
      } else regions.push(span);
      continue;
    }
    const line = lineOf(dockerfile, span.start);
    if (block !== undefined && line === blockLine + 1) block = { start: block.start, end: span.end };
    else {
      close();
      block = span;
    }
    blockLine = line;
  }
  close();
}
