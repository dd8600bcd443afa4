// RUN: its command and the flags that are judged when the file is read.
import { type CsvField, csvFieldPlaces } from '../go/csv.ts';
import { cut } from '../go/text.ts';
import { flagPlaces } from './flags.ts';
import type { Flag, Instruction, InstructionBase, Mount, MountField } from './instruction.ts';
import { fail, type InstructionError, takesNoFlags } from './instructionErrors.ts';
import type { Line } from './lineParsers.ts';
import { type FieldError, networkError, parseDevice, parseMount, securityError } from './mounts.ts';

export function readRun(
  line: Line,
  base: InstructionBase,
  escapeCode: number,
  errors: InstructionError[],
): Instruction | undefined {
  if (!takesNoFlags(line, errors)) return undefined;
  const { flags } = base;
  const before = errors.length;
  // BuildKit asks for devices first, then mounts, then the network, then security.
  const devices = flagsNamed(flags, 'device').map((flag) => {
    const device = parseDevice(flag.value ?? '');
    if ('error' in device) fail(errors, fieldError(device, flag, base, escapeCode, 'invalid-device'));
    return flag.value ?? '';
  });
  const mounts = flagsNamed(flags, 'mount').map((flag) => {
    const mount = parseMount(flag.value ?? '');
    if ('error' in mount) fail(errors, fieldError(mount, flag, base, escapeCode, 'invalid-mount'));
    return mountOf(base, flag, escapeCode);
  });
  const network = readMode(flags, 'network', networkError, errors);
  const security = readMode(flags, 'security', securityError, errors);
  if (errors.length > before) return undefined;
  return {
    ...base,
    kind: 'run',
    cmdLine: commandLine(base),
    prependShell: !base.json,
    mounts,
    network,
    security,
    devices,
  };
}

function flagsNamed(flags: readonly Flag[], name: string): readonly Flag[] {
  return flags.filter((flag) => flag.name === name);
}

/** The value of --network or --security; `` where not given. */
function readMode(
  flags: readonly Flag[],
  name: string,
  errorOf: (value: string) => string | undefined,
  errors: InstructionError[],
): string {
  const [flag] = flagsNamed(flags, name);
  if (!flag) return '';
  const { value = '', valueStart: start, valueEnd: end } = flag;
  const summary = errorOf(value);
  if (summary !== undefined) fail(errors, { summary, code: `invalid-${name}`, start, end });
  return value;
}

/** A flag of RUN --mount with the place of each field. */
export function mountOf(base: { readonly original: string }, flag: Flag, escapeCode: number): Mount {
  const value = flag.value ?? '';
  const csv = csvFieldPlaces(value);
  if (typeof csv === 'string') return { flag, fields: [] };
  const places = flagPlaces(base.original, flag, escapeCode);
  const valueOffset = flag.raw.length - value.length;
  const placeOf = (i: number): number => (places ? (places[valueOffset + i] as number) : flag.start + valueOffset + i);
  // The end of what is kept, not the start of what follows: a closing quote is not kept.
  const endOf = (start: number, end: number): number => {
    if (end === start) return placeOf(end);
    const last = placeOf(end - 1);
    return last + ((base.original.codePointAt(last) as number) > 0xffff ? 2 : 1);
  };
  const fields = csv.map((field): MountField => {
    const quotes = value[field.start] === '"' ? 1 : 0;
    const start = field.start + quotes;
    const end = field.end - quotes;
    const [key, setting] = cut(field.value, '=');
    // Doubled quotes in a quoted field make it longer in the text than it is.
    const keyEnd = setting === undefined ? end : Math.min(start + key.length, end);
    const valueStart = Math.min(keyEnd + 1, end);
    return {
      key: { value: key, start: placeOf(start), end: endOf(start, keyEnd) },
      value:
        setting === undefined ? undefined : { value: setting, start: placeOf(valueStart), end: endOf(valueStart, end) },
    };
  });
  return { flag, fields };
}

function fieldError(
  error: FieldError,
  flag: Flag,
  base: InstructionBase,
  escapeCode: number,
  code: string,
): InstructionError {
  const { error: summary, suggestion } = error;
  return { ...placeOfFieldError(error, flag, base, escapeCode), summary, code, suggestion };
}

/** Where in `original` the value of --mount or --device is wrong: the side of a field, the field, the value or flag. */
export function placeOfFieldError(
  error: FieldError,
  flag: Flag,
  base: { readonly original: string },
  escapeCode: number,
): { readonly start: number; readonly end: number } {
  if (error.field === undefined)
    return flag.valueStart < flag.valueEnd
      ? { start: flag.valueStart, end: flag.valueEnd }
      : { start: flag.start, end: flag.end };
  const { start } = error.field;
  const places = csvFieldPlaces(flag.value ?? '') as CsvField[];
  const index = places.findIndex((field) => field.start === start);
  const { key, value = key } = mountOf(base, flag, escapeCode).fields[index] as MountField;
  return { start: (error.part === 'value' ? value : key).start, end: (error.part === 'key' ? key : value).end };
}

/** The arguments as a command: one string in shell form. */
export function commandLine(base: InstructionBase): readonly string[] {
  return (base.json ? base.args : base.args.slice(0, 1)).map((arg) => arg.value);
}
