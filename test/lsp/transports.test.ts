// The other ways of speaking to the server than stdio: a Node parent's channel, a port, a pipe.
import { fork, spawn } from 'node:child_process';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { framed, root } from './client.ts';

const command = join(root, 'bin', 'llb-lens-language-server.mjs');
const initialize = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { processId: null, rootUri: null, capabilities: {} },
} as const;

test('a Node parent', async () => {
  const child = fork(command, ['--node-ipc']);
  const gone = new Promise((done) => child.once('exit', done));
  const answer = new Promise<{ result: { serverInfo: { name: string } } }>((done) =>
    child.on('message', (message: { id?: number }) => {
      if (message.id === 1) done(message as never);
    }),
  );
  child.send(initialize);
  expect((await answer).result.serverInfo.name).toBe('llb-lens-language-server');
  child.disconnect();
  expect(await gone).toBe(0);
});

test.each([
  ['a port', 0, (port: number | string) => `--socket=${port}`],
  ['a pipe', join(tmpdir(), `llb-lens-${process.pid}.sock`), (name: number | string) => `--pipe=${name}`],
])('%s', async (_, where, argument) => {
  const server = createServer();
  const connected = new Promise<Socket>((done) => server.once('connection', done));
  await new Promise<void>((done) => server.listen(where as number, () => done()));
  const address = server.address();
  const child = spawn(process.execPath, [
    command,
    argument(typeof address === 'string' ? address : (address?.port ?? 0)),
  ]);
  const gone = new Promise((done) => child.once('exit', done));
  const socket = await connected;
  let received = '';
  const answer = new Promise<void>((done) =>
    socket.on('data', (data) => {
      received += data.toString();
      if (received.includes('"id":1')) done();
    }),
  );
  socket.write(framed(initialize));
  await answer;
  expect(received).toContain('llb-lens-language-server');
  socket.destroy();
  server.close();
  await gone;
});
