// A line in its parts into a typed instruction: the second of BuildKit's two readings, with its errors.
import { csvFieldPlaces } from '../go/csv.ts';
import { parseDuration } from '../go/duration.ts';
import { equalFold, parseInteger, quote, toLower, toUpper, trimSpace } from '../go/text.ts';
import { compareUtf8 } from '../go/utf8.ts';
import { flagPlaces } from './flags.ts';
import { chompTabs, parseHeredoc } from './heredocs.ts';
import type {
  ArgDeclaration,
  Flag,
  Healthcheck,
  Heredoc,
  Instruction,
  InstructionBase,
  KeyValue,
  Mount,
  MountField,
  SourceContent,
  Word,
} from './instruction.ts';
import { flagErrors, flagTruth, flagTypes, flagValue, flagValues } from './instructionFlags.ts';
import { instructionNames, type Line, type LineError } from './lineParsers.ts';
import { type FieldError, networkError, parseDevice, parseMount, securityError } from './mounts.ts';
import { suggest, withSuggestion } from './suggest.ts';

/** What is wrong with an instruction, in offsets of its text. */
export interface InstructionError extends LineError {
  readonly suggestion?: string;
}

/** Builds the instruction of `line`; what is wrong goes to `errors`, the one that BuildKit stops at first. */
export function readInstruction(
  line: Line,
  base: InstructionBase,
  escapeCode: number,
  errors: InstructionError[],
): Instruction {
  const before = errors.length;
  const instruction = readKnown(line, base, escapeCode, errors);
  if (instruction && errors.length === before) return instruction;
  return { ...base, broken: true, kind: 'broken' };
}

/** A flag of RUN --mount with the place of each field. */
export function mountOf(base: { readonly original: string }, flag: Flag, escapeCode: number): Mount {
  const value = flag.value ?? '';
  const csv = csvFieldPlaces(value);
  if (typeof csv === 'string') return { flag, fields: [] };
  const places = flagPlaces(base.original, flag, escapeCode);
  const valueOffset = flag.raw.length - value.length;
  const placeOf = (i: number): number => (places ? (places[valueOffset + i] as number) : flag.start + valueOffset + i);
  const fields: MountField[] = [];
  for (const field of csv) {
    const text = field.value;
    const quoted = value[field.start] === '"';
    const start = quoted ? field.start + 1 : field.start;
    const end = quoted ? field.end - 1 : field.end;
    const equals = text.indexOf('=');
    // Doubled quotes in a quoted field make it longer in the text than it is.
    const keyEnd = equals < 0 ? end : Math.min(start + equals, end);
    const key = { value: equals < 0 ? text : text.slice(0, equals), start: placeOf(start), end: placeOf(keyEnd) };
    const valueStart = Math.min(keyEnd + 1, end);
    fields.push({
      key,
      value: equals < 0 ? undefined : { value: text.slice(equals + 1), start: placeOf(valueStart), end: placeOf(end) },
    });
  }
  return { flag, fields };
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
    case 'maintainer': {
      const word = exactlyOne('MAINTAINER', line, base, errors);
      return takesNoFlags(line, errors) && word ? { ...base, kind: 'maintainer', maintainer: word.value } : undefined;
    }
    case 'add':
      return readAdd(line, base, errors);
    case 'copy':
      return readCopy(line, base, errors);
    case 'from':
      return readFrom(line, base, errors);
    case 'onbuild':
      return readOnbuild(line, base, escapeCode, errors);
    case 'workdir': {
      const path = exactlyOne('WORKDIR', line, base, errors);
      return takesNoFlags(line, errors) && path ? { ...base, kind: 'workdir', path } : undefined;
    }
    case 'run':
      return readRun(line, base, escapeCode, errors);
    case 'cmd':
      if (!takesNoFlags(line, errors)) return undefined;
      return { ...base, kind: 'cmd', cmdLine: commandLine(base), prependShell: !base.json };
    case 'entrypoint':
      if (!takesNoFlags(line, errors)) return undefined;
      return { ...base, kind: 'entrypoint', cmdLine: commandLine(base), prependShell: !base.json };
    case 'healthcheck':
      return readHealthcheck(line, base, errors);
    case 'expose': {
      if (base.args.length === 0) return fail(errors, atLeastOne('EXPOSE', line));
      if (!takesNoFlags(line, errors)) return undefined;
      const ports = base.args.length === 1 ? base.args : [...base.args].sort((a, b) => compareUtf8(a.value, b.value));
      return { ...base, kind: 'expose', ports };
    }
    case 'user': {
      const user = exactlyOne('USER', line, base, errors);
      return takesNoFlags(line, errors) && user ? { ...base, kind: 'user', user } : undefined;
    }
    case 'volume':
      return readVolume(line, base, errors);
    case 'stopsignal': {
      const signal = exactlyOne('STOPSIGNAL', line, base, errors);
      return signal && { ...base, kind: 'stopsignal', signal };
    }
    case 'arg':
      return readArg(line, base, errors);
    case 'shell': {
      const flagsFit = takesNoFlags(line, errors);
      if (base.args.length === 0) return fail(errors, atLeastOne('SHELL', line));
      if (base.json) return flagsFit ? { ...base, kind: 'shell', shell: base.args.map((arg) => arg.value) } : undefined;
      const summary = 'SHELL requires the arguments to be in JSON form';
      return fail(errors, { ...argumentsSpan(base), summary, code: 'shell-not-json' });
    }
    default:
      return unknownInstruction(line, errors);
  }
}

function fail(errors: InstructionError[], error: InstructionError): undefined {
  errors.push(error);
  return undefined;
}

function takesNoFlags(line: Line, errors: InstructionError[]): boolean {
  if (line.flags.length === 0) return true;
  const found = flagErrors(line.flags, flagTypes[line.known ?? 'env']);
  errors.push(...found);
  return found.length === 0;
}

function atLeastOne(name: string, line: Line): InstructionError {
  return missing(`${name} requires at least one argument`, line);
}

function missing(summary: string, line: Line): InstructionError {
  return { summary, code: 'missing-arguments', start: line.keywordStart, end: line.keywordEnd };
}

function exactlyOne(name: string, line: Line, base: InstructionBase, errors: InstructionError[]): Word | undefined {
  const [word] = base.args;
  return word ?? fail(errors, missing(`${name} requires exactly one argument`, line));
}

/** From the first to the last argument. */
function argumentsSpan(base: InstructionBase): { readonly start: number; readonly end: number } {
  const first = base.args[0];
  const last = base.args[base.args.length - 1];
  return { start: first?.start ?? 0, end: last?.end ?? 0 };
}

function unknownInstruction(line: Line, errors: InstructionError[]): undefined {
  const suggestion = suggest(line.keyword, instructionNames, false);
  const error = {
    summary: withSuggestion(`unknown instruction: ${line.keyword}`, suggestion),
    code: 'unknown-instruction',
    start: line.keywordStart,
    end: line.keywordEnd,
  };
  return fail(errors, suggestion === undefined ? error : { ...error, suggestion });
}

/** The arguments as a command: one string in shell form. */
function commandLine(base: InstructionBase): readonly string[] {
  const { args } = base;
  if (base.json) return args.map((arg) => arg.value);
  const [first] = args;
  return first === undefined ? [] : [first.value];
}

function readPairs(
  kind: 'env' | 'label',
  line: Line,
  base: InstructionBase,
  errors: InstructionError[],
): Instruction | undefined {
  const name = kind === 'env' ? 'ENV' : 'LABEL';
  const { args } = base;
  const flagsFit = takesNoFlags(line, errors);
  if (args.length === 0) return fail(errors, atLeastOne(name, line));
  const pairs: KeyValue[] = [];
  for (let i = 0; i + 2 < args.length; i += 3) {
    const key = args[i] as Word;
    if (key.value === '') return fail(errors, { ...blankName(name), start: key.start, end: (args[i + 1] as Word).end });
    pairs.push({ key, value: args[i + 1] as Word, noDelimiter: (args[i + 2] as Word).value === '' });
  }
  if (!flagsFit) return undefined;
  return kind === 'env' ? { ...base, kind, pairs } : { ...base, kind, pairs };
}

function blankName(name: string): { readonly summary: string; readonly code: string } {
  return { summary: `${name} names can not be blank`, code: 'blank-name' };
}

function readArg(line: Line, base: InstructionBase, errors: InstructionError[]): Instruction | undefined {
  if (base.args.length === 0) return fail(errors, atLeastOne('ARG', line));
  const declarations: ArgDeclaration[] = [];
  for (const word of base.args) {
    const { value, start, end } = word;
    const equals = value.indexOf('=');
    if (equals === 0) return fail(errors, { ...blankName('ARG'), start, end });
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

interface Sources {
  readonly sources: readonly Word[];
  readonly contents: readonly SourceContent[];
  readonly dest: Word;
}

function readSources(
  name: 'ADD' | 'COPY',
  line: Line,
  base: InstructionBase,
  errors: InstructionError[],
): Sources | undefined {
  const { args, flags } = base;
  if (args.length < 2) {
    const summary = `${name} requires at least two arguments, but only one was provided. Destination could not be determined`;
    return fail(errors, { ...missing(summary, line), code: 'missing-destination' });
  }
  if (flags.length > 0 && !takesNoFlags(line, errors)) return undefined;
  const dest = args[args.length - 1] as Word;
  if (isHeredoc(dest.value)) {
    const summary = `${name} cannot accept a heredoc as a destination`;
    return fail(errors, { summary, code: 'heredoc-destination', start: dest.start, end: dest.end });
  }
  const sources: Word[] = [];
  const contents: SourceContent[] = [];
  for (let i = 0; i < args.length - 1; i++) {
    const arg = args[i] as Word;
    const content = arg.value.includes('<<') ? contentOf(arg, base) : undefined;
    if (content) contents.push(content);
    else sources.push(arg);
  }
  return { sources, contents, dest };
}

function isHeredoc(value: string): boolean {
  if (!value.includes('<<')) return false;
  const heredoc = parseHeredoc(value);
  return heredoc !== undefined && !('error' in heredoc);
}

/** The anonymous file that `arg` stands for; its text is that of the last heredoc of that name. */
function contentOf(arg: Word, base: InstructionBase): SourceContent | undefined {
  const word = parseHeredoc(arg.value);
  if (word === undefined || 'error' in word) return undefined;
  const { name, expand, chomp } = word;
  const nowhere = { start: base.span.end, end: base.span.end };
  // The JSON form has no heredocs: its file is empty.
  const heredoc: Heredoc = base.heredocs.findLast((candidate) => candidate.name === name) ?? {
    ...word,
    content: '',
    contentSpan: nowhere,
    terminatorSpan: nowhere,
    word: arg,
  };
  return { path: name, data: chomp ? chompTabs(heredoc.content) : heredoc.content, expand, heredoc };
}

function readAdd(line: Line, base: InstructionBase, errors: InstructionError[]): Instruction | undefined {
  const sources = readSources('ADD', line, base, errors);
  if (!sources) return undefined;
  const { flags } = base;
  return {
    ...base,
    kind: 'add',
    ...sources,
    chown: flagValue(flags, 'chown'),
    chmod: flagValue(flags, 'chmod'),
    link: flagTruth(flags, 'link') === true,
    excludes: flagValues(flags, 'exclude'),
    keepGitDir: flagTruth(flags, 'keep-git-dir'),
    unpack: flagTruth(flags, 'unpack'),
    checksum: flagValue(flags, 'checksum'),
  };
}

function readCopy(line: Line, base: InstructionBase, errors: InstructionError[]): Instruction | undefined {
  const sources = readSources('COPY', line, base, errors);
  if (!sources) return undefined;
  const { flags } = base;
  return {
    ...base,
    kind: 'copy',
    ...sources,
    chown: flagValue(flags, 'chown'),
    chmod: flagValue(flags, 'chmod'),
    link: flagTruth(flags, 'link') === true,
    excludes: flagValues(flags, 'exclude'),
    from: flagValue(flags, 'from'),
    parents: flagTruth(flags, 'parents') === true,
  };
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
  if (!trigger) return fail(errors, atLeastOne('ONBUILD', line));
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

/** The trigger as the image keeps it. */
function triggerExpression(base: InstructionBase): string {
  const { original, heredocs } = base;
  let start = 0;
  while (isBlank(original.charCodeAt(start))) start++;
  if (asciiLower(original.slice(start, start + 7)) === 'onbuild') {
    start += 7;
    while (isBlank(original.charCodeAt(start))) start++;
  } else start = 0;
  let expression = original.slice(start);
  for (const heredoc of heredocs) expression += `\n${heredoc.content}${heredoc.name}`;
  return expression;
}

function asciiLower(s: string): string {
  return s.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0c || code === 0x0d;
}

/** What the trigger has of its own and what it shares with the ONBUILD around it. */
function triggerBase(trigger: Line, base: InstructionBase): InstructionBase {
  const from = trigger.textStart;
  const moved = (word: Word): Word => ({ value: word.value, start: word.start - from, end: word.end - from });
  const pieces = [];
  for (const [i, piece] of base.pieces.entries()) {
    const next = base.pieces[i + 1];
    if (next && next.at <= from) continue;
    pieces.push(
      piece.at >= from
        ? { at: piece.at - from, source: piece.source }
        : { at: 0, source: piece.source + from - piece.at },
    );
  }
  const keywordPiece = pieces[0];
  return {
    ...base,
    keyword: trigger.keyword,
    original: trigger.text,
    code: trimSpace(trigger.text),
    pieces,
    span: { start: keywordPiece?.source ?? base.span.start, end: base.span.end },
    comments: [],
    commentSpan: undefined,
    flags: trigger.flags.map((flag) => ({
      ...flag,
      start: flag.start - from,
      end: flag.end - from,
      nameStart: flag.nameStart - from,
      nameEnd: flag.nameEnd - from,
      valueStart: flag.valueStart - from,
      valueEnd: flag.valueEnd - from,
    })),
    heredocs: base.heredocs.map((heredoc) => ({ ...heredoc, word: moved(heredoc.word) })),
    json: trigger.json,
    args: argsOf(trigger).map(moved),
  };
}

/** BuildKit's arguments of a line: for ONBUILD the trigger's keyword, then its arguments. */
export function argsOf(line: Line): readonly Word[] {
  if (!line.trigger) return line.args;
  const words: Word[] = [];
  let inner = line;
  while (inner.trigger) {
    inner = inner.trigger;
    words.push({ value: inner.keyword, start: inner.keywordStart, end: inner.keywordEnd });
  }
  words.push(...inner.args);
  return words;
}

function readRun(
  line: Line,
  base: InstructionBase,
  escapeCode: number,
  errors: InstructionError[],
): Instruction | undefined {
  const cmdLine = commandLine(base);
  const prependShell = !base.json;
  const { flags } = base;
  if (flags.length === 0)
    return {
      ...base,
      kind: 'run',
      cmdLine,
      prependShell,
      mounts: noMounts,
      network: '',
      security: '',
      devices: noStrings,
      flagsUsed: noStrings,
    };
  if (!takesNoFlags(line, errors)) return undefined;
  const before = errors.length;
  const mounts: Mount[] = [];
  const devices: string[] = [];
  const used = new Set<string>();
  // BuildKit asks for devices first, then mounts, then the network, then security.
  for (const flag of flags) {
    used.add(flag.name);
    if (flag.name !== 'device') continue;
    const device = parseDevice(flag.value ?? '');
    if ('error' in device) fail(errors, fieldError(device, flag, base, escapeCode, 'invalid-device'));
    devices.push(flag.value ?? '');
  }
  for (const flag of flags) {
    if (flag.name !== 'mount') continue;
    const mount = parseMount(flag.value ?? '');
    if ('error' in mount) fail(errors, fieldError(mount, flag, base, escapeCode, 'invalid-mount'));
    mounts.push(mountOf(base, flag, escapeCode));
  }
  const network = flagValue(flags, 'network');
  const security = flagValue(flags, 'security');
  const wrongNetwork = used.has('network') ? networkError(network.value) : undefined;
  if (wrongNetwork !== undefined) fail(errors, { ...network, summary: wrongNetwork, code: 'invalid-network' });
  const wrongSecurity = used.has('security') ? securityError(security.value) : undefined;
  if (wrongSecurity !== undefined) fail(errors, { ...security, summary: wrongSecurity, code: 'invalid-security' });
  if (errors.length > before) return undefined;
  return {
    ...base,
    kind: 'run',
    cmdLine,
    prependShell,
    mounts,
    network: network.value,
    security: security.value,
    devices,
    flagsUsed: [...used],
  };
}

const noMounts: readonly Mount[] = [];
const noStrings: readonly string[] = [];

/** An error in the value of a flag, at the field that is wrong. */
function fieldError(
  error: FieldError,
  flag: Flag,
  base: InstructionBase,
  escapeCode: number,
  code: string,
): InstructionError {
  const { field, suggestion } = error;
  let { valueStart: start, valueEnd: end } = flag;
  if (field) {
    const places = flagPlaces(base.original, flag, escapeCode);
    const offset = flag.raw.length - (flag.value ?? '').length;
    start = places ? (places[offset + field.start] as number) : flag.start + offset + field.start;
    end = places ? (places[offset + field.end] as number) : flag.start + offset + field.end;
  }
  const found = { summary: error.error, code, start, end };
  return suggestion === undefined ? found : { ...found, suggestion };
}

function readHealthcheck(line: Line, base: InstructionBase, errors: InstructionError[]): Instruction | undefined {
  const { args, flags } = base;
  const [typeWord] = args;
  if (!typeWord) return fail(errors, atLeastOne('HEALTHCHECK', line));
  const type = toUpper(typeWord.value);
  const rest = args.slice(1).map((arg) => arg.value);
  if (type === 'NONE') {
    if (rest.length > 0) {
      const place = { start: (args[1] as Word).start, end: (args[args.length - 1] as Word).end };
      const summary = 'HEALTHCHECK NONE takes no arguments';
      return fail(errors, { ...place, summary, code: 'too-many-arguments' });
    }
    return { ...base, kind: 'healthcheck', health: { ...noHealthcheck, test: [type] } };
  }
  const flagsFit = takesNoFlags(line, errors);
  const place = { start: typeWord.start, end: typeWord.end };
  if (type !== 'CMD') {
    const summary = `Unknown type ${quote(type)} in HEALTHCHECK (try CMD)`;
    return fail(errors, { ...place, summary, code: 'unknown-healthcheck-type' });
  }
  if (rest.length === 0)
    return fail(errors, { ...place, summary: 'Missing command after HEALTHCHECK CMD', code: 'missing-arguments' });
  if (!flagsFit) return undefined;
  const interval = readInterval(flags, 'interval', errors);
  const timeout = readInterval(flags, 'timeout', errors);
  const startPeriod = readInterval(flags, 'start-period', errors);
  const startInterval = readInterval(flags, 'start-interval', errors);
  const test = base.json ? ['CMD', ...rest] : ['CMD-SHELL', rest.join(' ')];
  const retries = readRetries(flagValue(flags, 'retries'), errors);
  const health: Healthcheck = { test, interval, timeout, startPeriod, startInterval, retries };
  return { ...base, kind: 'healthcheck', health };
}

const noHealthcheck = { interval: 0, timeout: 0, startPeriod: 0, startInterval: 0, retries: 0 };

function readInterval(flags: readonly Flag[], name: string, errors: InstructionError[]): number {
  const { value, start, end } = flagValue(flags, name);
  if (value === '') return 0;
  const parsed = parseDuration(value);
  if (!('error' in parsed) && (parsed.ns === 0n || parsed.ns >= 1_000_000n)) return Number(parsed.ns);
  const summary = 'error' in parsed ? parsed.error : `Interval ${quote(name)} cannot be less than 1ms`;
  fail(errors, { summary, code: 'invalid-duration', start, end });
  return 0;
}

function readRetries(word: Word, errors: InstructionError[]): number {
  const { value, start, end } = word;
  if (value === '') return 0;
  const parsed = parseInteger(value, 10, 32);
  if (!('error' in parsed) && parsed.value >= 0n) return Number(parsed.value);
  const summary = 'error' in parsed ? parsed.error : `--retries cannot be negative (${parsed.value})`;
  fail(errors, { summary, code: 'invalid-retries', start, end });
  return 0;
}

function readVolume(line: Line, base: InstructionBase, errors: InstructionError[]): Instruction | undefined {
  if (base.args.length === 0) return fail(errors, atLeastOne('VOLUME', line));
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
