// README.md: its commands are run and what they print is compared (`npm test -- test/docs -u` writes it anew), its links lead
// somewhere, and its table of settings is that of the extension.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { buildkitVersion } from '../../server/src/node/version.ts';
import { execute } from './page.ts';

const root = join(import.meta.dirname, '../..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  contributes: { configuration: { properties: Record<string, { default: unknown }> } };
  scripts: Record<string, string>;
};

test('its commands print what stands below them', async () => {
  const { page, executed } = execute(readme);
  expect(executed.length).toBeGreaterThanOrEqual(4);
  expect(executed.filter(({ code }) => code !== 0 && code !== 1)).toEqual([]);
  await expect(page).toMatchFileSnapshot(join(root, 'README.md'));
});

describe('its links lead somewhere', () => {
  for (const name of ['README.md', 'ARCHITECTURE.md', 'CHANGELOG.md', 'CONTRIBUTING.md'])
    test(name, () => {
      const text = readFileSync(join(root, name), 'utf8');
      const links = [...text.matchAll(/\]\(([^)#\s]+)/g)].map((match) => match[1] as string);
      expect(links.filter((link) => !/^https?:/.test(link) && !existsSync(join(root, link)))).toEqual([]);
    });
});

test('its pictures are small', () => {
  const large = readdirSync(join(root, 'docs/pictures')).filter(
    (name) => statSync(join(root, 'docs/pictures', name)).size > 150_000,
  );
  expect(large).toEqual([]);
});

test('its table of settings has every setting with its default', () => {
  const rows = [...readme.matchAll(/^\| `llbLens\.([\w.*]+)` \| `([^`]*)` \|/gm)].map(([, name, value]) => [
    name,
    value,
  ]);
  const settings = Object.entries(manifest.contributes.configuration.properties)
    .map(([name, { default: value }]) => [name.replace('llbLens.', ''), JSON.stringify(value)])
    .filter(([name]) => !name?.startsWith('features.'));
  expect(rows.filter(([name]) => name !== 'features.*')).toEqual(settings);
  const off = Object.entries(manifest.contributes.configuration.properties)
    .filter(([name, { default: value }]) => name.startsWith('llbLens.features.') && value !== true)
    .map(([name]) => name);
  expect(off).toEqual(['llbLens.features.inlayHints']);
});

test('its scripts are there', () => {
  const names = [...readme.matchAll(/npm run ([\w:]+)/g)].map((match) => match[1] as string);
  expect(names.filter((name) => !Object.hasOwn(manifest.scripts, name))).toEqual([]);
});

test('it names the release of BuildKit that the command names', () => {
  const named = new Set([...readme.matchAll(/BuildKit (v[\d.]+\d)/g)].map((match) => match[1]));
  expect([...named]).toEqual([buildkitVersion]);
});
