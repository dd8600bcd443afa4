// Lenses that an editor asks words for when the text is already another one.
import { expect, test } from 'vitest';
import { startClient } from './client.ts';

interface Lens {
  readonly range: { readonly start: { readonly line: number } };
  readonly command?: { readonly title: string };
}

test('a lens of an older text has the words of its own line, though lines have come in between', async () => {
  const client = await startClient();
  const uri = 'untitled:Dockerfile';
  const lines = ['FROM alpine', 'RUN a', 'RUN b', ''];
  const listed = async () => (await client.ask('textDocument/codeLens', uri)) as readonly Lens[];
  const worded = (lenses: readonly Lens[]) =>
    Promise.all(
      lenses.map(async (lens) => {
        const { range, command } = (await client.request('codeLens/resolve', lens)) as Lens;
        return [range.start.line, command?.title] as const;
      }),
    );
  client.open(uri, lines.join('\n'));
  const before = await worded(await listed());
  client.change(uri, 2, { text: lines.toSpliced(1, 0, 'COPY --link c /c').join('\n') });
  const lenses = await listed();
  client.change(uri, 3, { text: `${lines.toSpliced(1, 0, 'COPY --link c /c').join('\n')}# end\n` });
  const after = await worded(lenses);
  expect(before.length).toBeGreaterThan(3);
  expect(after.filter(([line]) => line !== 1)).toEqual(
    before.map(([line, title]) => [line === 0 ? 0 : line + 1, title]),
  );
  expect(new Set(after.filter(([line]) => line === 1).map(([, title]) => title))).toEqual(new Set(['…']));
  expect(await client.end()).toBe(0);
});
