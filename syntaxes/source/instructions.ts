// The rules for whole instructions: how each begins, and what tells that it ends.
//
// An instruction goes on as long as its lines end in the escape character. Where this grammar reads a whole file, an
// instruction is held by `while: \G`, and `\G` holds at the start of a line only where the line before was one that
// goes on (see `continuation`): so it ends at the right place, whatever an embedded shell has left open.
// Inside of another grammar (a fence in Markdown) `\G` says nothing, and injections are not active: there an
// instruction is a guest's, and ends before a blank line or what looks like the next instruction.
import { CONTINUES_WITH_HEREDOC, FIRST_COMMAND } from './heredocs.ts';
import { BATCH, type Language, POWERSHELL, SHELL } from './languages.ts';
import { include, NEVER, OPENS_INSTRUCTION, type Rule } from './rules.ts';

export type Mode = 'own' | 'guest';

const WHILE = { own: '\\G', guest: `^(?!${OPENS_INSTRUCTION}|[ \\t]*\\n)` };
const KEYWORD = 'keyword.other.special-method.dockerfile';

const begin = (names: string) => `(?:^|\\G)[ \\t]*((?i:${names}))(?=\\s)`;
const keyword = { 1: { name: KEYWORD } };

const shellKey = (language: Language) => `shell-form-${language.id}`;

/** The command of a shell, up to the end of its instruction. */
function shellForm(language: Language): Rule {
  return {
    name: `meta.shell-form.dockerfile meta.embedded.block.${language.id}`,
    contentName: language.scope,
    begin: '(?=\\S)(?![\\\\`][ \\t]*\\n)',
    end: NEVER,
    patterns: [
      ...include('#continuation', '#comment'),
      ...(language === SHELL ? FIRST_COMMAND : []),
      ...include(language.scope),
    ],
  };
}

/** An instruction that holds no heredoc. */
const plain = (mode: Mode, names: string, scope: string, inside: Rule[]): Rule => ({
  name: `meta.instruction.dockerfile meta.instruction.${scope}.dockerfile`,
  begin: begin(names),
  beginCaptures: keyword,
  while: WHILE[mode],
  patterns: mode === 'guest' ? [...include('#comment'), ...inside] : inside,
});

/** An instruction that may hold heredocs: it outlives its own lines. */
const withHeredocs = (mode: Mode, names: string, scope: string, kind: 'run' | 'copy', inside: Rule[]): Rule => ({
  name: `meta.instruction.dockerfile meta.instruction.${scope}.dockerfile`,
  begin: begin(names),
  beginCaptures: keyword,
  end: mode === 'own' ? '^(?!\\G)' : `^(?!(?!${OPENS_INSTRUCTION})${CONTINUES_WITH_HEREDOC})`,
  patterns: [
    ...include(`#heredoc-line-${kind}`),
    {
      begin: '\\G(?!^)',
      while: `${WHILE[mode]}(?!${CONTINUES_WITH_HEREDOC})`,
      patterns: mode === 'guest' ? [...include('#comment'), ...inside] : inside,
    },
  ],
});

/** RUN and the others that hand a text to the shell. */
function shellInstructions(mode: Mode, language: Language): Rule[] {
  const command = include('#flags', '#continuation', '#json', `#${shellKey(language)}`);
  return [
    withHeredocs(mode, 'RUN', 'run', 'run', command),
    plain(mode, 'CMD', 'cmd', command),
    plain(mode, 'ENTRYPOINT', 'entrypoint', command),
    plain(mode, 'HEALTHCHECK', 'healthcheck', [
      ...include('#flags', '#continuation'),
      { match: '(?<=\\s)(?i:NONE)(?=\\s)', name: 'constant.language.none.dockerfile' },
      {
        begin: '(?<=\\s)(?i:CMD)(?=\\s)',
        beginCaptures: { 0: { name: KEYWORD } },
        end: NEVER,
        patterns: include('#continuation', '#json', `#${shellKey(language)}`),
      },
    ]),
  ];
}

function otherInstructions(mode: Mode): Rule[] {
  const simple = (name: string, key = name) =>
    plain(mode, name, name.toLowerCase(), include(`#arguments-${key.toLowerCase()}`));
  return [
    withHeredocs(mode, 'COPY|ADD', 'copy', 'copy', include('#arguments-paths')),
    simple('FROM'),
    simple('ARG'),
    simple('ENV'),
    simple('LABEL'),
    simple('EXPOSE'),
    simple('STOPSIGNAL'),
    simple('USER'),
    simple('VOLUME', 'paths'),
    simple('WORKDIR', 'paths'),
    simple('MAINTAINER', 'text'),
    plain(mode, 'SHELL', 'shell', include('#flags', '#continuation', '#json')),
    {
      name: 'meta.onbuild.dockerfile',
      begin: '^[ \\t]*((?i:ONBUILD))(?=\\s)(?:[ \\t]*([\\\\`])[ \\t]*\\n)?',
      beginCaptures: {
        1: { name: KEYWORD },
        2: { name: 'punctuation.separator.continuation.line.dockerfile' },
      },
      end: mode === 'own' ? '^(?!\\G)' : '^',
      patterns: include('#comment', `#instructions-${mode}`),
    },
  ];
}

export function instructionRules(): { [key: string]: Rule } {
  const rules: { [key: string]: Rule } = {};
  for (const language of [SHELL, POWERSHELL, BATCH]) rules[shellKey(language)] = shellForm(language);
  rules['instructions-own'] = {
    patterns: [
      ...shellInstructions('own', SHELL),
      ...otherInstructions('own'),
      {
        comment: 'A word that is no instruction: its lines still belong together.',
        name: 'meta.instruction.dockerfile meta.instruction.unknown.dockerfile',
        begin: '(?:^|\\G)[ \\t]*([^\\s#]\\S*)',
        while: '\\G',
        patterns: include('#continuation'),
      },
    ],
  };
  rules['instructions-own-powershell'] = { patterns: shellInstructions('own', POWERSHELL) };
  rules['instructions-own-batch'] = { patterns: shellInstructions('own', BATCH) };
  rules['instructions-guest'] = { patterns: [...shellInstructions('guest', SHELL), ...otherInstructions('guest')] };
  return rules;
}
