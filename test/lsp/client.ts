// A small client of the Language Server Protocol, written for tests: it starts the real command and speaks to it over stdio.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Message {
  readonly jsonrpc?: '2.0';
  readonly id?: number | string;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
}

export class ServerError extends Error {
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

export interface Published {
  readonly uri: string;
  readonly version?: number;
  readonly diagnostics: readonly {
    readonly range: { readonly start: Position; readonly end: Position };
    readonly code?: string;
    readonly message: string;
    readonly severity: number;
    readonly source?: string;
  }[];
}

export interface Position {
  readonly line: number;
  readonly character: number;
}

export interface ClientSetup {
  readonly capabilities?: object;
  readonly initializationOptions?: unknown;
  readonly rootUri?: string;
  /** Answers of the client to the server's requests, by method. */
  readonly answers?: Readonly<Record<string, (params: never) => unknown>>;
  readonly args?: readonly string[];
}

export class Client {
  readonly process: ChildProcessWithoutNullStreams;
  readonly received: Message[] = [];
  readonly exited: Promise<number | null>;
  stderr = '';
  /** What the server said it can do. */
  capabilities: Record<string, unknown> = {};
  readonly #answers: NonNullable<ClientSetup['answers']>;
  readonly #pending = new Map<number, { done: (result: unknown) => void; failed: (error: Error) => void }>();
  #nextId = 1;
  #buffer: Buffer = Buffer.alloc(0);
  #watchers: (() => void)[] = [];

  constructor({ answers = {}, args = ['--stdio'] }: ClientSetup = {}) {
    this.#answers = answers;
    this.process = spawn(process.execPath, [`${root}bin/llb-lens-language-server.mjs`, ...args]);
    this.process.stdout.on('data', (data: Buffer) => this.#read(data));
    this.process.stderr.on('data', (data: Buffer) => {
      this.stderr += data.toString();
    });
    this.process.stdin.on('error', () => {});
    this.exited = new Promise((done) => this.process.once('exit', (code) => done(code)));
    void this.exited.then(() => {
      for (const { failed } of this.#pending.values()) failed(new Error(`the server is gone\n${this.stderr}`));
    });
  }

  async initialize(setup: ClientSetup = {}): Promise<void> {
    const result = (await this.request('initialize', {
      processId: process.pid,
      rootUri: setup.rootUri ?? null,
      workspaceFolders: setup.rootUri === undefined ? null : [{ uri: setup.rootUri, name: 'folder' }],
      capabilities: setup.capabilities ?? {},
      initializationOptions: setup.initializationOptions,
    })) as { capabilities: Record<string, unknown> };
    this.capabilities = result.capabilities;
    this.notify('initialized', {});
  }

  request(method: string, params?: unknown): Promise<unknown> {
    const id = this.#nextId++;
    const answer = new Promise<unknown>((done, failed) => this.#pending.set(id, { done, failed }));
    answer.catch(() => {});
    this.send({ jsonrpc: '2.0', id, method, params });
    return answer;
  }

  notify(method: string, params: unknown): void {
    this.send({ jsonrpc: '2.0', method, params });
  }

  send(message: Message): void {
    this.write(framed(message));
  }

  write(bytes: Buffer): void {
    this.process.stdin.write(bytes);
  }

  open(uri: string, text: string, version = 1, languageId = 'dockerfile'): void {
    this.notify('textDocument/didOpen', { textDocument: { uri, languageId, version, text } });
  }

  change(uri: string, version: number, ...contentChanges: object[]): void {
    this.notify('textDocument/didChange', { textDocument: { uri, version }, contentChanges });
  }

  close(uri: string): void {
    this.notify('textDocument/didClose', { textDocument: { uri } });
  }

  ask(method: string, uri: string, params: object = {}): Promise<unknown> {
    return this.request(method, { textDocument: { uri }, ...params });
  }

  /** Waits until `find` yields something, over all that the server has sent. */
  async until<T>(find: (received: readonly Message[]) => T | undefined, what: string): Promise<T> {
    for (;;) {
      const found = find(this.received);
      if (found !== undefined) return found;
      const gone = this.exited.then(() => 'gone' as const);
      const more = new Promise<'more'>((done) => this.#watchers.push(() => done('more')));
      if ((await Promise.race([more, gone])) === 'gone')
        throw new Error(`the server left before ${what}\n${this.stderr}`);
    }
  }

  /** The problems that were last pushed for that version of a document. */
  problems(uri: string, version: number): Promise<Published> {
    return this.until(
      (received) =>
        received
          .filter(({ method }) => method === 'textDocument/publishDiagnostics')
          .map(({ params }) => params as Published)
          .findLast((published) => published.uri === uri && published.version === version),
      `problems of ${uri}, version ${version}`,
    );
  }

  /** Ends the server as a client should; the exit code of the process. */
  async end(): Promise<number | null> {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      await this.request('shutdown').catch(() => {});
      this.notify('exit', undefined);
    }
    return this.exited;
  }

  #read(data: Buffer): void {
    this.#buffer = this.#buffer.length === 0 ? data : Buffer.concat([this.#buffer, data]);
    for (;;) {
      const header = this.#buffer.indexOf('\r\n\r\n');
      if (header < 0) return;
      const length = Number(/content-length: *(\d+)/i.exec(this.#buffer.toString('latin1', 0, header))?.[1]);
      const end = header + 4 + length;
      if (this.#buffer.length < end) return;
      const message = JSON.parse(this.#buffer.toString('utf8', header + 4, end)) as Message;
      this.#buffer = this.#buffer.subarray(end);
      this.#receive(message);
    }
  }

  #receive(message: Message): void {
    this.received.push(message);
    if (message.method === undefined) {
      const pending = this.#pending.get(message.id as number);
      this.#pending.delete(message.id as number);
      if (message.error !== undefined) pending?.failed(new ServerError(message.error.code, message.error.message));
      else pending?.done(message.result);
    } else if (message.id !== undefined) {
      const answer = this.#answers[message.method];
      this.send({ jsonrpc: '2.0', id: message.id, result: answer?.(message.params as never) ?? null });
    }
    for (const watch of this.#watchers.splice(0)) watch();
  }
}

export function framed(message: Message): Buffer {
  const body = Buffer.from(JSON.stringify(message));
  return Buffer.concat([Buffer.from(`Content-Length: ${body.length}\r\n\r\n`), body]);
}

/** A server that has been told who is there. */
export async function startClient(setup: ClientSetup = {}): Promise<Client> {
  const client = new Client(setup);
  await client.initialize(setup);
  return client;
}
