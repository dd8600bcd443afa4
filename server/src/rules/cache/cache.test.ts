// What the rules of the cache take for an installation, for a variable in use, and for a stage of its own.
import { expect, test } from 'vitest';
import { analyzeJob } from '../../node/convert.ts';
import { findingsOf } from '../findings.ts';

function said(rule: string, lines: string, job = {}): string[] {
  const analysis = analyzeJob({ id: 'cache', dockerfile: `${lines.split(' / ').join('\n')}\n`, ...job });
  return findingsOf(analysis)
    .filter((found) => found.rule.name === rule)
    .map(({ span, message }) => `${analysis.text.slice(span.start, span.end)} | ${message}`);
}

// The RUN behind `COPY . .`, and the files that it is said to read; nothing where it may read more.
test.each([
  ['npm ci', 'package.json and package-lock.json'],
  ['npm install --production', 'package.json and package-lock.json'],
  ['npm install left-pad', ''],
  ['npm install -g yarn', ''],
  ['npm ci && npm run build', ''],
  ['npm ci && npm cache clean --force', ''],
  ['yarn', 'package.json and yarn.lock'],
  ['yarn install --frozen-lockfile', 'package.json and yarn.lock'],
  ['yarn build', ''],
  ['pnpm install', 'package.json and pnpm-lock.yaml'],
  ['pnpm install --offline', ''],
  ['go mod download', 'go.mod and go.sum'],
  ['go build ./...', ''],
  ['bundle install', 'Gemfile and Gemfile.lock'],
  ['pip install -r requirements.txt', 'requirements.txt'],
  ['pip3 install --no-cache-dir -r a.txt -r b.txt', 'a.txt and b.txt'],
  ['python -m pip install -r requirements.txt', 'requirements.txt'],
  ['pip install .', ''],
  ['pip install -e . -r requirements.txt', ''],
  ['pip install -r requirements/dev.txt', ''],
  ['npm ci > log', ''],
  ['$TOOL ci', ''],
  ['--mount=type=cache,target=/root/.npm npm ci', 'package.json and package-lock.json'],
  ['--mount=type=bind,source=package.json,target=package.json npm ci', ''],
])('COPY . . and RUN %s', (run, files) => {
  const found = said('CopyTooEarly', `FROM debian:12 / WORKDIR /app / COPY . . / RUN ${run}`);
  expect(found.map((f) => /which reads (.*) alone/.exec(f)?.[1])).toEqual(files === '' ? [] : [files]);
});

test.each([
  ['COPY package.json ./ / COPY . . / RUN npm ci'],
  ['COPY . . / COPY x . / RUN npm ci'],
  ['COPY --from=build . . / RUN npm ci'],
  ['COPY src . / RUN npm ci'],
  ['COPY --exclude=*.md . . / RUN npm ci'],
])('silent: %s', (lines) => {
  expect(said('CopyTooEarly', `FROM debian:12 AS build / FROM debian:12 / ${lines}`)).toEqual([]);
});

// Lines below FROM; the variables that stand too early.
test.each([
  ['ArgTooEarly', 'ARG A / RUN apt-get update / RUN echo $A', ['A']],
  ['ArgTooEarly', 'ARG A / RUN apt-get update / LABEL a=$A', ['A']],
  ['ArgTooEarly', 'ARG A B=1 / RUN apt-get update / RUN echo $B', ['B']],
  ['ArgTooEarly', 'ARG A / RUN echo $A', []],
  ['ArgTooEarly', 'ARG A / RUN ./build / RUN echo $A', []],
  ['ArgTooEarly', 'ARG A / RUN <<EOF\ntrue $A\nEOF / RUN echo $A', []],
  ['ArgTooEarly', 'ARG A / COPY f /f / RUN echo $A', []],
  ['ArgTooEarly', 'ARG A / RUN apt-get update / ARG A=2 / RUN echo $A', []],
  ['ArgTooEarly', 'ARG A / RUN apt-get update', []],
  ['ArgTooEarly', 'ARG GIT_COMMIT_SHA / RUN apt-get update', []],
  ['ArgTooEarly', 'ARG COMMIT_SHA / RUN apt-get update', ['COMMIT_SHA']],
  ['ArgTooEarly', 'ARG COMMIT_SHA / RUN make', []],
  ['ArgTooEarly', 'ARG CACHEBUST / RUN apt-get update / RUN echo $CACHEBUST', []],
  ['ArgTooEarly', 'ARG DEBIAN_FRONTEND=noninteractive / RUN apt-get update / RUN echo $DEBIAN_FRONTEND', []],
  ['ArgTooEarly', 'ARG TARGETARCH / RUN apt-get update / RUN echo $TARGETARCH', []],
  ['ArgTooEarly', 'ARG http_proxy / RUN apt-get update / RUN echo $http_proxy', []],
  ['EnvTooEarly', 'ENV A_VERSION=1 / RUN apt-get update / RUN echo $A_VERSION', ['A_VERSION']],
  ['EnvTooEarly', 'ENV A=1 / RUN apt-get update / RUN echo $A', []],
  ['EnvTooEarly', 'ENV A_VERSION=1 / RUN apt-get update', []],
  ['EnvTooEarly', 'ENV NODE_VERSION=1 / RUN apt-get update / RUN echo $NODE_VERSION', []],
] as const)('%s: %s', (rule, lines, names) => {
  expect(said(rule, `FROM debian:12 / ${lines}`).map((f) => f.split(' | ')[0])).toEqual(names);
});

test.each([
  ['FROM a / RUN x / FROM b', {}, ['a']],
  ['FROM a AS helper / FROM b', {}, ['helper']],
  ['FROM a AS helper / FROM b', { target: 'helper' }, []],
  ['FROM a AS one / FROM a AS two / FROM b', {}, []],
  ['FROM a AS test / FROM b', {}, []],
  ['FROM a AS one / FROM one', {}, []],
  ['FROM a AS one / FROM b / COPY --from=one /x /x', {}, []],
  ['FROM a AS one / FROM b / RUN --mount=from=one,target=/x y', {}, []],
  ['FROM a AS one / FROM b / RUNN', {}, []],
] as const)('unused: %s', (lines, job, names) => {
  expect(said('StageUnused', lines, job).map((f) => f.split(' | ')[0])).toEqual(names);
});

test.each([
  ['FROM debian', ['debian']],
  ['FROM debian:latest', ['debian:latest']],
  ['FROM debian:12', []],
  ['FROM debian@sha256:0000000000000000000000000000000000000000000000000000000000000000', []],
  ['FROM scratch', []],
  ['FROM debian:12 AS one / FROM one', []],
  ['ARG TAG=latest / FROM debian:$TAG', ['debian:$TAG']],
  ['# syntax=docker/dockerfile / FROM debian:12', ['docker/dockerfile']],
  ['# syntax=docker/dockerfile:1 / FROM debian:12', []],
] as const)('without a version: %s', (lines, names) => {
  expect(said('UnpinnedSyntaxOrBase', lines).map((f) => f.split(' | ')[0])).toEqual(names);
});
