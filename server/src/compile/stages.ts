// From FROM lines to stages: base names and platforms expanded, named contexts found, the target chosen.
import type { Span } from '../../../shared/src/span.ts';
import type { LineRange } from '../dockerfile/instruction.ts';
import { processWord } from '../dockerfile/shell.ts';
import { spanOf } from '../dockerfile/spans.ts';
import { suggest } from '../dockerfile/suggest.ts';
import { quote, toLower } from '../go/text.ts';
import { envKeys, getEnv } from '../llb/env.ts';
import { parsePlatform } from '../oci/platform.ts';
import { type Compilation, envOf, fail, placeOf, warn } from './compilation.ts';
import { type LintConfig, withComments } from './lint.ts';
import { isNoCache } from './options.ts';
import type { ParsedStage } from './parsedStages.ts';
import { findNamedContext } from './sources.ts';
import { newStage, type Stage } from './stage.ts';

export function buildStages(c: Compilation, stages: readonly ParsedStage[]): void {
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
    const match = suggest(name, [...known], true, true);
    warn(
      c,
      lint,
      'UndefinedArgInFrom',
      `FROM argument '${name}' is not declared${match === undefined ? '' : ` (did you mean ${match}?)`}`,
      placeOf(parsed.from, parsed.index, true, span),
    );
  }
}

export function addStage(c: Compilation, stage: Stage): void {
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

export function findTarget(c: Compilation): Stage {
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

export function stageNames(c: Compilation): string[] {
  return c.stages.map((s) => s.stageName).filter((name) => name !== '');
}
