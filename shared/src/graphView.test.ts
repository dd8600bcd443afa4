import { describe, expect, test } from 'vitest';
import { service, twoCopies } from '../../client/webview/testing/sample.ts';
import {
  compareGraphs,
  type FromGraphView,
  isBuildGraph,
  isFromGraphView,
  isGraphViewState,
  isToGraphView,
  type ToGraphView,
} from './graphView.ts';

const { graph } = twoCopies(true);
const outcome = { statuses: { 0: 'runs', 1: 'relinked' }, reasons: { 0: 'because' } } as const;

const toView: readonly ToGraphView[] = [
  { type: 'graph', graph, pinned: false },
  { type: 'nothing', reason: 'no Dockerfile' },
  { type: 'cursor', offset: 12 },
  { type: 'impact', title: 'If x changes', pulls: ['x'], ...outcome },
  {
    type: 'linkComparison',
    instruction: 1,
    title: 'If x changes',
    linked: true,
    without: { graph, ...outcome },
    with: { graph, ...outcome },
    saved: -1,
    advice: '',
  },
  { type: 'compare', title: 'HEAD', before: graph, changes: { added: [1], removed: [], rekeyed: [[0, 2]] } },
  { type: 'clear' },
  { type: 'mode', mode: 'stages' },
  { type: 'exportAs', format: 'svg' },
];

const fromView: readonly FromGraphView[] = [
  { type: 'ready' },
  { type: 'select', instruction: 1, span: { start: 0, end: 4 }, focus: true },
  { type: 'whatIf', change: { kind: 'source', vertex: 0, name: 'alpine' } },
  { type: 'whatIf', change: { kind: 'files', vertex: 0, paths: ['a'] } },
  { type: 'whatIf', change: { kind: 'argument', name: 'V', instruction: 0 } },
  { type: 'whatIf', change: { kind: 'line', instruction: 0 } },
  { type: 'compareLink', instruction: 1 },
  { type: 'applyLink', instruction: 1, link: true },
  { type: 'compareWith', other: 'head' },
  { type: 'export', format: 'png', data: 'AAAA', mode: 'stages' },
  { type: 'copy', text: 'sha256:0' },
  { type: 'pin', pinned: true },
  { type: 'cleared' },
  { type: 'failed', message: 'no' },
];

/** Every value that lacks one field, or has one field of another type, at any depth. */
function* broken(value: unknown, depth = 0): Generator<unknown> {
  if (depth > 3 || typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    if (value.length > 0) {
      for (const first of broken(value[0], depth + 1)) yield [first, ...value.slice(1)];
      yield [Symbol.for('odd'), ...value.slice(1)];
    }
    return;
  }
  for (const [name, field] of Object.entries(value)) {
    const { [name]: _, ...rest } = value as Record<string, unknown>;
    // A table indexed by numbers may lack any of its entries.
    if (!/^\d+$/.test(name)) yield rest;
    yield { ...value, [name]: typeof field === 'object' ? 'text' : {} };
    for (const inner of broken(field, depth + 1)) yield { ...value, [name]: inner };
  }
}

const cases = [
  ...toView.map((message) => ['to', message, isToGraphView, isFromGraphView] as const),
  ...fromView.map((message) => ['from', message, isFromGraphView, isToGraphView] as const),
];

test.each(cases)('%s the view: %j', (_, message, accepts, other) => {
  expect(accepts(message)).toBe(true);
  expect(accepts(JSON.parse(JSON.stringify(message)))).toBe(true);
  expect(other(message)).toBe(false);
  const accepted = [...broken(message)].filter(accepts);
  expect(accepted).toEqual([]);
});

test.each([
  undefined,
  null,
  0,
  'ready',
  [],
  {},
  { type: 1 },
  { type: 'toString' },
  { type: '__proto__' },
  { type: 'other' },
])('%j is no message', (value) => {
  expect(isToGraphView(value)).toBe(false);
  expect(isFromGraphView(value)).toBe(false);
});

describe('a graph', () => {
  test('with an index that leads nowhere is none', () => {
    const vertex = graph.vertices.at(-1)!;
    const wrong = (change: object) =>
      isBuildGraph({ ...graph, vertices: [...graph.vertices.slice(0, -1), { ...vertex, ...change }] });
    expect(wrong({})).toBe(true);
    expect(wrong({ stage: graph.stages.length })).toBe(false);
    expect(wrong({ instruction: graph.instructions.length })).toBe(false);
    expect(wrong({ index: 0 })).toBe(false);
    expect(wrong({ inputs: [{ vertex: vertex.index, role: 'base', paths: [] }] })).toBe(false);
    expect(isBuildGraph({ ...graph, target: 99 })).toBe(false);
  });

  test('may know more than this version does', () => {
    expect(isBuildGraph({ ...graph, later: 1 })).toBe(true);
  });

  test('is kept over a reload with the view that showed it', () => {
    const state = { mode: 'stages', outline: true, legend: false, pinned: true };
    expect(isGraphViewState(state)).toBe(true);
    expect(isGraphViewState({ ...state, graph })).toBe(true);
    expect(isGraphViewState({ ...state, graph: {} })).toBe(false);
    expect(isGraphViewState({ ...state, mode: 'all' })).toBe(false);
  });
});

describe('comparing graphs', () => {
  const titles = (indexes: readonly number[], of: typeof graph) => indexes.map((index) => of.vertices[index]!.title);

  test('nothing differs from itself', () => {
    expect(compareGraphs(graph, graph)).toEqual({ added: [], removed: [], rekeyed: [] });
  });

  test('a new base re-keys it and the joins, but no linked copy', () => {
    const after = twoCopies(true, 'alpine:3.15').graph;
    const changes = compareGraphs(graph, after);
    expect(
      titles(
        changes.rekeyed.map(([, vertex]) => vertex),
        after,
      ),
    ).toEqual(['alpine:3.15', 'merge', 'merge']);
    expect([changes.added, changes.removed]).toEqual([[], []]);
  });

  test('a line more is added, and re-keys what hangs on it', () => {
    const before = service().graph;
    const after = service({}, [{ run: 'echo one more' }]).graph;
    const changes = compareGraphs(before, after);
    expect(titles(changes.added, after)).toEqual(['RUN echo one more']);
    expect(changes.removed).toEqual([]);
    expect(
      titles(
        changes.rekeyed.map(([, vertex]) => vertex),
        after,
      ),
    ).toContain('COPY /app/dist -> /srv/www/');
    expect(
      titles(
        changes.rekeyed.map(([, vertex]) => vertex),
        after,
      ),
    ).not.toContain('RUN npm ci');
  });
});
