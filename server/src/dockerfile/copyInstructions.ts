// COPY and ADD: sources, anonymous files from heredocs, destination.
import { chompTabs, isHeredoc, parseHeredoc } from './heredocs.ts';
import type { Heredoc, Instruction, InstructionBase, SourceContent, SourcesAndDest, Word } from './instruction.ts';
import { fail, type InstructionError, missing, takesNoFlags } from './instructionErrors.ts';
import { flagTruth, flagValue, flagValues } from './instructionFlags.ts';
import type { Line } from './lineParsers.ts';

export function readAdd(line: Line, base: InstructionBase, errors: InstructionError[]): Instruction | undefined {
  const common = readCommon('ADD', line, base, errors);
  const { flags } = base;
  return (
    common && {
      ...base,
      kind: 'add',
      ...common,
      keepGitDir: flagTruth(flags, 'keep-git-dir'),
      unpack: flagTruth(flags, 'unpack'),
      checksum: flagValue(flags, 'checksum'),
    }
  );
}

export function readCopy(line: Line, base: InstructionBase, errors: InstructionError[]): Instruction | undefined {
  const common = readCommon('COPY', line, base, errors);
  const { flags } = base;
  return (
    common && {
      ...base,
      kind: 'copy',
      ...common,
      from: flagValue(flags, 'from'),
      parents: flagTruth(flags, 'parents') === true,
    }
  );
}

function readCommon(
  name: 'ADD' | 'COPY',
  line: Line,
  base: InstructionBase,
  errors: InstructionError[],
): SourcesAndDest | undefined {
  const { args, flags } = base;
  if (args.length < 2) {
    const summary = `${name} requires at least two arguments, but only one was provided. Destination could not be determined`;
    return fail(errors, { ...missing(summary, line), code: 'missing-destination' });
  }
  if (!takesNoFlags(line, errors)) return undefined;
  const dest = args.at(-1) as Word;
  if (isHeredoc(dest.value)) {
    const summary = `${name} cannot accept a heredoc as a destination`;
    return fail(errors, { summary, code: 'heredoc-destination', start: dest.start, end: dest.end });
  }
  const sources: Word[] = [];
  const contents: SourceContent[] = [];
  for (const arg of args.slice(0, -1)) {
    const content = arg.value.includes('<<') ? contentOf(arg, base) : undefined;
    if (content) contents.push(content);
    else sources.push(arg);
  }
  return {
    sources,
    contents,
    dest,
    chown: flagValue(flags, 'chown'),
    chmod: flagValue(flags, 'chmod'),
    link: flagTruth(flags, 'link') === true,
    excludes: flagValues(flags, 'exclude'),
  };
}

/** The anonymous file that `arg` stands for; its text is that of the last heredoc of that name. */
function contentOf(arg: Word, base: InstructionBase): SourceContent | undefined {
  const word = parseHeredoc(arg.value);
  if (word === undefined || 'error' in word) return undefined;
  const { name, expand, chomp } = word;
  const nowhere = { start: base.span.end, end: base.span.end };
  // The JSON form has no heredocs: its file is empty.
  const heredoc: Heredoc = base.heredocs.findLast((candidate) => candidate.name === name) ?? {
    ...word,
    content: '',
    contentSpan: nowhere,
    terminatorSpan: nowhere,
    word: arg,
  };
  return { path: name, data: chomp ? chompTabs(heredoc.content) : heredoc.content, expand, heredoc };
}
