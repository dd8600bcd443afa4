// What is wrong with an instruction, and the checks that many instructions share.
import type { InstructionBase } from './instruction.ts';
import { flagErrors, flagTypes } from './instructionFlags.ts';
import type { Line, LineError } from './lineParsers.ts';

/** What is wrong with an instruction, in offsets of its text. */
export interface InstructionError extends LineError {
  readonly suggestion?: string;
}

export function fail(errors: InstructionError[], error: InstructionError): undefined {
  errors.push(error);
  return undefined;
}

export function takesNoFlags(line: Line, errors: InstructionError[]): boolean {
  if (line.flags.length === 0) return true;
  const found = flagErrors(line.flags, flagTypes[line.known ?? 'env']);
  errors.push(...found);
  return found.length === 0;
}

export function atLeastOne(name: string, line: Line): InstructionError {
  return missing(`${name} requires at least one argument`, line);
}

export function missing(summary: string, line: Line): InstructionError {
  return { summary, code: 'missing-arguments', start: line.keywordStart, end: line.keywordEnd };
}

/** From the first to the last argument. */
export function argumentsSpan(base: InstructionBase): { readonly start: number; readonly end: number } {
  const first = base.args[0];
  const last = base.args[base.args.length - 1];
  return { start: first?.start ?? 0, end: last?.end ?? 0 };
}
