// Random Dockerfiles from a grammar, and random ways to ask for their build. The seed decides everything.
import { instruction, runLine } from './grammar.ts';
import { type Job, withText } from './job.ts';
import { randomOptions } from './options.ts';
import { type Random, random } from './random.ts';
import { either, images, platforms, type Scope, some, variables } from './words.ts';

/** The job of a seed. About a third of the files have something that BuildKit refuses. */
export function generate(seed: number): Job {
  const r = random(seed);
  const text = randomDockerfile(r);
  return withText({ id: `seed-${seed}`, ...randomOptions(r, text) }, text);
}

function randomDockerfile(r: Random): string {
  const lines: string[] = [];
  const esc = directives(r, lines);
  const scope: Scope = { r, esc, stages: [] };
  for (let n = r.pick([0, 0, 0, 1, 1, 2, 3]); n > 0; n--) lines.push(`ARG ${metaArg(r)}`);
  if (r.chance(0.005)) lines.push(instruction(scope));
  const count = r.pick([1, 1, 1, 2, 2, 3, 4, 6]);
  for (let i = 0; i < count; i++) {
    const name = count > 1 || r.chance(0.3) ? stageName(r, i) : '';
    lines.push(from(scope, name));
    for (let n = r.below(r.chance(0.1) ? 16 : 8); n > 0; n--) {
      lines.push(decorated(scope, instruction(scope)));
      if (r.chance(0.08))
        lines.push(r.pick(['', '# c', '  # indented', '#', '#\tx', '   ', `# ${esc}`, '#!/bin/sh', '# syntax=late']));
    }
    if (name) scope.stages.push(r.chance(0.97) ? name.toLowerCase() : name);
  }
  if (r.chance(0.002)) return '';
  return encoded(r, lines.join('\n'));
}

/** The same lines as different editors save them. */
function encoded(r: Random, lines: string): string {
  let text = lines;
  if (r.chance(0.85)) text += '\n';
  if (r.chance(0.05)) text = text.replaceAll('\n', '\r\n');
  else if (r.chance(0.01)) text = text.replaceAll('\n', () => (r.chance(0.3) ? '\r\n' : '\n'));
  if (r.chance(0.02)) text = `\ufeff${text}`;
  if (r.chance(0.005)) text = text.replace(/[a-z]/, '\udcff');
  return text;
}

/** Directives and comments at the top; returns the escape character that they set. */
function directives(r: Random, lines: string[]): string {
  if (r.chance(0.02)) lines.push(r.pick(['#!/usr/bin/env docker', '', '\n', '#', '# plain']));
  if (r.chance(0.05)) {
    lines.push(
      either(
        r,
        '# syntax=docker/dockerfile:1 | #syntax = docker/dockerfile:1-labs | # SYNTAX=docker/dockerfile:1.4 | // syntax=docker/dockerfile:1 | # syntax=docker/dockerfile:1\n# check=skip=all | #syntax=',
        '# syntax=a\n# syntax=b | {"syntax": "docker/dockerfile:1"}',
      ),
    );
  }
  let esc = '\\';
  if (r.chance(0.1)) {
    const line = either(
      r,
      '# escape=` | #escape=` | # escape = ` | # Escape=` | # escape=\\',
      '# escape=x | # escape= | # escape=``',
    );
    if (line.endsWith('`')) esc = '`';
    lines.push(line);
  }
  if (r.chance(0.05)) {
    lines.push(
      either(
        r,
        '# check=skip=JSONArgsRecommended | #check=skip=all;error=true | # check=experimental=all | # check=skip=none | # check=skip=StageNameCasing,FromAsCasing | # check=experimental=InvalidDefinitionDescription;skip=UndefinedVar',
        '# check=bogus | # check=error=maybe | # check=error=true',
      ),
    );
  }
  if (r.chance(0.05)) lines.push(r.pick(['# just a comment', '# not a directive', '# escape=`', '']));
  return esc;
}

function metaArg(r: Random): string {
  const value = some(r, 'alpine | 3.20 | x | linux/amd64 | /opt |  | base | é | "q v" | \'s q\'');
  return r.pick([
    () => `${some(r, variables)}=${value}`,
    () => `${some(r, variables)}=\${${some(r, variables)}:-alpine}`,
    () =>
      some(
        r,
        'IMG=alpine | TAG=3.20 IMG=busybox | IMG=${IMG2:-busybox} TAG | IMG2=a:b | W=1 | TARGETARCH=override | DIR=/opt/$FOO',
      ),
    () =>
      either(
        r,
        'VER=${FOO#f}${FOO%o} | A | HTTP_PROXY=http://proxy.example:3128 | SOURCE_DATE_EPOCH=1700000000',
        'TARGETSTAGE=x | SOURCE_DATE_EPOCH=yesterday |  | =x | VER=${FOO | TARGETPLATFORM | 1=2',
      ),
  ])();
}

function stageName(r: Random, i: number): string {
  if (r.chance(0.004)) return some(r, 'scratch | 1x | a b | x/y | 0 | -a | context | é | a$FOO');
  return some(
    r,
    `stage${i} | build | base | dev | final | t.e-s_t | deps | s${i} | linux-amd64 | alpine | img${r.chance(0.1) ? ' | Build' : ''}`,
  );
}

function from(scope: Scope, name: string): string {
  const { r, stages } = scope;
  const platform = either(r, platforms, '$UNSET | a/b/c/d | bogus | linux/ | / | linux/amd64/ | foo/bar | ""');
  const flag = r.chance(0.15) ? `--platform=${platform} ` : '';
  let base = r.chance(0.75)
    ? some(r, images)
    : either(
        r,
        '${IMG:-alpine} | alpine:${TAG:-1} | alpine:${TARGETARCH:-1}',
        '${IMG:-$TAG} | $IMG | 0 | 1 | target | ${FOO',
      );
  if (stages.length > 0 && r.chance(0.4)) base = r.pick(stages);
  if (stages.length > 0 && r.chance(0.02)) base = base.toUpperCase();
  if (r.chance(0.01))
    base = some(
      r,
      'FooBar | a:b:c | UPPER/case | alpine@sha256:12 | -x | a b | :tag | broken |  | "alpine" | é | alpine: | http://x',
    );
  const as = name ? `${r.pick([' AS ', ' AS ', ' as ', ' As ', '  AS\t'])}${name}` : '';
  const keyword = some(r, 'FROM | FROM | FROM | FROM | from | From');
  const extra = r.chance(0.003) ? r.pick([' extra', ' AS', ' as b c', ' --x=1', ' FROM']) : '';
  const wrong = r.chance(0.003) ? r.pick(['--plat=linux ', '--platform ', '--x ', '-- ']) : '';
  return `${keyword} ${wrong}${flag}${base}${as}${extra}`;
}

/** The line as a person may type it: other case, blanks around it, a continuation in the middle. */
function decorated(scope: Scope, line: string): string {
  const { r, esc } = scope;
  let text = line;
  const space = text.indexOf(' ');
  if (r.chance(0.04) && space > 0) {
    const keyword = text.slice(0, space);
    text = (r.chance(0.5) ? keyword[0]!.toLowerCase() + keyword.slice(1) : keyword.toLowerCase()) + text.slice(space);
  }
  if (!text.includes('<<') && r.chance(0.06)) {
    const at = text.indexOf(' ', 1 + r.below(text.length));
    if (at > 0) {
      const between = r.pick(['', '', '', '# in between\n', '\n', '  # indented\n', '#\n\n']);
      text = `${text.slice(0, at)} ${esc}${r.pick(['', '', ' ', '\t '])}\n${between}${r.pick(['', '  ', '\t'])}${text.slice(at + 1)}`;
    }
  }
  if (r.chance(0.05)) text = r.pick(['  ', '\t', '', ' \t ']) + text;
  if (r.chance(0.003)) text = r.pick(['\v', '\u00a0', '\f', '\u3000', '\u0085', '\u2028', '\0']) + text;
  if (r.chance(0.05) && !text.includes('<<')) text += r.pick([' ', '\t', '  ']);
  if (r.chance(0.008) && !text.includes('<<')) text += r.pick([` ${esc}`, esc, esc + esc, `${esc}\n${esc}\n`]);
  if (r.chance(0.001)) text = `${runLine(scope)} ${'x'.repeat(r.pick([65_000, 65_520, 66_000]))}`;
  return text;
}
