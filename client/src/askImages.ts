// Asks once, ever, whether registries may be asked what base images contain; and tells the server which folders are trusted.
import * as vscode from 'vscode';
import { type BaseLanguageClient, State } from 'vscode-languageclient';
import { imagesUnknown } from '../../shared/src/protocol.ts';

/** Where it is remembered that the user was asked. */
const asked = 'images.asked';

export function askAboutImages(context: vscode.ExtensionContext, client: BaseLanguageClient): vscode.Disposable {
  let asking = false;
  const ask = async (): Promise<void> => {
    if (asking || !mayAsk(context)) return;
    asking = true;
    // Also for whoever looks away: once is once.
    await context.globalState.update(asked, true);
    const yes = 'Look Up';
    const answer = await vscode.window.showInformationMessage(
      'LLB Lens does not know what the base images here contain, so that some digests and sizes are provisional. May it look them up at their registries, with your Docker logins?',
      yes,
      'Not Now',
    );
    if (answer === yes)
      await vscode.workspace
        .getConfiguration('llbLens')
        .update('images.resolve', 'on', vscode.ConfigurationTarget.Global);
  };
  return vscode.Disposable.from(
    client.onNotification(imagesUnknown, () => void ask()),
    vscode.workspace.onDidGrantWorkspaceTrust(() => {
      if (client.state === State.Running)
        void client.sendNotification('workspace/didChangeConfiguration', { settings: null });
    }),
  );
}

/** Only in a trusted folder, where the user has not chosen, and not in a test. */
function mayAsk({ extensionMode, globalState }: vscode.ExtensionContext): boolean {
  if (!vscode.workspace.isTrusted || extensionMode === vscode.ExtensionMode.Test) return false;
  const chosen = vscode.workspace.getConfiguration('llbLens').inspect('images.resolve');
  return (
    globalState.get(asked) !== true &&
    chosen?.globalValue === undefined &&
    chosen?.workspaceValue === undefined &&
    chosen?.workspaceFolderValue === undefined
  );
}
