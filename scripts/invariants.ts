// The machine check of the architecture: who may import whom, what the core may not touch, what no committed file may say.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { scan } from './scan.ts';

/** A broken invariant, at a 1-based line of a file. */
export interface Violation {
  readonly path: string;
  readonly line: number;
  readonly message: string;
}

/** A folder, and what its files may not import: folders of the project, or packages by name (`node:` is every Node module). */
interface Boundary {
  readonly folder: string;
  readonly never: readonly string[];
}

/** Where a host is at hand. Everywhere else in shared/src and server/src is the core. */
const hosts = ['server/src/node', 'server/src/browser', 'server/src/lsp'];

const boundaries: readonly Boundary[] = [
  {
    folder: 'shared/src',
    never: ['server', 'client'],
  },
  {
    folder: 'server/src',
    never: ['client', 'scripts', 'conformance', 'bench', 'test'],
  },
  {
    folder: 'client',
    never: ['server', 'scripts', 'conformance', 'bench', 'test'],
  },
  {
    folder: 'server/src/go',
    never: [...coreFolders('go')],
  },
  {
    folder: 'server/src/llb',
    never: [...coreFolders('llb', 'go')],
  },
  {
    folder: 'server/src/dockerfile',
    never: [...coreFolders('dockerfile', 'go')],
  },
  {
    folder: 'server/src/oci',
    never: coreFolders('oci', 'go'),
  },
  {
    folder: 'server/src/context',
    never: coreFolders('context', 'go'),
  },
  {
    folder: 'server/src/compile',
    never: coreFolders('compile', 'dockerfile', 'llb', 'oci', 'context', 'go'),
  },
  {
    folder: 'server/src/analysis',
    never: ['server/src/rules', 'server/src/features', ...hosts],
  },
  {
    folder: 'server/src/rules',
    never: ['server/src/features', ...hosts],
  },
  {
    folder: 'server/src/features',
    never: hosts,
  },
  {
    folder: 'server/src/lsp',
    never: ['server/src/node', 'server/src/browser'],
  },
  {
    folder: 'server/src/browser',
    never: ['server/src/node'],
  },
];

/** Packages that only some folders may import. `node:` stands for every module of Node itself. */
const reserved: readonly { package: string; only: readonly string[] }[] = [
  { package: 'vscode-languageserver', only: ['server/src/lsp'] },
  { package: 'vscode-languageserver-textdocument', only: ['server/src/lsp'] },
  { package: 'vscode-languageclient', only: ['client'] },
  { package: 'vscode', only: ['client'] },
  { package: 'node:', only: ['server/src/node', 'client'] },
];

/** What a language feature, a clock or a host would bring into the core. */
const forbiddenInCore: readonly { pattern: RegExp; what: string }[] = [
  { pattern: /\bDate\b/, what: 'a clock (Date)' },
  { pattern: /\bMath\.random\b/, what: 'randomness (Math.random)' },
  { pattern: /\b(performance|crypto)\./, what: 'a clock or randomness of the host' },
  { pattern: /\b(process|Buffer|require|__dirname|__filename|globalThis)\b(?!\s*[?]?:)/, what: "Node's globals" },
  { pattern: /\b(window|document|navigator|localStorage|self|XMLHttpRequest)\.|\bnew Worker\b/, what: 'the DOM' },
  { pattern: /\b(setTimeout|setInterval|setImmediate|queueMicrotask|requestAnimationFrame)\b/, what: 'a timer' },
  {
    pattern: /\b(fetch|structuredClone|TextEncoder|TextDecoder|WebAssembly|console)\b(?=[.(])/,
    what: "the host's functions",
  },
  { pattern: /\b(toLocaleString|toLocaleLowerCase|toLocaleUpperCase|localeCompare|Intl)\b/, what: "the host's locale" },
];

/** What no committed file may say. Written in pieces, so that this file does not say it. */
const forbiddenWords: readonly { pattern: RegExp; what: string }[] = [
  { pattern: new RegExp(`/wor${'k'}/(main|shared|\\.)`), what: 'a path of a workplace' },
  { pattern: new RegExp(`/tmp/(ora${'cle'}|cor${'pus'}|bri${'ef'}|bash_${'jobs'})`), what: 'a path of a workplace' },
  { pattern: new RegExp(`/ro${'ot'}/go/`), what: 'a path of a workplace' },
  { pattern: /\bissue \d+\b/i, what: 'the number of an issue' },
];

const textFile =
  /\.(ts|mts|cts|js|mjs|cjs|json|md|go|mod|sum|yml|yaml|css|html|sh|jsonl|Dockerfile)$|(^|\/)(\.?[A-Za-z]+|run)$/;
const codeFile = /\.(ts|mts|cts|js|mjs|cjs)$/;

/** Checks a tree of files (paths with `/`, relative to the root). `mirrors` are host names that no file may name. */
export function checkTree(files: ReadonlyMap<string, string>, mirrors: readonly string[] = []): Violation[] {
  const violations: Violation[] = [];
  for (const [path, text] of files) {
    violations.push(...checkWords(path, text, mirrors));
    if (path === 'package-lock.json') violations.push(...checkLock(path, text));
    if (codeFile.test(path)) violations.push(...checkCode(path, text));
  }
  return violations;
}

function checkCode(path: string, text: string): Violation[] {
  const violations: Violation[] = [];
  const report = (line: number, message: string) => violations.push({ path, line, message });
  const test = /\.test\.[cm]?[jt]s$/.test(path);
  const { code, imports } = scan(text);
  for (const { specifier, line } of imports) {
    if (specifier.startsWith('.')) {
      const target = posix.normalize(posix.join(posix.dirname(path), specifier));
      if (test) continue;
      for (const { folder, never } of boundaries) {
        const bad = inside(path, folder) ? never.find((other) => inside(target, other)) : undefined;
        if (bad) report(line, `${folder} imports nothing of ${bad}, but here it imports ${specifier}`);
      }
      continue;
    }
    if (!/^(shared|server|client)\//.test(path) || test) continue;
    for (const rule of reserved) {
      const hit = rule.package.endsWith(':')
        ? specifier.startsWith(rule.package)
        : specifier === rule.package || specifier.startsWith(`${rule.package}/`);
      if (hit && !rule.only.some((folder) => inside(path, folder))) {
        report(line, `only ${rule.only.join(', ')} may import ${rule.package}, but here ${specifier} is imported`);
      }
    }
  }
  if (isCore(path) && !test) {
    for (const [index, line] of code.split('\n').entries()) {
      for (const { pattern, what } of forbiddenInCore) {
        const found = pattern.exec(line);
        if (found) report(index + 1, `the core touches ${what}: ${found[0]}`);
      }
    }
  }
  return violations;
}

function checkWords(path: string, text: string, mirrors: readonly string[]): Violation[] {
  const violations: Violation[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    for (const { pattern, what } of forbiddenWords) {
      const found = pattern.exec(line);
      if (found) violations.push({ path, line: index + 1, message: `${what}: ${found[0]}` });
    }
    for (const mirror of mirrors) {
      if (line.includes(mirror))
        violations.push({ path, line: index + 1, message: 'the host of a registry that this machine is set to use' });
    }
  }
  return violations;
}

/** A lock file must pin versions and hashes, never where they were downloaded from. */
function checkLock(path: string, text: string): Violation[] {
  return text
    .split('\n')
    .flatMap((line, index) =>
      line.includes('"resolved"') ? [{ path, line: index + 1, message: 'a download address' }] : [],
    );
}

function isCore(path: string): boolean {
  return (inside(path, 'shared/src') || inside(path, 'server/src')) && !hosts.some((host) => inside(path, host));
}

/** Every folder of server/src but those named. */
function coreFolders(...but: string[]): string[] {
  const core = ['go', 'llb', 'dockerfile', 'oci', 'context', 'compile', 'analysis', 'rules', 'features'];
  const all = [...core, 'lsp', 'node', 'browser'];
  return all.filter((name) => !but.includes(name)).map((name) => `server/src/${name}`);
}

function inside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

/** Host names of the registries that this machine is set to use, the public ones left out. */
function mirrorHosts(env: NodeJS.ProcessEnv): string[] {
  const urls = [env.npm_config_registry, ...(env.GOPROXY ?? '').split(',')];
  return urls.flatMap((url) => {
    const host = url && URL.canParse(url) ? new URL(url).host : '';
    return host === '' || host === 'registry.npmjs.org' || host === 'proxy.golang.org' ? [] : [host];
  });
}

/** The committed and the new files of the checkout, as text. */
export function readTree(root: string): Map<string, string> {
  const listing = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  });
  const files = new Map<string, string>();
  for (const path of new Set(listing.split('\0'))) {
    if (!textFile.test(path)) continue;
    try {
      files.set(path, readFileSync(join(root, path), 'utf8'));
    } catch {
      // Deleted since it was committed.
    }
  }
  return files;
}

if (import.meta.main) {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const files = readTree(root);
  const violations = checkTree(files, mirrorHosts(process.env));
  for (const { path, line, message } of violations) console.error(`${path}:${line}: ${message}`);
  console.log(`invariants: ${files.size} files, ${violations.length} violations`);
  if (violations.length > 0) process.exitCode = 1;
}
