// MultipleInstructionsDisallowed: the earlier instruction, which has no effect, goes.
import { removeInstruction } from '../edits.ts';
import type { Rule } from '../rule.ts';

export const rule: Rule = {
  name: 'MultipleInstructionsDisallowed',
  severity: 'warning',
  tags: ['unnecessary'],
  fixes(finding, analysis) {
    const { instructions } = analysis.dockerfile;
    const instruction = instructions[finding.instruction];
    if (instruction === undefined || instruction.kind === 'from') return [];
    const title = `Remove this ${instruction.keyword.toUpperCase()}: a later one takes its place`;
    return [{ title, edits: [removeInstruction(analysis.text, instruction)], safe: true }];
  },
};
