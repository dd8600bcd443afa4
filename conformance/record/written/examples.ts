// Examples of articles about --link, and which of them pull a base.
import type { Scenario } from '../scenario.ts';
import { A, ALPINE, ALPINE_NEXT, DEBIAN, edits, editsBoth, F_AND_G } from './steps.ts';

export const examples = (): Scenario[] => [
  ...editsBoth(
    'docker-rebase',
    'Rebase: everything of the final stage is copied; its base changes',
    { proves: ['rebase'], rules: ['LinkWouldHelp'] },
    {
      dockerfile: `FROM ${DEBIAN} AS build\nCOPY source /src/\nRUN cat /src/source > /app\nFROM ${ALPINE}\nCOPY --link --from=build /app /usr/local/bin/app\n`,
      files: { source: 'source\n' },
      output: 'push',
    },
    { label: 'base', with: [[ALPINE, ALPINE_NEXT]] },
    { label: 'base, other daemon', with: [[ALPINE_NEXT, ALPINE]], pruned: true },
  ),
  ...editsBoth(
    'docker-two-copies',
    'Configuration and binary come from two stages',
    { proves: ['rebase', 'cache'] },
    {
      dockerfile: `FROM ${ALPINE} AS config\nCOPY config.in /\nRUN cat /config.in > /config\nFROM ${ALPINE} AS app\nCOPY app.in /\nRUN cat /app.in > /app\nFROM ${ALPINE_NEXT}\nCOPY --link --from=config /config /etc/app/\nCOPY --link --from=app /app /usr/local/bin/\n`,
      files: { 'config.in': 'config\n', 'app.in': 'app\n' },
    },
    { label: 'config', files: { 'config.in': 'config changed\n' } },
    { label: 'app', files: { 'app.in': 'app changed\n' } },
    { label: 'base of the last', with: [[`FROM ${ALPINE_NEXT}`, `FROM ${DEBIAN}`]] },
  ),
  ...editsBoth(
    'depot-alpine',
    'FROM alpine and one copy of a directory',
    { proves: ['rebase', 'cache'] },
    { dockerfile: `${A}COPY --link /dir1 /dir1\n`, files: { 'dir1/a': 'a\n', 'dir1/b': 'b\n' } },
    { label: 'nothing' },
    { label: 'file', files: { 'dir1/a': 'a changed\n' } },
    { label: 'base', with: [[ALPINE, ALPINE_NEXT]] },
  ),
  ...editsBoth(
    'depot-alpine-two',
    'Two directories; the first changes',
    { proves: ['rebase', 'cache'] },
    {
      dockerfile: `${A}COPY --link /dir1 /dir1\nCOPY --link /dir2 /dir2\n`,
      files: { 'dir1/a': 'a\n', 'dir2/b': 'b\n' },
    },
    { label: 'dir1', files: { 'dir1/a': 'a changed\n' } },
    { label: 'dir2', files: { 'dir2/b': 'b changed\n' } },
  ),
  ...(
    [
      ['all-linked', '', ''],
      ['metadata', '', 'ENV A=1\nUSER 1500\nCMD ["/usr/local/bin/app"]\nEXPOSE 80\nLABEL a=b\n'],
      ['workdir-root', 'WORKDIR /\n', ''],
      ['workdir', 'WORKDIR /srv\n', ''],
      ['plain-copy', 'COPY f /opt/\n', ''],
      ['chmod', 'COPY --link --chmod=644 f /opt/\n', ''],
      ['run', '', 'RUN true\n'],
    ] as const
  ).map(([name, before, after]) =>
    edits(
      `rebase-pull-${name}`,
      `Which bases are read when nothing but links (${name}) stands in the final stage: an image, an OCI archive, a push.`,
      { proves: ['rebase'], rules: /workdir$|plain|chmod/.test(name) ? ['LinkNeedsBaseAnyway'] : [] },
      {
        dockerfile: `FROM ${ALPINE}\n${before}COPY --link f /usr/local/bin/app\n${after}`,
        files: F_AND_G,
        output: 'image',
      },
      { label: 'oci, other daemon', output: 'oci', pruned: true },
      { label: 'base, other daemon', with: [[ALPINE, ALPINE_NEXT]], pruned: true, output: 'image' },
      {
        label: 'push of the same repository, other daemon',
        with: [[ALPINE_NEXT, `127.0.0.1:5077/library/${ALPINE}`]],
        pruned: true,
        output: 'push',
      },
    ),
  ),
  edits(
    'link-needs-base-anyway-fixed',
    'A WORKDIR and a relative link force the pull of the base; absolute destinations do not.',
    { proves: ['rebase'], rules: ['LinkNeedsBaseAnyway'] },
    { dockerfile: `${A}WORKDIR /srv/app\nCOPY --link f .\nCMD ["f"]\n`, files: F_AND_G },
    { label: 'fix', dockerfile: `${A}COPY --link f /srv/app/\nCMD ["/srv/app/f"]\n`, pruned: true },
  ),
];
