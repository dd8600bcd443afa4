// Settings: what a client sends becomes what the server uses, and the manifest offers just that.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { buildConfig, defaultSettings, type FeatureName, featureDefaults, readSettings } from './settings.ts';

interface Property {
  readonly default: unknown;
  readonly markdownDescription: string;
  readonly scope: string;
}

const manifest = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
  contributes: { configuration: { properties: Record<string, Property> } };
};
const properties = manifest.contributes.configuration.properties;

/** The settings as an editor tells them: dots nest. */
function nested(flat: Readonly<Record<string, unknown>>): unknown {
  const root: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(flat)) {
    const parts = name.split('.').slice(1);
    let at = root;
    for (const part of parts.slice(0, -1)) at = (at[part] ??= {}) as Record<string, unknown>;
    at[parts.at(-1) as string] = value;
  }
  return root;
}

describe('the manifest', () => {
  test('has every feature with its default, and no other', () => {
    const offered = Object.keys(properties).filter((name) => name.startsWith('llbLens.features.'));
    expect(offered.map((name) => name.slice('llbLens.features.'.length)).sort()).toEqual(
      Object.keys(featureDefaults).sort(),
    );
  });

  test('gives the server its own defaults', () => {
    const { settings, complaints } = readSettings(
      nested(Object.fromEntries(Object.entries(properties).map(([name, property]) => [name, property.default]))),
    );
    expect(complaints).toEqual([]);
    expect(settings).toEqual(defaultSettings);
  });

  test.each(Object.entries(properties))('%s is described, and read for each folder', (name, property) => {
    expect(property.markdownDescription).toMatch(/^[A-Z].*\.$/s);
    if (!name.startsWith('llbLens.trace')) expect(property.scope).toBe('resource');
  });
});

describe('reading', () => {
  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'x'],
    ['a list', []],
    ['a number', 3],
  ])('%s gives the defaults', (_, json) => {
    expect(readSettings(json).settings).toEqual(defaultSettings);
  });

  test('numbers and truth values become texts', () => {
    expect(readSettings({ buildArgs: { A: 1, B: true, C: 'x', D: null, E: {} } })).toMatchObject({
      settings: { buildArgs: { A: '1', B: 'true', C: 'x' } },
      complaints: [expect.stringContaining('buildArgs.D'), expect.stringContaining('buildArgs.E')],
    });
  });

  test.each<[FeatureName, boolean, boolean]>([
    ['completion', false, true],
    ['formatting', false, true],
    ['hover', true, true],
    ['codeLens.graph', true, true],
    ['inlayHints', false, false],
  ])('%s beside a neighbour: %s, and when everything is wanted: %s', (feature, beside, everything) => {
    const neighbours = ['dockerDx', 'unknown'];
    expect(readSettings({ neighbours }).settings).toMatchObject({
      neighbours: ['dockerDx'],
      features: { [feature]: beside },
    });
    expect(readSettings({ neighbours, besideOtherExtensions: 'everything' }).settings).toMatchObject({
      neighbours: [],
      features: { [feature]: everything },
    });
  });

  test('become what a build is told', () => {
    const { settings } = readSettings({
      target: 't',
      platform: 'linux/arm64',
      buildArgs: { A: 'b' },
      labels: { l: 'm' },
      contexts: { base: 'docker-image://x' },
    });
    expect(buildConfig(settings, 'api.dockerfile').attrs).toEqual({
      filename: 'api.dockerfile',
      target: 't',
      platform: 'linux/arm64',
      'build-arg:A': 'b',
      'label:l': 'm',
      'context:base': 'docker-image://x',
    });
    expect(buildConfig(defaultSettings, 'Dockerfile').attrs).toEqual({ filename: 'Dockerfile' });
  });
});
