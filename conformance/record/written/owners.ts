// --chown with and without --link: names, numbers, and who owns the parents.
import type { Scenario } from '../scenario.ts';
import { ALPINE, D, DEBIAN, pair, skeleton, variants } from './steps.ts';

const named = (name: string, title: string, flag: string, numeric: string, before = '') =>
  variants(`link-owner-${name}`, title, {
    proves: ['c1-c22'],
    rules: ['LinkNamedOwner'],
    bad: `${D}${before}COPY --link --chown=${flag} f /opt/\n`,
    fix: `${D}${before}COPY --link --chown=${numeric} f /opt/\n`,
    look: ['/opt/f', '/opt'],
  });

export const owners = (): Scenario[] => [
  named('from-run', 'A name that an earlier RUN made.', 'app', '1000', 'RUN useradd -u 1000 app\n'),
  named('from-base', 'A name of the base.', 'www-data', '33'),
  named('from-base-both', 'User and group by name.', 'www-data:www-data', '33:33'),
  named('id-and-group-name', 'A number and a name.', '1500:staff', '1500:50'),
  named('root-and-group-name', 'root and a named group.', 'root:staff', 'root:50'),
  named('name-and-id', 'A named user and a number.', 'www-data:50', '33:50'),
  named('empty-and-group-name', 'No user, a named group.', ':staff', ':50'),
  named('by-arg', 'A name that comes from an argument.', '$OWNER', '33', 'ARG OWNER=www-data\n'),
  named('by-env', 'A name that comes from the environment.', '${OWNER}:${OWNER}', '33:33', 'ENV OWNER=www-data\n'),
  named('beyond-int32', 'A number beyond 31 bits is taken for a name.', '2147483648', '2147483647'),
  named('negative', 'A negative number.', '-1', '0'),
  named('unknown', 'A name that nobody made.', 'ghost', '1234'),
  named('group-root-name', 'A numeric user and the group root.', '1500:root', '1500:0'),
  named('user-name-space', 'A name in capitals.', 'ROOT', 'root'),
  variants('link-owner-add', 'ADD does the same.', {
    proves: ['c1-c22'],
    rules: ['LinkNamedOwner'],
    bad: `${D}ADD --link --chown=www-data f /opt/\n`,
    fix: `${D}ADD --link --chown=33 f /opt/\n`,
    look: ['/opt/f'],
  }),
  variants('link-owner-add-tar', 'ADD of an archive does the same.', {
    proves: ['c1-c22'],
    rules: ['LinkNamedOwner'],
    files: { 'a.tar': { tar: { f: 'f\n' } } },
    bad: `${D}ADD --link --chown=www-data a.tar /opt/\n`,
    fix: `${D}ADD --link --chown=33 a.tar /opt/\n`,
    look: ['/opt/f'],
  }),
  variants('link-owner-from-stage', 'COPY --from does the same.', {
    proves: ['c1-c22'],
    rules: ['LinkNamedOwner'],
    bad: `FROM ${ALPINE} AS build\nRUN echo app > /app\n${D}COPY --link --chown=www-data --from=build /app /opt/\n`,
    fix: `FROM ${ALPINE} AS build\nRUN echo app > /app\n${D}COPY --link --chown=33 --from=build /app /opt/\n`,
    look: ['/opt/app'],
  }),
  variants('link-owner-heredoc', 'A heredoc does the same.', {
    proves: ['c1-c22'],
    rules: ['LinkNamedOwner'],
    bad: `${D}COPY --link --chown=www-data <<conf /opt/\nx\nconf\n`,
    fix: `${D}COPY --link --chown=33 <<conf /opt/\nx\nconf\n`,
    look: ['/opt/conf'],
  }),
  variants('link-owner-onbuild', 'A trigger of an earlier stage does the same.', {
    proves: ['c1-c22'],
    rules: ['LinkNamedOwner'],
    bad: `FROM ${DEBIAN} AS base\nONBUILD COPY --link --chown=www-data f /opt/\nFROM base\n`,
    fix: `FROM ${DEBIAN} AS base\nONBUILD COPY --link --chown=33 f /opt/\nFROM base\n`,
    look: ['/opt/f'],
  }),
  variants('link-owner-scratch', 'A named owner on scratch fails without --link too.', {
    proves: ['c1-c22'],
    rules: ['LinkNamedOwner'],
    bad: 'FROM scratch\nCOPY --link --chown=www-data f /opt/\n',
    fix: 'FROM scratch\nCOPY --link --chown=33 f /opt/\n',
    look: ['/opt/f', '/opt'],
  }),
  variants('link-owner-in-stage-before', 'The fix that keeps the name: chown in a stage before.', {
    proves: ['c1-c22'],
    rules: ['LinkNamedOwner'],
    bad: `${D}COPY --link --chown=www-data f /srv/f\n`,
    fix: skeleton('RUN mkdir -p /stage/srv\nCOPY --chown=www-data f /stage/srv/f\n'),
    look: ['/srv/f', '/srv'],
  }),
  variants('link-false-owner', '--link=false is no link.', {
    proves: ['c3-c23'],
    bad: `${D}COPY --link=false --chown=www-data f /opt/\n`,
    look: ['/opt/f'],
  }),
  ...(
    [
      ['id', '1500'],
      ['ids', '1500:1600'],
      ['id-colon', '1000:'],
      ['colon-id', ':1000'],
      ['root', 'root'],
      ['root-root', 'root:root'],
      ['zero-zero', '0:0'],
      ['root-id', 'root:1600'],
      ['max', '2147483647:2147483647'],
      ['padded', '0033:033'],
    ] as const
  ).map(([name, flag]) =>
    pair(`link-owner-fine-${name}`, `Needs no passwd: --chown=${flag}.`, {
      proves: ['c3-c23'],
      text: `${D}COPY --link --chown=${flag} f /opt/\n`,
      look: ['/opt/f', '/opt'],
    }),
  ),
  pair('link-owner-fine-numeric-arg', 'An argument whose value is numeric.', {
    proves: ['c3-c23'],
    text: `${D}ARG ID=1500\nCOPY --link --chown=$ID:$ID f /opt/\n`,
    look: ['/opt/f'],
  }),
  pair('link-owner-fine-empty', 'An empty owner.', {
    proves: ['c3-c23'],
    text: `${D}ARG ID\nCOPY --link --chown=$ID f /opt/\n`,
    look: ['/opt/f'],
  }),
  variants('owner-name-unknown-plain', 'Without --link a name that nobody made is silently root.', {
    proves: ['c12', 'c24'],
    rules: ['OwnerNameUnknown'],
    bad: `${D}COPY --chown=ghost:ghosts f /opt/\n`,
    fix: `${D}RUN groupadd -g 1400 ghosts && useradd -u 1400 -g ghosts ghost\nCOPY --chown=ghost:ghosts f /opt/\n`,
    look: ['/opt/f'],
  }),
  variants('owner-name-misspelt-plain', 'A slip in the name.', {
    proves: ['c12', 'c24'],
    rules: ['OwnerNameUnknown'],
    bad: `${D}RUN useradd -u 1400 appuser\nCOPY --chown=app f /opt/\n`,
    fix: `${D}RUN useradd -u 1400 appuser\nCOPY --chown=appuser f /opt/\n`,
    look: ['/opt/f'],
  }),
  variants('owner-name-made-later-plain', 'The name is made by a later RUN.', {
    proves: ['c12', 'c24'],
    rules: ['OwnerNameUnknown'],
    bad: `${D}COPY --chown=app f /opt/\nRUN useradd -u 1400 app\n`,
    fix: `${D}RUN useradd -u 1400 app\nCOPY --chown=app f /opt/\n`,
    look: ['/opt/f'],
  }),
  ...(
    [
      ['usr', '/usr/local/etc/app/f', ['/usr', '/usr/local', '/usr/local/etc', '/usr/local/etc/app'], 'c27'],
      ['etc', '/etc/x', ['/etc'], 'c28'],
      ['home', '/home/app/f', ['/home', '/home/app'], 'g14'],
      ['opt', '/opt/app/bin/', ['/opt', '/opt/app', '/opt/app/bin'], 'c27'],
      ['var', '/var/lib/app/data/f', ['/var', '/var/lib', '/var/lib/app', '/var/lib/app/data'], 'c27'],
    ] as const
  ).map(([name, to, parents, row]) => {
    const file = to.endsWith('/') ? `${to}f` : to;
    const parent = file.slice(0, file.lastIndexOf('/'));
    const own =
      parents.length > 1
        ? `RUN mkdir -p /stage${parent.slice(0, parent.lastIndexOf('/'))}\n`
        : `RUN mkdir -p /stage${parent}\n`;
    return variants(`link-owns-parents-${name}`, `Every parent of ${to} gets the owner of the file.`, {
      proves: [row],
      rules: ['LinkOwnsParents'],
      bad: `${D}COPY --link --chown=1500:1500 f ${to}\n`,
      fix: skeleton(`${own}COPY --chown=1500:1500 f /stage${file}\n`),
      look: [...parents, file],
    });
  }),
  variants('link-owns-parents-directory', 'A directory as source, with an owner.', {
    proves: ['c27'],
    rules: ['LinkOwnsParents'],
    files: { 'd/f': 'f\n', 'd/e/g': 'g\n' },
    bad: `${D}COPY --link --chown=1500:1500 d/ /usr/share/app/\n`,
    fix: skeleton('RUN mkdir -p /stage/usr/share\nCOPY --chown=1500:1500 d/ /stage/usr/share/app/\n'),
    look: ['/usr', '/usr/share', '/usr/share/app', '/usr/share/app/e', '/usr/share/app/e/g'],
  }),
];
