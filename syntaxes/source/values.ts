// The rules for what stands inside of arguments: variables, quotes, arrays in JSON.
import { include, type Rule } from './rules.ts';

const JSON_STRING = '"(?:[^"\\\\\\n]|\\\\.)*+"';
/** An array of strings that ends with the line, or goes on behind a continuation. */
const JSON_AHEAD = `\\[[ \\t]*(?:${JSON_STRING}[ \\t]*,[ \\t]*)*+(?:(?:${JSON_STRING}[ \\t]*)?\\][ \\t]*$|(?:${JSON_STRING}[ \\t]*)?[\\\\\`][ \\t]*$)`;

const json = (inside: Rule[]): Rule => ({
  name: 'meta.structure.array.dockerfile',
  begin: `(?=${JSON_AHEAD})(\\[)`,
  beginCaptures: { 1: { name: 'punctuation.definition.array.begin.dockerfile' } },
  end: '\\]',
  endCaptures: { 0: { name: 'punctuation.definition.array.end.dockerfile' } },
  patterns: [
    ...include('#continuation'),
    { match: ',', name: 'punctuation.separator.array.dockerfile' },
    {
      name: 'string.quoted.double.dockerfile',
      begin: '"',
      beginCaptures: { 0: { name: 'punctuation.definition.string.begin.dockerfile' } },
      end: '"',
      endCaptures: { 0: { name: 'punctuation.definition.string.end.dockerfile' } },
      patterns: [
        { match: '\\\\(?:["\\\\/bfnrt]|u[0-9a-fA-F]{4})', name: 'constant.character.escape.dockerfile' },
        ...include('#continuation'),
        ...inside,
      ],
    },
  ],
});

/** How deep variables may stand in one another before the inner ones are plain text: each level costs all later ones time. */
const DEPTH = 8;

/** Variables and quotes at nesting `depth`: ${name}, ${name:-word}, ${name#pattern}, ${name/pattern/word}. */
function variableRules(depth: number): { [key: string]: Rule } {
  const at = (key: string, level: number) => (level === 0 ? key : `${key}-${level}`);
  const inner =
    depth === DEPTH ? [] : [{ include: `#${at('quoted', depth + 1)}` }, { include: `#${at('variable', depth + 1)}` }];
  const inside = [...include('#continuation', '#escape'), ...inner];
  return {
    [at('variable', depth)]: {
      patterns: [
        {
          name: 'meta.variable.expansion.dockerfile',
          begin: '(\\$)(\\{)((?:[A-Za-z_]\\w*|\\d+|[@*#?$!-])?)',
          beginCaptures: {
            1: { name: 'punctuation.definition.variable.dockerfile' },
            2: { name: 'punctuation.section.expansion.begin.dockerfile' },
            3: { name: 'variable.other.readwrite.dockerfile' },
          },
          end: '\\}',
          endCaptures: { 0: { name: 'punctuation.section.expansion.end.dockerfile' } },
          patterns: [
            ...include('#continuation'),
            {
              begin: '\\G//?',
              beginCaptures: { 0: { name: 'keyword.operator.expansion.dockerfile' } },
              end: '(?=\\})',
              patterns: [
                { match: '/', name: 'keyword.operator.expansion.dockerfile' },
                ...inside,
                { match: '[^\\s/}\\\\`$"\']+', name: 'string.unquoted.expansion.dockerfile' },
              ],
            },
            {
              begin: '\\G(?::[-+?]|[-+?]|##?|%%?)',
              beginCaptures: { 0: { name: 'keyword.operator.expansion.dockerfile' } },
              end: '(?=\\})',
              patterns: [...inside, { match: '[^\\s}\\\\`$"\']+', name: 'string.unquoted.expansion.dockerfile' }],
            },
          ],
        },
        {
          match: '(\\$)([A-Za-z_]\\w*|\\d+|[@*#?$!-])',
          captures: {
            1: { name: 'punctuation.definition.variable.dockerfile' },
            2: { name: 'variable.other.readwrite.dockerfile' },
          },
        },
      ],
    },
    [at('quoted', depth)]: {
      patterns: [
        {
          name: 'string.quoted.double.dockerfile',
          begin: '"',
          beginCaptures: { 0: { name: 'punctuation.definition.string.begin.dockerfile' } },
          end: '"',
          endCaptures: { 0: { name: 'punctuation.definition.string.end.dockerfile' } },
          patterns: [
            ...include('#continuation'),
            { match: '\\\\["$\\\\]', name: 'constant.character.escape.dockerfile' },
            ...inner.slice(1),
          ],
        },
        {
          name: 'string.quoted.single.dockerfile',
          begin: "'",
          beginCaptures: { 0: { name: 'punctuation.definition.string.begin.dockerfile' } },
          end: "'",
          endCaptures: { 0: { name: 'punctuation.definition.string.end.dockerfile' } },
          patterns: include('#continuation'),
        },
      ],
    },
  };
}

export const valueRules = (): { [key: string]: Rule } => ({
  ...Object.assign({}, ...Array.from({ length: DEPTH + 1 }, (_, depth) => variableRules(depth))),
  json: json([]),
  'json-expanding': json(include('#variable')),
});
