// What runs again when a stage does, or another target is chosen.
import type { Scenario } from '../scenario.ts';
import { ALPINE, edits, editsBoth, F_AND_G } from './steps.ts';

const BUILDER = `FROM ${ALPINE} AS build\nCOPY src /src/\nRUN cat /src/* > /app\nFROM ${ALPINE}\nRUN echo tools > /tools\nCOPY --link --from=build /app /opt/\n`;

export const stages = (): Scenario[] => [
  edits(
    'cache-stage-without-run',
    'A stage that only carries files: one that is copied, one that is not.',
    {},
    {
      dockerfile: `FROM scratch AS files\nCOPY f /\nCOPY g /\nFROM ${ALPINE}\nCOPY --from=files /f /opt/\nCOPY --link --from=files /f /srv/\nRUN true\n`,
      files: { f: 'f\n', g: 'g\n' },
    },
    { label: 'g', files: { g: 'g changed\n' } },
    { label: 'f', files: { f: 'f changed\n' } },
  ),
  edits(
    'cache-stage-environment',
    'A variable of the base stage is in the key of each RUN that inherits it.',
    {},
    {
      dockerfile: `FROM ${ALPINE} AS base\nENV V=1\nFROM base AS one\nRUN echo 1 > /1\nFROM base\nCOPY --from=one /1 /\nRUN echo 2 > /2\n`,
      files: {},
    },
    { label: 'value', with: [['V=1', 'V=2']] },
  ),
  edits(
    'cache-stage-merged-twice',
    'A stage of links is the base of two others.',
    {},
    {
      dockerfile: `FROM ${ALPINE} AS base\nCOPY --link f /opt/\nCOPY --link g /srv/\nFROM base AS one\nRUN echo 1 > /1\nFROM base\nCOPY --link --from=one /1 /out/\nRUN true\n`,
      files: { f: 'f\n', g: 'g\n' },
    },
    { label: 'f', files: { f: 'f changed\n' } },
    { label: 'base', with: [[ALPINE, 'alpine:3.15']] },
  ),
  edits(
    'cache-stage-timestamp-only',
    'A stage runs again and writes the same bytes with another mode, then the same bytes and mode.',
    {},
    {
      dockerfile: `FROM ${ALPINE} AS one\nRUN echo a > /a # 1\nFROM ${ALPINE}\nCOPY --from=one /a /\nRUN true\n`,
      files: {},
    },
    { label: 'same', with: [['# 1', '# 2']] },
    { label: 'other mode', with: [['# 2', '&& chmod 600 /a']] },
    { label: 'other owner', with: [['chmod 600 /a', 'chmod 600 /a && chown 5 /a']] },
  ),
  ...editsBoth(
    'cache-stage-same-content',
    'A stage runs again and makes the same content: what copies from it is found by content',
    { proves: ['cache'] },
    {
      dockerfile: `FROM ${ALPINE} AS build\nCOPY src /src/\nRUN cat /src/a > /app\nFROM ${ALPINE}\nCOPY --link --from=build /app /opt/\nRUN true\n`,
      files: { 'src/a': 'a\n', 'src/b': 'b\n' },
    },
    { label: 'source without effect', files: { 'src/b': 'b changed\n' } },
    { label: 'source with effect', files: { 'src/a': 'a changed\n' } },
  ),
  ...editsBoth(
    'cache-stage-same-content-selected',
    'A stage makes two files: F_AND_G, one of them new; the other is copied',
    { proves: ['cache'] },
    {
      dockerfile: `FROM ${ALPINE} AS build\nCOPY src /src/\nRUN mkdir /out && cat /src/a > /out/a && cat /src/b > /out/b\nFROM ${ALPINE}\nCOPY --link --from=build /out/a /opt/\nRUN true\n`,
      files: { 'src/a': 'a\n', 'src/b': 'b\n' },
    },
    { label: 'the other', files: { 'src/b': 'b changed\n' } },
    { label: 'the copied', files: { 'src/a': 'a changed\n' } },
  ),
  edits(
    'cache-stage-same-content-mount',
    'The same through a mount: a RUN that binds a stage is found by content too.',
    { proves: ['cache'] },
    {
      dockerfile: `FROM ${ALPINE} AS build\nCOPY src /src/\nRUN cat /src/a > /app\nFROM ${ALPINE}\nRUN --mount=type=bind,from=build,source=/app,target=/in cat /in > /x\n`,
      files: { 'src/a': 'a\n', 'src/b': 'b\n' },
    },
    { label: 'source without effect', files: { 'src/b': 'b changed\n' } },
    { label: 'source with effect', files: { 'src/a': 'a changed\n' } },
  ),
  edits(
    'cache-stage-as-base',
    'A stage that is the base of another: its RUN runs again, so does all that follows.',
    {},
    {
      dockerfile: `FROM ${ALPINE} AS one\nCOPY src /src/\nRUN cat /src/a > /app\nFROM one\nRUN true\nCOPY --link src /x/\n`,
      files: { 'src/a': 'a\n', 'src/b': 'b\n' },
    },
    { label: 'source without effect', files: { 'src/b': 'b changed\n' } },
  ),
  edits(
    'cache-unused-stage',
    'A stage that the target does not need is edited.',
    { rules: ['StageUnused'] },
    { dockerfile: `FROM ${ALPINE} AS docs\nRUN echo docs > /docs\nFROM ${ALPINE}\nCOPY f /opt/\n`, files: F_AND_G },
    { label: 'edited', with: [['echo docs', 'echo more docs']] },
    { label: 'removed', dockerfile: `FROM ${ALPINE}\nCOPY f /opt/\n` },
  ),
  edits(
    'cache-target',
    'Another target is chosen.',
    {},
    {
      dockerfile: `FROM ${ALPINE} AS one\nRUN echo 1 > /1\nFROM one AS two\nCOPY f /opt/\nFROM one AS three\nCOPY --link --from=two /opt/ /opt/\nRUN true\n`,
      files: F_AND_G,
    },
    { label: 'two', opts: { target: 'two' } },
    { label: 'one', opts: { target: 'one' } },
    { label: 'three', opts: { target: 'three' } },
  ),
  edits(
    'cache-stage-renamed',
    'A stage gets another name: names are no part of any op.',
    {},
    { dockerfile: BUILDER, files: { 'src/a': 'a\n' } },
    {
      label: 'renamed',
      with: [
        ['AS build', 'AS builder'],
        ['--from=build', '--from=builder'],
      ],
    },
  ),
  edits(
    'cache-stage-inserted',
    'A stage is put before the others: numbers shift, ops do not.',
    {},
    { dockerfile: `FROM ${ALPINE}\nRUN echo a > /a\nFROM ${ALPINE}\nCOPY --from=0 /a /\n`, files: {} },
    {
      label: 'inserted',
      dockerfile: `FROM ${ALPINE} AS new\nRUN echo n > /n\nFROM ${ALPINE}\nRUN echo a > /a\nFROM ${ALPINE}\nCOPY --from=1 /a /\n`,
    },
  ),
  ...editsBoth(
    'cache-stage-chain',
    'Three stages, each copies from the one before',
    {},
    {
      dockerfile: `FROM ${ALPINE} AS one\nCOPY f /\nRUN cat /f > /1\nFROM ${ALPINE} AS two\nCOPY --link --from=one /1 /\nRUN cat /1 > /2\nFROM ${ALPINE}\nCOPY --link --from=two /2 /\nCOPY --link g /opt/\n`,
      files: F_AND_G,
    },
    { label: 'file f', files: { f: 'f changed\n' } },
    { label: 'file g', files: { g: 'g changed\n' } },
    { label: 'line', with: [['cat /f > /1', 'cat /f >/1']] },
  ),
  edits(
    'cache-two-stages-alike',
    'Two stages with the same instructions are one vertex each.',
    {},
    {
      dockerfile: `FROM ${ALPINE} AS one\nRUN echo a > /a\nFROM ${ALPINE} AS two\nRUN echo a > /a\nFROM ${ALPINE}\nCOPY --from=one /a /x\nCOPY --from=two /a /y\n`,
      files: {},
    },
    {
      label: 'one edited',
      dockerfile: `FROM ${ALPINE} AS one\nRUN echo a > /a\nFROM ${ALPINE} AS two\nRUN echo b > /a\nFROM ${ALPINE}\nCOPY --from=one /a /x\nCOPY --from=two /a /y\n`,
    },
  ),
];
