// The language server: it tells a client what it can do and wires each request to its function.
import {
  CodeLensRefreshRequest,
  type Command,
  type Connection,
  DidChangeConfigurationNotification,
  DidChangeTextDocumentNotification,
  DidChangeWatchedFilesNotification,
  DidCloseTextDocumentNotification,
  DidOpenTextDocumentNotification,
  type Disposable,
  type DocumentDiagnosticReport,
  DocumentFormattingRequest,
  type InitializeResult,
  LSPErrorCodes,
  ResponseError,
  SemanticTokensRegistrationType,
  TextDocumentSyncKind,
  WatchKind,
} from 'vscode-languageserver';
import {
  type GraphQuestionAnswer,
  type GraphQuestionParams,
  graphChanged,
  graphQuestion,
  graphRequest,
  imagesUnknown,
  type WhatIfAnswer,
  type WhatIfParams,
  whatIfRequest,
} from '../../../shared/src/protocol.ts';
import type { Features } from '../features/feature.ts';
import { features as allFeatures } from '../features/index.ts';
import type { Arrivals } from './arrivals.ts';
import { type Client, readClient } from './client.ts';
import { answer, type Desk } from './desk.ts';
import { filesOf } from './files.ts';
import * as graphQuestions from './graphQuestions.ts';
import { type Log, textOf } from './guard.ts';
import type { Host } from './host.ts';
import { problemsOf } from './problems.ts';
import { publisher } from './publish.ts';
import * as requests from './requests.ts';
import { type OpenDocument, Session } from './session.ts';
import { defaultSettings, readSettings, type Settings } from './settings.ts';
import { answerWhatIf } from './whatIf.ts';

export interface ServerOptions {
  readonly connection: Connection;
  readonly arrivals: Arrivals;
  readonly host: Host;
  readonly version: string;
  readonly features?: Features;
}

/** Serves one client until it leaves. */
export function startServer(options: ServerOptions): void {
  const { connection, host, version } = options;
  connection.onInitialize((params): InitializeResult => {
    const client = readClient(params);
    const features = options.features ?? allFeatures;
    const desk = openDesk(options, client, features);
    serve(connection, desk, features);
    connection.onInitialized(() => void afterInitialize(connection, desk, features, host, version));
    return {
      capabilities: capabilities(client, features),
      serverInfo: { name: 'llb-lens-language-server', version },
    };
  });
  connection.listen();
}

/** The session and all that works on it, and what happens when something in it changes. */
function openDesk({ connection, host, arrivals }: ServerOptions, client: Client, features: Features): Desk {
  const log: Log = {
    error: (message) => connection.console.error(message),
    warn: (message) => connection.console.warn(message),
    info: (message) => connection.console.info(message),
  };
  const ask = client.options.files
    ? (method: string, params: unknown) => connection.sendRequest(method, params)
    : undefined;
  const files = filesOf(host, ask);
  const graphsShown = new Set<string>();
  const session: Session = new Session({
    host,
    log,
    files,
    encoding: client.encoding,
    folders: client.folders,
    settings: client.options.settings,
    fetchSettings: client.configuration
      ? (uris) => connection.workspace.getConfiguration(uris.map((scopeUri) => ({ scopeUri, section: 'llbLens' })))
      : undefined,
    events: {
      textChanged(document) {
        tellGraph(document);
        if (!client.pullsDiagnostics) publish.later(document, document.revision === 1 ? 0 : undefined);
      },
      meaningChanged(documents) {
        documents.forEach(tellGraph);
        if (!client.pullsDiagnostics) for (const document of documents) publish.later(document, 0);
        refresh(connection, client);
      },
      imagesUnknown({ uri }) {
        if (client.options.commands) void connection.sendNotification(imagesUnknown, { uri });
      },
      closed(document) {
        if (!client.pullsDiagnostics) publish.clear(document);
      },
    },
  });
  const tellGraph = ({ uri, version }: OpenDocument) => {
    if (graphsShown.has(uri)) void connection.sendNotification(graphChanged, { uri, version });
  };
  const problems = problemsOf(session, features, log);
  const publish = publisher(connection, host, () => session, problems, arrivals);
  return { session, client, files, problems, log, arrivals, graphsShown, started: host.now() };
}

/** Asks the editor to ask again for what it shows. */
function refresh(connection: Connection, { refreshes, pullsDiagnostics }: Client): void {
  // A client that goes away meanwhile makes these fail: then nobody is left to show anything.
  const quietly = (sent: Promise<unknown>) => void sent.catch(() => {});
  if (pullsDiagnostics && refreshes.diagnostics) connection.languages.diagnostics.refresh();
  if (refreshes.codeLens) quietly(connection.sendRequest(CodeLensRefreshRequest.type));
  if (refreshes.semanticTokens) connection.languages.semanticTokens.refresh();
  if (refreshes.inlayHints) quietly(connection.languages.inlayHint.refresh());
}

function capabilities(client: Client, f: Features): InitializeResult['capabilities'] {
  const open = { openClose: true, change: TextDocumentSyncKind.Incremental as TextDocumentSyncKind };
  const tokens = f.semanticTokens && f.semanticLegend ? semanticTokensOptions(f.semanticLegend) : undefined;
  return {
    positionEncoding: client.encoding,
    textDocumentSync: open,
    ...(client.tellsFolders ? { workspace: { workspaceFolders: { supported: true, changeNotifications: true } } } : {}),
    ...(f.hover && { hoverProvider: true }),
    ...(f.codeLenses && { codeLensProvider: { resolveProvider: f.resolveCodeLens !== undefined } }),
    ...(f.diagnostics &&
      client.pullsDiagnostics && {
        diagnosticProvider: { identifier: 'llb-lens', interFileDependencies: false, workspaceDiagnostics: false },
      }),
    ...(f.codeActions && {
      codeActionProvider: { codeActionKinds: ['quickfix', 'refactor', 'source.fixAll.llbLens'] },
    }),
    ...(f.definition && { definitionProvider: true }),
    ...(f.references && { referencesProvider: true }),
    ...(f.highlight && { documentHighlightProvider: true }),
    ...(f.rename && { renameProvider: { prepareProvider: f.prepareRename !== undefined } }),
    ...(f.documentSymbols && { documentSymbolProvider: true }),
    ...(f.completion && { completionProvider: { triggerCharacters: ['-', '=', ',', '$', '{', '/', ':', '<'] } }),
    ...(f.signatureHelp && { signatureHelpProvider: { triggerCharacters: ['-', '[', ',', '"', ' ', '='] } }),
    ...(f.foldingRanges && { foldingRangeProvider: true }),
    ...(f.selectionRanges && { selectionRangeProvider: true }),
    ...(f.documentLinks && { documentLinkProvider: { resolveProvider: false } }),
    ...(f.inlayHints && { inlayHintProvider: true }),
    // An editor lets one extension alone colour or format: these two are registered only while they are wanted.
    ...(tokens && !client.registers.semanticTokens && { semanticTokensProvider: tokens }),
    ...(f.formatting && !client.registers.formatting && { documentFormattingProvider: true }),
  };
}

function semanticTokensOptions({ types, modifiers }: NonNullable<Features['semanticLegend']>) {
  return { legend: { tokenTypes: [...types], tokenModifiers: [...modifiers] }, full: true, range: true };
}

function serve(connection: Connection, desk: Desk, f: Features): void {
  const { session, log } = desk;
  const at = () => desk;
  const notified =
    <P>(name: string, run: (params: P) => unknown) =>
    (params: P): void => {
      try {
        void Promise.resolve(run(params)).catch((error) => log.error(`${name} failed: ${textOf(error)}`));
      } catch (error) {
        log.error(`${name} failed: ${textOf(error)}`);
      }
    };
  connection.onDidOpenTextDocument(notified('opening', (params) => session.open(params)));
  connection.onDidChangeTextDocument(notified('a change', (params) => session.change(params)));
  connection.onDidCloseTextDocument(notified('closing', (params) => session.close(params.textDocument.uri)));
  connection.onDidChangeWatchedFiles(
    notified('a change of files', ({ changes }) => session.filesChanged(changes?.map(({ uri }) => uri))),
  );
  connection.onShutdown(() => session.dispose());

  if (f.hover) connection.onHover(answer('hover', at, 'hover', null, requests.hover(f.hover)));
  if (f.codeLenses) {
    connection.onCodeLens(answer('CodeLens', at, undefined, [], requests.codeLenses(f.codeLenses), true));
  }
  if (f.resolveCodeLens) connection.onCodeLensResolve(resolveCodeLens(at, f.resolveCodeLens));
  if (f.codeActions) {
    connection.onCodeAction(answer('code actions', at, 'codeActions', [], requests.codeActions(f.codeActions)));
  }
  if (f.definition) {
    connection.onDefinition(answer('definition', at, 'navigation', null, requests.definition(f.definition)));
  }
  if (f.references) {
    connection.onReferences(answer('references', at, 'navigation', [], requests.references(f.references)));
  }
  if (f.highlight) {
    connection.onDocumentHighlight(answer('highlight', at, 'navigation', [], requests.highlight(f.highlight)));
  }
  if (f.prepareRename) {
    connection.onPrepareRename(answer('prepareRename', at, 'rename', null, requests.prepareRename(f.prepareRename)));
  }
  if (f.rename) connection.onRenameRequest(answer('rename', at, 'rename', null, requests.rename(f.rename)));
  if (f.documentSymbols) {
    const run = requests.documentSymbols(f.documentSymbols);
    connection.onDocumentSymbol(answer('symbols', at, 'documentSymbols', [], run, true));
  }
  if (f.completion) {
    const none = { isIncomplete: false, items: [] };
    connection.onCompletion(answer('completion', at, 'completion', none, requests.completion(f.completion)));
  }
  if (f.signatureHelp) {
    connection.onSignatureHelp(answer('signature', at, 'signatureHelp', null, requests.signatureHelp(f.signatureHelp)));
  }
  if (f.semanticTokens) {
    const tokens = answer(
      'semantic tokens',
      at,
      'semanticTokens',
      { data: [] },
      requests.semanticTokens(f.semanticTokens),
      true,
    );
    connection.languages.semanticTokens.on(tokens);
    connection.languages.semanticTokens.onRange(tokens);
  }
  if (f.foldingRanges) {
    connection.onFoldingRanges(answer('folding', at, 'folding', [], requests.foldingRanges(f.foldingRanges), true));
  }
  if (f.selectionRanges) {
    const run = requests.selectionRanges(f.selectionRanges);
    connection.onSelectionRanges(answer('selection ranges', at, 'selectionRanges', [], run));
  }
  if (f.documentLinks) {
    connection.onDocumentLinks(answer('links', at, 'documentLinks', [], requests.documentLinks(f.documentLinks), true));
  }
  if (f.inlayHints) {
    connection.languages.inlayHint.on(
      answer('inlay hints', at, 'inlayHints', [], requests.inlayHints(f.inlayHints), true),
    );
  }
  if (f.formatting) {
    connection.onDocumentFormatting(answer('formatting', at, 'formatting', [], requests.formatting(f.formatting)));
  }
  if (f.diagnostics && desk.client.pullsDiagnostics) connection.languages.diagnostics.on(pullDiagnostics(desk));

  const graph = answer('graph', at, undefined, null, requests.graph(f), true);
  connection.onRequest(graphRequest, ({ uri }: { uri: string }, token) => {
    // Perhaps before the document is open, as when an editor restores its windows: it is told once there is a graph.
    desk.graphsShown.add(uri);
    return graph({ textDocument: { uri } }, token);
  });
  const question = answer('graph question', at, undefined, null, graphQuestions.graphQuestion(f));
  connection.onRequest<GraphQuestionAnswer | null, void>(
    graphQuestion,
    ({ uri, question: asked }: GraphQuestionParams, token) =>
      question({ textDocument: { uri }, uri, question: asked }, token),
  );
  const whatIf = answer<WhatIfParams & { textDocument: { uri: string } }, WhatIfAnswer | null>(
    'what if',
    at,
    undefined,
    null,
    answerWhatIf,
  );
  connection.onRequest<WhatIfAnswer | null, void>(whatIfRequest, (params: WhatIfParams, token) =>
    whatIf({ ...params, textDocument: { uri: params?.uri } }, token),
  );
}

/**
 * A lens of an older text keeps the words it had until the editor asks for new ones: one without any would be shown as
 * having no commands.
 */
function resolveCodeLens(
  desk: () => Desk,
  feature: NonNullable<Features['resolveCodeLens']>,
): Parameters<Connection['onCodeLensResolve']>[0] {
  const worded = new Map<string, Map<string, Command>>();
  return async (codeLens, token) => {
    const data = codeLens.data as requests.LensData | undefined;
    if (data === undefined) return codeLens;
    const { uri, version, lens, line } = data;
    // By the line itself: where lines have come or gone, its number is that of another.
    const key = `${lens.kind} ${line}`;
    let known = worded.get(uri);
    const old = { ...codeLens, command: known?.get(key) ?? { title: '…', command: '' } };
    if (desk().session.find(uri)?.version !== version) return old;
    const run = answer('CodeLens', desk, undefined, old, requests.resolveCodeLens(feature));
    const resolved = await run({ textDocument: { uri }, codeLens }, token);
    if (resolved instanceof ResponseError || resolved.command === undefined) return old;
    if (known === undefined) {
      // Those of documents that were open long ago go.
      if (worded.size > 100) worded.clear();
      known = new Map();
      worded.set(uri, known);
    }
    known.set(key, resolved.command);
    return resolved;
  };
}

function pullDiagnostics({
  session,
  arrivals,
  problems,
  log,
  started,
}: Desk): Parameters<Connection['languages']['diagnostics']['on']>[0] {
  const again = () => new ResponseError(LSPErrorCodes.ServerCancelled, 'content modified', { retriggerRequest: true });
  const none: DocumentDiagnosticReport = { kind: 'full', items: [] };
  return async ({ textDocument, previousResultId }) => {
    const document = session.find(textDocument?.uri);
    if (document === undefined) return none;
    const { version } = document;
    await session.ready(document);
    if (document.closed) return none;
    if (document.version !== version || arrivals.isOld(document.uri, version)) return again();
    const resultId = `${started}.${version}.${document.revision}`;
    try {
      const { shown } = problems(document);
      if (previousResultId === resultId) return { kind: 'unchanged', resultId };
      return { kind: 'full', resultId, items: [...shown] };
    } catch (error) {
      log.error(`diagnostics of ${document.uri}, version ${version} failed: ${textOf(error)}`);
      return none;
    }
  };
}

async function afterInitialize(
  connection: Connection,
  { client, session, log }: Desk,
  features: Features,
  host: Host,
  version: string,
): Promise<void> {
  log.info(`LLB Lens ${version} on ${host.name}, positions in ${client.encoding}`);
  const wanted = registrations(connection, client, features, log);
  const configure = async (given: unknown): Promise<void> => {
    await session.settingsChanged(given);
    await wanted(() => windowFeatures(connection, client, given));
  };
  connection.onDidChangeConfiguration(({ settings }) => {
    configure((settings as { llbLens?: unknown } | null)?.llbLens).catch((error) =>
      log.error(`a change of settings failed: ${textOf(error)}`),
    );
  });
  try {
    if (client.tellsFolders) {
      connection.workspace.onDidChangeWorkspaceFolders(async () => {
        const folders = (await connection.workspace.getWorkspaceFolders()) ?? [];
        await session.foldersChanged(folders.map((folder) => folder.uri));
      });
    }
    if (client.tellsConfiguration) {
      await connection.client.register(DidChangeConfigurationNotification.type, { section: 'llbLens' });
    }
    if (client.watchesFiles) {
      // What a context holds, the host sees too, but not in folders beyond counting: there it needs word of what comes and goes.
      const comesAndGoes = WatchKind.Create | WatchKind.Delete;
      const all = host.context === undefined ? [] : [{ globPattern: '**/*', kind: comesAndGoes }];
      const watchers = [{ globPattern: '**/*.dockerignore' }, { globPattern: '**/index.json' }, ...all];
      await connection.client.register(DidChangeWatchedFilesNotification.type, { watchers });
    }
    if (client.registers.texts) {
      // Their text alone: an editor that is asked to do more for them would ask us to format them.
      const documentSelector = [{ pattern: '**/*.dockerignore' }];
      await connection.client.register(DidOpenTextDocumentNotification.type, { documentSelector });
      await connection.client.register(DidCloseTextDocumentNotification.type, { documentSelector });
      await connection.client.register(DidChangeTextDocumentNotification.type, {
        documentSelector,
        syncKind: TextDocumentSyncKind.Incremental,
      });
    }
    await wanted(() => windowFeatures(connection, client, client.options.settings));
  } catch (error) {
    log.warn(`the client refused a registration: ${textOf(error)}`);
  }
}

/** Which features are on for the window as a whole. */
async function windowFeatures(connection: Connection, client: Client, given: unknown): Promise<Settings['features']> {
  if (!client.configuration)
    return given === undefined ? defaultSettings.features : readSettings(given).settings.features;
  return readSettings(await connection.workspace.getConfiguration('llbLens')).settings.features;
}

/** Registers what an editor lets only one extension do while it is wanted, and takes it back when it is not. */
function registrations(connection: Connection, client: Client, features: Features, log: Log) {
  const documentSelector = null;
  const { semanticLegend: legend } = features;
  const offers = [
    {
      name: 'formatting' as const,
      possible: client.registers.formatting && features.formatting !== undefined,
      register: () => connection.client.register(DocumentFormattingRequest.type, { documentSelector }),
    },
    {
      name: 'semanticTokens' as const,
      possible: client.registers.semanticTokens && features.semanticTokens !== undefined && legend !== undefined,
      register: () =>
        connection.client.register(SemanticTokensRegistrationType.type, {
          documentSelector,
          ...semanticTokensOptions(legend as NonNullable<typeof legend>),
        }),
    },
  ];
  const active = new Map<string, Disposable>();
  const adjust = async (on: Readonly<Record<'formatting' | 'semanticTokens', boolean>>): Promise<void> => {
    for (const { name, possible, register } of offers) {
      if (possible && on[name] && !active.has(name)) {
        active.set(name, await register());
        log.info(`${name}: on`);
      } else if (!on[name] && active.has(name)) {
        active.get(name)?.dispose();
        active.delete(name);
        log.info(`${name}: off`);
      }
    }
  };
  // One after the other: two at a time would both register, and only one of the two could be taken back.
  let last = Promise.resolve();
  return (wanted: () => Promise<Settings['features']>): Promise<void> => {
    const next = last.then(async () => adjust(await wanted()));
    last = next.catch(() => {});
    return next;
  };
}
