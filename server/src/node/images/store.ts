// What has been learnt of images, kept on disk: blobs under their digest, and for each reference the digest it had and when.
// Files are written beside their place and moved there, so that several processes can share the folder; what does not have the
// digest of its name is as good as not there.
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ImageErrorCode } from './imageError.ts';
import { checkDigest } from './imageSource.ts';
import { isObject } from './manifest.ts';

/** What a reference was when it was last asked for. */
export interface Answer {
  readonly ref: string;
  /** Of the manifest or index; absent where there is none. */
  readonly digest?: string;
  readonly mediaType?: string;
  /** Why there is no image. */
  readonly error?: { readonly code: ImageErrorCode; readonly message: string };
  /** Milliseconds since 1970. */
  readonly checked: number;
  /** Where it comes from: a registry's host, a file, `containerd`. */
  readonly source: string;
  /** It was learnt on this machine since the registry had no answer: that is asked again at the next occasion. */
  readonly makeshift?: true;
}

export interface Store {
  /** The bytes of a digest; undefined where they are not there or not right. */
  blob(digest: string): Uint8Array | undefined;
  putBlob(digest: string, bytes: Uint8Array): void;
  answer(ref: string): Answer | undefined;
  putAnswer(answer: Answer): void;
  /** Anything else by a name of letters and digits; it is as good as gone where it was damaged. */
  note(name: string): Uint8Array | undefined;
  putNote(name: string, bytes: Uint8Array): void;
}

/** Bytes on disk after which what was not used for longest goes. */
const defaultLimit = 256 * 1024 * 1024;
/** Bytes in memory. */
const memoryLimit = 32 * 1024 * 1024;
/** Written so often, the folder is measured. */
const sweepEvery = 64;

/** Opens the folder, which need not exist. Where it cannot be written to, everything is kept in memory alone. */
export function openStore(folder: string, log: (line: string) => void, limit = defaultLimit): Store {
  const memory = new Map<string, Uint8Array>();
  const answers = new Map<string, { readonly answer: Answer; readonly modified: number }>();
  let held = 0;
  let writes = 0;
  let broken = false;

  const remember = (key: string, bytes: Uint8Array): void => {
    const old = memory.get(key);
    if (old !== undefined) held -= old.length;
    memory.delete(key);
    memory.set(key, bytes);
    held += bytes.length;
    for (const [oldest, gone] of memory) {
      if (held <= memoryLimit || oldest === key) break;
      memory.delete(oldest);
      held -= gone.length;
    }
  };

  const write = (path: string, bytes: Uint8Array | string): void => {
    const beside = `${path}.${process.pid}.${randomBytes(6).toString('hex')}.new`;
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      writeFileSync(beside, bytes, { mode: 0o600 });
      renameSync(beside, path);
      if (++writes % sweepEvery === 0) sweep(folder, limit);
    } catch (error) {
      remove(beside);
      if (!broken) log(`${folder} cannot be written to: ${error instanceof Error ? error.message : error}`);
      broken = true;
    }
  };

  const read = (path: string): Buffer | undefined => {
    try {
      return readFileSync(path);
    } catch {
      return undefined;
    }
  };

  const load = (
    key: string,
    path: string,
    isRight: (bytes: Buffer) => Uint8Array | undefined,
  ): Uint8Array | undefined => {
    const kept = memory.get(key);
    if (kept !== undefined) return kept;
    const bytes = read(path);
    if (bytes === undefined) return undefined;
    const right = isRight(bytes);
    if (right === undefined) {
      remove(path);
      return undefined;
    }
    touch(path);
    remember(key, right);
    return right;
  };

  const blobPath = (digest: string): string | undefined => {
    const parts = /^(sha\d{3}):([0-9a-f]{64,128})$/.exec(digest);
    return parts === null ? undefined : join(folder, 'blobs', parts[1] as string, parts[2] as string);
  };
  const refPath = (ref: string): string => join(folder, 'refs', `${sha256(ref)}.json`);

  return {
    blob(digest) {
      const path = blobPath(digest);
      if (path === undefined) return undefined;
      return load(digest, path, (bytes) => {
        try {
          checkDigest(bytes, digest, '');
          return bytes;
        } catch {
          return undefined;
        }
      });
    },
    putBlob(digest, bytes) {
      const path = blobPath(digest);
      if (path === undefined) return;
      remember(digest, bytes);
      write(path, bytes);
    },
    answer(ref) {
      const path = refPath(ref);
      const kept = answers.get(ref);
      // Another process may have learnt more.
      let modified = -1;
      try {
        modified = statSync(path).mtimeMs;
      } catch {
        return kept?.answer;
      }
      if (kept !== undefined && kept.modified === modified) return kept.answer;
      const answer = answerOf(read(path), ref);
      if (answer === undefined) return kept?.answer;
      if (kept !== undefined && kept.answer.checked > answer.checked) return kept.answer;
      answers.set(ref, { answer, modified });
      return answer;
    },
    putAnswer(answer) {
      answers.set(answer.ref, { answer, modified: -1 });
      write(refPath(answer.ref), `${JSON.stringify(answer)}\n`);
    },
    note: (name) =>
      load(`note ${name}`, join(folder, 'notes', name), (bytes) => {
        // Its first line is the digest of the rest.
        const end = bytes.indexOf(10);
        const rest = bytes.subarray(end + 1);
        return end === 64 && bytes.subarray(0, end).toString('latin1') === sha256(rest) ? rest : undefined;
      }),
    putNote(name, bytes) {
      remember(`note ${name}`, bytes);
      write(join(folder, 'notes', name), Buffer.concat([Buffer.from(`${sha256(bytes)}\n`), bytes]));
    },
  };
}

function answerOf(bytes: Buffer | undefined, ref: string): Answer | undefined {
  if (bytes === undefined) return undefined;
  try {
    const parsed: unknown = JSON.parse(bytes.toString('utf8'));
    if (
      !isObject(parsed) ||
      parsed.ref !== ref ||
      typeof parsed.checked !== 'number' ||
      typeof parsed.source !== 'string'
    )
      return undefined;
    const { error } = parsed;
    const failed = isObject(error) && typeof error.code === 'string' && typeof error.message === 'string';
    return failed || typeof parsed.digest === 'string' ? (parsed as unknown as Answer) : undefined;
  } catch {
    return undefined;
  }
}

function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Deletes a file, or leaves it where that cannot be done. */
function remove(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // It does no harm.
  }
}

/** What was read lately goes last. */
function touch(path: string): void {
  try {
    const now = new Date();
    utimesSync(path, now, now);
  } catch {
    // Someone else's folder: then the time of writing counts.
  }
}

/** Deletes what was not used for longest, until three quarters of the limit are left; and what a crash left half written. */
function sweep(folder: string, limit: number): void {
  const files: { path: string; size: number; time: number }[] = [];
  let total = 0;
  let names: string[];
  try {
    names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  } catch {
    return;
  }
  const hourAgo = Date.now() - 3_600_000;
  for (const name of names) {
    const path = join(folder, name);
    try {
      const about = statSync(path);
      if (!about.isFile()) continue;
      if (name.endsWith('.new') && about.mtimeMs < hourAgo) {
        remove(path);
        continue;
      }
      total += about.size;
      files.push({ path, size: about.size, time: about.mtimeMs });
    } catch {
      // Another process was quicker.
    }
  }
  if (total <= limit) return;
  files.sort((a, b) => a.time - b.time);
  for (const file of files) {
    if (total <= limit * 0.75) return;
    remove(file.path);
    total -= file.size;
  }
}
