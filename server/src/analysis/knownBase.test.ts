// Verdicts where the layers of the base and the listing of the context are known: a table of small images, and every recorded
// scenario over what the recordings show of its base.
import { describe, expect, test } from 'vitest';
import { buildOf, scenarios } from '../../../conformance/predictions.ts';
import { listingFrom } from '../node/convert.ts';
import { hostSha256 as sha256 } from '../node/sha256.ts';
import { findingsOf, fixesOf } from '../rules/findings.ts';
import { type Analysis, analyze } from './analyze.ts';
import { type BaseFiles, type LayerEntry, mergeLayers } from './baseFiles.ts';
import { contextUse } from './contextUse.ts';
import { linkVerdicts } from './linkVerdict.ts';

const directory = (path: string, mode = 0o755, uid = 0, gid = uid): LayerEntry => ({
  path,
  kind: 'directory',
  mode,
  uid,
  gid,
});
const link = (path: string, target: string): LayerEntry => ({
  path,
  kind: 'link',
  mode: 0o777,
  uid: 0,
  gid: 0,
  target,
});
const file = (path: string): LayerEntry => ({ path, kind: 'file', mode: 0o644, uid: 0, gid: 0 });

const small = mergeLayers([
  {
    entries: [
      directory('usr'),
      directory('usr/bin'),
      file('usr/bin/tool'),
      link('bin', 'usr/bin'),
      directory('lib'),
      directory('data'),
      directory('data/v2'),
      directory('srv'),
      link('srv/now', '../data/current'),
      link('data/current', 'v2'),
      directory('etc'),
      link('etc/conf', '/data/conf'),
      directory('srv/app', 0o750, 1500, 50),
      directory('srv/group', 0o755, 0, 50),
      directory('tmp', 0o1777),
      directory('opt'),
    ],
    passwd: 'root:x:0:0::/root:/bin/sh\napp:x:1500:50::/srv/app:/bin/sh\n',
    group: 'root:x:0:\nstaff:x:50:\n',
  },
]);
const context = listingFrom({ 'a.txt': 1, app: 5, conf: '-> a.txt', 'd/x': 1, 'tree/bin/x': 1, 'tree/srv/y': 1 });

const withoutLayers = JSON.stringify({ architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [] } });

function analysed(text: string, files: BaseFiles | undefined = small, asked: string[] = []): Analysis {
  return analyze(
    `${text.split(' / ').join('\n')}\n`,
    { attrs: { 'context:acme/other': 'docker-image://acme/its-place' }, hostPlatform: 'linux/amd64' },
    {
      dockerignore: null,
      sha256,
      image: (ref) => (ref.includes('acme/empty') ? { config: withoutLayers } : undefined),
      context: (request) => contextUse(request, context),
      baseFiles(ref, { os, architecture }) {
        asked.push(`${ref} ${os}/${architecture}`);
        return files;
      },
    },
  );
}

// As in link-facts: lines, separated by ` / `; then kind and certainty of the last verdict, and words of its sentence.
const table = `
FROM acme/own / COPY --link a.txt /bin/           | breaks known | link /bin -> usr/bin by a directory of its own: what was in it is lost (in the image itself)
FROM acme/own / COPY --link a.txt /lib/           | effective known | effective
FROM acme/own / COPY --link a.txt /lib64/         | effective known | effective
FROM debian:12 / COPY --link a.txt /sbin/         | effective known | effective
FROM acme/own / COPY --link app /usr/bin          | breaks known | the directory /usr/bin by a file: no slash at the end (in the image itself)
FROM acme/own / COPY --link conf /opt             | breaks known | the directory /opt by a file
FROM acme/own / COPY --link d /usr/bin            | effective known | effective
FROM acme/own / COPY --link app /usr/share        | effective known | effective
FROM acme/own / COPY --link app /usr/bin/tool     | effective known | effective
FROM acme/own / COPY --link a.txt /srv/now/x/     | breaks known | replaces the link /srv/now, so that the files do not arrive in /data/v2/x (in the image itself)
FROM acme/own / COPY --link a.txt /etc/conf       | breaks known | replaces the link /etc/conf, so that the files do not arrive in /data/conf (in the image itself)
FROM acme/own / COPY --link a.txt /var/run/x/     | effective known | effective
FROM acme/own / COPY --link a.txt /srv/app/       | changes-owner-or-mode known | mode and owner of /srv/app away (0750 app:staff) (in the image itself)
FROM acme/own / COPY --link a.txt /srv/group/x    | changes-owner-or-mode known | /srv/group away (0755 root:staff)
FROM acme/own / COPY --link a.txt /tmp/           | changes-owner-or-mode known | 0755 instead of 1777
FROM acme/own / COPY --link a.txt /var/tmp/       | effective known | effective
FROM acme/own / COPY --link a.txt /root/          | effective known | effective
FROM debian:12 / COPY --link a.txt /root/         | effective known | effective
FROM acme/own / COPY --link --chown=1500:50 a.txt /etc/x/y | changes-owner-or-mode known | gives /etc to 1500:50
FROM acme/own / COPY --link --chown=1500:50 a.txt /new/x/y | effective known | effective
FROM acme/own / COPY --link tree /                | breaks known | link /bin -> usr/bin
FROM acme/own / COPY --link . /                   | effective known | effective
FROM acme/own / COPY a.txt /bin/                  | plain known | better so
FROM acme/own / COPY app /srv/tool                | would-help known | --link would help
FROM acme/own / COPY d /srv/tool                  | would-help known | --link would help
`;

test.each(
  table
    .trim()
    .split('\n')
    .map((line) => line.split(' | ').map((part) => part.trim()) as [string, string, string]),
)('%s', (text, expected, words) => {
  const verdict = linkVerdicts(analysed(text)).at(-1);
  expect(`${verdict?.kind} ${verdict?.certainty}`).toBe(expected);
  expect(verdict?.sentence).toContain(words);
});

test('until the layers are known the catalogue speaks, and says so', () => {
  const nothing = analyze('FROM debian:12\nCOPY --link a.txt /bin/\n', { attrs: {} }, { dockerignore: null, sha256 });
  expect(linkVerdicts(nothing)[0]).toMatchObject({ certainty: 'catalogue', knownFrom: 'Debian 12 bookworm' });
  expect(linkVerdicts(nothing)[0]?.sentence).toContain('(Debian 12 bookworm, by the catalogue)');
});

// The lines, and the images whose layers are asked for.
test.each([
  ['FROM acme/own / COPY --link a.txt /x/', ['docker.io/acme/own:latest linux/amd64']],
  ['FROM --platform=linux/arm64 acme/own:1 / COPY --link a.txt /x/', ['docker.io/acme/own:1 linux/arm64']],
  ['FROM acme/own / RUN x / COPY a.txt /x/', ['docker.io/acme/own:latest linux/amd64']],
  ['FROM acme/own / COPY --chown=app a.txt /x/ / RUN x', ['docker.io/acme/own:latest linux/amd64']],
  ['FROM acme/own / COPY --link --chown=app a.txt /x/', ['docker.io/acme/own:latest linux/amd64']],
  [
    'FROM acme/own AS one / RUN x / FROM one / RUN y / COPY --link a.txt /x/',
    ['docker.io/acme/own:latest linux/amd64'],
  ],
  ['FROM acme/own / COPY a.txt /x/ / RUN x', []],
  ['FROM acme/own / COPY --chown=5:root a.txt /x/ / RUN x', []],
  ['FROM acme/own AS one / COPY a.txt /x/ / FROM scratch / COPY --from=one --link /x /x', []],
  ['FROM acme/windows:servercore / COPY --link a.txt /x/', []],
  ['FROM acme/own', []],
  ['FROM acme/empty / COPY --link a.txt /x/', []],
  ['FROM acme/other / COPY --link a.txt /x/', []],
])('%s asks for %j', (text, refs) => {
  const asked: string[] = [];
  const analysis = analysed(text, undefined, asked);
  linkVerdicts(analysis);
  findingsOf(analysis);
  expect([...new Set(asked)]).toEqual(refs);
});

/** Rule, message and titles of fixes. */
function said(text: string, rule: string): string[] {
  const analysis = analysed(text);
  return findingsOf(analysis)
    .filter((found) => found.rule.name === rule)
    .flatMap((found) => [found.message, ...fixesOf(found, analysis).map((fix) => fix.title)]);
}

describe('accounts', () => {
  test('a name that the image has gets its number, and its group', () => {
    const [, first] = said('FROM acme/own / COPY --link --chown=app a.txt /x/', 'LinkNamedOwner');
    expect(first).toBe(
      'Write --chown=1500:50 (app in the image itself); every directory on the way, /x/, gets that owner too',
    );
    expect(said('FROM acme/own / COPY --link --chown=7:staff a.txt /x/', 'LinkNamedOwner')[1]).toContain(
      '--chown=7:50',
    );
  });
  test('a name that it has not is told of, however usual', () => {
    expect(said('FROM debian:12 / COPY --chown=www-data a.txt /x/', 'OwnerNameUnknown')[0]).toContain(
      'There is no user www-data yet: nothing makes it, and the image itself has none.',
    );
    expect(said('FROM debian:12 / COPY --chown=app:staff a.txt /x/', 'OwnerNameUnknown')).toEqual([]);
    expect(said('FROM debian:12 / COPY --chown=root:root a.txt /x/', 'OwnerNameUnknown')).toEqual([]);
  });
});

test('rules say what they rest on', () => {
  expect(said('FROM acme/own / COPY --link a.txt /bin/', 'LinkReplacesUsrMerge')[0]).toContain(
    '(so in the image itself)',
  );
  const through = said('FROM acme/own / COPY --link a.txt /srv/now/', 'LinkThroughSymlink');
  expect(through.slice(0, 2)).toEqual([
    '/srv/now is a link (so in the image itself). With --link it is replaced, and the files do not arrive in /data/v2.',
    'Copy to /data/v2, where the link leads',
  ]);
  expect(said('FROM debian:12 / COPY --link a.txt /root/', 'LinkResetsDirectory')).toEqual([]);
  // A plain copy sees the directory.
  const two = 'CopySourcesWithoutSlash';
  expect(said('FROM acme/own / COPY a.txt app /opt', two)).toEqual([]);
  expect(said('FROM acme/own / COPY a.txt app /new', two)[0]).toContain('only the last is left, as the file /new');
  expect(said('FROM acme/own / RUN mkdir /new / COPY a.txt app /new', two)).toEqual([]);
  expect(said('FROM acme/own / COPY --link a.txt app /opt', two)[0]).toContain('only the last is left');
});

/** Paths that the recorded bases themselves have, none of which a recorded build makes or changes. */
const ofTheBase =
  /^\/(s?bin|lib|lib64|etc|home|opt|root|run|run\/lock|srv|srv\/app|tmp|usr|usr\/(local|share|s?bin|lib|lib64)|usr\/local\/bin|var|var\/(run|lock|tmp|local|lib))$/;

/** What the plain builds of recorded scenarios show of the image that they start from. */
function recordedBases(): Map<string, BaseFiles> {
  const layers = new Map<string, Map<string, LayerEntry>>();
  for (const scenario of scenarios())
    for (const step of scenario.steps) {
      const [from, ...others] = [...step.dockerfile.matchAll(/^FROM (\S+).*$/gm)].map((match) => match[1] as string);
      if (from === undefined || others.length > 0 || step.label !== 'plain') continue;
      for (const [path, seen] of Object.entries(step.result?.tree ?? {})) {
        if (
          seen === null ||
          !ofTheBase.test(path) ||
          new RegExp(`(mkdir|install|chmod|chown|ln|WORKDIR) .*${path}( |$)`, 'm').test(step.dockerfile)
        )
          continue;
        const { mode, uid, gid, target } = seen;
        const kind = seen.type === 'dir' ? 'directory' : seen.type === 'symlink' ? 'link' : 'file';
        const entry = { path: path.slice(1), kind, mode: Number.parseInt(mode, 8), uid, gid } as const;
        const layer = layers.get(from) ?? new Map<string, LayerEntry>();
        layer.set(entry.path, target === undefined ? entry : { ...entry, target });
        layers.set(from, layer);
      }
    }
  return new Map([...layers].map(([from, layer]) => [from, mergeLayers([{ entries: [...layer.values()] }])]));
}

describe('recorded scenarios', () => {
  const bases = recordedBases();
  test('the recordings show what the guide to --link says', () => {
    const debian = bases.get('debian:12.11');
    expect(debian?.follow('/bin').path).toBe('/usr/bin');
    expect(debian?.follow('/var/lock').path).toBe('/run/lock');
    expect(debian?.lookup('/var/local')).toMatchObject({ mode: 0o2775, gid: 50 });
    expect(bases.get('alpine:3.14')?.lookup('/bin')?.kind).toBe('directory');
    expect(bases.get('acme/runtime:1')?.lookup('/srv/app')).toMatchObject({ mode: 0o750, uid: 1500 });
  });

  /** Where file, base and context do not tell, or the recording did not look. */
  const apart = [
    'link-file-to-new-name-then-workdir',
    'link-owner-fine-numeric-arg',
    'link-owner-onbuild',
    'link-owner-scratch',
    'two-files-without-slash-new-name',
  ];

  test('with the base known a verdict is bad exactly where the linked build came out otherwise, and none goes by the catalogue', () => {
    const differing: string[] = [];
    const uncertain: string[] = [];
    let pairs = 0;
    for (const scenario of scenarios()) {
      const index = scenario.steps.findIndex((step) => step.label === 'bad' || step.label === 'link');
      const [linked, plain] = [scenario.steps[index], scenario.steps.find((step) => step.label === 'plain')];
      if (!linked?.result || !plain?.result || !linked.dockerfile.includes('--link')) continue;
      pairs++;
      const { analysis } = buildOf(scenario, index);
      const known = analyze(analysis.text, analysis.config, {
        ...analysis.inputs,
        baseFiles: (ref) => bases.get(ref.replace(/^docker\.io\/(library\/)?/, '')),
      });
      const differs =
        linked.result.ok !== plain.result.ok ||
        (linked.result.ok && JSON.stringify(linked.result.tree) !== JSON.stringify(plain.result.tree));
      const verdicts = linkVerdicts(known);
      const bad = verdicts.some(({ kind }) => ['fails', 'breaks', 'changes-owner-or-mode'].includes(kind));
      if (bad !== differs) differing.push(scenario.name);
      if (verdicts.some(({ certainty }) => certainty !== 'known')) uncertain.push(scenario.name);
    }
    expect(pairs).toBeGreaterThan(100);
    expect(differing.sort()).toEqual(apart);
    expect(uncertain.sort()).toEqual([]);
  });
});
