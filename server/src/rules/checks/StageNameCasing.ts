// StageNameCasing: BuildKit lower-cases the name anyway, so the file may as well.
import { spanOf } from '../../dockerfile/spans.ts';
import { toLower } from '../../go/text.ts';
import type { Rule } from '../rule.ts';

export const rule: Rule = {
  name: 'StageNameCasing',
  severity: 'warning',
  fixes(finding, analysis) {
    const instruction = analysis.dockerfile.instructions[finding.instruction];
    const word = instruction?.args[2];
    if (instruction?.kind !== 'from' || word === undefined) return [];
    const span = spanOf(instruction, word.start, word.end);
    if (span.end - span.start !== word.end - word.start) return [];
    const text = toLower(word.value);
    return [{ title: `Write ${text}`, edits: [{ span, text }], safe: true }];
  },
};
