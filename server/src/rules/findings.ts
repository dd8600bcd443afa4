// Everything that rules say of a file, as its `check` directives and comments want it.
import type { Analysis } from '../analysis/analyze.ts';
import { type CheckName, checks, withComments } from '../compile/lint.ts';
import type { Instruction } from '../dockerfile/instruction.ts';
import { spanOf } from '../dockerfile/spans.ts';
import { rules } from './index.ts';
import type { Finding, Fix, Rule, Severity } from './rule.ts';

/** A finding with its rule. */
export interface Found extends Finding {
  readonly rule: Rule;
  readonly severity: Severity;
}

/** Every finding of every rule, in order of the text. Made once for an analysis. */
export function findingsOf(analysis: Analysis): readonly Found[] {
  let found = known.get(analysis);
  if (found === undefined) {
    found = find(analysis);
    known.set(analysis, found);
  }
  return found;
}

/** All findings about instructions of this kind, perhaps others too: where nobody has asked for all, only those rules are asked. */
export function findingsAbout(analysis: Analysis, kind: Instruction['kind']): readonly Found[] {
  return known.get(analysis) ?? find(analysis, ({ on }) => on === undefined || on.includes(kind));
}

const known = new WeakMap<Analysis, readonly Found[]>();
const byName = new Map(rules.map((rule) => [rule.name, rule]));

/** The rule of this name. */
export function ruleNamed(name: string): Rule | undefined {
  return byName.get(name);
}

/** The ways to mend a finding, the best first. */
export function fixesOf(found: Found, analysis: Analysis): readonly Fix[] {
  return isFromTrigger(analysis, found) ? [] : (found.rule.fixes?.(found, analysis) ?? []);
}

/** What a check can speak of; UndefinedVar speaks of nearly all. */
const kinds: Readonly<Record<string, readonly Instruction['kind'][]>> = {
  WorkdirRelativePath: ['workdir'],
  JSONArgsRecommended: ['cmd', 'entrypoint'],
  MultipleInstructionsDisallowed: ['cmd', 'entrypoint', 'healthcheck'],
  LegacyKeyValueFormat: ['env', 'label'],
  SecretsUsedInArgOrEnv: ['arg', 'env'],
  CopyIgnoredFile: ['copy', 'add'],
  ExposeProtoCasing: ['expose'],
  ExposeInvalidFormat: ['expose'],
  MaintainerDeprecated: ['maintainer'],
};

/** True where BuildKit speaks of a trigger that an image has, and points to the line that names the image: no edit here helps. */
export function isFromTrigger(analysis: Analysis, { rule, instruction: index, span }: Found): boolean {
  const instruction = analysis.dockerfile.instructions[index];
  if (instruction === undefined) return false;
  const own = kinds[rule.name];
  if (own !== undefined) return !own.includes(instruction.kind);
  if (rule.name !== 'UndefinedVar') return false;
  if (instruction.kind === 'from') return true;
  return instruction.flags.some((flag) => {
    const { start, end } = spanOf(instruction, flag.name === 'from' ? flag.valueStart : flag.start, flag.end);
    return (flag.name === 'from' || flag.name === 'mount') && span.start === start && span.end === end;
  });
}

function find(analysis: Analysis, isAsked: (rule: Rule) => boolean = () => true): readonly Found[] {
  const all: Found[] = [];
  for (const warning of analysis.warnings) {
    const rule = byName.get(warning.rule) ?? checkWithoutFile(warning.rule);
    const { span, message, instruction } = warning;
    all.push({ rule, severity: rule.severity, span, message, instruction });
  }
  for (const rule of rules) {
    if (rule.detect === undefined || !isAsked(rule)) continue;
    for (const finding of rule.detect(analysis))
      if (isWanted(analysis, rule.name, finding.instruction))
        all.push({ ...finding, rule, severity: finding.severity ?? rule.severity });
  }
  // The same words at the same place are news once: a trigger, or a variable that stands twice in a word.
  const seen = new Set<string>();
  const once = all.filter(({ rule, span, message }) => {
    const key = `${span.start} ${span.end} ${rule.name} ${message}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
  return once.sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end);
}

/** False where `check=skip=` names the rule, for the file or in a comment above the instruction. */
function isWanted(analysis: Analysis, name: string, instruction: number): boolean {
  const { lint } = analysis.compilation;
  const comments = analysis.dockerfile.instructions[instruction]?.comments ?? [];
  const { skipAll, skip } = withComments(lint, comments);
  return !skipAll && !skip.includes(name);
}

/** True for the names of BuildKit's own checks. */
export function isCheck(name: string): name is CheckName {
  return Object.hasOwn(checks, name);
}

function checkWithoutFile(name: CheckName): Rule {
  return { name, severity: 'warning' };
}
