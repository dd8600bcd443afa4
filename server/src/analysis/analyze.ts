// The one pure function that the product stands on: text, configuration and inputs in, the graph and all that is known of it out.

import type { BuildInputs, Compilation, MissingInput } from '../compile/compilation.ts';
import { compile } from '../compile/compile.ts';
import { isBeyondTime } from '../compile/history.ts';
import type { CheckWarning } from '../compile/lint.ts';
import { type BuildConfig, type Options, readOptions } from '../compile/options.ts';
import type { Stage } from '../compile/stage.ts';
import type { Dockerfile, Problem } from '../dockerfile/instruction.ts';
import { readDockerfile } from '../dockerfile/read.ts';
import { type Definition, marshalDefinition } from '../llb/definition.ts';
import type { Edge, Vertex } from '../llb/op.ts';
import type { Platform } from '../oci/platform.ts';
import type { ImageFacts } from './imageFacts.ts';
import type { AskBaseFiles } from './knownBase.ts';
import type { AskContext } from './knownContext.ts';

/** What the compiler reads, and what else is known for people alone. Everything may be missing. */
export interface AnalysisInputs extends BuildInputs {
  /** `ref` as for `image`. Undefined where neither anything is known nor anything went wrong. */
  readonly imageFacts?: (ref: string, platform: Platform) => ImageFacts | undefined;
  readonly baseFiles?: AskBaseFiles;
  readonly context?: AskContext;
}

export interface Analysis {
  readonly text: string;
  readonly dockerfile: Dockerfile;
  readonly config: BuildConfig;
  readonly inputs: AnalysisInputs;
  readonly options: Options;
  readonly compilation: Compilation;
  /** Everything that makes BuildKit refuse the build; the first is what it says. */
  readonly problems: readonly Problem[];
  /** Build checks, as a check run over all stages has them. */
  readonly warnings: readonly CheckWarning[];
  /** All stages, hidden ones last. */
  readonly stages: readonly Stage[];
  readonly target: Stage | undefined;
  /** What the target needs, in BuildKit's order. */
  readonly definition: Definition;
  /** Inputs that were not known; the stub stood in for them. */
  readonly missing: readonly MissingInput[];
  /** Vertices whose digest may change when the missing inputs are known. */
  readonly provisional: ReadonlySet<Vertex>;
}

/** Compiles a Dockerfile as BuildKit would. Total: no text makes it throw, and every problem is in the answer. */
export function analyze(text: string, config: BuildConfig, inputs: AnalysisInputs): Analysis {
  const dockerfile = readDockerfile(text);
  const { options, error } = readOptions(config);
  const compiled = compile(dockerfile, options, inputs);
  const c = compiled.compilation;
  const { definition, error: marshalError } = marshalDefinition(compiled.target?.state.out, inputs.sha256);
  const problems = allProblems(dockerfile, c, error);
  if (problems.length === 0) {
    const unfit = definition.entries.find((entry) => entry.vertex !== undefined && c.invalid.has(entry.vertex));
    const reason = unfit === undefined ? marshalError : (c.invalid.get(unfit.vertex as Vertex) as string);
    if (reason !== undefined) problems.push(marshalProblem(dockerfile, reason, unfit?.vertex));
    else if (compiled.target !== undefined && isBeyondTime(c, compiled.target)) problems.push(timeProblem(c));
  }
  return {
    text,
    dockerfile,
    config,
    inputs,
    options: c.options,
    compilation: c,
    problems,
    warnings: c.warnings,
    stages: c.stages,
    target: compiled.target,
    definition,
    missing: c.missing,
    provisional: provisionalVertices(c, definition),
  };
}

function allProblems(dockerfile: Dockerfile, c: Compilation, optionError: string | undefined): Problem[] {
  const problems: Problem[] = [];
  const nowhere = { start: 0, end: 0 };
  if (optionError !== undefined)
    problems.push({
      phase: 'parse',
      message: optionError,
      summary: optionError,
      locations: [],
      span: nowhere,
      code: 'bad-option',
    });
  const own = c.problems.filter((p) => p.code === 'bad-check-directive');
  problems.push(...own, ...dockerfile.problems);
  // What follows from an unreadable line is no news: say only what stands on its own.
  const confused =
    dockerfile.problems.some((p) => p.phase === 'parse') ||
    dockerfile.instructions.some((i) => i.kind === 'broken' && /^from$/i.test(i.keyword));
  if (!confused) problems.push(...c.problems.filter((p) => p.code !== 'bad-check-directive'));
  return problems;
}

function marshalProblem(dockerfile: Dockerfile, reason: string, vertex: Vertex | undefined): Problem {
  const message = `failed to marshal LLB definition: ${reason}`;
  const span = dockerfile.instructions[vertex?.origin ?? -1]?.span ?? { start: 0, end: 0 };
  return { phase: 'convert', message, summary: message, locations: [], span, code: 'marshal' };
}

/** The last thing that BuildKit does is to write the image's configuration, and it writes no year of five digits. */
function timeProblem(c: Compilation): Problem {
  const message =
    'failed to marshal image config: json: error calling MarshalJSON for type *time.Time: Time.MarshalJSON: year outside of range [0,9999]';
  const line = c.metaArgs.get('SOURCE_DATE_EPOCH')?.lines.first;
  const span = c.dockerfile.instructions.find(({ lines }) => lines.first === line)?.span ?? { start: 0, end: 0 };
  return { phase: 'convert', message, summary: message, locations: [], span, code: 'bad-epoch' };
}

function provisionalVertices(c: Compilation, definition: Definition): Set<Vertex> {
  const found = new Set<Vertex>();
  if (c.missing.length === 0) return found;
  const guessed = new Set<Vertex>();
  for (const stage of c.stages)
    if (stage.guessed) for (const { vertices } of stage.steps) for (const vertex of vertices) guessed.add(vertex);
  const guessedStage = (vertex: Vertex): boolean => {
    if (vertex.origin < 0 || vertex.op.kind === 'source' || vertex.op.kind === 'merge') return false;
    return guessed.has(vertex);
  };
  for (const { vertex } of definition.entries) {
    if (vertex === undefined) continue;
    if (c.guessed.has(vertex) || vertex.inputs.some((edge: Edge) => found.has(edge.vertex)) || guessedStage(vertex))
      found.add(vertex);
  }
  return found;
}
