// A build context that is too large to be looked at in the server itself: the thread of the built server tells what is in it.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { startClient } from './client.ts';

test('a context of six thousand files', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'llb-lens-large-'));
  mkdirSync(join(folder, 'src'));
  for (let i = 0; i < 6000; i++) writeFileSync(join(folder, 'src', `${i}.txt`), 'four');
  const client = await startClient();
  const uri = pathToFileURL(join(folder, 'Dockerfile')).href;
  client.open(uri, 'FROM scratch\nCOPY src /src/\nCOPY nothing /\n');
  const { diagnostics } = await client.until(
    (received) =>
      received
        .map(({ params }) => params as { diagnostics?: readonly { code?: string }[] } | undefined)
        .find((params) => params?.diagnostics?.some(({ code }) => code === 'CopyMatchesNothing')) as
        | { diagnostics: readonly { code?: string }[] }
        | undefined,
    'the problem of a source that is not there',
  );
  expect(diagnostics.length).toBeGreaterThan(0);
  const hover = await client.ask('textDocument/hover', uri, { position: { line: 1, character: 0 } });
  expect(JSON.stringify(hover)).toContain('6,000 files');
  expect(await client.end()).toBe(0);
  rmSync(folder, { recursive: true, force: true });
});
