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
debian:sid                                   | Debian 14 forky | yes
ubuntu:18.04                                 | Ubuntu 18.04 | no
ubuntu:22.04                                 | Ubuntu 22.04 | yes
ubuntu:jammy-20240111                        | Ubuntu 22.04 | yes
ubuntu                                       | Ubuntu | yes
ubuntu:oracular                              | Ubuntu 24.10 | yes
alpine:3.14                                  | Alpine 3.14 | no
alpine:3.22.1                                | Alpine 3.22 | no
alpine:3.23                                  | Alpine 3.23 | ?
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
node:20-bookworm-slim                        | node on Debian 12 bookworm | yes
node:20-bullseye                             | node on Debian 11 bullseye | no
node:20-alpine3.19                           | node on Alpine 3.19 | no
node:20-alpine                               | node on Alpine | ?
python:3.12-slim                             | python on Debian | yes
python:3.7                                   | python on Debian | ?
golang:1.22-alpine3.20                       | golang on Alpine 3.20 | no
golang:1.20                                  | golang on Debian | ?
nginx:1.27                                   | nginx on Debian | yes
postgres:16-alpine                           | postgres on Alpine | ?
redis:7.2                                    | redis on Debian | yes
redis:6                                      | redis on Debian | ?
eclipse-temurin:17-jammy                     | Ubuntu 22.04 | yes
eclipse-temurin:17                           |
buildpack-deps:bookworm-scm                  | Debian 12 bookworm | yes
nvidia/cuda:12.4.1-devel-ubuntu22.04         | Ubuntu 22.04 | yes
nvidia/cuda:12.4.1-devel-rockylinux8         | Rocky Linux 8 | yes
mcr.microsoft.com/dotnet/sdk:8.0             | Debian 12 bookworm | yes
mcr.microsoft.com/dotnet/sdk:8.0-alpine3.19  | Alpine 3.19 | no
mcr.microsoft.com/dotnet/sdk:8.0-nanoserver-1809 |
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

test.each([
  ['debian:12', 'www-data', 33],
  ['alpine:3.20', 'www-data', undefined],
  ['node:22', 'node', 1000],
  ['nginx:1.27-alpine', 'nginx', 101],
  ['postgres:16', 'postgres', 999],
  ['postgres:16-alpine', 'postgres', 70],
  ['mcr.microsoft.com/dotnet/aspnet:8.0', 'app', 1654],
])('%s: the user %s is %s', (image, user, uid) => {
  expect(baseFacts(image)?.users.get(user)?.uid).toBe(uid);
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
