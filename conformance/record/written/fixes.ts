// What is wrong, and the very text that the rule's fix makes of it, where no other scenario shows both.
import type { Entry, Scenario } from '../scenario.ts';
import { A, ALPINE, ALPINE_NEXT, D, edits, F_AND_G } from './steps.ts';

/** A program that stands in for a package manager: it reads these files and writes one. */
const reads = (files: string): Entry => ({ text: `#!/bin/sh\ncat ${files} > installed\n`, mode: '0755' });

const early = (
  name: string,
  { program, locks, run, copy, fix }: { program: string; locks: string[]; run: string; copy: string; fix: string },
): Scenario => {
  const before = `${A}COPY bin/${program} /usr/local/bin/\nWORKDIR /app\n`;
  const after = 'RUN cat src/a > built\n';
  const first = locks[0] as string;
  return edits(
    `copy-too-early-${name}`,
    `An edit of a source runs \`${run}\` again; after the fix only an edit of what it reads does.`,
    { rules: ['CopyTooEarly'] },
    {
      dockerfile: `${before}${copy}\nRUN ${run}\n${after}`,
      files: {
        [`bin/${program}`]: reads(locks.join(' ')),
        ...Object.fromEntries(locks.map((path) => [path, '1\n'])),
        'src/a': 'a\n',
      },
    },
    { label: 'source', files: { 'src/a': 'a changed\n' } },
    { label: 'fix', dockerfile: `${before}${fix}\nRUN ${run}\n${copy}\n${after}` },
    { label: 'source again', files: { 'src/a': 'a changed twice\n' } },
    { label: 'what it reads', files: { [first]: '2\n' } },
  );
};

export const fixes = (): Scenario[] => [
  early('npm', {
    program: 'npm',
    locks: ['package.json', 'package-lock.json'],
    run: 'npm ci',
    copy: 'COPY . .',
    fix: 'COPY package.json package-lock.json* ./',
  }),
  early('pip', {
    program: 'pip',
    locks: ['requirements.txt'],
    run: 'pip install -r requirements.txt',
    copy: 'COPY --link . /app/',
    fix: 'COPY --link requirements.txt /app/',
  }),
  early('go', {
    program: 'go',
    locks: ['go.mod'],
    run: 'go mod download',
    copy: 'COPY . .',
    fix: 'COPY go.mod go.sum* ./',
  }),
  edits(
    'link-before-heavy-run-counted',
    'How many names a file that a RUN wrote has on the disk: one more where a linked copy stands before that RUN.',
    { proves: ['cache'], rules: ['LinkBeforeHeavyRun'] },
    {
      dockerfile: `${A}WORKDIR /app\nCOPY --link lock ./\nRUN mkdir deps && for i in $(seq 300); do echo $i > deps/$i; done\nCOPY --link src ./src/\nRUN stat -c %h deps/1 deps/300 > names\n`,
      files: { lock: '1\n', 'src/a': 'a\n' },
      look: ['/app/names'],
    },
    { label: 'fix', with: [['COPY --link lock', 'COPY lock']], look: ['/app/names'] },
  ),
  edits(
    'link-needs-base-anyway-plain-copy',
    'One plain copy makes the base be read; with --link on it too, nothing of it is.',
    { proves: ['rebase'], rules: ['LinkNeedsBaseAnyway'] },
    {
      dockerfile: `FROM 127.0.0.1:5077/library/${ALPINE}\nCOPY --link f /opt/\nCOPY g /srv/\n`,
      files: F_AND_G,
      output: 'push',
    },
    { label: 'fix', with: [['COPY g', 'COPY --link g']], pruned: true },
  ),
  edits(
    'link-shadowed-file',
    'A linked file that a later copy writes again: without it one layer less is pushed, and the file is that of the later copy.',
    { proves: ['h3-h5'], rules: ['LinkShadowedByLater'] },
    { dockerfile: `${D}COPY --link f /opt/x\nCOPY --link g /opt/x\n`, files: F_AND_G, output: 'push' },
    { label: 'fix', with: [['COPY --link f /opt/x\n', '']], pruned: true },
    { label: 'files', output: 'tar', look: ['/opt/x'] },
  ),
  edits(
    'base-without-version',
    'A base without a version means another image; pinned by its digest it does not.',
    { rules: ['UnpinnedSyntaxOrBase'] },
    {
      dockerfile: 'FROM alpine\nRUN echo a > /a\nCOPY f /opt/\n',
      files: F_AND_G,
      tags: { 'alpine:latest': ALPINE },
    },
    { label: 'another image', tags: { 'alpine:latest': ALPINE_NEXT } },
    { label: 'fix: pinned', with: [['FROM alpine', `FROM alpine:latest@DIGEST(${ALPINE_NEXT})`]] },
    { label: 'another image again', tags: { 'alpine:latest': ALPINE } },
  ),
];
