// LegacyKeyValueFormat: `KEY=value`, quoted or escaped only where it must be.
import type { Analysis } from '../../analysis/analyze.ts';
import type { Instruction, KeyValue } from '../../dockerfile/instruction.ts';
import { processWord } from '../../dockerfile/shell.ts';
import { spanOf } from '../../dockerfile/spans.ts';
import type { Edit } from '../edits.ts';
import type { Rule } from '../rule.ts';

export const rule: Rule = {
  name: 'LegacyKeyValueFormat',
  severity: 'warning',
  fixes(finding, analysis) {
    const instruction = analysis.dockerfile.instructions[finding.instruction];
    if (instruction === undefined || !('pairs' in instruction)) return [];
    const pair = instruction.pairs[0];
    if (pair === undefined || !pair.noDelimiter || !/^[^'"\\`=$]+$/.test(pair.key.value)) return [];
    const edits = pairEdits(analysis, instruction, pair);
    if (edits === undefined) return [];
    return [{ title: `Write ${pair.key.value}=…`, edits, safe: true }];
  },
};

function pairEdits(analysis: Analysis, instruction: Instruction, { key, value }: KeyValue): Edit[] | undefined {
  const edits = blanksBetween(instruction, key.end, value.start);
  const escapeChar = analysis.dockerfile.escape;
  const blanks = unquotedBlanks(value.value, escapeChar);
  if (blanks === undefined) return undefined;
  if (blanks.length === 0) return edits;
  const put = (at: number, text: string): void => {
    const { start } = spanOf(instruction, value.start + at, value.start + at + 1);
    edits.push({ span: { start, end: start }, text });
  };
  if (
    !/['"]/.test(value.value) &&
    !value.value.includes(escapeChar) &&
    sameIn(value.value, `"${value.value}"`, escapeChar)
  ) {
    put(0, '"');
    const { end } = spanOf(instruction, value.start, value.end);
    edits.push({ span: { start: end, end }, text: '"' });
    return edits;
  }
  for (const at of blanks) put(at, escapeChar);
  return edits;
}

/** Puts `=` in place of the blanks behind the key; what continuations and comments stand between stays. */
function blanksBetween(instruction: Instruction, from: number, to: number): Edit[] {
  const edits: Edit[] = [];
  let start = from;
  for (let i = from + 1; i <= to; i++) {
    const whole = spanOf(instruction, start, i);
    if (i < to && whole.end - whole.start === i - start) {
      const longer = spanOf(instruction, start, i + 1);
      if (longer.end - longer.start === i + 1 - start) continue;
    }
    edits.push({ span: whole, text: edits.length === 0 ? '=' : '' });
    start = i;
  }
  return edits;
}

/** Offsets of the white space that would end the value; undefined where its quotes do not close. */
function unquotedBlanks(value: string, escapeChar: string): number[] | undefined {
  const found: number[] = [];
  let quote = '';
  for (let i = 0; i < value.length; i++) {
    const ch = value[i] as string;
    if (quote === '' && /\s/.test(ch)) found.push(i);
    else if (ch === quote) quote = '';
    else if (quote === '' && (ch === '"' || ch === "'")) quote = ch;
    else if (ch === escapeChar && quote !== "'") i++;
  }
  return quote === '' ? found : undefined;
}

/** True where both come to the same, whatever the variables are. */
function sameIn(a: string, b: string, escapeChar: '\\' | '`'): boolean {
  const environments = [() => undefined, () => '', (name: string) => `<${name} value>`];
  return environments.every((get) => {
    const env = { get, keys: () => [] };
    const one = processWord(a, env, { escape: escapeChar });
    const other = processWord(b, env, { escape: escapeChar });
    return one.error === undefined && other.error === undefined && one.result === other.result;
  });
}
