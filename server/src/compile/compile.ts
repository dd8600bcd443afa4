// From instructions to a graph, in BuildKit's own order: names and casing, global arguments, stages, target, dependencies,
// bases, instructions, result. Unlike BuildKit it does not stop at the first problem, but the first it finds is BuildKit's.
import type { Span } from '../../../shared/src/span.ts';
import { ignoreFileError, parseIgnoreFile } from '../context/ignoreFile.ts';
import { compilePatterns } from '../context/patterns.ts';
import { parseDirective } from '../dockerfile/directives.ts';
import type {
  ArgInstruction,
  Dockerfile,
  FromInstruction,
  Instruction,
  LineRange,
  Problem,
} from '../dockerfile/instruction.ts';
import { parseMount } from '../dockerfile/mounts.ts';
import { readTrigger } from '../dockerfile/read.ts';
import { processWord } from '../dockerfile/shell.ts';
import { spanOf } from '../dockerfile/spans.ts';
import { suggest } from '../dockerfile/suggest.ts';
import { atoi, quote, toLower, toUpper } from '../go/text.ts';
import { addEnv, type EnvList, emptyEnv, envKeys, getEnv } from '../llb/env.ts';
import { scratch } from '../llb/state.ts';
import { formatPlatform, formatPlatformAll, normalizePlatform, type Platform, parsePlatform } from '../oci/platform.ts';
import { parseNormalizedNamed, referenceString, tagNameOnly, withDigest } from '../oci/reference.ts';
import { type BuildInputs, type Compilation, envOf, fail, placeOf, warn } from './compilation.ts';
import { dispatch, inheritWorkdir, setUser } from './dispatch.ts';
import { resolveEpoch } from './epoch.ts';
import { cloneImage, emptyImage, type Image, parseImage } from './image.ts';
import { type CheckName, isOn, type LintConfig, noLintConfig, parseLintOptions, withComments } from './lint.ts';
import { stepName } from './names.ts';
import { isNoCache, type Options } from './options.ts';
import { defaultPathEnv } from './paths.ts';
import {
  findNamedContext,
  followPaths,
  imageVertex,
  isLocalContext,
  loadNamedContext,
  mainContext,
  resolveImage,
  sourceState,
} from './sources.ts';
import { type Command, newStage, noLines, type Stage, stageLines } from './stage.ts';

/** What a compilation leaves behind. */
export interface Compiled {
  readonly compilation: Compilation;
  /** The chosen stage; undefined where the file has none. */
  readonly target: Stage | undefined;
}

/** Compiles the file for one platform. Total: every problem is in the result. */
export function compile(dockerfile: Dockerfile, options: Options, inputs: BuildInputs): Compiled {
  const lint = readLint(dockerfile, options);
  const c = newCompilation(dockerfile, options, inputs, 'error' in lint ? noLintConfig : lint);
  if ('error' in lint)
    fail(c, `failed to parse check options: ${lint.error}`, {
      locations: [],
      span: checkSpan(dockerfile),
      code: 'bad-check-directive',
    });
  warnOfReading(c);
  c.problemsBefore = dockerfile.problems.length;
  const parsed = splitStages(c);
  if (parsed.stages.length === 0) {
    if (dockerfile.problems.length === 0)
      fail(c, 'dockerfile contains no stages to build', {
        locations: [],
        span: { start: 0, end: 0 },
        code: 'no-stages',
      });
    return { compilation: c, target: undefined };
  }
  validateStageNames(c, parsed.stages);
  validateCasing(c, parsed.stages);
  const lastName = (parsed.stages[parsed.stages.length - 1] as ParsedStage).from.name;
  const defaults = defaultArgs(c, options.target === '' ? lastName : options.target);
  validateDefaultBases(c, parsed, defaults);
  buildMetaArgs(c, parsed.metaArgs, defaults);
  resolveEpoch(c, parsed.stages);
  readIgnoreFile(c);
  buildStages(c, parsed.stages);
  const target = findTarget(c);
  buildDependencies(c, parsed.stages);
  findCycle(c);
  if (c.stages.length === 1) (c.stages[0] as Stage).stageName = '';
  resolveBases(c, target);
  const context = mainContext(c);
  c.context = context.state;
  dispatchStages(c);
  target.paths.add('/');
  finish(c, target, context);
  return { compilation: c, target };
}

function newCompilation(dockerfile: Dockerfile, options: Options, inputs: BuildInputs, lint: LintConfig): Compilation {
  return {
    dockerfile,
    options: { ...options, buildArgs: new Map(options.buildArgs) },
    inputs,
    lex: { escape: dockerfile.escape },
    targetPlatform: options.targetPlatform ?? options.buildPlatform,
    implicitTarget: options.targetPlatform === undefined,
    stages: [],
    byName: new Map(),
    globalArgs: emptyEnv,
    metaArgs: new Map(),
    epoch: undefined,
    epochSeconds: undefined,
    lint,
    problems: [],
    unreachableProblems: [],
    warnings: [],
    missing: [],
    guessed: new Set(),
    invalid: new Map(),
    ignorePatterns: [],
    ignoreMatcher: undefined,
    context: scratch,
    late: [],
    hasNamedContexts: Object.keys(options.attrs).some((key) => key.startsWith('context:')),
    nextGroup: 0,
    problemsBefore: 0,
  };
}

function readLint(dockerfile: Dockerfile, options: Options): LintConfig | { readonly error: string } {
  if (options.lint !== undefined) return options.lint;
  const found = parseDirective('check', dockerfile.text);
  return found === undefined ? noLintConfig : parseLintOptions(found.value);
}

function checkSpan(dockerfile: Dockerfile): Span {
  return dockerfile.directives.find((d) => d.name === 'check')?.valueSpan ?? { start: 0, end: 0 };
}

// ------------------------------------------------------------------ reading

interface ParsedStage {
  readonly from: FromInstruction;
  readonly index: number;
  readonly instructions: { readonly instruction: Instruction; readonly index: number }[];
}
interface Parsed {
  readonly stages: ParsedStage[];
  readonly metaArgs: { readonly instruction: ArgInstruction; readonly index: number }[];
}

function splitStages(c: Compilation): Parsed {
  const stages: ParsedStage[] = [];
  const metaArgs: Parsed['metaArgs'] = [];
  const all = c.dockerfile.instructions;
  for (let index = 0; index < all.length; index++) {
    const instruction = all[index] as Instruction;
    if (instruction.kind === 'broken') continue;
    if (instruction.kind === 'from') stages.push({ from: instruction, index, instructions: [] });
    else if (stages.length > 0) (stages[stages.length - 1] as ParsedStage).instructions.push({ instruction, index });
    else if (instruction.kind === 'arg') metaArgs.push({ instruction, index });
  }
  return { stages, metaArgs };
}

/** The checks that BuildKit makes while it reads instructions. */
function warnOfReading(c: Compilation): void {
  const { dockerfile } = c;
  // Where the file cannot be read at all, no check is made; where an instruction can't, those before it are.
  if (dockerfile.problems.some((p) => p.phase === 'parse')) return;
  const stop = dockerfile.problems[0]?.locations[0]?.first ?? Number.POSITIVE_INFINITY;
  for (const { line, spans } of dockerfile.emptyContinuations)
    warn(c, c.lint, 'NoEmptyContinuation', 'Empty continuation line', {
      lines: { first: line, last: line },
      span: spans[0] ?? { start: 0, end: 0 },
      instruction: -1,
      reachable: true,
    });
  for (let index = 0; index < dockerfile.instructions.length; index++) {
    const instruction = dockerfile.instructions[index] as Instruction;
    if (instruction.lines.first > stop) break;
    const kind = instruction.keyword.toLowerCase();
    if (kind === 'maintainer')
      say(
        c,
        'MaintainerDeprecated',
        'Maintainer instruction is deprecated in favor of using label',
        instruction,
        index,
      );
    else if (kind === 'from') warnOfFrom(c, instruction, index);
    else if (instruction.kind === 'arg') {
      const keys = instruction.declarations.map((d) => d.key.value);
      checkDescription(c, 'ARG', keys, instruction, index);
    }
  }
}

function warnOfFrom(c: Compilation, instruction: Instruction, index: number): void {
  const as = instruction.args[1];
  const name = instruction.args[2];
  if (instruction.args.length === 3 && name !== undefined && name.value !== toLower(name.value))
    say(
      c,
      'StageNameCasing',
      `Stage name '${name.value}' should be lowercase`,
      instruction,
      index,
      spanOf(instruction, name.start, name.end),
    );
  if (instruction.args.length >= 3 && as !== undefined) {
    const from = instruction.keyword;
    const lower = from === toLower(from);
    const upper = from === toUpper(from);
    if ((lower && as.value !== toLower(as.value)) || (!lower && upper && as.value !== toUpper(as.value)))
      say(
        c,
        'FromAsCasing',
        `'${as.value}' and '${from}' keywords' casing do not match`,
        instruction,
        index,
        spanOf(instruction, as.start, as.end),
      );
  }
  if (instruction.kind === 'from' && instruction.name !== '')
    checkDescription(c, 'FROM', [instruction.name], instruction, index);
}

function checkDescription(
  c: Compilation,
  keyword: string,
  keys: readonly string[],
  instruction: Instruction,
  index: number,
): void {
  const last = instruction.comments[instruction.comments.length - 1];
  if (last === undefined || keys.length === 0 || keys.includes(last.split(' ')[0] as string)) return;
  const example = keys.length > 1 ? '<arg_key>' : (keys[0] as string);
  say(
    c,
    'InvalidDefinitionDescription',
    `Comment for ${keyword} should follow the format: \`# ${example} <description>\``,
    instruction,
    index,
    instruction.commentSpan,
  );
}

function say(
  c: Compilation,
  rule: CheckName,
  message: string,
  instruction: Instruction,
  index: number,
  span = instruction.span,
): void {
  warn(c, withComments(c.lint, instruction.comments), rule, message, placeOf(instruction, index, true, span));
}

function validateStageNames(c: Compilation, stages: readonly ParsedStage[]): void {
  const seen = new Set<string>();
  for (const { from, index } of stages) {
    if (from.name === '') continue;
    const span = from.nameWord === undefined ? from.span : spanOf(from, from.nameWord.start, from.nameWord.end);
    const place = placeOf(from, index, true, span);
    if (from.name === 'context' || from.name === 'scratch')
      warn(
        c,
        c.lint,
        'ReservedStageName',
        `Stage name should not use the same name as reserved stage ${quote(from.name)}`,
        place,
      );
    if (seen.has(from.name))
      warn(
        c,
        c.lint,
        'DuplicateStageName',
        `Duplicate stage name ${quote(from.name)}, stage names should be unique`,
        place,
      );
    seen.add(from.name);
  }
}

function validateCasing(c: Compilation, stages: readonly ParsedStage[]): void {
  let lower = 0;
  let upper = 0;
  const all: { instruction: Instruction; index: number }[] = [];
  for (const { from, index, instructions } of stages) {
    all.push({ instruction: from, index });
    for (const entry of instructions) all.push(entry);
  }
  for (const { instruction } of all) {
    const name = instruction.keyword;
    if (name === toLower(name)) lower++;
    else if (name === toUpper(name)) upper++;
  }
  const wantLower = lower > upper;
  for (const { instruction, index } of all) {
    const name = instruction.keyword;
    if (name === (wantLower ? toLower(name) : toUpper(name))) continue;
    const start = instruction.span.start;
    warn(
      c,
      c.lint,
      'ConsistentInstructionCasing',
      `Command '${name}' should match the case of the command majority (${wantLower ? 'lowercase' : 'uppercase'})`,
      placeOf(instruction, index, true, { start, end: start + name.length }),
    );
  }
}

// --------------------------------------------------------- global arguments

function defaultArgs(c: Compilation, target: string): EnvList {
  const bp = c.options.buildPlatform;
  const tp = c.targetPlatform;
  const values: readonly (readonly [string, string])[] = [
    ['BUILDPLATFORM', formatPlatform(bp)],
    ['BUILDOS', bp.os],
    ['BUILDOSVERSION', bp.osVersion],
    ['BUILDARCH', bp.architecture],
    ['BUILDVARIANT', bp.variant],
    ['TARGETPLATFORM', formatPlatformAll(tp)],
    ['TARGETOS', tp.os],
    ['TARGETOSVERSION', tp.osVersion],
    ['TARGETARCH', tp.architecture],
    ['TARGETVARIANT', tp.variant],
    ['TARGETSTAGE', target === '' ? 'default' : target],
  ];
  let env = emptyEnv;
  for (const [key, value] of values) env = addEnv(env, key, c.options.buildArgs.get(key) ?? value);
  return env;
}

function validateDefaultBases(c: Compilation, parsed: Parsed, defaults: EnvList): void {
  let env = defaults;
  for (const { instruction } of parsed.metaArgs)
    for (const { key, value } of instruction.declarations) {
      if (value === undefined) continue;
      const word = processWord(value.value, envOf(env), c.lex);
      if (word.error !== undefined) return;
      env = addEnv(env, key.value, word.result);
    }
  for (const { from, index } of parsed.stages) {
    const word = processWord(from.baseName.value, envOf(env), c.lex);
    if (word.error !== undefined) return;
    if ('error' in parseNormalizedNamed(word.result))
      warn(
        c,
        c.lint,
        'InvalidDefaultArgInFrom',
        `Default value for ARG ${from.baseName.value} results in empty or invalid base image name`,
        placeOf(from, index, true, spanOf(from, from.baseName.start, from.baseName.end)),
      );
  }
}

function buildMetaArgs(c: Compilation, metaArgs: Parsed['metaArgs'], defaults: EnvList): void {
  let env = defaults;
  for (const { instruction } of metaArgs) {
    for (const declaration of instruction.declarations) {
      const key = declaration.key.value;
      let value = c.options.buildArgs.get(key);
      let deps: Set<string> = new Set();
      if (value === undefined && declaration.value !== undefined) {
        const word = processWord(declaration.value.value, envOf(env), c.lex);
        if (word.error !== undefined) {
          const span = spanOf(instruction, declaration.value.start, declaration.value.end);
          fail(c, word.error, { locations: [instruction.lines], span, code: 'bad-substitution' });
          continue;
        }
        value = word.result;
        deps = new Set(word.matched ?? []);
        if (deps.delete(key)) for (const dep of c.metaArgs.get(key)?.deps ?? []) deps.add(dep);
      }
      if (value !== undefined) env = addEnv(env, key, value);
      c.metaArgs.set(key, {
        key,
        value: value ?? '',
        description: declaration.docComment,
        lines: instruction.lines,
        deps,
      });
    }
  }
  c.globalArgs = env;
}

// ------------------------------------------------------------------- stages

function buildStages(c: Compilation, stages: readonly ParsedStage[]): void {
  for (let i = 0; i < stages.length; i++) buildStage(c, stages[i] as ParsedStage, i);
}

function buildStage(c: Compilation, parsed: ParsedStage, position: number): void {
  const { from, index } = parsed;
  const lint = withComments(c.lint, from.comments);
  const env = envOf(c.globalArgs);
  const baseSpan = spanOf(from, from.baseName.start, from.baseName.end);
  const locations = [from.lines];
  const problem = (message: string, span: Span, code: string, places: readonly LineRange[] = locations): void =>
    fail(c, message, { locations: places, span, code });

  const word = processWord(from.baseName.value, env, c.lex);
  undefinedInFrom(c, lint, word.unmatched, parsed, baseSpan);
  let broken = false;
  if (word.error !== undefined) {
    problem(word.error, baseSpan, 'bad-substitution');
    broken = true;
  } else if (word.result === '') {
    problem(`base name (${from.baseName.value}) should not be blank`, baseSpan, 'blank-base');
    broken = true;
  }
  const stage = newStage({
    from,
    instruction: index,
    baseName: broken ? 'scratch' : word.result,
    name: from.name,
    stageName: from.name,
    locations,
    span: baseSpan,
  });
  stage.uncertain = broken;
  stage.allArgs = new Map(c.metaArgs);
  const used = new Set(word.matched ?? []);
  if (from.platform.value !== '') stagePlatform(c, lint, parsed, stage, used, problem);
  if (from.name !== '') {
    const nc = findNamedContext(c, from.name, stage.platform);
    if (nc !== undefined && 'error' in nc) problem(nc.error, from.span, 'bad-context-name', []);
    else if (nc !== undefined) {
      stage.namedContext = nc;
      addStage(c, stage);
      stage.base = undefined;
      return;
    }
  }
  if (from.name === '') stage.stageName = `stage-${position}`;
  addStage(c, stage);
  for (const key of used) stage.usedArgs.add(key);
  let total = stage.baseName !== 'scratch' && stage.base === undefined ? 1 : 0;
  for (const { instruction } of parsed.instructions)
    if (['add', 'copy', 'run', 'workdir'].includes(instruction.kind)) total++;
  stage.commandTotal = total;
  stage.ignoreCache = isNoCache(c.options, from.name);
}

function stagePlatform(
  c: Compilation,
  lint: LintConfig,
  parsed: ParsedStage,
  stage: Stage,
  used: Set<string>,
  problem: (message: string, span: Span, code: string, places?: readonly LineRange[]) => void,
): void {
  const { from, index } = parsed;
  const value = from.platform.value;
  const span = spanOf(from, from.platform.start, from.platform.end);
  const word = processWord(value, envOf(c.globalArgs), c.lex);
  undefinedInFrom(c, lint, word.unmatched, parsed, span);
  const matched = word.matched ?? new Set<string>();
  const unmatched = word.unmatched ?? new Set<string>();
  const place = placeOf(from, index, true, span);
  if (
    matched.size === 1 &&
    unmatched.size === 0 &&
    matched.has('TARGETPLATFORM') &&
    word.result === getEnv(c.globalArgs, 'TARGETPLATFORM')
  )
    warn(
      c,
      lint,
      'RedundantTargetPlatform',
      `Setting platform to predefined ${value} in FROM is redundant as this is the default behavior`,
      place,
    );
  const result = parsePlatform(word.result);
  if (matched.size === 0 && unmatched.size === 0 && 'platform' in result) {
    const { os, architecture } = result.platform;
    if (!from.name.includes(os) && !from.name.includes(architecture))
      warn(
        c,
        lint,
        'FromPlatformFlagConstDisallowed',
        `FROM --platform flag should not use constant value ${quote(word.result)}`,
        place,
      );
  }
  if (word.error !== undefined) {
    problem(`failed to process arguments for platform ${word.result}: ${word.error}`, span, 'bad-substitution');
    return;
  }
  const options = envKeys(c.globalArgs);
  let hint = '';
  for (const key of unmatched) {
    const match = suggest(key, options, true);
    if (match === undefined) continue;
    hint = ` (did you mean ${match}?)`;
    break;
  }
  if (word.result === '') {
    problem(`empty platform value from expression ${value}${hint}`, span, 'empty-platform');
    return;
  }
  if ('error' in result) {
    problem(`failed to parse platform ${value}: ${result.error}${hint}`, span, 'bad-platform', [
      from.lines,
      from.lines,
    ]);
    return;
  }
  for (const key of matched) used.add(key);
  stage.platform = result.platform;
}

function undefinedInFrom(
  c: Compilation,
  lint: LintConfig,
  names: ReadonlySet<string> | undefined,
  parsed: ParsedStage,
  span: Span,
): void {
  if (names === undefined || names.size === 0) return;
  const known = new Set([...c.metaArgs.keys(), ...envKeys(c.globalArgs)]);
  for (const name of names) {
    if (known.has(name)) continue;
    const match = suggest(name, [...known], true);
    warn(
      c,
      lint,
      'UndefinedArgInFrom',
      `FROM argument '${name}' is not declared${match === undefined ? '' : ` (did you mean ${match}?)`}`,
      placeOf(parsed.from, parsed.index, true, span),
    );
  }
}

function addStage(c: Compilation, stage: Stage): void {
  stage.index = c.stages.length;
  c.stages.push(stage);
  const base = c.byName.get(stage.baseName);
  if (base !== undefined) {
    stage.base = base;
    stage.allArgs = new Map(base.allArgs);
    stage.usedArgs = new Set(base.usedArgs);
    for (const [id, info] of base.secrets) stage.secrets.set(id, info);
    for (const [id, info] of base.ssh) stage.ssh.set(id, info);
  }
  if (stage.name !== '') c.byName.set(toLower(stage.name), stage);
}

function findTarget(c: Compilation): Stage {
  const last = c.stages[c.stages.length - 1] as Stage;
  const wanted = c.options.target;
  if (wanted === '') return last;
  const found = c.byName.get(toLower(wanted));
  if (found !== undefined) return found;
  const match = suggest(wanted, stageNames(c), true);
  fail(c, `target stage ${quote(wanted)} could not be found${match === undefined ? '' : ` (did you mean ${match}?)`}`, {
    locations: [],
    span: { start: 0, end: 0 },
    code: 'missing-target',
  });
  return last;
}

function stageNames(c: Compilation): string[] {
  return c.stages.map((s) => s.stageName).filter((name) => name !== '');
}

// ------------------------------------------------------------- dependencies

function buildDependencies(c: Compilation, parsed: readonly ParsedStage[]): void {
  const count = c.stages.length;
  for (let i = 0; i < count; i++) {
    const stage = c.stages[i] as Stage;
    for (const { instruction, index } of (parsed[i] as ParsedStage).instructions) {
      const sources = readSources(c, stage, instruction, index, instruction.lines, instruction.span);
      if (typeof sources === 'string') continue;
      const command = {
        instruction,
        index,
        lines: instruction.lines,
        span: instruction.span,
        sources,
        isOnBuild: false,
      };
      stage.commands.push(command);
      addDependencies(c, stage, command);
    }
  }
}

function addDependencies(c: Compilation, stage: Stage, command: Command): void {
  for (const source of command.sources) {
    stage.deps.set(source, command);
    if (source.index < 0) addStage(c, source);
  }
}

/** The stages that an instruction reads from; new hidden ones are not yet registered. A string where it is refused. */
function readSources(
  c: Compilation,
  stage: Stage,
  instruction: Instruction,
  index: number,
  lines: LineRange,
  outerSpan: Span,
): readonly Stage[] | string {
  const hidden = (baseName: string, locations: readonly LineRange[], span: Span): Stage =>
    newStage({ from: undefined, instruction: index, baseName, name: '', stageName: '', locations, span });
  const refuse = (message: string, span: Span, code: string, suggestion?: string): string => {
    fail(c, message, { locations: [], span, code, ...(suggestion === undefined ? {} : { suggestion }) });
    stage.uncertain = true;
    return message;
  };
  if (instruction.kind === 'copy' && instruction.from.value !== '') {
    const name = instruction.from.value;
    const span =
      lines === instruction.lines ? spanOf(instruction, instruction.from.start, instruction.from.end) : outerSpan;
    const word = processWord(name, envOf(emptyEnv), c.lex);
    if (word.error !== undefined) return refuse(word.error, span, 'bad-substitution');
    if (word.result !== name)
      return refuse(
        'variable expansion is not supported for --from, define a new stage with FROM using ARG from global scope as a workaround',
        span,
        'variable-in-from',
      );
    const number = atoi(name);
    if ('value' in number) {
      const found = c.stages[number.value];
      return found === undefined ? refuse(`invalid stage index ${number.value}`, span, 'bad-stage-index') : [found];
    }
    return [c.byName.get(toLower(name)) ?? hidden(name, [lines], span)];
  }
  if (instruction.kind === 'run') {
    return instruction.mounts.map(({ flag }) => {
      const parsed = parseMount(flag.value ?? '');
      const from = 'mount' in parsed && parsed.mount.from !== '' ? parsed.mount.from : 'scratch';
      const span = lines === instruction.lines ? spanOf(instruction, flag.start, flag.end) : outerSpan;
      return c.byName.get(toLower(from)) ?? hidden(from, [noLines], span);
    });
  }
  return [];
}

function findCycle(c: Compilation): void {
  const visited = new Set<Stage>();
  const path = new Set<Stage>();
  const visit = (stage: Stage, current: readonly Command[]): readonly Command[] | undefined => {
    if (visited.has(stage)) return undefined;
    visited.add(stage);
    path.add(stage);
    for (const [dep, command] of stage.deps) {
      const next = [...current, command];
      if (path.has(dep)) return next;
      const found = visit(dep, next);
      if (found !== undefined) return found;
    }
    path.delete(stage);
    return undefined;
  };
  for (const stage of c.stages) {
    const commands = visit(stage, []);
    if (commands === undefined) continue;
    fail(c, `circular dependency detected on stage: ${stage.stageName}`, {
      locations: commands.map((command) => command.lines),
      span: (commands[commands.length - 1] as Command).span,
      code: 'circular-dependency',
    });
    return;
  }
}

// -------------------------------------------------------------------- bases

function reachableFrom(target: Stage): Set<Stage> {
  const found = new Set<Stage>();
  const todo = [target];
  while (todo.length > 0) {
    const stage = todo.pop() as Stage;
    if (found.has(stage)) continue;
    found.add(stage);
    if (stage.base !== undefined) todo.push(stage.base);
    for (const dep of stage.deps.keys()) todo.push(dep);
  }
  return found;
}

function resolveBases(c: Compilation, target: Stage): void {
  for (;;) {
    const reachable = reachableFrom(target);
    for (const stage of c.stages) stage.reachable = reachable.has(stage);
    // BuildKit resolves bases at once and reports the first that fails; its scheduler starts with the last.
    const known = c.problems.length;
    for (const stage of c.stages.slice())
      if (stage.base === undefined && !stage.dispatched && !stage.resolved) resolveBase(c, stage);
    c.problems.push(...c.problems.splice(known).reverse());
    let more = false;
    for (const stage of c.stages.slice()) {
      if (!stage.reachable) continue;
      inherit(stage);
      const triggers = stage.image.onBuild.slice();
      if (stage.base !== undefined && !stage.onBuildInit) {
        for (const command of stage.base.commands)
          if (command.instruction.kind === 'onbuild') triggers.push(command.instruction.expression);
        stage.onBuildInit = true;
      }
      if (triggers.length === 0) continue;
      if (addTriggers(c, stage, triggers)) more = true;
      stage.image.onBuild = [];
    }
    if (!more) return;
  }
}

/** Takes over what the base stage has. */
function inherit(stage: Stage): void {
  const { base } = stage;
  if (base === undefined) return;
  stage.state = base.state;
  stage.platform = base.platform;
  stage.image = cloneImage(base.image);
  stage.image.onBuild = [];
  stage.baseImage = base.baseImage;
  stage.paths = base.paths;
  stage.workdirSet = base.workdirSet;
  stage.buildArgs = [...stage.buildArgs, ...base.buildArgs];
  stage.guessed = base.guessed;
  stage.uncertain ||= base.uncertain;
}

function addTriggers(c: Compilation, stage: Stage, triggers: readonly string[]): boolean {
  const commands: Command[] = [];
  const lines = stageLines(stage);
  let more = false;
  for (const trigger of triggers) {
    const { instruction, error } = readTrigger(trigger);
    if (instruction === undefined || error !== undefined) {
      fail(c, error ?? '', { locations: [lines], span: stage.span, code: 'bad-trigger' });
      return more;
    }
    const sources = readSources(c, stage, instruction, stage.instruction, lines, stage.span);
    if (typeof sources === 'string') {
      const last = c.problems[c.problems.length - 1] as Problem;
      c.problems[c.problems.length - 1] = { ...last, locations: [lines] };
      return more;
    }
    if (sources.length > 0) more = true;
    const command: Command = {
      instruction,
      index: stage.instruction,
      lines,
      span: stage.span,
      sources,
      isOnBuild: true,
    };
    commands.push(command);
    addDependencies(c, stage, command);
  }
  stage.commands = [...commands, ...stage.commands];
  stage.commandTotal += commands.length;
  return more;
}

function resolveBase(c: Compilation, stage: Stage): void {
  stage.resolved = stage.reachable;
  if (stage.baseName === 'scratch' && stage.namedContext === undefined) {
    stage.state = scratch;
    stage.image = emptyImage(c.targetPlatform);
    stage.platform = c.targetPlatform;
    if (stage.hidden) stage.dispatched = true;
    return;
  }
  const problem = loadBase(c, stage);
  if (problem !== undefined) {
    const place = { locations: stage.locations, span: stage.span, ...problem };
    // The name of a base must make sense even where the stage is not built.
    if (stage.reachable || problem.code === 'bad-base-name') fail(c, problem.message, place);
    else c.unreachableProblems.push({ phase: 'convert', summary: problem.message, ...place });
    stage.uncertain = true;
    stage.platform ??= c.targetPlatform;
  }
  if (stage.hidden) stage.dispatched = true;
}

/** Loads the base image or context of a stage; what goes wrong is BuildKit's text. */
function loadBase(c: Compilation, stage: Stage): { message: string; code: string; suggestion?: string } | undefined {
  const original = stage.baseName;
  const ref = parseNormalizedNamed(original);
  if ('error' in ref)
    return { message: `failed to parse stage name ${quote(original)}: ${ref.error}`, code: 'bad-base-name' };
  const platform = stage.platform ?? c.targetPlatform;
  stage.baseName = referenceString(tagNameOnly(ref));
  const own = stage.namedContext;
  if (own !== undefined) {
    const loaded = loadNamedContext(c, own, () => stage.paths, stage.instruction);
    if (loaded.error !== undefined) return { message: loaded.error, code: 'bad-context' };
    stage.dispatched = true;
    stage.state = loaded.state;
    stage.guessed = loaded.guessed;
    stage.source = loaded.state.out?.vertex;
    if (loaded.image !== undefined) {
      stage.image = loaded.image;
      const p = loaded.image.platform;
      if (p.architecture !== '' && p.os !== '') stage.platform = p;
    }
    return undefined;
  }
  const nc = findNamedContext(c, stage.baseName, platform);
  if (nc !== undefined && 'error' in nc) return { message: nc.error, code: 'bad-context' };
  if (nc !== undefined) {
    const loaded = loadNamedContext(c, nc, () => stage.paths, stage.instruction);
    if (loaded.error !== undefined) return { message: loaded.error, code: 'bad-context' };
    const image = loaded.image ?? emptyImage(platform);
    stage.baseImage = cloneImage(image);
    stage.image = { ...cloneImage(image), created: undefined };
    stage.state = { ...loaded.state, platform: normalizePlatform(platform) };
    stage.platform = platform;
    stage.guessed = loaded.guessed;
    stage.source = loaded.state.out?.vertex;
    return undefined;
  }
  return loadImage(c, stage, original, platform);
}

function loadImage(
  c: Compilation,
  stage: Stage,
  original: string,
  asked: Platform,
): { message: string; code: string; suggestion?: string } | undefined {
  let platform = asked;
  const known = resolveImage(c, stage.baseName, platform, stage.instruction);
  if (known.error !== undefined) {
    const match = suggest(original, [...stageNames(c), ...commonImageNames], true);
    return {
      message: `${original}: ${known.error}${match === undefined ? '' : ` (did you mean ${match}?)`}`,
      code: 'missing-image',
      ...(match === undefined ? {} : { suggestion: match }),
    };
  }
  let ref = parseNormalizedNamed(known.ref);
  if ('error' in ref)
    return { message: `failed to parse ref ${quote(known.ref)}: ${ref.error}`, code: 'missing-image' };
  const parsed = parseImage(known.config);
  if ('error' in parsed) return { message: `failed to parse image config: ${parsed.error}`, code: 'bad-image-config' };
  const image: Image = parsed.image;
  stage.guessed = known.guessed;
  stage.baseImage = cloneImage(image);
  image.created = undefined;
  if (stage.platform === undefined && c.implicitTarget)
    platform = detectPlatform(image, platform, c.options.buildPlatform);
  if (known.digest !== '') {
    const pinned = withDigest(ref, known.digest);
    if ('error' in pinned) return { message: pinned.error, code: 'bad-image-digest' };
    ref = pinned;
  }
  stage.baseName = referenceString(ref);
  const noLayers = (image.rootfs.diffIds ?? []).length === 0 && image.history.every((entry) => entry.emptyLayer);
  stage.image = image;
  stage.platform = platform;
  if (noLayers) {
    stage.state = scratch;
    return undefined;
  }
  const named = stepName(c, stage, platform, emptyEnv);
  const title = `FROM ${stage.baseName}`;
  const vertex = imageVertex(
    c,
    stage.baseName,
    platform,
    c.options.resolveMode,
    { name: () => named(title), command: stage.from?.code ?? '' },
    stage.locations[0] === noLines ? [] : stage.locations,
    stage.instruction,
  );
  if (known.guessed) c.guessed.add(vertex);
  stage.state = sourceState(vertex);
  stage.source = vertex;
  const actual = image.platform;
  if (platform.os !== actual.os || platform.architecture !== actual.architecture)
    warn(
      c,
      c.lint,
      'InvalidBaseImagePlatform',
      `Base image ${original} was pulled with platform ${quote(formatPlatformAll(normalizePlatform(actual)))}, expected ${quote(formatPlatformAll(normalizePlatform(platform)))} for current build`,
      { lines: stageLines(stage), span: stage.span, instruction: stage.instruction, reachable: stage.reachable },
    );
  return undefined;
}

function detectPlatform(image: Image, target: Platform, build: Platform): Platform {
  const { os, architecture } = image.platform;
  return target.os === os && target.architecture === architecture
    ? target
    : build.os === os && build.architecture === architecture
      ? build
      : target;
}

const commonImageNames: readonly string[] = [
  'alpine',
  'busybox',
  'centos',
  'debian',
  'golang',
  'ubuntu',
  'fedora',
].flatMap((name) => [name, `docker.io/library${name}`, `${name}:latest`, `docker.io/library${name}:latest`]);

// ------------------------------------------------------------- instructions

function readIgnoreFile(c: Compilation): void {
  if (!isLocalContext(c.options)) return;
  // An empty file of its own still replaces the common one.
  const own = c.inputs.dockerfileIgnore;
  const text = own ?? c.inputs.dockerignore;
  if (text === undefined && own === undefined) c.missing.push({ kind: 'dockerignore' });
  if (!text) return;
  const unreadable = ignoreFileError(text);
  if (unreadable !== undefined) {
    c.ignoreError = `failed parsing ${own === undefined || own === null ? '' : c.options.filename}.dockerignore: ${unreadable}`;
    return;
  }
  c.ignorePatterns = parseIgnoreFile(text);
  if (c.ignorePatterns.length === 0) return;
  const compiled = compilePatterns(c.ignorePatterns);
  if ('matcher' in compiled) c.ignoreMatcher = compiled.matcher;
  else c.ignoreError = compiled.error;
}

function dispatchStages(c: Compilation): void {
  if (c.ignoreError !== undefined)
    fail(c, c.ignoreError, { locations: [], span: { start: 0, end: 0 }, code: 'bad-dockerignore' });
  // Stages that come of triggers are complete already; only those of the file are compiled.
  const count = c.stages.length;
  for (let i = 0; i < count; i++) {
    const stage = c.stages[i] as Stage;
    if (stage.dispatched) continue;
    inherit(stage);
    stage.dispatched = true;
    const platform = stage.platform ?? c.targetPlatform;
    stage.platform = platform;
    const { image } = stage;
    if (platform.os !== 'windows' && !image.env.some((pair) => pair === 'PATH' || pair.startsWith('PATH=')))
      image.env.push(`PATH=${defaultPathEnv(platform.os)}`);
    let { env } = stage.state;
    for (const pair of image.env) {
      const at = pair.indexOf('=');
      env = at < 0 ? addEnv(env, pair, '') : addEnv(env, pair.slice(0, at), pair.slice(at + 1));
    }
    stage.state = { ...stage.state, env };
    if (c.options.hostname !== '') stage.state = { ...stage.state, hostname: c.options.hostname };
    if (image.workingDir !== '') {
      const wrong = inheritWorkdir(stage, image.workingDir);
      if (wrong !== undefined && stage.reachable)
        fail(c, wrong, { locations: stage.locations, span: stage.span, code: 'bad-path' });
    }
    if (image.user !== '') setUser(stage, image.user);
    stage.state = { ...stage.state, network: c.options.network };
    for (const command of stage.commands) dispatch(c, stage, command);
  }
}

function finish(c: Compilation, target: Stage, context: ReturnType<typeof mainContext>): void {
  const { image } = target;
  if (c.options.labels.size > 0) {
    image.labels ??= new Map();
    for (const [key, value] of c.options.labels) image.labels.set(key, value);
  }
  if (c.lint.returnAsError) {
    const rules = [...new Set(c.warnings.filter((w) => w.reachable && isOn(c.lint, w.rule)).map((w) => w.rule))];
    if (rules.length > 0)
      fail(c, `lint violation found for rules: ${rules.join(', ')}`, {
        locations: [],
        span: checkSpan(c.dockerfile),
        code: 'check-error',
      });
  }
  if (context.error !== undefined)
    fail(c, context.error, { locations: [], span: { start: 0, end: 0 }, code: 'bad-context' });
  if (context.vertex !== undefined) {
    const paths = new Set<string>();
    for (const stage of c.stages) if (stage.reachable) for (const path of stage.contextPaths) paths.add(path);
    followPaths(context.vertex, paths);
    if (c.missing.some((m) => m.kind === 'dockerignore')) c.guessed.add(context.vertex);
  }
  for (const fill of c.late) fill();
  if (!c.implicitTarget) {
    const wanted = c.targetPlatform;
    const old = image.platform;
    const same = wanted.os === old.os && wanted.architecture === old.architecture;
    image.platform = {
      os: wanted.os,
      architecture: wanted.architecture,
      variant: wanted.variant !== '' || !same ? wanted.variant : old.variant,
      osVersion: wanted.osVersion !== '' || !same ? wanted.osVersion : old.osVersion,
      osFeatures: wanted.osFeatures.length > 0 ? wanted.osFeatures : old.osFeatures,
    };
  }
  image.platform = normalizePlatform(image.platform);
}
