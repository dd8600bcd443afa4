// The language server as a Node process: `--stdio`, `--node-ipc`, `--socket=PORT` or `--pipe=NAME`.

import { packageVersion } from '../../../shared/src/version.ts';
import { connectIpc, connectPipe, connectSocket, connectStreams, type Link } from '../lsp/connectNode.ts';
import { currentWork } from '../lsp/guard.ts';
import { startServer } from '../lsp/server.ts';
import { nodeHost } from './host.ts';
import { boundOldSpace, boundYoungSpace } from './memory.ts';

const usage = `llb-lens-language-server: Dockerfiles and the graph that BuildKit makes of them, for any editor.

Usage: llb-lens-language-server --stdio
  --stdio        speak over standard input and output
  --node-ipc     speak over the channel of a Node parent process
  --socket=PORT  connect to a port of this machine
  --pipe=NAME    connect to a named pipe
  --version      print the version
  --help         print this
`;

function connect(args: readonly string[]): Link | undefined {
  const value = (name: string): string | undefined => {
    const at = args.findIndex((arg) => arg === name || arg.startsWith(`${name}=`));
    if (at < 0) return undefined;
    return args[at] === name ? (args[at + 1] ?? '') : (args[at] as string).slice(name.length + 1);
  };
  // A server whose client is gone serves nobody.
  if (args.includes('--node-ipc') && process.send !== undefined) {
    process.once('disconnect', () => process.exit(0));
    return connectIpc(process);
  }
  const socket = value('--socket');
  if (socket !== undefined && /^\d+$/.test(socket)) return connectSocket(Number(socket));
  const pipe = value('--pipe');
  if (pipe) return connectPipe(pipe);
  if (!args.includes('--stdio')) return undefined;
  // Standard output belongs to the protocol: whatever a library prints goes beside it.
  console.log = console.error;
  console.info = console.error;
  console.debug = console.error;
  process.stdin.once('close', () => process.exit(0));
  return connectStreams(process.stdin, process.stdout);
}

function main(args: readonly string[]): void {
  if (args.includes('--version')) {
    process.stdout.write(`llb-lens-language-server ${packageVersion}\n`);
    return;
  }
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(usage);
    return;
  }
  process.on('uncaughtException', (error) => {
    process.stderr.write(`The server broke while it worked on: ${currentWork()}\n${error.stack ?? error}\n`, () =>
      process.exit(70),
    );
  });
  // A promise that nobody waits for breaks nothing that is on show: it is told, and work goes on.
  process.on('unhandledRejection', (reason) => {
    process.stderr.write(`Unhandled: ${reason instanceof Error ? reason.stack : String(reason)}\n`);
  });
  const link = connect(args);
  if (link === undefined) {
    process.stderr.write(usage);
    process.exitCode = 2;
    return;
  }
  boundOldSpace();
  startServer({ ...link, host: { ...nodeHost, analysed: boundYoungSpace }, version: packageVersion });
}

main(process.argv.slice(2));
