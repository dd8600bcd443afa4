// What fixes of variables share: other names for references, and declarations that make a name known.
import type { Span } from '../../../../shared/src/span.ts';
import type { Analysis } from '../../analysis/analyze.ts';
import type { ArgDeclaration, ArgInstruction, Instruction } from '../../dockerfile/instruction.ts';
import { originalOffset, spanOf } from '../../dockerfile/spans.ts';
import { variableReferences } from '../../dockerfile/variables.ts';
import { toLower } from '../../go/text.ts';
import { type Edit, insertAbove, insertBelow, lineEnd, lineStart, removeInstruction } from '../edits.ts';
import type { Fix } from '../rule.ts';

/** The name between the first quotes of a message. */
export function quotedName(message: string): string | undefined {
  return /'([^']*)'/.exec(message)?.[1];
}

/** The name that a message offers. */
export function suggestedName(message: string): string | undefined {
  return /\(did you mean (.*?)\?\)/.exec(message)?.[1];
}

/** Every reference to `name` within the finding, by another name. */
export function changeName(
  analysis: Analysis,
  finding: { readonly span: Span; readonly instruction: number },
  name: string,
  meant: string,
): readonly Fix[] {
  const instruction = analysis.dockerfile.instructions[finding.instruction];
  if (instruction === undefined) return [];
  const edits = referencesIn(analysis, instruction, finding.span, name).map((span) => ({ span, text: meant }));
  return edits.length === 0
    ? []
    : [{ title: `Change $${name} to $${meant} (other text, so another digest)`, edits, safe: false }];
}

/** The names of references to `name` in a span of an instruction or of its heredocs. */
function referencesIn(analysis: Analysis, instruction: Instruction, span: Span, name: string): Span[] {
  const { text, dockerfile } = analysis;
  const heredoc = instruction.heredocs.find((h) => h.contentSpan.start <= span.start && span.end <= h.contentSpan.end);
  if (heredoc !== undefined && heredoc.contentSpan.end > heredoc.contentSpan.start)
    return variableReferences(text, span.start, span.end, { escape: '\\', skipProcessQuotes: true })
      .filter((reference) => reference.name === name)
      .map(({ nameStart, nameEnd }) => ({ start: nameStart, end: nameEnd }));
  const start = originalOffset(instruction, span.start);
  const end = span.end === span.start ? start : originalOffset(instruction, span.end - 1);
  if (start === undefined || end === undefined) return [];
  const { original } = instruction;
  return variableReferences(original, start, end + 1, { escape: dockerfile.escape })
    .filter((reference) => reference.name === name)
    .map((reference) => spanOf(instruction, reference.nameStart, reference.nameEnd))
    .filter((found) => found.end - found.start === name.length);
}

interface Declared {
  readonly instruction: ArgInstruction;
  readonly index: number;
  readonly declaration: ArgDeclaration;
}

function declarationsOf(analysis: Analysis, name: string): readonly Declared[] {
  return factsOf(analysis).declared.get(name) ?? [];
}

interface Facts {
  readonly declared: ReadonlyMap<string, readonly Declared[]>;
  readonly firstFrom: number;
  /** Most keywords are in lower case. */
  readonly lower: boolean;
}

/** What each of many findings asks for. */
const known = new WeakMap<Analysis, Facts>();

function factsOf(analysis: Analysis): Facts {
  let facts = known.get(analysis);
  if (facts !== undefined) return facts;
  const declared = new Map<string, Declared[]>();
  const { instructions } = analysis.dockerfile;
  let lower = 0;
  for (const [index, instruction] of instructions.entries()) {
    if (instruction.keyword === toLower(instruction.keyword)) lower++;
    if (instruction.kind !== 'arg') continue;
    for (const declaration of instruction.declarations) {
      const found = { instruction, index, declaration };
      const others = declared.get(declaration.key.value);
      if (others === undefined) declared.set(declaration.key.value, [found]);
      else others.push(found);
    }
  }
  const firstFrom = instructions.findIndex((instruction) => instruction.kind === 'from');
  facts = { declared, firstFrom, lower: lower * 2 > instructions.length };
  known.set(analysis, facts);
  return facts;
}

/** `ARG NAME` before the first FROM, with the default that a stage gives it. */
export function declareGlobally(analysis: Analysis, name: string): readonly Fix[] {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return [];
  const later = declarationsOf(analysis, name)[0];
  const value = later?.declaration.value;
  const own =
    later === undefined || value === undefined ? '' : `=${later.instruction.original.slice(value.start, value.end)}`;
  const edit = beforeStages(analysis, `${keywordLike(analysis, 'ARG')} ${name}${own}`);
  if (edit === undefined) return [];
  const why =
    later === undefined
      ? 'a build argument can then fill it'
      : `as in line ${later.instruction.lines.first}, which is too late for FROM`;
  return [{ title: `Declare ARG ${name}${own} before the first FROM (${why})`, edits: [edit], safe: false }];
}

/** Makes `name` known to an instruction of a stage. `known`: the file has an ARG of that name that only stands elsewhere. */
export function declareInStage(
  analysis: Analysis,
  index: number,
  name: string,
): { known: boolean; fixes: readonly Fix[] } {
  const { instructions } = analysis.dockerfile;
  const instruction = instructions[index];
  if (instruction === undefined || instruction.kind === 'from' || !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    return { known: false, fixes: [] };
  // Where lines end is open in a file that can't be read; and an ARG that uses its own name needs nothing declared.
  const unreadable = analysis.dockerfile.problems.some((problem) => problem.phase === 'parse');
  if (unreadable || declaresName(instruction, name)) return { known: false, fixes: [] };
  const arg = keywordLike(analysis, 'ARG');
  const nextFrom = instructions.findIndex((other, i) => i > index && other.kind === 'from');
  const stageEnd = nextFrom < 0 ? instructions.length : nextFrom;
  const declared = declarationsOf(analysis, name);
  const late = declared.find((d) => d.index > index && d.index < stageEnd);
  const reruns = ': a change of it re-runs what follows';
  if (late !== undefined && late.instruction.declarations.length === 1 && !usesName(analysis, late.instruction, name)) {
    const { span } = late.instruction;
    const moved = insertAbove(analysis.text, instruction, analysis.text.slice(span.start, span.end));
    return {
      known: true,
      fixes: [
        {
          title: `Move ARG ${name} up from line ${late.instruction.lines.first}${reruns}`,
          edits: [moved, removeInstruction(analysis.text, late.instruction)],
          safe: false,
        },
      ],
    };
  }
  const global = declared.find((d) => d.index < factsOf(analysis).firstFrom);
  const line = insertAbove(analysis.text, instruction, `${arg} ${name}`);
  const title =
    global === undefined
      ? `Declare ARG ${name} here${reruns}`
      : `Take ARG ${name} of line ${global.instruction.lines.first} over into this stage${reruns}`;
  return { known: global !== undefined, fixes: [{ title, edits: [line], safe: false }] };
}

function declaresName(instruction: Instruction, name: string): boolean {
  return instruction.kind === 'arg' && instruction.declarations.some(({ key }) => key.value === name);
}

function usesName(analysis: Analysis, { original }: Instruction, name: string): boolean {
  const { escape: escapeChar } = analysis.dockerfile;
  return variableReferences(original, 0, original.length, { escape: escapeChar }).some((r) => r.name === name);
}

/** A keyword in the case that most instructions of the file have. */
export function keywordLike(analysis: Analysis, keyword: string): string {
  return factsOf(analysis).lower ? toLower(keyword) : keyword;
}

/** A line among the global ARGs: behind the last, else above the first FROM and the comments that stand on it. */
export function beforeStages(analysis: Analysis, line: string): Edit | undefined {
  const { text, dockerfile } = analysis;
  const { instructions, directives } = dockerfile;
  const firstFrom = instructions.findIndex((i) => i.kind === 'from');
  const from = instructions[firstFrom];
  if (from === undefined) return undefined;
  const last = instructions.slice(0, firstFrom).findLast((i) => i.kind === 'arg');
  if (last !== undefined) return insertBelow(text, last, line);
  const top = directives.reduce((end, directive) => Math.max(end, directive.span.end), 0);
  let at = lineStart(text, from.span.start);
  while (at > top) {
    const above = lineStart(text, at - 1);
    if (above < top || !/^[ \t]*#/.test(text.slice(above, at))) break;
    at = above;
  }
  if (text.charCodeAt(at) === 0xfeff) at++;
  return { span: { start: at, end: at }, text: `${line}${lineEnd(text)}` };
}
