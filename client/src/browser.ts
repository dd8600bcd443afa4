// The extension in a browser without a machine behind it: the server is a web worker.
import { type ExtensionContext, Uri } from 'vscode';
import {
  BrowserMessageReader,
  BrowserMessageWriter,
  LanguageClient,
  type MessageTransports,
} from 'vscode-languageclient/browser';
import { type Api, activateIn } from './extension.ts';

export { deactivate } from './extension.ts';

export function activate(context: ExtensionContext): Api {
  const script = Uri.joinPath(context.extensionUri, 'dist/web/server.js').toString(true);
  let worker: Worker | undefined;
  context.subscriptions.push({ dispose: () => worker?.terminate() });
  // The transports and not the worker: the editor's own kind of Worker is not the one that the client would recognize.
  const start = async (): Promise<MessageTransports> => {
    worker?.terminate();
    worker = new Worker(script);
    return { reader: new BrowserMessageReader(worker), writer: new BrowserMessageWriter(worker) };
  };
  return activateIn(context, (options) => new LanguageClient('llbLens', 'LLB Lens', start, options));
}
