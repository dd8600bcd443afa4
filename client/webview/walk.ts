// Ways through the drawn graph: along edges by arrow keys, and from a node to its sources and to what it invalidates.
import type { Layout } from './layout.ts';
import type { Drawn } from './model.ts';

export type Direction = 'up' | 'down' | 'left' | 'right';

export interface Path {
  readonly nodes: ReadonlySet<number>;
  readonly edges: ReadonlySet<number>;
}

interface Neighbours {
  /** Indexes among edges. */
  readonly needs: readonly (readonly number[])[];
  readonly users: readonly (readonly number[])[];
}

const cache = new WeakMap<Drawn, Neighbours>();

export function neighbours(drawn: Drawn): Neighbours {
  const known = cache.get(drawn);
  if (known) return known;
  const needs: number[][] = drawn.nodes.map(() => []);
  const users: number[][] = drawn.nodes.map(() => []);
  for (const [i, edge] of drawn.edges.entries()) {
    needs[edge.to]!.push(i);
    users[edge.from]!.push(i);
  }
  const found = { needs, users };
  cache.set(drawn, found);
  return found;
}

/** Everything that the node needs, and everything that hangs on it. */
export function pathOf(drawn: Drawn, node: number): Path {
  const { needs, users } = neighbours(drawn);
  const nodes = new Set([node]);
  const edges = new Set<number>();
  const follow = (table: readonly (readonly number[])[], next: 'from' | 'to') => {
    const stack = [node];
    const seen = new Set(stack);
    while (stack.length > 0) {
      for (const edge of table[stack.pop()!]!) {
        edges.add(edge);
        const other = drawn.edges[edge]![next];
        if (seen.has(other)) continue;
        seen.add(other);
        nodes.add(other);
        stack.push(other);
      }
    }
  };
  follow(needs, 'from');
  follow(users, 'to');
  return { nodes, edges };
}

/**
 * The node that an arrow key leads to, -1 for none. Up and down follow an edge, the rail first; left and right follow
 * an edge to that side, else go to the nearest node there.
 */
export function step(layout: Layout, from: number, direction: Direction): number {
  const { drawn, nodes } = layout;
  const { needs, users } = neighbours(drawn);
  const here = nodes[from];
  if (!here) return -1;
  const across = (to: number) => nodes[to]!.x - here.x;
  if (direction === 'up' || direction === 'down') {
    const edges = direction === 'up' ? needs[from]! : users[from]!;
    const next = edges.map((edge) => (direction === 'up' ? drawn.edges[edge]!.from : drawn.edges[edge]!.to));
    const order = (edge: number) => (drawn.edges[edge]!.role === 'base' ? 0 : 1);
    let best = -1;
    let bestCost = Number.POSITIVE_INFINITY;
    for (const [i, to] of next.entries()) {
      const cost = order(edges[i]!) * 1e6 + Math.abs(across(to)) + Math.abs(nodes[to]!.y - here.y) / 10;
      if (cost < bestCost) [best, bestCost] = [to, cost];
    }
    return best;
  }
  const sign = direction === 'left' ? -1 : 1;
  const beside = [...needs[from]!.map((e) => drawn.edges[e]!.from), ...users[from]!.map((e) => drawn.edges[e]!.to)];
  const nearest = (candidates: readonly number[]) => {
    let best = -1;
    let bestCost = Number.POSITIVE_INFINITY;
    for (const to of candidates) {
      const distance = across(to) * sign;
      if (to === from || distance < 8) continue;
      const cost = distance + 4 * Math.abs(nodes[to]!.y - here.y);
      if (cost < bestCost) [best, bestCost] = [to, cost];
    }
    return best;
  };
  const byEdge = nearest(beside);
  return byEdge >= 0 ? byEdge : nearest(nodes.map((_, i) => i));
}

/** Nodes whose words contain the text; letters' case does not count. */
export function search(drawn: Drawn, text: string): number[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return [];
  return drawn.nodes.flatMap((node, i) => {
    // A source on its user and a join have no words of the file; their line has them.
    const own = node.on >= 0 || node.shape === 'join' ? '' : node.signature;
    return `${own} ${node.title} ${node.note}`.toLowerCase().includes(wanted) ? [i] : [];
  });
}
