// What variables are worth at a place: the environment that BuildKit has there.
import type { Analysis } from '../analysis/analyze.ts';
import type { Step } from '../compile/stage.ts';
import { type EnvList, getEnv } from '../llb/env.ts';
import { once, type Section, sectionsOf } from './sections.ts';

/** The step of each instruction of the file; triggers that a base left behind are not among them. */
export const stepsOf: (analysis: Analysis) => ReadonlyMap<number, Step> = once((analysis) => {
  const found = new Map<number, Step>();
  for (const stage of analysis.stages)
    for (const step of stage.steps) if (!step.command.isOnBuild) found.set(step.command.index, step);
  return found;
});

/** The environment in front of an instruction; that of the global ARGs in a FROM and before it. */
export function environmentAt(analysis: Analysis, index: number): EnvList {
  const section = sectionsOf(analysis).of[index];
  if (section === undefined || section.index < 0 || index === section.first) return analysis.compilation.globalArgs;
  const own = stepsOf(analysis).get(index);
  return own?.before.env ?? environmentBefore(analysis, section, index);
}

/** As `environmentAt`, where the instruction is not (yet) one that compiles. */
export function environmentBefore(analysis: Analysis, section: Section, index: number): EnvList {
  const steps = stepsOf(analysis);
  for (let i = index - 1; i > section.first; i--) {
    const step = steps.get(i);
    if (step !== undefined) return step.after.env;
  }
  const { stage } = section;
  if (stage === undefined) return analysis.compilation.globalArgs;
  return stage.steps.find((step) => !step.command.isOnBuild)?.before.env ?? stage.state.env;
}

/** The value of a variable that instruction `index` reads; those it has set itself before included. */
export function valueAt(analysis: Analysis, index: number, name: string): string | undefined {
  const value = getEnv(environmentAt(analysis, index), name);
  if (value !== undefined) return value;
  const after = stepsOf(analysis).get(index)?.after.env;
  return after === undefined ? undefined : getEnv(after, name);
}
