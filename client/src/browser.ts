// The extension in a browser without a machine behind it: the server is a web worker.
import { type ExtensionContext, Uri } from 'vscode';
import { LanguageClient } from 'vscode-languageclient/browser';
import { type Api, activateIn } from './extension.ts';

export { deactivate } from './extension.ts';

export function activate(context: ExtensionContext): Api {
  const script = Uri.joinPath(context.extensionUri, 'dist/web/server.js').toString(true);
  return activateIn(
    context,
    (options) => new LanguageClient('llbLens', 'LLB Lens', async () => new Worker(script), options),
  );
}
