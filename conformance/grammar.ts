// Random instructions: every instruction of a Dockerfile with every flag, mostly well-formed.
import type { Random } from './random.ts';
import { either, type Scope, some, stageOr, variables, word, words } from './words.ts';

type Production = (scope: Scope, onbuild: boolean) => string;

const productions: readonly (readonly [weight: number, make: Production])[] = [
  [20, runLine],
  [6, (scope, onbuild) => (onbuild && scope.r.chance(0.95) ? runLine(scope) : heredocRun(scope))],
  [18, copyLine],
  [4, (scope, onbuild) => (onbuild && scope.r.chance(0.95) ? copyLine(scope) : heredocCopy(scope))],
  [5, addRemote],
  [9, (scope) => `ENV ${envPairs(scope)}`],
  [8, (scope) => `ARG ${argNames(scope)}`],
  [5, workdir],
  [
    4,
    ({ r }) =>
      `USER ${either(r, 'root | 1000 | 1000:1000 | app | $FOO | ${UNSET:-u}:g | app:grp | : | "q" | 0 | :5', 'a b |  | ${FOO')}`,
  ],
  [4, (scope) => `LABEL ${labels(scope)}`],
  [3, expose],
  [
    3,
    ({ r }) =>
      `VOLUME ${either(r, '/data | ["/a","/b"] | /a /b | /v | /w | /data/ | ["/a", "/a"] | /a:/b | ${DIR:-/d}', '"" | [] | $DIR | [ "/a" , "" ] | ')}`,
  ],
  [
    3,
    ({ r }) =>
      `CMD ${r.chance(0.4) ? jsonArray(r) : either(r, 'echo $FOO | ["a" |  | npm start | [ "a" , "b" ] |   spaced   out   | [] | ["a\\u0000b"] | ["\\ud800"]', '{"a": 1} | [1]')}`,
  ],
  [
    2,
    ({ r }) =>
      `ENTRYPOINT ${r.chance(0.4) ? jsonArray(r) : some(r, 'exec top -b | ["sh","-c"] | [] | ./run $X |  | ["é","<&>"]')}`,
  ],
  [2, healthcheck],
  [
    1.5,
    ({ r }) =>
      `SHELL ${either(r, '["/bin/bash","-c"] | ["powershell","-Command"] | ["/bin/sh", "-ec"] | ["cmd", "/S", "/C"] | ["bash","-o","pipefail","-c"] | ["a b","c"] | [""]', '/bin/bash | [] |  | ["a", 1]')}`,
  ],
  [
    1.5,
    ({ r }) =>
      `STOPSIGNAL ${either(r, 'SIGTERM | 9 | SIGKILL | term | SIGRTMIN+3 | SIGINT | ${VER:-15} | rtmax-1', '$FOO | BOGUS | -1 | 999 |  | SIGTERM x')}`,
  ],
  [0.7, ({ r }) => `MAINTAINER ${some(r, 'Jane <j@x.y> | me | "q" | $FOO | a  b')}`],
  [
    2,
    (scope, onbuild) => `ONBUILD ${onbuild || scope.r.chance(0.03) ? badTrigger(scope.r) : instruction(scope, true)}`,
  ],
  [
    0.2,
    ({ r }) =>
      some(
        r,
        'RUNN x | FRO alpine | COPY foo | ENV | BOGUS | COPY | ADD a | RUN | ARG | LABEL | SHELL | HEALTHCHECK | RUN --mount | WORKDIR | Env a | "RUN" x | COPY --from | RUN -- | EXPOSE',
      ),
  ],
  [
    0.2,
    ({ r }) =>
      some(
        r,
        'RUN -- ls | RUN --network=none --network=host x | COPY --chown=1 --chown=2 a b | COPY -- a b | RUN --mount=type=tmpfs,target=/a --mount=type=tmpfs,target=/a x | ADD --link --link=false a b',
      ),
  ],
  [
    0.4,
    ({ r }) =>
      some(r, 'RUN -- | RUN --flag | COPY a -- b | CMD --x | ENV --a=b c | WORKDIR --x | RUN "a" "b" | FROM scratch'),
  ],
];
const totalWeight = productions.reduce((sum, [weight]) => sum + weight, 0);

export function instruction(scope: Scope, onbuild = false): string {
  let at = scope.r.next() * totalWeight;
  for (const [weight, make] of productions) {
    at -= weight;
    if (at < 0) return make(scope, onbuild);
  }
  return 'RUN true';
}

function badTrigger(r: Random): string {
  return some(
    r,
    'RUN x | FROM x | MAINTAINER x | ONBUILD RUN x |  | BOGUS | RUN <<EOF\na\nEOF | COPY <<EOF /x\na\nEOF',
  );
}

export function runLine(scope: Scope): string {
  return `RUN ${runFlags(scope)}${scope.r.chance(0.12) ? jsonArray(scope.r) : shellCommand(scope)}`;
}

function runFlags(scope: Scope): string {
  const { r } = scope;
  let flags = '';
  while (r.chance(0.25)) flags += `${mount(scope)} `;
  if (r.chance(0.04))
    flags += `${either(r, '--network=none | --network=host | --network=default | --security=insecure | --security=sandbox', '--network=bogus | --security=x | --network=$FOO | --network')} `;
  if (r.chance(0.002)) flags += `${some(r, '--device=vendor.com/gpu=all | --device=a,required | --mont=x | --mount')} `;
  return flags;
}

function mount(scope: Scope): string {
  const { r } = scope;
  const type = some(r, 'bind | bind | cache | cache | cache | tmpfs | secret | ssh | ');
  const options: string[] = type ? [`type=${type}`] : [];
  const target = either(
    r,
    '/mnt | /cache | rel/path | ./rel | /root/.cache | /a/../b | /x/$FOO | ${DIR}/c | /mnt2 | /m | /t/ | /dev/shm',
    '/ |  | .',
  );
  const add = (chance: number, good: string, bad = good) => {
    if (r.chance(chance)) options.push(either(r, good, bad));
  };
  if (type === 'bind' || type === '') {
    options.push(some(r, 'target= | dst= | destination=') + target);
    add(0.4, 'source=. | src=foo | source=/foo | src=foo/bar | source=$DIR | src=../x | source=/ | src=./a/');
    if (r.chance(0.4)) options.push(`from=${stageOr(scope, 'alpine | busybox:1 | 0 | scratch | nope | rich')}`);
    add(
      0.35,
      'rw | readwrite | ro | readonly | rw=true | rw=false | ro=true | readonly=false | readwrite=0',
      'rw=maybe | ro=',
    );
  } else if (type === 'cache') {
    if (!r.chance(0.01)) options.push(`target=${target}`);
    add(0.4, 'id=foo | id=$FOO | id=a/b | id=${TARGETPLATFORM}-c | id=/ | id="q"');
    add(
      0.5,
      'sharing=locked | sharing=shared | sharing=private | sharing=${UNSET:-private}',
      'sharing=LOCKED | sharing=bogus | sharing=',
    );
    add(0.3, 'uid=1000 | uid=0 | mode=0777 | mode=755 | mode=0', 'uid=$UNSET | mode=9 | uid=-1');
    add(0.15, 'gid=50 | gid=0 | gid=$FOO7', 'gid=x');
    if (r.chance(0.2)) options.push(`from=${stageOr(scope, 'alpine | scratch | hollow')}`);
    add(0.2, 'source=/x | src=y | source=.');
    add(0.15, 'ro | rw | readonly=true');
  } else if (type === 'tmpfs') {
    options.push(`target=${target}`);
    add(
      0.4,
      'size=1024 | size=1m | size=64MB | size=2g | size=5k | size=0 | size=1KiB | size=1.5k',
      'size= 1m | size=-1 | size=x',
    );
  } else if (type === 'secret') {
    options.push(
      either(
        r,
        'id=mysecret | id=aws,target=/root/.aws/creds | target=/run/foo | id=$FOO,env=TOKEN | id=TOK,env=TOK | id=x,required | id=x,required=true,mode=0400 | source=s,target=/t,uid=1,gid=2 | id=npm,target=/n,env=E | src=s | id=a,dst=rel | id=a/b/c | id=x,required=false',
        'required | id=x,mode=zz | id=x,source=y | env=TOK | id=',
      ),
    );
  } else {
    add(
      0.7,
      'id=default | required | target=/tmp/s.sock | id=gh,uid=1000 | mode=0666 | id=x,required=true | gid=5,mode=600 | target=rel.sock',
      'env=X | source=y',
    );
  }
  if (r.chance(0.015))
    options.push(
      some(
        r,
        'bogus=1 | sharing | typ=x | size=zz | from= | type=nope | sharing=shared | env=E | size=1 | target |  | " | id= | required=x',
      ),
    );
  const list = (r.chance(0.1) ? r.shuffled(options) : options).join(',');
  return r.chance(0.03) ? `--mount="${list}"` : `--mount=${list}`;
}

function jsonArray(r: Random): string {
  const items = Array.from({ length: 1 + r.below(3) }, () =>
    some(r, 'sh | -c | echo hi | /bin/app | --flag | a b | é | $FOO | " | \\ |  | 😀 | <&> | \u2028'),
  );
  let text = JSON.stringify(items);
  if (r.chance(0.2))
    text = text.replace(/[\u0080-\uffff]/g, (ch) => `\\u${ch.charCodeAt(0).toString(16).padStart(4, '0')}`);
  if (r.chance(0.06)) text = text.replace('"', "'");
  if (r.chance(0.1)) text = text.replaceAll(',', ' , ');
  if (r.chance(0.02))
    text = text.replace(']', some(r, ',] | ] x |  | , "\\x"] | , "\t"] | , 1] | , null] | , ["a"]] | , true]'));
  return text;
}

function shellCommand(scope: Scope): string {
  const { r, esc } = scope;
  if (r.chance(0.1)) return `set -ex; echo ${words(scope)}`;
  return either(
    r,
    `echo hi | make  -j4 | apk add --no-cache curl && rm -rf /x | echo "$FOO" '$BAR' > f | true | echo é ü 日本 | cd /x && ./configure --prefix=$DIR | python -c "print(1)" | echo {a,b} > $HOME/x | echo \${FOO:-x} | cat < /dev/null | echo $((1<<2)) | [ -f x ] && y | a "b | echo \${FOO | ls -la ${esc}\n    && echo b ${esc}\n# comment inside\n    && echo c | echo a ${esc}\n\n  b | echo ${esc}  \n cont | a ${esc}\n# c1\n  # c2\n ${esc}\n b | a ${esc}\n${esc}\nb`,
    `[["a"]] | echo x${esc}${esc} | [1, 2] | `,
  );
}

const bodies =
  'echo hello\n | #!/bin/sh\necho $FOO\n | #!/usr/bin/env python3\nprint("x")\n | line1\n\tline2 $FOO\n\n | a\\nb\n$BAR ${FOO:-x}\n | \n |  |   indented\n | \ttab\n | é 😀\n | x\\\ny\n | # comment\nRUN x\n | "q" \'s\' `b`\n | \\$FOO $\n | ${FOO%o} ${BAR//a/b}\n | <<X\n | #!/bin/bash -e\n |  #!/x\n';

function heredoc(r: Random): { open: string; body: string } {
  const name = some(r, 'EOF | EOT | FILE1 | E | x_y');
  const quote = some(r, ' |  |  | \' | "');
  const dash = some(r, ' |  | -');
  const fd = r.chance(0.04) ? some(r, '3 | 0 | 12') : '';
  const body = either(r, bodies, '${UNSET:?oops}\n | ${\n');
  const close = r.chance(0.005)
    ? r.pick(['', 'EO', `${name} `, `x${name}`])
    : dash && r.chance(0.5)
      ? `\t\t${name}`
      : name;
  return { open: `${fd}<<${dash}${quote}${name}${quote}`, body: `${body}${close}` };
}

function heredocRun(scope: Scope): string {
  const { r } = scope;
  const first = heredoc(r);
  const flags = runFlags(scope);
  const open = first.open;
  if (r.chance(0.12)) {
    const second = heredoc(r);
    return `RUN ${flags}${r.pick([`${open} ${second.open}`, `cat ${open} - ${second.open}`, `${open} cat ${second.open}`])}\n${first.body}\n${second.body}`;
  }
  const command = either(
    r,
    `${open} | ${open} | ${open} cat | cat ${open} > /f | python3 ${open} | ${open} && x`,
    `"${open}" | a;${open} | [ "${open}" ] | (${open}) | ["${open}"] | ${open}x | ${open.replace('<<', '<< ')} | <${open}`,
  );
  return `RUN ${flags}${command}\n${first.body}`;
}

function heredocCopy(scope: Scope): string {
  const { r } = scope;
  const command = r.chance(0.7) ? 'COPY' : 'ADD';
  const flags = r.chance(0.5) ? copyFlags(scope, command) : '';
  const first = heredoc(r);
  if (r.chance(0.2)) {
    const second = heredoc(r);
    return `${command} ${flags}${first.open} ${second.open} ${either(r, '/dest/ | /d/', '/d')}\n${first.body}\n${second.body}`;
  }
  const source = r.chance(0.1) ? either(r, `foo ${first.open} | ${first.open} foo`, `["${first.open}"]`) : first.open;
  return `${command} ${flags}${source} ${some(r, '/dest | dest | /dest/ | $DIR/ | /d/. | / | "/q"')}\n${first.body}`;
}

function copyFlags(scope: Scope, command: string): string {
  const { r } = scope;
  let flags = '';
  if (r.chance(0.14))
    flags += `${either(r, '--link | --link | --link=true | --link=false', '--link=maybe | --link= | --Link')} `;
  if (r.chance(0.2))
    flags += `--chown=${either(r, '1000 | 1000:1000 | root | root:root | app:app | ${UNSET:-5}:6 | 0:0 | user | 65534:nogroup | :5 | 1000: | "1:2" | Root | ${FOO:-a}:b', '-1 | 4294967296 | a:b:c |  | +5 | 0x1 | 1_0 | $FOO | :')} `;
  if (r.chance(0.15))
    flags += `--chmod=${either(r, '755 | 0644 | 1777 | 7777 | u+x | a=rX | go-w | u=rwX,go=rX | +x | 644 | 07777 | 0 | u=g | a+s', '$VER | 99999 | 0x1 | 8 | -1 | z+x |  | u+ | =')} `;
  if (command === 'COPY' && r.chance(0.35))
    flags += `--from=${r.chance(0.03) ? some(r, '$FOO | nope | STAGE0 | "build" | 99 |  | -1 | ${UNSET:-alpine} | self | A B') : stageOr(scope, 'alpine | busybox:latest | 0 | ghcr.io/x/y | golang | rich | scratch | busybox | trigger')} `;
  while (r.chance(0.06))
    flags += `--exclude=${either(r, '*.md | **/node_modules | !x | a/b | "q r" | ${DIR:-d}/*', '$FOO | / |  | [ | ..')} `;
  if (command === 'COPY' && r.chance(0.05)) flags += `${some(r, '--parents | --parents=true | --parents=false')} `;
  if (command === 'ADD' && r.chance(0.05)) flags += `${some(r, '--unpack | --unpack=false | --unpack=true')} `;
  if (r.chance(0.003))
    flags += `${some(r, '--chmd=1 | --form=x | --keep-git-dir | --unpack | --checksum=sha256:x | --from=a | --parents | --chown | --exclude')} `;
  return flags;
}

function copyLine(scope: Scope): string {
  const { r } = scope;
  const command = r.chance(0.75) ? 'COPY' : 'ADD';
  const flags = copyFlags(scope, command);
  const sources = Array.from({ length: r.pick([1, 1, 1, 2, 3]) }, () => path(scope));
  const to = destination(scope, sources.length > 1);
  if (r.chance(0.12)) return `${command} ${flags}${JSON.stringify([...sources, to])}`;
  return `${command} ${flags}${sources.join(r.chance(0.1) ? '  ' : ' ')} ${to}`;
}

function path(scope: Scope): string {
  const { r } = scope;
  if (r.chance(0.03)) return `src/${word(scope)}`;
  return either(
    r,
    '. | ./ | / | foo | foo/ | ./foo | ../foo | foo/bar | /foo/bar | foo//bar | /foo/./bar/../baz | *.go | foo* | f?o | [ab]c | foo/**/x | a/ | /a/. | dir/. | ~ | ${DIR:-d} | ${DIR}/x | foo.tar.gz | ${FOO:-src}/ | ab | abc | .dockerignore | Ünïcode | a<b&c> | /./ | .. | ../.. | ./* | ** | a[[]b | x/./y | - | package*.json | 😀 | z | "foo"',
    '$DIR | [a- | --from | \\* | C:/foo | $UNSET',
  );
}

/** Where to; a folder for several sources. */
function destination(scope: Scope, folder: boolean): string {
  const { r } = scope;
  if (folder && !r.chance(0.02))
    return some(r, '/ | /dest/ | ./ | dest/ | ${DIR}/ | /usr/local/bin/ | /app/ | /srv/$FOO/ | /a//b/');
  return either(
    r,
    '/ | /dest | /dest/ | . | ./ | dest | dest/ | /a/b/../c | ${DIR:-d} | ${DIR}/ | /x/. | .. | /a//b | ../../z | ~/ | /usr/local/bin | /ü/ | "/q" | /srv/$FOO/ | C:\\x',
    '$DIR | $UNSET',
  );
}

const commit = '0123456789'.repeat(4);
const files =
  'https://example.com/foo.tar.gz | http://example.com/a/b/?q=1 | https://example.com | https://example.com/ | https://example.com/$FOO.tgz | https://e.com/a%20b | https://example.com/x.git/y | https://example.com/a?x=/y/z | https://example.com/a#frag | https://u:p@example.com/x | https://example.com/%2F | https://example.com/é | https://example.com/a/..';
const repositories = `https://github.com/moby/buildkit.git | https://github.com/moby/buildkit.git#v0.10.1 | https://github.com/moby/buildkit.git#main:subdir | git://example.com/x.git | git@github.com:a/b.git | git@github.com:a/b.git#v1:sub | https://github.com/a/b.git?ref=main&subdir=x | https://github.com/a/b.git?tag=v1&keep-git-dir=true | https://github.com/a/b.git?branch=x&checksum=${commit} | https://github.com/a/b.git#${commit} | ssh://git@example.com:22/a/b | github.com/a/b | https://github.com/a/b.git?submodules=false | https://github.com/a/b.git?mtime=commit | https://github.com/a/b.git?fetch-by-commit=true | https://github.com/a/b.git#:sub | https://github.com/a/b.git# | https://github.com/$FOO/b.git | https://github.com/a/b.git#refs/pull/1/head`;
const oddUrls =
  'HTTPS://EXAMPLE.com/x | ftp://example.com/x | https://github.com/a/b.git?bogus=1 | https://github.com/a/b.git?ref=a&tag=b | https://github.com/a/b.git?subdir=../x | https://github.com/a/b.git?commit=abc | https://example.com/a.git?checksum=zz | https://github.com/a/b.git?keep-git-dir=no | https://%zz | https://[::1 | http:// | https://example.com:x/';

function addRemote(scope: Scope): string {
  const { r } = scope;
  const url = r.pick([files, repositories]);
  const checksum = url === files ? `sha256:${'ef'.repeat(32)}` : commit;
  let flags = '';
  if (r.chance(0.1)) flags += '--link ';
  if (r.chance(0.15)) flags += `--chown=${some(r, '1000 | a:b | ${FOO:-x}')} `;
  if (r.chance(0.15)) flags += `--chmod=${some(r, '755 | u+x | 0')} `;
  if (url === repositories ? r.chance(0.2) : r.chance(0.005))
    flags += `${some(r, '--keep-git-dir | --keep-git-dir=true | --keep-git-dir=false')} `;
  if (url === files ? r.chance(0.15) : r.chance(0.005))
    flags += `${some(r, '--unpack | --unpack=false | --unpack=true')} `;
  if (r.chance(0.2))
    flags += `--checksum=${either(r, checksum, `sha256:12 | $FOO | sha512:${'a'.repeat(128)} |  | abcdef1 | ${commit}`)} `;
  if (r.chance(0.03)) flags += '--exclude=*.md ';
  const sources = [either(r, url, oddUrls)];
  if (r.chance(0.1)) sources.push(r.chance(0.7) ? some(r, files) : path(scope));
  return `${r.chance(0.99) ? 'ADD' : 'COPY'} ${flags}${sources.join(' ')} ${r.chance(0.8) ? some(r, '/x/ | / | ./ | /a/b/') : destination(scope, sources.length > 1)}`;
}

function envPairs(scope: Scope): string {
  const { r, esc } = scope;
  const name = some(r, variables);
  switch (r.below(8)) {
    case 0:
      return `${name}=${words(scope)}`;
    case 1:
      return `${name}="${words(scope).replace(/["']/g, '')}"`;
    case 2:
      return `${name}${some(r, '  | \t')}some value ${words(scope)}`;
    case 3:
      return `A=${words(scope)} B=${words(scope)} ${name}=c`;
    case 4:
      return `${name}=a${esc} b`;
    default:
      return either(
        r,
        `X='single $FOO' | PATH=$PATH:/opt/bin | K= | A=1 ${esc}\n    B=2 | abc=$A$B\${C} | one=1 | a=b=c | "q"=z | SECRET_TOKEN=x | FOO=\${FOO} FOO=\${FOO}x BAR=$FOO | HTTP_PROXY=x https_proxy=$HTTP_PROXY | FOO=1 BAR=2 FOO=3`,
        '1=2 | a | =x | a=b c | a= b | $FOO=1 | a=b "c | ',
      );
  }
}

function argNames(scope: Scope): string {
  const { r } = scope;
  const name = some(r, variables);
  switch (r.below(8)) {
    case 0:
    case 1:
      return name;
    case 2:
      return `${name}=${words(scope)}`;
    case 3:
      return `FOO=\${FOO:-${word(scope)}}`;
    case 4:
      return `${name}=x ${some(r, variables)}`;
    default:
      return either(
        r,
        `${name}="a b" | Q='$FOO' | API_KEY | Z=$UNSET | HTTP_PROXY | no_proxy | BUILDKIT_INLINE_CACHE | TARGETSTAGE | ${name}= | A=1 B=$A C | SOURCE_DATE_EPOCH | SOURCE_DATE_EPOCH=123 | "FOO=b c"`,
        ' | = | =x | "a" | a b=c | 1 | A=${FOO',
      );
  }
}

function workdir(scope: Scope): string {
  const { r, esc } = scope;
  if (r.chance(0.06)) return `WORKDIR /${words(scope)}`;
  return `WORKDIR ${either(r, `/app | app | ./sub | ../up | / | /a/b/../c | \${DIR:-/d}/x | /with space | "quoted" | C:\\app | C:/app | /a/ | . | ~ | a\\b | a${esc} b | $DIR/y`, ' | $DIR | $UNSET | ${FOO')}`;
}

function labels(scope: Scope): string {
  const { r, esc } = scope;
  if (r.chance(0.1)) return `v=${words(scope)}`;
  return either(
    r,
    `a=b | a="b c" d=e | "com.example"="x" | k v legacy value | multi="l1 ${esc}\nl2" | x.y-z=1 w=$FOO | s='$FOO' | a=1 a=2 | "a b"=c | $FOO=1 | é=ü | a=<&>`,
    'a= b= | a | =b | a="b | a=\' | ""=x',
  );
}

function expose({ r }: Scope): string {
  return `EXPOSE ${either(r, '80 | 80/tcp | 8080-8090 | 53/udp 53/tcp | ${PORT:-3000} | 80:80 | 443/TCP | 1/sctp | 127.0.0.1:80:80 | 3000 $UNSET | 80 80 | 1-3/udp | 8000-8002:9000-9002 | 80/', '$VER | 99999 | 0 | 80-70 | abc | 80/foo |  | 65536 | /tcp | [::1]:80:80 | a:b:c:d')}`;
}

function healthcheck({ r }: Scope): string {
  return `HEALTHCHECK ${either(
    r,
    'NONE | CMD curl -f http://localhost/ | --interval=5m --timeout=3s CMD ["x","y"] | --retries=3 --start-period=1s --start-interval=500ms CMD true | --interval=0s CMD x | none | CMD a | --interval=1m30s CMD x | --retries=0 CMD a | cmd x | --timeout=1h CMD a b | --start-period=0.5s CMD x',
    'CMD | --interval=1 CMD x | FOO x | NONE x | --retries=-1 CMD a | --interval=-1s CMD a | --interval=1us CMD a | --timeout=$FOO CMD a | --bogus=1 CMD a | CMD [] | --interval=1s NONE | --retries=a CMD b',
  )}`;
}
