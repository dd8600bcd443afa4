// The extension on Node: the server is a process of its own.
import { type ExtensionContext, Uri } from 'vscode';
import { LanguageClient, TransportKind } from 'vscode-languageclient/node';
import { type Api, activateIn } from './extension.ts';

export { deactivate } from './extension.ts';

export function activate(context: ExtensionContext): Api {
  const server = { module: context.asAbsolutePath('dist/server.cjs'), transport: TransportKind.ipc };
  // Node keeps there what it has compiled: the next start is sooner.
  const env = { NODE_COMPILE_CACHE: Uri.joinPath(context.globalStorageUri, 'compiled').fsPath };
  const run = { ...server, options: { env } };
  const debug = { ...server, options: { execArgv: ['--nolazy', '--inspect=6019'] } };
  return activateIn(context, (options) => new LanguageClient('llbLens', 'LLB Lens', { run, debug }, options));
}
