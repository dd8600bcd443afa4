// The values of RUN's flags: --mount, --device, --network and --security.
import { type CsvField, csvFieldPlaces } from '../go/csv.ts';
import { parseBool, parseUint, quote, toLower } from '../go/text.ts';
import { ramInBytes } from '../go/units.ts';
import { suggest, withSuggestion } from './suggest.ts';

export type MountType = 'bind' | 'cache' | 'tmpfs' | 'secret' | 'ssh';
export type ShareMode = 'shared' | 'private' | 'locked';

/** A mount as BuildKit holds it: `` or undefined where something is not given. */
export interface ParsedMount {
  readonly type: MountType;
  readonly from: string;
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
  /** Bytes. */
  readonly sizeLimit: number;
  readonly cacheId: string;
  readonly cacheSharing: ShareMode | '';
  readonly required: boolean;
  readonly env: string | undefined;
  readonly mode: number | undefined;
  readonly uid: number | undefined;
  readonly gid: number | undefined;
}

export interface ParsedDevice {
  readonly name: string;
  readonly required: boolean;
}

/** BuildKit's error text, the field that it is about where it is about one, and what may have been meant there. */
export interface FieldError {
  readonly error: string;
  readonly field?: CsvField;
  /** The side of `=` that is wrong. */
  readonly part?: 'key' | 'value';
  readonly suggestion?: string;
}

/** Expands variables. */
export type Expander = (word: string) => string;

export const mountTypes: readonly MountType[] = ['bind', 'cache', 'secret', 'ssh', 'tmpfs'];
export const shareModes: readonly ShareMode[] = ['locked', 'private', 'shared'];
export const networkModes: readonly string[] = ['default', 'host', 'none'];
export const securityModes: readonly string[] = ['insecure', 'sandbox'];
/** Every key of a mount, in BuildKit's order. */
export const mountKeys: readonly string[] = [
  ...['type', 'from', 'source', 'target', 'readonly', 'id', 'sharing', 'required', 'size', 'mode', 'uid', 'gid'],
  ...['src', 'dst', 'destination', 'ro', 'rw', 'readwrite', 'env'],
];
export const deviceKeys: readonly string[] = ['name', 'required'];

type Changing<T> = { -readonly [K in keyof T]: T[K] };

/**
 * Reads the value of --mount. Without an expander, as when the file is read, only the form and `from` are judged, and
 * only `from` is in the result; with one, as when the instruction is compiled, everything is.
 */
export function parseMount(value: string, expand?: Expander): { readonly mount: ParsedMount } | FieldError {
  const fields = csvFieldPlaces(value);
  if (typeof fields === 'string') return { error: `failed to parse csv mounts: ${fields}` };
  const mount: Changing<ParsedMount> = {
    type: 'bind',
    from: '',
    source: '',
    target: '',
    readOnly: false,
    sizeLimit: 0,
    cacheId: '',
    cacheSharing: '',
    required: false,
    env: undefined,
    mode: undefined,
    uid: undefined,
    gid: undefined,
  };
  let readOnlyGiven = false;
  for (const field of fields) {
    const equals = field.value.indexOf('=');
    const key = toLower(equals < 0 ? field.value : field.value.slice(0, equals));
    if (!expand) {
      if (equals < 0 || key !== 'from') continue;
      const from = field.value.slice(equals + 1);
      const dollar = from.indexOf('$');
      if (dollar >= 0 && dollar < from.length - 1)
        return { error: "'from' doesn't support variable expansion, define alias stage instead", field, part: 'value' };
      mount.from = from;
      continue;
    }
    if (equals < 0) {
      if (key === 'readonly' || key === 'ro' || key === 'readwrite' || key === 'rw') {
        mount.readOnly = key.startsWith('ro') || key === 'readonly';
        readOnlyGiven = true;
      } else if (key === 'required') {
        if (!mayBeRequired(mount.type)) return unexpectedKey(key, mount.type, field);
        mount.required = true;
      } else return { error: `invalid field '${field.value}' must be a key=value pair`, field };
      continue;
    }
    const error = setField(mount, key, expand(field.value.slice(equals + 1)), field);
    if (error) return error;
    if (key === 'readonly' || key === 'ro' || key === 'readwrite' || key === 'rw') readOnlyGiven = true;
  }
  if (!readOnlyGiven) mount.readOnly = mount.type !== 'cache' && mount.type !== 'tmpfs';
  const error = contradiction(mount);
  return error === undefined ? { mount } : { error };
}

/** Reads the value of --device. */
export function parseDevice(value: string): { readonly device: ParsedDevice } | FieldError {
  const fields = csvFieldPlaces(value);
  if (typeof fields === 'string') return { error: `failed to parse csv devices: ${fields}` };
  let name = '';
  let required = false;
  for (const field of fields) {
    const equals = field.value.indexOf('=');
    const key = toLower(equals < 0 ? field.value : field.value.slice(0, equals));
    const setting = equals < 0 ? undefined : field.value.slice(equals + 1);
    if (key === 'required') {
      const parsed = setting === undefined ? true : parseBool(setting);
      if (parsed === undefined) return { error: `invalid value for ${key}: ${setting}`, field, part: 'value' };
      required = parsed;
    } else if (key === 'name' && setting !== undefined) {
      if (name !== '') return { error: `device name already set to ${name}`, field };
      name = setting;
    } else if (name === '') name = field.value;
    else if (setting === undefined) return { error: `invalid field '${field.value}' must be a key=value pair`, field };
    else {
      return unsupported(`unexpected key '${key}' in '${field.value}'`, key, deviceKeys, field, 'key');
    }
  }
  return { device: { name, required } };
}

/** What is wrong with the value of --network. */
export function networkError(value: string): string | undefined {
  return networkModes.includes(value) ? undefined : `invalid network mode ${quote(value)}`;
}

/** What is wrong with the value of --security. */
export function securityError(value: string): string | undefined {
  return securityModes.includes(value) ? undefined : `security ${quote(value)} is not valid`;
}

function setField(mount: Changing<ParsedMount>, key: string, value: string, field: CsvField): FieldError | undefined {
  switch (key) {
    case 'type': {
      const type = mountTypes.find((known) => known === toLower(value));
      if (type === undefined)
        return unsupported(`unsupported mount type ${quote(value)}`, value, mountTypes, field, 'value');
      mount.type = type;
      return undefined;
    }
    case 'from':
      mount.from = value;
      return undefined;
    case 'source':
    case 'src':
      mount.source = value;
      return undefined;
    case 'target':
    case 'dst':
    case 'destination':
      mount.target = value;
      return undefined;
    case 'readonly':
    case 'ro':
    case 'readwrite':
    case 'rw': {
      const parsed = parseBool(value);
      if (parsed === undefined) return { error: `invalid value for ${key}: ${value}`, field, part: 'value' };
      mount.readOnly = parsed === (key === 'readonly' || key === 'ro');
      return undefined;
    }
    case 'required': {
      if (!mayBeRequired(mount.type)) return unexpectedKey(key, mount.type, field);
      const parsed = parseBool(value);
      if (parsed === undefined) return { error: `invalid value for ${key}: ${value}`, field, part: 'value' };
      mount.required = parsed;
      return undefined;
    }
    case 'size': {
      if (mount.type !== 'tmpfs') return unexpectedKey(key, mount.type, field);
      const size = ramInBytes(value);
      if ('error' in size) return { error: `invalid value for ${key}: ${value}`, field, part: 'value' };
      mount.sizeLimit = size.value;
      return undefined;
    }
    case 'id':
      mount.cacheId = value;
      return undefined;
    case 'sharing': {
      const mode = shareModes.find((known) => known === toLower(value));
      if (mode === undefined)
        return unsupported(`unsupported sharing value ${quote(value)}`, value, shareModes, field, 'value');
      mount.cacheSharing = mode;
      return undefined;
    }
    case 'mode':
    case 'uid':
    case 'gid': {
      const parsed = parseUint(value, key === 'mode' ? 8 : 10, 32);
      if ('error' in parsed) return { error: `invalid value ${value} for ${key}`, field, part: 'value' };
      mount[key] = Number(parsed.value);
      return undefined;
    }
    case 'env':
      mount.env = value;
      return undefined;
    default:
      return unsupported(`unexpected key '${key}' in '${field.value}'`, key, mountKeys, field, 'key');
  }
}

function contradiction(mount: ParsedMount): string | undefined {
  const { type, cacheSharing } = mount;
  if (type === 'bind' || type === 'tmpfs') {
    for (const key of ['mode', 'uid', 'gid'] as const)
      if (mount[key] !== undefined) return `${key} not allowed for ${quote(type)} type mounts`;
  }
  if (type === 'secret') {
    if (mount.from !== '') return 'secret mount should not have a from';
    if (cacheSharing !== '') return 'secret mount should not define sharing';
    if (mount.source === '' && mount.target === '' && mount.cacheId === '')
      return 'invalid secret mount. one of source, target required';
    if (mount.source !== '' && mount.cacheId !== '') return "both source and id can't be set";
  }
  if (cacheSharing !== '' && type !== 'cache') return `invalid cache sharing set for ${type} mount`;
  return undefined;
}

function mayBeRequired(type: MountType): boolean {
  return type === 'secret' || type === 'ssh';
}

function unexpectedKey(key: string, type: MountType, field: CsvField): FieldError {
  return { error: `unexpected key '${key}' for mount type '${type}'`, field, part: 'key' };
}

function unsupported(
  message: string,
  value: string,
  options: readonly string[],
  field: CsvField,
  part: 'key' | 'value',
): FieldError {
  const suggestion = suggest(value, options, true, options !== mountKeys && options !== deviceKeys);
  const found = { error: withSuggestion(message, suggestion), field, part };
  return suggestion === undefined ? found : { ...found, suggestion };
}
