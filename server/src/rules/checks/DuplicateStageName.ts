// DuplicateStageName: the earlier stage, which the later one hides, takes a name of its own.

import type { Rule } from '../rule.ts';
import { nameEdits, renameableStage, unusedName } from './stageNames.ts';

export const rule: Rule = {
  name: 'DuplicateStageName',
  severity: 'warning',
  fixes(finding, analysis) {
    const own = renameableStage(analysis, finding.instruction);
    if (own === undefined) return [];
    const earlier = analysis.stages.findLast((stage) => stage.index < own.index && stage.name === own.name);
    const edits = earlier === undefined ? undefined : nameEdits(analysis, earlier, unusedName(analysis, own.name));
    if (earlier === undefined || edits === undefined) return [];
    const line = earlier.locations[0]?.first ?? 0;
    const title = `Rename the earlier stage of line ${line} to ${edits[0]?.text}`;
    // A named context may stand in for a stage by its name, and the cache may be off for it.
    const byName = analysis.compilation.hasNamedContexts;
    return [{ title, edits, safe: !byName }];
  },
};
