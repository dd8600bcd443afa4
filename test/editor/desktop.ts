// Runs the suite in a desktop VS Code that is downloaded for it, where that can be reached.

import { root } from '../../scripts/editor/codeServer.ts';
import { copyWorkspace } from './browser.ts';
import { nodeSuite } from './bundle.ts';
import type { Outcome } from './outcome.ts';

export async function runInDesktop(): Promise<readonly Outcome[]> {
  const { runTests } = await import('@vscode/test-electron');
  const workspace = await copyWorkspace();
  try {
    const code = await runTests({
      extensionDevelopmentPath: root,
      extensionTestsPath: nodeSuite,
      launchArgs: [workspace.path, '--disable-extensions', '--disable-workspace-trust'],
    });
    return [code === 0 ? { title: 'the suite' } : { title: 'the suite', error: `it ended with ${code}` }];
  } finally {
    await workspace.remove();
  }
}
