import { expect, test } from 'vitest';
import { type Env, type LexOptions, processWord, processWords } from './shell.ts';

const variables = new Map([
  ['A', 'a b'],
  ['PATH', '/usr/lib/libx.so.1'],
  ['EMPTY', ''],
  ['Q', '"q"'],
  ['STAR', '*'],
]);
const env: Env = { get: (key) => variables.get(key), keys: () => [...variables.keys()] };

// A word, what the lexer of BuildKit 0.34.2 makes of it, and the words that it splits it into.
const words: readonly (readonly [string, string | { readonly error: string }, readonly string[]])[] = [
  ['plain', 'plain', ['plain']],
  ['$A', 'a b', ['a', 'b']],
  ['${A}x', 'a bx', ['a', 'bx']],
  ['$AB', '', []],
  ['$', '$', ['$']],
  ['$$', '', []],
  ['${EMPTY:-x}', 'x', ['x']],
  ['${EMPTY-x}', '', []],
  ['${U:-$A}', 'a b', ['a', 'b']],
  ['${U-"$A c"}', 'a b c', ['a', 'b', 'c']],
  ['${U:+x}', '', []],
  ['${A:+${Q}}', '"q"', ['"q"']],
  ['${A+x}', 'x', ['x']],
  ['${A?no}', 'a b', ['a', 'b']],
  ['${U?}', { error: 'failed to process "${U?}": U: is not allowed to be unset' }, []],
  ['${U:?}', { error: 'failed to process "${U:?}": U: is not allowed to be unset' }, []],
  ['${EMPTY:?}', { error: 'failed to process "${EMPTY:?}": EMPTY: is not allowed to be empty' }, []],
  ['${U:?because $A}', { error: 'failed to process "${U:?because $A}": U: because a b' }, []],
  ['${PATH#*/}', 'usr/lib/libx.so.1', ['usr/lib/libx.so.1']],
  ['${PATH##*/}', 'libx.so.1', ['libx.so.1']],
  ['${PATH%.*}', '/usr/lib/libx.so', ['/usr/lib/libx.so']],
  ['${PATH%%.*}', '/usr/lib/libx', ['/usr/lib/libx']],
  ['${PATH%/?ib*}', '/usr/lib', ['/usr/lib']],
  ['${PATH/lib/L}', '/usr/L/libx.so.1', ['/usr/L/libx.so.1']],
  ['${PATH//[l]/x}', '/usr/lib/libx.so.1', ['/usr/lib/libx.so.1']],
  ['${PATH//l/[$0]}', '/usr/[]ib/[]ibx.so.1', ['/usr/[]ib/[]ibx.so.1']],
  ['${PATH//l/\\$0}', '/usr/\\lib/\\libx.so.1', ['/usr/\\lib/\\libx.so.1']],
  ['${PATH//*/x}', 'x', ['x']],
  ['${PATH/\\//-}', '-usr/lib/libx.so.1', ['-usr/lib/libx.so.1']],
  ['${PATH//\\//-}', '-usr-lib-libx.so.1', ['-usr-lib-libx.so.1']],
  ['${A/ /\\}}', 'a\\}b', ['a\\}b']],
  [
    '${A#\\a}',
    { error: 'failed to process "${A#\\\\a}": invalid pattern (\\a) in substitution: invalid escape \'\\a\'' },
    [],
  ],
  ['${PATH#$STAR/}', 'usr/lib/libx.so.1', ['usr/lib/libx.so.1']],
  ['${PATH#"$STAR"/}', 'usr/lib/libx.so.1', ['usr/lib/libx.so.1']],
  ["'$A'", '$A', ['$A']],
  ['"$A"', 'a b', ['a b']],
  ['"\\$A \\x \\" "', '$A \\x " ', ['$A \\x " ']],
  ["\\$A \\' \\ x", "$A '  x", ['$A', "'", ' x']],
  [
    "it's",
    { error: 'failed to process "it\'s": unexpected end of statement while looking for matching single-quote' },
    [],
  ],
  [
    '"open',
    { error: 'failed to process "\\"open": unexpected end of statement while looking for matching double-quote' },
    [],
  ],
  ['${A', { error: 'failed to process "${A": unsupported modifier (�) in substitution' }, []],
  ['${A:', { error: 'failed to process "${A:": syntax error: missing \'}\'' }, []],
  ['${A/x', { error: 'failed to process "${A/x": syntax error: missing \'/\' in ${}' }, []],
  ['${A/x/y', { error: 'failed to process "${A/x/y": syntax error: missing \'}\'' }, []],
  ['${', { error: 'failed to process "${": syntax error: missing \'}\'' }, []],
  ['${}', { error: 'failed to process "${}": syntax error: bad substitution' }, []],
  ['${:x}', { error: 'failed to process "${:x}": syntax error: bad substitution' }, []],
  ['${{A}}', { error: 'failed to process "${{A}}": syntax error: bad substitution' }, []],
  ['${A^}', { error: 'failed to process "${A^}": unsupported modifier (^) in substitution' }, []],
  ['${A:#x}', { error: 'failed to process "${A:#x}": unsupported modifier (:#) in substitution' }, []],
  ['$1x', 'x', ['x']],
  ['${@}', '', []],
  ['$#', '', []],
  ['a\\', 'a', ['a']],
  ['<< EOF', '<< EOF', ['<< EOF']],
  ['  a  $A  "b c"  ', '  a  a b  b c  ', ['a', 'a', 'b', 'b c']],
  ['é$A\ud83d\ude00', 'éa b\ud83d\ude00', ['éa', 'b\ud83d\ude00']],
];

for (const [word, expected, split] of words) {
  test(`${JSON.stringify(word)} expands as BuildKit expands it`, () => {
    const { result, error } = processWord(word, env, { escape: '\\' });
    expect(error === undefined ? result : { error }).toEqual(expected);
    expect(processWords(word, env, { escape: '\\' }).words).toEqual(split);
  });
}

const withOptions: readonly (readonly [LexOptions, string, string])[] = [
  [{ escape: '\\', rawQuotes: true }, '"a $A" \'b\'', '"a a b" \'b\''],
  [{ escape: '\\', rawQuotes: true }, '"\\x\\""', '"\\x""'],
  [{ escape: '\\', rawEscapes: true }, '\\$A \\x', '\\$A \\x'],
  [{ escape: '\\', rawEscapes: true }, '"\\$A\\x"', '\\$A\\\\x'],
  [{ escape: '\\', rawEscapes: true }, '"${U:-\\}}"', '}'],
  [{ escape: '\\', skipProcessQuotes: true }, '"$A" \'$A\'', '"a b" \'a b\''],
  [{ escape: '\\', skipProcessQuotes: true }, "it's \\$A", "it's $A"],
  [
    { escape: '\\', skipUnsetEnv: true },
    '$U ${U} ${U:-$A} ${U#x} ${U/a/b} ${U:z}',
    '$U ${U} ${U:-a b} ${U#x} ${U/a/b} ${U:z}',
  ],
  [{ escape: '`' }, '`$A \\$A "`$A"', '$A \\a b $A'],
  [{ escape: '`' }, '`` \\', '` \\'],
];

for (const [options, word, expected] of withOptions) {
  test(`${JSON.stringify(word)} with ${JSON.stringify(options)}`, () => {
    expect(processWord(word, env, options).result).toBe(expected);
  });
}

test('the names that were looked up are told apart', () => {
  const { matched, unmatched } = processWord('$A ${U:-$PATH} ${EMPTY:+$V}', env, { escape: '\\' });
  expect([...(matched ?? [])].sort()).toEqual(['A', 'EMPTY', 'PATH']);
  expect([...(unmatched ?? [])].sort()).toEqual(['U', 'V']);
});

test('a plain word has no names', () => {
  expect(processWord('/usr/bin', env, { escape: '\\' })).toEqual({
    result: '/usr/bin',
    matched: undefined,
    unmatched: undefined,
  });
});

test('deep nesting is refused, not fatal', () => {
  const deep = '${U:-'.repeat(50_000) + '}'.repeat(50_000);
  expect(processWord(deep, env, { escape: '\\' }).error).toContain('nested too deeply');
});

test('a pattern of many stars takes no time', () => {
  variables.set('LONG', 'a'.repeat(3000));
  expect(processWord('${LONG#*a*a*a*a*a*a*a*b}', env, { escape: '\\' }).result).toHaveLength(3000);
});

test('a byte that is no UTF-8 comes out as U+FFFD where the lexer reads it', () => {
  expect(processWord('a\udcffb', env, { escape: '\\' }).result).toBe('a\ufffdb');
});
