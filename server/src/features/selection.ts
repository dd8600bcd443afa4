// What a growing selection takes in: word, value, flag or argument, arguments, instruction, stage, file.
import type { Span } from '../../../shared/src/span.ts';
import type { Analysis } from '../analysis/analyze.ts';
import type { Instruction, Word } from '../dockerfile/instruction.ts';
import { mountOf } from '../dockerfile/runInstruction.ts';
import { spanOf } from '../dockerfile/spans.ts';
import { innermost, instructionAt, placeOf, sectionSpan, sectionsOf, touches } from './sections.ts';
import { flagValueSpan } from './stageNames.ts';
import { variablesOf } from './variables.ts';

/** Spans around the offset, innermost first, each within the next and larger. */
export function selectionRanges(analysis: Analysis, offset: number): readonly Span[] {
  const { dockerfile, text } = analysis;
  const spans: Span[] = [wordAround(text, offset)];
  for (const { span } of dockerfile.comments) if (touches(span, offset)) spans.push(span);
  for (const directive of dockerfile.directives)
    if (touches(directive.span, offset)) spans.push(directive.nameSpan, directive.valueSpan, directive.span);
  const index = instructionAt(analysis, offset);
  if (index >= 0) {
    const instruction = dockerfile.instructions[index] as Instruction;
    const { whole } = variablesOf(analysis).uses.find(({ span }) => touches(span, offset)) ?? {};
    if (whole !== undefined) spans.push(whole);
    const inner = innermost(instruction);
    instructionSpans(analysis, inner, spans);
    if (inner !== instruction) spans.push(inner.span);
    if (instruction.commentSpan !== undefined)
      spans.push({ start: instruction.commentSpan.start, end: instruction.span.end });
    spans.push(instruction.span);
    const section = sectionsOf(analysis).of[index];
    if (section !== undefined && section.index >= 0) spans.push(sectionSpan(analysis, section));
  }
  spans.push({ start: 0, end: text.length });
  return nested(spans, offset);
}

function instructionSpans(analysis: Analysis, instruction: Instruction, spans: Span[]): void {
  const escapeCode = analysis.dockerfile.escape.charCodeAt(0);
  for (const flag of instruction.flags) {
    if (flag.name === 'mount')
      for (const { key, value } of mountOf(instruction, flag, escapeCode).fields) {
        spans.push(placeOf(instruction, key));
        if (value === undefined) continue;
        spans.push(placeOf(instruction, value), spanOf(instruction, key.start, value.end));
      }
    spans.push(spanOf(instruction, flag.nameStart, flag.nameEnd), flagValueSpan(analysis, instruction, flag));
    spans.push(spanOf(instruction, flag.start, flag.end));
  }
  for (const heredoc of instruction.heredocs) {
    spans.push(spanOf(instruction, heredoc.word.start, heredoc.word.end), heredoc.contentSpan);
    spans.push({ start: heredoc.contentSpan.start, end: heredoc.terminatorSpan.end });
  }
  const { args } = instruction;
  for (const arg of args) spans.push(placeOf(instruction, arg));
  if (instruction.kind === 'env' || instruction.kind === 'label')
    for (const { key, value } of instruction.pairs)
      spans.push(spanOf(instruction, key.start, Math.max(key.end, value.end)));
  if (instruction.kind === 'arg')
    for (const { key, value } of instruction.declarations) {
      spans.push(placeOf(instruction, key));
      if (value) spans.push(placeOf(instruction, value));
    }
  const first = args[0];
  const last = args[args.length - 1] as Word;
  if (first !== undefined) spans.push(spanOf(instruction, first.start, last.end));
  if (first !== undefined && instruction.flags.length > 0)
    spans.push(spanOf(instruction, (instruction.flags[0] as { start: number }).start, last.end));
}

/** Letters, digits and `_` around the offset. */
function wordAround(text: string, offset: number): Span {
  let start = offset;
  let end = offset;
  while (start > 0 && isWord(text.charCodeAt(start - 1))) start--;
  while (end < text.length && isWord(text.charCodeAt(end))) end++;
  return { start, end };
}

function isWord(code: number): boolean {
  return (
    (code >= 0x30 && code <= 0x39) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x61 && code <= 0x7a) ||
    code === 0x5f ||
    code >= 0x80
  );
}

/** Those that hold the offset, by size, without any that crosses a smaller one. */
function nested(spans: readonly Span[], offset: number): Span[] {
  const holding = spans
    .filter((span) => touches(span, offset))
    .sort((a, b) => a.end - a.start - (b.end - b.start) || a.start - b.start);
  const result: Span[] = [];
  for (const span of holding) {
    const last = result[result.length - 1];
    if (last === undefined) {
      if (span.end > span.start) result.push(span);
      continue;
    }
    if (span.start > last.start || span.end < last.end) continue;
    if (span.start === last.start && span.end === last.end) continue;
    result.push(span);
  }
  return result.length > 0 ? result : [{ start: offset, end: offset }];
}
