// What Docker's official images add to the distributions that they stand on, and which of their plain tags are merged.

/** What an official image adds to its distribution, by what its Dockerfile says. */
export interface Official {
  /** The first versions, line by line, whose plain tags stand on Debian 12 or later; older ones stand on some Debian. */
  readonly merged: string;
  readonly users?: string;
  readonly alpineUsers?: string;
  /** Path, mode and owner, which is an account of the image or the distribution. Root's are open to all. */
  readonly directories?: readonly (readonly [string, number | undefined, string])[];
}
export const official: Readonly<Record<string, Official>> = {
  node: {
    merged: '18.17 20.4 21',
    users: 'node:1000',
    alpineUsers: 'node:1000',
    directories: [['/home/node', undefined, 'node']],
  },
  python: { merged: '3.7.17 3.8.17 3.9.17 3.10.12 3.11.4 3.12' },
  golang: {
    merged: '1.19.10 1.20.5 1.21',
    directories: [
      ['/go', 0o1777, 'root'],
      ['/go/src', 0o1777, 'root'],
      ['/go/bin', 0o1777, 'root'],
    ],
  },
  nginx: { merged: '1.25.1', users: 'nginx:101', alpineUsers: 'nginx:101' },
  redis: {
    merged: '6.0.19 6.2.12 7.0.11 7.2',
    users: 'redis:999',
    alpineUsers: 'redis:999:1000',
    directories: [['/data', 0o755, 'redis']],
  },
  postgres: {
    merged: '12.15 13.11 14.8 15.3 16',
    users: 'postgres:999',
    alpineUsers: 'postgres:70',
    directories: [
      ['/var/lib/postgresql', undefined, 'postgres'],
      ['/run/postgresql', undefined, 'postgres'],
    ],
  },
  ruby: { merged: '3.1.4 3.2.2 3.3', directories: [['/usr/local/bundle', 0o1777, 'root']] },
  php: {
    merged: '8.1.20 8.2.7 8.3',
    alpineUsers: 'www-data:82',
    directories: [['/var/www/html', undefined, 'www-data']],
  },
  rust: {
    merged: '1.71.1',
    directories: [
      ['/usr/local/cargo', 0o777, 'root'],
      ['/usr/local/cargo/bin', 0o777, 'root'],
      ['/usr/local/rustup', 0o777, 'root'],
    ],
  },
  httpd: { merged: '2.4.57', alpineUsers: 'www-data:82', directories: [['/usr/local/apache2', 0o755, 'www-data']] },
  perl: { merged: '5.36.1 5.38' },
  gcc: { merged: '13' },
  haproxy: {
    merged: '2.4.24 2.6.15 2.7.11 2.8.5 2.9',
    users: 'haproxy:99',
    alpineUsers: 'haproxy:99',
    directories: [['/var/lib/haproxy', undefined, 'haproxy']],
  },
  elixir: { merged: '1.15.7 1.16.1 1.17' },
  erlang: { merged: '26.2.2 27' },
};

/** At or after the first of its line, or after all lines: `3.11` is the newest 3.11, `3.11.2` only itself, `latest` the newest. */
export function isSince(tag: string, merged: string): boolean {
  const version = /^\d+(?:\.\d+)*/.exec(tag)?.[0];
  if (version === undefined) return true;
  const parts = version.split('.').map(Number);
  const lines = merged.split(' ').map((line) => line.split('.').map(Number));
  return lines.some((line, index) => {
    const at = line.findIndex((number, i) => number !== parts[i]);
    const part = parts[at];
    if (at < 0 || part === undefined) return true;
    return part > (line[at] as number) && (at === line.length - 1 || index === lines.length - 1);
  });
}
