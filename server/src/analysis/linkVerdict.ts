// One verdict on --link for every COPY and ADD, in one line of plain words, with the recorded scenarios that bear it out.
import type { Span } from '../../../shared/src/span.ts';
import type { Stage, Step } from '../compile/stage.ts';
import type { Analysis } from './analyze.ts';
import { type Copy, copiesOf, isOnNothing } from './copies.ts';
import type { Basis, Hazard } from './copyHazards.ts';

export type LinkVerdictKind =
  | 'effective'
  | 'no-effect'
  | 'fails'
  | 'breaks'
  | 'changes-owner-or-mode'
  | 'costs-more'
  | 'would-help'
  | 'plain';

export interface LinkVerdict {
  /** Index of the instruction in the file. */
  readonly instruction: number;
  /** Its first line, from 1. */
  readonly line: number;
  /** The whole instruction. */
  readonly span: Span;
  readonly kind: LinkVerdictKind;
  /** What --link does here, or would, and why. One line; `?` stands for characters that could be markup. */
  readonly sentence: string;
  /** Names of recorded scenarios that show it. */
  readonly evidence: readonly string[];
  /** `known`: by the file, the context and the base's own layers. `catalogue`: by the catalogue of bases. `guess`: by what is usual. */
  readonly certainty: 'known' | 'catalogue' | 'guess';
  /** The distribution and version that the catalogue knows it from, `` where it was not asked. */
  readonly knownFrom: string;
  /** The rule whose page says more, `` where none does. */
  readonly rule: string;
}

/** What the flag does and does not do, as Markdown. */
export const aboutLink = [
  '`--link` puts the files into a layer of their own, made on an empty file system, and a MergeOp lays that layer on what was',
  'there before. So the copy does not run again when something below it changes, and need not even know the base. It makes no',
  'symlink and touches nothing on the host, and no build flag has to switch it on. It needs BuildKit 0.10 and, where the file',
  'pins one, `# syntax=docker/dockerfile:1.4` or newer. Since it does not look at the base, it knows none of its links, accounts,',
  'modes or owners: links on the way are replaced, directories on the way become 0755 with the owner of the copy.',
].join('\n');

/** The verdicts in order of the text; none for triggers of a base image. Made once for an analysis. */
export function linkVerdicts(analysis: Analysis): readonly LinkVerdict[] {
  let found = known.get(analysis);
  if (found === undefined) {
    found = judge(analysis);
    known.set(analysis, found);
  }
  return found;
}

const known = new WeakMap<Analysis, readonly LinkVerdict[]>();

function judge(analysis: Analysis): LinkVerdict[] {
  const copies = copiesOf(analysis);
  const seen = new Set(copies.map(({ index }) => index));
  const refused = analysis.dockerfile.instructions.flatMap((_, index) =>
    seen.has(index) ? [] : (ofRefused(analysis, index) ?? []),
  );
  return [...copies.map((copy) => ofCopy(analysis, copy)), ...refused].sort((a, b) => a.instruction - b.instruction);
}

/** The verdict on one instruction, which takes no longer than it must. */
export function linkVerdictOf(analysis: Analysis, instruction: number): LinkVerdict | undefined {
  const copy = copiesOf(analysis).find(({ index }) => index === instruction);
  return copy === undefined ? ofRefused(analysis, instruction) : ofCopy(analysis, copy);
}

function ofCopy(analysis: Analysis, copy: Copy): LinkVerdict {
  return place(analysis, copy.index, judgeCopy(analysis, copy));
}

/** On a copy that BuildKit refuses. */
function ofRefused(analysis: Analysis, index: number): LinkVerdict | undefined {
  const instruction = analysis.dockerfile.instructions[index];
  if (instruction === undefined || !/^(copy|add)$/i.test(instruction.keyword)) return undefined;
  const { start, end } = instruction.span;
  const problem = analysis.problems.find((p) => p.span.start >= start && p.span.end <= end && p.span.end > 0);
  if (problem === undefined) return undefined;
  const named = problem.code === 'link-named-owner';
  return place(analysis, index, {
    kind: 'fails',
    sentence: named
      ? 'will fail: on the empty layer of --link there is no /etc/passwd to look a name up in; use numeric ids'
      : `will fail: ${problem.summary}`,
    evidence: named ? ['link-named-owner-fails-first', 'link-owner-from-base'] : [],
    rule: named ? 'LinkNamedOwner' : '',
  });
}

interface Judged {
  readonly kind: LinkVerdictKind;
  readonly sentence: string;
  readonly evidence: readonly string[];
  readonly rule: string;
  readonly basis?: Basis;
  readonly sure?: boolean;
}

function place(analysis: Analysis, index: number, judged: Judged): LinkVerdict {
  const instruction = analysis.dockerfile.instructions[index] as Analysis['dockerfile']['instructions'][number];
  const { kind, evidence, rule, basis, sure } = judged;
  // Names of the file go into pages and terminals: what could be markup or move a cursor there does not.
  const sentence = judged.sentence.replace(/[<[\]&\p{C}]/gu, '?');
  const certainty =
    sure === false || basis?.kind === 'usual' ? 'guess' : basis?.kind === 'catalogue' ? 'catalogue' : 'known';
  const { span, lines } = instruction;
  const knownFrom = basis?.kind === 'catalogue' ? basis.title : '';
  return { instruction: index, line: lines.first, span, kind, sentence, evidence, certainty, knownFrom, rule };
}

function judgeCopy(analysis: Analysis, copy: Copy): Judged {
  const { facts, cancelled, hazards } = copy;
  if (!facts.link) return judgePlain(analysis, copy);
  if (cancelled !== undefined) return judgeCancelled(cancelled);
  const worst = hazards.find((h) => hazardWords[h.kind].kind === 'breaks') ?? hazards[0];
  if (worst !== undefined) {
    const words = hazardWords[worst.kind];
    const { kind, evidence, rule } = words;
    return { kind, sentence: words.say(worst, analysis), evidence, rule, basis: worst.basis, sure: worst.sure };
  }
  if (copy.heavyRun !== undefined)
    return {
      kind: 'costs-more',
      sentence: `may cost more than it saves: the RUN in line ${lineOf(analysis, copy.heavyRun)} works on the merged files, and each merge below links all of them again`,
      evidence: ['link-before-heavy-run'],
      rule: 'LinkBeforeHeavyRun',
    };
  return {
    kind: 'effective',
    sentence: effective(analysis, copy),
    evidence: ['cache-copies-without-run-link', 'docker-rebase-link'],
    rule: '',
  };
}

function judgePlain(analysis: Analysis, copy: Copy): Judged {
  if (copy.wouldHelp)
    return {
      kind: 'would-help',
      sentence: `--link would help: the copy would no longer run again when ${below(analysis, copy)} changes${unless(copy)}`,
      evidence: ['cache-copies-without-run-plain', 'cache-copies-without-run-link', 'remote-min-base-changed-plain'],
      rule: 'LinkWouldHelp',
    };
  if (isOnNothing(copy.stage, copy.step))
    return {
      kind: 'plain',
      sentence: 'plain copy; on an empty base --link would change nothing',
      evidence: [],
      rule: '',
    };
  const [hazard] = copy.hazards;
  if (hazard !== undefined) {
    const words = hazardWords[hazard.kind];
    const { basis, sure } = hazard;
    return {
      kind: 'plain',
      sentence: `plain copy, and better so: with --link it ${words.say(hazard, analysis)}`,
      evidence: words.evidence,
      rule: '',
      basis,
      sure,
    };
  }
  return {
    kind: 'plain',
    sentence: `plain copy; it runs again when ${below(analysis, copy)} changes`,
    evidence: [],
    rule: '',
  };
}

function judgeCancelled(cancelled: NonNullable<Copy['cancelled']>): Judged {
  switch (cancelled) {
    case 'chmod':
      return {
        kind: 'no-effect',
        sentence: '--link has no effect: --chmod switches it off, and the copy is made on the base as without it',
        evidence: ['link-with-chmod', 'link-with-chmod-base-changed-link'],
        rule: 'LinkCancelledByChmod',
      };
    case 'scratch':
      return {
        kind: 'no-effect',
        sentence:
          '--link has no effect: there is nothing below in this stage, so that the copy is a layer of its own anyway',
        evidence: ['link-scratch-one'],
        rule: '',
      };
    case 'worker':
      return {
        kind: 'no-effect',
        sentence:
          "--link has no effect: the worker's image store has no MergeOp, so that BuildKit makes a plain copy of it",
        evidence: [],
        rule: '',
      };
  }
}

interface HazardWords {
  readonly kind: 'breaks' | 'changes-owner-or-mode';
  readonly rule: string;
  readonly evidence: readonly string[];
  readonly say: (hazard: Hazard, analysis: Analysis) => string;
}

/** What each hazard does, behind "with --link it ...". */
const hazardWords: Readonly<Record<Hazard['kind'], HazardWords>> = {
  'file-replaces-directory': {
    kind: 'breaks',
    rule: 'LinkFileReplacesDirectory',
    evidence: ['link-file-replaces-usr-bin', 'link-file-replaces-workdir', 'link-file-to-parent'],
    say: (h, a) =>
      `replaces the directory ${h.path} by a file${h.sure ? '' : ', if its source is a file'}: no slash at the end${why(h.basis, a)}`,
  },
  'only-last-file': {
    kind: 'breaks',
    rule: 'CopySourcesWithoutSlash',
    evidence: ['link-two-files-without-slash', 'two-files-without-slash-new-name'],
    say: (h) => `leaves only the last of its files, as ${h.path}: several sources, no slash at the end`,
  },
  'usr-merge': {
    kind: 'breaks',
    rule: 'LinkReplacesUsrMerge',
    evidence: ['link-into-bin', 'link-into-bin-then-run-overlayfs', 'link-into-lib'],
    say: (h, a) =>
      `replaces the link ${h.path} -> usr${h.path} by a directory of its own${h.sure ? '' : ', if the base has that link'}: what was in it is lost${why(h.basis, a)}`,
  },
  symlink: {
    kind: 'breaks',
    rule: 'LinkThroughSymlink',
    evidence: ['link-into-var-run', 'link-through-made-symlink'],
    say: (h, a) => `replaces the link ${h.path}, so that the files do not arrive in ${h.detail}${why(h.basis, a)}`,
  },
  tmp: {
    kind: 'changes-owner-or-mode',
    rule: 'LinkResetsTmp',
    evidence: ['link-resets-tmp-file', 'link-resets-tmp-then-mktemp', 'link-resets-var-tmp'],
    say: (h) => `makes ${h.path} 0755 instead of 1777: only root can write there`,
  },
  directory: {
    kind: 'changes-owner-or-mode',
    rule: 'LinkResetsDirectory',
    evidence: ['link-resets-root', 'link-resets-owned-directory', 'link-resets-var-local'],
    say: (h, a) => `takes mode and owner of ${h.path} away (${h.detail})${why(h.basis, a)}`,
  },
  workdir: {
    kind: 'changes-owner-or-mode',
    rule: 'LinkResetsWorkdir',
    evidence: ['link-resets-workdir', 'link-resets-workdir-looked-at'],
    say: (h, a) => `takes the working directory ${h.path} from its user (${h.detail})${why(h.basis, a)}`,
  },
  parents: {
    kind: 'changes-owner-or-mode',
    rule: 'LinkOwnsParents',
    evidence: ['link-owns-parents-usr', 'link-owns-parents-etc'],
    say: (h) => `gives ${(h.paths ?? [h.path]).join(', ')} to ${h.detail}, as every directory on the way`,
  },
};

/** ` (by ...)`: where a fact about the base or the stage is known from. */
export function why(basis: Basis, analysis: Analysis): string {
  switch (basis.kind) {
    case 'line':
      return ` (line ${lineOf(analysis, basis.instruction)})`;
    case 'image':
      return ' (in the image itself)';
    case 'catalogue':
      return ` (${basis.title}, by the catalogue)`;
    case 'usual':
      return ' (a guess: the base is not known)';
  }
}

/** The first line of an instruction. */
export function lineOf(analysis: Analysis, index: number): number {
  return analysis.dockerfile.instructions[index]?.lines.first ?? 0;
}

function effective(analysis: Analysis, copy: Copy): string {
  const again = stepsAbove(analysis, copy);
  const rest =
    again === 0
      ? ''
      : `; ${again === 1 ? 'the step that follows does' : `the ${again} steps that follow do`} not survive it`;
  return `effective: the copy does not run again when ${below(analysis, copy)} changes${unless(copy)}${rest}`;
}

/** Where in a stage vertices are made, counted once. */
interface Making {
  /** Positions of steps that make vertices, and their lines; triggers left out of the lines. */
  readonly at: readonly number[];
  readonly lines: readonly number[];
  /** How many of the steps from a position on work on the files below: RUNs and plain copies. */
  readonly dependent: readonly number[];
}

const making = new WeakMap<Stage, Making>();

function makingOf(analysis: Analysis, stage: Stage): Making {
  let found = making.get(stage);
  if (found !== undefined) return found;
  const at: number[] = [];
  const lines: number[] = [];
  const dependent: number[] = new Array(stage.steps.length + 1).fill(0);
  for (let i = stage.steps.length - 1; i >= 0; i--) {
    const step = stage.steps[i] as Step;
    const works = step.vertices.length > 0 && !step.copy?.linked;
    dependent[i] = (dependent[i + 1] as number) + (works ? 1 : 0);
  }
  for (let i = 0; i < stage.steps.length; i++) {
    const step = stage.steps[i] as Step;
    if (step.vertices.length === 0 || step.command.isOnBuild) continue;
    at.push(i);
    lines.push(lineOf(analysis, step.command.index));
  }
  found = { at, lines, dependent };
  making.set(stage, found);
  return found;
}

function stepsAbove(analysis: Analysis, { stage, at }: Copy): number {
  return makingOf(analysis, stage).dependent[at + 1] as number;
}

/** What the copy stands on, in words: `the base debian:12 or line 3, 5`. */
function below(analysis: Analysis, { stage, at }: Copy): string {
  const { at: places, lines } = makingOf(analysis, stage);
  let count = 0;
  for (let high = places.length; count < high; ) {
    const middle = (count + high) >> 1;
    if ((places[middle] as number) < at) count = middle + 1;
    else high = middle;
  }
  const base = baseWords(stage);
  if (count === 0) return base;
  const shown = count <= 4 ? lines.slice(0, count).join(', ') : `${lines.slice(0, 3).join(', ')} … ${lines[count - 1]}`;
  const own = `${count === 1 ? 'line' : 'one of the lines'} ${shown}`;
  return base === '' ? own : `${base} or ${own}`;
}

/** Where the source hangs on the same base, what it copies may change with it. */
function unless({ stage, facts: { from } }: Copy): string {
  if (from === undefined) return '';
  const bases = new Set<Stage | string>();
  for (let at: Stage | undefined = stage.base; at !== undefined; at = at.base) bases.add(at);
  bases.add(rootOf(stage).originalBase);
  let shared = bases.has(rootOf(from).originalBase);
  for (let at: Stage | undefined = from; at !== undefined; at = at.base) shared ||= bases.has(at);
  return shared
    ? `, as long as it finds the same files in ${from.hidden ? from.originalBase : from.name || `stage ${from.index}`}`
    : '';
}

function rootOf(stage: Stage): Stage {
  let at = stage;
  while (at.base !== undefined) at = at.base;
  return at;
}

function baseWords(stage: Stage): string {
  if (stage.namedContext === undefined && stage.base !== undefined)
    return `the stage ${stage.base.name || stage.base.index}`;
  return stage.originalBase === 'scratch' ? '' : `the base ${stage.originalBase}`;
}
