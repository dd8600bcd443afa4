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

/** The names that an ARG line declares: `A`, `B` of `ARG A=1 B="x y"`. */
export function argumentNames(text: string): string[] {
  const words = /(?:^|\s)([A-Za-z_][A-Za-z0-9_]*)(?:=(?:"(?:\\.|[^"\\])*"|'[^']*'|\\.|[^\s"'\\])*)?(?=\s|$)/g;
  return Array.from(
    text
      .slice(0, 4000)
      .replace(/^ARG\b/i, '')
      .matchAll(words),
    (match) => match[1]!,
  );
}

/** The ARGs before the first FROM that this FROM mentions, each drawn on top of it. */
export function connectArguments(plan: Plan, node: number, from: string): void {
  const user = plan.seeds[node]!;
  for (const argument of plan.graph.instructions) {
    if (argument.stage >= 0 || argument.keyword !== 'ARG') continue;
    const names = argumentNames(argument.text);
    const mentioned = names.filter((name) => new RegExp(`\\$(?:\\{${name}\\b|${name}\\b)`).test(from));
    for (const name of mentioned) {
      const title = names.length === 1 ? argument.text : `ARG ${name}`;
      const chip = plan.seeds.length;
      plan.seeds.push({
        shape: 'argument',
        title,
        signature: `${title} > ${user.signature}`,
        note: '',
        lane: user.lane,
        place: 'source',
        on: node,
        vertices: [],
        instruction: argument.index,
        paths: [],
        linked: false,
        tags: [],
        reachable: user.reachable,
        provisional: false,
        uncertain: false,
        problem: argument.problem,
      });
      plan.edges.push({ from: chip, to: node, role: 'base', paths: [] });
    }
  }
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
