// From FROM lines to stages: base names and platforms expanded, named contexts found, the target chosen.
import type { Span } from '../../../shared/src/span.ts';
import type { LineRange } from '../dockerfile/instruction.ts';
import { processWord } from '../dockerfile/shell.ts';
import { wordSpan } from '../dockerfile/spans.ts';
import { suggest, withSuggestion } from '../dockerfile/suggest.ts';
import { quote, toLower } from '../go/text.ts';
import { envKeys, getEnv } from '../llb/env.ts';
import { parsePlatform } from '../oci/platform.ts';
import { type Compilation, envOf, fail, placeOf, warn } from './compilation.ts';
import { Failure } from './failure.ts';
import { type LintConfig, withComments } from './lint.ts';
import { isNoCache } from './options.ts';
import type { ParsedStage } from './parsedStages.ts';
import { findNamedContext } from './sources.ts';
import { newStage, type Stage } from './stage.ts';

export function buildStages(c: Compilation, stages: readonly ParsedStage[]): void {
  for (const [position, parsed] of stages.entries()) buildStage(c, parsed, position);
}

function buildStage(c: Compilation, parsed: ParsedStage, position: number): void {
  const { from, index } = parsed;
  const lint = withComments(c.lint, from.comments);
  const env = envOf(c.globalArgs);
  const baseSpan = wordSpan(from, from.baseName);
  const locations = [from.lines];
  const problem: Report = (message, code, span, places = locations) =>
    fail(c, new Failure(message, code, span), places);

  const word = processWord(from.baseName.value, env, c.lex);
  undefinedInFrom(c, lint, word.unmatched, parsed, baseSpan);
  let broken = false;
  if (word.error !== undefined) {
    problem(word.error, 'bad-substitution', baseSpan);
    broken = true;
  } else if (word.result === '') {
    problem(`base name (${from.baseName.value}) should not be blank`, 'blank-base', baseSpan);
    broken = true;
  }
  const stage = newStage(from, index, broken ? 'scratch' : word.result, locations, baseSpan);
  stage.uncertain = broken;
  stage.allArgs = new Map(c.metaArgs);
  const used = new Set(word.matched ?? []);
  if (from.platform.value !== '') stagePlatform(c, lint, parsed, stage, used, problem);
  if (from.name !== '') {
    const nc = findNamedContext(c, from.name, stage.platform);
    if (nc && 'error' in nc) problem(nc.error, 'bad-context-name', from.span, []);
    else if (nc) {
      stage.namedContext = nc;
      addStage(c, stage);
      stage.base = undefined;
      return;
    }
  }
  if (from.name === '') stage.stageName = `stage-${position}`;
  addStage(c, stage);
  for (const key of used) stage.usedArgs.add(key);
  let total = stage.baseName !== 'scratch' && !stage.base ? 1 : 0;
  for (const { instruction } of parsed.instructions)
    if (['add', 'copy', 'run', 'workdir'].includes(instruction.kind)) total++;
  stage.commandTotal = total;
  stage.ignoreCache = isNoCache(c.options, from.name);
}

type Report = (message: string, code: string, span: Span, places?: readonly LineRange[]) => void;

function stagePlatform(
  c: Compilation,
  lint: LintConfig,
  parsed: ParsedStage,
  stage: Stage,
  used: Set<string>,
  problem: Report,
): void {
  const { from, index } = parsed;
  const { value } = from.platform;
  const span = wordSpan(from, from.platform);
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
    problem(`failed to process arguments for platform ${word.result}: ${word.error}`, 'bad-substitution', span);
    return;
  }
  const options = envKeys(c.globalArgs);
  const hinted = (message: string): string =>
    withSuggestion(
      message,
      [...unmatched].map((key) => suggest(key, options, true)).find((match) => match !== undefined),
    );
  if (word.result === '') {
    problem(hinted(`empty platform value from expression ${value}`), 'empty-platform', span);
    return;
  }
  if ('error' in result) {
    const { lines } = from;
    problem(hinted(`failed to parse platform ${value}: ${result.error}`), 'bad-platform', span, [lines, lines]);
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
  if (!names) return;
  const known = new Set([...c.metaArgs.keys(), ...envKeys(c.globalArgs)]);
  for (const name of names) {
    if (known.has(name)) continue;
    const match = suggest(name, [...known], true, true);
    warn(
      c,
      lint,
      'UndefinedArgInFrom',
      withSuggestion(`FROM argument '${name}' is not declared`, match),
      placeOf(parsed.from, parsed.index, true, span),
    );
  }
}

export function addStage(c: Compilation, stage: Stage): void {
  stage.index = c.stages.length;
  c.stages.push(stage);
  const base = c.byName.get(stage.baseName);
  if (base) {
    stage.base = base;
    stage.allArgs = new Map(base.allArgs);
    stage.usedArgs = new Set(base.usedArgs);
    for (const [id, info] of base.secrets) stage.secrets.set(id, info);
    for (const [id, info] of base.ssh) stage.ssh.set(id, info);
  }
  if (stage.name !== '') c.byName.set(toLower(stage.name), stage);
}

export function findTarget(c: Compilation): Stage {
  const last = c.stages.at(-1) as Stage;
  const { target } = c.options;
  const found = target === '' ? last : c.byName.get(toLower(target));
  if (found) return found;
  const message = `target stage ${quote(target)} could not be found`;
  fail(c, new Failure(withSuggestion(message, suggest(target, stageNames(c), true)), 'missing-target'));
  return last;
}

export function stageNames(c: Compilation): string[] {
  return c.stages.map((s) => s.stageName).filter((name) => name !== '');
}
