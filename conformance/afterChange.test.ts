// What one changed step makes run again is told without comparing keys: it must be what two builds in a row tell.
import { expect, test } from 'vitest';
import { afterChange } from '../server/src/analysis/afterChange.ts';
import type { Analysis } from '../server/src/analysis/analyze.ts';
import type { Build } from '../server/src/analysis/cacheBuilds.ts';
import { simulate } from '../server/src/analysis/cacheImpact.ts';
import { changedContents } from '../server/src/analysis/contents.ts';
import type { Vertex } from '../server/src/llb/op.ts';
import { analyzeJob } from '../server/src/node/convert.ts';
import { readCases } from './cases.ts';
import { generate } from './generate.ts';
import type { Job } from './job.ts';

test('a change of each step, in the cases and in random files', () => {
  const random = Array.from({ length: 500 }, (_, seed) => generate(seed));
  let changes = 0;
  for (const job of [...[...readCases().values()].flat(), ...random]) changes += compare(job);
  expect(changes).toBeGreaterThan(2000);
});

/** Compares for every step; returns how many there were. */
function compare(job: Job): number {
  const analysis = analyzeJob(job);
  // What runs in every build, such as a copy into a base that is a folder of the client, has nothing to do with the change.
  const always = new Set(statuses(analysis, []).keys());
  let changes = 0;
  for (const stage of analysis.stages)
    for (const vertices of [stage.source === undefined ? [] : [stage.source], ...stage.steps.map((s) => s.vertices)]) {
      if (vertices.length === 0 || vertices.every(({ digest }) => digest === '')) continue;
      changes++;
      const told = new Map<string, string>();
      for (const [{ digest }, status] of afterChange(analysis, vertices))
        if (!always.has(digest)) told.set(digest, status);
      const wanted = statuses(analysis, vertices);
      for (const digest of always) wanted.delete(digest);
      expect(told, `${job.id}: ${vertices.map((v) => v.metadata.name?.())}`).toEqual(wanted);
    }
  return changes;
}

/** What two builds in a row tell of all that is not reused, by digest. */
function statuses(analysis: Analysis, vertices: readonly Vertex[]): Map<string, string> {
  const sources = new Set(vertices.flatMap(({ op }) => (op.kind === 'source' ? [op.identifier] : [])));
  const ops = new Set(vertices.flatMap(({ op, digest }) => (op.kind === 'source' ? [] : [digest])));
  const before: Build = { analysis, contents: changedContents([], ''), assumed: true };
  const after: Build = {
    analysis,
    assumed: true,
    contents: changedContents([], 'later', sources),
    image: (identifier) => (sources.has(identifier) ? 'another' : ''),
    edited: ({ digest }) => (ops.has(digest) ? { text: true, content: 'unknown' } : undefined),
  };
  const found = new Map<string, string>();
  for (const { vertex, status } of simulate([before, after])[1]?.vertices ?? [])
    if (status !== 'reused') found.set(vertex.digest, status);
  return found;
}
