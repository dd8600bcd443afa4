// Goes through every stage step by step, noting what can be told of its files: from the catalogue of bases and the lines above.
import type { Stage, Step } from '../compile/stage.ts';
import { clean, join, dir as parent } from '../go/path.ts';
import type { Analysis } from './analyze.ts';
import { decidingBases, knownBase } from './knownBase.ts';
import { readUse } from './knownContext.ts';
import { applyRun } from './runEffects.ts';
import { sourceKind } from './sourceKind.ts';
import { directoryAt, type KnownPath, makeDirectories, numeric, type StageFiles } from './stageFiles.ts';

/** Calls `visit` before each step of each stage, bases first. The files are one object that changes from step to step. */
export function walkStages(
  analysis: Analysis,
  visit: (stage: Stage, step: Step, files: StageFiles, index: number) => void,
): ReadonlyMap<Stage, StageFiles> {
  const ends = new Map<Stage, StageFiles>();
  const deciding = decidingBases(analysis);
  const start = (stage: Stage): StageFiles => startOf(analysis, stage, ends, deciding.has(stage));
  // Hidden stages are images that a copy names: they come last, but are read by others.
  for (const stage of analysis.stages) if (stage.hidden) ends.set(stage, start(stage));
  for (const stage of analysis.stages) {
    if (stage.hidden) continue;
    const files = start(stage);
    ends.set(stage, files);
    for (let i = 0; i < stage.steps.length; i++) {
      const step = stage.steps[i] as Step;
      visit(stage, step, files, i);
      if (!step.failed) apply(analysis, stage, step, files, ends);
    }
  }
  return ends;
}

function startOf(
  analysis: Analysis,
  stage: Stage,
  ends: ReadonlyMap<Stage, StageFiles>,
  deciding: boolean,
): StageFiles {
  const under = stage.base === undefined || stage.namedContext !== undefined ? undefined : ends.get(stage.base);
  if (under !== undefined)
    return {
      ...under,
      paths: new Map(under.paths),
      users: new Map(under.users),
      groups: new Map(under.groups),
      // Arguments end with their stage.
      args: new Map(),
    };
  const hasBase = stage.namedContext !== undefined || stage.originalBase !== 'scratch';
  const base = hasBase && stage.namedContext === undefined ? knownBase(analysis, stage, deciding) : undefined;
  const empty = { paths: new Map(), users: new Map(), groups: new Map(), args: new Map() };
  return { hasBase, base, ...empty, opaque: hasBase && base === undefined, packages: '' };
}

function apply(
  analysis: Analysis,
  stage: Stage,
  step: Step,
  files: StageFiles,
  ends: ReadonlyMap<Stage, StageFiles>,
): void {
  const { instruction, index } = step.command;
  switch (instruction.kind) {
    case 'arg':
      for (const { key, value } of instruction.declarations) {
        const known = stage.allArgs.get(key.value)?.value ?? value?.value;
        if (known !== undefined && known !== '') files.args.set(key.value, known);
      }
      return;
    case 'workdir': {
      const path = clean(step.after.dir === '' ? '/' : step.after.dir);
      const user = step.before.user;
      const owner =
        user === '' || user === 'root' || user === '0' || user === '0:0' ? 0 : (user.split(':')[0] as string);
      makeDirectories(files, path, index, 'workdir', owner === 0 ? 0 : numeric(owner));
      return;
    }
    case 'copy':
    case 'add':
      applyCopy(analysis, step, files, ends);
      return;
    case 'run':
      applyRun(step, instruction, files);
      return;
  }
}

function applyCopy(analysis: Analysis, step: Step, files: StageFiles, ends: ReadonlyMap<Stage, StageFiles>): void {
  const facts = step.copy;
  if (facts === undefined) return;
  const { instruction, index } = step.command;
  const { absoluteDest } = facts;
  const asDirectory = absoluteDest.endsWith('/') || absoluteDest.endsWith('/.');
  const path = clean(absoluteDest);
  if (path === '/' || path === '/etc') files.opaque = true;
  if (/^\/etc\/(passwd|group)$/.test(path)) files.opaque = true;
  const uid = facts.chown === '' ? 0 : numeric(facts.chown.split(':')[0] as string);
  // What a linked copy takes away is not noted: the next one that does so is told of too.
  makeDirectories(files, asDirectory ? path : parent(path), index, 'copy', uid);
  if ('contents' in instruction)
    for (const content of instruction.contents)
      files.paths.set(asDirectory ? join(path, content.path) : path, fileMade(index));
  if (facts.sources.length !== 1) return;
  const from = facts.from === undefined ? undefined : ends.get(facts.from);
  const [source] = facts.sources as [string];
  const use = facts.from === undefined ? readUse(analysis, index, source) : undefined;
  const kind = sourceKind(source, from, instruction.kind === 'add' && instruction, use);
  if (kind === 'directory' && from !== undefined) layTree(files, from, clean(`/${source}`), path, index);
  if (asDirectory) return;
  if (kind === 'directory') makeDirectories(files, path, index, 'copy', uid);
  else if (kind === 'file' && directoryAt(files, path) === undefined) files.paths.set(path, fileMade(index));
}

/** What is known below a directory of another stage comes along, modes and all. */
function layTree(files: StageFiles, from: StageFiles, source: string, dest: string, by: number): void {
  if (source === '/') return;
  const to = dest === '/' ? '' : dest;
  for (const [path, entry] of from.paths)
    if (path.startsWith(`${source}/`)) files.paths.set(to + path.slice(source.length), { ...entry, by, how: 'copy' });
}

function fileMade(by: number): KnownPath {
  return { kind: 'file', set: false, by, how: 'copy' };
}
