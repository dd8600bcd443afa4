// What a command may touch of the outside: its output, its input, the environment. And what it says when it can't go on.
import { readFileSync, statSync } from 'node:fs';
import { decodeUtf8 } from '../go/utf8.ts';

export interface Io {
  readonly out: (text: string | Uint8Array) => void;
  readonly err: (text: string) => void;
  readonly stdin: () => Buffer;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A person reads the output: colours are welcome. */
  readonly color: boolean;
  /** Shows a line that the next one replaces, `` to take it away; absent where no terminal shows it. */
  readonly progress?: (line: string) => void;
}

export const processIo: Io = {
  out: (text) => {
    process.stdout.write(text);
  },
  err: (text) => {
    process.stderr.write(text);
  },
  stdin: () => readFileSync(0),
  env: process.env,
  color: process.stdout.isTTY === true && !process.env.NO_COLOR,
  ...(process.stderr.isTTY === true
    ? { progress: (line: string) => void process.stderr.write(`\r\u001b[K${line.slice(0, 79)}`) }
    : {}),
};

/** The command line does not make sense: exit code 2. */
export class UsageError extends Error {}

/** The input cannot be used: exit code 1, and one clear line. */
export class InputError extends Error {}

/** The input is no text at all. */
export class BinaryError extends InputError {}

/** BuildKit reads no Dockerfile larger than this (its greatest message). */
const maxBytes = 16 * 1024 * 1024;

/** The text of a Dockerfile. Throws InputError with a line for a person where it is none. */
export function readText(path: string, io: Io): string {
  const bytes = path === '-' ? io.stdin() : readFile(path);
  const name = path === '-' ? 'standard input' : path;
  if (bytes.length > maxBytes) throw new InputError(`${name} is larger than the ${maxBytes} bytes that BuildKit reads`);
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff))
    throw new InputError(`${name} is UTF-16, which BuildKit cannot read: save it as UTF-8`);
  if (bytes.subarray(0, 8192).includes(0)) throw new BinaryError(`${name} is a binary file, not a Dockerfile`);
  return decodeUtf8(bytes);
}

/** The bytes of a file. Throws InputError with a line for a person. */
export function readFile(path: string): Buffer {
  try {
    if (statSync(path).isDirectory()) throw new InputError(`${path} is a directory, not a file`);
    return readFileSync(path);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(reason(path, error));
  }
}

/** The text of a file, or null where there is none. */
export function readIfThere(path: string): string | null {
  try {
    return decodeUtf8(readFileSync(path));
  } catch (error) {
    if (code(error) === 'ENOENT' || code(error) === 'ENOTDIR') return null;
    throw new InputError(reason(path, error));
  }
}

function code(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}

/** One line for a person on why a path can't be read. */
export function reason(path: string, error: unknown): string {
  switch (code(error)) {
    case 'ENOENT':
      return `${path} does not exist`;
    case 'EACCES':
    case 'EPERM':
      return `${path} may not be read`;
    case 'ENOTDIR':
      return `${path} does not exist: a part of its path is no directory`;
    case 'EISDIR':
      return `${path} is a directory, not a file`;
    case 'ELOOP':
      return `${path} is a symbolic link that leads in circles`;
    default:
      return `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}
