// Variables behind a dollar: those that the place can read, with their values and where these come from.
import type { Analysis } from '../analysis/analyze.ts';
import { isSecretName } from '../compile/secretNames.ts';
import { lineOf } from '../dockerfile/spans.ts';
import { type EnvList, envEntries, getEnv } from '../llb/env.ts';
import type { Cursor } from './cursor.ts';
import { environmentAt } from './environment.ts';
import type { CompletionItem } from './feature.ts';
import { code } from './markdown.ts';
import { isPlatformArg, predefinedArgs } from './predefinedArgs.ts';
import { sectionsOf } from './sections.ts';
import { type VariableDeclaration, variablesOf } from './variables.ts';

/** Undefined where the cursor is not behind a dollar, or where no variable is read. */
export function variableItems(analysis: Analysis, offset: number, cursor: Cursor): CompletionItem[] | undefined {
  if (cursor.kind === 'start' || cursor.kind === 'comment') return undefined;
  const { text } = analysis;
  let start = offset;
  while (start > 0 && isName(text.charCodeAt(start - 1))) start--;
  const braced = text[start - 1] === '{' && text[start - 2] === '$';
  if (!braced && text[start - 1] !== '$') return undefined;
  const dollar = braced ? start - 2 : start - 1;
  if (text[dollar - 1] === (cursor.kind === 'instruction' ? analysis.dockerfile.escape : '\\')) return undefined;
  const reads = readsAt(cursor);
  if (reads === 'nothing') return [];
  let end = offset;
  while (end < text.length && isName(text.charCodeAt(end))) end++;
  const closing = braced && !'}:-+?#%/'.includes(text[end] ?? ' ') ? '}' : '';
  const edit = (name: string) => ({ span: { start, end }, text: name + closing });
  return visible(analysis, cursor.index, reads).map(({ name, value, from, documentation }): CompletionItem => {
    const shown = value === undefined ? undefined : isSecretName(name) ? '…' : value;
    return {
      label: name,
      kind: 'variable',
      detail: shown === undefined ? from : `= ${shown.length > 60 ? `${shown.slice(0, 59)}…` : shown}`,
      documentation: [documentation, from, shown === undefined ? '' : code(shown === '' ? '""' : shown, Infinity)]
        .filter((part) => part !== '')
        .join('\n\n'),
      edit: edit(name),
      sort: `${from.startsWith('ARG') || from.startsWith('ENV') ? 0 : 1}${name}`,
    };
  });
}

type Reads = 'global' | 'build' | 'runtime' | 'nothing';

/** Which variables are read at the cursor. */
function readsAt(cursor: Exclude<Cursor, { kind: 'start' | 'comment' }>): Reads {
  if (cursor.kind === 'heredoc')
    return cursor.heredoc.expand || cursor.instruction.kind === 'run' ? 'build' : 'nothing';
  if (cursor.kind === 'openHeredoc') return 'build';
  const { keyword, role, token } = cursor;
  switch (keyword) {
    case 'from':
      return 'global';
    case 'shell':
    case 'maintainer':
    case undefined:
      return 'nothing';
    case 'cmd':
    case 'entrypoint':
    case 'healthcheck':
      return role === 'flag' ? 'nothing' : 'runtime';
    default:
      if (role !== 'flag') return 'build';
      return /^--(chown|chmod|checksum|mount)=/.test(token.text) ? 'build' : 'nothing';
  }
}

interface Visible {
  readonly name: string;
  readonly value: string | undefined;
  readonly from: string;
  readonly documentation: string;
}

function visible(analysis: Analysis, index: number, reads: Exclude<Reads, 'nothing'>): Visible[] {
  const section = sectionsOf(analysis).of[index];
  const inStage = reads !== 'global' && section !== undefined && section.index >= 0;
  const env: EnvList = inStage ? environmentAt(analysis, index) : analysis.compilation.globalArgs;
  const found = new Map<string, Visible>();
  const declared = declarationsBefore(analysis, index, inStage);
  const add = (name: string, value: string | undefined): void => {
    const declaration = declared.get(name);
    if (
      reads === 'runtime' &&
      (declaration?.kind === 'arg' || (inStage && declaration === undefined && isPlatformArg(name)))
    )
      return;
    const from =
      declaration === undefined
        ? outside(name, inStage)
        : `${declaration.kind.toUpperCase()}, line ${lineOf(analysis.dockerfile, declaration.span.start)}`;
    found.set(name, { name, value, from, documentation: predefinedArgs.get(name) ?? '' });
  };
  for (const [name, value] of envEntries(env)) add(name, value);
  for (const name of declared.keys()) if (!found.has(name)) add(name, getEnv(env, name));
  return [...found.values()];
}

function outside(name: string, inStage: boolean): string {
  return predefinedArgs.has(name) || !inStage ? 'Set by the build' : 'Set by the base image';
}

/** The last declaration of each name that holds at the instruction. */
function declarationsBefore(analysis: Analysis, index: number, inStage: boolean): Map<string, VariableDeclaration> {
  const { declarations, scopes, globals } = variablesOf(analysis);
  const found = new Map<string, VariableDeclaration>();
  if (!inStage) {
    for (const declaration of globals.all.values())
      if (declaration.instruction < index || index < 0) found.set(declaration.name, declaration);
    return found;
  }
  const { of } = sectionsOf(analysis);
  const section = of[index];
  if (section === undefined) return found;
  // What the base has, then what stands in the stage in front of the instruction.
  const bases = [];
  for (let scope = scopes[section.index]?.parent; scope !== undefined; scope = scope.parent) bases.push(scope);
  for (const scope of bases.reverse()) for (const [name, declaration] of scope.all) found.set(name, declaration);
  for (const declaration of declarations)
    if (declaration.instruction < index && of[declaration.instruction] === section)
      found.set(declaration.name, declaration);
  return found;
}

function isName(code: number): boolean {
  return (
    (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a) || code === 0x5f
  );
}
