// From vertices to the bytes that BuildKit's own client would send, and to the digests of those bytes.
// Fields are written last to first; members of a oneof come after all others, as Go's deterministic marshaller has it.
import { compareUtf8, encodeUtf8 } from '../go/utf8.ts';
import { type EnvList, envEntries } from './env.ts';
import type {
  Chown,
  CopyAction,
  Edge,
  ExecMount,
  ExecOp,
  FileOp,
  MergeOp,
  OpPlatform,
  Owner,
  ProxyEnv,
  SourceOp,
  Vertex,
} from './op.ts';
import * as wire from './wire.ts';

/** SHA-256 of bytes as 64 lower-case hexadecimal digits. */
export type Sha256 = (bytes: Uint8Array) => string;

/** What went wrong, or undefined. The only thing that can is text which is not UTF-8. */
export type MarshalError = string | undefined;

/** Fills `bytes` and `digest` of the vertex; its inputs must have theirs. */
export function marshalVertex(vertex: Vertex, sha256: Sha256): MarshalError {
  wire.begin();
  const inputs: Edge[] = [];
  const { op } = vertex;
  switch (op.kind) {
    case 'source':
      putSource(op);
      break;
    case 'exec':
      putExec(op, inputs);
      break;
    case 'file':
      putFile(op, inputs);
      break;
    case 'merge':
      putMerge(op, inputs);
      break;
  }
  wire.endMessage(11, wire.mark()); // constraints: always there, always empty
  if (vertex.platform) putPlatform(vertex.platform);
  for (let i = inputs.length - 1; i >= 0; i--) putInput(inputs[i] as Edge);
  vertex.bytes = wire.finish();
  vertex.digest = `sha256:${sha256(vertex.bytes)}`;
  return wire.sawInvalidUtf8() ? 'string field contains invalid UTF-8' : undefined;
}

/** The bytes of the last op of a definition: nothing but the input that is the result. */
export function marshalResult(edge: Edge): Uint8Array {
  wire.begin();
  putInput(edge);
  return wire.finish();
}

function putInput(edge: Edge): void {
  const from = wire.mark();
  wire.putInt(2, edge.index);
  wire.putText(1, edge.vertex.digest);
  wire.endMessage(1, from);
}

/** Index of the edge among the inputs, adding it where no equal one (by digest) is there; -1 for scratch. */
function inputIndex(inputs: Edge[], edge: Edge | undefined): number {
  if (edge === undefined) return -1;
  for (let i = 0; i < inputs.length; i++) {
    const other = inputs[i] as Edge;
    if (other === edge || (other.vertex.digest === edge.vertex.digest && other.index === edge.index)) return i;
  }
  return inputs.push(edge) - 1;
}

function putPlatform(platform: OpPlatform): void {
  const from = wire.mark();
  wire.putStrings(5, platform.osFeatures);
  wire.putText(4, platform.osVersion);
  wire.putText(3, platform.variant);
  wire.putText(2, platform.os);
  wire.putText(1, platform.architecture);
  wire.endMessage(10, from);
}

function putSource(op: SourceOp): void {
  const from = wire.mark();
  const attrs = [...op.attrs].sort((a, b) => compareUtf8(a[0], b[0]));
  wire.putMessages(2, attrs, wire.putPair);
  wire.putText(1, op.identifier);
  wire.endMessage(3, from);
}

function putExec(op: ExecOp, inputs: Edge[]): void {
  const indexes = op.mounts.map((mount) => inputIndex(inputs, mount.source));
  const from = wire.mark();
  wire.putMessages(6, op.devices, putDevice);
  wire.putMessages(5, op.secretEnv, putSecretEnv);
  wire.putInt(4, op.security);
  wire.putInt(3, op.network);
  for (let i = op.mounts.length - 1; i >= 0; i--) putMount(op.mounts[i] as ExecMount, indexes[i] as number);
  putMeta(op);
  wire.endMessage(2, from);
}

function putDevice(device: ExecOp['devices'][number]): void {
  wire.putBool(2, device.optional);
  wire.putText(1, device.name);
}

function putSecretEnv(secret: ExecOp['secretEnv'][number]): void {
  wire.putBool(3, secret.optional);
  wire.putText(2, secret.name);
  wire.putText(1, secret.id);
}

function putLimit(limit: ExecOp['ulimits'][number]): void {
  wire.putInt(3, limit.hard);
  wire.putInt(2, limit.soft);
  wire.putText(1, limit.name);
}

function putHost(host: ExecOp['extraHosts'][number]): void {
  wire.putText(2, host.ip);
  wire.putText(1, host.host);
}

function putProxy(proxy: ProxyEnv): void {
  wire.putText(5, proxy.all);
  wire.putText(4, proxy.no);
  wire.putText(3, proxy.ftp);
  wire.putText(2, proxy.https);
  wire.putText(1, proxy.http);
}

function putMeta(op: ExecOp): void {
  const from = wire.mark();
  wire.putBool(11, true); // removeMountStubsRecursive
  wire.putText(10, op.cgroupParent);
  wire.putMessages(9, op.ulimits, putLimit);
  wire.putText(7, op.hostname);
  wire.putMessages(6, op.extraHosts, putHost);
  if (op.proxy) wire.putMessages(5, [op.proxy], putProxy);
  wire.putText(4, op.user);
  wire.putText(3, op.cwd);
  putEnv(op.env);
  wire.putStrings(1, op.args);
  wire.endMessage(1, from);
}

function putEnv(env: EnvList): void {
  if (env.encoded !== undefined) {
    wire.putRaw(env.encoded);
    return;
  }
  const before = wire.mark();
  const entries = envEntries(env);
  for (let i = entries.length - 1; i >= 0; i--) {
    const [key, value] = entries[i] as readonly [string, string];
    wire.putString(2, `${key}=${value}`);
  }
  // Most RUNs of a stage share one environment. A list with bad text is not kept, so that each use reports it.
  if (!wire.sawInvalidUtf8()) env.encoded = wire.written(before);
}

function putMount(mount: ExecMount, input: number): void {
  const from = wire.mark();
  if (mount.ssh) putSecret(22, mount.ssh);
  if (mount.secret) putSecret(21, mount.secret);
  if (mount.cache) {
    const entry = wire.mark();
    wire.putInt(2, mount.cache.sharing);
    wire.putText(1, mount.cache.id);
    wire.endMessage(20, entry);
  }
  if (mount.type === 'tmpfs') {
    const entry = wire.mark();
    wire.putInt(1, mount.tmpfsSize);
    wire.endMessage(19, entry);
  }
  wire.putInt(6, mountTypes.indexOf(mount.type));
  wire.putBool(5, mount.readonly);
  wire.putInt(4, mount.output);
  wire.putText(3, mount.dest);
  wire.putText(2, mount.selector);
  wire.putInt(1, input);
  wire.endMessage(2, from);
}

const mountTypes: readonly ExecMount['type'][] = ['bind', 'secret', 'ssh', 'cache', 'tmpfs'];

function putSecret(field: number, opt: NonNullable<ExecMount['secret']>): void {
  const from = wire.mark();
  wire.putBool(5, opt.optional);
  wire.putInt(4, opt.mode);
  wire.putInt(3, opt.gid);
  wire.putInt(2, opt.uid);
  wire.putText(1, opt.id);
  wire.endMessage(field, from);
}

function putFile(op: FileOp, inputs: Edge[]): void {
  const { actions } = op;
  const base = inputIndex(inputs, op.base);
  const sources = actions.map((action) => (action.kind === 'copy' ? inputIndex(inputs, action.source) : -1));
  const from = wire.mark();
  for (let i = actions.length - 1; i >= 0; i--) {
    const action = actions[i] as FileOp['actions'][number];
    const entry = wire.mark();
    const content = wire.mark();
    switch (action.kind) {
      case 'copy':
        putCopy(action, base);
        wire.endMessage(4, content);
        break;
      case 'mkfile':
        wire.putInt(5, -1);
        wire.putBytes(3, encodeUtf8(action.data));
        wire.putInt(2, action.mode);
        wire.putText(1, action.path);
        wire.endMessage(5, content);
        break;
      case 'mkdir':
        wire.putBigInt(5, action.timestamp);
        putChown(4, action.chown, base);
        wire.putBool(3, action.makeParents);
        wire.putInt(2, action.mode);
        wire.putText(1, action.path);
        wire.endMessage(6, content);
        break;
    }
    wire.putInt(3, i === actions.length - 1 ? 0 : -1);
    wire.putInt(2, sources[i] as number);
    wire.putInt(1, i === 0 ? base : inputs.length + i - 1);
    wire.endMessage(2, entry);
  }
  wire.endMessage(4, from);
}

function putCopy(action: CopyAction, base: number): void {
  wire.putStrings(16, action.requiredPaths);
  wire.putText(15, action.modeString);
  wire.putStrings(13, action.excludePatterns);
  wire.putStrings(12, action.includePatterns);
  wire.putInt(11, -1);
  wire.putBool(10, action.allowEmptyWildcard);
  wire.putBool(9, action.allowWildcard);
  wire.putBool(8, action.createDestPath);
  wire.putBool(7, action.attemptUnpack);
  wire.putBool(6, action.dirCopyContents);
  wire.putBool(5, action.followSymlink);
  wire.putInt(4, action.mode);
  putChown(3, action.chown, base);
  wire.putText(2, action.dest);
  wire.putText(1, action.src);
}

function putChown(field: number, chown: Chown | undefined, base: number): void {
  if (chown === undefined) return;
  const from = wire.mark();
  putOwner(2, chown.group, base);
  putOwner(1, chown.user, base);
  wire.endMessage(field, from);
}

function putOwner(field: number, owner: Owner | undefined, base: number): void {
  if (owner === undefined) return;
  const from = wire.mark();
  if ('name' in owner) {
    const named = wire.mark();
    wire.putInt(2, base);
    wire.putText(1, owner.name);
    wire.endMessage(1, named);
  } else wire.putIntAlways(2, owner.id);
  wire.endMessage(field, from);
}

function putMerge(op: MergeOp, inputs: Edge[]): void {
  const from = wire.mark();
  wire.putMessages(1, op.inputs, (_, i) => wire.putInt(1, i));
  wire.endMessage(6, from);
  inputs.push(...op.inputs);
}
