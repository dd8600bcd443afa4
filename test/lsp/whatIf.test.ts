// "What if … changes?" over stdio: what can change in a file, and what becomes of its lines.
import { afterEach, expect, test } from 'vitest';
import { type WhatIfChoice, type WhatIfOutcome, whatIfRequest } from '../../shared/src/protocol.ts';
import { type Client, startClient } from './client.ts';

const uri = 'file:///folder/Dockerfile';
const started: Client[] = [];

afterEach(async () => {
  for (const client of started.splice(0)) expect(await client.end()).toBe(0);
});

async function opened(text: string): Promise<Client> {
  const client = await startClient();
  started.push(client);
  client.open(uri, text, 7);
  return client;
}

const text = `ARG RELEASE=12
FROM node:22 AS build
WORKDIR /app
COPY package.json *.lock ./
RUN npm \\
  install
COPY . .

FROM debian:$RELEASE AS unused
RUN true

FROM debian:12
COPY --link --from=build /app /srv
COPY --link config /etc/app
`;

async function outcome(client: Client, ...changes: string[]): Promise<WhatIfOutcome> {
  const answer = await client.request(whatIfRequest, { uri, changes });
  expect(answer).toMatchObject({ version: 7 });
  return answer as WhatIfOutcome;
}

const statuses = ({ steps }: WhatIfOutcome) =>
  Object.fromEntries(steps.map(({ range, status }) => [range.start.line + 1, status]));

test('what can change', async () => {
  const client = await opened(text);
  const answer = await client.request(whatIfRequest, { uri, changes: [], line: 5 });
  const { choices, ...rest } = answer as { choices: WhatIfChoice[] };
  expect(rest).toEqual({ version: 7 });
  expect(choices.map(({ change, detail }) => `${change} (${detail})`)).toEqual([
    'line:5 (RUN npm install)',
    'base:node:22 (line 2)',
    'base:debian:12 (lines 9 and 12)',
    'arg:RELEASE (line 1)',
    'file:package.json (line 4)',
    'file:*.lock (line 4)',
    'file:config (line 14)',
    'source:local://context (lines 4, 7 and 14)',
    'stage:build (line 2)',
    'stage:unused (line 9)',
    'stage:2 (line 12)',
  ]);
  // Whatever is offered can be asked.
  for (const { change } of choices) expect(await outcome(client, change)).toHaveProperty('steps');
});

test.each<[string[], Record<number, string>]>([
  [
    ['line:13'],
    { 2: 'reused', 3: 'reused', 4: 'reused', 5: 'reused', 7: 'reused', 12: 'reused', 13: 'runs', 14: 'relinked' },
  ],
  [
    ['base:debian'],
    { 2: 'reused', 3: 'reused', 4: 'reused', 5: 'reused', 7: 'reused', 12: 'runs', 13: 'relinked', 14: 'relinked' },
  ],
  [
    ['file:package.json'],
    {
      2: 'reused',
      3: 'reused',
      4: 'runs',
      5: 'runs',
      7: 'runs',
      12: 'reused',
      13: 'runs-if-content-differs',
      14: 'relinked',
    },
  ],
  [
    ['file:config', 'base:node:22'],
    { 2: 'runs', 3: 'runs', 4: 'runs', 5: 'runs', 7: 'runs', 12: 'reused', 13: 'runs-if-content-differs', 14: 'runs' },
  ],
])('%j', async (changes, expected) => {
  expect(statuses(await outcome(await opened(text), ...changes))).toEqual(expected);
});

test('each step tells why, by which lines, and what is pulled for it', async () => {
  const client = await opened(text);
  const { what, steps, pulls } = await outcome(client, 'base:node', 'line:14');
  expect(what).toBe('the base node and line 14 change');
  const step = steps.find(({ range }) => range.start.line === 4);
  expect(step).toEqual({
    range: { start: { line: 4, character: 0 }, end: { line: 5, character: 9 } },
    keyword: 'RUN',
    status: 'runs',
    reason: 'it stands on line 4, made anew because of the base node:22',
    chain: [2, 3, 4, 5],
  });
  expect(pulls).toEqual([{ image: 'node:22', line: 3, certain: true }]);
});

test.each([
  [10, [2, 3, 4, 5, 6, 7, 8, 9, 10, 11]],
  [13, [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]],
  [14, [2, 3, 4, 5, 0, 8, 9, 10, 11, 12, 13, 14, 15]],
  [300, [2, 3, 4, 5, 0, 294, 295, 296, 297, 298, 299, 300, 301]],
])('of a chain of %i lines no more is told than can be read', async (n, chain) => {
  const client = await opened(`FROM alpine\n${Array.from({ length: n }, (_, i) => `RUN ${i}\n`).join('')}`);
  expect((await outcome(client, 'line:2')).steps.at(-1)?.chain).toEqual(chain);
});

test.each([
  ['base:alpine', 'no base is alpine'],
  ['arg:OTHER', 'no ARG is named OTHER'],
  ['line:900', 'line 900 holds no instruction'],
  ['nonsense', '"nonsense" does not say what changes'],
])('%s is refused in words', async (change, words) => {
  const client = await opened(text);
  const answer = (await client.request(whatIfRequest, { uri, changes: [change] })) as { error: string };
  expect(answer.error).toContain(words);
});

test('bad questions harm nobody', async () => {
  const client = await opened(text);
  for (const params of [null, {}, { uri: 7 }, { uri: 'file:///never/opened', changes: ['line:1'] }])
    expect(await client.request(whatIfRequest, params)).toBeNull();
  for (const changes of [undefined, 7, null])
    expect(await client.request(whatIfRequest, { uri, changes, line: 'x' })).toHaveProperty('choices');
  expect(await client.request(whatIfRequest, { uri, changes: [null, {}] })).toHaveProperty('error');
  client.open(uri, '', 8);
  expect(await client.request(whatIfRequest, { uri, changes: [], line: 0 })).toEqual({ version: 8, choices: [] });
});
