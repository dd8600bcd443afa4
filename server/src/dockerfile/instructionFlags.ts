// Which flags each instruction takes, and what BuildKit says of wrong ones.
import { toLower } from '../go/text.ts';
import type { Flag, Word } from './instruction.ts';
import type { Keyword, LineError } from './lineParsers.ts';
import { suggest, withSuggestion } from './suggest.ts';

export type FlagType = 'bool' | 'string' | 'strings';

function types(given: Readonly<Record<string, FlagType>>): ReadonlyMap<string, FlagType> {
  return new Map(Object.entries(given));
}

/** The flags of the instructions that have some. ARG and STOPSIGNAL take whatever is given, and so does HEALTHCHECK NONE. */
export const flagTypes: Readonly<Partial<Record<Keyword, ReadonlyMap<string, FlagType>>>> = {
  add: types({
    checksum: 'string',
    chmod: 'string',
    chown: 'string',
    exclude: 'strings',
    'keep-git-dir': 'bool',
    link: 'bool',
    unpack: 'bool',
  }),
  copy: types({
    chmod: 'string',
    chown: 'string',
    exclude: 'strings',
    from: 'string',
    link: 'bool',
    parents: 'bool',
  }),
  from: types({ platform: 'string' }),
  healthcheck: types({
    interval: 'string',
    retries: 'string',
    'start-interval': 'string',
    'start-period': 'string',
    timeout: 'string',
  }),
  run: types({ device: 'strings', mount: 'strings', network: 'string', security: 'string' }),
};

/** Everything that is wrong with the flags of an instruction, in their order. */
export function flagErrors(flags: readonly Flag[], keyword: Keyword | undefined): readonly LineError[] {
  const allowed = (keyword && flagTypes[keyword]) ?? none;
  const errors: LineError[] = [];
  const used = new Set<string>();
  for (const flag of flags) {
    const error = flagError(flag, allowed, used.has(flag.name));
    if (error) errors.push(error);
    used.add(flag.name);
  }
  return errors;
}

const none: ReadonlyMap<string, FlagType> = new Map();

function flagError(flag: Flag, allowed: ReadonlyMap<string, FlagType>, used: boolean): LineError | undefined {
  const { name, value, start, end } = flag;
  const written = `--${name}`;
  const type = allowed.get(name);
  if (type === undefined) {
    const suggestion = suggest(name, [...allowed.keys()], true, true);
    const summary = withSuggestion(`unknown flag: ${written}`, suggestion);
    return { summary, code: 'unknown-flag', start: flag.nameStart, end: flag.nameEnd, suggestion };
  }
  if (type !== 'strings' && used)
    return { summary: `duplicate flag specified: ${written}`, code: 'duplicate-flag', start, end };
  if (type === 'bool' ? value === '' : value === undefined)
    return { summary: `missing a value on flag: ${written}`, code: 'missing-flag-value', start, end };
  if (type !== 'bool' || value === undefined || /^(?:true|false)$/.test(toLower(value))) return undefined;
  const summary = `expecting boolean value for flag ${written}, not: ${value}`;
  return { summary, code: 'invalid-boolean', start: flag.valueStart, end: flag.valueEnd };
}

const absent: Word = { value: '', start: 0, end: 0 };

/** The value of a flag that may be given once; `` at 0 where it is not given. */
export function flagValue(flags: readonly Flag[], name: string): Word {
  for (const flag of flags) if (flag.name === name) return wordOf(flag);
  return absent;
}

/** The values of a flag that may be given several times. */
export function flagValues(flags: readonly Flag[], name: string): readonly Word[] {
  return flags.filter((flag) => flag.name === name).map(wordOf);
}

function wordOf({ value = '', valueStart: start, valueEnd: end }: Flag): Word {
  return { value, start, end };
}

/** The value of a flag that is true or false; undefined where it is not given. */
export function flagTruth(flags: readonly Flag[], name: string): boolean | undefined {
  for (const flag of flags) if (flag.name === name) return flag.value === undefined || toLower(flag.value) === 'true';
  return undefined;
}
