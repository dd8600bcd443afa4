// ConsistentInstructionCasing: the keyword takes the case that most have; the AS of a FROM goes with it.
import type { Analysis } from '../../analysis/analyze.ts';
import { spanOf } from '../../dockerfile/spans.ts';
import { toLower, toUpper } from '../../go/text.ts';
import type { Edit } from '../edits.ts';
import type { Fix, Rule } from '../rule.ts';

export const rule: Rule = {
  name: 'ConsistentInstructionCasing',
  severity: 'warning',
  fixes: (finding, analysis) => casingFix(analysis, finding.instruction),
};

/** The keyword as most are written, and AS as the keyword: one fix for two checks, so that neither causes the other. */
export function casingFix(analysis: Analysis, index: number): readonly Fix[] {
  const instruction = analysis.dockerfile.instructions[index];
  if (instruction === undefined) return [];
  const { keyword } = instruction;
  // All warnings of the file ask for the same case, and who has none has it already.
  const warning = analysis.warnings.find(({ rule }) => rule === 'ConsistentInstructionCasing');
  const lower = warning === undefined ? keyword === toLower(keyword) : warning.message.endsWith('(lowercase)');
  const cased = lower ? toLower : toUpper;
  const edits: Edit[] = [];
  const recase = (start: number, end: number): void => {
    const old = instruction.original.slice(start, end);
    const span = spanOf(instruction, start, end);
    // A word that a continuation tears stays: its characters are not the text's.
    if (cased(old) !== old && span.end - span.start === old.length) edits.push({ span, text: cased(old) });
  };
  recase(0, keyword.length);
  const as = instruction.args[1];
  if (toLower(keyword) === 'from' && instruction.args.length >= 3 && as !== undefined) recase(as.start, as.end);
  const words = edits.map((edit) => edit.text).join(' and ');
  return edits.length === 0 ? [] : [{ title: `Write ${words}`, edits, safe: true }];
}
