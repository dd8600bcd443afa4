// An instruction in the graph, in plain words: what it is there, what makes it run again, what that costs. Lines of Markdown.
import type { Analysis } from '../analysis/analyze.ts';
import { linkVerdictOf } from '../analysis/linkVerdict.ts';
import type { Stage, Step } from '../compile/stage.ts';
import type { Instruction, RunInstruction } from '../dockerfile/instruction.ts';
import { getEnv } from '../llb/env.ts';
import type { ExecOp, Vertex } from '../llb/op.ts';
import { formatPlatformAll } from '../oci/platform.ts';
import { usersOfStage } from './codeLens.ts';
import { consequencesOf, isNone, nothing } from './consequences.ts';
import { stepsOf } from './environment.ts';
import { code, listed, prose } from './markdown.ts';
import { baseName, type Followers, type Input, inputsOf, linesText, stageOf, workOf } from './steps.ts';
import { argNames, variablesOf } from './variables.ts';

/** Up to four lines; none where the instruction does not make sense. */
export function graphWords(analysis: Analysis, index: number): readonly string[] {
  const instruction = analysis.dockerfile.instructions[index] as Instruction;
  const stage = stageOf(analysis, index);
  if (instruction.kind === 'broken') return [];
  if (stage === undefined) return instruction.kind === 'arg' ? globalArg(analysis, index) : [];
  if (instruction.kind === 'from') return [...ofStage(analysis, stage), ...notes(analysis, stage, [])];
  if (stepsOf(analysis).get(index)?.failed || isRefused(analysis, instruction))
    return ['Not in the graph: BuildKit refuses this line.'];
  const step = workOf(analysis, index);
  if (step === undefined) return withoutVertex(analysis, index, instruction);
  const inputs = inputsOf(analysis, stage, step);
  return [
    what(step, inputs),
    again(analysis, index, step, inputs),
    cost(analysis, index),
    ...verdict(analysis, index),
    ...notes(analysis, stage, step.vertices),
  ];
}

function isRefused(analysis: Analysis, { span }: Instruction): boolean {
  return analysis.problems.some(
    (p) => p.span.start >= span.start && p.span.end <= span.end && p.span.end > p.span.start,
  );
}

// ---------------------------------------------------------------- what it is

function what(step: Step, inputs: readonly Input[]): string {
  const under = inputs.find(isUnder);
  const on = under === undefined ? 'scratch' : inputText(under);
  const read = inputs.filter((input) => !isUnder(input)).map(inputText);
  const { instruction } = step.command;
  const heredoc = instruction.heredocs.length > 0 && instruction.kind !== 'run' ? ['its heredoc'] : [];
  const nothing = instruction.kind === 'run' ? '' : 'nothing, from an empty stage,';
  const files = listed([...read, ...heredoc]) || nothing;
  if (instruction.kind === 'run') return `**ExecOp** on ${on}${files === '' ? '' : `, mounting ${files}`}.`;
  if (instruction.kind === 'workdir') return `**FileOp** on ${on}: makes ${code(step.after.dir)}.`;
  const to = step.copy === undefined ? '' : ` to ${code(step.copy.absoluteDest)}`;
  if (step.copy?.linked !== true) return `**FileOp** on ${on}: copies ${files}${to}.`;
  const join = under === undefined ? '' : ` **MergeOp** joins that with ${on}.`;
  return `**FileOp** on scratch: copies ${files}${to}.${join}`;
}

function isUnder({ kind }: Input): boolean {
  return kind === 'above' || kind === 'base';
}

function inputText({ kind, name, line, paths }: Input): string {
  const files = listed(
    paths.filter((path) => path !== '.').map((path) => code(path, 40)),
    4,
  );
  switch (kind) {
    case 'above':
      return `line ${line}`;
    case 'base':
      return `base ${code(name)}`;
    case 'context': {
      const context = name === '' ? 'the context' : `context ${code(name)}`;
      return files === '' ? `all of ${context}` : `${files} of ${context}`;
    }
    case 'stage':
      return `${files === '' ? '' : `${files} of `}stage ${/^\d+$/.test(name) ? name : code(name)} (line ${line})`;
    case 'image':
      return `${files === '' ? '' : `${files} of `}image ${code(name)}`;
    case 'remote':
      return code(name);
  }
}

// ----------------------------------------------------- what makes it run again

function again(analysis: Analysis, index: number, step: Step, inputs: readonly Input[]): string {
  const causes = ['this line'];
  const linked = step.copy?.linked === true;
  const run = step.command.instruction.kind === 'run' ? step.command.instruction : undefined;
  if (!linked && inputs.some(isUnder))
    causes.push(run === undefined ? 'a step above it' : 'a step, ENV, USER or SHELL above it');
  const files = inputs.filter((input) => !isUnder(input));
  for (const input of files)
    causes.push(input.kind === 'context' && input.paths.includes('.') ? 'any file of the context' : inputText(input));
  if (run !== undefined) {
    const names = argumentsSeen(analysis, index, step);
    if (names.length > 0)
      causes.push(
        `build argument ${listed(
          names.map((name) => code(name, 40)),
          4,
        )}`,
      );
  }
  const text = `Runs again when ${either(causes)} changes`;
  if (linked && inputs.some(isUnder)) return `${text}; never because of its base, with which it is only joined anew.`;
  const silent = run === undefined ? '' : unseen(run);
  if (silent !== '') return `${text}. What is in its ${silent} does not count.`;
  return files.length > 0 ? `${text}: files count by content, not by time.` : `${text}.`;
}

function either(items: readonly string[]): string {
  return items.length <= 1 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} or ${items[items.length - 1]}`;
}

/** Arguments with a value that the command's environment has: each is part of its key, used or not. */
function argumentsSeen(analysis: Analysis, index: number, step: Step): string[] {
  const found: { readonly name: string; readonly instruction: number }[] = [];
  for (let at = stageOf(analysis, index); at !== undefined; at = at.base)
    for (const { command } of at.steps) {
      if (command.instruction.kind !== 'arg' || command.isOnBuild || command.index >= index) continue;
      for (const name of argNames(command.instruction)) found.push({ name, instruction: command.index });
    }
  found.sort((a, b) => a.instruction - b.instruction);
  const names = new Set(found.map(({ name }) => name));
  return [...names].filter((name) => getEnv(step.before.env, name) !== undefined);
}

/** The mounts of a RUN that are no part of its key. */
function unseen(run: RunInstruction): string {
  const kinds = new Set<string>();
  for (const mount of run.mounts) {
    const type = mount.fields.findLast((field) => field.key.value.toLowerCase() === 'type')?.value?.value;
    if (type === 'cache') kinds.add('cache mounts');
    if (type === 'secret') kinds.add('secrets');
    if (type === 'ssh') kinds.add('SSH agent');
  }
  return listed([...kinds]);
}

// ------------------------------------------------------------- what it costs

function cost(analysis: Analysis, index: number): string {
  return costText(analysis, consequencesOf(analysis, index) ?? nothing, 'When it does', 'later ');
}

/** `later`: what was spoken of runs itself, and these after it. */
/** The verdict on --link, where it is more than "a plain copy". */
function verdict(analysis: Analysis, index: number): string[] {
  const found = linkVerdictOf(analysis, index);
  if (found === undefined || (found.kind === 'plain' && found.evidence.length === 0)) return [];
  const words = found.sentence.startsWith('--link ') ? found.sentence.slice(7) : `: ${found.sentence}`;
  const seen = found.evidence[0] === undefined ? '' : ` _Seen in BuildKit: ${prose(found.evidence[0])}._`;
  return [`**\`--link\`**${words.startsWith(':') ? '' : ' '}${prose(words)}.${seen}`];
}

function costText(analysis: Analysis, { runs, maybe, relinked }: Followers, when: string, later = ''): string {
  const parts: string[] = [];
  const too = later === '' ? 'again' : 'too';
  if (runs.length > 0)
    parts.push(`${count(runs, `${later}step runs`, `${later}steps run`)} ${too} (${linesText(analysis, runs)})`);
  if (maybe.length > 0) {
    const what = runs.length > 0 ? `${maybe.length} more` : count(maybe, `${later}step runs`, `${later}steps run`);
    parts.push(`${what} only if the files read there differ (${linesText(analysis, maybe)})`);
  }
  if (relinked.length > 0) {
    const what = count(relinked, 'linked copy is', 'linked copies are');
    parts.push(`${what} only joined anew (${linesText(analysis, relinked)})`);
  }
  return `${when}, ${parts.length === 0 ? 'nothing else runs again' : parts.join('; ')}.`;
}

function count(list: readonly number[], one: string, many: string): string {
  return list.length === 1 ? `1 ${one}` : `${list.length} ${many}`;
}

// --------------------------------------------------------- lines without a vertex

function withoutVertex(analysis: Analysis, index: number, instruction: Instruction): string[] {
  const step = stepsOf(analysis).get(index);
  if (step === undefined) return [];
  switch (instruction.kind) {
    case 'env':
    case 'arg': {
      const keys = variablesOf(analysis)
        .declarations.filter((declaration) => declaration.instruction === index)
        .map(({ name }) => name);
      if (instruction.kind === 'arg' && keys.every((key) => getEnv(step.after.env, key) === undefined))
        return [
          'No vertex of its own. Without a value it changes nothing; a value given to the build is part of every later RUN.',
        ];
      const what =
        instruction.kind === 'env'
          ? 'An environment variable of every later RUN, and of the image'
          : 'Part of every later RUN, used or not';
      return [`No vertex of its own. ${what}.`, changeText(analysis, index)];
    }
    case 'user':
      return [
        'No vertex of its own: the user of later RUNs and WORKDIRs, and of the image.',
        changeText(analysis, index),
      ];
    case 'workdir':
      return ['No vertex of its own: the directory exists. It is where later RUNs work.', changeText(analysis, index)];
    case 'shell':
      return [
        'No vertex of its own: the shell of later RUNs, CMD and ENTRYPOINT in shell form.',
        changeText(analysis, index),
      ];
    case 'onbuild':
      return ['No vertex here: kept in the image, and run behind each FROM that starts from it.'];
    default:
      return ['No vertex: it only goes into the image’s configuration. Changing it runs nothing again.'];
  }
}

function changeText(analysis: Analysis, index: number): string {
  const followers = consequencesOf(analysis, index);
  if (followers === undefined || isNone(followers)) return 'Changing it runs nothing again.';
  return costText(analysis, followers, 'When it changes');
}

function globalArg(analysis: Analysis, index: number): string[] {
  const { declarations, uses } = variablesOf(analysis);
  const own = declarations.filter((d) => d.instruction === index);
  const lines = new Set<number>();
  for (const use of uses) if (own.some((d) => d === use.declaration)) lines.add(use.instruction);
  for (const d of declarations) if (d.source !== undefined && own.includes(d.source)) lines.add(d.instruction);
  if (lines.size === 0)
    return ['No vertex of its own. Nothing uses it yet: stages see it only after an ARG of that name.'];
  return [
    `No vertex of its own. Used in ${linesText(
      analysis,
      [...lines].sort((a, b) => a - b),
    )}.`,
  ];
}

// -------------------------------------------------------------------- stages

function ofStage(analysis: Analysis, stage: Stage): string[] {
  const steps = `${stage.commandTotal} ${stage.commandTotal === 1 ? 'step' : 'steps'}`;
  const users = usersOfStage(analysis, stage).map((user) => `${stageText(user.stage)} (line ${user.line})`);
  const role = stage === analysis.target ? ', the target' : '';
  const used = users.length > 0 ? `, used by ${listed(users)}` : stage === analysis.target ? '' : ', used by nothing';
  const first = `Stage ${stage.name === '' ? stage.index : code(stage.name)}: ${steps}${role}${used}.`;
  const platform = stage.platform === undefined ? '' : ` for ${code(formatPlatformAll(stage.platform))}`;
  if (stage.base !== undefined)
    return [
      first,
      `Goes on from ${stage.base.name === '' ? '' : 'stage '}${stageText(stage.base)} (line ${stage.base.locations[0]?.first ?? 0}), without a vertex of its own.`,
    ];
  const { source } = stage;
  // A base that BuildKit refuses has no vertex either.
  if (source === undefined)
    return stage.baseName === 'scratch'
      ? [first, 'Starts empty: no vertex of its own, and nothing to fetch.']
      : [first, 'Without its base it has no vertex.'];
  const what = source.op.kind === 'source' && source.op.identifier.startsWith('docker-image://') ? 'image' : 'context';
  const line = `**SourceOp**: ${what} ${code(baseName(stage))}${platform}.`;
  return [
    first,
    line,
    costText(analysis, consequencesOf(analysis, stage.instruction) ?? nothing, 'When its digest changes'),
  ];
}

/** `build` as code, or `stage 2`. */
function stageText(stage: Stage): string {
  return stage.name === '' ? `stage ${stage.index}` : code(stage.name);
}

function notes(analysis: Analysis, stage: Stage, vertices: readonly Vertex[]): string[] {
  if (analysis.target !== undefined && !stage.reachable)
    return ['_The target does not need this stage: it is not built._'];
  if (stage.uncertain && analysis.problems.length > 0)
    return ['_BuildKit stops before it comes here: this is how it would be._'];
  const exec = vertices.find((vertex) => vertex.op.kind === 'exec')?.op as ExecOp | undefined;
  if (vertices.some((vertex) => vertex.metadata.ignoreCache)) return ['_Its cache is switched off: it always runs._'];
  if (exec !== undefined && vertices.some((vertex) => analysis.provisional.has(vertex)))
    return ['_The configuration of the base is not known yet; Linux’s usual PATH stands in for it._'];
  return [];
}
