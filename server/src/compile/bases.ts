// What stages start from: images, named contexts, other stages, and the triggers that these left behind.

import type { Span } from '../../../shared/src/span.ts';
import type { Problem } from '../dockerfile/instruction.ts';
import { readTrigger } from '../dockerfile/read.ts';
import { suggest } from '../dockerfile/suggest.ts';
import { quote } from '../go/text.ts';
import { emptyEnv } from '../llb/env.ts';
import { scratch } from '../llb/state.ts';
import { formatPlatformAll, normalizePlatform, type Platform } from '../oci/platform.ts';
import { parseNormalizedNamed, referenceString, tagNameOnly, withDigest } from '../oci/reference.ts';
import { type Compilation, fail, warn } from './compilation.ts';
import { addDependencies, readSources } from './dependencies.ts';
import { cloneImage, emptyImage, type Image, parseImage, unknownImage } from './image.ts';
import type { CheckWarning } from './lint.ts';
import { stepName } from './names.ts';
import { findNamedContext, imageVertex, loadNamedContext, resolveImage, sourceState } from './sources.ts';
import { type Command, noLines, type Stage, stageLines } from './stage.ts';
import { stageNames } from './stages.ts';

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

export function resolveBases(c: Compilation, target: Stage): void {
  for (;;) {
    const reachable = reachableFrom(target);
    for (const stage of c.stages) stage.reachable = reachable.has(stage);
    // BuildKit resolves bases at once and reports the first that fails: its scheduler starts with the last, then goes in order.
    const due = c.stages.filter(
      (stage) => stage.base === undefined && !stage.dispatched && stage.resolved !== 'needed',
    );
    const started = due.filter((stage) => !isScratch(stage));
    for (const stage of due) if (isScratch(stage)) resolveScratch(c, stage);
    const said = c.warnings.length;
    const before = {
      problemsBefore: c.problemsBefore + c.problems.length,
      unreachableBefore: c.unreachableProblems.length,
    };
    for (const stage of [...started.slice(-1), ...started.slice(0, -1)]) resolveBase(c, stage);
    // One that fails stops none of the others.
    for (let i = said; i < c.warnings.length; i++) c.warnings[i] = { ...(c.warnings[i] as CheckWarning), ...before };
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
export function inherit(stage: Stage): void {
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

function isScratch(stage: Stage): boolean {
  return stage.baseName === 'scratch' && stage.namedContext === undefined;
}

function resolveScratch(c: Compilation, stage: Stage): void {
  stage.resolved = 'needed';
  stage.state = scratch;
  stage.image = emptyImage(c.targetPlatform);
  stage.platform = c.targetPlatform;
  if (stage.hidden) stage.dispatched = true;
}

/** Forgets what was found while the stage was thought to be of no use: a trigger may make it needed. */
function forget(c: Compilation, stage: Stage): void {
  const mine = (entry: { readonly span: Span }): boolean => entry.span === stage.span;
  stage.baseName = stage.originalBase;
  const known = c.warnings.filter((w) => w.rule !== 'InvalidBaseImagePlatform' || !mine(w));
  c.warnings.splice(0, c.warnings.length, ...known);
  const others = c.unreachableProblems.filter((p) => !mine(p));
  c.unreachableProblems.splice(0, c.unreachableProblems.length, ...others);
}

function resolveBase(c: Compilation, stage: Stage): void {
  const index = stage.commandIndex;
  if (!stage.reachable) {
    // BuildKit looks at a stage that is not needed each time anew, and counts a step for it each time.
    if (stage.resolved === 'no') resolveOnce(c, stage);
    stage.resolved = 'unneeded';
    stage.commandIndex = stage.commandTotal > 0 ? index + 1 : index;
    return;
  }
  if (stage.resolved === 'unneeded') forget(c, stage);
  stage.resolved = 'needed';
  resolveOnce(c, stage);
}

function resolveOnce(c: Compilation, stage: Stage): void {
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
    stage.image = unknownImage();
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
