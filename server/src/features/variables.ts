// The true scopes of ARG and ENV: where each variable of a file gets its values, and where each value is read.
import type { Span } from '../../../shared/src/span.ts';
import type { Analysis } from '../analysis/analyze.ts';
import type { Heredoc, Instruction, InstructionBase, Word } from '../dockerfile/instruction.ts';
import { spanOf } from '../dockerfile/spans.ts';
import { getEnv } from '../llb/env.ts';
import { isPlatformArg } from './predefinedArgs.ts';
import { instructionAt, once, type Section, sectionOfStage, sectionsOf } from './sections.ts';
import { type ShellKind, shellKind } from './shellText.ts';
import {
  fileUses,
  flagUses,
  heredocUses,
  lookUp,
  mountUses,
  type Place,
  shellUses,
  type Walk,
  wordUses,
} from './variableUses.ts';

export { isPlatformArg, predefinedArgs } from './predefinedArgs.ts';
export { lookUp } from './variableUses.ts';

/** A place that gives a variable its value. */
export interface VariableDeclaration {
  /** Index in `Variables.declarations`. */
  readonly id: number;
  readonly name: string;
  readonly kind: 'arg' | 'env';
  /** An ARG before the first FROM. */
  readonly global: boolean;
  /** Index of the instruction. */
  readonly instruction: number;
  /** The name. */
  readonly span: Span;
  /** Undefined for `ARG name`. */
  readonly valueSpan: Span | undefined;
  /** What `ARG name` takes its value from: a global ARG, or what the stage had before. */
  readonly source: VariableDeclaration | undefined;
  /** What had the name before in the same environment. */
  readonly shadows: VariableDeclaration | undefined;
  /** The base image, or the build itself, gives the name a value before this. */
  readonly outside: boolean;
  /** Where it is described in the comment above: the name there. */
  readonly description: Span | undefined;
}

/** A place that reads a variable. */
export interface VariableUse {
  readonly name: string;
  /** The name. */
  readonly span: Span;
  /** With the dollar and the braces, as far as they stand in one piece; the name where a shell reads it. */
  readonly whole: Span;
  /** Index of the instruction. */
  readonly instruction: number;
  /** BuildKit puts the value in; or a shell does while it builds, or when the image runs. */
  readonly by: 'build' | 'shell' | 'runtime';
  /** Undefined where the file gives it no value, or where a script has set its own. */
  readonly declaration: VariableDeclaration | undefined;
  /** `:-`, `+`, …; `` where there is none or a shell reads it. */
  readonly modifier: string;
}

export interface Variables {
  /** In order of the text. */
  readonly declarations: readonly VariableDeclaration[];
  /** By their spans, in order of the text. */
  readonly uses: readonly VariableUse[];
  /** What an instruction of a section sees at its end; by the index of the section. */
  readonly scopes: readonly Scope[];
  readonly globals: Scope;
}

/** An environment: what is set here, and what is taken over from the base. */
export interface Scope {
  readonly parent: Scope | undefined;
  /** How many scopes are above. */
  readonly depth: number;
  /** The declaration that gives the value, by name. */
  readonly all: Map<string, VariableDeclaration>;
  /** Likewise for what stays in the image: ENV alone. */
  readonly env: Map<string, VariableDeclaration>;
}

export const variablesOf: (analysis: Analysis) => Variables = once((analysis) => {
  const { all, globals } = sectionsOf(analysis);
  const walk: Walk = {
    analysis,
    lex: { escape: analysis.dockerfile.escape },
    declarations: [],
    uses: [],
    globals: newScope(undefined),
  };
  const { instructions } = analysis.dockerfile;
  for (let i = globals.first; i < globals.end; i++) {
    const state = { scope: walk.globals, shell: 'none' as ShellKind, index: i, before: undefined };
    readInstruction(walk, state, instructions[i] as Instruction, undefined);
  }
  const scopes: Scope[] = [];
  const ends: SectionEnd[] = [];
  for (const section of all) {
    const base = section.stage?.base === undefined ? undefined : sectionOfStage(analysis).get(section.stage.base);
    const end = readSection(walk, section, base === undefined ? undefined : ends[base.index]);
    ends.push(end);
    scopes.push(end.scope);
  }
  return {
    declarations: walk.declarations,
    uses: walk.uses.sort((a, b) => a.span.start - b.span.start),
    scopes,
    globals: walk.globals,
  };
});

/** Every name that this environment has. */
export function namesOf(scope: Scope): string[] {
  const names = new Set<string>();
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent)
    for (const name of at.all.keys()) names.add(name);
  return [...names];
}

/** All declarations that must keep one name, lest a value go astray: those linked by `source` or by `shadows`. */
export function variableGroup(analysis: Analysis, declaration: VariableDeclaration): ReadonlySet<VariableDeclaration> {
  return groupsOf(analysis)[declaration.id] as ReadonlySet<VariableDeclaration>;
}

const groupsOf = once((analysis) => {
  const { declarations } = variablesOf(analysis);
  const leader = declarations.map((_, i) => i);
  const find = (i: number): number => {
    let at = i;
    while (leader[at] !== at) at = leader[at] = leader[leader[at] as number] as number;
    return at;
  };
  for (const { id, source, shadows } of declarations) {
    if (source !== undefined) leader[find(id)] = find(source.id);
    if (shadows !== undefined) leader[find(id)] = find(shadows.id);
  }
  const groups = new Map<number, Set<VariableDeclaration>>();
  return declarations.map((declaration) => {
    const key = find(declaration.id);
    let group = groups.get(key);
    if (group === undefined) groups.set(key, (group = new Set()));
    group.add(declaration);
    return group;
  });
});

// ------------------------------------------------------------------ walking

interface SectionEnd {
  readonly scope: Scope;
  /** With what triggers add: what a stage that is built on this one starts with. */
  readonly forChildren: Scope;
  readonly shell: ShellKind;
}

/** Chains of scopes do not grow longer than this: looking up in the scope of a late stage would take ever longer. */
const longestChain = 32;

function newScope(parent: Scope | undefined): Scope {
  // An empty scope adds nothing.
  const from = parent !== undefined && parent.all.size === 0 && parent.env.size === 0 ? parent.parent : parent;
  const base = from !== undefined && from.depth >= longestChain ? flattened(from) : from;
  return { parent: base, depth: base === undefined ? 0 : base.depth + 1, all: new Map(), env: new Map() };
}

function flattened(scope: Scope): Scope {
  const chain: Scope[] = [];
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) chain.push(at);
  const flat: Scope = { parent: undefined, depth: 0, all: new Map(), env: new Map() };
  for (const { all, env } of chain.reverse()) {
    for (const [name, declaration] of all) flat.all.set(name, declaration);
    for (const [name, declaration] of env) flat.env.set(name, declaration);
  }
  return flat;
}

function readSection(walk: Walk, section: Section, base: SectionEnd | undefined): SectionEnd {
  const { analysis } = walk;
  const { instructions } = analysis.dockerfile;
  const { stage } = section;
  const windows = (stage?.platform ?? analysis.compilation.targetPlatform).os === 'windows';
  const initial = stage?.steps[0]?.before.env ?? stage?.state.env;
  const place: Place = {
    scope: newScope(base?.forChildren),
    shell: base?.shell ?? (stage?.baseImage?.shell.length ? shellKind(stage.baseImage.shell) : windows ? 'cmd' : 'sh'),
    index: section.first,
    before: initial === undefined ? undefined : (name) => getEnv(initial, name) !== undefined,
  };
  readFrom(walk, section.first, instructions[section.first] as Instruction);
  const later: (() => void)[] = [];
  let triggers = false;
  for (let i = section.first + 1; i < section.end; i++) {
    place.index = i;
    const instruction = instructions[i] as Instruction;
    if (instruction.kind === 'onbuild') triggers = true;
    else readInstruction(walk, place, instruction, later);
  }
  for (const run of later) run();
  if (!triggers) return { scope: place.scope, forChildren: place.scope, shell: place.shell };
  const child: Place = { ...place, scope: newScope(place.scope) };
  const laterStill: (() => void)[] = [];
  for (let i = section.first + 1; i < section.end; i++) {
    const instruction = instructions[i] as Instruction;
    if (instruction.kind !== 'onbuild' || instruction.trigger === undefined) continue;
    child.index = i;
    readInstruction(walk, child, instruction.trigger, laterStill);
  }
  for (const run of laterStill) run();
  return { scope: place.scope, forChildren: child.scope, shell: child.shell };
}

function readFrom(walk: Walk, index: number, instruction: Instruction): void {
  const place: Place = { scope: walk.globals, shell: 'none', index, before: undefined };
  for (const flag of instruction.flags) flagUses(walk, place, instruction, flag);
  const [base] = instruction.args;
  if (base !== undefined) wordUses(walk, place, instruction, base);
}

/** Notes what an instruction reads and sets. What is read when the image runs is looked up at the end: see `later`. */
function readInstruction(walk: Walk, place: Place, instruction: Instruction, later: (() => void)[] | undefined): void {
  switch (instruction.keyword.toLowerCase()) {
    case 'arg':
      readArg(walk, place, instruction);
      return;
    case 'env':
      readEnv(walk, place, instruction);
      return;
    case 'label':
    case 'expose':
    case 'volume':
    case 'workdir':
    case 'user':
    case 'stopsignal':
      for (const word of instruction.args) wordUses(walk, place, instruction, word);
      return;
    case 'copy':
    case 'add': {
      for (const flag of instruction.flags)
        if (flag.name === 'chown' || flag.name === 'chmod' || flag.name === 'checksum')
          flagUses(walk, place, instruction, flag);
      for (const word of instruction.args) wordUses(walk, place, instruction, word);
      for (const heredoc of instruction.heredocs) if (heredoc.expand) fileUses(walk, place, heredoc);
      return;
    }
    case 'run':
      readRun(walk, place, instruction);
      return;
    case 'cmd':
    case 'entrypoint':
    case 'healthcheck':
      readCommand(walk, place, instruction, later);
      return;
    case 'shell':
      if (instruction.kind === 'shell') place.shell = shellKind(instruction.shell);
      return;
    default:
      return;
  }
}

function readArg(walk: Walk, place: Place, instruction: Instruction): void {
  for (const word of instruction.args) {
    const equals = word.value.indexOf('=');
    const key: Word =
      equals < 0 ? word : { value: word.value.slice(0, equals), start: word.start, end: word.start + equals };
    if (equals >= 0) {
      const value = { value: word.value.slice(equals + 1), start: word.start + equals + 1, end: word.end };
      wordUses(walk, place, instruction, value);
      declare(walk, place, instruction, 'arg', key, value, undefined);
      continue;
    }
    const isGlobal = place.scope === walk.globals;
    const source = (isGlobal ? undefined : lookUp(walk.globals, key.value)) ?? lookUp(place.scope, key.value);
    declare(walk, place, instruction, 'arg', key, undefined, source);
  }
}

function readEnv(walk: Walk, place: Place, instruction: Instruction): void {
  const { args } = instruction;
  if (instruction.kind === 'env') {
    for (const { key, value } of instruction.pairs) {
      wordUses(walk, place, instruction, key);
      wordUses(walk, place, instruction, value);
    }
    for (const { key, value } of instruction.pairs) declare(walk, place, instruction, 'env', key, value, undefined);
    return;
  }
  // Half-typed: the words may be names, or names with values.
  for (const word of args) wordUses(walk, place, instruction, word);
  for (const word of args) {
    const equals = word.value.indexOf('=');
    if (equals > 0)
      declare(
        walk,
        place,
        instruction,
        'env',
        { value: word.value.slice(0, equals), start: word.start, end: word.start + equals },
        { value: word.value.slice(equals + 1), start: word.start + equals + 1, end: word.end },
        undefined,
      );
  }
}

function declare(
  walk: Walk,
  place: Place,
  instruction: Instruction,
  kind: 'arg' | 'env',
  key: Word,
  value: Word | undefined,
  source: VariableDeclaration | undefined,
): void {
  const name = plainName(key.value);
  if (name === undefined) return;
  const global = place.scope === walk.globals;
  const shadows = lookUp(place.scope, name);
  const start = key.start + key.value.indexOf(name);
  const predefined = isPlatformArg(name);
  const declaration: VariableDeclaration = {
    id: walk.declarations.length,
    name,
    kind,
    global,
    instruction: place.index,
    span: spanOf(instruction, start, start + name.length),
    valueSpan: value === undefined ? undefined : spanOf(instruction, value.start, value.end),
    source,
    shadows,
    outside: shadows === undefined && (predefined || (place.before?.(name) ?? false)),
    description: kind === 'arg' ? descriptionOf(walk.analysis, instruction, name) : undefined,
  };
  walk.declarations.push(declaration);
  place.scope.all.set(name, declaration);
  if (kind === 'env') place.scope.env.set(name, declaration);
}

/** What an ARG declares. */
export function argNames({ args }: Instruction): string[] {
  return args.flatMap(({ value }) => plainName(value.replace(/=.*$/s, '')) ?? []);
}

/** False where surely no variable is written or read: then nobody need look through the whole file. */
export function mayNameVariable(analysis: Analysis, offset: number): boolean {
  const instruction = analysis.dockerfile.instructions[instructionAt(analysis, offset)];
  if (instruction === undefined || /^(arg|env|onbuild)$/i.test(instruction.keyword)) return true;
  return /[$%]/.test(analysis.text.slice(instruction.span.start, instruction.span.end));
}

/** The name without quotes; undefined where it is made of variables or of escapes. */
function plainName(key: string): string | undefined {
  const first = key.charCodeAt(0);
  const bare =
    (first === 0x22 || first === 0x27) && key.length > 2 && key.charCodeAt(key.length - 1) === first
      ? key.slice(1, -1)
      : key;
  if (bare === '') return undefined;
  for (let i = 0; i < bare.length; i++) {
    const code = bare.charCodeAt(i);
    if (code === 0x24 || code === 0x22 || code === 0x27 || code === 0x5c || code === 0x60) return undefined;
  }
  return bare;
}

/** The name in `# NAME text` above, where BuildKit takes that for a description. */
export function descriptionOf(analysis: Analysis, instruction: InstructionBase, name: string): Span | undefined {
  const { commentSpan, comments } = instruction;
  if (commentSpan === undefined || !comments.some((comment) => comment.startsWith(`${name} `))) return undefined;
  const { text } = analysis;
  for (let at = commentSpan.start; at < commentSpan.end; ) {
    let i = at;
    while (i < commentSpan.end && (text[i] === ' ' || text[i] === '\t')) i++;
    if (text[i] === '#') {
      i++;
      while (text[i] === ' ' || text[i] === '\t') i++;
      if (text.startsWith(`${name} `, i)) return { start: i, end: i + name.length };
    }
    const newline = text.indexOf('\n', at);
    if (newline < 0) break;
    at = newline + 1;
  }
  return undefined;
}

function readRun(walk: Walk, place: Place, instruction: Instruction): void {
  for (const flag of instruction.flags) if (flag.name === 'mount') mountUses(walk, place, instruction, flag);
  if (instruction.json) {
    shellWords(walk, place, instruction, instruction.args, 'shell');
    return;
  }
  const [line] = instruction.args;
  const { heredocs } = instruction;
  if (line !== undefined) shellUses(walk, place, instruction, line, place.shell, 'shell');
  const only = heredocs.length > 0 && line !== undefined && isWholeHeredoc(line.value);
  for (const heredoc of heredocs) {
    const kind = only ? scriptKind(heredoc, place.shell) : place.shell;
    const script = only || isShellCommand(line?.value ?? '');
    if (script || heredoc.expand) heredocUses(walk, place, heredoc, kind, !script);
  }
}

/** The line announces a heredoc and nothing else: its content is the script. */
function isWholeHeredoc(line: string): boolean {
  return line.startsWith('<<') && !/\s/.test(line.slice(2).trim());
}

/** The line starts a shell that reads what follows. */
function isShellCommand(line: string): boolean {
  const word = line.slice(0, Math.max(0, line.search(/[\s<]/)));
  return word !== '' && shellKind([word]) === 'sh';
}

function scriptKind(heredoc: Heredoc, shell: ShellKind): ShellKind {
  if (!heredoc.content.startsWith('#!')) return shell;
  const newline = heredoc.content.indexOf('\n');
  return shellKind(
    heredoc.content
      .slice(2, newline < 0 ? undefined : newline)
      .trim()
      .split(/\s+/),
  );
}

function readCommand(walk: Walk, place: Place, instruction: Instruction, later: (() => void)[] | undefined): void {
  const words = instruction.keyword.toLowerCase() === 'healthcheck' ? instruction.args.slice(1) : instruction.args;
  const at = { ...place };
  later?.push(() => {
    // What it reads is what the image has in the end.
    at.scope = place.scope;
    if (instruction.json) shellWords(walk, at, instruction, words, 'runtime');
    else for (const word of words) shellUses(walk, at, instruction, word, at.shell, 'runtime');
  });
}

/** The exec form: only where it starts a shell itself is there something that reads variables. */
function shellWords(
  walk: Walk,
  place: Place,
  instruction: Instruction,
  words: readonly Word[],
  by: VariableUse['by'],
): void {
  const kind = shellKind(words.map((word) => word.value));
  if (kind === 'none') return;
  for (const word of words.slice(1)) shellUses(walk, place, instruction, word, kind, by);
}
