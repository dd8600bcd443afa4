// CopyTooEarly: all files are copied before a RUN that reads only lock files.

import type { Analysis } from '../../analysis/analyze.ts';
import { lineOf } from '../../analysis/linkVerdict.ts';
import type { Stage, Step } from '../../compile/stage.ts';
import type { CopyInstruction, RunInstruction, Word } from '../../dockerfile/instruction.ts';
import { spanOf } from '../../dockerfile/spans.ts';
import { base as baseName } from '../../go/path.ts';
import { insertAbove, lineEnd, removeInstruction } from '../edits.ts';
import type { Finding, Rule } from '../rule.ts';
import { commandsOf } from './commands.ts';

interface Split {
  readonly run: number;
  /** What the RUN reads, as sources of a copy. */
  readonly files: readonly string[];
  /** Nothing stands between that would change what the RUN does. */
  readonly adjacent: boolean;
}

export const rule: Rule<Split> = {
  name: 'CopyTooEarly',
  severity: 'information',
  on: ['copy'],
  detect: (analysis) => analysis.stages.flatMap((stage) => (stage.hidden ? [] : inStage(analysis, stage))),
  fixes({ data, instruction: index }, analysis) {
    const { text, dockerfile } = analysis;
    const copy = dockerfile.instructions[index];
    const run = data === undefined ? undefined : dockerfile.instructions[data.run];
    if (data === undefined || copy?.kind !== 'copy' || run === undefined || !data.adjacent || copy.json) return [];
    if (run.heredocs.length > 0 || copy.heredocs.length > 0) return [];
    const source = spanOf(copy, (copy.sources[0] as Word).start, (copy.sources[0] as Word).end);
    const dest = spanOf(copy, copy.dest.start, copy.dest.end);
    const to = text.slice(dest.start, dest.end);
    const head = text.slice(copy.span.start, source.start);
    const between = text.slice(source.end, dest.start);
    const locks = `${head}${data.files.join(' ')}${between}${to.endsWith('/') ? to : /["']$/.test(to) ? to : `${to}/`}`;
    return [
      {
        title: `Copy ${data.files.join(', ')} first and run line ${lineOf(analysis, data.run)} on them (one copy more; right if it reads no other file of yours)`,
        edits: [
          insertAbove(text, copy, `${locks}${lineEnd(text)}${text.slice(run.span.start, run.span.end)}`),
          removeInstruction(text, run),
        ],
        safe: false,
      },
    ];
  },
};

function inStage(analysis: Analysis, stage: Stage): Finding<Split>[] {
  const { steps } = stage;
  const copied = new Set<string>();
  for (let at = 0; at < steps.length; at++) {
    const step = steps[at] as Step;
    const { instruction } = step.command;
    if (step.command.isOnBuild) return [];
    if (instruction.kind !== 'copy' || step.copy === undefined) continue;
    for (const source of step.copy.sources) copied.add(baseName(source));
    if (isWide(step, instruction)) return afterWide(analysis, steps, at, instruction, copied);
  }
  return [];
}

function isWide(step: Step, instruction: CopyInstruction): boolean {
  const { copy } = step;
  if (copy === undefined || copy.from !== undefined || instruction.parents || instruction.excludes.length > 0)
    return false;
  return copy.sources.length === 1 && /^\.?\/?$/.test(copy.sources[0] as string) && instruction.contents.length === 0;
}

/** The first RUN behind the wide copy, if all it does is to install what a lock file names. */
function afterWide(
  analysis: Analysis,
  steps: readonly Step[],
  at: number,
  copy: CopyInstruction,
  copied: ReadonlySet<string>,
): Finding<Split>[] {
  let adjacent = true;
  for (let i = at + 1; i < steps.length; i++) {
    const { instruction, index } = (steps[i] as Step).command;
    if (instruction.kind === 'copy' || instruction.kind === 'add' || instruction.kind === 'workdir') return [];
    if (instruction.kind !== 'run') {
      // Another user, another shell or another variable may be what the RUN needs.
      if (!/^(label|expose|volume|cmd|entrypoint|healthcheck|stopsignal|maintainer)$/.test(instruction.kind))
        adjacent = false;
      continue;
    }
    const files = locksOf(instruction);
    if (files === undefined || files.some((file) => copied.has(file) || copied.has(file.replace(/\*$/, '')))) return [];
    if (copied.has('package.json') || copied.has('package*.json')) return [];
    const [source] = copy.sources;
    if (source === undefined) return [];
    const command = instruction.cmdLine.join(' ').trim();
    const shown = command.length > 40 ? `${command.slice(0, 39)}…` : command;
    return [
      {
        span: spanOf(copy, source.start, source.end),
        message: `Every edit of any file runs \`${shown}\` (line ${lineOf(analysis, index)}) again, which reads ${files.map((f) => f.replace(/\*$/, '')).join(' and ')} alone.`,
        instruction: (steps[at] as Step).command.index,
        related: [{ span: spanOf(instruction, 0, instruction.keyword.length), message: 'runs again' }],
        data: { run: index, files, adjacent },
      },
    ];
  }
  return [];
}

/** The files that a RUN reads where it only installs; undefined for any other. */
function locksOf(instruction: RunInstruction): readonly string[] | undefined {
  if (
    instruction.mounts.some(
      (m) => !m.fields.some((f) => f.key.value === 'type' && /^(cache|secret|ssh)$/.test(f.value?.value ?? '')),
    )
  )
    return undefined;
  const files: string[] = [];
  for (const { words, writes } of commandsOf(instruction)) {
    const [first] = words;
    if (first === undefined || writes.length > 0) return undefined;
    const found = locks(baseName(first), words.slice(1));
    if (found === undefined) return undefined;
    for (const file of found) if (!files.includes(file)) files.push(file);
  }
  return files.length === 0 ? undefined : files;
}

function locks(name: string, words: readonly (string | undefined)[]): readonly string[] | undefined {
  if (words.some((word) => word === undefined)) return undefined;
  const all = words as readonly string[];
  const [verb = '', ...rest] = all.filter((word) => !word.startsWith('-'));
  switch (name) {
    case 'npm':
      return (verb === 'ci' || verb === 'install' || verb === 'i') && rest.length === 0 && !global(all)
        ? ['package.json', 'package-lock.json*']
        : undefined;
    case 'yarn':
      return (verb === 'install' || (verb === '' && !all.includes('--version'))) && rest.length === 0
        ? ['package.json', 'yarn.lock*']
        : undefined;
    case 'pnpm':
      return (verb === 'install' || verb === 'i') && rest.length === 0 && !global(all)
        ? ['package.json', 'pnpm-lock.yaml*']
        : undefined;
    case 'go':
      return verb === 'mod' && rest.length === 1 && rest[0] === 'download' ? ['go.mod', 'go.sum*'] : undefined;
    case 'bundle':
      return verb === 'install' || (verb === '' && all.length === 0) ? ['Gemfile', 'Gemfile.lock*'] : undefined;
    case 'pip':
    case 'pip3':
      return requirements(all);
    case 'python':
    case 'python3':
      return all[0] === '-m' && all[1] === 'pip' ? requirements(all.slice(2)) : undefined;
    default:
      return undefined;
  }
}

function global(words: readonly string[]): boolean {
  return (
    words.includes('--offline') ||
    words.includes('-g') ||
    words.includes('--global') ||
    words.some((word) => /^(--prefix|-C|--dir|--cwd|-w|--workspace)/.test(word))
  );
}

/** `pip install -r FILE ...` and nothing else that it would read. */
function requirements(words: readonly string[]): readonly string[] | undefined {
  if (words[0] !== 'install') return undefined;
  const files: string[] = [];
  for (let i = 1; i < words.length; i++) {
    const word = words[i] as string;
    if (word === '-r' || word === '--requirement') {
      const file = words[++i];
      if (file === undefined) return undefined;
      files.push(file);
    } else if (/^-r./.test(word)) files.push(word.slice(2));
    else if (word.startsWith('--requirement=')) files.push(word.slice('--requirement='.length));
    else if (/^(-e|--editable|-c|--constraint|-t|--target)/.test(word) || !word.startsWith('-')) return undefined;
  }
  // One folder: sources of one copy lose theirs.
  return files.length > 0 && files.every((file) => /^[\w.-]+$/.test(file)) ? files : undefined;
}
