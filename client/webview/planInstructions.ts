// The drawing with one node a line: sources on top of their users, the join of a linked copy on the rail.
import type { EdgeRole, GraphVertex } from '../../shared/src/graph.ts';
import { connectArguments, isSource, mountTags, note, type Plan, sourceSeed } from './plan.ts';

/** One node a line, its sources drawn on top of it, and the join of a linked copy on the rail. */
export function planInstructions(plan: Plan): void {
  const { graph, laneOf } = plan;
  /** The node that stands for a vertex. */
  const nodeOf = new Array<number>(graph.vertices.length).fill(-1);
  // Two lines may make one vertex; the first stands for it.
  const stand = (vertex: GraphVertex, node: number) => {
    if (nodeOf[vertex.index] === -1) nodeOf[vertex.index] = node;
  };
  const lastOfStage = new Array<number>(graph.stages.length).fill(-1);
  const froms = new Map(graph.stages.filter((stage) => !stage.hidden).map((stage) => [stage.instruction, stage]));
  for (const instruction of graph.instructions) {
    const lane = laneOf[instruction.stage] ?? -1;
    if (lane < 0) continue;
    const own = instruction.vertices.map((index) => graph.vertices[index]!);
    const work = own.filter((vertex) => !isSource(vertex) && vertex.kind !== 'merge');
    const merge = own.findLast((vertex) => vertex.kind === 'merge');
    const linked = merge !== undefined || (!instruction.hangsOnParent && /^(COPY|ADD)$/.test(instruction.keyword));
    const before = lastOfStage[instruction.stage] ?? -1;
    const common = {
      lane,
      on: -1,
      instruction: instruction.index,
      paths: [],
      linked,
      tags: instruction.keyword === 'RUN' ? mountTags(instruction.text) : [],
      reachable: own.length > 0 ? own.some((vertex) => vertex.reachable) : plan.lanes[lane]!.reachable,
      provisional: own.some((vertex) => vertex.provisional),
      uncertain: own.some((vertex) => vertex.uncertain),
      problem: instruction.problem,
    };
    const stage = froms.get(instruction.index);
    if (stage) {
      const shape = ({ scratch: 'scratch', image: 'image', stage: 'alias', context: 'context' } as const)[
        stage.base.kind
      ];
      // Two stages may start from one vertex; each is drawn its own.
      const image =
        own.length > 0
          ? own
          : graph.vertices.filter(
              (v) => isSource(v) && (v.title === stage.base.name || v.title === `${stage.base.name}:latest`),
            );
      const node = plan.seeds.length;
      plan.seeds.push({
        ...common,
        shape,
        title: `FROM ${stage.base.name}`,
        signature: instruction.text,
        note: note(instruction.lines, stage.base.kind === 'image' ? image.at(-1) : undefined),
        place: 'rail',
        vertices: stage.base.kind === 'stage' ? [] : image.slice(-1).map((vertex) => vertex.index),
        provisional: image.some((vertex) => vertex.provisional) && stage.base.kind !== 'stage',
        reachable: stage.reachable,
      });
      for (const vertex of own) stand(vertex, node);
      connectArguments(plan, node, instruction.text);
      const base = lastOfStage[stage.base.stage] ?? -1;
      if (base >= 0) plan.edges.push({ from: base, to: node, role: 'base', paths: [] });
      lastOfStage[instruction.stage] = node;
      continue;
    }
    const node = plan.seeds.length;
    const about = work.at(-1);
    const side = merge !== undefined;
    plan.seeds.push({
      ...common,
      shape: about || instruction.problem ? 'step' : 'config',
      title: about ? about.title : instruction.text,
      signature: instruction.text,
      note: note(instruction.lines, about),
      place: side ? 'side' : 'rail',
      vertices: work.map((vertex) => vertex.index),
    });
    for (const vertex of own) if (vertex !== merge) stand(vertex, node);
    connectInputs(plan, nodeOf, node, work, own);
    if (!side) {
      if (before >= 0) plan.edges.push({ from: before, to: node, role: 'base', paths: [] });
      lastOfStage[instruction.stage] = node;
      continue;
    }
    const join = plan.seeds.length;
    plan.seeds.push({
      ...common,
      shape: 'join',
      title: 'merge',
      signature: `merge ${instruction.text}`,
      note: '',
      place: 'rail',
      vertices: [merge.index],
    });
    stand(merge, join);
    if (before >= 0) plan.edges.push({ from: before, to: join, role: 'base', paths: [] });
    plan.edges.push({ from: node, to: join, role: 'layer', paths: [] });
    lastOfStage[instruction.stage] = join;
  }
}

/** Draws the edges and sources of one line's vertices; the base is the rail's business. */
function connectInputs(
  plan: Plan,
  nodeOf: readonly number[],
  node: number,
  work: readonly GraphVertex[],
  own: readonly GraphVertex[],
): void {
  const { graph } = plan;
  const sources = new Map<number, { role: EdgeRole; paths: string[] }>();
  for (const vertex of work) {
    for (const input of vertex.inputs) {
      const needed = graph.vertices[input.vertex]!;
      const at = nodeOf[needed.index] ?? -1;
      if (input.role === 'base') continue;
      const drawnApart = at >= 0 && at !== node;
      if (drawnApart) {
        plan.edges.push({ from: at, to: node, role: input.role, paths: input.paths });
      } else if (isSource(needed)) {
        const entry = sources.get(needed.index) ?? { role: input.role, paths: [] };
        for (const path of input.paths) if (!entry.paths.includes(path)) entry.paths.push(path);
        sources.set(needed.index, entry);
      }
    }
  }
  for (const vertex of own) {
    if (isSource(vertex) && !sources.has(vertex.index)) sources.set(vertex.index, { role: 'copy', paths: [] });
  }
  for (const [index, { role, paths }] of sources) {
    const chip = plan.seeds.length;
    plan.seeds.push(sourceSeed(graph.vertices[index]!, plan.seeds[node]!, node, role, paths));
    plan.edges.push({ from: chip, to: node, role, paths });
  }
}
