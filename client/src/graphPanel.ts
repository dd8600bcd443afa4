// The graph view beside a Dockerfile: it follows the active editor or is pinned to a file, and asks the server what the view asks.
import * as vscode from 'vscode';
import { type BaseLanguageClient, State } from 'vscode-languageclient';
import {
  type Change,
  type FromGraphView,
  isFromGraphView,
  isGraphViewState,
  type ToGraphView,
} from '../../shared/src/graphView.ts';
import {
  type GraphAnswer,
  type GraphChangedParams,
  type GraphParams,
  type GraphQuestion,
  type GraphQuestionAnswer,
  type GraphQuestionParams,
  graphChanged,
  graphQuestion,
  graphRequest,
} from '../../shared/src/protocol.ts';
import { viewHtml } from '../webview/page.ts';
import { renderHtml } from '../webview/render.ts';
import { chooseOther, type OtherText, textAtHead, textOnDisk } from './otherTexts.ts';

const viewType = 'llbLens.graph';
/** Under this key the workspace remembers what the view showed last. */
const lastShown = 'graphView.uri';
/** How long the caret must rest before the view hears of it, in milliseconds. */
const caretRest = 80;

export interface GraphPanel extends vscode.Disposable {
  /** Opens the graph of that document, or brings it to the front; with a position, lights what stands there. */
  show(uri: vscode.Uri | undefined, position?: vscode.Position): Promise<void>;
}

interface View {
  readonly panel: vscode.WebviewPanel;
  uri: vscode.Uri;
  pinned: boolean;
  ready: boolean;
  graph: GraphAnswer | null;
  /** What is sent to it rises; an answer to an older question is dropped. */
  question: number;
}

/** Opens a file without showing it; false where there is none. */
async function openUnseen(uri: vscode.Uri): Promise<boolean> {
  if (uri.scheme === 'untitled') return false;
  try {
    await vscode.workspace.openTextDocument(uri);
    return true;
  } catch {
    return false;
  }
}

export function graphPanel(
  client: BaseLanguageClient,
  context: vscode.ExtensionContext,
  output: vscode.LogOutputChannel,
): GraphPanel {
  const views = new Set<View>();
  const folder = vscode.Uri.joinPath(context.extensionUri, 'dist', 'webview');
  let caret: ReturnType<typeof setTimeout> | undefined;

  const post = (view: View, message: ToGraphView) => {
    void view.panel.webview.postMessage(message);
  };

  async function refresh(view: View): Promise<void> {
    if (!view.ready) return;
    if (client.state !== State.Running) {
      post(view, { type: 'nothing', reason: 'The language server is not running.' });
      return;
    }
    const { uri } = view;
    const name = client.code2ProtocolConverter.asUri(uri);
    let answer: GraphAnswer | null = null;
    try {
      answer = await client.sendRequest<GraphAnswer | null>(graphRequest, { uri: name } satisfies GraphParams);
    } catch {
      // The text has changed meanwhile: the server tells when there is a new graph.
      return;
    }
    if (!views.has(view) || view.uri !== uri) return;
    view.graph = answer;
    if (answer?.graph === undefined) {
      const open = vscode.workspace.textDocuments.some((d) => d.uri.toString() === uri.toString());
      // A view that comes back may be of a file whose tab nobody has looked at yet: that it is opened is told below.
      if (!open && (await openUnseen(uri))) return;
      post(view, { type: 'nothing', reason: open ? 'This file is not analysed.' : 'The Dockerfile is not open.' });
      return;
    }
    post(view, { type: 'graph', graph: answer.graph, pinned: view.pinned });
  }

  function turnTo(view: View, uri: vscode.Uri): void {
    if (view.uri.toString() === uri.toString()) return;
    view.uri = uri;
    view.question++;
    view.panel.title = titleOf(uri);
    // Nothing of the file before counts for the next: neither place nor selection.
    if (view.ready) post(view, { type: 'nothing', reason: `${titleOf(uri)}…` });
    void context.workspaceState.update(lastShown, uri.toString());
    void refresh(view);
  }

  function sendCaret(view: View): void {
    const editor = vscode.window.visibleTextEditors.find((e) => e.document.uri.toString() === view.uri.toString());
    if (editor) post(view, { type: 'cursor', offset: editor.document.offsetAt(editor.selection.active) });
  }

  function adopt(panel: vscode.WebviewPanel, uri: vscode.Uri, pinned: boolean): View {
    const view: View = { panel, uri, pinned, ready: false, graph: null, question: 0 };
    views.add(view);
    const { webview } = panel;
    webview.options = { enableScripts: true, localResourceRoots: [folder] };
    panel.title = titleOf(uri);
    panel.onDidDispose(() => views.delete(view));
    webview.onDidReceiveMessage(async (message: unknown) => {
      if (!isFromGraphView(message)) {
        output.warn('The graph view sent a message that is not known.');
        return;
      }
      try {
        await hear(view, message);
      } catch (error) {
        output.error(`graph view, ${message.type}: ${error instanceof Error ? error.message : String(error)}`);
      }
    });
    webview.html = viewHtml({
      cspSource: webview.cspSource,
      nonce: nonce(),
      script: webview.asWebviewUri(vscode.Uri.joinPath(folder, 'graph.js')).toString(),
      style: webview.asWebviewUri(vscode.Uri.joinPath(folder, 'graph.css')).toString(),
    });
    return view;
  }

  async function ask(view: View, question: GraphQuestion): Promise<GraphQuestionAnswer | null> {
    const number = ++view.question;
    const uri = client.code2ProtocolConverter.asUri(view.uri);
    const params: GraphQuestionParams = { uri, question };
    const answer = await client.sendRequest<GraphQuestionAnswer | null>(graphQuestion, params);
    if (!views.has(view) || view.question !== number) return null;
    if (answer !== null && 'error' in answer) {
      void vscode.window.showInformationMessage(answer.error);
      post(view, { type: 'clear' });
      return null;
    }
    return answer;
  }

  async function askAndShow(view: View, question: GraphQuestion): Promise<void> {
    const answer = await ask(view, question);
    if (answer !== null && 'message' in answer) post(view, answer.message);
  }

  async function hear(view: View, message: FromGraphView): Promise<void> {
    switch (message.type) {
      case 'ready':
        view.ready = true;
        await refresh(view);
        sendCaret(view);
        return;
      case 'select': {
        const document = await vscode.workspace.openTextDocument(view.uri);
        const range = new vscode.Range(document.positionAt(message.span.start), document.positionAt(message.span.end));
        const shown = vscode.window.visibleTextEditors.find((e) => e.document === document);
        const editor = await vscode.window.showTextDocument(document, {
          viewColumn: shown?.viewColumn ?? vscode.ViewColumn.One,
          preserveFocus: !message.focus,
          preview: false,
        });
        editor.selection = new vscode.Selection(range.start, range.end);
        editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
        return;
      }
      case 'whatIf':
        return askAndShow(view, { kind: 'whatIf', change: message.change satisfies Change });
      case 'compareLink':
        return askAndShow(view, { kind: 'compareLink', instruction: message.instruction });
      case 'applyLink': {
        const answer = await ask(view, { kind: 'linkEdits', instruction: message.instruction, link: message.link });
        if (answer === null || !('edits' in answer)) return;
        const document = await vscode.workspace.openTextDocument(view.uri);
        // An answer about an older text would hit the wrong place.
        if (document.version !== answer.version) return;
        const edit = new vscode.WorkspaceEdit();
        for (const { range, newText } of answer.edits)
          edit.replace(view.uri, client.protocol2CodeConverter.asRange(range), newText);
        await vscode.workspace.applyEdit(edit);
        return;
      }
      case 'compareWith': {
        const other = await otherText(message.other, view.uri);
        if (other === undefined) return post(view, { type: 'clear' });
        if ('error' in other) {
          void vscode.window.showInformationMessage(other.error);
          return post(view, { type: 'clear' });
        }
        return askAndShow(view, { kind: 'compareWith', text: other.text, title: other.title });
      }
      case 'export':
        return save(view, message);
      case 'copy':
        await vscode.env.clipboard.writeText(message.text);
        vscode.window.setStatusBarMessage('Copied', 2000);
        return;
      case 'pin': {
        view.pinned = message.pinned;
        const active = vscode.window.activeTextEditor?.document;
        if (!view.pinned && active?.languageId === 'dockerfile') turnTo(view, active.uri);
        return;
      }
      case 'cleared':
        view.question++;
        return;
      case 'failed':
        output.error(`The graph view failed: ${message.message}`);
        return;
    }
  }

  async function save(view: View, message: Extract<FromGraphView, { type: 'export' }>): Promise<void> {
    const { format, mode } = message;
    let bytes: Uint8Array;
    if (format === 'png') bytes = Uint8Array.from(atob(message.data), (c) => c.charCodeAt(0));
    else if (format === 'dot' || format === 'mermaid') {
      const answer = await ask(view, { kind: 'write', format });
      if (answer === null || !('text' in answer)) return;
      bytes = new TextEncoder().encode(answer.text);
    } else if (format === 'html') {
      const graph = view.graph?.graph;
      if (graph === undefined) return;
      const [script, style] = await Promise.all(
        ['graph.js', 'graph.css'].map(async (name) =>
          new TextDecoder().decode(await vscode.workspace.fs.readFile(vscode.Uri.joinPath(folder, name))),
        ),
      );
      bytes = new TextEncoder().encode(renderHtml(graph, script ?? '', style ?? '', mode));
    } else bytes = new TextEncoder().encode(message.data);
    const extension = { svg: 'svg', png: 'png', html: 'html', dot: 'dot', mermaid: 'mmd', json: 'json' }[format];
    const target = await vscode.window.showSaveDialog({
      defaultUri: view.uri.with({ path: `${view.uri.path}.graph.${extension}`, query: '' }),
      filters: { [extension.toUpperCase()]: [extension] },
      title: 'Save the graph',
    });
    if (target === undefined) return;
    try {
      await vscode.workspace.fs.writeFile(target, bytes);
    } catch (error) {
      void vscode.window.showErrorMessage(
        `The graph was not saved: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }

  const disposables = [
    client.onNotification(graphChanged, ({ uri }: GraphChangedParams) => {
      const changed = client.protocol2CodeConverter.asUri(uri).toString();
      for (const view of views) if (view.uri.toString() === changed) void refresh(view);
    }),
    client.onDidChangeState(({ newState }) => {
      if (newState === State.Running) for (const view of views) void refresh(view);
    }),
    vscode.window.onDidChangeActiveTextEditor((editor) => {
      if (editor?.document.languageId !== 'dockerfile') return;
      for (const view of views) if (!view.pinned) turnTo(view, editor.document.uri);
    }),
    vscode.workspace.onDidOpenTextDocument(({ uri }) => {
      for (const view of views) if (view.graph === null && view.uri.toString() === uri.toString()) void refresh(view);
    }),
    vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => {
      const uri = textEditor.document.uri.toString();
      const shown = [...views].filter((view) => view.uri.toString() === uri);
      if (shown.length === 0) return;
      clearTimeout(caret);
      caret = setTimeout(() => shown.forEach(sendCaret), caretRest);
    }),
    vscode.window.registerWebviewPanelSerializer(viewType, {
      async deserializeWebviewPanel(panel, state) {
        const active = vscode.window.activeTextEditor?.document;
        const last = context.workspaceState.get<string>(lastShown);
        const uri = last === undefined ? active?.uri : vscode.Uri.parse(last);
        if (uri === undefined) panel.dispose();
        else adopt(panel, uri, isGraphViewState(state) && state.pinned);
      },
    }),
  ];

  return {
    async show(uri, position) {
      if (uri === undefined) return;
      const name = uri.toString();
      const view =
        [...views].find((v) => v.uri.toString() === name) ??
        [...views].find((v) => !v.pinned) ??
        adopt(
          vscode.window.createWebviewPanel(
            viewType,
            titleOf(uri),
            { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true },
            { enableScripts: true, localResourceRoots: [folder], retainContextWhenHidden: false },
          ),
          uri,
          false,
        );
      void context.workspaceState.update(lastShown, name);
      turnTo(view, uri);
      view.panel.reveal(undefined, true);
      if (position === undefined) return;
      const editor = vscode.window.visibleTextEditors.find((e) => e.document.uri.toString() === name);
      if (editor) editor.selection = new vscode.Selection(position, position);
    },
    dispose() {
      clearTimeout(caret);
      for (const disposable of disposables) disposable.dispose();
      for (const view of views) view.panel.dispose();
    },
  };
}

function otherText(other: 'disk' | 'head' | 'choose', uri: vscode.Uri): Promise<OtherText | undefined> {
  if (other === 'disk') return textOnDisk(uri);
  return other === 'head' ? textAtHead(uri) : chooseOther(uri);
}

function titleOf(uri: vscode.Uri): string {
  return `Graph of ${uri.path.slice(uri.path.lastIndexOf('/') + 1)}`;
}

function nonce(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(18));
  return btoa(String.fromCharCode(...bytes)).replace(/[^A-Za-z0-9]/g, 'x');
}
