// The browser that shows VS Code: the machine's own Chromium, which may reach nothing but the server under test.
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { format } from 'node:util';
import { type Browser, chromium, type Page } from 'playwright-core';
import { quietSettings, root } from '../../scripts/editor/codeServer.ts';
import { find } from '../../scripts/system.mjs';
import { type Outcome, readOutcomes } from './outcome.ts';

/** An extension that stands where a neighbour would stand. */
export const neighbour = join(root, 'test', 'editor', 'neighbour');

/** Beside that neighbour, tests want everything unless they say otherwise. */
export const testSettings = { ...quietSettings, 'llbLens.besideOtherExtensions': 'everything' };

/** How long a suite may take before it counts as stuck. Milliseconds. */
const stuck = 600_000;

export async function openBrowser(): Promise<Browser> {
  const executablePath = find('chromium');
  if (executablePath === undefined) throw new Error('There is no Chromium: install it, or name it in CHROMIUM.');
  return chromium.launch({
    executablePath,
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
      ...['--disable-component-update', '--disable-sync', '--disable-dev-shm-usage', '--force-color-profile=srgb'],
    ],
  });
}

/** A page of which `authority` is all there is. */
export async function openPage(browser: Browser, authority: string): Promise<{ page: Page; lines: string[] }> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    locale: 'en-US',
    reducedMotion: 'reduce',
  });
  context.setDefaultTimeout(60_000);
  await context.route(
    (url) => /^https?:$/.test(url.protocol) && url.host !== authority,
    (route) => route.abort(),
  );
  const page = await context.newPage();
  const lines: string[] = [];
  page.on('console', (message) => lines.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => lines.push(`page error: ${error}`));
  return { page, lines };
}

/** Goes to an address that runs a suite; gives what the suite reports. What is printed meanwhile goes to the file `log`. */
export async function outcomesOf(
  page: Page,
  url: string,
  lines: readonly string[],
  log: string,
): Promise<readonly Outcome[]> {
  const printed: string[] = [];
  let outcomes: readonly Outcome[] | undefined;
  let end: (why: string) => void = () => {};
  const ended = new Promise<string>((done) => {
    end = done;
  });
  await page.exposeFunction('codeAutomationLog', (level: string, args: readonly unknown[]) => {
    const line = format(...args);
    printed.push(`[${level}] ${line}`);
    outcomes ??= readOutcomes(line);
  });
  await page.exposeFunction('codeAutomationExit', (code: number) => end(`it ended with ${code}`));
  page.on('crash', () => end('the page crashed'));
  const timer = setTimeout(() => end('it is stuck'), stuck);
  await page.goto(url, { waitUntil: 'commit' });
  const why = await ended;
  clearTimeout(timer);
  await writeFile(log, [...printed, '', ...lines, ''].join('\n'));
  if (outcomes !== undefined) return outcomes;
  return [{ title: 'the suite', error: [why, ...printed.slice(-60), ...lines.slice(-40)].join('\n        ') }];
}

/** A copy of the test's folder, so that tests may edit it. */
export async function copyWorkspace(): Promise<{ path: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'llb-lens-folder-'));
  const path = join(folder, 'app');
  await cp(join(root, 'test', 'editor', 'workspace'), path, { recursive: true });
  return { path, remove: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }) };
}
