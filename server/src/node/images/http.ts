// One HTTP request and its streamed answer, through a proxy where one is set. It follows no redirect and knows no password:
// where a request goes, and with what, is decided by whoever sends it.
import { readdirSync, readFileSync } from 'node:fs';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { SecureContext } from 'node:tls';
import { http, https, tls } from '../lateBuiltins.ts';
import { ImageError } from './imageError.ts';
import { type Environment, proxyFor } from './proxy.ts';

export interface HttpRequest {
  readonly url: URL;
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal;
}

export interface HttpResponse {
  readonly status: number;
  /** Names in lower case; several of one name are joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body; throws ImageError where it breaks off or falls silent. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Gives the body up. */
  discard(): void;
}

/** Sends a request. Throws ImageError where there is no answer. */
export type Fetch = (request: HttpRequest) => Promise<HttpResponse>;

export interface HttpOptions {
  readonly env: Environment;
  /** Milliseconds without a byte after which a request is given up. */
  readonly silence?: number;
}

export function createFetch({ env, silence = 10_000 }: HttpOptions): Fetch {
  const trusted = new Map<string, SecureContext>();
  let roots: string[] | undefined;
  const trustFor = (host: string): SecureContext => {
    let trust = trusted.get(host);
    if (trust === undefined) {
      roots ??= trustedRoots(env);
      const own = certificatesFor(host, env);
      trust = tls().createSecureContext({ ...own, ca: [...roots, ...own.ca] });
      trusted.set(host, trust);
    }
    return trust;
  };
  return async (request) => {
    const secure = request.url.protocol === 'https:';
    const proxy = proxyFor(request.url, env);
    // Once a tunnel stands, what goes wrong is the registry's affair.
    let where = proxy === undefined ? request.url.host : `the proxy ${proxy.host}`;
    try {
      let socket: Socket | undefined;
      if (proxy !== undefined && secure) {
        socket = await tunnel(proxy, request, silence, proxy.protocol === 'https:' ? trustFor(proxy.host) : undefined);
        where = request.url.host;
      }
      return await send(
        request,
        socket,
        secure ? undefined : proxy,
        silence,
        secure ? trustFor(request.url.host) : undefined,
      );
    } catch (error) {
      throw explained(error, where, request, silence);
    }
  };
}

/** Collects a body. Throws ImageError where it is longer than `limit` bytes. */
export async function readAll(response: HttpResponse, limit: number, what: string): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let size = 0;
  const announced = Number(response.headers['content-length'] ?? Number.NaN);
  if (announced > limit) {
    response.discard();
    throw new ImageError('too-large', `${what} is ${announced} bytes long, more than the ${limit} that are read`);
  }
  for await (const part of response.body) {
    size += part.length;
    if (size > limit) {
      response.discard();
      throw new ImageError('too-large', `${what} does not end within the ${limit} bytes that are read`);
    }
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function send(
  request: HttpRequest,
  socket: Socket | undefined,
  proxy: URL | undefined,
  silence: number,
  secureContext: SecureContext | undefined,
): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    const { url } = request;
    const headers: Record<string, string> = { ...request.headers, host: url.host };
    if (request.body !== undefined) headers['content-length'] = String(Buffer.byteLength(request.body));
    if (proxy !== undefined && proxy.username !== '') headers['proxy-authorization'] = basic(proxy);
    const common = {
      method: request.method,
      headers,
      agent: false as const,
      ...(request.signal ? { signal: request.signal } : {}),
    };
    const sent =
      url.protocol === 'https:'
        ? https().request({
            ...common,
            ...place(url),
            ...trusting(secureContext),
            servername: serverName(url),
            // An agent would make a connection of its own.
            ...(socket === undefined
              ? {}
              : {
                  agent: undefined,
                  createConnection: () => tls().connect({ socket, secureContext, servername: serverName(url) }),
                }),
          })
        : proxy === undefined
          ? http().request({ ...common, ...place(url) })
          : http().request({ ...common, ...place(proxy), path: `${url.origin}${url.pathname}${url.search}` });
    sent.setTimeout(silence, () => sent.destroy(new Silence()));
    // A name that is never answered keeps the socket from existing, and with it the time-out above.
    const timer = setTimeout(() => sent.destroy(new Silence()), silence);
    sent.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    sent.once('response', (message) => {
      clearTimeout(timer);
      resolve({
        status: message.statusCode ?? 0,
        headers: joined(message.headers),
        body: bodyOf(message, request, silence),
        discard: () => message.destroy(),
      });
    });
    sent.end(request.body);
  });
}

async function* bodyOf(message: IncomingMessage, request: HttpRequest, silence: number): AsyncIterable<Uint8Array> {
  // The socket's own clock stops with the headers.
  message.setTimeout(silence, () => message.destroy(new Silence()));
  try {
    for await (const part of message) yield part as Uint8Array;
  } catch (error) {
    throw explained(error, request.url.host, request, silence, true);
  }
}

/** A connection through an HTTP proxy, as CONNECT opens it. */
function tunnel(
  proxy: URL,
  request: HttpRequest,
  silence: number,
  secureContext: SecureContext | undefined,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const { url } = request;
    const target = `${url.hostname}:${url.port === '' ? 443 : url.port}`;
    const headers: Record<string, string> = { host: target };
    if (proxy.username !== '') headers['proxy-authorization'] = basic(proxy);
    const common = {
      method: 'CONNECT',
      path: target,
      headers,
      agent: false as const,
      ...(request.signal ? { signal: request.signal } : {}),
    };
    const sent =
      proxy.protocol === 'https:'
        ? https().request({
            ...common,
            ...place(proxy),
            path: target,
            ...trusting(secureContext),
            servername: serverName(proxy),
          })
        : http().request({ ...common, ...place(proxy), path: target });
    const timer = setTimeout(() => sent.destroy(new Silence()), silence);
    sent.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    sent.once('connect', (response, socket) => {
      clearTimeout(timer);
      if (response.statusCode === 200) return resolve(socket);
      socket.destroy();
      const why = response.statusCode === 407 ? 'wants a user and a password' : `answered ${response.statusCode}`;
      reject(new ImageError('unreachable', `The proxy ${proxy.host} ${why}`));
    });
    sent.end();
  });
}

class Silence extends Error {}

function explained(error: unknown, where: string, request: HttpRequest, silence: number, begun = false): ImageError {
  if (error instanceof ImageError) return error;
  if (error instanceof Silence) return new ImageError('silent', `${where} said nothing for ${silence / 1000} seconds`);
  if (request.signal?.aborted) return new ImageError('cancelled', `The request to ${where} was given up`);
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  if (begun || code === 'ECONNRESET' || code === 'HPE_INVALID_EOF_STATE')
    return new ImageError('truncated', `The answer of ${where} broke off`);
  const why: Record<string, string> = {
    ENOTFOUND: `There is no host ${where}`,
    EAI_AGAIN: `The name ${where} cannot be looked up now: no network, or no name server`,
    ECONNREFUSED: `${where} accepts no connection`,
    EHOSTUNREACH: `There is no way to ${where}`,
    ENETUNREACH: `There is no way to ${where}: no network`,
    ETIMEDOUT: `${where} does not answer`,
    EPROTO: `${where} does not speak HTTPS`,
    ERR_SSL_WRONG_VERSION_NUMBER: `${where} does not speak HTTPS`,
    ERR_SSL_PACKET_LENGTH_TOO_LONG: `${where} does not speak HTTPS`,
    DEPTH_ZERO_SELF_SIGNED_CERT: `The certificate of ${where} is signed by itself`,
    SELF_SIGNED_CERT_IN_CHAIN: `The certificate of ${where} comes from an authority that is not trusted here`,
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: `The certificate of ${where} comes from an authority that is not trusted here`,
    UNABLE_TO_GET_ISSUER_CERT_LOCALLY: `The certificate of ${where} comes from an authority that is not trusted here`,
    CERT_HAS_EXPIRED: `The certificate of ${where} has expired`,
    ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: `${where} wants to see a certificate of whoever asks`,
    ERR_TLS_CERT_ALTNAME_INVALID: `The certificate of ${where} is for another name`,
  };
  return new ImageError(
    /^HPE_/.test(code) ? 'bad-answer' : 'unreachable',
    why[code] ??
      (/^HPE_/.test(code)
        ? `${where} does not speak HTTP`
        : `${where} cannot be reached (${code || 'no reason given'})`),
  );
}

/** Node's types do not know that a request takes what its socket takes. */
function trusting(secureContext: SecureContext | undefined): object {
  return secureContext === undefined ? {} : { secureContext };
}

function place(url: URL): { hostname: string; port: string; path: string } {
  return { hostname: url.hostname.replace(/^\[|\]$/g, ''), port: url.port, path: `${url.pathname}${url.search}` };
}

/** Addresses have no name that a server could be asked by. */
function serverName(url: URL): string {
  return /^\[|^[\d.]+$/.test(url.hostname) ? '' : url.hostname;
}

function basic(url: URL): string {
  const text = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return `Basic ${Buffer.from(text).toString('base64')}`;
}

function joined(headers: IncomingHttpHeaders): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) found[name] = Array.isArray(value) ? value.join(', ') : value;
  return found;
}

/** What Docker was told of one registry: authorities to trust, and a certificate of its own to show. */
function certificatesFor(host: string, env: Environment): { ca: string[]; cert?: string[]; key?: string[] } {
  const home = env.HOME || env.USERPROFILE || homedir();
  const places = ['/etc/docker/certs.d', join(home, '.config/docker/certs.d'), join(home, '.docker/certs.d')];
  const read = (folder: string, names: readonly string[], ending: string): string[] =>
    names.filter((name) => name.endsWith(ending)).map((name) => readFileSync(join(folder, name), 'utf8'));
  for (const place of places) {
    // A colon cannot stand in a name of Windows.
    const folder = join(place, process.platform === 'win32' ? host.replaceAll(':', '') : host);
    try {
      const names = readdirSync(folder).sort();
      const cert = read(folder, names, '.cert');
      const key = read(folder, names, '.key');
      return { ca: read(folder, names, '.crt'), ...(cert.length > 0 && key.length > 0 ? { cert, key } : {}) };
    } catch {
      // Nearly always there is none.
    }
  }
  return { ca: [] };
}

/** The authorities that the machine trusts, and those of SSL_CERT_FILE, as Go has them. */
function trustedRoots(env: Environment): string[] {
  const roots: string[] = [...tls().rootCertificates];
  // Node 20 has no such function.
  const system = (tls() as { getCACertificates?: (type: string) => string[] }).getCACertificates;
  if (system !== undefined) for (const type of ['system', 'extra']) roots.push(...system(type));
  for (const file of [env.SSL_CERT_FILE, env.NODE_EXTRA_CA_CERTS]) {
    if (file === undefined || file === '') continue;
    try {
      roots.push(readFileSync(file, 'utf8'));
    } catch {
      // Go as well goes on without it.
    }
  }
  return roots;
}
