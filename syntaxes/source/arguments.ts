// The rules for what follows an instruction's keyword: flags, words, pairs, images.
import { continuation, include, NEVER, type Rule } from './rules.ts';
import { valueRules } from './values.ts';

const flagName = (name: string) => ({
  1: { name: 'punctuation.definition.flag.dockerfile' },
  2: { name: `entity.other.attribute-name.flag${name}.dockerfile` },
  3: { name: 'keyword.operator.assignment.dockerfile' },
});

/** A flag of these names, with what its value is made of. */
const flag = (names: string, value: Rule[], scope = ''): Rule => ({
  name: 'meta.flag.dockerfile',
  begin: `(--)(${names})(?:(=)|(?=\\s))`,
  beginCaptures: flagName(scope),
  end: '(?=\\s)',
  patterns: [...include('#quoted-flag-value', '#continuation'), ...value],
});

const word = (inside: Rule[], scope?: string): Rule => ({
  ...(scope === undefined ? {} : { name: scope }),
  begin: '(?=\\S)',
  end: '(?=\\s)',
  patterns: inside,
});

const text = (scope: string): Rule => ({ match: '[^\\s\\\\`$"\']+|[\\\\`$]', name: scope });

const VALUE = include('#quoted', '#continuation', '#escape', '#variable');

/** Pairs `key=value`, any number on a line, each key under `scope`; with the old form `key value` where there is one. */
function pairs(scope: string, oldForm: boolean): Rule {
  const pair: Rule = {
    name: 'meta.pair.dockerfile',
    begin: '(?=\\S)',
    end: '(?=\\s)',
    patterns: [
      { match: '\\G[^\\s=\'"\\\\$`]+(?=[=\\s])', name: scope },
      {
        begin: '=',
        beginCaptures: { 0: { name: 'keyword.operator.assignment.dockerfile' } },
        end: '(?=\\s)',
        patterns: [...VALUE, text('string.unquoted.dockerfile')],
      },
      ...VALUE,
    ],
  };
  const old: Rule = {
    name: 'meta.pair.legacy.dockerfile',
    begin: '\\G([^\\s=\'"\\\\$`]+)(?=[ \\t]+\\S)',
    beginCaptures: { 1: { name: scope } },
    end: NEVER,
    patterns: [...VALUE, text('string.unquoted.dockerfile')],
  };
  const all: Rule = {
    begin: '(?=\\S)(?![\\\\`][ \\t]*\\n)',
    end: NEVER,
    patterns: [...include('#continuation', '#comment'), ...(oldForm ? [old] : []), pair],
  };
  return { patterns: [...include('#flags', '#continuation'), all] };
}

const MOUNT_FIELDS: Rule[] = [
  { match: ',', name: 'punctuation.separator.comma.dockerfile' },
  {
    match: '(?i)(?<![^=,"])(type)(=)(bind|cache|tmpfs|secret|ssh)(?=[,\\s"])',
    captures: {
      1: { name: 'variable.parameter.mount.dockerfile' },
      2: { name: 'keyword.operator.assignment.dockerfile' },
      3: { name: 'support.constant.mount-type.dockerfile' },
    },
  },
  {
    match: '(?i)(?<![^=,"])(sharing)(=)(shared|private|locked)(?=[,\\s"])',
    captures: {
      1: { name: 'variable.parameter.mount.dockerfile' },
      2: { name: 'keyword.operator.assignment.dockerfile' },
      3: { name: 'support.constant.mount-sharing.dockerfile' },
    },
  },
  {
    match: '(?i)(?<![^=,"])(from)(=)([^,\\s"]+)',
    captures: {
      1: { name: 'variable.parameter.mount.dockerfile' },
      2: { name: 'keyword.operator.assignment.dockerfile' },
      3: { patterns: include('#stage-or-image') },
    },
  },
  {
    match: '(?i)(?<![^=,"])(readonly|ro|readwrite|rw|required)(?:(=)(true|false|[01tf])|(?=[,\\s"]))',
    captures: {
      1: { name: 'variable.parameter.mount.dockerfile' },
      2: { name: 'keyword.operator.assignment.dockerfile' },
      3: { name: 'constant.language.boolean.dockerfile' },
    },
  },
  {
    match: '(?i)(?<![^=,"])(mode|uid|gid|size)(=)(\\d+[a-z]*)(?=[,\\s"])',
    captures: {
      1: { name: 'variable.parameter.mount.dockerfile' },
      2: { name: 'keyword.operator.assignment.dockerfile' },
      3: { name: 'constant.numeric.dockerfile' },
    },
  },
  {
    match: '(?<![^=,"])([A-Za-z][\\w-]*)(=)',
    captures: {
      1: { name: 'variable.parameter.mount.dockerfile' },
      2: { name: 'keyword.operator.assignment.dockerfile' },
    },
  },
  ...include('#variable'),
  { match: '[^\\s,"\'$\\\\`]+', name: 'string.unquoted.flag-value.dockerfile' },
];

export function argumentRules(): { [key: string]: Rule } {
  return {
    ...valueRules(),
    never: { match: NEVER },
    continuation: continuation('\\\\'),
    'continuation-backtick': continuation('`'),
    comment: {
      match: '^[ \\t]*((#).*)$',
      captures: {
        1: { name: 'comment.line.number-sign.dockerfile' },
        2: { name: 'punctuation.definition.comment.dockerfile' },
      },
    },

    // Everything up to the first word that is no flag.
    flags: {
      name: 'meta.flags.dockerfile',
      begin: '\\G(?=\\s|--)',
      end: '(?=\\S)(?!--|[\\\\`][ \\t]*$)|(?<=\\s--)(?=\\s)',
      patterns: include('#continuation', '#flag'),
    },
    flag: {
      patterns: [
        { match: '--(?=\\s)', name: 'punctuation.definition.flag.end.dockerfile' },
        {
          ...flag('mount', [
            {
              begin: '"',
              beginCaptures: { 0: { name: 'punctuation.definition.string.begin.dockerfile' } },
              end: '"',
              endCaptures: { 0: { name: 'punctuation.definition.string.end.dockerfile' } },
              patterns: [...include('#continuation'), ...MOUNT_FIELDS],
            },
            ...MOUNT_FIELDS,
          ]),
          name: 'meta.flag.dockerfile meta.mount.dockerfile',
        },
        flag('from', include('#stage-or-image')),
        flag('link|parents|keep-git-dir|unpack', [
          { match: '(?i:true|false)(?=\\s)', name: 'constant.language.boolean.dockerfile' },
          ...include('#flag-value'),
        ]),
        flag('interval|timeout|start-period|start-interval|retries', [
          { match: '(?:\\d+(?:\\.\\d+)?(?:ns|us|µs|ms|s|m|h)?)+(?=\\s)', name: 'constant.numeric.dockerfile' },
          ...include('#flag-value'),
        ]),
        flag('network|security', [
          { match: '(?:default|none|host|insecure|sandbox)(?=\\s)', name: 'support.constant.flag-value.dockerfile' },
          ...include('#flag-value'),
        ]),
        flag('[A-Za-z][\\w-]*', include('#flag-value')),
      ],
    },
    'flag-value': {
      patterns: [
        ...include('#variable'),
        { match: '[^\\s"\'$\\\\`]+|[\\\\`$]', name: 'string.unquoted.flag-value.dockerfile' },
      ],
    },
    'quoted-flag-value': {
      comment: 'A mount has its own: its fields show inside of the quotes.',
      patterns: [
        {
          name: 'string.quoted.double.dockerfile',
          begin: '(?<!--mount=|,)"',
          end: '"',
          patterns: include('#continuation', '#escape', '#variable'),
        },
        { name: 'string.quoted.single.dockerfile', begin: "'", end: "'", patterns: include('#continuation') },
      ],
    },

    escape: { match: '\\\\(?![ \\t]*\\n).', name: 'constant.character.escape.dockerfile' },
    // Images: registry, name, tag, digest, each possibly with variables.
    image: {
      name: 'meta.image.dockerfile',
      begin: '(?=[^\\s\\\\`])',
      end: '(?=[\\s,])',
      patterns: [
        { match: '\\Gscratch(?=\\s)', name: 'constant.language.scratch.dockerfile' },
        {
          match: '\\G((?:localhost|[\\w-]++(?:\\.[\\w-]++)++)(?::\\d+)?|[\\w-]++:\\d+)(/)',
          captures: {
            1: { name: 'entity.name.namespace.registry.dockerfile' },
            2: { name: 'punctuation.separator.path.dockerfile' },
          },
        },
        {
          match: '(:)(\\d+)(/)',
          captures: {
            1: { name: 'punctuation.separator.port.dockerfile' },
            2: { name: 'constant.numeric.port.dockerfile' },
            3: { name: 'punctuation.separator.path.dockerfile' },
          },
        },
        {
          begin: '@',
          beginCaptures: { 0: { name: 'punctuation.separator.digest.dockerfile' } },
          end: '(?=[\\s,"])',
          patterns: [
            ...include('#variable', '#continuation'),
            { match: '[^\\s,"$\\\\`]+', name: 'constant.other.digest.dockerfile' },
          ],
        },
        {
          begin: ':',
          beginCaptures: { 0: { name: 'punctuation.separator.tag.dockerfile' } },
          end: '(?=[\\s,@"])',
          patterns: [
            ...include('#variable', '#continuation'),
            { match: '[^\\s,@"$\\\\`]+', name: 'constant.other.tag.dockerfile' },
          ],
        },
        ...include('#variable', '#continuation', '#quoted'),
        { match: '[^\\s:@/,$"\'\\\\`]+', name: 'entity.name.class.image.dockerfile' },
        { match: '/', name: 'punctuation.separator.path.dockerfile' },
      ],
    },
    'stage-or-image': {
      patterns: [
        { match: '(?<==)\\d+(?=[\\s,"]|$)', name: 'constant.numeric.stage.dockerfile' },
        { match: '(?<==)[A-Za-z][\\w.-]*(?=[\\s,"]|$)', name: 'entity.name.type.stage.dockerfile' },
        ...include('#image'),
      ],
    },

    // The arguments of each instruction.
    'arguments-from': {
      patterns: [
        ...include('#flags', '#continuation'),
        {
          begin: '(?<=\\s)(?i:AS)(?=\\s)',
          beginCaptures: { 0: { name: 'keyword.control.as.dockerfile' } },
          end: NEVER,
          patterns: [
            ...include('#continuation', '#variable'),
            { match: '[^\\s\\\\`$]+', name: 'entity.name.type.stage.dockerfile' },
          ],
        },
        ...include('#image'),
      ],
    },
    'arguments-arg': pairs('variable.other.readwrite.dockerfile', false),
    'arguments-env': pairs('variable.other.readwrite.dockerfile', true),
    'arguments-label': pairs('entity.other.attribute-name.label.dockerfile', true),
    paths: word([...VALUE, text('string.unquoted.path.dockerfile')]),
    'arguments-paths': { patterns: include('#flags', '#continuation', '#json-expanding', '#paths') },
    'arguments-expose': {
      patterns: [
        ...include('#flags', '#continuation', '#variable', '#quoted'),
        {
          match: '(\\d+)(?:(-)(\\d+))?(?:(/)([A-Za-z]+))?',
          captures: {
            1: { name: 'constant.numeric.port.dockerfile' },
            2: { name: 'keyword.operator.range.dockerfile' },
            3: { name: 'constant.numeric.port.dockerfile' },
            4: { name: 'punctuation.separator.protocol.dockerfile' },
            5: { name: 'support.constant.protocol.dockerfile' },
          },
        },
        {
          match: '(/)([A-Za-z]+)',
          captures: {
            1: { name: 'punctuation.separator.protocol.dockerfile' },
            2: { name: 'support.constant.protocol.dockerfile' },
          },
        },
      ],
    },
    'arguments-stopsignal': {
      patterns: [
        ...include('#flags', '#continuation', '#variable', '#quoted'),
        { match: '(?i)SIG[A-Z0-9+-]+', name: 'support.constant.signal.dockerfile' },
        { match: '\\d+', name: 'constant.numeric.signal.dockerfile' },
      ],
    },
    'arguments-user': {
      patterns: [
        ...include('#flags', '#continuation', '#variable', '#quoted', '#escape'),
        { match: ':', name: 'punctuation.separator.group.dockerfile' },
        { match: '[^\\s:$"\'\\\\`]+', name: 'string.unquoted.user.dockerfile' },
      ],
    },
    'arguments-text': {
      patterns: [
        ...include('#flags', '#continuation'),
        { match: '[^\\s\\\\`]+|[\\\\`]', name: 'string.unquoted.dockerfile' },
      ],
    },
  };
}
