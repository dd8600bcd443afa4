// The one pure function that the product stands on: text, configuration and inputs in, the graph and all that is known of it out.

import type { Span } from '../../../shared/src/span.ts';
import type { BuildInputs, Compilation, MissingInput } from '../compile/compilation.ts';
import { compile } from '../compile/compile.ts';
import { isBeyondTime } from '../compile/history.ts';
import type { CheckWarning } from '../compile/lint.ts';
import { type BuildConfig, type Options, readOptions } from '../compile/options.ts';
import type { Stage } from '../compile/stage.ts';
import type { Dockerfile, Phase, Problem } from '../dockerfile/instruction.ts';
import { readDockerfile } from '../dockerfile/read.ts';
import { nowhere } from '../dockerfile/spans.ts';
import { type Definition, marshalDefinition } from '../llb/definition.ts';
import type { Vertex } from '../llb/op.ts';
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
    const unfit = definition.entries.find(({ vertex }) => vertex && c.invalid.has(vertex))?.vertex;
    const reason = unfit ? c.invalid.get(unfit) : marshalError;
    if (reason !== undefined) {
      const span = dockerfile.instructions[unfit?.origin ?? -1]?.span;
      problems.push(problemOf('convert', `failed to marshal LLB definition: ${reason}`, 'marshal', span));
    } else if (compiled.target && isBeyondTime(c, compiled.target)) problems.push(timeProblem(c));
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
  const isOfCheck = (problem: Problem): boolean => problem.code === 'bad-check-directive';
  const problems = [...c.problems.filter(isOfCheck), ...dockerfile.problems];
  if (optionError !== undefined) problems.unshift(problemOf('parse', optionError, 'bad-option'));
  // What follows from an unreadable line is no news: say only what stands on its own.
  const confused =
    dockerfile.problems.some((p) => p.phase === 'parse') ||
    dockerfile.instructions.some((i) => i.kind === 'broken' && /^from$/i.test(i.keyword));
  if (!confused) problems.push(...c.problems.filter((problem) => !isOfCheck(problem)));
  return problems;
}

/** A problem of no instruction in particular. */
function problemOf(phase: Phase, message: string, code: string, span: Span = nowhere): Problem {
  return { phase, message, summary: message, locations: [], span, code };
}

/** The last thing that BuildKit does is to write the image's configuration, and it writes no year of five digits. */
function timeProblem(c: Compilation): Problem {
  const line = c.metaArgs.get('SOURCE_DATE_EPOCH')?.lines.first;
  return problemOf(
    'convert',
    'failed to marshal image config: json: error calling MarshalJSON for type *time.Time: Time.MarshalJSON: year outside of range [0,9999]',
    'bad-epoch',
    c.dockerfile.instructions.find(({ lines }) => lines.first === line)?.span,
  );
}

function provisionalVertices(c: Compilation, definition: Definition): Set<Vertex> {
  const found = new Set<Vertex>();
  if (c.missing.length === 0) return found;
  // A source or a merge says the same whatever the configuration of the base.
  const guessed = new Set(
    c.stages
      .filter((stage) => stage.guessed)
      .flatMap(({ steps }) => steps.flatMap(({ vertices }) => vertices))
      .filter(({ origin, op }) => origin >= 0 && op.kind !== 'source' && op.kind !== 'merge'),
  );
  for (const { vertex } of definition.entries)
    if (
      vertex &&
      (c.guessed.has(vertex) || guessed.has(vertex) || vertex.inputs.some((edge) => found.has(edge.vertex)))
    )
      found.add(vertex);
  return found;
}
