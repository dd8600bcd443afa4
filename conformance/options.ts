// Random ways to ask for a build: everything that a client can tell the frontend besides the file.
import type { ImageAnswer, Job } from './job.ts';
import type { Random } from './random.ts';

type Options = Omit<Job, 'id' | 'dockerfile' | 'dockerfileB64' | 'path'>;
type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Half of all jobs are asked for plainly; the others with one or several options. */
export function randomOptions(r: Random, text: string): Options {
  const job: Writable<Options> = {};
  const images = imagesFor(text);
  if (images) job.images = images;
  if (r.chance(0.45)) return job;
  const opts: Record<string, string> = {};
  const choices: (() => void)[] = [
    () => {
      job.platform = r.pick([
        'linux/arm64',
        'linux/amd64',
        'linux/arm/v7',
        'linux/arm',
        'windows/amd64',
        'linux/arm64/v8',
        'linux/386',
        'linux',
        'darwin',
        ...(r.chance(0.05) ? ['a/b/c/d', 'bogus', ''] : []),
      ]);
    },
    () => {
      job.target = r.pick(stageNames(text));
    },
    () => {
      job.buildArgs = { ...job.buildArgs, ...randomArgs(r) };
    },
    () => {
      job.workerPlatform = r.pick([
        'linux/arm64',
        'linux/amd64,linux/arm64',
        'linux/arm/v7',
        'linux/riscv64',
        'linux/s390x',
      ]);
    },
    () => {
      const sets: Record<string, string>[] = [{ a: 'b' }, { 'com.example': 'x y', z: '' }, { é: '<&>' }, { a: '$FOO' }];
      job.labels = r.pick(sets);
    },
    () => {
      job.dockerignore = r.pick(dockerignores);
    },
    () => {
      job.dockerfileIgnore = r.pick(dockerignores);
    },
    () => {
      job.resolveDigest = r.pick(['hash', `sha256:${'12'.repeat(32)}`, 'hash']);
    },
    () => {
      job.sessionID = r.pick(['s', 'another-session', 'xyz123']);
    },
    () => {
      job.disabledCaps = r.pick([
        ['mergeop'],
        ['exec.mount.tmpfs.size'],
        ['exec.meta.ulimit'],
        ['exec.mount.bind.readwrite-nooutput'],
        ['exec.meta.setsdefaultpath'],
        ['exec.cgroup.parent'],
        ['mergeop', 'exec.secretenv'],
        ['source.git.checksum'],
        ['exec.meta.linux.resources'],
        ['file.copy.modestring'],
        ['file.copy.requiredpaths'],
        ['file.copy.excludepatterns'],
      ]);
    },
    () => {
      job.filename = r.pick(['build/Dockerfile.dev', 'Containerfile', 'a b', 'Dockerfile.é']);
    },
    () => {
      opts['no-cache'] = r.pick(['', 'build', 'base,final', 'BUILD', 'stage0,s1', 'nope']);
    },
    () => {
      opts['add-hosts'] = r.pick([
        'a=1.2.3.4',
        'A=1.2.3.4,b=::1',
        'x=2001:DB8::1',
        'a=1.2.3.4,a=5.6.7.8',
        ...(r.chance(0.2) ? ['a', 'a=b', '=1.2.3.4', '"a=1.2.3.4",b=10.0.0.1', 'a=01.2.3.4'] : []),
      ]);
    },
    () => {
      opts['shm-size'] = r.pick(['134217728', '1', '0', ...(r.chance(0.2) ? ['1m', '-1', ''] : [])]);
    },
    () => {
      opts.ulimit = r.pick([
        'nofile=1024:2048',
        'nofile=1024',
        'nproc=1:2,nofile=3:4',
        'core=-1',
        'core=0',
        ...(r.chance(0.2) ? ['bogus=1', 'nofile', 'nofile=2:1', 'nofile=a'] : []),
      ]);
    },
    () => {
      opts['cgroup-parent'] = r.pick(['/x', 'a.slice', 'é']);
    },
    () => {
      opts['force-network-mode'] = r.pick(['host', 'none', 'sandbox', ...(r.chance(0.2) ? ['default', 'bogus'] : [])]);
    },
    () => {
      opts.hostname = r.pick(['box', 'a.b.c']);
    },
    () => {
      opts['image-resolve-mode'] = r.pick(['local', 'pull', 'default', ...(r.chance(0.1) ? ['bogus'] : [])]);
    },
    () => {
      const [name, value] = r.pick([
        ...[
          ['memory', '1073741824'],
          ['memswap', '-1'],
          ['cpushares', '512'],
          ['cpuperiod', '100000'],
          ['cpuquota', '50000'],
          ['cpusetcpus', '0-1'],
          ['cpusetmems', '0'],
        ],
        ...(r.chance(0.1)
          ? [
              ['memory', '1g'],
              ['cpushares', 'x'],
            ]
          : []),
      ] as [string, string][]);
      opts[name] = value;
    },
    () => {
      opts['multi-platform'] = r.pick(['true', 'false', '1', ...(r.chance(0.1) ? ['maybe'] : [])]);
    },
    () => {
      opts.context = r.pick([
        'https://github.com/moby/buildkit.git',
        'https://github.com/a/b.git#main:sub',
        'git://example.com/x.git#v1',
        'https://github.com/a/b.git?ref=v1&subdir=x',
        'https://example.com/context.tar.gz',
        'http://example.com/Dockerfile',
        'local:other',
        'input:x',
        'docker-image://alpine',
      ]);
    },
    () => {
      const contexts = r.pick(namedContexts);
      opts[`context:${contexts[0]}`] = contexts[1];
      if (r.chance(0.3)) {
        const another = r.pick(namedContexts);
        opts[`context:${another[0]}`] = another[1];
      }
    },
    () => {
      opts[
        r.pick([
          'local-sessionid:context',
          'local-sessionid:dockerfile',
          'contextkey',
          'dockerfilekey',
          'build-arg:FOO',
          'label:x',
          'source',
          'cmdline',
        ])
      ] = r.pick(['v1', 'other']);
    },
  ];
  for (let n = r.pick([1, 1, 1, 2, 2, 3, 5]); n > 0; n--) r.pick(choices)();
  if (Object.keys(opts).length > 0) job.opts = opts;
  return job;
}

function randomArgs(r: Random): Record<string, string> {
  const args: Record<string, string> = {};
  for (let n = 1 + r.below(3); n > 0; n--) {
    const [name, value] = r.pick([
      ...[
        ['FOO', 'fromarg'],
        ['BAR', ''],
        ['VER', '2.0'],
        ['IMG', 'busybox'],
        ['TAG', '9'],
        ['DIR', '/from/arg'],
        ['UNSET', 'set'],
        ['foo', 'a b'],
        ['HOME', '/h'],
        ['PATH', '/p'],
        ['é', 'ü'],
      ],
      ...[
        ['TARGETARCH', 'mips'],
        ['TARGETPLATFORM', 'linux/mips'],
        ['BUILDPLATFORM', 'linux/s390x'],
        ['TARGETSTAGE', 'x'],
      ],
      ...[
        ['HTTP_PROXY', 'http://p:1'],
        ['https_proxy', 'http://q:2'],
        ['NO_PROXY', 'a,b'],
        ['no_proxy', 'c'],
        ['ALL_PROXY', 'socks5://s'],
        ['FTP_PROXY', 'f'],
        ['Http_Proxy', 'mixed'],
      ],
      ...[
        ['SOURCE_DATE_EPOCH', '1700000000'],
        ['SOURCE_DATE_EPOCH', '0'],
        ['BUILDKIT_CACHE_MOUNT_NS', 'ns'],
        ['BUILDKIT_SANDBOX_HOSTNAME', 'sandbox'],
        ['BUILDKIT_CONTEXT_KEEP_GIT_DIR', '1'],
        ['BUILDKIT_INLINE_CACHE', '1'],
      ],
      ...[
        ['BUILDKIT_DOCKERFILE_CHECK', 'skip=all'],
        ['BUILDKIT_DOCKERFILE_CHECK', 'error=true'],
        ['BUILDKIT_MULTI_PLATFORM', '1'],
        ['BUILDKIT_SYNTAX', 'docker/dockerfile:1'],
        ['BUILDKIT_GIT_ADVICE', 'true'],
      ],
      ...(r.chance(0.05)
        ? [
            ['SOURCE_DATE_EPOCH', 'never'],
            ['BUILDKIT_CONTEXT_KEEP_GIT_DIR', 'maybe'],
            ['BUILDKIT_DOCKERFILE_CHECK', 'what'],
            ['BUILDKIT_GIT_ADVICE', 'x'],
          ]
        : []),
    ] as [string, string][]);
    args[name] = value;
  }
  return args;
}

function stageNames(text: string): string[] {
  const named = [...text.matchAll(/^[ \t]*from[ \t].*[ \t]as[ \t]+(\S+)/gim)].map((match) => match[1]!);
  return [...named, ...named.map((name) => name.toUpperCase()), '0', '1', 'nope', 'alpine'];
}

const dockerignores = [
  'node_modules\n*.log\n',
  '',
  '# only a comment\n',
  '/abs\n!keep\n  spaced  \n',
  '**/*.md\n\n\n!README.md\n',
  '\ufeffa\n',
  'a<b>&c\n',
  '../x\n',
  'a/./b//c/\n',
  '!\n',
  'Dockerfile\n.dockerignore\n',
  '*\r\n!src\r\n',
  '[\n',
  'é\n',
];

const namedContexts: readonly (readonly [string, string])[] = [
  ['alpine', 'docker-image://busybox'],
  ['alpine', `docker-image://busybox@sha256:${'34'.repeat(32)}`],
  ['alpine:3.20', 'docker-image://rich:tag'],
  ['alpine::linux/arm64', 'docker-image://busybox:arm'],
  ['busybox', 'https://github.com/a/b.git#main'],
  ['base', 'local:dir'],
  ['build', 'https://example.com/x.tar.gz'],
  ['ubuntu:24.04', 'local:dir'],
  ['golang', 'docker-image://hollow'],
  ['foo', 'git://example.com/y.git?ref=v2'],
  ['scratch', 'docker-image://alpine'],
  ['stage0', 'docker-image://alpine:edge'],
  ['rich', 'docker-image://trigger'],
  ['base', 'input:x'],
  ['base', 'docker-image://a:b:c'],
  ['base', 'bogus://x'],
  ['base', 'target:y'],
  ['s1', `oci-layout://store@sha256:${'56'.repeat(32)}`],
];

const layer = `sha256:${'0'.repeat(64)}`;
const rootfs = { type: 'layers', diff_ids: [layer] };

/** Images that carry more than the stub does: settings, triggers, no layers, another system, or an error. */
const specialImages: Readonly<Record<string, ImageAnswer>> = {
  'docker.io/library/rich:latest': {
    config: {
      created: '2024-01-02T03:04:05Z',
      author: 'A <&> B',
      architecture: 'amd64',
      os: 'linux',
      config: {
        User: '1000:1000',
        Env: ['PATH=/rich/bin:/bin', 'FOO=rich', 'EMPTY=', 'NOEQ'],
        WorkingDir: '/rich',
        Shell: ['/bin/bash', '-eo', 'pipefail', '-c'],
        Entrypoint: ['/entry'],
        Cmd: ['run'],
        ExposedPorts: { '80/tcp': {}, '53/udp': {} },
        Volumes: { '/data': {} },
        Labels: { base: 'rich', a: 'from base' },
        StopSignal: 'SIGINT',
        Healthcheck: { Test: ['CMD', 'x'], Interval: 1000000000 },
      },
      rootfs,
      history: [
        { created_by: 'one', comment: 'c' },
        { created_by: 'two', empty_layer: true },
      ],
    },
  },
  'docker.io/library/rich:tag': {
    ref: 'docker.io/library/renamed:tag',
    digest: `sha256:${'78'.repeat(32)}`,
    config: {
      architecture: 'arm64',
      variant: 'v8',
      os: 'linux',
      config: { Env: ['A=1'], WorkingDir: 'relative/dir', User: 'app' },
      rootfs,
    },
  },
  'docker.io/library/trigger:latest': {
    config: {
      architecture: 'amd64',
      os: 'linux',
      config: {
        Env: ['PATH=/bin'],
        OnBuild: [
          'RUN echo $FOO',
          'COPY --from=alpine /x /y',
          'ENV FROMTRIGGER=1 FOO=trigger',
          'WORKDIR sub',
          'ADD https://example.com/x /x',
        ],
      },
      rootfs,
    },
  },
  'docker.io/library/hollow:latest': {
    config: { architecture: 'amd64', os: 'linux', config: { Env: ['H=1'] }, rootfs: { type: 'layers', diff_ids: [] } },
  },
  'docker.io/library/winbase:latest': {
    config: {
      architecture: 'amd64',
      os: 'windows',
      'os.version': '10.0.20348.1',
      config: { Env: ['A=b'], WorkingDir: 'C:\\work', User: 'ContainerUser' },
      rootfs,
    },
  },
  'docker.io/library/broken:latest': { error: 'docker.io/library/broken:latest: not found' },
};

/** The answers for the images that a text may name; undefined where it names none of them. */
export function imagesFor(text: string): Readonly<Record<string, ImageAnswer>> | undefined {
  return /rich|trigger|hollow|winbase|broken/.test(text) ? specialImages : undefined;
}
