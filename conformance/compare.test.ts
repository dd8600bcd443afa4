// Shows that the comparison sees each kind of difference, and that random files are the same for the same seed.
import { describe, expect, test } from 'vitest';
import { parseCases } from './cases.ts';
import { compare, countInto, type Property, table } from './compare.ts';
import { generate } from './generate.ts';
import { type Result, readResult, withText } from './job.ts';
import { accepts } from './ledger.ts';
import { mutant } from './mutate.ts';

const built: Result = {
  id: 'x',
  ok: true,
  head: 'sha256:b',
  definition: [
    {
      digest: 'sha256:a',
      metadata: { caps: ['x'], description: { a: '1', b: '2' } },
      source: [{ sourceIndex: 0, ranges: [] }],
    },
    { digest: 'sha256:b' },
  ],
  imageRaw: '{"a":1}',
  lint: { warnings: [{ ruleName: 'R', detail: 'd', ranges: [{ start: { line: 1 } }] }] },
};
const refused: Result = { id: 'x', ok: false, error: 'no', errorLocation: [[{ start: { line: 1 } }]] };

const cases: [name: string, want: Result, got: Result, differing: Property[]][] = [
  ['equal', built, built, []],
  [
    'keys in another order',
    built,
    {
      ...built,
      definition: [
        { ...built.definition![0]!, metadata: { description: { b: '2', a: '1' }, caps: ['x'] } },
        built.definition![1]!,
      ],
    },
    [],
  ],
  ['refused, wrongly', built, refused, ['outcome']],
  [
    'another digest',
    built,
    { ...built, definition: [{ digest: 'sha256:c' }, { digest: 'sha256:b' }] },
    ['definition (ordered digests)'],
  ],
  ['a missing op', built, { ...built, definition: [built.definition![0]!] }, ['definition (ordered digests)']],
  [
    'one op too many',
    built,
    { ...built, definition: [...built.definition!, { digest: 'sha256:c' }] },
    ['definition (ordered digests)'],
  ],
  ['another head', built, { ...built, head: 'sha256:a' }, ['head digest']],
  [
    'other metadata',
    built,
    { ...built, definition: [{ ...built.definition![0]!, metadata: {} }, built.definition![1]!] },
    ['metadata and source locations'],
  ],
  [
    'another source',
    built,
    { ...built, definition: [{ ...built.definition![0]!, source: [] }, built.definition![1]!] },
    ['metadata and source locations'],
  ],
  ['another image', built, { ...built, imageRaw: '{"a": 1}' }, ['image config bytes']],
  ['another warning', built, { ...built, lint: { warnings: [] } }, ['lint warnings']],
  [
    'a warning twice',
    built,
    { ...built, lint: { warnings: [...built.lint!.warnings!, ...built.lint!.warnings!] } },
    ['lint warnings'],
  ],
  ['warnings of no fixed order', { ...built, nondeterministic: ['lint'] }, { ...built, lint: { warnings: [] } }, []],
  ['no warnings to compare with', { ...built, lint: { error: 'panic', warnings: [] } }, built, []],
  ['equal errors', refused, refused, []],
  ['another error', refused, { ...refused, error: 'never' }, ['error text']],
  ['another place', refused, { ...refused, errorLocation: [] }, ['error location']],
  [
    'an error that BuildKit also gives',
    { ...refused, errorAlts: [{ error: 'never', location: 1 }] },
    { ...refused, error: 'never', errorLocation: 1 },
    [],
  ],
  [
    'that error elsewhere',
    { ...refused, errorAlts: [{ error: 'never', location: 1 }] },
    { ...refused, error: 'never' },
    ['error location'],
  ],
  [
    'rules in another order',
    { ...refused, error: 'lint violation found for rules: A, B' },
    { ...refused, error: 'lint violation found for rules: B, A' },
    [],
  ],
];

test.each(cases)('%s', (_name, want, got, differing) => {
  const found = compare(want, got);
  expect([...found].filter(([, difference]) => difference).map(([property]) => property)).toEqual(differing);
});

test('the table never rounds up to 100', () => {
  const counts: Parameters<typeof table>[0] = new Map();
  for (let i = 0; i < 99_999; i++) countInto(counts, new Map([['outcome', undefined]]));
  countInto(counts, new Map([['outcome', { id: '', property: 'outcome', want: '', got: '' }]]));
  expect(table(counts)).toMatch(/^outcome +99999\/100000 {2}99\.99 %$/);
});

test('the image config is kept to the byte', () => {
  const line =
    '{"id":"x","error":"\\"image\\":{","definition":[{"image":{"no":1}}],"image":{ "a":"\\u003c}\\"" },"ok":true}';
  expect(readResult(line).imageRaw).toBe('{ "a":"\\u003c}\\"" }');
});

test('bytes that are not UTF-8 travel as base64', () => {
  expect(withText({ id: 'x' }, 'a\udcff')).toEqual({ id: 'x', dockerfileB64: 'Yf8=' });
  expect(withText({ id: 'x' }, 'é')).toEqual({ id: 'x', dockerfile: 'é' });
});

test('a ledger entry accepts only what it describes', () => {
  const entry = { name: 'n', reason: 'r', property: 'error text', want: '^no', got: '^never$', examples: [] };
  const difference = { id: 'x', property: 'error text' as const, want: 'no', got: 'never' };
  expect(accepts([entry], difference)).toBe(entry);
  expect(accepts([entry], { ...difference, got: 'never again' })).toBeUndefined();
  expect(accepts([entry], { ...difference, property: 'outcome' })).toBeUndefined();
});

describe('random Dockerfiles', () => {
  test('are decided by the seed', () => {
    for (let seed = 0; seed < 50; seed++) {
      expect(generate(seed)).toEqual(generate(seed));
      expect(mutant(generate(seed), 1)).toEqual(mutant(generate(seed), 1));
    }
    const texts = Array.from({ length: 200 }, (_, seed) => JSON.stringify(generate(seed)));
    expect(new Set(texts).size).toBeGreaterThan(195);
  });

  test('mutants differ from what they come from', () => {
    const seeds = Array.from({ length: 100 }, (_, seed) => generate(seed));
    const changed = seeds.filter((job) => mutant(job, 1).dockerfile !== job.dockerfile);
    expect(changed.length).toBeGreaterThan(85);
  });
});

test('a case is its lines to the byte', () => {
  const text =
    '=== a {"target":"t"}\nFROM x\n\n# === no {}\n=== b {"dockerfile":"FROM y"}\n=== c {"longLine":3}\nFROM x\nRUN \n';
  expect(parseCases('f', text)).toEqual([
    { id: 'f/a', target: 't', dockerfile: 'FROM x\n\n# === no {}\n' },
    { id: 'f/b', dockerfile: 'FROM y' },
    { id: 'f/c', dockerfile: 'FROM x\nRUN xxx\n' },
  ]);
  expect(() => parseCases('f', `${text}=== d {"dockerfile":""}\nFROM x\n`)).toThrow('twice');
});
