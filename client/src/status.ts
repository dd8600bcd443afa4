// The entry in the editor's language status: whether the server runs, and the way to its output.
import * as vscode from 'vscode';
import { type BaseLanguageClient, State } from 'vscode-languageclient';

export function showStatus(client: BaseLanguageClient): vscode.Disposable {
  const item = vscode.languages.createLanguageStatusItem('llbLens', { language: 'dockerfile' });
  item.name = 'LLB Lens';
  const show = (state: State) => {
    const stopped = state === State.Stopped;
    item.text = stopped ? 'LLB Lens has stopped' : 'LLB Lens';
    item.busy = state === State.Starting;
    item.severity = stopped ? vscode.LanguageStatusSeverity.Error : vscode.LanguageStatusSeverity.Information;
    item.command = stopped
      ? { title: 'Restart', command: 'llbLens.restart' }
      : { title: 'Show Output', command: 'llbLens.showOutput' };
  };
  show(State.Starting);
  const listener = client.onDidChangeState(({ newState }) => show(newState));
  return vscode.Disposable.from(item, listener);
}
