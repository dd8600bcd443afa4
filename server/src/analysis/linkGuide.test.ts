// The guide to --link: its Dockerfiles, their graphs and verdicts are what the program makes of examples/link, and every
// build that it calls as a witness was recorded. `MARKS=write npx vitest run linkGuide` writes them anew: read what comes out.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { scenarios } from '../../../conformance/predictions.ts';
import { hostSha256 } from '../node/sha256.ts';
import { analyze } from './analyze.ts';
import { buildGraph } from './graph.ts';
import { treeText } from './graphFormats.ts';
import { linkVerdicts } from './linkVerdict.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const guide = `${root}docs/link.md`;
const example =
  /^<!-- (examples\/link\/([\w-]+)\.Dockerfile) -->\n(?:\n```dockerfile\n[^`]*```\n\n```text\n[^`]*```\n)?/gm;

/** The file, its graph and the verdicts on its copies. */
function shown(path: string): string {
  const text = readFileSync(root + path, 'utf8');
  const analysis = analyze(text, { attrs: {} }, { dockerignore: null, sha256: hostSha256 });
  const verdicts = linkVerdicts(analysis).map(({ line, sentence }) => `line ${line}: ${sentence}`);
  const graph = treeText(buildGraph(analysis, path))
    .split('\n')
    .filter((line) => !/^(missing|~ provisional)/.test(line))
    .join('\n')
    .trimEnd();
  return `<!-- ${path} -->\n\n\`\`\`dockerfile\n${text}\`\`\`\n\n\`\`\`text\n${graph}\n\n${verdicts.join('\n')}\n\`\`\`\n`;
}

test('shows what the program says of its examples', () => {
  const text = readFileSync(guide, 'utf8');
  const made = text.replace(example, (_, path: string) => shown(path));
  if (process.env.MARKS === 'write') writeFileSync(guide, made);
  else expect(text).toBe(made);
});

test('shows every example', () => {
  const named = [...readFileSync(guide, 'utf8').matchAll(example)].map((m) => `${m[2]}.Dockerfile`);
  expect(named.sort()).toEqual(readdirSync(`${root}examples/link`).sort());
});

test('every witness was recorded', () => {
  const names = new Set(scenarios().map((scenario) => scenario.name));
  const called = [...readFileSync(guide, 'utf8').matchAll(/`((?:link|cache|docker|remote|rebase)-[a-z0-9-]+)`/g)].map(
    (m) => m[1] as string,
  );
  expect(called.length).toBeGreaterThan(15);
  expect(called.filter((name) => !names.has(name))).toEqual([]);
});
