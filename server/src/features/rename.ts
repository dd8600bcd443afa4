// A new name for a stage, a variable or a heredoc: every place that must change with it, or why it cannot be.
import type { Span } from '../../../shared/src/span.ts';
import type { Analysis } from '../analysis/analyze.ts';
import type { Stage } from '../compile/stage.ts';
import { lineOf as lineAt } from '../dockerfile/spans.ts';
import { quote, toLower } from '../go/text.ts';
import { getEnv } from '../llb/env.ts';
import { parseNormalizedNamed } from '../oci/reference.ts';
import type { Edit } from './feature.ts';
import { type Name, nameAt } from './names.ts';
import { isPlatformArg, predefinedArgs } from './predefinedArgs.ts';
import { sectionsOf } from './sections.ts';
import { stageNamesOf } from './stageNames.ts';
import { variablesOf } from './variables.ts';

export type Renamed = { readonly edits: readonly Edit[]; readonly note?: string } | { readonly error: string };

/** The name that would change, undefined where there is none or it is not the file's to change. */
export function prepareRename(analysis: Analysis, offset: number): { span: Span; placeholder: string } | undefined {
  const name = nameAt(analysis, offset);
  if (name === undefined || isPredefined(name)) return undefined;
  const here = name.occurrences.find((o) => o.span.start === name.here.start && o.span.end === name.here.end);
  if (here !== undefined && !here.literal) return undefined;
  return name.text === ''
    ? undefined
    : { span: name.here, placeholder: analysis.text.slice(name.here.start, name.here.end) };
}

/** The edits and what to know about them, or why the name cannot be. Undefined where there is nothing to rename. */
export function rename(analysis: Analysis, offset: number, newName: string): Renamed | undefined {
  const name = nameAt(analysis, offset);
  if (name === undefined) return undefined;
  switch (name.kind) {
    case 'stage':
      return renameStage(analysis, name.stage as Stage, newName);
    case 'variable':
      return renameVariable(analysis, name, newName);
    case 'heredoc':
      return renameHeredoc(name, newName);
  }
}

function refuse(error: string): Renamed {
  return { error };
}

function answer(edits: readonly Edit[], notes: readonly string[]): Renamed {
  return notes.length === 0 ? { edits } : { edits, note: notes.join(' ') };
}

// ------------------------------------------------------------------ stages

const stageNamePattern = /^[a-z][a-z0-9\-_.]*$/;

function renameStage(analysis: Analysis, stage: Stage, newName: string): Renamed | undefined {
  const { compilation, options } = analysis;
  if (stage.name === '') return refuse('This stage has no name. Give it one with AS in its FROM.');
  const key = toLower(newName);
  if (!stageNamePattern.test(key))
    return refuse(`invalid name for build stage: ${quote(newName)}, name can't start with a number or contain symbols`);
  const edits: Edit[] = [];
  for (const reference of stageNamesOf(analysis).references) {
    if (reference.stage !== stage) continue;
    if (reference.by === 'variable')
      return refuse(`Line ${lineOf(analysis, reference.span.start)} leads to this stage through a variable.`);
    if (reference.by === 'index') continue;
    // In FROM, and in a description, only the lower-case name is the stage's.
    const text = reference.kind === 'base' || reference.kind === 'description' ? key : newName;
    edits.push({ span: reference.span, text });
  }
  if (key !== stage.name) {
    if (stage.namedContext !== undefined || hasContext(analysis, stage.name))
      return refuse(`The build context ${quote(stage.name)} replaces the stage by this name.`);
    const triggered = analysis.stages.find(
      (s) => s.base === undefined && s.commands.some((c) => c.isOnBuild && c.sources.includes(stage)),
    );
    if (triggered !== undefined)
      return refuse(
        `A trigger of the image on line ${lineOfInstruction(analysis, triggered.instruction)} reads from this stage by its name.`,
      );
    const taken = takenStageName(analysis, key);
    if (taken !== undefined) return refuse(taken);
  }
  const notes: string[] = [];
  if (toLower(options.target) === stage.name && compilation.byName.get(stage.name) === stage)
    notes.push(`The setting of the target names ${quote(options.target)}: change it to ${quote(key)}, too.`);
  if (options.noCache?.some((other) => toLower(other) === stage.name)) notes.push(`So does the setting no-cache.`);
  const usesStageArg = variablesOf(analysis).declarations.some((d) => d.name === 'TARGETSTAGE');
  if (usesStageArg && stage === analysis.target) notes.push('The value of TARGETSTAGE changes with it.');
  return answer(edits, notes);
}

/** Why a stage cannot have the name `key`: then something would mean another thing than before. */
function takenStageName(analysis: Analysis, key: string): string | undefined {
  const { compilation, stages } = analysis;
  if (key === 'scratch' || key === 'context')
    return `Stage name should not use the same name as reserved stage ${quote(key)}`;
  if (compilation.byName.has(key) || stages.some((s) => s.name === key))
    return `There is a stage ${quote(key)} already.`;
  // BuildKit looks for a build context of that name first.
  const named = parseNormalizedNamed(key);
  if ('error' in named) return `invalid context name ${key}: ${named.error}`;
  if (hasContext(analysis, key)) return `There is a build context ${quote(key)}, which would replace the stage.`;
  for (const { stage, kind, value, instruction } of stageNamesOf(analysis).fromValues)
    if (stage === undefined && toLower(value) === key)
      return `Line ${lineOfInstruction(analysis, instruction)} reads from ${kind === 'copy' ? '--from=' : 'from='}${value}, which would then be the stage.`;
  for (const stage of stages)
    if (!stage.hidden && stage.originalBase === key)
      return `Line ${lineOfInstruction(analysis, stage.instruction)} builds on the image ${quote(key)}, which would then be the stage.`;
  return undefined;
}

/** The settings give a build context of that name, be it for one platform. */
function hasContext(analysis: Analysis, name: string): boolean {
  return Object.keys(analysis.options.attrs).some(
    (key) => key.startsWith('context:') && toLower(key.slice(8)).split('::')[0] === name,
  );
}

// --------------------------------------------------------------- variables

const variableNamePattern = /^[A-Za-z_][A-Za-z0-9_]*$/;

function isPredefined(name: Name): boolean {
  return name.kind === 'variable' && (isPlatformArg(name.text) || predefinedArgs.has(name.text));
}

function renameVariable(analysis: Analysis, name: Name, newName: string): Renamed | undefined {
  if (isPredefined(name)) return refuse(`${name.text} is an argument that every build has: its name is fixed.`);
  if (!variableNamePattern.test(newName))
    return refuse(`$${newName} is not read as a variable: a name has letters, digits and _, no digit first.`);
  const group = [...(name.variables ?? [])];
  const outside = group.find((declaration) => declaration.outside);
  if (outside !== undefined)
    return refuse(
      `${name.text} has a value before line ${lineOf(analysis, outside.span.start)}: the base image sets it, and others may read it.`,
    );
  const hasArg = group.some((declaration) => declaration.kind === 'arg');
  if (newName !== name.text) {
    const taken = takenVariableName(analysis, name, newName, hasArg);
    if (taken !== undefined) return refuse(taken);
  }
  const notes: string[] = [];
  if (hasArg && analysis.options.buildArgs.has(name.text))
    notes.push(`The settings give the build argument ${name.text}: rename it there, too.`);
  const used = new Set(group);
  const other = variablesOf(analysis).declarations.find(
    (d) => d.kind === 'arg' && d.name === name.text && !used.has(d),
  );
  if (hasArg && other !== undefined)
    notes.push(`The ARG of the same name on line ${lineOf(analysis, other.span.start)} is another variable and stays.`);
  if (group.some((declaration) => declaration.kind === 'env'))
    notes.push(`Programs that read ${name.text} from the environment stay as they are.`);
  return answer(
    name.occurrences.map(({ span }) => ({ span, text: newName })),
    notes,
  );
}

function takenVariableName(analysis: Analysis, name: Name, newName: string, hasArg: boolean): string | undefined {
  if (isPlatformArg(newName) || predefinedArgs.has(newName)) return `${newName} is an argument that every build has.`;
  const { declarations, uses } = variablesOf(analysis);
  const declared = declarations.find((d) => d.name === newName);
  if (declared !== undefined) return `${newName} is taken: line ${lineOf(analysis, declared.span.start)} declares it.`;
  const read = uses.find((use) => use.name === newName);
  if (read !== undefined) return `${newName} is taken: line ${lineOf(analysis, read.span.start)} reads it.`;
  if (hasArg && analysis.options.buildArgs.has(newName)) return `The settings give a build argument ${newName}.`;
  const { of } = sectionsOf(analysis);
  for (const { instruction } of name.variables ?? []) {
    const stage = of[instruction]?.stage;
    if (stage !== undefined && getEnv(stage.state.env, newName) !== undefined)
      return `${newName} is taken: the base image sets it.`;
  }
  return undefined;
}

// ---------------------------------------------------------------- heredocs

function renameHeredoc(name: Name, newName: string): Renamed | undefined {
  if (name.heredoc === undefined) return undefined;
  const { heredoc, instruction } = name.heredoc;
  if (!/^[A-Za-z_][A-Za-z0-9_.-]*$/.test(newName)) return refuse(`${quote(newName)} is not one plain word.`);
  if (newName !== heredoc.name && instruction.heredocs.some((other) => other.name === newName))
    return refuse(`There is a heredoc ${quote(newName)} already.`);
  if (hasLine(heredoc.content, newName, heredoc.chomp))
    return refuse(`A line of the text is ${quote(newName)}: the heredoc would end there.`);
  if (instruction.heredocs.filter((other) => other.name === heredoc.name).length > 1)
    return refuse(`There is more than one heredoc ${quote(heredoc.name)} in this instruction.`);
  const notes: string[] = [];
  if (instruction.kind === 'copy' || instruction.kind === 'add') {
    const { dest, sources, contents } = instruction;
    if (sources.length + contents.length > 1 || /[/\\]$|(^|\/)\.$/.test(dest.value))
      return refuse(`${heredoc.name} is the name of the file that is written into ${dest.value}.`);
    notes.push('The name is part of the op: the step runs again.');
  } else if (
    instruction.original.slice(heredoc.word.end).trim() !== '' ||
    !/^\S+\s+<<\S+\s*$/.test(instruction.original) ||
    heredoc.content.startsWith('#!')
  )
    notes.push('The name is part of the command: the step runs again.');
  return answer(
    name.occurrences.map(({ span }) => ({ span, text: newName })),
    notes,
  );
}

function hasLine(content: string, line: string, chomp: boolean): boolean {
  return content.split('\n').some((each) => {
    const bare = each.replace(/\r+$/, '');
    return (chomp ? bare.replace(/^\t+/, '') : bare) === line;
  });
}

function lineOf(analysis: Analysis, offset: number): number {
  return lineAt(analysis.dockerfile, offset);
}

function lineOfInstruction(analysis: Analysis, index: number): number {
  return analysis.dockerfile.instructions[index]?.lines.first ?? 1;
}
