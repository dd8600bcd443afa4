// Shows the graph of a Dockerfile beside it, as text that follows the typing.
import * as vscode from 'vscode';
import { type BaseLanguageClient, State } from 'vscode-languageclient';
import {
  type GraphAnswer,
  type GraphChangedParams,
  type GraphParams,
  graphChanged,
  graphRequest,
} from '../../shared/src/protocol.ts';

const scheme = 'llb-lens-graph';

export interface GraphPanel extends vscode.Disposable {
  /** Opens the graph of that document, or brings it to the front. */
  show(uri: vscode.Uri | undefined, position?: vscode.Position): Promise<void>;
}

export function graphPanel(client: BaseLanguageClient): GraphPanel {
  const changed = new vscode.EventEmitter<vscode.Uri>();
  const content: vscode.TextDocumentContentProvider = {
    onDidChange: changed.event,
    async provideTextDocumentContent(shown) {
      if (client.state !== State.Running) return 'The language server is not running.\n';
      const uri = client.code2ProtocolConverter.asUri(sourceOf(shown));
      const answer = await client.sendRequest<GraphAnswer | null>(graphRequest, { uri } satisfies GraphParams);
      return answer === null ? 'This Dockerfile is not open.\n' : answer.text;
    },
  };
  const disposables = [
    changed,
    vscode.workspace.registerTextDocumentContentProvider(scheme, content),
    client.onNotification(graphChanged, ({ uri }: GraphChangedParams) => {
      changed.fire(shownFor(client.protocol2CodeConverter.asUri(uri)));
    }),
  ];
  return {
    async show(uri) {
      if (uri === undefined) return;
      const document = await vscode.workspace.openTextDocument(shownFor(uri));
      await vscode.window.showTextDocument(document, {
        viewColumn: vscode.ViewColumn.Beside,
        preserveFocus: true,
        preview: true,
      });
    },
    dispose() {
      for (const disposable of disposables) disposable.dispose();
    },
  };
}

/** The URI under which the graph of a document is shown; the document's own stands in its query. */
function shownFor(uri: vscode.Uri): vscode.Uri {
  const name = uri.path.slice(uri.path.lastIndexOf('/') + 1);
  return vscode.Uri.from({ scheme, path: `/Graph of ${name}`, query: uri.toString() });
}

function sourceOf(shown: vscode.Uri): vscode.Uri {
  return vscode.Uri.parse(shown.query);
}
