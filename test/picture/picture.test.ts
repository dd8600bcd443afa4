// `llb-lens graph --format svg|html`: the command loads what the graph view has built, and a browser opens what it writes.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { build } from '../../client/webview/build.ts';
import { openBrowser } from '../../client/webview/testing/browser.ts';
import { run } from '../../server/src/node/cli.ts';
import { processIo } from '../../server/src/node/io.ts';

const root = join(import.meta.dirname, '../..');
let folder: string;

beforeAll(async () => {
  await build();
  folder = mkdtempSync(join(tmpdir(), 'llb-lens-picture-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function graph(...args: readonly string[]): Promise<string> {
  let out = '';
  const io = { ...processIo, out: (text: string | Uint8Array) => void (out += text), err: () => {} };
  expect(await run(['graph', ...args], io)).toBe(0);
  return out;
}

describe('an SVG', () => {
  test.each([
    ['instructions', 'merge'],
    ['operations', 'FileOp|COPY'],
    ['stages', 'build'],
  ])('of %s', async (mode, words) => {
    const svg = await graph('--format', 'svg', '--mode', mode, join(root, 'examples/rebase'));
    expect(svg).toMatch(/^<svg [^>]*>/);
    expect(svg).toMatch(new RegExp(words));
    expect(svg).not.toMatch(/<script|href="http/);
  });

  test('in each theme is another', async () => {
    const all = await Promise.all(
      ['light', 'dark', 'high-contrast', 'high-contrast-light'].map((theme) =>
        graph('--format', 'svg', '--theme', theme, join(root, 'examples/rebase')),
      ),
    );
    expect(new Set(all).size).toBe(4);
    expect(new Set(all.map((svg) => svg.replace(/#[0-9a-f]{6}\b/g, '').length)).size).toBe(1);
  });
});

test('the page opens from a file, draws every line, and asks nobody for anything', async () => {
  const page = join(folder, 'page.html');
  writeFileSync(page, await graph('--format', 'html', join(root, 'examples/two-copies')));
  const browser = await openBrowser();
  try {
    const tab = await browser.newPage();
    const heard: string[] = [];
    tab.on('console', (message) => heard.push(message.text()));
    tab.on('pageerror', (error) => heard.push(String(error)));
    tab.on('request', (request) => {
      if (!/^(file|data|blob):/.test(request.url())) heard.push(request.url());
    });
    await tab.goto(pathToFileURL(page).href);
    const lines = readFileSync(join(root, 'examples/two-copies/Dockerfile'), 'utf8').match(/^(FROM|RUN|COPY) /gm);
    expect(await tab.locator('.node.image').count()).toBe(3);
    expect(await tab.locator('.node.join').count()).toBe(2);
    expect(await tab.locator('.node:not(.context):not(.join)').count()).toBe(lines?.length);
    await tab.locator('.node', { hasText: '/config ->' }).click();
    await expect.poll(() => tab.locator('.card').textContent()).toContain('hangs on nothing but its source');
    expect(heard).toEqual([]);
  } finally {
    await browser.close();
  }
});
