// What runs again after an edit of the build context.
import type { Scenario } from '../scenario.ts';
import { A, edits, F_AND_G } from './steps.ts';

export const contexts = (): Scenario[] => [
  edits(
    'cache-file-touched',
    'The time stamp of a file alone is not part of the key.',
    {},
    { dockerfile: `${A}COPY f /opt/\nRUN true\n`, files: F_AND_G },
    { label: 'touch', files: { f: { text: 'f\n', mtime: 1_720_000_000 } } },
  ),
  edits(
    'cache-file-mode',
    'The mode of a file is part of the key.',
    {},
    { dockerfile: `${A}COPY f /opt/\nCOPY --link f /opt/b/\nRUN true\n`, files: F_AND_G },
    { label: 'chmod', files: { f: { text: 'f\n', mode: '0755' } } },
  ),
  edits(
    'cache-directory-mode',
    'The mode of a directory below the copied one.',
    {},
    { dockerfile: `${A}COPY d /opt/\nRUN true\n`, files: { 'd/e': { dir: true }, 'd/e/f': 'f\n' } },
    { label: 'chmod', files: { 'd/e': { dir: true, mode: '0700' } } },
  ),
  edits(
    'cache-file-outside',
    'A file beside the copied path is added and changed.',
    {},
    { dockerfile: `${A}COPY src /opt/\nRUN true\n`, files: { 'src/a': 'a\n' } },
    { label: 'added', files: { 'other/b': 'b\n' } },
    { label: 'changed', files: { 'other/b': 'b changed\n', README: 'r\n' } },
  ),
  edits(
    'cache-file-inside',
    'A file is added to, renamed in, and removed from the copied directory.',
    {},
    { dockerfile: `${A}COPY src /opt/\nRUN true\n`, files: { 'src/a': 'a\n' } },
    { label: 'added', files: { 'src/b': 'b\n' } },
    { label: 'renamed', files: { 'src/b': null, 'src/c': 'b\n' } },
    { label: 'removed', files: { 'src/c': null } },
  ),
  edits(
    'cache-empty-directory',
    'An empty directory is added to the copied one.',
    {},
    { dockerfile: `${A}COPY src /opt/\nRUN true\n`, files: { 'src/a': 'a\n' } },
    { label: 'added', files: { 'src/empty': { dir: true } } },
  ),
  edits(
    'cache-ignored-file',
    'A file that .dockerignore excludes changes; then the exclusion goes; then a comment is added to it.',
    {},
    {
      dockerfile: `${A}COPY . /opt/\nRUN true\n`,
      files: { '.dockerignore': '*.log\n.dockerignore\n', f: 'f\n', 'a.log': '1\n' },
    },
    { label: 'ignored file', files: { 'a.log': '2\n' } },
    { label: 'comment', files: { '.dockerignore': '# logs\n*.log\n.dockerignore\n' } },
    { label: 'no longer ignored', files: { '.dockerignore': '.dockerignore\n' } },
  ),
  edits(
    'cache-ignore-file-itself',
    'A .dockerignore that does not exclude itself is part of `COPY .`.',
    {},
    { dockerfile: `${A}COPY . /opt/\nRUN true\n`, files: { '.dockerignore': '*.log\n', f: 'f\n' } },
    { label: 'comment', files: { '.dockerignore': '# logs\n*.log\n' } },
  ),
  edits(
    'cache-glob',
    'A wildcard: a file that it does not match, a file that it does.',
    {},
    { dockerfile: `${A}COPY *.conf /opt/\nRUN true\n`, files: { 'a.conf': 'a\n' } },
    { label: 'no match', files: { 'b.txt': 'b\n' } },
    { label: 'match', files: { 'b.conf': 'b\n' } },
  ),
  edits(
    'cache-file-renamed',
    'Another source with the same content and the same destination name.',
    {},
    { dockerfile: `${A}COPY f /opt/x\nCOPY --link f /opt/y\nRUN true\n`, files: { f: 'same\n', g: 'same\n' } },
    {
      label: 'source renamed',
      with: [
        ['COPY f', 'COPY g'],
        ['--link f', '--link g'],
      ],
    },
  ),
  edits(
    'cache-file-renamed-in-directory',
    'Another source with the same content, into a directory: the name is part of the result.',
    {},
    { dockerfile: `${A}COPY f /opt/\nRUN true\n`, files: { f: 'same\n', g: 'same\n' } },
    { label: 'source renamed', with: [['COPY f', 'COPY g']] },
  ),
  edits(
    'cache-symlink-target',
    'The target of a link inside of a copied directory.',
    {},
    { dockerfile: `${A}COPY d /opt/\nRUN true\n`, files: { 'd/a': 'a\n', 'd/l': { symlink: 'a' } } },
    { label: 'target', files: { 'd/l': { symlink: 'b' } } },
  ),
  edits(
    'cache-symlink-followed',
    'A link as source: the content of its target counts.',
    {},
    { dockerfile: `${A}COPY l /opt/\nRUN true\n`, files: { a: 'a\n', b: 'b\n', l: { symlink: 'a' } } },
    { label: 'target content', files: { a: 'a changed\n' } },
    { label: 'target', files: { l: { symlink: 'b' } } },
  ),
  edits(
    'cache-back-and-forth',
    'A file changes and changes back: the old result is found.',
    {},
    { dockerfile: `${A}COPY f /opt/\nRUN cat /opt/f > /x\n`, files: F_AND_G },
    { label: 'changed', files: { f: 'f changed\n' } },
    { label: 'back', files: { f: 'f\n' } },
  ),
  ...(
    [
      ['wide', 'COPY . .\nRUN cat lock > deps\nRUN cat src/a > built\n'],
      ['split', 'COPY lock ./\nRUN cat lock > deps\nCOPY . .\nRUN cat src/a > built\n'],
      ['split-linked', 'COPY --link lock ./\nRUN cat lock > deps\nCOPY --link . .\nRUN cat src/a > built\n'],
      ['bind', 'RUN --mount=type=bind,source=lock,target=lock cat lock > deps\nCOPY . .\nRUN cat src/a > built\n'],
    ] as const
  ).map(([name, text]) =>
    edits(
      `copy-too-early-${name}`,
      `Dependencies from a lock file, then the sources (${name}).`,
      { rules: ['CopyTooEarly'] },
      { dockerfile: `${A}WORKDIR /app\n${text}`, files: { lock: '1\n', 'src/a': 'a\n' } },
      { label: 'source', files: { 'src/a': 'a changed\n' } },
      { label: 'lock', files: { lock: '2\n' } },
      { label: 'other file', files: { README: 'r\n' } },
    ),
  ),
];
