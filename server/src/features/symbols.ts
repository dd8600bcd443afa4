// The outline of a file: directives, global ARGs, and stages with their instructions.
import type { Span } from '../../../shared/src/span.ts';
import type { Analysis } from '../analysis/analyze.ts';
import { stageTitle } from '../analysis/graph.ts';
import type { Instruction, KeyValue, Word } from '../dockerfile/instruction.ts';
import type { Symbol as Outline } from './feature.ts';
import { heredocNameSpan } from './names.ts';
import { placeOf, type Section, sectionSpan, sectionsOf } from './sections.ts';

export function documentSymbols(analysis: Analysis): readonly Outline[] {
  const { directives, instructions } = analysis.dockerfile;
  const { globals, all } = sectionsOf(analysis);
  const found: Outline[] = [];
  for (const { name, value, span, nameSpan } of directives)
    found.push({ name, detail: value, kind: 'directive', span, selection: nameSpan, children: none });
  for (let i = globals.first; i < globals.end; i++) found.push(...globalSymbols(instructions[i] as Instruction));
  for (const section of all) found.push(stageSymbol(analysis, section));
  return found;
}

const none: readonly Outline[] = [];
/** Longer names are cut: an outline is narrow. */
const longest = 80;

/** Each ARG before the first FROM stands for itself. */
function globalSymbols(instruction: Instruction): readonly Outline[] {
  if (instruction.kind !== 'arg') return [instructionSymbol(instruction)];
  const fields = fieldSymbols(instruction);
  return fields.length === 1 ? [{ ...(fields[0] as Outline), span: instruction.span }] : fields;
}

function stageSymbol(analysis: Analysis, section: Section): Outline {
  const { instructions } = analysis.dockerfile;
  const from = instructions[section.first] as Instruction;
  const { stage } = section;
  const nameWord = from.kind === 'from' ? from.nameWord : undefined;
  const base = from.args[0]?.value ?? '';
  const children: Outline[] = [];
  for (let i = section.first + 1; i < section.end; i++)
    children.push(instructionSymbol(instructions[i] as Instruction));
  const word = nameWord ?? from.args[0];
  return {
    name:
      stage === undefined
        ? titled('FROM', base)
        : nameWord === undefined
          ? `${stageTitle(stage)}: ${short(base)}`
          : stage.name || nameWord.value,
    ...(nameWord === undefined ? {} : { detail: short(`FROM ${base}`) }),
    kind: 'stage',
    span: sectionSpan(analysis, section),
    selection: word === undefined ? keywordSpan(from) : placeOf(from, word),
    children,
  };
}

function keywordSpan(instruction: Instruction): Span {
  const { start, end } = instruction.span;
  return { start, end: Math.min(start + instruction.keyword.length, end) };
}

function instructionSymbol(instruction: Instruction): Outline {
  const keyword = instruction.keyword.toUpperCase();
  const fields = fieldSymbols(instruction);
  const [only] = fields;
  const shown = { span: instruction.span, selection: keywordSpan(instruction) };
  if (only !== undefined && fields.length === 1 && only.kind !== 'heredoc')
    return {
      name: titled(keyword, only.name),
      ...(only.detail === undefined ? {} : { detail: only.detail }),
      kind: only.kind,
      span: instruction.span,
      selection: only.selection,
      children: none,
    };
  const { name, detail } = summary(instruction, keyword);
  return { name, ...(detail === '' ? {} : { detail }), kind: 'instruction', ...shown, children: fields };
}

function summary(instruction: Instruction, keyword: string): { name: string; detail: string } {
  const detail = short(instruction.flags.map((flag) => flag.raw).join(' '));
  switch (instruction.kind) {
    case 'copy':
    case 'add': {
      const sources = [...instruction.sources.map((w) => w.value), ...instruction.contents.map((c) => `<<${c.path}`)];
      return { name: titled(keyword, `${sources.join(' ')} → ${instruction.dest.value}`), detail };
    }
    case 'env':
    case 'label':
      return { name: titled(keyword, instruction.pairs.map((pair) => pair.key.value).join(' ')), detail };
    case 'arg':
      return { name: titled(keyword, instruction.declarations.map((d) => d.key.value).join(' ')), detail };
    case 'onbuild':
      return { name: titled(keyword, instruction.expression), detail };
    default:
      return { name: titled(keyword, instruction.args.map((arg) => arg.value).join(' ')), detail };
  }
}

/** The variables, labels and heredocs of an instruction. */
function fieldSymbols(instruction: Instruction): readonly Outline[] {
  switch (instruction.kind) {
    case 'arg':
      return instruction.declarations.map(({ key, value }) => field(instruction, 'argument', key, value));
    case 'env':
      return instruction.pairs.map((pair) => pairField(instruction, 'variable', pair));
    case 'label':
      return instruction.pairs.map((pair) => pairField(instruction, 'label', pair));
    default:
      if (instruction.heredocs.length === 0) return none;
      return instruction.heredocs.map((heredoc): Outline => {
        const span = { start: heredoc.contentSpan.start, end: heredoc.terminatorSpan.end };
        const selection = heredocNameSpan(instruction, heredoc) === undefined ? span : heredoc.terminatorSpan;
        return { name: `<<${heredoc.name}`, kind: 'heredoc', span, selection, children: none };
      });
  }
}

function pairField(instruction: Instruction, kind: 'variable' | 'label', { key, value }: KeyValue): Outline {
  return field(instruction, kind, key, value);
}

function field(instruction: Instruction, kind: Outline['kind'], key: Word, value: Word | undefined): Outline {
  const selection = placeOf(instruction, key);
  const span =
    value === undefined
      ? selection
      : { start: selection.start, end: Math.max(selection.end, placeOf(instruction, value).end) };
  return {
    name: short(key.value) || '""',
    ...(value === undefined || value.value === '' ? {} : { detail: short(value.value) }),
    kind,
    span,
    selection,
    children: none,
  };
}

function titled(keyword: string, rest: string): string {
  return rest === '' ? short(keyword) || '?' : short(`${keyword} ${rest}`);
}

const blanks = /^\s|\s\s|[\t\n\r\v\f]|\s$/;

/** One line without runs of blanks, cut where it is long. */
function short(text: string): string {
  const start = text.length > 4 * longest ? text.slice(0, 4 * longest) : text;
  const flat = blanks.test(start) ? start.replace(/\s+/g, ' ').trim() : start;
  if (flat.length <= longest) return flat;
  // A character is not cut in two.
  const end =
    flat.charCodeAt(longest - 2) >= 0xd800 && flat.charCodeAt(longest - 2) <= 0xdbff ? longest - 2 : longest - 1;
  return `${flat.slice(0, end)}…`;
}
