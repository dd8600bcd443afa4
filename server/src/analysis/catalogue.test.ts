// What the catalogue says of an image by its name alone, and that it agrees with the bases of the recorded scenarios.
import { expect, test } from 'vitest';
import { scenarios } from '../../../conformance/predictions.ts';
import { baseFacts } from './catalogue.ts';

// Image | title, usrmerged (yes, no, ?) | nothing: unknown.
const table = `
debian:12.11                                 | Debian 12 bookworm | yes
debian:bookworm-slim                         | Debian 12 bookworm | yes
debian:bullseye                              | Debian 11 bullseye | no
debian:11-slim                               | Debian 11 bullseye | no
debian                                       | Debian | yes
debian:stable-slim                           | Debian | yes
debian:testing-slim                          | Debian | yes
debian:stable-20220101-slim                  | Debian | ?
debian:constructor                           | Debian | ?
constructor                                  |
debian:sid                                   | Debian 14 forky | yes
ubuntu:18.04                                 | Ubuntu 18.04 | no
ubuntu:22.04                                 | Ubuntu 22.04 | yes
ubuntu:jammy-20240111                        | Ubuntu 22.04 | yes
ubuntu                                       | Ubuntu | yes
ubuntu:oracular                              | Ubuntu 24.10 | yes
alpine:3.14                                  | Alpine 3.14 | no
alpine:3.22.1                                | Alpine 3.22 | no
alpine:3.23                                  | Alpine 3.23 | no
alpine:3.24                                  | Alpine 3.24 | ?
alpine:edge                                  | Alpine | ?
alpine                                       | Alpine | ?
fedora:42                                    | Fedora 42 | yes
rockylinux:9                                 | Rocky Linux 9 | yes
rockylinux/rockylinux:9-ubi                  | Rocky Linux 9 | yes
almalinux:9.4                                | AlmaLinux 9 | yes
centos:7                                     | CentOS 7 | yes
centos:6                                     |
amazonlinux:2023                             | Amazon Linux 2023 | yes
amazonlinux:1                                |
archlinux                                    | Arch Linux | yes
busybox:1.36                                 | BusyBox | no
node:22                                      | node on Debian | yes
node:12                                      | node on Debian | ?
node:18                                      | node on Debian | yes
node:18.20.4                                 | node on Debian | yes
node:18.12.1                                 | node on Debian | ?
node:latest                                  | node on Debian | yes
node:20-constructor                          | node on Debian | yes
node:20-bookworm-slim                        | node on Debian 12 bookworm | yes
node:20-bullseye                             | node on Debian 11 bullseye | no
node:20-alpine3.19                           | node on Alpine 3.19 | no
node:20-alpine                               | node on Alpine | ?
python:3.12-slim                             | python on Debian | yes
python:3                                     | python on Debian | yes
python:3.7                                   | python on Debian | yes
python:3.6                                   | python on Debian | ?
python:3.11                                  | python on Debian | yes
python:3.11.3-slim                           | python on Debian | ?
python:3.11.4-slim                           | python on Debian | yes
python:3.12.0                                | python on Debian | yes
golang:1.22-alpine3.20                       | golang on Alpine 3.20 | no
golang:1.20                                  | golang on Debian | yes
golang:1.20.4                                | golang on Debian | ?
golang:1.18                                  | golang on Debian | ?
ruby:3.0                                     | ruby on Debian | ?
ruby:3.2                                     | ruby on Debian | yes
haproxy:2.8.3                                | haproxy on Debian | ?
haproxy:2.4                                  | haproxy on Debian | yes
erlang:26.1                                  | erlang on Debian | ?
nginx:1.25.0                                 | nginx on Debian | ?
nginx:stable                                 | nginx on Debian | yes
nginx:1.27                                   | nginx on Debian | yes
postgres:16-alpine                           | postgres on Alpine | ?
redis:7.2                                    | redis on Debian | yes
redis:6                                      | redis on Debian | yes
redis:5                                      | redis on Debian | ?
eclipse-temurin:17-jammy                     | Ubuntu 22.04 | yes
eclipse-temurin:17                           |
buildpack-deps:bookworm-scm                  | Debian 12 bookworm | yes
nvidia/cuda:12.4.1-devel-ubuntu22.04         | Ubuntu 22.04 | yes
nvidia/cuda:12.4.1-devel-rockylinux8         | Rocky Linux 8 | yes
mcr.microsoft.com/dotnet/sdk:8.0             | Debian 12 bookworm | yes
mcr.microsoft.com/dotnet/sdk:8.0-alpine3.19  | Alpine 3.19 | no
mcr.microsoft.com/dotnet/sdk:8.0-nanoserver-1809 |
mcr.microsoft.com/dotnet/sdk:7.0             | Debian 11 bullseye | no
mcr.microsoft.com/dotnet/sdk:10.0            | Ubuntu 24.04 | yes
mcr.microsoft.com/dotnet/sdk                 | Ubuntu 24.04 | yes
mcr.microsoft.com/dotnet/sdk:11.0-preview    | Ubuntu 26.04 | yes
mcr.microsoft.com/dotnet/sdk:8.0-azurelinux3.0 | Azure Linux 3.0 | yes
mcr.microsoft.com/dotnet/sdk:8.0-cbl-mariner2.0 | Azure Linux 2.0 | yes
mcr.microsoft.com/dotnet/sdk:8.0-cbl-mariner |
mcr.microsoft.com/dotnet/sdk:11.0-preview-azurelinux4.0 |
mcr.microsoft.com/dotnet/runtime:8.0-jammy-chiseled |
mcr.microsoft.com/dotnet/runtime:10.0-azurelinux3.0-distroless |
registry.access.redhat.com/ubi9/ubi-minimal  | UBI 9 | yes
registry.access.redhat.com/ubi9/ubi-micro    |
registry.access.redhat.com/ubi9/go-toolset   |
ghcr.io/oracle/oraclelinux:9                 | Oracle Linux 9 | yes
arm64v8/debian:bookworm                      | Debian 12 bookworm | yes
mirror.gcr.io/library/debian:12              | Debian 12 bookworm | yes
debian:12@sha256:0000000000000000000000000000000000000000000000000000000000000000 | Debian 12 bookworm | yes
mycompany/debian:12                          |
ghcr.io/me/app                               |
gcr.io/distroless/static                     |
not an image                                 |
`;

test.each(
  table
    .trim()
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()) as [string, string, string?]),
)('%s: %s %s', (image, title, merged) => {
  const facts = baseFacts(image);
  const said = facts?.usrMerged === undefined ? '?' : facts.usrMerged ? 'yes' : 'no';
  expect([facts?.title ?? '', facts === undefined ? undefined : said]).toEqual([title, merged]);
});

/** Image | what is asked: a user, a `:group`, a /path | the answer: numbers, words, `-> where`, or nothing. */
const entries = `
debian:12            | www-data  | 33:33
alpine:3.20          | www-data  |
node:22              | node      | 1000:1000
nginx:1.27-alpine    | nginx     | 101:101
postgres:16          | postgres  | 999:999
postgres:16-alpine   | postgres  | 70:70
redis:7              | redis     | 999:999
redis:7-alpine       | redis     | 999:1000
php:8.3              | www-data  | 33:33
php:8.3-fpm-alpine   | www-data  | 82:82
haproxy:3.0-alpine   | haproxy   | 99:99
mcr.microsoft.com/dotnet/aspnet:8.0 | app | 1654:1654
mcr.microsoft.com/dotnet/aspnet:8.0-alpine3.20 | :app | 1654
mcr.microsoft.com/dotnet/aspnet:7.0-alpine3.18 | app |
redis:7-alpine       | /data     | 0755 redis:redis
redis:7-alpine       | :redis    | 1000
php:8.3-fpm-alpine   | /var/www/html | www-data's own
httpd:2.4            | /usr/local/apache2 | 0755 www-data:www-data
postgres:16          | /var/lib/postgresql | postgres's own
ruby:3.3             | /usr/local/bundle | 1777
rust:1.80            | /usr/local/cargo/bin | 0777
ubuntu:24.04         | ubuntu    | 1000:1000
ubuntu               | :ubuntu   | 1000
ubuntu:24.04         | _apt      | 42:65534
ubuntu:24.04         | /home/ubuntu | ubuntu's own
ubuntu:22.04         | ubuntu    |
ubuntu:22.04         | _apt      |
ubuntu:22.04         | /home/ubuntu |
alpine:3.6           | /var/run  |
alpine:3.7           | /var/run  | -> /run
alpine               | /var/run  | -> /run
alpine:3.10          | /var/spool/mail |
alpine:3.11          | /var/spool/mail | -> /var/mail
alpine:3.20          | /var/lock |
alpine:3.21          | /var/lock | -> /run/lock
alpine               | /var/lock |
alpine:3.6           | /var/spool/cron/crontabs | -> /etc/crontabs
alpine:3.20          | /var/spool/cron/crontabs | -> /etc/crontabs
alpine:3.20          | sshd      | 22:22
alpine:3.20          | guest     | 405:100
alpine:3.19          | operator  | 11:0
alpine:3.20          | operator  |
alpine:3.10          | postgres  | 70:70
alpine:3.11          | postgres  |
alpine:3.13          | :www-data |
alpine:3.14          | :www-data | 82
alpine:3.20          | :mail     | 12
alpine:3.19          | :locate   | 245
alpine:3.20          | :locate   |
busybox              | daemon    | 1:1
busybox              | bin       | 2:2
busybox              | www-data  | 33:33
busybox              | :staff    | 50
busybox              | /home     | 0755 nobody:nobody
busybox              | /usr/sbin | 0755 daemon:daemon
busybox              | /var/spool/mail | 0755 mail:mail
busybox              | /var/tmp  |
almalinux:9          | /usr/bin  | 0555
almalinux:9          | /usr/sbin | 0555
almalinux:9          | /usr/lib64 | 0555
almalinux:9          | /var/spool/mail | 0775 root:mail
almalinux:8          | /usr/tmp  | -> /var/tmp
almalinux:8          | halt      | 7:0
almalinux:8          | nobody    | 65534:65534
almalinux:8          | :tape     | 33
centos:7             | nobody    | 99:99
centos:centos7.9.2009 | :nobody  | 99
amazonlinux:2        | nobody    | 99:99
amazonlinux:2023     | nobody    | 65534:65534
amazonlinux          | /usr/sbin | 0555
amazonlinux:2027     | /usr/sbin | -> /usr/bin
fedora:41            | /usr/sbin | 0555
fedora:42            | /usr/sbin | -> /usr/bin
fedora:42            | /usr/local/sbin | -> /usr/local/bin
fedora               | /usr/sbin | -> /usr/bin
fedora:41            | /usr/local/sbin |
archlinux            | /usr/sbin | -> /usr/bin
archlinux            | /usr/lib64 | -> /usr/lib
archlinux            | /var/spool/mail | 1777
archlinux            | /srv/ftp  | 0555 root:ftp
archlinux            | /root     | 0750
archlinux            | /usr/bin  |
archlinux            | http      | 33:33
archlinux            | ftp       | 14:11
archlinux            | :wheel    |
mcr.microsoft.com/dotnet/sdk:8.0-azurelinux3.0 | daemon | 6:6
mcr.microsoft.com/dotnet/sdk:8.0-azurelinux3.0 | nobody | 65534:65533
mcr.microsoft.com/dotnet/sdk:8.0-azurelinux3.0 | /root | 0750
mcr.microsoft.com/dotnet/sdk:8.0-azurelinux3.0 | /srv | -> /var/srv
`;

test.each(
  entries
    .trim()
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()) as [string, string, string]),
)('%s: %s is %s', (image, asked, answer) => {
  const facts = baseFacts(image);
  expect(facts).toBeDefined();
  const user = facts?.users.get(asked);
  const link = facts?.links.get(asked);
  const group = facts?.groups.get(asked.slice(1));
  const said = asked.startsWith('/')
    ? link === undefined
      ? facts?.directories.get(asked)?.words
      : `-> ${link}`
    : asked.startsWith(':')
      ? group
      : user && `${user.uid}:${user.gid}`;
  expect(String(said ?? '')).toBe(answer);
});

test('no path is both a link and a directory, and words tell the mode', () => {
  let seen = 0;
  for (const line of table.trim().split('\n')) {
    const facts = baseFacts((line.split('|')[0] as string).trim());
    for (const [path, { mode, words }] of facts?.directories ?? []) {
      seen++;
      expect([path, facts?.links.has(path)]).toEqual([path, false]);
      if (mode !== undefined) expect(words.startsWith(mode.toString(8).padStart(4, '0'))).toBe(true);
    }
    for (const account of facts?.users.values() ?? []) expect(Number.isInteger(account.uid)).toBe(true);
    for (const number of facts?.groups.values() ?? []) expect(Number.isInteger(number)).toBe(true);
  }
  expect(seen).toBeGreaterThan(300);
});

/** What a plain copy leaves alone, as recorded in a step that looked at it. */
test('links, modes and owners are those that BuildKit saw in plain builds', () => {
  let seen = 0;
  for (const scenario of scenarios())
    for (const step of scenario.steps) {
      const base = /^FROM (debian:12\.1[12]|alpine:3\.1[45])$/m.exec(step.dockerfile)?.[1];
      const simple = step.dockerfile.split('FROM').length === 2 && !/RUN|--chown/.test(step.dockerfile);
      if (step.label !== 'plain' || base === undefined || !simple) continue;
      const facts = baseFacts(base);
      for (const [path, entry] of Object.entries(step.result?.tree ?? {})) {
        const directory = facts?.directories.get(path);
        const link = facts?.links.get(path);
        if (entry === null || (directory === undefined && link === undefined)) continue;
        seen++;
        if (link !== undefined) expect([path, entry.type]).toEqual([path, 'symlink']);
        else
          expect([path, entry.mode, entry.uid, entry.gid]).toEqual([
            path,
            (directory?.mode ?? 0).toString(8).padStart(4, '0'),
            directory?.uid,
            directory?.gid,
          ]);
      }
    }
  expect(seen).toBeGreaterThan(8);
});

test.each([
  ['debian:11', '2775 root:staff'],
  ['debian:12', '2775 root:staff'],
  ['debian:trixie-slim', undefined],
  ['debian:sid', undefined],
  ['debian', undefined],
  ['ubuntu:24.04', '2775 root:staff'],
  ['ubuntu:25.04', '2775 root:staff'],
  ['ubuntu:25.10', undefined],
  ['ubuntu:26.04', undefined],
])('/var/local of %s is of staff, or plain: %s', (ref, words) => {
  expect(baseFacts(ref)?.directories.get('/var/local')?.words).toBe(words);
});

test('_apt has a number of its own since Debian 12', () => {
  expect(baseFacts('debian:12')?.users.get('_apt')).toEqual({ uid: 42, gid: 65534 });
  expect(baseFacts('debian:11')?.users.has('_apt')).toBe(false);
});
