// The meaning of each word, for colours: what a grammar cannot know, such as stages, variables with a value, and what is not built.
import type { Analysis } from '../analysis/analyze.ts';
import type { Flag, Instruction, Word } from '../dockerfile/instruction.ts';
import { mountOf } from '../dockerfile/runInstruction.ts';
import { getEnv } from '../llb/env.ts';
import { stepsOf } from './environment.ts';
import type { SemanticLegend, SemanticTokens } from './feature.ts';
import { predefinedArgs } from './predefinedArgs.ts';
import { type Section, sectionsOf, segmentsOf } from './sections.ts';
import { stageNamed } from './stageNames.ts';
import { type VariableUse, variablesOf } from './variables.ts';

/** `abstract` is what the target does not need: it is described, but not built. */
export const semanticLegend: SemanticLegend = {
  types: [
    'keyword',
    'comment',
    'string',
    'number',
    'parameter',
    'property',
    'enumMember',
    'namespace',
    'class',
    'variable',
    'macro',
  ],
  modifiers: ['declaration', 'readonly', 'defaultLibrary', 'abstract'],
};

const keyword = 0;
const comment = 1;
const string = 2;
const number = 3;
const flagName = 4;
const property = 5;
const enumMember = 6;
const stageName = 7;
const image = 8;
const variable = 9;
const macro = 10;

const declaration = 1;
const readOnly = 2;
const defaultLibrary = 4;
const abstract = 8;

export function semanticTokens(analysis: Analysis): SemanticTokens {
  return cutBy(merged(instructionTokens(analysis), commentTokens(analysis)), variableTokens(analysis));
}

type Tokens = number[];

// -------------------------------------------------------------- instructions

interface Painter {
  readonly analysis: Analysis;
  readonly out: Tokens;
  modifiers: number;
  instruction: Instruction;
  section: Section;
}

function instructionTokens(analysis: Analysis): Tokens {
  const { instructions } = analysis.dockerfile;
  const { of } = sectionsOf(analysis);
  const painter: Painter = {
    analysis,
    out: [],
    modifiers: 0,
    instruction: instructions[0] as Instruction,
    section: of[0] as Section,
  };
  for (let i = 0; i < instructions.length; i++) {
    painter.section = of[i] as Section;
    painter.modifiers = unbuilt(painter.section) ? abstract : 0;
    const from = painter.out.length;
    paintInstruction(painter, instructions[i] as Instruction);
    paintHeredocs(painter, instructions[i] as Instruction);
    sortTokens(painter.out, from);
  }
  return painter.out;
}

function unbuilt(section: Section): boolean {
  return section.stage !== undefined && !section.stage.reachable;
}

/** Puts what was painted out of order in order; nearly always there is nothing to do. */
function sortTokens(tokens: Tokens, from: number): void {
  let sorted = true;
  for (let i = from + 4; i < tokens.length; i += 4)
    if ((tokens[i] as number) < (tokens[i - 3] as number)) sorted = false;
  if (sorted) return;
  const found: [number, number, number, number][] = [];
  for (let i = from; i < tokens.length; i += 4)
    found.push([tokens[i] as number, tokens[i + 1] as number, tokens[i + 2] as number, tokens[i + 3] as number]);
  found.sort((a, b) => a[0] - b[0] || b[1] - a[1]);
  tokens.length = from;
  let end = 0;
  for (const [start, stop, type, modifiers] of found) {
    if (start < end) continue;
    tokens.push(start, stop, type, modifiers);
    end = stop;
  }
}

function paint(p: Painter, start: number, end: number, type: number, modifiers = 0): void {
  if (end <= start) return;
  const { pieces } = p.instruction;
  const first = pieces[0] as { source: number };
  if (pieces.length === 1) {
    p.out.push(first.source + start, first.source + end, type, modifiers | p.modifiers);
    return;
  }
  for (const span of segmentsOf(p.instruction, start, end))
    p.out.push(span.start, span.end, type, modifiers | p.modifiers);
}

function paintWord(p: Painter, word: Word, type: number, modifiers = 0): void {
  // The quotes of a JSON string stand outside of the word.
  const json = p.instruction.json && p.instruction.original[word.start - 1] === '"' ? 1 : 0;
  paint(p, word.start - json, word.end + json, type, modifiers);
}

function paintInstruction(p: Painter, instruction: Instruction): void {
  p.instruction = instruction;
  const written = instruction.keyword;
  paint(p, instruction.original.indexOf(written), instruction.original.indexOf(written) + written.length, keyword);
  for (const flag of instruction.flags) paintFlag(p, flag);
  const { args } = instruction;
  switch (written.toLowerCase()) {
    case 'from':
      paintFrom(p, instruction);
      return;
    case 'onbuild':
      if (instruction.kind === 'onbuild' && instruction.trigger) paintInstruction(p, instruction.trigger);
      else if (args[0]) paintWord(p, args[0], keyword);
      return;
    case 'run':
    case 'cmd':
    case 'entrypoint':
    case 'shell':
      // The shell's language is the grammar's to colour.
      if (instruction.json) for (const word of args) paintWord(p, word, string);
      return;
    case 'healthcheck':
      if (args[0]) paint(p, args[0].start, args[0].end, keyword);
      if (instruction.json) for (const word of args.slice(1)) paintWord(p, word, string);
      return;
    case 'arg':
      for (const word of args) paintAssignment(p, word, variable, declaration | readOnly);
      return;
    case 'env':
      paintPairs(p, instruction, variable, declaration);
      return;
    case 'label':
      paintPairs(p, instruction, property, declaration);
      return;
    case 'expose':
      for (const word of args) paintWord(p, word, number);
      return;
    case 'stopsignal':
      for (const word of args) paintWord(p, word, isNumber(word.value) ? number : enumMember);
      return;
    default:
      for (const word of args) if (!word.value.includes('<<')) paintWord(p, word, string);
  }
}

function paintFrom(p: Painter, instruction: Instruction): void {
  const [base, as, name] = instruction.args;
  if (base) {
    const isStage = p.section.stage?.base !== undefined;
    paintWord(p, base, isStage ? stageName : image, base.value === 'scratch' ? defaultLibrary : 0);
  }
  if (as) paintWord(p, as, keyword);
  if (name) paintWord(p, name, stageName, declaration);
}

function paintPairs(p: Painter, instruction: Instruction, type: number, modifiers: number): void {
  if (instruction.kind !== 'env' && instruction.kind !== 'label') {
    for (const word of instruction.args) paintAssignment(p, word, type, modifiers);
    return;
  }
  for (const { key, value } of instruction.pairs) {
    paintWord(p, key, type, modifiers);
    paintWord(p, value, isNumber(value.value) ? number : string);
  }
}

function paintAssignment(p: Painter, word: Word, type: number, modifiers: number): void {
  const equals = word.value.indexOf('=');
  const keyEnd = equals < 0 ? word.end : word.start + equals;
  paint(p, word.start, keyEnd, type, modifiers);
  if (equals >= 0) paint(p, keyEnd + 1, word.end, isNumber(word.value.slice(equals + 1)) ? number : string);
}

function paintFlag(p: Painter, flag: Flag): void {
  paint(p, flag.start, flag.nameEnd, flagName);
  if (flag.value === undefined) return;
  const { valueStart, valueEnd, value } = flag;
  if (flag.name === 'mount' || flag.name === 'device') {
    paintMount(p, flag);
    return;
  }
  if (flag.name === 'from') paint(p, valueStart, valueEnd, stageNamed(p.analysis, value) ? stageName : image);
  else if (isNumber(value)) paint(p, valueStart, valueEnd, number);
  else paint(p, valueStart, valueEnd, enumFlags.has(flag.name) ? enumMember : string);
}

const enumFlags = new Set(['network', 'security', 'platform', 'link', 'parents', 'keep-git-dir', 'unpack']);

function paintMount(p: Painter, flag: Flag): void {
  const { fields } = mountOf(p.instruction, flag, p.analysis.dockerfile.escape.charCodeAt(0));
  if (fields.length === 0) paint(p, flag.valueStart, flag.valueEnd, string);
  for (const { key, value } of fields) {
    paint(p, key.start, key.end, property);
    if (value === undefined) continue;
    const name = key.value.toLowerCase();
    let type = isNumber(value.value) ? number : string;
    if (
      name === 'type' ||
      name === 'sharing' ||
      name === 'readonly' ||
      name === 'ro' ||
      name === 'rw' ||
      name === 'required'
    )
      type = enumMember;
    if (name === 'from') {
      const stage = p.analysis.compilation.byName.get(value.value.toLowerCase());
      type = stage !== undefined && !stage.hidden ? stageName : image;
    }
    paint(p, value.start, value.end, type);
  }
}

function paintHeredocs(p: Painter, instruction: Instruction): void {
  for (const { word, terminatorSpan } of instruction.heredocs) {
    p.instruction = instruction;
    paint(p, word.start, word.end, macro);
    p.out.push(terminatorSpan.start, terminatorSpan.end, macro, p.modifiers);
  }
}

/** `8080`, `0644`, `1000:1000`. */
function isNumber(value: string): boolean {
  if (value === '') return false;
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if ((code < 0x30 || code > 0x39) && !((code === 0x2e || code === 0x3a) && i > 0 && i < value.length - 1))
      return false;
  }
  return true;
}

// ------------------------------------------------------------------ comments

function commentTokens(analysis: Analysis): Tokens {
  const { directives, comments } = analysis.dockerfile;
  const out: Tokens = [];
  for (const { span, nameSpan, valueSpan, name } of directives) {
    out.push(span.start, nameSpan.start, comment, 0, nameSpan.start, nameSpan.end, macro, 0);
    out.push(valueSpan.start, valueSpan.end, name === 'syntax' ? image : enumMember, 0);
  }
  for (const { span } of comments) if (span.end > span.start) out.push(span.start, span.end, comment, 0);
  return out;
}

// ----------------------------------------------------------------- variables

function variableTokens(analysis: Analysis): Tokens {
  const { text } = analysis;
  const { of } = sectionsOf(analysis);
  const steps = stepsOf(analysis);
  const out: Tokens = [];
  let last = 0;
  for (const use of variablesOf(analysis).uses) {
    let { start, end } = use.span;
    if (end - start !== use.name.length || start < last) continue;
    if (text[start - 1] === '$') start--;
    else if (text[start - 1] === '{' && text[start - 2] === '$') {
      start -= 2;
      if (text[end] === '}') end++;
    }
    if (start < last) continue;
    const section = of[use.instruction] as Section;
    let modifiers = unbuilt(section) ? abstract : 0;
    if (use.declaration?.kind === 'arg') modifiers |= readOnly;
    if (isOutside(analysis, steps, use)) modifiers |= defaultLibrary;
    out.push(start, end, variable, modifiers);
    last = end;
  }
  return out;
}

/** The base image or the build gives the value. */
function isOutside(analysis: Analysis, steps: ReturnType<typeof stepsOf>, use: VariableUse): boolean {
  if (use.declaration !== undefined || use.by === 'runtime') return false;
  const env = steps.get(use.instruction)?.before.env;
  if (env !== undefined) return getEnv(env, use.name) !== undefined;
  return predefinedArgs.has(use.name) && getEnv(analysis.compilation.globalArgs, use.name) !== undefined;
}

// ------------------------------------------------------------------- merging

/** Two ordered lists as one; they do not overlap. */
function merged(a: Tokens, b: Tokens): Tokens {
  const out: Tokens = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const fromA = j >= b.length || (i < a.length && (a[i] as number) <= (b[j] as number));
    const from = fromA ? a : b;
    const at = fromA ? i : j;
    out.push(from[at] as number, from[at + 1] as number, from[at + 2] as number, from[at + 3] as number);
    if (fromA) i += 4;
    else j += 4;
  }
  return out;
}

/** `over` lies upon `base`: what is below it is cut away. Both are ordered. */
function cutBy(base: Tokens, over: Tokens): Tokens {
  const out: Tokens = [];
  let next = 0;
  let done = 0;
  const put = (start: number, end: number, type: number, modifiers: number): void => {
    const from = Math.max(start, done);
    if (end <= from) return;
    out.push(from, end, type, modifiers);
    done = end;
  };
  const putNext = (): void => {
    put(over[next] as number, over[next + 1] as number, over[next + 2] as number, over[next + 3] as number);
    next += 4;
  };
  for (let i = 0; i < base.length; i += 4) {
    const start = base[i] as number;
    const end = base[i + 1] as number;
    while (next < over.length && (over[next + 1] as number) <= start) putNext();
    let at = start;
    while (next < over.length && (over[next] as number) < end) {
      put(at, over[next] as number, base[i + 2] as number, base[i + 3] as number);
      at = over[next + 1] as number;
      putNext();
    }
    put(at, end, base[i + 2] as number, base[i + 3] as number);
  }
  while (next < over.length) putNext();
  return out;
}
