// The instructions of a file sorted into stages, and the global arguments before the first.
import type { ArgInstruction, FromInstruction, Instruction } from '../dockerfile/instruction.ts';
import type { Compilation } from './compilation.ts';

/** A stage as it stands in the file; broken instructions are left out. */
export interface ParsedStage {
  readonly from: FromInstruction;
  readonly index: number;
  readonly instructions: { readonly instruction: Instruction; readonly index: number }[];
}
export interface Parsed {
  readonly stages: ParsedStage[];
  readonly metaArgs: { readonly instruction: ArgInstruction; readonly index: number }[];
}

/** Sorts the instructions. */
export function splitStages(c: Compilation): Parsed {
  const stages: ParsedStage[] = [];
  const metaArgs: Parsed['metaArgs'] = [];
  const all = c.dockerfile.instructions;
  for (let index = 0; index < all.length; index++) {
    const instruction = all[index] as Instruction;
    if (instruction.kind === 'broken') continue;
    if (instruction.kind === 'from') stages.push({ from: instruction, index, instructions: [] });
    else if (stages.length > 0) (stages[stages.length - 1] as ParsedStage).instructions.push({ instruction, index });
    else if (instruction.kind === 'arg') metaArgs.push({ instruction, index });
  }
  return { stages, metaArgs };
}
