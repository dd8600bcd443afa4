// `npm run contexts -- [N] [--from SEED]`: N random folders with random ignore files and paths that a build reads, listed by us and
// by the library that BuildKit's own client sends with (context-judge/, a Go program). What would be sent must be the same. Left
// out are links whose own name is a pattern: there the client follows the machine's links, out of the context too.
import { spawnSync } from 'node:child_process';
import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { parseIgnoreFile } from '../server/src/context/ignoreFile.ts';
import { kinds } from '../server/src/context/listing.ts';
import { isWildcardPath, select } from '../server/src/context/selection.ts';
import { transfer } from '../server/src/context/transfer.ts';
import { join as goJoin } from '../server/src/go/path.ts';
import { compareUtf8 } from '../server/src/go/utf8.ts';
import { walkFolder } from '../server/src/node/context/walk.ts';
import { hasGo } from './judge.ts';
import { type Random, random as startRandom } from './random.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { from: { type: 'string', default: '1' }, show: { type: 'string', default: '5' } },
});
const count = Number(positionals[0] ?? 1000);
const first = Number(values.from);
const source = fileURLToPath(new URL('./context-judge', import.meta.url));
const program = fileURLToPath(new URL('./.cache/context-judge', import.meta.url));

if (!hasGo()) {
  console.error("Go is not installed: BuildKit's client cannot be asked.");
  process.exit(2);
}
mkdirSync(dirname(program), { recursive: true });
const built = spawnSync('go', ['build', '-trimpath', '-o', program, '.'], { cwd: source, stdio: ['ignore', 2, 2] });
if (built.status !== 0) process.exit(2);

interface Case {
  readonly seed: number;
  readonly root: string;
  readonly ignore: string;
  readonly follow: readonly string[] | undefined;
  readonly copy: { readonly src: string; readonly include: readonly string[]; readonly exclude: readonly string[] };
}

interface Answer {
  readonly sent: readonly (readonly [path: string, size: number])[];
  readonly error: string;
  readonly copied: readonly string[];
  readonly copyError: string;
}

const names = [
  'a',
  'b',
  'c',
  'src',
  'lib',
  'node_modules',
  '.git',
  'x.md',
  'y.txt',
  'z.go',
  'é',
  'a b',
  'A',
  'a-b',
  'a.b',
  '!x',
  '#y',
  '[z]',
];
const patternParts = [
  'a',
  'b',
  'c',
  'src',
  'lib',
  'node_modules',
  '*.md',
  '*',
  '**',
  '?',
  'x.*',
  '[a-c]',
  'é',
  '.git',
  'a*',
  '*b',
  'a b',
  '..',
  '.',
  '!x',
  '\\[z]',
];

/** Makes a folder of files, links, hard links and directories. */
function makeCase(seed: number, parent: string): Case {
  const random = startRandom(seed);
  const root = join(parent, String(seed));
  mkdirSync(root);
  const made: string[] = [];
  const files: string[] = [];
  const fill = (directory: string, depth: number): void => {
    for (let i = random.below(depth === 0 ? 9 : 6); i > 0; i--) {
      const path = join(directory, random.pick(names));
      if (made.includes(path)) continue;
      made.push(path);
      const place = join(root, path);
      const what = random.below(10);
      if (what < 4 && depth < 4) {
        mkdirSync(place);
        fill(path, depth + 1);
      } else if (what === 4 && !path.endsWith('[z]')) symlinkSync(linkTarget(random, made), place);
      else if (what === 5 && files.length > 0) linkSync(join(root, random.pick(files)), place);
      else {
        writeFileSync(place, 'x'.repeat(random.below(30)));
        files.push(path);
      }
    }
  };
  fill('', 0);
  const lines = Array.from({ length: random.below(6) }, () => ignoreLine(random, made));
  const follow =
    random.below(4) === 0 ? undefined : Array.from({ length: 1 + random.below(3) }, () => readPath(random, made));
  const globs = () => Array.from({ length: random.below(3) }, () => ignoreLine(random, made).replace(/^\//, ''));
  const copy = {
    src: `/${goJoin('.', goJoin('/', readPath(random, made)))}`.replace(/^\/\.$/, '/'),
    include: random.below(3) === 0 ? globs() : [],
    exclude: random.below(2) === 0 ? globs() : [],
  };
  return {
    copy,
    seed,
    root,
    ignore: lines.join('\n'),
    follow: follow?.map((path) => goJoin('.', goJoin('/', path))).sort(compareUtf8),
  };
}

function linkTarget(random: Random, made: readonly string[]): string {
  const target =
    random.below(2) === 0
      ? random.pick(made)
      : Array.from({ length: 1 + random.below(3) }, () => random.pick(['a', 'b', 'src', '..', '.', 'lib'])).join('/');
  return random.below(3) === 0 ? `/${target}` : target;
}

function ignoreLine(random: Random, made: readonly string[]): string {
  const body =
    made.length > 0 && random.below(3) === 0
      ? random.pick(made)
      : Array.from({ length: 1 + random.below(3) }, () => random.pick(patternParts)).join('/');
  return (
    (random.below(3) === 0 ? '!' : '') + (random.below(6) === 0 ? '/' : '') + body + (random.below(8) === 0 ? '/' : '')
  );
}

function readPath(random: Random, made: readonly string[]): string {
  if (made.length > 0 && random.below(2) === 0) {
    const path = random.pick(made);
    return random.below(3) === 0
      ? join(dirname(path), '*')
      : random.below(5) === 0
        ? `${path}/${random.pick(names)}`
        : path;
  }
  return `/${Array.from({ length: 1 + random.below(3) }, () => random.pick(patternParts.filter((p) => p !== '**' && p !== '!x'))).join('/')}`;
}

/** What we say, in the judge's form. */
function ours({ root, ignore, follow, copy }: Case): Answer {
  const listing = walkFolder(root);
  const { sent, error } = transfer(listing, follow, parseIgnoreFile(ignore));
  const seen = new Set<number>();
  const list: [string, number][] = [];
  for (const [i, path] of listing.paths.entries()) {
    if (sent[i] !== 1) continue;
    const file = listing.hardLinks.get(i) ?? i;
    const again = listing.kinds[i] === kinds.file && seen.has(file);
    if (listing.kinds[i] === kinds.file) seen.add(file);
    list.push([path, listing.kinds[i] === kinds.file && !again ? (listing.sizes[i] as number) : -1]);
  }
  const everything = new Uint8Array(listing.paths.length).fill(1);
  const taken = select(listing, everything, { ...copy, path: copy.src, wildcard: true });
  const copied = taken.files.map((i) => listing.paths[i] as string).sort(compareUtf8);
  const missing = !taken.exists && !isWildcardPath(copy.src);
  return { sent: list, error: error ?? '', copied, copyError: taken.error ?? (missing ? 'missing' : '') };
}

const parent = mkdtempSync(join(tmpdir(), 'llb-lens-contexts-'));
let different = 0;
let partly = 0;
let refused = 0;
let copies = 0;
try {
  const cases = Array.from({ length: count }, (_, i) => makeCase(first + i, parent));
  const input = cases.map(
    (one) =>
      `${JSON.stringify({ root: one.root, follow: one.follow ?? null, exclude: parseIgnoreFile(one.ignore), copy: one.copy })}\n`,
  );
  const judge = spawnSync(program, { input: input.join(''), encoding: 'utf8', maxBuffer: 1 << 30 });
  const answers = judge.stdout.split('\n').slice(0, -1);
  if (judge.status !== 0 || answers.length !== cases.length) throw new Error(`the judge stopped: ${judge.stderr}`);
  for (const [i, one] of cases.entries()) {
    const wanted = JSON.parse(answers[i] as string) as Answer;
    const gotten = ours(one);
    const all = walkFolder(one.root).paths.length;
    if (wanted.sent.length > 0 && wanted.sent.length < all) partly++;
    if (wanted.error !== '') refused++;
    const sameSent =
      wanted.error === ''
        ? gotten.error === '' && JSON.stringify(wanted.sent) === JSON.stringify(gotten.sent)
        : gotten.error !== '';
    const sameCopy =
      wanted.copyError === ''
        ? gotten.copyError === '' && JSON.stringify(wanted.copied) === JSON.stringify(gotten.copied)
        : gotten.copyError !== '';
    if (wanted.copied.length > 0) copies++;
    if (sameSent && sameCopy) continue;
    if (different++ < Number(values.show)) {
      console.log(
        `seed ${one.seed}: follow ${JSON.stringify(one.follow)}, ignore ${JSON.stringify(one.ignore)}, copy ${JSON.stringify(one.copy)}`,
      );
      console.log(`  BuildKit ${answers[i]}\n  ours     ${JSON.stringify(gotten)}`);
    }
  }
} finally {
  rmSync(parent, { recursive: true, force: true });
}
console.log(
  `${count} folders: ${different} differ; ${partly} are sent in part, ${refused} are refused; of ${copies} something is copied`,
);
if (different > 0) process.exitCode = 1;
