// What is wrong with an instruction, and the checks that many instructions share.
import type { InstructionBase } from './instruction.ts';
import { flagErrors } from './instructionFlags.ts';
import type { Keyword, Line, LineError } from './lineParsers.ts';

/** What is wrong with an instruction, in offsets of its text. */
export type InstructionError = LineError;

export function fail(errors: InstructionError[], error: InstructionError): undefined {
  errors.push(error);
  return undefined;
}

export function takesNoFlags(line: Line, errors: InstructionError[]): boolean {
  if (line.flags.length === 0) return true;
  const found = flagErrors(line.flags, line.known);
  errors.push(...found);
  return found.length === 0;
}

export function atLeastOne(keyword: Keyword, line: Line): InstructionError {
  return missing(`${keyword.toUpperCase()} requires at least one argument`, line);
}

export function missing(summary: string, line: Line): InstructionError {
  return { summary, code: 'missing-arguments', start: line.keywordStart, end: line.keywordEnd };
}

/** From the first to the last argument. */
export function argumentsSpan(base: InstructionBase): { readonly start: number; readonly end: number } {
  return { start: base.args[0]?.start ?? 0, end: base.args.at(-1)?.end ?? 0 };
}
