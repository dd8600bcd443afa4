// The index of a layer: what its archive holds, without the content. Made while the layer streams by, kept as a small compressed text.
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import {
  type BaseFile,
  type BaseFiles,
  type LayerEntry,
  type LayerIndex,
  mergeSteps,
} from '../../analysis/baseFiles.ts';
import { clean } from '../../go/path.ts';
import { decodeUtf8, encodeUtf8 } from '../../go/utf8.ts';
import { zlib } from '../lateBuiltins.ts';
import { ImageError } from './imageError.ts';
import { readTar, type TarEntry } from './tar.ts';
import { unpacked } from './unpacked.ts';

/** More names than any layer that a person made. */
const mostEntries = 2_000_000;
/** Bytes of /etc/passwd or /etc/group that are kept. */
const longestAccounts = 256 * 1024;

/** Reads a layer, compressed or not. Throws ImageError. */
export async function indexLayer(stream: AsyncIterable<Uint8Array>): Promise<LayerIndex> {
  const entries: LayerEntry[] = [];
  const kinds = new Map<string, BaseFile>();
  let passwd: string | undefined;
  let group: string | undefined;
  const wants = (entry: TarEntry): boolean => {
    const path = pathOf(entry.path);
    return (path === 'etc/passwd' || path === 'etc/group') && entry.kind === 'file' && entry.size <= longestAccounts;
  };
  for await (const part of readTar(unpacked(stream, 'The layer'), wants)) {
    const path = pathOf(part.path);
    if (path.startsWith('../') || path === '..') continue;
    const { kind, mode, uid, gid, target } = part;
    // A hard link is what it leads to.
    const file: BaseFile =
      kind === 'hardlink'
        ? (kinds.get(pathOf(target)) ?? { kind: 'file', mode, uid, gid })
        : kind === 'link'
          ? { kind, mode, uid, gid, target }
          : { kind, mode, uid, gid };
    if (kind !== 'directory') kinds.set(path, file);
    entries.push({ path, ...file });
    if (entries.length > mostEntries) throw new ImageError('too-large', 'The layer holds more names than are read');
    if (path === 'etc/passwd') passwd = part.content === undefined ? passwd : decodeUtf8(part.content);
    if (path === 'etc/group') group = part.content === undefined ? group : decodeUtf8(part.content);
  }
  return { entries, ...(passwd === undefined ? {} : { passwd }), ...(group === undefined ? {} : { group }) };
}

/** The index as bytes to keep. Pauses now and then, as all here does: typing goes on. */
export async function packIndex(index: LayerIndex): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let lines = [JSON.stringify({ form, passwd: index.passwd, group: index.group })];
  for (const { path, kind, mode, uid, gid, target } of index.entries) {
    if (lines.length === pause) {
      parts.push(encodeUtf8(`${lines.join(between)}${between}`));
      lines = [];
      await setImmediate();
    }
    const fields = [kind[0], mode.toString(8), uid, gid, path];
    if (target !== undefined) fields.push(target);
    // No path holds a NUL.
    lines.push(fields.join('\0'));
  }
  return promisify(zlib().gzip)(Buffer.concat([...parts, encodeUtf8(lines.join(between))]));
}

/** What `packIndex` packed; undefined for anything else. */
export async function unpackIndex(bytes: Uint8Array): Promise<LayerIndex | undefined> {
  try {
    const lines = decodeUtf8(await promisify(zlib().gunzip)(bytes)).split(between);
    const head = JSON.parse(lines[0] as string) as { form?: unknown; passwd?: string; group?: string };
    if (head.form !== form) return undefined;
    const entries: LayerEntry[] = [];
    for (let i = 1; i < lines.length; i++) {
      const [kind, mode = '', uid, gid, path = '', target] = (lines[i] as string).split('\0');
      entries.push({
        path,
        kind: kind === 'f' ? 'file' : kind === 'd' ? 'directory' : kind === 'l' ? 'link' : 'other',
        mode: Number.parseInt(mode, 8),
        uid: Number(uid),
        gid: Number(gid),
        ...(target === undefined ? {} : { target }),
      });
      if (i % pause === 0) await setImmediate();
    }
    return {
      entries,
      ...(head.passwd === undefined ? {} : { passwd: head.passwd }),
      ...(head.group === undefined ? {} : { group: head.group }),
    };
  } catch {
    return undefined;
  }
}

/** Lays the layers on each other, in steps. */
export async function mergeIndexes(layers: readonly LayerIndex[]): Promise<BaseFiles> {
  const steps = mergeSteps(layers);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    await setImmediate();
  }
}

const between = '\0\n';
/** Entries after which there is a pause. */
const pause = 4000;

/** Changes when the index says more, or other things. */
const form = 1;

function pathOf(path: string): string {
  const cleaned = clean(path);
  return cleaned.startsWith('/') ? cleaned.slice(1) : cleaned;
}
