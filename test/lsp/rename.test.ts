// A rename with something to know about it: that is told in the log and in the edit, never by a message.
import { afterEach, expect, test } from 'vitest';
import { type Client, startClient } from './client.ts';

const uri = 'file:///folder/Dockerfile';
const started: Client[] = [];

afterEach(async () => {
  for (const client of started.splice(0)) expect(await client.end()).toBe(0);
});

async function renamed(target: string, workspaceEdit: object): Promise<[Client, unknown]> {
  const client = await startClient({
    initializationOptions: { settings: { target } },
    capabilities: { workspace: { workspaceEdit } },
  });
  started.push(client);
  client.open(uri, 'FROM scratch AS build\n', 3);
  const params = { position: { line: 0, character: 18 }, newName: 'compile' };
  return [client, await client.ask('textDocument/rename', uri, params)];
}

const told = (client: Client) =>
  client.received
    .filter(({ method }) => method?.startsWith('window/'))
    .map(({ method, params }) => `${method}: ${(params as { message: string }).message}`)
    .filter((message) => /compile|showMessage/.test(message));

const edit = {
  range: { start: { line: 0, character: 16 }, end: { line: 0, character: 21 } },
  newText: 'compile',
};
const annotating = { documentChanges: true, changeAnnotationSupport: {} };

test('a client that shows words about edits gets the note there', async () => {
  const [client, answer] = await renamed('build', annotating);
  expect(answer).toEqual({
    documentChanges: [{ textDocument: { uri, version: 3 }, edits: [{ ...edit, annotationId: 'note' }] }],
    changeAnnotations: {
      note: {
        label: 'Rename',
        description: expect.stringContaining('The setting of the target'),
        needsConfirmation: false,
      },
    },
  });
  expect(told(client)).toEqual([expect.stringMatching(/^window\/logMessage: .*The setting of the target/)]);
});

test('any other finds it in the log', async () => {
  const [client, answer] = await renamed('build', { documentChanges: true });
  expect(answer).toEqual({ documentChanges: [{ textDocument: { uri, version: 3 }, edits: [edit] }] });
  expect(told(client)).toEqual([expect.stringMatching(/^window\/logMessage: .*The setting of the target/)]);
});

test('where there is nothing to say, nothing is said', async () => {
  const [client, answer] = await renamed('', annotating);
  expect(answer).toEqual({ documentChanges: [{ textDocument: { uri, version: 3 }, edits: [edit] }] });
  expect(told(client)).toEqual([]);
});
