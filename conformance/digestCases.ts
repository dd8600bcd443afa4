// Dockerfiles whose digests are compared with those of a build: one for each way in which bases and contexts enter them.
// REGISTRY stands for the registry's host, DIGEST(NAME:TAG) for the digest of a base.
import type { Step } from './record/scenario.ts';

export interface DigestCase extends Partial<Pick<Step, 'files' | 'contexts' | 'opts' | 'secrets'>> {
  readonly name: string;
  readonly dockerfile: string;
  /** No build comes of it: the words must be the same. */
  readonly refused?: true;
}

export const digestCases: readonly DigestCase[] = [
  {
    name: 'user-workdir-env',
    dockerfile:
      'FROM REGISTRY/acme/runtime:1\nENV FULL=$APP_MODE-x\nRUN echo $FULL > /tmp/full\nCOPY a.txt .\nCOPY --link --chown=1:1 a.txt sub/\n',
    files: { 'a.txt': 'a\n' },
  },
  { name: 'on-build', dockerfile: 'FROM REGISTRY/acme/onbuild:1\nRUN ls /onbuild\n', files: { 'hook.txt': 'hook\n' } },
  {
    name: 'stages',
    dockerfile: `ARG BASE=REGISTRY/library/alpine
FROM \${BASE}:3.14 AS make
WORKDIR /src
COPY . .
ARG LEVEL=1
RUN --mount=type=cache,target=/cache --mount=type=tmpfs,target=/scratch <<END
cp in.txt /out.txt
echo $LEVEL >> /out.txt
END
FROM \${BASE}:3.15 AS unused
RUN false
FROM REGISTRY/library/debian:12.12
COPY --link --from=make /out.txt /srv/
RUN --mount=type=bind,from=make,source=/src,target=/src,rw --network=none cat /src/in.txt
`,
    files: { 'in.txt': 'in\n' },
    opts: { 'build-arg:LEVEL': '3' },
  },
  {
    name: 'two-platforms',
    dockerfile: 'FROM REGISTRY/team/oci:1\nENV HERE=$FOR\nWORKDIR /w/$FOR\nCOPY a.txt .\n',
    files: { 'a.txt': 'a\n' },
    opts: { platform: 'linux/amd64,linux/arm64' },
  },
  {
    name: 'across-platforms',
    dockerfile: `FROM --platform=$BUILDPLATFORM REGISTRY/library/alpine:3.14 AS make
ARG TARGETARCH TARGETVARIANT
RUN echo $TARGETARCH$TARGETVARIANT > /out
FROM REGISTRY/team/docker:1
COPY --from=make /out /$FOR
`,
    opts: { platform: 'linux/arm/v7' },
  },
  {
    name: 'docker-types',
    dockerfile: 'FROM REGISTRY/team/docker:1\nCOPY --chmod=640 a.txt /$FOR/\n',
    files: { 'a.txt': 'a\n' },
  },
  {
    name: 'pinned',
    dockerfile:
      'FROM REGISTRY/library/debian@DIGEST(library/debian:12.11) AS a\nRUN true\nFROM REGISTRY/team/oci:1@DIGEST(team/oci:1)\nCOPY --from=a /etc/debian_version /\n',
  },
  {
    name: 'no-layers',
    dockerfile: 'FROM REGISTRY/acme/none:1\nADD --chown=7:8 tree.tar /x/\nADD one.txt two.txt /y/\n',
    files: { 'tree.tar': { tar: { 'in/a': 'a\n' } }, 'one.txt': '1\n', 'two.txt': '2\n' },
  },
  {
    name: 'ignored',
    dockerfile: 'FROM scratch\nCOPY --exclude=*.md src /src\nCOPY --parents src/deep/*.txt /p/\n',
    files: {
      '.dockerignore': '# comment\nsrc/*.log\n!src/keep.log\nnode_modules\n',
      'src/a.txt': 'a\n',
      'src/b.md': 'b\n',
      'src/c.log': 'c\n',
      'src/keep.log': 'd\n',
      'src/deep/e.txt': 'e\n',
    },
  },
  {
    name: 'named-contexts',
    dockerfile: 'FROM base\nCOPY --from=lib l.txt /l/\nCOPY --from=tools /etc/alpine-release /t/\nCOPY a.txt /\n',
    files: { 'a.txt': 'a\n' },
    contexts: { lib: { 'l.txt': 'l\n', '.dockerignore': '*.tmp\n' } },
    opts: {
      'context:base': 'docker-image://REGISTRY/acme/runtime:1',
      'context:tools': 'docker-image://REGISTRY/library/alpine:3.15',
      'context:lib': 'local:lib',
    },
  },
  {
    name: 'secrets',
    dockerfile:
      'FROM REGISTRY/library/alpine:3.14\nRUN --mount=type=secret,id=key,required cat /run/secrets/key\nRUN --mount=type=secret,id=key,env=KEY test -n "$KEY"\n',
    secrets: { key: 'word' },
  },
  {
    name: 'options',
    dockerfile:
      'FROM REGISTRY/library/alpine:3.14 AS first\nRUN echo 1 > /one\nFROM first AS second\nSHELL ["/bin/sh", "-ec"]\nUSER 12:34\nRUN id > /tmp/id\nFROM second\nRUN false\n',
    opts: {
      target: 'second',
      'no-cache': 'first',
      hostname: 'maker',
      'add-hosts': 'db=10.0.0.1',
      'shm-size': '1048576',
      ulimit: 'nofile=64:128',
      'label:a': 'b',
      'build-arg:SOURCE_DATE_EPOCH': '1700000000',
      'build-arg:HTTP_PROXY': 'http://127.0.0.1:9',
    },
  },
  {
    name: 'remote-file',
    dockerfile:
      'FROM scratch\nADD --checksum=sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a http://REGISTRY/v2/ /answer.json\n',
  },
  { name: 'no-such-base', dockerfile: 'FROM REGISTRY/acme/absent:1\nRUN true\n', refused: true },
  {
    name: 'no-such-platform',
    dockerfile: 'FROM REGISTRY/team/oci:1\n',
    opts: { platform: 'linux/s390x' },
    refused: true,
  },
];
