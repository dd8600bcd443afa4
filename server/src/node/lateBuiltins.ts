// Parts of Node that take milliseconds to load, for whoever may never need them: each is loaded when it is first asked for.
import { createRequire } from 'node:module';

// Node's own modules are found from any place.
const load = createRequire(process.execPath);

export const childProcess = (): typeof import('node:child_process') => load('node:child_process');
export const http = (): typeof import('node:http') => load('node:http');
export const https = (): typeof import('node:https') => load('node:https');
export const http2 = (): typeof import('node:http2') => load('node:http2');
export const net = (): typeof import('node:net') => load('node:net');
export const tls = (): typeof import('node:tls') => load('node:tls');
export const zlib = (): typeof import('node:zlib') => load('node:zlib');
export const workerThreads = (): typeof import('node:worker_threads') => load('node:worker_threads');
