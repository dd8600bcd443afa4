// What rules about the build context share: which reads there are, which of them end in an image, and what the stage runs.
import type { Analysis } from '../../analysis/analyze.ts';
import { ignoreName, type KnownRead, knownContext } from '../../analysis/knownContext.ts';
import type { Swept } from '../../analysis/sweptIn.ts';
import type { Stage } from '../../compile/stage.ts';
import type { Finding, Fix } from '../rule.ts';

/** A read with its stage; those of triggers stand in another file, where nothing can be mended. */
export interface StageRead extends KnownRead {
  readonly stage: Stage;
}

/** The reads of a context that was looked at as a whole; none where that is not so. */
export function readsOf(analysis: Analysis): readonly StageRead[] {
  const context = knownContext(analysis);
  if (context === undefined || context.truncated) return [];
  const stages = new Map<number, Stage>();
  for (const stage of analysis.stages)
    for (const { command } of stage.steps) if (!command.isOnBuild) stages.set(command.index, stage);
  return context.reads.flatMap((known) => {
    const stage = stages.get(known.read.instruction);
    return stage === undefined ? [] : [{ ...known, stage }];
  });
}

/** True where what is copied there is in the image that the build makes. */
export function endsInImage(analysis: Analysis, stage: Stage): boolean {
  for (let at = analysis.target; at !== undefined; at = at.base) if (at === stage) return true;
  return false;
}

/** A RUN with its line. */
export interface Script {
  readonly index: number;
  readonly line: number;
  readonly text: string;
}

/** What runs in the stage, in the stages that it starts from and in those that start from it. */
export function scriptsAround(analysis: Analysis, stage: Stage): readonly Script[] {
  const scripts: Script[] = [];
  for (const other of analysis.stages) {
    if (!isUpon(other, stage) && !isUpon(stage, other)) continue;
    for (const { command } of other.steps) {
      const { instruction, index, lines } = command;
      if (instruction.kind !== 'run') continue;
      const text = [...instruction.cmdLine, ...instruction.heredocs.map((file) => file.content)].join(' ');
      scripts.push({ index, line: lines.first, text });
    }
  }
  return scripts.sort((a, b) => a.index - b.index);
}

function isUpon(stage: Stage, base: Stage): boolean {
  for (let at: Stage | undefined = stage; at !== undefined; at = at.base) if (at === base) return true;
  return false;
}

/** How the source is spoken of: `COPY .`. */
export function readText(analysis: Analysis, { read }: KnownRead): string {
  const keyword = analysis.dockerfile.instructions[read.instruction]?.keyword.toUpperCase() ?? 'COPY';
  return `${keyword} ${read.source}`;
}

/** The one fix for what is swept in: lines of the ignore file. */
export function ignoreFix({ data }: Finding<readonly Swept[]>, analysis: Analysis): readonly Fix[] {
  const ignore = [...new Set((data ?? []).map(({ pattern }) => pattern))].sort();
  if (ignore.length === 0) return [];
  const lines = ignore.length <= 3 ? ignore.join(', ') : `${ignore.length} lines`;
  const title = `Add ${lines} to ${ignoreName(analysis)}: what is like that is no longer sent to the build`;
  return [{ title, edits: [], ignore, safe: false }];
}

/** The fix for what the ignore file keeps out although it is copied: a line that takes it in again. `path`: from the context on. */
export function sendAgain(path: string, analysis: Analysis): readonly Fix[] {
  const clean = path.replace(/^\/+/, '');
  if (clean === '' || clean === '.' || /[\\\n\r]|^[!#]|^\s|\s$/.test(clean)) return [];
  const title = `Add !${clean} to ${ignoreName(analysis)}: what is like that is sent to the build again`;
  return [{ title, edits: [], ignore: [`!${clean}`], safe: false }];
}

/** `a`, `a and b`, `a, b and 3 more`. */
export function someOf(items: readonly string[], most = 3): string {
  const shown = items.length > most ? [...items.slice(0, most - 1), `${items.length - most + 1} more`] : items;
  return shown.length <= 1 ? (shown[0] ?? '') : `${shown.slice(0, -1).join(', ')} and ${shown[shown.length - 1]}`;
}
