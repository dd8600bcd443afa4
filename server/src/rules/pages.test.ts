// Runs every page: bad examples yield their marks, fixes make what the page says, good examples yield nothing.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { generate } from '../../../scripts/rules.ts';
import { type Mark, readMarks, writeMarks } from '../../../test/marker/marker.ts';
import { type Analysis, analyze } from '../analysis/analyze.ts';
import { analyzeJob, type Job } from '../node/convert.ts';
import { applyEdits, mergeEdits } from './edits.ts';
import { findingsOf, fixesOf } from './findings.ts';
import { rules } from './index.ts';

interface Fence {
  readonly kind: 'invalid' | 'fixed' | 'valid';
  readonly job: Partial<Job>;
  readonly code: string;
}

const folder = fileURLToPath(new URL('.', import.meta.url));
const folders = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);
const pages = new Map(
  folders.flatMap((part) =>
    readdirSync(`${folder}${part}`)
      .filter((name) => name.endsWith('.md'))
      .map((name) => [name.slice(0, -3), readFileSync(`${folder}${part}/${name}`, 'utf8')] as const),
  ),
);

test.each(rules.map((rule) => [rule.name, rule] as const))('%s has its page', (name) => {
  const page = pages.get(name) as string;
  expect(page.startsWith(`# ${name}\n\n`)).toBe(true);
  expect([...page.matchAll(/^## (.*)$/gm)].map((m) => m[1])).toEqual(['Why', 'Example', 'How to fix']);
});

test('no page is without its rule, and no rule without its page', () => {
  const files = folders
    .flatMap((part) => readdirSync(`${folder}${part}`))
    .filter((name) => /^[A-Z]\w*\.ts$/.test(name));
  expect([...pages.keys()].sort()).toEqual(files.map((name) => name.slice(0, -3)).sort());
  expect(rules.map((rule) => rule.name).sort()).toEqual([...pages.keys()].sort());
});

test.each([...generate()])('%s is up to date', (path, text) => {
  expect(readFileSync(fileURLToPath(new URL(`../../../${path}`, import.meta.url)), 'utf8')).toBe(text);
});

describe.each([...pages])('%s', (name, page) => {
  const fences = readFences(page);
  test('shows a bad and a good example', () => {
    expect(fences.some((fence) => fence.kind === 'invalid')).toBe(true);
    expect(fences.some((fence) => fence.kind === 'valid')).toBe(true);
    expect(fences[0]?.kind).not.toBe('fixed');
  });
  let invalid: Fence | undefined;
  let nth = 0;
  for (const [index, fence] of fences.entries()) {
    if (fence.kind === 'fixed') {
      const [bad, which] = [invalid as Fence, nth++];
      test(`fence ${index + 1}: what fix ${which + 1} makes`, () => {
        expect(mended(name, analysisOf(bad), which)).toBe(fence.code);
        expect(marksOf(name, analysisOf({ ...fence, job: bad.job })).filter((m) => ruleOf(m) === name)).toEqual([]);
      });
      continue;
    }
    nth = 0;
    invalid = fence;
    test(`fence ${index + 1}: ${fence.kind}`, () => {
      const { text, marks } = readMarks(fence.code);
      expect(
        writeMarks(
          text,
          marksOf(name, analysisOf(fence)).map((mark, i) => worded(mark, marks[i])),
        ),
      ).toBe(fence.code);
      if (fence.kind === 'valid') expect(marks).toEqual([]);
      else expect(marks.some((mark) => ruleOf(mark) === name)).toBe(true);
    });
  }
});

function readFences(page: string): Fence[] {
  return [...page.matchAll(/^```dockerfile (invalid|fixed|valid)(?: (\{.*\}))?\n([\s\S]*?)^```$/gm)].map((m) => ({
    kind: m[1] as Fence['kind'],
    job: JSON.parse(m[2] ?? '{}') as Partial<Job>,
    code: m[3] as string,
  }));
}

function analysisOf({ code, job }: Fence): Analysis {
  return analyzeJob({ id: 'page', dockerfile: readMarks(code).text, ...job });
}

/** All that must be marked: this rule's findings, and each error or warning of anyone else. */
function marksOf(name: string, analysis: Analysis): Mark[] {
  const marks = findingsOf(analysis)
    .filter(({ rule, severity }) => rule.name === name || severity === 'error' || severity === 'warning')
    .map(({ rule, span, message }) => ({ span, words: `${rule.name}: ${message}` }));
  for (const { span, code, summary } of analysis.problems) marks.push({ span, words: `${code}: ${summary}` });
  return marks.sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end || (a.words < b.words ? -1 : 1));
}

/** A mark without a message does not ask for one. */
function worded(mark: Mark, wanted: Mark | undefined): Mark {
  return wanted !== undefined && wanted.words === ruleOf(mark) ? { ...mark, words: wanted.words } : mark;
}

function ruleOf(mark: Mark): string {
  return mark.words.split(':')[0] as string;
}

/** The text after the nth fix of every finding, round after round until nothing is left to do. */
function mended(name: string, analysis: Analysis, nth: number): string {
  let current = analysis;
  for (let round = 0; round < 5; round++) {
    const fixes = findingsOf(current)
      .filter(({ rule }) => rule.name === name)
      .map((found) => fixesOf(found, current)[nth]?.edits ?? []);
    const { edits } = mergeEdits(fixes.filter((edits) => edits.length > 0));
    if (edits.length === 0) break;
    current = analyze(applyEdits(current.text, edits), { attrs: current.options.attrs }, current.compilation.inputs);
  }
  return current.text;
}
