import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Dockerfile, Instruction, Word } from './instruction.ts';
import { readDockerfile, readTrigger } from './read.ts';
import { originalOffset, spanOf } from './spans.ts';

interface Node {
  readonly keyword: string;
  readonly original: string;
  readonly flags?: readonly string[];
  readonly json?: boolean;
  readonly args: readonly string[];
  readonly lines: readonly [number, number];
  readonly comments?: readonly string[];
  /** Name, descriptor, expanded, chomped, content. */
  readonly heredocs?: readonly (readonly [string, number, boolean, boolean, string])[];
}

// What the parser of BuildKit 0.34.2 makes of each text.
const parsed: readonly (readonly [string, readonly Node[]])[] = [
  [
    'FROM a\nrun  echo  "a b"  \n',
    [
      { keyword: 'FROM', original: 'FROM a', args: ['a'], lines: [1, 1] },
      { keyword: 'run', original: 'run  echo  "a b"  ', args: ['echo  "a b"'], lines: [2, 2] },
    ],
  ],
  [
    'FROM a AS b\nCOPY\tx  y\t/z/\n',
    [
      { keyword: 'FROM', original: 'FROM a AS b', args: ['a', 'AS', 'b'], lines: [1, 1] },
      { keyword: 'COPY', original: 'COPY\tx  y\t/z/', args: ['x', 'y', '/z/'], lines: [2, 2] },
    ],
  ],
  [
    'FROM a\nENV A=1 B="x y" C=it\\ s D=\nENV old  style value\n',
    [
      { keyword: 'FROM', original: 'FROM a', args: ['a'], lines: [1, 1] },
      {
        keyword: 'ENV',
        original: 'ENV A=1 B="x y" C=it\\ s D=',
        args: ['A', '1', '=', 'B', '"x y"', '=', 'C', 'it\\ s', '=', 'D', '', '='],
        lines: [2, 2],
      },
      { keyword: 'ENV', original: 'ENV old  style value', args: ['old', 'style value', ''], lines: [3, 3] },
    ],
  ],
  [
    'FROM a\nARG A B=2 C="x y"\n',
    [
      { keyword: 'FROM', original: 'FROM a', args: ['a'], lines: [1, 1] },
      { keyword: 'ARG', original: 'ARG A B=2 C="x y"', args: ['A', 'B=2', 'C="x y"'], lines: [2, 2] },
    ],
  ],
  [
    'FROM a\nRUN ["a", "\\u00e9\\n"]\nCMD [ ]\nCMD [\'a\']\n',
    [
      { keyword: 'FROM', original: 'FROM a', args: ['a'], lines: [1, 1] },
      { keyword: 'RUN', original: 'RUN ["a", "\\u00e9\\n"]', json: true, args: ['a', 'é\n'], lines: [2, 2] },
      { keyword: 'CMD', original: 'CMD [ ]', json: true, args: [], lines: [3, 3] },
      { keyword: 'CMD', original: "CMD ['a']", args: ["['a']"], lines: [4, 4] },
    ],
  ],
  [
    'FROM a\nRUN a \\\n  b \\\n# c\n\n  c\n',
    [
      { keyword: 'FROM', original: 'FROM a', args: ['a'], lines: [1, 1] },
      { keyword: 'RUN', original: 'RUN a   b   c', args: ['a   b   c'], lines: [2, 6] },
    ],
  ],
  [
    'FROM a\nRUN a \\\\\nRUN b\\ \t\n c\n',
    [
      { keyword: 'FROM', original: 'FROM a', args: ['a'], lines: [1, 1] },
      { keyword: 'RUN', original: 'RUN a \\\\', args: ['a \\\\'], lines: [2, 2] },
      { keyword: 'RUN', original: 'RUN b c', args: ['b c'], lines: [3, 4] },
    ],
  ],
  [
    '# escape=`\nFROM a\nRUN c:\\ `\n  d\n',
    [
      { keyword: 'FROM', original: 'FROM a', args: ['a'], lines: [2, 2] },
      { keyword: 'RUN', original: 'RUN c:\\   d', args: ['c:\\   d'], lines: [3, 4] },
    ],
  ],
  [
    '\ufeff# syntax=x\n# first\n#\n# second\n\n# third\nFROM a\r\n  # in front\r\nRUN b\r\n',
    [
      { keyword: 'FROM', original: 'FROM a', args: ['a'], lines: [7, 7], comments: ['second', 'third'] },
      { keyword: 'RUN', original: 'RUN b', args: ['b'], lines: [9, 9], comments: ['# in front'] },
    ],
  ],
  [
    'FROM a\nRUN <<EOF\nx\n\tEOF\nEOF\nRUN 3<<-"A B" <<\'C\' cat\n\ty\n\tA B\nz\nC\n',
    [
      { keyword: 'FROM', original: 'FROM a', args: ['a'], lines: [1, 1] },
      {
        keyword: 'RUN',
        original: 'RUN <<EOF',
        args: ['<<EOF'],
        lines: [2, 5],
        heredocs: [['EOF', 0, true, false, 'x\n\tEOF\n']],
      },
      {
        keyword: 'RUN',
        original: 'RUN 3<<-"A B" <<\'C\' cat',
        args: ['3<<-"A B" <<\'C\' cat'],
        lines: [6, 10],
        heredocs: [
          ['A B', 3, false, true, '\ty\n'],
          ['C', 0, false, false, 'z\n'],
        ],
      },
    ],
  ],
  [
    'FROM a\nCOPY <<E"O"F <<-B /d\n$x\nEOF\n\ty\n\tB\n',
    [
      { keyword: 'FROM', original: 'FROM a', args: ['a'], lines: [1, 1] },
      {
        keyword: 'COPY',
        original: 'COPY <<E"O"F <<-B /d',
        args: ['<<E"O"F', '<<-B', '/d'],
        lines: [2, 6],
        heredocs: [
          ['EOF', 0, false, false, '$x\n'],
          ['B', 0, true, true, '\ty\n'],
        ],
      },
    ],
  ],
  [
    'FROM a\nONBUILD RUN <<E\nx\nE\nONBUILD COPY --chown=a ["b", "c"]\n',
    [
      { keyword: 'FROM', original: 'FROM a', args: ['a'], lines: [1, 1] },
      {
        keyword: 'ONBUILD',
        original: 'ONBUILD RUN <<E',
        args: ['RUN', '<<E'],
        lines: [2, 4],
        heredocs: [['E', 0, true, false, 'x\n']],
      },
      { keyword: 'ONBUILD', original: 'ONBUILD COPY --chown=a ["b", "c"]', args: ['COPY', 'b', 'c'], lines: [5, 5] },
    ],
  ],
  [
    "FROM a\nRUN echo '<<E'\nRUN echo \\<<E\nRUN echo \"<<E\n",
    [
      { keyword: 'FROM', original: 'FROM a', args: ['a'], lines: [1, 1] },
      { keyword: 'RUN', original: "RUN echo '<<E'", args: ["echo '<<E'"], lines: [2, 2] },
      { keyword: 'RUN', original: 'RUN echo \\<<E', args: ['echo \\<<E'], lines: [3, 3] },
      { keyword: 'RUN', original: 'RUN echo "<<E', args: ['echo "<<E'], lines: [4, 4] },
    ],
  ],
  [
    'FROM a\nCOPY --from=b --chown="c d" -- --x y\nRUN --mount=type=\\c,t"ar"get=/é x\n',
    [
      { keyword: 'FROM', original: 'FROM a', args: ['a'], lines: [1, 1] },
      {
        keyword: 'COPY',
        original: 'COPY --from=b --chown="c d" -- --x y',
        flags: ['--from=b', '--chown=c d'],
        args: ['--x', 'y'],
        lines: [2, 2],
      },
      {
        keyword: 'RUN',
        original: 'RUN --mount=type=\\c,t"ar"get=/é x',
        flags: ['--mount=type=c,target=/Ã©'],
        args: ['x'],
        lines: [3, 3],
      },
    ],
  ],
  [
    'FROM a\nEXPOSE 80 443/tcp\nHEALTHCHECK --retries=3 CMD ["x"]\nHEALTHCHECK none\nVOLUME /a /b\nSHELL ["s"]\nSTOPSIGNAL SIGTERM\nUSER a b\nWORKDIR  /x y \nLABEL a.b=c\nENTRYPOINT e f\nMAINTAINER m e\n',
    [
      { keyword: 'FROM', original: 'FROM a', args: ['a'], lines: [1, 1] },
      { keyword: 'EXPOSE', original: 'EXPOSE 80 443/tcp', args: ['80', '443/tcp'], lines: [2, 2] },
      {
        keyword: 'HEALTHCHECK',
        original: 'HEALTHCHECK --retries=3 CMD ["x"]',
        flags: ['--retries=3'],
        json: true,
        args: ['CMD', 'x'],
        lines: [3, 3],
      },
      { keyword: 'HEALTHCHECK', original: 'HEALTHCHECK none', args: ['none'], lines: [4, 4] },
      { keyword: 'VOLUME', original: 'VOLUME /a /b', args: ['/a', '/b'], lines: [5, 5] },
      { keyword: 'SHELL', original: 'SHELL ["s"]', json: true, args: ['s'], lines: [6, 6] },
      { keyword: 'STOPSIGNAL', original: 'STOPSIGNAL SIGTERM', args: ['SIGTERM'], lines: [7, 7] },
      { keyword: 'USER', original: 'USER a b', args: ['a b'], lines: [8, 8] },
      { keyword: 'WORKDIR', original: 'WORKDIR  /x y ', args: ['/x y'], lines: [9, 9] },
      { keyword: 'LABEL', original: 'LABEL a.b=c', args: ['a.b', 'c', '='], lines: [10, 10] },
      { keyword: 'ENTRYPOINT', original: 'ENTRYPOINT e f', args: ['e f'], lines: [11, 11] },
      { keyword: 'MAINTAINER', original: 'MAINTAINER m e', args: ['m e'], lines: [12, 12] },
    ],
  ],
  [
    'FROM a\nRUN \\\n',
    [
      { keyword: 'FROM', original: 'FROM a', args: ['a'], lines: [1, 1] },
      { keyword: 'RUN', original: 'RUN ', args: [], lines: [2, 2] },
    ],
  ],
  ['\\\nFROM a\n', [{ keyword: 'FROM', original: 'FROM a', args: ['a'], lines: [1, 2] }]],
  [
    'FROM a\ncmd bar\n',
    [
      { keyword: 'FROM', original: 'FROM a', args: ['a'], lines: [1, 1] },
      { keyword: 'cmd', original: 'cmd bar', args: ['bar'], lines: [2, 2] },
    ],
  ],
  [
    'FROM a\nCOPY --chown=à b c d\n',
    [
      { keyword: 'FROM', original: 'FROM a', args: ['a'], lines: [1, 1] },
      { keyword: 'COPY', original: 'COPY --chown=à b c d', flags: ['--chown=Ã'], args: ['b', 'c', 'd'], lines: [2, 2] },
    ],
  ],
];

for (const [text, nodes] of parsed) {
  test(`${JSON.stringify(text)} is read as BuildKit reads it`, () => {
    expect(readDockerfile(text).instructions.map(nodeOf)).toEqual(nodes);
  });
}

function nodeOf(instruction: Instruction): Node {
  const { keyword, original, flags, json, args, lines, comments, heredocs } = instruction;
  return {
    keyword,
    original,
    ...(flags.length > 0 && { flags: flags.map((flag) => flag.raw) }),
    ...(json && { json }),
    args: args.map((arg) => arg.value),
    lines: [lines.first, lines.last],
    ...(comments.length > 0 && { comments }),
    ...(heredocs.length > 0 && {
      heredocs: heredocs.map((h) => [h.name, h.fileDescriptor, h.expand, h.chomp, h.content] as const),
    }),
  };
}

const typed: readonly (readonly [string, Partial<Record<string, unknown>>])[] = [
  ['FROM --platform=$P a AS Build', { kind: 'from', name: 'build', docComment: '' }],
  ['# build the app\nFROM a AS build', { kind: 'from', docComment: 'the app' }],
  ['# A what\n# B that\nARG A B=1', { kind: 'arg', declarations: [{ docComment: 'what' }, { docComment: 'that' }] }],
  ['FROM a\nENV a b', { kind: 'env', pairs: [{ noDelimiter: true }] }],
  ['FROM a\nADD --unpack --keep-git-dir=false a b', { kind: 'add', unpack: true, keepGitDir: false, link: false }],
  ['FROM a\nCOPY --link --parents a b c', { kind: 'copy', link: true, parents: true }],
  ['FROM a\nCOPY <<-A <<"B" c /d\n\tx\n\tA\n\ty\nB', { kind: 'copy', contents: [{ data: 'x\n' }, { data: '\ty\n' }] }],
  [
    'FROM a\nEXPOSE 90 8000/tcp 80',
    { kind: 'expose', ports: [{ value: '80' }, { value: '8000/tcp' }, { value: '90' }] },
  ],
  ['FROM a\nRUN --network=none b c', { kind: 'run', cmdLine: ['b c'], prependShell: true, network: 'none' }],
  ['FROM a\nRUN ["b", "c"]', { kind: 'run', cmdLine: ['b', 'c'], prependShell: false, security: '' }],
  ['FROM a\nONBUILD  RUN b', { kind: 'onbuild', expression: 'RUN b' }],
  ['FROM a\nONBUILD COPY <<A b\nc\nA', { kind: 'onbuild', expression: 'COPY <<A b\nc\nA' }],
  ['FROM a\nHEALTHCHECK NONE', { kind: 'healthcheck', health: { test: ['NONE'], interval: 0 } }],
  [
    'FROM a\nHEALTHCHECK --interval=1m30s --retries=3 CMD b c',
    { kind: 'healthcheck', health: { test: ['CMD-SHELL', 'b c'], interval: 90e9, retries: 3 } },
  ],
  ['FROM a\nFOO bar', { kind: 'broken', broken: true, keyword: 'FOO' }],
];

for (const [text, expected] of typed) {
  test(`${JSON.stringify(text)} becomes a ${expected.kind}`, () => {
    const { instructions } = readDockerfile(text);
    expect(instructions[instructions.length - 1]).toMatchObject(expected);
  });
}

test('a trigger has places in the whole text', () => {
  const text = 'FROM a\nONBUILD \\\n COPY \\\n  --from=b c <<D /e\nx\nD\n';
  const onbuild = readDockerfile(text).instructions[1];
  const trigger = onbuild?.kind === 'onbuild' ? onbuild.trigger : undefined;
  if (trigger?.kind !== 'copy') throw new Error('no COPY');
  expect(textOf(text, trigger, trigger.from)).toBe('b');
  expect(textOf(text, trigger, trigger.dest)).toBe('/e');
  expect(trigger.contents[0]?.data).toBe('x\n');
  expect(text.slice(trigger.span.start, trigger.span.end)).toBe('COPY \\\n  --from=b c <<D /e\nx\nD');
});

test('each field of a mount has its place, quotes and continuations in between', () => {
  const text = 'FROM a\nRUN --mount=type=cache,"target=/b c",id=\\\nd --mount=source=é x\n';
  const run = readDockerfile(text).instructions[1];
  if (run?.kind !== 'run') throw new Error('no RUN');
  const places = run.mounts.map(({ fields }) =>
    fields.map(({ key, value }) => [textOf(text, run, key), value && textOf(text, run, value)]),
  );
  expect(places).toEqual([
    [
      ['type', 'cache'],
      ['target', '/b c'],
      ['id', 'd'],
    ],
    [['source', 'é']],
  ]);
});

const triggers = [
  ['RUN a', 'run', undefined],
  ['COPY <<A b\nc\nA', 'copy', undefined],
  ['', undefined, 'file with no instructions'],
  ['RUN a\nRUN b', undefined, 'onbuild trigger should be a single expression'],
  ['FROM a', 'from', '*instructions.Stage is not a command type'],
  ['ENV a', undefined, 'ENV must have two arguments'],
  [
    'COPY a',
    'broken',
    'COPY requires at least two arguments, but only one was provided. Destination could not be determined',
  ],
] as const;

for (const [expression, kind, error] of triggers) {
  test(`the trigger ${JSON.stringify(expression)} of a base image`, () => {
    const trigger = readTrigger(expression);
    expect([trigger.instruction?.kind, trigger.error]).toEqual([kind, error]);
  });
}

test('comments and empty lines within an instruction are kept apart', () => {
  const text = '# a\nFROM b\nRUN c \\\n  # d\n\n  \n  e\nRUN <<F\n# g\nF\n';
  const { comments, emptyContinuations } = readDockerfile(text);
  expect(comments.map(({ span }) => text.slice(span.start, span.end))).toEqual(['# a', '# d']);
  expect(emptyContinuations).toEqual([
    {
      line: 7,
      spans: [
        { start: 25, end: 25 },
        { start: 26, end: 28 },
      ],
    },
  ]);
});

const pieces = fc.constantFrom(
  ...['FROM a\n', 'RUN ', 'COPY ', 'ENV ', 'ARG ', 'LABEL ', 'ONBUILD ', 'HEALTHCHECK ', 'CMD ', 'SHELL ', 'EXPOSE '],
  ...[
    '--mount=type=bind,',
    '"target=/x"',
    '--from=',
    '--',
    'a',
    'b=c',
    ' ',
    '\t',
    '\n',
    '\r\n',
    '\\\n',
    '\\',
    '`',
    '"',
  ],
  ...["'", '$A', '${B:-', '}', '<<E', "<<-'E' ", '\nE\n', '# c\n', '# escape=`\n', '["a"]', '[', ']', 'é', 'à', '😀'],
  ...['\u00a0', '\u2003', '\0', '\ufeff', '\udc85', '\udcc3', '\ud800', '=', ','],
);

test('any text is read, and every place lies in it', () => {
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
      const text = parts.join('');
      const file = readDockerfile(text);
      checkPlaces(file);
      expect(readDockerfile(text)).toEqual(file);
    }),
    { numRuns: 3000, seed: 1 },
  );
});

test('deep and wide texts are read', () => {
  const texts = [
    `FROM a\n${'ONBUILD \\\n'.repeat(20_000)}RUN x\n`,
    `FROM a\nRUN ${'['.repeat(20_000)}\n`,
    `FROM a\nRUN << ${'${a:-'.repeat(5000)}\n`,
    `FROM a\n${'RUN <<E\n'.repeat(3000)}`,
    `FROM a\nRUN ${'<<A '.repeat(3000)}\n`,
  ];
  for (const text of texts) expect(readDockerfile(text).instructions[0]?.kind).toBe('from');
});

function textOf(text: string, instruction: Instruction, word: Word): string {
  const { start, end } = spanOf(instruction, word.start, word.end);
  return text.slice(start, end);
}

function checkPlaces(file: Dockerfile): void {
  const { text, instructions } = file;
  const isWithin = ({ start, end }: { start: number; end: number }, limit: number): void => {
    expect(start >= 0 && start <= end && end <= limit).toBe(true);
  };
  for (const { span } of [...file.problems, ...file.comments, ...file.directives, ...instructions])
    isWithin(span, text.length);
  let last = 0;
  for (const instruction of instructions) {
    expect(instruction.span.start >= last).toBe(true);
    last = instruction.span.end;
    const words = [...instruction.args, ...instruction.flags, ...instruction.heredocs.map(({ word }) => word)];
    for (const { start, end } of words) {
      isWithin({ start, end }, instruction.original.length);
      const span = spanOf(instruction, start, end);
      isWithin(span, text.length);
      if (end > start) expect(originalOffset(instruction, span.start)).toBe(start);
    }
    for (const heredoc of instruction.heredocs)
      expect(text.slice(heredoc.contentSpan.start, heredoc.contentSpan.end)).toBe(heredoc.content);
  }
}
