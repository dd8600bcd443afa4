// What fixes of stage names share: where a stage is named, and a name that nothing else has.
import type { Analysis } from '../../analysis/analyze.ts';
import type { Stage } from '../../compile/stage.ts';
import type { Instruction } from '../../dockerfile/instruction.ts';
import { spanOf } from '../../dockerfile/spans.ts';
import { toLower } from '../../go/text.ts';
import type { Edit } from '../edits.ts';

/** The stage of a FROM that has a name. */
export function renameableStage(analysis: Analysis, instruction: number): Stage | undefined {
  return analysis.stages.find((stage) => !stage.hidden && stage.instruction === instruction && stage.name !== '');
}

/** Its own name first, then every place that reads it; undefined where a place can't be edited. */
export function nameEdits(analysis: Analysis, stage: Stage, name: string): Edit[] | undefined {
  const edits: Edit[] = [];
  const { instructions } = analysis.dockerfile;
  const put = (instruction: Instruction, start: number, end: number, old: string): boolean => {
    const span = spanOf(instruction, start, end);
    if (toLower(analysis.text.slice(span.start, span.end)) !== toLower(old)) return false;
    edits.push({ span, text: name });
    return true;
  };
  const word = stage.from?.nameWord;
  if (stage.from === undefined || word === undefined || !put(stage.from, word.start, word.end, word.value))
    return undefined;
  for (const other of analysis.stages) {
    if (other.hidden || other.from === undefined) continue;
    const base = other.from.baseName;
    if (other.base === stage && !put(other.from, base.start, base.end, stage.name)) return undefined;
  }
  for (const other of analysis.stages)
    for (const { command } of other.steps) {
      if (command.isOnBuild || !command.sources.includes(stage)) continue;
      const instruction = instructions[command.index] as Instruction;
      if (instruction.kind === 'copy') {
        // A number names a stage whatever it is called.
        if (/^\d+$/.test(instruction.from.value)) continue;
        if (!put(instruction, instruction.from.start, instruction.from.end, stage.name)) return undefined;
      } else if (instruction.kind === 'run')
        for (const [i, mount] of instruction.mounts.entries()) {
          if (command.sources[i] !== stage) continue;
          const from = mount.fields.findLast((field) => toLower(field.key.value) === 'from')?.value;
          if (from === undefined || !put(instruction, from.start, from.end, stage.name)) return undefined;
        }
    }
  return edits;
}

/** `wanted`, or with a number behind it where a stage or an image of the file has that name. */
export function unusedName(analysis: Analysis, wanted: string): string {
  const used = new Set<string>();
  for (const stage of analysis.stages) used.add(toLower(stage.name)).add(toLower(stage.originalBase));
  let name = wanted;
  for (let n = 1; used.has(name); n++) name = `${wanted}-${n}`;
  return name;
}
