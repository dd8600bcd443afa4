// Ways out of what BuildKit refuses: by the code of a problem, the edits that make it go away.
import type { Span } from '../../../shared/src/span.ts';
import type { Analysis } from '../analysis/analyze.ts';
import { heredocsOfLine } from '../dockerfile/heredocs.ts';
import type { Flag, Instruction, Problem } from '../dockerfile/instruction.ts';
import { networkModes, securityModes } from '../dockerfile/mounts.ts';
import { mountOf } from '../dockerfile/runInstruction.ts';
import { originalOffset, spanOf } from '../dockerfile/spans.ts';
import { suggest } from '../dockerfile/suggest.ts';
import { toLower } from '../go/text.ts';
import { unusedName } from '../rules/checks/stageNames.ts';
import { beforeStages, keywordLike } from '../rules/checks/variables.ts';
import { type Edit, lineEnd, lineStart, removeFlag } from '../rules/edits.ts';
import { dropFlag } from '../rules/link/copies.ts';
import { instructionAt, sectionsOf } from './sections.ts';
import { flagValueSpan, stageNamesOf } from './stageNames.ts';

export interface ProblemFix {
  readonly title: string;
  readonly edits: readonly Edit[];
  /** There is hardly another way. */
  readonly sure: boolean;
}

/** The fixes of a problem of the reader or the compiler, the likeliest first. */
export function problemFixes(
  analysis: Analysis,
  { code, span, message }: { readonly code: string; readonly span: Span; readonly message: string },
): readonly ProblemFix[] {
  const all = [...analysis.problems, ...analysis.compilation.unreachableProblems];
  // A diagnostic may be wider than its problem, and say more.
  const problem = all.find(
    (p) => p.code === code && p.span.start >= span.start && p.span.start <= span.end && message.startsWith(p.summary),
  );
  if (problem === undefined || !Object.hasOwn(byCode, code)) return [];
  const index = instructionAt(analysis, problem.span.start);
  const instruction = analysis.dockerfile.instructions[index];
  const written = analysis.text.slice(problem.span.start, problem.span.end);
  return (byCode[code] as Fixer)({ analysis, problem, instruction, index, written }).filter(
    (fix) => fix.edits.length > 0,
  );
}

interface Case {
  readonly analysis: Analysis;
  readonly problem: Problem;
  /** The instruction that the problem is in. */
  readonly instruction: Instruction | undefined;
  readonly index: number;
  /** What stands at the problem's place. */
  readonly written: string;
}
type Fixer = (at: Case) => readonly ProblemFix[];

const byCode: Readonly<Record<string, Fixer>> = {
  'unknown-instruction': changeToSuggestion,
  'unknown-flag': changeToSuggestion,
  'missing-image': changeToSuggestion,
  'bad-mount': ofMount,
  'invalid-mount': (at) => (at.problem.summary.startsWith("'from'") ? stageForVariable(at) : ofMount(at)),
  'variable-in-from': stageForVariable,
  'stage-too-late': moveStage,
  'link-named-owner': dropLink,
  'missing-destination': (at) => insertAfter(at, ' ./', 'Add the working directory as destination: ./', false),
  'unterminated-heredoc': endHeredoc,
  'json-not-strings': quoteLiterals,
  'shell-not-json': shellAsJson,
  'missing-equals': addEquals,
  'missing-value': ({ problem, written }) =>
    change(problem.span, written.length, '=', `Give ${written} an empty value`, false),
  'unknown-healthcheck-type': ({ problem }) => change(problem.span, 0, 'CMD ', 'Put CMD in front', true),
  'no-stage': startStage,
  'from-arguments': nameStage,
  'invalid-stage-name': validName,
  'duplicate-flag': removeThisFlag,
  'missing-flag-value': removeThisFlag,
  'invalid-boolean': truth,
  'invalid-network': ({ problem, written }) => nearest(problem.span, written, networkModes),
  'invalid-security': ({ problem, written }) => nearest(problem.span, written, securityModes),
  'invalid-duration': ({ problem, written }) =>
    /^\d+(\.\d+)?$/.test(written)
      ? change(problem.span, written.length, 's', `Make it seconds: ${written}s`, true)
      : [],
  'bad-port': portProtocol,
  'invalid-escape': ({ problem }) => [
    { title: 'Use the backslash', edits: [{ span: problem.span, text: '\\' }], sure: true },
  ],
  'duplicate-directive': removeLine,
  'onbuild-chain': oneOnbuild,
  'copy-url': useAdd,
  'copy-git': useAdd,
};

// ------------------------------------------------------------------ pieces

function change(span: Span, from: number, text: string, title: string, sure: boolean): ProblemFix[] {
  return [{ title, edits: [{ span: { start: span.start + from, end: span.start + from }, text }], sure }];
}

function replace(span: Span, text: string, sure = true): ProblemFix[] {
  return [{ title: `Change to ${text}`, edits: [{ span, text }], sure }];
}

function changeToSuggestion({ problem }: Case): readonly ProblemFix[] {
  return problem.suggestion === undefined ? [] : replace(problem.span, problem.suggestion);
}

function nearest(span: Span, written: string, options: readonly string[]): readonly ProblemFix[] {
  const match = suggest(written, options, true);
  if (match !== undefined) return replace(span, match);
  return options.flatMap((option) => replace(span, option, false));
}

function oneOnbuild({ analysis, problem }: Case): readonly ProblemFix[] {
  const { start } = problem.span;
  const more = /^(?:ONBUILD[ \t]+)+/i.exec(analysis.text.slice(start, start + 1000));
  if (more === null) return [];
  const edit = { span: { start, end: start + more[0].length }, text: '' };
  return [{ title: 'Keep one ONBUILD', edits: [edit], sure: true }];
}

function insertAfter({ instruction }: Case, text: string, title: string, sure: boolean): readonly ProblemFix[] {
  const last = instruction?.args[instruction.args.length - 1];
  if (instruction === undefined || last === undefined || instruction.json || instruction.heredocs.length > 0) return [];
  const { end } = spanOf(instruction, last.start, last.end);
  return [{ title, edits: [{ span: { start: end, end }, text }], sure }];
}

function flagAt({ instruction, problem }: Case): Flag | undefined {
  const at = instruction === undefined ? undefined : originalOffset(instruction, problem.span.start);
  return at === undefined ? undefined : instruction?.flags.find((flag) => flag.start <= at && at <= flag.end);
}

// ------------------------------------------------------------- flags, mounts

function removeThisFlag(at: Case): readonly ProblemFix[] {
  const flag = flagAt(at);
  if (flag === undefined || at.instruction === undefined) return [];
  const edit = removeFlag(at.analysis.text, at.instruction, flag.start, flag.end);
  return [{ title: `Remove ${at.written}`, edits: [edit], sure: at.problem.code === 'duplicate-flag' }];
}

function truth(at: Case): readonly ProblemFix[] {
  const { span } = at.problem;
  if (/^(y|yes|on|1|t|wahr)$/i.test(at.written)) return replace(span, 'true');
  if (/^(n|no|off|0|f)$/i.test(at.written)) return replace(span, 'false');
  const match = suggest(toLower(at.written), ['true', 'false'], true);
  return match !== undefined
    ? replace(span, match)
    : [...replace(span, 'true', false), ...replace(span, 'false', false)];
}

/** A key or value of a mount that was misspelt; the message names it. */
function ofMount(at: Case): readonly ProblemFix[] {
  const { analysis, problem, instruction } = at;
  const wrong = /^(?:unexpected key '([^']*)'|unsupported (?:mount type|sharing value) "([^"]*)")/.exec(
    problem.summary,
  );
  if (instruction === undefined || problem.suggestion === undefined || wrong === null) return [];
  const [, key, value] = wrong;
  for (const flag of instruction.flags) {
    if (flag.name !== 'mount') continue;
    const { fields } = mountOf(instruction, flag, analysis.dockerfile.escape.charCodeAt(0));
    for (const field of fields) {
      const word = key === undefined ? field.value : field.key;
      if (word === undefined || toLower(word.value) !== toLower(key ?? (value as string))) continue;
      const span = spanOf(instruction, word.start, word.end);
      if (span.start >= problem.span.start && span.end <= problem.span.end) return replace(span, problem.suggestion);
    }
  }
  return [];
}

function dropLink({ analysis, instruction }: Case): readonly ProblemFix[] {
  const edit = instruction === undefined ? undefined : dropFlag(analysis, instruction, 'link');
  if (edit === undefined) return [];
  return [{ title: 'Remove --link: the copy then depends on its base', edits: [edit], sure: false }];
}

// -------------------------------------------------------------------- stages

/** `FROM $IMAGE AS image` at the top, and that name here. */
function stageForVariable(at: Case): readonly ProblemFix[] {
  const { analysis, instruction } = at;
  const place = instruction === undefined ? undefined : fromPlace(at, instruction);
  if (place === undefined) return [];
  const image = analysis.text.slice(place.start, place.end);
  const variable = /[A-Za-z_][A-Za-z0-9_]*/.exec(image.slice(image.indexOf('$')))?.[0];
  if (variable === undefined || /["'\s,]/.test(image)) return [];
  const name = unusedName(analysis, validStageName(toLower(variable).replaceAll('_', '-')));
  const global = analysis.compilation.metaArgs.has(variable);
  const declared = analysis.dockerfile.instructions.flatMap((other) =>
    other.kind === 'arg' ? other.declarations.map((d) => ({ other, d })) : [],
  );
  const own = declared.find(({ d }) => d.key.value === variable && d.value !== undefined);
  const value = own?.d.value === undefined ? '' : `=${own.other.original.slice(own.d.value.start, own.d.value.end)}`;
  const [from, as] = [keywordLike(analysis, 'FROM'), keywordLike(analysis, 'AS')];
  const lines = [
    ...(global ? [] : [`${keywordLike(analysis, 'ARG')} ${variable}${value}`]),
    `${from} ${image} ${as} ${name}`,
  ];
  const stage = beforeStages(analysis, lines.join(lineEnd(analysis.text)));
  if (stage === undefined || stage.span.start > place.start) return [];
  return [
    {
      title: `Define stage ${name} from ${image} and copy from that`,
      edits: [stage, { span: place, text: name }],
      sure: true,
    },
  ];
}

/** The value of `--from` or of a mount's `from` that has a variable. */
function fromPlace({ analysis, problem }: Case, instruction: Instruction): Span | undefined {
  for (const flag of instruction.flags) {
    if (flag.name === 'from' && flag.value?.includes('$')) return flagValueSpan(analysis, instruction, flag);
    if (flag.name !== 'mount') continue;
    const { fields } = mountOf(instruction, flag, analysis.dockerfile.escape.charCodeAt(0));
    for (const { key, value } of fields) {
      if (toLower(key.value) !== 'from' || !value?.value.includes('$')) continue;
      const span = spanOf(instruction, value.start, value.end);
      if (span.start >= problem.span.start && span.end <= problem.span.end) return span;
    }
  }
  return undefined;
}

/** The stage that is read comes before the one that reads it, if it needs nothing from there on. */
function moveStage({ analysis, problem, index }: Case): readonly ProblemFix[] {
  const { text, dockerfile } = analysis;
  const { of, all } = sectionsOf(analysis);
  const here = of[index];
  const name = /^cannot copy from stage "([^"]*)"/.exec(problem.summary)?.[1];
  const named = all.filter(({ stage }) => stage !== undefined && stage.name === toLower(name ?? ''));
  const [late] = named;
  if (here?.stage === undefined || late?.stage === undefined || named.length > 1 || late.index <= here.index) return [];
  // A number would mean another stage then.
  if (stageNamesOf(analysis).references.some(({ by }) => by === 'index')) return [];
  const needs = [...(late.stage.base === undefined ? [] : [late.stage.base]), ...late.stage.deps.keys()];
  if (needs.some((stage) => !stage.hidden && stage.index >= (here.stage?.index ?? 0))) return [];
  const first = dockerfile.instructions[late.first] as Instruction;
  const last = dockerfile.instructions[late.end - 1] as Instruction;
  const target = dockerfile.instructions[here.first] as Instruction;
  // Comments go with the stage that they stand upon.
  const top = (instruction: Instruction): number =>
    lineStart(text, instruction.commentSpan?.start ?? instruction.span.start);
  const start = top(first);
  const newline = text.indexOf('\n', last.span.end);
  const end = newline < 0 ? text.length : newline + 1;
  const moved = text.slice(start, end);
  const to = Math.max(top(target), directivesEnd(analysis));
  return [
    {
      title: `Move stage ${name} above line ${target.lines.first}`,
      edits: [
        { span: { start: to, end: to }, text: moved.endsWith('\n') ? moved : moved + lineEnd(text) },
        { span: { start, end }, text: '' },
      ],
      sure: false,
    },
  ];
}

function directivesEnd({ dockerfile, text }: Analysis): number {
  const last = dockerfile.directives[dockerfile.directives.length - 1];
  if (last === undefined) return 0;
  const newline = text.indexOf('\n', last.span.end);
  return newline < 0 ? text.length : newline + 1;
}

function startStage({ analysis, instruction }: Case): readonly ProblemFix[] {
  if (instruction === undefined) return [];
  const at = Math.max(lineStart(analysis.text, instruction.span.start), directivesEnd(analysis));
  const start = analysis.text.charCodeAt(at) === 0xfeff ? at + 1 : at;
  const edit = { span: { start, end: start }, text: `FROM scratch${lineEnd(analysis.text)}` };
  return [{ title: 'Begin a stage above: FROM scratch', edits: [edit], sure: false }];
}

function nameStage({ instruction }: Case): readonly ProblemFix[] {
  const name = instruction?.args[1];
  if (
    instruction === undefined ||
    instruction.args.length !== 2 ||
    name === undefined ||
    !/^[A-Za-z][\w.-]*$/.test(name.value)
  )
    return [];
  const as = instruction.keyword === toLower(instruction.keyword) ? 'as' : 'AS';
  if (toLower(name.value) === 'as') return [];
  return change(spanOf(instruction, name.start, name.end), 0, `${as} `, `Name the stage: ${as} ${name.value}`, true);
}

function validName({ problem, written }: Case): readonly ProblemFix[] {
  return replace(problem.span, validStageName(written), false);
}

function validStageName(wanted: string): string {
  const name = toLower(wanted)
    .replace(/[^a-z0-9\-_.]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return /^[a-z]/.test(name) ? name : `stage-${name}`.replace(/-+$/, '');
}

// ------------------------------------------------------------------- heredocs

/** A closing line that only blanks keep from being one, else a new one where the next instruction seems to begin. */
function endHeredoc(at: Case): readonly ProblemFix[] {
  const { analysis, problem, instruction, index, written } = at;
  const { text, dockerfile } = analysis;
  const parts = /^\d*<<(-?)\s*(["']?)([^"'\s]+)\2$/.exec(written);
  if (parts === null) return [];
  const [, chomp, , name] = parts as unknown as [string, string, string, string];
  const fixes: ProblemFix[] = [];
  let start = text.indexOf('\n', problem.span.end) + 1;
  while (start > 0 && start < text.length) {
    const newline = text.indexOf('\n', start);
    let end = newline < 0 ? text.length : newline;
    if (text[end - 1] === '\r') end--;
    const line = text.slice(start, end);
    if (line.trim() === name) {
      const lead = line.length - line.trimStart().length;
      const edits: Edit[] = [];
      if (lead > 0 && !(chomp === '-' && /^\t+$/.test(line.slice(0, lead))))
        edits.push({ span: { start, end: start + lead }, text: '' });
      if (lead + name.length < line.length) edits.push({ span: { start: start + lead + name.length, end }, text: '' });
      const number = dockerfile.lineStarts.length === 0 ? 0 : text.slice(0, start).split('\n').length;
      fixes.push({ title: `Remove the blanks around ${name} in line ${number}`, edits, sure: true });
      break;
    }
    start = newline + 1;
    if (newline < 0) break;
  }
  const next = dockerfile.instructions[index + 1];
  const eol = lineEnd(text);
  const names = namesFrom(instruction, problem, name);
  const place = next === undefined ? text.length : lineStart(text, next.commentSpan?.start ?? next.span.start);
  const gap = place === text.length && !text.endsWith('\n') ? eol : '';
  const where = next === undefined ? 'at the end of the file' : `above line ${next.lines.first}`;
  fixes.push({
    title: `End it by ${names.join(' and ')} ${where}`,
    edits: [{ span: { start: place, end: place }, text: gap + names.map((closing) => closing + eol).join('') }],
    sure: false,
  });
  return fixes;
}

/** The heredoc that has no end, and those behind it in the line, which then have none either. */
function namesFrom(instruction: Instruction | undefined, problem: Problem, first: string): string[] {
  const all = instruction === undefined ? [] : heredocsOfLine(instruction.original);
  if (instruction === undefined || 'error' in all) return [first];
  const at = originalOffset(instruction, problem.span.start) ?? 0;
  const names = all.filter(({ word }) => word.start >= at).map(({ heredoc }) => heredoc.name);
  return names[0] === first ? names : [first];
}

// ----------------------------------------------------------- JSON, keys, values

/** Numbers and the like in a JSON list, in quotes. */
function quoteLiterals({ problem, written }: Case): readonly ProblemFix[] {
  const edits: Edit[] = [];
  for (const found of written.matchAll(/"(?:[^"\\]|\\.)*"|[^\s[\]{},:"]+/g)) {
    if (found[0].startsWith('"')) continue;
    const start = problem.span.start + found.index;
    edits.push({ span: { start, end: start }, text: '"' });
    edits.push({ span: { start: start + found[0].length, end: start + found[0].length }, text: '"' });
  }
  if (/[{}]/.test(written) || written.indexOf('[', 1) >= 0 || written.includes('\n')) return [];
  return [{ title: 'Put all of it in quotes', edits, sure: true }];
}

function shellAsJson({ problem, written }: Case): readonly ProblemFix[] {
  if (/["'\\[\]\n]/.test(written)) return [];
  const words = written.split(/[ \t]+/).filter((word) => word !== '');
  const text = `[${words.map((word) => JSON.stringify(word)).join(', ')}]`;
  return [{ title: `Write ${text}`, edits: [{ span: problem.span, text }], sure: true }];
}

function addEquals({ analysis, problem, instruction, written }: Case): readonly ProblemFix[] {
  const fixes = change(problem.span, written.length, '=', `Give ${written} an empty value`, false);
  if (instruction === undefined) return fixes;
  // `ENV A=one two`: the rest of a value that lacks its quotes.
  const before = analysis.text.slice(instruction.span.start, problem.span.start);
  const equals = before.lastIndexOf('=');
  const value = before.slice(equals + 1);
  if (equals < 0 || /["'\\`\n#]/.test(value + written) || value.trim() === '' || !/\s$/.test(value)) return fixes;
  const start = instruction.span.start + equals + 1;
  // Up to the next `KEY=`.
  let { end } = problem.span;
  const rest = analysis.text.slice(end, instruction.span.end);
  const more = /^(?:[ \t]+[^\s="'\\`]+(?![^\s=]*=))*/.exec(rest);
  if (more !== null) end += more[0].length;
  const quoted = {
    title: `Put the value in quotes: "${analysis.text.slice(start, end)}"`,
    edits: [
      { span: { start, end: start }, text: '"' },
      { span: { start: end, end }, text: '"' },
    ],
    sure: true,
  };
  return [quoted, ...fixes];
}

function portProtocol({ problem, written }: Case): readonly ProblemFix[] {
  const slash = written.indexOf('/');
  if (slash < 0) return [];
  const match = suggest(toLower(written.slice(slash + 1)), ['tcp', 'udp', 'sctp'], true);
  return match === undefined ? [] : replace({ start: problem.span.start + slash + 1, end: problem.span.end }, match);
}

function removeLine({ analysis, problem }: Case): readonly ProblemFix[] {
  const start = lineStart(analysis.text, problem.span.start);
  const newline = analysis.text.indexOf('\n', problem.span.end);
  const end = newline < 0 ? analysis.text.length : newline + 1;
  return [{ title: 'Remove this directive', edits: [{ span: { start, end }, text: '' }], sure: true }];
}

function useAdd({ instruction }: Case): readonly ProblemFix[] {
  if (instruction === undefined || instruction.flags.some(({ name }) => name === 'from' || name === 'parents'))
    return [];
  const { keyword, span } = instruction;
  if (toLower(keyword) !== 'copy') return [];
  const text = keyword === toLower(keyword) ? 'add' : 'ADD';
  return [
    {
      title: `Use ${text}, which downloads`,
      edits: [{ span: { start: span.start, end: span.start + 4 }, text }],
      sure: true,
    },
  ];
}
