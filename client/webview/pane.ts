// One picture with all that is known of it: its graph, what lies over it, and what can be said of its nodes.
import type { BuildGraph } from '../../shared/src/graph.ts';
import type { ExportFormat } from '../../shared/src/graphView.ts';
import { pageColors, png } from './exporting.ts';
import type { Layout } from './layout.ts';
import type { Picture } from './picture.ts';
import { layoutSvg } from './render.ts';
import { markWords, type Overlay, sayStatus } from './scene.ts';
import type { Beside } from './sides.ts';
import { describe, nameOf } from './speech.ts';

export interface Pane {
  readonly picture: Picture;
  readonly title: string;
  readonly graph: BuildGraph;
  readonly layout: Layout;
  readonly statuses: Overlay['statuses'];
  readonly reasons: Readonly<Record<string, string>>;
  readonly marks: Overlay['marks'];
  /** It is of the text in the editor. */
  readonly current: boolean;
}

/** The node of an instruction, in a picture of stages that of its stage; -1 where there is none. */
export function nodeOf({ graph, layout: { drawn } }: Pane, instruction: number): number {
  if (instruction < 0) return -1;
  const exact = drawn.nodes.findIndex((node) => node.instruction === instruction && node.on < 0);
  if (exact >= 0 || drawn.mode !== 'stages') return exact;
  const stage = graph.instructions[instruction]?.stage ?? -1;
  return drawn.nodes.findIndex(
    (node) => node.on < 0 && graph.instructions[node.instruction]?.stage === stage && stage >= 0,
  );
}

/** The nodes that two pictures are compared for: a copy and its join, or what differs. */
export function homeOf({ layout, marks }: Pane, beside: Beside | undefined): readonly number[] {
  const { lanes, nodes } = layout.drawn;
  if (beside?.type === 'compare')
    return marks?.size ? [...marks.keys()] : [nodes.findIndex((node) => lanes[node.lane]?.target)];
  if (beside?.type !== 'linkComparison') return [];
  const { instruction } = beside;
  return nodes.flatMap((node, i) => (node.instruction === instruction && node.on < 0 ? i : []));
}

/** Why a node has its status, `` where nobody says. */
export function reasonAt({ layout, reasons }: Pane, index: number): string {
  const vertex = layout.drawn.nodes[index]?.vertices.findLast((each) => reasons[each]);
  return vertex === undefined ? '' : (reasons[vertex] as string);
}

/** All that the picture shows of a node, in sentences. */
export function describeNode(pane: Pane, index: number): string {
  const { graph, layout } = pane;
  const node = layout.drawn.nodes[index]!;
  const status = pane.statuses?.get(index);
  const mark = pane.marks?.get(index);
  const parts = [nameOf(graph, node)];
  if (status) parts.push(sayStatus(node, status));
  if (mark) parts.push(markWords[mark]);
  parts.push(describe(graph, layout.drawn, index));
  const said = parts.filter((part) => part !== '').join('. ');
  const reason = reasonAt(pane, index);
  return reason === '' ? said : `${said} ${reason}`;
}

/** The picture as a file of this format, as far as the page makes it: the editor makes the others itself. */
export async function exported({ graph, layout, statuses, marks }: Pane, format: ExportFormat): Promise<string> {
  if (format === 'json') return JSON.stringify(graph, undefined, 2);
  if (format !== 'svg' && format !== 'png') return '';
  const overlay: Overlay = { ...(statuses ? { statuses } : {}), ...(marks ? { marks } : {}) };
  const svg = layoutSvg(graph, layout, pageColors(), overlay);
  return format === 'svg' ? svg : png(svg, layout);
}
