// What an editor asks for on save: one action that fixes all that is safe, and nothing that the settings switch off.
import { afterEach, expect, test } from 'vitest';
import { type Client, startClient } from './client.ts';

const uri = 'file:///folder/Dockerfile';
const started: Client[] = [];

afterEach(async () => {
  for (const client of started.splice(0)) expect(await client.end()).toBe(0);
});

test.each<[string, object, string[]]>([
  ['source.fixAll', {}, ['build', 'tcp']],
  ['source.fixAll.llbLens', {}, ['build', 'tcp']],
  ['source', {}, ['build', 'tcp']],
  ['source.fixAll.eslint', {}, []],
  ['source.organizeImports', {}, []],
  ['source.fixAll', { rules: { StageNameCasing: 'off' } }, ['tcp']],
  ['source.fixAll', { features: { diagnostics: false } }, []],
  ['source.fixAll', { features: { codeActions: false } }, []],
])('%s with %j', async (kind, settings, expected) => {
  const client = await startClient({ initializationOptions: { settings } });
  started.push(client);
  expect(client.capabilities.codeActionProvider).toMatchObject({
    codeActionKinds: expect.arrayContaining(['source.fixAll.llbLens']),
  });
  client.open(uri, 'FROM alpine AS Build\nEXPOSE 80/TCP\n');
  const actions = (await client.ask('textDocument/codeAction', uri, {
    range: { start: { line: 0, character: 0 }, end: { line: 2, character: 0 } },
    context: { diagnostics: [], only: [kind], triggerKind: 2 },
  })) as { kind: string; edit: { changes: Record<string, { newText: string }[]> } }[];
  expect(actions.length).toBe(expected.length === 0 ? 0 : 1);
  const edits = actions[0]?.edit.changes[uri] ?? [];
  expect(edits.map(({ newText }) => newText.replace(/^80\//, ''))).toEqual(expected);
});
