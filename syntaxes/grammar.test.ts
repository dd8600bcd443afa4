// Shows what the grammar makes of each fixture, and that nothing it embeds can leak out.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { dockerfileGrammar } from './source/grammar.ts';
import { LANGUAGES } from './source/languages.ts';
import { type Line, show, tokenize } from './tokenize.ts';

const FIXTURES = new URL('fixtures/', import.meta.url);
const names = readdirSync(FIXTURES);

test('the written grammar is that of its source', () => {
  const written = JSON.parse(readFileSync(new URL('dockerfile.tmLanguage.json', import.meta.url), 'utf8'));
  expect(written, 'run: node syntaxes/build.ts && biome format --write syntaxes').toEqual(dockerfileGrammar());
});

describe('fixtures', () => {
  const fixtures = names.filter((name) => !name.endsWith('.snap.txt'));

  test.each(fixtures)('%s', async (name) => {
    const text = readFileSync(new URL(name, FIXTURES), 'utf8').replace(/\n$/, '');
    const lines = await tokenize(text, name.endsWith('.md') ? 'text.host' : 'source.dockerfile');
    await expect(show(lines)).toMatchFileSnapshot(new URL(`${name}.snap.txt`, FIXTURES).pathname);
  });

  test('each snapshot has its fixture', () => {
    const written = readdirSync(FIXTURES).filter((name) => name.endsWith('.snap.txt'));
    expect(written.map((name) => name.replace(/\.snap\.txt$/, ''))).toEqual(fixtures);
  });
});

const OPENERS = ['"', "'", '`', 'x (', 'x {', 'cat<<Y', 'x "\' ( {', '# x "', '$(', '${', '\\\\', '[ "', 'x; (('];

/** The scopes of the first word of the last line. */
async function lastKeyword(text: string): Promise<string> {
  const line = (await tokenize(text)).at(-1)!;
  const token = line.tokens.find(({ startIndex, endIndex }) => line.text.slice(startIndex, endIndex).trim() !== '')!;
  return `${line.text.slice(token.startIndex, token.endIndex)}: ${token.scopes.slice(3).join(' ')}`;
}

describe('what an embedded language leaves open ends with its instruction', () => {
  const holders: [name: string, around: (opener: string) => string][] = [
    ['RUN', (x) => `RUN ${x}`],
    ['RUN on two lines', (x) => `RUN a ${x} \\\n  b ${x}`],
    ['RUN with flags', (x) => `RUN --network=none \\\n --mount=type=cache,target=/x ${x}`],
    ['CMD', (x) => `CMD ${x}`],
    ['ENTRYPOINT', (x) => `ENTRYPOINT ${x}`],
    ['HEALTHCHECK', (x) => `HEALTHCHECK CMD ${x}`],
    ['ONBUILD RUN', (x) => `ONBUILD RUN ${x}`],
    ['ONBUILD and RUN on two lines', (x) => `ONBUILD \\\n  RUN ${x}`],
    ['PowerShell', (x) => `SHELL ["powershell"]\nRUN ${x}`],
    ['escape by backtick', (x) => `# escape=\`\nRUN ${x} \`\n x ${x} x`],
    ['ENV', (x) => `ENV A=${x}`],
    ['ENV, old form', (x) => `ENV A ${x}`],
    ['LABEL', (x) => `LABEL ${x}`],
    ['FROM', (x) => `FROM ${x}`],
    ['COPY', (x) => `COPY ${x} ${x}`],
    ['COPY with flags', (x) => `COPY --from=${x} a b`],
    ['SHELL', (x) => `SHELL ["${x}`],
    ['an unknown instruction', (x) => `FOO ${x}`],
    ['a script', (x) => `RUN <<EOF\n${x}\nEOF`],
    ['a script on two lines', (x) => `RUN <<EOF\n${x} \\\n${x}\\\nEOF`],
    ['a script in ONBUILD', (x) => `ONBUILD RUN <<EOF\n${x}\nEOF`],
    ['a text', (x) => `RUN cat <<EOF\n${x}\nEOF`],
    ['a heredoc behind a continuation', (x) => `RUN a && \\\n cat <<EOF\n${x}\nEOF`],
    ['two heredocs', (x) => `RUN python3 <<A && sh <<-"B"\n${x}\nA\n${x}\n\tB`],
    ['three heredocs', (x) => `COPY <<a.py <<-b.js <<"c.sh" /x/\n${x}\na.py\n${x}\n\tb.js\n${x}\nc.sh`],
    ['four heredocs', (x) => `COPY <<a <<b <<c <<d /x/\n${x}\na\n${x}\nb\n${x}\nc\n${x}\nd`],
    ...LANGUAGES.filter(({ scope }) => scope !== 'source.toml').map(({ id, path }): (typeof holders)[number] => {
      const extension = [
        ['nginx', 'nginx.conf'],
        ['ini', '.ini'],
        ['xml', '.xml'],
        ['shellscript', '.sh'],
      ].find(([known]) => known === id)?.[1];
      const name = extension ?? path!.replace(/\\|\?|\(.*?\||\[.*?\]|\)/g, '');
      return [`COPY of ${id}`, (x) => `COPY <<EOF /a/${name}\n${x}\nEOF`];
    }),
  ];

  test.each(holders)('%s', async (_, around) => {
    for (const opener of OPENERS) {
      const keyword = await lastKeyword(`${around(opener)}\nSTOPSIGNAL x`);
      expect(keyword, opener).toMatch(/^STOPSIGNAL: (\S+ )*keyword\.other\.special-method\.dockerfile$/);
      expect(keyword, opener).not.toMatch(/embedded|heredoc/);
    }
  });
});

describe('an instruction goes on', () => {
  const lines: [name: string, between: string][] = [
    ['behind a continuation', ''],
    ['behind a comment', '# c\n'],
    ['behind a comment with an open quote', '  # c "\n'],
    ['behind a comment that ends in the escape', '# c \\\n'],
    ['behind an empty comment', '#\n'],
    ['behind a blank line', '\n'],
    ['behind a line of blanks', '  \t\n'],
    ['behind a continuation of its own', '\\\n'],
    ['behind a continuation with blanks', '  \\ \t\n'],
    ['behind all of them', '# c\n\n\\\n  # d \\\n \t\n\\\n#\n'],
  ];
  const openings = [
    'RUN',
    'RUN a',
    'RUN a # b',
    'RUN a & REM b',
    'RUN "a',
    'RUN --network=none',
    'CMD a',
    'ENTRYPOINT a',
    'HEALTHCHECK CMD a',
  ];
  openings.push(
    'ENV A=b',
    'ENV A="',
    'ENV A b',
    'LABEL a=b',
    'ARG a',
    'COPY a',
    'COPY --link',
    'COPY ["a",',
    'ADD a',
    'FROM a',
  );
  openings.push(
    'FROM a AS',
    'EXPOSE 1',
    'VOLUME a',
    'WORKDIR a',
    'USER a',
    'SHELL ["a",',
    'ONBUILD RUN a',
    'ONBUILD ENV A=b',
    'FOO',
  );

  test.each(lines)('%s', async (_, between) => {
    for (const token of ['\\', '`']) {
      for (const opening of openings) {
        const head = token === '`' ? '# escape=`\n' : '';
        const text = `${head}${opening} ${token}\n${between.replaceAll('\\', () => token)}STOPSIGNAL x\nSTOPSIGNAL x`;
        const read = await tokenize(text);
        const keyword = (line: Line) => line.tokens[0]!.scopes.at(-1) === 'keyword.other.special-method.dockerfile';
        expect(keyword(read.at(-2)!), text).toBe(false);
        expect(keyword(read.at(-1)!), text).toBe(true);
      }
    }
  });
});

describe('which language stands in a heredoc', () => {
  const cases: [line: string, scope: string][] = [
    ['RUN <<EOF', 'source.shell'],
    ['RUN --mount=type=cache,target=/x --network=none <<EOF', 'source.shell'],
    ['RUN <<EOF\n#!/bin/sh -e', 'source.shell'],
    ['RUN <<EOF\n#!/usr/bin/env python3', 'source.python'],
    ['RUN <<-EOF\n\t#!/usr/bin/env -S node --x', 'source.js'],
    ['RUN <<EOF\n#!/opt/pythonic', 'source.shell'],
    ['RUN sh <<EOF', 'source.shell'],
    ['RUN /bin/bash -ex <<EOF', 'source.shell'],
    ['RUN python3 <<EOF', 'source.python'],
    ['RUN python3.12 - a b <<EOF > out', 'source.python'],
    ['RUN <<EOF python3', 'source.python'],
    ['RUN X=1 /usr/bin/node - <<EOF', 'source.js'],
    ['RUN apt-get update && perl <<EOF', 'source.perl'],
    ['RUN ruby <<EOF', 'source.ruby'],
    ['RUN psql -U x <<EOF', 'source.sql'],
    ['RUN python3 x.py | cat <<EOF', 'string.unquoted.heredoc.dockerfile'],
    ['RUN notpython3 <<EOF', 'string.unquoted.heredoc.dockerfile'],
    ['RUN cat <<EOF', 'string.unquoted.heredoc.dockerfile'],
    ['RUN cat <<EOF > /etc/x.json', 'source.json'],
    ['RUN cat > "/etc/x.yaml" <<EOF', 'source.yaml'],
    ['RUN cat <<EOF | tee -a /etc/x.ini', 'source.ini'],
    ['RUN tee /x.conf <<EOF', 'source.ini'],
    ['RUN cat <<EOF >> /etc/nginx/conf.d/x.conf', 'source.nginx'],
    ['RUN cat <<EOF > /x.unknown', 'string.unquoted.heredoc.dockerfile'],
    ['COPY <<EOF /x', 'string.unquoted.heredoc.dockerfile'],
    ['COPY <<EOF /x.py', 'source.python'],
    ['COPY --chmod=755 <<"EOF" "/x.sh"', 'source.shell'],
    ['ADD <<x.css /srv/', 'source.css'],
    ['ADD <<x.ts /srv/x.js', 'source.ts'],
    ['COPY <<EOF /etc/nginx/nginx.conf', 'source.nginx'],
    ['ONBUILD COPY <<EOF /x.html', 'text.html.basic'],
    ['COPY <<EOF /x.toml', 'source.toml'],
  ];
  test.each(cases)('%s', async (line, scope) => {
    const lines = await tokenize(`${line}\nword`);
    expect(lines.at(-1)!.tokens[0]!.scopes).toContain(scope);
    for (const other of LANGUAGES) {
      if (other.scope !== scope) expect(lines.at(-1)!.tokens[0]!.scopes).not.toContain(other.scope);
    }
  });
});

describe('what is no heredoc', () => {
  test.each([
    'RUN cat<<EOF',
    'RUN cat <<',
    'RUN cat <<<EOF',
    'RUN echo "<<EOF"',
    "RUN echo ' <<EOF '",
    'RUN cat <<EOF "open',
    'RUN ["a", "<<EOF"]',
    'CMD cat <<EOF',
    'ENV A <<EOF',
    'RUN a \\\n # <<EOF\n b',
    '# RUN <<EOF',
  ])('%s', async (line) => {
    expect(await lastKeyword(`${line}\nSTOPSIGNAL x`)).toBe('STOPSIGNAL: keyword.other.special-method.dockerfile');
  });
});

describe('long lines are read to their end', () => {
  const UNITS = [
    'a',
    'a ',
    '"',
    "'",
    '<',
    '<< ',
    '<<a ',
    'python ',
    '> tee ',
    '\\',
    '`',
    '$a',
    '${a:-',
    '"${',
    'a=b ',
    '--a=b ',
  ];
  const OPENINGS = [
    'RUN ',
    'RUN --mount=',
    'ENV A=',
    'COPY ',
    'COPY [',
    'FROM ',
    'LABEL ',
    '# check=',
    'HEALTHCHECK --interval=',
  ];
  test.each(OPENINGS)('%s', async (opening) => {
    for (const unit of UNITS) {
      const lines = await tokenize(`${opening}${unit.repeat(20_000 / unit.length)}<<EOF x`);
      expect(lines[0]!.stoppedEarly, unit).toBe(false);
      expect(lines[0]!.tokens.at(-1)!.endIndex, unit).toBeGreaterThanOrEqual(lines[0]!.text.length);
    }
  });
});
