import { expect, test } from 'vitest';
import { readDockerfile } from './read.ts';

// Text, what BuildKit 0.34.2 says of it, the lines that it attaches; then our name for it, the characters that we mark,
// and the suggestion for them.
const refused: readonly (readonly [string, string, readonly number[], string, string, string?])[] = [
  ['', 'the Dockerfile cannot be empty', [], 'empty-file', ''],
  ['\n# only a comment\n', 'file with no instructions', [2, 2], 'no-instructions', ''],
  [
    'FROM a\nENV\n',
    'dockerfile parse error on line 2: ENV requires at least one argument',
    [2, 2],
    'missing-arguments',
    'ENV',
  ],
  ['FROM a\nENV x\n', 'ENV must have two arguments', [2, 2], 'missing-value', 'x'],
  [
    'FROM a\nLABEL a=b c\n',
    'Syntax error - can\'t find = in "c". Must be of the form: name=value',
    [2, 2],
    'missing-equals',
    'c',
  ],
  ['FROM a\nENV =b\n', 'dockerfile parse error on line 2: ENV names can not be blank', [2, 2], 'blank-name', '=b'],
  ['FROM a\nARG =b\n', 'dockerfile parse error on line 2: ARG names can not be blank', [2, 2], 'blank-name', '=b'],
  [
    'FROM a\nRUN ["a", 1]\n',
    'when using JSON array syntax, arrays must be comprised of strings only',
    [2, 2],
    'json-not-strings',
    '["a", 1]',
  ],
  [
    'FROM a\nCOPY ["a", ["b"]]\n',
    'when using JSON array syntax, arrays must be comprised of strings only',
    [2, 2],
    'json-not-strings',
    '["a", ["b"]]',
  ],
  ['FROM a\nRUN <<EOF\nhi\n', 'unterminated heredoc', [2, 3], 'unterminated-heredoc', '<<EOF'],
  ["FROM a\nRUN a \\\n  <<-'X' \\\n  b\nhi\n", 'unterminated heredoc', [2, 5], 'unterminated-heredoc', "<<-'X'"],
  ['# escape=x\nFROM a\n', "invalid escape token 'x' does not match ` or \\", [0, 0], 'invalid-escape', 'x'],
  [
    '# escape=`\n# escape=`\nFROM a\n',
    'only one escape parser directive can be used',
    [1, 1],
    'duplicate-directive',
    '# escape=`',
  ],
  [
    'FROM a\nRUNN x\n',
    'dockerfile parse error on line 2: unknown instruction: RUNN (did you mean RUN?)',
    [2, 2],
    'unknown-instruction',
    'RUNN',
    'RUN',
  ],
  [
    'FROM a\nrnu x\n',
    'dockerfile parse error on line 2: unknown instruction: rnu (did you mean run?)',
    [2, 2],
    'unknown-instruction',
    'rnu',
    'run',
  ],
  [
    'FROM a\nXYZZY x\n',
    'dockerfile parse error on line 2: unknown instruction: XYZZY',
    [2, 2],
    'unknown-instruction',
    'XYZZY',
  ],
  ['ENV a=b\n', 'no build stage in current context', [1, 1], 'no-stage', 'ENV'],
  ['ARG a\nRUN x\nFROM b\n', 'no build stage in current context', [2, 2], 'no-stage', 'RUN'],
  [
    'FROM a\nCOPY --chonw=1 a b\n',
    'dockerfile parse error on line 2: unknown flag: --chonw (did you mean chown?)',
    [2, 2],
    'unknown-flag',
    'chonw',
    'chown',
  ],
  [
    'FROM a\nCOPY --bogus a b\n',
    'dockerfile parse error on line 2: unknown flag: --bogus',
    [2, 2],
    'unknown-flag',
    'bogus',
  ],
  [
    'FROM a\nCOPY --link=maybe a b\n',
    'dockerfile parse error on line 2: expecting boolean value for flag --link, not: maybe',
    [2, 2],
    'invalid-boolean',
    'maybe',
  ],
  [
    'FROM a\nCOPY --link= a b\n',
    'dockerfile parse error on line 2: missing a value on flag: --link',
    [2, 2],
    'missing-flag-value',
    '--link=',
  ],
  [
    'FROM a\nCOPY --chown a b\n',
    'dockerfile parse error on line 2: missing a value on flag: --chown',
    [2, 2],
    'missing-flag-value',
    '--chown',
  ],
  [
    'FROM a\nCOPY --chown=1 --chown=2 a b\n',
    'dockerfile parse error on line 2: duplicate flag specified: --chown',
    [2, 2],
    'duplicate-flag',
    '--chown=2',
  ],
  [
    'FROM a\nCOPY --"fro"m="x y" --form=z a b\n',
    'dockerfile parse error on line 2: unknown flag: --form (did you mean from?)',
    [2, 2],
    'unknown-flag',
    'form',
    'from',
  ],
  ['FROM a\nENV --x=y a=b\n', 'dockerfile parse error on line 2: unknown flag: --x', [2, 2], 'unknown-flag', 'x'],
  [
    'FROM a\nCOPY a\n',
    'dockerfile parse error on line 2: COPY requires at least two arguments, but only one was provided. Destination could not be determined',
    [2, 2],
    'missing-destination',
    'COPY',
  ],
  [
    'FROM a\nADD\n',
    'dockerfile parse error on line 2: ADD requires at least two arguments, but only one was provided. Destination could not be determined',
    [2, 2],
    'missing-destination',
    'ADD',
  ],
  [
    'FROM a\nCOPY a <<X\nX\n',
    'dockerfile parse error on line 2: COPY cannot accept a heredoc as a destination',
    [2, 3],
    'heredoc-destination',
    '<<X',
  ],
  [
    'FROM a b\n',
    'dockerfile parse error on line 1: FROM requires either one or three arguments',
    [1, 1],
    'from-arguments',
    'a b',
  ],
  [
    'FROM\n',
    'dockerfile parse error on line 1: FROM requires either one or three arguments',
    [1, 1],
    'from-arguments',
    'FROM',
  ],
  [
    'FROM a AS 1x\n',
    'dockerfile parse error on line 1: invalid name for build stage: "1x", name can\'t start with a number or contain symbols',
    [1, 1],
    'invalid-stage-name',
    '1x',
  ],
  [
    'FROM a AS x/y\n',
    'dockerfile parse error on line 1: invalid name for build stage: "x/y", name can\'t start with a number or contain symbols',
    [1, 1],
    'invalid-stage-name',
    'x/y',
  ],
  [
    'FROM --paltform=x a\n',
    'dockerfile parse error on line 1: unknown flag: --paltform (did you mean platform?)',
    [1, 1],
    'unknown-flag',
    'paltform',
    'platform',
  ],
  [
    'FROM a\nONBUILD\n',
    'dockerfile parse error on line 2: ONBUILD requires at least one argument',
    [2, 2],
    'missing-arguments',
    'ONBUILD',
  ],
  [
    'FROM a\nONBUILD ONBUILD RUN x\n',
    "dockerfile parse error on line 2: Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed",
    [2, 2],
    'onbuild-chain',
    'ONBUILD',
  ],
  [
    'FROM a\nONBUILD from x\n',
    "dockerfile parse error on line 2: FROM isn't allowed as an ONBUILD trigger",
    [2, 2],
    'onbuild-forbidden',
    'from',
  ],
  [
    'FROM a\nONBUILD MAINTAINER x\n',
    "dockerfile parse error on line 2: MAINTAINER isn't allowed as an ONBUILD trigger",
    [2, 2],
    'onbuild-forbidden',
    'MAINTAINER',
  ],
  ['FROM a\nONBUILD ENV x\n', 'ENV must have two arguments', [2, 2], 'missing-value', 'x'],
  [
    'FROM a\nWORKDIR\n',
    'dockerfile parse error on line 2: WORKDIR requires exactly one argument',
    [2, 2],
    'missing-arguments',
    'WORKDIR',
  ],
  [
    'FROM a\nUSER\n',
    'dockerfile parse error on line 2: USER requires exactly one argument',
    [2, 2],
    'missing-arguments',
    'USER',
  ],
  [
    'FROM a\nMAINTAINER\n',
    'dockerfile parse error on line 2: MAINTAINER requires exactly one argument',
    [2, 2],
    'missing-arguments',
    'MAINTAINER',
  ],
  [
    'FROM a\nSTOPSIGNAL\n',
    'dockerfile parse error on line 2: STOPSIGNAL requires exactly one argument',
    [2, 2],
    'missing-arguments',
    'STOPSIGNAL',
  ],
  [
    'FROM a\nEXPOSE\n',
    'dockerfile parse error on line 2: EXPOSE requires at least one argument',
    [2, 2],
    'missing-arguments',
    'EXPOSE',
  ],
  [
    'FROM a\nVOLUME\n',
    'dockerfile parse error on line 2: VOLUME requires at least one argument',
    [2, 2],
    'missing-arguments',
    'VOLUME',
  ],
  [
    'FROM a\nVOLUME ["/a", " "]\n',
    'dockerfile parse error on line 2: VOLUME specified can not be an empty string',
    [2, 2],
    'empty-volume',
    ' ',
  ],
  [
    'FROM a\nSHELL []\n',
    'dockerfile parse error on line 2: SHELL requires at least one argument',
    [2, 2],
    'missing-arguments',
    'SHELL',
  ],
  [
    'FROM a\nSHELL bash -c\n',
    'dockerfile parse error on line 2: SHELL requires the arguments to be in JSON form',
    [2, 2],
    'shell-not-json',
    'bash -c',
  ],
  [
    'FROM a\nHEALTHCHECK\n',
    'dockerfile parse error on line 2: HEALTHCHECK requires at least one argument',
    [2, 2],
    'missing-arguments',
    'HEALTHCHECK',
  ],
  [
    'FROM a\nHEALTHCHECK NONE x\n',
    'dockerfile parse error on line 2: HEALTHCHECK NONE takes no arguments',
    [2, 2],
    'too-many-arguments',
    'x',
  ],
  [
    'FROM a\nHEALTHCHECK exec x\n',
    'dockerfile parse error on line 2: Unknown type "EXEC" in HEALTHCHECK (try CMD)',
    [2, 2],
    'unknown-healthcheck-type',
    'exec',
  ],
  [
    'FROM a\nHEALTHCHECK CMD\n',
    'dockerfile parse error on line 2: Missing command after HEALTHCHECK CMD',
    [2, 2],
    'missing-arguments',
    'CMD',
  ],
  [
    'FROM a\nHEALTHCHECK --interval=5 CMD x\n',
    'dockerfile parse error on line 2: time: missing unit in duration "5"',
    [2, 2],
    'invalid-duration',
    '5',
  ],
  [
    'FROM a\nHEALTHCHECK --timeout=5x CMD x\n',
    'dockerfile parse error on line 2: time: unknown unit "x" in duration "5x"',
    [2, 2],
    'invalid-duration',
    '5x',
  ],
  [
    'FROM a\nHEALTHCHECK --start-period=1us CMD x\n',
    'dockerfile parse error on line 2: Interval "start-period" cannot be less than 1ms',
    [2, 2],
    'invalid-duration',
    '1us',
  ],
  [
    'FROM a\nHEALTHCHECK --retries=two CMD x\n',
    'dockerfile parse error on line 2: strconv.ParseInt: parsing "two": invalid syntax',
    [2, 2],
    'invalid-retries',
    'two',
  ],
  [
    'FROM a\nHEALTHCHECK --retries=-1 CMD x\n',
    'dockerfile parse error on line 2: --retries cannot be negative (-1)',
    [2, 2],
    'invalid-retries',
    '-1',
  ],
  [
    'FROM a\nHEALTHCHECK --retries=3000000000 CMD x\n',
    'dockerfile parse error on line 2: strconv.ParseInt: parsing "3000000000": value out of range',
    [2, 2],
    'invalid-retries',
    '3000000000',
  ],
  [
    'FROM a\nRUN --mount=type=bind,from=$b,target=/x y\n',
    "dockerfile parse error on line 2: 'from' doesn't support variable expansion, define alias stage instead",
    [2, 2],
    'invalid-mount',
    '$b',
  ],
  [
    'FROM a\nRUN --mount=a\\"b x\n',
    'dockerfile parse error on line 2: failed to parse csv mounts: parse error on line 1, column 2: bare " in non-quoted-field',
    [2, 2],
    'invalid-mount',
    'a\\"b',
  ],
  [
    'FROM a\nRUN --mount= x\n',
    'dockerfile parse error on line 2: failed to parse csv mounts: EOF',
    [2, 2],
    'invalid-mount',
    '--mount=',
  ],
  [
    'FROM a\nRUN --device=x,nam=y z\n',
    "dockerfile parse error on line 2: unexpected key 'nam' in 'nam=y' (did you mean name?)",
    [2, 2],
    'invalid-device',
    'nam',
    'name',
  ],
  [
    'FROM a\nRUN --device=name=x,name=y z\n',
    'dockerfile parse error on line 2: device name already set to x',
    [2, 2],
    'invalid-device',
    'name=y',
  ],
  [
    'FROM a\nRUN --device=x,required=perhaps z\n',
    'dockerfile parse error on line 2: invalid value for required: perhaps',
    [2, 2],
    'invalid-device',
    'perhaps',
  ],
  [
    'FROM a\nRUN --network=lan x\n',
    'dockerfile parse error on line 2: invalid network mode "lan"',
    [2, 2],
    'invalid-network',
    'lan',
  ],
  [
    'FROM a\nRUN --security=none x\n',
    'dockerfile parse error on line 2: security "none" is not valid',
    [2, 2],
    'invalid-security',
    'none',
  ],
  [
    'FROM a\nRUN --security=none --network=lan --mount=from=$x --device=a,b x\n',
    "dockerfile parse error on line 2: invalid field 'b' must be a key=value pair",
    [2, 2],
    'invalid-device',
    'b',
  ],
  ['FROM a\nRUNN x\nENV y\n', 'ENV must have two arguments', [3, 3], 'missing-value', 'y'],
  [
    'FROM a\n\n\nRUN --mount=type=cache \\\n# c\n  --netwrok=host \\\n  x\n',
    'dockerfile parse error on line 4: unknown flag: --netwrok (did you mean network?)',
    [4, 7],
    'unknown-flag',
    'netwrok',
    'network',
  ],
  [
    '# syntax=a\n# SYNTAX=b\nFROM a\n',
    'only one syntax parser directive can be used',
    [1, 1],
    'duplicate-directive',
    '# SYNTAX=b',
  ],
];

for (const [text, message, lines, code, marked, suggestion] of refused) {
  test(`${JSON.stringify(text)} is refused as BuildKit refuses it`, () => {
    const [problem] = readDockerfile(text).problems;
    expect(problem?.message).toBe(message);
    expect(problem?.locations.flatMap(({ first, last }) => [first, last])).toEqual(lines);
    expect(problem?.code).toBe(code);
    expect(text.slice(problem?.span.start, problem?.span.end)).toBe(marked);
    expect(problem?.suggestion).toBe(suggestion);
  });
}

const several = [
  ['FROM a\nRUNN x\nENV y\n', ['missing-value', 'unknown-instruction']],
  [
    'RUNN x\nCOPY --form=a --lnik b c\nFROM d e\n',
    ['unknown-instruction', 'unknown-flag', 'unknown-flag', 'from-arguments'],
  ],
  ['RUN a\nRUN b\nFROM c\n', ['no-stage', 'no-stage']],
  ['FRMO a\nRUN b\n', ['unknown-instruction']],
  ['FROM a\nRUN <<EOF\nx\nCOPY b c\nUSR d\n', ['unterminated-heredoc', 'unknown-instruction']],
  [
    'FROM a\nRUN --network=x --security=y --mount=from=$z b\n',
    ['invalid-mount', 'invalid-network', 'invalid-security'],
  ],
] as const;

for (const [text, codes] of several) {
  test(`${JSON.stringify(text)} shows every problem, BuildKit's first`, () => {
    expect(readDockerfile(text).problems.map((problem) => problem.code)).toEqual(codes);
  });
}

test('a line of more bytes than BuildKit reads is refused', () => {
  const fits = `FROM a\nENV x=${'é'.repeat(32764)}b\n`;
  expect(readDockerfile(fits).problems).toEqual([]);
  const [problem] = readDockerfile(fits.replace('b\n', 'bc\n')).problems;
  expect(problem?.message).toBe('dockerfile line greater than max allowed size of 65535');
  expect(problem?.locations).toEqual([{ first: 1, last: 1 }]);
});
