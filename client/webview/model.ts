// What is drawn for a graph: lanes, nodes and edges in the words of the file, with sizes but without places.
import type { BuildGraph, EdgeRole } from '../../shared/src/graph.ts';
import type { GraphMode } from '../../shared/src/graphView.ts';
import { matchKeys } from './keys.ts';
import { newPlan, type Plan } from './plan.ts';
import { planInstructions } from './planInstructions.ts';
import { planOperations } from './planOperations.ts';
import { planStages } from './planStages.ts';
import { wrap } from './words.ts';

/** `join` is a MergeOp; `config` a line that makes no vertex; `argument` an ARG before the first FROM; the rest below `stage` are sources. */
export type Shape =
  | 'step'
  | 'config'
  | 'argument'
  | 'join'
  | 'stage'
  | 'image'
  | 'context'
  | 'git'
  | 'url'
  | 'scratch'
  | 'alias';

/** A node's place in its lane: on the rail, or beside it because it hangs on nothing of the lane. */
export type Place = 'rail' | 'side' | 'source';

export interface DrawnNode {
  /** The same node in the next drawing, as far as that can be known. */
  readonly key: string;
  readonly shape: Shape;
  /** What the node is matched by when the text is edited. */
  readonly signature: string;
  /** In full. */
  readonly title: string;
  /** The title as it is drawn, broken to fit. */
  readonly lines: readonly string[];
  /** The small line below: `line 7 · 4be1c7a90f32`. */
  readonly note: string;
  /** Index among lanes, -1 for none. */
  readonly lane: number;
  readonly place: Place;
  /** Index of the node that it sits on top of, -1 for none: a source drawn once for each use. */
  readonly on: number;
  /** Indexes among the graph's vertices; the last is what the node is about. */
  readonly vertices: readonly number[];
  /** Index among the graph's instructions, -1 for none. */
  readonly instruction: number;
  readonly paths: readonly string[];
  readonly linked: boolean;
  /** Kinds of mounts that bring no edge: `cache`, `secret`. */
  readonly tags: readonly string[];
  readonly reachable: boolean;
  readonly provisional: boolean;
  readonly uncertain: boolean;
  readonly problem: string;
  readonly width: number;
  readonly height: number;
}

export interface DrawnLane {
  readonly key: string;
  readonly title: string;
  /** `FROM node:22`. */
  readonly note: string;
  /** Index among the graph's stages. */
  readonly stage: number;
  /** Index of the lane that this one continues, -1 for none. */
  readonly base: number;
  readonly reachable: boolean;
  readonly target: boolean;
}

export interface DrawnEdge {
  readonly key: string;
  /** Indexes among nodes: from what is needed to what needs it. */
  readonly from: number;
  readonly to: number;
  readonly role: EdgeRole;
  readonly paths: readonly string[];
}

/** Every edge runs from an earlier node to a later one, but for those of a source that sits on its user. */
export interface Drawn {
  readonly mode: GraphMode;
  readonly lanes: readonly DrawnLane[];
  readonly nodes: readonly DrawnNode[];
  readonly edges: readonly DrawnEdge[];
}

/** In pixels, at a zoom of one. */
export const sizes = {
  node: 252,
  /** Height of a node with one line of title, and of each further line. */
  step: 40,
  line: 15,
  config: 24,
  join: 26,
  joinWidth: 112,
  source: 22,
  sourceWidth: 178,
  /** How much further left each further source on a node stands. */
  stagger: 14,
  /** Between a source that sits on a node and that node. */
  stem: 10,
  /** From a node's left edge to the rail. */
  rail: 18,
} as const;

/** Characters of a title's line; of the one line of a source that sits on its user. */
const columns = 26;
const sourceColumns = 20;

/** What to draw. `previous` is what was drawn before the last edit; it only lends its keys. */
export function drawn(graph: BuildGraph, mode: GraphMode, previous?: Drawn): Drawn {
  const before = previous?.mode === mode ? previous : undefined;
  const laneKeys = matchKeys(
    (before?.lanes ?? []).map((lane) => ({ key: lane.key, signature: lane.title })),
    graph.stages.filter((stage) => !stage.hidden).map((stage) => stage.title),
    'lane',
  );
  const plan = newPlan(graph, mode, laneKeys);
  if (mode === 'instructions') planInstructions(plan);
  else if (mode === 'operations') planOperations(plan);
  else planStages(plan);
  return finish(plan, mode, before);
}

function finish(plan: Plan, mode: GraphMode, before: Drawn | undefined): Drawn {
  const keys = nodeKeys(plan, before);
  const nodes = plan.seeds.map((seed, i): DrawnNode => {
    const atop = seed.on >= 0;
    const lines = atop
      ? wrap(withoutDrawnFlags(seed.title), sourceColumns, 1)
      : wrap(withoutDrawnFlags(seed.title), columns, seed.shape === 'config' ? 1 : 2);
    return {
      ...seed,
      key: keys[i]!,
      lines,
      width: seed.shape === 'join' ? sizes.joinWidth : atop ? sizes.sourceWidth : sizes.node,
      height: heightOf(seed.shape, atop, lines.length),
    };
  });
  const used = new Map<string, number>();
  const edges = plan.edges
    .filter((edge) => edge.from < edge.to || nodes[edge.from]?.on === edge.to)
    .map((edge): DrawnEdge => {
      const key = `${keys[edge.from]} ${edge.role} ${keys[edge.to]}`;
      const count = used.get(key) ?? 0;
      used.set(key, count + 1);
      return { ...edge, key: count === 0 ? key : `${key} ${count}` };
    });
  return { mode, lanes: plan.lanes, nodes, edges };
}

/** What the picture shows by edges and tags needs no words: `--link`, `--from` and `--mount`; `ARG` by its shape. */
function withoutDrawnFlags(title: string): string {
  return title.slice(0, 2000).replace(/ --(?:link(?:=\w+)?|(?:from|mount)=\S+)(?= )/g, '');
}

function heightOf(shape: Shape, atop: boolean, lines: number): number {
  if (shape === 'join') return sizes.join;
  if (shape === 'config') return sizes.config;
  return atop ? sizes.source : sizes.step + (lines - 1) * sizes.line;
}

/** Keys are matched within each lane, so that an edit in one stage touches no key of another. */
function nodeKeys(plan: Plan, before: Drawn | undefined): string[] {
  const groupOf = (lane: DrawnLane | undefined, atop: boolean) => `${lane?.key ?? ''}${atop ? '^' : ''}`;
  const groups = new Map<string, number[]>();
  for (const [i, seed] of plan.seeds.entries()) pushTo(groups, groupOf(plan.lanes[seed.lane], seed.on >= 0), i);
  const earlier = new Map<string, DrawnNode[]>();
  for (const node of before?.nodes ?? []) {
    pushTo(earlier, groupOf(before?.lanes[node.lane], node.on >= 0), node);
  }
  const keys = new Array<string>(plan.seeds.length);
  for (const [group, indexes] of groups) {
    const signatures = indexes.map((i) => plan.seeds[i]!.signature);
    const matched = matchKeys(earlier.get(group) ?? [], signatures, `${group}/`);
    for (const [n, i] of indexes.entries()) keys[i] = matched[n]!;
  }
  return keys;
}

function pushTo<K, V>(table: Map<K, V[]>, key: K, value: V): void {
  const list = table.get(key);
  if (list) list.push(value);
  else table.set(key, [value]);
}
