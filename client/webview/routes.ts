// Which channels and gutters each edge runs through, and its track in each.

import type { Ports } from './layout.ts';
import type { DrawnEdge } from './model.ts';

/** A way from a node down to another: straight, or over one or two tracks between rows with a gutter between them. */
export interface Route {
  readonly ports: Ports;
  readonly upper?: { readonly channel: number; track: number };
  readonly gutter?: { readonly gutter: number; track: number };
  readonly lower?: { readonly channel: number; track: number };
}

export interface Channels {
  readonly routes: ReadonlyMap<number, Route>;
  /** Tracks of the channel above each row, and of the one below all. */
  readonly horizontal: readonly number[];
  /** Tracks of the gutter left of each column, and of the one right of all. */
  readonly vertical: readonly number[];
}

interface Cell {
  readonly column: number;
  readonly row: number;
}

/** A stretch of one net in a channel or gutter; edges of one role from one node share theirs. */
interface Stretch {
  low: number;
  high: number;
  readonly slots: { track: number }[];
}

/** Collects edges, then hands out tracks. */
export function newRoutes(cells: readonly Cell[], columns: number, rows: number) {
  const taken: number[][] = Array.from({ length: columns }, () => []);
  for (const { column, row } of cells) taken[column]?.push(row);
  for (const list of taken) list.sort((a, b) => a - b);
  const routes = new Map<number, Route>();
  const horizontal: Map<string, Stretch>[] = Array.from({ length: rows + 1 }, () => new Map());
  const vertical: Map<string, Stretch>[] = Array.from({ length: columns + 1 }, () => new Map());

  return { add, finish };

  function add(index: number, edge: DrawnEdge, ports: Ports): void {
    const from = cells[edge.from]!;
    const to = cells[edge.to]!;
    const net = `${edge.from} ${edge.role}`;
    // The channel below a row is the one above the next.
    const first = from.row + 1;
    const last = to.row;
    const start = at(from.column, ports.out);
    const end = at(to.column, ports.in);
    const throughFrom = isFree(from.column, first, last - 1);
    if (from.column === to.column && ports.out === ports.in && throughFrom) {
      routes.set(index, { ports });
      return;
    }
    if (first === last || isFree(to.column, first, last - 1)) {
      routes.set(index, { ports, upper: { channel: first, track: 0 } });
      stretch(horizontal[first]!, net, start, end, routes.get(index)!.upper!);
      return;
    }
    if (throughFrom && from.column !== to.column) {
      routes.set(index, { ports, upper: { channel: last, track: 0 } });
      stretch(horizontal[last]!, net, start, end, routes.get(index)!.upper!);
      return;
    }
    const gutter = from.column < to.column ? to.column : to.column + 1;
    const route: Route = {
      ports,
      upper: { channel: first, track: 0 },
      gutter: { gutter, track: 0 },
      lower: { channel: last, track: 0 },
    };
    routes.set(index, route);
    const turn = at(gutter, 0) - 0.25;
    stretch(horizontal[first]!, net, start, turn, route.upper!);
    stretch(vertical[gutter]!, net, first, last, route.gutter!);
    stretch(horizontal[last]!, net, turn, end, route.lower!);
  }

  function finish(): Channels {
    return { routes, horizontal: horizontal.map(handOut), vertical: vertical.map(handOut) };
  }

  /** No node stands in the column between the rows, both included. */
  function isFree(column: number, low: number, high: number): boolean {
    const list = taken[column]!;
    let left = 0;
    let right = list.length;
    while (left < right) {
      const middle = (left + right) >> 1;
      if (list[middle]! < low) left = middle + 1;
      else right = middle;
    }
    return left === list.length || list[left]! > high;
  }
}

/** A place along a channel that needs no pixels: columns are one apart. */
function at(column: number, offset: number): number {
  return column + offset / 1000;
}

function stretch(table: Map<string, Stretch>, net: string, a: number, b: number, slot: { track: number }): void {
  const known = table.get(net);
  if (known) {
    known.low = Math.min(known.low, a, b);
    known.high = Math.max(known.high, a, b);
    known.slots.push(slot);
  } else table.set(net, { low: Math.min(a, b), high: Math.max(a, b), slots: [slot] });
}

/** Gives every stretch the first track where nothing else runs; returns how many there are. */
function handOut(table: ReadonlyMap<string, Stretch>): number {
  const ends: number[] = [];
  const stretches = [...table.values()].sort((a, b) => a.low - b.low || a.high - b.high);
  for (const each of stretches) {
    let track = 0;
    while (track < ends.length && ends[track]! >= each.low) track++;
    ends[track] = each.high;
    for (const slot of each.slots) slot.track = track;
  }
  return ends.length;
}
