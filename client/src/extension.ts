// The extension, whichever host it runs in: it starts the language server and offers the commands. All thinking is the server's.
import * as vscode from 'vscode';
import {
  type BaseLanguageClient,
  CloseAction,
  ErrorAction,
  type ErrorHandler,
  type LanguageClientOptions,
  RevealOutputChannelOn,
  State,
} from 'vscode-languageclient';
import { type ClientOptions, clientCommands } from '../../shared/src/protocol.ts';
import { askAboutImages } from './askImages.ts';
import { registerCommands } from './commands.ts';
import { answerFileRequests } from './files.ts';
import { neighbours, onNeighboursChanged } from './neighbours.ts';
import { showStatus } from './status.ts';
import { workLog } from './workLog.ts';

/** Makes the client of one host; it is not started yet. */
export type MakeClient = (options: LanguageClientOptions) => BaseLanguageClient;

/** What the extension gives to whoever asks VS Code for it, such as a test. */
export interface Api {
  readonly client: BaseLanguageClient;
  /** Milliseconds that `activate` took. */
  readonly activation: number;
}

/** How many times the server may break within `restartPeriod` milliseconds before it is left alone. */
const mostRestarts = 5;
const restartPeriod = 180_000;

let running: BaseLanguageClient | undefined;

export function activateIn(context: vscode.ExtensionContext, makeClient: MakeClient): Api {
  const start = performance.now();
  const output = vscode.window.createOutputChannel('LLB Lens', { log: true });
  const work = workLog();
  const breaks: number[] = [];
  const errorHandler: ErrorHandler = {
    error(error) {
      output.error(`The connection to the server failed: ${error.message}`);
      return { action: ErrorAction.Continue, handled: true };
    },
    closed() {
      const now = Date.now();
      breaks.push(now);
      output.error(`The server stopped. It was working on: ${work.pending() || 'nothing'}`);
      work.clear();
      if (breaks.filter((time) => now - time < restartPeriod).length <= mostRestarts) {
        output.info('It is started again, with the documents open.');
        return { action: CloseAction.Restart, handled: true };
      }
      output.error(
        `It has stopped ${mostRestarts + 1} times in a short while and is left alone. "LLB Lens: Restart" starts it.`,
      );
      return { action: CloseAction.DoNotRestart, handled: true };
    },
  };
  const client = makeClient({
    documentSelector: [{ language: 'dockerfile' }],
    diagnosticCollectionName: 'llb-lens',
    outputChannel: output,
    traceOutputChannel: output,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    // What the server writes may open the graph, and do nothing else; text of a file comes escaped.
    markdown: { isTrusted: { enabledCommands: [clientCommands.showGraph] } },
    initializationOptions: { commands: true, files: true } satisfies ClientOptions,
    initializationFailedHandler(error) {
      output.error(`The server could not be started: ${error instanceof Error ? error.message : String(error)}`);
      return false;
    },
    errorHandler,
    middleware: {
      sendRequest: work.sendRequest,
      workspace: {
        // The server alone cannot know who else is at work here.
        async configuration(params, token, next) {
          const answers = await next(params, token);
          if (!Array.isArray(answers)) return answers;
          return answers.map((settings: unknown, i) =>
            params.items[i]?.section === 'llbLens'
              ? { ...(settings as object), neighbours: neighbours(), trusted: vscode.workspace.isTrusted }
              : settings,
          );
        },
      },
    },
  });
  running = client;
  answerFileRequests(client);
  context.subscriptions.push(
    output,
    ...registerCommands(client, context, output, () => breaks.splice(0)),
    showStatus(client),
    askAboutImages(context, client),
    onNeighboursChanged(() => {
      if (client.state === State.Running) {
        void client.sendNotification('workspace/didChangeConfiguration', { settings: null });
      }
    }),
  );
  // Not awaited: the editor need not wait for the server.
  client.start().catch((error) => output.error(`The server could not be started: ${String(error)}`));
  const activation = performance.now() - start;
  output.info(`Active after ${activation.toFixed(1)} ms`);
  return { client, activation };
}

export async function deactivate(): Promise<void> {
  await running?.dispose();
}
