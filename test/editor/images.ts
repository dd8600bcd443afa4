// The one question about base images, as a user meets it: asked once, answered yes or no, and not before the folder is trusted.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { pageUrl, quietSettings, root, startVscodeServer } from '../../scripts/editor/codeServer.ts';
import { hasDockerRegistry, startDockerRegistry } from '../images/dockerRegistry.ts';
import { type FakeRegistry, putImage, startFakeRegistry } from '../images/fakeRegistry.ts';
import { openBrowser, openPage } from './browser.ts';
import type { Outcome, RunSetup } from './outcome.ts';
import { again, calm, hover, line, type Walk } from './walk.ts';

const question = 'LLB Lens does not know what the base images here contain';

interface Visit extends Walk {
  /** Opens a file of the folder. */
  readonly open: (name: string) => Promise<void>;
  readonly reload: () => Promise<void>;
  /** The user's settings, as they are on disk. */
  readonly settings: () => Promise<Record<string, unknown>>;
  readonly registry: FakeRegistry;
  /** A registry that others wrote, where it is installed. */
  readonly real: { readonly host: string; readonly digest: string };
}

interface Scene {
  readonly trust?: boolean;
  readonly go: (visit: Visit) => Promise<void>;
}

const scenes: Readonly<Record<string, Scene>> = {
  'is asked once; yes lets the registry be asked, and the hover tells what the image is': {
    async go(visit) {
      const { page, editor, shot, open, reload, settings, registry, real } = visit;
      await asked(page).waitFor();
      await editor.locator('.codelens-decoration', { hasText: '2 files, 5 bytes from src/' }).waitFor();
      await shot('images-question');
      if ((await asked(page).count()) !== 1) throw new Error('it is asked more than once');
      if (registry.asked.length > 0) throw new Error('the registry was asked before the user was');
      await answer(page, 'Look Up');
      await again(async () => {
        if ((await settings())['llbLens.images.resolve'] !== 'on') throw new Error('the setting is not on');
      });
      const words = await hover(visit, line(editor, 'FROM'), '127', 'Digest');
      for (const wanted of [real.digest, '1 layer', 'user root', '/srv', real.host])
        if (!words.includes(wanted)) throw new Error(`the hover does not say ${wanted}: ${words}`);
      await shot('images-known');
      await calm(visit);
      // Another file, with a base that nobody has: whoever may be asked need not be asked about.
      await open('Dockerfile.other');
      await hover(visit, line(editor, 'FROM'), '127', 'not found');
      await shot('images-not-found');
      await calm(visit);
      await reload();
      await open('Dockerfile');
      await hover(visit, line(editor, 'FROM'), '127', 'Digest');
      await calm(visit);
      await nothingAsked(page);
    },
  },

  'answered with no, it is never asked again and nobody is asked': {
    async go(visit) {
      const { page, editor, shot, open, reload, settings, registry } = visit;
      await asked(page).waitFor();
      await answer(page, 'Not Now');
      await open('Dockerfile.other');
      await hover(visit, line(editor, 'FROM'), '127', 'not known yet');
      await calm(visit);
      await reload();
      await open('Dockerfile.other');
      await hover(visit, line(editor, 'FROM'), '127', 'not known yet');
      await shot('images-declined');
      await calm(visit);
      await nothingAsked(page);
      if ('llbLens.images.resolve' in (await settings())) throw new Error('a setting was written');
      if (registry.asked.length > 0) throw new Error(`the registry was asked: ${JSON.stringify(registry.asked)}`);
    },
  },

  'is not asked where the folder is not trusted, and is once it is': {
    trust: true,
    async go(visit) {
      const { page, editor, shot, registry } = visit;
      await page.locator('.statusbar-item', { hasText: 'Restricted Mode' }).waitFor();
      // To list the folder is no more than the editor itself does.
      await editor.locator('.codelens-decoration', { hasText: '2 files, 5 bytes from src/' }).waitFor();
      await hover(visit, line(editor, 'FROM'), '127', 'not known yet');
      await shot('images-untrusted');
      await calm(visit);
      await nothingAsked(page);
      if (registry.asked.length > 0) throw new Error(`the registry was asked: ${JSON.stringify(registry.asked)}`);
      await page.locator('.statusbar-item a', { hasText: 'Restricted Mode' }).click();
      await page
        .locator('.workspace-trust-editor .monaco-button', { hasText: /^Trust/ })
        .first()
        .click();
      await asked(page).waitFor();
      await shot('images-trusted');
      if (registry.asked.length > 0) throw new Error('the registry was asked before the user was');
    },
  },
};

export async function walkImages({ vscode, screenshots }: RunSetup): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  const folder = await mkdtemp(join(tmpdir(), 'llb-lens-images-'));
  const registry = await startFakeRegistry();
  const real = hasDockerRegistry() ? await startDockerRegistry(await mkdtemp(join(folder, 'registry-'))) : undefined;
  const browser = await openBrowser();
  try {
    const host = real?.host ?? registry.host;
    const put = real?.repository('team/app') ?? registry;
    const { digest } = putImage(put, 'team/app', '1', { env: ['PATH=/bin'], workingDir: '/srv' });
    await real?.pushed();
    for (const [index, [title, scene]] of Object.entries(scenes).entries()) {
      const own = join(folder, String(index));
      const workspace = join(own, 'app');
      await mkdir(workspace, { recursive: true });
      await mkdir(join(workspace, 'src'));
      await writeFile(join(workspace, 'src', 'a'), 'aaaa');
      await writeFile(join(workspace, 'src', 'b'), 'b');
      await writeFile(join(workspace, 'Dockerfile'), `FROM ${host}/team/app:1\nCOPY src /src/\nRUN make\n`);
      await writeFile(join(workspace, 'Dockerfile.other'), `FROM ${registry.host}/team/other:1\nRUN make\n`);
      registry.asked.length = 0;
      const { 'llbLens.images.resolve': _, 'security.workspace.trust.enabled': __, ...quiet } = quietSettings;
      const server = await startVscodeServer({
        vscode,
        settings: {
          ...quiet,
          'editor.hover.delay': 100,
          'editor.hover.sticky': false,
          'editor.cursorBlinking': 'solid',
          'security.workspace.trust.startupPrompt': 'never',
          'workbench.colorTheme': 'Default Dark Modern',
        },
        // Nothing is muted, and the extension is installed as a user has it.
        extensions: { 'llb-lens.llb-lens': root.replace(/\/$/, '') },
        ...(scene.trust ? { trust: true } : {}),
        env: {
          HOME: own,
          XDG_CACHE_HOME: join(own, 'cache'),
          DOCKER_CONFIG: join(own, 'docker'),
          DOCKER_HOST: `unix://${own}/none.sock`,
          CONTAINERD_ADDRESS: `${own}/none.sock`,
        },
      });
      const { page } = await openPage(browser, server.authority);
      page.setDefaultTimeout(60_000);
      const shot = async (name: string) => {
        await page.waitForTimeout(500);
        await page.screenshot({ path: join(screenshots, `${name}.png`) });
      };
      const editor = page.locator('.editor-instance .monaco-editor').first();
      const load = async () => {
        await page.locator('.monaco-workbench').waitFor();
        await editor.locator('.codelens-decoration').first().waitFor();
      };
      const visit: Visit = {
        page,
        editor,
        shot,
        registry,
        real: { host, digest },
        async open(name) {
          const row = page.locator('.explorer-folders-view .monaco-list-row', { hasText: new RegExp(`^${name}$`) });
          await row.click();
          await page.locator('.tab.active', { hasText: new RegExp(`^${name}$`) }).waitFor();
          await editor.locator('.codelens-decoration').first().waitFor();
        },
        async reload() {
          await page.reload({ waitUntil: 'commit' });
          await load();
        },
        settings: async () => JSON.parse(await readFile(server.userSettings, 'utf8')) as Record<string, unknown>,
      };
      try {
        const file = `vscode-remote://${server.authority}${join(workspace, 'Dockerfile')}`;
        const payload: [string, string][] = [
          ['openFile', file],
          ['skipWelcome', 'true'],
        ];
        await page.goto(pageUrl(server.authority, workspace, payload), { waitUntil: 'commit' });
        await load();
        await scene.go(visit);
        outcomes.push({ title });
      } catch (error) {
        await shot(`images-failed-${index}`);
        outcomes.push({ title, error: error instanceof Error ? error.message : String(error) });
      } finally {
        await page.context().close();
        await server.stop();
      }
    }
  } finally {
    await browser.close();
    await registry.close();
    await real?.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
  return outcomes;
}

function asked(page: Page): Locator {
  return page.locator('.notification-toast', { hasText: question });
}

async function answer(page: Page, words: string): Promise<void> {
  await asked(page).locator('.monaco-button', { hasText: words }).click();
  await asked(page).waitFor({ state: 'detached' });
}

/** Neither on top of the editor nor among what was put away. */
async function nothingAsked(page: Page): Promise<void> {
  await page.locator('#status\\.notifications').click();
  await page.locator('.notifications-center.visible').waitFor();
  const found = await page.locator('.notification-list-item', { hasText: question }).count();
  await page.keyboard.press('Escape');
  if (found > 0) throw new Error('it is asked');
}
