// SOURCE_DATE_EPOCH: the time that a reproducible build claims, given as a number or as the source whose time it is.
import type { ArgInstruction, FromInstruction, Instruction, Word } from '../dockerfile/instruction.ts';
import { processWord } from '../dockerfile/shell.ts';
import { equalFold, parseInt64, quote } from '../go/text.ts';
import { addEnv, deleteEnv, type EnvList, getEnv } from '../llb/env.ts';
import { parseDigest } from '../oci/digest.ts';
import { type Compilation, envOf, fail } from './compilation.ts';
import { parseGitRef } from './gitRef.ts';
import { findNamedContext, loadNamedContext, mainContext } from './sources.ts';

const key = 'SOURCE_DATE_EPOCH';

interface ParsedStage {
  readonly from: FromInstruction;
  readonly index: number;
  readonly instructions: readonly { readonly instruction: Instruction }[];
}

/** Settles the epoch, and rewrites the arguments to the number that it came to. */
export function resolveEpoch(c: Compilation, stages: readonly ParsedStage[]): void {
  const given = c.options.buildArgs.get(key);
  const value = given ?? (getEnv(c.globalArgs, key) || undefined);
  if (value === undefined) return;
  const seconds = secondsOf(c, value, stages);
  c.epoch = seconds === undefined ? undefined : BigInt.asIntN(64, seconds * 1_000_000_000n);
  c.epochSeconds = seconds;
  const text = seconds === undefined ? '' : String(seconds);
  if (given !== undefined) {
    if (text === '') c.options.buildArgs.delete(key);
    else c.options.buildArgs.set(key, text);
  }
  if (getEnv(c.globalArgs, key) !== undefined)
    c.globalArgs = text === '' ? deleteEnv(c.globalArgs, key) : addEnv(c.globalArgs, key, text);
}

function secondsOf(c: Compilation, value: string, stages: readonly ParsedStage[]): bigint | undefined {
  if (value === '') return undefined;
  const number = parseInt64(value);
  if ('value' in number) return number.value;
  const refuse = (message: string, stage?: ParsedStage): undefined => {
    const place = stage === undefined ? { start: 0, end: 0 } : stage.from.span;
    fail(c, message, { locations: stage === undefined ? [] : [stage.from.lines], span: place, code: 'bad-epoch' });
    return undefined;
  };
  if (value === 'context') {
    const context = mainContext(c);
    return context.error === undefined ? timeOf(c, context.state.out?.vertex.op) : refuse(context.error);
  }
  const nc = findNamedContext(c, value, undefined);
  if (nc !== undefined && 'error' in nc) return refuse(nc.error);
  if (nc !== undefined) {
    const loaded = loadNamedContext(c, nc, () => new Set(), -1);
    return loaded.error === undefined ? timeOf(c, loaded.state.out?.vertex.op) : refuse(loaded.error);
  }
  const stage = stages.find((s) => equalFold(s.from.name, value));
  if (stage === undefined) return refuse(`invalid ${key}: ${value}`);
  const source = stageSource(c, stage);
  return 'error' in source ? refuse(source.error, stage) : knownTime(c, source.identifier);
}

function timeOf(c: Compilation, op: { readonly kind: string } | undefined): bigint | undefined {
  if (op === undefined || op.kind !== 'source') return undefined;
  const { identifier } = op as unknown as { readonly identifier: string };
  return /^(git|https?):\/\//.test(identifier) ? knownTime(c, identifier) : undefined;
}

function knownTime(c: Compilation, identifier: string): bigint | undefined {
  const seconds = c.inputs.sourceTime?.(identifier);
  if (seconds === undefined) c.missing.push({ kind: 'sourceTime', identifier });
  return seconds === undefined ? undefined : BigInt(seconds);
}

/** The one remote source of a stage that is nothing but `FROM scratch` and `ADD`. */
function stageSource(c: Compilation, stage: ParsedStage): { readonly identifier: string } | { readonly error: string } {
  let env = deleteEnv(c.globalArgs, key);
  const base = processWord(stage.from.baseName.value, envOf(env), c.lex);
  if (base.error !== undefined)
    return { error: `failed to process source stage base name ${quote(stage.from.baseName.value)}: ${base.error}` };
  if (base.result !== 'scratch') return { error: `${key} stage must use FROM scratch` };
  let found: { readonly identifier: string } | undefined;
  for (const { instruction } of stage.instructions) {
    if (instruction.kind === 'arg') {
      const next = withArgs(c, instruction, env);
      if ('error' in next) return next;
      env = next.env;
    } else if (instruction.kind === 'add') {
      if (found !== undefined) return { error: `${key} stage must contain exactly one remote ADD` };
      if (instruction.contents.length !== 0 || instruction.sources.length !== 1)
        return { error: `${key} stage must contain exactly one remote ADD source` };
      const src = processWord((instruction.sources[0] as Word).value, envOf(env), c.lex);
      if (src.error !== undefined) return { error: src.error };
      const git = parseGitRef(src.result);
      const isGit = 'ref' in git && git.isGit;
      if (/^https?:\/\//.test(src.result) && !isGit) {
        if (instruction.checksum.value !== '') {
          const sum = processWord(instruction.checksum.value, envOf(env), c.lex);
          if (sum.error !== undefined) return { error: sum.error };
          const wrong = parseDigest(sum.result);
          if (wrong !== undefined) return { error: wrong };
        }
        found = { identifier: src.result };
      } else if ('error' in git && git.isGit) return { error: git.error };
      else if ('ref' in git && !git.ref.indistinguishableFromLocal) found = { identifier: git.ref.remote };
      else return { error: `${key} stage source must be a single HTTP(S) or Git ADD` };
    } else
      return {
        error: `${key} stage does not meet source-only requirements: unsupported ${instruction.keyword} instruction`,
      };
  }
  return found ?? { error: `${key} stage must contain exactly one remote ADD` };
}

function withArgs(
  c: Compilation,
  instruction: ArgInstruction,
  before: EnvList,
): { readonly env: EnvList } | { readonly error: string } {
  let env = before;
  for (const { key: name, value } of instruction.declarations) {
    const given = c.options.buildArgs.get(name.value);
    if (given !== undefined) env = addEnv(env, name.value, given);
    else if (value !== undefined) {
      const word = processWord(value.value, envOf(env), c.lex);
      if (word.error !== undefined) return { error: word.error };
      env = addEnv(env, name.value, word.result);
    }
  }
  return { env };
}
