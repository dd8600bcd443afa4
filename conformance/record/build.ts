// One step on the daemon: lays out its files, asks the client to build, and reads what the daemon said and made.
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Daemon, runClient, type Tools } from './daemon.ts';
import { HOST, type Registry } from './registry.ts';
import type { Entry, Result, Seen, Status, Step, TarMember, Vertex } from './scenario.ts';
import { type Member, readTar, writeTar } from './tar.ts';

/** When a file of the first step was last changed; each later step that changes it adds a minute. */
const EPOCH = 1_704_067_200;

/** The context at one step, with the time of each file's last change: the daemon asks for a file again only if time or size differ. */
export type Dated = Record<string, { entry: Entry; changed: number }>;

/** Dates the files of step `index`, given those of the step before. */
export function date(files: Record<string, Entry>, before: Dated, index: number): Dated {
  const out: Dated = {};
  for (const [path, entry] of Object.entries(files)) {
    const old = before[path];
    const same = old && JSON.stringify(old.entry) === JSON.stringify(entry);
    out[path] = { entry, changed: same ? old.changed : EPOCH + 60 * index };
  }
  return out;
}

export interface Asked {
  tools: Tools;
  daemon: Daemon;
  registry: Pick<Registry, 'serve' | 'takeReads' | 'takeWrites'>;
  /** A directory that is emptied and used. */
  dir: string;
  scenario: string;
  index: number;
  files: Dated;
  contexts: Record<string, Dated>;
}

/** Builds one step; returns it with the session id and the result filled in. */
export async function build(step: Step, asked: Asked): Promise<Step> {
  const { dir, registry, scenario } = asked;
  rmSync(dir, { recursive: true, force: true });
  lay(join(dir, 'context'), asked.files);
  for (const [name, files] of Object.entries(asked.contexts)) lay(join(dir, 'named', name), files);
  mkdirSync(join(dir, 'dockerfile'));
  writeFileSync(join(dir, 'dockerfile', 'Dockerfile'), step.dockerfile);
  utimesSync(join(dir, 'dockerfile', 'Dockerfile'), EPOCH + 60 * asked.index, EPOCH + 60 * asked.index);
  registry.serve(step.served ?? {});
  registry.takeReads();
  registry.takeWrites();

  const session = createHash('sha256').update(`${scenario}/${asked.index}`).digest('hex').slice(0, 25);
  const output = step.output ?? (step.look ? 'tar' : 'image');
  const tar = join(dir, 'result.tar');
  const image = `${HOST}/out/${scenario}:${asked.index}`;
  const args = ['--addr', asked.daemon.address, 'build', '--progress=rawjson', '--frontend=dockerfile.v0'];
  args.push('--local', `context=${join(dir, 'context')}`, '--local', `dockerfile=${join(dir, 'dockerfile')}`);
  for (const name of Object.keys(asked.contexts)) args.push('--local', `${name}=${join(dir, 'named', name)}`);
  for (const [key, value] of Object.entries(step.opts ?? {})) args.push('--opt', `${key}=${value}`);
  for (const [id, text] of Object.entries(step.secrets ?? {})) {
    writeFileSync(join(dir, `secret-${id}`), text);
    args.push('--secret', `id=${id},src=${join(dir, `secret-${id}`)}`);
  }
  if (output === 'tar' || output === 'oci') args.push('--output', `type=${output},dest=${tar}`);
  else args.push('--output', `type=image,name=${image}${output === 'push' ? ',push=true' : ''}`);
  if (step.cacheTo) {
    const { name, mode } = step.cacheTo;
    args.push(
      '--export-cache',
      mode === 'inline' ? 'type=inline' : `type=registry,ref=${HOST}/cache/${scenario}:${name},mode=${mode}`,
    );
    if (mode === 'inline')
      args[args.indexOf('--output') + 1] = `type=image,name=${HOST}/cache/${scenario}:${name},push=true`;
  }
  if (step.cacheFrom) args.push('--import-cache', `type=registry,ref=${HOST}/cache/${scenario}:${step.cacheFrom}`);

  const { code, said } = await runClient(asked.tools, args, session);
  const result = read(settle(said), code);
  result.pulled = registry.takeReads();
  const writes = registry.takeWrites();
  if (output === 'push') result.pushed = writes;
  if (step.look && result.ok) result.tree = look(readTar(readFileSync(tar)), step.look);
  rmSync(dir, { recursive: true, force: true });
  return { ...step, session, result };
}

function lay(root: string, files: Dated): void {
  mkdirSync(root, { recursive: true });
  const dirs = new Set<string>();
  for (const [path, { entry, changed }] of Object.entries(files)) {
    const full = join(root, path);
    for (let up = dirname(path); up !== '.'; up = dirname(up)) dirs.add(up);
    mkdirSync(dirname(full), { recursive: true });
    if (typeof entry === 'string') writeFileSync(full, entry, { mode: 0o644 });
    else if ('symlink' in entry) {
      symlinkSync(entry.symlink, full);
      continue;
    } else if ('dir' in entry) {
      mkdirSync(full, { recursive: true });
      chmodSync(full, Number.parseInt(entry.mode ?? '0755', 8));
      dirs.add(path);
      continue;
    } else if ('tar' in entry)
      writeFileSync(full, writeTar(Object.entries(entry.tar).map(([name, m]) => member(name, m))));
    else {
      writeFileSync(full, entry.text);
      chmodSync(full, Number.parseInt(entry.mode ?? '0644', 8));
    }
    const time = (typeof entry === 'object' && 'text' in entry ? entry.mtime : undefined) ?? changed;
    utimesSync(full, time, time);
  }
  for (const path of [...dirs, '.']) utimesSync(join(root, path), EPOCH, EPOCH);
}

function member(path: string, m: TarMember): Member {
  const given = typeof m === 'string' ? { text: m } : m;
  const type = given.dir ? 'dir' : given.symlink ? 'symlink' : 'file';
  return {
    path,
    type,
    mode: Number.parseInt(given.mode ?? (type === 'file' ? '0644' : '0755'), 8),
    uid: given.uid ?? 0,
    gid: given.gid ?? 0,
    ...(type === 'file' ? { data: Buffer.from(given.text ?? '') } : {}),
    ...(given.symlink ? { target: given.symlink } : {}),
  };
}

/** Replaces what differs from one recording to the next: random names of snapshots, and where they lie. */
const settle = (said: string): string =>
  said
    .replace(/[^\s"]*\/state\/runc-\w+\/cachemounts\/buildkit\d+/g, 'MOUNT')
    .replace(/checksum of ref [a-z0-9]{20,}(::[a-z0-9]+)?/g, 'checksum of ref REF');

/** A time that something was at work on a vertex, from its start to its end, as texts that sort. */
interface Spell {
  started: string;
  completed: string;
  cached: boolean;
}

interface Said {
  digest: string;
  inputs?: string[];
  name?: string;
  started?: string;
  completed?: string;
  cached?: boolean;
  error?: string;
  progressGroup?: { name?: string };
}

/** Vertices that are no part of the target's graph: loads of the Dockerfile itself, metadata, import and export. */
const APART =
  /^\[(\S+ )?(internal|context [^\]]+)\] load (build definition|\.dockerignore|metadata)|^(exporting|importing|pushing|sending|resolving|preparing|merging|\[auth\])/;

function read(said: string, code: number): Result {
  const vertices = new Map<string, Said>();
  const spells = new Map<string, Map<string, Spell>>();
  const fetched = new Map<string, string[]>();
  const logs = new Map<string, string>();
  const unpacked = new Set<string>();
  let last = '';
  for (const line of said.split('\n')) {
    if (!line.startsWith('{')) {
      if (line.startsWith('error: ')) last = line;
      else if (last && line.trim()) last += `\n${line}`;
      continue;
    }
    const status = JSON.parse(line) as {
      vertexes?: Said[];
      statuses?: { id: string; vertex: string; started?: string }[];
      logs?: { vertex: string; data: string }[];
    };
    for (const v of status.vertexes ?? []) {
      vertices.set(v.digest, { ...vertices.get(v.digest), ...v });
      if (v.started === undefined) continue;
      const own = spells.get(v.digest) ?? new Map<string, Spell>();
      const completed = v.completed === undefined ? '~' : sortable(v.completed);
      const started = sortable(v.started);
      spells.set(v.digest, own.set(started, { started, completed, cached: v.cached === true }));
    }
    for (const s of status.statuses ?? []) {
      if (s.id.startsWith('extracting ')) unpacked.add(s.vertex);
      if (s.started !== undefined && /^(sha256:|extracting |merging|diffing)/.test(s.id))
        fetched.set(s.vertex, [...(fetched.get(s.vertex) ?? []), sortable(s.started)]);
    }
    for (const l of status.logs ?? [])
      logs.set(l.vertex, (logs.get(l.vertex) ?? '') + Buffer.from(l.data, 'base64').toString());
  }
  const kept = [...vertices.values()].filter((v) => !APART.test(v.name ?? ''));
  return {
    ok: code === 0,
    ...(code === 0 ? {} : { error: last.replace(/^error: (failed to solve: )?/, '') }),
    vertices: sortByInputs(kept).map((v): Vertex => {
      const status = statusOf(v, [...(spells.get(v.digest)?.values() ?? [])], fetched.get(v.digest) ?? []);
      const log = logs.get(v.digest);
      return {
        digest: v.digest,
        inputs: v.inputs ?? [],
        name: v.name ?? '',
        status,
        ...(v.error ? { error: v.error } : {}),
        ...(v.error && log ? { log: log.slice(-600) } : {}),
        ...(v.progressGroup?.name ? { group: v.progressGroup.name } : {}),
      };
    }),
    pulled: [],
    unpacked: [...unpacked].map((digest) => vertices.get(digest)?.name ?? digest).sort(),
  };
}

/** A time with all nine digits of its second. */
const sortable = (time: string): string =>
  time.replace(/(?:\.(\d+))?Z$/, (_, digits: string | undefined) => `.${(digits ?? '').padEnd(9, '0')}Z`);

/**
 * BuildKit calls a vertex cached as soon as something above it is found, and may still run it for something else; and what was
 * found begins once more when its layers are fetched. So it ran where some spell was neither cached nor fetched anything.
 */
function statusOf(v: Said, spells: readonly Spell[], fetches: readonly string[]): Status {
  if (v.error) return /context canceled/.test(v.error) ? 'cancelled' : 'error';
  const fetching = ({ started, completed }: Spell) => fetches.some((at) => started <= at && at <= completed);
  const found = spells.some((spell) => spell.cached);
  const runs = spells.filter((spell) => !spell.cached && !(found && fetching(spell)));
  if (runs.length === 0) return found ? 'cached' : 'not-started';
  return runs.some((spell) => spell.completed !== '~') ? 'ran' : 'cancelled';
}

/** Inputs first; ties by name, then by digest, so that the order does not hang on timing. */
function sortByInputs(vertices: readonly Said[]): Said[] {
  const byDigest = new Map(vertices.map((v) => [v.digest, v]));
  const out: Said[] = [];
  const done = new Set<string>();
  const visit = (v: Said) => {
    if (done.has(v.digest)) return;
    done.add(v.digest);
    for (const input of v.inputs ?? []) {
      const below = byDigest.get(input);
      if (below) visit(below);
    }
    out.push(v);
  };
  const key = (v: Said) => `${v.name} ${v.digest}`;
  const used = new Set(vertices.flatMap((v) => v.inputs ?? []));
  const order = [...vertices].sort((a, b) => (key(a) < key(b) ? -1 : 1));
  for (const v of order) if (!used.has(v.digest)) visit(v);
  for (const v of order) visit(v);
  return out;
}

function look(members: readonly Member[], paths: readonly string[]): Record<string, Seen | null> {
  const byPath = new Map(members.map((m) => [m.path, m]));
  const children = new Map<string, number>();
  for (const { path } of members) {
    if (!path) continue;
    const slash = path.lastIndexOf('/');
    const parent = slash < 0 ? '' : path.slice(0, slash);
    children.set(parent, (children.get(parent) ?? 0) + 1);
  }
  const out: Record<string, Seen | null> = {};
  for (const path of paths) {
    const key = path.replace(/^\//, '').replace(/\/$/, '');
    const m = byPath.get(key);
    out[path] = m
      ? seen(m.type === 'hardlink' ? { ...byPath.get(m.target ?? ''), ...m, type: 'file' } : m, children.get(key) ?? 0)
      : null;
  }
  return out;
}

function seen(m: Member, entries: number): Seen {
  const type = m.type === 'hardlink' ? 'file' : m.type;
  const base = { type, mode: m.mode.toString(8).padStart(4, '0'), uid: m.uid, gid: m.gid };
  if (type === 'symlink') return { ...base, target: m.target ?? '' };
  if (type === 'dir') return { ...base, entries };
  const data = m.data ?? Buffer.alloc(0);
  return { ...base, size: data.length, ...(data.length <= 120 ? { text: data.toString() } : {}) };
}
