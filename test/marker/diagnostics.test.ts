// Every diagnostic of BuildKit's, its fixes, and what they make of the file. Our own rules have their pages.
import type { Analysis } from '../../server/src/analysis/analyze.ts';
import type { CodeAction, Diagnostic } from '../../server/src/features/feature.ts';
import { features } from '../../server/src/features/index.ts';
import { applyEdits } from '../../server/src/rules/edits.ts';
import { testMarked } from './cases.ts';

testMarked('diagnostics.marks', (analysis) => {
  const all = (features.diagnostics?.(analysis) ?? []).filter(({ from }) => from !== 'rule');
  return all.map((diagnostic) => ({ span: diagnostic.span, words: wordsOf(analysis, diagnostic) }));
});

function wordsOf(analysis: Analysis, diagnostic: Diagnostic): string {
  const { severity, code, message, from, tags, related } = diagnostic;
  const extra = [...(tags ?? []), ...(related ?? []).map((r) => `see ${r.span.start}-${r.span.end}`)];
  const head = `${severity} ${code} (${[from, ...extra].join(', ')}): ${message}`;
  const actions = features.codeActions?.(analysis, diagnostic.span, [diagnostic]) ?? [];
  const offered = actions.filter((action) => action.kind === 'quickfix' && action.fixes !== undefined);
  return [head, ...offered.flatMap((action) => actionWords(analysis.text, action))].join('\n');
}

function actionWords(text: string, { title, edits, preferred }: CodeAction): string[] {
  const before = text.split('\n');
  const after = applyEdits(text, edits).split('\n');
  let top = 0;
  while (top < before.length && top < after.length && before[top] === after[top]) top++;
  let end = 0;
  while (end < before.length - top && end < after.length - top && before.at(-1 - end) === after.at(-1 - end)) end++;
  const lines = [
    ...before.slice(top, before.length - end).map((line) => `    - ${line}`),
    ...after.slice(top, after.length - end).map((line) => `    + ${line}`),
  ];
  return [`  ${preferred ? '* ' : ''}${title}`, ...lines];
}
