// The language server as any editor meets it: the built command over stdio, with well and badly behaved clients.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import type { GraphAnswer } from '../../shared/src/protocol.ts';
import { Client, type ClientSetup, framed, type Position, type Published, startClient } from './client.ts';

const uri = 'file:///folder/Dockerfile';
const started: Client[] = [];

afterEach(async () => {
  for (const client of started.splice(0)) expect(await client.end()).toBe(0);
});

async function start(setup?: ClientSetup): Promise<Client> {
  const client = await startClient(setup);
  started.push(client);
  return client;
}

async function graph(client: Client, of = uri): Promise<GraphAnswer> {
  return (await client.request('llbLens/graph', { uri: of })) as GraphAnswer;
}

/** The logical lines of the text that the server has. */
async function lines(client: Client, of = uri): Promise<string[]> {
  return (await graph(client, of)).graph?.instructions.map((instruction) => instruction.text) ?? [];
}

const p = (line: number, character: number): Position => ({ line, character });
const at = (line: number, from: number, to = from) => ({ start: p(line, from), end: p(line, to) });

describe('life', () => {
  test('says who it is and what it can do', async () => {
    const client = await start();
    expect(client.capabilities).toMatchObject({
      positionEncoding: 'utf-16',
      textDocumentSync: { openClose: true, change: 2 },
      hoverProvider: true,
    });
  });

  test('leaves with 0 after shutdown and with 1 without it', async () => {
    const polite = await startClient();
    expect(await polite.end()).toBe(0);
    const rude = await startClient();
    rude.notify('exit', undefined);
    expect(await rude.exited).toBe(1);
  });

  test('leaves when its input is closed', async () => {
    const client = await startClient();
    client.process.stdin.end();
    expect(await client.exited).toBe(0);
  });

  test.each([
    [['--version'], 0, 'llb-lens-language-server'],
    [['--help'], 0, '--stdio'],
    [[], 2, ''],
  ])('%j prints and leaves', async (args, code, output) => {
    const client = new Client({ args: args.length > 0 ? args : ['--unknown'] });
    let printed = '';
    client.process.stdout.on('data', (data) => {
      printed += data;
    });
    expect(await client.exited).toBe(code);
    expect(code === 0 ? printed : client.stderr).toContain(output || '--stdio');
  });

  test('survives messages that make no sense', async () => {
    const client = await start();
    client.change('file:///never/opened', 3, { text: 'FROM a' });
    client.close('file:///never/opened');
    client.notify('textDocument/didChange', {});
    client.notify('textDocument/didOpen', { textDocument: null });
    client.notify('$/nonsense', { a: 1 });
    await expect(client.request('textDocument/nonsense', {})).rejects.toThrow();
    await client.request('textDocument/hover', null).catch(() => {});
    await client.request('textDocument/hover', { textDocument: 7, position: 'x' }).catch(() => {});
    client.write(Buffer.concat([framed({ jsonrpc: '2.0', method: 'a' }), framed({ jsonrpc: '2.0', method: 'b' })]));
    client.open(uri, 'FROM scratch\n');
    expect(await lines(client)).toEqual(['FROM scratch']);
    expect(client.stderr).toBe('');
  });
});

describe('texts', () => {
  test.each(['utf-16', 'utf-8', 'utf-32'])('edits and problems in %s', async (encoding) => {
    const client = await start({ capabilities: { general: { positionEncodings: [encoding] } } });
    expect(client.capabilities.positionEncoding).toBe(encoding);
    const size = (text: string) =>
      encoding === 'utf-8' ? Buffer.byteLength(text) : encoding === 'utf-32' ? [...text].length : text.length;
    client.open(uri, 'FROM scratch\nLABEL a="😀é€" b=1\nRUNN x\n');
    // Replaces `1` behind the astral character, then what stands within the quotes.
    const b = size('LABEL a="😀é€" b=');
    client.change(
      uri,
      2,
      { range: at(1, b, b + 1), text: '😀2' },
      { range: at(1, size('LABEL a="😀'), size('LABEL a="😀é€')), text: 'é' },
      { range: at(2, 0, 4), text: 'LABEL c="😀" \\\n😀😀 RUNN' },
    );
    expect(await lines(client)).toEqual(['FROM scratch', 'LABEL a="😀é" b=😀2', 'LABEL c="😀" 😀😀 RUNN x']);
    client.change(uri, 3, { range: at(2, 0), text: 'ENV d="😀é" 😀 x\n' });
    const { diagnostics } = await client.problems(uri, 3);
    const wrong = diagnostics.find(({ message }) => message.includes(`can't find = in "😀"`));
    expect(wrong?.range).toEqual(at(2, size('ENV d="😀é" '), size('ENV d="😀é" 😀')));
  });

  test.each([
    ['CRLF', '\r\n'],
    ['LF', '\n'],
  ])('line ends: %s', async (_, eol) => {
    const client = await start();
    client.open(uri, ['FROM scratch', 'RUN a \\', '  b', 'LABEL x=1', ''].join(eol));
    client.change(uri, 2, { range: at(3, 8, 9), text: '2' }, { range: at(4, 0), text: `LABEL y=3${eol}` });
    expect(await lines(client)).toEqual(['FROM scratch', 'RUN a   b', 'LABEL x=2', 'LABEL y=3']);
  });

  test('mixed line ends: each edit lands where the editor sees it', async () => {
    const client = await start();
    client.open(uri, 'FROM scratch\r\nLABEL a=1\nLABEL b=1\r\nLABEL c=1');
    client.change(
      uri,
      2,
      { range: at(1, 8, 9), text: '2' },
      { range: at(2, 8, 9), text: '3' },
      { range: at(3, 8, 9), text: '4' },
    );
    expect(await lines(client)).toEqual(['FROM scratch', 'LABEL a=2', 'LABEL b=3', 'LABEL c=4']);
  });

  test('positions that do not exist', async () => {
    const client = await start();
    client.open(uri, 'FROM scratch\nLABEL a=1');
    const wrong: unknown[] = [
      p(-1, -1),
      p(0, 1e9),
      p(1e9, 0),
      p(0.5, 2.7),
      p(Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
      { line: null, character: null },
      { line: '0', character: 'x' },
      null,
    ];
    for (const position of wrong) {
      await client.ask('textDocument/hover', uri, { position });
      await client.ask('textDocument/codeAction', uri, {
        range: { start: position, end: p(0, 0) },
        context: { diagnostics: [] },
      });
      await client.ask('textDocument/semanticTokens/range', uri, { range: { start: p(9, 9), end: position } });
    }
    client.change(uri, 2, { range: { start: p(99, 99), end: p(-5, -5) }, text: 'FROM a\n' });
    expect(await lines(client)).toEqual(['FROM a']);
    client.change(uri, 3, { range: { start: p(70, 1), end: p(90, 2) }, text: 'LABEL b=1\n' });
    client.change(uri, 4, { range: at(1, 6, 7), text: 'c' });
    expect(await lines(client)).toEqual(['FROM a', 'LABEL c=1']);
  });

  test('a line of a megabyte is what BuildKit says it is: too long', async () => {
    const client = await start({ capabilities: { general: { positionEncodings: ['utf-8'] } } });
    const words = Array.from({ length: 100_000 }, (_, i) => `word${i}é`).join(' ');
    client.open(uri, `FROM scratch\nRUN echo ${words}\nRUN b\n`);
    const { diagnostics } = await client.problems(uri, 1);
    expect(diagnostics.map((d) => d.message)).toContainEqual(expect.stringContaining('max allowed size of 65535'));
    await client.ask('textDocument/hover', uri, { position: p(1, 900_000) });
    await client.ask('textDocument/semanticTokens/full', uri);
  });

  test('an instruction of a megabyte', async () => {
    const client = await start({ capabilities: { general: { positionEncodings: ['utf-8'] } } });
    const rows = Array.from(
      { length: 20_000 },
      (_, i) => `  word${i}é "and ${i} more 😀 of them, and of ${'x'.repeat(20)}"`,
    );
    client.open(uri, `FROM scratch\nRUN echo \\\n${rows.join(' \\\n')}\nRUNN x\n`);
    const { diagnostics } = await client.problems(uri, 1);
    expect(diagnostics.map((d) => d.range.start.line)).toEqual([20_002]);
    await client.ask('textDocument/hover', uri, { position: p(10_000, 9) });
    await client.ask('textDocument/semanticTokens/full', uri);
    const text = (await lines(client))[1] as string;
    expect(text.length).toBe('RUN echo '.length + rows.join(' ').length);
  });

  test('fifty thousand lines', async () => {
    const client = await start();
    const text = `FROM scratch\n${'RUN echo hello && \\\n    echo world\n'.repeat(25_000)}`;
    client.open(uri, text);
    client.change(uri, 2, { range: at(50_001, 0), text: 'RUNN x\n' });
    const { diagnostics } = await client.problems(uri, 2);
    expect(diagnostics.map((d) => d.range.start.line)).toContain(50_001);
    await client.ask('textDocument/codeLens', uri);
    await client.ask('textDocument/documentSymbol', uri);
    const tokens = (await client.ask('textDocument/semanticTokens/full', uri)) as { data: number[] };
    expect(tokens.data.length % 5).toBe(0);
  });

  test('a binary, and a text too long, are refused in a word', async () => {
    const client = await start();
    const binary = `\x7fELF\x02\x01\x01\0\0\0${'\x01\ufffd\0'.repeat(5000)}`;
    client.open('file:///folder/a.dockerfile', binary);
    client.open('file:///folder/b.dockerfile', `FROM a\n${'# long\n'.repeat(1_300_000)}`);
    for (const name of ['a', 'b']) {
      const { diagnostics } = await client.problems(`file:///folder/${name}.dockerfile`, 1);
      expect(diagnostics).toEqual([
        expect.objectContaining({ severity: 3, message: expect.stringContaining('not analysed') }),
      ]);
      expect(await client.ask('textDocument/hover', `file:///folder/${name}.dockerfile`, { position: p(0, 0) })).toBe(
        null,
      );
    }
    client.change('file:///folder/a.dockerfile', 2, { text: 'FROM scratch\n' });
    expect(await lines(client, 'file:///folder/a.dockerfile')).toEqual(['FROM scratch']);
  });

  test('half of a comparison gets answers, but no problems; a cell of a notebook gets both', async () => {
    const client = await start();
    const git = 'git:/folder/Dockerfile?%7B%22ref%22%3A%22HEAD%22%7D';
    const cell = 'vscode-notebook-cell:/folder/a.ipynb#W0sZmlsZQ%3D%3D';
    for (const one of [git, cell, 'untitled:Untitled-1', 'nonsense', '']) client.open(one, 'FROM scratch\nRUNN x\n');
    expect((await client.problems(git, 1)).diagnostics).toEqual([]);
    expect((await client.problems(cell, 1)).diagnostics.length).toBe(1);
    expect((await client.problems('untitled:Untitled-1', 1)).diagnostics.length).toBe(1);
    expect((await client.problems('nonsense', 1)).diagnostics.length).toBe(1);
    expect(await lines(client, git)).toEqual(['FROM scratch', 'RUNN x']);
  });
});

describe('the newest text wins', () => {
  test('a storm of edits and questions', async () => {
    const client = await start();
    client.open(uri, 'FROM scratch\n');
    const typed = 'RUN echo "the quick brown fox" && \\\n  echo jumps\nLABEL over="the lazy dog"\n';
    let line = 1;
    let character = 0;
    const hovers: Promise<unknown>[] = [];
    for (const [i, letter] of [...typed].entries()) {
      client.change(uri, i + 2, { range: at(line, character), text: letter });
      hovers.push(client.ask('textDocument/hover', uri, { position: p(line, character) }));
      character += 1;
      if (letter === '\n') {
        line += 1;
        character = 0;
      }
    }
    await Promise.all(hovers);
    expect(await lines(client)).toEqual([
      'FROM scratch',
      'RUN echo "the quick brown fox" &&   echo jumps',
      'LABEL over="the lazy dog"',
    ]);
    const last = typed.length + 1;
    expect((await client.problems(uri, last)).diagnostics).toEqual([]);
    const versions = client.received
      .filter(({ method }) => method === 'textDocument/publishDiagnostics')
      .map(({ params }) => (params as Published).version as number);
    expect(versions).toEqual([...versions].sort((a, b) => a - b));
    expect(versions.at(-1)).toBe(last);
    // What came in one burst was not worked on letter by letter.
    expect(versions.length).toBeLessThan(typed.length / 2);
  });

  test('what was asked about an older text is answered by nothing, or by "modified" where the editor shows it', async () => {
    const client = await start();
    client.open(uri, 'FROM scratch\nRUN a\n');
    await lines(client);
    const message = (id: number, method: string, params: object) => framed({ jsonrpc: '2.0', id, method, params });
    const textDocument = { uri };
    const change = framed({
      jsonrpc: '2.0',
      method: 'textDocument/didChange',
      params: { textDocument: { uri, version: 2 }, contentChanges: [{ text: 'FROM scratch\nRUN b\n' }] },
    });
    // One write: the change is there when the questions before it are read.
    client.write(
      Buffer.concat([
        message(9001, 'textDocument/hover', { textDocument, position: p(1, 0) }),
        message(9002, 'textDocument/semanticTokens/full', { textDocument }),
        change,
        message(9003, 'textDocument/hover', { textDocument, position: p(1, 0) }),
      ]),
    );
    const answer = (id: number) => client.until((received) => received.find((m) => m.id === id), `answer ${id}`);
    expect((await answer(9001)).result).toBe(null);
    expect((await answer(9002)).error?.code).toBe(-32801);
    expect((await answer(9003)).result).not.toBe(null);
  });

  test('a closed document has no problems and no answers', async () => {
    const client = await start();
    client.open(uri, 'RUNN\n', 5);
    await client.problems(uri, 5);
    client.close(uri);
    const cleared = await client.until(
      (received) =>
        received.find((m) => (m.params as Published)?.uri === uri && (m.params as Published).version === undefined),
      'the problems are cleared',
    );
    expect((cleared.params as Published).diagnostics).toEqual([]);
    expect(await client.request('llbLens/graph', { uri })).toBe(null);
    expect(await client.ask('textDocument/hover', uri, { position: p(0, 0) })).toBe(null);
  });

  test('a graph that is asked for before its document is open is told of once there is one, and again after a pause', async () => {
    const client = await start();
    const told = (version: number) =>
      client.until(
        (received) =>
          received.find(
            ({ method, params }) =>
              method === 'llbLens/graphChanged' && (params as { version: number }).version === version,
          ),
        `the graph of version ${version} is told of`,
      );
    expect(await graph(client)).toBe(null);
    client.open(uri, 'FROM scratch\n', 7);
    await told(7);
    expect(await lines(client)).toEqual(['FROM scratch']);
    client.close(uri);
    client.open(uri, 'FROM debian\n', 9);
    await told(9);
    expect(await lines(client)).toEqual(['FROM debian']);
  });

  test('two hundred documents', async () => {
    const client = await start();
    const names = Array.from({ length: 200 }, (_, i) => `file:///folder/${i}/Dockerfile`);
    for (const [i, name] of names.entries())
      client.open(name, `FROM scratch AS s${i}\nCOPY --from=s${i}x a b\nLABEL n=${i}\n`);
    for (const name of names) await client.problems(name, 1);
    for (const [i, name] of names.entries()) {
      expect(await lines(client, name)).toEqual([`FROM scratch AS s${i}`, `COPY --from=s${i}x a b`, `LABEL n=${i}`]);
    }
  });
});

describe('problems on demand', () => {
  const pulling = { textDocument: { diagnostic: {} }, workspace: { diagnostics: { refreshSupport: true } } };

  test('are given in full, then as unchanged, then in full again; and none are pushed', async () => {
    const client = await start({ capabilities: pulling });
    client.open(uri, 'FROM scratch\nRUNN x\n');
    type Report = { kind: string; resultId: string; items: unknown[] };
    const first = (await client.ask('textDocument/diagnostic', uri)) as Report;
    expect(first).toMatchObject({ kind: 'full', items: [{ source: 'LLB Lens', range: { start: p(1, 0) } }] });
    const second = await client.ask('textDocument/diagnostic', uri, { previousResultId: first.resultId });
    expect(second).toEqual({ kind: 'unchanged', resultId: first.resultId });
    client.change(uri, 2, { range: at(1, 0, 6), text: 'RUN x' });
    const third = (await client.ask('textDocument/diagnostic', uri, { previousResultId: first.resultId })) as Report;
    expect(third).toMatchObject({ kind: 'full', items: [] });
    expect(client.received.some(({ method }) => method === 'textDocument/publishDiagnostics')).toBe(false);
  });

  test.each([
    ['as the protocol has it', { diagnostics: { refreshSupport: true } }],
    ['as Helix writes it', { diagnostic: { refreshSupport: true } }],
  ])('are asked for again when the text means something else: %s', async (_, workspace) => {
    const client = await start({ capabilities: { ...pulling, workspace } });
    client.open(uri, 'FROM scratch\nCOPY a /\n');
    const report = async () => (await client.ask('textDocument/diagnostic', uri)) as { items: { code: string }[] };
    expect((await report()).items).toEqual([]);
    client.notify('workspace/didChangeConfiguration', { settings: { llbLens: { target: 'none' } } });
    await client.until(
      (received) => received.find(({ method }) => method === 'workspace/diagnostic/refresh'),
      'the word to ask again',
    );
    expect((await report()).items.map(({ code }) => code)).toEqual(['missing-target']);
  });

  test.each<[string, object, boolean]>([
    ['are pushed to a client that asks only when the text changes', { publishDiagnostics: {} }, false],
    ['are not pushed where they would not be taken', {}, true],
  ])('%s', async (_, taken, pulls) => {
    const client = await start({ capabilities: { textDocument: { diagnostic: {}, ...taken } } });
    expect(client.capabilities.diagnosticProvider !== undefined).toBe(pulls);
    client.open(uri, 'FROM scratch\nRUNN x\n');
    if (!pulls) expect((await client.problems(uri, 1)).diagnostics.length).toBe(1);
    else expect(await client.ask('textDocument/diagnostic', uri)).toMatchObject({ kind: 'full', items: [{}] });
    expect(client.received.some(({ method }) => method === 'textDocument/publishDiagnostics')).toBe(!pulls);
  });
});

describe('settings', () => {
  const text = 'ARG N=1\nFROM scratch AS one\nLABEL n=$N\nFROM scratch AS two\n';
  const target = async (client: Client) => {
    const { graph: found } = await graph(client);
    return found?.stages[found.target]?.name;
  };

  test('from the start, and changed by a client that sends them', async () => {
    const client = await start({ initializationOptions: { settings: { target: 'one' } } });
    client.open(uri, text);
    expect(await target(client)).toBe('one');
    client.notify('workspace/didChangeConfiguration', { settings: { llbLens: { target: 'two' } } });
    expect(await target(client)).toBe('two');
  });

  test('asked for, for each folder', async () => {
    const settings: Record<string, object> = { '/a/': { target: 'one' }, '/b/': { target: 'two' } };
    const asked = ({ items }: { items: { scopeUri?: string }[] }) =>
      items.map(({ scopeUri = '' }) => settings[/\/[ab]\//.exec(scopeUri)?.[0] ?? '']);
    const client = await start({
      capabilities: { workspace: { configuration: true, didChangeConfiguration: { dynamicRegistration: true } } },
      answers: { 'workspace/configuration': asked },
    });
    const of = async (name: string) => {
      const { graph: found } = await graph(client, name);
      return found?.stages[found.target]?.name;
    };
    client.open('file:///a/Dockerfile', text);
    client.open('file:///b/Dockerfile', text);
    expect([await of('file:///a/Dockerfile'), await of('file:///b/Dockerfile')]).toEqual(['one', 'two']);
    settings['/a/'] = { target: 'two' };
    client.notify('workspace/didChangeConfiguration', { settings: null });
    await expect.poll(() => of('file:///a/Dockerfile'), { timeout: 50_000 }).toBe('two');
  });

  test('formatting and colours are registered once, and taken back, however fast settings change', async () => {
    let features = { formatting: true, semanticTokens: true };
    const client = await start({
      capabilities: {
        workspace: { configuration: true },
        textDocument: { formatting: { dynamicRegistration: true }, semanticTokens: { dynamicRegistration: true } },
      },
      answers: { 'workspace/configuration': ({ items }: { items: unknown[] }) => items.map(() => ({ features })) },
    });
    type Registration = { id: string; method: string };
    const registered = () => {
      const ids = new Map<string, string>();
      for (const { method, params } of client.received) {
        const { registrations = [], unregisterations = [] } = (params ?? {}) as Record<string, Registration[]>;
        if (method === 'client/registerCapability') for (const { id, method: of } of registrations) ids.set(id, of);
        if (method === 'client/unregisterCapability') for (const { id } of unregisterations) ids.delete(id);
      }
      return [...ids.values()].sort();
    };
    for (let i = 0; i < 5; i++) client.notify('workspace/didChangeConfiguration', { settings: null });
    await expect
      .poll(registered, { timeout: 50_000 })
      .toEqual(['textDocument/formatting', 'textDocument/semanticTokens']);
    features = { formatting: false, semanticTokens: true };
    for (let i = 0; i < 5; i++) client.notify('workspace/didChangeConfiguration', { settings: null });
    await expect.poll(registered, { timeout: 50_000 }).toEqual(['textDocument/semanticTokens']);
    features = { formatting: false, semanticTokens: false };
    client.notify('workspace/didChangeConfiguration', { settings: null });
    await expect.poll(registered, { timeout: 50_000 }).toEqual([]);
  });

  test('a client that never tells its settings holds nothing up', async () => {
    const client = await start({ capabilities: { workspace: { configuration: true } }, answers: {} });
    // The client's answer is null: no settings at all.
    client.open(uri, text);
    expect(await target(client)).toBe('two');
  });

  test('nonsense is told in the log and otherwise ignored', async () => {
    const client = await start({
      initializationOptions: {
        settings: { target: 7, buildArgs: [1], features: { hover: 'yes' }, rules: { A: 'loud' } },
      },
    });
    client.open(uri, text);
    expect(await target(client)).toBe('two');
    const logged = client.received
      .filter((m) => m.method === 'window/logMessage')
      .map((m) => (m.params as { message: string }).message);
    for (const key of ['target', 'buildArgs', 'features.hover', 'rules.A']) {
      expect(logged).toContainEqual(expect.stringContaining(`llbLens.${key} should be`));
    }
  });

  test('a feature that is off answers nothing, and at once', async () => {
    const client = await start();
    client.open(uri, 'FROM scratch\nRUNN x\n');
    expect((await client.problems(uri, 1)).diagnostics.length).toBe(1);
    expect(await client.ask('textDocument/hover', uri, { position: p(0, 1) })).not.toBe(null);
    client.notify('workspace/didChangeConfiguration', {
      settings: { llbLens: { features: { diagnostics: false, hover: false } } },
    });
    await client.until(
      (received) =>
        received.findLast(
          (m) => (m.params as Published)?.uri === uri && (m.params as Published).diagnostics.length === 0,
        ),
      'the problems are gone',
    );
    expect(await client.ask('textDocument/hover', uri, { position: p(0, 1) })).toBe(null);
  });
});

describe('files', () => {
  test('the .dockerignore counts, is read again when it changes, and may go with its folder', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'llb-lens-'));
    try {
      mkdirSync(join(folder, 'app'));
      const ignore = join(folder, 'app', '.dockerignore');
      writeFileSync(ignore, 'secret\n');
      writeFileSync(join(folder, 'app', 'secret'), '');
      const client = await start();
      const name = pathToFileURL(join(folder, 'app', 'Dockerfile')).href;
      client.open(name, 'FROM scratch\nCOPY secret /\n');
      const codes = (published: Published) => published.diagnostics.map((d) => d.code);
      expect(codes(await client.problems(name, 1))).toEqual(['CopyIgnoredFile']);
      writeFileSync(ignore, 'other\n');
      client.notify('workspace/didChangeWatchedFiles', { changes: [{ uri: pathToFileURL(ignore).href, type: 2 }] });
      const last = () =>
        client.received.findLast((m) => m.method === 'textDocument/publishDiagnostics')?.params as Published;
      await client.until(() => (last().diagnostics.length === 0 ? true : undefined), 'the warning is gone');
      rmSync(folder, { recursive: true });
      client.notify('workspace/didChangeWatchedFiles', { changes: [{ uri: pathToFileURL(ignore).href, type: 3 }] });
      client.change(name, 2, { text: 'FROM scratch\nLABEL a=1\n' });
      expect(await lines(client, name)).toEqual(['FROM scratch', 'LABEL a=1']);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
