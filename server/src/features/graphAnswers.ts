// What the graph view asks: what a change does to each vertex, what --link would change, and the edit that writes it.
import type { BuildGraph } from '../../../shared/src/graph.ts';
import {
  type CompareMessage,
  compareGraphs,
  type ImpactMessage,
  type LinkComparisonMessage,
  type LinkSide,
  type Outcome as ShownOutcome,
  type Status,
  type Change as ViewChange,
} from '../../../shared/src/graphView.ts';
import { type Analysis, analyze } from '../analysis/analyze.ts';
import type { Outcome } from '../analysis/cacheBuilds.ts';
import { buildGraph, sourceTitle } from '../analysis/graph.ts';
import { linkVerdictOf } from '../analysis/linkVerdict.ts';
import { type Change, whatIf } from '../analysis/whatIf.ts';
import type { AddInstruction, CopyInstruction, Instruction } from '../dockerfile/instruction.ts';
import { applyEdits } from '../rules/edits.ts';
import { addLink, dropFlag } from '../rules/link/copies.ts';
import type { Edit } from './feature.ts';

export interface Refused {
  /** Why there is no answer, for the user. */
  readonly error: string;
}

/** What a change does to the vertices of `graph`, which is that of the analysis. */
export function graphImpact(analysis: Analysis, graph: BuildGraph, asked: ViewChange): ImpactMessage | Refused {
  const changes = changesOf(analysis, graph, asked);
  if ('error' in changes) return changes;
  const outcome = whatIf(analysis, changes.changes);
  if ('error' in outcome) return outcome;
  return {
    type: 'impact',
    title: `If ${changes.title} changes`,
    ...shown(outcome, analysis, graph),
    pulls: outcome.pulls.map(({ image }) => (image.op.kind === 'source' ? sourceTitle(image.op.identifier) : '')),
  };
}

/** The same change with and without --link on one COPY or ADD: that of the image which its stage stands on. */
export function linkComparison(analysis: Analysis, graph: BuildGraph, index: number): LinkComparisonMessage | Refused {
  const instruction = analysis.dockerfile.instructions[index];
  if (!isCopy(instruction)) return { error: 'Only COPY and ADD take --link.' };
  const change = changeBelow(analysis, index);
  if (change === undefined) return { error: 'Nothing below this line can change: its stage starts from scratch.' };
  const other = linkEdits(analysis, index, !instruction.link);
  const { config, compilation } = analysis;
  const edited = analyze(applyEdits(analysis.text, other), config, compilation.inputs);
  const problem = edited.problems.find((p) => !analysis.problems.some((q) => q.code === p.code));
  if (problem !== undefined) return { error: problem.summary };
  const here = side(analysis, graph.file, change.change);
  const there = side(edited, graph.file, change.change);
  if ('error' in here) return here;
  if ('error' in there) return there;
  const without = instruction.link ? there : here;
  const linked = instruction.link ? here : there;
  return {
    type: 'linkComparison',
    instruction: index,
    title: `If ${change.title} changes`,
    linked: instruction.link,
    without,
    with: linked,
    saved: runs(without) - runs(linked),
    advice: capital(linkVerdictOf(analysis, index)?.sentence ?? ''),
  };
}

/** What came, went and changed since another text of the file, built with the same settings. */
export function textComparison(analysis: Analysis, graph: BuildGraph, text: string, title: string): CompareMessage {
  const before = buildGraph(analyze(text, analysis.config, analysis.compilation.inputs), graph.file);
  return { type: 'compare', title, before, changes: compareGraphs(before, graph) };
}

/** The edits that put --link onto a COPY or ADD, or take it off. */
export function linkEdits(analysis: Analysis, index: number, link: boolean): readonly Edit[] {
  const instruction = analysis.dockerfile.instructions[index];
  if (!isCopy(instruction) || instruction.link === link) return [];
  const edit = link ? addLink(instruction) : dropFlag(analysis, instruction, 'link');
  return edit === undefined ? [] : [edit];
}

function isCopy(instruction: Instruction | undefined): instruction is CopyInstruction | AddInstruction {
  return instruction?.kind === 'copy' || instruction?.kind === 'add';
}

function side(analysis: Analysis, file: string, change: Change): LinkSide | Refused {
  const outcome = whatIf(analysis, [change]);
  if ('error' in outcome) return outcome;
  const graph = buildGraph(analysis, file);
  return { graph, ...shown(outcome, analysis, graph) };
}

function runs({ graph, statuses }: LinkSide): number {
  return Object.entries(statuses).filter(([vertex, status]) => {
    const kind = graph.vertices[Number(vertex)]?.kind;
    return (kind === 'exec' || kind === 'file') && status.startsWith('runs');
  }).length;
}

/** What an image or context under the instruction is, as a change of it: that which its stage stands on. */
function changeBelow(analysis: Analysis, index: number): { change: Change; title: string } | undefined {
  let stage = analysis.stages.findLast((s) => !s.hidden && s.instruction <= index);
  while (stage?.base !== undefined) stage = stage.base;
  const op = stage?.source?.op;
  if (op?.kind !== 'source') return undefined;
  return { change: { kind: 'source', identifier: op.identifier }, title: sourceTitle(op.identifier) };
}

function changesOf(
  analysis: Analysis,
  graph: BuildGraph,
  asked: ViewChange,
): { readonly changes: readonly Change[]; readonly title: string } | Refused {
  switch (asked.kind) {
    case 'source': {
      const digest = graph.vertices[asked.vertex]?.digest;
      const vertex = analysis.definition.entries.find((entry) => entry.digest === digest)?.vertex;
      if (vertex?.op.kind !== 'source') return { error: 'The build does not need it.' };
      return { changes: [{ kind: 'source', identifier: vertex.op.identifier }], title: asked.name };
    }
    case 'files': {
      const paths = asked.paths.map((path) => path.replace(/^\//, ''));
      if (!paths.some((path) => path === '' || path === '.'))
        return { changes: paths.map((path) => ({ kind: 'file', path })), title: paths.join(', ') };
      const digest = graph.vertices[asked.vertex]?.digest;
      const vertex = analysis.definition.entries.find((entry) => entry.digest === digest)?.vertex;
      if (vertex?.op.kind !== 'source') return { error: 'The build does not need it.' };
      return { changes: [{ kind: 'source', identifier: vertex.op.identifier }], title: 'the build context' };
    }
    case 'argument': {
      const names = asked.name.split(' ');
      const changes = names.map((name): Change => ({ kind: 'arg', name, value: undefined }));
      return { changes, title: `the ${names.length > 1 ? 'arguments' : 'argument'} ${names.join(', ')}` };
    }
    case 'line': {
      const line = analysis.dockerfile.instructions[asked.instruction]?.lines.first;
      if (line === undefined) return { error: 'That line is gone.' };
      return { changes: [{ kind: 'line', line }], title: `line ${line}` };
    }
  }
}

/** The outcome by the indexes of `graph`, that of `before`. Where the change made other vertices, the keys tell which stand for which. */
function shown(outcome: Outcome & { readonly analysis: Analysis }, before: Analysis, graph: BuildGraph): ShownOutcome {
  const later = outcome.analysis === before ? graph : buildGraph(outcome.analysis, graph.file);
  const byDigest = new Map(outcome.vertices.map((found) => [found.vertex.digest, found]));
  const byKey = new Map(later.vertices.map((vertex) => [vertex.key, byDigest.get(vertex.digest)]));
  const statuses: Record<string, Status> = {};
  const reasons: Record<string, string> = {};
  for (const vertex of graph.vertices) {
    const found = byKey.get(vertex.key);
    if (found === undefined || !vertex.reachable) continue;
    statuses[vertex.index] = found.status;
    reasons[vertex.index] = found.reason;
  }
  return { statuses, reasons };
}

function capital(sentence: string): string {
  return sentence === '' || sentence.startsWith('-') ? sentence : `${sentence[0]?.toUpperCase()}${sentence.slice(1)}`;
}
