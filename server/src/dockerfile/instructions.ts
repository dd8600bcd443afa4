// A line in its parts into a typed instruction: the second of BuildKit's two readings, with its errors.
import { equalFold, quote, toLower, toUpper, trimSpace } from '../go/text.ts';
import { compareUtf8 } from '../go/utf8.ts';
import { readAdd, readCopy } from './copyInstructions.ts';
import { readHealthcheck } from './healthcheck.ts';
import type { ArgDeclaration, BrokenInstruction, Instruction, InstructionBase, KeyValue, Word } from './instruction.ts';
import { argumentsSpan, atLeastOne, fail, type InstructionError, missing, takesNoFlags } from './instructionErrors.ts';
import { flagValue } from './instructionFlags.ts';
import { instructionNames, type Line } from './lineParsers.ts';
import { commandLine, readRun } from './runInstruction.ts';
import { suggest, withSuggestion } from './suggest.ts';
import { triggerBase, triggerExpression } from './triggers.ts';

/** Builds the instruction of `line`; what is wrong goes to `errors`, the one that BuildKit stops at first. */
export function readInstruction(
  line: Line,
  base: InstructionBase,
  escapeCode: number,
  errors: InstructionError[],
): Instruction {
  const before = errors.length;
  const instruction = readKnown(line, base, escapeCode, errors);
  return instruction && errors.length === before ? instruction : broken(base);
}

/** An instruction that BuildKit refuses. */
export function broken(base: InstructionBase): BrokenInstruction {
  return { ...base, broken: true, kind: 'broken' };
}

function readKnown(
  line: Line,
  base: InstructionBase,
  escapeCode: number,
  errors: InstructionError[],
): Instruction | undefined {
  switch (line.known) {
    case 'env':
    case 'label':
      return readPairs(line.known, line, base, errors);
    case 'maintainer':
    case 'workdir':
    case 'user':
    case 'stopsignal': {
      const { known } = line;
      const [word] = base.args;
      if (!word) fail(errors, missing(`${known.toUpperCase()} requires exactly one argument`, line));
      if ((known !== 'stopsignal' && !takesNoFlags(line, errors)) || !word) return undefined;
      if (known === 'maintainer') return { ...base, kind: known, maintainer: word.value };
      if (known === 'workdir') return { ...base, kind: known, path: word };
      return known === 'user' ? { ...base, kind: known, user: word } : { ...base, kind: known, signal: word };
    }
    case 'add':
      return readAdd(line, base, errors);
    case 'copy':
      return readCopy(line, base, errors);
    case 'from':
      return readFrom(line, base, errors);
    case 'onbuild':
      return readOnbuild(line, base, escapeCode, errors);
    case 'run':
      return readRun(line, base, escapeCode, errors);
    case 'cmd':
    case 'entrypoint':
      if (!takesNoFlags(line, errors)) return undefined;
      return { ...base, kind: line.known, cmdLine: commandLine(base), prependShell: !base.json };
    case 'healthcheck':
      return readHealthcheck(line, base, errors);
    case 'expose': {
      if (base.args.length === 0) return fail(errors, atLeastOne('expose', line));
      if (!takesNoFlags(line, errors)) return undefined;
      const ports = base.args.length === 1 ? base.args : [...base.args].sort((a, b) => compareUtf8(a.value, b.value));
      return { ...base, kind: 'expose', ports };
    }
    case 'volume':
      return readVolume(line, base, errors);
    case 'arg':
      return readArg(line, base, errors);
    case 'shell': {
      const flagsFit = takesNoFlags(line, errors);
      if (base.args.length === 0) return fail(errors, atLeastOne('shell', line));
      if (base.json) return flagsFit ? { ...base, kind: 'shell', shell: base.args.map((arg) => arg.value) } : undefined;
      const summary = 'SHELL requires the arguments to be in JSON form';
      return fail(errors, { ...argumentsSpan(base), summary, code: 'shell-not-json' });
    }
    default:
      return unknownInstruction(line, errors);
  }
}

function unknownInstruction(line: Line, errors: InstructionError[]): undefined {
  const { keyword, keywordStart: start, keywordEnd: end } = line;
  const suggestion = suggest(keyword, instructionNames, false, true);
  const summary = withSuggestion(`unknown instruction: ${keyword}`, suggestion);
  return fail(errors, { summary, code: 'unknown-instruction', start, end, suggestion });
}

function readPairs(
  kind: 'env' | 'label',
  line: Line,
  base: InstructionBase,
  errors: InstructionError[],
): Instruction | undefined {
  const { args } = base;
  const flagsFit = takesNoFlags(line, errors);
  if (args.length === 0) return fail(errors, atLeastOne(kind, line));
  const pairs: KeyValue[] = [];
  for (let i = 0; i + 2 < args.length; i += 3) {
    const key = args[i] as Word;
    if (key.value === '') return fail(errors, { ...blankName(kind), start: key.start, end: (args[i + 1] as Word).end });
    pairs.push({ key, value: args[i + 1] as Word, noDelimiter: (args[i + 2] as Word).value === '' });
  }
  if (!flagsFit) return undefined;
  return { ...base, kind, pairs };
}

function blankName(name: string): { readonly summary: string; readonly code: string } {
  return { summary: `${name.toUpperCase()} names can not be blank`, code: 'blank-name' };
}

function readArg(line: Line, base: InstructionBase, errors: InstructionError[]): Instruction | undefined {
  if (base.args.length === 0) return fail(errors, atLeastOne('arg', line));
  const declarations: ArgDeclaration[] = [];
  for (const word of base.args) {
    const { value, start, end } = word;
    const equals = value.indexOf('=');
    if (equals === 0) return fail(errors, { ...blankName('arg'), start, end });
    const key = equals < 0 ? word : { value: value.slice(0, equals), start, end: start + equals };
    declarations.push({
      key,
      value: equals < 0 ? undefined : { value: value.slice(equals + 1), start: start + equals + 1, end },
      docComment: docComment(base.comments, key.value),
    });
  }
  return { ...base, kind: 'arg', declarations };
}

/** What a comment says of `name`: the text behind `# name `. */
function docComment(comments: readonly string[], name: string): string {
  if (name === '') return '';
  for (const comment of comments)
    if (comment.startsWith(name) && comment[name.length] === ' ') return comment.slice(name.length + 1);
  return '';
}

function readFrom(line: Line, base: InstructionBase, errors: InstructionError[]): Instruction | undefined {
  const { args } = base;
  const [baseName, as, nameWord] = args;
  let name = '';
  if (args.length === 3 && equalFold((as as Word).value, 'as')) {
    const { value, start, end } = nameWord as Word;
    name = toLower(value);
    if (!stageName.test(name)) {
      const summary = `invalid name for build stage: ${quote(value)}, name can't start with a number or contain symbols`;
      fail(errors, { summary, code: 'invalid-stage-name', start, end });
    }
  } else if (args.length !== 1) {
    const span = args.length === 0 ? { start: line.keywordStart, end: line.keywordEnd } : argumentsSpan(base);
    fail(errors, { ...span, summary: 'FROM requires either one or three arguments', code: 'from-arguments' });
  }
  if (!takesNoFlags(line, errors) || baseName === undefined) return undefined;
  return {
    ...base,
    kind: 'from',
    baseName,
    name,
    nameWord: args.length === 3 ? nameWord : undefined,
    platform: flagValue(base.flags, 'platform'),
    docComment: docComment(base.comments, name),
  };
}

const stageName = /^[a-z][a-z0-9\-_.]*$/;

function readOnbuild(
  line: Line,
  base: InstructionBase,
  escapeCode: number,
  errors: InstructionError[],
): Instruction | undefined {
  const { trigger } = line;
  if (!trigger) return fail(errors, atLeastOne('onbuild', line));
  const flagsFit = takesNoFlags(line, errors);
  const name = toUpper(trimSpace(trigger.keyword));
  const place = { start: trigger.keywordStart, end: trigger.keywordEnd };
  if (name === 'ONBUILD') {
    const summary = "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed";
    return fail(errors, { ...place, summary, code: 'onbuild-chain' });
  }
  if (name === 'MAINTAINER' || name === 'FROM') {
    const summary = `${name} isn't allowed as an ONBUILD trigger`;
    return fail(errors, { ...place, summary, code: 'onbuild-forbidden' });
  }
  if (!flagsFit) return undefined;
  return {
    ...base,
    kind: 'onbuild',
    expression: triggerExpression(base),
    trigger: readInstruction(trigger, triggerBase(trigger, base), escapeCode, []),
  };
}

function readVolume(line: Line, base: InstructionBase, errors: InstructionError[]): Instruction | undefined {
  if (base.args.length === 0) return fail(errors, atLeastOne('volume', line));
  if (!takesNoFlags(line, errors)) return undefined;
  const volumes: Word[] = [];
  for (const arg of base.args) {
    const value = trimSpace(arg.value);
    if (value === '') {
      const summary = 'VOLUME specified can not be an empty string';
      return fail(errors, { summary, code: 'empty-volume', start: arg.start, end: arg.end });
    }
    volumes.push(value === arg.value ? arg : { value, start: arg.start, end: arg.end });
  }
  return { ...base, kind: 'volume', volumes };
}
