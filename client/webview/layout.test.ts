import { describe, expect, test } from 'vitest';
import type { BuildGraph } from '../../shared/src/graph.ts';
import type { GraphMode } from '../../shared/src/graphView.ts';
import { type Box, type Layout, layoutGraph } from './layout.ts';
import { depot, generated, sample, service, twoCopies } from './testing/sample.ts';

const modes: readonly GraphMode[] = ['instructions', 'operations', 'stages'];

const graphs: Readonly<Record<string, BuildGraph>> = {
  'a plain copy': depot(false).graph,
  'a linked copy': depot(true).graph,
  'two linked copies': twoCopies(true).graph,
  'two plain copies': twoCopies(false).graph,
  'a web service': service().graph,
  'scratch alone': sample([{ from: 'scratch', steps: [] }]).graph,
  'nothing at all': { ...sample([]).graph, target: -1 },
  'many mounts': sample([
    { from: 'a', as: 'x', steps: [] },
    {
      from: 'b',
      steps: [
        {
          run: 'all',
          mounts: ['i:1', 'i:2', 'i:3', 'i:4', 'i:5', 'x', undefined].map((from) => ({
            type: 'bind' as const,
            target: '/m',
            ...(from ? { from } : {}),
          })),
        },
      ],
    },
  ]).graph,
  '60 random vertices': generated(60, 3).graph,
  '300 random vertices': generated(300, 4).graph,
  '2,000 random vertices': generated(2000, 5).graph,
};

const overlap = (a: Box, b: Box) =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

/** Pairs of boxes that overlap, found by sweeping down. */
function overlaps(boxes: readonly Box[]): [number, number][] {
  const order = boxes.map((_, i) => i).sort((a, b) => boxes[a]!.y - boxes[b]!.y);
  const found: [number, number][] = [];
  let open: number[] = [];
  for (const i of order) {
    open = open.filter((other) => boxes[other]!.y + boxes[other]!.height > boxes[i]!.y);
    for (const other of open) if (overlap(boxes[i]!, boxes[other]!)) found.push([other, i]);
    open.push(i);
  }
  return found;
}

const cases = Object.keys(graphs).flatMap((name) => modes.map((mode) => [name, mode] as const));

describe.each(cases)('%s, by %s', (name, mode) => {
  const layout = layoutGraph(graphs[name]!, mode);
  const { nodes, edges, lanes } = layout.drawn;

  test('no node overlaps another', () => {
    expect(overlaps(layout.nodes).map(([a, b]) => [nodes[a]!.title, nodes[b]!.title])).toEqual([]);
  });

  test('no lane overlaps another, and each holds its nodes', () => {
    expect(overlaps(layout.lanes)).toEqual([]);
    const outside = nodes.filter((node, i) => {
      const lane = layout.lanes[node.lane];
      const box = layout.nodes[i]!;
      return (
        lane &&
        (box.x < lane.x ||
          box.y < lane.y ||
          box.x + box.width > lane.x + lane.width ||
          box.y + box.height > lane.y + lane.height)
      );
    });
    expect(outside).toEqual([]);
    expect(layout.lanes).toHaveLength(lanes.length);
  });

  test('every edge runs down, along the axes, from border to border', () => {
    for (const [i, points] of layout.edges.entries()) {
      const from = layout.nodes[edges[i]!.from]!;
      const to = layout.nodes[edges[i]!.to]!;
      const first = points[0]!;
      const last = points.at(-1)!;
      expect(first.y).toBe(from.y + from.height);
      expect(last.y).toBe(to.y);
      expect(first.x).toBeGreaterThanOrEqual(from.x);
      expect(first.x).toBeLessThanOrEqual(from.x + from.width);
      expect(last.x).toBeGreaterThanOrEqual(to.x);
      expect(last.x).toBeLessThanOrEqual(to.x + to.width);
      expect(last.y).toBeGreaterThan(first.y);
      // Room for a corner and the head of the arrow.
      expect(last.y - points.at(-2)!.y).toBeGreaterThanOrEqual(10);
      for (let n = 1; n < points.length; n++) {
        expect(points[n]!.y).toBeGreaterThanOrEqual(points[n - 1]!.y);
        expect(points[n]!.x === points[n - 1]!.x || points[n]!.y === points[n - 1]!.y).toBe(true);
      }
    }
  });

  test('no edge runs through a node', () => {
    expect(throughNodes(layout)).toEqual([]);
  });

  test('everything is within the picture', () => {
    for (const box of [...layout.nodes, ...layout.lanes]) {
      expect(box.x).toBeGreaterThanOrEqual(0);
      expect(box.y).toBeGreaterThanOrEqual(0);
      expect(box.x + box.width).toBeLessThanOrEqual(layout.width);
      expect(box.y + box.height).toBeLessThanOrEqual(layout.height);
    }
    for (const point of layout.edges.flat()) {
      expect(point.x).toBeGreaterThanOrEqual(0);
      expect(point.x).toBeLessThanOrEqual(layout.width);
    }
  });

  test('the same graph again stands where it stood', () => {
    const again = layoutGraph(graphs[name]!, mode, undefined, layout);
    expect(again.nodes).toEqual(layout.nodes);
    expect(again.edges).toEqual(layout.edges);
    expect(again.drawn.nodes.map((node) => node.key)).toEqual(nodes.map((node) => node.key));
    expect(new Set(nodes.map((node) => node.key)).size).toBe(nodes.length);
    expect(new Set(edges.map((edge) => edge.key)).size).toBe(edges.length);
  });
});

function throughNodes(layout: Layout): string[] {
  const { nodes, edges } = layout.drawn;
  const byY = layout.nodes.map((_, i) => i).sort((a, b) => layout.nodes[a]!.y - layout.nodes[b]!.y);
  const tallest = Math.max(0, ...layout.nodes.map((box) => box.height));
  const found: string[] = [];
  for (const [i, points] of layout.edges.entries()) {
    const { from, to } = edges[i]!;
    for (let n = 1; n < points.length; n++) {
      const a = points[n - 1]!;
      const b = points[n]!;
      const segment = {
        x: Math.min(a.x, b.x),
        y: a.y,
        width: Math.max(Math.abs(a.x - b.x), 0.5),
        height: Math.max(b.y - a.y, 0.5),
      };
      let low = 0;
      let high = byY.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (layout.nodes[byY[middle]!]!.y < segment.y - tallest) low = middle + 1;
        else high = middle;
      }
      for (; low < byY.length; low++) {
        const other = byY[low]!;
        const box = layout.nodes[other]!;
        if (box.y > segment.y + segment.height) break;
        if (other !== from && other !== to && overlap(segment, box)) {
          found.push(`${nodes[from]!.title} -> ${nodes[to]!.title} through ${nodes[other]!.title}`);
        }
      }
    }
  }
  return found;
}

describe('an edit moves as little as it can', () => {
  const before = service().graph;
  const edits: readonly (readonly [string, BuildGraph, readonly string[]])[] = [
    ['a line added in the stage build', service({}, [{ run: 'echo one more' }]).graph, ['build', 'final']],
    ['a name changed in a RUN', renamed('npm test', 'npm test -- --coverage'), []],
  ];

  test.each(edits)('%s', (_, after, mayMove) => {
    const first = layoutGraph(before, 'instructions');
    const second = layoutGraph(after, 'instructions', undefined, first);
    const places = new Map(second.drawn.nodes.map((node, i) => [node.key, i]));
    for (const [i, node] of first.drawn.nodes.entries()) {
      const at = places.get(node.key);
      expect(at, `${node.title} keeps its key`).toBeDefined();
      const lane = first.drawn.lanes[node.lane]!.title;
      expect(second.nodes[at!]!.x, `${node.title} stays in its column`).toBe(first.nodes[i]!.x);
      if (!mayMove.includes(lane))
        expect(second.nodes[at!]!.y, `${node.title} stays in its row`).toBe(first.nodes[i]!.y);
    }
    const sunk = first.drawn.nodes.filter((node, i) => second.nodes[places.get(node.key)!]!.y < first.nodes[i]!.y);
    expect(sunk.map((node) => node.title)).toEqual([]);
  });

  test('over 40 random edits of random builds, what does not hang on the edited stage keeps its column', () => {
    let kept = 0;
    let all = 0;
    for (let seed = 1; seed <= 40; seed++) {
      const graph = generated(120, seed).graph;
      const edited = withoutLine(graph, (seed * 7) % graph.instructions.length);
      const first = layoutGraph(graph, 'instructions');
      const second = layoutGraph(edited, 'instructions', undefined, first);
      const places = new Map(second.drawn.nodes.map((node, i) => [node.key, i]));
      for (const [i, node] of first.drawn.nodes.entries()) {
        const at = places.get(node.key);
        if (at === undefined) continue;
        all++;
        if (Math.abs(second.nodes[at]!.x - first.nodes[i]!.x) <= 8) kept++;
      }
    }
    expect(all).toBeGreaterThan(3000);
    expect(kept / all).toBeGreaterThan(0.9);
  });

  function renamed(from: string, to: string): BuildGraph {
    const swap = (text: string) => text.replace(from, to);
    return {
      ...before,
      vertices: before.vertices.map((vertex) => ({ ...vertex, title: swap(vertex.title), name: swap(vertex.name) })),
      instructions: before.instructions.map((line) => ({ ...line, text: swap(line.text) })),
    };
  }
});

/** The graph with one configuration line less, as a user would take it out. */
function withoutLine(graph: BuildGraph, near: number): BuildGraph {
  const order = graph.instructions.map((_, i) => (near + i) % graph.instructions.length);
  const gone =
    order.find((i) => graph.instructions[i]!.vertices.length === 0 && graph.instructions[i]!.keyword !== 'FROM') ?? -1;
  const moved = (index: number) => (gone >= 0 && index > gone ? index - 1 : index);
  return {
    ...graph,
    stages: graph.stages.map((stage) => ({ ...stage, instruction: moved(stage.instruction) })),
    vertices: graph.vertices.map((vertex) => ({ ...vertex, instruction: moved(vertex.instruction) })),
    instructions: graph.instructions
      .filter((line) => line.index !== gone)
      .map((line) => ({ ...line, index: moved(line.index) })),
  };
}

test('a linked copy hangs on nothing but its source, a plain one on its base too', () => {
  const needsOf = (graph: BuildGraph) => {
    const { drawn } = layoutGraph(graph, 'instructions');
    const copy = drawn.nodes.findIndex((node) => node.title.startsWith('COPY'));
    return drawn.edges
      .filter((edge) => edge.to === copy)
      .map((edge) => `${edge.role} ${drawn.nodes[edge.from]!.title}`);
  };
  expect(needsOf(depot(true).graph)).toEqual(['copy dir1']);
  expect(needsOf(depot(false).graph).sort()).toEqual(['base FROM alpine', 'copy dir1']);
});

test('what can run at once stands in one row', () => {
  const layout = layoutGraph(twoCopies(true).graph, 'instructions');
  const row = (title: string) => layout.nodes[layout.drawn.nodes.findIndex((node) => node.title === title)]!.y;
  expect(row('FROM node:20')).toBe(row('FROM golang:1.22'));
  expect(row('FROM node:20')).toBe(row('FROM alpine:3.14'));
  expect(row('RUN go build -o /out/app ./cmd/app')).toBeLessThan(row('COPY /out/app -> /usr/bin/app'));
});
