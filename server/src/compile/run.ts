// RUN: an ExecOp with its mounts, secrets and limits.

import type { Span } from '../../../shared/src/span.ts';
import { chompTabs, parseHeredoc } from '../dockerfile/heredocs.ts';
import type { RunInstruction } from '../dockerfile/instruction.ts';
import { type ParsedMount as Mount, parseDevice, parseMount } from '../dockerfile/mounts.ts';
import type { Env } from '../dockerfile/shell.ts';
import { base, clean, isAbs as isAbsPath, join } from '../go/path.ts';
import { sortLikeGo } from '../go/sort.ts';
import { quote, trimSpace } from '../go/text.ts';
import { compareUtf8 } from '../go/utf8.ts';
import { noMetadata } from '../llb/definition.ts';
import { addEnv, type EnvList, getEnv } from '../llb/env.ts';
import { type Edge, type ExecMount, type ExecOp, newVertex, type Vertex } from '../llb/op.ts';
import { type State, scratch, withOutput } from '../llb/state.ts';
import { type Compilation, envOf, supports } from './compilation.ts';
import { inlineFile } from './copy.ts';
import { type Failure, failure, isFailure } from './failure.ts';
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

/** Expands a word with the stage's environment, reporting unknown variables; the failure is BuildKit's. */
export type Expand = (word: string, span: Span) => string | Failure;

/** Compiles a RUN. */
export function compileRun(
  c: Compilation,
  stage: Stage,
  command: Command,
  instruction: RunInstruction,
  expand: Expand,
): Failure | { readonly vertices: Vertex[] } {
  const mounts: Mount[] = [];
  for (const { flag } of instruction.mounts) {
    const span = placeIn(command, flag.valueStart, flag.valueEnd);
    let failed: Failure | undefined;
    const parsed = parseMount(flag.value ?? '', (word) => {
      const expanded = expand(word, span);
      if (typeof expanded === 'string') return { result: expanded };
      failed = expanded;
      return { result: '', error: expanded.message };
    });
    if ('error' in parsed) return failed ?? failure(parsed.error, 'bad-mount', span, parsed.suggestion);
    mounts.push(parsed.mount);
  }
  // What is not built notes nothing: its base may share the set.
  if (stage.reachable) stage.paths.add('/');
  const vertices: Vertex[] = [];
  const binds: ExecMount[] = [];
  let args: readonly string[] = instruction.cmdLine;
  let title = instruction.code;
  const files = instruction.heredocs;
  if (files.length > 0) {
    if (args.length !== 1 || !instruction.prependShell)
      return failure(`parsing produced an invalid run command: [${args.join(' ')}]`, 'bad-run', instruction.span);
    const first = files[0] as RunInstruction['heredocs'][number];
    const line = args[0] as string;
    if (isHeredoc(line)) {
      const data = first.chomp ? chompTabs(first.content) : first.content;
      if (stage.image.platform.os !== 'windows' && data.startsWith('#!')) {
        const file = inlineFile(first.name, 0o755, data, command.index);
        vertices.push(file);
        binds.push(bind('/dev/pipes/', file.out, '/', true, -1));
        args = [join('/dev/pipes/', first.name)];
      } else args = [data];
      title += ` (${summary(first.content)})`;
    } else {
      args = [line + files.map((file) => `\n${file.content}${file.name}`).join('')];
    }
  }
  if (instruction.prependShell) args = withShell(stage.image, args);

  const compiled = compileMounts(c, stage, command, instruction, mounts, binds, vertices);
  if (isFailure(compiled)) return compiled;
  const { secrets, ssh, secretEnv } = compiled;
  const state = stage.state;
  const env = state.env;
  const named = stepName(c, stage, state.platform, env);
  const name = (): string =>
    named(
      expandedText(title, maskSecrets(env, mounts), {
        ...c.lex,
        rawQuotes: true,
        rawEscapes: true,
        skipUnsetEnv: true,
      }),
    );

  if (supports(c, 'exec.mount.tmpfs.size') && c.options.shmSize > 0)
    binds.push({ ...bind('/dev/shm', undefined, '', false, -1), type: 'tmpfs', tmpfsSize: c.options.shmSize });
  const op = execOp(c, state, args, instruction, binds, secrets, ssh, secretEnv);
  const vertex = newVertex(
    op,
    execInputs(op.mounts),
    state.platform ?? c.targetPlatform,
    {
      ...noMetadata,
      name,
      command: instruction.code,
      caps: execCaps(c, op),
      ignoreCache: stage.ignoreCache,
      linuxResources: supports(c, 'exec.meta.linux.resources') ? c.options.linuxResources : undefined,
    },
    [command.lines],
    command.index,
  );
  if (args.length === 0) c.invalid.set(vertex, 'arguments are required');
  vertices.push(vertex);
  stage.state = withOutput(state, vertex.out);
  const { buildArgs } = stage;
  const count = buildArgs.length;
  addHistory(c, stage, () => `RUN ${runCommandText(args, buildArgs.slice(0, count), env)} # buildkit`, true);
  return { vertices };
}

function bind(dest: string, source: Edge | undefined, selector: string, readonly: boolean, output: number): ExecMount {
  return {
    source,
    dest,
    selector,
    readonly,
    output,
    type: 'bind',
    tmpfsSize: 0,
    cache: undefined,
    secret: undefined,
    ssh: undefined,
  };
}

/** Output index of a mount whose output is numbered when all mounts are known. */
const pendingOutput = -2;

function compileMounts(
  c: Compilation,
  stage: Stage,
  command: Command,
  instruction: RunInstruction,
  mounts: readonly Mount[],
  binds: ExecMount[],
  vertices: Vertex[],
): Failure | { secrets: ExecMount[]; ssh: ExecMount[]; secretEnv: ExecOp['secretEnv'][number][] } {
  const secrets: ExecMount[] = [];
  const ssh: ExecMount[] = [];
  const secretEnv: ExecOp['secretEnv'][number][] = [];
  for (let i = 0; i < mounts.length; i++) {
    const mount = mounts[i] as Mount;
    const flag = (instruction.mounts[i] as RunInstruction['mounts'][number]).flag;
    const span = placeIn(command, flag.valueStart, flag.valueEnd);
    const from = mount.from === '' && mount.type === 'cache' ? 'scratch' : mount.from;
    const source = command.sources[i] as Stage;
    let state: State = c.context;
    if (from !== '') {
      state = source.state;
      if (!source.dispatched)
        return failure(
          `cannot mount from stage ${quote(from)} to ${quote(mount.target)}, stage needs to be defined before current command`,
          'stage-too-late',
          span,
        );
    }
    if (mount.type === 'tmpfs') state = scratch;
    if (mount.type === 'secret') {
      const failed = addSecret(stage, command, mount, secrets, secretEnv, span);
      if (failed !== undefined) return failed;
      continue;
    }
    if (mount.type === 'ssh') {
      const failed = addSsh(stage, command, mount, ssh, span);
      if (failed !== undefined) return failed;
      continue;
    }
    let output = pendingOutput;
    if (mount.readOnly || mount.type === 'cache' || mount.type === 'tmpfs') output = -1;
    else if (mount.type === 'bind' && supports(c, 'exec.mount.bind.readwrite-nooutput')) output = -1;
    let target = mount.target;
    if (!isAbsPath(clean(target))) target = join('/', stage.state.dir, target);
    if (target === '/') return failure(`invalid mount target ${quote(target)}`, 'bad-mount', span);
    let selector = '';
    const path = join('/', mount.source);
    if (path !== '/') selector = path;
    else if (mount.uid !== undefined || mount.gid !== undefined || mount.mode !== undefined) {
      const directory = cacheDirectory(state, mount, command.index);
      vertices.push(directory);
      state = withOutput(state, directory.out);
      selector = '/cache';
    }
    binds.push({
      ...bind(target, state.out, selector, mount.readOnly, output),
      type: mount.type,
      tmpfsSize: mount.type === 'tmpfs' ? mount.sizeLimit : 0,
      cache:
        mount.type === 'cache'
          ? {
              id: `${c.options.cacheNamespace}/${mount.cacheId === '' ? clean(mount.target) : mount.cacheId}`,
              sharing: mount.cacheSharing === 'private' ? 1 : mount.cacheSharing === 'locked' ? 2 : 0,
            }
          : undefined,
    });
    if (from === '') stage.contextPaths.add(path);
    else if (stage.reachable) source.paths.add(path);
  }
  return { secrets, ssh, secretEnv };
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
    state.out === undefined ? [] : [state.out],
    undefined,
    { ...noMetadata, name: () => '[internal] setting cache mount permissions', caps: ['file.base'] },
    undefined,
    origin,
  );
}

function addSecret(
  stage: Stage,
  command: Command,
  mount: Mount,
  secrets: ExecMount[],
  secretEnv: ExecOp['secretEnv'][number][],
  span: Span,
): Failure | undefined {
  const windows = stage.platform?.os === 'windows';
  const path = windows ? toSlash(mount.target, 'windows') : mount.target;
  let id = mount.source !== '' ? mount.source : mount.cacheId;
  if (id === '') {
    if (path === '') return failure('one of source, target required', 'bad-mount', span);
    id = base(path);
  }
  if (windows && path !== '' && !isAbs(path, 'windows'))
    return failure(
      `secret target ${quote(path)} must be an absolute path with forward slashes on Windows, e.g. --mount=type=secret,id=${id},target=C:/path/to/secret`,
      'bad-mount',
      span,
    );
  let target: string | undefined = path === '' ? undefined : path;
  if (mount.env === undefined && target === undefined) {
    if (windows)
      return failure(
        `secret target is required on Windows, e.g. --mount=type=secret,id=${id},target=C:/path/to/secret`,
        'bad-mount',
        span,
      );
    target = `/run/secrets/${base(id)}`;
  }
  if (!stage.secrets.has(id)) stage.secrets.set(id, { lines: command.lines, required: mount.required });
  const optional = !mount.required;
  if (mount.env !== undefined) secretEnv.push({ id, name: mount.env, optional });
  if (target !== undefined)
    secrets.push({
      ...bind(target, undefined, '', false, 0),
      type: 'secret',
      secret: { id, uid: mount.uid ?? 0, gid: mount.gid ?? 0, mode: mount.mode ?? 0o400, optional },
    });
  return undefined;
}

function addSsh(stage: Stage, command: Command, mount: Mount, ssh: ExecMount[], span: Span): Failure | undefined {
  if (mount.source !== '') return failure('ssh does not support source', 'bad-mount', span);
  const id = mount.cacheId === '' ? 'default' : mount.cacheId;
  if (!stage.ssh.has(id)) stage.ssh.set(id, { lines: command.lines, required: mount.required });
  ssh.push({
    ...bind(mount.target === '' ? `/run/buildkit/ssh_agent.${ssh.length}` : mount.target, undefined, '', false, 0),
    type: 'ssh',
    ssh: {
      id: mount.cacheId,
      uid: mount.uid ?? 0,
      gid: mount.gid ?? 0,
      mode: mount.mode ?? 0o600,
      optional: !mount.required,
    },
  });
  return undefined;
}

function execOp(
  c: Compilation,
  state: State,
  args: readonly string[],
  instruction: RunInstruction,
  binds: readonly ExecMount[],
  secrets: readonly ExecMount[],
  ssh: readonly ExecMount[],
  secretEnv: ExecOp['secretEnv'],
): ExecOp {
  let env = state.env;
  const firstSsh = ssh[0];
  if (firstSsh !== undefined && getEnv(env, 'SSH_AUTH_SOCK') === undefined)
    env = addEnv(env, 'SSH_AUTH_SOCK', firstSsh.dest);
  const os = c.targetPlatform.os;
  if (!supports(c, 'exec.meta.setsdefaultpath') && os !== 'windows' && getEnv(env, 'PATH') === undefined)
    env = addEnv(env, 'PATH', defaultPathEnv(os));
  const root = bind('/', state.out, '', false, 0);
  const mounts =
    binds.length === 0 && secrets.length === 0 && ssh.length === 0
      ? [root]
      : [...numbered(root, binds), ...secrets, ...ssh];
  return {
    kind: 'exec',
    args,
    env,
    cwd: state.dir,
    user: state.user,
    proxy: c.options.proxy,
    extraHosts: c.options.extraHosts,
    hostname: state.hostname,
    ulimits: supports(c, 'exec.meta.ulimit') ? c.options.ulimits : [],
    cgroupParent: supports(c, 'exec.meta.cgroup.parent') ? c.options.cgroupParent : '',
    mounts,
    network: instruction.network === 'host' ? 1 : instruction.network === 'none' ? 2 : state.network,
    security: instruction.security === 'insecure' ? 1 : 0,
    secretEnv,
    devices: supports(c, 'exec.meta.cdi') ? instruction.devices.flatMap(device) : [],
  };
}

/** Sorts mounts by destination and numbers the outputs of those that have one. */
function numbered(root: ExecMount, binds: readonly ExecMount[]): ExecMount[] {
  let outputs = 0;
  return sortLikeGo([root, ...binds], (a, b) => compareUtf8(a.dest, b.dest)).map((m) =>
    m.output === pendingOutput || m === root ? { ...m, output: outputs++ } : m,
  );
}

function device(value: string): { name: string; optional: boolean }[] {
  const parsed = parseDevice(value);
  return 'device' in parsed ? [{ name: parsed.device.name, optional: !parsed.device.required }] : [];
}

function isHeredoc(word: string): boolean {
  const parsed = parseHeredoc(word);
  return parsed !== undefined && !('error' in parsed);
}

function execInputs(mounts: readonly ExecMount[]): Edge[] {
  const inputs: Edge[] = [];
  for (const { source } of mounts) if (source !== undefined && !inputs.includes(source)) inputs.push(source);
  return inputs;
}

function execCaps(c: Compilation, op: ExecOp): string[] {
  const caps = ['exec.meta.base'];
  const add = (cap: string): void => {
    if (!caps.includes(cap)) caps.push(cap);
  };
  if (supports(c, 'exec.meta.setsdefaultpath')) add('exec.meta.setsdefaultpath');
  if (op.ulimits.length > 0) add('exec.meta.ulimit');
  if (c.options.linuxResources !== undefined && supports(c, 'exec.meta.linux.resources'))
    add('exec.meta.linux.resources');
  if (op.network !== 0) add('exec.meta.network');
  if (op.security !== 0) add('exec.meta.security');
  if (op.proxy !== undefined) add('exec.meta.proxyenv');
  for (const mount of op.mounts) {
    if (mount.selector !== '') add('exec.mount.selector');
    if (mount.type === 'cache') {
      add('exec.mount.cache');
      add('exec.mount.cache.sharing');
    } else if (mount.type === 'tmpfs') {
      add('exec.mount.tmpfs');
      if (mount.tmpfsSize > 0) add('exec.mount.tmpfs.size');
    } else if (mount.type === 'ssh') add('exec.mount.ssh');
    else if (mount.type === 'bind' && mount.source !== undefined) add('exec.mount.bind');
    if (mount.type === 'secret') add('exec.mount.secret');
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
  const names = mounts.filter((m) => m.type === 'secret' && m.env !== undefined).map((m) => m.env as string);
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
