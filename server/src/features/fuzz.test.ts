// Random and damaged Dockerfiles, random places: no feature throws, every span is in the text, and what must not change the graph does not.
import { expect, test } from 'vitest';
import { generate } from '../../../conformance/generate.ts';
import type { Job } from '../../../conformance/job.ts';
import { mutant } from '../../../conformance/mutate.ts';
import { type Random, random } from '../../../conformance/random.ts';
import type { Span } from '../../../shared/src/span.ts';
import type { Analysis } from '../analysis/analyze.ts';
import { imageJson } from '../compile/image.ts';
import { hasInvalidUtf8 } from '../go/utf8.ts';
import { marshalDefinition } from '../llb/definition.ts';
import { analyzeJob } from '../node/convert.ts';
import { hostSha256 } from '../node/sha256.ts';
import { completion } from './completion.ts';
import { definition } from './definition.ts';
import type { Edit, Symbol as Outline } from './feature.ts';
import { foldingRanges } from './folding.ts';
import { formatting } from './formatting.ts';
import { highlight } from './highlight.ts';
import { inlayHints } from './inlayHints.ts';
import { documentLinks } from './links.ts';
import { references } from './references.ts';
import { prepareRename, rename } from './rename.ts';
import { selectionRanges } from './selection.ts';
import { semanticLegend, semanticTokens } from './semanticTokens.ts';
import { signatureHelp } from './signatureHelp.ts';
import { mayNameStage, stageNamesOf } from './stageNames.ts';
import { documentSymbols } from './symbols.ts';
import { mayNameVariable, variablesOf } from './variables.ts';

const files = 300;

/** Three files for each seed: as the grammar makes them, damaged, and typed up to some place. */
function* jobs(): Generator<Job> {
  for (let seed = 1; seed <= files; seed++) {
    const job = generate(seed);
    yield job;
    yield mutant(job, 1);
    const { dockerfile, ...rest } = job;
    if (dockerfile !== undefined)
      yield {
        ...rest,
        id: `${job.id} cut`,
        dockerfile: dockerfile.slice(0, random(seed).below(dockerfile.length + 1)),
      };
  }
}

async function check(analysis: Analysis, r: Random): Promise<void> {
  const { text } = analysis;
  const within = (span: Span): void => {
    if (!(span.start >= 0 && span.start <= span.end && span.end <= text.length))
      throw new Error(`${JSON.stringify(span)} is not within ${text.length} characters`);
  };
  checkTokens(text, semanticTokens(analysis));
  for (const fold of foldingRanges(analysis)) within(fold.span);
  for (const link of documentLinks(analysis)) {
    within(link.span);
    expect(URL.canParse(link.url)).toBe(true);
  }
  for (const hint of inlayHints(analysis, { start: 0, end: text.length }))
    within({ start: hint.offset, end: hint.offset });
  checkSymbols(documentSymbols(analysis), { start: 0, end: text.length });
  applied(text, formatting(analysis, { tabSize: 2, insertSpaces: true }));
  for (let n = 0; n < 12; n++) {
    const offset = r.below(text.length + 1);
    for (const { origin, target, selection } of definition(analysis, offset))
      for (const span of [origin, target, selection]) within(span);
    for (const span of references(analysis, offset, true)) within(span);
    for (const { span } of highlight(analysis, offset)) within(span);
    const prepared = prepareRename(analysis, offset);
    if (prepared) expect(text.slice(prepared.span.start, prepared.span.end)).toBe(prepared.placeholder);
    const renamed = rename(analysis, offset, r.pick(['fresh', 'A', 'a b', '', 'alpine', '$X', 'é']));
    if (renamed && 'edits' in renamed) applied(text, renamed.edits);
    const ranges = selectionRanges(analysis, offset);
    for (const [i, range] of ranges.entries()) {
      within(range);
      const inner = ranges[i - 1];
      if (inner) expect(range.start <= inner.start && range.end >= inner.end).toBe(true);
    }
    checkCompletion(analysis, offset, r.chance(0.5));
    const help = await signatureHelp(analysis, offset);
    for (const { label, parameters } of help?.signatures ?? [])
      for (const { span } of parameters) expect(span.start <= span.end && span.end <= label.length).toBe(true);
  }
}

function checkTokens(text: string, tokens: readonly number[]): void {
  let last = 0;
  for (let i = 0; i < tokens.length; i += 4) {
    const [start, end, type, modifiers] = tokens.slice(i, i + 4) as [number, number, number, number];
    const fits = start >= last && end > start && end <= text.length && type < semanticLegend.types.length;
    if (!fits || modifiers >= 1 << semanticLegend.modifiers.length || text.slice(start, end).includes('\n'))
      throw new Error(
        `token ${start}-${end} of type ${type} behind ${last}: ${JSON.stringify(text.slice(start, end))}`,
      );
    last = end;
  }
}

function checkSymbols(symbols: readonly Outline[], outer: Span): void {
  for (const { name, span, selection, children } of symbols) {
    const fits =
      span.start >= outer.start && span.end <= outer.end && selection.start >= span.start && selection.end <= span.end;
    if (!fits || name === '')
      throw new Error(`symbol ${JSON.stringify(name)} ${JSON.stringify([span, selection, outer])}`);
    checkSymbols(children, span);
  }
}

function checkCompletion(analysis: Analysis, offset: number, snippets: boolean): void {
  const { text } = analysis;
  const { items, paths } = completion(analysis, offset, { trigger: undefined, snippets });
  for (const span of [...items.map((item) => item.edit.span), ...(paths ? [paths.span] : [])]) {
    const onLine = !text.slice(span.start, span.end).includes('\n');
    if (span.start > offset || span.end < offset || !onLine)
      throw new Error(`completion at ${offset}: ${JSON.stringify(span)}`);
  }
}

/** The text with the edits, which must not overlap. */
function applied(text: string, edits: readonly Edit[]): string {
  let result = '';
  let at = 0;
  for (const { span, text: inserted } of [...edits].sort((a, b) => a.span.start - b.span.start)) {
    if (span.start < at || span.end < span.start || span.end > text.length)
      throw new Error(`edits overlap at ${span.start}`);
    result += text.slice(at, span.start) + inserted;
    at = span.end;
  }
  return result + text.slice(at);
}

function again(job: Job, text: string): Analysis {
  const { dockerfileB64: _, ...rest } = job;
  return analyzeJob({ ...rest, dockerfile: text });
}

function digests(analysis: Analysis): unknown {
  return analysis.stages.map((stage) =>
    marshalDefinition(stage.state.out, hostSha256).definition.entries.map((entry) => entry.digest),
  );
}

test('nothing throws, and all spans are in the text', async () => {
  for (const job of jobs()) {
    const analysis = analyzeJob(job);
    try {
      await check(analysis, random(analysis.text.length));
    } catch (error) {
      throw new Error(`${job.id}: ${JSON.stringify(analysis.text)}`, { cause: error });
    }
  }
});

test('where a name stands, one is looked for', () => {
  let found = 0;
  for (const job of jobs()) {
    const analysis = analyzeJob(job);
    const { uses, declarations } = variablesOf(analysis);
    const variables = [
      ...uses.flatMap(({ span, whole }) => [span, whole]),
      ...declarations.flatMap(({ span, description }) => (description === undefined ? [span] : [span, description])),
    ];
    for (const { start, end } of variables)
      expect(
        [start, end].map((offset) => mayNameVariable(analysis, offset)),
        job.id,
      ).toEqual([true, true]);
    const { references, fromValues } = stageNamesOf(analysis);
    const stages = [...references, ...fromValues];
    for (const { span } of stages)
      expect(
        [span.start, span.end].map((offset) => mayNameStage(analysis, offset)),
        job.id,
      ).toEqual([true, true]);
    found += variables.length + stages.length;
  }
  expect(found).toBeGreaterThan(files);
});

test('a stage with another name is the same graph', () => {
  let renamedStages = 0;
  for (const job of jobs()) {
    const analysis = analyzeJob(job);
    // The value of this one is the stage's name; and a new name may be better than one that no build context can have.
    if (hasInvalidUtf8(analysis.text) || analysis.text.includes('TARGETSTAGE')) continue;
    if (analysis.problems.some((problem) => problem.code === 'bad-context-name')) continue;
    for (const { stage, kind, span } of stageNamesOf(analysis).references) {
      if (kind !== 'name' || (job.target ?? '').toLowerCase() === stage.name) continue;
      if ((job.opts?.['no-cache'] ?? '').toLowerCase().split(',').includes(stage.name)) continue;
      const renamed = rename(analysis, span.start, 'some-other-name');
      if (renamed === undefined || !('edits' in renamed)) continue;
      const after = again(job, applied(analysis.text, renamed.edits));
      expect(digests(after), `${job.id}: ${stage.name}`).toEqual(digests(analysis));
      expect(after.problems.map((problem) => problem.code)).toEqual(analysis.problems.map((problem) => problem.code));
      renamedStages++;
    }
  }
  expect(renamedStages).toBeGreaterThan(files / 4);
});

test('a formatted file is the same graph, and stays as it is', () => {
  const facts = (analysis: Analysis): unknown => [
    digests(analysis),
    analysis.definition.head,
    analysis.problems.map((problem) => [problem.code, problem.summary]),
    analysis.warnings.map((warning) => [warning.rule, warning.message]),
    analysis.target === undefined ? '' : imageJson(analysis.target.image),
  ];
  let formatted = 0;
  for (const job of jobs()) {
    const analysis = analyzeJob(job);
    if (hasInvalidUtf8(analysis.text)) continue;
    const options = { tabSize: 4, insertSpaces: formatted % 2 === 0 };
    const text = applied(analysis.text, formatting(analysis, options));
    if (text === analysis.text) continue;
    const after = again(job, text);
    expect(facts(after), job.id).toEqual(facts(analysis));
    expect(formatting(after, options), job.id).toEqual([]);
    formatted++;
  }
  expect(formatted).toBeGreaterThan(files / 2);
});
