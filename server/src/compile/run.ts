// RUN: an ExecOp with its mounts, secrets and limits.

import type { Span } from '../../../shared/src/span.ts';
import { chompTabs, isHeredoc } from '../dockerfile/heredocs.ts';
import type { RunInstruction } from '../dockerfile/instruction.ts';
import { type ParsedMount as Mount, parseDevice, parseMount } from '../dockerfile/mounts.ts';
import type { Env } from '../dockerfile/shell.ts';
import { base, clean, isAbs as isAbsPath, join } from '../go/path.ts';
import { sortLikeGo } from '../go/sort.ts';
import { quote, trimSpace } from '../go/text.ts';
import { compareUtf8 } from '../go/utf8.ts';
import { addEnv, type EnvList, getEnv } from '../llb/env.ts';
import { type Edge, type ExecMount, type ExecOp, newVertex, type Vertex } from '../llb/op.ts';
import { type State, scratch, withOutput } from '../llb/state.ts';
import { type Compilation, envOf, supports } from './compilation.ts';
import { inlineFile } from './copy.ts';
import { refuse } from './failure.ts';
import { addHistory, runCommandText } from './history.ts';
import type { Image } from './image.ts';
import { expandedText, stepName } from './names.ts';
import { defaultPathEnv, isAbs, toSlash } from './paths.ts';
import { type Command, placeIn, type Stage } from './stage.ts';

/** The shell form of a command line: the shell, and the whole line as its last argument. */
export function withShell(image: Image, args: readonly string[]): string[] {
  const shell =
    image.shell.length > 0 ? image.shell : image.platform.os === 'windows' ? ['cmd', '/S', '/C'] : ['/bin/sh', '-c'];
  return [...shell, args.join(' ')];
}

/** Expands a word with the stage's environment, reporting unknown variables; refuses what cannot be expanded. */
export type Expand = (word: string, span: Span) => string;

/** Compiles a RUN; yields its vertices. */
export function compileRun(
  c: Compilation,
  stage: Stage,
  command: Command,
  instruction: RunInstruction,
  expand: Expand,
): Vertex[] {
  const mounts = instruction.mounts.map(({ flag }): PlacedMount => {
    const span = placeIn(command, { start: flag.valueStart, end: flag.valueEnd });
    const parsed = parseMount(flag.value ?? '', (word) => expand(word, span));
    return 'error' in parsed ? refuse(parsed.error, 'bad-mount', span, parsed.suggestion) : { ...parsed.mount, span };
  });
  // What is not built notes nothing: its base may share the set.
  if (stage.reachable) stage.paths.add('/');
  const vertices: Vertex[] = [];
  const made: ExecMounts = { binds: [], secrets: [], ssh: [], secretEnv: [], vertices };
  let args: readonly string[] = instruction.cmdLine;
  let title = instruction.code;
  const { heredocs } = instruction;
  const [first] = heredocs;
  if (first) {
    const [line] = args;
    if (line === undefined || args.length > 1 || !instruction.prependShell)
      refuse(`parsing produced an invalid run command: [${args.join(' ')}]`, 'bad-run', instruction.span);
    if (isHeredoc(line)) {
      const data = first.chomp ? chompTabs(first.content) : first.content;
      if (stage.image.platform.os !== 'windows' && data.startsWith('#!')) {
        const file = inlineFile(first.name, 0o755, data, command.index);
        vertices.push(file);
        made.binds.push(bind('/dev/pipes/', file.out, '/', true, -1));
        args = [join('/dev/pipes/', first.name)];
      } else args = [data];
      title += ` (${summary(first.content)})`;
    } else {
      args = [line + heredocs.map((file) => `\n${file.content}${file.name}`).join('')];
    }
  }
  if (instruction.prependShell) args = withShell(stage.image, args);

  for (const [i, mount] of mounts.entries()) compileMount(c, stage, command, mount, command.sources[i] as Stage, made);
  const { state } = stage;
  const { env } = state;
  const named = stepName(c, stage, state.platform, env);
  if (supports(c, 'exec.mount.tmpfs.size') && c.options.shmSize > 0)
    made.binds.push({ ...bind('/dev/shm'), type: 'tmpfs', tmpfsSize: c.options.shmSize });
  const op = execOp(c, state, args, instruction, made);
  const vertex = newVertex(
    op,
    {
      name: () =>
        named(
          expandedText(title, maskSecrets(env, mounts), {
            ...c.lex,
            rawQuotes: true,
            rawEscapes: true,
            skipUnsetEnv: true,
          }),
        ),
      command: instruction.code,
      caps: execCaps(c, op),
      ignoreCache: stage.ignoreCache,
      linuxResources: supports(c, 'exec.meta.linux.resources') ? c.options.linuxResources : undefined,
    },
    command.index,
    [command.lines],
    state.platform ?? c.targetPlatform,
  );
  if (args.length === 0) c.invalid.set(vertex, 'arguments are required');
  vertices.push(vertex);
  stage.state = withOutput(state, vertex.out);
  const { buildArgs } = stage;
  const count = buildArgs.length;
  addHistory(c, stage, () => `RUN ${runCommandText(args, buildArgs.slice(0, count), env)} # buildkit`, true);
  return vertices;
}

type PlacedMount = Mount & { readonly span: Span };

/** What the mounts of a RUN come to. */
interface ExecMounts {
  readonly binds: ExecMount[];
  readonly secrets: ExecMount[];
  readonly ssh: ExecMount[];
  readonly secretEnv: ExecOp['secretEnv'][number][];
  /** The vertices that it takes. */
  readonly vertices: Vertex[];
}

function bind(dest: string, source?: Edge, selector = '', readonly = false, output = -1): ExecMount {
  return { source, dest, selector, readonly, output, type: 'bind', tmpfsSize: 0 };
}

/** Output index of a mount whose output is numbered when all mounts are known. */
const pendingOutput = -2;

function compileMount(
  c: Compilation,
  stage: Stage,
  command: Command,
  mount: PlacedMount,
  source: Stage,
  made: ExecMounts,
): void {
  const { type, span } = mount;
  const from = mount.from || (type === 'cache' ? 'scratch' : '');
  if (from !== '' && !source.dispatched)
    refuse(
      `cannot mount from stage ${quote(from)} to ${quote(mount.target)}, stage needs to be defined before current command`,
      'stage-too-late',
      span,
    );
  if (type === 'secret') {
    addSecret(stage, command, mount, made);
    return;
  }
  if (type === 'ssh') {
    addSsh(stage, command, mount, made.ssh);
    return;
  }
  let state: State = type === 'tmpfs' ? scratch : from === '' ? c.context : source.state;
  const hasOutput = type === 'bind' && !mount.readOnly && !supports(c, 'exec.mount.bind.readwrite-nooutput');
  const target = isAbsPath(clean(mount.target)) ? mount.target : join('/', stage.state.dir, mount.target);
  if (target === '/') refuse(`invalid mount target ${quote(target)}`, 'bad-mount', span);
  const path = join('/', mount.source);
  let selector = path === '/' ? '' : path;
  if (path === '/' && (mount.uid ?? mount.gid ?? mount.mode) !== undefined) {
    const directory = cacheDirectory(state, mount, command.index);
    made.vertices.push(directory);
    state = withOutput(state, directory.out);
    selector = '/cache';
  }
  made.binds.push({
    ...bind(target, state.out, selector, mount.readOnly, hasOutput ? pendingOutput : -1),
    type,
    tmpfsSize: type === 'tmpfs' ? mount.sizeLimit : 0,
    cache:
      type === 'cache'
        ? {
            id: `${c.options.cacheNamespace}/${mount.cacheId || clean(mount.target)}`,
            sharing: mount.cacheSharing === 'private' ? 1 : mount.cacheSharing === 'locked' ? 2 : 0,
          }
        : undefined,
  });
  if (from === '') stage.contextPaths.add(path);
  else if (stage.reachable) source.paths.add(path);
}

/** A directory with the owner and mode that a cache mount asks for. */
function cacheDirectory(state: State, mount: Mount, origin: number): Vertex {
  return newVertex(
    {
      kind: 'file',
      base: state.out,
      actions: [
        {
          kind: 'mkdir',
          path: '/cache',
          mode: (mount.mode ?? 0o755) & 0o777,
          makeParents: false,
          chown: { user: { id: mount.uid ?? 0 }, group: { id: mount.gid ?? 0 } },
          timestamp: -1n,
        },
      ],
    },
    { name: () => '[internal] setting cache mount permissions', caps: ['file.base'] },
    origin,
  );
}

function addSecret(stage: Stage, command: Command, mount: PlacedMount, made: ExecMounts): void {
  const { required, env: name, span } = mount;
  const windows = stage.platform?.os === 'windows';
  let target = windows ? toSlash(mount.target, 'windows') : mount.target;
  const id =
    mount.source || mount.cacheId || base(target || refuse('one of source, target required', 'bad-mount', span));
  const example = `on Windows, e.g. --mount=type=secret,id=${id},target=C:/path/to/secret`;
  if (windows && target !== '' && !isAbs(target, 'windows'))
    refuse(
      `secret target ${quote(target)} must be an absolute path with forward slashes ${example}`,
      'bad-mount',
      span,
    );
  if (name === undefined && target === '') {
    if (windows) refuse(`secret target is required ${example}`, 'bad-mount', span);
    target = `/run/secrets/${base(id)}`;
  }
  if (!stage.secrets.has(id)) stage.secrets.set(id, { lines: command.lines, required });
  const optional = !required;
  if (name !== undefined) made.secretEnv.push({ id, name, optional });
  if (target !== '')
    made.secrets.push({
      ...bind(target, undefined, '', false, 0),
      type: 'secret',
      secret: { id, uid: mount.uid ?? 0, gid: mount.gid ?? 0, mode: mount.mode ?? 0o400, optional },
    });
}

function addSsh(stage: Stage, command: Command, mount: PlacedMount, ssh: ExecMount[]): void {
  const { cacheId, required } = mount;
  if (mount.source !== '') refuse('ssh does not support source', 'bad-mount', mount.span);
  const id = cacheId || 'default';
  if (!stage.ssh.has(id)) stage.ssh.set(id, { lines: command.lines, required });
  ssh.push({
    ...bind(mount.target || `/run/buildkit/ssh_agent.${ssh.length}`, undefined, '', false, 0),
    type: 'ssh',
    ssh: { id: cacheId, uid: mount.uid ?? 0, gid: mount.gid ?? 0, mode: mount.mode ?? 0o600, optional: !required },
  });
}

function execOp(
  c: Compilation,
  state: State,
  args: readonly string[],
  instruction: RunInstruction,
  { binds, secrets, ssh, secretEnv }: ExecMounts,
): ExecOp {
  let { env } = state;
  const { options } = c;
  const [firstSsh] = ssh;
  if (firstSsh && getEnv(env, 'SSH_AUTH_SOCK') === undefined) env = addEnv(env, 'SSH_AUTH_SOCK', firstSsh.dest);
  const { os } = c.targetPlatform;
  if (!supports(c, 'exec.meta.setsdefaultpath') && os !== 'windows' && getEnv(env, 'PATH') === undefined)
    env = addEnv(env, 'PATH', defaultPathEnv(os));
  const root = bind('/', state.out, '', false, 0);
  return {
    kind: 'exec',
    args,
    env,
    cwd: state.dir,
    user: state.user,
    proxy: options.proxy,
    extraHosts: options.extraHosts,
    hostname: state.hostname,
    ulimits: supports(c, 'exec.meta.ulimit') ? options.ulimits : [],
    cgroupParent: supports(c, 'exec.meta.cgroup.parent') ? options.cgroupParent : '',
    mounts: [...numbered(root, binds), ...secrets, ...ssh],
    network: instruction.network === 'host' ? 1 : instruction.network === 'none' ? 2 : state.network,
    security: instruction.security === 'insecure' ? 1 : 0,
    secretEnv,
    devices: supports(c, 'exec.meta.cdi') ? instruction.devices.flatMap(device) : [],
  };
}

/** Sorts mounts by destination and numbers the outputs of those that have one. */
function numbered(root: ExecMount, binds: readonly ExecMount[]): ExecMount[] {
  if (binds.length === 0) return [root];
  let outputs = 0;
  return sortLikeGo([root, ...binds], (a, b) => compareUtf8(a.dest, b.dest)).map((mount) =>
    mount.output < 0 && mount.output !== pendingOutput ? mount : { ...mount, output: outputs++ },
  );
}

function device(value: string): { name: string; optional: boolean }[] {
  const parsed = parseDevice(value);
  return 'device' in parsed ? [{ name: parsed.device.name, optional: !parsed.device.required }] : [];
}

function execCaps(c: Compilation, op: ExecOp): string[] {
  const caps = ['exec.meta.base'];
  const add = (cap: string): void => {
    if (!caps.includes(cap)) caps.push(cap);
  };
  if (supports(c, 'exec.meta.setsdefaultpath')) add('exec.meta.setsdefaultpath');
  if (op.ulimits.length > 0) add('exec.meta.ulimit');
  if (c.options.linuxResources && supports(c, 'exec.meta.linux.resources')) add('exec.meta.linux.resources');
  if (op.network !== 0) add('exec.meta.network');
  if (op.security !== 0) add('exec.meta.security');
  if (op.proxy) add('exec.meta.proxyenv');
  for (const { type, source, selector, tmpfsSize } of op.mounts) {
    if (selector !== '') add('exec.mount.selector');
    if (type !== 'bind') add(`exec.mount.${type}`);
    else if (source) add('exec.mount.bind');
    if (type === 'cache') add('exec.mount.cache.sharing');
    if (type === 'tmpfs' && tmpfsSize > 0) add('exec.mount.tmpfs.size');
  }
  if (op.secretEnv.length > 0) {
    add('exec.mount.secret');
    add('exec.secretenv');
  }
  if (op.devices.length > 0) add('exec.meta.cdi');
  return caps;
}

/** The environment in which a secret's variable shows as stars. */
function maskSecrets(list: EnvList, mounts: readonly Mount[]): Env {
  const env = envOf(list);
  const names = mounts.flatMap(({ type, env: name }) => (type === 'secret' && name !== undefined ? [name] : []));
  if (names.length === 0) return env;
  return {
    get: (key) => (names.includes(key) ? '****' : env.get(key)),
    keys: () => [...env.keys().filter((key) => !names.includes(key)), ...names],
  };
}

function summary(content: string): string {
  const lines = trimSpace(content).replaceAll('\r\n', '\n').split('\n');
  return (lines[0] as string) + (lines.length > 1 ? '...' : '');
}
