// The client of one registry's repository, as the OCI distribution specification has it: logins, redirects, limits, digests.
// A password goes to the registry it was given for and to the token server that this registry names, never after a redirect.
import { createHash, type Hash } from 'node:crypto';
import type { Reference } from '../../oci/reference.ts';
import { parseChallenges } from './challenge.ts';
import type { Credential, Credentials } from './credentials.ts';
import { type Fetch, type HttpResponse, readAll } from './http.ts';
import { ImageError } from './imageError.ts';
import { type Descriptor, manifestLimit, manifestTypes } from './manifest.ts';
import { isLoopback } from './proxy.ts';

/** Where manifests and blobs come from: a registry, a folder, an archive. All throw ImageError. */
export interface ImageSource {
  /** For a person: `registry-1.docker.io`, `the folder layout`. */
  readonly name: string;
  /** The manifest or index of a tag or digest; the bytes are verified. */
  manifest(reference: string, signal?: AbortSignal): Promise<FoundManifest>;
  /** The digest of a tag without reading what it names; undefined where the source does not tell. */
  digestOf?(tag: string, signal?: AbortSignal): Promise<string | undefined>;
  /** A blob as a whole, verified. */
  blob(descriptor: Descriptor, limit: number, signal?: AbortSignal): Promise<Uint8Array>;
  /** A blob as it comes; throws at its end where it is not what the digest says. */
  stream(descriptor: Descriptor, signal?: AbortSignal): AsyncIterable<Uint8Array>;
}

export interface FoundManifest {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
  readonly digest: string;
}

export interface RegistryOptions {
  readonly fetch: Fetch;
  readonly credentials: Credentials;
  /** Hosts to ask before a registry, by its name: `{ "docker.io": ["mirror.example"] }`, with `http://` where they want it. */
  readonly mirrors?: Readonly<Record<string, readonly string[]>>;
  /** Registries that are spoken to without encryption, beside this machine's own. */
  readonly insecure?: readonly string[];
  readonly log: (line: string) => void;
  readonly now?: () => number;
  readonly wait?: (ms: number) => Promise<void>;
}

/** The base addresses for a registry, mirrors first. */
export function endpointsOf(
  registry: string,
  { mirrors = {}, insecure = [] }: Pick<RegistryOptions, 'mirrors' | 'insecure'>,
): URL[] {
  const own = Object.hasOwn(mirrors, registry) ? (mirrors[registry] as readonly string[]) : [];
  const host = registry === 'docker.io' ? 'registry-1.docker.io' : registry;
  const found: URL[] = [];
  for (const name of [...own, host]) {
    const bare = name.replace(/\/+$/, '');
    const plain =
      insecure.includes(bare) || (URL.canParse(`http://${bare}`) && isLoopback(new URL(`http://${bare}`).hostname));
    const text = /^https?:\/\//.test(bare) ? bare : `${plain ? 'http' : 'https'}://${bare}`;
    if (URL.canParse(text)) found.push(new URL(text));
  }
  return found;
}

interface Token {
  readonly value: string;
  /** Milliseconds since 1970. */
  readonly until: number;
}

const maxRedirects = 5;
const tokenLimit = 1_000_000;
/** No one waits longer than this for a registry that says "later", in seconds. */
const patience = 5;

/** The repository that a reference names, at the registry or one of its mirrors. `tokens` is kept between calls by the caller. */
export function registrySource(
  reference: Reference,
  options: RegistryOptions,
  tokens: Map<string, Token> = new Map(),
): ImageSource {
  const { fetch, credentials, log } = options;
  const now = options.now ?? Date.now;
  const wait = options.wait ?? ((ms) => new Promise<void>((resolve) => setTimeout(resolve, ms)));
  const endpoints = endpointsOf(reference.domain, options);
  const image = `${reference.domain}/${reference.path}`;
  const scope = `repository:${reference.path}:pull`;

  /** Tries the mirrors in order; what the last one says counts. */
  const anywhere = async <T>(attempt: (endpoint: URL) => Promise<T>): Promise<T> => {
    let last: unknown = new ImageError('unreachable', `${reference.domain} is no host`);
    for (const [index, endpoint] of endpoints.entries()) {
      try {
        return await attempt(endpoint);
      } catch (error) {
        last = error;
        if (error instanceof ImageError && error.code === 'cancelled') throw error;
        if (index < endpoints.length - 1)
          log(`${endpoint.host}: ${error instanceof Error ? error.message : 'failed'}; asking the next`);
      }
    }
    throw last;
  };

  const isOwn = (endpoint: URL): boolean => endpoint === endpoints[endpoints.length - 1];
  const loginFor = (endpoint: URL): Promise<Credential | undefined> =>
    credentials(isOwn(endpoint) ? reference.domain : endpoint.host);

  const authorization = async (endpoint: URL, header: string, signal?: AbortSignal): Promise<string | undefined> => {
    const challenges = parseChallenges(header);
    const bearer = challenges.find((c) => c.scheme === 'bearer');
    const login = await loginFor(endpoint);
    if (login?.kind === 'bearer') return `Bearer ${login.token}`;
    if (bearer !== undefined) {
      const key = `${endpoint.host} ${bearer.params.realm} ${bearer.params.service} ${bearer.params.scope ?? scope}`;
      const kept = tokens.get(key);
      if (kept !== undefined && kept.until > now()) return `Bearer ${kept.value}`;
      const token = await fetchToken(endpoint, bearer.params, login, signal);
      tokens.set(key, token);
      return `Bearer ${token.value}`;
    }
    if (challenges.some((c) => c.scheme === 'basic') && login?.kind === 'password')
      return `Basic ${Buffer.from(`${login.user}:${login.password}`).toString('base64')}`;
    return undefined;
  };

  const fetchToken = async (
    endpoint: URL,
    params: Readonly<Record<string, string>>,
    login: Credential | undefined,
    signal?: AbortSignal,
  ): Promise<Token> => {
    if (params.realm === undefined || !URL.canParse(params.realm, endpoint.href))
      throw new ImageError('bad-answer', `${endpoint.host} wants a token, but does not say from where`);
    const realm = new URL(params.realm, endpoint);
    // Unencrypted it may go to the registry's own machine alone, and only where the registry itself is spoken to so.
    const near = realm.hostname === endpoint.hostname || isLoopback(realm.hostname);
    if (realm.protocol !== 'https:' && !(realm.protocol === 'http:' && endpoint.protocol === 'http:' && near))
      throw new ImageError(
        'bad-answer',
        `${endpoint.host} wants a token from ${realm.host} without encryption: refused`,
      );
    // Whatever stands before the @ of an address is nobody's business.
    realm.username = '';
    realm.password = '';
    const wanted = params.scope ?? scope;
    const common = signal === undefined ? {} : { signal };
    let response: HttpResponse;
    if (login?.kind === 'identity') {
      const form = new URLSearchParams({
        grant_type: 'refresh_token',
        service: params.service ?? '',
        client_id: 'llb-lens',
        scope: wanted,
        refresh_token: login.token,
      });
      response = await fetch({
        url: realm,
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
        body: form.toString(),
        ...common,
      });
    } else {
      const url = new URL(realm);
      if (params.service !== undefined) url.searchParams.set('service', params.service);
      for (const one of wanted.split(' ')) if (one !== '') url.searchParams.append('scope', one);
      const headers: Record<string, string> = { accept: 'application/json' };
      if (login?.kind === 'password') {
        url.searchParams.set('account', login.user);
        headers.authorization = `Basic ${Buffer.from(`${login.user}:${login.password}`).toString('base64')}`;
      }
      response = await fetch({ url, method: 'GET', headers, ...common });
    }
    const { status } = response;
    if (status !== 200) {
      response.discard();
      if (status === 401 || (status === 400 && login?.kind === 'identity'))
        throw login === undefined ? denied(endpoint) : wrongPassword(endpoint, login);
      if (status === 403) throw denied(endpoint);
      if (status === 429) throw rateLimited(realm.host, response, now());
      if (status >= 300 && status < 400)
        throw new ImageError('bad-answer', `The token server ${realm.host} redirects elsewhere: not followed`);
      throw new ImageError(
        status >= 500 ? 'server' : 'bad-answer',
        `The token server ${realm.host} answered ${status}`,
      );
    }
    const text = (await readAll(response, tokenLimit, `The answer of ${realm.host}`)).toString('utf8');
    let answer: { token?: unknown; access_token?: unknown; expires_in?: unknown } = {};
    try {
      answer = (JSON.parse(text) ?? {}) as typeof answer;
    } catch {
      // Told below; the text may hold a token.
    }
    const value = typeof answer.token === 'string' && answer.token !== '' ? answer.token : answer.access_token;
    if (typeof value !== 'string' || value === '' || /[\r\n]/.test(value))
      throw new ImageError('bad-answer', `The token server ${realm.host} gave no token`);
    const seconds = typeof answer.expires_in === 'number' && answer.expires_in > 0 ? answer.expires_in : 60;
    // Somewhat less, for the way back.
    return { value, until: now() + Math.max(seconds - 5, 5) * 1000 };
  };

  const wrongPassword = (endpoint: URL, login: Credential): ImageError => {
    const what = login.kind === 'password' ? `the password of ${login.user}` : 'the token';
    return new ImageError(
      'wrong-password',
      `${hostName(endpoint)} refused ${what}: log in again with docker login ${reference.domain === 'docker.io' ? '' : reference.domain}`.trimEnd(),
    );
  };
  const denied = (endpoint: URL): ImageError =>
    new ImageError(
      'denied',
      `${hostName(endpoint)} does not let ${image} be read: it does not exist, or a login with access to it is needed`,
    );
  const hostName = (endpoint: URL): string => (isOwn(endpoint) ? reference.domain : endpoint.host);

  /** Asks one path of the API; logs in where that is wanted, follows redirects, waits a little where told to. */
  const ask = async (
    endpoint: URL,
    method: 'GET' | 'HEAD',
    path: string,
    accept: string,
    what: string,
    signal?: AbortSignal,
  ): Promise<HttpResponse> => {
    const start = new URL(`${endpoint.pathname.replace(/\/+$/, '')}/v2/${reference.path}/${path}`, endpoint);
    // A mirror serves several registries: it must be told which is meant.
    if (!isOwn(endpoint) && reference.domain !== 'docker.io') start.searchParams.set('ns', reference.domain);
    const key = `authorization ${endpoint.host} ${scope}`;
    let url = start;
    let auth = usable(tokens.get(key), now());
    let triedLogin = false;
    let waited = false;
    let redirects = 0;
    for (;;) {
      const headers: Record<string, string> = { accept, 'user-agent': 'llb-lens' };
      // The registry's own addresses alone: what it redirects to signs its addresses, and knows no login.
      if (auth !== undefined && url.origin === start.origin) headers.authorization = auth;
      const response = await fetch({ url, method, headers, ...(signal === undefined ? {} : { signal }) });
      const { status } = response;
      if (status === 200 || status === 206) return response;
      response.discard();
      if (status === 401 && url.origin === start.origin) {
        const login = await loginFor(endpoint);
        if (triedLogin) throw login === undefined ? denied(endpoint) : wrongPassword(endpoint, login);
        triedLogin = true;
        if (auth !== undefined) {
          // It may have expired earlier than it said.
          for (const kept of [...tokens.keys()])
            if (kept.includes(` ${endpoint.host} `) || kept.startsWith(`${endpoint.host} `)) tokens.delete(kept);
        }
        auth = await authorization(endpoint, response.headers['www-authenticate'] ?? '', signal);
        if (auth === undefined) throw denied(endpoint);
        tokens.set(key, { value: auth, until: now() + 55_000 });
        url = start;
        continue;
      }
      if (status === 307 || status === 308 || status === 302 || status === 301 || status === 303) {
        url = redirected(url, response, endpoint, ++redirects);
        continue;
      }
      if (status === 404)
        throw new ImageError(
          'not-found',
          url.origin === start.origin
            ? `${what} does not exist at ${hostName(endpoint)}`
            : `${what} is gone from where ${hostName(endpoint)} keeps it`,
        );
      if (status === 401 || status === 403) throw denied(endpoint);
      if (status === 429 || status === 502 || status === 503 || status === 504) {
        const error =
          status === 429
            ? rateLimited(hostName(endpoint), response, now())
            : new ImageError('server', `${hostName(endpoint)} answered ${status}`, retryAfterOf(response, now()));
        const pause = error.retryAfter ?? 1;
        if (waited || pause > patience) throw error;
        waited = true;
        await wait(pause * 1000);
        continue;
      }
      if (status >= 500) throw new ImageError('server', `${hostName(endpoint)} answered ${status}`);
      throw new ImageError('bad-answer', `${hostName(endpoint)} answered ${status}`);
    }
  };

  const redirected = (from: URL, response: HttpResponse, endpoint: URL, count: number): URL => {
    const location = response.headers.location;
    if (count > maxRedirects)
      throw new ImageError('bad-answer', `${hostName(endpoint)} redirects more than ${maxRedirects} times`);
    if (location === undefined || !URL.canParse(location, from.href))
      throw new ImageError('bad-answer', `${hostName(endpoint)} redirects to no address`);
    const to = new URL(location, from);
    to.username = '';
    to.password = '';
    if (to.protocol !== 'https:' && !(to.protocol === 'http:' && from.protocol === 'http:'))
      throw new ImageError(
        'bad-answer',
        `${hostName(endpoint)} redirects to ${to.protocol}//${to.host}, which is not encrypted: not followed`,
      );
    return to;
  };

  return {
    name: endpoints[endpoints.length - 1]?.host ?? reference.domain,
    manifest: (tag, signal) =>
      anywhere(async (endpoint) => {
        const what = `${image}${tag.includes(':') ? '@' : ':'}${tag}`;
        const response = await ask(endpoint, 'GET', `manifests/${tag}`, manifestTypes, what, signal);
        const bytes = await readAll(response, manifestLimit, `The manifest of ${what}`);
        checkLength(response, bytes.length, endpoint);
        const mediaType = (response.headers['content-type'] ?? '').split(';')[0]?.trim() ?? '';
        if (tag.includes(':')) {
          checkDigest(bytes, tag, `The manifest of ${what}`);
          return { bytes, mediaType, digest: tag };
        }
        // The registry's own word for the digest counts only where it is true.
        const said = response.headers['docker-content-digest'];
        if (said !== undefined && said !== '') checkDigest(bytes, said, `The manifest of ${what}`);
        return { bytes, mediaType, digest: said || sha256Of(bytes) };
      }),
    digestOf: (tag, signal) =>
      anywhere(async (endpoint) => {
        const response = await ask(endpoint, 'HEAD', `manifests/${tag}`, manifestTypes, `${image}:${tag}`, signal);
        response.discard();
        const said = response.headers['docker-content-digest'] ?? '';
        return digestForm.test(said) ? said : undefined;
      }),
    blob: (descriptor, limit, signal) =>
      anywhere(async (endpoint) => {
        const what = `The part ${shortDigest(descriptor.digest)} of ${image}`;
        if (descriptor.size > limit)
          throw new ImageError(
            'too-large',
            `${what} is ${descriptor.size} bytes long, more than the ${limit} that are read`,
          );
        const response = await ask(endpoint, 'GET', `blobs/${descriptor.digest}`, '*/*', what, signal);
        const bytes = await readAll(response, limit, what);
        checkLength(response, bytes.length, endpoint);
        checkDigest(bytes, descriptor.digest, what);
        return bytes;
      }),
    async *stream(descriptor, signal) {
      const what = `The layer ${shortDigest(descriptor.digest)} of ${image}`;
      const response = await anywhere((endpoint) =>
        ask(endpoint, 'GET', `blobs/${descriptor.digest}`, '*/*', what, signal),
      );
      yield* verified(response.body, descriptor, what);
    },
  };
}

/** The stream as it is; throws at its end where it is not what the descriptor says, and before where it does not end. */
export async function* verified(
  body: AsyncIterable<Uint8Array>,
  descriptor: Descriptor,
  what: string,
): AsyncIterable<Uint8Array> {
  const hash = hashFor(descriptor.digest, what);
  let size = 0;
  for await (const part of body) {
    size += part.length;
    if (size > descriptor.size)
      throw new ImageError('too-large', `${what} does not end after its ${descriptor.size} bytes`);
    hash.update(part);
    yield part;
  }
  if (size < descriptor.size)
    throw new ImageError('truncated', `${what} broke off after ${size} of ${descriptor.size} bytes`);
  if (hash.digest('hex') !== hexOf(descriptor.digest))
    throw new ImageError('wrong-digest', `${what} is not what its digest says`);
}

/** Throws where the bytes have another digest. */
export function checkDigest(bytes: Uint8Array, digest: string, what: string): void {
  if (hashFor(digest, what).update(bytes).digest('hex') !== hexOf(digest))
    throw new ImageError('wrong-digest', `${what} is not what its digest says`);
}

export function sha256Of(bytes: Uint8Array | string): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** `sha256:` and the first twelve digits. */
export function shortDigest(digest: string): string {
  return digest.slice(0, digest.indexOf(':') + 13);
}

const digestForm = /^(sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128})$/;

function hashFor(digest: string, what: string): Hash {
  if (!digestForm.test(digest)) throw new ImageError('unsupported', `${what} has a digest of an unknown kind`);
  return createHash(digest.slice(0, 6));
}

function hexOf(digest: string): string {
  return digest.slice(7);
}

function checkLength(response: HttpResponse, length: number, endpoint: URL): void {
  const announced = response.headers['content-length'];
  if (announced !== undefined && Number(announced) !== length)
    throw new ImageError('truncated', `The answer of ${endpoint.host} broke off after ${length} of ${announced} bytes`);
}

function usable(token: Token | undefined, now: number): string | undefined {
  return token !== undefined && token.until > now ? token.value : undefined;
}

function rateLimited(host: string, response: HttpResponse, now: number): ImageError {
  const seconds = retryAfterOf(response, now);
  const when = seconds === undefined ? '' : `; it may be asked again in ${seconds} seconds`;
  return new ImageError('rate-limited', `${host} answers no more questions for now (429)${when}`, seconds);
}

/** Seconds, or a date. */
function retryAfterOf(response: HttpResponse, now: number): number | undefined {
  const value = response.headers['retry-after'];
  if (value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value);
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - now) / 1000));
}
