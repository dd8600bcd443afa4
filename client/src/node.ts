// The extension on Node: the server is a process of its own.
import type { ExtensionContext } from 'vscode';
import { LanguageClient, TransportKind } from 'vscode-languageclient/node';
import { type Api, activateIn } from './extension.ts';

export { deactivate } from './extension.ts';

export function activate(context: ExtensionContext): Api {
  const server = { module: context.asAbsolutePath('dist/server.cjs'), transport: TransportKind.ipc };
  const debug = { ...server, options: { execArgv: ['--nolazy', '--inspect=6019'] } };
  return activateIn(context, (options) => new LanguageClient('llbLens', 'LLB Lens', { run: server, debug }, options));
}
