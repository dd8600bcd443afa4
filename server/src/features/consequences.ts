// What an edit of a line, or of what it reads, makes BuildKit run again.
import type { Analysis } from '../analysis/analyze.ts';
import type { Step } from '../compile/stage.ts';
import type { Instruction } from '../dockerfile/instruction.ts';
import { getEnv } from '../llb/env.ts';
import type { Vertex } from '../llb/op.ts';
import { formatPlatformAll } from '../oci/platform.ts';
import { stepsOf } from './environment.ts';
import { type Followers, followersOf, laterVertices, stageOf, workOf } from './steps.ts';
import { variablesOf } from './variables.ts';

export const nothing: Followers = { runs: [], maybe: [], relinked: [] };

export function isNone({ runs, maybe, relinked }: Followers): boolean {
  return runs.length + maybe.length + relinked.length === 0;
}

/**
 * The steps behind a line that runs again, behind an image that is another, or behind a value that is another. The line
 * itself is not among them. Undefined where a change of it can mean nothing, or where that is not known.
 */
export function consequencesOf(analysis: Analysis, index: number): Followers | undefined {
  const step = workOf(analysis, index);
  if (step !== undefined) return followersOf(analysis, step.vertices);
  const instruction = analysis.dockerfile.instructions[index];
  if (instruction === undefined) return undefined;
  if (instruction.kind === 'from') {
    const source = stageOf(analysis, index)?.source;
    return source === undefined ? undefined : followersOf(analysis, sameSource(analysis, source));
  }
  const seeds = valueReaders(analysis, index, instruction);
  return seeds === undefined ? undefined : followersOf(analysis, seeds, true);
}

/** What the value of an ENV, ARG, USER, WORKDIR or SHELL is part of; sources of the stages that a global ARG names. */
function valueReaders(analysis: Analysis, index: number, instruction: Instruction): readonly Vertex[] | undefined {
  const exec = (vertex: Vertex): boolean => vertex.op.kind === 'exec';
  const stage = stageOf(analysis, index);
  const { declarations, uses } = variablesOf(analysis);
  const own = declarations.filter((declaration) => declaration.instruction === index);
  const users = new Set(
    uses.filter((u) => u.by === 'build' && own.some((d) => d === u.declaration)).map((u) => u.instruction),
  );
  if (stage === undefined)
    return analysis.stages.flatMap((s) => (users.has(s.instruction) && s.source !== undefined ? [s.source] : []));
  const step = stepsOf(analysis).get(index);
  if (step === undefined) return undefined;
  const later = (depends: (other: Step, vertex: Vertex) => boolean) => laterVertices(analysis, index, depends);
  switch (instruction.kind) {
    case 'env':
    case 'arg': {
      const set = own.map(({ name }) => name).filter((key) => getEnv(step.after.env, key) !== undefined);
      return later(
        (other, vertex) =>
          users.has(other.command.index) ||
          (exec(vertex) && set.some((key) => getEnv(other.before.env, key) === getEnv(step.after.env, key))),
      );
    }
    case 'user':
      return later(
        (other, vertex) =>
          other.before.user === step.after.user && (exec(vertex) || other.command.instruction.kind === 'workdir'),
      );
    case 'workdir':
      return later((other, vertex) => exec(vertex) && other.before.dir === step.after.dir);
    case 'shell':
      return later((other, vertex) => {
        const { instruction: reader } = other.command;
        return exec(vertex) && reader.kind === 'run' && reader.prependShell;
      });
    default:
      return undefined;
  }
}

/** The image in every stage that starts from it: one digest for all. */
function sameSource(analysis: Analysis, source: Vertex): readonly Vertex[] {
  const name = (vertex: Vertex): string =>
    `${vertex.op.kind === 'source' ? vertex.op.identifier : ''} ${vertex.platform === undefined ? '' : formatPlatformAll(vertex.platform)}`;
  return analysis.stages.flatMap((stage) =>
    stage.source !== undefined && name(stage.source) === name(source) ? [stage.source] : [],
  );
}
