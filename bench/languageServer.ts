// A language server as a process that is spoken to over standard input and output, with the moment at which each message came in.
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: { readonly uri?: string; readonly version?: number };
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/** A message, when its last byte came in (as `performance.now` counts), and how many bytes it took. */
export interface Received {
  readonly message: Message;
  readonly at: number;
  readonly bytes: number;
}

export interface LanguageServer {
  readonly name: string;
  /** Sends a request and waits for its answer. Rejects where that is an error, or the server ends. */
  request(method: string, params: unknown): Promise<Received>;
  notify(method: string, params: unknown): void;
  /** The next notification of this method that `wanted` wants. */
  next(method: string, wanted?: (params: NonNullable<Message['params']>) => boolean): Promise<Received>;
  /** What the kernel counts now, in MB; undefined where it does not tell. */
  memory(): number | undefined;
  stop(): Promise<void>;
}

interface Waiting {
  readonly wanted: (message: Message) => boolean;
  readonly done: (received: Received) => void;
  readonly failed: (error: Error) => void;
}

/** Starts `script` with this Node. */
export function startLanguageServer(name: string, script: string): LanguageServer {
  const child: ChildProcess = spawn(process.execPath, [script, '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const waiting = new Set<Waiting>();
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  void ended.then(() => {
    for (const { failed } of waiting) failed(new Error(`${name} ended`));
  });
  let parts: Buffer[] = [];
  let size = 0;
  let needed = 0;
  child.stdout?.on('data', (chunk: Buffer) => {
    parts.push(chunk);
    size += chunk.length;
    // A long answer comes in many chunks: they are joined once it is whole.
    if (size < needed) return;
    const at = performance.now();
    let buffer = parts.length === 1 ? chunk : Buffer.concat(parts);
    for (;;) {
      const head = buffer.indexOf('\r\n\r\n');
      const length =
        head < 0 ? Number.NaN : Number(/Content-Length: (\d+)/i.exec(buffer.toString('latin1', 0, head))?.[1]);
      needed = head < 0 ? buffer.length + 1 : head + 4 + length;
      if (buffer.length < needed) break;
      receive({ message: JSON.parse(buffer.toString('utf8', head + 4, needed)) as Message, at, bytes: length });
      buffer = buffer.subarray(needed);
    }
    parts = buffer.length === 0 ? [] : [buffer];
    size = buffer.length;
  });

  function receive(received: Received): void {
    const { message } = received;
    if (message.id !== undefined && message.method !== undefined) {
      // What a server asks of the client, none of it is needed here.
      send({ id: message.id, result: null });
      return;
    }
    for (const one of waiting) {
      if (!one.wanted(message)) continue;
      waiting.delete(one);
      if (message.error === undefined) one.done(received);
      else one.failed(new Error(`${name}: ${message.error.message}`));
      return;
    }
  }

  function send(message: object): void {
    const text = JSON.stringify({ jsonrpc: '2.0', ...message });
    child.stdin?.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  }

  const wait = (wanted: Waiting['wanted']): Promise<Received> =>
    new Promise((done, failed) => void waiting.add({ wanted, done, failed }));
  let ids = 0;
  const request = (method: string, params: unknown): Promise<Received> => {
    const id = ++ids;
    const answer = wait((message) => message.id === id && message.method === undefined);
    send({ id, method, params });
    return answer;
  };
  return {
    name,
    request,
    notify: (method, params) => send({ method, params }),
    next: (method, wanted) =>
      wait((message) => message.method === method && (wanted === undefined || wanted(message.params ?? {}))),
    memory() {
      try {
        const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1];
        return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
      } catch {
        return undefined;
      }
    },
    async stop() {
      await request('shutdown', null);
      send({ method: 'exit' });
      // Some servers outlive their client.
      const late = setTimeout(() => child.kill(), 1000);
      await ended;
      clearTimeout(late);
    },
  };
}
