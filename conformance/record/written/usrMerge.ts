// Destinations that lead through links of the base: /bin, /lib, /sbin, /var/run, and links that a RUN made.
import type { Scenario } from '../scenario.ts';
import { A, ALPINE, D, pair, variants } from './steps.ts';

export const usrMerge = (): Scenario[] => [
  variants('link-into-bin', 'On a usrmerged base the link /bin becomes a directory with one file.', {
    proves: ['b1'],
    rules: ['LinkReplacesUsrMerge'],
    bad: `${D}COPY --link f /bin/\n`,
    fix: [`${D}COPY --link f /usr/bin/\n`, `${D}COPY --link f /usr/local/bin/\n`],
    look: ['/bin', '/bin/f', '/usr/bin', '/usr/bin/f', '/usr/local/bin/f'],
  }),
  ...(['overlayfs', 'native'] as const).map((snapshotter) =>
    variants(`link-into-bin-then-run-${snapshotter}`, `The next RUN finds no shell (${snapshotter}).`, {
      proves: ['b2'],
      rules: ['LinkReplacesUsrMerge'],
      snapshotter,
      bad: `${D}COPY --link f /bin/\nRUN true\n`,
      fix: `${D}COPY --link f /usr/bin/\nRUN true\n`,
    }),
  ),
  variants('link-file-named-in-bin', 'The same for a file named in full.', {
    proves: ['b1', 'b2'],
    rules: ['LinkReplacesUsrMerge'],
    bad: `${D}COPY --link f /bin/app\nRUN true\n`,
    fix: `${D}COPY --link f /usr/bin/app\nRUN true\n`,
  }),
  ...['/lib/', '/lib64/'].map((to) =>
    variants(`link-into${to.slice(0, -1).replaceAll('/', '-')}`, `The loader is gone after a copy into ${to}.`, {
      proves: ['b4'],
      rules: ['LinkReplacesUsrMerge'],
      bad: `${D}COPY --link f ${to}\nRUN true\n`,
      fix: `${D}COPY --link f /usr${to}\nRUN true\n`,
    }),
  ),
  variants('link-into-lib-looked-at', 'What is left of /lib and /lib64.', {
    proves: ['b4'],
    rules: ['LinkReplacesUsrMerge'],
    bad: `${D}COPY --link f /lib/\nCOPY --link f /lib64/\n`,
    fix: `${D}COPY --link f /usr/lib/\nCOPY --link f /usr/lib64/\n`,
    look: ['/lib', '/lib/f', '/lib64', '/lib64/f', '/usr/lib', '/usr/lib64'],
  }),
  variants('link-into-sbin', 'It builds and runs, but /sbin holds one file.', {
    proves: ['b5'],
    rules: ['LinkReplacesUsrMerge'],
    bad: `${D}COPY --link f /sbin/myinit\nRUN true\n`,
    fix: `${D}COPY --link f /usr/sbin/myinit\nRUN true\n`,
    look: ['/sbin', '/sbin/myinit', '/sbin/init', '/usr/sbin', '/usr/sbin/myinit'],
  }),
  variants('link-into-bin-from-stage', 'A directory of a builder stage copied to /bin.', {
    proves: ['b1', 'b2'],
    rules: ['LinkReplacesUsrMerge'],
    bad: `FROM ${ALPINE} AS build\nRUN mkdir /out && echo app > /out/app\n${D}COPY --link --from=build /out /bin\nRUN true\n`,
    fix: `FROM ${ALPINE} AS build\nRUN mkdir /out && echo app > /out/app\n${D}COPY --link --from=build /out /usr/bin\nRUN true\n`,
  }),
  pair('link-into-bin-not-usrmerged', 'On a base where /bin is a directory nothing is lost.', {
    proves: ['b1'],
    text: `${A}COPY --link f /bin/\nCOPY --link f /sbin/\nCOPY --link f /lib/\nRUN true\n`,
    look: ['/bin', '/bin/f', '/bin/sh', '/sbin', '/lib', '/lib/f'],
  }),
  variants('link-into-var-run', 'The link /var/run becomes a directory, /run does not get the file.', {
    proves: ['b6'],
    rules: ['LinkThroughSymlink'],
    bad: `${D}COPY --link f /var/run/\n`,
    fix: `${D}COPY --link f /run/\n`,
    look: ['/var/run', '/var/run/f', '/run/f', '/run'],
  }),
  variants('link-into-var-lock', 'The link /var/lock becomes a directory, /run/lock does not get the file.', {
    proves: ['b7'],
    rules: ['LinkThroughSymlink'],
    bad: `${D}COPY --link f /var/lock/f\n`,
    fix: `${D}COPY f /run/lock/f\n`,
    look: ['/var/lock', '/var/lock/f', '/run/lock/f', '/run/lock'],
  }),
  variants('link-into-var-run-alpine', 'The same where /var/run is a relative link.', {
    proves: ['b6'],
    rules: ['LinkThroughSymlink'],
    bad: `${A}COPY --link f /var/run/app/\n`,
    fix: `${A}COPY --link f /run/app/\n`,
    look: ['/var/run', '/var/run/app/f', '/run/app/f'],
  }),
  variants('link-through-made-symlink', 'A link that an earlier RUN made becomes a directory.', {
    proves: ['b9'],
    rules: ['LinkThroughSymlink'],
    bad: `${D}RUN mkdir -p /opt/app-1.0 && ln -s /opt/app-1.0 /opt/app\nCOPY --link f /opt/app/\n`,
    fix: `${D}RUN mkdir -p /opt/app-1.0 && ln -s /opt/app-1.0 /opt/app\nCOPY --link f /opt/app-1.0/\n`,
    look: ['/opt/app', '/opt/app/f', '/opt/app-1.0', '/opt/app-1.0/f'],
  }),
  variants(
    'link-onto-symlink-to-file',
    'The destination is a link to a file: it is replaced, the target stays as it was.',
    {
      proves: ['b13'],
      rules: ['LinkThroughSymlink'],
      bad: `${D}RUN echo old > /opt/real && ln -s /opt/real /opt/alias\nCOPY --link f /opt/alias\n`,
      fix: `${D}RUN echo old > /opt/real && ln -s /opt/real /opt/alias\nCOPY --link f /opt/real\n`,
      look: ['/opt/alias', '/opt/real'],
    },
  ),
  variants(
    'link-tree-with-bin-to-root',
    'A tree with bin/ copied to / breaks the image silently; without --link it fails.',
    {
      proves: ['g12'],
      rules: ['LinkReplacesUsrMerge'],
      files: { 'root/bin/app': 'app\n', 'root/etc/app.conf': 'x\n' },
      bad: `${D}COPY --link root/ /\n`,
      look: ['/bin', '/bin/app', '/bin/sh', '/etc', '/etc/app.conf', '/etc/passwd'],
    },
  ),
  variants('link-tree-with-usr-bin-to-root', 'The tree of the scenario before with usr/bin/ instead: all is well.', {
    proves: ['g12'],
    rules: ['LinkReplacesUsrMerge'],
    files: { 'root/usr/bin/app': 'app\n', 'root/etc/app.conf': 'x\n' },
    bad: `${D}COPY --link root/ /\nRUN true\n`,
    look: ['/bin', '/usr/bin/app', '/usr/bin/sh', '/etc', '/etc/app.conf', '/etc/passwd'],
  }),
];
