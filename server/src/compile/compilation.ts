// What all phases of one compilation share: what was asked for, what is known, and what has been found so far.
import type { Span } from '../../../shared/src/span.ts';
import type { PatternMatcher } from '../context/patterns.ts';
import type { Dockerfile, Instruction, LineRange, Problem } from '../dockerfile/instruction.ts';
import type { Env, LexOptions } from '../dockerfile/shell.ts';
import { nowhere } from '../dockerfile/spans.ts';
import { type EnvList, envKeys, getEnv } from '../llb/env.ts';
import type { Sha256 } from '../llb/marshal.ts';
import type { Vertex } from '../llb/op.ts';
import type { State } from '../llb/state.ts';
import type { Platform } from '../oci/platform.ts';
import type { Failure } from './failure.ts';
import { type CheckName, type CheckWarning, isOn, type LintConfig } from './lint.ts';
import type { Options } from './options.ts';
import type { ArgInfo, Stage } from './stage.ts';

/** What is known of an image. */
export interface ImageInput {
  /** The reference after the registry's own redirection; the asked one unless given. */
  readonly ref?: string;
  /** `sha256:…`; none where not known. */
  readonly digest?: string;
  /** The configuration's JSON. */
  readonly config?: string;
  /** Why it cannot be had. */
  readonly error?: string;
}

/** What the build reads beside the Dockerfile. Everything may be missing. */
export interface BuildInputs {
  /** What is known of an image: `ref` is normalized, with tag or digest. Undefined where nothing is known. */
  readonly image?: (ref: string, platform: Platform) => ImageInput | undefined;
  /** Text of the context's .dockerignore; null where there is none, undefined where that is not known. */
  readonly dockerignore?: string | null;
  /** Text of `<Dockerfile>.dockerignore`, which replaces the former. */
  readonly dockerfileIgnore?: string | null;
  /** Text of the .dockerignore of a named local context. */
  readonly namedIgnore?: (name: string) => string | null | undefined;
  /** The time of the source that SOURCE_DATE_EPOCH names (git commit or Last-Modified), in seconds; undefined where not known. */
  readonly sourceTime?: (identifier: string) => number | undefined;
  /** The SSH keys of a git host in the form of known_hosts; undefined where not known. */
  readonly sshKeys?: (host: string) => string | undefined;
  /** The host's own SHA-256: the core has none. */
  readonly sha256: Sha256;
}

/** An input that was not known; digests that hang on it are provisional. */
export type MissingInput =
  | { readonly kind: 'image'; readonly ref: string; readonly platform: string; readonly instruction: number }
  | { readonly kind: 'dockerignore' }
  | { readonly kind: 'namedIgnore'; readonly name: string }
  | { readonly kind: 'sourceTime'; readonly identifier: string }
  /** The SSH keys of a git host, which BuildKit asks the host for and writes into the op. */
  | { readonly kind: 'sshKeys'; readonly host: string };

export interface Compilation {
  readonly dockerfile: Dockerfile;
  readonly options: Options;
  readonly inputs: BuildInputs;
  readonly lex: LexOptions;
  readonly targetPlatform: Platform;
  readonly implicitTarget: boolean;
  readonly stages: Stage[];
  readonly byName: Map<string, Stage>;
  globalArgs: EnvList;
  metaArgs: Map<string, ArgInfo>;
  /** Nanoseconds since 1970 where SOURCE_DATE_EPOCH is set. */
  epoch?: bigint | undefined;
  epochSeconds?: bigint | undefined;
  readonly lint: LintConfig;
  readonly problems: Problem[];
  /** Problems of stages that are not built: a check run stops at them. */
  readonly unreachableProblems: Problem[];
  readonly warnings: CheckWarning[];
  readonly missing: MissingInput[];
  /** Vertices whose own op rests on a missing input. */
  readonly guessed: Set<Vertex>;
  /** Vertices that BuildKit cannot marshal, and why. */
  readonly invalid: Map<Vertex, string>;
  ignorePatterns: readonly string[];
  ignoreMatcher?: PatternMatcher | undefined;
  /** Why the .dockerignore cannot be used. */
  ignoreError?: string;
  /** The build context. Which paths of it are read is known only at the end; see `late`. */
  context: State;
  /** What can be filled in only when every stage has said what it reads. */
  readonly late: (() => void)[];
  /** Some attribute names a context. */
  readonly hasNamedContexts: boolean;
  /** Where a check run over all stages crashes instead of an answer: the problems that it met before. */
  crash?: { readonly allBefore: number } | undefined;
  nextGroup: number;
  /** Problems of reading: no check that BuildKit makes after reading is made. */
  problemsBefore: number;
}

/** Looks variables up in an environment. */
export function envOf(env: EnvList): Env {
  return { get: (key) => getEnv(env, key), keys: () => envKeys(env) };
}

/** How many problems BuildKit has met; all: in a run that looks at every stage. */
export function problemsSoFar(c: Compilation): { readonly problemsBefore: number; readonly allBefore: number } {
  const problemsBefore = c.problemsBefore + c.problems.length;
  return { problemsBefore, allBefore: problemsBefore + c.unreachableProblems.length };
}

/** Adds a warning, if the settings at that place want it. */
export function warn(
  c: Compilation,
  lint: LintConfig,
  rule: CheckName,
  message: string,
  place: { readonly lines: LineRange; readonly span: Span; readonly instruction: number; readonly reachable: boolean },
): void {
  if (!isOn(lint, rule)) return;
  c.warnings.push({ rule, message, ...place, ...problemsSoFar(c) });
}

/** Adds a problem of this phase; one of a stage that is not built stops only a check run. `span` stands in where it has no place. */
export function fail(
  c: Compilation,
  failure: Failure,
  locations: readonly LineRange[] = [],
  reachable = true,
  span: Span = nowhere,
): void {
  const { message } = failure;
  const problem = { phase: 'convert' as const, summary: message, ...failure, locations, span: failure.span ?? span };
  (reachable ? c.problems : c.unreachableProblems).push(problem);
}

/** The place of an instruction for warnings. */
export function placeOf(instruction: Instruction, index: number, reachable: boolean, span: Span = instruction.span) {
  return { lines: instruction.lines, span, instruction: index, reachable };
}

/** The platform of a stage: its own, else that of the target. */
export function platformOf(c: Compilation, stage: Stage): Platform {
  return stage.platform ?? c.targetPlatform;
}

/** True where the daemon has the capability. */
export function supports(c: Compilation, cap: string): boolean {
  return !c.options.disabledCaps.has(cap);
}
