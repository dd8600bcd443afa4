// Modes and owners of directories that were there before a copy.
import type { Scenario } from '../scenario.ts';
import { A, D, DEBIAN, pair, skeleton, variants } from './steps.ts';

export const directories = (): Scenario[] => [
  variants('link-resets-tmp-file', 'A file linked into /tmp takes its 1777.', {
    proves: ['g2'],
    rules: ['LinkResetsTmp'],
    bad: `${D}COPY --link f /tmp/\n`,
    fix: [`${D}COPY f /tmp/\n`, skeleton('RUN install -d -m 1777 /stage/tmp\nCOPY f /stage/tmp/\n')],
    look: ['/tmp', '/tmp/f'],
  }),
  variants('link-resets-tmp-directory', 'A directory linked below /tmp.', {
    proves: ['g7'],
    rules: ['LinkResetsTmp'],
    files: { 'd/f': 'f\n' },
    bad: `${D}COPY --link d /tmp/d\n`,
    fix: [`${D}COPY d /tmp/d\n`, skeleton('RUN install -d -m 1777 /stage/tmp\nCOPY d /stage/tmp/d\n')],
    look: ['/tmp', '/tmp/d', '/tmp/d/f'],
  }),
  variants(
    'link-resets-recursive-mode',
    'A directory that got its mode from `chmod -R` of one above, which has another again.',
    {
      proves: ['g1'],
      rules: ['LinkResetsDirectory'],
      bad: `${D}RUN mkdir -p /srv/a/b && chmod -R 700 /srv\nRUN chmod 755 /srv /srv/a\nCOPY --link f /srv/a/b/\n`,
      look: ['/srv', '/srv/a', '/srv/a/b'],
    },
  ),
  variants('link-resets-var-tmp', 'The same for /var/tmp.', {
    proves: ['g2'],
    rules: ['LinkResetsTmp'],
    bad: `${D}COPY --link f /var/tmp/f\n`,
    fix: `${D}COPY f /var/tmp/f\n`,
    look: ['/var/tmp', '/var/tmp/f'],
  }),
  variants('link-resets-tmp-heredoc', 'A heredoc linked into /tmp.', {
    proves: ['z3'],
    rules: ['LinkResetsTmp'],
    bad: `${D}COPY --link <<conf /tmp/\nx\nconf\n`,
    fix: `${D}COPY <<conf /tmp/\nx\nconf\n`,
    look: ['/tmp', '/tmp/conf'],
  }),
  variants('link-resets-tmp-parents', 'A copy with --parents into /tmp.', {
    proves: ['z3'],
    rules: ['LinkResetsTmp'],
    files: { 'd/f': 'f\n' },
    bad: `${D}COPY --link --parents d/f /tmp/\n`,
    fix: `${D}COPY --parents d/f /tmp/\n`,
    look: ['/tmp', '/tmp/d', '/tmp/d/f'],
  }),
  variants('link-resets-tmp-then-mktemp', 'mktemp as another user fails afterwards.', {
    proves: ['z4'],
    rules: ['LinkResetsTmp'],
    bad: `${D}COPY --link f /tmp/\nUSER 1500\nRUN mktemp\n`,
    fix: [
      `${D}COPY f /tmp/\nUSER 1500\nRUN mktemp\n`,
      skeleton('RUN install -d -m 1777 /stage/tmp\nCOPY f /stage/tmp/\n').concat('USER 1500\nRUN mktemp\n'),
    ],
  }),
  variants('link-resets-tmp-alpine', 'The same on the other base.', {
    proves: ['g2'],
    rules: ['LinkResetsTmp'],
    bad: `${A}COPY --link f /tmp/\nRUN ls -ld /tmp\n`,
    fix: `${A}COPY f /tmp/\nRUN ls -ld /tmp\n`,
    look: ['/tmp'],
  }),
  variants('link-resets-root', '/root goes from 0700 to 0755.', {
    proves: ['g3-g5'],
    rules: ['LinkResetsDirectory'],
    bad: `${D}COPY --link f /root/.config\n`,
    fix: [`${D}COPY f /root/.config\n`, skeleton('RUN install -d -m 0700 /stage/root\nCOPY f /stage/root/.config\n')],
    look: ['/root', '/root/.config'],
  }),
  variants('link-resets-home', 'A home that useradd -m made becomes root-owned 0755.', {
    proves: ['g3-g5', 'g6'],
    rules: ['LinkResetsDirectory'],
    bad: `${D}RUN useradd -m -u 1500 app\nCOPY --link --chown=0:0 f /home/app/\n`,
    fix: `${D}RUN useradd -m -u 1500 app\nCOPY f /home/app/\n`,
    look: ['/home', '/home/app', '/home/app/f'],
  }),
  variants(
    'link-resets-home-numeric-owner',
    'With the numeric owner the home keeps its owner, but not its mode, and /home changes hands.',
    {
      proves: ['g3-g5', 'g14'],
      rules: ['LinkResetsDirectory', 'LinkOwnsParents'],
      bad: `${D}RUN useradd -m -u 1500 app\nCOPY --link --chown=1500:1500 f /home/app/\n`,
      fix: skeleton(
        'RUN install -d -m 0755 /stage/home && install -d -m 0700 -o 1500 -g 1500 /stage/home/app\nCOPY --chown=1500:1500 f /stage/home/app/\n',
        DEBIAN,
        'RUN useradd -m -u 1500 app\n',
      ),
      look: ['/home', '/home/app', '/home/app/f'],
    },
  ),
  variants('link-resets-var-local', 'The setgid bit and the group of /var/local are lost.', {
    proves: ['g3-g5'],
    rules: ['LinkResetsDirectory'],
    bad: `${D}COPY --link f /var/local/\n`,
    fix: [
      `${D}COPY f /var/local/\n`,
      skeleton('RUN mkdir -p /stage/var && install -d -m 2775 -g 50 /stage/var/local\nCOPY f /stage/var/local/\n'),
    ],
    look: ['/var/local', '/var/local/f'],
  }),
  variants('link-resets-owned-directory', 'A directory of mode 0700 owned by 1000 becomes root 0755.', {
    proves: ['g1', 'g6'],
    rules: ['LinkResetsDirectory'],
    bad: `${D}RUN install -d -m 0700 -o 1000 -g 1000 /data\nCOPY --link f /data/\n`,
    fix: [
      `${D}RUN install -d -m 0700 -o 1000 -g 1000 /data\nCOPY f /data/\n`,
      `${D}COPY --link f /data/\nRUN install -d -m 0700 -o 1000 -g 1000 /data\n`,
    ],
    look: ['/data', '/data/f'],
  }),
  variants('link-resets-mkdir-mode', 'The mode of mkdir -m.', {
    proves: ['g6'],
    rules: ['LinkResetsDirectory'],
    bad: `${D}RUN mkdir -m 0770 /data\nCOPY --link f /data/\n`,
    fix: `${D}RUN mkdir -m 0770 /data\nCOPY f /data/\n`,
    look: ['/data'],
  }),
  variants('link-resets-chmod', 'The mode of an earlier chmod.', {
    proves: ['g6'],
    rules: ['LinkResetsDirectory'],
    bad: `${D}RUN mkdir /data && chmod 1777 /data\nCOPY --link f /data/\n`,
    fix: `${D}RUN mkdir /data && chmod 1777 /data\nCOPY f /data/\n`,
    look: ['/data'],
  }),
  variants('link-resets-chown', 'The owner of an earlier chown.', {
    proves: ['g6'],
    rules: ['LinkResetsDirectory'],
    bad: `${D}RUN mkdir /data && chown 1500:1500 /data\nCOPY --link f /data/sub/\n`,
    fix: `${D}RUN mkdir /data && chown 1500:1500 /data\nCOPY f /data/sub/\n`,
    look: ['/data', '/data/sub'],
  }),
  pair(
    'link-tree-modes-override',
    'Directories that are in the source override those of the base, with and without --link.',
    {
      proves: ['g10'],
      files: {
        'd/etc': { dir: true, mode: '0700' },
        'd/etc/x.conf': 'x\n',
        'd/opt': { dir: true, mode: '0750' },
        'd/opt/y': 'y\n',
      },
      text: `${D}COPY --link d/ /\n`,
      look: ['/etc', '/etc/passwd', '/etc/x.conf', '/opt', '/opt/y'],
    },
  ),
  variants('link-skeleton-keeps-all', 'The skeleton stage keeps every mode and owner that it lays out.', {
    proves: ['g1', 'g2', 'g3-g5', 'c27'],
    rules: ['LinkResetsTmp', 'LinkResetsDirectory', 'LinkOwnsParents'],
    bad: `${D}COPY --link f /tmp/\nCOPY --link f /root/\nCOPY --link --chown=1500:1500 f /usr/share/app/\n`,
    fix: skeleton(
      'RUN install -d -m 1777 /stage/tmp && install -d -m 0700 /stage/root && install -d /stage/usr/share\nCOPY f /stage/tmp/\nCOPY f /stage/root/\nCOPY --chown=1500:1500 f /stage/usr/share/app/\n',
    ),
    look: ['/tmp', '/tmp/f', '/root', '/root/f', '/usr', '/usr/share', '/usr/share/app', '/usr/share/app/f'],
  }),
  variants('chmod-on-new-parents', 'Parents that are new get the mode of the file.', {
    proves: ['c25'],
    rules: ['ChmodOnNewParents'],
    bad: `${D}COPY --chmod=640 f /o/p/f\n`,
    fix: [`${D}RUN mkdir -p /o/p\nCOPY --chmod=640 f /o/p/f\n`, `${D}WORKDIR /o/p\nCOPY --chmod=640 f /o/p/f\n`],
    look: ['/o', '/o/p', '/o/p/f'],
  }),
  variants('chmod-on-new-parents-then-user', 'Another user cannot read the file then.', {
    proves: ['c25'],
    rules: ['ChmodOnNewParents'],
    bad: `${D}COPY --chmod=644 f /o/p/f\nUSER 1500\nRUN cat /o/p/f\n`,
    fix: `${D}RUN mkdir -p /o/p\nCOPY --chmod=644 f /o/p/f\nUSER 1500\nRUN cat /o/p/f\n`,
  }),
  variants('chmod-on-existing-parents', 'Parents that exist keep their mode.', {
    proves: ['c25'],
    bad: `${D}COPY --chmod=600 f /etc/f\n`,
    look: ['/etc', '/etc/f'],
  }),
];

export const workdirs = (): Scenario[] => [
  variants('link-resets-workdir', 'A user, its working directory, a link into it: the user cannot write there.', {
    proves: ['k9b'],
    rules: ['LinkResetsWorkdir'],
    bad: `${D}USER 1500\nWORKDIR /srv/w\nCOPY --link f .\nRUN touch x\n`,
    fix: `${D}USER 1500\nWORKDIR /srv/w\nCOPY f .\nRUN touch x\n`,
    noPlain: true,
  }),
  variants('link-resets-workdir-looked-at', 'The same, looked at.', {
    proves: ['k9b'],
    rules: ['LinkResetsWorkdir'],
    bad: `${D}USER 1500\nWORKDIR /srv/w\nCOPY --link f .\n`,
    look: ['/srv', '/srv/w', '/srv/w/f'],
  }),
  variants('link-resets-workdir-later-workdir', 'A later WORKDIR does not mend it.', {
    proves: ['z8'],
    rules: ['LinkResetsWorkdir'],
    bad: `${D}USER 1500\nWORKDIR /srv/w\nCOPY --link f .\nWORKDIR /srv/w\nRUN touch x\n`,
  }),
  variants('link-resets-workdir-numeric-owner', 'The numeric owner makes it writable, and gives the parent away.', {
    proves: ['k9b', 'c27'],
    rules: ['LinkResetsWorkdir', 'LinkOwnsParents'],
    bad: `${D}USER 1500\nWORKDIR /srv/w\nCOPY --link --chown=1500:1500 f .\nRUN touch x\n`,
    look: ['/srv', '/srv/w', '/srv/w/f', '/srv/w/x'],
  }),
  pair('link-workdir-of-root', 'As root the working directory is the same with and without --link.', {
    proves: ['k9b'],
    text: `${D}WORKDIR /srv/w\nCOPY --link f .\nRUN touch x\n`,
    look: ['/srv', '/srv/w', '/srv/w/f'],
  }),
  variants('link-resets-workdir-of-base', 'The working directory of the base image, its user and mode.', {
    proves: ['k9b'],
    rules: ['LinkResetsDirectory', 'LinkResetsWorkdir'],
    bad: 'FROM acme/runtime:1\nCOPY --link f .\n',
    look: ['/srv/app', '/srv/app/f', '/srv/app/base.txt'],
  }),
];
