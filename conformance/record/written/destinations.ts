// Where a linked file goes: names with and without a slash, known directories, working directories.
import type { Scenario } from '../scenario.ts';
import { A, ALPINE, D, pair, variants } from './steps.ts';

export const destinations = (): Scenario[] => [
  variants('link-file-replaces-usr-bin', 'A file copied to /usr/bin without a slash replaces the directory.', {
    proves: ['a1'],
    rules: ['LinkFileReplacesDirectory'],
    bad: `${D}COPY --link f /usr/bin\n`,
    fix: `${D}COPY --link f /usr/bin/\n`,
    look: ['/usr/bin', '/usr/bin/f', '/usr/bin/sh'],
  }),
  variants('link-file-replaces-usr-bin-then-run', 'A RUN after it finds no shell.', {
    proves: ['a3'],
    rules: ['LinkFileReplacesDirectory'],
    bad: `${D}COPY --link f /usr/bin\nRUN true\n`,
    fix: `${D}COPY --link f /usr/bin/\nRUN true\n`,
  }),
  variants('link-file-replaces-usr-bin-native', 'The same on the native snapshotter.', {
    proves: ['a1', 'a3'],
    rules: ['LinkFileReplacesDirectory'],
    snapshotter: 'native',
    bad: `${D}COPY --link f /usr/bin\n`,
    fix: `${D}COPY --link f /usr/bin/\nRUN true\n`,
    look: ['/usr/bin', '/usr/bin/f'],
  }),
  ...['/etc', '/opt', '/usr/local/bin', '/var/lib', '/srv', '/home'].map((to) =>
    variants(
      `link-file-replaces${to.replaceAll('/', '-')}`,
      `A file copied to ${to} without a slash replaces the directory.`,
      {
        proves: ['a1'],
        rules: ['LinkFileReplacesDirectory'],
        bad: `${D}COPY --link f ${to}\n`,
        fix: `${D}COPY --link f ${to}/\n`,
        look: [to, `${to}/f`],
      },
    ),
  ),
  variants('link-file-replaces-usr-local-bin-alpine', 'The same on a base that is not usrmerged.', {
    proves: ['a1'],
    rules: ['LinkFileReplacesDirectory'],
    bad: `${A}COPY --link f /usr/local/bin\n`,
    fix: `${A}COPY --link f /usr/local/bin/\n`,
    look: ['/usr/local/bin', '/usr/local/bin/f'],
  }),
  variants('link-file-from-stage-replaces-directory', 'A binary of a builder stage copied to /usr/local/bin.', {
    proves: ['a1'],
    rules: ['LinkFileReplacesDirectory'],
    bad: `FROM ${ALPINE} AS build\nRUN mkdir /out && echo app > /out/app\n${D}COPY --link --from=build /out/app /usr/local/bin\n`,
    fix: `FROM ${ALPINE} AS build\nRUN mkdir /out && echo app > /out/app\n${D}COPY --link --from=build /out/app /usr/local/bin/\n`,
    look: ['/usr/local/bin', '/usr/local/bin/app'],
  }),
  variants('link-add-file-replaces-directory', 'ADD of a file that is no archive does the same.', {
    proves: ['a1'],
    rules: ['LinkFileReplacesDirectory'],
    bad: `${D}ADD --link f /opt\n`,
    fix: `${D}ADD --link f /opt/\n`,
    look: ['/opt', '/opt/f'],
  }),
  variants('link-heredoc-replaces-directory', 'A heredoc copied to /etc without a slash.', {
    proves: ['a1'],
    rules: ['LinkFileReplacesDirectory'],
    bad: `${D}COPY --link <<conf /etc\nkey=1\nconf\n`,
    fix: `${D}COPY --link <<conf /etc/\nkey=1\nconf\n`,
    look: ['/etc', '/etc/conf', '/etc/passwd'],
  }),
  variants('link-renamed-file-replaces-made-directory', 'A directory that an earlier RUN made is replaced too.', {
    proves: ['a1'],
    rules: ['LinkFileReplacesDirectory'],
    bad: `${D}RUN mkdir -p /data/conf && echo kept > /data/conf/kept\nCOPY --link f /data/conf\n`,
    fix: `${D}RUN mkdir -p /data/conf && echo kept > /data/conf/kept\nCOPY --link f /data/conf/\n`,
    look: ['/data/conf', '/data/conf/f', '/data/conf/kept'],
  }),
  variants('link-glob-of-one-file-replaces-directory', 'A wildcard that matches one file, without a slash.', {
    proves: ['a1'],
    rules: ['LinkFileReplacesDirectory'],
    files: { 'a.conf': 'a\n', 'b.txt': 'b\n' },
    bad: `${D}COPY --link *.conf /opt\n`,
    fix: `${D}COPY --link *.conf /opt/\n`,
    look: ['/opt', '/opt/a.conf'],
  }),
  variants('link-glob-of-two-files-without-slash', 'A wildcard that matches two files, without a slash.', {
    proves: ['gw7'],
    rules: ['LinkFileReplacesDirectory'],
    files: { 'a.conf': 'a\n', 'b.conf': 'b\n' },
    bad: `${D}COPY --link *.conf /opt\n`,
    fix: `${D}COPY --link *.conf /opt/\n`,
    look: ['/opt', '/opt/a.conf', '/opt/b.conf'],
  }),
  variants(
    'link-file-replaces-workdir',
    'The working directory named without a slash becomes a file; the next RUN fails.',
    {
      proves: ['a9'],
      rules: ['LinkFileReplacesDirectory'],
      bad: `${D}WORKDIR /srv/app\nCOPY --link f /srv/app\nRUN true\n`,
      fix: `${D}WORKDIR /srv/app\nCOPY --link f /srv/app/\nRUN true\n`,
    },
  ),
  variants('link-file-then-workdir', 'A file is linked to /app, then /app is to be the working directory.', {
    proves: ['k9'],
    rules: ['LinkFileReplacesDirectory'],
    bad: `${D}RUN mkdir /app\nCOPY --link f /app\nWORKDIR /app\n`,
    fix: `${D}RUN mkdir /app\nCOPY --link f /app/\nWORKDIR /app\n`,
  }),
  variants('link-file-to-new-name-then-workdir', 'The same where nothing was at /app: both ways fail.', {
    proves: ['k9'],
    rules: ['LinkFileReplacesDirectory'],
    bad: `${D}COPY --link f /app\nWORKDIR /app\n`,
    fix: `${D}COPY --link f /app/\nWORKDIR /app\n`,
  }),
  variants('link-file-to-parent', 'A file is copied to `..` of the working directory.', {
    proves: ['gw2'],
    rules: ['LinkFileReplacesDirectory'],
    bad: `${D}WORKDIR /srv/a\nCOPY --link f ..\n`,
    fix: `${D}WORKDIR /srv/a\nCOPY --link f ../\n`,
    look: ['/srv', '/srv/f', '/srv/a'],
  }),
  variants(
    'link-two-files-without-slash',
    'Two sources, an existing directory without a slash: only the last survives, as a file.',
    {
      proves: ['gw7'],
      rules: ['CopySourcesWithoutSlash', 'LinkFileReplacesDirectory'],
      files: { f: 'f\n', g: 'g\n' },
      bad: `${D}COPY --link f g /opt\n`,
      fix: `${D}COPY --link f g /opt/\n`,
      look: ['/opt', '/opt/f', '/opt/g'],
    },
  ),
  variants(
    'two-files-without-slash-new-name',
    'Two sources, a new name without a slash: only the last survives, with and without --link.',
    {
      proves: ['gw18'],
      rules: ['CopySourcesWithoutSlash'],
      files: { f: 'f\n', g: 'g\n' },
      bad: `${D}COPY --link f g /new\n`,
      fix: [`${D}COPY --link f g /new/\n`, `${D}COPY f g /new/\n`],
      look: ['/new', '/new/f', '/new/g'],
    },
  ),
  ...(
    [
      ['slash', '', 'f /opt/'],
      ['dot', 'WORKDIR /opt\n', 'f .'],
      ['dot-slash', 'WORKDIR /opt\n', 'f ./'],
      ['sub-dot', '', 'f /opt/.'],
      ['relative-sub-dot', 'WORKDIR /\n', 'f opt/.'],
      ['directory', '', 'd /opt'],
      ['directory-slash', '', 'd/ /opt/'],
      ['whole-context', 'WORKDIR /opt\n', '. .'],
      ['file-name', '', 'f /opt/renamed'],
      ['new-directory', '', 'f /opt/new/deep/'],
    ] as const
  ).map(([name, before, what]) =>
    pair(`link-safe-${name}`, `Safe with and without --link: COPY ${what}.`, {
      proves: ['a6-a8'],
      files: { f: 'f\n', 'd/g': 'g\n' },
      text: `${D}RUN echo kept > /opt/kept\n${before}COPY --link ${what}\nRUN ls -1 /opt\n`,
      look: ['/opt', '/opt/kept', '/opt/f', '/opt/g', '/opt/renamed', '/opt/new', '/opt/new/deep', '/opt/new/deep/f'],
    }),
  ),
  pair('link-safe-add-tar', 'An archive of the context is unpacked into an existing directory without a slash.', {
    proves: ['z1', 'i2-i6'],
    files: { 'a.tar': { tar: { 'x/f': { text: 'x\n', uid: 7, gid: 8, mode: '0640' }, g: 'g\n' } } },
    text: `${D}RUN echo kept > /opt/kept\nADD --link a.tar /opt\n`,
    look: ['/opt', '/opt/kept', '/opt/x', '/opt/x/f', '/opt/g'],
  }),
];
