// The extension on Node: the server is a process of its own.
import type { ExtensionContext } from 'vscode';
import { LanguageClient, TransportKind } from 'vscode-languageclient/node';
import { type Api, activateIn } from './extension.ts';

export { deactivate } from './extension.ts';

export function activate(context: ExtensionContext): Api {
  const server = { module: context.asAbsolutePath('dist/server.cjs'), transport: TransportKind.ipc };
  // Young objects get 8 MB twice, not the many times more that a large machine has to give: nothing gets slower by it.
  const small = '--max-semi-space-size=8';
  const run = { ...server, options: { execArgv: [small] } };
  const debug = { ...server, options: { execArgv: [small, '--nolazy', '--inspect=6019'] } };
  return activateIn(context, (options) => new LanguageClient('llbLens', 'LLB Lens', { run, debug }, options));
}
