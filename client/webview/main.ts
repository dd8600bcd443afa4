// Starts the view: inside the editor over its message port, or in a plain browser over the graph that the page holds.
import {
  type FromGraphView,
  type GraphViewState,
  isBuildGraph,
  isFromGraphView,
  isGraphViewState,
  isToGraphView,
} from '../../shared/src/graphView.ts';
import { type Bridge, createView } from './view.ts';

interface EditorApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare global {
  var acquireVsCodeApi: (() => EditorApi) | undefined;
}

const fresh: GraphViewState = { mode: 'instructions', outline: false, legend: false, pinned: false };

function start(): void {
  if (typeof globalThis.acquireVsCodeApi === 'function') startInEditor(globalThis.acquireVsCodeApi());
  else startAlone();
}

function startInEditor(api: EditorApi): void {
  const stored = api.getState();
  const post = (message: FromGraphView) => {
    if (isFromGraphView(message)) api.postMessage(message);
  };
  const bridge: Bridge = { connected: true, post, save: (state) => api.setState(state) };
  const view = createView(document.body, bridge, isGraphViewState(stored) ? stored : fresh);
  window.addEventListener('message', (event) => {
    // Only the editor speaks to the view; another frame's words are not for it.
    if (event.origin !== '' && event.origin !== window.origin && !event.origin.startsWith('vscode-webview:')) return;
    if (isToGraphView(event.data)) view.receive(event.data);
    else post({ type: 'failed', message: 'The graph view received a message that it does not know.' });
  });
  window.addEventListener('error', (event) => post({ type: 'failed', message: String(event.message) }));
  post({ type: 'ready' });
}

function startAlone(): void {
  const data: unknown = JSON.parse(document.getElementById('graph')?.textContent ?? 'null');
  const page = typeof data === 'object' && data !== null ? (data as Record<string, unknown>) : {};
  const mode = page.mode === 'operations' || page.mode === 'stages' ? page.mode : 'instructions';
  const graph = isBuildGraph(page.graph) ? page.graph : undefined;
  const bridge: Bridge = { connected: false, post: actAlone, save() {} };
  createView(document.body, bridge, { ...fresh, mode, ...(graph ? { graph } : {}) });
}

/** Without an editor: copies and saves files by the browser's own means. */
function actAlone(message: FromGraphView): void {
  if (message.type === 'copy') void navigator.clipboard?.writeText(message.text);
  if (message.type !== 'export' || message.data === '') return;
  const types = { svg: 'image/svg+xml', png: 'image/png', json: 'application/json' } as Record<string, string>;
  const bytes = message.format === 'png' ? Uint8Array.from(atob(message.data), (c) => c.charCodeAt(0)) : message.data;
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([bytes], { type: types[message.format] ?? 'text/plain' }));
  link.download = `build-graph.${message.format}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

start();
