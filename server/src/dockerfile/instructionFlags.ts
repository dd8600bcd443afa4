// Which flags each instruction takes, and what BuildKit says of wrong ones.
import { toLower } from '../go/text.ts';
import type { Flag, Word } from './instruction.ts';
import type { Keyword, LineError } from './lineParsers.ts';
import { suggest, withSuggestion } from './suggest.ts';

export type FlagType = 'bool' | 'string' | 'strings';

const none: ReadonlyMap<string, FlagType> = new Map();

/** The flags of each instruction. ARG and STOPSIGNAL take whatever is given, and so does HEALTHCHECK NONE. */
export const flagTypes: Readonly<Record<Keyword, ReadonlyMap<string, FlagType>>> = {
  add: new Map<string, FlagType>([
    ['checksum', 'string'],
    ['chmod', 'string'],
    ['chown', 'string'],
    ['exclude', 'strings'],
    ['keep-git-dir', 'bool'],
    ['link', 'bool'],
    ['unpack', 'bool'],
  ]),
  copy: new Map<string, FlagType>([
    ['chmod', 'string'],
    ['chown', 'string'],
    ['exclude', 'strings'],
    ['from', 'string'],
    ['link', 'bool'],
    ['parents', 'bool'],
  ]),
  from: new Map<string, FlagType>([['platform', 'string']]),
  healthcheck: new Map<string, FlagType>([
    ['interval', 'string'],
    ['retries', 'string'],
    ['start-interval', 'string'],
    ['start-period', 'string'],
    ['timeout', 'string'],
  ]),
  run: new Map<string, FlagType>([
    ['device', 'strings'],
    ['mount', 'strings'],
    ['network', 'string'],
    ['security', 'string'],
  ]),
  arg: none,
  cmd: none,
  entrypoint: none,
  env: none,
  expose: none,
  label: none,
  maintainer: none,
  onbuild: none,
  shell: none,
  stopsignal: none,
  user: none,
  volume: none,
  workdir: none,
};

export interface FlagError extends LineError {
  readonly suggestion?: string;
}

/** Everything that is wrong with the flags, in their order. */
export function flagErrors(flags: readonly Flag[], types: ReadonlyMap<string, FlagType>): readonly FlagError[] {
  if (flags.length === 0) return noErrors;
  const errors: FlagError[] = [];
  const used = new Set<string>();
  for (const flag of flags) {
    const error = flagError(flag, types, used);
    if (error) errors.push(error);
    used.add(flag.name);
  }
  return errors;
}

const noErrors: readonly FlagError[] = [];

function flagError(flag: Flag, types: ReadonlyMap<string, FlagType>, used: Set<string>): FlagError | undefined {
  const { name, value, start, end } = flag;
  const written = `--${name}`;
  const type = types.get(name);
  if (type === undefined) {
    const suggestion = suggest(name, [...types.keys()], true, true);
    const summary = withSuggestion(`unknown flag: ${written}`, suggestion);
    const error = { summary, code: 'unknown-flag', start: flag.nameStart, end: flag.nameEnd };
    return suggestion === undefined ? error : { ...error, suggestion };
  }
  if (type !== 'strings' && used.has(name))
    return { summary: `duplicate flag specified: ${written}`, code: 'duplicate-flag', start, end };
  if (type === 'bool' ? value === '' : value === undefined)
    return { summary: `missing a value on flag: ${written}`, code: 'missing-flag-value', start, end };
  if (type !== 'bool' || value === undefined) return undefined;
  const lower = toLower(value);
  if (lower === 'true' || lower === 'false') return undefined;
  const summary = `expecting boolean value for flag ${written}, not: ${value}`;
  return { summary, code: 'invalid-boolean', start: flag.valueStart, end: flag.valueEnd };
}

const absent: Word = { value: '', start: 0, end: 0 };

/** The value of a flag that may be given once; `` at 0 where it is not given. */
export function flagValue(flags: readonly Flag[], name: string): Word {
  for (const flag of flags)
    if (flag.name === name) return { value: flag.value ?? '', start: flag.valueStart, end: flag.valueEnd };
  return absent;
}

/** The values of a flag that may be given several times. */
export function flagValues(flags: readonly Flag[], name: string): readonly Word[] {
  if (flags.length === 0) return noValues;
  const words: Word[] = [];
  for (const flag of flags)
    if (flag.name === name) words.push({ value: flag.value ?? '', start: flag.valueStart, end: flag.valueEnd });
  return words;
}

/** The value of a flag that is true or false; undefined where it is not given. */
export function flagTruth(flags: readonly Flag[], name: string): boolean | undefined {
  for (const flag of flags) if (flag.name === name) return flag.value === undefined || toLower(flag.value) === 'true';
  return undefined;
}

const noValues: readonly Word[] = [];
