// From instructions to a graph, in BuildKit's own order: names and casing, global arguments, stages, target, dependencies,
// bases, instructions, result. Unlike BuildKit it does not stop at the first problem, but the first it finds is BuildKit's.
import type { Span } from '../../../shared/src/span.ts';
import { ignoreFileError, parseIgnoreFile } from '../context/ignoreFile.ts';
import { compilePatterns } from '../context/patterns.ts';
import { parseDirective } from '../dockerfile/directives.ts';
import type { Dockerfile } from '../dockerfile/instruction.ts';
import { nowhere } from '../dockerfile/spans.ts';
import { cut } from '../go/text.ts';
import { addEnv, emptyEnv } from '../llb/env.ts';
import { scratch } from '../llb/state.ts';
import { normalizePlatform } from '../oci/platform.ts';
import { buildMetaArgs, defaultArgs, validateDefaultBases } from './arguments.ts';
import { inherit, isSame, resolveBases } from './bases.ts';
import { type BuildInputs, type Compilation, fail, problemsSoFar } from './compilation.ts';
import { buildDependencies, findCycle } from './dependencies.ts';
import { dispatch, inheritWorkdir, setUser } from './dispatch.ts';
import { resolveEpoch } from './epoch.ts';
import { Failure } from './failure.ts';
import { cloneImage, noPlatform } from './image.ts';
import { isOn, type LintConfig, noLintConfig, parseLintOptions } from './lint.ts';
import type { Options } from './options.ts';
import { type ParsedStage, splitStages } from './parsedStages.ts';
import { defaultPathEnv } from './paths.ts';
import { validateCasing, validateStageNames, warnOfReading } from './readingChecks.ts';
import { followPaths, isLocalContext, mainContext } from './sources.ts';
import type { Stage } from './stage.ts';
import { buildStages, findTarget } from './stages.ts';

/** What a compilation leaves behind. */
export interface Compiled {
  readonly compilation: Compilation;
  /** The chosen stage; undefined where the file has none. */
  readonly target: Stage | undefined;
}

/** Compiles the file for one platform. Total: every problem is in the result. */
export function compile(dockerfile: Dockerfile, options: Options, inputs: BuildInputs): Compiled {
  const compiled = compileAs('build', dockerfile, options, inputs);
  const { stages, warnings } = compiled.compilation;
  // In a check run over all stages, what is built on a stage that a context replaces sees the stage's instructions too.
  if (options.target === '' && stages.some((stage) => stage.namedContext && stage.commands.length > 0)) {
    const checked = compileAs('checkRun', dockerfile, options, inputs);
    warnings.splice(0, warnings.length, ...checked.compilation.warnings);
    compiled.compilation.crash = checked.compilation.crash;
  }
  return compiled;
}

function compileAs(
  purpose: 'build' | 'checkRun',
  dockerfile: Dockerfile,
  options: Options,
  inputs: BuildInputs,
): Compiled {
  const lint = readLint(dockerfile, options);
  const c = newCompilation(dockerfile, options, inputs, 'error' in lint ? noLintConfig : lint);
  if ('error' in lint)
    fail(c, new Failure(`failed to parse check options: ${lint.error}`, 'bad-check-directive', checkSpan(dockerfile)));
  warnOfReading(c);
  c.problemsBefore = dockerfile.problems.length;
  const parsed = splitStages(c);
  if (parsed.stages.length === 0) {
    if (dockerfile.problems.length === 0) fail(c, new Failure('dockerfile contains no stages to build', 'no-stages'));
    return { compilation: c, target: undefined };
  }
  validateStageNames(c, parsed.stages);
  validateCasing(c, parsed.stages);
  const defaults = defaultArgs(c, options.target || (parsed.stages.at(-1) as ParsedStage).from.name);
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
  dispatchStages(c, purpose);
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
    lint,
    problems: [],
    unreachableProblems: [],
    warnings: [],
    missing: [],
    guessed: new Set(),
    invalid: new Map(),
    ignorePatterns: [],
    context: scratch,
    late: [],
    hasNamedContexts: Object.keys(options.attrs).some((key) => key.startsWith('context:')),
    nextGroup: 0,
    problemsBefore: 0,
  };
}

function readLint(dockerfile: Dockerfile, options: Options): LintConfig | { readonly error: string } {
  return options.lint ?? parseLintOptions(parseDirective('check', dockerfile.text)?.value ?? '');
}

function checkSpan(dockerfile: Dockerfile): Span {
  return dockerfile.directives.find((d) => d.name === 'check')?.valueSpan ?? nowhere;
}

function readIgnoreFile(c: Compilation): void {
  if (!isLocalContext(c.options)) return;
  // An empty file of its own still replaces the common one.
  const own = c.inputs.dockerfileIgnore;
  const text = own ?? c.inputs.dockerignore;
  if (text === undefined && own === undefined) c.missing.push({ kind: 'dockerignore' });
  if (!text) return;
  const unreadable = ignoreFileError(text);
  if (unreadable !== undefined) {
    c.ignoreError = `failed parsing ${typeof own === 'string' ? c.options.filename : ''}.dockerignore: ${unreadable}`;
    return;
  }
  c.ignorePatterns = parseIgnoreFile(text);
  if (c.ignorePatterns.length === 0) return;
  const compiled = compilePatterns(c.ignorePatterns);
  if ('matcher' in compiled) c.ignoreMatcher = compiled.matcher;
  else c.ignoreError = compiled.error;
}

function dispatchStages(c: Compilation, purpose: 'build' | 'checkRun'): void {
  if (c.ignoreError !== undefined) fail(c, new Failure(c.ignoreError, 'bad-dockerignore'));
  const isReplaced = (stage: Stage): boolean => !stage.hidden && !!stage.namedContext;
  const count = c.stages.length;
  for (let i = 0; i < count; i++) {
    const stage = c.stages[i] as Stage;
    if (!stage.dispatched || (purpose === 'checkRun' && isReplaced(stage))) dispatchStage(c, stage);
  }
  // Images that are only copied from, and stages that a context replaces, are complete as they are. A check run looks at
  // their instructions all the same.
  for (const stage of c.stages) {
    if (stage.commands.length === 0) continue;
    if (stage.hidden) {
      if (dispatchHidden(c, stage)) return;
    } else if (purpose === 'build' && isReplaced(stage)) dispatchStage(c, detached(stage));
  }
}

/**
 * Looks at the triggers of an image that is only copied from. A check run crashes where one declares an argument, reads the
 * build context, or mounts a secret or an SSH socket: BuildKit has no place to note that for such an image. True where it does.
 */
function dispatchHidden(c: Compilation, hidden: Stage): boolean {
  const stage = detached(hidden);
  prepare(c, stage);
  for (const command of stage.commands) {
    const isArg = command.instruction.kind === 'arg';
    if (!isArg) dispatch(c, stage, command);
    if (!isArg && stage.contextPaths.size + stage.secrets.size + stage.ssh.size === 0) continue;
    c.crash = problemsSoFar(c);
    return true;
  }
  return false;
}

/** A stand-in for a stage that leaves no trace but warnings. */
function detached(stage: Stage): Stage {
  return {
    ...stage,
    image: cloneImage(stage.image),
    reachable: false,
    steps: [],
    contextPaths: new Set(),
    paths: new Set(),
    last: new Map(),
    secrets: new Map(),
    ssh: new Map(),
    allArgs: new Map(),
    usedArgs: new Set(),
  };
}

function dispatchStage(c: Compilation, stage: Stage): void {
  prepare(c, stage);
  for (const command of stage.commands) dispatch(c, stage, command);
}

/** What comes before the first instruction: all that the base says. */
function prepare(c: Compilation, stage: Stage): void {
  inherit(stage);
  stage.dispatched = true;
  // Only a context in the place of a stage leaves it open; then BuildKit has none, and calls it unknown.
  stage.platform ??= noPlatform;
  const { image, platform } = stage;
  if (platform.os !== 'windows' && !image.env.some((pair) => pair === 'PATH' || pair.startsWith('PATH=')))
    image.env.push(`PATH=${defaultPathEnv(platform.os)}`);
  let { env } = stage.state;
  for (const pair of image.env) {
    const [key, value = ''] = cut(pair, '=');
    env = addEnv(env, key, value);
  }
  const { hostname, network } = c.options;
  stage.state = { ...stage.state, env, network, hostname: hostname || stage.state.hostname };
  if (image.workingDir !== '') {
    const wrong = inheritWorkdir(stage, image.workingDir);
    if (wrong !== undefined && stage.reachable) fail(c, new Failure(wrong, 'bad-path', stage.span), stage.locations);
  }
  if (image.user !== '') setUser(stage, image.user);
}

function finish(c: Compilation, target: Stage, context: ReturnType<typeof mainContext>): void {
  const { image } = target;
  if (c.options.labels.size > 0) {
    image.labels ??= new Map();
    for (const [key, value] of c.options.labels) image.labels.set(key, value);
  }
  if (c.lint.returnAsError) {
    const rules = new Set(c.warnings.filter((w) => w.reachable && isOn(c.lint, w.rule)).map((w) => w.rule));
    const message = `lint violation found for rules: ${[...rules].join(', ')}`;
    if (rules.size > 0) fail(c, new Failure(message, 'check-error', checkSpan(c.dockerfile)));
  }
  if (context.error !== undefined) fail(c, new Failure(context.error, 'bad-context'));
  if (context.vertex) {
    const paths = new Set<string>();
    for (const stage of c.stages) if (stage.reachable) for (const path of stage.contextPaths) paths.add(path);
    followPaths(context.vertex, paths);
    if (c.missing.some((m) => m.kind === 'dockerignore')) c.guessed.add(context.vertex);
  }
  for (const fill of c.late) fill();
  if (!c.implicitTarget) {
    const wanted = c.targetPlatform;
    const old = image.platform;
    const same = isSame(wanted, old);
    image.platform = {
      ...wanted,
      variant: wanted.variant || (same ? old.variant : ''),
      osVersion: wanted.osVersion || (same ? old.osVersion : ''),
      osFeatures: wanted.osFeatures.length > 0 ? wanted.osFeatures : old.osFeatures,
    };
  }
  image.platform = normalizePlatform(image.platform);
}
