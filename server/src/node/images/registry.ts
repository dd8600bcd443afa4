// The client of one registry's repository, as the OCI distribution specification has it: redirects, limits, digests.
// No login goes along where the registry redirects to.
import type { Reference } from '../../oci/reference.ts';
import type { Credentials } from './credentials.ts';
import { type Fetch, type HttpResponse, readAll } from './http.ts';
import { ImageError } from './imageError.ts';
import { checkDigest, type ImageSource, isDigest, sha256Of, shortDigest, verified } from './imageSource.ts';
import { registryLogin, type Token } from './login.ts';
import { manifestLimit, manifestTypes } from './manifest.ts';
import { isLoopback } from './proxy.ts';
import { denied, rateLimited, retryAfterOf } from './refusals.ts';

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

const maxRedirects = 5;
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
  const hostName = (endpoint: URL): string => (isOwn(endpoint) ? reference.domain : endpoint.host);
  const login = registryLogin({
    fetch,
    credential: (endpoint) => credentials(hostName(endpoint)),
    registry: reference.domain,
    image,
    hostName,
    scope: `repository:${reference.path}:pull`,
    tokens,
    now,
  });

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
    let url = start;
    let auth = login.current(endpoint);
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
        if (triedLogin) throw await login.refused(endpoint);
        triedLogin = true;
        auth = await login.renew(endpoint, response.headers['www-authenticate'] ?? '', auth, signal);
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
      if (status === 401 || status === 403) throw denied(hostName(endpoint), image);
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
        return isDigest(said) ? said : undefined;
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

function checkLength(response: HttpResponse, length: number, endpoint: URL): void {
  const announced = response.headers['content-length'];
  if (announced !== undefined && Number(announced) !== length)
    throw new ImageError('truncated', `The answer of ${endpoint.host} broke off after ${length} of ${announced} bytes`);
}
