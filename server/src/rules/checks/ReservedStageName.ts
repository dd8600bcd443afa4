// ReservedStageName: the stage takes another name, here and wherever it is read.
import type { Rule } from '../rule.ts';
import { nameEdits, renameableStage, unusedName } from './stageNames.ts';

export const rule: Rule = {
  name: 'ReservedStageName',
  severity: 'warning',
  fixes(finding, analysis) {
    const stage = renameableStage(analysis, finding.instruction);
    if (stage === undefined) return [];
    const edits = nameEdits(analysis, stage, unusedName(analysis, `${stage.name}-stage`));
    if (edits === undefined) return [];
    return [
      {
        title: `Rename the stage to ${edits[0]?.text} (builds that say --target ${stage.name} must follow)`,
        edits,
        safe: false,
      },
    ];
  },
};
