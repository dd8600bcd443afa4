// What each release of the frontend has, by what SyntaxTooOld says of a line, beside what the releases themselves said.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { snippets } from '../../../../conformance/frontends/snippets.ts';
import { analyzeJob } from '../../node/convert.ts';
import { type Since, since } from './frontends.ts';
import { rule } from './SyntaxTooOld.ts';

const said = (syntax: string, line: string, buildArgs = {}): string[] => {
  const analysis = analyzeJob({
    id: 'frontend',
    dockerfile: `# syntax=${syntax}\nFROM debian:12\n${line}\n`,
    buildArgs,
  });
  return (rule.detect?.(analysis) ?? []).map((f) => analysis.text.slice(f.span.start, f.span.end));
};

// What stands in the table of SyntaxTooOld, and the snippet of conformance/frontends that has it and nothing else of the kind.
const snippetOf: Readonly<Record<keyof typeof since, readonly string[]>> = {
  mount: ['RUN --mount=type=bind', 'RUN --mount=type=cache', 'RUN --mount=type=secret', 'RUN --mount=type=ssh'],
  severalArguments: ['ARG, several'],
  chmod: ['COPY --chmod', 'ADD --chmod'],
  network: ['RUN --network'],
  link: ['COPY --link', 'ADD --link'],
  heredoc: ['COPY heredoc', 'ADD heredoc', 'RUN heredoc'],
  tmpfsSize: ['RUN --mount=type=tmpfs, size'],
  keepGitDir: ['ADD --keep-git-dir'],
  checksum: ['ADD --checksum'],
  startInterval: ['HEALTHCHECK --start-interval'],
  secretEnv: ['RUN --mount=type=secret, env'],
  symbolicChmod: ['COPY --chmod, letters'],
  unpack: ['ADD --unpack'],
  exclude: ['COPY --exclude', 'ADD --exclude'],
  parents: ['COPY --parents'],
  security: ['RUN --security'],
  device: ['RUN --device'],
};

interface Told {
  readonly name: string;
  readonly minor: number;
  readonly channel: keyof Since;
  readonly refused: Readonly<Record<string, string>>;
}

const recorded = join(import.meta.dirname, '../../../../conformance/frontends/facts.json');
const facts: Record<string, Record<string, string>> = JSON.parse(readFileSync(recorded, 'utf8'));
const told = Object.entries(facts).map(([name, refused]): Told => {
  const channel = name.endsWith('-labs') ? 'labs' : 'stable';
  return { name, minor: Number(name.split('.')[1]), channel, refused };
});
const newest = Math.max(...told.map(({ minor }) => minor));

describe('the table is what the releases said', () => {
  test('of many releases', () => expect(told.length).toBeGreaterThanOrEqual(50));

  for (const [feature, names] of Object.entries(snippetOf))
    for (const name of names)
      for (const channel of ['stable', 'labs'] as const)
        test(`${name}, ${channel}`, () => {
          // Releases 1.2 to 1.9 pass over a mode in letters, which is no better.
          const refuses = ({ minor, refused }: Told) =>
            name in refused || (feature === 'symbolicChmod' && minor < since.symbolicChmod[channel]);
          const has = told
            .filter((release) => release.channel === channel && !refuses(release))
            .map(({ minor }) => minor);
          const first = since[feature as keyof typeof since][channel];
          expect(Math.min(...has, newest + 1)).toBe(Math.min(first, newest + 1));
          for (let minor = first; minor <= newest; minor++) expect(has).toContain(minor);
        });
});

describe('every release is told apart by the rule', () => {
  for (const [feature, names] of Object.entries(snippetOf))
    for (const name of names)
      test(name, () => {
        const lines = (snippets[name] as string).split('\n').slice(1).join('\n');
        for (const { name: release, minor, channel } of told) {
          const refused = minor < since[feature as keyof typeof since][channel];
          expect([release, said(`docker/dockerfile:${release}`, lines).length > 0]).toEqual([release, refused]);
        }
        for (const syntax of [
          'docker/dockerfile:1',
          'docker/dockerfile',
          'docker/dockerfile:1-labs',
          'acme/frontend:1.0',
        ])
          expect([syntax, said(syntax, lines)]).toEqual([syntax, []]);
      });
});

describe('real builds with old frontends fail where the rule speaks', () => {
  const file = join(import.meta.dirname, '../../../../conformance/frontends/builds.json');
  const { builds }: { builds: { syntax: string; line: string; ok: boolean }[] } = JSON.parse(
    readFileSync(file, 'utf8'),
  );
  test.each(builds)('$syntax: $line', ({ syntax, line, ok }) => {
    expect(said(syntax, line).length > 0).toBe(!ok);
  });
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
