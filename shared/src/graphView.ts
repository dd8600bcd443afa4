// The messages between the editor and the graph view, each with the check that both sides put it through.
import type {
  BuildGraph,
  GraphEdge,
  GraphInstruction,
  GraphMissing,
  GraphProblem,
  GraphStage,
  GraphVertex,
} from './graph.ts';
import type { Span } from './span.ts';

/** How much of the graph is one node: a line of the file, an op, or a stage. */
export type GraphMode = 'instructions' | 'operations' | 'stages';

/** What the cache does with a vertex after a change. */
export type Status = 'reused' | 'relinked' | 'runs' | 'runs-if-content-differs';

/** Something that could change, as the user points at it. Indexes are those of the graph that is shown. */
export type Change =
  /** The image, repository, URL or whole context behind a source vertex. */
  | { readonly kind: 'source'; readonly vertex: number; readonly name: string }
  /** Files of a context, by the paths that an instruction reads. */
  | { readonly kind: 'files'; readonly vertex: number; readonly paths: readonly string[] }
  /** One name, or those of one line with a blank between. */
  | { readonly kind: 'argument'; readonly name: string; readonly instruction: number }
  | { readonly kind: 'line'; readonly instruction: number };

/** What a change does to each vertex; keys are indexes among `vertices`. */
export interface Outcome {
  readonly statuses: Readonly<Record<string, Status>>;
  /** One sentence each. */
  readonly reasons: Readonly<Record<string, string>>;
}

export interface ImpactMessage extends Outcome {
  readonly type: 'impact';
  /** `If alpine:3.14 changes`. */
  readonly title: string;
  /** Bases that must be pulled. */
  readonly pulls: readonly string[];
}

/** One side of a comparison: a graph of its own, and what the change does to it. */
export interface LinkSide extends Outcome {
  readonly graph: BuildGraph;
}

export interface LinkComparisonMessage {
  readonly type: 'linkComparison';
  /** Index of the COPY or ADD in the graph that is shown. */
  readonly instruction: number;
  /** The change that both sides suffer: `If alpine:3.14 changes`. */
  readonly title: string;
  /** Whether the text has `--link` now. */
  readonly linked: boolean;
  readonly without: LinkSide;
  readonly with: LinkSide;
  /** Steps that `--link` saves; below zero where it costs some. */
  readonly saved: number;
  /** The verdict in a sentence, or ``. */
  readonly advice: string;
}

export interface GraphChanges {
  /** Indexes among the vertices of the newer graph. */
  readonly added: readonly number[];
  /** Indexes among the vertices of the older graph. */
  readonly removed: readonly number[];
  /** The same step with another digest: its index in the older and in the newer graph. */
  readonly rekeyed: readonly (readonly [before: number, after: number])[];
}

export interface CompareMessage {
  readonly type: 'compare';
  /** `HEAD`, `on disk`. */
  readonly title: string;
  readonly before: BuildGraph;
  readonly changes: GraphChanges;
}

/** From the editor to the view. */
export type ToGraphView =
  | { readonly type: 'graph'; readonly graph: BuildGraph; readonly pinned: boolean }
  /** There is no Dockerfile to show, and why. */
  | { readonly type: 'nothing'; readonly reason: string }
  /** The caret, as an offset into the text. */
  | { readonly type: 'cursor'; readonly offset: number }
  | ImpactMessage
  | LinkComparisonMessage
  | CompareMessage
  /** Back to the plain picture. */
  | { readonly type: 'clear' }
  | { readonly type: 'mode'; readonly mode: GraphMode }
  /** Asks for an `export` message of that format. */
  | { readonly type: 'exportAs'; readonly format: ExportFormat };

export type ExportFormat = 'svg' | 'png' | 'html' | 'dot' | 'mermaid' | 'json';

/** From the view to the editor. */
export type FromGraphView =
  | { readonly type: 'ready' }
  /** Show this text; move the focus there too where `focus` is set. */
  | { readonly type: 'select'; readonly instruction: number; readonly span: Span; readonly focus: boolean }
  | { readonly type: 'whatIf'; readonly change: Change }
  | { readonly type: 'compareLink'; readonly instruction: number }
  /** Write `--link` into the text, or take it out. */
  | { readonly type: 'applyLink'; readonly instruction: number; readonly link: boolean }
  | { readonly type: 'compareWith'; readonly other: 'disk' | 'head' | 'choose' }
  /** `data`: the SVG text, or base64 of the PNG; `` where the editor makes the file itself. */
  | { readonly type: 'export'; readonly format: ExportFormat; readonly data: string; readonly mode: GraphMode }
  | { readonly type: 'copy'; readonly text: string }
  | { readonly type: 'pin'; readonly pinned: boolean }
  | { readonly type: 'cleared' }
  | { readonly type: 'failed'; readonly message: string };

/** What the view keeps over a reload of the window. */
export interface GraphViewState {
  readonly mode: GraphMode;
  readonly outline: boolean;
  readonly legend: boolean;
  readonly pinned: boolean;
  readonly graph?: BuildGraph;
}

export function isToGraphView(value: unknown): value is ToGraphView {
  return isTagged(value, toView);
}

export function isFromGraphView(value: unknown): value is FromGraphView {
  return isTagged(value, fromView);
}

export function isGraphViewState(value: unknown): value is GraphViewState {
  return viewState(value);
}

/** True for a whole graph whose indexes all lead somewhere and whose edges all run to earlier vertices. */
export function isBuildGraph(value: unknown): value is BuildGraph {
  return graphShape(value) && indexesHold(value as BuildGraph);
}

/** Which vertices of `after` are new, which of `before` are gone, and which are the same step with another digest. */
export function compareGraphs(before: BuildGraph, after: BuildGraph): GraphChanges {
  const oldDigests = new Set(before.vertices.map((vertex) => vertex.digest));
  const newDigests = new Set(after.vertices.map((vertex) => vertex.digest));
  const gone = before.vertices.filter((vertex) => !newDigests.has(vertex.digest));
  const fresh = after.vertices.filter((vertex) => !oldDigests.has(vertex.digest));
  const rekeyed: [number, number][] = [];
  const taken = new Set<number>();
  // The same words are the better sign; the same place serves where the words were edited.
  const pairBy = (sign: (graph: BuildGraph, vertex: GraphVertex) => string) => {
    const waiting = new Map<string, number[]>();
    for (const vertex of gone) {
      if (taken.has(vertex.index)) continue;
      const list = waiting.get(sign(before, vertex));
      if (list) list.push(vertex.index);
      else waiting.set(sign(before, vertex), [vertex.index]);
    }
    const left: GraphVertex[] = [];
    for (const vertex of unpaired) {
      const match = waiting.get(sign(after, vertex))?.shift();
      if (match === undefined) left.push(vertex);
      else {
        taken.add(match);
        rekeyed.push([match, vertex.index]);
      }
    }
    unpaired = left;
  };
  let unpaired = fresh;
  const stageOf = (graph: BuildGraph, vertex: GraphVertex) => graph.stages[vertex.stage]?.title ?? '';
  pairBy((graph, vertex) => `${stageOf(graph, vertex)}\n${vertex.kind}\n${vertex.title}`);
  pairBy((_, vertex) => `${vertex.kind}\n${vertex.key}`);
  return {
    added: unpaired.map((vertex) => vertex.index),
    removed: gone.filter((vertex) => !taken.has(vertex.index)).map((vertex) => vertex.index),
    rekeyed: rekeyed.sort((a, b) => a[1] - b[1]),
  };
}

type Check = (value: unknown) => boolean;
/** A check for every field of T but its tag: leaving one out is a type error. */
type Fields<T> = { readonly [K in Exclude<keyof T, 'type'>]-?: Check };

const text: Check = (value) => typeof value === 'string';
const flag: Check = (value) => typeof value === 'boolean';
const index: Check = (value) => Number.isSafeInteger(value) && (value as number) >= -1;
const oneOf =
  (...allowed: readonly string[]): Check =>
  (value) =>
    typeof value === 'string' && allowed.includes(value);
const list =
  (item: Check, length = -1): Check =>
  (value) =>
    Array.isArray(value) && (length < 0 || value.length === length) && value.every(item);
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function record<T>(fields: Fields<T>): Check {
  const entries = Object.entries(fields) as [string, Check][];
  return (value) => isObject(value) && entries.every(([name, check]) => check(value[name]));
}

const indexedBy =
  (item: Check): Check =>
  (value) =>
    isObject(value) && Object.entries(value).every(([key, entry]) => /^\d{1,9}$/.test(key) && item(entry));

const span: Check = (value) => spanFields(value) && (value as Span).start <= (value as Span).end;
const spanFields = record<Span>({ start: index, end: index });
const lines = list(index, 2);

const graphShape = record<BuildGraph>({
  version: (value) => value === 1,
  file: text,
  platform: text,
  target: index,
  head: text,
  stages: list(
    record<GraphStage>({
      index,
      name: text,
      title: text,
      base: record<GraphStage['base']>({
        kind: oneOf('scratch', 'image', 'stage', 'context'),
        name: text,
        stage: index,
      }),
      platform: text,
      lines,
      span,
      reachable: flag,
      hidden: flag,
      instruction: index,
    }),
  ),
  vertices: list(
    record<GraphVertex>({
      index,
      digest: text,
      key: text,
      kind: oneOf('image', 'local', 'git', 'http', 'oci-layout', 'exec', 'file', 'merge'),
      name: text,
      title: text,
      stage: index,
      instruction: index,
      inputs: list(
        record<GraphEdge>({ vertex: index, role: oneOf('base', 'copy', 'mount', 'layer'), paths: list(text) }),
      ),
      provisional: flag,
      uncertain: flag,
      reachable: flag,
      ignoreCache: flag,
      details: list(list(text, 2)),
    }),
  ),
  instructions: list(
    record<GraphInstruction>({
      index,
      keyword: text,
      text,
      lines,
      span,
      stage: index,
      vertices: list(index),
      dependsOn: list(text),
      hangsOnParent: flag,
      problem: text,
    }),
  ),
  missing: list(record<GraphMissing>({ kind: text, name: text })),
  problems: list(record<GraphProblem>({ message: text, span, lines: list(lines), code: text })),
});

function indexesHold(graph: BuildGraph): boolean {
  const within = (value: number, count: number, least: number) => value >= least && value < count;
  const { stages, vertices, instructions } = graph;
  return (
    within(graph.target, stages.length, -1) &&
    stages.every(
      (stage, i) =>
        stage.index === i &&
        within(stage.base.stage, stages.length, -1) &&
        within(stage.instruction, instructions.length, -1),
    ) &&
    vertices.every(
      (vertex, i) =>
        vertex.index === i &&
        within(vertex.stage, stages.length, -1) &&
        within(vertex.instruction, instructions.length, -1) &&
        vertex.inputs.every((input) => within(input.vertex, i, 0)),
    ) &&
    instructions.every(
      (instruction, i) =>
        instruction.index === i &&
        within(instruction.stage, stages.length, -1) &&
        instruction.vertices.every((vertex) => within(vertex, vertices.length, 0)),
    )
  );
}

const mode = oneOf('instructions', 'operations', 'stages');
const format = oneOf('svg', 'png', 'html', 'dot', 'mermaid', 'json');
const statuses = indexedBy(oneOf('reused', 'relinked', 'runs', 'runs-if-content-differs'));
const reasons = indexedBy(text);
const side = record<LinkSide>({ graph: isBuildGraph, statuses, reasons });

type Checks<M extends { readonly type: string }> = {
  readonly [T in M['type']]: Check;
};

const toView: Checks<ToGraphView> = {
  graph: record<Extract<ToGraphView, { type: 'graph' }>>({ graph: isBuildGraph, pinned: flag }),
  nothing: record<Extract<ToGraphView, { type: 'nothing' }>>({ reason: text }),
  cursor: record<Extract<ToGraphView, { type: 'cursor' }>>({ offset: index }),
  impact: record<ImpactMessage>({ title: text, statuses, reasons, pulls: list(text) }),
  linkComparison: record<LinkComparisonMessage>({
    instruction: index,
    title: text,
    linked: flag,
    without: side,
    with: side,
    saved: Number.isSafeInteger,
    advice: text,
  }),
  compare: record<CompareMessage>({
    title: text,
    before: isBuildGraph,
    changes: record<GraphChanges>({ added: list(index), removed: list(index), rekeyed: list(list(index, 2)) }),
  }),
  clear: isObject,
  mode: record<Extract<ToGraphView, { type: 'mode' }>>({ mode }),
  exportAs: record<Extract<ToGraphView, { type: 'exportAs' }>>({ format }),
};

const changes: Readonly<Record<Change['kind'], Check>> = {
  source: record<Extract<Change, { kind: 'source' }>>({ kind: text, vertex: index, name: text }),
  files: record<Extract<Change, { kind: 'files' }>>({ kind: text, vertex: index, paths: list(text) }),
  argument: record<Extract<Change, { kind: 'argument' }>>({ kind: text, name: text, instruction: index }),
  line: record<Extract<Change, { kind: 'line' }>>({ kind: text, instruction: index }),
};

const fromView: Checks<FromGraphView> = {
  ready: isObject,
  select: record<Extract<FromGraphView, { type: 'select' }>>({ instruction: index, span, focus: flag }),
  whatIf: record<Extract<FromGraphView, { type: 'whatIf' }>>({
    change: (value) =>
      isObject(value) &&
      typeof value.kind === 'string' &&
      Object.hasOwn(changes, value.kind) &&
      changes[value.kind as Change['kind']](value),
  }),
  compareLink: record<Extract<FromGraphView, { type: 'compareLink' }>>({ instruction: index }),
  applyLink: record<Extract<FromGraphView, { type: 'applyLink' }>>({ instruction: index, link: flag }),
  compareWith: record<Extract<FromGraphView, { type: 'compareWith' }>>({ other: oneOf('disk', 'head', 'choose') }),
  export: record<Extract<FromGraphView, { type: 'export' }>>({ format, data: text, mode }),
  copy: record<Extract<FromGraphView, { type: 'copy' }>>({ text }),
  pin: record<Extract<FromGraphView, { type: 'pin' }>>({ pinned: flag }),
  cleared: isObject,
  failed: record<Extract<FromGraphView, { type: 'failed' }>>({ message: text }),
};

const viewState = record<GraphViewState>({
  mode,
  outline: flag,
  legend: flag,
  pinned: flag,
  graph: optional(isBuildGraph),
});

function isTagged(value: unknown, checks: Readonly<Record<string, Check>>): boolean {
  if (!isObject(value) || typeof value.type !== 'string' || !Object.hasOwn(checks, value.type)) return false;
  return checks[value.type]?.(value) ?? false;
}
