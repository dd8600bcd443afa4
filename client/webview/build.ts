// Builds the view's files: the script, the style sheet, and the renderer that the command line loads.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build as bundle } from 'esbuild';
import { pictureCss, variables } from './theme.ts';

const here = fileURLToPath(new URL('.', import.meta.url));

/** At most so many bytes of graph.js. */
export const limit = 250_000;

export interface Built {
  readonly name: string;
  readonly bytes: number;
}

const common: BuildOptions = {
  absWorkingDir: here,
  bundle: true,
  minify: true,
  charset: 'ascii',
  legalComments: 'none',
  logLevel: 'warning',
  write: false,
};

/** Writes graph.js, graph.css and render.mjs into the folder; returns their sizes. */
export async function build(folder = join(here, '../../dist/webview')): Promise<Built[]> {
  mkdirSync(folder, { recursive: true });
  const script = await text({
    ...common,
    entryPoints: ['main.ts'],
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
  });
  const render = await text({
    ...common,
    entryPoints: ['render.ts'],
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
  });
  const sheet = `${readFileSync(join(here, 'style.css'), 'utf8')}\n${pictureCss(variables)}`;
  const style = await text({ ...common, stdin: { contents: sheet, loader: 'css' }, target: 'es2022' });
  const files = { 'graph.js': script, 'graph.css': style, 'render.mjs': render };
  for (const [name, contents] of Object.entries(files)) writeFileSync(join(folder, name), contents);
  return Object.entries(files).map(([name, contents]) => ({ name, bytes: Buffer.byteLength(contents) }));
}

async function text(options: BuildOptions): Promise<string> {
  const result = await bundle(options);
  return result.outputFiles?.[0]?.text ?? '';
}

if (import.meta.main) for (const { name, bytes } of await build()) console.log(`${name} ${bytes} bytes`);
