// What a copy takes along although nobody wants it in an image: keys, tokens, the history of a repository, installed packages.
import type { Listing } from '../context/listing.ts';
import type { Selection } from '../context/selection.ts';
import { base } from '../go/path.ts';

export interface Swept {
  readonly kind: 'secret' | 'history' | 'packages' | 'environment';
  /** A file, or the directory that stands for all in it; from the context on. */
  readonly path: string;
  /** What it is, for a person: `a private SSH key`. */
  readonly what: string;
  /** The line of an ignore file that keeps this and its like out. */
  readonly pattern: string;
  readonly files: number;
  readonly bytes: number;
}

interface Rule {
  readonly kind: Swept['kind'];
  readonly what: string;
  readonly pattern: string;
  /** Counts only where the text was seen to hold a key or a token. */
  readonly bySight?: boolean;
}

const directories: ReadonlyMap<string, Rule> = new Map([
  ['.git', { kind: 'history', what: 'the history of the repository', pattern: '**/.git' }],
  ['.hg', { kind: 'history', what: 'the history of the repository', pattern: '**/.hg' }],
  ['.svn', { kind: 'history', what: 'the history of the repository', pattern: '**/.svn' }],
  ['node_modules', { kind: 'packages', what: 'installed packages', pattern: '**/node_modules' }],
  ['__pycache__', { kind: 'packages', what: 'compiled Python', pattern: '**/__pycache__' }],
  ['.venv', { kind: 'packages', what: 'a virtual environment', pattern: '**/.venv' }],
  ['.ssh', { kind: 'secret', what: 'SSH keys', pattern: '**/.ssh' }],
  ['.aws', { kind: 'secret', what: 'the logins of AWS', pattern: '**/.aws' }],
  ['.gnupg', { kind: 'secret', what: 'the keys of GnuPG', pattern: '**/.gnupg' }],
  ['.terraform', { kind: 'packages', what: "Terraform's downloads", pattern: '**/.terraform' }],
]);

const names: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ['.env', { kind: 'environment', what: 'environment variables, often with passwords', pattern: '**/.env' }],
  ...['id_rsa', 'id_dsa', 'id_ecdsa', 'id_ed25519', 'id_ed25519_sk', 'id_ecdsa_sk'].map((name): [string, Rule] => [
    name,
    { kind: 'secret', what: 'a private SSH key', pattern: `**/${name}` },
  ]),
  ['.netrc', { kind: 'secret', what: 'logins', pattern: '**/.netrc' }],
  ['_netrc', { kind: 'secret', what: 'logins', pattern: '**/_netrc' }],
  ['.git-credentials', { kind: 'secret', what: 'the logins of git', pattern: '**/.git-credentials' }],
  ['.pgpass', { kind: 'secret', what: 'the passwords of PostgreSQL', pattern: '**/.pgpass' }],
  ['.htpasswd', { kind: 'secret', what: 'password hashes', pattern: '**/.htpasswd' }],
  ['.dockercfg', { kind: 'secret', what: 'the logins of Docker', pattern: '**/.dockercfg' }],
  ['.vault-token', { kind: 'secret', what: 'a token of Vault', pattern: '**/.vault-token' }],
  ['kubeconfig', { kind: 'secret', what: 'the logins of Kubernetes', pattern: '**/kubeconfig' }],
  ['terraform.tfstate', { kind: 'secret', what: "Terraform's state, with its secrets", pattern: '**/*.tfstate' }],
  ['.npmrc', { kind: 'secret', what: 'a token of npm', pattern: '**/.npmrc', bySight: true }],
  ['.yarnrc.yml', { kind: 'secret', what: 'a token of Yarn', pattern: '**/.yarnrc.yml', bySight: true }],
  ['.pypirc', { kind: 'secret', what: 'a login of PyPI', pattern: '**/.pypirc', bySight: true }],
]);

const endings: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ['.pem', { kind: 'secret', what: 'a private key', pattern: '**/*.pem', bySight: true }],
  ['.key', { kind: 'secret', what: 'a private key', pattern: '**/*.key', bySight: true }],
  ['.p12', { kind: 'secret', what: 'a key store', pattern: '**/*.p12' }],
  ['.pfx', { kind: 'secret', what: 'a key store', pattern: '**/*.pfx' }],
  ['.jks', { kind: 'secret', what: 'a key store', pattern: '**/*.jks' }],
  ['.keystore', { kind: 'secret', what: 'a key store', pattern: '**/*.keystore' }],
  ['.tfstate', { kind: 'secret', what: "Terraform's state, with its secrets", pattern: '**/*.tfstate' }],
]);

/** Samples of environment files are there to be read. */
const sample = /\.(example|sample|template|dist|defaults?|test|schema)$/;

/** Swept-in things of what a selection takes, each directory once. What the source names itself was not swept in. */
export function sweptIn(listing: Listing, taken: readonly number[], selection: Selection): Swept[] {
  const found = new Map<string, Swept>();
  const named = selection.path.replace(/^\/+/, '');
  for (const i of taken) {
    const path = listing.paths[i] as string;
    const hit = directoryRule(path) ?? fileRule(listing, i, path);
    if (hit === undefined || isNamed(named, hit.path)) continue;
    const old = found.get(hit.path);
    found.set(hit.path, {
      kind: hit.rule.kind,
      path: hit.path,
      what: hit.rule.what,
      pattern: hit.rule.pattern,
      files: (old?.files ?? 0) + 1,
      bytes: (old?.bytes ?? 0) + (listing.sizes[i] as number),
    });
  }
  return [...found.values()];
}

interface Hit {
  readonly rule: Rule;
  readonly path: string;
}

function directoryRule(path: string): Hit | undefined {
  let start = 0;
  for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', start)) {
    const rule = directories.get(path.slice(start, slash));
    if (rule !== undefined) return { rule, path: path.slice(0, slash) };
    start = slash + 1;
  }
  return undefined;
}

function fileRule(listing: Listing, i: number, path: string): Hit | undefined {
  const name = base(path);
  const dot = name.lastIndexOf('.');
  const rule = names.get(name) ?? (dot > 0 ? endings.get(name.slice(dot)) : undefined) ?? environmentRule(name);
  if (rule === undefined || (rule.bySight === true && !listing.secrets.has(i))) return undefined;
  return { rule, path };
}

function environmentRule(name: string): Rule | undefined {
  if (!name.startsWith('.env.') || sample.test(name)) return undefined;
  return { kind: 'environment', what: 'environment variables, often with passwords', pattern: '**/.env.*' };
}

/** True where the source says in so many words that it wants this: `COPY .env .`, `COPY node_modules/left-pad …`. */
function isNamed(named: string, path: string): boolean {
  return named === path || named.startsWith(`${path}/`);
}
