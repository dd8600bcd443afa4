// The shapes of a TextMate grammar and the regular expressions that its rules share.

/** One rule of a TextMate grammar; its regular expressions are Oniguruma's. */
export type Rule = {
  comment?: string;
  include?: string;
  name?: string;
  contentName?: string;
  match?: string;
  begin?: string;
  end?: string;
  while?: string;
  captures?: Captures;
  beginCaptures?: Captures;
  endCaptures?: Captures;
  applyEndPatternLast?: 1;
  patterns?: Rule[];
};

export type Captures = { [group: string]: { name?: string; patterns?: Rule[] } };

export type Grammar = {
  $comment: string;
  name: string;
  scopeName: string;
  fileTypes: string[];
  patterns: Rule[];
  injections: { [selector: string]: { patterns: Rule[] } };
  repository: { [key: string]: Rule };
};

export const include = (...keys: string[]): Rule[] => keys.map((key) => ({ include: key }));

/** An end that never comes: the rule closes only when a `while` around it does. */
export const NEVER = '(?!)';

export const INSTRUCTIONS =
  'ADD|ARG|CMD|COPY|ENTRYPOINT|ENV|EXPOSE|FROM|HEALTHCHECK|LABEL|MAINTAINER|ONBUILD|RUN|SHELL|STOPSIGNAL|USER|VOLUME|WORKDIR';

/** A line that opens an instruction as people write it; what stands in for the `\` of the line before when that is out of sight. */
export const OPENS_INSTRUCTION = `[ \\t]*(?:${INSTRUCTIONS})(?=[ \\t])`;

/** A rest of line that carries a comment of the Dockerfile, or nothing: neither ends a continued instruction. */
const INERT = '[ \\t]*(?:#|\\n)';

/** The rule for a line that goes on: `token` at its end, then comments and blank lines, then the next line. */
export function continuation(token: string): Rule {
  // The begin must take the end of the line with it: only then may `\G` match at the start of the next line, which
  // is how the `while` of an instruction knows that the line before it went on.
  return {
    name: 'meta.continuation.dockerfile',
    begin: `(?<!${token})(${token})[ \\t]*\\n`,
    beginCaptures: { 1: { name: 'punctuation.separator.continuation.line.dockerfile' } },
    end: `^(?!${INERT})`,
    patterns: [
      {
        begin: '^[ \\t]*((#).*\\n)',
        beginCaptures: {
          1: { name: 'comment.line.number-sign.dockerfile' },
          2: { name: 'punctuation.definition.comment.dockerfile' },
        },
        end: '^',
      },
      { begin: '^[ \\t]*\\n', end: '^' },
    ],
  };
}
