// What a target takes: its arguments, secrets and SSH sockets; and the list of targets.
import type { LineRange } from '../dockerfile/instruction.ts';
import type { ArgInfo, Stage } from './stage.ts';

export interface Outline {
  readonly name: string;
  readonly description: string;
  readonly args: readonly ArgInfo[];
  readonly secrets: readonly { readonly name: string; readonly required: boolean; readonly lines: LineRange }[];
  readonly ssh: readonly { readonly name: string; readonly required: boolean; readonly lines: LineRange }[];
}

/** The outline of a target, each list in the order of the file. */
export function outlineOf(target: Stage): Outline {
  const stages = needed(target);
  const args: ArgInfo[] = [];
  const seen = new Set<string>();
  for (const stage of stages) {
    for (const key of usedArgs(stage)) {
      const info = stage.allArgs.get(key);
      if (info === undefined || seen.has(key)) continue;
      seen.add(key);
      args.push(info);
    }
  }
  return {
    name: target.name,
    description: target.from?.docComment ?? '',
    args: args.sort(byLine),
    secrets: collect(stages, (stage) => stage.secrets),
    ssh: collect(stages, (stage) => stage.ssh),
  };
}

/** The stage, then what it builds on, then what it reads from. */
function needed(target: Stage): Stage[] {
  const found = new Set<Stage>();
  const todo = [target];
  while (todo.length > 0) {
    const stage = todo.pop() as Stage;
    if (found.has(stage)) continue;
    found.add(stage);
    todo.push(...[...stage.deps.keys()].reverse());
    if (stage.base !== undefined) todo.push(stage.base);
  }
  return [...found];
}

/** The arguments that a stage uses, and those that their values come from. */
function usedArgs(stage: Stage): Set<string> {
  const used = new Set<string>();
  const todo = [...stage.usedArgs];
  while (todo.length > 0) {
    const key = todo.pop() as string;
    if (used.has(key)) continue;
    used.add(key);
    todo.push(...(stage.allArgs.get(key)?.deps ?? []));
  }
  return used;
}

function collect(
  stages: readonly Stage[],
  of: (stage: Stage) => Stage['secrets'],
): { name: string; required: boolean; lines: LineRange }[] {
  const found = new Map<string, { name: string; required: boolean; lines: LineRange }>();
  for (const stage of stages)
    for (const [name, info] of of(stage)) if (!found.has(name)) found.set(name, { name, ...info });
  return [...found.values()].sort(byLine);
}

function byLine(a: { readonly lines: LineRange }, b: { readonly lines: LineRange }): number {
  return a.lines.first - b.lines.first;
}
