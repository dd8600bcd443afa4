// Answers "What if … changes?": what can change in a document, and what becomes of each of its lines then.
import type {
  WhatIfAnswer,
  WhatIfChoice,
  WhatIfOutcome,
  WhatIfParams,
  WhatIfStep,
} from '../../../shared/src/protocol.ts';
import type { Analysis } from '../analysis/analyze.ts';
import type { VertexOutcome } from '../analysis/cacheBuilds.ts';
import { shortImage } from '../analysis/graph.ts';
import { type Change, changeText, imagesOf, parseChange, whatIf } from '../analysis/whatIf.ts';
import { listed } from '../features/markdown.ts';
import { inputsOf, stageLabel } from '../features/steps.ts';
import type { Vertex } from '../llb/op.ts';
import type { Coordinates } from './coordinates.ts';
import type { Inquiry } from './desk.ts';

type Asked = WhatIfParams & { readonly textDocument: { readonly uri: string } };

export function answerWhatIf({ params, document, analysis, at }: Inquiry<Asked>): WhatIfAnswer {
  const { version } = document;
  const asked = Array.isArray(params.changes) ? params.changes : [];
  if (asked.length === 0) return { version, choices: choicesOf(analysis, params.line) };
  return { version, ...outcomeOf(analysis, at, asked) };
}

// ------------------------------------------------------- what can change

/** `line` is 0-based. */
function choicesOf(analysis: Analysis, line: number | undefined): readonly WhatIfChoice[] {
  return [
    ...lineChoice(analysis, line),
    ...baseChoices(analysis),
    ...argumentChoices(analysis),
    ...fileChoices(analysis),
    ...stageChoices(analysis),
  ];
}

function lineChoice({ dockerfile }: Analysis, line: number | undefined): WhatIfChoice[] {
  if (typeof line !== 'number') return [];
  const found = dockerfile.instructions.find(({ lines }) => lines.first <= line + 1 && line + 1 <= lines.last);
  if (found === undefined) return [];
  const { first } = found.lines;
  return [{ change: `line:${first}`, group: 'line', label: `Line ${first}`, detail: oneLine(found.original) }];
}

function baseChoices(analysis: Analysis): WhatIfChoice[] {
  return imagesOf(analysis).map((name) => {
    const stages = analysis.stages.filter(({ source }) => {
      const op = source?.op;
      return op?.kind === 'source' && shortImage(op.identifier.replace(/^docker-image:\/\//, '')) === name;
    });
    const lines = stages.map(({ instruction }) => firstLine(analysis, instruction));
    return { change: `base:${name}`, group: 'base', label: name, detail: linesOf(lines) };
  });
}

function argumentChoices({ dockerfile }: Analysis): WhatIfChoice[] {
  const lines = new Map<string, number[]>();
  for (const instruction of dockerfile.instructions) {
    if (instruction.kind !== 'arg') continue;
    for (const { key } of instruction.declarations) push(lines, key.value, instruction.lines.first);
  }
  return [...lines].map(([name, all]) => ({
    change: `arg:${name}`,
    group: 'argument',
    label: name,
    detail: linesOf(all),
  }));
}

/** Each path that a line reads of a context; the context itself where a line reads all of it. */
function fileChoices(analysis: Analysis): WhatIfChoice[] {
  const contexts = new Map<string, number[]>();
  const paths = new Map<string, number[]>();
  for (const stage of analysis.stages)
    for (const step of stage.steps) {
      const line = firstLine(analysis, step.command.index);
      for (const input of inputsOf(analysis, stage, step)) {
        if (input.kind !== 'context') continue;
        push(contexts, input.name, line);
        if (input.name === '') for (const path of input.paths) if (path !== '.') push(paths, path, line);
      }
    }
  const files = [...paths].map(([path, lines]): WhatIfChoice => {
    return { change: `file:${path}`, group: 'file', label: path, detail: linesOf(lines) };
  });
  const whole = [...contexts].map(([name, lines]): WhatIfChoice => {
    const label = name === '' ? 'Everything in the build context' : `Everything in the context ${name}`;
    return { change: `source:local://${name || 'context'}`, group: 'file', label, detail: linesOf(lines) };
  });
  return [...files, ...whole];
}

function stageChoices(analysis: Analysis): WhatIfChoice[] {
  return analysis.stages
    .filter(({ hidden }) => !hidden)
    .map((stage) => ({
      change: `stage:${stageLabel(stage)}`,
      group: 'stage',
      label: stage.name === '' ? `Stage ${stage.index}` : stage.name,
      detail: linesOf([firstLine(analysis, stage.instruction)]),
    }));
}

// ----------------------------------------------------- what runs again

function outcomeOf(
  analysis: Analysis,
  at: Coordinates,
  asked: readonly unknown[],
): WhatIfOutcome | { readonly error: string } {
  const changes: Change[] = [];
  for (const text of asked) {
    const change = parseChange(String(text));
    if ('error' in change) return change;
    changes.push(change);
  }
  const outcome = whatIf(analysis, changes);
  if ('error' in outcome) return outcome;
  const { analysis: after, vertices, pulls } = outcome;
  return {
    what: `${listed(changes.map(changeText), 3)} ${changes.length === 1 ? 'changes' : 'change'}`,
    steps: stepsOf(analysis, after, vertices, at),
    pulls: pulls.map(({ image, by, certain }) => ({
      image: image.op.kind === 'source' ? shortImage(image.op.identifier.replace(/^[a-z-]+:\/\//, '')) : '',
      line: by === undefined ? 0 : firstLine(after, by.origin),
      certain,
    })),
  };
}

const ranks = { reused: 0, relinked: 1, 'runs-if-content-differs': 2, runs: 3 } as const;

/** Line by line, of all that it makes what costs most. A change alters words within lines: the lines stay where they are. */
function stepsOf(
  analysis: Analysis,
  after: Analysis,
  vertices: readonly VertexOutcome[],
  at: Coordinates,
): readonly WhatIfStep[] {
  const outcomes = new Map(vertices.map((found) => [found.vertex.digest, found]));
  const beginnings = beginningsOf(vertices);
  const worst = new Map<number, { found: VertexOutcome; status: WhatIfStep['status'] }>();
  for (const stage of after.stages) {
    // What the target does not need does not run, even where what it needs is the very same op.
    if (after.target !== undefined && !stage.reachable) continue;
    if (stage.source !== undefined && !stage.hidden) note(stage.instruction, stage.source.digest);
    for (const step of stage.steps) for (const { digest } of step.vertices) note(step.command.index, digest);
  }
  return [...worst]
    .sort(([a], [b]) => a - b)
    .flatMap(([index, { found, status }]) => {
      const instruction = analysis.dockerfile.instructions[index];
      if (instruction === undefined) return [];
      return {
        range: at.rangeOf(instruction.span),
        keyword: instruction.keyword.toUpperCase(),
        status,
        reason: found.reason,
        chain: status === 'reused' ? [] : chainLines(after, found, outcomes, beginnings),
      };
    });

  function note(index: number, digest: string): void {
    const found = digest === '' ? undefined : outcomes.get(digest);
    if (found === undefined) return;
    // A join takes no work, whatever it joins.
    const joins = found.vertex.op.kind === 'merge' && found.status !== 'reused';
    const status = joins ? 'relinked' : found.status;
    const before = worst.get(index);
    if (before === undefined || ranks[status] > ranks[before.status]) worst.set(index, { found, status });
  }
}

/** How many lines of a chain are named at its start and at its end: with thousands of steps each has thousands before it. */
const [first, last] = [4, 8];

/** Several vertices of a line stand side by side, so that a few more are looked at than are named; up to this many, all. */
const [near, far, all] = [2 * first, 2 * last, 4 * (first + last)];

/** How the chain of a vertex begins, and how long it is. */
interface Beginning {
  readonly vertices: readonly Vertex[];
  readonly length: number;
}

/** By digest, for all that does not stay: each begins as the one that leads to it does. */
function beginningsOf(found: readonly VertexOutcome[]): ReadonlyMap<string, Beginning> {
  const beginnings = new Map<string, Beginning>();
  for (const { vertex, status, cause } of found) {
    if (status === 'reused') continue;
    const before: Beginning =
      cause === undefined
        ? { vertices: [], length: 0 }
        : (beginnings.get(cause.digest) ?? { vertices: [cause], length: 1 });
    const vertices = before.length < near ? [...before.vertices, vertex] : before.vertices;
    beginnings.set(vertex.digest, { vertices, length: before.length + 1 });
  }
  return beginnings;
}

/** The last of a chain, in its order. */
function endOf(end: VertexOutcome, outcomes: ReadonlyMap<string, VertexOutcome>, most: number): readonly Vertex[] {
  const vertices: Vertex[] = [];
  let at: Vertex | undefined = end.vertex;
  while (at !== undefined && vertices.length < most) {
    vertices.push(at);
    at = outcomes.get(at.digest)?.cause;
  }
  return vertices.reverse();
}

function chainLines(
  analysis: Analysis,
  found: VertexOutcome,
  outcomes: ReadonlyMap<string, VertexOutcome>,
  beginnings: ReadonlyMap<string, Beginning>,
): readonly number[] {
  const linesOf = (vertices: readonly Vertex[]) => vertices.map(({ origin }) => firstLine(analysis, origin));
  const once = (lines: readonly number[]) => lines.filter((line, i) => line > 0 && line !== lines[i - 1]);
  const beginning = beginnings.get(found.vertex.digest);
  if (beginning !== undefined && beginning.length > all) {
    const ends = once(linesOf(endOf(found, outcomes, far)));
    return [...once(linesOf(beginning.vertices)).slice(0, first), 0, ...ends.slice(-last)];
  }
  const lines = once(linesOf(endOf(found, outcomes, all)));
  return lines.length > first + last + 1 ? [...lines.slice(0, first), 0, ...lines.slice(-last)] : lines;
}

// ------------------------------------------------------------------ words

function firstLine({ dockerfile }: Analysis, index: number): number {
  return dockerfile.instructions[index]?.lines.first ?? 0;
}

function linesOf(lines: readonly number[]): string {
  const all = [...new Set(lines)].sort((a, b) => a - b);
  return `line${all.length === 1 ? '' : 's'} ${listed(all.map(String))}`;
}

function push(lists: Map<string, number[]>, key: string, line: number): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [line]);
  else list.push(line);
}

function oneLine(text: string): string {
  const one = text.slice(0, 400).replace(/\s+/g, ' ').trim();
  return one.length > 80 ? `${one.slice(0, 79)}…` : one;
}
