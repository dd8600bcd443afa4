// HEALTHCHECK: its type, command and times.
import { parseDuration } from '../go/duration.ts';
import { parseInteger, quote, toUpper } from '../go/text.ts';
import type { Flag, Healthcheck, Instruction, InstructionBase, Word } from './instruction.ts';
import { atLeastOne, fail, type InstructionError, takesNoFlags } from './instructionErrors.ts';
import { flagValue } from './instructionFlags.ts';
import type { Line } from './lineParsers.ts';

export function readHealthcheck(
  line: Line,
  base: InstructionBase,
  errors: InstructionError[],
): Instruction | undefined {
  const { args, flags } = base;
  const [typeWord] = args;
  if (!typeWord) return fail(errors, atLeastOne('healthcheck', line));
  const type = toUpper(typeWord.value);
  const rest = args.slice(1).map((arg) => arg.value);
  if (type === 'NONE') {
    if (rest.length > 0) {
      const place = { start: (args[1] as Word).start, end: (args[args.length - 1] as Word).end };
      const summary = 'HEALTHCHECK NONE takes no arguments';
      return fail(errors, { ...place, summary, code: 'too-many-arguments' });
    }
    return { ...base, kind: 'healthcheck', health: { ...noHealthcheck, test: [type] } };
  }
  const flagsFit = takesNoFlags(line, errors);
  const place = { start: typeWord.start, end: typeWord.end };
  if (type !== 'CMD') {
    const summary = `Unknown type ${quote(type)} in HEALTHCHECK (try CMD)`;
    return fail(errors, { ...place, summary, code: 'unknown-healthcheck-type' });
  }
  if (rest.length === 0)
    return fail(errors, { ...place, summary: 'Missing command after HEALTHCHECK CMD', code: 'missing-arguments' });
  if (!flagsFit) return undefined;
  const interval = readInterval(flags, 'interval', errors);
  const timeout = readInterval(flags, 'timeout', errors);
  const startPeriod = readInterval(flags, 'start-period', errors);
  const startInterval = readInterval(flags, 'start-interval', errors);
  const test = base.json ? ['CMD', ...rest] : ['CMD-SHELL', rest.join(' ')];
  const retries = readRetries(flagValue(flags, 'retries'), errors);
  const health: Healthcheck = { test, interval, timeout, startPeriod, startInterval, retries };
  return { ...base, kind: 'healthcheck', health };
}

const noHealthcheck = { interval: 0, timeout: 0, startPeriod: 0, startInterval: 0, retries: 0 };

function readInterval(flags: readonly Flag[], name: string, errors: InstructionError[]): number {
  const { value, start, end } = flagValue(flags, name);
  if (value === '') return 0;
  const parsed = parseDuration(value);
  if (!('error' in parsed) && (parsed.ns === 0n || parsed.ns >= 1_000_000n)) return Number(parsed.ns);
  const summary = 'error' in parsed ? parsed.error : `Interval ${quote(name)} cannot be less than 1ms`;
  fail(errors, { summary, code: 'invalid-duration', start, end });
  return 0;
}

function readRetries(word: Word, errors: InstructionError[]): number {
  const { value, start, end } = word;
  if (value === '') return 0;
  const parsed = parseInteger(value, 32);
  if (!('error' in parsed) && parsed.value >= 0n) return Number(parsed.value);
  const summary = 'error' in parsed ? parsed.error : `--retries cannot be negative (${parsed.value})`;
  fail(errors, { summary, code: 'invalid-retries', start, end });
  return 0;
}
