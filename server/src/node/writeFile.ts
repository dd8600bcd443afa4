// Puts a changed text in place of a file: all of it or nothing, with the file's mode and behind its symbolic links.
import {
  accessSync,
  chmodSync,
  chownSync,
  closeSync,
  constants,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { InputError } from './io.ts';

/** Writes `after` where `before` stands. Throws InputError with a line for a person, and leaves the file as it was, where it can't. */
export function replaceFile(path: string, before: Uint8Array, after: Uint8Array): void {
  try {
    const file = realpathSync(path);
    accessSync(file, constants.W_OK);
    const about = statSync(file);
    if (!readFileSync(file).equals(before)) throw new InputError(`${path} changed while it was checked; left as it is`);
    // A file of several names keeps them only if it is written where it is.
    if (about.nlink > 1 || !writeBeside(file, about, after)) writeFileSync(file, after);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${path} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Writes a new file in the same folder and moves it over the old one; false where the folder takes no new file. */
function writeBeside(file: string, about: Stats, bytes: Uint8Array): boolean {
  const fresh = join(dirname(file), `.${basename(file)}.${process.pid}.tmp`);
  let handle: number;
  try {
    handle = openSync(fresh, 'wx', 0o600);
  } catch {
    return false;
  }
  try {
    try {
      writeFileSync(handle, bytes);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    keepOwner(fresh, about);
    chmodSync(fresh, about.mode & 0o7777);
    renameSync(fresh, file);
    return true;
  } catch (error) {
    rmSync(fresh, { force: true });
    throw error;
  }
}

function keepOwner(file: string, { uid, gid }: Stats): void {
  const now = statSync(file);
  if (now.uid === uid && now.gid === gid) return;
  try {
    chownSync(file, uid, gid);
  } catch {
    // Only root gives files away; whoever may write the file may own it too.
  }
}
