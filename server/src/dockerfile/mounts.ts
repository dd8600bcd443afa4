// The values of RUN's flags: --mount, --device, --network and --security.
import { type CsvField, csvFieldPlaces } from '../go/csv.ts';
import { cut, parseBool, parseUint, quote, toLower } from '../go/text.ts';
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
  readonly env?: string | undefined;
  readonly mode?: number | undefined;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
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
  readonly suggestion?: string | undefined;
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
  };
  let readOnlyGiven = false;
  for (const field of fields) {
    const [name, setting] = cut(field.value, '=');
    const key = toLower(name);
    if (expand) {
      const error = setField(mount, key, setting && expand(setting), field);
      if (error) return error;
      readOnlyGiven ||= readOnlyKeys.includes(key);
    } else if (key === 'from' && setting !== undefined) {
      // A dollar at the end is one.
      if (/\$./s.test(setting))
        return wrongValue("'from' doesn't support variable expansion, define alias stage instead", field);
      mount.from = setting;
    }
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
    const [written, setting] = cut(field.value, '=');
    const key = toLower(written);
    if (key === 'required') {
      const parsed = setting === undefined ? true : parseBool(setting);
      if (parsed === undefined) return wrongValue(`invalid value for ${key}: ${setting}`, field);
      required = parsed;
    } else if (key === 'name' && setting !== undefined) {
      if (name !== '') return { error: `device name already set to ${name}`, field };
      name = setting;
    } else if (name === '') name = field.value;
    else return setting === undefined ? noPair(field) : unknownKey(key, deviceKeys, field);
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

const readOnlyKeys: readonly string[] = ['readonly', 'ro', 'readwrite', 'rw'];

/** Sets what a field says; only a switch may be without a value. */
function setField(
  mount: Changing<ParsedMount>,
  key: string,
  given: string | undefined,
  field: CsvField,
): FieldError | undefined {
  const { type } = mount;
  const value = given ?? 'true';
  const isReadOnly = readOnlyKeys.includes(key);
  if (given === undefined && !isReadOnly && key !== 'required') return noPair(field);
  if ((key === 'required' && type !== 'secret' && type !== 'ssh') || (key === 'size' && type !== 'tmpfs'))
    return { error: `unexpected key '${key}' for mount type '${type}'`, field, part: 'key' };
  switch (key) {
    case 'type': {
      const known = mountTypes.find((each) => each === toLower(value));
      if (!known) return unsupported(`unsupported mount type ${quote(value)}`, value, mountTypes, field);
      mount.type = known;
      break;
    }
    case 'from':
    case 'source':
    case 'target':
    case 'env':
      mount[key] = value;
      break;
    case 'src':
      mount.source = value;
      break;
    case 'dst':
    case 'destination':
      mount.target = value;
      break;
    case 'id':
      mount.cacheId = value;
      break;
    case 'size': {
      const size = ramInBytes(value);
      if ('error' in size) return wrongValue(`invalid value for ${key}: ${value}`, field);
      mount.sizeLimit = size.value;
      break;
    }
    case 'sharing': {
      const known = shareModes.find((each) => each === toLower(value));
      if (!known) return unsupported(`unsupported sharing value ${quote(value)}`, value, shareModes, field);
      mount.cacheSharing = known;
      break;
    }
    case 'mode':
    case 'uid':
    case 'gid': {
      const parsed = parseUint(value, key === 'mode' ? 8 : 10, 32);
      if ('error' in parsed) return wrongValue(`invalid value ${value} for ${key}`, field);
      mount[key] = Number(parsed.value);
      break;
    }
    default: {
      if (!isReadOnly && key !== 'required') return unknownKey(key, mountKeys, field);
      const on = parseBool(value);
      if (on === undefined) return wrongValue(`invalid value for ${key}: ${value}`, field);
      if (isReadOnly) mount.readOnly = on === (key === 'readonly' || key === 'ro');
      else mount.required = on;
    }
  }
  return undefined;
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

function wrongValue(error: string, field: CsvField): FieldError {
  return { error, field, part: 'value' };
}

function noPair(field: CsvField): FieldError {
  return { error: `invalid field '${field.value}' must be a key=value pair`, field };
}

/** Keys are in an order, so that of several that are equally near the first is meant. */
function unknownKey(key: string, keys: readonly string[], field: CsvField): FieldError {
  const suggestion = suggest(key, keys, true);
  const error = withSuggestion(`unexpected key '${key}' in '${field.value}'`, suggestion);
  return { error, field, part: 'key', suggestion };
}

function unsupported(message: string, value: string, options: readonly string[], field: CsvField): FieldError {
  const suggestion = suggest(value, options, true, true);
  return { error: withSuggestion(message, suggestion), field, part: 'value', suggestion };
}
