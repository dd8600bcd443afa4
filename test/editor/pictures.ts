// The pictures of README.md, taken in a real VS Code of the Dockerfile that stands there: `node test/editor/run.mjs pictures`.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { pageUrl, quietSettings, root, startVscodeServer } from '../../scripts/editor/codeServer.ts';
import { openBrowser, openPage } from './browser.ts';
import type { Outcome, RunSetup } from './outcome.ts';

const folder = join(root, 'docs', 'pictures');
const mainGo = 'package main\n\nfunc main() { println("open") }\n';

const settings = {
  ...quietSettings,
  'git.enabled': false,
  'editor.hover.delay': 100,
  'editor.lightbulb.enabled': 'on',
  'editor.cursorBlinking': 'solid',
  'editor.guides.indentation': false,
  'files.autoSave': 'off',
  'files.hotExit': 'off',
  'window.menuBarVisibility': 'hidden',
  'workbench.activityBar.location': 'hidden',
  'workbench.colorTheme': 'Light Modern',
  'workbench.layoutControl.enabled': false,
  'workbench.statusBar.visible': false,
  'window.commandCenter': false,
  'breadcrumbs.enabled': false,
};

interface Stand {
  readonly page: Page;
  readonly editor: Locator;
}

/** Each picture with its size, and what must be seen before it is taken. */
const pictures: Readonly<Record<string, { width: number; height: number; prepare: (stand: Stand) => Promise<void> }>> =
  {
    hover: {
      width: 960,
      height: 450,
      async prepare({ page, editor }) {
        await editor.locator('.codelens-decoration', { hasText: 'depends on' }).first().waitFor();
        const line = editor.locator('.view-line', { hasText: '--link' });
        const shown = page.locator('.monaco-hover:not(.hidden) .hover-contents', { hasText: 'MergeOp' }).first();
        await again(async () => {
          await page.mouse.move(700, 20);
          const box = await line.locator('span > span', { hasText: 'COPY' }).first().boundingBox();
          if (box === null) throw new Error('the line is not to be seen');
          await page.mouse.move(box.x + 12, box.y + box.height / 2, { steps: 4 });
          await shown.waitFor({ timeout: 3000 });
        });
      },
    },
    problems: {
      width: 960,
      height: 640,
      async prepare({ page, editor }) {
        await page.keyboard.press('Control+Shift+m');
        await page.locator('.markers-panel .monaco-list-row', { hasText: 'LinkReplacesUsrMerge' }).first().waitFor();
        await editor.locator('.squiggly-error').first().waitFor();
        await editor.locator('.view-line', { hasText: '--link' }).click();
        await page.keyboard.press('End');
        await page.keyboard.press('ArrowLeft');
        const menu = page.locator('.action-widget .monaco-list-row').first();
        await again(async () => {
          await page.keyboard.press('Control+.');
          await menu.waitFor({ timeout: 3000 });
        });
      },
    },
    graph: {
      width: 1280,
      height: 720,
      async prepare({ page, editor }) {
        await editor.locator('.view-line', { hasText: '--link' }).click();
        const view = page.locator('iframe.webview').first();
        await again(async () => {
          await editor.locator('.codelens-decoration a', { hasText: /graph/i }).first().click({ timeout: 3000 });
          await view.waitFor({ timeout: 5000 });
        });
        const inside = page.frameLocator('iframe.webview').frameLocator('#active-frame');
        await inside.locator('.node.image', { hasText: 'debian' }).locator('[data-action=whatIf]').click();
        await inside.getByText('If debian:12-slim changes').first().waitFor();
        await inside.getByRole('button', { name: 'Fit' }).click();
        await page.mouse.move(640, 710);
      },
    },
  };

/** Takes all pictures, each in a window of its own. */
export async function takePictures({ vscode, screenshots }: RunSetup): Promise<readonly Outcome[]> {
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  const dockerfile = /^```dockerfile Dockerfile\n(.*?)^```$/ms.exec(readme)?.[1];
  if (dockerfile === undefined) throw new Error('README.md has no Dockerfile');
  const home = await mkdtemp(join(tmpdir(), 'llb-lens-pictures-'));
  const workspace = join(home, 'shop');
  await mkdir(folder, { recursive: true });
  await mkdir(join(workspace, 'cmd', 'shop'), { recursive: true });
  const files = {
    'go.mod': 'module shop\n\ngo 1.24\n',
    'go.sum': '',
    'cmd/shop/main.go': mainGo,
    Dockerfile: dockerfile,
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(workspace, name), text);
  const server = await startVscodeServer({ vscode, settings, testing: true });
  const browser = await openBrowser();
  const outcomes: Outcome[] = [];
  try {
    const uri = (path: string) => `vscode-remote://${server.authority}${path}`;
    const payload: [string, string][] = [
      ['extensionDevelopmentPath', uri(root.replace(/\/$/, ''))],
      ['openFile', uri(join(workspace, 'Dockerfile'))],
      ['skipWelcome', 'true'],
    ];
    for (const [name, { width, height, prepare }] of Object.entries(pictures)) {
      const { page } = await openPage(browser, server.authority);
      try {
        await page.setViewportSize({ width, height });
        await page.goto(pageUrl(server.authority, workspace, payload), { waitUntil: 'commit' });
        await page.waitForFunction('!!globalThis.driver');
        await page.evaluate('globalThis.driver.whenWorkbenchRestored()');
        const editor = page.locator('.editor-instance .monaco-editor').first();
        await editor.locator('.codelens-decoration', { hasText: 'depends on' }).first().waitFor();
        await page.keyboard.press('Control+b');
        await prepare({ page, editor });
        // What is still fading in should be seen in full.
        await page.waitForTimeout(700);
        await page.screenshot({ path: join(folder, `${name}.png`) });
        outcomes.push({ title: `docs/pictures/${name}.png` });
      } catch (error) {
        await page.screenshot({ path: join(screenshots, 'pictures-failed.png') });
        outcomes.push({ title: name, error: error instanceof Error ? error.message : String(error) });
      }
      await page.context().close();
    }
    return outcomes;
  } finally {
    await browser.close();
    await server.stop();
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Tries what an editor may overlook once. */
async function again(attempt: () => Promise<void>): Promise<void> {
  for (let i = 0; ; i++) {
    try {
      return await attempt();
    } catch (error) {
      if (i === 9) throw error;
      await new Promise((done) => setTimeout(done, 200));
    }
  }
}
