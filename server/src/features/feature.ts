// What features take and give: plain editor data in UTF-16 spans of the analysed text, which any host can convert.
import type { BuildGraph } from '../../../shared/src/graph.ts';
import type { Span } from '../../../shared/src/span.ts';
import type { Analysis } from '../analysis/analyze.ts';

export interface Edit {
  readonly span: Span;
  readonly text: string;
}

export interface Hover {
  readonly markdown: string;
  /** What the hover is about. */
  readonly span: Span;
  /** Where the graph shows the digest and the raw op: the host may put a link there under the text, and trust that command alone. */
  readonly graph?: number;
}

export interface HoverOptions {
  /** False where another extension already explains words: then only what the line is in the graph. */
  readonly reference: boolean;
}

/** A lens before it is shown: cheap to make. `resolveCodeLens` words it. */
export interface CodeLens {
  readonly kind: 'stage' | 'dependencies' | 'link' | 'impact' | 'graph' | 'context';
  readonly span: Span;
  /** Whatever `resolveCodeLens` needs to find its subject again, such as the index of an instruction. */
  readonly data: number;
}

/** The words of a lens, and what a click does. */
export interface CodeLensText {
  readonly title: string;
  readonly tooltip?: string;
  /** `references` shows the spans in the editor's list of references, `graph` opens the graph at this offset. */
  readonly click?:
    | { readonly kind: 'references'; readonly offset: number; readonly spans: readonly Span[] }
    | { readonly kind: 'graph'; readonly offset: number };
}

export interface Diagnostic {
  readonly span: Span;
  readonly severity: 'error' | 'warning' | 'information' | 'hint';
  readonly code: string;
  /** Who says so: BuildKit's reader (phases `parse` and `instruction`), its compiler, one of its build checks, or a rule of ours. */
  readonly from: 'reader' | 'compiler' | 'check' | 'rule';
  readonly message: string;
  readonly tags?: readonly ('unnecessary' | 'deprecated')[];
  /** Where the code is explained. */
  readonly url?: string;
  readonly related?: readonly { readonly span: Span; readonly message: string }[];
  /** Plain JSON that `codeActions` gets back. */
  readonly data?: unknown;
}

export interface CodeAction {
  readonly title: string;
  /** `quickfix`, `source.fixAll.llbLens`, `refactor.rewrite`, … */
  readonly kind: string;
  readonly edits: readonly Edit[];
  /** Lines to add to the ignore file that counts, or to a new one. */
  readonly ignore?: readonly string[];
  /** Indexes, among the diagnostics that were given, of those it does away with. */
  readonly fixes?: readonly number[];
  readonly preferred?: boolean;
}

/** Where a name leads. */
export interface Definition {
  /** The name that was asked about. */
  readonly origin: Span;
  /** The whole thing it names. */
  readonly target: Span;
  /** Its name within. */
  readonly selection: Span;
}

export interface Highlight {
  readonly span: Span;
  readonly kind: 'text' | 'read' | 'write';
}

export interface Symbol {
  readonly name: string;
  readonly detail?: string;
  readonly kind: 'stage' | 'instruction' | 'argument' | 'variable' | 'label' | 'heredoc' | 'directive';
  readonly span: Span;
  readonly selection: Span;
  readonly children: readonly Symbol[];
}

export interface CompletionContext {
  /** The character that asked for it; undefined where the user did. */
  readonly trigger: string | undefined;
  /** The editor can fill in snippets (`${1:name}`). */
  readonly snippets: boolean;
}

export interface CompletionItem {
  readonly label: string;
  readonly kind: 'keyword' | 'flag' | 'key' | 'value' | 'stage' | 'variable' | 'file' | 'folder' | 'image' | 'snippet';
  readonly detail?: string;
  /** Markdown. */
  readonly documentation?: string;
  readonly edit: Edit;
  /** `edit.text` is a snippet. */
  readonly snippet?: boolean;
  readonly sort?: string;
  readonly filter?: string;
  readonly deprecated?: boolean;
  /** Ask for more once this one is in. */
  readonly again?: boolean;
}

export interface Completion {
  readonly items: readonly CompletionItem[];
  /** Typing on may bring other items. */
  readonly incomplete?: boolean;
  /** The host adds the entries of this folder of the build context (`` for its root), put in place of `span`. */
  readonly paths?: { readonly folder: string; readonly span: Span };
}

export interface SignatureHelp {
  readonly signatures: readonly {
    readonly label: string;
    readonly documentation?: string;
    /** Spans within `label`. */
    readonly parameters: readonly { readonly span: Span; readonly documentation?: string }[];
  }[];
  readonly active: number;
  readonly parameter: number;
}

/** Four numbers for each token, in order of the text: start, end, index in `types`, bits of `modifiers`. No token spans lines. */
export type SemanticTokens = readonly number[];

export interface SemanticLegend {
  readonly types: readonly string[];
  readonly modifiers: readonly string[];
}

export interface Fold {
  readonly span: Span;
  readonly kind?: 'comment' | 'region';
}

export interface Link {
  readonly span: Span;
  readonly url: string;
  readonly tooltip?: string;
}

export interface InlayHint {
  readonly offset: number;
  readonly label: string;
  /** Markdown. */
  readonly tooltip?: string;
}

export interface FormattingOptions {
  readonly tabSize: number;
  readonly insertSpaces: boolean;
}

/** All that an editor can ask. What is absent is not offered to the editor. */
export interface Features {
  readonly hover?: (analysis: Analysis, offset: number, options: HoverOptions) => Hover | undefined;
  readonly codeLenses?: (analysis: Analysis) => readonly CodeLens[];
  readonly resolveCodeLens?: (analysis: Analysis, lens: CodeLens) => CodeLensText | undefined;
  readonly diagnostics?: (analysis: Analysis) => readonly Diagnostic[];
  /** `diagnostics`: those at the span. `all`: those of the file, without what the settings switch off; undefined for every one. */
  readonly codeActions?: (
    analysis: Analysis,
    span: Span,
    diagnostics: readonly Diagnostic[],
    all?: readonly Diagnostic[],
  ) => readonly CodeAction[];
  readonly definition?: (analysis: Analysis, offset: number) => readonly Definition[];
  readonly references?: (analysis: Analysis, offset: number, includeDeclaration: boolean) => readonly Span[];
  readonly highlight?: (analysis: Analysis, offset: number) => readonly Highlight[];
  readonly prepareRename?: (analysis: Analysis, offset: number) => { span: Span; placeholder: string } | undefined;
  /** The edits and what to know about them, or why the name cannot be. */
  readonly rename?: (
    analysis: Analysis,
    offset: number,
    name: string,
  ) => { readonly edits: readonly Edit[]; readonly note?: string } | { readonly error: string } | undefined;
  readonly documentSymbols?: (analysis: Analysis) => readonly Symbol[];
  readonly completion?: (analysis: Analysis, offset: number, context: CompletionContext) => Completion;
  readonly signatureHelp?: (analysis: Analysis, offset: number) => Promise<SignatureHelp | undefined>;
  readonly semanticLegend?: SemanticLegend;
  readonly semanticTokens?: (analysis: Analysis) => SemanticTokens;
  readonly foldingRanges?: (analysis: Analysis) => readonly Fold[];
  /** Spans around the offset, innermost first, each within the next. */
  readonly selectionRanges?: (analysis: Analysis, offset: number) => readonly Span[];
  readonly documentLinks?: (analysis: Analysis) => readonly Link[];
  readonly inlayHints?: (analysis: Analysis, span: Span) => readonly InlayHint[];
  readonly formatting?: (analysis: Analysis, options: FormattingOptions) => readonly Edit[];
  /** The graph as data; `file` is the name to show. */
  readonly graph?: (analysis: Analysis, file: string) => BuildGraph;
  /** The graph as text, for editors without a view of it. */
  readonly graphText?: (graph: BuildGraph) => string;
}
