// What can be written at a place: instructions, flags and their values, mounts, stages, variables, paths, directives.
import type { Span } from '../../../shared/src/span.ts';
import type { Analysis } from '../analysis/analyze.ts';
import { flagTypes } from '../dockerfile/instructionFlags.ts';
import { instructionNames, type Keyword } from '../dockerfile/lineParsers.ts';
import { commentItems } from './completionDirectives.ts';
import { argumentItems, flagValueItems } from './completionValues.ts';
import { variableItems } from './completionVariables.ts';
import { type Cursor, cursorAt, type InInstruction, tokenSpan } from './cursor.ts';
import type { Completion, CompletionContext, CompletionItem } from './feature.ts';
import { code } from './markdown.ts';
import { flagReference, instructionReference } from './reference.ts';
import { sectionsOf } from './sections.ts';

export function completion(analysis: Analysis, offset: number, context: CompletionContext): Completion {
  const cursor = cursorAt(analysis, offset);
  const variables = variableItems(analysis, offset, cursor);
  if (variables !== undefined) return { items: variables };
  switch (cursor.kind) {
    case 'start':
      return { items: keywordItems(analysis, cursor.word, context, undefined) };
    case 'comment':
      return { items: commentItems(analysis, offset, cursor.line) };
    case 'heredoc':
      return nothing;
    case 'openHeredoc':
      return { items: terminatorItems(analysis, offset, cursor) };
    case 'instruction':
      return inInstruction(analysis, offset, cursor, context);
  }
}

const nothing: Completion = { items: [] };

function inInstruction(
  analysis: Analysis,
  offset: number,
  cursor: InInstruction,
  context: CompletionContext,
): Completion {
  const { role, keyword } = cursor;
  if (role === 'keyword') {
    const items = keywordItems(
      analysis,
      tokenSpan(analysis, offset, cursor),
      context,
      cursor.trigger ? 'trigger' : undefined,
    );
    return { items };
  }
  if (keyword === undefined) return nothing;
  if (keyword === 'onbuild')
    return { items: keywordItems(analysis, tokenSpan(analysis, offset, cursor), context, 'trigger') };
  if (role === 'flag') {
    const equals = cursor.token.text.indexOf('=');
    if (equals >= 0 && cursor.typed.length > equals) return flagValueItems(analysis, offset, cursor, equals);
    return { items: flagItems(analysis, offset, cursor, keyword) };
  }
  const found = argumentItems(analysis, offset, cursor, context);
  if (!cursor.flagsAllowed || cursor.typed !== '') return found;
  return { ...found, items: [...found.items, ...flagItems(analysis, offset, cursor, keyword)] };
}

// -------------------------------------------------------------- instructions

/** `trigger`: behind ONBUILD, where not every instruction may stand. */
function keywordItems(
  analysis: Analysis,
  word: Span,
  context: CompletionContext,
  where: 'trigger' | undefined,
): CompletionItem[] {
  const typed = analysis.text.slice(word.start, word.end);
  const lower = typed === '' ? isLowerCase(analysis) : typed === typed.toLowerCase();
  const { all } = sectionsOf(analysis);
  const firstFrom =
    all[0] === undefined ? Number.POSITIVE_INFINITY : (analysis.dockerfile.instructions[all[0].first]?.span.start ?? 0);
  const beforeFrom = word.start <= firstFrom;
  const items: CompletionItem[] = [];
  for (const name of instructionNames) {
    if (where === 'trigger' && (name === 'FROM' || name === 'ONBUILD' || name === 'MAINTAINER')) continue;
    if (where === undefined && beforeFrom && name !== 'FROM' && name !== 'ARG') continue;
    const { text, syntax } = instructionReference[name.toLowerCase() as Keyword];
    const label = lower ? name.toLowerCase() : name;
    const spaced = /[ \t]/.test(analysis.text[word.end] ?? '') ? '' : ' ';
    items.push({
      label,
      kind: 'keyword',
      documentation: `${text}\n\n${syntax.map((line) => `\`${line}\``).join('  \n')}`,
      edit: { span: word, text: label + spaced },
      again: true,
      ...(name === 'MAINTAINER' ? { deprecated: true, sort: 'z' } : {}),
    });
  }
  if (context.snippets && where === undefined) items.push(...snippetItems(word, lower, beforeFrom));
  return items;
}

/** Whether the file's instructions are written in small letters. */
function isLowerCase(analysis: Analysis): boolean {
  let lower = 0;
  const { instructions } = analysis.dockerfile;
  for (const { keyword } of instructions) if (keyword !== '' && keyword === keyword.toLowerCase()) lower++;
  return lower > instructions.length / 2;
}

function snippetItems(word: Span, lower: boolean, beforeFrom: boolean): CompletionItem[] {
  const snippet = (label: string, detail: string, text: string): CompletionItem => {
    const cased = lower ? text.replace(/^[A-Z]+|\bAS\b|\bCMD\b/g, (keyword) => keyword.toLowerCase()) : text;
    const shown = lower ? label.replace(/^[A-Z]+|\bAS\b|\bCMD\b/g, (keyword) => keyword.toLowerCase()) : label;
    return {
      label: shown,
      kind: 'snippet',
      detail,
      edit: { span: word, text: cased },
      snippet: true,
      sort: `~${label}`,
    };
  };
  const stage = snippet('FROM … AS …', 'A stage with a name', 'FROM ${1:image} AS ${2:name}\n$0');
  if (beforeFrom) return [stage];
  return [
    stage,
    snippet('RUN <<EOF', 'A script of several lines', 'RUN <<EOF\nset -e\n$0\nEOF'),
    snippet(
      'RUN --mount=type=cache',
      'A command with a cache',
      'RUN --mount=type=cache,target=${1:/root/.cache} ${0:command}',
    ),
    snippet(
      'RUN --mount=type=secret',
      'A command with a secret',
      'RUN --mount=type=secret,id=${1:name},env=${2:NAME} ${0:command}',
    ),
    snippet('COPY --from', 'Files of a stage or an image', 'COPY --from=${1:stage} ${2:source} ${3:dest}'),
    snippet(
      'HEALTHCHECK CMD',
      'A check of the container',
      'HEALTHCHECK --interval=${1:30s} --timeout=${2:5s} CMD ${0:command}',
    ),
  ];
}

// --------------------------------------------------------------------- flags

function flagItems(analysis: Analysis, offset: number, cursor: InInstruction, keyword: Keyword): CompletionItem[] {
  const { token, flags } = cursor;
  const equals = token.text.indexOf('=');
  const end = equals < 0 || cursor.role !== 'flag' ? token.end : token.start + equals;
  const span =
    cursor.role === 'flag' ? tokenSpan(analysis, offset, cursor, token.start, end) : { start: offset, end: offset };
  const used = new Set(flags.filter((flag) => flag !== token).map((flag) => flag.text.slice(2).split('=')[0]));
  const items: CompletionItem[] = [];
  for (const [name, type] of flagTypes[keyword] ?? []) {
    if (type !== 'strings' && used.has(name)) continue;
    const reference = flagReference[keyword]?.[name];
    const takesValue = type !== 'bool';
    const hasValue = equals >= 0 && cursor.role === 'flag';
    items.push({
      label: `--${name}`,
      kind: 'flag',
      ...(reference?.value === undefined ? {} : { detail: `=${reference.value}` }),
      ...(reference === undefined ? {} : { documentation: `${reference.text}\n\n[Reference](${reference.url})` }),
      edit: { span, text: `--${name}${takesValue && !hasValue ? '=' : ''}` },
      sort: `0${name}`,
      ...(takesValue ? { again: true } : {}),
    });
  }
  return items;
}

// ------------------------------------------------------------------ heredocs

function terminatorItems(
  analysis: Analysis,
  offset: number,
  cursor: Extract<Cursor, { kind: 'openHeredoc' }>,
): CompletionItem[] {
  const lineStart = analysis.text.lastIndexOf('\n', offset - 1) + 1;
  const typed = analysis.text.slice(lineStart, offset);
  return cursor.names
    .filter((name) => name.startsWith(typed.trimStart()))
    .map((name): CompletionItem => {
      const documentation = `Ends the heredoc ${code(`<<${name}`)}.`;
      return {
        label: name,
        kind: 'value',
        documentation,
        edit: { span: { start: lineStart + typed.length - typed.trimStart().length, end: offset }, text: name },
      };
    });
}
