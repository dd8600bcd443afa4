// The names that vertices carry in progress output: `[build 2/7] RUN make`.
import { type Env, type LexOptions, processWord } from '../dockerfile/shell.ts';
import { toUpper } from '../go/text.ts';
import type { EnvList } from '../llb/env.ts';
import { formatPlatformAll, normalizePlatform, type Platform, parsePlatform } from '../oci/platform.ts';
import { type Compilation, envOf } from './compilation.ts';
import type { Stage } from './stage.ts';

/**
 * Counts one more step of the stage and says how a vertex of it is named.
 * The text is made when it is asked for: names are no part of digests, and few are ever shown.
 */
export function stepName(
  c: Compilation,
  stage: Stage,
  platform: Platform | undefined,
  env: EnvList,
): (text: string) => string {
  const total = stage.commandTotal;
  if (total === 0) return (text) => text;
  const number = ++stage.commandIndex;
  const onBuild = stage.commandIsOnBuild;
  return (text) => {
    let out = '[';
    if (c.options.multiPlatform && platform !== undefined)
      out += `${formatPlatformAll(platform)}${crossTarget(platform, env)} `;
    if (stage.stageName !== '') out += `${stage.stageName} `;
    out += `${String(number).padStart(Math.trunc(1 + Math.log10(total)))}/${total}] `;
    return `${out}${onBuild ? 'ONBUILD ' : ''}${text}`;
  };
}

/** The instruction's text with variables filled in and its keyword in capitals; as written where it cannot be expanded. */
export function expandedText(text: string, env: Env, lex: LexOptions): string {
  const word = processWord(text, env, lex);
  const expanded = word.error === undefined ? word.result : text;
  const space = expanded.indexOf(' ');
  return space < 0 ? toUpper(expanded) : toUpper(expanded.slice(0, space)) + expanded.slice(space);
}

/** `->arm64` where the environment of the stage says that it compiles for another platform. */
function crossTarget(base: Platform, list: EnvList): string {
  const env = envOf(list);
  let os = '';
  let architecture = '';
  let variant = '';
  let set = false;
  for (const key of env.keys()) {
    if (key === 'TARGETPLATFORM') {
      const parsed = parsePlatform(env.get(key) as string);
      if ('error' in parsed) continue;
      return crossPart(base, parsed.platform);
    }
    if (key === 'TARGETOS') os = env.get(key) as string;
    else if (key === 'TARGETARCH') architecture = env.get(key) as string;
    else if (key === 'TARGETVARIANT') variant = env.get(key) as string;
    else continue;
    set = true;
  }
  return set ? crossPart(base, { os, architecture, variant, osVersion: '', osFeatures: [] }) : '';
}

function crossPart(base: Platform, target: Platform): string {
  const p = normalizePlatform({
    ...target,
    os: target.os || base.os,
    architecture: target.architecture || base.architecture,
  });
  if (p.os === base.os)
    return p.architecture === base.architecture ? '' : `->${p.architecture}${p.variant === '' ? '' : `/${p.variant}`}`;
  return `->${formatPlatformAll(p)}`;
}
