// Bundles the command into dist/ and measures the bundles: the core and the command must stay small.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { dirname, extname, join, parse } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';
import { build as buildWebview, limit as webviewLimit } from '../client/webview/build.ts';

/**
 * A bundle: what it is made from, where it is written (nowhere: it is only measured), how many bytes it may have. One that is split
 * has parts that are only loaded when they are needed. What counts then is all that is loaded to run one of them, the entry included.
 * What the largest part loads and the sum of all parts have no limit: they are printed beside it.
 */
interface Bundle {
  readonly name: string;
  readonly entry: string;
  readonly outfile?: string;
  /** The folder for the parts, below that of `outfile`, and the source of the part that counts. */
  readonly parts?: { readonly folder: string; readonly counted: string };
  readonly limit: number;
  readonly options: BuildOptions;
}

/** Parts of Node that a library loads at once, and needs in other ways of running alone than ours: loaded when something of them is asked for. */
const lateInLibraries: Plugin = {
  name: 'late-in-libraries',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(child_process|net)$/ }, ({ path, importer }) =>
      /[\\/]vscode-(jsonrpc|languageserver)[\\/]/.test(importer) ? { path, namespace: 'late' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'late' }, ({ path }) => ({
      contents: `module.exports = new Proxy({}, { get: (_, name) => require('node:${path}')[name] });`,
    }));
  },
};

const bundles: readonly Bundle[] = [
  {
    name: 'core',
    entry: 'server/src/analysis/analyze.ts',
    limit: 150_000,
    options: { platform: 'neutral', format: 'esm', target: 'es2023' },
  },
  {
    name: 'command',
    entry: 'server/src/node/command.ts',
    outfile: 'dist/llb-lens.mjs',
    // The rules, which only `check` and `explain` load, grow with every rule.
    parts: { folder: 'command', counted: 'server/src/node/commands/graph.ts' },
    limit: 300_000,
    options: { platform: 'node', format: 'esm', target: 'node20' },
  },
  {
    name: 'server',
    entry: 'server/src/node/main.ts',
    outfile: 'dist/server.cjs',
    limit: 1_000_000,
    options: { platform: 'node', format: 'cjs', target: 'node20', plugins: [lateInLibraries] },
  },
  {
    name: 'contexts',
    entry: 'server/src/node/context/worker.ts',
    outfile: 'dist/contextWorker.cjs',
    limit: 100_000,
    options: { platform: 'node', format: 'cjs', target: 'node20' },
  },
  {
    name: 'server, web',
    entry: 'server/src/browser/main.ts',
    outfile: 'dist/web/server.js',
    limit: 1_000_000,
    options: { platform: 'browser', format: 'iife', target: 'es2022' },
  },
  {
    name: 'client',
    entry: 'client/src/node.ts',
    outfile: 'dist/extension.cjs',
    limit: 500_000,
    options: { platform: 'node', format: 'cjs', target: 'node20', external: ['vscode'] },
  },
  {
    name: 'client, web',
    entry: 'client/src/browser.ts',
    outfile: 'dist/web/extension.cjs',
    limit: 500_000,
    options: { platform: 'browser', format: 'cjs', target: 'es2022', external: ['vscode'] },
  },
];

const root = fileURLToPath(new URL('..', import.meta.url));

/** Builds every bundle; returns a line for each, and whether one is over its limit. */
export async function buildAll(): Promise<{ lines: string[]; tooLarge: boolean }> {
  const lines: string[] = [];
  let tooLarge = false;
  for (const bundle of bundles) {
    if (!existsSync(join(root, bundle.entry))) {
      lines.push(`${bundle.name.padEnd(11)} not built: there is no ${bundle.entry}`);
      continue;
    }
    const outfile = bundle.outfile ?? `dist/${bundle.name}.js`;
    const { parts } = bundle;
    const result = await build({
      ...bundle.options,
      ...(parts === undefined
        ? { entryPoints: [bundle.entry], outfile }
        : {
            entryPoints: { [parse(outfile).name]: bundle.entry },
            outdir: dirname(outfile),
            outExtension: { '.js': extname(outfile) },
            chunkNames: `${parts.folder}/[name]-[hash]`,
            splitting: true,
          }),
      absWorkingDir: root,
      bundle: true,
      minify: true,
      legalComments: 'none',
      logLevel: 'warning',
      // A bundle that is no module asks for its own place in another way first.
      logOverride: { 'empty-import-meta': 'silent' },
      write: bundle.outfile !== undefined,
      metafile: true,
    });
    const { outputs } = result.metafile;
    if (parts !== undefined) removeOthers(join(dirname(outfile), parts.folder), outputs);
    const all = Object.values(outputs).reduce((sum, output) => sum + output.bytes, 0);
    const loaded = loadedTogether(outputs, outfile);
    const bytes = parts === undefined ? all : (loaded.get(parts.counted) ?? all);
    const beside = parts === undefined ? '' : ` (${Math.max(...loaded.values())} for the largest part, ${all} in all)`;
    const gzip = result.outputFiles?.[0] ? `, ${gzipSync(result.outputFiles[0].contents).length} gzipped` : '';
    const over = bytes > bundle.limit;
    tooLarge ||= over;
    lines.push(
      `${bundle.name.padEnd(11)} ${bytes} bytes minified${gzip}${beside}, at most ${bundle.limit}${over ? '  TOO LARGE' : ''}`,
    );
  }
  for (const { name, bytes } of await buildWebview()) {
    const over = bytes > webviewLimit;
    tooLarge ||= over;
    lines.push(`${name.padEnd(11)} ${bytes} bytes minified, at most ${webviewLimit}${over ? '  TOO LARGE' : ''}`);
  }
  return { lines, tooLarge };
}

/** Removes what earlier builds left in a folder of parts. Only now: until the entry was written anew it loaded those. */
function removeOthers(folder: string, outputs: Metafile['outputs']): void {
  for (const name of readdirSync(join(root, folder)))
    if (!Object.hasOwn(outputs, `${folder}/${name}`)) rmSync(join(root, folder, name), { force: true });
}

/** The bytes of all that has been loaded when a part runs that the entry loads on demand, by the part's source. */
function loadedTogether(outputs: Metafile['outputs'], entry: string): Map<string, number> {
  const withImports = (paths: Iterable<string>): Set<string> => {
    const found = new Set(paths);
    for (const path of found)
      for (const { path: next, kind, external } of outputs[path]?.imports ?? [])
        if (kind === 'import-statement' && !external) found.add(next);
    return found;
  };
  const bytes = new Map<string, number>();
  const atOnce = withImports([entry]);
  for (const { path, kind } of [...atOnce].flatMap((each) => outputs[each]?.imports ?? []))
    if (kind === 'dynamic-import')
      bytes.set(
        outputs[path]?.entryPoint ?? path,
        [...withImports([...atOnce, path])].reduce((sum, each) => sum + (outputs[each]?.bytes ?? 0), 0),
      );
  return bytes;
}

// With --quiet it says nothing and lets a large bundle pass: then it is a step to something else, and `npm run check` judges the size.
if (import.meta.main) {
  const { lines, tooLarge } = await buildAll();
  if (!process.argv.includes('--quiet')) {
    console.log(lines.join('\n'));
    if (tooLarge) process.exitCode = 1;
  }
}
