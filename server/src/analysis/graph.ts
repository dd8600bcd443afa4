// The analysis as the plain graph that people look at: stages, vertices, edges and instructions, in words.
import type {
  BuildGraph,
  EdgeRole,
  GraphEdge,
  GraphInstruction,
  GraphMissing,
  GraphStage,
  GraphVertex,
  VertexKind,
} from '../../../shared/src/graph.ts';
import type { Stage, Step } from '../compile/stage.ts';
import type { Instruction } from '../dockerfile/instruction.ts';
import { marshalDefinition } from '../llb/definition.ts';
import { envEntries } from '../llb/env.ts';
import type { CopyAction, Edge, ExecMount, FileOp, Op, Vertex } from '../llb/op.ts';
import { formatPlatformAll } from '../oci/platform.ts';
import { familiarString, parseNormalizedNamed } from '../oci/reference.ts';
import type { Analysis } from './analyze.ts';

/** The graph of an analysis. `file` is the name that people know the text by. */
export function buildGraph(analysis: Analysis, file: string): BuildGraph {
  const order = vertexOrder(analysis);
  const owners = stepOwners(analysis);
  const indexes = new Map<string, number>();
  for (let i = 0; i < order.length; i++) indexes.set((order[i] as Placed).vertex.digest, i);
  const keys = new KeyCounter();
  const vertices = order.map((placed, index) => graphVertex(analysis, placed, index, indexes, owners, keys));
  return {
    version: 1,
    file,
    platform: formatPlatformAll(analysis.compilation.targetPlatform),
    target: analysis.target === undefined ? -1 : analysis.target.index,
    head: analysis.definition.head,
    stages: analysis.stages.map((stage) => graphStage(stage)),
    vertices,
    instructions: analysis.dockerfile.instructions.map((instruction, index) =>
      graphInstruction(analysis, instruction, index, indexes, owners, vertices),
    ),
    missing: analysis.missing.map(missingName),
    problems: analysis.problems.map((p) => ({
      message: p.summary,
      span: p.span,
      lines: p.locations.filter((l) => l.last >= l.first).map((l) => [l.first, l.last] as const),
      code: p.code,
    })),
  };
}

interface Placed {
  readonly vertex: Vertex;
  readonly reachable: boolean;
}

/** What the target needs in BuildKit's order, then what only other stages have; each digest once. */
function vertexOrder(analysis: Analysis): Placed[] {
  const placed: Placed[] = [];
  const seen = new Set<string>();
  const add = (vertex: Vertex | undefined, reachable: boolean): void => {
    if (vertex === undefined || seen.has(vertex.digest)) return;
    seen.add(vertex.digest);
    placed.push({ vertex, reachable });
  };
  for (const entry of analysis.definition.entries) add(entry.vertex, true);
  const { sha256 } = analysis.inputs;
  for (const stage of analysis.stages) {
    if (stage.reachable && analysis.target !== undefined) continue;
    for (const entry of marshalDefinition(stage.state.out, sha256).definition.entries) add(entry.vertex, false);
  }
  return placed;
}

interface Owner {
  readonly stage: Stage;
  readonly step: Step;
}

function stepOwners(analysis: Analysis): Map<Vertex, Owner> {
  const owners = new Map<Vertex, Owner>();
  for (const stage of analysis.stages)
    for (const step of stage.steps) for (const vertex of step.vertices) owners.set(vertex, { stage, step });
  return owners;
}

class KeyCounter {
  readonly #seen = new Map<string, number>();
  /** The key, with a number where it was given before. */
  next(key: string): string {
    const count = this.#seen.get(key) ?? 0;
    this.#seen.set(key, count + 1);
    return count === 0 ? key : `${key}#${count + 1}`;
  }
}

function graphStage(stage: Stage): GraphStage {
  return {
    index: stage.index,
    name: stage.name,
    title: stageTitle(stage),
    base: stageBase(stage),
    platform: stage.platform === undefined ? '' : formatPlatformAll(stage.platform),
    lines: [stage.locations[0]?.first ?? 0, stage.locations[0]?.last ?? 0],
    span: stage.from?.span ?? stage.span,
    reachable: stage.reachable,
    hidden: stage.hidden,
    instruction: stage.instruction,
  };
}

/** How to speak of a stage. */
export function stageTitle(stage: Stage): string {
  if (stage.hidden) return shortImage(stage.originalBase);
  return stage.name === '' ? `stage ${stage.index}` : stage.name;
}

function stageBase(stage: Stage): GraphStage['base'] {
  if (stage.namedContext !== undefined) return { kind: 'context', name: stage.namedContext.input, stage: -1 };
  if (stage.base !== undefined) return { kind: 'stage', name: stageTitle(stage.base), stage: stage.base.index };
  if (stage.originalBase === 'scratch') return { kind: 'scratch', name: 'scratch', stage: -1 };
  return { kind: 'image', name: stage.originalBase, stage: -1 };
}

function graphVertex(
  analysis: Analysis,
  { vertex, reachable }: Placed,
  index: number,
  indexes: ReadonlyMap<string, number>,
  owners: ReadonlyMap<Vertex, Owner>,
  keys: KeyCounter,
): GraphVertex {
  const owner = owners.get(vertex);
  const source = owner === undefined ? analysis.stages.find((s) => s.source === vertex) : undefined;
  const stage = owner?.stage ?? source;
  const kind = kindOf(vertex.op);
  return {
    index,
    digest: vertex.digest,
    key: keys.next(keyOf(vertex, kind, owner, source)),
    kind,
    name: vertex.metadata.name?.() ?? '',
    title: titleOf(vertex, owner?.step),
    stage: stage === undefined ? -1 : stage.index,
    instruction: vertex.origin,
    inputs: vertex.inputs.map((edge) => graphEdge(vertex, edge, indexes)),
    provisional: analysis.provisional.has(vertex),
    uncertain: stage?.uncertain ?? false,
    reachable,
    ignoreCache: vertex.metadata.ignoreCache === true,
    details: detailsOf(vertex),
  };
}

function keyOf(vertex: Vertex, kind: VertexKind, owner: Owner | undefined, source: Stage | undefined): string {
  if (owner !== undefined) {
    const { stage, step } = owner;
    // Counted by keyword within the stage, so that a new RUN does not rename the COPYs around it.
    const keyword = step.command.instruction.kind;
    const nth = stage.steps.filter((s) => s.command.instruction.kind === keyword).indexOf(step);
    return `${stageTitle(stage)}/${keyword}${nth}/${kind}`;
  }
  if (source !== undefined) return `${stageTitle(source)}/base`;
  return vertex.op.kind === 'source' ? vertex.op.identifier : kind;
}

function kindOf(op: Op): VertexKind {
  if (op.kind !== 'source') return op.kind;
  const scheme = op.identifier.slice(0, op.identifier.indexOf(':'));
  if (scheme === 'docker-image') return 'image';
  if (scheme === 'local' || scheme === 'git' || scheme === 'oci-layout') return scheme;
  return 'http';
}

function graphEdge(vertex: Vertex, edge: Edge, indexes: ReadonlyMap<string, number>): GraphEdge {
  const { role, paths } = roleOf(vertex.op, vertex.inputs.indexOf(edge), edge);
  return { vertex: indexes.get(edge.vertex.digest) ?? -1, role, paths };
}

function roleOf(op: Op, index: number, edge: Edge): { role: EdgeRole; paths: string[] } {
  if (op.kind === 'merge') return { role: index === 0 ? 'base' : 'layer', paths: [] };
  if (op.kind === 'file') {
    const paths = op.actions.filter((a): a is CopyAction => a.kind === 'copy' && a.source === edge).map((a) => a.src);
    return { role: op.base === edge ? 'base' : 'copy', paths };
  }
  if (op.kind === 'exec') {
    const mounts = op.mounts.filter((m) => m.source === edge);
    const root = mounts.some((m) => m.dest === '/');
    return { role: root ? 'base' : 'mount', paths: mounts.filter((m) => m.dest !== '/').map((m) => m.selector || '/') };
  }
  return { role: 'base', paths: [] };
}

/** An image reference as people write it. */
export function shortImage(ref: string): string {
  const named = parseNormalizedNamed(ref);
  return 'error' in named ? ref : familiarString({ ...named, digest: named.tag === '' ? named.digest : '' });
}

/** A vertex in the words of the file. */
export function titleOf(vertex: Vertex, step: Step | undefined): string {
  const op = vertex.op;
  if (op.kind === 'source') return sourceTitle(op.identifier);
  const text = step?.command.instruction.code.replace(/\s+/g, ' ') ?? vertex.metadata.name?.() ?? op.kind;
  if (op.kind === 'merge') return `join: ${copyTitle(step) ?? text}`;
  if (op.kind === 'file' && step?.copy !== undefined) {
    if (vertex.metadata.progressGroup === undefined && op.actions[0]?.kind === 'mkfile')
      return `file ${op.actions[0].path}`;
    return copyTitle(step) ?? text;
  }
  if (op.kind === 'file' && op.actions[0]?.kind === 'mkfile') return `file ${op.actions[0].path}`;
  return text;
}

function copyTitle(step: Step | undefined): string | undefined {
  const copy = step?.copy;
  if (step === undefined || copy === undefined) return undefined;
  const { instruction } = step.command;
  const heredocs = 'contents' in instruction ? instruction.contents.map((content) => `<<${content.path}`) : [];
  const flags = `${copy.linked ? ' --link' : ''}${copy.from === undefined ? '' : ` --from=${stageTitle(copy.from)}`}`;
  return `${instruction.kind.toUpperCase()}${flags} ${[...copy.sources, ...heredocs].join(' ')} -> ${copy.dest}`;
}

/** What a source is called: `alpine:3.20`, `context`. */
export function sourceTitle(identifier: string): string {
  if (identifier.startsWith('docker-image://')) return shortImage(identifier.slice('docker-image://'.length));
  if (identifier === 'local://context') return 'build context';
  if (identifier.startsWith('local://')) return `context ${identifier.slice('local://'.length)}`;
  // Its digest is all that is asked for; nobody speaks in digests.
  if (identifier.startsWith('oci-layout://'))
    return `OCI layout ${shortImage(identifier.slice('oci-layout://'.length).replace(/@.*$/, ''))}`;
  return identifier;
}

function graphInstruction(
  analysis: Analysis,
  instruction: Instruction,
  index: number,
  indexes: ReadonlyMap<string, number>,
  owners: ReadonlyMap<Vertex, Owner>,
  vertices: readonly GraphVertex[],
): GraphInstruction {
  const stage = analysis.stages.findLast((s) => !s.hidden && s.instruction <= index);
  const steps = stage?.steps.filter((s) => s.command.index === index && !s.command.isOnBuild) ?? [];
  const made = steps.flatMap((s) => s.vertices);
  if (instruction.kind === 'from' && stage?.source !== undefined && stage.instruction === index)
    made.push(stage.source);
  const own = [...new Set(made.map((v) => indexes.get(v.digest)).filter((i) => i !== undefined))].sort((a, b) => a - b);
  const work = made.filter((v) => v.op.kind === 'file' || v.op.kind === 'exec');
  const parent = steps[0]?.before.out;
  void owners;
  return {
    index,
    keyword: instruction.keyword.toUpperCase(),
    text: instruction.code,
    lines: [instruction.lines.first, instruction.lines.last],
    span: instruction.span,
    stage: stage === undefined ? -1 : stage.index,
    vertices: own,
    dependsOn: dependsOn(analysis, instruction, stage, steps, own, vertices),
    hangsOnParent: parent !== undefined && work.some((v) => v.inputs.includes(parent)),
    problem:
      analysis.problems.find(
        (p) => p.span.start >= instruction.span.start && p.span.end <= instruction.span.end && p.span.end > 0,
      )?.summary ?? '',
  };
}

function dependsOn(
  analysis: Analysis,
  instruction: Instruction,
  stage: Stage | undefined,
  steps: readonly Step[],
  own: readonly number[],
  vertices: readonly GraphVertex[],
): string[] {
  const names: string[] = [];
  if (instruction.kind === 'from' && stage !== undefined) {
    const base = stageBase(stage);
    names.push(
      base.kind === 'stage'
        ? stageName(stage.base as Stage)
        : base.kind === 'image'
          ? `image ${base.name}`
          : `${base.kind === 'context' ? 'context ' : ''}${base.name}`,
    );
    return names;
  }
  const step = steps[0];
  for (const index of own) {
    for (const edge of (vertices[index] as GraphVertex).inputs) {
      if (own.includes(edge.vertex) || edge.vertex < 0) continue;
      const from = vertices[edge.vertex] as GraphVertex;
      names.push(inputName(analysis, from, edge, step, stage));
    }
  }
  return [...new Set(names)];
}

function inputName(
  analysis: Analysis,
  from: GraphVertex,
  edge: GraphEdge,
  step: Step | undefined,
  stage: Stage | undefined,
): string {
  const paths = edge.paths.map((p) => (p === '/' ? '.' : p.slice(1)));
  if (from.kind === 'local')
    return `${from.title === 'build context' ? 'context' : from.title} ${paths.length === 0 ? '.' : paths.join(', ')}`;
  if (edge.role === 'base' || edge.role === 'layer') {
    if (from.instruction >= 0 && stage !== undefined && from.stage === stage.index) {
      const line = analysis.dockerfile.instructions[from.instruction]?.lines.first ?? 0;
      return from.kind === 'image' ? `base ${from.title}` : `line ${line}`;
    }
    const owner = from.stage >= 0 ? (analysis.stages[from.stage] as Stage) : undefined;
    return from.kind === 'image' ? `base ${from.title}` : owner === undefined ? from.title : stageName(owner);
  }
  const source = step?.command.sources.find((s) => s.state.out?.vertex.digest === from.digest);
  const name =
    source === undefined || source.hidden ? `${from.kind === 'image' ? 'image ' : ''}${from.title}` : stageName(source);
  return paths.length === 0 || paths[0] === '.' ? name : `${name}: ${edge.paths.join(', ')}`;
}

function stageName(stage: Stage): string {
  return `stage ${stage.name === '' ? stage.index : stage.name} (line ${stage.locations[0]?.first ?? 0})`;
}

function missingName(missing: Analysis['missing'][number]): GraphMissing {
  switch (missing.kind) {
    case 'image':
      return { kind: missing.kind, name: `${missing.ref} (${missing.platform})` };
    case 'namedIgnore':
      return { kind: missing.kind, name: missing.name };
    case 'sourceTime':
      return { kind: missing.kind, name: missing.identifier };
    case 'sshKeys':
      return { kind: missing.kind, name: `the SSH keys of ${missing.host}` };
    case 'dockerignore':
      return { kind: missing.kind, name: '.dockerignore' };
  }
}

function detailsOf(vertex: Vertex): (readonly [string, string])[] {
  const details: [string, string][] = [['digest', vertex.digest]];
  const add = (label: string, value: string): void => {
    if (value !== '') details.push([label, value]);
  };
  const op = vertex.op;
  if (vertex.platform !== undefined) add('platform', formatPlatformAll(vertex.platform));
  switch (op.kind) {
    case 'source':
      add('source', op.identifier);
      for (const [key, value] of op.attrs) add(key, value);
      break;
    case 'exec':
      add('runs', op.args.join(' '));
      add('in', op.cwd);
      add('as', op.user);
      for (const [key, value] of envEntries(op.env)) add('env', `${key}=${value}`);
      for (const mount of op.mounts) if (mount.dest !== '/') add('mount', mountText(mount));
      add('network', ['', 'host', 'none'][op.network] as string);
      add('security', op.security === 1 ? 'insecure' : '');
      break;
    case 'file':
      for (const action of op.actions) add(action.kind, actionText(action));
      break;
    case 'merge':
      add('merges', `${vertex.inputs.length} layers`);
      break;
  }
  return details;
}

function mountText(mount: ExecMount): string {
  const extra =
    mount.cache !== undefined ? ` id=${mount.cache.id}` : mount.secret !== undefined ? ` id=${mount.secret.id}` : '';
  return `${mount.type} ${mount.dest}${mount.selector === '' ? '' : ` from ${mount.selector}`}${extra}${mount.readonly ? ' read-only' : ''}`;
}

function actionText(action: FileOp['actions'][number]): string {
  if (action.kind === 'mkfile') return action.path;
  const owner =
    action.chown === undefined
      ? ''
      : ` owned by ${ownerText(action.chown.user)}${action.chown.group === undefined ? '' : `:${ownerText(action.chown.group)}`}`;
  if (action.kind === 'mkdir') return `${action.path} mode ${action.mode.toString(8)}${owner}`;
  const mode =
    action.modeString !== ''
      ? ` mode ${action.modeString}`
      : action.mode >= 0
        ? ` mode ${action.mode.toString(8)}`
        : '';
  return `${action.src} -> ${action.dest}${mode}${owner}`;
}

function ownerText(owner: { readonly id: number } | { readonly name: string } | undefined): string {
  return owner === undefined ? '' : 'id' in owner ? String(owner.id) : owner.name;
}
