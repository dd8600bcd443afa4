// A check says what BuildKit's check run says: in the cases as BuildKit recorded it, in random files as the comparison has it.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { configOf, convertJob, inputsOf, textOf } from '../server/src/node/convert.ts';
import { analyzeForCheck, type CheckSetup, fixedText, problemsOf } from '../server/src/node/fileCheck.ts';
import { placesIn } from '../server/src/node/formats/report.ts';
import { readCases } from './cases.ts';
import { generate } from './generate.ts';
import { readGoldens } from './goldens.ts';
import type { Job, Result, Warning } from './job.ts';
import { mutant, mutate } from './mutate.ts';
import { random } from './random.ts';

test('the cases, as BuildKit recorded them', () => {
  const goldens = readGoldens();
  let warnings = 0;
  for (const job of [...readCases().values()].flat()) {
    const golden = goldens.get(job.id) as Result;
    // Where BuildKit's check run crashes, it has no say.
    if (golden.lint?.error?.startsWith('panic')) continue;
    expect(differences(job, golden.lint?.warnings ?? []), job.id).toEqual([]);
    warnings += golden.lint?.warnings?.length ?? 0;
  }
  expect(warnings).toBeGreaterThan(50);
});

test('random files, as the comparison has them', () => {
  for (let seed = 1; seed <= 1000; seed++) {
    const job = seed % 2 === 0 ? mutant(generate(seed), 1) : generate(seed);
    const { lint } = convertJob(job) as unknown as Result;
    if (lint?.error === undefined) expect(differences(job, lint?.warnings ?? []), job.id).toEqual([]);
  }
});

test.each([
  ['COPY . /x', true],
  ['ADD a /x', true],
  ['ADD https://example.com/a /x', false],
  ['COPY --from=busybox /a /x', false],
  ['RUN --mount=target=/x true', true],
  ['RUN --mount=from=busybox,target=/x true', false],
  ['RUN --mount=type=secret,id=s true', true],
  ['RUN --mount=type=ssh true', true],
  ['ARG X', true],
  ['ENV X=1', false],
])(
  'the check run of BuildKit crashes over a trigger %s of an image that is only copied from: %s',
  (trigger, crashes) => {
    const config = { architecture: 'amd64', os: 'linux', config: { OnBuild: [trigger] }, rootfs: { diff_ids: ['a'] } };
    const job: Job = {
      id: 'x',
      dockerfile: 'FROM alpine AS A\nCOPY --from=triggers /a /b\n',
      images: { 'docker.io/library/triggers:latest': { config } },
    };
    const { lint } = convertJob(job) as unknown as Result;
    expect(lint?.error?.startsWith('panic')).toBe(crashes ? true : undefined);
    expect(lint?.warnings).toHaveLength(crashes ? 0 : 1);
    // A person is told what there is to say all the same.
    const setup = setupOf(job);
    const said = problemsOf(analyzeForCheck(textOf(job), setup), setup.levels);
    expect(said.filter(({ from }) => from === 'check').map(({ code }) => code)).toEqual(['StageNameCasing']);
  },
);

test('nothing throws on any text, every span lies in it, and fixing twice is fixing once', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000_000 }), fc.integer(), (seed, damage) => {
      const job = generate(seed);
      const text = mutate(textOf(job), random(damage));
      const setup = setupOf(job);
      const analysis = analyzeForCheck(text, setup);
      for (const { span, fixes, message } of problemsOf(analysis, setup.levels)) {
        expect(message).not.toBe('');
        for (const each of [span, ...fixes.flatMap((fix) => fix.edits.map((edit) => edit.span))]) {
          expect(each.start).toBeGreaterThanOrEqual(0);
          expect(each.end).toBeGreaterThanOrEqual(each.start);
          expect(each.end).toBeLessThanOrEqual(text.length);
        }
      }
      const once = fixedText(analysis, setup);
      const again = fixedText(analyzeForCheck(once.text, setup), setup);
      expect(again.text).toBe(once.text);
      expect(again.fixed).toEqual([]);
    }),
    { numRuns: 300, seed: 6 },
  );
});

function setupOf(job: Job): CheckSetup {
  return { config: configOf(job), inputs: inputsOf(job), levels: new Map() };
}

/** What only one side says, by rule, words and lines; and what we place outside of BuildKit's lines. */
function differences(job: Job, warnings: readonly Warning[]): string[] {
  const setup = setupOf(job);
  const analysis = analyzeForCheck(textOf(job), setup);
  const place = placesIn(analysis.text);
  const wanted = new Set(
    warnings.map(({ ruleName, detail, ranges }) => {
      const lines = (ranges ?? []).map((range) => range.start.line);
      return `${ruleName} ${lines[0]}-${lines.at(-1)} ${detail}`;
    }),
  );
  const found: string[] = [];
  const said = new Set<string>();
  for (const { from, code, message, span, lines } of problemsOf(analysis, setup.levels)) {
    if (from !== 'check') continue;
    const key = `${code} ${lines?.first}-${lines?.last} ${message}`;
    said.add(key);
    if (!wanted.has(key)) found.push(`only we say: ${key}`);
    const { line } = place(span.start);
    // An empty line and a comment have places of their own, above the line that BuildKit names.
    const isAbove = code === 'NoEmptyContinuation' || code === 'InvalidDefinitionDescription';
    if (lines !== undefined && ((line < lines.first && !isAbove) || line > lines.last))
      found.push(`on line ${line}: ${key}`);
  }
  for (const key of wanted) if (!said.has(key)) found.push(`only BuildKit says: ${key}`);
  return found;
}
