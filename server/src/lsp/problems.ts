// The diagnostics of a document as its settings want them, made once for each state of it.
import type { Diagnostic as LspDiagnostic } from 'vscode-languageserver';
import { DiagnosticSeverity } from 'vscode-languageserver';
import type { Diagnostic, Features } from '../features/feature.ts';
import { source, toDiagnostic } from './convert.ts';
import { isWorkedOn } from './files.ts';
import { guarded, type Log } from './guard.ts';
import type { OpenDocument, Session } from './session.ts';
import type { Settings } from './settings.ts';

/** No one reads more, and an editor that must show more grows slow. */
const most = 1000;

export interface Problems {
  readonly revision: number;
  readonly found: readonly Diagnostic[];
  /** Same order as `found`; one more stands at the end where some are left out. */
  readonly shown: readonly LspDiagnostic[];
}

export type ProblemsOf = (document: OpenDocument) => Problems;

export function problemsOf(session: Session, features: Features, log: Log): ProblemsOf {
  const known = new WeakMap<OpenDocument, Problems>();
  return (document) => {
    const before = known.get(document);
    if (before?.revision === document.revision) return before;
    const problems = find(document);
    known.set(document, problems);
    return problems;
  };

  function find(document: OpenDocument): Problems {
    const { revision, uri, settings } = document;
    const none: Problems = { revision, found: [], shown: [] };
    if (features.diagnostics === undefined || !settings.features.diagnostics || !isWorkedOn(uri)) return none;
    if (document.refusal !== undefined) return { ...none, shown: [refused(document.refusal)] };
    const analysis = session.analysis(document);
    if (analysis === undefined) return none;
    const all = guarded(log, `diagnostics of ${uri}`, [], () => features.diagnostics?.(analysis) ?? []);
    const wanted = all.flatMap((diagnostic) => asWanted(diagnostic, settings) ?? []);
    const found = wanted.slice(0, most);
    const coordinates = session.coordinates(document);
    const shown = found.map((diagnostic) => toDiagnostic(coordinates, uri, diagnostic));
    if (wanted.length > most) shown.push(refused(`${wanted.length - most} more problems are not shown.`));
    return { revision, found, shown };
  }
}

/** The diagnostic at the level that the settings want, or undefined where they want none or a neighbour says it already. */
function asWanted(diagnostic: Diagnostic, { rules, neighbours }: Settings): Diagnostic | undefined {
  const level = Object.hasOwn(rules, diagnostic.code) ? rules[diagnostic.code] : undefined;
  if (level === 'off') return undefined;
  // Docker DX runs BuildKit's checks; the server of Container Tools reads the file, but does not compile it.
  const { from } = diagnostic;
  if (neighbours.includes('dockerDx') && from !== 'rule') return undefined;
  if (neighbours.includes('containerTools') && from === 'reader') return undefined;
  return level === undefined ? diagnostic : { ...diagnostic, severity: level };
}

function refused(message: string): LspDiagnostic {
  const start = { line: 0, character: 0 };
  return { range: { start, end: start }, severity: DiagnosticSeverity.Information, source, message };
}
