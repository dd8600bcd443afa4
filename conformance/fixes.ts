// Makes every fix of every finding in many Dockerfiles and says which of them do not do what they promise.
// As a program: `node conformance/fixes.ts FILE.jsonl... | NUMBER`: files of jobs, or so many random ones; else our own cases.
import { readFileSync } from 'node:fs';
import { type Analysis, analyze } from '../server/src/analysis/analyze.ts';
import { imageJson } from '../server/src/compile/image.ts';
import { diagnostics } from '../server/src/features/diagnostics.ts';
import { problemFixes } from '../server/src/features/problemFixes.ts';
import { marshalDefinition } from '../server/src/llb/definition.ts';
import { analyzeJob } from '../server/src/node/convert.ts';
import { hostSha256 } from '../server/src/node/sha256.ts';
import { formatPlatformAll } from '../server/src/oci/platform.ts';
import { applyEdits, type Edit } from '../server/src/rules/edits.ts';
import { type Found, findingsOf, fixesOf } from '../server/src/rules/findings.ts';
import { fixAll, safeFixes } from '../server/src/rules/fixAll.ts';
import { ignoreHere, ignoreInFile } from '../server/src/rules/ignore.ts';
import { readCases } from './cases.ts';
import { generate } from './generate.ts';
import type { Job } from './job.ts';
import { mutant } from './mutate.ts';

export interface BrokenPromise {
  readonly id: string;
  /** The rule and the title of the fix. */
  readonly fix: string;
  readonly why: string;
  readonly text: string;
}

/** How often each rule spoke, had a fix, had a safe one. */
export type FixCounts = Map<string, { findings: number; fixes: number; safe: number; ignores: number }>;

/** Reads a changed text as the first one was read. */
export function analyzeAgain(analysis: Analysis, text: string, ignore: readonly string[] = []): Analysis {
  const { attrs, sessionId, disabledCaps, buildPlatform } = analysis.options;
  const config = {
    attrs,
    sessionId,
    disabledCaps: [...disabledCaps],
    workerPlatform: formatPlatformAll(buildPlatform),
  };
  const { inputs } = analysis.compilation;
  const added = (file: string | null | undefined): string | null =>
    ignore.length === 0 ? (file ?? null) : [...(file ? [file] : []), ...ignore, ''].join('\n');
  const own = inputs.dockerfileIgnore ?? null;
  const files =
    own === null
      ? { dockerignore: added(inputs.dockerignore) }
      : { dockerfileIgnore: added(own), dockerignore: inputs.dockerignore };
  return analyze(text, config, { ...inputs, ...files, sha256: hostSha256 });
}

/** Makes the fixes of one analysis, one by one and all together. */
export function checkFixes(id: string, first: Analysis, counts: FixCounts): BrokenPromise[] {
  const broken: BrokenPromise[] = [];
  const before = analyzeAgain(first, first.text);
  const graph = graphOf(before);
  const found = findingsOf(before);
  // A file may have thousands of one kind.
  const tried = new Map<string, number>();
  for (const finding of found) {
    const name = finding.rule.name;
    const count = counts.get(name) ?? { findings: 0, fixes: 0, safe: 0, ignores: 0 };
    counts.set(name, count);
    count.findings++;
    const fixes = fixesOf(finding, before);
    if (fixes.length > 0) count.fixes++;
    if (fixes.some((fix) => fix.safe)) count.safe++;
    const times = (tried.get(name) ?? 0) + 1;
    tried.set(name, times);
    if (times > 5) continue;
    const kind = before.dockerfile.instructions[finding.instruction]?.kind;
    if (finding.rule.on !== undefined && (kind === undefined || !finding.rule.on.includes(kind)))
      broken.push({ id, fix: `${name}: none`, why: `speaks of ${kind}`, text: before.text });
    for (const fix of fixes) {
      const why = tryEdits(before, fix, (after) => {
        if (!isGone(finding, before, after)) return 'the finding is still there';
        return fix.safe && graphOf(after) !== graph ? 'not safe' : undefined;
      });
      if (why !== undefined) broken.push({ id, fix: `${name}: ${fix.title}`, why, text: before.text });
    }
    const here = ignoreHere(before, finding);
    if (here !== undefined) {
      count.ignores++;
      const why = tryEdits(before, { edits: [here] }, (after) => {
        if (!isGone(finding, before, after)) return 'the finding is still there';
        if (graphOf(after) !== graph) return 'not safe';
        return findingsOf(after).some((other) => other.rule === finding.rule && ignoresTwice(after, other))
          ? 'a second comment'
          : undefined;
      });
      if (why !== undefined) broken.push({ id, fix: `${name}: ignore here`, why, text: before.text });
    }
    if (times > 1) continue;
    const inFile = ignoreInFile(before, name);
    if (inFile === undefined) continue;
    const why = tryEdits(before, { edits: [inFile] }, (after) => {
      if (findingsOf(after).some((other) => other.rule.name === name)) return 'findings are still there';
      if (directives(after) > Math.max(1, directives(before))) return 'a second directive';
      return graphOf(after) === graph ? undefined : 'not safe';
    });
    if (why !== undefined) broken.push({ id, fix: `${name}: ignore in file`, why, text: before.text });
  }
  broken.push(...checkProblemFixes(id, before, counts));
  if (found.length > 0) {
    const done = fixAll(before, (text) => analyzeAgain(before, text));
    const fix = 'all';
    if (graphOf(done.analysis) !== graph) broken.push({ id, fix, why: 'not safe', text: before.text });
    const left = safeFixes(done.analysis).fixed.map((f) => f.rule.name);
    if (left.length > 0) broken.push({ id, fix, why: `left: ${left.join(' ')}`, text: before.text });
  }
  return broken;
}

/** Of what BuildKit refuses: a fix leaves fewer problems of the kind, and the file no less readable. */
function checkProblemFixes(id: string, before: Analysis, counts: FixCounts): BrokenPromise[] {
  const broken: BrokenPromise[] = [];
  for (const diagnostic of diagnostics(before)) {
    if (diagnostic.from !== 'reader' && diagnostic.from !== 'compiler') continue;
    const { code } = diagnostic;
    const count = counts.get(code) ?? { findings: 0, fixes: 0, safe: 0, ignores: 0 };
    counts.set(code, count);
    count.findings++;
    const fixes = problemFixes(before, diagnostic);
    if (fixes.length > 0) count.fixes++;
    if (count.fixes > 300) continue;
    const same = (analysis: Analysis): number =>
      diagnostics(analysis).filter((other) => other.code === code && other.message === diagnostic.message).length;
    for (const fix of fixes) {
      // What the reader says may hide what comes behind it.
      const why = tryEdits(before, fix, (after) =>
        same(after) < same(before) ? undefined : 'the problem is still there',
      );
      if (why !== undefined && !why.startsWith('does not read'))
        broken.push({ id, fix: `${code}: ${fix.title}`, why, text: before.text });
      else if (why !== undefined && same(analyzeAgain(before, applyEdits(before.text, fix.edits))) >= same(before))
        broken.push({ id, fix: `${code}: ${fix.title}`, why, text: before.text });
    }
  }
  return broken;
}

/** Why the edits are no good, or undefined. */
function tryEdits(
  before: Analysis,
  { edits, ignore = [] }: { readonly edits: readonly Edit[]; readonly ignore?: readonly string[] },
  judge: (after: Analysis) => string | undefined,
): string | undefined {
  let at = 0;
  for (const { span } of [...edits].sort((a, b) => a.span.start - b.span.start)) {
    if (span.start < at || span.end < span.start || span.end > before.text.length)
      return 'edits overlap or leave the text';
    at = span.end;
  }
  const after = analyzeAgain(before, applyEdits(before.text, edits), ignore);
  if (after.text === before.text && ignore.length === 0) return 'nothing changes';
  if (after.dockerfile.problems.length > before.dockerfile.problems.length)
    return `does not read: ${after.dockerfile.problems.map((p) => p.summary).join('; ')}`;
  return judge(after);
}

/** Fewer of the kind than before: its place may have moved. */
function isGone(finding: Found, before: Analysis, after: Analysis): boolean {
  const count = (analysis: Analysis) =>
    findingsOf(analysis).filter((other) => other.rule === finding.rule && other.message === finding.message).length;
  return count(after) < count(before);
}

function ignoresTwice(analysis: Analysis, found: Found): boolean {
  const comments = analysis.dockerfile.instructions[found.instruction]?.comments ?? [];
  return comments.filter((comment) => /^check *=/.test(comment)).length > 1;
}

function directives(analysis: Analysis): number {
  return analysis.dockerfile.directives.filter((directive) => directive.name === 'check').length;
}

/** Every digest of every stage, the image without its history, and what BuildKit refuses. */
function graphOf(analysis: Analysis): string {
  const stages = analysis.stages.map((stage) =>
    marshalDefinition(stage.state.out, hostSha256)
      .definition.entries.map((entry) => entry.digest)
      .join(),
  );
  const image = analysis.target === undefined ? '' : imageJson({ ...analysis.target.image, history: [] });
  // That a check makes the build fail is what a fix is for.
  const problems = analysis.problems.map((problem) => problem.code).filter((code) => code !== 'check-error');
  return JSON.stringify([analysis.definition.entries.map((entry) => entry.digest), stages, image, problems]);
}

if (import.meta.main) {
  const files = process.argv.slice(2);
  const counts: FixCounts = new Map();
  const kinds = new Map<string, { count: number; examples: BrokenPromise[] }>();
  let total = 0;
  const check = (job: Job): void => {
    total++;
    for (const broken of checkFixes(job.id, analyzeJob(job), counts)) {
      const key = `${broken.fix.replace(/[$\d].*/, '')} -> ${broken.why.slice(0, 40)}`;
      const kind = kinds.get(key) ?? { count: 0, examples: [] };
      kinds.set(key, { count: kind.count + 1, examples: [...kind.examples, broken].slice(0, 2) });
    }
  };
  if (files.length === 0) for (const jobs of readCases().values()) jobs.forEach(check);
  for (const file of files) {
    if (/^\d+$/.test(file)) {
      for (let seed = 1; seed <= Number(file); seed++)
        check(seed % 3 === 0 ? mutant(generate(seed), 1) : generate(seed));
      continue;
    }
    for (const line of readFileSync(file, 'utf8').split('\n')) if (line !== '') check(JSON.parse(line) as Job);
  }
  for (const [key, { count, examples }] of kinds) {
    console.log(`${count} x ${key}`);
    for (const { id, fix, text } of examples)
      console.log(`  ${id} (${fix})\n${text.slice(0, 600).replace(/^/gm, '    | ')}`);
  }
  console.log(`${total} files; rule: findings, with a fix, with a safe one, that can be ignored in place`);
  for (const [name, c] of [...counts].sort())
    console.log(`  ${name.padEnd(34)} ${c.findings} ${c.fixes} ${c.safe} ${c.ignores}`);
}
