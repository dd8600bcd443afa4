// `npm run rules`: writes the index of rules, their pages as code, and docs/rules from the two files of each rule.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folders = ['checks', 'link', 'cache', 'context'] as const;
const titles = {
  checks: "BuildKit's build checks",
  link: 'What `--link` does here',
  cache: 'What runs again',
  context: 'What is taken of the build context',
};

interface RuleFiles {
  readonly folder: (typeof folders)[number];
  readonly name: string;
  readonly page: string;
}

/** Every rule's files, by folder and name. A file with a capital is a rule; without a page it is none yet. */
function ruleFiles(): RuleFiles[] {
  return folders.flatMap((folder) => {
    const path = join(root, 'server/src/rules', folder);
    if (!existsSync(path)) return [];
    return readdirSync(path)
      .filter((file) => /^[A-Z]\w*\.ts$/.test(file))
      .sort()
      .map((file) => file.slice(0, -3))
      .filter((name) => existsSync(join(path, `${name}.md`)))
      .map((name) => ({ folder, name, page: readFileSync(join(path, `${name}.md`), 'utf8') }));
  });
}

/** Each generated file by its path from the root. */
export function generate(): Map<string, string> {
  const rules = ruleFiles();
  const files = new Map<string, string>();
  const imports = rules
    .map(({ folder, name }) => `import { rule as ${name} } from './${folder}/${name}.ts';`)
    .sort((a, b) => (a.slice(a.indexOf("'")) < b.slice(b.indexOf("'")) ? -1 : 1));
  files.set(
    'server/src/rules/index.ts',
    [
      '// Written by `npm run rules`: every rule that has its two files in this folder.',
      ...imports,
      "import type { Rule } from './rule.ts';",
      '',
      '// biome-ignore format: one rule a line',
      'export const rules: readonly Rule[] = [',
      ...rules.map(({ name }) => `  ${name},`),
      '];',
      '',
    ].join('\n'),
  );
  files.set(
    'server/src/rules/pages.ts',
    [
      '// Written by `npm run rules`: the page of each rule, as Markdown.',
      '',
      '// biome-ignore format: one page a line',
      'export const pages: Readonly<Record<string, string>> = {',
      ...rules.map(({ name, page }) => `  ${name}: ${literal(readable(page))},`),
      '};',
      '',
    ].join('\n'),
  );
  for (const { name, page } of rules) files.set(`docs/rules/${name}.md`, readable(page));
  files.set('docs/rules/README.md', overview(rules));
  return files;
}

/** What is for the tests alone goes: the JSON behind a fence, and the tilde of the marks. */
function readable(page: string): string {
  return page
    .replace(/^```dockerfile (invalid|fixed|valid).*$/gm, '```dockerfile')
    .replace(/^#~<(\^*)/gm, '#^^$1')
    .replace(/^#~(?:@\S+)?/gm, '# ');
}

function literal(text: string): string {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n');
  return `'${escaped}'`;
}

function overview(rules: readonly RuleFiles[]): string {
  const lines = ['# Rules', ''];
  for (const folder of folders) {
    const own = rules.filter((rule) => rule.folder === folder);
    if (own.length === 0) continue;
    lines.push(`## ${titles[folder]}`, '', '| rule | what it finds |', '|---|---|');
    for (const { name, page } of own) lines.push(`| [${name}](${name}.md) | ${gist(page).replaceAll('|', '\\|')} |`);
    lines.push('');
  }
  return `${lines.join('\n').trimEnd()}\n`;
}

/** The first paragraph. */
function gist(page: string): string {
  return (page.split(/\n\n+/)[1] ?? '').replace(/\n/g, ' ').trim();
}

if (import.meta.main) {
  const files = generate();
  mkdirSync(join(root, 'docs/rules'), { recursive: true });
  for (const file of readdirSync(join(root, 'docs/rules')))
    if (!files.has(`docs/rules/${file}`)) rmSync(join(root, 'docs/rules', file));
  for (const [path, text] of files) writeFileSync(join(root, path), text);
  console.log(`${files.size} files`);
}
