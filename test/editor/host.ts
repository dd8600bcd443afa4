// Runs the suite inside the extension host of code-server's VS Code: the server is a Node process there.
import { join } from 'node:path';
import { pageUrl, root, startVscodeServer } from '../../scripts/editor/codeServer.ts';
import { copyWorkspace, neighbour, openBrowser, openPage, outcomesOf, testSettings } from './browser.ts';
import { nodeSuite } from './bundle.ts';
import type { Outcome, RunSetup } from './outcome.ts';

export async function runInHost({ vscode, screenshots }: RunSetup): Promise<readonly Outcome[]> {
  const workspace = await copyWorkspace();
  const server = await startVscodeServer({
    vscode,
    settings: testSettings,
    testing: true,
    extensions: { 'docker.docker': neighbour },
  });
  const browser = await openBrowser();
  try {
    const { page, lines } = await openPage(browser, server.authority);
    const uri = (path: string) => `vscode-remote://${server.authority}${path}`;
    const url = pageUrl(server.authority, workspace.path, [
      ['extensionDevelopmentPath', uri(root.replace(/\/$/, ''))],
      ['extensionTestsPath', uri(nodeSuite)],
      ['skipWelcome', 'true'],
    ]);
    const outcomes = await outcomesOf(page, url, lines, join(screenshots, 'host.log'));
    await page.screenshot({ path: join(screenshots, 'host.png') });
    return outcomes;
  } finally {
    await browser.close();
    await server.stop();
    await workspace.remove();
  }
}
