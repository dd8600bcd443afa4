// What a line is in the graph, what makes it run again, what that costs, and what the word under the cursor means: in this order.
import type { Span } from '../../../shared/src/span.ts';
import type { Analysis } from '../analysis/analyze.ts';
import { type Found, findingsAbout, findingsOf, isCheck } from '../rules/findings.ts';
import { pages } from '../rules/pages.ts';
import { contextWords } from './contextWords.ts';
import { cursorAt, tokenSpan } from './cursor.ts';
import type { Hover, HoverOptions } from './feature.ts';
import { graphWords } from './graphWords.ts';
import { wordsAt } from './hoverWords.ts';
import { instructionAt, touches } from './sections.ts';

export function hover(analysis: Analysis, offset: number, options: HoverOptions): Hover | undefined {
  const index = instructionAt(analysis, offset);
  const word = wordsAt(analysis, offset);
  const cursor = cursorAt(analysis, offset);
  const inLine = index >= 0 && cursor.kind === 'instruction';
  const graph = inLine ? graphWords(analysis, index) : [];
  const known = options.reference || word?.own === true ? word : undefined;
  const context = inLine ? contextWords(analysis, index) : '';
  const instruction = analysis.dockerfile.instructions[index];
  const findings = instruction === undefined ? findingsOf(analysis) : findingsAbout(analysis, instruction.kind);
  const parts = [graph.join('  \n'), context, known?.text ?? '', ...rulesAt(findings, offset, options)].filter(
    (part) => part !== '',
  );
  if (parts.length === 0) return undefined;
  const span = known?.span ?? (inLine ? wordSpan(analysis, offset, cursor) : undefined) ?? instruction?.span;
  if (span === undefined) return undefined;
  const hover = { markdown: parts.join('\n\n---\n\n'), span };
  return inLine && instruction !== undefined ? { ...hover, graph: instruction.span.start } : hover;
}

/** What the rules that speak here are about: the editor itself shows their messages. */
function rulesAt(findings: readonly Found[], offset: number, options: HoverOptions): string[] {
  const names = new Set<string>();
  for (const { rule, severity, span } of findings) {
    if (severity !== 'error' && severity !== 'warning') continue;
    if (touches(span, offset) && (options.reference || !isCheck(rule.name))) names.add(rule.name);
  }
  return [...names].slice(0, 2).map((name) => `**${name}**: ${gistOf(name)}`);
}

/** The first paragraph of a rule's page. */
function gistOf(name: string): string {
  return ((pages[name] ?? '').split('\n\n')[1] ?? '').replaceAll('\n', ' ');
}

function wordSpan(analysis: Analysis, offset: number, cursor: Parameters<typeof tokenSpan>[2]): Span | undefined {
  if (cursor.token.end === cursor.token.start) return undefined;
  return tokenSpan(analysis, offset, cursor);
}
