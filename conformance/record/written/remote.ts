// What runs again on a new daemon that has a remote cache.
import type { Scenario } from '../scenario.ts';
import { ALPINE, ALPINE_NEXT, DEBIAN, edits, editsBoth } from './steps.ts';

const BUILDER = `FROM ${ALPINE} AS build\nCOPY src /src/\nRUN cat /src/* > /app\nFROM ${ALPINE}\nRUN echo tools > /tools\nCOPY --link --from=build /app /opt/\n`;

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
];
