// What well-known base images hold that a copy can harm: links, directories with a mode or owner of their own, accounts.
//
// Compared with root file systems, entry by entry: Debian 11, 12, 13 and sid (made of their packages by debootstrap
// --variant=minbase, save that Docker's images of Debian 11 and older are made without the merge), Alpine 3.6 to 3.20 and edge of
// September 2024, BusyBox 1.33, 1.37, 1.38 (glibc, musl, uclibc), AlmaLinux 8 and 9 (its smallest images).
// Read in the sources of packages: `filesystem` and `setup` of Enterprise Linux 7, `filesystem` of Enterprise Linux 8 and 9, of
// Fedora before and after /usr/sbin became a link, of Arch, of Azure Linux. Read in Dockerfiles: what official images add, and
// from which version on their plain tags stand on Debian 12. Seen in use: links of Ubuntu 18.04 and 20.04, accounts of 24.04.
// Only announced: that Alpine 3.21 to 3.23 are not merged, that Fedora 42 and Amazon Linux 2027 have that link, and since when
// Ubuntu has an account of its own. The rest follows kin: other Ubuntus Debian and each other; Enterprise Linux 10, UBI, Oracle
// and Amazon Linux the Enterprise Linux and Fedora above. Code names are those of distro-info-data. An image that is not here is
// unknown, and whoever asks must say that it guesses.
import { parseNormalizedNamed } from '../oci/reference.ts';
import { isSince, type Official, official } from './officialImages.ts';

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
    'systemd-resolve systemd-timesync systemd-journal messagebus ssh crontab netdev ubuntu apache nginx http nonroot postmaster'
  ).split(' '),
);

const own = (words: string, mode?: number, uid = 0, gid = uid): DirectoryFact => ({ mode, uid, gid, words });
const everywhere: readonly [string, DirectoryFact][] = [
  ['/tmp', own('1777', 0o1777)],
  ['/var/tmp', own('1777', 0o1777)],
];
const root0700: [string, DirectoryFact] = ['/root', own('0700', 0o700)];

/** What holds of any image that has a file system of its own, and is not in the catalogue. */
export const anyBase: ReadonlyMap<string, DirectoryFact> = new Map([
  ...everywhere,
  ['/root', own('0700 or 0550', 0o700)],
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
    ['/var/mail', own('2775 root:mail', 0o2775, 0, 8)],
    ['/run/lock', own('1777', 0o1777)],
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
const staffLocal: readonly [string, DirectoryFact] = ['/var/local', own('2775 root:staff', 0o2775, 0, 50)];
/** alpine-baselayout, what all releases have. */
const alpineUsers =
  'root:0 bin:1 daemon:2 lp:4:7 sync:5:0 shutdown:6:0 halt:7:0 mail:8:12 news:9:13 uucp:10:14 cron:16 ftp:21 sshd:22 ' +
  'games:35 ntp:123 guest:405:100 nobody:65534';
const alpineGroups =
  'root:0 bin:1 daemon:2 sys:3 adm:4 tty:5 disk:6 lp:7 kmem:9 wheel:10 floppy:11 mail:12 news:13 uucp:14 cron:16 audio:18 ' +
  'cdrom:19 dialout:20 ftp:21 sshd:22 input:23 tape:26 video:27 netdev:28 kvm:34 games:35 shadow:42 users:100 ntp:123 ' +
  'abuild:300 utmp:406 ping:999 nogroup:65533 nobody:65534';
/** Fedora's `filesystem` and `setup`, which the others take over. */
const redhat: Omit<BaseFacts, 'title' | 'usrMerged'> = {
  family: 'redhat',
  links: new Map([
    ['/var/run', '/run'],
    ['/var/lock', '/run/lock'],
    ['/var/mail', '/var/spool/mail'],
    ['/usr/tmp', '/var/tmp'],
  ]),
  directories: new Map([
    ...everywhere,
    ['/root', own('0550', 0o550)],
    ...['/usr/bin', '/usr/sbin', '/usr/lib', '/usr/lib64'].map((path): [string, DirectoryFact] => [
      path,
      { ...own('0555', 0o555), minor: true },
    ]),
    ['/var/spool/mail', own('0775 root:mail', 0o775, 0, 12)],
  ]),
  users: new Map(
    ids(
      'root:0 bin:1 daemon:2 adm:3:4 lp:4:7 sync:5:0 shutdown:6:0 halt:7:0 mail:8:12 operator:11:0 games:12:100 ftp:14:50 nobody:65534',
    ),
  ),
  groups: new Map(
    numbers(
      'root:0 bin:1 daemon:2 sys:3 adm:4 tty:5 disk:6 lp:7 mem:8 kmem:9 wheel:10 cdrom:11 mail:12 man:15 dialout:18 floppy:19 ' +
        'games:20 tape:33 video:39 ftp:50 lock:54 audio:63 users:100 nobody:65534',
    ),
  ),
};
/** `filesystem` of Azure Linux, in whose accounts nothing is Fedora's. */
const azure: Omit<BaseFacts, 'title'> = {
  family: 'redhat',
  usrMerged: true,
  links: new Map([
    ['/var/run', '/run'],
    ['/var/lock', '/run/lock'],
    ['/srv', '/var/srv'],
    ['/usr/lib64', '/usr/lib'],
    ['/usr/local/lib64', '/usr/local/lib'],
  ]),
  directories: new Map([...everywhere, ['/root', own('0750', 0o750)]]),
  users: new Map(ids('root:0 bin:1 daemon:6 messagebus:18 nobody:65534:65533')),
  groups: new Map(
    numbers(
      'root:0 bin:1 sys:2 kmem:3 tape:4 tty:5 daemon:6 floppy:7 disk:8 lp:9 dialout:10 audio:11 video:12 utmp:13 usb:14 ' +
        'cdrom:15 adm:16 messagebus:18 input:24 sudo:27 wheel:28 dip:30 render:31 kvm:32 mail:34 lock:54 users:100 nogroup:65533',
    ),
  ),
};
/** `filesystem`; most groups of systemd get their numbers as they come. */
const arch: BaseFacts = {
  title: 'Arch Linux',
  family: 'arch',
  usrMerged: true,
  links: new Map([
    ['/var/run', '/run'],
    ['/var/lock', '/run/lock'],
    ['/var/mail', '/var/spool/mail'],
    ['/usr/sbin', '/usr/bin'],
    ['/usr/lib64', '/usr/lib'],
    ['/usr/local/share/man', '/usr/local/man'],
  ]),
  directories: new Map([
    ...everywhere,
    ['/root', own('0750', 0o750)],
    ['/var/spool/mail', own('1777', 0o1777)],
    ['/var/games', own('0775 root:games', 0o775, 0, 50)],
    ['/srv/ftp', own('0555 root:ftp', 0o555, 0, 11)],
  ]),
  users: new Map(ids('root:0 bin:1 daemon:2 mail:8:12 ftp:14:11 http:33 nobody:65534')),
  groups: new Map(
    numbers(
      'root:0 bin:1 daemon:2 sys:3 tty:5 mem:8 ftp:11 mail:12 log:19 smmsp:25 proc:26 http:33 games:50 lock:54 network:90 ' +
        'floppy:94 scanner:96 power:98 nobody:65534',
    ),
  ),
};
/** Buildroot's accounts; there is no /var/tmp. */
const busybox: BaseFacts = {
  title: 'BusyBox',
  family: 'busybox',
  usrMerged: false,
  links: new Map(),
  directories: new Map([
    ['/tmp', own('1777', 0o1777)],
    root0700,
    ['/home', own('0755 nobody:nobody', 0o755, 65534)],
    ['/usr/sbin', own('0755 daemon:daemon', 0o755, 1)],
    ['/var/spool/mail', own('0755 mail:mail', 0o755, 8)],
  ]),
  users: new Map(ids('root:0 daemon:1 bin:2 sys:3 sync:4:100 mail:8 www-data:33 operator:37 nobody:65534')),
  groups: new Map(
    numbers(
      'root:0 daemon:1 bin:2 sys:3 adm:4 tty:5 disk:6 lp:7 mail:8 kmem:9 wheel:10 cdrom:11 dialout:18 floppy:19 video:28 ' +
        'audio:29 tape:32 www-data:33 operator:37 utmp:43 plugdev:46 staff:50 lock:54 netdev:82 users:100 nobody:65534',
    ),
  ),
};

const debianReleases: ReadonlyMap<string, number> = new Map(
  numbers('wheezy:7 jessie:8 stretch:9 buster:10 bullseye:11 bookworm:12 trixie:13 forky:14 duke:15'),
);
const ubuntuReleases: ReadonlyMap<string, string> = new Map(
  (
    'trusty:14.04 xenial:16.04 bionic:18.04 cosmic:18.10 disco:19.04 eoan:19.10 focal:20.04 groovy:20.10 hirsute:21.04 ' +
    'impish:21.10 jammy:22.04 kinetic:22.10 lunar:23.04 mantic:23.10 noble:24.04 oracular:24.10 plucky:25.04 questing:25.10 ' +
    'resolute:26.04'
  )
    .split(' ')
    .map((entry) => entry.split(':') as [string, string]),
);

/**
 * Debian's images are merged since 12, Ubuntu's since 19.04; without a version nobody can tell. /var/local is plain since Debian 13
 * and Ubuntu 25.10: without a version nothing is said of it.
 */
function debianBase(release: number | undefined): BaseFacts {
  const codename = [...debianReleases].find(([, number]) => number === release)?.[0];
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
/** What has no version is the newest. It has an account of its own since 23.04; that of apt was seen with its number in 24.04. */
function ubuntuBase(version: string | undefined): BaseFacts {
  const number = version === undefined ? Number.POSITIVE_INFINITY : Number(version);
  const account = number >= 23.04 ? ids('ubuntu:1000') : [];
  return {
    ...debian,
    title: version === undefined ? 'Ubuntu' : `Ubuntu ${version}`,
    usrMerged: number >= 19.04,
    directories: new Map([
      ...debian.directories,
      ...(number < 25.1 ? [staffLocal] : []),
      ...account.map(([name]): [string, DirectoryFact] => [`/home/${name}`, own(`${name}'s own`, undefined, 1000)]),
    ]),
    users: new Map([...debian.users, ...(number >= 24.04 ? ids('_apt:42:65534') : []), ...account]),
    groups: new Map([...debian.groups, ...account.map(([name]): [string, number] => [name, 1000])]),
  };
}
/** Not merged up to 3.23; what later ones do is not known here. Without a version: what they have had for long. */
function alpineBase(version: string | undefined): BaseFacts {
  const minor = Number(/^3\.(\d+)/.exec(version ?? '')?.[1] ?? Number.NaN);
  const users = [alpineUsers];
  const groups = [alpineGroups];
  const links: [string, string][] = [['/var/spool/cron/crontabs', '/etc/crontabs']];
  if (!(minor < 7)) links.push(['/var/run', '/run']);
  if (!(minor < 11)) links.push(['/var/spool/mail', '/var/mail']);
  if (minor >= 21) links.push(['/var/lock', '/run/lock']);
  if (!(minor < 14)) groups.push('www-data:82');
  if (minor < 11) {
    users.push('postgres:70');
    groups.push('postgres:70');
  }
  if (minor < 20) {
    users.push(
      'adm:3:4 operator:11:0 man:13:15 postmaster:14:12 at:25 squid:31 xfs:33 cyrus:85:12 vpopmail:89 smmsp:209',
    );
    groups.push('mem:8 man:15 console:17 at:25 readproc:30 squid:31 xfs:33 cdrw:80 usb:85 vpopmail:89 nofiles:200');
    groups.push('smmsp:209 locate:245');
  }
  return {
    title: version === undefined ? 'Alpine' : `Alpine ${version}`,
    family: 'alpine',
    usrMerged: minor <= 23 ? false : undefined,
    links: new Map(links),
    directories: new Map([...everywhere, root0700]),
    users: new Map(ids(users.join(' '))),
    groups: new Map(numbers(groups.join(' '))),
  };
}
/** /usr/sbin is a link since Fedora 42 and Amazon Linux 2027, nobody another one before Enterprise Linux 8. */
function redhatBase(name: string, version: string | undefined): BaseFacts {
  const major = version === undefined ? Number.POSITIVE_INFINITY : Number.parseInt(version, 10);
  const linked = name === 'Fedora' ? major >= 42 : name === 'Amazon Linux' && version !== undefined && major >= 2027;
  const old = name === 'Amazon Linux' ? major === 2 : name !== 'Fedora' && major === 7;
  const directories = new Map(redhat.directories);
  if (linked) directories.delete('/usr/sbin');
  return {
    ...redhat,
    title: version === undefined ? name : `${name} ${version}`,
    usrMerged: true,
    directories,
    links: linked
      ? new Map([...redhat.links, ['/usr/sbin', '/usr/bin'], ['/usr/local/sbin', '/usr/local/bin']])
      : redhat.links,
    users: old ? new Map([...redhat.users, ...ids('nobody:99')]) : redhat.users,
    groups: old ? new Map([...redhat.groups, ['nobody', 99]]) : redhat.groups,
  };
}
/** What 4 and later hold is not known here. */
function azureBase(version: string | undefined): BaseFacts | undefined {
  return Number.parseInt(version ?? '', 10) <= 3 ? { ...azure, title: `Azure Linux ${version}` } : undefined;
}

/** The distribution that a tag names (`22-bookworm-slim`, `3.20-alpine3.19`, `12.4-devel-ubuntu22.04`), if it does. */
function namedByTag(tag: string): BaseFacts | undefined {
  for (const part of tag.split(/[-_]/)) {
    if (debianReleases.has(part)) return debianBase(debianReleases.get(part));
    if (ubuntuReleases.has(part)) return ubuntuBase(ubuntuReleases.get(part));
    const release = /^(alpine|ubuntu|debian|ubi|rockylinux|fedora|azurelinux|mariner|ol)(\d[\d.]*)?$/.exec(part);
    if (release === null) continue;
    const [, name, version] = release;
    if (name === 'alpine') return alpineBase(version);
    if (name === 'ubuntu') return ubuntuBase(version);
    if (name === 'debian') return debianBase(version === undefined ? undefined : Math.floor(Number(version)));
    if (name === 'azurelinux' || name === 'mariner') return azureBase(version);
    const full = { ubi: 'UBI', rockylinux: 'Rocky Linux', fedora: 'Fedora', ol: 'Oracle Linux' };
    return redhatBase(full[name as keyof typeof full], version);
  }
  return undefined;
}

const distributions: Readonly<Record<string, (tag: string) => BaseFacts | undefined>> = {
  debian: (tag) => {
    const [first = ''] = tag.split('-');
    const number = /^(\d+)/.exec(first)?.[1];
    if (number !== undefined) return debianBase(Number(number));
    if (/^(latest|stable|testing|unstable)(-slim|-backports)?$/.test(tag))
      return { ...debianBase(undefined), usrMerged: true };
    return debianBase(debianReleases.get(first) ?? (first === 'sid' ? 14 : undefined));
  },
  ubuntu: (tag) => {
    const number = /^\d\d\.\d\d/.exec(tag)?.[0];
    if (number !== undefined) return ubuntuBase(number);
    const [first = ''] = tag.split('-');
    return ubuntuBase(ubuntuReleases.get(first));
  },
  alpine: (tag) => alpineBase(/^3\.\d+/.exec(tag)?.[0]),
  fedora: (tag) => redhatBase('Fedora', /^\d+/.exec(tag)?.[0]),
  rockylinux: (tag) => redhatBase('Rocky Linux', /^\d+/.exec(tag)?.[0]),
  almalinux: (tag) => redhatBase('AlmaLinux', /^\d+/.exec(tag)?.[0]),
  oraclelinux: (tag) => (/^[56]/.test(tag) ? undefined : redhatBase('Oracle Linux', /^\d+/.exec(tag)?.[0])),
  centos: (tag) => (/^(centos)?[56]/.test(tag) ? undefined : redhatBase('CentOS', /\d+/.exec(tag)?.[0])),
  amazonlinux: (tag) => (/^1|^201[0-8]/.test(tag) ? undefined : redhatBase('Amazon Linux', /^\d+/.exec(tag)?.[0])),
  archlinux: () => arch,
  busybox: () => busybox,
  'buildpack-deps': (tag) =>
    tag === 'latest' || tag === 'curl' || tag === 'scm' ? { ...debianBase(undefined), usrMerged: true } : undefined,
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
    if (Object.hasOwn(distributions, name)) return distributions[name]?.(tag) ?? namedByTag(tag);
    if (Object.hasOwn(official, name)) return withOfficial(official[name] as Official, name, tag);
    return name === 'eclipse-temurin' || name === 'maven' || name === 'gradle' ? namedByTag(tag) : undefined;
  }
  if (domain === 'docker.io' && (path === 'nvidia/cuda' || owner === 'rockylinux')) {
    return owner === 'rockylinux' ? redhatBase('Rocky Linux', /^\d+/.exec(tag)?.[0]) : namedByTag(tag);
  }
  if (domain === 'mcr.microsoft.com' && path.startsWith('dotnet/')) {
    // What is cut down to a few files has little of its distribution.
    if (/windows|nanoserver|chiseled|distroless/.test(tag)) return undefined;
    const version = tag === 'latest' ? 10 : Number(/^\d+/.exec(tag)?.[0]);
    const found = namedByTag(tag) ?? (/azurelinux|mariner/.test(tag) ? undefined : dotnetBases[version]?.());
    // Since 8 they have a user of their own.
    return found === undefined || !(version >= 8) ? found : withAccounts(found, ids('app:1654'));
  }
  if (/^registry\.(access\.)?redhat\.(com|io)$/.test(domain) && /^ubi\d+/.test(parts[0] as string))
    return /^ubi\d*(-minimal|-init)?$/.test(name) ? redhatBase('UBI', /\d+/.exec(parts[0] as string)?.[0]) : undefined;
  if (domain === 'quay.io' && path === 'fedora/fedora') return redhatBase('Fedora', /^\d+/.exec(tag)?.[0]);
  if (domain === 'ghcr.io' && path === 'oracle/oraclelinux') return redhatBase('Oracle Linux', /^\d+/.exec(tag)?.[0]);
  return undefined;
}

/** By what the plain tags stand on. */
const dotnetBases: Readonly<Record<number, () => BaseFacts>> = {
  7: () => debianBase(11),
  8: () => debianBase(12),
  9: () => debianBase(12),
  10: () => ubuntuBase('24.04'),
  11: () => ubuntuBase('26.04'),
};

function withAccounts(found: BaseFacts, users: readonly [string, Account][]): BaseFacts {
  const groups = users.flatMap(([name, { gid }]): [string, number][] => (gid === undefined ? [] : [[name, gid]]));
  return { ...found, users: new Map([...found.users, ...users]), groups: new Map([...found.groups, ...groups]) };
}

function withOfficial(extra: Official, name: string, tag: string): BaseFacts {
  const named = namedByTag(tag) ?? {
    ...debianBase(undefined),
    usrMerged: isSince(tag, extra.merged) ? true : undefined,
  };
  const users = named.family === 'alpine' ? extra.alpineUsers : extra.users;
  const found = withAccounts(named, users === undefined ? [] : ids(users));
  const directories = (extra.directories ?? []).map(([path, mode, user]): [string, DirectoryFact] => {
    const { uid, gid } = found.users.get(user) ?? { uid: undefined, gid: undefined };
    const digits = mode?.toString(8).padStart(4, '0');
    if (user === 'root') return [path, { mode, uid, gid, words: digits ?? '', minor: true }];
    return [path, { mode, uid, gid, words: digits === undefined ? `${user}'s own` : `${digits} ${user}:${user}` }];
  });
  return {
    ...found,
    title: `${name} on ${found.title}`,
    directories: new Map([...found.directories, ...directories]),
  };
}
