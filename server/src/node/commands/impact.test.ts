// `llb-lens impact` from outside: what it says of each step, and in which words.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { call } from '../testing/call.ts';

const text = `FROM golang:1.24 AS build
COPY . .
RUN make
FROM debian:12
COPY --link --from=build /out/ /srv/
RUN true
`;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'llb-lens-impact-'));
  writeFileSync(join(folder, 'Dockerfile'), text);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const impact = (...args: string[]) => call(['impact', ...args, join(folder, 'Dockerfile')]);

test.each([
  [
    ['--change', 'base:debian:12'],
    'If the base debian:12 changes: 1 runs again, 1 re-linked, 1 source changes, 4 reused',
  ],
  [['--change', 'line:6'], 'If line 6 changes: 1 runs again, 6 reused'],
  [['--change', 'file:a'], 'If the file a changes: 2 run again, 3 run again if their content differs, 2 reused'],
  [
    ['--change', 'source:docker-image://docker.io/library/debian:12'],
    ': 1 runs again, 1 re-linked, 1 source changes, 4 reused',
  ],
  [['--change', 'stage:build=same'], 'If the stage build changes: 1 runs again, 6 reused'],
  [['--change', 'line:6', '--pruned'], 'If line 6 changes: 4 run again, 1 re-linked, 2 sources looked up'],
])('%j', async (args, words) => {
  const { code, out } = await impact(...args);
  expect(code).toBe(0);
  expect(out.split('\n')[0]).toContain(words);
});

test('a base is called changed, never run', async () => {
  const { out } = await impact('--change', 'base:debian:12');
  expect(out).toMatch(
    /\n {4}4 {2}changes +\[stage-1 1\/3\] FROM docker\.io\/library\/debian:12\n {32}it is another image/,
  );
  expect((await impact('--change', 'base:debian:12', '--format', 'markdown')).out).toMatch(
    /\| 4 \| .*FROM.* \| changes \|/,
  );
});

test('json has the status of each vertex, and what led there', async () => {
  const { vertices, pulls } = JSON.parse((await impact('--change', 'line:3', '--format', 'json')).out);
  const run = vertices.find((v: { line: number }) => v.line === 3);
  expect(run).toMatchObject({ status: 'runs', chain: [run.digest] });
  const last = vertices.at(-1);
  expect(last).toMatchObject({ line: 6, status: 'runs-if-content-differs' });
  expect(last.chain[0]).toBe(run.digest);
  expect(last.chain.at(-1)).toBe(last.digest);
  expect(pulls.map(({ image, certain }: { image: string; certain: boolean }) => [image, certain])).toEqual([]);
});
