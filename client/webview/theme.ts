// The colours of the picture by meaning, and the one style sheet that the view and the exported files share.

/** A colour's meaning; in the view each is the CSS variable `--lens-NAME`. */
export const colorNames = [
  'background',
  'foreground',
  'muted',
  'lane',
  'laneBorder',
  'node',
  'nodeBorder',
  'focus',
  'image',
  'context',
  'remote',
  'exec',
  'file',
  'merge',
  'base',
  'runs',
  'maybe',
  'relinked',
  'reused',
  'error',
] as const;

export type ColorName = (typeof colorNames)[number];
export type Colors = Readonly<Record<ColorName, string>>;
export type ThemeName = 'light' | 'dark' | 'high-contrast' | 'high-contrast-light';

const light: Colors = {
  background: '#ffffff',
  foreground: '#1f2328',
  muted: '#59636e',
  lane: '#f6f8fa',
  laneBorder: '#d1d9e0',
  node: '#ffffff',
  nodeBorder: '#b8c0c9',
  focus: '#005fb8',
  image: '#652d90',
  context: '#8a5a00',
  remote: '#8a5a00',
  exec: '#0a5fb4',
  file: '#2b6a30',
  merge: '#a3366b',
  base: '#6e7781',
  runs: '#c4320a',
  maybe: '#8a6100',
  relinked: '#0a5fb4',
  reused: '#2b6a30',
  error: '#c4320a',
};

const dark: Colors = {
  background: '#1f1f1f',
  foreground: '#e4e4e4',
  muted: '#a5a5a5',
  lane: '#262627',
  laneBorder: '#3c3c3d',
  node: '#313132',
  nodeBorder: '#57575a',
  focus: '#2f9bff',
  image: '#c39bf0',
  context: '#e0b163',
  remote: '#e0b163',
  exec: '#6cb4f5',
  file: '#8fce95',
  merge: '#f08cbb',
  base: '#8b8b8f',
  runs: '#ff8d6b',
  maybe: '#e8c468',
  relinked: '#6cb4f5',
  reused: '#8fce95',
  error: '#ff8d6b',
};

const highContrast: Colors = {
  background: '#000000',
  foreground: '#ffffff',
  muted: '#ffffff',
  lane: '#000000',
  laneBorder: '#6fc3df',
  node: '#000000',
  nodeBorder: '#6fc3df',
  focus: '#f38518',
  image: '#d9b8ff',
  context: '#ffd37a',
  remote: '#ffd37a',
  exec: '#8fd0ff',
  file: '#a8f0ae',
  merge: '#ffa8d2',
  base: '#ffffff',
  runs: '#ff9d7e',
  maybe: '#ffe08a',
  relinked: '#8fd0ff',
  reused: '#a8f0ae',
  error: '#ff9d7e',
};

const highContrastLight: Colors = {
  background: '#ffffff',
  foreground: '#000000',
  muted: '#292929',
  lane: '#ffffff',
  laneBorder: '#0f4a85',
  node: '#ffffff',
  nodeBorder: '#0f4a85',
  focus: '#006bbd',
  image: '#5b1f87',
  context: '#6b4400',
  remote: '#6b4400',
  exec: '#00457e',
  file: '#1c5122',
  merge: '#84204f',
  base: '#292929',
  runs: '#9c2400',
  maybe: '#634500',
  relinked: '#00457e',
  reused: '#1c5122',
  error: '#9c2400',
};

export const themes: Readonly<Record<ThemeName, Colors>> = {
  light,
  dark,
  'high-contrast': highContrast,
  'high-contrast-light': highContrastLight,
};

/** Colours as the variables of the view's own style sheet. */
export const variables = Object.fromEntries(colorNames.map((name) => [name, `var(--lens-${name})`])) as Record<
  ColorName,
  string
>;

const mono =
  "var(--vscode-editor-font-family, ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace)";
const sans = "var(--vscode-font-family, system-ui, 'Segoe UI', 'Liberation Sans', Helvetica, Arial, sans-serif)";

/** Files that leave the editor know none of its variables. */
function withoutVariables(fonts: string): string {
  return fonts.slice(fonts.indexOf(',') + 1, -1).trim();
}

/** The style sheet of the picture. `standalone` for files that must look the same without the editor. */
export function pictureCss(c: Readonly<Record<ColorName, string>>, standalone = false): string {
  const code = standalone ? withoutVariables(mono) : mono;
  const prose = standalone ? withoutVariables(sans) : sans;
  return `
.picture text { font: 12px ${code}; fill: ${c.foreground}; }
.picture .lane-box { fill: ${c.lane}; stroke: ${c.laneBorder}; }
.picture .lane-title { font: 600 13px ${prose}; }
.picture .lane-note, .picture .note, .picture .edge-label, .picture .badge-text, .picture .tag-text { font: 10.5px ${prose}; fill: ${c.muted}; }
.picture .lane.target > .lane-box { stroke: ${c.foreground}; stroke-width: 1.5; }
.picture .shape { fill: ${c.node}; stroke: ${c.nodeBorder}; }
.picture .keyword { font-weight: 700; }
.picture .band, .picture .dot { fill: ${c.file}; }
.picture .icon { fill: none; stroke: ${c.file}; stroke-width: 1.5; stroke-linecap: round; stroke-linejoin: round; }
.picture .station { fill: ${c.node}; stroke: ${c.file}; stroke-width: 1.5; }
${kind(c, 'exec', c.exec)}${kind(c, 'image', c.image)}${kind(c, 'context', c.context)}${kind(c, 'git', c.remote)}${kind(c, 'url', c.remote)}${kind(c, 'argument', c.base)}${kind(c, 'scratch', c.base)}${kind(c, 'alias', c.base)}${kind(c, 'config', c.base)}${kind(c, 'join', c.merge)}${kind(c, 'stage', c.base)}
.picture .node.join > .shape { stroke: ${c.merge}; stroke-width: 1.5; }
.picture .node.config > .shape { fill: ${c.lane}; stroke-dasharray: 1 3; }
.picture .node.config text { fill: ${c.muted}; }
.picture .node.scratch > .shape { stroke-dasharray: 5 3; }
.picture .node.provisional > .shape { stroke-dasharray: 6 3; }
.picture .node.uncertain > .shape { stroke-dasharray: 2 3; stroke: ${c.error}; }
.picture .node.problem > .shape { stroke: ${c.error}; stroke-width: 2; }
.picture .problem-text { font: 600 10.5px ${prose}; fill: ${c.error}; }
.picture .edge { fill: none; stroke: ${c.base}; stroke-width: 1.75; }
.picture .edge.copy { stroke: ${c.file}; stroke-width: 1.75; }
.picture .edge.mount { stroke: ${c.exec}; stroke-dasharray: 6 4; }
.picture .edge.layer { stroke: ${c.merge}; stroke-dasharray: 2 3; stroke-width: 2.25; }
.picture .head { fill: ${c.base}; stroke: none; }
.picture .head.copy { fill: ${c.file}; }
.picture .head.mount { fill: ${c.background}; stroke: ${c.exec}; stroke-width: 1.25; }
.picture .head.layer { fill: ${c.merge}; }
.picture .edge-label, .picture .lane-title, .picture .lane-note { paint-order: stroke; stroke: ${c.lane}; stroke-width: 3px; }
.picture .unreachable { opacity: 0.55; }
.picture .unreachable > .lane-box { stroke-dasharray: 4 4; }
.picture .tag > rect { fill: ${c.node}; stroke: ${c.merge}; }
.picture .tag.off > rect { stroke-dasharray: 3 2; stroke: ${c.base}; }
.picture .tag.mount > rect { stroke: ${c.exec}; }
.picture .badge > rect { fill: ${c.background}; stroke-width: 1.5; }
.picture .badge-text { font-weight: 600; fill: ${c.foreground}; }
${status(c, 'runs', c.runs)}${status(c, 'runs-if-content-differs', c.maybe)}${status(c, 'relinked', c.relinked)}${status(c, 'reused', c.reused)}${status(c, 'added', c.reused)}${status(c, 'removed', c.runs)}${status(c, 'rekeyed', c.maybe)}
.picture .pattern-runs { stroke: ${c.runs}; } .picture .pattern-maybe { fill: ${c.maybe}; } .picture .pattern-relinked { stroke: ${c.relinked}; } .picture .pattern-reused { fill: ${c.reused}; }
.picture .ring { fill: none; stroke: ${c.focus}; stroke-width: 2.5; }
.picture .ring.cursor { stroke-dasharray: 7 3; stroke-width: 2; }
.picture .ring.match { stroke: ${c.maybe}; stroke-dasharray: 3 2; stroke-width: 2; }
`;
}

function kind(c: Readonly<Record<ColorName, string>>, name: string, color: string): string {
  return `.picture .${name} > .band, .picture .${name} > .dot { fill: ${color}; } .picture .${name} > .icon, .picture .${name} > .station { stroke: ${color}; } .picture .${name} > .station { fill: ${c.node}; }
`;
}

function status(c: Readonly<Record<ColorName, string>>, name: string, color: string): string {
  return `.picture .node.${name} > .shape { stroke: ${color}; stroke-width: 1.75; } .picture .badge.${name} > rect { stroke: ${color}; fill: ${c.background}; }
`;
}
