// The lines above instructions: what a stage is for, and what each step depends on. Listed at once, worded when shown.
import type { Span } from '../../../shared/src/span.ts';
import type { Analysis } from '../analysis/analyze.ts';
import { type LinkVerdictKind, linkVerdictOf, linkVerdicts } from '../analysis/linkVerdict.ts';
import type { Stage } from '../compile/stage.ts';
import type { Instruction } from '../dockerfile/instruction.ts';
import { getEnv } from '../llb/env.ts';
import type { Vertex } from '../llb/op.ts';
import { consequencesOf } from './consequences.ts';
import { contextTitle, takesContext } from './contextWords.ts';
import { stepsOf } from './environment.ts';
import type { CodeLens, CodeLensText } from './feature.ts';
import { once, sectionsOf } from './sections.ts';
import { stageNamesOf } from './stageNames.ts';
import { type Input, inputsOf, linesText, stageLabel, stageOf, workOf } from './steps.ts';
import { variablesOf } from './variables.ts';

/** Every lens of the file, by place. */
export function codeLenses(analysis: Analysis): readonly CodeLens[] {
  const lenses: CodeLens[] = [];
  const { instructions } = analysis.dockerfile;
  const { all } = sectionsOf(analysis);
  const first = all.find((section) => section.stage !== undefined);
  const verdicts = new Map(linkVerdicts(analysis).map(({ instruction, kind }) => [instruction, kind]));
  for (const section of all) {
    const { stage } = section;
    if (stage === undefined) continue;
    const span = keywordSpan(instructions[section.first] as Instruction);
    lenses.push({ kind: 'stage', span, data: section.first });
    if (stage.source !== undefined && isRead(analysis, [stage.source]))
      lenses.push({ kind: 'impact', span, data: section.first });
    if (section === first || stage === analysis.target) lenses.push({ kind: 'graph', span, data: section.first });
    for (let i = section.first + 1; i < section.end; i++) {
      const instruction = instructions[i] as Instruction;
      const at = keywordSpan(instruction);
      const work = workOf(analysis, i);
      if (work !== undefined) lenses.push({ kind: 'dependencies', span: at, data: i });
      if (takesContext(analysis, i)) lenses.push({ kind: 'context', span: at, data: i });
      const verdict = isCopy(instruction) ? verdicts.get(i) : undefined;
      if (verdict !== undefined && verdict !== 'plain') lenses.push({ kind: 'link', span: at, data: i });
      const matters =
        work === undefined
          ? instruction.kind === 'arg' && hasUse(analysis, i)
          : instruction.kind !== 'workdir' && isRead(analysis, work.vertices);
      if (matters) lenses.push({ kind: 'impact', span: at, data: i });
    }
  }
  return lenses;
}

/** The words of a lens; undefined where the text has moved on. */
export function resolveCodeLens(analysis: Analysis, { kind, data }: CodeLens): CodeLensText | undefined {
  const stage = stageOf(analysis, data);
  if (stage === undefined) return undefined;
  const { start } = keywordSpan(analysis.dockerfile.instructions[data] as Instruction);
  if (kind === 'impact') return impactLens(analysis, data, start);
  if (kind === 'context') return contextLens(analysis, data);
  if (kind === 'link') return linkLens(analysis, data, start);
  if (kind === 'graph') return { title: 'Show graph', click: { kind: 'graph', offset: start } };
  if (kind === 'stage') return stageLens(analysis, stage, start);
  return dependenciesLens(analysis, stage, data, start);
}

function isCopy({ kind }: Instruction): boolean {
  return kind === 'copy' || kind === 'add';
}

const readVertices: (analysis: Analysis) => ReadonlySet<Vertex> = once((analysis) => {
  const read = new Set<Vertex>();
  for (const stage of analysis.stages)
    for (const { vertices } of stage.steps)
      for (const vertex of vertices)
        for (const { vertex: input } of vertex.inputs) if (!vertices.includes(input)) read.add(input);
  return read;
});

/** Another step stands on one of these, or copies from it: only then can a change show elsewhere. */
function isRead(analysis: Analysis, vertices: readonly Vertex[]): boolean {
  return vertices.some((vertex) => readVertices(analysis).has(vertex));
}

/** An ARG with a value is part of every later RUN; one without a value is part of none. */
function hasUse(analysis: Analysis, index: number): boolean {
  const after = stepsOf(analysis).get(index)?.after.env;
  return (
    after !== undefined &&
    variablesOf(analysis).declarations.some((d) => d.instruction === index && getEnv(after, d.name) !== undefined)
  );
}

const verdictWords: Readonly<Record<LinkVerdictKind, string>> = {
  effective: '--link works',
  'no-effect': '--link has no effect',
  fails: '--link makes it fail',
  breaks: '--link breaks the image',
  'changes-owner-or-mode': '--link changes owner or mode',
  'costs-more': '--link may cost more than it saves',
  'would-help': '--link would help',
  plain: '',
};

function linkLens(analysis: Analysis, index: number, offset: number): CodeLensText | undefined {
  const verdict = linkVerdictOf(analysis, index);
  if (verdict === undefined) return undefined;
  return { title: verdictWords[verdict.kind], tooltip: verdict.sentence, click: { kind: 'graph', offset } };
}

/** What runs again behind the line when it, its image or its value is another. */
function impactLens(analysis: Analysis, index: number, offset: number): CodeLensText | undefined {
  const followers = consequencesOf(analysis, index);
  if (followers === undefined) return undefined;
  const { runs, maybe } = followers;
  const subject = analysis.dockerfile.instructions[index]?.kind === 'from' ? 'a new base' : 'a change here';
  const click = { kind: 'graph', offset } as const;
  if (runs.length + maybe.length === 0) return { title: `${subject} re-runs nothing else`, click };
  const sure = runs.length > 0;
  const told = sure ? runs : maybe;
  const steps = `${sure ? '' : 'perhaps '}${told.length === 1 ? '1 step' : `${told.length} steps`}`;
  const others = sure && maybe.length > 0 ? `; perhaps ${linesText(analysis, maybe, 3)} too` : '';
  const open = maybe.length === 0 ? [] : [`Only if the files read differ: ${linesText(analysis, maybe, 40)}`];
  return {
    title: `${subject} re-runs ${steps}: ${linesText(analysis, told, 4)}${others}`,
    tooltip: [...(sure ? [`Runs again: ${linesText(analysis, runs, 40)}`] : []), ...open].join('. '),
    click,
  };
}

/** What a copy takes of the build context; nothing happens on a click. */
function contextLens(analysis: Analysis, index: number): CodeLensText | undefined {
  const title = contextTitle(analysis, index);
  return title === undefined ? undefined : { title };
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
