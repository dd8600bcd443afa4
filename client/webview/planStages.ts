// The drawing with one node a stage.
import type { EdgeRole, GraphVertex } from '../../shared/src/graph.ts';
import { connectArguments, isSource, type Plan, sourceSeed } from './plan.ts';

/** One node a stage. */
export function planStages(plan: Plan): void {
  const { graph } = plan;
  const nodeOf = new Array<number>(graph.stages.length).fill(-1);
  for (const stage of graph.stages) {
    if (stage.hidden) continue;
    const vertices = graph.vertices.filter((vertex) => vertex.stage === stage.index && !isSource(vertex));
    const lines = graph.instructions.filter((instruction) => instruction.stage === stage.index);
    const node = plan.seeds.length;
    nodeOf[stage.index] = node;
    const steps = lines.filter((line) => line.vertices.length > 0 && line.keyword !== 'FROM').length;
    const last = lines.at(-1)?.lines[1] ?? stage.lines[1];
    plan.seeds.push({
      shape: 'stage',
      title: stage.title,
      signature: stage.title,
      note: `${steps} ${steps === 1 ? 'step' : 'steps'} · lines ${stage.lines[0]}–${last}`,
      lane: -1,
      place: 'rail',
      on: -1,
      vertices: vertices.map((vertex) => vertex.index),
      instruction: stage.instruction,
      paths: [],
      linked: false,
      tags: [],
      reachable: stage.reachable,
      provisional: vertices.some((vertex) => vertex.provisional),
      uncertain: vertices.some((vertex) => vertex.uncertain),
      problem: lines.find((line) => line.problem !== '')?.problem ?? '',
    });
    const base = nodeOf[stage.base.stage] ?? -1;
    if (base >= 0) plan.edges.push({ from: base, to: node, role: 'base', paths: [] });
    connectStage(plan, nodeOf, node, vertices);
    connectArguments(plan, node, graph.instructions[stage.instruction]?.text ?? '');
  }
}

function connectStage(plan: Plan, nodeOf: readonly number[], node: number, vertices: readonly GraphVertex[]): void {
  const { graph } = plan;
  const sources = new Map<string, Bundle>();
  const edges = new Map<string, Bundle>();
  const stage = graph.stages.find((each) => nodeOf[each.index] === node);
  if (stage?.base.kind === 'image' || stage?.base.kind === 'context') {
    const image = graph.vertices.find((vertex) => isSource(vertex) && vertex.title === stage.base.name);
    if (image) sources.set(`base ${image.index}`, { from: image.index, role: 'base', paths: [] });
  }
  for (const vertex of vertices) {
    for (const { vertex: from, role, paths } of vertex.inputs) {
      if (role === 'base') continue;
      const needed = graph.vertices[from]!;
      const other = nodeOf[needed.stage] ?? -1;
      if (other >= 0 && other !== node) bundle(edges, other, role, paths);
      else if (isSource(needed)) bundle(sources, from, role, paths);
    }
  }
  for (const { from, role, paths } of edges.values()) plan.edges.push({ from, to: node, role, paths });
  for (const { from, role, paths } of sources.values()) {
    const chip = plan.seeds.length;
    plan.seeds.push(sourceSeed(graph.vertices[from]!, plan.seeds[node]!, node, role, paths));
    plan.edges.push({ from: chip, to: node, role, paths });
  }
}

/** Edges of one role from one place, drawn as one. */
interface Bundle {
  readonly from: number;
  readonly role: EdgeRole;
  readonly paths: string[];
}

function bundle(table: Map<string, Bundle>, from: number, role: EdgeRole, paths: readonly string[]): void {
  const key = `${role} ${from}`;
  const entry = table.get(key) ?? { from, role, paths: [] };
  for (const path of paths) if (!entry.paths.includes(path)) entry.paths.push(path);
  table.set(key, entry);
}
