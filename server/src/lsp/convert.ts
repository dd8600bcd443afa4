// Turns the features' plain data into the protocol's types. The only place where spans become ranges.
import {
  CodeActionKind,
  CompletionItemKind,
  CompletionItemTag,
  DiagnosticSeverity,
  DiagnosticTag,
  type DocumentHighlight,
  DocumentHighlightKind,
  type DocumentLink,
  type DocumentSymbol,
  type FoldingRange,
  InsertTextFormat,
  type Location,
  type LocationLink,
  type CodeAction as LspCodeAction,
  type CompletionItem as LspCompletionItem,
  type Diagnostic as LspDiagnostic,
  type Hover as LspHover,
  type InlayHint as LspInlayHint,
  type SignatureHelp as LspSignatureHelp,
  MarkupKind,
  type SelectionRange,
  type SymbolInformation,
  SymbolKind,
  type TextEdit,
  type WorkspaceEdit,
} from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { Span } from '../../../shared/src/span.ts';
import type {
  CodeAction,
  CompletionItem,
  Definition,
  Diagnostic,
  Edit,
  Fold,
  Highlight,
  Hover,
  InlayHint,
  Link,
  Symbol as OutlineSymbol,
  SemanticTokens,
  SignatureHelp,
} from '../features/feature.ts';
import { type Coordinates, coordinatesOf, type Encoding } from './coordinates.ts';
import type { RuleLevel } from './settings.ts';

/** Who we are, in a list of problems. */
export const source = 'LLB Lens';

const severities: Record<Exclude<RuleLevel, 'off'>, DiagnosticSeverity> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
};
const tags = { unnecessary: DiagnosticTag.Unnecessary, deprecated: DiagnosticTag.Deprecated };

export function toDiagnostic(c: Coordinates, uri: string, diagnostic: Diagnostic): LspDiagnostic {
  const { span, severity, code, message, url, related } = diagnostic;
  return {
    range: c.rangeOf(span),
    severity: severities[severity],
    code,
    source,
    message,
    ...(url ? { codeDescription: { href: url } } : {}),
    ...(diagnostic.tags?.length ? { tags: diagnostic.tags.map((tag) => tags[tag]) } : {}),
    ...(related?.length
      ? {
          relatedInformation: related.map((r) => ({ location: { uri, range: c.rangeOf(r.span) }, message: r.message })),
        }
      : {}),
  };
}

export function toTextEdit(c: Coordinates, { span, text }: Edit): TextEdit {
  return { range: c.rangeOf(span), newText: text };
}

/** Edits of one document. With a version, the client refuses them once the text has moved on. */
export function toWorkspaceEdit(
  c: Coordinates,
  uri: string,
  edits: readonly Edit[],
  version: number | undefined,
): WorkspaceEdit {
  const textEdits = edits.map((edit) => toTextEdit(c, edit));
  if (version === undefined) return { changes: { [uri]: textEdits } };
  return { documentChanges: [{ textDocument: { uri, version }, edits: textEdits }] };
}

/** The same edit with a word about it, where it has a version: editors show that beside what they are about to change. */
export function toAnnotatedEdit(edit: WorkspaceEdit, label: string, description: string): WorkspaceEdit {
  if (edit.documentChanges === undefined) return edit;
  const documentChanges = edit.documentChanges.map((change) =>
    'edits' in change ? { ...change, edits: change.edits.map((e) => ({ ...e, annotationId: 'note' })) } : change,
  );
  return { ...edit, documentChanges, changeAnnotations: { note: { label, description, needsConfirmation: false } } };
}

/** Adds lines at the end of a file; `text` is null for one that is made anew. Undefined where the client can't do that. */
export function toAddedLines(
  uri: string,
  text: string | null,
  lines: readonly string[],
  encoding: Encoding,
  client: { readonly versionedEdits: boolean; readonly createsFiles: boolean },
): WorkspaceEdit | undefined {
  const newline = text?.includes('\r\n') ? '\r\n' : '\n';
  const old = TextDocument.create(uri, 'ignore', 0, text ?? '');
  const before = text === null || text === '' || text.endsWith('\n') ? '' : newline;
  const end = text?.length ?? 0;
  const range = coordinatesOf(old, encoding).rangeOf({ start: end, end });
  const edits = [{ range, newText: `${before}${lines.join(newline)}${newline}` }];
  if (!client.versionedEdits) return text === null ? undefined : { changes: { [uri]: edits } };
  const change = { textDocument: { uri, version: null }, edits };
  if (text !== null) return { documentChanges: [change] };
  if (!client.createsFiles) return undefined;
  return { documentChanges: [{ kind: 'create', uri, options: { ignoreIfExists: true } }, change] };
}

export function toCodeAction(action: CodeAction, edit: WorkspaceEdit, fixed: readonly LspDiagnostic[]): LspCodeAction {
  return {
    title: action.title,
    kind: action.kind || CodeActionKind.QuickFix,
    edit,
    ...(fixed.length > 0 ? { diagnostics: [...fixed] } : {}),
    ...(action.preferred ? { isPreferred: true } : {}),
  };
}

export function toHover(c: Coordinates, hover: Hover, markdown: boolean): LspHover {
  return {
    contents: { kind: markdown ? MarkupKind.Markdown : MarkupKind.PlainText, value: hover.markdown },
    range: c.rangeOf(hover.span),
  };
}

export function toLocation(c: Coordinates, uri: string, span: Span): Location {
  return { uri, range: c.rangeOf(span) };
}

export function toLocationLink(c: Coordinates, uri: string, d: Definition): LocationLink {
  return {
    originSelectionRange: c.rangeOf(d.origin),
    targetUri: uri,
    targetRange: c.rangeOf(d.target),
    targetSelectionRange: c.rangeOf(d.selection),
  };
}

const highlightKinds: Record<Highlight['kind'], DocumentHighlightKind> = {
  text: DocumentHighlightKind.Text,
  read: DocumentHighlightKind.Read,
  write: DocumentHighlightKind.Write,
};

export function toHighlight(c: Coordinates, { span, kind }: Highlight): DocumentHighlight {
  return { range: c.rangeOf(span), kind: highlightKinds[kind] };
}

const symbolKinds: Record<OutlineSymbol['kind'], SymbolKind> = {
  stage: SymbolKind.Module,
  instruction: SymbolKind.Function,
  argument: SymbolKind.Constant,
  variable: SymbolKind.Variable,
  label: SymbolKind.Property,
  heredoc: SymbolKind.String,
  directive: SymbolKind.Key,
};

export function toDocumentSymbol(c: Coordinates, symbol: OutlineSymbol): DocumentSymbol {
  return {
    name: symbol.name || ' ',
    ...(symbol.detail ? { detail: symbol.detail } : {}),
    kind: symbolKinds[symbol.kind],
    range: c.rangeOf(symbol.span),
    selectionRange: c.rangeOf(symbol.selection),
    children: symbol.children.map((child) => toDocumentSymbol(c, child)),
  };
}

/** The tree as a list, for clients that know no trees. */
export function toSymbolInformation(
  c: Coordinates,
  uri: string,
  symbols: readonly OutlineSymbol[],
  containerName?: string,
): SymbolInformation[] {
  return symbols.flatMap((symbol) => [
    {
      name: symbol.name || ' ',
      kind: symbolKinds[symbol.kind],
      location: toLocation(c, uri, symbol.span),
      ...(containerName ? { containerName } : {}),
    },
    ...toSymbolInformation(c, uri, symbol.children, symbol.name),
  ]);
}

const itemKinds: Record<CompletionItem['kind'], CompletionItemKind> = {
  keyword: CompletionItemKind.Keyword,
  flag: CompletionItemKind.Property,
  key: CompletionItemKind.Field,
  value: CompletionItemKind.EnumMember,
  stage: CompletionItemKind.Module,
  variable: CompletionItemKind.Variable,
  file: CompletionItemKind.File,
  folder: CompletionItemKind.Folder,
  image: CompletionItemKind.Reference,
  snippet: CompletionItemKind.Snippet,
};

/** `suggests`: the client has VS Code's command that asks for more; others would call it an error. */
export function toCompletionItem(c: Coordinates, item: CompletionItem, suggests: boolean): LspCompletionItem {
  return {
    label: item.label,
    kind: itemKinds[item.kind],
    textEdit: toTextEdit(c, item.edit),
    insertTextFormat: item.snippet ? InsertTextFormat.Snippet : InsertTextFormat.PlainText,
    ...(item.detail ? { detail: item.detail } : {}),
    ...(item.documentation ? { documentation: { kind: MarkupKind.Markdown, value: item.documentation } } : {}),
    ...(item.sort ? { sortText: item.sort } : {}),
    ...(item.filter ? { filterText: item.filter } : {}),
    ...(item.deprecated ? { tags: [CompletionItemTag.Deprecated] } : {}),
    ...(item.again && suggests ? { command: { title: 'Suggest', command: 'editor.action.triggerSuggest' } } : {}),
  };
}

export function toSignatureHelp(help: SignatureHelp): LspSignatureHelp {
  const words = (text: string | undefined) =>
    text ? { documentation: { kind: MarkupKind.Markdown, value: text } } : {};
  return {
    signatures: help.signatures.map(({ label, documentation, parameters }) => ({
      label,
      ...words(documentation),
      parameters: parameters.map((p) => ({
        label: [p.span.start, p.span.end] as [number, number],
        ...words(p.documentation),
      })),
    })),
    activeSignature: help.active,
    activeParameter: help.parameter,
  };
}

/** The protocol's five numbers for each token, of those that touch `within`. */
export function toSemanticTokens(c: Coordinates, tokens: SemanticTokens, within: Span | undefined): number[] {
  const data: number[] = [];
  let line = 0;
  let character = 0;
  for (let i = 0; i + 3 < tokens.length; i += 4) {
    const start = tokens[i] as number;
    const end = tokens[i + 1] as number;
    if (within !== undefined && end <= within.start) continue;
    if (within !== undefined && start >= within.end) break;
    const from = c.positionAt(start);
    const to = c.positionAt(end);
    if (to.line !== from.line || to.character <= from.character) continue;
    const deltaLine = from.line - line;
    data.push(
      deltaLine,
      deltaLine === 0 ? from.character - character : from.character,
      to.character - from.character,
      tokens[i + 2] as number,
      tokens[i + 3] as number,
    );
    line = from.line;
    character = from.character;
  }
  return data;
}

export function toFoldingRange(c: Coordinates, { span, kind }: Fold): FoldingRange {
  const { start, end } = c.rangeOf(span);
  return { startLine: start.line, endLine: end.line, ...(kind ? { kind } : {}) };
}

/** `spans` are given innermost first. */
export function toSelectionRange(c: Coordinates, spans: readonly Span[], offset: number): SelectionRange {
  let range: SelectionRange | undefined;
  for (const span of [...spans].reverse()) {
    range = range === undefined ? { range: c.rangeOf(span) } : { range: c.rangeOf(span), parent: range };
  }
  return range ?? { range: c.rangeOf({ start: offset, end: offset }) };
}

export function toDocumentLink(c: Coordinates, { span, url, tooltip }: Link): DocumentLink {
  return { range: c.rangeOf(span), target: url, ...(tooltip ? { tooltip } : {}) };
}

export function toInlayHint(c: Coordinates, { offset, label, tooltip }: InlayHint): LspInlayHint {
  return {
    position: c.positionAt(offset),
    label,
    paddingLeft: true,
    ...(tooltip ? { tooltip: { kind: MarkupKind.Markdown, value: tooltip } } : {}),
  };
}
