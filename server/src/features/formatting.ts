// Blanks where they mean nothing to BuildKit: in front of instructions, at the ends of lines, before continued arguments.
//
// The graph stays as it is. So the lines of a shell command keep their indentation: BuildKit hands their blanks on to the shell,
// and one blank more or less runs the step again. Nor are comments moved that describe something only where they stand.
import type { Analysis } from '../analysis/analyze.ts';
import type { Dockerfile, Instruction, Piece } from '../dockerfile/instruction.ts';
import { lineOf } from '../dockerfile/spans.ts';
import type { Edit, FormattingOptions } from './feature.ts';

/** Edits in order of the text. None where the end of an instruction is not certain. */
export function formatting(analysis: Analysis, options: FormattingOptions): readonly Edit[] {
  const { dockerfile, text } = analysis;
  if (dockerfile.problems.some((p) => p.phase === 'parse' && unsafe.has(p.code)) || text.length === 0) return [];
  const indent = options.insertSpaces ? ' '.repeat(Math.max(1, options.tabSize)) : '\t';
  const lines: Lines = { text, starts: dockerfile.lineStarts };
  const keep = new Set<number>();
  for (const { line } of dockerfile.directives) keep.add(line - 1);
  const indents = new Map<number, string>();
  for (const instruction of dockerfile.instructions) {
    keepHeredocs(lines, instruction, keep);
    indents.set(lineAt(lines, instruction.span.start), '');
    if (instruction.kind !== 'broken' && instruction.kind !== 'onbuild')
      indentContinuations(lines, instruction, indent, indents);
  }
  indentComments(analysis, lines, indent, indents);
  const trimmable = trimmableLines(lines, dockerfile);
  const edits: Edit[] = [];
  for (let line = 0; line < lines.starts.length; line++) {
    if (keep.has(line)) continue;
    const start = startOf(lines, line);
    const end = endOf(lines, line);
    if (end - start > longestLine) continue;
    let first = start;
    while (first < end && isBlank(text.charCodeAt(first))) first++;
    if (first === end) {
      // At the very end of the file a line without characters is no line: BuildKit would no longer see that it is empty.
      const needed = end === text.length && trimmable.has(line);
      if (end > start && !needed) edits.push({ span: { start, end }, text: '' });
      continue;
    }
    const wanted = indents.get(line);
    if (wanted !== undefined && text.slice(start, first) !== wanted)
      edits.push({ span: { start, end: first }, text: wanted });
    let last = end;
    while (isBlank(text.charCodeAt(last - 1))) last--;
    if (last < end && trimmable.has(line)) edits.push({ span: { start: last, end }, text: '' });
  }
  return edits;
}

/** Problems behind which lines are not what they seem. */
const unsafe = new Set(['unterminated-heredoc', 'invalid-heredoc', 'line-too-long', 'empty-file']);
/** Near BuildKit's limit of a line, a blank more or less decides. */
const longestLine = 20_000;

/** The lines of a text, by their index. */
interface Lines {
  readonly text: string;
  readonly starts: readonly number[];
}

function startOf({ text, starts }: Lines, line: number): number {
  const start = starts[line] as number;
  return start === 0 && text.charCodeAt(0) === 0xfeff ? 1 : start;
}

/** Without the line's end. */
function endOf(lines: Lines, line: number): number {
  const { text, starts } = lines;
  let end = line + 1 < starts.length ? (starts[line + 1] as number) - 1 : text.length;
  const start = startOf(lines, line);
  while (end > start && text.charCodeAt(end - 1) === 0x0d) end--;
  return end;
}

function lineAt(lines: Lines, offset: number): number {
  return lineOf({ lineStarts: lines.starts }, offset) - 1;
}

/** The lines of instructions and comments, at whose end blanks mean nothing. */
function trimmableLines(lines: Lines, dockerfile: Dockerfile): ReadonlySet<number> {
  const found = new Set<number>();
  for (const { keyword, lines: range } of dockerfile.instructions) {
    // The image keeps a trigger with all its blanks.
    if (keyword.toLowerCase() === 'onbuild') continue;
    for (let line = range.first; line <= range.last; line++) found.add(line - 1);
  }
  for (const { span } of dockerfile.comments) found.add(lineAt(lines, span.start));
  return found;
}

function keepHeredocs(lines: Lines, instruction: Instruction, keep: Set<number>): void {
  for (const { contentSpan, terminatorSpan } of instruction.heredocs)
    for (let line = lineAt(lines, contentSpan.start); line <= lineAt(lines, terminatorSpan.start); line++)
      keep.add(line);
}

/** Lines that go on with an instruction, where a blank lies between two words or there is a blank to replace. */
function indentContinuations(
  lines: Lines,
  instruction: Instruction,
  indent: string,
  indents: Map<number, string>,
): void {
  const { pieces, original } = instruction;
  if (pieces.length === 1) return;
  const words = wordsOf(instruction);
  let next = 0;
  for (let i = 1; i < pieces.length; i++) {
    const { at, source } = pieces[i] as Piece;
    let first = at;
    while (first < original.length && isBlank(original.charCodeAt(first))) first++;
    while (next < words.length && (words[next] as Place).end <= at) next++;
    const word = words[next];
    // A word that holds the start of the line holds its blanks, too.
    if (word !== undefined && word.start < first) continue;
    const blankBefore = at > 0 && isBlank(original.charCodeAt(at - 1));
    if (first === at && !blankBefore) continue;
    if (first === original.length) continue;
    indents.set(lineAt(lines, source), indent);
  }
}

interface Place {
  readonly start: number;
  readonly end: number;
}

/** Everything in whose midst a blank counts, by its place in the instruction's text. */
function wordsOf(instruction: Instruction): Place[] {
  const places: Place[] = [{ start: 0, end: instruction.keyword.length }];
  // The quotes of a JSON string stand around its word.
  const quote = instruction.json ? 1 : 0;
  for (const { start, end } of instruction.args) places.push({ start: start - quote, end: end + quote });
  for (const { start, end } of instruction.flags) places.push({ start, end });
  for (const { word } of instruction.heredocs) places.push({ start: word.start, end: word.end });
  return places.sort((a, b) => a.start - b.start || a.end - b.end);
}

function indentComments(analysis: Analysis, lines: Lines, indent: string, indents: Map<number, string>): void {
  const { comments, instructions } = analysis.dockerfile;
  let next = 0;
  for (const { span } of comments) {
    while (next < instructions.length && (instructions[next] as Instruction).span.end < span.start) next++;
    const owner = instructions[next];
    if (owner !== undefined && owner.span.start < span.start) {
      indents.set(lineAt(lines, span.start), indent);
      continue;
    }
    // An indented comment keeps its `#`, so it says nothing to BuildKit; moved to the left it might.
    const text = analysis.text.slice(span.start + 1, span.end).trim();
    const says =
      text === '' ||
      /^check\s*=/i.test(text) ||
      (owner !== undefined && namesOf(owner).some((name) => text.startsWith(name)));
    if (!says) indents.set(lineAt(lines, span.start), '');
  }
}

/** What a comment above an instruction may describe. */
function namesOf(instruction: Instruction): readonly string[] {
  if (instruction.kind === 'arg') return instruction.declarations.map((d) => d.key.value);
  if (instruction.kind === 'from') return instruction.name === '' ? [] : [instruction.name];
  return instruction.kind === 'broken' ? [''] : [];
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
