// Silences a rule: a `check=skip=` comment above one instruction, or the directive at the top; never a second one of either.
import type { Span } from '../../../shared/src/span.ts';
import type { Analysis } from '../analysis/analyze.ts';
import { type CheckName, experimentalChecks, parseLintOptions } from '../compile/lint.ts';
import { readDirectiveLine } from '../dockerfile/directives.ts';
import type { Instruction } from '../dockerfile/instruction.ts';
import { trimSpace } from '../go/text.ts';
import { skipSpace } from '../go/unicode.ts';
import { type Edit, lineEnd, lineStart } from './edits.ts';
import { type Found, isCheck, isFromTrigger } from './findings.ts';

/** Checks of the whole file: BuildKit heeds no comment above an instruction for them. */
const wholeFile: ReadonlySet<string> = new Set<CheckName>([
  'NoEmptyContinuation',
  'ConsistentInstructionCasing',
  'DuplicateStageName',
  'ReservedStageName',
  'InvalidBaseImagePlatform',
  'InvalidDefaultArgInFrom',
]);

/** A comment above the instruction, or its name in the one that is there; undefined where BuildKit would not heed it. */
export function ignoreHere(analysis: Analysis, found: Found): Edit | undefined {
  const { instruction: index } = found;
  const { name } = found.rule;
  if (isUnreadable(analysis) || isFromTrigger(analysis, found)) return undefined;
  if (wholeFile.has(name) || isExperimental(name)) return undefined;
  const instruction = heeded(analysis, name, index);
  if (instruction === undefined) return undefined;
  const { text } = analysis;
  const value = checkComment(analysis, instruction);
  if (value === undefined) {
    // BuildKit heeds no comment that is indented, and straight below the directives it would be one itself.
    const end = lineEnd(text);
    let at = lineStart(text, instruction.span.start);
    if (text.charCodeAt(at) === 0xfeff) at++;
    const gap = isBelowDirectives(text, instruction) ? end : '';
    return { span: { start: at, end: at }, text: `${gap}# check=skip=${name}${end}` };
  }
  return withSkip(text, value, name);
}

/** True where nothing but directives stands above. */
function isBelowDirectives(text: string, instruction: Instruction): boolean {
  const end = lineStart(text, instruction.span.start);
  let pos = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  if (text.startsWith('#!', pos)) pos = text.indexOf('\n', pos) + 1;
  while (pos < end) {
    const newline = text.indexOf('\n', pos);
    const lineStop = text[newline - 1] === '\r' ? newline - 1 : newline;
    const first = skipSpace(text, pos, lineStop);
    if (readDirectiveLine(text, first, lineStop, '#') === undefined) return false;
    pos = newline + 1;
  }
  return true;
}

/** The instruction whose comment counts: of several that exclude each other, the later one finds the earlier. */
function heeded(analysis: Analysis, name: string, index: number): Instruction | undefined {
  const { instructions } = analysis.dockerfile;
  const instruction = instructions[index];
  if (instruction === undefined || name !== 'MultipleInstructionsDisallowed') return instruction;
  for (let i = index + 1; i < instructions.length; i++) {
    const other = instructions[i] as Instruction;
    if (other.kind === 'from') return undefined;
    if (other.kind === instruction.kind) return other;
  }
  return undefined;
}

/** The value of the first `check=` among the comments above: up to the first blank, as BuildKit reads it. */
function checkComment(analysis: Analysis, instruction: Instruction): Span | undefined {
  const block = instruction.commentSpan;
  if (block === undefined) return undefined;
  const { text } = analysis;
  for (const { span } of analysis.dockerfile.comments) {
    if (span.start < block.start || span.end > block.end) continue;
    const first = lineStart(text, span.start);
    if (span.start !== (text.charCodeAt(first) === 0xfeff ? first + 1 : first)) continue;
    const found = readDirectiveLine(text, span.start, span.end, '#');
    if (found?.name === 'check') return upToBlank(text, found.valueStart, found.valueEnd);
  }
  return undefined;
}

function upToBlank(text: string, start: number, end: number): Span {
  const blank = text.indexOf(' ', start);
  return { start, end: blank < 0 || blank > end ? end : blank };
}

/** The directive at the top with the name in it; undefined where that would change nothing. */
export function ignoreInFile(analysis: Analysis, name: string): Edit | undefined {
  const { text, options } = analysis;
  // A build argument that says which checks are on takes the directive's place.
  if (options.lint !== undefined || isUnreadable(analysis)) return undefined;
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  if (text.startsWith('#!', at)) {
    const newline = text.indexOf('\n', at);
    if (newline < 0) return undefined;
    at = newline + 1;
  }
  const seen = new Set<string>();
  for (let pos = at; pos < text.length; ) {
    const newline = text.indexOf('\n', pos);
    let end = newline < 0 ? text.length : newline;
    if (end > pos && text[end - 1] === '\r') end--;
    const found = readDirectiveLine(text, pos, end, '#');
    if (found === undefined || seen.has(found.name)) break;
    if (found.name === 'check') {
      const value = upToBlank(text, found.valueStart, found.valueEnd);
      return isExperimental(name) ? withoutExperimental(text, value, name) : withSkip(text, value, name);
    }
    seen.add(found.name);
    if (newline < 0) return undefined;
    pos = newline + 1;
    at = pos;
  }
  if (isExperimental(name)) return undefined;
  return { span: { start: at, end: at }, text: `# check=skip=${name}${lineEnd(text)}` };
}

/** Puts the name into `skip=` of a check's value; undefined where it is there, or the value cannot be read. */
function withSkip(text: string, value: Span, name: string): Edit | undefined {
  const options = parseLintOptions(text.slice(value.start, value.end));
  if ('error' in options || options.skipAll || options.skip.includes(name)) return undefined;
  const parts = partsOf(text, value);
  const skip = parts.findLast((part) => part.key === 'skip');
  if (skip !== undefined) {
    const comma = trimSpace(text.slice(skip.valueStart, skip.end)) === '' ? '' : ',';
    return { span: { start: skip.end, end: skip.end }, text: `${comma}${name}` };
  }
  // BuildKit reads three parts at most.
  if (parts.length >= 3) return undefined;
  return { span: { start: value.end, end: value.end }, text: `;skip=${name}` };
}

function withoutExperimental(text: string, value: Span, name: string): Edit | undefined {
  const part = partsOf(text, value).findLast(({ key }) => key === 'experimental');
  if (part === undefined) return undefined;
  const names = text.slice(part.valueStart, part.end).split(',');
  if (!names.includes(name)) return undefined;
  const rest = names.filter((other) => other !== name).join(',');
  return { span: { start: part.valueStart, end: part.end }, text: rest };
}

function partsOf(text: string, value: Span): { key: string; valueStart: number; end: number }[] {
  const parts = [];
  let start = value.start;
  for (const part of text.slice(value.start, value.end).split(';')) {
    const equals = part.indexOf('=');
    const end = start + part.length;
    parts.push({ key: trimSpace(part.slice(0, Math.max(equals, 0))), valueStart: start + equals + 1, end });
    start = end + 1;
  }
  return parts;
}

/** True where BuildKit can't split the file into instructions: it makes no check then, and where comments belong is open. */
function isUnreadable(analysis: Analysis): boolean {
  return analysis.dockerfile.problems.some((problem) => problem.phase === 'parse');
}

function isExperimental(name: string): boolean {
  return isCheck(name) && experimentalChecks.has(name);
}
