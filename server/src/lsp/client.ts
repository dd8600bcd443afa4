// What the client can do, as far as it changes our answers: read once from what it says of itself.
import { type InitializeParams, MarkupKind } from 'vscode-languageserver';
import type { ClientOptions } from '../../../shared/src/protocol.ts';
import { chooseEncoding, type Encoding } from './coordinates.ts';

export interface Client {
  readonly encoding: Encoding;
  readonly options: ClientOptions;
  readonly folders: readonly string[];
  /** Tells its settings when asked. */
  readonly configuration: boolean;
  /** Asks for diagnostics by itself, and again when it is told to; then none are pushed. */
  readonly pullsDiagnostics: boolean;
  readonly watchesFiles: boolean;
  readonly tellsConfiguration: boolean;
  readonly tellsFolders: boolean;
  readonly hoverMarkdown: boolean;
  readonly definitionLinks: boolean;
  readonly versionedEdits: boolean;
  /** Edits may carry words about themselves. */
  readonly changeAnnotations: boolean;
  /** An edit may make a new file. */
  readonly createsFiles: boolean;
  readonly symbolTree: boolean;
  readonly snippets: boolean;
  readonly registers: { readonly formatting: boolean; readonly semanticTokens: boolean; readonly texts: boolean };
  readonly refreshes: {
    readonly diagnostics: boolean;
    readonly codeLens: boolean;
    readonly semanticTokens: boolean;
    readonly inlayHints: boolean;
  };
}

/** Helix, and what else is built on the same Rust library, writes `diagnostic` where the protocol has `diagnostics`. */
interface HelixWorkspace {
  readonly diagnostic?: { readonly refreshSupport?: boolean };
}

export function readClient(params: InitializeParams): Client {
  const { workspace, textDocument, general } = params.capabilities;
  const options = (params.initializationOptions ?? {}) as ClientOptions;
  const formats = textDocument?.hover?.contentFormat;
  const refreshesDiagnostics = [workspace?.diagnostics, (workspace as HelixWorkspace | undefined)?.diagnostic].some(
    (diagnostics) => diagnostics?.refreshSupport === true,
  );
  return {
    encoding: chooseEncoding(general?.positionEncodings),
    options: typeof options === 'object' ? options : {},
    folders: (params.workspaceFolders ?? []).map((folder) => folder.uri),
    configuration: workspace?.configuration === true,
    // One that asks only when the text changes would go on showing what was true before the context was read: it gets
    // them pushed, if it takes them so.
    pullsDiagnostics:
      textDocument?.diagnostic !== undefined && (refreshesDiagnostics || textDocument.publishDiagnostics === undefined),
    watchesFiles: workspace?.didChangeWatchedFiles?.dynamicRegistration === true,
    tellsConfiguration: workspace?.didChangeConfiguration?.dynamicRegistration === true,
    tellsFolders: workspace?.workspaceFolders === true,
    hoverMarkdown: formats === undefined || formats.includes(MarkupKind.Markdown),
    definitionLinks: textDocument?.definition?.linkSupport === true,
    versionedEdits: workspace?.workspaceEdit?.documentChanges === true,
    changeAnnotations: workspace?.workspaceEdit?.changeAnnotationSupport !== undefined,
    createsFiles: workspace?.workspaceEdit?.resourceOperations?.includes('create') === true,
    symbolTree: textDocument?.documentSymbol?.hierarchicalDocumentSymbolSupport === true,
    snippets: textDocument?.completion?.completionItem?.snippetSupport === true,
    registers: {
      formatting: textDocument?.formatting?.dynamicRegistration === true,
      semanticTokens: textDocument?.semanticTokens?.dynamicRegistration === true,
      texts: textDocument?.synchronization?.dynamicRegistration === true,
    },
    refreshes: {
      diagnostics: refreshesDiagnostics,
      codeLens: workspace?.codeLens?.refreshSupport === true,
      semanticTokens: workspace?.semanticTokens?.refreshSupport === true,
      inlayHints: workspace?.inlayHint?.refreshSupport === true,
    },
  };
}
