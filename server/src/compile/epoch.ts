// SOURCE_DATE_EPOCH: the time that a reproducible build claims, given as a number or as the source whose time it is.
import type { Word } from '../dockerfile/instruction.ts';
import { processWord } from '../dockerfile/shell.ts';
import { equalFold, parseInteger, quote } from '../go/text.ts';
import { addEnv, deleteEnv, getEnv } from '../llb/env.ts';
import type { Edge } from '../llb/op.ts';
import { parseDigest } from '../oci/digest.ts';
import { type Compilation, envOf, fail } from './compilation.ts';
import { Failure, failureOf, refuse } from './failure.ts';
import { parseGitRef } from './gitRef.ts';
import type { ParsedStage } from './parsedStages.ts';
import { findNamedContext, loadNamedContext, mainContext } from './sources.ts';

const key = 'SOURCE_DATE_EPOCH';

/** Settles the epoch, and rewrites the arguments to the number that it came to. */
export function resolveEpoch(c: Compilation, stages: readonly ParsedStage[]): void {
  const given = c.options.buildArgs.get(key);
  const value = given ?? (getEnv(c.globalArgs, key) || undefined);
  if (value === undefined) return;
  let seconds: bigint | undefined;
  const failure = failureOf(() => {
    seconds = secondsOf(c, value, stages);
  });
  if (failure) {
    const { message, span } = failure;
    const places = stages.filter(({ from }) => from.span === span).map(({ from }) => from.lines);
    fail(c, new Failure(message, 'bad-epoch', span), places);
  }
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
  const number = parseInteger(value);
  if ('value' in number) return number.value;
  if (value === 'context') {
    const { state, error } = mainContext(c);
    return error === undefined ? timeOf(c, state.out) : refuse(error, '');
  }
  const nc = findNamedContext(c, value, undefined);
  if (nc && 'error' in nc) refuse(nc.error, '');
  if (nc) return timeOf(c, loadNamedContext(c, nc, () => new Set(), -1).state.out);
  const stage = stages.find(({ from }) => equalFold(from.name, value)) ?? refuse(`invalid ${key}: ${value}`, '');
  return knownTime(c, stageSource(c, stage));
}

function timeOf(c: Compilation, out: Edge | undefined): bigint | undefined {
  const op = out?.vertex.op;
  const isRemote = op?.kind === 'source' && /^(git|https?):\/\//.test(op.identifier);
  return isRemote ? knownTime(c, op.identifier) : undefined;
}

function knownTime(c: Compilation, identifier: string): bigint | undefined {
  const seconds = c.inputs.sourceTime?.(identifier);
  if (seconds !== undefined) return BigInt(seconds);
  c.missing.push({ kind: 'sourceTime', identifier });
  return undefined;
}

/** The one remote source of a stage that is nothing but `FROM scratch` and `ADD`. */
function stageSource(c: Compilation, { from, instructions }: ParsedStage): string {
  let env = deleteEnv(c.globalArgs, key);
  const wrong: (message: string) => never = (message) => refuse(message, '', from.span);
  const expand = ({ value }: Word, prefix = ''): string => {
    const { result, error } = processWord(value, envOf(env), c.lex);
    return error === undefined ? result : wrong(prefix + error);
  };
  const base = expand(from.baseName, `failed to process source stage base name ${quote(from.baseName.value)}: `);
  if (base !== 'scratch') wrong(`${key} stage must use FROM scratch`);
  let found: string | undefined;
  for (const { instruction } of instructions) {
    if (instruction.kind === 'arg') {
      for (const { key: name, value: word } of instruction.declarations) {
        const value = c.options.buildArgs.get(name.value) ?? (word && expand(word));
        if (value !== undefined) env = addEnv(env, name.value, value);
      }
    } else if (instruction.kind === 'add') {
      const [only, ...others] = instruction.sources;
      if (found !== undefined) wrong(`${key} stage must contain exactly one remote ADD`);
      if (!only || others.length + instruction.contents.length > 0)
        wrong(`${key} stage must contain exactly one remote ADD source`);
      const source = expand(only);
      const git = parseGitRef(source);
      const ref = git && 'ref' in git ? git.ref : undefined;
      if (!ref && /^https?:\/\//.test(source)) {
        const reason = instruction.checksum.value === '' ? undefined : parseDigest(expand(instruction.checksum));
        if (reason !== undefined) wrong(reason);
        found = source;
      } else if (git && 'error' in git) wrong(git.error);
      else if (ref && !ref.indistinguishableFromLocal) found = ref.remote;
      else wrong(`${key} stage source must be a single HTTP(S) or Git ADD`);
    } else wrong(`${key} stage does not meet source-only requirements: unsupported ${instruction.keyword} instruction`);
  }
  return found ?? wrong(`${key} stage must contain exactly one remote ADD`);
}
