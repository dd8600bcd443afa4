// The settings `llbLens.*`: their shape, their defaults, and how whatever a client sends becomes them.
import type { BuildConfig } from '../compile/options.ts';
import type { ImageSettings } from './host.ts';

/** What can be switched off and on, and whether it is on from the start. Dots nest in the settings. */
export const featureDefaults = {
  hover: true,
  'codeLens.stages': true,
  'codeLens.dependencies': true,
  'codeLens.link': true,
  'codeLens.impact': true,
  'codeLens.context': true,
  'codeLens.graph': true,
  diagnostics: true,
  codeActions: true,
  completion: true,
  signatureHelp: true,
  navigation: true,
  rename: true,
  documentSymbols: true,
  semanticTokens: true,
  folding: true,
  selectionRanges: true,
  documentLinks: true,
  inlayHints: false,
  formatting: true,
} as const;
export type FeatureName = keyof typeof featureDefaults;

export type RuleLevel = 'error' | 'warning' | 'information' | 'hint' | 'off';

/** Another extension for Dockerfiles that is at work in the same editor. */
export type Neighbour = 'dockerDx' | 'containerTools';

export interface Settings {
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** Named contexts: name to specifier. */
  readonly contexts: Readonly<Record<string, string>>;
  readonly target: string;
  readonly platform: string;
  /** The build context: absolute, or relative to the workspace folder; `` for the Dockerfile's own folder. */
  readonly context: string;
  readonly images: ImageSettings;
  readonly features: Readonly<Record<FeatureName, boolean>>;
  readonly rules: Readonly<Record<string, RuleLevel>>;
  /** Extensions to which it leaves what they too can do. */
  readonly neighbours: readonly Neighbour[];
}

export const defaultSettings: Settings = {
  buildArgs: {},
  labels: {},
  contexts: {},
  target: '',
  platform: '',
  context: '',
  images: { mode: 'cached', refresh: 60, archives: [], layouts: {}, mirrors: {}, insecure: [] },
  features: featureDefaults,
  rules: {},
  neighbours: [],
};

/** What a neighbour already shows, so that it is not shown twice. */
const leftToNeighbours: readonly FeatureName[] = [
  'completion',
  'signatureHelp',
  'navigation',
  'rename',
  'documentSymbols',
  'semanticTokens',
  'folding',
  'documentLinks',
  'formatting',
];

/** Reads what a client sent as `llbLens`. What is wrong in it is left out and told in `complaints`. */
export function readSettings(json: unknown): { settings: Settings; complaints: string[] } {
  const complaints: string[] = [];
  const given = record(json) ?? {};
  const wrong = (key: string, wanted: string) => complaints.push(`llbLens.${key} should be ${wanted}; it is ignored`);

  const text = (key: string): string => {
    const value = given[key];
    if (typeof value === 'string') return value;
    if (value !== undefined && value !== null) wrong(key, 'a text');
    return '';
  };
  const texts = (key: string): Record<string, string> => {
    const value = given[key];
    if (value === undefined || value === null) return {};
    const found: Record<string, string> = {};
    const entries = record(value);
    if (entries === undefined) wrong(key, 'an object of texts');
    for (const [name, entry] of Object.entries(entries ?? {})) {
      if (typeof entry === 'string') found[name] = entry;
      else if (typeof entry === 'number' || typeof entry === 'boolean') found[name] = String(entry);
      else wrong(`${key}.${name}`, 'a text');
    }
    return found;
  };

  const rules: Record<string, RuleLevel> = {};
  for (const [name, level] of Object.entries(record(given.rules) ?? {})) {
    if (isOneOf(level, ['error', 'warning', 'information', 'hint', 'off'])) rules[name] = level;
    else wrong(`rules.${name}`, '"error", "warning", "information", "hint" or "off"');
  }

  const neighbours = given.besideOtherExtensions === 'everything' ? [] : readNeighbours(given.neighbours);
  const features: Record<FeatureName, boolean> = { ...featureDefaults };
  for (const name of Object.keys(featureDefaults) as FeatureName[]) {
    const value = name.split('.').reduce<unknown>((at, part) => record(at)?.[part], given.features);
    if (typeof value === 'boolean') features[name] = value;
    else if (value !== undefined && value !== null) wrong(`features.${name}`, 'true or false');
    if (neighbours.length > 0 && leftToNeighbours.includes(name)) features[name] = false;
  }

  const settings: Settings = {
    buildArgs: texts('buildArgs'),
    labels: texts('labels'),
    contexts: texts('contexts'),
    target: text('target'),
    platform: text('platform'),
    context: text('context'),
    images: readImages(given, wrong),
    features,
    rules,
    neighbours,
  };
  return { settings, complaints };
}

/** The build that these settings ask for. `layouts` are the named contexts that BuildKit is told of in other words. */
export function buildConfig(
  settings: Settings,
  filename: string,
  layouts: Readonly<Record<string, string>> = {},
): BuildConfig {
  const attrs: Record<string, string> = { filename };
  if (settings.target !== '') attrs.target = settings.target;
  if (settings.platform !== '') attrs.platform = settings.platform;
  for (const [name, value] of Object.entries(settings.buildArgs)) attrs[`build-arg:${name}`] = value;
  for (const [name, value] of Object.entries(settings.labels)) attrs[`label:${name}`] = value;
  for (const [name, value] of Object.entries({ ...settings.contexts, ...layouts })) attrs[`context:${name}`] = value;
  return { attrs };
}

/** In a folder that is not trusted nothing is known of images, whatever the settings say. */
function readImages(
  given: Readonly<Record<string, unknown>>,
  wrong: (key: string, wanted: string) => void,
): ImageSettings {
  const defaults = defaultSettings.images;
  const { resolve, refresh, archives, mirrors, insecure } = record(given.images) ?? {};
  if (resolve !== undefined && !isOneOf(resolve, ['off', 'cached', 'on']))
    wrong('images.resolve', '"off", "cached" or "on"');
  const mode = isOneOf(resolve, ['off', 'cached', 'on']) ? resolve : defaults.mode;
  const minutes = typeof refresh === 'number' && refresh > 0 ? refresh : undefined;
  if (refresh !== undefined && minutes === undefined) wrong('images.refresh', 'a number of minutes');
  const list = (key: string, value: unknown): readonly string[] => {
    if (Array.isArray(value) && value.every((entry) => typeof entry === 'string')) return value;
    if (value !== undefined && value !== null) wrong(key, 'a list of texts');
    return [];
  };
  const hosts: Record<string, readonly string[]> = {};
  for (const [name, value] of Object.entries(record(mirrors) ?? {}))
    hosts[name] = list(`images.mirrors.${name}`, value);
  return {
    mode: given.trusted === false ? 'off' : mode,
    refresh: minutes ?? defaults.refresh,
    archives: list('images.archives', archives),
    // Told by the named contexts.
    layouts: {},
    mirrors: hosts,
    insecure: list('images.insecure', insecure),
  };
}

function readNeighbours(json: unknown): Neighbour[] {
  return Array.isArray(json) ? json.filter((name) => isOneOf(name, ['dockerDx', 'containerTools'])) : [];
}

function isOneOf<T extends string>(value: unknown, allowed: readonly T[]): value is T {
  return (allowed as readonly unknown[]).includes(value);
}

function record(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}
