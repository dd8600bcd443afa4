// The trigger of ONBUILD: as the image keeps it, and as an instruction with places of its own.
import { trimSpace } from '../go/text.ts';
import type { InstructionBase, Piece, Word } from './instruction.ts';
import type { Line } from './lineParsers.ts';

/** The trigger as the image keeps it. */
export function triggerExpression(base: InstructionBase): string {
  let expression = base.original.replace(/^[\t\n\f\r ]*onbuild[\t\n\f\r ]*/i, '');
  for (const heredoc of base.heredocs) expression += `\n${heredoc.content}${heredoc.name}`;
  return expression;
}

/** What the trigger has of its own and what it shares with the ONBUILD around it. */
export function triggerBase(trigger: Line, base: InstructionBase): InstructionBase {
  const from = trigger.textStart;
  const moved = (word: Word): Word => ({ ...word, start: word.start - from, end: word.end - from });
  const pieces: Piece[] = [];
  for (const [i, piece] of base.pieces.entries()) {
    const next = base.pieces[i + 1];
    if (next && next.at <= from) continue;
    const cutOff = Math.max(from - piece.at, 0);
    pieces.push({ at: piece.at + cutOff - from, source: piece.source + cutOff });
  }
  return {
    ...base,
    keyword: trigger.keyword,
    original: trigger.text,
    code: trimSpace(trigger.text),
    pieces,
    span: { start: pieces[0]?.source ?? base.span.start, end: base.span.end },
    comments: [],
    commentSpan: undefined,
    flags: trigger.flags.map((flag) => ({
      ...flag,
      start: flag.start - from,
      end: flag.end - from,
      nameStart: flag.nameStart - from,
      nameEnd: flag.nameEnd - from,
      valueStart: flag.valueStart - from,
      valueEnd: flag.valueEnd - from,
    })),
    heredocs: base.heredocs.map((heredoc) => ({ ...heredoc, word: moved(heredoc.word) })),
    json: trigger.json,
    args: argsOf(trigger).map(moved),
  };
}

/** BuildKit's arguments of a line: for ONBUILD the trigger's keyword, then its arguments. */
export function argsOf(line: Line): readonly Word[] {
  if (!line.trigger) return line.args;
  const words: Word[] = [];
  let inner = line;
  while (inner.trigger) {
    inner = inner.trigger;
    words.push({ value: inner.keyword, start: inner.keywordStart, end: inner.keywordEnd });
  }
  words.push(...inner.args);
  return words;
}
