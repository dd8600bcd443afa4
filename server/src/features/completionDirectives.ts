// Directives at the top of a file, and `# check=` above an instruction.
import type { Span } from '../../../shared/src/span.ts';
import type { Analysis } from '../analysis/analyze.ts';
import { checks, experimentalChecks } from '../compile/lint.ts';
import { lineOf } from '../dockerfile/spans.ts';
import type { CompletionItem } from './feature.ts';
import { directiveReference } from './reference.ts';

/** What a comment can say to BuildKit; `line` is the comment's. */
export function commentItems(analysis: Analysis, offset: number, line: Span): CompletionItem[] {
  const before = analysis.text.slice(line.start, offset);
  const name = /^[ \t]*#[ \t]*([A-Za-z]*)$/.exec(before);
  const top = mayBeDirective(analysis, line.start);
  if (name) {
    const span = { start: offset - (name[1] as string).length, end: wordEnd(analysis.text, offset, line.end) };
    return nameItems(analysis, span, top);
  }
  const found = /^[ \t]*#[ \t]*([A-Za-z]+)[ \t]*=[ \t]*(.*)$/.exec(before);
  if (!found) return [];
  const value = found[2] as string;
  switch ((found[1] as string).toLowerCase()) {
    case 'check':
      return checkItems(analysis, value, offset, line.end, top);
    case 'syntax':
      return top ? syntaxItems({ start: offset - value.length, end: line.end }) : [];
    case 'escape':
      return top ? escapeItems({ start: offset - value.length, end: line.end }) : [];
    default:
      return [];
  }
}

/** Only directives, or nothing, stand above. */
function mayBeDirective(analysis: Analysis, lineStart: number): boolean {
  const { dockerfile } = analysis;
  const line = lineOf(dockerfile, lineStart);
  const above = dockerfile.directives.filter((directive) => directive.line < line).length;
  return above === line - 1;
}

function nameItems(analysis: Analysis, span: Span, top: boolean): CompletionItem[] {
  const used = new Set(
    analysis.dockerfile.directives.filter((d) => d.nameSpan.start !== span.start).map((d) => d.name),
  );
  return Object.entries(directiveReference)
    .filter(([name]) => (top ? !used.has(name) : name === 'check'))
    .map(([name, { text, url }]) => ({
      label: name,
      kind: 'key' as const,
      documentation: `${text}\n\n[Reference](${url})`,
      edit: { span, text: `${name}=` },
      again: true,
    }));
}

function syntaxItems(span: Span): CompletionItem[] {
  const items: [string, string][] = [
    ['docker/dockerfile:1', 'The newest stable frontend of version 1.'],
    ['docker/dockerfile:1-labs', 'The same with what is still being tried.'],
    ['docker/dockerfile-upstream:master', 'The frontend as it is being developed.'],
  ];
  return items.map(([label, documentation], i) => ({
    label,
    kind: 'image',
    documentation,
    edit: { span, text: label },
    sort: String(i),
  }));
}

function escapeItems(span: Span): CompletionItem[] {
  return [
    { label: '`', kind: 'value', documentation: 'For Windows paths.', edit: { span, text: '`' } },
    { label: '\\', kind: 'value', documentation: 'As without the directive.', edit: { span, text: '\\' } },
  ];
}

function checkItems(
  analysis: Analysis,
  value: string,
  offset: number,
  lineEnd: number,
  top: boolean,
): CompletionItem[] {
  const part = value.slice(value.lastIndexOf(';') + 1);
  const equals = part.indexOf('=');
  const end = wordEnd(analysis.text, offset, lineEnd);
  if (equals < 0) {
    const typed = part.trimStart();
    const span = { start: offset - typed.length, end };
    const given = new Set(value.split(';').map((other) => other.split('=')[0]?.trim()));
    const items: [string, string, string][] = [
      ['skip', 'skip=', 'Checks that are not made, or `all`.'],
      ['error', 'error=true', 'What a check finds fails the build.'],
      ['experimental', 'experimental=', 'Experimental checks that are made, or `all`.'],
    ];
    return items
      .filter(([name]) => !given.has(name) && (top || name !== 'error'))
      .map(([label, text, documentation]) => ({
        label,
        kind: 'key',
        documentation,
        edit: { span, text },
        ...(text.endsWith('=') ? { again: true } : {}),
      }));
  }
  const key = part.slice(0, equals).trim();
  const list = part.slice(equals + 1);
  const typed = list.slice(list.lastIndexOf(',') + 1).trimStart();
  const span = { start: offset - typed.length, end };
  if (key === 'error') return ['true', 'false'].map((label) => ({ label, kind: 'value', edit: { span, text: label } }));
  if (key !== 'skip' && key !== 'experimental') return [];
  const used = new Set(list.split(',').map((name) => name.trim()));
  const items: CompletionItem[] = Object.entries(checks)
    .filter(
      ([name]) =>
        (key === 'experimental') === (experimentalChecks as ReadonlySet<string>).has(name) &&
        (!used.has(name) || name === typed),
    )
    .map(([label, documentation]) => ({ label, kind: 'value', documentation, edit: { span, text: label } }));
  if (!list.includes(','))
    items.push({ label: 'all', kind: 'value', documentation: 'All of them.', edit: { span, text: 'all' } });
  return items;
}

function wordEnd(text: string, offset: number, limit: number): number {
  let end = offset;
  while (end < limit && /[A-Za-z]/.test(text[end] as string)) end++;
  return end;
}
