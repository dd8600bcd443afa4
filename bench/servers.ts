// Our language server beside the one that most editors use for Dockerfiles: the same messages, over stdio, in turns.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { debounce } from '../server/src/lsp/publish.ts';
import { longDockerfile } from './files.ts';
import { type LanguageServer, type Received, startLanguageServer } from './languageServer.ts';
import { ms, quantile, row } from './numbers.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const peer = { name: 'dockerfile-language-server-nodejs', version: '0.15.0' };
const ours = { name: 'LLB Lens', script: join(root, 'bin/llb-lens-language-server.mjs'), wait: debounce };

interface Contestant {
  readonly name: string;
  readonly script: string;
  /** How long it waits for more keys on purpose before it sends diagnostics, in milliseconds. */
  readonly wait: number;
}

/** A row of the table: milliseconds or megabytes by contestant. */
type Times = Map<string, number[]>;

/** `keys` keystrokes at 50 and at 500 lines, a quarter of them at 5,000, and `starts` starts. */
export async function besidePeer(keys: number, starts: number): Promise<void> {
  const theirs = installPeer();
  const contestants = theirs === undefined ? [ours] : [ours, theirs];
  console.log('The language server over stdio (ms)');
  console.log(`  diagnostics: without the ${debounce} ms that LLB Lens waits for more keys (subtracted)`);
  for (const lines of [50, 500, 5000]) {
    const tables: [string, Times][] = [];
    const table = (name: string): Times => {
      const known = tables.find(([known]) => known === name);
      if (known !== undefined) return known[1];
      const times: Times = new Map(contestants.map((contestant) => [contestant.name, []]));
      tables.push([name, times]);
      return times;
    };
    await measureStarts(contestants, lines, starts, table('start to first answer'));
    await measureKeys(contestants, lines, lines > 1000 ? Math.ceil(keys / 4) : keys, table);
    console.log(`\n  ${lines} lines`);
    console.log(row('', ['ours p50', 'p99', ...(theirs === undefined ? [] : ['peer p50', 'p99', 'p50 x'])]));
    for (const [name, times] of tables) console.log(row(name, cells(times, theirs?.name)));
  }
  console.log();
}

/** p50 and p99 of each, and how many times faster we are. */
function cells(times: Times, peerName: string | undefined): string[] {
  const both = (list: readonly number[]) =>
    list.length === 0 ? ['-', '-'] : [0.5, 0.99].map((q) => ms(quantile(list, q)));
  const we = times.get(ours.name) ?? [];
  const they = (peerName === undefined ? undefined : times.get(peerName)) ?? [];
  if (peerName === undefined) return both(we);
  const ratio = they.length === 0 ? '-' : (quantile(they, 0.5) / quantile(we, 0.5)).toFixed(1);
  return [...both(we), ...both(they), ratio];
}

/** Puts the peer into the build folder, once; undefined where that fails. */
function installPeer(): Contestant | undefined {
  const folder = join(root, '.build/bench-peer');
  const script = join(folder, 'node_modules', peer.name, 'bin/docker-langserver');
  if (!existsSync(script)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
    const run = spawnSync(
      'npm',
      ['install', '--no-audit', '--no-fund', '--save-exact', `${peer.name}@${peer.version}`],
      {
        cwd: folder,
        encoding: 'utf8',
      },
    );
    if (run.status !== 0 || !existsSync(script)) {
      console.log(`${peer.name} ${peer.version} could not be installed: nothing to compare with`);
      return undefined;
    }
  }
  return { name: `${peer.name} ${peer.version}`, script, wait: 0 };
}

const capabilities = {
  textDocument: {
    synchronization: {},
    publishDiagnostics: { versionSupport: true },
    hover: { contentFormat: ['markdown', 'plaintext'] },
    codeLens: {},
    semanticTokens: { requests: { full: true }, tokenTypes: [], tokenModifiers: [], formats: ['relative'] },
    formatting: {},
  },
};

/** A server with the document open and a hover answered. */
async function start(
  { name, script }: Contestant,
  uri: string,
  text: string,
): Promise<{ server: LanguageServer; took: number }> {
  const begin = performance.now();
  const server = startLanguageServer(name, script);
  await server.request('initialize', { processId: process.pid, rootUri: null, capabilities });
  server.notify('initialized', {});
  server.notify('textDocument/didOpen', { textDocument: { uri, languageId: 'dockerfile', version: 1, text } });
  const { at } = await server.request('textDocument/hover', {
    textDocument: { uri },
    position: { line: 0, character: 1 },
  });
  return { server, took: at - begin };
}

async function measureStarts(
  contestants: readonly Contestant[],
  lines: number,
  starts: number,
  times: Times,
): Promise<void> {
  const { uri, text } = benchDocument(lines);
  for (let i = 0; i < starts; i++) {
    for (const contestant of contestants) {
      const { server, took } = await start(contestant, uri, text);
      await server.stop();
      // The first fills the caches of the machine.
      if (i > 0) times.get(contestant.name)?.push(took);
    }
  }
}

async function measureKeys(
  contestants: readonly Contestant[],
  lines: number,
  keys: number,
  table: (name: string) => Times,
): Promise<void> {
  const { uri, text, place } = benchDocument(lines);
  const textDocument = { uri };
  const seats = await Promise.all(
    contestants.map(async (contestant) => ({ contestant, ...(await start(contestant, uri, text)) })),
  );
  for (const { server } of seats) await opened(server, uri);
  for (const name of ['keystroke to diagnostics', 'keystroke to semantic tokens', 'hover', 'semantic tokens'])
    table(name);
  let version = 1;
  // What is typed first warms both up.
  for (let key = lines > 1000 ? -10 : -30; key < keys; key++) {
    version++;
    // A letter is typed, and deleted again.
    const end = key % 2 === 0 ? place : { line: place.line, character: place.character + 1 };
    const change = { range: { start: place, end }, text: key % 2 === 0 ? 'x' : '' };
    for (const { contestant, server } of seats) {
      const note = (name: string, begin: number, { at }: Received, wait = 0) => {
        if (key >= 0)
          table(name)
            .get(contestant.name)
            ?.push(at - begin - wait);
      };
      const ask = async (name: string, method: string, params: object = {}): Promise<Received> => {
        const begin = performance.now();
        const answer = await server.request(method, { textDocument, ...params });
        note(name, begin, answer);
        return answer;
      };
      const told = server.next('textDocument/publishDiagnostics', (params) => (params.version ?? version) === version);
      const begin = performance.now();
      server.notify('textDocument/didChange', { textDocument: { uri, version }, contentChanges: [change] });
      note('keystroke to diagnostics', begin, await told, contestant.wait);
      // A process that has just worked is quicker than one that has rested: both have rested as long.
      await new Promise((done) => setTimeout(done, debounce - contestant.wait));
      await ask('hover', 'textDocument/hover', { position: place });
      // Seconds each: a few tell enough.
      const tokens = table('semantic tokens').get(contestant.name) ?? [];
      if (tokens.length < 5 || quantile(tokens, 0.5) < 1000)
        await ask('semantic tokens', 'textDocument/semanticTokens/full');
      await ask('formatting', 'textDocument/formatting', { options: { tabSize: 4, insertSpaces: true } });
      if (contestant !== ours) continue;
      const { message } = await ask('CodeLens', 'textDocument/codeLens');
      const lenses = message.result as readonly object[];
      const seen = lenses.slice(lenses.length >> 1).slice(0, 40);
      const asked = performance.now();
      const shown = await Promise.all(seen.map((lens) => server.request('codeLens/resolve', lens)));
      const last = shown.at(-1);
      if (last !== undefined) note('CodeLens, 40 worded', asked, last);
    }
  }
  // Colours are what an editor asks for first after a key.
  for (let key = 0; key < (lines > 1000 ? 5 : keys); key++) {
    version++;
    const end = key % 2 === 0 ? place : { line: place.line, character: place.character + 1 };
    const contentChanges = [{ range: { start: place, end }, text: key % 2 === 0 ? 'x' : '' }];
    for (const { contestant, server } of seats) {
      const told = server.next('textDocument/publishDiagnostics', (params) => (params.version ?? version) === version);
      const begin = performance.now();
      server.notify('textDocument/didChange', { textDocument: { uri, version }, contentChanges });
      const { at } = await server.request('textDocument/semanticTokens/full', { textDocument });
      table('keystroke to semantic tokens')
        .get(contestant.name)
        ?.push(at - begin);
      await told;
    }
  }
  for (const { contestant, server } of seats) {
    const memory = server.memory();
    if (memory !== undefined) table('memory after (MB)').get(contestant.name)?.push(memory);
    await server.stop();
  }
}

/** Waits until nothing more is told of the document that was opened. */
async function opened(server: LanguageServer, uri: string): Promise<void> {
  await server.request('textDocument/hover', { textDocument: { uri }, position: { line: 0, character: 1 } });
  await new Promise((done) => setTimeout(done, 1000));
}

/** A file in an empty folder, and the place in its middle where keys are typed. */
function benchDocument(lines: number) {
  const folder = join(root, '.build/bench-folder');
  const file = join(folder, 'Dockerfile');
  const text = longDockerfile(lines);
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, text);
  const all = text.split('\n');
  const found = all.findIndex((line, i) => i >= lines >> 1 && line.includes('npm ci'));
  const line = found < 0 ? all.findIndex((one) => one.includes('npm ci')) : found;
  return { uri: pathToFileURL(file).href, text, place: { line, character: (all[line] as string).indexOf('npm ci') } };
}
