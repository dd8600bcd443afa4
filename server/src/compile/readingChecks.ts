// The build checks that look at instructions one by one or by their names, before any stage is compiled.
import type { Instruction } from '../dockerfile/instruction.ts';
import { nowhere, wordSpan } from '../dockerfile/spans.ts';
import { quote, toLower, toUpper } from '../go/text.ts';
import { type Compilation, placeOf, warn } from './compilation.ts';
import { type CheckName, withComments } from './lint.ts';
import type { ParsedStage } from './parsedStages.ts';

/** The checks that BuildKit makes while it reads instructions. */
export function warnOfReading(c: Compilation): void {
  const { dockerfile } = c;
  // Where the file cannot be read at all, no check is made; where an instruction can't, those before it are.
  if (dockerfile.problems.some((p) => p.phase === 'parse')) return;
  const stop = dockerfile.problems[0]?.locations[0]?.first ?? Number.POSITIVE_INFINITY;
  for (const { line, spans } of dockerfile.emptyContinuations)
    warn(c, c.lint, 'NoEmptyContinuation', 'Empty continuation line', {
      lines: { first: line, last: line },
      span: spans[0] ?? nowhere,
      instruction: -1,
      reachable: true,
    });
  for (let index = 0; index < dockerfile.instructions.length; index++) {
    const instruction = dockerfile.instructions[index] as Instruction;
    if (instruction.lines.first > stop) break;
    const kind = instruction.keyword.toLowerCase();
    if (kind === 'maintainer')
      say(
        c,
        'MaintainerDeprecated',
        'Maintainer instruction is deprecated in favor of using label',
        instruction,
        index,
      );
    else if (kind === 'from') warnOfFrom(c, instruction, index);
    else if (instruction.kind === 'arg') {
      const keys = instruction.declarations.map((d) => d.key.value);
      checkDescription(c, 'ARG', keys, instruction, index);
    }
  }
}

function warnOfFrom(c: Compilation, instruction: Instruction, index: number): void {
  const { args, keyword } = instruction;
  const [, as, name] = args;
  if (args.length === 3 && name && name.value !== toLower(name.value))
    say(
      c,
      'StageNameCasing',
      `Stage name '${name.value}' should be lowercase`,
      instruction,
      index,
      wordSpan(instruction, name),
    );
  if (name && as) {
    const inCase = keyword === toLower(keyword) ? toLower : keyword === toUpper(keyword) ? toUpper : undefined;
    if (inCase && as.value !== inCase(as.value))
      say(
        c,
        'FromAsCasing',
        `'${as.value}' and '${keyword}' keywords' casing do not match`,
        instruction,
        index,
        wordSpan(instruction, as),
      );
  }
  if (instruction.kind === 'from' && instruction.name !== '')
    checkDescription(c, 'FROM', [instruction.name], instruction, index);
}

function checkDescription(
  c: Compilation,
  keyword: string,
  keys: readonly string[],
  instruction: Instruction,
  index: number,
): void {
  const last = instruction.comments.at(-1);
  if (last === undefined || keys.length === 0 || keys.includes(last.split(' ')[0] as string)) return;
  const example = keys.length > 1 ? '<arg_key>' : (keys[0] as string);
  say(
    c,
    'InvalidDefinitionDescription',
    `Comment for ${keyword} should follow the format: \`# ${example} <description>\``,
    instruction,
    index,
    instruction.commentSpan,
  );
}

function say(
  c: Compilation,
  rule: CheckName,
  message: string,
  instruction: Instruction,
  index: number,
  span = instruction.span,
): void {
  warn(c, withComments(c.lint, instruction.comments), rule, message, placeOf(instruction, index, true, span));
}

export function validateStageNames(c: Compilation, stages: readonly ParsedStage[]): void {
  const seen = new Set<string>();
  for (const { from, index } of stages) {
    if (from.name === '') continue;
    const place = placeOf(from, index, true, from.nameWord && wordSpan(from, from.nameWord));
    if (from.name === 'context' || from.name === 'scratch')
      warn(
        c,
        c.lint,
        'ReservedStageName',
        `Stage name should not use the same name as reserved stage ${quote(from.name)}`,
        place,
      );
    if (seen.has(from.name))
      warn(
        c,
        c.lint,
        'DuplicateStageName',
        `Duplicate stage name ${quote(from.name)}, stage names should be unique`,
        place,
      );
    seen.add(from.name);
  }
}

export function validateCasing(c: Compilation, stages: readonly ParsedStage[]): void {
  let lower = 0;
  let upper = 0;
  const all = stages.flatMap(({ from, index, instructions }) => [{ instruction: from, index }, ...instructions]);
  for (const { instruction } of all) {
    const name = instruction.keyword;
    if (name === toLower(name)) lower++;
    else if (name === toUpper(name)) upper++;
  }
  const wantLower = lower > upper;
  for (const { instruction, index } of all) {
    const name = instruction.keyword;
    if (name === (wantLower ? toLower(name) : toUpper(name))) continue;
    const start = instruction.span.start;
    warn(
      c,
      c.lint,
      'ConsistentInstructionCasing',
      `Command '${name}' should match the case of the command majority (${wantLower ? 'lowercase' : 'uppercase'})`,
      placeOf(instruction, index, true, { start, end: start + name.length }),
    );
  }
}
