// What the editor offers for problems: fixes of rules, fixes of what BuildKit refuses, silence, and all safe fixes at once.
import type { Span } from '../../../shared/src/span.ts';
import type { Analysis } from '../analysis/analyze.ts';
import { suggest } from '../dockerfile/suggest.ts';
import type { Edit } from '../rules/edits.ts';
import { type Found, findingsOf, fixesOf } from '../rules/findings.ts';
import { type SafeFixes, safeFixes } from '../rules/fixAll.ts';
import { ignoreHere, ignoreInFile } from '../rules/ignore.ts';
import type { CodeAction, Diagnostic } from './feature.ts';
import { pins } from './imageWords.ts';
import { problemFixes } from './problemFixes.ts';
import { touches } from './sections.ts';
import { stageNamesOf } from './stageNames.ts';

/** What `editor.codeActionsOnSave` names. */
const fixAll = 'source.fixAll.llbLens';

export function codeActions(
  analysis: Analysis,
  span: Span,
  diagnostics: readonly Diagnostic[],
  shown?: readonly Diagnostic[],
): readonly CodeAction[] {
  const actions: CodeAction[] = [];
  const silence: CodeAction[] = [];
  for (const [index, diagnostic] of diagnostics.entries()) {
    const fixes = [index];
    if (diagnostic.from === 'reader' || diagnostic.from === 'compiler') {
      for (const [i, fix] of problemFixes(analysis, diagnostic).entries())
        actions.push({ title: fix.title, kind: 'quickfix', edits: fix.edits, fixes, preferred: i === 0 && fix.sure });
      continue;
    }
    const found = findingOf(analysis, diagnostic);
    if (found === undefined) continue;
    for (const [i, { title, edits, ignore, safe }] of fixesOf(found, analysis).entries()) {
      const lines = ignore === undefined ? {} : { ignore };
      actions.push({ title, kind: 'quickfix', edits, ...lines, fixes, preferred: i === 0 && safe });
    }
    const here = ignoreHere(analysis, found);
    if (here !== undefined) silence.push(ignored(`Ignore ${found.rule.name} here`, here, fixes));
    const inFile = ignoreInFile(analysis, found.rule.name);
    if (inFile !== undefined) silence.push(ignored(`Ignore ${found.rule.name} in this file`, inFile, fixes));
  }
  actions.push(...nearStages(analysis, span));
  const isOffered = (edits: string) => actions.some((action) => JSON.stringify(action.edits) === edits);
  const here = (at: Span) => at.start <= span.end && at.end >= span.start;
  actions.push(...pins(analysis, here).filter((pin) => !isOffered(JSON.stringify(pin.edits))));
  const all = fixesOfShown(analysis, shown);
  if (all.edits.length > 0) {
    // Beside a problem it is a quick fix too; away from one only what the editor runs on save.
    const near = all.fixed.some((found) => found.span.start <= span.end && found.span.end >= span.start);
    const several = all.fixed.length > 1;
    const title = several
      ? `Fix all ${all.fixed.length} safe problems of the file`
      : 'Fix the one safe problem of the file';
    if (near && several) actions.push({ title, kind: 'quickfix', edits: all.edits });
    actions.push({ title, kind: fixAll, edits: all.edits });
  }
  return once([...actions, ...silence]);
}

/** Nothing is mended that the user does not want to hear of. */
function fixesOfShown(analysis: Analysis, shown: readonly Diagnostic[] | undefined): SafeFixes {
  if (shown === undefined) return safeFixes(analysis);
  const codes = new Set(shown.map((diagnostic) => diagnostic.code));
  const wanted = (found: Found): boolean => codes.has(found.rule.name);
  // What is the same for every place is reckoned once.
  return findingsOf(analysis).every(wanted) ? safeFixes(analysis) : safeFixes(analysis, wanted);
}

/** `--from=biuld`: BuildKit takes what is no stage for an image, and says nothing until it cannot find that. */
function nearStages(analysis: Analysis, span: Span): CodeAction[] {
  const names = analysis.stages.filter((stage) => stage.name !== '').map((stage) => stage.name);
  return stageNamesOf(analysis)
    .fromValues.filter((from) => from.stage === undefined && touches(from.span, span.start))
    .flatMap((from) => {
      const text = suggest(from.value, names, false);
      if (text === undefined) return [];
      return [{ title: `Change to stage ${text}`, kind: 'quickfix', edits: [{ span: from.span, text }] }];
    });
}

function ignored(title: string, edit: Edit, fixes: readonly number[]): CodeAction {
  return { title, kind: 'quickfix', edits: [edit], fixes };
}

/** The finding that a diagnostic was made of: `diagnostics` widens empty spans, and puts BuildKit's words in front. */
function findingOf(analysis: Analysis, { code, span, message }: Diagnostic): Found | undefined {
  const same = findingsOf(analysis).filter((found) => found.rule.name === code && message.endsWith(found.message));
  return same.find((found) => found.span.start === span.start) ?? same.find((found) => found.span.start === span.end);
}

/** Two problems of a line may have the same way out. */
function once(actions: readonly CodeAction[]): readonly CodeAction[] {
  const seen = new Map<string, CodeAction>();
  for (const action of actions) {
    const key = `${action.kind} ${action.title} ${JSON.stringify([action.edits, action.ignore])}`;
    const other = seen.get(key);
    const fixes = [...(other?.fixes ?? []), ...(action.fixes ?? [])];
    seen.set(key, { ...(other ?? action), ...(fixes.length > 0 ? { fixes } : {}) });
  }
  return [...seen.values()];
}
