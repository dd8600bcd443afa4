// Takes pictures of the view in all themes and states into .build/screenshots, to be looked at.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compareGraphs } from '../../../shared/src/graphView.ts';
import { build } from '../build.ts';
import { openBrowser, openView, settle } from './browser.ts';
import { impactOf } from './impact.ts';
import { generated, sample, service, twoCopies } from './sample.ts';

const folder = mkdtempSync(join(tmpdir(), 'graph-view-'));
await build(folder);
const files = {
  script: readFileSync(join(folder, 'graph.js'), 'utf8'),
  style: readFileSync(join(folder, 'graph.css'), 'utf8'),
};
rmSync(folder, { recursive: true });
const browser = await openBrowser();
const only = process.argv[2];
async function shoot(name: string, take: () => Promise<void>): Promise<void> {
  if (only === undefined || name.includes(only)) await take();
}
for (const theme of ['light', 'dark', 'high-contrast', 'high-contrast-light'] as const) {
  await shoot(`view-${theme}`, async () => {
    const view = await openView(browser, files, theme, { width: 1100, height: 1000 });
    const { graph } = service({ provisionalFrom: 'golang:1.24' });
    await view.send({ type: 'graph', graph, pinned: false });
    await view.send({ type: 'cursor', offset: graph.instructions[4]!.span.start });
    await view.shot(`view-${theme}`);
    await view.page.locator('.node', { hasText: 'npm run' }).click();
    await settle(view.page);
    await view.shot(`view-${theme}-card`);
    if (view.errors.length > 0) console.log(theme, view.errors);
    await view.page.close();
  });
  await shoot(`whatif-${theme}`, async () => {
    const view = await openView(browser, files, theme, { width: 1100, height: 1000 });
    const { graph } = service();
    await view.send({ type: 'graph', graph, pinned: false });
    const base = graph.vertices.findIndex((vertex) => vertex.title === 'debian:12-slim');
    await view.send({
      type: 'impact',
      title: 'If debian:12-slim changes',
      pulls: ['debian:12-slim'],
      ...impactOf(graph, base),
    });
    await view.shot(`whatif-${theme}`);
    await view.page.close();
  });
}
await shoot('link', async () => {
  const view = await openView(browser, files, 'dark', { width: 1280, height: 760 });
  const plain = twoCopies(false).graph;
  const linked = twoCopies(true).graph;
  await view.send({ type: 'graph', graph: plain, pinned: false });
  const at = (graph: typeof plain) => graph.vertices.findIndex((vertex) => vertex.title === 'alpine:3.14');
  await view.send({
    type: 'linkComparison',
    instruction: 10,
    title: 'If alpine:3.14 changes',
    linked: false,
    without: { graph: plain, ...impactOf(plain, at(plain)) },
    with: { graph: linked, ...impactOf(linked, at(linked)) },
    saved: 2,
    advice: 'Both copies survive a change of the base; alpine need not be pulled for them.',
  });
  await view.shot('link');
  await view.page.close();
});
await shoot('compare', async () => {
  const view = await openView(browser, files, 'light', { width: 1280, height: 800 });
  const before = twoCopies(false).graph;
  const after = sample([
    { from: 'node:20', as: 'config', steps: [{ workdir: '/config' }, { run: 'node make-config.js > app.conf' }] },
    {
      from: 'golang:1.22',
      as: 'app',
      steps: [
        { workdir: '/src' },
        { copy: ['go.mod'], to: './' },
        { run: 'go mod download' },
        { copy: ['.'], to: '.' },
        { run: 'go build -o /out/app ./cmd/app' },
      ],
    },
    {
      from: 'alpine:3.15',
      steps: [
        { copy: ['/config/app.conf'], to: '/etc/app.conf', from: 'config' },
        { copy: ['/out/app'], to: '/usr/bin/app', from: 'app' },
        { config: 'ENTRYPOINT ["app"]' },
      ],
    },
  ]).graph;
  await view.send({ type: 'graph', graph: after, pinned: false });
  await view.send({ type: 'compare', title: 'HEAD', before, changes: compareGraphs(before, after) });
  await view.shot('compare');
  await view.page.close();
});
await shoot('panel', async () => {
  const view = await openView(browser, files, 'dark', { width: 560, height: 900 });
  await view.send({ type: 'graph', graph: service().graph, pinned: true });
  await view.page.getByRole('button', { name: 'Outline' }).click();
  await settle(view.page);
  await view.shot('panel-outline');
  await view.page.close();
});
await shoot('large', async () => {
  const view = await openView(browser, files, 'light', { width: 1100, height: 900 });
  await view.send({ type: 'graph', graph: generated(2000).graph, pinned: false });
  await settle(view.page);
  await view.shot('large');
  await view.page.getByRole('button', { name: 'Fit' }).click();
  await settle(view.page);
  await view.shot('large-fit');
  await view.page.close();
});
await shoot('modes', async () => {
  const view = await openView(browser, files, 'dark', { width: 1100, height: 900 });
  await view.send({ type: 'graph', graph: service().graph, pinned: false });
  for (const mode of ['operations', 'stages'] as const) {
    await view.send({ type: 'mode', mode });
    if (mode === 'stages') await view.page.getByRole('button', { name: 'Key' }).click();
    await settle(view.page);
    await view.shot(`modes-${mode}`);
  }
  await view.page.close();
});
await browser.close();
