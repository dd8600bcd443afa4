// What Docker knows of logins: `config.json` with its `auths`, `credsStore` and `credHelpers`. Helpers are programs, so that they
// run only where the user allowed it. Nothing here is ever logged.
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { childProcess } from '../lateBuiltins.ts';
import type { Environment } from './proxy.ts';

export type Credential =
  | { readonly kind: 'password'; readonly user: string; readonly password: string }
  /** A refresh token, exchanged for a short-lived one. */
  | { readonly kind: 'identity'; readonly token: string }
  /** A token to be used as it is. */
  | { readonly kind: 'bearer'; readonly token: string };

/** The login for a registry (`docker.io`, `localhost:5000`); undefined where there is none. Never throws. */
export type Credentials = (registry: string) => Promise<Credential | undefined>;

export interface CredentialOptions {
  readonly env: Environment;
  /** The user allowed that the programs which Docker's settings name are run. */
  readonly runHelpers: boolean;
  readonly log: (line: string) => void;
}

/** Reads Docker's settings anew at each call: a login counts at once. */
export function dockerCredentials({ env, runHelpers, log }: CredentialOptions): Credentials {
  return async (registry) => {
    const config = readConfig(env, log);
    if (config === undefined) return undefined;
    const helper = helperFor(config, registry);
    if (helper !== undefined) {
      if (runHelpers) {
        for (const key of keysOf(registry)) {
          const found = await askHelper(helper, key, env, log);
          if (found !== undefined) return found;
        }
      } else log(`the login for ${registry} is kept by docker-credential-${helper}, which may not be run`);
    }
    return fromAuths(config, registry);
  };
}

interface AuthEntry {
  readonly auth?: unknown;
  readonly username?: unknown;
  readonly password?: unknown;
  readonly identitytoken?: unknown;
  readonly registrytoken?: unknown;
}

interface DockerConfig {
  readonly auths?: Readonly<Record<string, AuthEntry>>;
  readonly credsStore?: string;
  readonly credHelpers?: Readonly<Record<string, string>>;
}

function readConfig(env: Environment, log: (line: string) => void): DockerConfig | undefined {
  const folder = env.DOCKER_CONFIG || join(env.HOME || env.USERPROFILE || homedir(), '.docker');
  const file = join(folder, 'config.json');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
  try {
    const parsed: unknown = JSON.parse(text);
    if (!isRecord(parsed)) throw new Error('no object');
    return {
      ...(isRecord(parsed.auths) ? { auths: parsed.auths as Record<string, AuthEntry> } : {}),
      ...(typeof parsed.credsStore === 'string' && parsed.credsStore !== '' ? { credsStore: parsed.credsStore } : {}),
      ...(isRecord(parsed.credHelpers) ? { credHelpers: parsed.credHelpers as Record<string, string> } : {}),
    };
  } catch {
    // The parser's own words quote the text, which holds passwords.
    log(`${file} is not the JSON that Docker writes; no login is taken from it`);
    return undefined;
  }
}

function helperFor(config: DockerConfig, registry: string): string | undefined {
  for (const key of keysOf(registry)) {
    const own =
      config.credHelpers !== undefined && Object.hasOwn(config.credHelpers, key) ? config.credHelpers[key] : undefined;
    if (typeof own === 'string' && own !== '') return own;
  }
  return config.credsStore;
}

/** The names under which Docker keeps the login of a registry. */
function keysOf(registry: string): string[] {
  if (registry === 'docker.io')
    return ['https://index.docker.io/v1/', 'index.docker.io', 'docker.io', 'registry-1.docker.io'];
  return [registry, `https://${registry}`, `http://${registry}`];
}

function fromAuths(config: DockerConfig, registry: string): Credential | undefined {
  const { auths } = config;
  if (auths === undefined) return undefined;
  const keys = keysOf(registry);
  for (const key of keys) if (Object.hasOwn(auths, key)) return credentialOf(auths[key]);
  // Old versions wrote addresses with a path: `https://host/v1/`.
  for (const [key, entry] of Object.entries(auths)) {
    const host = key.replace(/^https?:\/\//, '').split('/')[0] as string;
    if (keys.includes(host)) return credentialOf(entry);
  }
  return undefined;
}

function credentialOf(entry: unknown): Credential | undefined {
  if (!isRecord(entry)) return undefined;
  if (typeof entry.registrytoken === 'string' && entry.registrytoken !== '')
    return { kind: 'bearer', token: entry.registrytoken };
  if (typeof entry.identitytoken === 'string' && entry.identitytoken !== '')
    return { kind: 'identity', token: entry.identitytoken };
  if (typeof entry.auth === 'string' && entry.auth !== '') {
    const text = Buffer.from(entry.auth, 'base64').toString('utf8');
    const colon = text.indexOf(':');
    if (colon <= 0) return undefined;
    return { kind: 'password', user: text.slice(0, colon), password: text.slice(colon + 1).replace(/\0+$/, '') };
  }
  if (typeof entry.username === 'string' && entry.username !== '' && typeof entry.password === 'string')
    return { kind: 'password', user: entry.username, password: entry.password };
  return undefined;
}

const helperTimeout = 10_000;
const helperOutput = 1_000_000;

/** `docker-credential-NAME get`, with the registry on its input. */
function askHelper(
  name: string,
  key: string,
  env: Environment,
  log: (line: string) => void,
): Promise<Credential | undefined> {
  // A name with a path would run something else than Docker's helpers.
  if (!/^[\w.-]+$/.test(name)) {
    log(`"${name}" is no name of a credential helper`);
    return Promise.resolve(undefined);
  }
  return new Promise((resolve) => {
    const give = (credential: Credential | undefined, said?: string): void => {
      clearTimeout(timer);
      if (said !== undefined) log(`docker-credential-${name} ${said}`);
      resolve(credential);
    };
    const child = childProcess().spawn(`docker-credential-${name}`, ['get'], {
      env: env as NodeJS.ProcessEnv,
      stdio: ['pipe', 'pipe', 'ignore'],
      windowsHide: true,
    });
    const timer = setTimeout(() => {
      child.kill();
      give(undefined, `did not answer within ${helperTimeout / 1000} seconds`);
    }, helperTimeout);
    const parts: Buffer[] = [];
    let size = 0;
    child.once('error', () => give(undefined, 'cannot be run'));
    child.stdin.on('error', () => {});
    child.stdout.on('data', (part: Buffer) => {
      size += part.length;
      if (size > helperOutput) child.kill();
      else parts.push(part);
    });
    child.once('close', (code) => {
      // It says on its output that it has nothing, and ends with 1.
      if (code !== 0 || size > helperOutput) return give(undefined);
      try {
        const parsed: unknown = JSON.parse(Buffer.concat(parts).toString('utf8'));
        if (
          !isRecord(parsed) ||
          typeof parsed.Username !== 'string' ||
          typeof parsed.Secret !== 'string' ||
          parsed.Secret === ''
        )
          return give(undefined);
        give(
          parsed.Username === '<token>'
            ? { kind: 'identity', token: parsed.Secret }
            : { kind: 'password', user: parsed.Username, password: parsed.Secret },
        );
      } catch {
        give(undefined, 'answered what is no JSON');
      }
    });
    child.stdin.end(key);
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
