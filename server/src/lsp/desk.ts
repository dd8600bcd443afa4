// Where every request is received: it finds the document and its one analysis, refuses what is out of date, and lets nothing throw.
import { type CancellationToken, LSPErrorCodes, ResponseError } from 'vscode-languageserver';
import type { Analysis } from '../analysis/analyze.ts';
import type { Arrivals } from './arrivals.ts';
import type { Client } from './client.ts';
import type { Coordinates } from './coordinates.ts';
import type { Files } from './files.ts';
import { guarded, type Log, textOf } from './guard.ts';
import type { ProblemsOf } from './problems.ts';
import type { OpenDocument, Session } from './session.ts';
import type { FeatureName } from './settings.ts';

/** What requests are answered from. */
export interface Desk {
  readonly session: Session;
  readonly client: Client;
  readonly files: Files;
  readonly problems: ProblemsOf;
  readonly log: Log;
  readonly arrivals: Arrivals;
  /** Documents whose graph someone has asked for, and wants to know when it changes. */
  readonly graphsShown: Set<string>;
  /** When this server began: what it numbered is not what one before it numbered so. */
  readonly started: number;
}

/** A request about a document that is open, newest and analysed. */
export interface Inquiry<P> {
  readonly params: P;
  readonly uri: string;
  readonly document: OpenDocument;
  readonly analysis: Analysis;
  readonly at: Coordinates;
  readonly desk: Desk;
}

type About = { readonly textDocument: { readonly uri: string } };
type Answer<R> = R | ResponseError<void>;

/**
 * Makes a handler. It answers `empty` where the document is not open or not analysed, where the feature is off, and where
 * `run` throws. Where a newer text has come in it answers `empty` too, or, for what the editor keeps on show
 * meanwhile (`keeps`), that the content was modified: then the editor does not blank it.
 */
export function answer<P extends About, R>(
  name: string,
  desk: () => Desk,
  feature: FeatureName | undefined,
  empty: R,
  run: (inquiry: Inquiry<P>) => R | Promise<R>,
  keeps = false,
): (params: P, token: CancellationToken) => Promise<Answer<R>> {
  return async (params, token) => {
    const { session, log, arrivals } = desk();
    const uri = params?.textDocument?.uri;
    const document = typeof uri === 'string' ? session.find(uri) : undefined;
    if (document === undefined) return empty;
    const { version } = document;
    const isOld = () =>
      document.closed || document.version !== version || token.isCancellationRequested || arrivals.isOld(uri, version);
    const old = (): Answer<R> =>
      keeps ? new ResponseError<void>(LSPErrorCodes.ContentModified, 'content modified') : empty;
    if (isOld()) return old();
    const waiting = session.ready(document);
    if (waiting !== undefined) {
      await waiting;
      if (isOld()) return old();
    }
    if (feature !== undefined && !document.settings.features[feature]) return empty;
    const analysis = session.analysis(document);
    if (analysis === undefined) return empty;
    const inquiry = { params, uri, document, analysis, at: session.coordinates(document), desk: desk() };
    const what = `${name} of ${uri}, version ${version}`;
    try {
      return await guarded<R | Promise<R>>(log, what, empty, () => run(inquiry));
    } catch (error) {
      if (error instanceof ResponseError) return error as ResponseError<void>;
      log.error(`${what} failed: ${textOf(error)}`);
      return empty;
    }
  };
}
