// The commands of the extension.
import * as vscode from 'vscode';
import { type BaseLanguageClient, type Location, type Position, State } from 'vscode-languageclient';
import { clientCommands } from '../../shared/src/protocol.ts';
import { graphPanel } from './graphPanel.ts';
import { clearWhatIf, whatIfCommand } from './whatIfCommand.ts';

/** `forgive` forgets how often the server has broken. */
export function registerCommands(
  client: BaseLanguageClient,
  context: vscode.ExtensionContext,
  output: vscode.LogOutputChannel,
  forgive: () => void,
): vscode.Disposable[] {
  const { protocol2CodeConverter: convert } = client;
  const panel = graphPanel(client, context, output);
  const whatIf = whatIfCommand(client);
  const command = (name: string, run: (...args: never[]) => unknown) =>
    vscode.commands.registerCommand(name, async (...args) => {
      try {
        return await (run as (...args: unknown[]) => unknown)(...args);
      } catch (error) {
        output.error(`${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
        return undefined;
      }
    });
  return [
    panel,
    whatIf,
    command(clientCommands.showGraph, (uri?: string | vscode.Uri, position?: Position) => {
      const named = typeof uri === 'string' ? vscode.Uri.parse(uri) : uri;
      return panel.show(
        named ?? vscode.window.activeTextEditor?.document.uri,
        position && convert.asPosition(position),
      );
    }),
    command(clientCommands.showReferences, (uri: string, position: Position, locations: Location[]) =>
      vscode.commands.executeCommand(
        'editor.action.showReferences',
        convert.asUri(uri),
        convert.asPosition(position),
        locations.map((location) => convert.asLocation(location)),
      ),
    ),
    command('llbLens.whatIf', (uri?: string | vscode.Uri, changes?: unknown) => {
      const named = typeof uri === 'string' ? vscode.Uri.parse(uri) : uri;
      // A menu may hand over things of its own.
      const given = Array.isArray(changes) ? changes.map(String) : undefined;
      return whatIf.show(named ?? vscode.window.activeTextEditor?.document.uri, given);
    }),
    command(clearWhatIf, () => whatIf.clear()),
    command('llbLens.restart', async () => {
      forgive();
      output.info('Restart, as asked');
      if (client.state === State.Running) await client.stop();
      await client.start();
    }),
    command('llbLens.showOutput', () => output.show(true)),
  ];
}
