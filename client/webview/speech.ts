// The graph in sentences: what a screen reader says, and what the card and the banner show.
import type { BuildGraph } from '../../shared/src/graph.ts';
import type { Change, Status } from '../../shared/src/graphView.ts';
import type { Drawn, DrawnNode } from './model.ts';
import { argumentNames } from './plan.ts';
import { isSourceShape, type Mark } from './scene.ts';
import { neighbours } from './walk.ts';
import { printable } from './words.ts';

const shapeWords: Readonly<Record<DrawnNode['shape'], string>> = {
  step: '',
  config: 'configuration only',
  argument: 'build argument',
  join: 'MergeOp: joins its layers',
  stage: 'stage',
  image: 'image',
  context: 'build context',
  git: 'git repository',
  url: 'URL',
  scratch: 'empty file system',
  alias: 'continues another stage',
};

/** `COPY src/ -> /app/, line 4`. */
export function nameOf(graph: BuildGraph, node: DrawnNode): string {
  const instruction = node.on >= 0 ? undefined : graph.instructions[node.instruction];
  const title = node.shape === 'join' ? 'merge' : node.title;
  return printable(instruction ? `${title}, line ${instruction.lines[0]}` : title);
}

/** All that the picture shows of a node but its name, status and mark, for those who do not see it. */
export function describe(graph: BuildGraph, drawn: Drawn, index: number): string {
  let sentences = described.get(drawn);
  if (!sentences) described.set(drawn, (sentences = []));
  return (sentences[index] ??= sentenceOf(graph, drawn, index));
}

/** A drawing is of one graph and never changes; what was said of it once is kept. */
const described = new WeakMap<Drawn, string[]>();

function sentenceOf(graph: BuildGraph, drawn: Drawn, index: number): string {
  const node = drawn.nodes[index]!;
  const { needs, users } = neighbours(drawn);
  const names = (list: readonly number[]) => list.map((i) => nameOf(graph, drawn.nodes[i]!)).join('; ');
  const parts: string[] = [];
  if (shapeWords[node.shape] !== '') parts.push(shapeWords[node.shape]);
  if (node.tags.length > 0) parts.push(`mounts ${node.tags.join(', ')}`);
  if (node.linked && node.shape === 'step') parts.push('linked copy, hangs on nothing but its source');
  if (!node.reachable) parts.push('not needed by the target');
  if (node.provisional) parts.push('digest provisional');
  if (node.uncertain) parts.push('uncertain');
  if (node.problem !== '') parts.push(`problem: ${printable(node.problem)}`);
  const from = needs[index]!.map((edge) => drawn.edges[edge]!.from);
  const to = users[index]!.map((edge) => drawn.edges[edge]!.to);
  if (from.length > 0) parts.push(`needs ${names(from)}`);
  if (to.length > 0) parts.push(`used by ${names(to)}`);
  return parts.length > 0 ? `${parts.join('. ')}.` : '';
}

/** What the user means by "this changes" at a node; nothing where it can't change by itself. */
export function changeAt(graph: BuildGraph, node: DrawnNode): Change | undefined {
  const vertex = node.vertices.at(-1);
  if (isSourceShape(node) && vertex !== undefined) {
    if (node.shape === 'context' && node.paths.length > 0) return { kind: 'files', vertex, paths: node.paths };
    return { kind: 'source', vertex, name: graph.vertices[vertex]!.title };
  }
  const instruction = graph.instructions[node.instruction];
  if (!instruction || node.shape === 'join' || node.shape === 'stage' || instruction.keyword === 'FROM')
    return undefined;
  if (instruction.keyword === 'ARG') {
    const name = argumentNames(node.title).join(' ');
    return name === '' ? undefined : { kind: 'argument', name, instruction: instruction.index };
  }
  return node.shape === 'config' ? undefined : { kind: 'line', instruction: instruction.index };
}

/** `3 run again, 1 re-linked, 4 reused`; `nothing runs again, 5 reused`. */
export function countStatuses(statuses: Iterable<Status>): string {
  const counts = new Map<Status, number>();
  for (const status of statuses) counts.set(status, (counts.get(status) ?? 0) + 1);
  const say = (status: Status, one: string, many: string) => {
    const count = counts.get(status) ?? 0;
    return count === 0 ? [] : [`${count} ${count === 1 ? one : many}`];
  };
  const idle = (counts.get('runs') ?? 0) + (counts.get('runs-if-content-differs') ?? 0) === 0;
  return [
    ...(idle ? ['nothing runs again'] : say('runs', 'runs again', 'run again')),
    ...say('runs-if-content-differs', 'runs again if its content differs', 'run again if their content differs'),
    ...say('relinked', 're-linked', 're-linked'),
    ...say('reused', 'reused', 'reused'),
  ].join(', ');
}

const severity: Readonly<Record<Status, number>> = { reused: 0, relinked: 1, 'runs-if-content-differs': 2, runs: 3 };

/** The status of each node: the worst of its vertices'. */
export function nodeStatuses(drawn: Drawn, statuses: Readonly<Record<string, Status>>): Map<number, Status> {
  const found = new Map<number, Status>();
  for (const [i, node] of drawn.nodes.entries()) {
    for (const vertex of node.vertices) {
      const status = statuses[vertex];
      const known = found.get(i);
      if (status && (!known || severity[status] > severity[known])) found.set(i, status);
    }
  }
  return found;
}

/** What is marked of each node, where any of its vertices is. */
export function nodeMarks(drawn: Drawn, marks: ReadonlyMap<number, Mark>): Map<number, Mark> {
  const found = new Map<number, Mark>();
  for (const [i, node] of drawn.nodes.entries()) {
    const own = node.vertices.flatMap((vertex) => marks.get(vertex) ?? []);
    const mark = own.includes('rekeyed') ? 'rekeyed' : own[0];
    if (mark) found.set(i, mark);
  }
  return found;
}
