// The picture as files: an SVG and a self-contained page. Pure: no DOM, so the command line makes the same picture.
import { sha256 } from '@noble/hashes/sha2.js';
import type { BuildGraph } from '../../shared/src/graph.ts';
import type { GraphMode } from '../../shared/src/graphView.ts';
import { type Layout, layoutGraph } from './layout.ts';
import { type Overlay, scene } from './scene.ts';
import { escapeMarkup, toMarkup } from './svg.ts';
import { type Colors, pictureCss, type ThemeName, themes } from './theme.ts';
import { printable } from './words.ts';

/** The graph as an SVG file: colours resolved, styles within, no script, nothing from elsewhere. */
export function renderSvg(graph: BuildGraph, mode: GraphMode, theme: ThemeName | Colors): string {
  return layoutSvg(graph, layoutGraph(graph, mode), typeof theme === 'string' ? themes[theme] : theme);
}

/** The same for a layout that stands, with what lies over it. */
export function layoutSvg(graph: BuildGraph, layout: Layout, colors: Colors, overlay: Overlay = {}): string {
  const width = Math.ceil(layout.width);
  const height = Math.ceil(layout.height);
  const title = escapeMarkup(printable(`Build graph of ${graph.file}`));
  const body = scene(layout, overlay).map(toMarkup).join('\n');
  return `<svg xmlns="http://www.w3.org/2000/svg" class="picture" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}">
<title>${title}</title>
<style>${pictureCss(colors, true)}</style>
<rect width="${width}" height="${height}" fill="${colors.background}"/>
${body}
</svg>
`;
}

/** What the page of the view needs to know of the graph and how to start. */
export interface PageData {
  readonly graph: BuildGraph;
  readonly mode: GraphMode;
}

/**
 * One HTML file that shows the graph in any browser. `bundle` and `css` are the view's own files (graph.js, graph.css).
 * Its policy allows those two by their hashes and nothing else; the graph stands in it as data.
 */
export function renderHtml(graph: BuildGraph, bundle: string, css: string, mode: GraphMode = 'instructions'): string {
  const script = ending(bundle.replaceAll(/<\/(?=script)/gi, '<\\/').replaceAll('<!--', '<\\!--'));
  const style = ending(css.replaceAll(/<\/(?=style)/gi, '<\\/'));
  const policy = `default-src 'none'; script-src '${contentHash(script)}'; style-src '${contentHash(style)}'; img-src data: blob:; base-uri 'none'; form-action 'none'`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeMarkup(printable(`Build graph of ${graph.file}`))}</title>
<style>${style}</style>
</head>
<body>
<script type="application/json" id="graph">${inertJson({ graph, mode } satisfies PageData)}</script>
<script>${script}</script>
</body>
</html>
`;
}

/** JSON that can't end the element it stands in, nor open a comment. */
export function inertJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** A browser reads line ends as LF before it hashes. */
function ending(text: string): string {
  return text.replaceAll('\r\n', '\n').replaceAll('\r', '\n');
}

function contentHash(text: string): string {
  const bytes = sha256(new TextEncoder().encode(text));
  return `sha256-${btoa(String.fromCharCode(...bytes))}`;
}
