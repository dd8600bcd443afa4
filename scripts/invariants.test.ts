// Shows that the check of the invariants fails on trees that break them, and passes on this one.
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { checkTree, readTree } from './invariants.ts';

const workplace = ['', 'wor' + 'k', 'main', 'x'].join('/');

/** A file, its text, and what must be said of it (a part of the message), or nothing. */
const cases: [name: string, path: string, text: string, message: string | undefined][] = [
  [
    'llb imports dockerfile',
    'server/src/llb/a.ts',
    "import { x } from '../dockerfile/x.ts';",
    'server/src/llb imports nothing of server/src/dockerfile',
  ],
  [
    'dockerfile imports llb',
    'server/src/dockerfile/a.ts',
    "import type { x } from '../llb/x.ts';",
    'imports nothing of server/src/llb',
  ],
  [
    'llb imports compile',
    'server/src/llb/a.ts',
    "export * from '../compile/x.ts';",
    'imports nothing of server/src/compile',
  ],
  [
    'compile imports rules',
    'server/src/compile/a.ts',
    "import '../rules/x.ts';",
    'imports nothing of server/src/rules',
  ],
  [
    'dynamic import',
    'server/src/compile/a.ts',
    "const x = await import('../features/x.ts');",
    'imports nothing of server/src/features',
  ],
  [
    'rules import lsp',
    'server/src/rules/a.ts',
    "import { x } from '../lsp/x.ts';",
    'imports nothing of server/src/lsp',
  ],
  [
    'shared imports server',
    'shared/src/a.ts',
    "import { x } from '../../server/src/x.ts';",
    'shared/src imports nothing of server',
  ],
  [
    'client imports server',
    'client/src/a.ts',
    "import { x } from '../../server/src/x.ts';",
    'client imports nothing of server',
  ],
  ['core imports Node', 'server/src/analysis/a.ts', "import fs from 'node:fs';", 'may import node:'],
  [
    'features import LSP',
    'server/src/features/a.ts',
    "import { Hover } from 'vscode-languageserver/node';",
    'may import vscode-languageserver',
  ],
  ['a clock', 'server/src/compile/a.ts', 'const now = Date.now();', 'a clock'],
  ['a clock in a template', 'server/src/compile/a.ts', 'const s = `a ${new Date()} b`;', 'a clock'],
  ['randomness', 'server/src/llb/a.ts', 'const id = Math.random();', 'randomness'],
  ['process', 'server/src/llb/a.ts', 'const e = process.env;', "Node's globals"],
  ['Buffer', 'server/src/go/a.ts', 'Buffer.from(x)', "Node's globals"],
  ['DOM', 'shared/src/a.ts', 'document.title', 'the DOM'],
  ['encoder', 'server/src/go/a.ts', 'new TextEncoder()', "the host's functions"],
  ['locale', 'server/src/go/a.ts', 'a.localeCompare(b)', 'locale'],
  ['a path of the workplace', 'README.md', `see ${workplace}`, 'a path of a workplace'],
  ['a mirror', 'README.md', 'get it from mirror.example', 'the host of a registry'],
  ['an address in the lock file', 'package-lock.json', '"resolved": "https://a/b.tgz"', 'a download address'],

  ['llb imports go', 'server/src/llb/a.ts', "import { x } from '../go/x.ts';", undefined],
  [
    'compile imports both',
    'server/src/compile/a.ts',
    "import { x } from '../llb/x.ts';\nimport { y } from '../dockerfile/y.ts';",
    undefined,
  ],
  ['node imports Node', 'server/src/node/a.ts', "import fs from 'node:fs'; process.exit(Date.now())", undefined],
  [
    'a word in a comment',
    'server/src/llb/a.ts',
    '// Date, process.env, document.x\n/* Buffer */ const a = 1;',
    undefined,
  ],
  [
    'a word in a string',
    'server/src/llb/a.ts',
    'const a = \'Date\' + "process" + `Buffer ${a} Date` + /Date/.source;',
    undefined,
  ],
  ['a property', 'server/src/llb/a.ts', 'interface A { process: string; document?: string }', undefined],
];

describe('invariants', () => {
  test.each(cases)('%s', (_name, path, text, message) => {
    const found = checkTree(new Map([[path, text]]), ['mirror.example']).map((violation) => violation.message);
    if (message === undefined) expect(found).toEqual([]);
    else expect(found).toEqual([expect.stringContaining(message)]);
  });

  test('hold in this tree', () => {
    const files = readTree(fileURLToPath(new URL('..', import.meta.url)));
    expect(files.size).toBeGreaterThan(20);
    expect(checkTree(files)).toEqual([]);
  });
});
