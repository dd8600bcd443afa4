// NoEmptyContinuation: the empty lines within an instruction go; BuildKit skips them.
import type { Rule } from '../rule.ts';

export const rule: Rule = {
  name: 'NoEmptyContinuation',
  severity: 'warning',
  fixes(finding, analysis) {
    const { dockerfile, text } = analysis;
    const found = dockerfile.emptyContinuations.find(({ spans }) => spans[0]?.start === finding.span.start);
    if (found === undefined) return [];
    const edits = found.spans.map(({ start, end }) => {
      const newline = text.indexOf('\n', end);
      return { span: { start, end: newline < 0 ? text.length : newline + 1 }, text: '' };
    });
    return [
      { title: edits.length === 1 ? 'Remove the empty line' : `Remove ${edits.length} empty lines`, edits, safe: true },
    ];
  },
};
