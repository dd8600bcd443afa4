// MaintainerDeprecated: the label that took its place.
import { spanOf } from '../../dockerfile/spans.ts';
import { toLower } from '../../go/text.ts';
import type { Edit } from '../edits.ts';
import type { Rule } from '../rule.ts';

export const rule: Rule = {
  name: 'MaintainerDeprecated',
  severity: 'warning',
  tags: ['deprecated'],
  fixes(finding, analysis) {
    const instruction = analysis.dockerfile.instructions[finding.instruction];
    const word = instruction?.args[0];
    if (instruction?.kind !== 'maintainer' || word === undefined) return [];
    const escapeChar = analysis.dockerfile.escape;
    const { start, end } = spanOf(instruction, word.start, word.end);
    if (end - start !== word.value.length) return [];
    const label = toLower(instruction.keyword) === instruction.keyword ? 'label' : 'LABEL';
    const edits: Edit[] = [
      { span: { start: instruction.span.start, end: start }, text: `${label} org.opencontainers.image.authors="` },
    ];
    // MAINTAINER takes its text as it is; in a label these mean something.
    for (let i = start; i < end; i++)
      if (`"$${escapeChar}`.includes(analysis.text[i] as string))
        edits.push({ span: { start: i, end: i }, text: escapeChar });
    edits.push({ span: { start: end, end }, text: '"' });
    const title = 'Replace by a label (in the image, org.opencontainers.image.authors takes the place of author)';
    return [{ title, edits, safe: false }];
  },
};
