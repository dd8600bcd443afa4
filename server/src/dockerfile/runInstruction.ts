// RUN: its command and the flags that are judged when the file is read.
import { csvFieldPlaces } from '../go/csv.ts';
import { flagPlaces } from './flags.ts';
import type { Flag, Instruction, InstructionBase, Mount, MountField } from './instruction.ts';
import { fail, type InstructionError, takesNoFlags } from './instructionErrors.ts';
import { flagValue } from './instructionFlags.ts';
import type { Line } from './lineParsers.ts';
import { type FieldError, networkError, parseDevice, parseMount, securityError } from './mounts.ts';

export function readRun(
  line: Line,
  base: InstructionBase,
  escapeCode: number,
  errors: InstructionError[],
): Instruction | undefined {
  const cmdLine = commandLine(base);
  const prependShell = !base.json;
  const { flags } = base;
  if (flags.length === 0)
    return {
      ...base,
      kind: 'run',
      cmdLine,
      prependShell,
      mounts: noMounts,
      network: '',
      security: '',
      devices: noStrings,
      flagsUsed: noStrings,
    };
  if (!takesNoFlags(line, errors)) return undefined;
  const before = errors.length;
  const mounts: Mount[] = [];
  const devices: string[] = [];
  const used = new Set<string>();
  // BuildKit asks for devices first, then mounts, then the network, then security.
  for (const flag of flags) {
    used.add(flag.name);
    if (flag.name !== 'device') continue;
    const device = parseDevice(flag.value ?? '');
    if ('error' in device) fail(errors, fieldError(device, flag, base, escapeCode, 'invalid-device'));
    devices.push(flag.value ?? '');
  }
  for (const flag of flags) {
    if (flag.name !== 'mount') continue;
    const mount = parseMount(flag.value ?? '');
    if ('error' in mount) fail(errors, fieldError(mount, flag, base, escapeCode, 'invalid-mount'));
    mounts.push(mountOf(base, flag, escapeCode));
  }
  const network = flagValue(flags, 'network');
  const security = flagValue(flags, 'security');
  const wrongNetwork = used.has('network') ? networkError(network.value) : undefined;
  if (wrongNetwork !== undefined) fail(errors, { ...network, summary: wrongNetwork, code: 'invalid-network' });
  const wrongSecurity = used.has('security') ? securityError(security.value) : undefined;
  if (wrongSecurity !== undefined) fail(errors, { ...security, summary: wrongSecurity, code: 'invalid-security' });
  if (errors.length > before) return undefined;
  return {
    ...base,
    kind: 'run',
    cmdLine,
    prependShell,
    mounts,
    network: network.value,
    security: security.value,
    devices,
    flagsUsed: [...used],
  };
}

const noMounts: readonly Mount[] = [];

const noStrings: readonly string[] = [];

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
    const text = field.value;
    const quoted = value[field.start] === '"';
    const start = quoted ? field.start + 1 : field.start;
    const end = quoted ? field.end - 1 : field.end;
    const equals = text.indexOf('=');
    // Doubled quotes in a quoted field make it longer in the text than it is.
    const keyEnd = equals < 0 ? end : Math.min(start + equals, end);
    const key = { value: equals < 0 ? text : text.slice(0, equals), start: placeOf(start), end: endOf(start, keyEnd) };
    const valueStart = Math.min(keyEnd + 1, end);
    return {
      key,
      value:
        equals < 0
          ? undefined
          : { value: text.slice(equals + 1), start: placeOf(valueStart), end: endOf(valueStart, end) },
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
  const found = { ...placeOfFieldError(error, flag, base, escapeCode), summary: error.error, code };
  return error.suggestion === undefined ? found : { ...found, suggestion: error.suggestion };
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
  const field = mountOf(base, flag, escapeCode).fields[fieldIndex(flag.value ?? '', start)] as MountField;
  if (error.part === 'value' && field.value) return { start: field.value.start, end: field.value.end };
  return { start: field.key.start, end: error.part === 'key' ? field.key.end : (field.value ?? field.key).end };
}

function fieldIndex(value: string, start: number): number {
  const fields = csvFieldPlaces(value);
  return typeof fields === 'string' ? -1 : fields.findIndex((field) => field.start === start);
}

/** The arguments as a command: one string in shell form. */
export function commandLine(base: InstructionBase): readonly string[] {
  const { args } = base;
  if (base.json) return args.map((arg) => arg.value);
  const [first] = args;
  return first === undefined ? [] : [first.value];
}
