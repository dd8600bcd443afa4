// The ways in which a client of the Node process can speak to the server.
import {
  type Connection,
  createConnection,
  createServerPipeTransport,
  createServerSocketTransport,
  IPCMessageReader,
  IPCMessageWriter,
  type MessageReader,
  type MessageWriter,
  ProposedFeatures,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver/node';
import { type Arrivals, watchArrivals } from './arrivals.ts';

export interface Link {
  readonly connection: Connection;
  readonly arrivals: Arrivals;
}

export function connectStreams(
  input: ConstructorParameters<typeof StreamMessageReader>[0],
  output: ConstructorParameters<typeof StreamMessageWriter>[0],
): Link {
  return link(new StreamMessageReader(input), new StreamMessageWriter(output));
}

export function connectIpc(process: ConstructorParameters<typeof IPCMessageReader>[0]): Link {
  return link(new IPCMessageReader(process), new IPCMessageWriter(process));
}

/** Connects to a port of this machine on which the client listens. */
export function connectSocket(port: number): Link {
  return link(...createServerSocketTransport(port));
}

/** Connects to a named pipe on which the client listens. */
export function connectPipe(name: string): Link {
  return link(...createServerPipeTransport(name));
}

function link(reader: MessageReader, writer: MessageWriter): Link {
  const arrivals = watchArrivals(reader);
  return { connection: createConnection(ProposedFeatures.all, reader, writer), arrivals };
}
