// The lines above instructions: what a stage is for, and what each step depends on. Listed at once, worded when shown.
import type { Span } from '../../../shared/src/span.ts';
import type { Analysis } from '../analysis/analyze.ts';
import type { Stage } from '../compile/stage.ts';
import type { Instruction } from '../dockerfile/instruction.ts';
import type { CodeLens, CodeLensText } from './feature.ts';
import { sectionsOf } from './sections.ts';
import { stageNamesOf } from './stageNames.ts';
import { type Input, inputsOf, stageLabel, stageOf, workOf } from './steps.ts';

/** Every lens of the file, by place. */
export function codeLenses(analysis: Analysis): readonly CodeLens[] {
  const lenses: CodeLens[] = [];
  const { instructions } = analysis.dockerfile;
  const { all } = sectionsOf(analysis);
  const first = all.find((section) => section.stage !== undefined);
  for (const section of all) {
    const { stage } = section;
    if (stage === undefined) continue;
    const span = keywordSpan(instructions[section.first] as Instruction);
    lenses.push({ kind: 'stage', span, data: section.first });
    if (section === first || stage === analysis.target) lenses.push({ kind: 'graph', span, data: section.first });
    for (let i = section.first + 1; i < section.end; i++)
      if (workOf(analysis, i) !== undefined)
        lenses.push({ kind: 'dependencies', span: keywordSpan(instructions[i] as Instruction), data: i });
  }
  return lenses;
}

/** The words of a lens; undefined where the text has moved on. */
export function resolveCodeLens(analysis: Analysis, { kind, data }: CodeLens): CodeLensText | undefined {
  const stage = stageOf(analysis, data);
  if (stage === undefined) return undefined;
  const { start } = keywordSpan(analysis.dockerfile.instructions[data] as Instruction);
  if (kind === 'graph') return { title: 'Show graph', click: { kind: 'graph', offset: start } };
  if (kind === 'stage') return stageLens(analysis, stage, start);
  return dependenciesLens(analysis, stage, data, start);
}

function keywordSpan(instruction: Instruction): Span {
  const { start } = instruction.span;
  return { start, end: start + instruction.keyword.length };
}

function stageLens(analysis: Analysis, stage: Stage, offset: number): CodeLensText {
  const steps = `${stage.commandTotal} ${stage.commandTotal === 1 ? 'step' : 'steps'}`;
  const users = usersOfStage(analysis, stage);
  const parts = [`stage ${stageLabel(stage)}`, steps];
  if (stage === analysis.target) parts.push('the target');
  if (users.length > 0) parts.push(`used by ${listed(users.map((u) => `${stageLabel(u.stage)} (line ${u.line})`))}`);
  else if (stage !== analysis.target) parts.push('used by nothing');
  if (users.length > 0 && !stage.reachable) parts.push('not needed by the target');
  const title = parts.join(', ');
  const spans = stageNamesOf(analysis)
    .references.filter((r) => r.stage === stage && r.kind !== 'name' && r.kind !== 'description')
    .map((r) => r.span);
  if (spans.length === 0) return { title, click: { kind: 'graph', offset } };
  return { title, tooltip: 'Show the lines that use it', click: { kind: 'references', offset, spans } };
}

/** The stages that start from this one or read files of it, each with the first line that does. */
export function usersOfStage(
  analysis: Analysis,
  stage: Stage,
): readonly { readonly stage: Stage; readonly line: number }[] {
  const users: { stage: Stage; line: number }[] = [];
  for (const other of analysis.stages) {
    if (other.hidden || other === stage) continue;
    if (other.base === stage) users.push({ stage: other, line: other.locations[0]?.first ?? 0 });
    else {
      const command = other.steps.find((step) => step.command.sources.includes(stage))?.command;
      if (command !== undefined) users.push({ stage: other, line: command.lines.first });
    }
  }
  return users;
}

function dependenciesLens(analysis: Analysis, stage: Stage, index: number, offset: number): CodeLensText | undefined {
  const step = workOf(analysis, index);
  if (step === undefined) return undefined;
  const inputs = inputsOf(analysis, stage, step);
  const linked = step.copy?.linked === true && step.before.out !== undefined;
  const read = inputs.filter((input) => !(linked && isUnder(input)));
  const names = read.flatMap(shortName);
  const depends = names.length === 0 ? 'depends on nothing' : `depends on ${listed([...new Set(names)])}`;
  const free = linked || (step.before.out === undefined && step.copy !== undefined);
  const title = !free
    ? depends
    : names.length === 0
      ? 'independent of its base'
      : `independent of its base, ${depends}`;
  return { title, tooltip: 'Show it in the graph', click: { kind: 'graph', offset } };
}

function isUnder({ kind }: Input): boolean {
  return kind === 'above' || kind === 'base';
}

function shortName({ kind, name, line, paths }: Input): string[] {
  switch (kind) {
    case 'above':
      return [`line ${line}`];
    case 'base':
      return ['base'];
    case 'context':
      return name === '' && paths.length > 0
        ? paths.map((path) => (path === '.' ? 'the context' : path))
        : [name || 'the context'];
    case 'stage':
      return [`stage ${name}`];
    default:
      return [name];
  }
}

/** `a`, `a and b`, `a, b and 3 more`. */
function listed(names: readonly string[]): string {
  if (names.length <= 1) return names[0] ?? '';
  if (names.length > 4) return `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`;
  return `${names.slice(0, -1).join(', ')} and ${names[names.length - 1]}`;
}
