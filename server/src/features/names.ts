// The name at a place of the file, and all other places of the same name: the ground of definition, references, highlight and rename.
import type { Span } from '../../../shared/src/span.ts';
import type { Analysis } from '../analysis/analyze.ts';
import type { Stage } from '../compile/stage.ts';
import type { Heredoc, Instruction } from '../dockerfile/instruction.ts';
import { spanOf } from '../dockerfile/spans.ts';
import { innermost, instructionAt, touches } from './sections.ts';
import { mayNameStage, type StageReference, stageNamesOf } from './stageNames.ts';
import {
  mayNameVariable,
  type VariableDeclaration,
  type VariableUse,
  variableGroup,
  variablesOf,
} from './variables.ts';

/** One place of a name. */
export interface Occurrence {
  readonly span: Span;
  readonly access: 'read' | 'write' | 'text';
  readonly declaration: boolean;
  /** False where something else stands there that leads to the same: an index, a variable. */
  readonly literal: boolean;
}

export interface Name {
  readonly kind: 'stage' | 'variable' | 'heredoc';
  readonly text: string;
  /** What was asked about. */
  readonly here: Span;
  /** Where this very place is defined: what it names as a whole, and the name within. */
  readonly definitions: readonly { readonly target: Span; readonly selection: Span }[];
  /** In order of the text. */
  readonly occurrences: readonly Occurrence[];
  readonly stage: Stage | undefined;
  readonly variables: ReadonlySet<VariableDeclaration> | undefined;
  readonly heredoc: { readonly heredoc: Heredoc; readonly instruction: Instruction } | undefined;
}

/** The name at `offset`, the cursor before or behind it; undefined where there is none that the file defines. */
export function nameAt(analysis: Analysis, offset: number): Name | undefined {
  return variableAt(analysis, offset) ?? stageAt(analysis, offset) ?? heredocAt(analysis, offset);
}

// ------------------------------------------------------------------ stages

function stageAt(analysis: Analysis, offset: number): Name | undefined {
  if (!mayNameStage(analysis, offset)) return undefined;
  const { references } = stageNamesOf(analysis);
  const here = references.find((reference) => touches(reference.span, offset));
  if (here === undefined) return undefined;
  const { stage } = here;
  const occurrences = references.filter((reference) => reference.stage === stage).map(stageOccurrence);
  return {
    kind: 'stage',
    text: stage.name,
    here: here.span,
    definitions: stageDefinition(analysis, stage),
    occurrences,
    stage,
    variables: undefined,
    heredoc: undefined,
  };
}

function stageDefinition(analysis: Analysis, stage: Stage): Name['definitions'] {
  const from = analysis.dockerfile.instructions[stage.instruction] as Instruction;
  const name = stageNamesOf(analysis).references.find((r) => r.stage === stage && r.kind === 'name');
  return [{ target: from.span, selection: name?.span ?? stage.span }];
}

function stageOccurrence(reference: StageReference): Occurrence {
  const { span, kind, by } = reference;
  const access = kind === 'name' ? 'write' : kind === 'description' ? 'text' : 'read';
  return { span, access, declaration: kind === 'name', literal: by === 'name' };
}

// --------------------------------------------------------------- variables

function variableAt(analysis: Analysis, offset: number): Name | undefined {
  if (!mayNameVariable(analysis, offset)) return undefined;
  const { declarations, uses } = variablesOf(analysis);
  const use = useAt(uses, offset);
  const declared = use?.declaration ?? declarations.find((d) => touches(d.span, offset));
  if (declared === undefined) {
    const described = declarations.find((d) => d.description !== undefined && touches(d.description, offset));
    return described === undefined
      ? undefined
      : variableName(analysis, described, described.description as Span, described);
  }
  if (use?.declaration !== undefined) return variableName(analysis, declared, use.span, declared);
  // A declaration that takes its value from another one leads there.
  return variableName(analysis, declared, declared.span, declared.source ?? declared);
}

function useAt(uses: readonly VariableUse[], offset: number): VariableUse | undefined {
  let low = 0;
  let high = uses.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((uses[middle] as VariableUse).span.start <= offset) low = middle + 1;
    else high = middle;
  }
  const found = uses[low - 1];
  return found !== undefined && touches(found.span, offset) ? found : undefined;
}

function variableName(
  analysis: Analysis,
  declared: VariableDeclaration,
  here: Span,
  leadsTo: VariableDeclaration,
): Name {
  const group = variableGroup(analysis, declared);
  const occurrences: Occurrence[] = [];
  for (const declaration of group) {
    occurrences.push({ span: declaration.span, access: 'write', declaration: true, literal: true });
    if (declaration.description)
      occurrences.push({ span: declaration.description, access: 'text', declaration: false, literal: true });
  }
  for (const use of variablesOf(analysis).uses)
    if (use.declaration !== undefined && group.has(use.declaration))
      occurrences.push({ span: use.span, access: 'read', declaration: false, literal: true });
  const instruction = analysis.dockerfile.instructions[leadsTo.instruction] as Instruction;
  return {
    kind: 'variable',
    text: declared.name,
    here,
    definitions: [{ target: instruction.span, selection: leadsTo.span }],
    occurrences: occurrences.sort((a, b) => a.span.start - b.span.start),
    stage: undefined,
    variables: group,
    heredoc: undefined,
  };
}

// ---------------------------------------------------------------- heredocs

function heredocAt(analysis: Analysis, offset: number): Name | undefined {
  const index = instructionAt(analysis, offset);
  if (index < 0) return undefined;
  const instruction = innermost(analysis.dockerfile.instructions[index] as Instruction);
  for (const heredoc of instruction.heredocs) {
    const name = heredocNameSpan(instruction, heredoc);
    if (name === undefined) continue;
    const here = touches(name, offset)
      ? name
      : touches(heredoc.terminatorSpan, offset)
        ? terminator(heredoc)
        : undefined;
    if (here === undefined) continue;
    return {
      kind: 'heredoc',
      text: heredoc.name,
      here,
      definitions: [
        {
          target: { start: heredoc.contentSpan.start, end: heredoc.terminatorSpan.end },
          selection: terminator(heredoc),
        },
      ],
      occurrences: [
        { span: name, access: 'write', declaration: true, literal: true },
        { span: terminator(heredoc), access: 'read', declaration: false, literal: true },
      ],
      stage: undefined,
      variables: undefined,
      heredoc: { heredoc, instruction },
    };
  }
  return undefined;
}

function terminator(heredoc: Heredoc): Span {
  const { start } = heredoc.terminatorSpan;
  return { start, end: start + heredoc.name.length };
}

/** The name in `<<-"EOF"`; undefined where quotes or continuations stand within it. */
export function heredocNameSpan(instruction: Instruction, heredoc: Heredoc): Span | undefined {
  const { start, end } = heredoc.word;
  const at = instruction.original.slice(start, end).lastIndexOf(heredoc.name);
  if (at < 0 || heredoc.name === '') return undefined;
  const span = spanOf(instruction, start + at, start + at + heredoc.name.length);
  return span.end - span.start === heredoc.name.length ? span : undefined;
}
