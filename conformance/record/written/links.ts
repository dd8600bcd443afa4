// What runs again among linked copies, by what changed.
import type { Scenario } from '../scenario.ts';
import { A, ALPINE, ALPINE_NEXT, DEBIAN, DEBIAN_NEXT, edits, editsBoth, F_AND_G, TWO } from './steps.ts';

export const links = (): Scenario[] => [
  ...editsBoth(
    'cache-base-changed',
    'The base changes under two copies and two RUNs',
    { proves: ['cache'] },
    { dockerfile: TWO, files: F_AND_G },
    { label: 'nothing' },
    { label: 'base', with: [[ALPINE, ALPINE_NEXT]] },
  ),
  ...editsBoth(
    'cache-earlier-run-changed',
    'An earlier RUN changes under two copies',
    { proves: ['cache'] },
    { dockerfile: TWO, files: F_AND_G },
    { label: 'line 2', with: [['echo tools', 'echo newer tools']] },
  ),
  ...editsBoth(
    'cache-copied-file-changed',
    'The first, then the second of two copied files: F_AND_G changes',
    { proves: ['cache'] },
    { dockerfile: TWO, files: F_AND_G },
    { label: 'file f', files: { f: 'f changed\n' } },
    { label: 'file g', files: { g: 'g changed\n' } },
    { label: 'both back', files: F_AND_G },
  ),
  ...editsBoth(
    'cache-copies-without-run',
    'Copies to the end of the stage; the base changes, then the first file',
    { proves: ['cache'], rules: ['LinkWouldHelp'] },
    { dockerfile: `${A}RUN echo tools > /tools\nCOPY --link f /opt/a/\nCOPY --link g /opt/b/\n`, files: F_AND_G },
    { label: 'base', with: [[ALPINE, ALPINE_NEXT]] },
    { label: 'line 2', with: [['echo tools', 'echo newer tools']] },
    { label: 'file f', files: { f: 'f changed\n' } },
  ),
  ...editsBoth(
    'cache-copy-inserted',
    'A copy is put between two others, another taken away',
    { proves: ['cache'] },
    { dockerfile: `${A}COPY --link f /opt/a/\nCOPY --link g /opt/b/\n`, files: { ...F_AND_G, h: 'h\n' } },
    { label: 'insert', with: [['COPY --link g', 'COPY --link h /opt/c/\nCOPY --link g']] },
    { label: 'remove', with: [['COPY --link f /opt/a/\n', '']] },
  ),
  ...editsBoth(
    'cache-copies-swapped',
    'Two copies change places',
    { proves: ['cache'] },
    { dockerfile: `${A}COPY --link f /opt/a/\nCOPY --link g /opt/b/\n`, files: F_AND_G },
    { label: 'swap', dockerfile: `${A}COPY --link g /opt/b/\nCOPY --link f /opt/a/\n` },
  ),
  ...editsBoth(
    'cache-same-copy-in-two-stages',
    'The same copy in two stages upon different bases',
    { proves: ['cache'] },
    {
      dockerfile: `FROM ${ALPINE} AS one\nCOPY --link f /opt/\nRUN cat /opt/f > /one\nFROM ${DEBIAN}\nCOPY --link f /opt/\nCOPY --link --from=one /one /\n`,
      files: F_AND_G,
    },
    { label: 'file f', files: { f: 'f changed\n' } },
    { label: 'base of the last', with: [[DEBIAN, DEBIAN_NEXT]] },
    { label: 'base of the first', with: [[ALPINE, ALPINE_NEXT]] },
  ),
  edits(
    'cache-link-added',
    '--link is added to a copy that was built without, then taken away again.',
    { proves: ['cache'] },
    { dockerfile: `${A}COPY f /opt/a/\nCOPY g /opt/b/\nRUN true\n`, files: F_AND_G },
    { label: 'add --link', with: [['COPY f', 'COPY --link f']] },
    { label: 'add it to both', with: [['COPY g', 'COPY --link g']] },
    { label: 'take both away', with: [['--link ', '']] },
  ),
  edits(
    'link-before-heavy-run',
    'Links before a RUN of many files: an edit of the last runs all merges again; linked only after the last RUN it does not.',
    { proves: ['cache'], rules: ['LinkBeforeHeavyRun'] },
    {
      dockerfile: `${A}WORKDIR /app\nCOPY --link lock ./\nRUN mkdir deps && for i in $(seq 300); do echo $i > deps/$i; done\nCOPY --link src ./src/\nRUN cat src/* > built\n`,
      files: { lock: '1\n', 'src/a': 'a\n' },
    },
    { label: 'edit of src', files: { 'src/a': 'a changed\n' } },
    {
      label: 'fix: link only the last',
      dockerfile: `${A}WORKDIR /app\nCOPY lock ./\nRUN mkdir deps && for i in $(seq 300); do echo $i > deps/$i; done\nCOPY src ./src/\nRUN cat src/* > built\nCOPY --link src ./served/\n`,
    },
    { label: 'edit of src again', files: { 'src/a': 'a changed twice\n' } },
  ),
  ...editsBoth(
    'link-with-chmod-base-changed',
    'A copy with --chmod does not survive a change of the base',
    { proves: ['c16', 'c26', 'l2'], rules: ['LinkCancelledByChmod'] },
    { dockerfile: `${A}COPY --link --chmod=755 f /opt/\nCOPY --link g /opt/\n`, files: F_AND_G },
    { label: 'base', with: [[ALPINE, ALPINE_NEXT]] },
  ),
];
