// "What if this changes?": a change in words, and what a build after it would run again.
import type { BuildInputs } from '../compile/compilation.ts';
import type { Stage } from '../compile/stage.ts';
import type { Instruction, Word } from '../dockerfile/instruction.ts';
import { spanOf } from '../dockerfile/spans.ts';
import type { Op, Vertex } from '../llb/op.ts';
import { familiarString, parseNormalizedNamed, tagNameOnly } from '../oci/reference.ts';
import { type Analysis, analyze } from './analyze.ts';
import type { Build, Edited, Outcome } from './cacheBuilds.ts';
import { simulate } from './cacheImpact.ts';
import { changedContents } from './contents.ts';

/** Something that changes between two builds. */
export type Change =
  /** What a base image means: `alpine`, `node:22`. */
  | { readonly kind: 'base'; readonly ref: string }
  /** Files of the build context. */
  | { readonly kind: 'file'; readonly path: string }
  /** Everything behind a source, by the identifier of its vertex: `local://context`, `docker-image://…`, `https://…`. */
  | { readonly kind: 'source'; readonly identifier: string }
  /** A build argument; another value than now unless one is given. */
  | { readonly kind: 'arg'; readonly name: string; readonly value: string | undefined }
  /** The value of an ENV. */
  | { readonly kind: 'env'; readonly name: string }
  /** An instruction, by any of its 1-based lines. */
  | { readonly kind: 'line'; readonly line: number }
  /** A stage runs again: with the same files, with others, or who knows. */
  | { readonly kind: 'stage'; readonly name: string; readonly content: Edited['content'] };

/** Reads `base:alpine`, `file:src/main.go`, `source:local://context`, `arg:VERSION[=2]`, `env:PATH`, `line:7`, `stage:build[=same|differs]`. */
export function parseChange(text: string): Change | { readonly error: string } {
  const at = text.indexOf(':');
  const kind = text.slice(0, Math.max(0, at));
  const rest = text.slice(at + 1);
  if (at < 0 || rest === '')
    return {
      error: `"${text}" does not say what changes: base:IMAGE, file:PATH, arg:NAME, env:NAME, line:NUMBER or stage:NAME`,
    };
  const equals = rest.indexOf('=');
  const name = equals < 0 ? rest : rest.slice(0, equals);
  const value = equals < 0 ? undefined : rest.slice(equals + 1);
  switch (kind) {
    case 'base':
      return { kind, ref: rest };
    case 'file':
      return { kind, path: rest };
    case 'source':
      return { kind, identifier: rest };
    case 'arg':
      return { kind, name, value };
    case 'env':
      return { kind, name };
    case 'line':
      return /^[1-9][0-9]*$/.test(rest)
        ? { kind, line: Number(rest) }
        : { error: `"${text}": a line is a number from 1` };
    case 'stage':
      if (value === undefined || value === 'same' || value === 'differs')
        return { kind, name, content: value ?? 'unknown' };
      return {
        error: `"${text}": a stage's files are the same or it differs: stage:${name}=same or stage:${name}=differs`,
      };
    default:
      return { error: `"${text}": nothing of the kind "${kind}" changes: base, file, arg, env, line or stage` };
  }
}

/** The change as people say it: `line 7`, `the base alpine`. */
export function changeText(change: Change): string {
  switch (change.kind) {
    case 'base':
      return `the base ${change.ref}`;
    case 'file':
      return `the file ${change.path}`;
    case 'source':
      if (change.identifier === 'local://context') return 'the build context';
      return change.identifier.replace(/^local:\/\//, 'the context ').replace(/^docker-image:\/\//, '');
    case 'arg':
      return `the build argument ${change.name}`;
    case 'env':
      return `the variable ${change.name}`;
    case 'line':
      return `line ${change.line}`;
    case 'stage':
      return `the stage ${change.name}`;
  }
}

/** How the caches stand between the two builds. */
export interface Caches {
  /** Everything local is gone; what is left is a remote cache of this kind, or nothing. */
  readonly pruned?: boolean;
  readonly remote?: 'min' | 'max' | 'inline';
}

/** What a build after the changes runs again, and its text's analysis; or why a change makes no sense for this file. */
export function whatIf(
  analysis: Analysis,
  changes: readonly Change[],
  caches: Caches = {},
): (Outcome & { readonly analysis: Analysis }) | { readonly error: string } {
  const after = changed(analysis, changes);
  if ('error' in after) return after;
  const outcome = between({ analysis, contents: changedContents([], '') }, after, caches);
  return { ...outcome, analysis: after.analysis };
}

/** What a build of one text runs again after a build of another. `paths` are the files of the context that changed. */
export function compareBuilds(
  before: Analysis,
  after: Analysis,
  paths: readonly string[],
  caches: Caches = {},
): Outcome {
  return between(
    { analysis: before, contents: changedContents([], '') },
    { analysis: after, contents: changedContents(paths, 'later') },
    caches,
  );
}

function between(before: Build, after: Build, caches: Caches): Outcome {
  const pruned = caches.pruned === true || caches.remote !== undefined;
  const imports = caches.remote === undefined ? {} : { imports: { from: 0, mode: caches.remote } };
  const edited = after.edited;
  // For content to be the same as before, the build before must have known it too.
  const first: Build =
    edited === undefined
      ? { ...before, assumed: true }
      : {
          ...before,
          assumed: true,
          edited: (v) => (edited(v)?.content === 'same' ? { text: false, content: 'same' } : undefined),
        };
  return simulate([first, { ...after, ...(pruned ? { pruned } : {}), ...imports }])[1] as Outcome;
}

/** The build after the changes. */
function changed(analysis: Analysis, changes: readonly Change[]): Build | { readonly error: string } {
  const paths: string[] = [];
  const sources = new Set<string>();
  const bases = new Set<string>();
  const args: Record<string, string> = {};
  const edits: { start: number; end: number; text: string }[] = [];
  const instructions = new Set<number>();
  const stages = new Map<Stage, Edited['content']>();
  for (const change of changes) {
    const wrong = note(analysis, change, { paths, sources, bases, args, edits, instructions, stages });
    if (wrong !== undefined) return { error: wrong };
  }
  const next = again(analysis, args, edits);
  const others = new Set<string>();
  for (const stage of next.stages)
    for (const { command, vertices } of stage.steps)
      if (instructions.has(command.index))
        for (const { op, digest } of vertices) if (digest !== '' && isWork(op)) others.add(digest);
  const moved = new Map<number, Edited['content']>();
  for (const [stage, content] of stages) moved.set(stage.index, content);
  return {
    analysis: next,
    contents: changedContents(paths, 'later', sources),
    image: (identifier) =>
      sources.has(identifier) || bases.has(shortName(identifier.replace(/^docker-image:\/\//, '')) ?? identifier)
        ? 'another'
        : '',
    edited: (vertex) => {
      if (others.has(vertex.digest) || (instructions.has(vertex.origin) && isWork(vertex.op)))
        return { text: true, content: 'unknown' };
      const stage = moved.size === 0 ? undefined : stageOf(next, vertex);
      const content = stage === undefined ? undefined : moved.get(stage.index);
      return content === undefined ? undefined : { text: true, content };
    },
  };
}

function isWork(op: Op): boolean {
  return op.kind !== 'merge' && op.kind !== 'source';
}

interface Notes {
  readonly paths: string[];
  readonly sources: Set<string>;
  readonly bases: Set<string>;
  readonly args: Record<string, string>;
  readonly edits: { start: number; end: number; text: string }[];
  readonly instructions: Set<number>;
  readonly stages: Map<Stage, Edited['content']>;
}

function note(analysis: Analysis, change: Change, notes: Notes): string | undefined {
  switch (change.kind) {
    case 'file':
      notes.paths.push(change.path.replace(/^\.?\//, ''));
      return undefined;
    case 'source':
      notes.sources.add(change.identifier);
      return undefined;
    case 'base': {
      const wanted = shortName(change.ref);
      const known = imagesOf(analysis);
      const found = known.filter((name) => name === wanted || name === change.ref || nameOnly(name) === change.ref);
      if (found.length === 0)
        return `no base is ${change.ref}${known.length === 0 ? '' : `: this file has ${known.join(', ')}`}`;
      for (const name of found) notes.bases.add(name);
      return undefined;
    }
    case 'arg': {
      const declared = analysis.dockerfile.instructions.some(
        (i) => i.kind === 'arg' && i.declarations.some((d) => d.key.value === change.name),
      );
      if (!declared && !/^(TARGET|BUILD)/.test(change.name) && !/_proxy$/i.test(change.name))
        return `no ARG is named ${change.name}`;
      notes.args[change.name] = change.value ?? `${argumentValue(analysis, change.name)}-changed`;
      return undefined;
    }
    case 'env': {
      const pairs = analysis.dockerfile.instructions.flatMap((i) =>
        i.kind === 'env' ? i.pairs.map((pair) => ({ i, pair })) : [],
      );
      const found = pairs.filter(({ pair }) => pair.key.value === change.name);
      if (found.length === 0) return `no ENV sets ${change.name}`;
      for (const { i, pair } of found) notes.edits.push(longer(i, pair.value));
      return undefined;
    }
    case 'line': {
      const index = analysis.dockerfile.instructions.findIndex(
        (i) => i.lines.first <= change.line && change.line <= i.lines.last,
      );
      if (index < 0) return `line ${change.line} holds no instruction`;
      return noteLine(analysis, index, notes);
    }
    case 'stage': {
      const stage = analysis.stages.find(
        (s) => !s.hidden && (s.name === change.name.toLowerCase() || String(s.index) === change.name),
      );
      if (stage === undefined) return `no stage is named ${change.name}`;
      notes.stages.set(stage, change.content);
      return undefined;
    }
  }
}

/** An edit of a whole instruction: its own vertices are others; what only changes the environment changes that. */
function noteLine(analysis: Analysis, index: number, notes: Notes): string | undefined {
  const instruction = analysis.dockerfile.instructions[index] as Instruction;
  switch (instruction.kind) {
    case 'from': {
      const stage = analysis.stages.find((s) => s.instruction === index && !s.hidden);
      if (stage?.source?.op.kind === 'source')
        notes.bases.add(shortName(stage.source.op.identifier.replace(/^docker-image:\/\//, '')) ?? '');
      else if (stage?.base !== undefined) notes.stages.set(stage.base, 'unknown');
      return undefined;
    }
    case 'env':
      for (const pair of instruction.pairs) notes.edits.push(longer(instruction, pair.value));
      return undefined;
    case 'arg':
      for (const { key, value } of instruction.declarations) {
        const given = analysis.options.buildArgs.has(key.value);
        if (value !== undefined && !given) notes.edits.push(longer(instruction, value));
        else notes.args[key.value] = `${argumentValue(analysis, key.value)}-changed`;
      }
      return undefined;
    case 'user':
      notes.edits.push(longer(instruction, instruction.user));
      return undefined;
    case 'workdir':
      notes.edits.push(longer(instruction, instruction.path));
      return undefined;
    default:
      notes.instructions.add(index);
      return undefined;
  }
}

/** An edit that makes a word another one. A quote at its end stays there. */
function longer(instruction: Instruction, word: Word): { start: number; end: number; text: string } {
  const span = spanOf(instruction, word.start, word.end);
  const quoted = /["']$/.test(instruction.original.slice(word.start, word.end));
  const at = quoted && span.end > span.start ? span.end - 1 : span.end;
  return { start: at, end: at, text: '9' };
}

function again(analysis: Analysis, args: Readonly<Record<string, string>>, edits: Notes['edits']): Analysis {
  let text = analysis.text;
  for (const edit of [...edits].sort((a, b) => b.start - a.start))
    text = text.slice(0, edit.start) + edit.text + text.slice(edit.end);
  const attrs = { ...analysis.config.attrs };
  for (const [name, value] of Object.entries(args)) attrs[`build-arg:${name}`] = value;
  if (text === analysis.text && Object.keys(args).length === 0) return analysis;
  const inputs: BuildInputs = analysis.compilation.inputs;
  return analyze(text, { ...analysis.config, attrs }, inputs);
}

function argumentValue(analysis: Analysis, name: string): string {
  for (const stage of analysis.stages) {
    const info = stage.allArgs.get(name);
    if (info !== undefined) return info.value;
  }
  return '';
}

function stageOf(analysis: Analysis, vertex: Vertex): Stage | undefined {
  return analysis.stages.find((stage) => stage.state.out?.vertex.digest === vertex.digest);
}

/** The base images of a file, as people write them. */
export function imagesOf(analysis: Analysis): string[] {
  const names = new Set<string>();
  for (const stage of analysis.stages) {
    const op = stage.source?.op;
    if (op?.kind === 'source' && op.identifier.startsWith('docker-image://'))
      names.add(shortName(op.identifier.slice('docker-image://'.length)) ?? op.identifier);
  }
  return [...names];
}

function shortName(ref: string): string | undefined {
  const named = parseNormalizedNamed(ref);
  if ('error' in named) return undefined;
  const full = tagNameOnly(named);
  return familiarString({ ...full, digest: full.tag === '' ? full.digest : '' });
}

function nameOnly(name: string): string {
  const named = parseNormalizedNamed(name);
  return 'error' in named ? name : familiarString({ ...named, tag: '', digest: '' });
}
