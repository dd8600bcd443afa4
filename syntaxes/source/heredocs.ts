// The rules for heredocs: where one opens, how its body ends, which language stands inside.
//
// Heredocs of one line follow one another below it, first come first, so the rules nest in the opposite order: the
// last heredoc outermost. Each rule looks ahead along the line for the name it ends at. Its body is held by a `while`,
// which is asked at each line before anything inside: an embedded language can't keep its body open.
//
//   heredoc-line > heredoc-2 (ends after its terminator) > while not its terminator > expand or literal > language
//     > heredoc-1 (…the same…, in the innermost the rest of the instruction itself), then body of 2
import { LANGUAGES, type Language, SHELL } from './languages.ts';
import { include, NEVER, type Rule } from './rules.ts';

/** What reads a heredoc: a shell, which asks commands; or COPY and ADD, which name a file. */
export type Kind = 'run' | 'copy';

/** Heredocs of one line that get their own language; in a line with more, all of them are plain text. */
const LEVELS = 3;

// BuildKit reads heredocs from a line with `\` as escape, whatever the escape directive says.
// A word that is one: its quotes may stand around the whole name only.
const NAME = '(?:\'[^\'<\\n]+\'|"[^"<\\n]+"|\\\\?[^\\s<\'"\\\\]+)(?!\\S)';
const OPERATOR = `(?<!\\S)\\d*<<-?+[ \\t]*${NAME}`;
const UNIT = '(?:[^<\'"\\\\\\n]|\\\\.|\'[^\'\\n]*+\'|"(?:[^"\\\\\\n]|\\\\.)*+"|<)';
const BEFORE = `(?:(?!${OPERATOR})${UNIT})*+`;

/** Looks along the line up to its heredoc number `level`. */
const upTo = (level: number): string => (level === 1 ? BEFORE : `(?:${BEFORE}${OPERATOR}){${level - 1}}${BEFORE}`);

/** A line with a heredoc and with every quote closed: with an open one BuildKit sees none. */
export const HAS_HEREDOC = `(?=${BEFORE}${OPERATOR}${UNIT}*+\\\\?$)`;

/** The same for a line that continues an instruction; one that starts with the heredoc itself can't be told. */
export const CONTINUES_WITH_HEREDOC = `(?=[^<\\n])(?![ \\t]*#)${HAS_HEREDOC}`;

// Groups: 1 is there where tabs before the terminator are not allowed, 2 the quote, 3 the name.
const NAMED = '\\d*(?:<<-|(<<)(?!-))[ \\t]*\\\\?([\'"]?)((?<=[\'"])[^\'"<\\n]+|[^\\s<\'"\\\\]+)\\2(?!\\S)';
// `<<` never stands before the tabs of a terminator, so a first group that is there allows none of them.
const NOT_TERMINATOR = '^(?!(?:\\1\\t+)?\\3$)';

/** Rules that open on the heredoc's line hold there only: `\G` can hold at the start of a line, too. */
const HERE = '\\G(?!^)';

/**
 * The shell's grammar of VS Code knows a command by the start of the line before it. What stands after RUN is one as
 * well; words that open a structure are left to the grammar. Other grammars of the shell lack this rule, and do without.
 */
export const FIRST_COMMAND: Rule[] = [
  {
    name: 'meta.statement.shell',
    begin:
      '\\G(?=[\\w./$"\'~-])(?!(?:if|then|elif|else|fi|for|while|until|do|done|case|esac|select|function|time)(?![\\w.-]))(?!\\w+\\+?=)',
    end: '(?=[\\n\\&);`{|}]|[\\t ]*#|])(?<!\\\\)',
    patterns: include('source.shell#typical_statements'),
  },
];

/** A body that runs as it stands: nothing expands its variables beforehand. */
const SCRIPT = 'meta.heredoc.body.dockerfile meta.heredoc.script.dockerfile';

const bodyKey = (language: Language) => `heredoc-body-${language.id}`;

function languageBody(language: Language, scope = 'meta.heredoc.body.dockerfile'): Rule {
  return {
    name: `${scope} meta.embedded.block.${language.id}`,
    contentName: language.scope,
    begin: '^',
    end: NEVER,
    patterns: include(language.scope, '#never'),
  };
}

/** Look-aheads that tell the language of heredoc number `level`, the strongest sign first. */
function signs(kind: Kind, level: number): [lookAhead: string, language: Language][] {
  const found: [string, Language][] = [];
  const sign = (of: (language: Language) => string | undefined) => {
    for (const language of LANGUAGES) {
      const lookAhead = of(language);
      if (lookAhead !== undefined) found.push([lookAhead, language]);
    }
  };
  const before = upTo(level);
  if (kind === 'copy') {
    // The heredoc's own name is the file's where the destination is a folder.
    sign(({ path }) => path && `${before}\\d*<<-?+[ \\t]*['"]?[^\\s<'"\\\\]*(?:${path})['"]?(?!\\S)`);
    sign(({ path }) => path && `.*(?:${path})["']?[ \\t]*$`);
    return found;
  }
  const start = level === 1 ? '' : `${upTo(level - 1)}${OPERATOR}`;
  const to = (path: string) =>
    `(?:>>?|[\\s|]tee[ \\t]+(?:-\\w+[ \\t]+)*)[ \\t]*["']?[^\\s"'<>|;&]*(?:${path})(?=["'\\s]|$)`;
  if (level === 1) {
    const only = `(?:[ \\t]+--\\S+)*[ \\t]*${OPERATOR}[ \\t]`;
    found.push([`${only}*$`, SHELL]);
    sign(({ command }) => command && `${only}+${command}(?!\\S)`);
  }
  sign(
    ({ command }) =>
      command && `${start}(?:[^<\\n]{0,2000}[\\s;&|(/])?${command}[ \\t](?:(?:[^<|;&\\n]|&(?!&))*[ \\t])?\\d*<<`,
  );
  sign(({ path }) => path && `${before}${OPERATOR}[^<>;&\\n]*${to(path)}`);
  sign(({ path }) => path && `${start}[^<\\n]{0,2000}${to(path)}[^<>|;&\\n]*<<`);
  return found;
}

/** The rules of one kind, under the keys that `heredoc-line-KIND` reaches. */
export function heredocRules(kind: Kind): { [key: string]: Rule } {
  const rules: { [key: string]: Rule } = {};
  const key = (level: number | 'many') => `heredoc-${kind}-${level}`;

  const open = (level: number | 'many', lookAhead: string, inside: Rule[]): Rule => ({
    begin: `${HERE}(?=${lookAhead})`,
    // Only asked once the `while` below has let go: this is then the line of the terminator.
    end: '^[ \\t]*(.*)$',
    endCaptures: { 1: { name: 'keyword.control.heredoc-token.dockerfile' } },
    patterns: [
      {
        name: `meta.heredoc.level.${level}.dockerfile`,
        begin: `${HERE}(?=${lookAhead})`,
        while: NOT_TERMINATOR,
        patterns: inside,
      },
    ],
  });

  // The last heredoc's name: the group keeps what its last turn saw.
  const many = `(?>(?:${BEFORE}${NAMED}){${LEVELS + 1},})`;
  rules[key('many')] = open('many', many, include(`#heredoc-head-${kind}`, '#heredoc-body-plain'));

  for (let level = 1; level <= LEVELS; level++) {
    const first = level === 1 ? `#heredoc-head-${kind}` : `#${key(level - 1)}`;
    const languages = signs(kind, level).map(([lookAhead, language]): Rule => {
      const body = kind === 'run' && language === SHELL ? '#heredoc-body-script' : `#${bodyKey(language)}`;
      return { begin: `${HERE}(?=${lookAhead})`, end: NEVER, patterns: include(first, body) };
    });
    languages.push({ begin: HERE, end: NEVER, patterns: include(first, '#heredoc-body-plain') });
    const quoted = (scope: string, lookAhead: string): Rule => ({
      name: `meta.heredoc.${scope}.${level}.dockerfile`,
      begin: `${HERE}${lookAhead}`,
      end: NEVER,
      patterns: include(`#${key(level)}-language`),
    });
    rules[`${key(level)}-language`] = { patterns: languages };
    rules[key(level)] = open(level, `${upTo(level)}${NAMED}`, [
      quoted('literal', `(?=${upTo(level)}\\d*<<-?[ \\t]*['"])`),
      quoted('expand', ''),
    ]);
  }

  const all = include(`#${key('many')}`);
  for (let level = LEVELS; level >= 1; level--) all.push({ include: `#${key(level)}` });
  // Ends after the terminator of the last heredoc.
  const line = { end: '$|^', patterns: all };
  rules[`heredoc-line-${kind}`] = {
    patterns: [
      { begin: `${HERE}${HAS_HEREDOC}`, ...line },
      {
        begin: `\\G^${CONTINUES_WITH_HEREDOC}([ \\t]+|[^\\s<'"\\\\]+)`,
        beginCaptures: { 1: { patterns: include(`#heredoc-head-text-${kind}`) } },
        ...line,
      },
    ],
  };

  // The instruction itself, line by line and each with a fresh state: nothing it leaves open reaches the body.
  rules[`heredoc-head-${kind}`] = {
    name: 'meta.heredoc.head.dockerfile',
    begin: HERE,
    end: '(?=\\n)',
    patterns: [
      ...include('#flags', '#continuation'),
      {
        match: '(?:[^\\\\`\\n]|[\\\\`](?![ \\t]*\\n))++|[\\\\`]',
        captures: { 0: { patterns: include(`#heredoc-head-text-${kind}`) } },
      },
    ],
  };
  rules[`heredoc-head-text-${kind}`] =
    kind === 'run'
      ? {
          begin: '(?=\\S)',
          end: NEVER,
          contentName: SHELL.scope,
          name: `meta.embedded.line.${SHELL.id}`,
          patterns: [...include('#heredoc-operator'), ...FIRST_COMMAND, ...include(SHELL.scope, '#never')],
        }
      : { patterns: include('#heredoc-operator', '#paths') };
  return rules;
}

/** The rules that both kinds share. */
export function sharedHeredocRules(): { [key: string]: Rule } {
  const rules: { [key: string]: Rule } = {};
  for (const language of LANGUAGES) rules[bodyKey(language)] = languageBody(language);
  rules['heredoc-body-script'] = {
    comment: 'A script: in the language of its shebang, else in the shell.',
    patterns: [
      ...LANGUAGES.filter((language) => language.command !== undefined && language !== SHELL).map((language) => ({
        ...languageBody(language, SCRIPT),
        begin: `^\\t*((#!).*[/ ]${language.command}(?!\\S).*)`,
        beginCaptures: {
          1: { name: 'comment.line.shebang.dockerfile' },
          2: { name: 'punctuation.definition.comment.dockerfile' },
        },
      })),
      languageBody(SHELL, SCRIPT),
    ],
  };
  rules['heredoc-body-plain'] = {
    name: 'meta.heredoc.body.dockerfile string.unquoted.heredoc.dockerfile',
    begin: '^',
    end: NEVER,
  };
  rules['heredoc-operator'] = {
    match: `(?<!\\S)(\\d+)?(<<-?+)[ \\t]*(?:\\\\?([^\\s<'"\\\\]+)|((['"])([^'"<\\n]+)(\\5)))(?!\\S)`,
    captures: {
      1: { name: 'constant.numeric.file-descriptor.dockerfile' },
      2: { name: 'keyword.operator.heredoc.dockerfile' },
      3: { name: 'keyword.control.heredoc-token.dockerfile' },
      4: { name: 'string.quoted.heredoc.dockerfile' },
      5: { name: 'punctuation.definition.string.begin.dockerfile' },
      6: { name: 'keyword.control.heredoc-token.dockerfile' },
      7: { name: 'punctuation.definition.string.end.dockerfile' },
    },
  };
  return rules;
}

/** Selects the bodies in which BuildKit or the shell replaces variables: those of heredocs with an unquoted name. */
export const EXPANDED_BODIES = Array.from({ length: LEVELS }, (_, i) => {
  const inner = i === 0 ? '' : ` - meta.heredoc.level.${i}.dockerfile`;
  return `L:meta.heredoc.expand.${i + 1}.dockerfile meta.heredoc.body.dockerfile${inner} - meta.heredoc.script.dockerfile`;
}).join(', ');
