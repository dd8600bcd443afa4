// All safe fixes of a file at once, and again until nothing is left to do.
import type { Analysis } from '../analysis/analyze.ts';
import { applyEdits, type Edit, mergeEdits } from './edits.ts';
import { type Found, findingsOf, fixesOf } from './findings.ts';

export interface SafeFixes {
  readonly edits: readonly Edit[];
  /** The findings that they do away with. */
  readonly fixed: readonly Found[];
  /** How many findings have a safe fix, made now or not. */
  readonly open: number;
}

/** The safe fixes that can be made together; of two that touch, the one that starts first. */
export function safeFixes(analysis: Analysis, wanted?: (found: Found) => boolean): SafeFixes {
  if (wanted !== undefined) return together(analysis, wanted);
  let all = known.get(analysis);
  if (all === undefined) {
    all = together(analysis, () => true);
    known.set(analysis, all);
  }
  return all;
}

/** Asked for with each move of the cursor. */
const known = new WeakMap<Analysis, SafeFixes>();

function together(analysis: Analysis, wanted: (found: Found) => boolean): SafeFixes {
  const candidates: { found: Found; edits: readonly Edit[]; start: number }[] = [];
  for (const found of findingsOf(analysis)) {
    if (!wanted(found)) continue;
    const edits = fixesOf(found, analysis).find((fix) => fix.safe)?.edits;
    if (edits !== undefined && edits.length > 0)
      candidates.push({ found, edits, start: Math.min(...edits.map(({ span }) => span.start)) });
  }
  candidates.sort((a, b) => a.start - b.start);
  const { edits, taken } = mergeEdits(candidates.map((candidate) => candidate.edits));
  return {
    edits,
    fixed: taken.map((i) => (candidates[i] as (typeof candidates)[number]).found),
    open: candidates.length,
  };
}

/** The text with every safe fix made; `analyze` reads it anew after each round. Ends, since each round leaves fewer of them to make. */
export function fixAll(
  analysis: Analysis,
  analyze: (text: string) => Analysis,
  wanted?: (found: Found) => boolean,
): { readonly analysis: Analysis; readonly fixed: readonly Found[] } {
  let current = analysis;
  const fixed: Found[] = [];
  for (;;) {
    const round = safeFixes(current, wanted);
    if (round.edits.length === 0) return { analysis: current, fixed };
    const next = analyze(applyEdits(current.text, round.edits));
    if (safeFixes(next, wanted).open >= round.open) return { analysis: current, fixed };
    fixed.push(...round.fixed);
    current = next;
  }
}
