// Builds the extension and the suite, runs the suite in each host that is asked for, and adds up.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildAll } from '../../scripts/build.ts';
import { installCodeServer, root } from '../../scripts/editor/codeServer.ts';
import { bundleSuite } from './bundle.ts';
import { runInDesktop } from './desktop.ts';
import { runInHost } from './host.ts';
import { walkImages } from './images.ts';
import { runInNeovim } from './neovim.ts';
import type { Outcome } from './outcome.ts';
import { takePictures } from './pictures.ts';
import { walkThrough } from './ui.ts';
import { runInWeb } from './web.ts';

export const screenshots = join(root, '.build', 'screenshots', 'editor');

const kinds = {
  host: { title: "in the extension host of code-server's VS Code", run: runInHost },
  web: { title: 'in a browser with no machine behind it', run: runInWeb },
  ui: { title: 'through the user interface', run: walkThrough },
  images: { title: 'the question about base images', run: walkImages },
  neovim: { title: 'in Neovim', run: runInNeovim },
  desktop: { title: 'in a downloaded desktop VS Code', run: runInDesktop },
  pictures: { title: 'the pictures of README.md', run: takePictures },
} as const;
type Kind = keyof typeof kinds;

/** Returns the exit code: 0 where everything passed and something ran. `--summary FILE` writes the counts there as JSON. */
export async function runAll(args: readonly string[]): Promise<number> {
  const at = args.indexOf('--summary');
  const summary = at < 0 ? undefined : args[at + 1];
  const names = at < 0 ? args : args.toSpliced(at, 2);
  const unknown = names.filter((name) => !Object.hasOwn(kinds, name));
  if (unknown.length > 0) {
    console.error(`unknown: ${unknown.join(', ')}. There are: ${Object.keys(kinds).join(', ')}`);
    return 2;
  }
  await buildAll();
  await bundleSuite();
  await mkdir(screenshots, { recursive: true });
  const alone = names.length > 0 && names.every((name) => name === 'desktop' || name === 'neovim');
  const vscode = alone ? '' : installCodeServer(console.log);
  let passed = 0;
  let failed = 0;
  for (const name of names.length > 0
    ? (names as readonly Kind[])
    : (['host', 'web', 'ui', 'images', 'neovim'] as const)) {
    console.log(`\n${kinds[name].title}`);
    let outcomes: readonly Outcome[];
    try {
      outcomes = await kinds[name].run({ vscode, screenshots });
    } catch (error) {
      outcomes = [{ title: name, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }];
    }
    if (outcomes.length === 0) outcomes = [{ title: name, error: 'it ran no test' }];
    for (const { title, error, note } of outcomes) {
      console.log(
        error === undefined ? `  ok    ${title}${note ? ` (${note})` : ''}` : `  FAIL  ${title}\n        ${error}`,
      );
    }
    passed += outcomes.filter(({ error }) => error === undefined).length;
    failed += outcomes.filter(({ error }) => error !== undefined).length;
  }
  console.log(`\n${passed} passed, ${failed} failed`);
  if (summary !== undefined) await writeFile(summary, JSON.stringify({ passed, failed }));
  return failed === 0 ? 0 : 1;
}
