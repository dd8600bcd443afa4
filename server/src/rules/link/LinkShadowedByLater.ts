// LinkShadowedByLater: a linked copy whose files a later copy writes again before anyone has read them.
import { type Copy, copiesOf } from '../../analysis/copies.ts';
import { lineOf } from '../../analysis/linkVerdict.ts';
import { base as baseName, clean, join } from '../../go/path.ts';
import { removeInstruction } from '../edits.ts';
import type { Finding, Rule } from '../rule.ts';
import { codeSpan } from './copies.ts';

export const rule: Rule = {
  name: 'LinkShadowedByLater',
  severity: 'warning',
  on: ['copy', 'add'],
  tags: ['unnecessary'],
  detect(analysis) {
    const found: Finding[] = [];
    // By path: the linked copy that wrote it last in the stage, until something reads it.
    let open = new Map<string, Copy>();
    let left = new Map<Copy, Set<string>>();
    let stage: Copy['stage'] | undefined;
    let at = 0;
    for (const copy of copiesOf(analysis)) {
      if (copy.stage !== stage || hasReader(copy, at)) {
        open = new Map();
        left = new Map();
        stage = copy.stage;
      }
      at = copy.at + 1;
      const paths = filesOf(copy);
      for (const path of paths ?? []) {
        const earlier = open.get(path);
        const rest = earlier === undefined ? undefined : left.get(earlier);
        if (earlier === undefined || rest === undefined) continue;
        rest.delete(path);
        if (rest.size > 0) continue;
        const line = lineOf(analysis, copy.index);
        found.push({
          span: codeSpan(earlier.instruction),
          message: `Line ${line} writes ${path} again before anything reads it: this copy serves nobody, but its layer is shipped.`,
          instruction: earlier.index,
          related: [{ span: codeSpan(copy.instruction), message: 'written again here' }],
        });
        left.delete(earlier);
      }
      if (paths === undefined || !copy.facts.linked) continue;
      left.set(copy, new Set(paths));
      for (const path of paths) open.set(path, copy);
    }
    return found;
  },
  fixes(finding, analysis) {
    const instruction = analysis.dockerfile.instructions[finding.instruction];
    return instruction === undefined
      ? []
      : [
          {
            title: 'Remove this copy: its layer is gone, the files stay as they are',
            edits: [removeInstruction(analysis.text, instruction)],
            safe: false,
          },
        ];
  },
};

/** Something but a copy of the context works on the files between: a RUN, a trigger. */
function hasReader(copy: Copy, from: number): boolean {
  for (let i = from; i < copy.at; i++) {
    const step = copy.stage.steps[i];
    if (step !== undefined && step.vertices.length > 0 && step.command.instruction.kind === 'run') return true;
  }
  return false;
}

/** The paths that a copy writes, where every source is surely one file and nothing else is wrong with it. */
function filesOf({ facts, kinds, instruction, hazards }: Copy): string[] | undefined {
  if (!kinds.every((kind) => kind === 'file') || instruction.excludes.length > 0) return undefined;
  if (hazards.some(({ kind }) => kind === 'file-replaces-directory' || kind === 'only-last-file')) return undefined;
  const names = [
    ...facts.sources.map((source) => baseName(clean(`/${source}`))),
    ...instruction.contents.map((content) => content.path),
  ];
  if (names.some((name) => /[*?[\]]/.test(name) || name === '/')) return undefined;
  if (instruction.kind === 'add' && facts.sources.some((source) => /^https?:/.test(source))) return undefined;
  const path = clean(facts.absoluteDest);
  if (facts.absoluteDest.endsWith('/') || facts.absoluteDest.endsWith('/.'))
    return names.map((name) => join(path, name));
  return names.length === 1 ? [path] : undefined;
}
