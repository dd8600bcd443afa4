// A headless Chromium that shows the view as the editor does: its page and policy, a stand-in for the editor's API, a theme.
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { FromGraphView, ToGraphView } from '../../../shared/src/graphView.ts';
import { viewHtml } from '../page.ts';
import { type EditorThemeName, editorThemes } from './editorThemes.ts';

export interface Files {
  readonly script: string;
  readonly style: string;
}

export interface Stand {
  readonly page: Page;
  /** What the page logged as errors: scripts, and breaches of the policy. */
  readonly errors: string[];
  send(message: ToGraphView): Promise<void>;
  posted(): Promise<FromGraphView[]>;
  shot(name: string): Promise<void>;
}

const screenshots = fileURLToPath(new URL('../../../.build/screenshots/', import.meta.url));
const origin = 'http://view.test';

export async function openBrowser(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  if (!existsSync(executablePath)) {
    throw new Error('No Chromium found: run `apt-get install -y chromium`, or set CHROMIUM to its path.');
  }
  return chromium.launch({ executablePath, args: ['--no-sandbox'] });
}

/** Opens the view in an editor of that theme. `state` is what the editor kept over a reload. */
export async function openView(
  browser: Browser,
  files: Files,
  theme: EditorThemeName,
  options: {
    readonly width?: number;
    readonly height?: number;
    readonly state?: unknown;
    readonly calm?: boolean;
  } = {},
): Promise<Stand> {
  const page = await browser.newPage({
    viewport: { width: options.width ?? 1280, height: options.height ?? 1320 },
    reducedMotion: options.calm === false ? 'no-preference' : 'reduce',
  });
  const errors: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(String(error)));
  const html = viewHtml({
    cspSource: origin,
    nonce: 'abc123',
    script: `${origin}/graph.js`,
    style: `${origin}/graph.css`,
  });
  await page.route(`${origin}/**`, (route) => {
    const path = new URL(route.request().url()).pathname;
    if (path === '/graph.js') return route.fulfill({ contentType: 'text/javascript', body: files.script });
    if (path === '/graph.css') return route.fulfill({ contentType: 'text/css', body: files.style });
    if (path === '/') return route.fulfill({ contentType: 'text/html', body: html });
    return route.fulfill({ status: 204 });
  });
  await page.addInitScript(
    ({ look, state }) => {
      const page = globalThis as unknown as Record<string, unknown>;
      const posted: unknown[] = [];
      page.posted = posted;
      page.saved = state;
      page.acquireVsCodeApi = () => ({
        postMessage: (message: unknown) => posted.push(structuredClone(message)),
        getState: () => page.saved,
        setState: (next: unknown) => {
          page.saved = structuredClone(next);
        },
      });
      document.addEventListener('readystatechange', () => {
        if (document.body?.className !== '') return;
        document.body.className = look.bodyClass;
        for (const [name, value] of Object.entries(look.variables)) {
          document.documentElement.style.setProperty(name, value);
        }
      });
    },
    { look: editorThemes[theme], state: options.state },
  );
  await page.goto(`${origin}/`);
  await page.waitForFunction(() => (globalThis as unknown as { posted: unknown[] }).posted.length > 0);
  return {
    page,
    errors,
    send: (message) =>
      page.evaluate((data) => window.postMessage(data, '*'), message as never).then(() => settle(page)),
    posted: () => page.evaluate(() => (globalThis as unknown as { posted: FromGraphView[] }).posted),
    async shot(name) {
      mkdirSync(screenshots, { recursive: true });
      await page.screenshot({ path: join(screenshots, `${name}.png`) });
    },
  };
}

/** Until messages are handled and the page has been painted. */
export async function settle(page: Page): Promise<void> {
  await page.evaluate(
    () =>
      new Promise<void>((done) => setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(() => done())))),
  );
}
