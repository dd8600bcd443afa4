// The files of a base image, by what its layers hold: what stands at a path, where its links lead, who its accounts are.
import { clean, dir, join } from '../go/path.ts';
import { atoi } from '../go/text.ts';

export interface BaseFile {
  readonly kind: 'file' | 'directory' | 'link' | 'other';
  /** Permissions with setuid, setgid and sticky: at most 0o7777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Where a symbolic link leads, as it is written. */
  readonly target?: string;
}

export interface BaseAccount {
  readonly uid: number;
  readonly gid: number;
}

export interface BaseFiles {
  /** What stands at exactly that absolute path: no link on the way is followed. Undefined where nothing does. */
  lookup(path: string): BaseFile | undefined;
  /** Where the path leads when links are followed, its last part too. */
  follow(path: string): FollowedPath;
  /** Of /etc/passwd and /etc/group, by name. */
  readonly users: ReadonlyMap<string, BaseAccount>;
  readonly groups: ReadonlyMap<string, number>;
  /** Number of files, directories and links. */
  readonly count: number;
}

export interface FollowedPath {
  /** Without links; the rest of the path unchanged from where nothing stands. */
  readonly path: string;
  /** What stands there; undefined where nothing does, or the links lead in circles. */
  readonly file: BaseFile | undefined;
  /** The links on the way, outermost first: where they stand, and where they lead as an absolute path. */
  readonly links: readonly { readonly path: string; readonly target: string }[];
}

/** What one layer of an image holds, in the order of its archive; whiteouts are still what they are named. */
export interface LayerIndex {
  readonly entries: readonly LayerEntry[];
  /** Text of /etc/passwd and /etc/group where the layer has them. */
  readonly passwd?: string;
  readonly group?: string;
}

export interface LayerEntry extends BaseFile {
  /** Clean, without a slash in front. */
  readonly path: string;
}

/** Lays the layers on each other, the lowest first, and takes out what their whiteouts name. */
export function mergeLayers(layers: readonly LayerIndex[]): BaseFiles {
  const steps = mergeSteps(layers);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** Entries after which `mergeSteps` pauses: some milliseconds of work. */
const pause = 4000;

/** The same in steps, for whoever has other things to do in between. */
export function* mergeSteps(layers: readonly LayerIndex[]): Generator<undefined, BaseFiles> {
  const root: Node = { file: { kind: 'directory', mode: 0o755, uid: 0, gid: 0 }, children: new Map() };
  let passwd = '';
  let group = '';
  for (const layer of layers) {
    // Whiteouts are about what lies below, wherever in the archive they stand.
    for (const { path } of layer.entries) whiteOut(root, path);
    yield;
    if (nodeAt(root, 'etc/passwd') === undefined) passwd = '';
    if (nodeAt(root, 'etc/group') === undefined) group = '';
    for (const [i, entry] of layer.entries.entries()) {
      if (!isWhiteout(entry.path)) add(root, entry);
      if (i % pause === pause - 1) yield;
    }
    passwd = layer.passwd ?? passwd;
    group = layer.group ?? group;
  }
  let count = 0;
  const all = [root];
  for (let node = all.pop(); node !== undefined; node = all.pop()) {
    count += node.children?.size ?? 0;
    if (node.children !== undefined) for (const child of node.children.values()) all.push(child);
  }
  const lookup = (path: string): BaseFile | undefined => nodeAt(root, clean(`/${path}`).slice(1))?.file;
  return {
    lookup,
    follow: (path) => follow(lookup, clean(`/${path}`)),
    users: usersOf(passwd),
    groups: groupsOf(group),
    count,
  };
}

interface Node {
  file: BaseFile;
  /** Of a directory; made when something comes into it. */
  children: Map<string, Node> | undefined;
}

const whiteoutMark = '.wh.';
const opaqueMark = '.wh..wh..opq';
const mostLinks = 255;

function isWhiteout(path: string): boolean {
  return path.startsWith(whiteoutMark, path.lastIndexOf('/') + 1);
}

function whiteOut(root: Node, path: string): void {
  if (!isWhiteout(path)) return;
  const at = path.lastIndexOf('/') + 1;
  const parent = nodeAt(root, path.slice(0, Math.max(at - 1, 0)));
  if (parent === undefined) return;
  const name = path.slice(at);
  if (name === opaqueMark) parent.children = undefined;
  else parent.children?.delete(name.slice(whiteoutMark.length));
}

function nodeAt(root: Node, path: string): Node | undefined {
  if (path === '') return root;
  let node: Node | undefined = root;
  for (let from = 0; node !== undefined; ) {
    const slash = path.indexOf('/', from);
    node = node.children?.get(slash < 0 ? path.slice(from) : path.slice(from, slash));
    if (slash < 0) break;
    from = slash + 1;
  }
  return node;
}

function add(root: Node, entry: LayerEntry): void {
  const { path, ...file } = entry;
  if (path === '' || path === '.') {
    root.file = file;
    return;
  }
  let node = root;
  for (let from = 0; ; ) {
    const slash = path.indexOf('/', from);
    const last = slash < 0;
    const name = last ? path.slice(from) : path.slice(from, slash);
    node.children ??= new Map();
    let next = node.children.get(name);
    if (next === undefined) {
      next = { file: { kind: 'directory', mode: 0o755, uid: 0, gid: 0 }, children: undefined };
      node.children.set(name, next);
    }
    if (last) {
      next.file = file;
      if (file.kind !== 'directory') next.children = undefined;
      return;
    }
    // What has something in it is a directory, whatever the layers below have there.
    if (next.file.kind !== 'directory') next.file = { kind: 'directory', mode: 0o755, uid: 0, gid: 0 };
    node = next;
    from = slash + 1;
  }
}

function follow(lookup: (path: string) => BaseFile | undefined, path: string): FollowedPath {
  const links: { path: string; target: string }[] = [];
  let rest = path.split('/').filter((part) => part !== '');
  let at = '/';
  let file = lookup('/');
  while (rest.length > 0) {
    const next = join(at, rest[0] as string);
    file = lookup(next);
    if (file === undefined) return { path: join(at, ...rest), file: undefined, links };
    if (file.kind !== 'link' || file.target === undefined) {
      at = next;
      rest = rest.slice(1);
      continue;
    }
    if (links.length >= mostLinks) return { path: join(at, ...rest), file: undefined, links };
    const target = file.target.startsWith('/') ? clean(file.target) : join(dir(next), file.target);
    links.push({ path: next, target });
    rest = [...target.split('/').filter((part) => part !== ''), ...rest.slice(1)];
    at = '/';
    file = lookup('/');
  }
  return { path: at, file, links };
}

function usersOf(text: string): Map<string, BaseAccount> {
  const users = new Map<string, BaseAccount>();
  for (const line of text.split('\n')) {
    const parts = line.split(':');
    const uid = atoi(parts[2] ?? '');
    const gid = atoi(parts[3] ?? '');
    // The first of a name counts.
    if (parts[0] && 'value' in uid && 'value' in gid && !users.has(parts[0]))
      users.set(parts[0], { uid: uid.value, gid: gid.value });
  }
  return users;
}

function groupsOf(text: string): Map<string, number> {
  const groups = new Map<string, number>();
  for (const line of text.split('\n')) {
    const parts = line.split(':');
    const gid = atoi(parts[2] ?? '');
    if (parts[0] && 'value' in gid && !groups.has(parts[0])) groups.set(parts[0], gid.value);
  }
  return groups;
}
