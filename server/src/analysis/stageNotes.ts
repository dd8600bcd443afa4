// What is needed of a stage's other steps to judge one copy: its RUNs, its working directories, accounts, linked copies.
import type { Stage, Step } from '../compile/stage.ts';
import type { RunInstruction } from '../dockerfile/instruction.ts';
import { base as baseName, clean } from '../go/path.ts';
import { runScript } from './runEffects.ts';
import { simpleCommands } from './shellCommands.ts';

/** What is needed of a stage's other steps. */
export interface StageNotes {
  readonly lastRun: number;
  readonly runs: readonly {
    readonly at: number;
    readonly index: number;
    readonly script: string;
    readonly light: boolean;
  }[];
  /** Directory of each later WORKDIR. */
  readonly workdirs: readonly { readonly at: number; readonly path: string; readonly index: number }[];
  readonly heavyAfter: (at: number) => number | undefined;
  readonly accountsMade: ReadonlyMap<string, number>;
  /** The last step that sets mode or owner of a path, by path. */
  readonly mended: () => ReadonlyMap<string, number>;
  /** Another user is set behind this step before any RUN. */
  readonly userChanges: (at: number) => boolean;
}

export function notesOf(stage: Stage): StageNotes {
  const runs: { at: number; index: number; script: string; light: boolean }[] = [];
  const workdirs: { at: number; path: string; index: number }[] = [];
  const linked: number[] = [];
  const accountsMade = new Map<string, number>();
  for (let at = 0; at < stage.steps.length; at++) {
    const step = stage.steps[at] as Step;
    const { instruction, index } = step.command;
    if (instruction.kind === 'run') {
      const script = runScript(instruction as RunInstruction);
      runs.push({ at, index, script, light: isLight(script) });
      if (/useradd|adduser|groupadd|addgroup/.test(script))
        for (const { words } of simpleCommands(script, () => undefined)) {
          if (!/^(?:\/usr)?(?:\/s?bin\/)?(?:useradd|adduser|groupadd|addgroup)$/.test(words[0] ?? '')) continue;
          for (const word of words.slice(1))
            if (word !== undefined && !accountsMade.has(word)) accountsMade.set(word, index);
        }
    } else if (instruction.kind === 'workdir') workdirs.push({ at, path: clean(step.after.dir || '/'), index });
    else if (step.copy?.linked && step.before.out !== undefined) linked.push(at);
  }
  const heavy = runs.filter((run) => !run.light);
  const lastRun = runs[runs.length - 1]?.at ?? -1;
  // Heavy is a RUN with a linked copy and another RUN behind it.
  const heavyAfter = (at: number): number | undefined => {
    const run = heavy[lowerBound(heavy, at + 1, (r) => r.at)];
    const joined = run === undefined ? undefined : linked[lowerBound(linked, run.at, (l) => l)];
    return run !== undefined && joined !== undefined && lastRun > joined ? run.index : undefined;
  };
  let paths: Map<string, number> | undefined;
  const mended = (): ReadonlyMap<string, number> => {
    if (paths !== undefined) return paths;
    paths = new Map();
    for (const { at, script } of runs) {
      if (!/chmod|chown|install/.test(script)) continue;
      for (const { words } of simpleCommands(script, () => undefined))
        if (/^(?:\/usr)?(?:\/bin\/)?(?:chmod|chown|install)$/.test(words[0] ?? ''))
          for (const word of words)
            if (word?.startsWith('/')) paths.set(word === '/' ? word : word.replace(/\/$/, ''), at);
    }
    return paths;
  };
  const userChanges = (at: number): boolean => {
    for (let i = at + 1; i < stage.steps.length; i++) {
      const { command, before, after } = stage.steps[i] as Step;
      if (command.instruction.kind === 'run') return false;
      if (command.instruction.kind === 'user') return after.user !== before.user;
    }
    return false;
  };
  return { userChanges, mended, lastRun, runs, workdirs, heavyAfter, accountsMade };
}

function lowerBound<T>(sorted: readonly T[], value: number, of: (entry: T) => number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (of(sorted[middle] as T) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

const lightCommands = new Set(
  'mkdir chmod chown echo ln touch useradd groupadd adduser addgroup usermod rm rmdir mv sed test [ true : cd set ls cat printf install id whoami export env grep'.split(
    ' ',
  ),
);

/** Writes at most a few files. */
function isLight(script: string): boolean {
  return (
    script.length < 2000 &&
    simpleCommands(script, () => undefined).every(
      ({ words }) => words[0] !== undefined && lightCommands.has(baseName(words[0])),
    )
  );
}
