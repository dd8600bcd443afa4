// The graph as text: a tree for people, DOT and Mermaid for other tools.
import type { BuildGraph, GraphInstruction, GraphStage, GraphVertex } from '../../../shared/src/graph.ts';

/** Puts colour on a piece of text; the identity where there is none. */
export interface Paint {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly warn: (text: string) => string;
}

export const plain: Paint = { bold: (t) => t, dim: (t) => t, warn: (t) => t };

/** The first twelve digits of a digest: enough for people. */
export function shortDigest(digest: string): string {
  return digest.slice('sha256:'.length, 'sha256:'.length + 12);
}

/** The graph as people read it: per stage, each instruction with its line, its vertices, and what they hang on. */
export function treeText(graph: BuildGraph, paint: Paint = plain): string {
  const target = graph.stages[graph.target];
  const lines: string[] = [];
  const chosen = target === undefined ? 'no stage' : `target ${target.title}`;
  const count = graph.vertices.filter((v) => v.reachable).length;
  lines.push(
    `${paint.bold(graph.file)}  ${graph.platform}  ${chosen}  ${count} ${count === 1 ? 'vertex' : 'vertices'}`,
  );
  const width = graph.instructions.reduce((most, i) => Math.max(most, clip(i).length), 20);
  for (const stage of graph.stages) if (!stage.hidden) stageLines(graph, stage, width, paint, lines);
  const notes = notesOf(graph);
  if (notes.length > 0) lines.push('', ...notes.map((note) => paint.dim(note)));
  return `${lines.join('\n')}\n`;
}

function stageLines(graph: BuildGraph, stage: GraphStage, width: number, paint: Paint, lines: string[]): void {
  const { base } = stage;
  const from =
    base.kind === 'scratch' ? 'from scratch' : `from ${base.kind === 'image' ? '' : `${base.kind} `}${base.name}`;
  const fate = stage.index === graph.target ? '  (target)' : stage.reachable ? '' : '  (not needed by the target)';
  lines.push('', `${paint.bold(`stage ${stage.name || stage.index}`)} ${from}${fate}`);
  for (const instruction of graph.instructions) {
    if (instruction.stage !== stage.index) continue;
    const line = String(instruction.lines[0]).padStart(5);
    const made = instruction.vertices.map((i) => graph.vertices[i] as GraphVertex);
    const text = clip(instruction);
    if (instruction.problem !== '') {
      lines.push(`${line}  ${text.padEnd(width)}  ${paint.warn(`error: ${instruction.problem}`)}`);
      continue;
    }
    if (made.length === 0) {
      lines.push(paint.dim(`${line}  ${text}`));
      continue;
    }
    for (let k = 0; k < made.length; k++) {
      const vertex = made[k] as GraphVertex;
      const head = k === 0 ? `${line}  ${text.padEnd(width)}` : ' '.repeat(7 + width);
      const mark = vertex.uncertain ? '!' : vertex.provisional ? '~' : ' ';
      lines.push(
        `${head}  ${paint.dim(shortDigest(vertex.digest))}${mark} ${needs(graph, instruction, vertex, k, made)}`.trimEnd(),
      );
    }
  }
}

function needs(
  graph: BuildGraph,
  instruction: GraphInstruction,
  vertex: GraphVertex,
  k: number,
  made: readonly GraphVertex[],
): string {
  if (vertex.kind === 'merge') {
    const base = vertex.inputs[0];
    const under = base === undefined ? undefined : graph.vertices[base.vertex];
    return `join of ${under === undefined ? 'nothing' : place(graph, under)} and this copy`;
  }
  if (vertex.kind === 'image') return `image ${vertex.title}`;
  if (isSource(vertex)) return vertex.kind === 'local' ? place(graph, vertex) : vertex.title;
  const own = vertex.inputs.map((edge) => {
    const from = graph.vertices[edge.vertex] as GraphVertex;
    if (made.includes(from)) return 'the above';
    if (edge.role === 'base') return place(graph, from);
    const paths = edge.paths.map((p) => (p === '/' ? '.' : p.replace(/^\//, '')));
    return `${edge.role === 'mount' ? 'mount of ' : ''}${place(graph, from)}${paths.length === 0 ? '' : ` ${paths.join(', ')}`}`;
  });
  const alone = k === made.length - 1 || made[k + 1]?.kind === 'merge';
  const free = alone && !instruction.hangsOnParent ? '  (independent of its base)' : '';
  return `${own.length === 0 ? 'nothing' : `needs ${own.join(' + ')}`}${free}`;
}

/** An op that takes something from outside. */
function isSource({ kind }: GraphVertex): boolean {
  return kind === 'image' || kind === 'oci-layout' || kind === 'local' || kind === 'git' || kind === 'http';
}

function place(graph: BuildGraph, vertex: GraphVertex): string {
  if (vertex.kind === 'local') return vertex.title === 'build context' ? 'context' : vertex.title;
  const instruction = graph.instructions[vertex.instruction];
  if (instruction === undefined) return vertex.title;
  const line = `line ${instruction.lines[0]}`;
  if (!isSource(vertex)) return line;
  return instruction.keyword === 'FROM' ? `${vertex.title} (${line})` : vertex.title;
}

function clip(instruction: GraphInstruction): string {
  const text = instruction.text.replace(/\s+/g, ' ');
  return text.length <= 60 ? text : `${text.slice(0, 59)}…`;
}

function notesOf(graph: BuildGraph): string[] {
  const notes: string[] = [];
  const images = graph.missing.filter((m) => m.kind === 'image').map((m) => m.name);
  if (graph.vertices.some((v) => v.provisional && v.reachable))
    notes.push('~ provisional: the digest may change when what is missing is known');
  if (graph.vertices.some((v) => v.uncertain && v.reachable))
    notes.push('! uncertain: BuildKit stops before it comes here');
  if (images.length > 0)
    notes.push(
      `missing: the configuration of ${images.join(', ')}; Linux's usual PATH stands in for it (--image-config gives it)`,
    );
  for (const m of graph.missing)
    if (m.kind !== 'image') notes.push(`missing: ${m.kind === 'sourceTime' ? `the time of ${m.name}` : m.name}`);
  return notes;
}

const shapes: Readonly<Record<GraphVertex['kind'], string>> = {
  image: 'shape=cylinder',
  local: 'shape=folder',
  git: 'shape=folder',
  http: 'shape=note',
  'oci-layout': 'shape=cylinder',
  exec: 'shape=box',
  file: 'shape=box, style=rounded',
  merge: 'shape=invtrapezium',
};

/** Graphviz' language. */
export function dotText(graph: BuildGraph): string {
  const lines = ['digraph {', '  rankdir=TB;', '  node [fontname="sans-serif"];'];
  const shown = new Set<number>();
  for (const stage of graph.stages) {
    const members = graph.vertices.filter((v) => v.stage === stage.index);
    if (members.length === 0) continue;
    lines.push(`  subgraph cluster_${stage.index} {`, `    label=${dotString(stage.title)};`);
    if (!stage.reachable) lines.push('    color=gray; fontcolor=gray;');
    for (const vertex of members) {
      shown.add(vertex.index);
      lines.push(`    ${dotNode(vertex)}`);
    }
    lines.push('  }');
  }
  for (const vertex of graph.vertices) if (!shown.has(vertex.index)) lines.push(`  ${dotNode(vertex)}`);
  for (const vertex of graph.vertices)
    for (const edge of vertex.inputs) {
      const label = edge.paths.length === 0 ? edge.role : `${edge.role} ${edge.paths.join(' ')}`;
      const style = edge.role === 'base' ? 'solid' : edge.role === 'mount' ? 'dotted' : 'dashed';
      lines.push(
        `  v${edge.vertex} -> v${vertex.index} [label=${dotString(edge.role === 'base' ? '' : label)}, style=${style}];`,
      );
    }
  lines.push('}');
  return `${lines.join('\n')}\n`;
}

function dotNode(vertex: GraphVertex): string {
  return `v${vertex.index} [label=${dotString(clipText(vertex.title))}, tooltip=${dotString(vertex.digest)}, ${shapes[vertex.kind]}];`;
}

function dotString(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}

/** Mermaid's flowchart language. */
export function mermaidText(graph: BuildGraph): string {
  const lines = ['flowchart TB'];
  const shown = new Set<number>();
  for (const stage of graph.stages) {
    const members = graph.vertices.filter((v) => v.stage === stage.index);
    if (members.length === 0) continue;
    lines.push(`  subgraph s${stage.index}["${mermaidString(stage.title)}"]`);
    for (const vertex of members) {
      shown.add(vertex.index);
      lines.push(`    ${mermaidNode(vertex)}`);
    }
    lines.push('  end');
  }
  for (const vertex of graph.vertices) if (!shown.has(vertex.index)) lines.push(`  ${mermaidNode(vertex)}`);
  for (const vertex of graph.vertices)
    for (const edge of vertex.inputs) {
      const arrow = edge.role === 'base' ? '-->' : `-. "${mermaidString([edge.role, ...edge.paths].join(' '))}" .->`;
      lines.push(`  v${edge.vertex} ${arrow} v${vertex.index}`);
    }
  return `${lines.join('\n')}\n`;
}

function mermaidNode(vertex: GraphVertex): string {
  const text = `"${mermaidString(clipText(vertex.title))}"`;
  if (vertex.kind === 'image' || vertex.kind === 'oci-layout') return `v${vertex.index}[(${text})]`;
  if (vertex.kind === 'merge') return `v${vertex.index}[\\${text}/]`;
  if (vertex.kind === 'exec') return `v${vertex.index}[${text}]`;
  return `v${vertex.index}(${text})`;
}

/** Text of a file never becomes markup: everything that could is written as a character number. */
function mermaidString(text: string): string {
  return text.replace(/[^A-Za-z0-9 ./:,_=@+*$()-]/gu, (ch) => `#${ch.codePointAt(0)};`);
}

function clipText(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 59)}…`;
}
