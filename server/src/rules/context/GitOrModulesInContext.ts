// GitOrModulesInContext: a copy of a whole folder takes the repository's history or installed packages along.
import type { Analysis } from '../../analysis/analyze.ts';
import { filesText, sizeText } from '../../analysis/quantities.ts';
import type { Swept } from '../../analysis/sweptIn.ts';
import { base } from '../../go/path.ts';
import type { Finding, Rule } from '../rule.ts';
import { ignoreFix, readsOf, readText, type Script, type StageRead, scriptsAround } from './reads.ts';

export const rule: Rule<readonly Swept[]> = {
  name: 'GitOrModulesInContext',
  severity: 'warning',
  on: ['copy', 'add', 'run'],
  detect(analysis) {
    return readsOf(analysis).flatMap((known) => {
      if (known.read.kind === 'bind') return [];
      const names = [...new Set(known.use.swept.map(({ path }) => base(path)))];
      return names.flatMap((name) => findingOf(analysis, known, name) ?? []);
    });
  },
  fixes: ignoreFix,
};

/** What installs the packages that such a folder holds. */
const installers: ReadonlyMap<string, RegExp> = new Map([
  [
    'node_modules',
    /\b(?:npm|pnpm|bun) +(?:-[^ ]+ +)*(?:ci|i|install|clean-install)\b|\byarn(?: +--[^ ]+)* *(?:install\b|$|[;&|\n])/,
  ],
  ['.venv', /\bpip3? +install\b|\b(?:poetry|pipenv|pdm) +(?:install|sync)\b|\buv +(?:sync|pip)\b/],
]);

const histories: ReadonlySet<string> = new Set(['.git', '.hg', '.svn']);

function findingOf(analysis: Analysis, known: StageRead, name: string): Finding<readonly Swept[]> | undefined {
  const { read, use, stage } = known;
  const swept = use.swept.filter(({ path }) => base(path) === name);
  const scripts = scriptsAround(analysis, stage);
  const why = histories.has(name) ? whyHistory(name, scripts) : whyPackages(name, scripts);
  if (why === undefined) return undefined;
  let files = 0;
  let bytes = 0;
  for (const one of swept) {
    files += one.files;
    bytes += one.bytes;
  }
  const what = swept.length === 1 ? (swept[0]?.path ?? name) : `${swept.length} folders ${name}`;
  const message = `${readText(analysis, known)} takes ${what} along (${filesText(files)}, ${sizeText(bytes)}): ${why}`;
  return { span: read.span, instruction: read.instruction, message, data: swept };
}

function whyHistory(name: string, scripts: readonly Script[]): string | undefined {
  // Versions are often made of the history.
  const tool = name.slice(1);
  if (
    scripts.some(({ text }) =>
      new RegExp(`\\b(?:${tool}|goreleaser|setuptools.scm|gitversion|versioneer)\\b`, 'i').test(text),
    )
  )
    return undefined;
  return 'every commit makes this line and all that is built on it run again, and the image holds all that ever was.';
}

function whyPackages(name: string, scripts: readonly Script[]): string | undefined {
  const installer = installers.get(name);
  // Without that, they are copied because they are wanted.
  const script = installer === undefined ? undefined : scripts.find(({ text }) => installer.test(text));
  return script === undefined
    ? undefined
    : `packages of this machine, which line ${script.line} installs for the image.`;
}
