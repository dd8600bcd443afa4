// Where everything stands: a pure function from a graph to the places of lanes, nodes and edges.
//
// Stages are columns, and a node's row is the longest way to it from a source, so that every edge runs down, what can
// run at once stands side by side, and an edit moves only what comes after it. Edges run in channels between the rows
// and in gutters between the columns, where no node ever stands.
import type { BuildGraph } from '../../shared/src/graph.ts';
import type { GraphMode } from '../../shared/src/graphView.ts';
import { type Drawn, type DrawnNode, drawn, sizes } from './model.ts';
import { type Channels, newRoutes, type Route } from './routes.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Boxes and points are in pixels at a zoom of one, from the top left; each list stands beside its list in `drawn`. */
export interface Layout {
  readonly drawn: Drawn;
  readonly width: number;
  readonly height: number;
  readonly lanes: readonly Box[];
  readonly nodes: readonly Box[];
  /** Corners of each edge, from what is needed down to what needs it. */
  readonly edges: readonly (readonly Point[])[];
  /** Column of each lane, by the lane's key: what the next layout tries to keep. */
  readonly columnOf: ReadonlyMap<string, number>;
}

export interface LayoutOptions {
  /** Space around the picture. */
  readonly margin: number;
}

/** A node's place on the grid. */
interface Cell {
  readonly column: number;
  readonly row: number;
}

/** The grid: which node stands where, and which lane has which columns and rows. */
interface Grid {
  readonly cells: readonly Cell[];
  readonly columns: number;
  readonly rows: number;
  /** First and last column, first and last row. */
  readonly laneSpans: readonly { left: number; right: number; top: number; bottom: number }[];
  readonly columnOf: ReadonlyMap<string, number>;
}

const space = {
  /** Between a lane's border and its nodes. */
  padding: 12,
  header: 38,
  footer: 10,
  /** Between two tracks of a channel or gutter. */
  track: 8,
  /** Below the last track of a channel: room for a corner and an arrow head. */
  landing: 18,
  /** Least height of a channel, least width of a gutter. */
  channel: 20,
  gutter: 16,
} as const;

/** Lays out a graph. `previous` is the layout before the last edit: keys, and columns where they still fit, are kept. */
export function layoutGraph(
  graph: BuildGraph,
  mode: GraphMode,
  options: LayoutOptions = { margin: 24 },
  previous?: Layout,
): Layout {
  return place(drawn(graph, mode, previous?.drawn), options, previous);
}

export function place(drawn: Drawn, options: LayoutOptions, previous?: Layout): Layout {
  const grid = makeGrid(drawn, previous);
  const routes = newRoutes(grid.cells, grid.columns, grid.rows);
  const ported = ports(drawn, grid);
  for (const [i, edge] of drawn.edges.entries()) {
    const port = ported[i];
    if (port) routes.add(i, edge, port);
  }
  return measure(drawn, grid, routes.finish(), options);
}

/** Rows by the longest way, columns by lane. */
function makeGrid(drawn: Drawn, previous: Layout | undefined): Grid {
  const { nodes, edges, lanes } = drawn;
  const rowOf = new Array<number>(nodes.length).fill(0);
  const users: number[][] = nodes.map(() => []);
  const needs: number[][] = nodes.map(() => []);
  for (const edge of edges) {
    if (nodes[edge.from]!.on === edge.to) continue;
    users[edge.from]!.push(edge.to);
    needs[edge.to]!.push(edge.from);
  }
  for (let i = 0; i < nodes.length; i++) {
    for (const need of needs[i]!) rowOf[i] = Math.max(rowOf[i]!, rowOf[need]! + 1);
  }
  // What hangs on nothing of its lane sinks to just above what needs it.
  for (let i = nodes.length - 1; i >= 0; i--) {
    if (nodes[i]!.place === 'rail' || users[i]!.length === 0) continue;
    rowOf[i] = Math.max(rowOf[i]!, Math.min(...users[i]!.map((user) => rowOf[user]! - 1)));
  }
  for (let i = 0; i < nodes.length; i++) if (nodes[i]!.on >= 0) rowOf[i] = rowOf[nodes[i]!.on]!;

  // Columns of sources that belong to no lane, at the left.
  const columnIn = new Array<number>(nodes.length).fill(0);
  const loose: Set<number>[] = [];
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[i]!;
    if (node.lane >= 0 || node.on >= 0 || drawn.mode === 'stages') continue;
    let row = rowOf[i]!;
    let column = loose.findIndex((taken) => !taken.has(row));
    if (column < 0 || column > 0) {
      // A source may as well stand higher: better than a further column.
      let higher = row;
      while (higher >= 0 && loose[0]?.has(higher)) higher--;
      if (needs[i]!.length === 0 && higher >= 0) {
        row = higher;
        column = 0;
      }
    }
    if (column < 0) column = loose.length;
    (loose[column] ??= new Set()).add(row);
    columnIn[i] = column;
    rowOf[i] = row;
  }
  // Columns within each lane: the rail first, then the first that is free in that row.
  const groups =
    drawn.mode === 'stages'
      ? nodes.map((_, i) => [i]).filter(([i]) => nodes[i!]!.on < 0)
      : lanes.map((): number[] => []);
  const keyOf = (group: number) => (drawn.mode === 'stages' ? nodes[groups[group]![0]!]!.key : lanes[group]!.key);
  if (drawn.mode !== 'stages') {
    for (let i = 0; i < nodes.length; i++) if (nodes[i]!.lane >= 0 && nodes[i]!.on < 0) groups[nodes[i]!.lane]!.push(i);
  }
  const spans = groups.map((members) => {
    const taken: Set<number>[] = [];
    let top = Number.MAX_SAFE_INTEGER;
    let bottom = -1;
    for (const rail of [true, false]) {
      for (const i of members) {
        if ((nodes[i]!.place === 'rail') !== rail) continue;
        const row = rowOf[i]!;
        let column = rail ? 0 : 1;
        while (taken[column]?.has(row)) column++;
        (taken[column] ??= new Set()).add(row);
        columnIn[i] = column;
        top = Math.min(top, row);
        bottom = Math.max(bottom, row);
      }
    }
    return { top: Math.min(top, Math.max(bottom, 0)), bottom: Math.max(bottom, 0), width: Math.max(taken.length, 1) };
  });
  const { slots, columnOf } = packLanes(drawn, groups, spans, keyOf, needs, previous);
  // Slots to columns: each as wide as the widest lane in it.
  const slotWidth: number[] = [];
  for (const [i, span] of spans.entries()) {
    slotWidth[slots[i]!] = Math.max(slotWidth[slots[i]!] ?? 1, span.width);
  }
  const slotStart: number[] = [];
  let column = loose.length;
  for (let slot = 0; slot < slotWidth.length; slot++) {
    slotStart[slot] = column;
    column += slotWidth[slot] ?? 0;
  }
  for (const [g, members] of groups.entries()) for (const i of members) columnIn[i]! += slotStart[slots[g]!]!;
  for (let i = 0; i < nodes.length; i++) if (nodes[i]!.on >= 0) columnIn[i] = columnIn[nodes[i]!.on]!;
  return {
    cells: nodes.map((_, i) => ({ column: columnIn[i]!, row: rowOf[i]! })),
    columns: column,
    rows: spans.reduce(
      (most, span) => Math.max(most, span.bottom + 1),
      rowOf.reduce((most, row) => Math.max(most, row + 1), 0),
    ),
    laneSpans: lanes.map((_, g) => {
      const left = slotStart[slots[g]!]!;
      return { left, right: left + spans[g]!.width - 1, top: spans[g]!.top, bottom: spans[g]!.bottom };
    }),
    columnOf,
  };
}

/** Which slot each lane stands in: below the lane that it continues where there is room, else the first free to the right. */
function packLanes(
  drawn: Drawn,
  groups: readonly (readonly number[])[],
  spans: readonly { top: number; bottom: number; width: number }[],
  keyOf: (group: number) => string,
  needs: readonly (readonly number[])[],
  previous: Layout | undefined,
): { slots: number[]; columnOf: Map<string, number> } {
  const taken: { top: number; bottom: number }[][] = [];
  const slots: number[] = [];
  const columnOf = new Map<string, number>();
  const groupOf = new Map(groups.flatMap((members, g) => members.map((i) => [i, g] as const)));
  const isFree = (slot: number, top: number, bottom: number) =>
    (taken[slot] ?? []).every((other) => bottom < other.top || top > other.bottom);
  for (const [g, span] of spans.entries()) {
    const base =
      drawn.mode === 'stages'
        ? (groupOf.get(
            drawn.edges.find(
              (edge) => edge.to === groups[g]![0] && edge.role === 'base' && drawn.nodes[edge.from]!.on < 0,
            )?.from ??
              needs[groups[g]![0]!]?.[0] ??
              -1,
          ) ?? -1)
        : drawn.lanes[g]!.base;
    const kept = previous?.drawn.mode === drawn.mode ? previous.columnOf.get(keyOf(g)) : undefined;
    let slot: number;
    if (kept !== undefined && kept <= taken.length && isFree(kept, span.top, span.bottom)) slot = kept;
    else if (base >= 0 && slots[base] !== undefined) {
      slot = slots[base]!;
      while (!isFree(slot, span.top, span.bottom)) slot++;
    } else slot = taken.length;
    (taken[slot] ??= []).push({ top: span.top, bottom: span.bottom });
    slots.push(slot);
    columnOf.set(keyOf(g), slot);
  }
  return { slots, columnOf };
}

/** Where an edge leaves and enters, from the left edges of its two nodes. */
export interface Ports {
  readonly out: number;
  readonly in: number;
}

function ports(drawn: Drawn, grid: Grid): (Ports | undefined)[] {
  const { nodes, edges } = drawn;
  const incoming = new Map<number, number[]>();
  const atop = new Map<number, number[]>();
  for (const [i, edge] of edges.entries()) {
    if (nodes[edge.from]!.on === edge.to) {
      push(atop, edge.to, edge.from);
      continue;
    }
    if (!onRail(nodes[edge.to]!, edge.role)) push(incoming, edge.to, i);
  }
  const inPort = new Map<number, number>();
  for (const [to, list] of incoming) {
    list.sort((a, b) => grid.cells[edges[a]!.from]!.column - grid.cells[edges[b]!.from]!.column || a - b);
    // Sources that sit on the node leave the left part of its top to edges.
    const first = sizes.rail + 26;
    const end = atop.has(to) ? portsBesideSources : nodes[to]!.width - 24;
    const step = list.length > 1 ? Math.min(18, (end - first) / (list.length - 1)) : 0;
    for (const [n, i] of list.entries()) inPort.set(i, first + n * step);
  }
  return edges.map((edge, i) => {
    const from = nodes[edge.from]!;
    if (from.on === edge.to) return undefined;
    const out = { base: sizes.rail, copy: 88, mount: 108, layer: sizes.rail + 26 }[edge.role];
    return { out: Math.min(out, from.width - 12), in: inPort.get(i) ?? sizes.rail };
  });
}

function onRail(node: DrawnNode, role: string): boolean {
  return role === 'base' && (node.place === 'rail' || node.shape === 'join' || node.shape === 'stage');
}

function push(table: Map<number, number[]>, key: number, value: number): void {
  const list = table.get(key);
  if (list) list.push(value);
  else table.set(key, [value]);
}

/** From rows and columns to pixels. */
function measure(drawn: Drawn, grid: Grid, channels: Channels, options: LayoutOptions): Layout {
  const { nodes } = drawn;
  const atop = nodes.map((): number[] => []);
  for (let i = 0; i < nodes.length; i++) if (nodes[i]!.on >= 0) atop[nodes[i]!.on]!.push(i);
  const entered = new Set(
    drawn.edges.filter((edge) => nodes[edge.from]!.on !== edge.to && edge.role !== 'base').map((edge) => edge.to),
  );
  const rowHeight = new Array<number>(grid.rows).fill(0);
  const rowStem = new Array<number>(grid.rows).fill(0);
  const columnWidth = new Array<number>(grid.columns).fill(0);
  for (let i = 0; i < nodes.length; i++) {
    const { row, column } = grid.cells[i]!;
    if (nodes[i]!.on >= 0) continue;
    rowHeight[row] = Math.max(rowHeight[row]!, nodes[i]!.height);
    columnWidth[column] = Math.max(columnWidth[column]!, nodes[i]!.width);
    if (atop[i]!.length > 0) rowStem[row] = Math.max(rowStem[row]!, stemHeight(atop[i]!.length));
  }
  const starts = new Set(grid.laneSpans.map((lane) => lane.top));
  const ends = new Set(grid.laneSpans.map((lane) => lane.bottom));
  // Channel r runs above row r; the last runs below all rows.
  const channelTop: number[] = [];
  const rowTop: number[] = [];
  let y = options.margin;
  for (let r = 0; r <= grid.rows; r++) {
    if (r > 0 && ends.has(r - 1)) y += space.footer;
    channelTop[r] = y;
    const tracks = channels.horizontal[r] ?? 0;
    y += tracks > 0 ? tracks * space.track + space.landing : r === 0 || r === grid.rows ? 0 : space.channel;
    if (r === grid.rows) break;
    if (starts.has(r)) y += space.header;
    rowTop[r] = y + rowStem[r]!;
    y += rowStem[r]! + rowHeight[r]!;
  }
  const height = y + options.margin;

  const lefts = new Set(grid.laneSpans.map((lane) => lane.left));
  const rights = new Set(grid.laneSpans.map((lane) => lane.right));
  const gutterLeft: number[] = [];
  const columnLeft: number[] = [];
  let x = options.margin;
  for (let c = 0; c <= grid.columns; c++) {
    if (c > 0 && rights.has(c - 1)) x += space.padding;
    gutterLeft[c] = x;
    const tracks = channels.vertical[c] ?? 0;
    const edge = c === 0 || c === grid.columns;
    x += tracks > 0 ? Math.max(space.gutter, (tracks + 1) * space.track) : edge ? 0 : space.gutter;
    if (c === grid.columns) break;
    if (lefts.has(c)) x += space.padding;
    columnLeft[c] = x;
    x += columnWidth[c]!;
  }
  const boxes = nodes.map((node, i): Box => {
    const { row, column } = grid.cells[i]!;
    if (node.on < 0) return { x: columnLeft[column]!, y: rowTop[row]!, width: node.width, height: node.height };
    const siblings = atop[node.on]!;
    return sourceBox(
      { x: columnLeft[column]!, y: rowTop[row]!, width: nodes[node.on]!.width, height: 0 },
      siblings.indexOf(i),
      siblings.length,
      entered.has(node.on),
    );
  });
  const lanes = grid.laneSpans.map((lane): Box => {
    const left = columnLeft[lane.left]! - space.padding;
    const top = rowTop[lane.top]! - rowStem[lane.top]! - space.header + 4;
    const bottom = rowTop[lane.bottom]! + rowHeight[lane.bottom]! + space.footer - 2;
    const right = columnLeft[lane.right]! + columnWidth[lane.right]! + space.padding;
    return { x: left, y: top, width: right - left, height: bottom - top };
  });
  const trackY = (channel: number, track: number) => channelTop[channel]! + (track + 1) * space.track;
  const trackX = (gutter: number, track: number) => gutterLeft[gutter]! + (track + 1) * space.track;
  const edges = drawn.edges.map((edge, i): Point[] => {
    const from = boxes[edge.from]!;
    const to = boxes[edge.to]!;
    const route = channels.routes.get(i);
    if (!route) {
      const x = from.x + 4;
      return [
        { x, y: from.y + from.height },
        { x, y: to.y },
      ];
    }
    return corners(route, from, to, trackX, trackY);
  });
  return { drawn, width: x + options.margin, height, lanes, nodes: boxes, edges, columnOf: grid.columnOf };
}

function corners(
  route: Route,
  from: Box,
  to: Box,
  trackX: (gutter: number, track: number) => number,
  trackY: (channel: number, track: number) => number,
): Point[] {
  const start = { x: from.x + route.ports.out, y: from.y + from.height };
  const end = { x: to.x + route.ports.in, y: to.y };
  const points: Point[] = [start];
  if (route.upper) {
    const y = trackY(route.upper.channel, route.upper.track);
    const x = route.gutter ? trackX(route.gutter.gutter, route.gutter.track) : end.x;
    points.push({ x: start.x, y }, { x, y });
    if (route.lower) {
      const below = trackY(route.lower.channel, route.lower.track);
      points.push({ x, y: below }, { x: end.x, y: below });
    }
  }
  points.push(end);
  return points.filter((point, i) => i === 0 || point.x !== points[i - 1]!.x || point.y !== points[i - 1]!.y);
}

/** Where there are sources on a node, the edges from elsewhere enter left of this. */
const portsBesideSources = 104;

/**
 * Sources stand above each other on the right of a node, each a step further left, so that its stem passes the others;
 * the left of the node's top is for `entering` edges.
 */
function sourceBox(user: Box, nth: number, count: number, entering: boolean): Box {
  const room = user.width - (entering ? portsBesideSources + 8 : sizes.rail + 26);
  const step = count > 1 ? Math.min(sizes.stagger, (room - 60) / (count - 1)) : 0;
  const width = Math.min(sizes.sourceWidth, room - step * (count - 1));
  return {
    x: user.x + user.width - width - nth * step,
    y: user.y - sizes.stem - sizes.source - nth * (sizes.source + 4),
    width,
    height: sizes.source,
  };
}

function stemHeight(count: number): number {
  return sizes.stem + sizes.source * count + 4 * (count - 1);
}
