// The trigger of ONBUILD: as the image keeps it, and as an instruction with places of its own.
import { trimSpace } from '../go/text.ts';
import type { InstructionBase, Piece, Word } from './instruction.ts';
import type { Line } from './lineParsers.ts';

/** The trigger as the image keeps it. */
export function triggerExpression(base: InstructionBase): string {
  const { original, heredocs } = base;
  let start = 0;
  while (isBlank(original.charCodeAt(start))) start++;
  if (asciiLower(original.slice(start, start + 7)) === 'onbuild') {
    start += 7;
    while (isBlank(original.charCodeAt(start))) start++;
  } else start = 0;
  let expression = original.slice(start);
  for (const heredoc of heredocs) expression += `\n${heredoc.content}${heredoc.name}`;
  return expression;
}

function asciiLower(s: string): string {
  return s.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0c || code === 0x0d;
}

/** What the trigger has of its own and what it shares with the ONBUILD around it. */
export function triggerBase(trigger: Line, base: InstructionBase): InstructionBase {
  const from = trigger.textStart;
  const moved = (word: Word): Word => ({ value: word.value, start: word.start - from, end: word.end - from });
  const pieces: Piece[] = [];
  for (const [i, piece] of base.pieces.entries()) {
    const next = base.pieces[i + 1];
    if (next && next.at <= from) continue;
    pieces.push(
      piece.at >= from
        ? { at: piece.at - from, source: piece.source }
        : { at: 0, source: piece.source + from - piece.at },
    );
  }
  const keywordPiece = pieces[0];
  return {
    ...base,
    keyword: trigger.keyword,
    original: trigger.text,
    code: trimSpace(trigger.text),
    pieces,
    span: { start: keywordPiece?.source ?? base.span.start, end: base.span.end },
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
