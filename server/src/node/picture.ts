// The picture of a graph as a file. What draws it is the graph view's, which is built apart and loaded where a picture is asked for.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { BuildGraph } from '../../../shared/src/graph.ts';
import type { GraphMode } from '../../../shared/src/graphView.ts';
import { InputError } from './io.ts';

export const pictureModes: readonly GraphMode[] = ['instructions', 'operations', 'stages'];
export const pictureThemes = ['light', 'dark', 'high-contrast', 'high-contrast-light'] as const;
export type PictureTheme = (typeof pictureThemes)[number];

export interface Picture {
  svg(graph: BuildGraph, mode: GraphMode, theme: PictureTheme): string;
  /** One page that needs nothing else. */
  html(graph: BuildGraph, mode: GraphMode): string;
}

/** What the view's `render.mjs` exports. */
interface Renderer {
  renderSvg(graph: BuildGraph, mode: GraphMode, theme: PictureTheme): string;
  renderHtml(graph: BuildGraph, bundle: string, css: string, mode: GraphMode): string;
}

/** The folder of the view's files, with a slash at its end: beside the bundle of the command, or where the build puts it. */
export function pictureFolder(): URL {
  const places = ['../webview/', './webview/', '../../../dist/webview/'].map(
    (place) => new URL(place, import.meta.url),
  );
  return places.find((place) => existsSync(new URL('render.mjs', place))) ?? (places[0] as URL);
}

/** Throws InputError with a line for a person where the view's files are not there. */
export async function loadPicture(folder: URL): Promise<Picture> {
  const file = new URL('render.mjs', folder);
  if (!existsSync(file))
    throw new InputError(
      `a picture needs the graph view, which is not at ${fileURLToPath(folder)}: install the package anew, or build it by "npm run build"`,
    );
  const { renderSvg, renderHtml } = (await import(file.href)) as Renderer;
  const text = (name: string) => readFileSync(new URL(name, folder), 'utf8');
  return {
    svg: renderSvg,
    html: (graph, mode) => renderHtml(graph, text('graph.js'), text('graph.css'), mode),
  };
}
