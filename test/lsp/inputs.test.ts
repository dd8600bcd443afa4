// Base images and build contexts in the language server: a registry in memory, folders on disk, the built command over stdio.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { GraphAnswer } from '../../shared/src/protocol.ts';
import { digestOf, type FakeRegistry, type Part, putImage, startFakeRegistry } from '../images/fakeRegistry.ts';
import { type Client, type ClientSetup, type Published, startClient } from './client.ts';

const started: Client[] = [];
const environment = { ...process.env };
let folder: string;
let registry: FakeRegistry;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'llb-lens-inputs-'));
  registry = await startFakeRegistry();
  // No cache, no login, no Docker and no containerd but the test's own.
  Object.assign(process.env, {
    XDG_CACHE_HOME: join(folder, 'cache'),
    DOCKER_CONFIG: join(folder, 'docker'),
    DOCKER_HOST: `unix://${join(folder, 'no.sock')}`,
    CONTAINERD_ADDRESS: join(folder, 'no.sock'),
  });
});
afterEach(async () => {
  for (const client of started.splice(0)) expect(await client.end()).toBe(0);
  await registry.close();
  process.env = { ...environment };
  rmSync(folder, { recursive: true, force: true });
});

async function start(settings: object, setup: ClientSetup = {}): Promise<Client> {
  const client = await startClient({ ...setup, initializationOptions: { settings } });
  started.push(client);
  return client;
}

function write(files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, 'app', dirname(path)), { recursive: true });
    writeFileSync(join(folder, 'app', path), text);
  }
}

const name = (): string => pathToFileURL(join(folder, 'app', 'Dockerfile')).href;
const uriOf = (path: string): string => pathToFileURL(join(folder, 'app', path)).href;
const ignoreName = (): string => uriOf('.dockerignore');

async function hover(client: Client, character: number): Promise<string> {
  const answer = await client.ask('textDocument/hover', name(), { position: { line: 0, character } });
  return (answer as { contents: { value: string } } | null)?.contents.value ?? '';
}

/** Asks for the graph again whenever the server says that it changed, until it is as wanted. */
async function graphWith(client: Client, wanted: (text: string) => boolean): Promise<string> {
  for (let told = 0; ; ) {
    const { text } = (await client.request('llbLens/graph', { uri: name() })) as GraphAnswer;
    if (wanted(text)) return text;
    const before = told;
    told = await client.until((received) => {
      const count = received.filter(({ method }) => method === 'llbLens/graphChanged').length;
      return count > before ? count : undefined;
    }, 'a change of the graph');
  }
}

/** The errors and warnings that were published last, once they are as wanted. */
function codes(client: Client, wanted: readonly string[]): Promise<Published> {
  return client.until((received) => {
    const last = received.findLast(({ method }) => method === 'textDocument/publishDiagnostics')?.params;
    const published = last as Published | undefined;
    const grave = published?.diagnostics.filter(({ severity }) => severity <= 2);
    const found = grave?.map(({ code }) => code ?? '').sort();
    return JSON.stringify(found) === JSON.stringify(wanted) ? published : undefined;
  }, `problems ${wanted}`);
}

interface Action {
  readonly title: string;
  readonly edit: {
    readonly changes?: Readonly<Record<string, readonly { readonly newText: string }[]>>;
    readonly documentChanges?: readonly unknown[];
  };
}

async function actions(client: Client, line: number): Promise<readonly Action[]> {
  const at = { line, character: 6 };
  const context = { diagnostics: [] };
  return (await client.ask('textDocument/codeAction', name(), { range: { start: at, end: at }, context })) as Action[];
}

describe('base images', () => {
  const on = { images: { resolve: 'on' } };

  test('the graph is there at once, and firm when the registry has answered', async () => {
    const { digest } = putImage(registry, 'team/app', '1', { env: ['PATH=/bin', 'A=b'] });
    const client = await start(on);
    client.open(name(), `FROM ${registry.host}/team/app:1\nRUN a\n`);
    const first = (await client.request('llbLens/graph', { uri: name() })) as GraphAnswer;
    expect(first.graph?.instructions.length).toBe(2);
    await graphWith(client, (graph) => !graph.includes('provisional'));
    const words = await hover(client, 8);
    expect(words).toContain(`Digest \`${digest}\``);
    expect(words).toContain('2 variables (`PATH`, `A`)');
    expect(words).toContain(`From \`${registry.host}\`, just now`);
    const pin = (await actions(client, 0)).find(({ title }) => title.startsWith('Pin'));
    expect(pin?.edit.changes?.[name()]?.map((edit) => edit.newText)).toEqual([`${registry.host}/team/app:1@${digest}`]);

    // What was learnt is known to the next server, which asks nobody.
    const asked = registry.asked.length;
    const later = await start({});
    later.open(name(), `FROM ${registry.host}/team/app:1\n`);
    expect(await hover(later, 8)).toContain(`Digest \`${digest}\``);
    expect(registry.asked.length).toBe(asked);
  });

  test('a tag that has grown old is asked for again, though nobody types', async () => {
    putImage(registry, 'team/app', '1', { env: ['A=1'] });
    const client = await start({ images: { resolve: 'on', refresh: 0.02 } });
    client.open(name(), `FROM ${registry.host}/team/app:1\n`);
    const first = await graphWith(client, (graph) => !graph.includes('provisional'));
    const { digest } = putImage(registry, 'team/app', '1', { env: ['A=2'] });
    await graphWith(client, (graph) => graph !== first);
    expect(await hover(client, 8)).toContain(`Digest \`${digest}\``);
  });

  test('a pin is renewed', async () => {
    const old = putImage(registry, 'team/app', '1', { env: ['A=1'] });
    const { digest } = putImage(registry, 'team/app', '1', { env: ['A=2'] });
    const client = await start(on);
    client.open(name(), `FROM ${registry.host}/team/app:1@${old.digest}\n`);
    await graphWith(client, (graph) => !graph.includes('provisional'));
    for (;;) {
      const update = (await actions(client, 0)).find(({ title }) => title.startsWith('Update'));
      if (update === undefined) continue;
      expect(update.edit.changes?.[name()]?.map((edit) => edit.newText)).toEqual([digest]);
      return;
    }
  });

  test('what BuildKit would not find is its error; what is wrong with the way there stands in the hover alone', async () => {
    const client = await start(on);
    client.open(name(), `FROM ${registry.host}/team/none:1\nRUN a\n`);
    const published = await codes(client, ['missing-image']);
    expect(published.diagnostics[0]?.message).toContain('not found');

    registry.login = { kind: 'basic', user: 'me', password: 'secret' };
    client.change(name(), 2, { text: `FROM ${registry.host}/team/private:1\nRUN a\n` });
    await codes(client, []);
    await client.until(
      () => (registry.asked.some(({ path }) => path.includes('private')) ? true : undefined),
      'asking',
    );
    await graphWith(client, () => true);
    let words = '';
    while (!/login|logged|password|denied|refused/i.test(words)) words = await hover(client, 8);
    expect(words).toContain('not known yet');
    const shown = client.received.filter(({ method }) => method?.startsWith('window/show') === true);
    expect(shown).toEqual([]);
  });

  test('an OCI layout that is a named context needs no other setting, and is asked of no registry', async () => {
    const put = (bytes: Uint8Array): Part => {
      write({ [`layout/blobs/${digestOf(bytes).replace(':', '/')}`]: bytes });
      return { digest: digestOf(bytes), size: bytes.length };
    };
    const putAs = (env: string): void => {
      const putManifest = (_: string, __: string, mediaType: string, body: unknown) => ({
        mediaType,
        ...put(Buffer.from(JSON.stringify(body))),
      });
      const { digest, size, mediaType } = putImage({ putBlob: put, putManifest }, '', '', { env: [env] });
      const annotations = { 'org.opencontainers.image.ref.name': '1' };
      write({ 'layout/index.json': JSON.stringify({ manifests: [{ digest, size, mediaType, annotations }] }) });
    };
    putAs('A=1');
    const contexts = { [`${registry.host}/team/base:1`]: 'oci-layout://layout:1' };
    const client = await start({ ...on, contexts });
    client.open(name(), `FROM ${registry.host}/team/base:1\nRUN echo $A\n`);
    const graph = await graphWith(client, (text) => !text.includes('provisional'));
    expect(await hover(client, 8)).toContain('1 variable (`A`)');
    putAs('B=2');
    client.notify('workspace/didChangeWatchedFiles', { changes: [{ uri: uriOf('layout/index.json'), type: 2 }] });
    await graphWith(client, (text) => text !== graph && !text.includes('provisional'));
    expect(await hover(client, 8)).toContain('1 variable (`B`)');

    const distrusted = await start({ ...on, contexts, trusted: false });
    distrusted.open(name(), `FROM ${registry.host}/team/base:1\n`);
    const unread = await graphWith(distrusted, () => true);
    expect(unread).toContain('missing: the configuration');
    expect(unread).toMatch(/1 {2}FROM .* [0-9a-f]{12}~ OCI layout /);
    expect(registry.asked).toEqual([]);
  });

  test.each([
    ['off', { images: { resolve: 'off' } }],
    ['a folder that is not trusted', { ...on, trusted: false }],
    ['what is cached alone', { images: { resolve: 'cached' } }],
  ])('%s: nobody is asked', async (_, settings) => {
    putImage(registry, 'team/app', '1');
    const client = await start(settings);
    client.open(name(), `FROM ${registry.host}/team/app:1\nRUN a\n`);
    await client.problems(name(), 1);
    expect(await hover(client, 8)).toContain('not known yet');
    started.splice(0);
    expect(await client.end()).toBe(0);
    expect(registry.asked).toEqual([]);
  });

  test('our own client hears that nothing is known, once', async () => {
    const client = await startClient({ initializationOptions: { settings: {}, commands: true } });
    started.push(client);
    client.open(name(), `FROM ${registry.host}/team/app:1\n`);
    await client.problems(name(), 1);
    client.change(name(), 2, { text: `FROM ${registry.host}/team/app:2\n` });
    await client.problems(name(), 2);
    const told = client.received.filter(({ method }) => method === 'llbLens/imagesUnknown');
    expect(told.map(({ params }) => params)).toEqual([{ uri: name() }]);
  });
});

describe('build contexts', () => {
  test('are walked, and walked again when something changes', async () => {
    write({ 'src/a': 'aaaa', 'src/b': 'b' });
    const client = await start({});
    client.open(name(), 'FROM alpine:3\nCOPY src /src/\nCOPY dist /dist/\n');
    await codes(client, ['CopyMatchesNothing']);
    const lenses = (await client.ask('textDocument/codeLens', name())) as { readonly data: unknown }[];
    const titles = await Promise.all(
      lenses.map(async (lens) => ((await client.request('codeLens/resolve', lens)) as Lens).command?.title),
    );
    expect(titles).toContain('2 files, 5 bytes from src/');
    write({ 'dist/x': '' });
    await codes(client, []);
  });

  test('a secret that is swept in, kept out by a new or an old ignore file', async () => {
    write({ '.env': 'A=b', 'main.js': '' });
    const edits = { documentChanges: true, resourceOperations: ['create'] };
    const client = await start({}, { capabilities: { workspace: { workspaceEdit: edits } } });
    client.open(name(), 'FROM node:22\nCOPY . /app/\n');
    await codes(client, ['SecretInContext']);
    const fix = async () => (await actions(client, 1)).find(({ title }) => title.startsWith('Add'))?.edit;
    const start0 = { line: 0, character: 0 };
    const added = (line: number, character: number, newText: string) => {
      const at = { line, character };
      return {
        textDocument: { uri: ignoreName(), version: null },
        edits: [{ range: { start: at, end: at }, newText }],
      };
    };
    expect((await fix())?.documentChanges).toEqual([
      { kind: 'create', uri: ignoreName(), options: { ignoreIfExists: true } },
      added(start0.line, start0.character, '**/.env\n'),
    ]);
    write({ '.dockerignore': '# mine\r\n*.log' });
    client.notify('workspace/didChangeWatchedFiles', { changes: [{ uri: ignoreName(), type: 1 }] });
    // What the new ignore file leaves is looked at again; until that is done nothing is said.
    let edit = await fix();
    while (edit?.documentChanges?.length !== 1) edit = await fix();
    expect(edit.documentChanges).toEqual([added(1, 5, '\r\n**/.env\r\n')]);
    write({ '.dockerignore': '**/.env\n' });
    client.notify('workspace/didChangeWatchedFiles', { changes: [{ uri: ignoreName(), type: 2 }] });
    await codes(client, []);
  });

  test('an ignore file that changes on disk counts, though the client tells nothing of files', async () => {
    write({ '.env': 'A=b', 'main.js': '' });
    const client = await start({});
    client.open(name(), 'FROM node:22\nCOPY . /app/\n');
    await codes(client, ['SecretInContext']);
    write({ '.dockerignore': '**/.env\n' });
    await codes(client, []);
    write({ '.dockerignore': '*.log\n' });
    await codes(client, ['SecretInContext']);
    write({ 'Dockerfile.dockerignore': '**/.env\n' });
    await codes(client, []);
  });

  test('an ignore file that is open counts as it stands there, and on disk again once it is closed', async () => {
    write({ '.env': 'A=b', 'main.js': '', '.dockerignore': '# nothing\n' });
    const registered: unknown[] = [];
    const answers = { 'client/registerCapability': (params: unknown) => void registered.push(params) };
    const capabilities = {
      workspace: { workspaceEdit: { documentChanges: true } },
      textDocument: { synchronization: { dynamicRegistration: true } },
    };
    const client = await start({}, { capabilities, answers });
    client.open(name(), 'FROM node:22\nCOPY . /app/\n');
    await codes(client, ['SecretInContext']);
    for (const method of ['didOpen', 'didChange', 'didClose'])
      expect(JSON.stringify(registered)).toContain(`"textDocument/${method}"`);
    client.open(ignoreName(), '# nothing\n', 1, 'ignore');
    const at = { line: 1, character: 0 };
    const change = { range: { start: at, end: at }, text: '.env\n' };
    // An editor that takes it for a Dockerfile too says so twice.
    client.change(ignoreName(), 2, change);
    client.change(ignoreName(), 2, change);
    await codes(client, []);
    client.change(ignoreName(), 3, { text: '# é\n*.log' });
    await codes(client, ['SecretInContext']);
    // The fix goes to what stands there, not to what is on disk.
    const fix = (await actions(client, 1)).find(({ title }) => title.startsWith('Add'))?.edit;
    expect(JSON.stringify(fix)).toContain(JSON.stringify({ line: 1, character: 5 }));
    client.change(ignoreName(), 4, { text: '**/.e*' });
    await codes(client, []);
    expect(await client.ask('textDocument/hover', ignoreName(), { position: at })).toBeNull();
    client.close(ignoreName());
    await codes(client, ['SecretInContext']);

    const own = `${name()}.dockerignore`;
    // VS Code takes this one for a Dockerfile.
    client.open(own, '.env\n', 1, 'dockerfile');
    await codes(client, []);
    expect(client.received.filter(({ params }) => JSON.stringify(params ?? '').includes(own))).toEqual([]);
  });

  test('a folder that is not there is no reason to speak', async () => {
    const client = await start({});
    client.open(name(), 'FROM alpine:3\nCOPY src /src/\n');
    await codes(client, []);
    expect(await hover(client, 1)).not.toContain('Takes');
  });
});

interface Lens {
  readonly command?: { readonly title: string };
}
