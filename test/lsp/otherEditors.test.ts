// What only our own client is given: commands that it alone carries out, and what it alone would not show twice.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Client, startClient } from './client.ts';

const uri = 'file:///folder/Dockerfile';
const text = 'FROM alpine:3 as Build\nCOPY --fr\n';

describe.each([
  ['our own client', true],
  ['any other', false],
])('%s', (_, commands) => {
  let client: Client;
  beforeEach(async () => {
    client = await startClient({ initializationOptions: { commands } });
    client.open(uri, text);
  });
  afterEach(async () => expect(await client.end()).toBe(0));

  test('is asked to suggest further where it can', async () => {
    const position = { line: 1, character: 9 };
    const { items } = (await client.ask('textDocument/completion', uri, { position })) as {
      items: { label: string; command?: { command: string } }[];
    };
    const from = items.find(({ label }) => label === '--from');
    expect(from?.command?.command).toBe(commands ? 'editor.action.triggerSuggest' : undefined);
    expect(from).toBeDefined();
  });

  test('has a lens for the graph where it draws one', async () => {
    const lenses = (await client.ask('textDocument/codeLens', uri)) as { data: unknown }[];
    const resolved = lenses.map((lens) => client.request('codeLens/resolve', lens));
    const titles = ((await Promise.all(resolved)) as { command: { title: string } }[]).map(
      (lens) => lens.command.title,
    );
    expect(titles.some((title) => title.startsWith('stage build'))).toBe(true);
    expect(titles.includes('Show graph')).toBe(commands);
  });

  test('sees all fixes at once a single time', async () => {
    const of = async (only: object) => {
      const context = { diagnostics: [], ...only };
      const range = { start: { line: 0, character: 14 }, end: { line: 0, character: 18 } };
      const found = (await client.ask('textDocument/codeAction', uri, { range, context })) as {
        title: string;
        kind: string;
      }[];
      return found.filter(({ title }) => title === 'Fix all 2 safe problems of the file').map(({ kind }) => kind);
    };
    expect(await of({})).toEqual([...(commands ? ['quickfix'] : []), 'source.fixAll.llbLens']);
    expect(await of({ only: ['quickfix'] })).toEqual(['quickfix']);
    expect(await of({ only: ['source.fixAll'] })).toEqual(['source.fixAll.llbLens']);
  });
});
