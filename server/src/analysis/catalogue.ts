// What well-known base images hold that a copy can harm: links, directories with a mode or owner of their own, accounts.
//
// Where an entry stands on: the distributions' own packages (base-files, base-passwd, alpine-baselayout, filesystem of
// Fedora), the Dockerfiles of Docker's official images, and, for links and modes, the recorded scenarios. Debian 11, 12, 13 and
// sid were compared entry by entry with root file systems made of their packages (debootstrap --variant=minbase), save that
// Docker's images of Debian 11 and older are made without the merge; code names are those of distro-info-data. Alpine, Fedora
// and those that follow it, Arch, BusyBox and what official images add were not compared with packages. An image that is not
// here is unknown, and whoever asks must say that it guesses.
import { parseNormalizedNamed } from '../oci/reference.ts';

/** A directory that is not plain root-owned 0755; what is not known is undefined. */
export interface DirectoryFact {
  readonly mode: number | undefined;
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  /** As people say it: `1777`, `0700`, `2775 root:staff`. */
  readonly words: string;
  /** It seldom matters: who works there is root. */
  readonly minor?: true;
}

export interface Account {
  readonly uid: number | undefined;
  readonly gid: number | undefined;
}

export interface BaseFacts {
  /** `Debian 12 bookworm`, `Alpine 3.20`, `Debian`. */
  readonly title: string;
  readonly family: 'debian' | 'alpine' | 'redhat' | 'arch' | 'busybox';
  /** /bin, /sbin and /lib are links into /usr; undefined where that hangs on a version that is not known. */
  readonly usrMerged: boolean | undefined;
  /** Absolute path of a link to the absolute path it leads to. Those of the merge are not among them. */
  readonly links: ReadonlyMap<string, string>;
  readonly directories: ReadonlyMap<string, DirectoryFact>;
  /** Accounts with their numbers. */
  readonly users: ReadonlyMap<string, Account>;
  readonly groups: ReadonlyMap<string, number>;
}

/** The first parts of paths that a usrmerged distribution has as links into /usr. */
export const mergedNames: ReadonlySet<string> = new Set(['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32']);

/** Directories of every distribution (the Filesystem Hierarchy Standard, as base-files and alpine-baselayout make it). */
export const standardDirectories: ReadonlySet<string> = new Set(
  (
    '/ /bin /boot /dev /etc /home /lib /media /mnt /opt /proc /root /run /sbin /srv /sys /tmp /usr /usr/bin /usr/include ' +
    '/usr/lib /usr/local /usr/local/bin /usr/local/etc /usr/local/include /usr/local/lib /usr/local/sbin /usr/local/share ' +
    '/usr/local/src /usr/sbin /usr/share /usr/src /var /var/cache /var/lib /var/local /var/log /var/mail /var/opt /var/run ' +
    '/var/spool /var/tmp /etc/ssl /etc/ssl/certs /etc/apt /etc/apt/sources.list.d /etc/apt/apt.conf.d /etc/apk ' +
    '/etc/profile.d /etc/init.d /etc/cron.d /etc/yum.repos.d /usr/share/doc /usr/share/man'
  ).split(' '),
);

/** Names that a distribution or a package of it may have made: of them nobody can say that they are unknown. */
export const usualAccounts: ReadonlySet<string> = new Set(
  (
    'root daemon bin sys adm tty disk lp mail news uucp man proxy kmem dialout fax voice cdrom floppy tape sudo audio dip ' +
    'www-data backup operator list irc src gnats shadow utmp video sasl plugdev staff games users nogroup nobody _apt sync ' +
    'halt shutdown wheel cron ftp sshd at squid xfs cyrus vpopmail ntp smmsp guest input render kvm sgx lock systemd-network ' +
    'systemd-resolve systemd-timesync systemd-journal messagebus ssh crontab netdev ubuntu apache nginx http nonroot'
  ).split(' '),
);

const everywhere: readonly [string, DirectoryFact][] = [
  ['/tmp', { mode: 0o1777, uid: 0, gid: 0, words: '1777' }],
  ['/var/tmp', { mode: 0o1777, uid: 0, gid: 0, words: '1777' }],
];
const root0700: [string, DirectoryFact] = ['/root', { mode: 0o700, uid: 0, gid: 0, words: '0700' }];

/** What holds of any image that has a file system of its own, and is not in the catalogue. */
export const anyBase: ReadonlyMap<string, DirectoryFact> = new Map([
  ...everywhere,
  ['/root', { mode: 0o700, uid: 0, gid: 0, words: '0700 or 0550' }],
]);
export const anyLinks: ReadonlyMap<string, string> = new Map([['/var/run', '/run']]);

const ids = (text: string): [string, Account][] =>
  text.split(' ').map((entry) => {
    const [name = '', uid, gid] = entry.split(':');
    return [name, { uid: Number(uid), gid: Number(gid ?? uid) }];
  });
const numbers = (text: string): [string, number][] =>
  text.split(' ').map((entry) => {
    const [name = '', id] = entry.split(':');
    return [name, Number(id)];
  });

/** base-passwd and base-files: alike since many releases. */
const debian: Omit<BaseFacts, 'title' | 'usrMerged'> = {
  family: 'debian',
  links: new Map([
    ['/var/run', '/run'],
    ['/var/lock', '/run/lock'],
  ]),
  directories: new Map([
    ...everywhere,
    root0700,
    ['/var/mail', { mode: 0o2775, uid: 0, gid: 8, words: '2775 root:mail' }],
    ['/run/lock', { mode: 0o1777, uid: 0, gid: 0, words: '1777' }],
  ]),
  users: new Map(
    ids(
      'root:0 daemon:1 bin:2 sys:3 sync:4:65534 games:5:60 man:6:12 lp:7 mail:8 news:9 uucp:10 proxy:13 www-data:33 backup:34 list:38 irc:39 nobody:65534',
    ),
  ),
  groups: new Map(
    numbers(
      'root:0 daemon:1 bin:2 sys:3 adm:4 tty:5 disk:6 lp:7 mail:8 news:9 uucp:10 man:12 proxy:13 kmem:15 dialout:20 fax:21 ' +
        'voice:22 cdrom:24 floppy:25 tape:26 sudo:27 audio:29 dip:30 www-data:33 backup:34 operator:37 list:38 irc:39 ' +
        'src:40 shadow:42 utmp:43 video:44 sasl:45 plugdev:46 staff:50 games:60 users:100 nogroup:65534',
    ),
  ),
};
/** Of base-files before 13.7. */
const staffLocal: readonly [string, DirectoryFact] = [
  '/var/local',
  { mode: 0o2775, uid: 0, gid: 50, words: '2775 root:staff' },
];
/** alpine-baselayout. */
const alpine: Omit<BaseFacts, 'title' | 'usrMerged'> = {
  family: 'alpine',
  links: new Map([['/var/run', '/run']]),
  directories: new Map([...everywhere, root0700]),
  users: new Map(ids('root:0 bin:1 daemon:2 lp:4:7 mail:8:12 news:9:13 nobody:65534')),
  groups: new Map(
    numbers(
      'root:0 bin:1 daemon:2 sys:3 adm:4 tty:5 disk:6 lp:7 mail:12 wheel:10 www-data:82 users:100 nobody:65534 nogroup:65533',
    ),
  ),
};
/** Fedora's `filesystem` and `setup`, which the others take over. */
const redhat: Omit<BaseFacts, 'title' | 'usrMerged'> = {
  family: 'redhat',
  links: new Map([
    ['/var/run', '/run'],
    ['/var/lock', '/run/lock'],
    ['/var/mail', '/var/spool/mail'],
  ]),
  directories: new Map([...everywhere, ['/root', { mode: 0o550, uid: 0, gid: 0, words: '0550' }]]),
  users: new Map(
    ids('root:0 bin:1 daemon:2 adm:3:4 lp:4:7 mail:8:12 operator:11:0 games:12:100 ftp:14:50 nobody:65534'),
  ),
  groups: new Map(
    numbers('root:0 bin:1 daemon:2 sys:3 adm:4 tty:5 disk:6 lp:7 mem:8 kmem:9 wheel:10 mail:12 users:100 nobody:65534'),
  ),
};
const arch: Omit<BaseFacts, 'title' | 'usrMerged'> = {
  ...redhat,
  family: 'arch',
  directories: new Map([...everywhere, ['/root', { mode: 0o750, uid: 0, gid: 0, words: '0750' }]]),
};
const busybox: Omit<BaseFacts, 'title' | 'usrMerged'> = {
  ...alpine,
  family: 'busybox',
  links: new Map(),
  directories: new Map([...everywhere, root0700]),
};

const debianReleases: Readonly<Record<string, number>> = {
  wheezy: 7,
  jessie: 8,
  stretch: 9,
  buster: 10,
  bullseye: 11,
  bookworm: 12,
  trixie: 13,
  forky: 14,
  duke: 15,
};
const ubuntuReleases: Readonly<Record<string, string>> = {
  trusty: '14.04',
  xenial: '16.04',
  bionic: '18.04',
  cosmic: '18.10',
  disco: '19.04',
  eoan: '19.10',
  focal: '20.04',
  groovy: '20.10',
  hirsute: '21.04',
  impish: '21.10',
  jammy: '22.04',
  kinetic: '22.10',
  lunar: '23.04',
  mantic: '23.10',
  noble: '24.04',
  oracular: '24.10',
  plucky: '25.04',
  questing: '25.10',
  resolute: '26.04',
};

/**
 * Debian's images are merged since 12, Ubuntu's since 19.04; without a version nobody can tell. /var/local is plain since Debian 13
 * and Ubuntu 25.10: without a version nothing is said of it.
 */
function debianBase(release: number | undefined): BaseFacts {
  const codename = Object.keys(debianReleases).find((name) => debianReleases[name] === release);
  const version = release === undefined ? '' : ` ${release}${codename === undefined ? '' : ` ${codename}`}`;
  const local = release !== undefined && release < 13;
  // Made with a fixed number since 12.
  const users = release !== undefined && release >= 12 ? ids('_apt:42:65534') : [];
  return {
    ...debian,
    title: `Debian${version}`,
    usrMerged: release === undefined ? undefined : release >= 12,
    directories: new Map([...debian.directories, ...(local ? [staffLocal] : [])]),
    users: new Map([...debian.users, ...users]),
  };
}
function ubuntuBase(version: string | undefined): BaseFacts {
  const title = version === undefined ? 'Ubuntu' : `Ubuntu ${version}`;
  const local = version !== undefined && Number(version) < 25.1;
  return {
    ...debian,
    title,
    // What has no version is the newest: merged.
    usrMerged: version === undefined || Number(version) >= 19.04,
    directories: new Map([...debian.directories, ...(local ? [staffLocal] : [])]),
  };
}
/** Not merged up to 3.22; what later ones do is not known here. */
function alpineBase(version: string | undefined): BaseFacts {
  const minor = version === undefined ? undefined : Number(/^3\.(\d+)/.exec(version)?.[1]);
  const known = minor !== undefined && minor <= 22;
  return {
    ...alpine,
    title: version === undefined ? 'Alpine' : `Alpine ${version}`,
    usrMerged: known ? false : undefined,
  };
}
function redhatBase(name: string, version: string | undefined): BaseFacts {
  return { ...redhat, title: version === undefined ? name : `${name} ${version}`, usrMerged: true };
}

/** The distribution that a tag names (`22-bookworm-slim`, `3.20-alpine3.19`, `12.4-devel-ubuntu22.04`), if it does. */
function namedByTag(tag: string): BaseFacts | undefined {
  for (const part of tag.split(/[-_]/)) {
    if (debianReleases[part] !== undefined) return debianBase(debianReleases[part]);
    if (ubuntuReleases[part] !== undefined) return ubuntuBase(ubuntuReleases[part]);
    const release = /^(alpine|ubuntu|debian|ubi|rockylinux|fedora|azurelinux|ol)(\d[\d.]*)?$/.exec(part);
    if (release === null) continue;
    const [, name, version] = release;
    if (name === 'alpine') return alpineBase(version);
    if (name === 'ubuntu') return ubuntuBase(version);
    if (name === 'debian') return debianBase(version === undefined ? undefined : Math.floor(Number(version)));
    const full = {
      ubi: 'UBI',
      rockylinux: 'Rocky Linux',
      fedora: 'Fedora',
      azurelinux: 'Azure Linux',
      ol: 'Oracle Linux',
    };
    return redhatBase(full[name as keyof typeof full], version);
  }
  return undefined;
}

const distributions: Readonly<Record<string, (tag: string) => BaseFacts | undefined>> = {
  debian: (tag) => {
    const [first = ''] = tag.split('-');
    const number = /^(\d+)/.exec(first)?.[1];
    if (number !== undefined) return debianBase(Number(number));
    if (tag === 'latest' || tag === 'stable' || tag === 'testing' || tag === 'unstable' || tag === 'stable-slim')
      return { ...debianBase(undefined), usrMerged: true };
    return debianBase(debianReleases[first] ?? (first === 'sid' ? 14 : undefined));
  },
  ubuntu: (tag) => {
    const number = /^\d\d\.\d\d/.exec(tag)?.[0];
    if (number !== undefined) return ubuntuBase(number);
    const [first = ''] = tag.split('-');
    return ubuntuBase(ubuntuReleases[first]);
  },
  alpine: (tag) => alpineBase(/^3\.\d+/.exec(tag)?.[0]),
  fedora: (tag) => redhatBase('Fedora', /^\d+/.exec(tag)?.[0]),
  rockylinux: (tag) => redhatBase('Rocky Linux', /^\d+/.exec(tag)?.[0]),
  almalinux: (tag) => redhatBase('AlmaLinux', /^\d+/.exec(tag)?.[0]),
  oraclelinux: (tag) => (/^[56]/.test(tag) ? undefined : redhatBase('Oracle Linux', /^\d+/.exec(tag)?.[0])),
  centos: (tag) => (/^(centos)?[56]/.test(tag) ? undefined : redhatBase('CentOS', /\d+/.exec(tag)?.[0])),
  amazonlinux: (tag) => (/^1|^201[0-8]/.test(tag) ? undefined : redhatBase('Amazon Linux', /^\d+/.exec(tag)?.[0])),
  archlinux: () => ({ ...arch, title: 'Arch Linux', usrMerged: true }),
  busybox: () => ({ ...busybox, title: 'BusyBox', usrMerged: false }),
  'buildpack-deps': (tag) =>
    tag === 'latest' || tag === 'curl' || tag === 'scm' ? { ...debianBase(undefined), usrMerged: true } : undefined,
};

/** What an official image adds to its distribution, by what its Dockerfile says. */
interface Official {
  /** The oldest version whose plain tag stands on Debian 12 or later; older ones stand on some Debian. */
  readonly merged: number;
  readonly users?: readonly [string, Account][];
  readonly alpineUsers?: readonly [string, Account][];
  readonly directories?: readonly [string, DirectoryFact][];
}
const goPath: DirectoryFact = { mode: 0o1777, uid: 0, gid: 0, words: '1777', minor: true };
const official: Readonly<Record<string, Official>> = {
  node: {
    merged: 18,
    users: ids('node:1000'),
    alpineUsers: ids('node:1000'),
    directories: [['/home/node', { mode: undefined, uid: 1000, gid: 1000, words: "node's own" }]],
  },
  python: { merged: 3.08 },
  golang: {
    merged: 1.21,
    directories: [
      ['/go', goPath],
      ['/go/src', goPath],
      ['/go/bin', goPath],
    ],
  },
  nginx: { merged: 1.25, users: ids('nginx:101'), alpineUsers: ids('nginx:101') },
  redis: { merged: 7.02, users: [['redis', { uid: undefined, gid: undefined }]] },
  postgres: { merged: 12, users: ids('postgres:999'), alpineUsers: ids('postgres:70') },
  ruby: { merged: 3.0 },
  php: {
    merged: 8.01,
    directories: [['/var/www/html', { mode: undefined, uid: 33, gid: 33, words: "www-data's own" }]],
  },
  rust: { merged: 1.71 },
  httpd: { merged: 2.04 },
  perl: { merged: 5.36 },
  gcc: { merged: 13 },
  haproxy: { merged: 2.08, users: [['haproxy', { uid: 99, gid: 99 }]] },
  elixir: { merged: 1.15 },
  erlang: { merged: 26 },
};

/** The catalogue's answer for an image reference, with or without registry; undefined where it knows nothing. */
export function baseFacts(ref: string): BaseFacts | undefined {
  const named = parseNormalizedNamed(ref);
  if ('error' in named) return undefined;
  const { domain, path } = named;
  const tag = named.tag === '' ? 'latest' : named.tag;
  const parts = path.split('/');
  const name = parts[parts.length - 1] as string;
  const owner = parts.length < 2 ? '' : (parts[parts.length - 2] as string);
  const isOfficial =
    owner === 'library' ||
    (domain === 'docker.io' && /^(amd64|arm64v8|arm32v[567]|i386|ppc64le|s390x|riscv64)$/.test(owner));
  if (isOfficial) {
    const own = distributions[name]?.(tag) ?? (Object.hasOwn(distributions, name) ? namedByTag(tag) : undefined);
    if (own !== undefined) return own;
    const extra = official[name];
    if (extra !== undefined) return withOfficial(extra, name, tag);
    if (name === 'eclipse-temurin' || name === 'maven' || name === 'gradle' || name === 'buildpack-deps')
      return namedByTag(tag);
    return undefined;
  }
  if (domain === 'docker.io' && (path === 'nvidia/cuda' || owner === 'rockylinux')) {
    return owner === 'rockylinux' ? redhatBase('Rocky Linux', /^\d+/.exec(tag)?.[0]) : namedByTag(tag);
  }
  if (domain === 'mcr.microsoft.com' && path.startsWith('dotnet/')) {
    const version = Number(/^\d+/.exec(tag)?.[0]);
    const plain = version === 8 || version === 9 ? debianBase(12) : undefined;
    const found = namedByTag(tag) ?? (/windows|nanoserver/.test(tag) ? undefined : plain);
    // Since 8 they have a user of their own.
    return found === undefined
      ? undefined
      : {
          ...found,
          users: new Map([...found.users, ...ids('app:1654')]),
          groups: new Map([...found.groups, ['app', 1654]]),
        };
  }
  if (/^registry\.(access\.)?redhat\.(com|io)$/.test(domain) && /^ubi\d+/.test(parts[0] as string))
    return /^ubi\d*(-minimal|-init)?$/.test(name) ? redhatBase('UBI', /\d+/.exec(parts[0] as string)?.[0]) : undefined;
  if (domain === 'quay.io' && path === 'fedora/fedora') return redhatBase('Fedora', /^\d+/.exec(tag)?.[0]);
  if (domain === 'ghcr.io' && path === 'oracle/oraclelinux') return redhatBase('Oracle Linux', /^\d+/.exec(tag)?.[0]);
  return undefined;
}

function withOfficial(extra: Official, name: string, tag: string): BaseFacts {
  const found = namedByTag(tag) ?? plainTag(extra, tag);
  const users = found.family === 'alpine' ? extra.alpineUsers : extra.users;
  const groups: [string, number][] = (users ?? []).flatMap(([user, { gid }]) =>
    gid === undefined ? [] : [[user, gid]],
  );
  return {
    ...found,
    title: `${name} on ${found.title}`,
    users: new Map([...found.users, ...(users ?? [])]),
    groups: new Map([...found.groups, ...groups]),
    directories: new Map([...found.directories, ...(extra.directories ?? [])]),
  };
}

/** `22`, `3.12.4-slim`, `latest`: some Debian, merged where the version is young enough. */
function plainTag(extra: Official, tag: string): BaseFacts {
  const version = /^(\d+)(?:\.(\d+))?/.exec(tag);
  const major = version === null ? Number.POSITIVE_INFINITY : Number(version[1]);
  const least = Math.floor(extra.merged);
  const minor = version?.[2] === undefined ? Number.POSITIVE_INFINITY : Number(version[2]);
  const leastMinor = Math.round((extra.merged - least) * 100);
  const merged = major > least || (major === least && minor >= leastMinor);
  return { ...debianBase(undefined), usrMerged: merged ? true : undefined };
}
