import { describe, expect, test } from 'vitest';
import { layoutGraph } from './layout.ts';
import { service, twoCopies } from './testing/sample.ts';
import { pathOf, search, step } from './walk.ts';

const layout = layoutGraph(service().graph, 'instructions');
const { drawn } = layout;
const at = (title: string) =>
  drawn.nodes.findIndex((node) => node.title === title || node.title.startsWith(`${title} `));
const titles = (nodes: Iterable<number>) => [...nodes].map((node) => drawn.nodes[node]!.title);

describe('arrow keys', () => {
  test.each([
    ['RUN npm ci', 'up', 'COPY package.json package-lock.json -> ./'],
    ['RUN npm ci', 'down', 'FROM deps'],
    ['FROM node:22-bookworm', 'up', undefined],
    ['COPY /healthcheck', 'down', 'merge'],
    ['COPY /healthcheck', 'up', 'RUN CGO_ENABLED=0 go build -o /healthcheck /src/healthcheck.go'],
    ['COPY /healthcheck', 'left', 'merge'],
  ] as const)('%s, %s', (from, direction, to) => {
    expect(drawn.nodes[step(layout, at(from), direction)]?.title).toBe(to);
  });

  test('reach every node from the first', () => {
    const seen = new Set([0]);
    const queue = [0];
    while (queue.length > 0) {
      const here = queue.pop()!;
      for (const direction of ['up', 'down', 'left', 'right'] as const) {
        const next = step(layout, here, direction);
        if (next >= 0 && !seen.has(next)) {
          seen.add(next);
          queue.push(next);
        }
      }
    }
    const missed = drawn.nodes.filter((node, i) => !seen.has(i) && node.on < 0);
    expect(titles(missed.map((node) => drawn.nodes.indexOf(node)))).toEqual([]);
  });
});

test('the path of a node holds its sources and what it invalidates, and nothing beside', () => {
  const linked = layoutGraph(twoCopies(true).graph, 'instructions').drawn;
  const app = linked.nodes.findIndex((node) => node.title === 'COPY /out/app -> /usr/bin/app');
  const names = [...pathOf(linked, app).nodes].map((node) => linked.nodes[node]!.title).sort();
  expect(names).toEqual(
    [
      'COPY /out/app -> /usr/bin/app',
      'RUN go build -o /out/app ./cmd/app',
      'COPY . -> .',
      'WORKDIR /src',
      'FROM golang:1.22',
      'everything',
      'merge',
      'ENTRYPOINT ["app"]',
    ].sort(),
  );
});

test.each([
  ['NPM', ['RUN npm ci', 'RUN npm run build -- --minify --sourcemap --out-dir dist', 'RUN npm test']],
  ['line 22', ['COPY /healthcheck -> /usr/bin/']],
  ['--from=caddy', ['COPY /usr/bin/caddy -> /usr/bin/caddy']],
  ['nothing like it', []],
  ['  ', []],
])('search %j', (text, found) => {
  expect(
    titles(search(drawn, text).filter((node) => drawn.nodes[node]!.on < 0 && drawn.nodes[node]!.shape !== 'join')),
  ).toEqual(found);
});
