// What the graph view is answered: as BuildKit did in the recorded scenarios, and the same for the examples that are like them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { buildOf, scenarios } from '../../../conformance/predictions.ts';
import type { Scenario, Step } from '../../../conformance/record/scenario.ts';
import type { BuildGraph } from '../../../shared/src/graph.ts';
import {
  type Change,
  type ImpactMessage,
  isToGraphView,
  type LinkComparisonMessage,
  type Outcome,
} from '../../../shared/src/graphView.ts';
import type { Analysis } from '../analysis/analyze.ts';
import { buildGraph } from '../analysis/graph.ts';
import { analyzeJob } from '../node/convert.ts';
import { applyEdits } from '../rules/edits.ts';
import { graphImpact, linkComparison, linkEdits, textComparison } from './graphAnswers.ts';

const recorded = new Map(scenarios().map((scenario) => [scenario.name, scenario]));
const root = join(import.meta.dirname, '../../..');

interface Shown {
  readonly analysis: Analysis;
  readonly graph: BuildGraph;
}

function shown(dockerfile: string): Shown {
  const analysis = analyzeJob({ id: 'answers', dockerfile });
  return { analysis, graph: buildGraph(analysis, 'Dockerfile') };
}

const example = (path: string) => shown(readFileSync(join(root, 'examples', path), 'utf8'));
const scenario = (name: string) => recorded.get(name) as Scenario;

/** The answer, which the view must accept. */
function answer<T extends object>(message: T | { readonly error: string }): T {
  if ('error' in message) throw new Error(message.error as string);
  expect(isToGraphView(message)).toBe(true);
  return message;
}

function whatIf({ analysis, graph }: Shown, change: Change): ImpactMessage {
  return answer(graphImpact(analysis, graph, change));
}

const sourceOf = ({ graph }: Shown, title: string): Change => {
  const vertex = graph.vertices.findIndex((v) => v.title === title);
  expect(vertex).toBeGreaterThanOrEqual(0);
  return { kind: 'source', vertex, name: title };
};

/** What ran and what was found, of each step in the order of the file; sources are looked up, not run. */
function outcomeOf(graph: BuildGraph, { statuses }: Outcome): string[] {
  const steps = graph.vertices.filter((v) => ['exec', 'file', 'merge'].includes(v.kind));
  steps.sort((a, b) => a.instruction - b.instruction || a.index - b.index);
  return steps.map((v) => `${v.kind} ${statuses[v.index] === 'reused' ? 'cached' : 'ran'}`);
}

/** The same of a recorded step. */
function recordedOutcome(name: string, label: string): string[] {
  const { steps } = scenario(name);
  const index = steps.findIndex((step) => step.label === label);
  const { result } = steps[index] as Step;
  const graph = buildGraph(buildOf(scenario(name), index).analysis, '');
  const seen = new Map(result?.vertices.map((v) => [v.digest, v.status]));
  const statuses: Record<string, 'reused' | 'runs'> = {};
  for (const v of graph.vertices) {
    if (!['exec', 'file', 'merge'].includes(v.kind)) continue;
    expect(seen.get(v.digest)).toMatch(/^(ran|cached)$/);
    statuses[v.index] = seen.get(v.digest) === 'cached' ? 'reused' : 'runs';
  }
  return outcomeOf(graph, { statuses, reasons: {} });
}

/** Images that a recorded step unpacked, without what a daemon had before. */
const unpacked = (name: string, label: string) => scenario(name).steps.find((s) => s.label === label)?.result?.unpacked;

describe('another base, as BuildKit did', () => {
  test.each([
    ['one-directory/plain.Dockerfile', 'alpine:3.14', 'depot-alpine-plain', 'base', 1],
    ['one-directory/link.Dockerfile', 'alpine:3.14', 'depot-alpine-link', 'base', 0],
    ['rebase/Dockerfile', 'alpine:3.14', 'docker-rebase-link', 'base', 0],
    ['two-copies/Dockerfile', 'alpine:3.15', 'docker-two-copies-link', 'base of the last', 0],
  ])('examples/%s, %s', (path, base, name, label, pulled) => {
    const file = example(path);
    const impact = whatIf(file, sourceOf(file, base));
    expect(impact.title).toBe(`If ${base} changes`);
    expect(outcomeOf(file.graph, impact)).toEqual(recordedOutcome(name, label));
    expect(unpacked(name, label)).toHaveLength(pulled);
    expect(impact.pulls).toEqual(pulled === 0 ? [] : [base]);
    for (const index of Object.keys(impact.statuses)) expect(impact.reasons[index]).toMatch(/\S/);
  });
});

describe('other files of the context, as BuildKit did', () => {
  test.each([
    ['one-directory/plain.Dockerfile', ['dir1/a'], 'depot-alpine-plain', 'file'],
    ['one-directory/link.Dockerfile', ['/dir1'], 'depot-alpine-link', 'file'],
    ['two-copies/Dockerfile', ['config.in'], 'docker-two-copies-link', 'config'],
    ['two-copies/Dockerfile', ['app.in'], 'docker-two-copies-link', 'app'],
  ])('examples/%s, %j', (path, paths, name, label) => {
    const file = example(path);
    const vertex = file.graph.vertices.findIndex((v) => v.kind === 'local');
    const impact = whatIf(file, { kind: 'files', vertex, paths });
    const ran = recordedOutcome(name, label);
    // Where a RUN comes first, its result decides whether what copies from it runs.
    const { statuses } = impact;
    const open = Object.values(statuses).includes('runs-if-content-differs');
    expect(open).toBe(path.startsWith('two'));
    expect(outcomeOf(file.graph, impact)).toEqual(ran);
  });

  test('the whole context', () => {
    const file = example('one-directory/link.Dockerfile');
    const vertex = file.graph.vertices.findIndex((v) => v.kind === 'local');
    expect(whatIf(file, { kind: 'files', vertex, paths: ['/'] }).title).toBe('If the build context changes');
  });
});

describe('with and without --link', () => {
  test.each([
    ['one-directory/plain.Dockerfile', 'COPY', false, 'depot-alpine', 'base'],
    ['one-directory/link.Dockerfile', 'COPY', true, 'depot-alpine', 'base'],
    ['rebase/Dockerfile', 'COPY --link', true, 'docker-rebase', 'base'],
  ])('examples/%s: %s', (path, text, linked, name, label) => {
    const file = example(path);
    const message = compared(file, text);
    expect(message.linked).toBe(linked);
    const [plain, link] = [recordedOutcome(`${name}-plain`, label), recordedOutcome(`${name}-link`, label)];
    expect(outcomeOf(message.without.graph, message.without)).toEqual(plain);
    expect(outcomeOf(message.with.graph, message.with)).toEqual(link);
    const copies = (outcome: string[]) => outcome.filter((each) => /^(exec|file) ran/.test(each)).length;
    expect(message.saved).toBe(copies(plain) - copies(link));
    expect(message.saved).toBe(1);
    expect(message.advice).toMatch(/^[A-Z-]/);
  });

  test('of two copies one is compared and the other stays as it is', () => {
    const message = compared(example('two-copies/Dockerfile'), 'COPY --link --from=app');
    expect(message.title).toBe('If alpine:3.15 changes');
    expect(message.saved).toBe(1);
    expect(message.without.graph.vertices.filter((v) => v.kind === 'merge')).toHaveLength(1);
    expect(message.with.graph.vertices.filter((v) => v.kind === 'merge')).toHaveLength(2);
  });

  test.each([
    ['FROM alpine\nRUN true\n', 1, 'Only COPY and ADD take --link.'],
    ['FROM scratch\nCOPY a /b/\n', 1, 'starts from scratch'],
    ['FROM alpine\nCOPY --chown=app a /b/\n', 1, 'names'],
    ['FROM alpine\n', 9, 'Only COPY and ADD'],
  ])('%j is refused', (text, index, words) => {
    const { analysis, graph } = shown(text);
    const refused = linkComparison(analysis, graph, index);
    expect('error' in refused ? refused.error : '').toContain(words);
  });

  function compared(file: Shown, text: string): LinkComparisonMessage {
    const index = file.graph.instructions.findLastIndex((line) => line.text.startsWith(text));
    return answer(linkComparison(file.analysis, file.graph, index));
  }
});

describe('an argument, a line', () => {
  const file = shown(`ARG TAG=3.20
FROM alpine:$TAG
ARG MODE=a OTHER
RUN echo $MODE
COPY --link x /x/
`);
  const said = (change: Change) => outcomeOf(file.graph, whatIf(file, change));

  test.each<[string, Change, string[]]>([
    // As in the scenarios cache-arg-base, cache-arg-used-late and cache-earlier-run-changed-link.
    ['before FROM', { kind: 'argument', name: 'TAG', instruction: 0 }, ['exec ran', 'file cached', 'merge ran']],
    ['in a stage', { kind: 'argument', name: 'MODE', instruction: 2 }, ['exec ran', 'file cached', 'merge ran']],
    [
      'with another',
      { kind: 'argument', name: 'MODE OTHER', instruction: 2 },
      ['exec ran', 'file cached', 'merge ran'],
    ],
    ['a RUN', { kind: 'line', instruction: 3 }, ['exec ran', 'file cached', 'merge ran']],
    ['the linked copy', { kind: 'line', instruction: 4 }, ['exec cached', 'file ran', 'merge ran']],
  ])('%s', (_, change, expected) => expect(said(change)).toEqual(expected));

  test.each<[Change, string]>([
    [{ kind: 'source', vertex: 99, name: 'x' }, 'does not need'],
    [{ kind: 'files', vertex: -1, paths: ['/'] }, 'does not need'],
    [{ kind: 'line', instruction: 99 }, 'gone'],
    [{ kind: 'argument', name: 'NOPE', instruction: 0 }, 'NOPE'],
  ])('%j is refused in words', (change, words) => {
    const refused = graphImpact(file.analysis, file.graph, change);
    expect('error' in refused ? refused.error : '').toContain(words);
  });
});

describe('edits', () => {
  test.each([
    ['COPY a /b/', true, 'COPY --link a /b/'],
    ['copy  --chmod=1 a /b/', true, 'copy --link  --chmod=1 a /b/'],
    ['COPY --link a /b/', false, 'COPY a /b/'],
    ['ADD --link=false a /b/', true, 'ADD --link a /b/'],
    ['ADD --link=true a /b/', false, 'ADD a /b/'],
    ['COPY \\\n  --link a /b/', false, 'COPY \\\n  a /b/'],
    ['COPY a /b/', false, 'COPY a /b/'],
    ['RUN a', true, 'RUN a'],
  ])('%j, --link %j', (line, link, expected) => {
    const { analysis } = shown(`FROM alpine\n${line}\n`);
    expect(applyEdits(analysis.text, linkEdits(analysis, 1, link))).toBe(`FROM alpine\n${expected}\n`);
  });
});

test('two texts are compared by their vertices', () => {
  const { analysis, graph } = shown('FROM alpine\nRUN a\nRUN b\nRUN d\n');
  const message = answer(textComparison(analysis, graph, 'FROM alpine\nRUN a\nRUN c\nRUN b\n', 'HEAD'));
  const titles = (side: BuildGraph, indexes: readonly number[]) => indexes.map((i) => side.vertices[i]?.title);
  expect(message.title).toBe('HEAD');
  expect(message.changes.rekeyed.map(([before]) => message.before.vertices[before]?.title)).toContain('RUN b');
  expect(
    titles(
      graph,
      message.changes.rekeyed.map(([, after]) => after),
    ),
  ).toContain('RUN b');
  expect(answer(textComparison(analysis, graph, analysis.text, 'itself')).changes).toEqual({
    added: [],
    removed: [],
    rekeyed: [],
  });
});
