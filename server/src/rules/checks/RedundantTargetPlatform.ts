// RedundantTargetPlatform: the flag goes; a stage is built for the target platform anyway.
import { removeFlag } from '../edits.ts';
import type { Rule } from '../rule.ts';

export const rule: Rule = {
  name: 'RedundantTargetPlatform',
  severity: 'warning',
  tags: ['unnecessary'],
  fixes(finding, analysis) {
    const instruction = analysis.dockerfile.instructions[finding.instruction];
    const flag = instruction?.flags.find(({ name }) => name === 'platform');
    if (instruction === undefined || flag === undefined) return [];
    const edit = removeFlag(analysis.text, instruction, flag.start, flag.end);
    return [{ title: 'Remove --platform: it is the target platform anyway', edits: [edit], safe: true }];
  },
};
