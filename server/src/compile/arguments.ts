// Global arguments: the automatic ones of the platforms, those before the first FROM, and what the user gave.
import { processWord } from '../dockerfile/shell.ts';
import { wordSpan } from '../dockerfile/spans.ts';
import { addEnv, type EnvList, emptyEnv } from '../llb/env.ts';
import { formatPlatform, formatPlatformAll } from '../oci/platform.ts';
import { parseNormalizedNamed } from '../oci/reference.ts';
import { type Compilation, envOf, fail, placeOf, warn } from './compilation.ts';
import { Failure } from './failure.ts';
import type { Parsed } from './parsedStages.ts';

export function defaultArgs(c: Compilation, target: string): EnvList {
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
    ['TARGETSTAGE', target || 'default'],
  ];
  let env = emptyEnv;
  for (const [key, value] of values) env = addEnv(env, key, c.options.buildArgs.get(key) ?? value);
  return env;
}

export function validateDefaultBases(c: Compilation, parsed: Parsed, defaults: EnvList): void {
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
        placeOf(from, index, true, wordSpan(from, from.baseName)),
      );
  }
}

export function buildMetaArgs(c: Compilation, metaArgs: Parsed['metaArgs'], defaults: EnvList): void {
  let env = defaults;
  for (const { instruction } of metaArgs) {
    for (const declaration of instruction.declarations) {
      const key = declaration.key.value;
      let value = c.options.buildArgs.get(key);
      let deps: Set<string> = new Set();
      if (value === undefined && declaration.value !== undefined) {
        const word = processWord(declaration.value.value, envOf(env), c.lex);
        if (word.error !== undefined) {
          const span = wordSpan(instruction, declaration.value);
          fail(c, new Failure(word.error, 'bad-substitution', span), [instruction.lines]);
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
