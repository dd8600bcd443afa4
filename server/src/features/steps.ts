// What each instruction is in the graph: what it reads, and what runs again behind it.

import { afterChange } from '../analysis/afterChange.ts';
import type { Analysis } from '../analysis/analyze.ts';
import { shortImage, sourceTitle } from '../analysis/graph.ts';
import type { Stage, Step } from '../compile/stage.ts';
import type { Instruction } from '../dockerfile/instruction.ts';
import type { CopyAction, Edge, Op, SourceOp, Vertex } from '../llb/op.ts';
import { stepsOf } from './environment.ts';
import { once, sectionsOf } from './sections.ts';

/** Something that an instruction reads. */
export interface Input {
  /** `above`: the result of an earlier line of the stage; `base`: the image or stage it starts from. */
  readonly kind: 'above' | 'base' | 'context' | 'stage' | 'image' | 'remote';
  /** `debian:12`, `build`, the name of a context or an address; `` for the build context itself. */
  readonly name: string;
  /** 1-based line that makes it, 0 where none does. */
  readonly line: number;
  /** What is read of it; empty for all. */
  readonly paths: readonly string[];
}

/** The step of an instruction that made vertices; undefined where it made none. */
export function workOf(analysis: Analysis, index: number): Step | undefined {
  const step = stepsOf(analysis).get(index);
  return step === undefined || step.failed || step.vertices.length === 0 ? undefined : step;
}

/** The stage of the file that an instruction belongs to. */
export function stageOf(analysis: Analysis, index: number): Stage | undefined {
  return sectionsOf(analysis).of[index]?.stage;
}

/** Everything that a step reads, each thing once; what changes its stage first. */
export function inputsOf(analysis: Analysis, stage: Stage, step: Step): readonly Input[] {
  const found: Input[] = [];
  const seen = new Set<string>();
  for (const base of [true, false])
    for (const vertex of step.vertices) {
      if (isRemote(vertex.op) && !base)
        add({ kind: 'remote', name: sourceTitle(vertex.op.identifier), line: 0, paths: [] });
      for (const edge of vertex.inputs) {
        if (step.vertices.includes(edge.vertex)) continue;
        const read = readThrough(vertex.op, edge);
        if (read.base !== base) continue;
        add(inputOf(analysis, stage, step, edge.vertex, read));
      }
    }
  return found;

  function add(input: Input): void {
    const key = `${input.kind} ${input.name} ${input.line}`;
    if (!seen.has(key)) found.push(input);
    else if (input.paths.length > 0) {
      const i = found.findIndex((other) => `${other.kind} ${other.name} ${other.line}` === key);
      const other = found[i] as Input;
      found[i] = { ...other, paths: [...new Set([...other.paths, ...input.paths])] };
    }
    seen.add(key);
  }
}

interface Read {
  /** It is the file system that is worked upon. */
  readonly base: boolean;
  readonly paths: readonly string[];
}

function readThrough(op: Op, edge: Edge): Read {
  if (op.kind === 'merge') return { base: true, paths: [] };
  if (op.kind === 'file') {
    if (op.base === edge) return { base: true, paths: [] };
    const copies = op.actions.filter((a): a is CopyAction => a.kind === 'copy' && a.source === edge);
    // With --parents the source is a folder, and the patterns say what of it.
    const paths = copies.flatMap((a) =>
      a.includePatterns.length === 0 ? [a.src] : a.includePatterns.map((p) => `${a.src === '/' ? '' : a.src}/${p}`),
    );
    return { base: false, paths };
  }
  if (op.kind !== 'exec') return { base: true, paths: [] };
  const mounts = op.mounts.filter((mount) => mount.source === edge);
  if (mounts.some((mount) => mount.dest === '/')) return { base: true, paths: [] };
  return { base: false, paths: mounts.map((mount) => mount.selector || '/') };
}

function inputOf(analysis: Analysis, stage: Stage, step: Step, vertex: Vertex, read: Read): Input {
  const { op } = vertex;
  const kept = read.paths.map((path) => (path === '/' ? '.' : path.replace(/^\//, '')));
  const line = (index: number): number => analysis.dockerfile.instructions[index]?.lines.first ?? 0;
  const owner = ownersOf(analysis).get(vertex);
  if (read.base) {
    if (stage.source === vertex)
      return { kind: 'base', name: baseName(stage), line: line(stage.instruction), paths: [] };
    if (owner === undefined) return { kind: 'base', name: baseName(stage), line: line(stage.instruction), paths: [] };
    if (owner.stage === stage) return { kind: 'above', name: '', line: line(owner.step.command.index), paths: [] };
    return { kind: 'base', name: baseName(stage), line: line(owner.stage.instruction), paths: [] };
  }
  if (op.kind === 'source' && op.identifier.startsWith('local://')) {
    const name = op.identifier.slice('local://'.length);
    return { kind: 'context', name: name === 'context' ? '' : name, line: 0, paths: kept };
  }
  const from =
    step.command.sources.find((s) => s.state.out?.vertex === vertex) ?? (owner === undefined ? undefined : owner.stage);
  if (from !== undefined && !from.hidden)
    return { kind: 'stage', name: stageLabel(from), line: line(from.instruction), paths: kept };
  if (op.kind === 'source') {
    const image = op.identifier.startsWith('docker-image://');
    return { kind: image ? 'image' : 'remote', name: sourceTitle(op.identifier), line: 0, paths: image ? kept : [] };
  }
  return { kind: 'image', name: from === undefined ? '' : shortImage(from.originalBase), line: 0, paths: kept };
}

function isRemote(op: Op): op is SourceOp {
  return op.kind === 'source' && /^(git|https?):\/\//.test(op.identifier);
}

/** What a stage starts from, as one says it: `debian:12`, `build`, `scratch`. */
export function baseName(stage: Stage): string {
  if (stage.namedContext !== undefined) return stage.namedContext.input;
  if (stage.base !== undefined) return stageLabel(stage.base);
  return stage.originalBase === 'scratch' ? 'scratch' : shortImage(stage.originalBase);
}

/** The name of a stage, its number where it has none. */
export function stageLabel(stage: Stage): string {
  return stage.name === '' ? String(stage.index) : stage.name;
}

// --------------------------------------------------------------- followers

interface Owner {
  readonly stage: Stage;
  readonly step: Step;
}

const ownersOf: (analysis: Analysis) => ReadonlyMap<Vertex, Owner> = once((analysis) => {
  const found = new Map<Vertex, Owner>();
  for (const stage of analysis.stages)
    for (const step of stage.steps) for (const vertex of step.vertices) found.set(vertex, { stage, step });
  return found;
});

const twinsOf: (analysis: Analysis) => ReadonlyMap<string, readonly Vertex[]> = once((analysis) => {
  const found = new Map<string, Vertex[]>();
  for (const vertex of ownersOf(analysis).keys()) {
    if (vertex.digest === '') continue;
    const twins = found.get(vertex.digest);
    if (twins === undefined) found.set(vertex.digest, [vertex]);
    else twins.push(vertex);
  }
  return found;
});

/** Indexes of instructions in order of the text, each in one list only. */
export interface Followers {
  readonly runs: readonly number[];
  /** Only if the files that they read differ. */
  readonly maybe: readonly number[];
  /** Linked copies: joined anew, which takes no work. */
  readonly relinked: readonly number[];
}

/**
 * What runs again once these vertices are others, by the rules of BuildKit's cache; they themselves are not among it, unless
 * `inclusive`. An image or another source among them is taken to be a new one.
 */
export function followersOf(analysis: Analysis, vertices: readonly Vertex[], inclusive = false): Followers {
  const seeds = new Set(vertices.map((vertex) => vertex.digest));
  if (vertices.every((vertex) => vertex.digest === '')) return { runs: [], maybe: [], relinked: [] };
  const certain = new Set<Vertex>();
  const maybe = new Set<Vertex>();
  for (const [vertex, status] of afterChange(analysis, vertices)) {
    if (!inclusive && seeds.has(vertex.digest)) continue;
    // Two lines that come to the same op are one vertex, which runs once.
    const set = status === 'runs-if-content-differs' ? maybe : certain;
    for (const twin of twinsOf(analysis).get(vertex.digest) ?? []) set.add(twin);
  }
  return sorted(analysis, certain, maybe);
}

function sorted(analysis: Analysis, certain: ReadonlySet<Vertex>, maybe: ReadonlySet<Vertex>): Followers {
  const ranks = new Map<number, number>();
  const owners = ownersOf(analysis);
  for (const [set, rank] of [
    [certain, 3],
    [maybe, 2],
  ] as const)
    for (const vertex of set) {
      const owner = owners.get(vertex);
      // What the target does not need does not run.
      if (owner === undefined || (analysis.target !== undefined && !owner.stage.reachable)) continue;
      const own = vertex.op.kind === 'merge' ? 1 : rank;
      const { index } = owner.step.command;
      ranks.set(index, Math.max(ranks.get(index) ?? 0, own));
    }
  const of = (rank: number): number[] =>
    [...ranks]
      .filter(([, r]) => r === rank)
      .map(([index]) => index)
      .sort((a, b) => a - b);
  return { runs: of(3), maybe: of(2), relinked: of(1) };
}

/** The vertices of later steps that depend on what a line sets for the rest of its stage, in stages built on it too. */
export function laterVertices(
  analysis: Analysis,
  index: number,
  depends: (step: Step, vertex: Vertex) => boolean,
): readonly Vertex[] {
  const stage = stageOf(analysis, index);
  if (stage === undefined) return [];
  const found: Vertex[] = [];
  for (const other of analysis.stages) {
    if (!isBuiltOn(other, stage)) continue;
    for (const step of other.steps) {
      if (other === stage && step.command.index <= index) continue;
      for (const vertex of step.vertices) if (depends(step, vertex)) found.push(vertex);
    }
  }
  return found;
}

function isBuiltOn(stage: Stage, base: Stage): boolean {
  for (let at: Stage | undefined = stage; at !== undefined; at = at.base) if (at === base) return true;
  return false;
}

/** The 1-based lines of instructions as one says them: `lines 3, 5 and 9`; `line 3`. */
export function linesText(analysis: Analysis, indexes: readonly number[], most = 8): string {
  const lines = indexes.map((index) => (analysis.dockerfile.instructions[index] as Instruction).lines.first);
  if (lines.length === 1) return `line ${lines[0]}`;
  if (lines.length > most) return `lines ${lines.slice(0, most - 1).join(', ')} and ${lines.length - most + 1} more`;
  return `lines ${lines.slice(0, -1).join(', ')} and ${lines[lines.length - 1]}`;
}
