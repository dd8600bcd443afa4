// Sources that name nothing in the build context: where BuildKit stops, and where it goes on without a word.
import type { Scenario } from '../scenario.ts';
import { A, edits } from './steps.ts';

const rules = ['CopyMatchesNothing'];
const files = { 'src/a': 'a\n', 'b.txt': 'b\n' };

export const nothing = (): Scenario[] => [
  edits(
    'copy-nothing-path',
    'A path that is not there.',
    { rules },
    { dockerfile: `${A}COPY b.tx /opt/\n`, files },
    { label: 'fix', with: [['b.tx ', 'b.txt ']] },
  ),
  edits(
    'copy-nothing-wildcard',
    'No name is like the wildcards: the build goes on.',
    { rules },
    { dockerfile: `${A}COPY *.none /opt/\nRUN true\n`, files, look: ['/opt'] },
    { label: 'fix', with: [['*.none', '*.txt']] },
  ),
  edits(
    'copy-nothing-wildcard-in-unsent',
    'No name is like the wildcards, in a directory of which nothing is sent, and then something is.',
    { rules },
    { dockerfile: `${A}COPY src/*.none /opt/\n`, files, look: ['/opt'] },
    { label: 'something is sent', with: [['COPY src', 'COPY src/a /srv/\nCOPY src']] },
    { label: 'fix', with: [['src/*.none', 'src/*']] },
  ),
  edits(
    'copy-nothing-ignored',
    'All that the wildcards mean is ignored.',
    { rules },
    {
      dockerfile: `${A}COPY b.txt src/* /opt/\n`,
      files: { ...files, '.dockerignore': 'src/a\n!src/keep\n' },
      look: ['/opt'],
    },
    { label: 'fix', files: { '.dockerignore': 'src/a\n!src/keep\n!src/*\n' } },
    { label: 'fix-2', files: { '.dockerignore': '' } },
  ),
  edits(
    'copy-nothing-ignored-path',
    'A path that is ignored.',
    { rules },
    {
      dockerfile: `${A}COPY src/a /opt/\n`,
      files: { ...files, '.dockerignore': 'src/a\n!src/keep\n' },
    },
    { label: 'fix', files: { '.dockerignore': 'src/a\n!src/keep\n!src/a\n' } },
  ),
  edits(
    'copy-nothing-parents',
    'A path that is not there, with --parents, then wildcards.',
    { rules },
    { dockerfile: `${A}COPY --parents src/none /opt/\n`, files, look: ['/opt'] },
    { label: 'fix', with: [['src/none', 'src/a']] },
  ),
  edits(
    'copy-nothing-exclude',
    'A path that is not there, with --exclude.',
    { rules },
    { dockerfile: `${A}COPY --exclude=*.md none /opt/\n`, files },
    { label: 'fix', with: [['none', 'src']] },
  ),
  edits(
    'copy-nothing-bind',
    'A bind mount of a path that is not there.',
    { rules },
    { dockerfile: `${A}RUN --mount=type=bind,source=none,target=/m true\n`, files },
    { label: 'fix', with: [['none', 'src']] },
  ),
];
