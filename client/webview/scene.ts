// The picture as plain data: from a layout and what lies over it to a tree of SVG elements, for the DOM or for a file.
import type { EdgeRole } from '../../shared/src/graph.ts';
import type { Status } from '../../shared/src/graphView.ts';
import type { Box, Layout, Point } from './layout.ts';
import { type DrawnLane, type DrawnNode, sizes } from './model.ts';
import { icons, outline } from './shapes.ts';
import { columnsOf, wrap } from './words.ts';

/** An SVG element. Children with a `key` keep their element over drawings. Data is only ever text or attribute value. */
export interface Element {
  readonly tag: string;
  readonly key?: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
  readonly text?: string;
}

export type Mark = 'added' | 'removed' | 'rekeyed';

/** What lies over the plain picture; indexes are those of the drawn nodes and edges. */
export interface Overlay {
  readonly statuses?: ReadonlyMap<number, Status>;
  readonly marks?: ReadonlyMap<number, Mark>;
  readonly selected?: number;
  readonly cursor?: number;
  readonly matches?: ReadonlySet<number>;
  /** The way from a node to its sources and to what it invalidates; the rest steps back. */
  readonly path?: { readonly nodes: ReadonlySet<number>; readonly edges: ReadonlySet<number> };
  /** Draw what can be clicked: "changes" and the `--link` switch. */
  readonly buttons?: boolean;
}

/** The words of a status, as badge and in sentences. */
export const statusWords: Readonly<Record<Status, string>> = {
  runs: 'runs again',
  'runs-if-content-differs': 'if content differs',
  relinked: 're-linked',
  reused: 'reused',
};

/** The words for a node: a source does not run, it is another one. */
export function sayStatus(node: DrawnNode, status: Status): string {
  return status === 'runs' && isSourceShape(node) ? 'changes' : statusWords[status];
}

export const markWords: Readonly<Record<Mark, string>> = { added: 'added', removed: 'removed', rekeyed: 're-keyed' };

export const roleWords: Readonly<Record<EdgeRole, string>> = {
  base: 'base',
  copy: 'copy',
  mount: 'mount',
  layer: 'layer',
};

/** The part of a picture that is drawn. */
export interface Extent {
  readonly window: Box;
  /** Too small to read: no words, no icons. */
  readonly plain: boolean;
}

/** The picture's groups, in the order in which they are painted. `id` sets apart pictures of one page. */
export function scene(layout: Layout, overlay: Overlay = {}, id = 'p', extent?: Extent): readonly Element[] {
  const { drawn } = layout;
  const labelled = extent?.plain ? new Set<number>() : labelledEdges(layout);
  const within = (box: Box) => extent === undefined || touches(box, extent.window);
  const lanes: Element[] = [];
  const titles: Element[] = [];
  for (const [i, lane] of drawn.lanes.entries()) {
    const box = layout.lanes[i]!;
    if (!within(box)) continue;
    lanes.push(laneElement(lane, box));
    if (!extent?.plain) titles.push(titleElement(lane, box));
  }
  const edges: Element[] = [];
  for (const [i, edge] of drawn.edges.entries()) {
    const points = layout.edges[i]!;
    if (extent !== undefined && !within(boundsOf(points))) continue;
    const lit = overlay.path?.edges.has(i) ? ' on' : '';
    const dead = drawn.nodes[edge.to]!.reachable ? '' : ' unreachable';
    const label = labelled.has(i) ? [edgeLabel(roleWords[edge.role], points)] : [];
    const path = { class: `edge ${edge.role}`, d: roundedPath(points), 'marker-end': `url(#${id}-${edge.role})` };
    edges.push({ ...element('g', { class: `link${lit}${dead}` }, [element('path', path), ...label]), key: edge.key });
  }
  const nodes: Element[] = [];
  for (const [i, node] of drawn.nodes.entries()) {
    const box = layout.nodes[i]!;
    if (within(box)) nodes.push(nodeElement(node, i, box, overlay, id, extent?.plain ?? false));
  }
  return [
    definitions(id),
    group('lanes', lanes),
    group('edges', edges),
    group('titles', titles),
    group('nodes', nodes),
  ];
}

function touches(a: Box, b: Box): boolean {
  return a.x <= b.x + b.width && b.x <= a.x + a.width && a.y <= b.y + b.height && b.y <= a.y + a.height;
}

function boundsOf(points: readonly Point[]): Box {
  const first = points[0]!;
  const last = points.at(-1)!;
  let left = first.x;
  let right = first.x;
  for (const { x } of points) {
    if (x < left) left = x;
    if (x > right) right = x;
  }
  return { x: left, y: first.y, width: right - left, height: last.y - first.y };
}

export function element(tag: string, attributes: Record<string, string>, children: readonly Element[] = []): Element {
  return { tag, attributes, children };
}

export function textElement(className: string, x: number, y: number, text: string): Element {
  return { tag: 'text', attributes: { class: className, x: String(x), y: String(y) }, children: [], text };
}

function group(className: string, children: readonly Element[]): Element {
  return { tag: 'g', key: className, attributes: { class: className }, children };
}

function laneState(lane: DrawnLane): string {
  return `${lane.target ? ' target' : ''}${lane.reachable ? '' : ' unreachable'}`;
}

function laneElement(lane: DrawnLane, box: Box): Element {
  return {
    ...element('g', { class: `lane${laneState(lane)}`, transform: `translate(${box.x} ${box.y})` }, [
      element('rect', { class: 'lane-box', width: String(box.width), height: String(box.height), rx: '10' }),
    ]),
    key: lane.key,
  };
}

/** Titles are painted over the edges, which may run through them. */
function titleElement(lane: DrawnLane, box: Box): Element {
  const remark = lane.target ? 'target' : lane.reachable ? '' : 'not needed by the target';
  const room = Math.floor((box.width - 44) / 7.6 - remark.length * 0.8);
  const end = String(box.width - 12);
  return {
    ...element('g', { class: `lane${laneState(lane)}`, transform: `translate(${box.x} ${box.y})` }, [
      textElement('lane-title', 34, 16, wrap(lane.title, Math.max(6, room), 1)[0]!),
      ...(remark === ''
        ? []
        : [
            {
              tag: 'text',
              attributes: { class: 'lane-note', x: end, y: '16', 'text-anchor': 'end' },
              children: [],
              text: remark,
            },
          ]),
    ]),
    key: lane.key,
  };
}

function nodeElement(node: DrawnNode, index: number, box: Box, overlay: Overlay, id: string, plain: boolean): Element {
  const status = overlay.statuses?.get(index);
  const mark = overlay.marks?.get(index);
  const classes = [
    'node',
    node.shape,
    look(node),
    node.reachable ? '' : 'unreachable',
    node.provisional ? 'provisional' : '',
    node.uncertain ? 'uncertain' : '',
    node.problem === '' ? '' : 'problem',
    node.linked ? 'linked' : '',
    status ?? '',
    mark ?? '',
    overlay.path?.nodes.has(index) ? 'on' : '',
  ];
  const children: Element[] = [
    { ...element('path', { class: 'shape', d: outline(node.shape, box.width, box.height) }) },
    ...(plain ? [] : [...decoration(node, box), ...words(node, box)]),
  ];
  const pattern =
    status && status !== 'reused'
      ? status
      : mark === 'removed'
        ? 'runs'
        : mark === 'rekeyed'
          ? 'runs-if-content-differs'
          : mark === 'added'
            ? 'added'
            : undefined;
  if (pattern) {
    const x = node.shape === 'join' ? 0 : box.width - 9;
    children.push(
      element('rect', {
        class: 'status-band',
        x: String(x + 1),
        y: '3',
        width: '7',
        height: String(box.height - 6),
        fill: `url(#${id}-fill-${pattern})`,
      }),
    );
  }
  // Below the badges: no line runs through their words.
  if (overlay.matches?.has(index)) children.push(ring('match', box, 6));
  if (overlay.cursor === index) children.push(ring('cursor', box, 3));
  if (overlay.selected === index) children.push(ring('selected', box, 3));
  if (!plain) {
    if (overlay.buttons) children.push(...buttons(node, box));
    else if (node.linked && node.shape === 'step') children.push(linkTag(box, '--link', 'tag on'));
    if (node.tags.length > 0) children.push(mountTag(box, node.tags));
    if (status && (node.on < 0 || status !== 'reused'))
      children.push(badge(sayStatus(node, status), status, node, box));
    if (mark) children.push(badge(markWords[mark], mark, node, box));
  }
  return {
    ...element(
      'g',
      {
        class: classes.filter((name) => name !== '').join(' '),
        transform: `translate(${box.x} ${box.y})`,
        'data-key': node.key,
      },
      children,
    ),
    key: node.key,
  };
}

/** Which family of colours a step has. */
function look(node: DrawnNode): string {
  return node.shape === 'step' && node.title.startsWith('RUN') ? 'exec' : '';
}

function decoration(node: DrawnNode, box: Box): Element[] {
  const icon = node.shape === 'step' ? (look(node) === 'exec' ? 'run' : 'copy') : node.shape;
  if (node.shape === 'config')
    return [element('circle', { class: 'station', cx: String(sizes.rail), cy: String(box.height / 2), r: '3.5' })];
  const small = node.on >= 0;
  const x = small ? 14 : sizes.rail;
  const y = small ? box.height / 2 : node.shape === 'join' ? box.height / 2 : 18;
  const parts = [
    element('path', {
      class: 'icon',
      d: icons[icon] ?? icons.copy!,
      transform: `translate(${x} ${y})${small ? ' scale(.85)' : ''}`,
    }),
  ];
  return parts;
}

function words(node: DrawnNode, box: Box): Element[] {
  if (node.shape === 'join') return [textElement('keyword', 36, 17.5, 'merge')];
  if (node.on >= 0)
    return [
      textElement(
        'title',
        27,
        15,
        fitted(node.shape === 'argument' ? node.title.slice(4) : node.title, box.width - 50),
      ),
    ];
  if (node.shape === 'config') return [titleLine(node.lines[0]!, 34, 16, true)];
  const title = node.lines.map((line, i) =>
    titleLine(line, 36, 17 + i * sizes.line, i === 0 && node.shape !== 'stage'),
  );
  const y = box.height - 8;
  if (node.problem !== '') return [...title, textElement('problem-text', 36, y, `✕ ${wrap(node.problem, 29, 1)[0]}`)];
  return [...title, textElement('note', 36, y, node.uncertain ? `${node.note} · uncertain` : node.note)];
}

function fitted(text: string, width: number): string {
  return wrap(text, Math.max(3, Math.floor(width / 7.25)), 1)[0]!;
}

/** The first word of a line of the file in bold. */
function titleLine(line: string, x: number, y: number, keyword: boolean): Element {
  const blank = line.indexOf(' ');
  if (!keyword || blank <= 0 || !/^[A-Z]+$/.test(line.slice(0, blank))) return textElement('title', x, y, line);
  const span = (className: string, text: string): Element => ({
    tag: 'tspan',
    attributes: { class: className },
    children: [],
    text,
  });
  return {
    tag: 'text',
    attributes: { class: 'title', x: String(x), y: String(y), 'xml:space': 'preserve' },
    children: [span('keyword', line.slice(0, blank)), span('rest', line.slice(blank))],
  };
}

function badge(text: string, className: string, node: DrawnNode, box: Box): Element {
  const width = Math.round(columnsOf(text) * 5.9 + 14);
  const x = node.shape === 'join' ? box.width + 5 : node.on >= 0 ? box.width - width + 4 : box.width - width - 8;
  const y = node.shape === 'join' ? 5 : node.on >= 0 ? -9 : box.height - 4;
  return element('g', { class: `badge ${className}`, transform: `translate(${x} ${y})` }, [
    element('rect', { width: String(width), height: '16', rx: '8' }),
    {
      ...textElement('badge-text', width / 2, 11.5, text),
      attributes: { class: 'badge-text', x: String(width / 2), y: '11.5', 'text-anchor': 'middle' },
    },
  ]);
}

function linkTag(box: Box, text: string, className: string): Element {
  const width = 46;
  return element(
    'g',
    { class: className, 'data-action': 'link', transform: `translate(${box.width - width - 12} ${box.height - 20})` },
    [element('rect', { width: String(width), height: '14', rx: '4' }), textElement('tag-text', 8, 10.5, text)],
  );
}

/** Mounts that bring no edge: the first by its kind, the rest by their number. */
function mountTag(box: Box, kinds: readonly string[]): Element {
  const text = kinds.length > 1 ? `${kinds[0]} +${kinds.length - 1}` : kinds[0]!;
  const width = Math.round(columnsOf(text) * 5.8 + 12);
  return element('g', { class: 'tag mount', transform: `translate(${box.width - width - 12} ${box.height - 20})` }, [
    element('rect', { width: String(width), height: '14', rx: '4' }),
    textElement('tag-text', 6, 10.5, text),
  ]);
}

/** Only for the pointer: the same actions stand as real buttons in the card. */
function buttons(node: DrawnNode, box: Box): Element[] {
  const parts: Element[] = [];
  if (isCopy(node)) parts.push(linkTag(box, '--link', node.linked ? 'tag on' : 'tag off'));
  if (node.shape === 'join' || node.shape === 'scratch' || node.shape === 'alias' || node.shape === 'stage')
    return parts;
  if (node.shape === 'config' && !node.title.startsWith('ARG')) return parts;
  const x = box.width - (node.on >= 0 ? 13 : 15);
  const y = node.on >= 0 || node.shape === 'config' ? box.height / 2 : 14;
  const always = node.shape === 'argument' || (node.vertices.length > 0 && isSourceShape(node)) ? ' always' : '';
  parts.push(
    element('g', { class: `bolt${always}`, 'data-action': 'whatIf', transform: `translate(${x} ${y})` }, [
      element('circle', { r: '8.5' }),
      element('path', { d: icons.bolt! }),
    ]),
  );
  return parts;
}

export function isSourceShape(node: DrawnNode): boolean {
  return node.shape === 'image' || node.shape === 'context' || node.shape === 'git' || node.shape === 'url';
}

export function isCopy(node: DrawnNode): boolean {
  return node.shape === 'step' && node.instruction >= 0 && /^(COPY|ADD)\b/.test(node.title);
}

function ring(className: string, box: Box, away: number): Element {
  return element('rect', {
    class: `ring ${className}`,
    x: String(-away),
    y: String(-away),
    width: String(box.width + 2 * away),
    height: String(box.height + 2 * away),
    rx: String(7 + away),
  });
}

/** One label for each role that enters a node, at its rightmost port; a base says so only where it comes from afar. */
function labelledEdges(layout: Layout): Set<number> {
  const rightmost = new Map<string, number>();
  for (const [i, edge] of layout.drawn.edges.entries()) {
    if (layout.drawn.nodes[edge.from]!.on === edge.to) continue;
    const points = layout.edges[i]!;
    // A line that says FROM has said it.
    if (edge.role === 'base' && (points.length <= 2 || layout.drawn.nodes[edge.to]!.shape === 'alias')) continue;
    const key = `${edge.to} ${edge.role}`;
    const known = rightmost.get(key);
    if (known === undefined || layout.edges[known]!.at(-1)!.x < points.at(-1)!.x) rightmost.set(key, i);
  }
  return new Set(rightmost.values());
}

function edgeLabel(text: string, points: readonly Point[]): Element {
  const end = points.at(-1)!;
  return textElement('edge-label', end.x + 6, end.y - 5, text);
}

/** A polyline whose corners are rounded; the last piece ends where the arrow head begins. */
export function roundedPath(points: readonly Point[]): string {
  const first = points[0]!;
  let path = `M${first.x} ${first.y}`;
  for (let i = 1; i < points.length - 1; i++) {
    const before = points[i - 1]!;
    const here = points[i]!;
    const after = points[i + 1]!;
    const radius = Math.min(6, distance(before, here) / 2, distance(here, after) / 2);
    const from = toward(here, before, radius);
    const to = toward(here, after, radius);
    path += `L${from.x} ${from.y}Q${here.x} ${here.y} ${to.x} ${to.y}`;
  }
  const last = points.at(-1)!;
  return `${path}L${last.x} ${last.y - 5}`;
}

function distance(a: Point, b: Point): number {
  return Math.abs(a.x - b.x) + Math.abs(a.y - b.y);
}

/** The point `length` away from a, on the way to b; edges only run along the axes. */
function toward(a: Point, b: Point, length: number): Point {
  return { x: a.x + Math.sign(b.x - a.x) * length, y: a.y + Math.sign(b.y - a.y) * length };
}

function definitions(id: string): Element {
  const head = (role: string, d: string) =>
    element(
      'marker',
      {
        id: `${id}-${role}`,
        viewBox: '0 0 12 12',
        refX: '6',
        refY: '6',
        markerWidth: '12',
        markerHeight: '12',
        markerUnits: 'userSpaceOnUse',
        orient: 'auto',
      },
      [element('path', { class: `head ${role}`, d })],
    );
  const fill = (status: string, children: readonly Element[]) =>
    element(
      'pattern',
      { id: `${id}-fill-${status}`, width: '6', height: '6', patternUnits: 'userSpaceOnUse' },
      children,
    );
  return {
    tag: 'defs',
    key: 'defs',
    attributes: {},
    children: [
      head('base', 'M1 2L11 6L1 10Z'),
      head('copy', 'M1 2L11 6L1 10Z'),
      head('mount', 'M1.5 2.5L10.5 6L1.5 9.5Z'),
      head('layer', 'M1 6L6 2L11 6L6 10Z'),
      fill('runs', [element('path', { class: 'pattern-runs', d: 'M-1 5L5 -1M1 7L7 1', 'stroke-width': '2' })]),
      fill('runs-if-content-differs', [
        element('circle', { class: 'pattern-maybe', cx: '1.5', cy: '1.5', r: '1.2' }),
        element('circle', { class: 'pattern-maybe', cx: '4.5', cy: '4.5', r: '1.2' }),
      ]),
      fill('relinked', [element('path', { class: 'pattern-relinked', d: 'M0 1.5H6M0 4.5H6', 'stroke-width': '1.2' })]),
      fill('added', [element('rect', { class: 'pattern-reused', width: '6', height: '6' })]),
    ],
  };
}
