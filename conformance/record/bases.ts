// The base images of the scenarios: small stand-ins made here, alike in what matters to a copy (links, modes, owners, names).
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { type Registry, sha256 } from './registry.ts';
import { type Member, writeTar } from './tar.ts';

/** What the daemon's resolver says of a base. */
export interface Base {
  /** As written after FROM. */
  name: string;
  digest: string;
  /** The image config. */
  config: unknown;
}

const PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const BUSYBOX = '/usr/bin/busybox';
const LOADER = '/lib64/ld-linux-x86-64.so.2';
const LIBC = '/lib/x86_64-linux-gnu/libc.so.6';
const DASH = '/usr/bin/dash';
/** What must be there to make the bases. */
export const INGREDIENTS = [BUSYBOX, LOADER, LIBC, DASH];

const APPLETS = (
  'awk basename cat chgrp chmod chown cmp cp cut date dd df diff dirname du echo env expr false find getopt grep gunzip gzip ' +
  'head hostname id ln ls md5sum mkdir mkfifo mktemp mv nproc od paste printf ps pwd readlink realpath rm rmdir sed ' +
  'seq sha256sum sleep sort stat tac tail tar tee test touch tr true truncate uname uniq wc wget which whoami xargs yes'
).split(' ');

/** Enough of useradd and groupadd for the steps of the scenarios: [-m] [-r] [-u ID] [-g GROUP] [-d HOME] [-s SHELL] NAME. */
const USERADD = `#!/bin/sh
set -e
home= make= id= group= shell=/bin/sh
while [ $# -gt 1 ]; do
  case "$1" in
    -m) make=1 ;;
    -r|-M|-N) ;;
    -u) id=$2; shift ;;
    -g) group=$2; shift ;;
    -d) home=$2; shift ;;
    -s) shell=$2; shift ;;
    *) echo "useradd: $1?" >&2; exit 2 ;;
  esac
  shift
done
: "\${id:=1000}" "\${home:=/home/$1}"
case "$group" in
  '') group=$id; echo "$1:x:$id:" >> /etc/group ;;
  *[!0-9]*) group=$(grep "^$group:" /etc/group | cut -d: -f3) ;;
esac
echo "$1:x:$id:$group::$home:$shell" >> /etc/passwd
[ -z "$make" ] || install -d -m 0700 -o "$id" -g "$group" "$home"
`;
const GROUPADD = `#!/bin/sh
set -e
id=1000
while [ $# -gt 1 ]; do case "$1" in -g) id=$2; shift ;; -r) ;; esac; shift; done
echo "$1:x:$id:" >> /etc/group
`;

/** install -d alone: busybox as Debian makes it lacks it. */
const INSTALL = `#!/bin/sh
set -e
mode=0755 owner= group=
while [ $# -gt 0 ]; do
  case "$1" in
    -d) ;;
    -m) mode=$2; shift ;;
    -o) owner=$2; shift ;;
    -g) group=$2; shift ;;
    *) break ;;
  esac
  shift
done
mkdir -p "$@"
[ -z "$owner$group" ] || chown "\${owner:-0}:\${group:-0}" "$@"
chmod "$mode" "$@"
`;

const dir = (path: string, mode = 0o755, uid = 0, gid = 0): Member => ({ path, type: 'dir', mode, uid, gid });
const link = (path: string, target: string): Member => ({ path, type: 'symlink', mode: 0o777, uid: 0, gid: 0, target });
const file = (path: string, data: Buffer | string, mode = 0o644): Member => ({
  path,
  type: 'file',
  mode,
  uid: 0,
  gid: 0,
  data: Buffer.from(data),
});

const PASSWD = `root:x:0:0:root:/root:/bin/sh
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
`;
const GROUP = 'root:x:0:\ndaemon:x:1:\nwww-data:x:33:\nstaff:x:50:\nnogroup:x:65534:\n';

/** Alike Debian bookworm: usrmerged, /tmp 1777, /root 0700, /var/local 2775 of staff, /var/run and /var/lock links. */
function debian(version: string): Member[] {
  return [
    link('bin', 'usr/bin'),
    dir('dev'),
    dir('etc'),
    file('etc/debian_version', `${version}\n`),
    file('etc/group', GROUP),
    file('etc/os-release', `ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n`),
    file('etc/passwd', PASSWD),
    dir('home'),
    link('lib', 'usr/lib'),
    link('lib64', 'usr/lib64'),
    dir('media'),
    dir('mnt'),
    dir('opt'),
    dir('proc'),
    dir('root', 0o700),
    dir('run'),
    dir('run/lock', 0o1777),
    link('sbin', 'usr/sbin'),
    dir('srv'),
    dir('sys'),
    dir('tmp', 0o1777),
    dir('usr'),
    dir('usr/bin'),
    file('usr/bin/busybox', readFileSync(BUSYBOX), 0o755),
    file('usr/bin/dash', readFileSync(DASH), 0o755),
    link('usr/bin/sh', 'dash'),
    file('usr/bin/install', INSTALL, 0o755),
    ...APPLETS.map((name) => link(`usr/bin/${name}`, 'busybox')),
    dir('usr/lib'),
    dir('usr/lib/x86_64-linux-gnu'),
    file('usr/lib/x86_64-linux-gnu/libc.so.6', readFileSync(LIBC), 0o755),
    file('usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2', readFileSync(LOADER), 0o755),
    dir('usr/lib64'),
    link('usr/lib64/ld-linux-x86-64.so.2', '/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2'),
    dir('usr/local'),
    ...['bin', 'etc', 'include', 'lib', 'sbin', 'share', 'src'].map((name) => dir(`usr/local/${name}`)),
    dir('usr/sbin'),
    file('usr/sbin/groupadd', GROUPADD, 0o755),
    link('usr/sbin/init', '../bin/true'),
    file('usr/sbin/useradd', USERADD, 0o755),
    dir('usr/share'),
    dir('usr/src'),
    dir('var'),
    dir('var/cache'),
    dir('var/lib'),
    dir('var/local', 0o2775, 0, 50),
    link('var/lock', '/run/lock'),
    dir('var/log'),
    link('var/run', '/run'),
    dir('var/tmp', 0o1777),
  ];
}

/** Alike Alpine: static, not usrmerged. */
function alpine(version: string): Member[] {
  return [
    dir('bin'),
    file('bin/busybox', readFileSync(BUSYBOX), 0o755),
    link('bin/sh', 'busybox'),
    file('bin/install', INSTALL, 0o755),
    ...APPLETS.map((name) => link(`bin/${name}`, 'busybox')),
    dir('dev'),
    dir('etc'),
    file('etc/alpine-release', `${version}.0\n`),
    file('etc/group', GROUP),
    file('etc/os-release', `ID=alpine\nVERSION_ID=${version}.0\n`),
    file('etc/passwd', PASSWD),
    dir('home'),
    dir('lib'),
    dir('mnt'),
    dir('opt'),
    dir('proc'),
    dir('root', 0o700),
    dir('run'),
    dir('sbin'),
    link('sbin/init', '/bin/busybox'),
    dir('srv'),
    dir('sys'),
    dir('tmp', 0o1777),
    dir('usr'),
    dir('usr/bin'),
    dir('usr/lib'),
    dir('usr/local'),
    dir('usr/local/bin'),
    dir('usr/sbin'),
    file('usr/sbin/groupadd', GROUPADD, 0o755),
    file('usr/sbin/useradd', USERADD, 0o755),
    dir('usr/share'),
    dir('var'),
    dir('var/cache'),
    dir('var/lib'),
    link('var/run', '../run'),
    dir('var/tmp', 0o1777),
  ];
}

interface Recipe {
  name: string;
  layers: Member[][];
  config?: Record<string, unknown>;
}

const recipes = (): Recipe[] => [
  { name: 'debian:12.11', layers: [debian('12.11')], config: { Cmd: ['bash'] } },
  { name: 'debian:12.12', layers: [debian('12.12')], config: { Cmd: ['bash'] } },
  { name: 'alpine:3.14', layers: [alpine('3.14')], config: { Cmd: ['/bin/sh'] } },
  { name: 'alpine:3.15', layers: [alpine('3.15')], config: { Cmd: ['/bin/sh'] } },
  {
    name: 'acme/onbuild:1',
    layers: [alpine('3.14')],
    config: { OnBuild: ['COPY hook.txt /onbuild/', 'RUN cat /onbuild/hook.txt > /onbuild/ran'] },
  },
  {
    name: 'acme/runtime:1',
    layers: [alpine('3.14'), [dir('srv'), dir('srv/app', 0o750, 1500, 1500), file('srv/app/base.txt', 'base\n')]],
    config: { User: '1500:1500', WorkingDir: '/srv/app', Env: [PATH, 'APP_MODE=base'] },
  },
  { name: 'acme/none:1', layers: [] },
];

/** Makes every base and puts it into the registry. */
export function makeBases(registry: Pick<Registry, 'put'>): Base[] {
  return recipes().map(({ name, layers, config }) => {
    const tars = layers.map((members) => writeTar(members));
    const blobs = tars.map((tar) => gzipSync(tar, { level: 6 }));
    const json = Buffer.from(
      JSON.stringify({
        architecture: 'amd64',
        os: 'linux',
        created: '2023-11-14T22:13:20Z',
        config: { Env: [PATH], ...config },
        rootfs: { type: 'layers', diff_ids: tars.map(sha256) },
        ...(layers.length > 0
          ? { history: layers.map(() => ({ created: '2023-11-14T22:13:20Z', created_by: 'base' })) }
          : {}),
      }),
    );
    const type = 'application/vnd.oci.image.manifest.v1+json';
    const manifest = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: type,
        config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: sha256(json), size: json.length },
        layers: blobs.map((blob) => ({
          mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
          digest: sha256(blob),
          size: blob.length,
        })),
      }),
    );
    const [repository = '', tag = ''] = name.split(':');
    const path = repository.includes('/') ? repository : `library/${repository}`;
    const digest = registry.put(path, tag, { type, body: manifest }, json, blobs);
    return { name, digest, config: JSON.parse(json.toString()) };
  });
}
