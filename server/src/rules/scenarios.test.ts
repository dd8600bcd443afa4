// Every rule about --link and the cache, held against what real BuildKit did: it speaks where that went wrong, is silent
// where that was mended, and its fix leads to a text on which it is silent.
import { describe, expect, test } from 'vitest';
import { buildOf, scenarios } from '../../../conformance/predictions.ts';
import type { Scenario, Step } from '../../../conformance/record/scenario.ts';
import { type Analysis, analyze } from '../analysis/analyze.ts';
import { applyEdits } from './edits.ts';
import { findingsOf, fixesOf } from './findings.ts';
import { rules } from './index.ts';
import { pages } from './pages.ts';

/** What the file alone does not tell: no rule can speak there. */
const beyondTheFile: Readonly<Record<string, string>> = {
  'link-tree-with-usr-bin-to-root LinkReplacesUsrMerge': 'nothing is wrong with it',
  'link-shadowed-by-later LinkShadowedByLater': 'what is in a directory of the context',
  'link-owner-group-root-name LinkNamedOwner': 'nothing is wrong with it',
  'link-owner-negative LinkNamedOwner': 'nothing is wrong with it',
  'link-owner-with-chmod LinkCancelledByChmod': 'BuildKit refuses it for the name',
  'link-with-empty-chmod LinkCancelledByChmod': 'the mode is empty: nothing is cancelled',
  'link-two-files-without-slash LinkFileReplacesDirectory': 'CopySourcesWithoutSlash says it',
  'link-resets-workdir-of-base LinkResetsDirectory': 'LinkResetsWorkdir says it',
  'link-resets-home-numeric-owner LinkResetsDirectory': 'what mode useradd gives a home is not known',
  'link-resets-workdir-numeric-owner LinkResetsWorkdir': 'the owner stays',
  'cache-arg-unused ArgTooEarly': 'nothing tells that no RUN reads VERSION',
  'copy-too-early CopyTooEarly': 'what cat reads is not known',
  'copy-too-early-wide CopyTooEarly': 'what cat reads is not known',
  'base-tag-moved-link UnpinnedSyntaxOrBase': 'it has a version, though that moved',
  'base-tag-moved-plain UnpinnedSyntaxOrBase': 'it has a version, though that moved',
};

/** A step at which something is wrong, mended, or neither. */
function stateOf(scenario: Scenario, index: number, name: string): 'bad' | 'fixed' | undefined {
  const step = scenario.steps[index] as Step;
  if (step.label === 'bad') return 'bad';
  if (step.label === 'plain') return name.startsWith('Link') ? 'fixed' : undefined;
  if (/^fix(-\d)?$/.test(step.label)) return 'fixed';
  if (name === 'LinkWouldHelp' && /-(plain|link)$/.test(scenario.name))
    return scenario.name.endsWith('-plain') ? 'bad' : 'fixed';
  if (name === 'LinkCancelledByChmod') return scenario.name.endsWith('-link') ? 'bad' : 'fixed';
  if (name === 'StageUnused') return step.label === 'removed' ? 'fixed' : 'bad';
  // From the step on that mends it.
  const mended = scenario.steps.findIndex((s) => s.label.startsWith('fix'));
  if (name === 'CopyTooEarly' && mended < 0) return scenario.name.endsWith('-wide') ? 'bad' : 'fixed';
  return mended >= 0 && index >= mended ? 'fixed' : 'bad';
}

const all = scenarios();
const byName = new Map(all.map((scenario) => [scenario.name, scenario]));
const own = rules.filter((rule) => rule.detect !== undefined);
/** Its facts are what the frontends' releases said, and builds with them: conformance/frontends, beside the scenarios. */
const unrecorded = new Set(['SyntaxTooOld']);

describe.each(own.map((rule) => [rule.name] as const))('%s', (name) => {
  const cases = all.filter((scenario) => scenario.rules.includes(name));
  test('is recorded, and its page names recorded scenarios', () => {
    const page = pages[name] ?? '';
    const named = [...(/Recorded with BuildKit[^:]*:([^#]*)/.exec(page)?.[1] ?? '').matchAll(/`([a-z0-9-]+)`/g)].map(
      (m) => m[1] as string,
    );
    if (unrecorded.has(name)) expect([cases, named]).toEqual([[], []]);
    else expect(named.filter((n) => n !== '-link' && !byName.has(n))).toEqual([]);
    if (!unrecorded.has(name)) expect([cases.length > 0, named.length > 0]).toEqual([true, true]);
  });
  if (unrecorded.has(name)) return;
  for (const scenario of cases) {
    const silent = beyondTheFile[`${scenario.name} ${name}`];
    test(`${scenario.name}${silent === undefined ? '' : `: silent, ${silent}`}`, () => {
      for (let index = 0; index < scenario.steps.length; index++) {
        const { analysis } = buildOf(scenario, index);
        const state = stateOf(scenario, index, name);
        const found = findingsOf(analysis).filter((f) => f.rule.name === name);
        for (const { rule, instruction } of found)
          if (rule.on !== undefined) expect(rule.on).toContain(analysis.dockerfile.instructions[instruction]?.kind);
        const label = (scenario.steps[index] as Step).label;
        if (state === 'bad') expect([label, found.length > 0]).toEqual([label, silent === undefined]);
        if (state === 'fixed') expect([label, found.map((f) => f.message)]).toEqual([label, []]);
        for (const { text, ignore } of mended(analysis, name))
          expect(findingsOf(again(analysis, text, ignore)).filter((f) => f.rule.name === name)).toEqual([]);
      }
    });
  }
  test('some fix of it is, to the letter, what was recorded as mending it', () => {
    const proven = cases.filter((scenario) => {
      const twin = byName.get(scenario.name.replace(/-plain$/, '-link'));
      const good = [...scenario.steps, ...(twin?.steps ?? [])].filter((step) => step.result?.ok);
      return scenario.steps.some((step, index) => {
        if (stateOf(scenario, index, name) !== 'bad') return false;
        return mended(buildOf(scenario, index).analysis, name).some(
          ({ text, ignore }) =>
            (text !== step.dockerfile || ignore !== ignoreOf(step)) &&
            good.some((other) => other.dockerfile === text && ignoreOf(other) === ignore),
        );
      });
    });
    expect(proven.length).toBeGreaterThan(0);
  });
});

test('what no rule can know is a recorded case', () => {
  for (const key of Object.keys(beyondTheFile)) {
    const [scenario = '', name = ''] = key.split(' ');
    expect([key, byName.get(scenario)?.rules.includes(name)]).toEqual([key, true]);
  }
});

/** A Dockerfile and the .dockerignore beside it. */
interface Mended {
  readonly text: string;
  readonly ignore: string;
}

function ignoreOf(step: Step): string {
  const entry = step.files['.dockerignore'];
  return typeof entry === 'string' ? entry : '';
}

/** What each kind of fix leads to, made for all findings of the rule until there are none, or nothing changes. */
function mended(analysis: Analysis, name: string): Mended[] {
  const all: Mended[] = [];
  const first = findingsOf(analysis).filter((f) => f.rule.name === name);
  const kinds = Math.max(0, ...first.map((found) => fixesOf(found, analysis).length));
  for (let nth = 0; nth < kinds; nth++) {
    let current = analysis;
    let ignore = analysis.compilation.inputs.dockerignore ?? '';
    for (let round = 0; round < 10; round++) {
      const found = findingsOf(current).find((f) => f.rule.name === name);
      const fix = found === undefined ? undefined : fixesOf(found, current)[nth];
      if (fix === undefined) break;
      for (const line of fix.ignore ?? []) ignore += `${ignore === '' || ignore.endsWith('\n') ? '' : '\n'}${line}\n`;
      current = again(current, applyEdits(current.text, fix.edits), ignore);
    }
    if (current !== analysis) all.push({ text: current.text, ignore });
  }
  return all;
}

function again(analysis: Analysis, text: string, ignore: string): Analysis {
  return analyze(text, analysis.config, { ...analysis.inputs, dockerignore: ignore || null });
}
