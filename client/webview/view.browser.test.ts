// The view in a real browser: themes, keyboard, screen reader twin, messages, policy, and nothing redrawn in vain.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compareGraphs, type FromGraphView } from '../../shared/src/graphView.ts';
import { build, limit } from './build.ts';
import { renderHtml } from './render.ts';
import { type Files, openBrowser, openView, type Stand, settle } from './testing/browser.ts';
import { type EditorThemeName, editorThemes } from './testing/editorThemes.ts';
import { impactOf } from './testing/impact.ts';
import { generated, sample, service, twoCopies } from './testing/sample.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const themes = Object.keys(editorThemes) as EditorThemeName[];
let browser: Browser;
let files: Files;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'graph-view-'));
  const built = await build(folder);
  expect(built.find((file) => file.name === 'graph.js')?.bytes).toBeLessThan(limit);
  files = {
    script: readFileSync(join(folder, 'graph.js'), 'utf8'),
    style: readFileSync(join(folder, 'graph.css'), 'utf8'),
  };
  browser = await openBrowser();
});

afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

const { graph, text } = service();
const lineOf = (start: string) => graph.instructions.find((line) => line.text.startsWith(start))!;

async function withView<T>(theme: EditorThemeName, run: (view: Stand) => Promise<T>, options = {}): Promise<T> {
  const view = await openView(browser, files, theme, options);
  try {
    const result = await run(view);
    expect(view.errors).toEqual([]);
    return result;
  } finally {
    await view.page.close();
  }
}

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const found = await page.evaluate<{ id: string; nodes: { html: string }[] }[]>(
    'axe.run(document, { resultTypes: ["violations"] }).then((result) => result.violations)',
  );
  return found.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 120)).join(' | ')}`);
}

const last = async (view: Stand): Promise<FromGraphView | undefined> => (await view.posted()).at(-1);
const press = async (view: Stand, ...keys: string[]) => {
  for (const key of keys) await view.page.keyboard.press(key);
  await settle(view.page);
};
const said = (view: Stand) => view.page.locator('[role=status]').textContent();
const selected = (view: Stand) => view.page.locator('[role=treeitem][aria-selected=true] > .words').textContent();
const canvas = (view: Stand) => view.page.getByRole('application').first();

describe.each(themes)('in the theme %s', (theme) => {
  test('axe finds nothing: empty, plain, with card, key, menu and outline, what-if, side by side', () =>
    withView(theme, async (view) => {
      const check = async (what: string) => expect(await violations(view.page), what).toEqual([]);
      await check('no graph');
      await view.send({ type: 'graph', graph, pinned: false });
      await check('plain');
      await view.page.locator('.node.exec').first().click();
      await view.page.getByRole('button', { name: 'Key' }).click();
      await view.page.getByRole('button', { name: 'Outline' }).click();
      await view.page.getByRole('button', { name: 'Export' }).click();
      await settle(view.page);
      await check('all open');
      await view.shot(`graph-${theme}-open`);
      await view.send({ type: 'impact', title: 'If it changes', pulls: [], ...impactOf(graph, 0) });
      await view.page.getByRole('button', { name: 'Key' }).click();
      await check('what if');
      const before = service({}, [{ run: 'echo one more' }]).graph;
      await view.send({ type: 'compare', title: 'HEAD', before, changes: compareGraphs(before, graph) });
      await check('compared');
      await view.shot(`graph-${theme}-compared`);
    }));

  test('a problem is told in words', () =>
    withView(theme, async (view) => {
      const broken = service({ problem: { line: 'RUN npm test', message: 'unknown instruction: RUNN' } }).graph;
      await view.send({ type: 'graph', graph: broken, pinned: false });
      await expect.poll(() => view.page.locator('.problems').textContent()).toContain('unknown instruction: RUNN');
      expect(await violations(view.page)).toEqual([]);
    }));
});

test('forced colours of the system are kept to', () =>
  withView('high-contrast', async (view) => {
    await view.page.emulateMedia({ forcedColors: 'active' });
    await view.send({ type: 'graph', graph, pinned: false });
    expect(await violations(view.page)).toEqual([]);
    await view.shot('graph-forced-colors');
  }));

describe('keyboard', () => {
  test('walks along the edges, tells each node, and jumps to the text', () =>
    withView('dark', async (view) => {
      await view.send({ type: 'graph', graph, pinned: false });
      await canvas(view).focus();
      expect(await selected(view)).toBe('FROM node:22-bookworm, line 2');
      await press(view, 'ArrowDown', 'ArrowDown', 'ArrowDown');
      expect(await selected(view)).toBe('RUN npm ci, line 5');
      expect(await said(view)).toContain('needs COPY package.json package-lock.json -> ./, line 4');
      expect(await said(view)).toContain('used by FROM deps, line 7; FROM deps, line 12');
      await press(view, 'Enter');
      expect(await last(view)).toEqual({
        type: 'select',
        instruction: lineOf('RUN --mount=type=cache').index,
        span: lineOf('RUN --mount=type=cache').span,
        focus: true,
      });
      await press(view, 'ArrowUp');
      expect(await selected(view)).toContain('COPY package.json');
      await press(view, 'End', 'Home');
      expect(await selected(view)).toBe('FROM node:22-bookworm, line 2');
      await press(view, 'ArrowUp');
      expect(await said(view)).toContain('No edge leads there.');
    }));

  test('searches, asks what if, compares a link, copies, switches, pins', () =>
    withView('light', async (view) => {
      await view.send({ type: 'graph', graph, pinned: false });
      await canvas(view).focus();
      await press(view, '/');
      await view.page.keyboard.type('dist');
      await settle(view.page);
      expect(await said(view)).toMatch(/found\./);
      await press(view, 'Enter');
      await press(view, 'ArrowDown');
      expect(await selected(view)).toBe('COPY /app/dist -> /srv/www/, line 23');
      await press(view, 'c');
      expect(await last(view)).toEqual({
        type: 'whatIf',
        change: { kind: 'line', instruction: lineOf('COPY --link --from=build').index },
      });
      await press(view, 'l');
      expect(await last(view)).toEqual({ type: 'compareLink', instruction: lineOf('COPY --link --from=build').index });
      await press(view, 'd');
      expect(await last(view)).toMatchObject({ type: 'copy', text: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) });
      await press(view, 'p');
      expect(await last(view)).toEqual({ type: 'pin', pinned: true });
      await press(view, 'm');
      expect(await view.page.getByRole('button', { name: 'Operations' }).getAttribute('aria-pressed')).toBe('true');
      expect(await selected(view)).toBe('COPY /app/dist -> /srv/www/, line 23');
      await press(view, 'm');
      expect(await said(view)).toContain('stage');
    }));

  test('every control is reached by Tab, and a menu by arrows', () =>
    withView('dark', async (view) => {
      await view.send({ type: 'graph', graph, pinned: false });
      const reached: string[] = [];
      for (let i = 0; i < 20; i++) {
        await view.page.keyboard.press('Tab');
        reached.push(
          await view.page.evaluate<string>(
            '(document.activeElement.getAttribute("aria-label") || document.activeElement.textContent || document.activeElement.id).slice(0, 40)',
          ),
        );
      }
      for (const name of [
        'Lines',
        'Operations',
        'Stages',
        'Zoom out',
        'Zoom in',
        'Fit',
        'Search nodes',
        'Outline',
        'Key',
        'Pin',
        'Compare',
        'Export',
      ]) {
        expect(reached).toContain(name);
      }
      expect(reached.some((name) => name.startsWith('Build graph of Dockerfile'))).toBe(true);
      await view.page.locator('#menu-compare').focus();
      await press(view, 'Enter', 'ArrowDown', 'Enter');
      expect(await last(view)).toEqual({ type: 'compareWith', other: 'head' });
      expect(await view.page.evaluate('document.activeElement.id')).toBe('menu-compare');
    }));

  test('the tree is walked as trees are, and the picture follows', () =>
    withView('dark', async (view) => {
      await view.send({ type: 'graph', graph, pinned: false });
      await canvas(view).focus();
      await press(view, 't');
      expect(await view.page.evaluate('document.activeElement.getAttribute("role")')).toBe('treeitem');
      await press(view, 'ArrowDown', 'ArrowDown');
      expect(await selected(view)).toContain('COPY package.json');
      await press(view, 'Enter');
      expect(await last(view)).toMatchObject({
        type: 'select',
        focus: true,
        instruction: lineOf('COPY package.json').index,
      });
      await press(view, 'ArrowLeft', 'ArrowLeft');
      const tree = view.page.getByRole('tree');
      expect(await tree.getByRole('treeitem', { name: /^Stage deps/ }).getAttribute('aria-expanded')).toBe('false');
      await press(view, 'ArrowDown', 'ArrowRight');
      expect(await view.page.evaluate('document.activeElement.textContent')).toContain('FROM deps');
      await press(view, 'Escape');
      expect(await view.page.evaluate('document.activeElement.getAttribute("role")')).toBe('application');
    }));
});

describe('pointer', () => {
  test('a click selects the text, a double click goes there, hovering shows the card', () =>
    withView('light', async (view) => {
      await view.send({ type: 'graph', graph, pinned: false });
      const run = view.page.locator('.node', { hasText: 'npm ci' });
      await run.click();
      const { index, span } = lineOf('RUN --mount=type=cache');
      expect(await last(view)).toEqual({ type: 'select', instruction: index, span, focus: false });
      await run.dblclick();
      expect(await last(view)).toEqual({ type: 'select', instruction: index, span, focus: true });
      await view.page.locator('.node', { hasText: 'golang:1.24' }).hover();
      await expect.poll(() => view.page.locator('.card h2').textContent()).toBe('FROM golang:1.24');
    }));

  test('"changes" on a source and --link on a copy ask the editor', () =>
    withView('light', async (view) => {
      await view.send({ type: 'graph', graph, pinned: false });
      await view.page.locator('.node.image', { hasText: 'debian:12-slim' }).locator('[data-action=whatIf]').click();
      const vertex = graph.vertices.findIndex((each) => each.title === 'debian:12-slim');
      expect(await last(view)).toEqual({ type: 'whatIf', change: { kind: 'source', vertex, name: 'debian:12-slim' } });
      await view.page.locator('.node.context', { hasText: 'src/' }).locator('[data-action=whatIf]').click();
      expect(await last(view)).toMatchObject({ type: 'whatIf', change: { kind: 'files', paths: ['src/'] } });
      await view.page.locator('.node', { hasText: '/healthcheck ->' }).locator('[data-action=link]').click();
      expect(await last(view)).toEqual({ type: 'compareLink', instruction: lineOf('COPY --link --from=health').index });
    }));

  test('dragging pans, the wheel with Ctrl zooms, and neither redraws', () =>
    withView('light', async (view) => {
      await view.send({ type: 'graph', graph, pinned: false });
      const transform = () => view.page.evaluate<string>('document.querySelector(".moved").getAttribute("transform")');
      const before = await transform();
      await countMutations(view.page);
      await view.page.mouse.move(40, 940);
      await view.page.mouse.down();
      await view.page.mouse.move(80, 900, { steps: 4 });
      await view.page.mouse.up();
      const panned = await transform();
      expect(panned).not.toBe(before);
      await view.page.keyboard.down('Control');
      await view.page.mouse.wheel(0, -200);
      await view.page.keyboard.up('Control');
      await expect.poll(transform).not.toBe(panned);
      expect(await mutations(view.page)).toBe(0);
    }));
});

/** Counts what changes inside the pictures from here on. */
async function countMutations(page: Page): Promise<void> {
  await page.evaluate(`(() => {
    globalThis.mutations = 0;
    const observer = new MutationObserver((list) => { globalThis.mutations += list.length; });
    for (const svg of document.querySelectorAll('.moved > g')) {
      observer.observe(svg, { subtree: true, childList: true, attributes: true, characterData: true });
    }
  })()`);
}
const mutations = (page: Page) => page.evaluate<number>('globalThis.mutations');

describe('redraws', () => {
  test('nothing when the graph is the same, or when only offsets moved', () =>
    withView('light', async (view) => {
      await view.send({ type: 'graph', graph, pinned: false });
      await countMutations(view.page);
      await view.send({ type: 'graph', graph: structuredClone(graph), pinned: false });
      const shift = ({ start, end }: { start: number; end: number }) => ({ start: start + 3, end: end + 3 });
      const typed = { ...graph, instructions: graph.instructions.map((line) => ({ ...line, span: shift(line.span) })) };
      await view.send({ type: 'graph', graph: typed, pinned: false });
      expect(await mutations(view.page)).toBe(0);
    }));

  test('only what differs when a line changes', () =>
    withView('light', async (view) => {
      await view.send({ type: 'graph', graph, pinned: false });
      await view.page.evaluate('for (const node of document.querySelectorAll(".node")) node.seen = node.textContent');
      const after = service({}, [{ run: 'echo one more' }]).graph;
      await view.send({ type: 'graph', graph: after, pinned: false });
      const fresh = await view.page.evaluate<string[]>(
        'Array.from(document.querySelectorAll(".node")).filter((node) => node.seen === undefined).map((node) => node.textContent)',
      );
      expect(fresh).toHaveLength(1);
      expect(fresh[0]).toContain('echo one more');
    }));

  test('the cursor lights its line, and only that', () =>
    withView('light', async (view) => {
      await view.send({ type: 'graph', graph, pinned: false });
      await view.send({ type: 'cursor', offset: text.indexOf('npm ci') });
      expect(await view.page.locator('.node:has(.ring.cursor)').textContent()).toContain('RUN npm ci');
      await view.send({ type: 'cursor', offset: text.indexOf('npm test') });
      expect(await view.page.locator('.node:has(.ring.cursor)').allTextContents()).toHaveLength(1);
      await view.send({ type: 'cursor', offset: text.length + 10 });
      expect(await view.page.locator('.ring.cursor').count()).toBe(0);
    }));
});

describe('what lies over the picture', () => {
  test('what-if says for each node what happens, in words', () =>
    withView('light', async (view) => {
      await view.send({ type: 'graph', graph, pinned: false });
      const base = graph.vertices.findIndex((each) => each.title === 'debian:12-slim');
      await view.send({
        type: 'impact',
        title: 'If debian:12-slim changes',
        pulls: ['debian:12-slim'],
        ...impactOf(graph, base),
      });
      const badgeOf = (words: string) =>
        view.page.locator('.node', { hasText: words }).locator('.badge-text').textContent();
      expect(await badgeOf('apt-get')).toBe('runs again');
      expect(await badgeOf('npm ci')).toBe('reused');
      expect(await view.page.locator('.node.join .badge-text').allTextContents()).toEqual([
        're-linked',
        're-linked',
        're-linked',
      ]);
      expect(await view.page.locator('.banner').textContent()).toContain('3 re-linked');
      await view.page.locator('.node', { hasText: 'apt-get' }).click();
      await expect
        .poll(() => view.page.locator('.card .verdict').textContent())
        .toContain('It hangs on debian:12-slim.');
      await view.page.getByRole('button', { name: 'Close' }).click();
      expect(await last(view)).toEqual({ type: 'cleared' });
      expect(await view.page.locator('.badge').count()).toBe(0);
    }));

  test('a comparison of --link stands side by side and is applied', () =>
    withView('dark', async (view) => {
      const plain = twoCopies(false).graph;
      const linked = twoCopies(true).graph;
      const base = (of: typeof plain) => of.vertices.findIndex((each) => each.title === 'alpine:3.14');
      const copy = plain.instructions.findIndex((line) => line.text.includes('/out/app'));
      await view.send({ type: 'graph', graph: plain, pinned: false });
      await view.send({
        type: 'linkComparison',
        instruction: copy,
        title: 'If alpine:3.14 changes',
        linked: false,
        without: { graph: plain, ...impactOf(plain, base(plain)) },
        with: { graph: linked, ...impactOf(linked, base(linked)) },
        saved: 2,
        advice: 'Both copies survive.',
      });
      expect(await view.page.locator('.pane').count()).toBe(2);
      expect(await view.page.locator('.banner').textContent()).toContain('--link saves 2 steps');
      expect(await view.page.locator('.pane').nth(0).locator('.node.join').count()).toBe(0);
      expect(await view.page.locator('.pane').nth(1).locator('.node.join').count()).toBe(2);
      await view.page.getByRole('button', { name: 'Apply --link' }).click();
      expect(await last(view)).toEqual({ type: 'applyLink', instruction: copy, link: true });
      await view.send({ type: 'graph', graph: linked, pinned: false });
      expect(await view.page.locator('.pane').count()).toBe(1);
    }));

  test('a question is asked again when the text has changed', () =>
    withView('dark', async (view) => {
      await view.send({ type: 'graph', graph, pinned: false });
      await view.page.locator('.node.image', { hasText: 'debian' }).locator('[data-action=whatIf]').click();
      await view.send({ type: 'impact', title: 'If it changes', pulls: [], ...impactOf(graph, 0) });
      const after = service({}, [{ run: 'echo one more' }]).graph;
      await view.send({ type: 'graph', graph: after, pinned: false });
      const vertex = after.vertices.findIndex((each) => each.title === 'debian:12-slim');
      expect(await last(view)).toEqual({ type: 'whatIf', change: { kind: 'source', vertex, name: 'debian:12-slim' } });
    }));
});

describe('safety', () => {
  test('words of a Dockerfile never become markup', () =>
    withView('light', async (view) => {
      const evil = '<img src=x onerror="globalThis.pwned=1"><script>globalThis.pwned=1</script>';
      const bad = sample([
        { from: `alpine${evil}`, as: evil, steps: [{ run: evil }, { copy: [evil], to: evil, link: true }] },
      ]).graph;
      await view.send({ type: 'graph', graph: bad, pinned: false });
      await view.page.locator('.node.exec').click();
      await view.page.getByRole('button', { name: 'Outline' }).click();
      await settle(view.page);
      expect(await view.page.locator('img, main script').count()).toBe(0);
      expect(await view.page.evaluate('globalThis.pwned')).toBeUndefined();
    }));

  test('a message that is none is refused and told', () =>
    withView('light', async (view) => {
      await view.send({ type: 'graph', graph: { ...graph, vertices: [{}] } } as never);
      expect(await last(view)).toMatchObject({ type: 'failed' });
      expect(await view.page.locator('.node').count()).toBe(0);
    }));
});

test('the state comes back after a reload', async () => {
  await withView(
    'dark',
    async (view) => {
      expect(await view.page.locator('.node.stage').count()).toBe(5);
      expect(await view.page.getByRole('button', { name: 'Pin' }).getAttribute('aria-pressed')).toBe('true');
    },
    { state: { mode: 'stages', outline: true, legend: false, pinned: true, graph } },
  );
  await withView(
    'dark',
    async (view) => expect(await view.page.locator('.empty').textContent()).toContain('Dockerfile'),
    {
      state: { mode: 'nonsense' },
    },
  );
});

test('exports SVG with the colours that are seen, PNG, JSON, and leaves the rest to the editor', () =>
  withView('dark', async (view) => {
    await view.send({ type: 'graph', graph, pinned: false });
    for (const format of ['svg', 'png', 'json', 'html', 'dot', 'mermaid'] as const) {
      await view.send({ type: 'exportAs', format });
      await expect.poll(() => last(view)).toMatchObject({ type: 'export', format, mode: 'instructions' });
      const message = (await last(view)) as Extract<FromGraphView, { type: 'export' }>;
      if (format === 'svg') expect(message.data).toMatch(/^<svg[\s\S]*#1f1f1f[\s\S]*<\/svg>\s*$/);
      else if (format === 'png') {
        const bytes = Buffer.from(message.data, 'base64');
        expect(bytes.subarray(1, 4).toString()).toBe('PNG');
        expect(bytes.readUInt32BE(16)).toBeGreaterThan(1000);
      } else if (format === 'json') expect(JSON.parse(message.data)).toEqual(graph);
      else expect(message.data).toBe('');
    }
  }));

test('the page of its own opens in any browser, fetches nothing, breaks no rule of its policy', async () => {
  const path = join(folder, 'graph.html');
  writeFileSync(path, renderHtml(graph, files.script, files.style));
  const page = await browser.newPage({ viewport: { width: 1000, height: 900 } });
  const errors: string[] = [];
  const asked: string[] = [];
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(pathToFileURL(path).href);
  expect(await page.locator('.node').count()).toBeGreaterThan(20);
  expect(await page.getByRole('button', { name: 'Pin' }).count()).toBe(0);
  expect(await page.locator('.bolt').count()).toBe(0);
  expect(await violations(page)).toEqual([]);
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export' }).click();
  await page.getByRole('menuitem', { name: 'SVG picture' }).click();
  expect((await download).suggestedFilename()).toBe('build-graph.svg');
  expect(errors).toEqual([]);
  expect(
    asked.filter((url) => !url.startsWith('file:') && !url.startsWith('blob:') && !url.startsWith('data:')),
  ).toEqual([]);
  await page.close();
});

test('2,000 vertices: what is near is drawn, one change touches little, and the map shows where one is', () =>
  withView('light', async (view) => {
    const large = generated(2000).graph;
    await view.send({ type: 'graph', graph: large, pinned: false });
    const drawn = () => view.page.locator('.node').count();
    expect(await drawn()).toBeGreaterThan(20);
    expect(await drawn()).toBeLessThan(800);
    expect(await view.page.locator('[role=treeitem]').count()).toBeGreaterThan(2000);
    expect(await view.page.locator('.minimap').isVisible()).toBe(true);
    await view.send({ type: 'cursor', offset: large.instructions[10]!.span.start });
    await countMutations(view.page);
    await view.send({ type: 'cursor', offset: large.instructions[11]!.span.start });
    expect(await mutations(view.page)).toBeLessThan(10);
    // Far away in the file: the camera goes there, and there it is.
    await view.send({ type: 'cursor', offset: large.instructions.at(-1)!.span.start });
    expect(await view.page.locator('.node:has(.ring.cursor)').isVisible()).toBe(true);
    await view.page.getByRole('button', { name: 'Fit' }).click();
    await settle(view.page);
    expect(await drawn()).toBeGreaterThan(2000);
    expect(await view.page.locator('.node text').count()).toBe(0);
    await view.shot('graph-large');
  }));
