// The drawing of LLB as it is: one node for each vertex.
import type { BuildGraph, GraphVertex } from '../../shared/src/graph.ts';
import { connectArguments, isSource, mountTags, note, type Plan, sourceShape } from './plan.ts';

/** LLB as it is: one node for each vertex. */
export function planOperations(plan: Plan): void {
  const { graph, laneOf } = plan;
  const onRail = railVertices(graph);
  for (const vertex of graph.vertices) {
    const lane = laneOf[vertex.stage] ?? -1;
    const source = isSource(vertex);
    const instruction = graph.instructions[vertex.instruction];
    const rail = onRail.has(vertex.index) && lane >= 0;
    plan.seeds.push({
      shape: vertex.kind === 'merge' ? 'join' : source ? sourceShape(vertex) : 'step',
      title: vertex.title,
      signature: `${vertex.kind} ${vertex.title}`,
      note: vertex.kind === 'merge' ? '' : note(instruction?.lines, vertex),
      lane,
      place: rail ? 'rail' : source ? 'source' : 'side',
      on: -1,
      vertices: [vertex.index],
      instruction: vertex.instruction,
      paths: source ? pathsRead(graph, vertex.index) : [],
      linked: /^(COPY|ADD)\b/.test(vertex.title) && !vertex.inputs.some((input) => input.role === 'base') && !rail,
      tags: vertex.kind === 'exec' ? mountTags(instruction?.text ?? '') : [],
      reachable: vertex.reachable,
      provisional: vertex.provisional,
      uncertain: vertex.uncertain,
      problem: instruction?.problem ?? '',
    });
    for (const { vertex: from, role, paths } of vertex.inputs) {
      plan.edges.push({ from, to: vertex.index, role, paths });
    }
  }
  // Behind all vertices, whose indexes are those of their nodes.
  for (const vertex of graph.vertices) {
    const line = graph.instructions[vertex.instruction];
    if (isSource(vertex) && line?.keyword === 'FROM') connectArguments(plan, vertex.index, line.text);
  }
}

/** Vertices that are the file system of their stage at some line: the last of each stage, and down its bases. */
function railVertices(graph: BuildGraph): Set<number> {
  const rail = new Set<number>();
  const last = new Map<number, GraphVertex>();
  for (const vertex of graph.vertices) {
    const known = last.get(vertex.stage);
    if (!known || vertex.instruction >= known.instruction) last.set(vertex.stage, vertex);
  }
  for (const [stage, end] of last) {
    let vertex: GraphVertex | undefined = end;
    while (vertex && vertex.stage === stage && !rail.has(vertex.index)) {
      rail.add(vertex.index);
      const base: number | undefined = vertex.inputs.find((input) => input.role === 'base')?.vertex;
      vertex = base === undefined ? undefined : graph.vertices[base];
    }
  }
  return rail;
}

/** Everything that is read of a source. */
function pathsRead(graph: BuildGraph, source: number): string[] {
  const paths = new Set<string>();
  for (const vertex of graph.vertices) {
    for (const input of vertex.inputs) if (input.vertex === source) for (const path of input.paths) paths.add(path);
  }
  return [...paths];
}
