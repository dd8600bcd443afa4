// The draft of a drawing while it is made, and what all three modes say alike.
import type { BuildGraph, EdgeRole, GraphVertex } from '../../shared/src/graph.ts';
import type { GraphMode } from '../../shared/src/graphView.ts';
import type { DrawnLane, DrawnNode, Shape } from './model.ts';

export type Seed = Omit<DrawnNode, 'key' | 'lines' | 'width' | 'height'>;

export interface Plan {
  readonly graph: BuildGraph;
  readonly seeds: Seed[];
  readonly edges: { from: number; to: number; role: EdgeRole; paths: readonly string[] }[];
  readonly lanes: readonly DrawnLane[];
  /** Lane of each stage, -1 where it has none. */
  readonly laneOf: readonly number[];
}

/** `laneKeys`: one for each stage that is not hidden. */
export function newPlan(graph: BuildGraph, mode: GraphMode, laneKeys: readonly string[]): Plan {
  const shown = graph.stages.filter((stage) => !stage.hidden);
  const laneOf = graph.stages.map((stage) => (mode === 'stages' ? -1 : shown.indexOf(stage)));
  const lanes = shown.map(
    (stage, i): DrawnLane => ({
      key: laneKeys[i]!,
      title: stage.title,
      note: `FROM ${stage.base.name}`,
      stage: stage.index,
      base: laneOf[stage.base.stage] ?? -1,
      reachable: stage.reachable,
      target: stage.index === graph.target,
    }),
  );
  return { graph, seeds: [], edges: [], lanes: mode === 'stages' ? [] : lanes, laneOf };
}

export function isSource(vertex: GraphVertex): boolean {
  return vertex.kind !== 'exec' && vertex.kind !== 'file' && vertex.kind !== 'merge';
}

export function sourceShape(vertex: GraphVertex): Shape {
  if (vertex.kind === 'local') return 'context';
  if (vertex.kind === 'git') return 'git';
  return vertex.kind === 'http' ? 'url' : 'image';
}

/** `line 7 · 4be1c7a90f32`; a digest that may still change has a `≈`. */
export function note(lines: readonly [number, number] | undefined, vertex: GraphVertex | undefined): string {
  const place = !lines ? '' : lines[0] === lines[1] ? `line ${lines[0]}` : `lines ${lines[0]}–${lines[1]}`;
  if (!vertex) return place;
  const digest = `${vertex.provisional ? '≈ ' : ''}${shortDigest(vertex.digest)}`;
  return place === '' ? digest : `${place} · ${digest}`;
}

export function shortDigest(digest: string): string {
  return digest.slice(digest.indexOf(':') + 1).slice(0, 12);
}

/** A source drawn on top of its user. */
export function sourceSeed(
  vertex: GraphVertex,
  user: Seed,
  node: number,
  role: EdgeRole,
  paths: readonly string[],
): Seed {
  const shape = sourceShape(vertex);
  return {
    shape,
    title: `${role === 'mount' ? 'mount ' : ''}${shape === 'context' ? contextTitle(vertex.title, paths) : vertex.title}`,
    signature: `${vertex.title} > ${user.signature}`,
    note: '',
    lane: user.lane,
    place: 'source',
    on: node,
    vertices: [vertex.index],
    instruction: user.instruction,
    paths,
    linked: false,
    tags: [],
    reachable: vertex.reachable && user.reachable,
    provisional: vertex.provisional,
    uncertain: vertex.uncertain,
    problem: '',
  };
}

/** What is read of a context says more than its name. */
function contextTitle(name: string, paths: readonly string[]): string {
  const listed = paths
    .map((path) => (path === '.' || path === '/' ? 'everything' : path.replace(/^\/(?=.)/, '')))
    .join(', ');
  return listed === '' ? name : listed;
}

/** Mounts of a RUN that come from no vertex. */
export function mountTags(text: string): string[] {
  const found = text.slice(0, 4000).matchAll(/--mount=\S*?type=(cache|secret|ssh|tmpfs)\b/g);
  return [...new Set(Array.from(found, (match) => match[1]!))];
}
