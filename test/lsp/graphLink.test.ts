// The link to the graph under a hover: what it names, who gets it, and that no text of a file can become such a link.
import { afterEach, expect, test } from 'vitest';
import { type Client, type ClientSetup, startClient } from './client.ts';

const uri = 'file:///folder/a%20(b)/Dockerfile';
const started: Client[] = [];

afterEach(async () => {
  for (const client of started.splice(0)) expect(await client.end()).toBe(0);
});

async function opened(text: string, setup: ClientSetup): Promise<Client> {
  const client = await startClient(setup);
  started.push(client);
  client.open(uri, text);
  return client;
}

/** What Markdown makes links or HTML of: code spans and escaped characters are neither. */
function linksIn(markdown: string): string[] {
  const found: string[] = [];
  for (let i = 0; i < markdown.length; i++) {
    const ch = markdown[i] as string;
    if (ch === '\\' && /[!-/:-@[-`{-~]/.test(markdown[i + 1] ?? '')) i++;
    else if (ch === '`') {
      const fence = (/^`+/.exec(markdown.slice(i)) as RegExpExecArray)[0];
      const rest = markdown.slice(i + fence.length).split('\n\n')[0] as string;
      const end = new RegExp(`(?<!\`)${fence}(?!\`)`).exec(rest)?.index;
      i += fence.length - 1 + (end === undefined ? 0 : end + fence.length);
    } else if (ch === '<') found.push(markdown.slice(i, markdown.indexOf('>', i) + 1));
    else if (markdown.startsWith('](', i)) found.push(markdown.slice(i + 2, markdown.indexOf(')', i)));
  }
  return found;
}

test('the reader of links sees what Markdown sees', () => {
  expect(linksIn('a [b](c) `[d](e)` \\[f](g) <h> ``[`](i)`` ` [j](k)')).toEqual(['c', 'g', '<h>', 'k']);
});

async function hovers(client: Client, text: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const [line, words] of text.split('\n').entries())
    for (let character = 0; character < words.length; character += 3) {
      const answer = await client.ask('textDocument/hover', uri, { position: { line, character } });
      if (answer !== null)
        found.set(`${line}:${character}`, (answer as { contents: { value: string } }).contents.value);
    }
  return found;
}

const commands: ClientSetup = { initializationOptions: { commands: true } };

test('it opens the graph at the instruction, once, at the end', async () => {
  const client = await opened('FROM alpine\nRUN a \\\n  b\n', commands);
  const answer = await client.ask('textDocument/hover', uri, { position: { line: 2, character: 2 } });
  const { value } = (answer as { contents: { value: string } }).contents;
  const [link, ...more] = linksIn(value).filter((target) => target.startsWith('command:'));
  expect(more).toEqual([]);
  const [, command, given] = /^command:([\w.]+)\?(\S+) "/.exec(link as string) as RegExpExecArray;
  expect(command).toBe('llbLens.showGraph');
  expect(given).toMatch(/^[\w.%~-]+$/);
  expect(JSON.parse(decodeURIComponent(given as string))).toEqual([uri, { line: 1, character: 0 }]);
  expect(value.trim().split('\n').at(-1)).toContain('[Show in the graph]');
});

test.each<[string, ClientSetup]>([
  ['has no such commands', {}],
  ['shows plain text', { ...commands, capabilities: { textDocument: { hover: { contentFormat: ['plaintext'] } } } }],
])('a client that %s gets none', async (_, setup) => {
  const client = await opened('FROM alpine\nRUN a\n', setup);
  const answer = await client.ask('textDocument/hover', uri, { position: { line: 1, character: 1 } });
  expect(JSON.stringify(answer)).not.toContain('command:');
  expect(answer).not.toBeNull();
});

const evil = '[x](command:llbLens.showGraph?1)';
const hostile = `# syntax=docker/dockerfile:1
# check=skip=${evil}
# ${evil}
ARG A=${evil}
ARG B="\`\`${evil}\`<a href='command:llbLens.showGraph'>x</a>"
# s ${evil}\`
FROM alpine AS s
# ${evil}
FROM ${evil} AS t
FROM $A AS u
FROM scratch AS ${evil}
FROM s
ENV C="\`${evil}" D=\\\\${evil} ${evil}=1
LABEL ${evil}="<${evil}>" a="\${C}\${D}"
WORKDIR /\`${evil}\`\`
COPY --link --chown=${evil} ${evil} /\`\\\`${evil}
COPY --from=${evil} \`${evil} "/<img src=command:llbLens.showGraph>"
COPY <<${evil} <<'\`${evil}' /x/${evil}/
${evil}
${evil}
\`${evil}
RUN --mount=type=bind,from=${evil},source=${evil},target=/\`${evil} --mount=type=secret,id=${evil},env=${evil} echo $C ${evil}
RUN --network=${evil} true
USER ${evil}
STOPSIGNAL ${evil}
SHELL ["${evil}"]
ADD --checksum=${evil} https://a/${evil} /x
RUNN ${evil}
ONBUILD RUN ${evil}
CMD ["${evil}"]
`;

test('no text of a file becomes a link to a command', async () => {
  const settings = { features: { inlayHints: true } };
  const client = await opened(hostile, { initializationOptions: { commands: true, settings } });
  const shown = await hovers(client, hostile);
  expect(shown.size).toBeGreaterThan(100);
  for (const [place, markdown] of shown) {
    const links = linksIn(markdown);
    const ours = links.filter((link) => link.startsWith('command:'));
    const graph = /^command:llbLens\.showGraph\?%5B%22file%3A[\w.%~-]+%5D "Opens the build graph at this line"$/;
    expect(
      ours.filter((link) => !graph.test(link)),
      `${place}: ${markdown}`,
    ).toEqual([]);
    expect(ours.length, `${place}: ${markdown}`).toBeLessThanOrEqual(1);
    const others = links.filter((link) => !link.startsWith('command:') && !link.startsWith('https://'));
    expect(others, `${place}: ${markdown}`).toEqual([]);
  }
  // Whatever else comes as Markdown.
  const range = { start: { line: 0, character: 0 }, end: { line: 99, character: 0 } };
  const hints = (await client.ask('textDocument/inlayHint', uri, { range })) as { tooltip?: { value: string } }[];
  const texts = hints.map(({ tooltip }) => tooltip?.value ?? '');
  for (const [line, words] of hostile.split('\n').entries()) {
    const position = { line, character: words.indexOf(evil) };
    if (position.character < 0) continue;
    const { items } = (await client.ask('textDocument/completion', uri, { position })) as {
      items: { documentation?: { value: string } }[];
    };
    texts.push(...items.map(({ documentation }) => documentation?.value ?? ''));
  }
  expect(texts.filter((text) => text !== '').length).toBeGreaterThan(10);
  expect(texts.flatMap(linksIn).filter((link) => !link.startsWith('https://'))).toEqual([]);
});
