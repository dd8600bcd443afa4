// What runs again on a new daemon that has a remote cache.
import type { Scenario } from '../scenario.ts';
import { A, ALPINE, ALPINE_NEXT, DEBIAN, edits, editsBoth } from './steps.ts';

const BUILDER = `FROM ${ALPINE} AS build\nCOPY src /src/\nRUN cat /src/* > /app\nFROM ${ALPINE}\nRUN echo tools > /tools\nCOPY --link --from=build /app /opt/\n`;

/** A stage whose RUN is in no cache of mode min, then what takes its file, and a line that comes between or behind. */
const STAGE = `FROM ${ALPINE} AS s1\nRUN mkdir -p /out && echo s1 > /out/o\n`;
const inserted = (name: string, what: string, first: string, last = ''): Scenario =>
  edits(
    `remote-min-inserted-${name}`,
    `A new daemon, remote cache min: a WORKDIR comes behind ${what}.`,
    { proves: ['d2'] },
    {
      dockerfile: `${STAGE}${first}${last}`,
      files: { f: 'f\n' },
      cacheTo: { name: 'c', mode: 'min' },
    },
    { label: 'WORKDIR, other daemon', pruned: true, cacheFrom: 'c', dockerfile: `${STAGE}${first}WORKDIR /n\n${last}` },
  );

export const remote = (): Scenario[] => [
  ...(['min', 'max', 'inline'] as const).flatMap((mode) =>
    editsBoth(
      `remote-${mode}-base-changed`,
      `A new daemon, remote cache ${mode}: the base of the final stage has changed`,
      { proves: ['d2'], rules: ['LinkWouldHelp'] },
      {
        dockerfile: `FROM ${DEBIAN} AS build\nCOPY src /src/\nRUN cat /src/* > /app\nFROM ${ALPINE}\nCOPY --link --from=build /app /opt/\n`,
        files: { 'src/a': 'a\n' },
        cacheTo: { name: 'c', mode },
      },
      { label: 'nothing, other daemon', pruned: true, cacheFrom: 'c' },
      { label: 'base, other daemon', pruned: true, cacheFrom: 'c', with: [[ALPINE, ALPINE_NEXT]] },
    ),
  ),
  ...(['min', 'max', 'inline'] as const).flatMap((mode) =>
    editsBoth(
      `remote-${mode}-run-changed`,
      `A new daemon, remote cache ${mode}: a RUN of the final stage has changed`,
      { proves: ['d2'], rules: ['LinkWouldHelp'] },
      { dockerfile: BUILDER, files: { 'src/a': 'a\n' }, cacheTo: { name: 'c', mode } },
      { label: 'line 5, other daemon', pruned: true, cacheFrom: 'c', with: [['echo tools', 'echo newer tools']] },
    ),
  ),
  ...(['min', 'max', 'inline'] as const).flatMap((mode) =>
    editsBoth(
      `remote-${mode}-source-changed`,
      `A new daemon, remote cache ${mode}: a source of the builder has changed`,
      { proves: ['d2'] },
      {
        dockerfile: `${BUILDER}COPY --link f /opt/\n`,
        files: { 'src/a': 'a\n', f: 'f\n' },
        cacheTo: { name: 'c', mode },
      },
      { label: 'source, other daemon', pruned: true, cacheFrom: 'c', files: { 'src/a': 'a changed\n' } },
      {
        label: 'file of the last stage, other daemon',
        pruned: true,
        cacheFrom: 'c',
        files: { 'src/a': 'a\n', f: 'f changed\n' },
      },
    ),
  ),
  ...(['min', 'max', 'inline'] as const).map((mode) =>
    edits(
      `remote-${mode}-builder-run-changed`,
      `A new daemon, remote cache ${mode}: the builder has two RUNs, the second has changed.`,
      { proves: ['d2'] },
      {
        dockerfile: `FROM ${ALPINE} AS build\nRUN echo deps > /deps\nCOPY src /src/\nRUN cat /src/* > /app\nFROM ${ALPINE}\nCOPY --from=build /app /opt/\n`,
        files: { 'src/a': 'a\n' },
        cacheTo: { name: 'c', mode },
      },
      {
        label: 'line 4, other daemon',
        pruned: true,
        cacheFrom: 'c',
        with: [['cat /src/* > /app', 'cat /src/* >/app']],
      },
      { label: 'source, other daemon', pruned: true, cacheFrom: 'c', files: { 'src/a': 'a changed\n' } },
    ),
  ),
  edits(
    'remote-none',
    'A new daemon without remote cache runs all.',
    { proves: ['d2'] },
    { dockerfile: BUILDER, files: { 'src/a': 'a\n' } },
    { label: 'other daemon', pruned: true },
  ),
  inserted(
    'copy',
    'a copy onto nothing: the RUN that it takes from runs',
    'FROM scratch\nCOPY --from=s1 /out/o /app/\n',
  ),
  inserted(
    'links',
    'the first of two linked copies onto nothing: the RUN runs',
    'FROM scratch\nCOPY --link --from=s1 /out/o /app/\n',
    'COPY --link --from=s1 /out/ /x/\n',
  ),
  inserted(
    'copy-on-base',
    'a copy onto a base: the RUN does not run',
    `FROM ${ALPINE}\nCOPY --from=s1 /out/o /app/\n`,
    'COPY f /f\n',
  ),
  inserted(
    'link-on-base',
    'a linked copy onto a base: the RUN does not run',
    `FROM ${ALPINE}\nCOPY --link --from=s1 /out/o /app/\n`,
    'COPY f /f\n',
  ),
  inserted(
    'second-copy',
    'a second copy: the RUN does not run',
    'FROM scratch\nCOPY --from=s1 /out/o /app/\nCOPY f /f\n',
  ),
  edits(
    'remote-min-links-swapped',
    'A new daemon, remote cache min: two linked copies onto nothing change places; the RUN that both take from runs.',
    { proves: ['d2'] },
    {
      dockerfile: `${STAGE}FROM scratch\nCOPY --link --from=s1 /out/o /app/\nCOPY --link --from=s1 /out/ /x/\n`,
      files: {},
      cacheTo: { name: 'c', mode: 'min' },
    },
    {
      label: 'swapped, other daemon',
      pruned: true,
      cacheFrom: 'c',
      dockerfile: `${STAGE}FROM scratch\nCOPY --link --from=s1 /out/ /x/\nCOPY --link --from=s1 /out/o /app/\n`,
    },
  ),
  edits(
    'base-other-name',
    'The base under another tag that means the same image.',
    {},
    {
      dockerfile: `${A}RUN echo a > /a\nCOPY f /opt/\n`,
      files: { f: 'f\n' },
      tags: { [ALPINE]: ALPINE_NEXT },
    },
    { label: 'tag', with: [[ALPINE, ALPINE_NEXT]] },
  ),
];
