// What stages start from: images, named contexts, other stages, and the triggers that these left behind.

import type { Span } from '../../../shared/src/span.ts';
import { readTrigger } from '../dockerfile/read.ts';
import { suggest, withSuggestion } from '../dockerfile/suggest.ts';
import { quote } from '../go/text.ts';
import { emptyEnv } from '../llb/env.ts';
import type { Vertex } from '../llb/op.ts';
import { scratch } from '../llb/state.ts';
import { formatPlatformAll, normalizePlatform, type Platform } from '../oci/platform.ts';
import { parseNormalizedNamed, referenceString, tagNameOnly, withDigest } from '../oci/reference.ts';
import { type Compilation, fail, platformOf, problemsSoFar, warn } from './compilation.ts';
import { addDependencies, newCommand } from './dependencies.ts';
import { Failure, failureOf, refuse } from './failure.ts';
import { cloneImage, emptyImage, type Image, unknownImage } from './image.ts';
import type { CheckWarning } from './lint.ts';
import { stepName } from './names.ts';
import { findNamedContext, imageVertex, loadNamedContext, readConfig, resolveImage, sourceState } from './sources.ts';
import { type Command, noLines, type Stage, stageLines } from './stage.ts';
import { stageNames } from './stages.ts';

function reachableFrom(target: Stage): Set<Stage> {
  const found = new Set([target]);
  // The set grows while it is walked.
  for (const stage of found) {
    if (stage.base) found.add(stage.base);
    for (const dep of stage.deps.keys()) found.add(dep);
  }
  return found;
}

export function resolveBases(c: Compilation, target: Stage): void {
  let first: number | undefined;
  for (;;) {
    const reachable = reachableFrom(target);
    for (const stage of c.stages) stage.reachable = reachable.has(stage);
    for (const stage of c.stages)
      if (stage.hidden && stage.reachable && stage.resolved === 'unneeded') leaveUnresolved(c, stage);
    // BuildKit resolves bases at once and reports the first that fails: its scheduler starts with the last, then goes in order.
    const due = c.stages.filter((stage) => !stage.base && !stage.dispatched && stage.resolved !== 'needed');
    const started = due.filter((stage) => !isScratch(stage));
    for (const stage of due) if (isScratch(stage)) resolveScratch(c, stage);
    const before = problemsSoFar(c);
    first ??= before.allBefore;
    for (const stage of [...started.slice(-1), ...started.slice(0, -1)]) {
      const wasUnneeded = stage.resolved === 'unneeded';
      if (wasUnneeded && stage.reachable) forget(c, stage);
      const said = c.warnings.length;
      resolveBase(c, stage);
      // One that fails stops none of the others; a run over all stages looked at this one together with the first.
      const allBefore = wasUnneeded ? first : before.allBefore;
      for (let i = said; i < c.warnings.length; i++)
        c.warnings[i] = { ...(c.warnings[i] as CheckWarning), ...before, allBefore };
    }
    let more = false;
    for (const stage of c.stages.slice()) {
      if (!stage.reachable) continue;
      inherit(stage);
      const triggers = stage.image.onBuild.slice();
      if (stage.base && !stage.onBuildInit) {
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
  if (!base) return;
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
  let more = false;
  for (const trigger of triggers) {
    const { instruction, error } = readTrigger(trigger);
    if (!instruction || error !== undefined) {
      fail(c, new Failure(error ?? '', 'bad-trigger', stage.span), [stageLines(stage)]);
      return more;
    }
    const command = newCommand(c, stage, instruction, stage.instruction, true);
    if (!command) return more;
    more ||= command.sources.length > 0;
    commands.push(command);
    addDependencies(c, stage, command);
  }
  stage.commands = [...commands, ...stage.commands];
  stage.commandTotal += commands.length;
  return more;
}

function isScratch(stage: Stage): boolean {
  return stage.baseName === 'scratch' && !stage.namedContext;
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
  stage.resolved = 'needed';
  resolveOnce(c, stage);
}

function resolveOnce(c: Compilation, stage: Stage): void {
  const failure = failureOf(() => loadBase(c, stage));
  if (failure) {
    // The name of a base must make sense even where the stage is not built.
    const counts = stage.reachable || failure.code === 'bad-base-name';
    fail(c, failure, stage.locations, counts, stage.span);
    stage.uncertain = true;
    stage.platform ??= c.targetPlatform;
  }
  if (stage.hidden) stage.dispatched = true;
}

/** Loads the base image or context of a stage. */
function loadBase(c: Compilation, stage: Stage): void {
  const original = stage.baseName;
  const ref = parseNormalizedNamed(original);
  if ('error' in ref) refuse(`failed to parse stage name ${quote(original)}: ${ref.error}`, 'bad-base-name');
  const platform = platformOf(c, stage);
  stage.baseName = referenceString(tagNameOnly(ref));
  const own = stage.namedContext;
  const nc = own ?? findNamedContext(c, stage.baseName, platform);
  if (!nc) {
    loadImage(c, stage, original, platform);
    return;
  }
  if ('error' in nc) refuse(nc.error, 'bad-context');
  const { state, guessed, image } = loadNamedContext(c, nc, () => stage.paths, stage.instruction);
  stage.guessed = guessed;
  stage.source = state.out?.vertex;
  if (own) {
    stage.dispatched = true;
    stage.state = state;
    stage.image = image ?? unknownImage();
    const p = stage.image.platform;
    if (p.architecture !== '' && p.os !== '') stage.platform = p;
    return;
  }
  stage.baseImage = image ?? emptyImage(platform);
  stage.image = { ...cloneImage(stage.baseImage), created: undefined };
  stage.state = { ...state, platform: normalizePlatform(platform) };
  stage.platform = platform;
}

function loadImage(c: Compilation, stage: Stage, original: string, asked: Platform): void {
  let platform = asked;
  const known = resolveImage(c, stage.baseName, platform, stage.instruction);
  if (known.error !== undefined) {
    const match = suggest(original, [...stageNames(c), ...commonImageNames], true);
    refuse(withSuggestion(`${original}: ${known.error}`, match), 'missing-image', undefined, match);
  }
  let ref = parseNormalizedNamed(known.ref);
  if ('error' in ref) refuse(`failed to parse ref ${quote(known.ref)}: ${ref.error}`, 'missing-image');
  const image = readConfig(known.config, platform, 'bad-image-config', 'failed to parse image config: ');
  stage.guessed = known.guessed;
  stage.baseImage = cloneImage(image);
  image.created = undefined;
  if (!stage.platform && c.implicitTarget) platform = detectPlatform(image, platform, c.options.buildPlatform);
  if (known.digest !== '') ref = withDigest(ref, known.digest);
  if ('error' in ref) refuse(ref.error, 'bad-image-digest');
  stage.baseName = referenceString(ref);
  stage.image = image;
  stage.platform = platform;
  if (!image.rootfs.diffIds?.length && image.history.every((entry) => entry.emptyLayer)) {
    stage.state = scratch;
    return;
  }
  const vertex = startFromImage(c, stage, platform);
  if (known.guessed) c.guessed.add(vertex);
  if (isSame(platform, image.platform)) return;
  const spoken = (p: Platform): string => quote(formatPlatformAll(normalizePlatform(p)));
  warn(
    c,
    c.lint,
    'InvalidBaseImagePlatform',
    `Base image ${original} was pulled with platform ${spoken(image.platform)}, expected ${spoken(platform)} for current build`,
    { lines: stageLines(stage), span: stage.span, instruction: stage.instruction, reachable: stage.reachable },
  );
}

function startFromImage(c: Compilation, stage: Stage, platform: Platform): Vertex {
  const named = stepName(c, stage, platform, emptyEnv);
  const title = `FROM ${stage.baseName}`;
  const vertex = imageVertex(
    stage.baseName,
    platform,
    c.options.resolveMode,
    { name: () => named(title), command: stage.from?.code ?? '' },
    stage.instruction,
    stage.locations[0] === noLines ? [] : stage.locations,
  );
  stage.state = sourceState(vertex);
  stage.source = vertex;
  return vertex;
}

/**
 * What a command reads of an image, in a stage that only a trigger makes needed: BuildKit has been there before, when it was
 * not, and takes the image by its name alone, whatever it is. A check run needs all stages, and has looked at it: what that found stays.
 */
function leaveUnresolved(c: Compilation, stage: Stage): void {
  stage.resolved = 'needed';
  const ref = parseNormalizedNamed(stage.originalBase);
  if ('error' in ref) return;
  stage.baseName = referenceString(tagNameOnly(ref));
  stage.guessed = false;
  stage.platform = platformOf(c, stage);
  startFromImage(c, stage, stage.platform);
}

/** True where both have the same system and architecture. */
export function isSame(a: Platform, b: Platform): boolean {
  return a.os === b.os && a.architecture === b.architecture;
}

function detectPlatform({ platform }: Image, target: Platform, build: Platform): Platform {
  return !isSame(target, platform) && isSame(build, platform) ? build : target;
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
