// A walk through VS Code as a user takes it, with mouse and keyboard; every stop leaves a picture.
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FrameLocator, Page } from 'playwright-core';
import { pageUrl, quietSettings, root, startVscodeServer } from '../../scripts/editor/codeServer.ts';
import { copyWorkspace, openBrowser, openPage } from './browser.ts';
import type { Outcome, RunSetup } from './outcome.ts';
import { again, calm, goTo, hover, line, shown, type Walk } from './walk.ts';

const settings = {
  ...quietSettings,
  'git.openRepositoryInParentFolders': 'never',
  'editor.hover.delay': 100,
  'editor.hover.sticky': false,
  'editor.lightbulb.enabled': 'on',
  'editor.cursorBlinking': 'solid',
  'editor.fontSize': 14,
  'files.autoSave': 'off',
  'files.hotExit': 'off',
  'workbench.colorTheme': 'Default Dark Modern',
};

/** The stops, in order; each begins where the one before has ended. */
const stops: Readonly<Record<string, (walk: Walk) => Promise<void>>> = {
  async 'lenses above the lines'({ editor, shot }) {
    await editor.locator('.codelens-decoration', { hasText: 'build' }).first().waitFor();
    await editor.locator('.codelens-decoration', { hasText: 'package.json' }).first().waitFor();
    await shot('codelens');
  },

  async 'a hover by the mouse'(walk) {
    const { editor, shot } = walk;
    const text = await hover(walk, line(editor, 'COPY').filter({ hasText: 'link' }), 'COPY', 'build');
    if (!/stage/.test(text)) throw new Error(`the hover says: ${text}`);
    await shot('hover');
    await calm(walk);
  },

  async 'a hover by the keyboard'(walk) {
    const { page, shot } = walk;
    await goTo(walk, 6, 2);
    await again(async () => {
      await page.keyboard.press('Control+k');
      await page.keyboard.press('Control+i');
      await shown(page, 'cache').waitFor({ timeout: 3000 });
    });
    await shot('hover-keyboard');
    await calm(walk);
  },

  async 'a squiggle under what is wrong'(walk) {
    const { page, editor, shot } = walk;
    await goTo(walk, 8, 1);
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await page.keyboard.type('COPY --lnk src/ /extra/');
    await page.keyboard.press('Escape');
    await editor.locator('.squiggly-error').first().waitFor();
    await shot('squiggle');
  },

  async 'a quick fix by the keyboard'(walk) {
    const { page, editor, shot } = walk;
    await goTo(walk, 9, 8);
    const menu = page.locator('.action-widget .monaco-list-row').first();
    await again(async () => {
      await page.keyboard.press('Control+.');
      await menu.waitFor({ timeout: 3000 });
    });
    await shot('quick-fix');
    await page.keyboard.press('Enter');
    await line(editor, '--link').filter({ hasText: '/extra/' }).waitFor();
    await editor.locator('.squiggly-error').first().waitFor({ state: 'detached' });
    await calm(walk);
  },

  async 'a stage gets a new name everywhere'(walk) {
    const { page, editor, shot } = walk;
    await goTo(walk, 3, 37);
    const box = page.locator('.rename-box input');
    await again(async () => {
      await page.keyboard.press('F2');
      await box.waitFor({ timeout: 3000 });
    });
    await box.fill('compile');
    await shot('rename');
    await page.keyboard.press('Enter');
    await line(editor, 'AS compile').waitFor();
    await line(editor, '--from=compile').first().waitFor();
    await calm(walk);
  },

  async 'completion of a flag'(walk) {
    const { page, shot } = walk;
    await goTo(walk, 9, 1);
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await page.keyboard.type('COPY --');
    const row = page.locator('.suggest-widget .monaco-list-row', { hasText: 'link' }).first();
    await again(async () => {
      await page.keyboard.press('Control+Space');
      await row.waitFor({ timeout: 3000 });
    });
    await shot('completion');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+Shift+k');
  },

  async 'from a use to its definition'(walk) {
    const { page } = walk;
    await goTo(walk, 13, 25);
    await again(async () => {
      await page.keyboard.press('F12');
      await page.locator('#status\\.editor\\.selection', { hasText: 'Ln 3,' }).waitFor({ timeout: 3000 });
    });
  },

  async 'what if a line changes, by the keyboard'(walk) {
    const { page, shot } = walk;
    await goTo(walk, 6, 1);
    const box = page.locator('.quick-input-widget:visible');
    await again(async () => {
      await page.keyboard.press('F1');
      await box.locator('input[type=text]').first().fill('>LLB Lens: What If');
      await box.locator('.monaco-list-row', { hasText: 'What If' }).first().waitFor({ timeout: 3000 });
    });
    await page.keyboard.press('Enter');
    await box.locator('.monaco-list-row', { hasText: 'line 6' }).first().waitFor();
    await shot('what-if-question');
    await page.keyboard.press('Enter');
    const answer = page.locator('.statusbar-item', { hasText: 'run again, 1 more perhaps, if line 6 changes' });
    await answer.waitFor();
    await shot('what-if');
    await calm(walk);
    await page.keyboard.press('Escape');
    await answer.waitFor({ state: 'detached' });
  },

  async 'the build graph, from a lens'(walk) {
    const { page, editor, shot } = walk;
    await calm(walk);
    const lens = editor.locator('.codelens-decoration a', { hasText: /graph/i }).first();
    await again(async () => {
      await lens.click({ timeout: 3000 });
      await page.locator('.tab', { hasText: /graph/i }).first().waitFor({ timeout: 5000 });
    });
    await shot('graph');
  },

  async 'what if the base changes, by mouse'(walk) {
    const { page, shot } = walk;
    const graph = graphView(page);
    // The node of the caret's line lights up, and is moved into sight.
    await goTo(walk, 13, 1);
    await graph.locator('.node:has(.ring.cursor)', { hasText: '/app/dist' }).waitFor();
    await goTo(walk, 11, 1);
    await graph.locator('.node:has(.ring.cursor)', { hasText: 'debian' }).locator('[data-action=whatIf]').click();
    await graph.locator('.banner', { hasText: 'If debian:12 changes' }).waitFor();
    await expectStatus(graph, '/app/dist', 'reused');
    await expectStatus(graph, 'merge', 're-linked', 1);
    await page.mouse.move(640, 795);
    await graph.locator('.card').waitFor({ state: 'hidden' });
    await shot('graph-what-if');
  },

  async 'what if a line changes, by keyboard'({ page, shot }) {
    const graph = graphView(page);
    await graph.locator('.canvas').first().focus();
    await page.keyboard.press('Escape');
    await page.keyboard.press('/');
    await page.keyboard.type('npm install');
    await graph.locator('.node:has(.ring.selected)', { hasText: 'npm install' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('c');
    await graph.locator('.banner', { hasText: 'If line 6 changes' }).waitFor();
    await expectStatus(graph, 'npm run build', 'runs again');
    await expectStatus(graph, 'package.json ->', 'reused');
    await shot('graph-keyboard');
  },

  async 'with and without --link, side by side'({ page, editor, shot }) {
    const graph = graphView(page);
    await line(editor, '/app/dist').click();
    await graph.locator('.node', { hasText: '/app/dist' }).locator('[data-action=link]').click();
    await graph.locator('.banner', { hasText: 'If debian:12 changes' }).waitFor();
    await graph.locator('.banner', { hasText: '--link saves 1 step' }).waitFor();
    await graph.locator('.pane-title', { hasText: 'Without --link' }).waitFor();
    await graph.locator('.pane-title', { hasText: 'With --link (as it is)' }).waitFor();
    await shot('graph-side-by-side');
  },

  async 'takes --link from the text and writes it again'({ page, editor, shot }) {
    const graph = graphView(page);
    const copy = line(editor, '/app/dist');
    await graph.getByRole('button', { name: 'Remove --link' }).click();
    await copy.filter({ hasNotText: '--link' }).waitFor();
    // The question is asked again of the new text, and the answer turned round.
    await graph.locator('.pane-title', { hasText: 'Without --link (as it is)' }).waitFor();
    await shot('graph-without-link');
    await graph.getByRole('button', { name: 'Apply --link' }).click();
    await copy.filter({ hasText: '--link' }).waitFor();
    await graph.locator('.pane-title', { hasText: 'With --link (as it is)' }).waitFor();
    await graph.getByRole('button', { name: 'Close' }).click();
    await graph.locator('.pane-title:visible').waitFor({ state: 'detached' });
    await graph.locator('.node.join').nth(1).waitFor();
  },

  async 'compares with the file on disk'({ page, shot }) {
    const graph = graphView(page);
    await graph.getByRole('button', { name: 'Compare' }).click();
    await graph.getByRole('menuitem', { name: 'With the file on disk' }).click();
    await graph.locator('.banner', { hasText: 'Compared with the file on disk' }).waitFor();
    await shot('graph-compare');
    await graph.getByRole('button', { name: 'Close' }).click();
  },

  async 'compares with the last commit'({ page, shot }) {
    const graph = graphView(page);
    // VS Code's git extension takes a while to find the repository.
    await again(async () => {
      await graph.getByRole('button', { name: 'Compare' }).click();
      await graph.getByRole('menuitem', { name: 'With git HEAD' }).click();
      await graph.locator('.banner', { hasText: 'Compared with HEAD' }).waitFor({ timeout: 3000 });
    });
    await shot('graph-head');
    await graph.getByRole('button', { name: 'Close' }).click();
  },

  async 'leaves as a picture and as a page'({ page, shot }) {
    const graph = graphView(page);
    for (const format of ['SVG', 'HTML']) {
      await graph.getByRole('button', { name: 'Export' }).click();
      await graph.getByRole('menuitem', { name: new RegExp(format) }).click();
      const box = page.locator('.quick-input-widget:visible input').first();
      await box.waitFor();
      if (format === 'SVG') await shot('graph-export');
      await page.keyboard.press('Enter');
      const name = `Dockerfile.graph.${format.toLowerCase()}`;
      await page.locator('.explorer-folders-view .monaco-list-row', { hasText: name }).waitFor();
    }
  },

  async 'stays with a file when pinned, and follows the editor again'({ page, editor, shot }) {
    const graph = graphView(page);
    const tab = (name: string) => page.locator('.tab', { hasText: `Graph of ${name}` });
    await graph.getByRole('button', { name: 'Pin' }).click();
    // A file opens where the focus was last.
    await line(editor, '/app/dist').click();
    await page.locator('.explorer-folders-view .monaco-list-row', { hasText: 'Containerfile.prod' }).click();
    await page.locator('.tab.active', { hasText: 'Containerfile.prod' }).waitFor();
    await graph.locator('.node', { hasText: '/app/dist' }).waitFor();
    await tab('Dockerfile').waitFor();
    await shot('graph-pinned');
    await graph.getByRole('button', { name: 'Pin' }).click();
    await tab('Containerfile.prod').waitFor();
    await shot('graph-followed');
    await page.locator('.tab', { hasText: /^Dockerfile/ }).click();
    await tab('Dockerfile').waitFor();
  },

  async 'the graph in high contrast'(walk) {
    const { page, shot } = walk;
    const graph = graphView(page);
    await goTo(walk, 11, 1);
    const box = page.locator('.quick-input-widget:visible input');
    await again(async () => {
      await page.keyboard.press('Control+k');
      await page.keyboard.press('Control+t');
      await box.waitFor({ timeout: 3000 });
    });
    await box.fill('Dark High Contrast');
    await page.locator('.quick-input-widget .monaco-list-row', { hasText: 'Dark High Contrast' }).first().waitFor();
    await page.keyboard.press('Enter');
    await graph.locator('body.vscode-high-contrast').waitFor();
    await graph.locator('.node:has(.ring.cursor)', { hasText: 'debian' }).locator('[data-action=whatIf]').click();
    await graph.locator('.banner', { hasText: 'If debian:12 changes' }).waitFor();
    await page.mouse.move(640, 795);
    await graph.locator('.card').waitFor({ state: 'hidden' });
    await shot('graph-high-contrast');
  },

  async 'commands in the palette'(walk) {
    const { page, shot } = walk;
    await page.keyboard.press('F1');
    const box = page.locator('.quick-input-widget:visible input');
    await box.waitFor();
    await box.fill('>LLB Lens');
    await page.locator('.quick-input-widget .monaco-list-row', { hasText: 'Restart' }).first().waitFor();
    await shot('palette');
    await page.keyboard.press('Escape');
  },

  async 'the graph comes back after a reload'({ page, editor, shot }) {
    // What is not saved would be asked about.
    await line(editor, 'FROM').first().click();
    await page.keyboard.press('Control+s');
    await page.locator('.tab.dirty').waitFor({ state: 'detached' });
    // An address that names a file opens that alone.
    const url = new URL(page.url());
    const payload = JSON.parse(url.searchParams.get('payload') ?? '[]') as [string, string][];
    url.searchParams.set('payload', JSON.stringify(payload.filter(([name]) => name !== 'openFile')));
    await page.goto(url.href, { waitUntil: 'commit' });
    await page.locator('.monaco-workbench').waitFor();
    await page.locator('.tab', { hasText: 'Graph of Dockerfile' }).waitFor();
    await graphView(page).locator('.node', { hasText: '/app/dist' }).waitFor();
    await shot('graph-reloaded');
  },
};

export async function walkThrough({ vscode, screenshots }: RunSetup): Promise<readonly Outcome[]> {
  const workspace = await copyWorkspace();
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], { cwd: workspace.path });
  git('init', '-q');
  git('add', '.');
  git('commit', '-q', '-m', 'first');
  const server = await startVscodeServer({ vscode, settings, testing: true });
  const browser = await openBrowser();
  const outcomes: Outcome[] = [];
  try {
    const { page, lines } = await openPage(browser, server.authority);
    page.setDefaultTimeout(60_000);
    const shot = async (name: string) => {
      // Only for the picture's sake: what is still fading in should be seen in full.
      await page.waitForTimeout(500);
      await page.screenshot({ path: join(screenshots, `${name}.png`) });
    };
    const uri = (path: string) => `vscode-remote://${server.authority}${path}`;
    const payload: [string, string][] = [
      ['extensionDevelopmentPath', uri(root.replace(/\/$/, ''))],
      ['openFile', uri(join(workspace.path, 'Dockerfile'))],
      ['skipWelcome', 'true'],
    ];
    await page.goto(pageUrl(server.authority, workspace.path, payload), { waitUntil: 'commit' });
    await page.locator('.monaco-workbench').waitFor();
    await page.waitForFunction('!!globalThis.driver');
    await page.evaluate('globalThis.driver.whenWorkbenchRestored()');
    const editor = page.locator('.editor-instance .monaco-editor').first();
    await editor.locator('.view-line').first().waitFor();
    for (const [title, stop] of Object.entries(stops)) {
      try {
        await stop({ page, editor, shot });
        outcomes.push({ title });
      } catch (error) {
        await shot('failed');
        const why = error instanceof Error ? error.message : String(error);
        outcomes.push({ title, error: why });
        // What follows begins where this should have ended.
        break;
      }
    }
    await writeFile(join(screenshots, 'ui.log'), `${lines.join('\n')}\n`);
    return outcomes;
  } finally {
    await browser.close();
    await server.stop();
    await workspace.remove();
  }
}

/** The page of the graph view: a frame of ours within a frame of the editor's. */
function graphView(page: Page): FrameLocator {
  return page.frameLocator('iframe.webview.ready').frameLocator('#active-frame');
}

/** Waits until the node with these words carries that badge. */
async function expectStatus(graph: FrameLocator, node: string, status: string, nth = 0): Promise<void> {
  await graph.locator('.node', { hasText: node }).nth(nth).filter({ hasText: status }).waitFor();
}
