// Bundles the suite for each kind of extension host.
import { join } from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import { root } from '../../scripts/editor/codeServer.ts';

const folder = join('.build', 'editor-suite');
export const nodeSuite = join(root, folder, 'node.cjs');
export const webSuite = join(root, folder, 'web.cjs');

export async function bundleSuite(): Promise<void> {
  const common: BuildOptions = {
    absWorkingDir: root,
    entryPoints: ['test/editor/suite/index.ts'],
    bundle: true,
    external: ['vscode'],
    format: 'cjs',
    logLevel: 'warning',
  };
  await build({ ...common, outfile: nodeSuite, platform: 'node', target: 'node20', define: { BROWSER: 'false' } });
  await build({ ...common, outfile: webSuite, platform: 'browser', target: 'es2022', define: { BROWSER: 'true' } });
}
