// One small function for each request: it asks one feature and converts the answer.
import {
  type CodeAction,
  type CodeActionParams,
  type CodeLens,
  type CompletionItem,
  type CompletionList,
  type CompletionParams,
  type DefinitionParams,
  type DocumentFormattingParams,
  type DocumentSymbol,
  type Hover,
  type InlayHint,
  type InlayHintParams,
  type Location,
  type LocationLink,
  LSPErrorCodes,
  type Position,
  type ReferenceParams,
  type RenameParams,
  ResponseError,
  type SelectionRange,
  type SelectionRangeParams,
  type SemanticTokens,
  type SemanticTokensRangeParams,
  type SignatureHelp,
  type SymbolInformation,
  type TextDocumentPositionParams,
  type WorkspaceEdit,
} from 'vscode-languageserver';
import { clientCommands, type GraphAnswer } from '../../../shared/src/protocol.ts';
import type { CodeLensText, Features, CodeLens as Lens } from '../features/feature.ts';
import * as convert from './convert.ts';
import type { Inquiry } from './desk.ts';
import { fileName, joinUri } from './files.ts';
import { withGraphLink } from './graphLink.ts';
import type { FeatureName } from './settings.ts';

type Offered<K extends keyof Features> = NonNullable<Features[K]>;
type Here = TextDocumentPositionParams;
type Document = { textDocument: { uri: string } };

export const hover =
  (feature: Offered<'hover'>) =>
  ({ params, uri, analysis, at, document, desk }: Inquiry<Here>): Hover | null => {
    const reference = document.settings.neighbours.length === 0;
    const found = feature(analysis, at.offsetAt(params.position), { reference });
    if (found === undefined) return null;
    const { hoverMarkdown, options } = desk.client;
    if (found.graph === undefined || !hoverMarkdown || !options.commands)
      return convert.toHover(at, found, hoverMarkdown);
    const markdown = withGraphLink(found.markdown, uri, at.positionAt(found.graph));
    return convert.toHover(at, { ...found, markdown }, true);
  };

/** What a CodeLens carries until it is shown. */
export interface LensData {
  readonly uri: string;
  readonly version: number;
  readonly lens: Lens;
  /** Tells its line of the text from others; lines that read alike are alike. */
  readonly line: number;
}

const lensSettings = {
  stage: 'codeLens.stages',
  dependencies: 'codeLens.dependencies',
  context: 'codeLens.context',
  link: 'codeLens.link',
  impact: 'codeLens.impact',
  graph: 'codeLens.graph',
} as const satisfies Record<Lens['kind'], FeatureName>;

export const codeLenses =
  (feature: Offered<'codeLenses'>) =>
  ({ uri, document, analysis, at, desk }: Inquiry<Document>): CodeLens[] => {
    const on = document.settings.features;
    // Only our own client draws the graph.
    const isShown = ({ kind }: Lens) => on[lensSettings[kind]] && (kind !== 'graph' || desk.client.options.commands);
    return feature(analysis)
      .filter(isShown)
      .map((lens) => ({
        range: at.rangeOf(lens.span),
        data: {
          uri,
          version: document.version,
          lens,
          line: lineMark(analysis.text, lens.span.start),
        } satisfies LensData,
      }));
  };

/** FNV-1a over the rest of the line. */
function lineMark(text: string, start: number): number {
  let mark = 0x811c9dc5;
  for (let i = start; i < text.length && text[i] !== '\n'; i++)
    mark = Math.imul(mark ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return mark;
}

export const resolveCodeLens =
  (feature: Offered<'resolveCodeLens'>) =>
  ({ params, uri, analysis, at, desk }: Inquiry<Document & { codeLens: CodeLens }>): CodeLens => {
    const { codeLens } = params;
    const text = feature(analysis, (codeLens.data as LensData).lens);
    if (text === undefined) return codeLens;
    const { title, tooltip } = text;
    const click = desk.client.options.commands ? clickOf(text, uri, at) : { command: '' };
    return { range: codeLens.range, command: { title, ...(tooltip ? { tooltip } : {}), ...click } };
  };

function clickOf({ click }: CodeLensText, uri: string, at: Inquiry<unknown>['at']) {
  if (click === undefined) return { command: '' };
  const position = at.positionAt(click.offset);
  if (click.kind === 'graph') return { command: clientCommands.showGraph, arguments: [uri, position] };
  const locations = click.spans.map((span) => convert.toLocation(at, uri, span));
  return { command: clientCommands.showReferences, arguments: [uri, position, locations] };
}

export const codeActions =
  (feature: Offered<'codeActions'>) =>
  ({ params, uri, document, analysis, at, desk }: Inquiry<CodeActionParams>): CodeAction[] => {
    const span = at.spanOf(params.range);
    const only = params.context?.only;
    // Our own list is the truth: what the client sends back may be older, or another's.
    const { found, shown } = desk.problems(document);
    const here = [...found.keys()].filter((i) => {
      const { start, end } = found[i]!.span;
      return start <= span.end && end >= span.start;
    });
    const version = desk.client.versionedEdits ? document.version : undefined;
    const offered = feature(
      analysis,
      span,
      here.map((i) => found[i]!),
      found,
    );
    // What is a quick fix and a source action alike shows once in VS Code, which hides the latter. Others show both.
    const hidesSource = desk.client.options.commands === true;
    const isTwin = ({ kind, title }: (typeof offered)[number]) =>
      kind === 'quickfix' && offered.some((other) => other.kind.startsWith('source.') && other.title === title);
    return offered
      .filter((action) => hidesSource || only !== undefined || !isTwin(action))
      .filter(({ kind }) => only === undefined || only.some((o) => o === '' || kind === o || kind.startsWith(`${o}.`)))
      .flatMap((action) => {
        const fixed = (action.fixes ?? []).flatMap((i) => shown[here[i] ?? -1] ?? []);
        if (action.ignore === undefined)
          return [convert.toCodeAction(action, convert.toWorkspaceEdit(at, uri, action.edits, version), fixed)];
        const file = desk.session.ignoreFileOf(document);
        if (file === undefined) return [];
        const edit = convert.toAddedLines(file.uri, file.text, action.ignore, desk.client.encoding, desk.client);
        return edit === undefined ? [] : [convert.toCodeAction(action, edit, fixed)];
      });
  };

export const definition =
  (feature: Offered<'definition'>) =>
  ({ params, uri, analysis, at, desk }: Inquiry<DefinitionParams>): LocationLink[] | Location[] | null => {
    const found = feature(analysis, at.offsetAt(params.position));
    if (found.length === 0) return null;
    if (desk.client.definitionLinks) return found.map((d) => convert.toLocationLink(at, uri, d));
    return found.map((d) => convert.toLocation(at, uri, d.selection));
  };

export const references =
  (feature: Offered<'references'>) =>
  ({ params, uri, analysis, at }: Inquiry<ReferenceParams>) =>
    feature(analysis, at.offsetAt(params.position), params.context?.includeDeclaration !== false).map((span) =>
      convert.toLocation(at, uri, span),
    );

export const highlight =
  (feature: Offered<'highlight'>) =>
  ({ params, analysis, at }: Inquiry<Here>) =>
    feature(analysis, at.offsetAt(params.position)).map((h) => convert.toHighlight(at, h));

export const prepareRename =
  (feature: Offered<'prepareRename'>) =>
  ({ params, analysis, at }: Inquiry<Here>) => {
    const found = feature(analysis, at.offsetAt(params.position));
    return found === undefined ? null : { range: at.rangeOf(found.span), placeholder: found.placeholder };
  };

/** A name that cannot be is the one thing that is answered by an error: the editor shows its text. */
export const rename =
  (feature: Offered<'rename'>) =>
  ({
    params,
    uri,
    document,
    analysis,
    at,
    desk,
  }: Inquiry<RenameParams>): WorkspaceEdit | null | ResponseError<void> => {
    const found = feature(analysis, at.offsetAt(params.position), params.newName);
    if (found === undefined) return null;
    if ('error' in found) return new ResponseError(LSPErrorCodes.RequestFailed, found.error);
    const { versionedEdits, changeAnnotations } = desk.client;
    const edit = convert.toWorkspaceEdit(at, uri, found.edits, versionedEdits ? document.version : undefined);
    if (found.note === undefined) return edit;
    // Nobody asked for a message: it stands in the log, and where the editor shows edits before they are made.
    desk.log.info(`Renamed to ${params.newName}. ${found.note}`);
    return changeAnnotations ? convert.toAnnotatedEdit(edit, 'Rename', found.note) : edit;
  };

export const documentSymbols =
  (feature: Offered<'documentSymbols'>) =>
  ({ uri, analysis, at, desk }: Inquiry<Document>): DocumentSymbol[] | SymbolInformation[] => {
    const symbols = feature(analysis);
    if (desk.client.symbolTree) return symbols.map((symbol) => convert.toDocumentSymbol(at, symbol));
    return convert.toSymbolInformation(at, uri, symbols);
  };

export const completion =
  (feature: Offered<'completion'>) =>
  async ({ params, document, analysis, at, desk }: Inquiry<CompletionParams>): Promise<CompletionList> => {
    const context = { trigger: params.context?.triggerCharacter, snippets: desk.client.snippets };
    const { items, incomplete, paths } = feature(analysis, at.offsetAt(params.position), context);
    const suggests = desk.client.options.commands === true;
    const found = items.map((item) => convert.toCompletionItem(at, item, suggests));
    if (paths !== undefined) found.push(...(await pathItems(paths)));
    return { isIncomplete: incomplete === true, items: found };

    async function pathItems({ folder, span }: NonNullable<typeof paths>): Promise<CompletionItem[]> {
      const root = desk.session.contextOf(document);
      // A path that climbs out of the context names nothing that the build could read.
      if (root === undefined || folder.split('/').includes('..')) return [];
      const entries = await desk.files.listFolder(joinUri(root, folder));
      return (entries ?? []).map((entry) =>
        convert.toCompletionItem(
          at,
          {
            label: entry.folder ? `${entry.name}/` : entry.name,
            kind: entry.folder ? 'folder' : 'file',
            edit: { span, text: entry.folder ? `${entry.name}/` : entry.name },
            sort: `${entry.folder ? '0' : '1'}${entry.name}`,
            again: entry.folder,
          },
          suggests,
        ),
      );
    }
  };

export const signatureHelp =
  (feature: Offered<'signatureHelp'>) =>
  async ({ params, analysis, at }: Inquiry<Here>): Promise<SignatureHelp | null> => {
    const help = await feature(analysis, at.offsetAt(params.position));
    return help === undefined ? null : convert.toSignatureHelp(help);
  };

export const semanticTokens =
  (feature: Offered<'semanticTokens'>) =>
  ({ params, analysis, at }: Inquiry<Document & Partial<SemanticTokensRangeParams>>): SemanticTokens => ({
    data: convert.toSemanticTokens(
      at,
      feature(analysis),
      params.range === undefined ? undefined : at.spanOf(params.range),
    ),
  });

export const foldingRanges =
  (feature: Offered<'foldingRanges'>) =>
  ({ analysis, at }: Inquiry<Document>) =>
    feature(analysis)
      .map((fold) => convert.toFoldingRange(at, fold))
      .filter(({ startLine, endLine }) => endLine > startLine);

export const selectionRanges =
  (feature: Offered<'selectionRanges'>) =>
  ({ params, analysis, at }: Inquiry<SelectionRangeParams>): SelectionRange[] =>
    (params.positions ?? []).map((position: Position) => {
      const offset = at.offsetAt(position);
      return convert.toSelectionRange(at, feature(analysis, offset), offset);
    });

export const documentLinks =
  (feature: Offered<'documentLinks'>) =>
  ({ analysis, at }: Inquiry<Document>) =>
    feature(analysis).map((link) => convert.toDocumentLink(at, link));

export const inlayHints =
  (feature: Offered<'inlayHints'>) =>
  ({ params, analysis, at }: Inquiry<InlayHintParams>): InlayHint[] =>
    feature(analysis, at.spanOf(params.range)).map((hint) => convert.toInlayHint(at, hint));

export const formatting =
  (feature: Offered<'formatting'>) =>
  ({ params, analysis, at }: Inquiry<DocumentFormattingParams>) =>
    feature(analysis, {
      tabSize: params.options?.tabSize ?? 4,
      insertSpaces: params.options?.insertSpaces !== false,
    }).map((edit) => convert.toTextEdit(at, edit));

export const graph =
  (features: Features) =>
  ({ uri, document, analysis }: Inquiry<Document>): GraphAnswer => {
    const graph = features.graph?.(analysis, fileName(uri));
    return { version: document.version, graph, text: graph === undefined ? '' : (features.graphText?.(graph) ?? '') };
  };
