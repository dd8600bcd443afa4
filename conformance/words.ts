// The small vocabulary of random Dockerfiles, and how to draw from it.
import type { Random } from './random.ts';

/** Where in a random file we are. */
export interface Scope {
  readonly r: Random;
  /** The escape character. */
  readonly esc: string;
  /** Names of the stages so far. */
  readonly stages: string[];
}

const lists = new Map<string, string[]>();

/** One of several, which are written in one string with ` | ` between them. */
export function some(r: Random, list: string): string {
  let items = lists.get(list);
  if (!items) {
    items = list.split(' | ');
    lists.set(list, items);
  }
  return r.pick(items);
}

/** Mostly one of the good, rarely one that BuildKit refuses, or takes for something else. */
export function either(r: Random, good: string, bad: string): string {
  return some(r, r.chance(0.03) ? bad : good);
}

export const variables =
  'FOO | BAR | BAZ | VER | foo | DIR | UNSET | HOME | PATH | IMG | TAG | N_1 | TARGETARCH | TARGETPLATFORM | TARGETOS | TARGETVARIANT | TARGETSTAGE | BUILDPLATFORM | BUILDARCH | BUILDOS';

export const images = `alpine | alpine:3.20 | busybox | ubuntu:24.04 | debian:bookworm-slim | golang:1.23-alpine | python | scratch | docker.io/library/node:20 | docker.io/foo/bar | index.docker.io/library/redis | ghcr.io/a/b:c | localhost:5000/x/y | localhost:5000/x/y:z | reg.example.com:443/foo | tonistiigi/xx | a/b/c | rich | rich:tag | trigger | hollow | winbase | mcr.microsoft.com/windows/nanoserver:ltsc2022 | alpine@sha256:${'ab'.repeat(32)} | alpine:3.20@sha256:${'cd'.repeat(32)}`;

export const platforms =
  '$BUILDPLATFORM | $BUILDPLATFORM | ${TARGETPLATFORM} | $TARGETPLATFORM | linux/amd64 | linux/arm64 | linux/arm64/v8 | linux/arm/v7 | linux/arm | linux/arm/v6 | windows/amd64 | windows(10.0.17763)/amd64 | linux/386 | linux | amd64 | darwin/arm64 | linux/amd64/v2 | $TARGETOS/arm64';

const plain = 'x | y1 | abc | 1.0 | a.b | dir/sub | é | 日本 | 😀 | a-b_c | 0 | v1.2.3 | foo.tar.gz | - | @ | %s | ~';

/** A word for the shell lexer: plain, a variable, or an expansion with a modifier, maybe nested. */
export function word(scope: Scope, depth = 0): string {
  const { r, esc } = scope;
  const name = some(r, variables);
  const k = r.next();
  if (k < 0.3) return some(r, plain);
  if (k < 0.44) return `$${name}`;
  if (k < 0.58) return `\${${name}}`;
  if (k < 0.78 && depth < 3)
    return `\${${name}${some(r, ':- | - | :+ | +')}${r.chance(0.7) ? word(scope, depth + 1) : ''}}`;
  if (k < 0.785) return `\${${name}${some(r, ':? | ?')}${some(r, 'err | not set | ')}}`;
  if (k < 0.86)
    return `\${${name}${some(r, '# | ## | % | %%')}${either(r, '*/ | v | .* | a? | *. | \\* | * | ? | / | a*b', '[a] | \\ | $FOO | ')}}`;
  if (k < 0.92)
    return `\${${name}${some(r, '/ | // | / | //')}${either(r, 'a | . | / | * | b? | \\/', '$BAR | [ |  | #a | %a')}/${some(r, ' | Z | - | $BAR | \\\\ | &')}}`;
  if (r.chance(0.4)) {
    return either(
      r,
      `${esc}$${name} | '$${name}' | "$${name}" | "a${esc}"b" | 'a b' | "a b" | ${esc} x | "${esc}$x" | a${esc}${esc}b | $$ | $1 | $ | $@ | $? | "" | '' | $é | $${name}$${name}`,
      `\${ | \${} | \${FOO | \${FOO:} | \${FOO:x} | \${ FOO} | \${FOO!x} | "unclosed | 'unclosed | \${FOO:-"}"} | \${1} | \${FOO/a} | \${FOO//} | " | ' | '${esc}'`,
    );
  }
  return `"$${name}"`;
}

export function words(scope: Scope): string {
  let text = '';
  for (let n = 1 + scope.r.below(3); n > 0; n--) text += word(scope);
  return text;
}

/** A stage's name mostly, else one of the list. */
export function stageOr(scope: Scope, list: string): string {
  return scope.stages.length > 0 && scope.r.chance(0.7) ? scope.r.pick(scope.stages) : some(scope.r, list);
}
