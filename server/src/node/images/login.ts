// How whoever reads a repository shows who he is: with the password that Docker keeps, or with a token from where the registry says.
// A password goes to the registry it was given for and to the token server that this registry names, and nowhere else.
import { parseChallenges } from './challenge.ts';
import type { Credential } from './credentials.ts';
import { type Fetch, type HttpResponse, readAll } from './http.ts';
import { ImageError } from './imageError.ts';
import { isLoopback } from './proxy.ts';
import { denied, rateLimited, wrongPassword } from './refusals.ts';

export interface Token {
  readonly value: string;
  /** Milliseconds since 1970. */
  readonly until: number;
}

export interface LoginOptions {
  readonly fetch: Fetch;
  /** The login for an endpoint, where there is one. */
  readonly credential: (endpoint: URL) => Promise<Credential | undefined>;
  /** Of the registry: its name, the image that is read, and how to speak of an endpoint. */
  readonly registry: string;
  readonly image: string;
  readonly hostName: (endpoint: URL) => string;
  /** What is read, as tokens have it. */
  readonly scope: string;
  readonly tokens: Map<string, Token>;
  readonly now: () => number;
}

export interface Login {
  /** The `Authorization` that was good lately; undefined where none is known. */
  current(endpoint: URL): string | undefined;
  /** A new one after a 401, its `WWW-Authenticate` and what was `sent` in vain, if anything was. Throws ImageError. */
  renew(endpoint: URL, challenge: string, sent: string | undefined, signal?: AbortSignal): Promise<string>;
  /** What it means that the new one was refused too. */
  refused(endpoint: URL): Promise<ImageError>;
}

const tokenLimit = 1_000_000;
/** An authorization is used again for so long. Milliseconds. */
const goodFor = 55_000;

export function registryLogin(options: LoginOptions): Login {
  const { fetch, credential, registry, image, hostName, scope, tokens, now } = options;
  const keyOf = (endpoint: URL): string => `authorization ${endpoint.host} ${scope}`;
  const refusal = (endpoint: URL, login: Credential | undefined): ImageError =>
    login === undefined ? denied(hostName(endpoint), image) : wrongPassword(hostName(endpoint), registry, login);

  const authorization = async (endpoint: URL, header: string, signal?: AbortSignal): Promise<string | undefined> => {
    const challenges = parseChallenges(header);
    const bearer = challenges.find((c) => c.scheme === 'bearer');
    const login = await credential(endpoint);
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
      if (status === 401 || (status === 400 && login?.kind === 'identity')) throw refusal(endpoint, login);
      if (status === 403) throw denied(hostName(endpoint), image);
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

  return {
    current(endpoint) {
      const kept = tokens.get(keyOf(endpoint));
      return kept !== undefined && kept.until > now() ? kept.value : undefined;
    },
    async renew(endpoint, challenge, sent, signal) {
      if (sent !== undefined) {
        // It may have expired earlier than it said.
        for (const kept of [...tokens.keys()])
          if (kept.includes(` ${endpoint.host} `) || kept.startsWith(`${endpoint.host} `)) tokens.delete(kept);
      }
      const value = await authorization(endpoint, challenge, signal);
      if (value === undefined) throw denied(hostName(endpoint), image);
      tokens.set(keyOf(endpoint), { value, until: now() + goodFor });
      return value;
    },
    refused: async (endpoint) => refusal(endpoint, await credential(endpoint)),
  };
}
