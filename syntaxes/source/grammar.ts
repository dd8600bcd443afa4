// Puts the grammar of Dockerfiles together: the head of a file, its modes, and what is injected where.
import { argumentRules } from './arguments.ts';
import { EXPANDED_BODIES, heredocRules, sharedHeredocRules } from './heredocs.ts';
import { instructionRules } from './instructions.ts';
import { type Grammar, include, NEVER, type Rule } from './rules.ts';

const DIRECTIVE = '[ \\t]*#[ \\t]*(?i:syntax|escape|check)[ \\t]*=[ \\t]*\\S';
const TO_BACKTICK = '[ \\t]*(#)[ \\t]*((?i:escape))[ \\t]*(=)[ \\t]*(`)[ \\t]*$';

const directiveName = {
  1: { name: 'comment.line.number-sign.dockerfile punctuation.definition.comment.dockerfile' },
  2: { name: 'keyword.other.directive.dockerfile' },
  3: { name: 'keyword.operator.assignment.dockerfile' },
};

const directive = (name: string, value: Rule[]): Rule => ({
  name: 'meta.directive.dockerfile',
  begin: `^[ \\t]*(#)[ \\t]*((?i:${name}))[ \\t]*(=)[ \\t]*(?=\\S)`,
  beginCaptures: directiveName,
  end: '$',
  patterns: value,
});

function directiveRules(): { [key: string]: Rule } {
  return {
    directive: {
      patterns: [
        directive('syntax', [...include('#image'), { match: '\\S+', name: 'string.unquoted.dockerfile' }]),
        directive('escape', [{ match: '[\\\\`](?=[ \\t]*$)', name: 'constant.character.escape.dockerfile' }]),
        directive('check', [
          {
            match: '(skip|error|experimental)[ \\t]*(=)',
            captures: {
              1: { name: 'variable.parameter.check.dockerfile' },
              2: { name: 'keyword.operator.assignment.dockerfile' },
            },
          },
          { match: ';', name: 'punctuation.separator.check.dockerfile' },
          { match: ',', name: 'punctuation.separator.comma.dockerfile' },
          { match: '(?i)\\b(?:true|false|all)\\b', name: 'constant.language.dockerfile' },
          { match: '\\w+', name: 'support.constant.check.dockerfile' },
        ]),
      ],
    },
    head: {
      comment: 'Directives stand before all else. After `# escape=`` the rest of the file is another mode.',
      name: 'meta.directives.dockerfile',
      begin: `\\A(?=\\x{FEFF}?(?:#!|${DIRECTIVE}))(\\x{FEFF}?)`,
      // Not on the first line, which may be one for the system.
      end: `^(?!\\G)(?!${DIRECTIVE})`,
      patterns: [
        { match: '\\G(#)!.*', name: 'comment.line.shebang.dockerfile' },
        {
          contentName: 'meta.escape.backtick.dockerfile',
          begin: `(?:^|\\G)${TO_BACKTICK}`,
          beginCaptures: { ...directiveName, 4: { name: 'constant.character.escape.dockerfile' } },
          end: NEVER,
          patterns: [
            {
              name: 'meta.directives.rest.dockerfile',
              begin: '\\G',
              while: `^(?=${DIRECTIVE})`,
              patterns: include('#directive'),
            },
          ],
        },
        ...include('#directive'),
      ],
    },
    'shell-form-guard': {
      comment:
        'Keeps the end of the line, and with it whether the line goes on, out of the reach of the embedded shell.',
      match: '\\n',
    },
    'shell-heredoc': {
      comment: 'Without a body: one that has one is no part of a shell form.',
      patterns: [
        { match: '<<<', name: 'keyword.operator.herestring.shell' },
        { match: '<<-?', name: 'keyword.operator.heredoc.shell' },
      ],
    },
    'shell-comment': {
      comment:
        'A grammar may take a comment in one piece, and the escape at its end with it: the lines join all the same.',
      name: 'comment.line.number-sign.shell',
      begin: '(?:(?<![^\\s;&|()])|[ \\t]+)(?<!\\\\)(#)',
      beginCaptures: { 1: { name: 'punctuation.definition.comment.shell' } },
      end: '(?=\\n)',
    },
    'batch-comment': {
      name: 'comment.line.rem.batchfile',
      begin: '(?i:[ \\t]*(?<![^\\s&|(@])(?:REM(?!\\S)|::))',
      end: '(?=\\n)',
    },
    powershell: {
      comment: 'What follows a SHELL that names PowerShell, up to the next SHELL or stage.',
      name: 'meta.shell.powershell.dockerfile',
      begin: '^(?=[ \\t]*(?i:SHELL)[ \\t]+\\[[ \\t]*"[^"\\n]*(?i:powershell|pwsh))',
      end: '^(?!\\G)(?=[ \\t]*(?i:SHELL|FROM)[ \\t])',
      patterns: include('#comment', '#instructions-own-powershell', '#instructions-own'),
    },
  };
}

const NOT_IN_INSTRUCTION =
  '- meta.instruction.dockerfile - meta.onbuild.dockerfile - meta.shell.powershell.dockerfile - meta.directives.rest.dockerfile - (meta.directives.dockerfile - meta.escape.backtick.dockerfile)';

export function dockerfileGrammar(): Grammar {
  return {
    $comment: 'Written by syntaxes/build.ts from syntaxes/source: change it there.',
    name: 'Dockerfile',
    scopeName: 'source.dockerfile',
    fileTypes: ['Dockerfile', 'dockerfile', 'Containerfile', 'containerfile'],
    patterns: include('#directive', '#comment', '#instructions-guest'),
    injections: {
      // Of two that match at one place the first wins. They also win over the end of a rule that is open: nothing may
      // be injected where a rule has to end.
      [`L:source.dockerfile ${NOT_IN_INSTRUCTION} - meta.directives.dockerfile`]: { patterns: include('#head') },
      [`L:meta.escape.backtick.dockerfile ${NOT_IN_INSTRUCTION}`]: {
        patterns: include('#powershell', '#instructions-own-batch'),
      },
      [`L:source.dockerfile ${NOT_IN_INSTRUCTION}`]: {
        patterns: include('#comment', '#powershell', '#instructions-own'),
      },
      'L:meta.escape.backtick.dockerfile meta.instruction.dockerfile - meta.heredoc.body.dockerfile - meta.continuation.dockerfile':
        {
          patterns: [...include('#continuation-backtick'), { match: '\\\\(?=[ \\t]*\\n)' }],
        },
      'L:meta.escape.backtick.dockerfile meta.instruction.dockerfile - meta.heredoc - meta.shell-form.dockerfile - string.quoted.single.dockerfile - meta.structure.array.dockerfile - meta.continuation.dockerfile':
        { patterns: [{ match: '`[^\\n]', name: 'constant.character.escape.dockerfile' }, { match: '\\\\' }] },
      'L:meta.shell-form.dockerfile - meta.escape.backtick.dockerfile - meta.continuation.dockerfile': {
        patterns: include('#continuation'),
      },
      'L:meta.shell-form.dockerfile - meta.embedded.block.bat - string.quoted - string.interpolated - comment - meta.continuation.dockerfile':
        { patterns: include('#shell-comment') },
      'L:meta.shell-form.dockerfile meta.embedded.block.bat - string.quoted - comment - meta.continuation.dockerfile': {
        patterns: include('#batch-comment'),
      },
      'L:meta.shell-form.dockerfile - string.quoted - string.interpolated - comment - meta.continuation.dockerfile': {
        patterns: include('#shell-heredoc'),
      },
      'L:meta.shell-form.dockerfile - meta.continuation.dockerfile': { patterns: include('#shell-form-guard') },
      'L:meta.heredoc.head.dockerfile - meta.flags.dockerfile - meta.continuation.dockerfile': {
        patterns: include('#heredoc-operator'),
      },
      [EXPANDED_BODIES]: { patterns: include('#variable') },
    },
    repository: {
      ...directiveRules(),
      ...instructionRules(),
      ...argumentRules(),
      ...heredocRules('run'),
      ...heredocRules('copy'),
      ...sharedHeredocRules(),
    },
  };
}
