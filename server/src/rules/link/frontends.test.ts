// What each release of the frontend has, by what SyntaxTooOld says of a line. The releases are those of BuildKit's reference.
import { expect, test } from 'vitest';
import { analyzeJob } from '../../node/convert.ts';
import { rule } from './SyntaxTooOld.ts';

const said = (syntax: string, line: string, buildArgs = {}): string[] => {
  const analysis = analyzeJob({
    id: 'frontend',
    dockerfile: `# syntax=${syntax}\nFROM debian:12\n${line}\n`,
    buildArgs,
  });
  return (rule.detect?.(analysis) ?? []).map((f) => analysis.text.slice(f.span.start, f.span.end));
};

// The line, the last release that refuses it, what is marked.
test.each([
  ['ADD --keep-git-dir=true https://github.com/a/b.git /b/', 0, '--keep-git-dir=true'],
  ['RUN --mount=type=cache,target=/c true', 1, '--mount=type=cache,target=/c'],
  ['COPY --chmod=644 a /a', 1, '--chmod=644'],
  ['RUN --network=none true', 2, '--network=none'],
  ['COPY --link a /a', 3, '--link'],
  ['RUN <<EOF\ntrue\nEOF', 3, '<<EOF'],
  ['COPY <<a /a\nx\na', 3, '<<a'],
  [
    'ADD --checksum=sha256:0000000000000000000000000000000000000000000000000000000000000000 https://a.b/c /c',
    5,
    '--checksum',
  ],
  ['RUN --mount=type=secret,id=a,env=A true', 9, 'env=A'],
  ['COPY --chmod=u+x a /a', 13, 'u+x'],
  ['ADD --unpack=false a.tar /a/', 16, '--unpack=false'],
  ['COPY --exclude=*.md a /a/', 18, '--exclude=*.md'],
  ['COPY --parents a /a/', 19, '--parents'],
  ['RUN --security=insecure true', 19, '--security=insecure'],
  ['RUN --device=x true', 26, '--device=x'],
])('%s', (line, last, mark) => {
  expect(said(`docker/dockerfile:1.${last}`, line).some((text) => text.startsWith(mark))).toBe(true);
  for (const newer of [
    `docker/dockerfile:1.${last + 1}`,
    'docker/dockerfile:1',
    'docker/dockerfile',
    `docker/dockerfile:1.${last}-labs`,
    'acme/frontend:1.0',
  ])
    expect([newer, said(newer, line)]).toEqual([newer, []]);
});

test('a release in full, a registry and a digest are read', () => {
  const digest = 'sha256:0000000000000000000000000000000000000000000000000000000000000000';
  for (const syntax of [
    'docker/dockerfile:1.3.1',
    'docker.io/docker/dockerfile:1.3',
    `docker/dockerfile:1.3@${digest}`,
  ])
    expect(said(syntax, 'COPY --link a /a')).toEqual(['--link']);
  expect(said('docker/dockerfile:1.3', 'COPY --link a /a', { BUILDKIT_SYNTAX: 'docker/dockerfile:1' })).toEqual([]);
});
