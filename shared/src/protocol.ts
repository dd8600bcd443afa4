// What our client and our server say to each other beyond the Language Server Protocol. Any other client may leave all of it out.
import type { BuildGraph } from './graph.ts';
import type { Change, ToGraphView } from './graphView.ts';

/** What our own client says of itself when it starts the server, in `initializationOptions`. */
export interface ClientOptions {
  /** It carries out the commands of `clientCommands`. */
  readonly commands?: boolean;
  /** It answers `readTextRequest` and `listFolderRequest`, for files that the server cannot reach itself. */
  readonly files?: boolean;
  /** Settings, for a client that cannot be asked for them: the value of `llbLens`. */
  readonly settings?: unknown;
}

/** Commands of the client that a CodeLens may name. */
export const clientCommands = {
  /** Arguments: uri, position. */
  showGraph: 'llbLens.showGraph',
  /** Arguments: uri, position, locations. */
  showReferences: 'llbLens.showReferences',
} as const;

/** Client to server: the graph of an open document. `null` where it is not open, too large or binary. */
export const graphRequest = 'llbLens/graph';
export interface GraphParams {
  readonly uri: string;
}
export interface GraphAnswer {
  /** The version of the text it belongs to. */
  readonly version: number;
  readonly graph: BuildGraph | undefined;
  /** The graph as text, for those who do not draw it. */
  readonly text: string;
}

/** Server to client: the graph of this document may have changed; sent only after the first `graphRequest` for it. */
export const graphChanged = 'llbLens/graphChanged';
export interface GraphChangedParams {
  readonly uri: string;
  readonly version: number;
}

/** Client to server: what the graph view asks about an open document. */
export const graphQuestion = 'llbLens/graphQuestion';
export interface GraphQuestionParams {
  readonly uri: string;
  readonly question: GraphQuestion;
}
export type GraphQuestion =
  | { readonly kind: 'whatIf'; readonly change: Change }
  | { readonly kind: 'compareLink'; readonly instruction: number }
  | { readonly kind: 'linkEdits'; readonly instruction: number; readonly link: boolean }
  /** Compares with another text, called `title`. */
  | { readonly kind: 'compareWith'; readonly text: string; readonly title: string }
  | { readonly kind: 'write'; readonly format: 'dot' | 'mermaid' };
/** `null` where the document is not open, or has changed meanwhile. */
export type GraphQuestionAnswer =
  | { readonly message: ToGraphView }
  | { readonly edits: readonly { readonly range: ProtocolRange; readonly newText: string }[]; readonly version: number }
  | { readonly text: string }
  | { readonly error: string };
/** A range of the Language Server Protocol. */
export interface ProtocolRange {
  readonly start: { readonly line: number; readonly character: number };
  readonly end: { readonly line: number; readonly character: number };
}

/** Client to server: what a build of an open document runs again after some changes; without any, what can change in it. */
export const whatIfRequest = 'llbLens/whatIf';
export interface WhatIfParams {
  readonly uri: string;
  /** As the command line takes them: `base:alpine`, `file:src`, `arg:VERSION`, `line:7`, `stage:build`. */
  readonly changes: readonly string[];
  /** Where the caret stands, 0-based: the instruction there is among what can change. */
  readonly line?: number;
}
/** `null` where the document is not open, or has changed meanwhile. `error` is for the user. */
export type WhatIfAnswer = { readonly version: number } & (
  | { readonly choices: readonly WhatIfChoice[] }
  | WhatIfOutcome
  | { readonly error: string }
);
export interface WhatIfChoice {
  /** To send back, among `changes`. */
  readonly change: string;
  readonly group: 'line' | 'base' | 'argument' | 'file' | 'stage';
  readonly label: string;
  /** Which lines it stands in, or what it is. */
  readonly detail: string;
}
export interface WhatIfOutcome {
  /** What changes, as a clause: `the base alpine changes`, `line 4 and line 7 change`. */
  readonly what: string;
  /** Every instruction that the target needs and that makes something, in order of the text. */
  readonly steps: readonly WhatIfStep[];
  /** Base images whose layers must be fetched; not `certain`: perhaps. `line` is that of the step that needs them, 0 for none. */
  readonly pulls: readonly { readonly image: string; readonly line: number; readonly certain: boolean }[];
}
export interface WhatIfStep {
  /** Of the whole instruction. */
  readonly range: ProtocolRange;
  readonly keyword: string;
  readonly status: 'reused' | 'relinked' | 'runs' | 'runs-if-content-differs';
  /** A clause. */
  readonly reason: string;
  /** 1-based lines that lead here, what changed first; the last is its own; 0 for some left out. Empty where it is reused. */
  readonly chain: readonly number[];
}

/** Server to client: the text of a file; `null` where there is none. Bytes that are not UTF-8 come as U+FFFD. */
export const readTextRequest = 'llbLens/readText';
export interface FileParams {
  readonly uri: string;
}
export interface ReadTextAnswer {
  readonly text: string | null;
}

/** Server to client: what a folder holds; `null` where there is none. */
export const listFolderRequest = 'llbLens/listFolder';
export interface ListFolderAnswer {
  readonly entries: readonly FolderEntry[] | null;
}
export interface FolderEntry {
  readonly name: string;
  readonly folder: boolean;
}

/** Server to client: nothing is known of the base images of this document, and the settings do not let the server ask anyone. */
export const imagesUnknown = 'llbLens/imagesUnknown';
export interface ImagesUnknownParams {
  readonly uri: string;
}
