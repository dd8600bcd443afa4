// The reports for programs: valid where there is a schema, read back where there is none, and steady.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type Ajv04 from 'ajv-draft-04';
import { describe, expect, test } from 'vitest';
import { generate } from '../../../../conformance/generate.ts';
import { mutant } from '../../../../conformance/mutate.ts';
import { applyEdits } from '../../rules/edits.ts';
import { configOf, inputsOf, type Job, textOf } from '../convert.ts';
import { analyzeForCheck, problemsOf } from '../fileCheck.ts';
import { githubReport } from './github.ts';
import { gitlabReport } from './gitlab.ts';
import { jsonReport } from './json.ts';
import { type FileReport, placesIn, type Report } from './report.ts';
import { sarifReport } from './sarif.ts';

const require = createRequire(import.meta.url);
const schema = JSON.parse(
  readFileSync(
    require.resolve('@microsoft/jest-sarif').replace(/lib[\\/].*/, 'lib/schemas/sarif-2.1.0-rtm.5.json'),
    'utf8',
  ),
);
const Ajv = require('ajv-draft-04').default as typeof Ajv04;
// The schema's patterns are older than the Unicode mode of regular expressions.
const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
require('ajv-formats').default(ajv);
const isSarif = ajv.compile(schema);

function fileOf(path: string, job: Job): FileReport {
  const text = textOf(job);
  const setup = { config: configOf(job), inputs: inputsOf(job), levels: new Map() };
  return { path, text, problems: problemsOf(analyzeForCheck(text, setup), setup.levels) };
}

function reportOf(files: readonly FileReport[], more: Partial<Report> = {}): Report {
  return { files, trouble: [], checked: files.length, exitCode: 1, root: undefined, ...more };
}

const text = '# €😀\nFROM alpine AS Build\nEXPOSE 80/TCP \\\n\n  90\nCOPY --chmod=99999 😀 x\n';
const whole = fileOf('a b/Ä#,:%.Dockerfile', { id: 'x', dockerfile: text });
// What rules of ours say changes; BuildKit's words do not.
const sample = { ...whole, problems: whole.problems.filter(({ from }) => from !== 'rule') };
const trouble = [{ path: 'x/y', message: 'x/y: 100% broken\nreally' }];

interface Region {
  readonly startLine: number;
  readonly startColumn: number;
  readonly endLine: number;
  readonly endColumn: number;
}

describe('SARIF', () => {
  test('the schema says no to what is wrong', () => {
    expect(isSarif({ version: '2.1.0', runs: [{ tool: { driver: { name: 'x' } }, results: [{}] }] })).toBe(false);
  });

  test.each([
    ['nothing', reportOf([])],
    ['problems', reportOf([sample])],
    ['trouble', reportOf([sample], { trouble })],
    ['a file elsewhere', reportOf([{ ...sample, path: '/srv/a b/Dockerfile' }])],
  ])('%s is valid', (_, report) => {
    expect(isSarif(JSON.parse(sarifReport(report))), JSON.stringify(isSarif.errors)).toBe(true);
  });

  test('random files are valid, with regions and fixes that lie in the text', () => {
    const rules = new Set<string>();
    for (let seed = 1; seed <= 150; seed++) {
      const job = seed % 2 === 0 ? mutant(generate(seed), 1) : generate(seed);
      const file = fileOf(`d${seed}/Dockerfile`, job);
      const log = JSON.parse(sarifReport(reportOf([file])));
      expect(isSarif(log), JSON.stringify(isSarif.errors)).toBe(true);
      const [run] = log.runs;
      for (const [i, result] of run.results.entries()) {
        rules.add(result.ruleId);
        expect(run.tool.driver.rules[result.ruleIndex].id).toBe(result.ruleId);
        const problem = file.problems[i]!;
        expect(spanOf(file.text, result.locations[0].physicalLocation.region)).toEqual(problem.span);
        for (const [f, fix] of (result.fixes ?? []).entries()) {
          const edits = fix.artifactChanges[0].replacements.map(
            (r: { deletedRegion: Region; insertedContent?: { text: string } }) => ({
              span: spanOf(file.text, r.deletedRegion),
              text: r.insertedContent?.text ?? '',
            }),
          );
          expect(applyEdits(file.text, edits)).toBe(applyEdits(file.text, problem.fixes[f]!.edits));
        }
      }
    }
    expect(rules.size).toBeGreaterThan(20);
  });

  test('rules carry their pages, paths are URIs from the root', () => {
    const [run] = JSON.parse(sarifReport(reportOf([sample]))).runs;
    const rule = run.tool.driver.rules.find((r: { id: string }) => r.id === 'StageNameCasing');
    expect(rule.help.markdown).toContain('# StageNameCasing');
    expect(rule.help.text).not.toContain('```');
    expect(rule.helpUri).toContain('https://');
    expect(rule.defaultConfiguration.level).toBe('warning');
    expect(run.results[0].locations[0].physicalLocation.artifactLocation).toEqual({
      uri: 'a%20b/%C3%84%23%2C%3A%25.Dockerfile',
      uriBaseId: '%SRCROOT%',
    });
    expect(run.results.map((r: { level: string }) => r.level)).toEqual(['warning', 'warning', 'warning', 'error']);
  });
});

/** A region back as offsets: columns count UTF-16 code units. */
function spanOf(source: string, { startLine, startColumn, endLine, endColumn }: Region) {
  const lines = source.split('\n');
  const offset = (line: number, column: number): number =>
    lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0) + column - 1;
  return { start: offset(startLine, startColumn), end: offset(endLine, endColumn) };
}

test('fingerprints stay when lines move, and no two are alike', () => {
  const twice = { id: 'x', dockerfile: 'FROM alpine\nRUN $a\nENV A=$b\nENV A=$b\nENV A=$b B=$b\n' };
  const marks = (job: Job) =>
    JSON.parse(gitlabReport(reportOf([fileOf('Dockerfile', job)]))).map((i: { fingerprint: string }) => i.fingerprint);
  const before = marks(twice);
  expect(before.length).toBeGreaterThan(2);
  expect(new Set(before).size).toBe(before.length);
  expect(marks({ ...twice, dockerfile: `# new\n\n${twice.dockerfile}` })).toEqual(before);
  expect(marks({ ...twice, dockerfile: twice.dockerfile.replaceAll('$b', '$c') })).not.toEqual(before);
});

test('GitLab: what it requires of each issue', () => {
  const issues = JSON.parse(gitlabReport(reportOf([sample])));
  expect(issues).toHaveLength(sample.problems.length);
  for (const issue of issues) {
    expect(issue.description).toEqual(expect.any(String));
    expect(issue.check_name).toMatch(/^[\w-]+$/);
    expect(issue.fingerprint).toMatch(/^[0-9a-f]{40}$/);
    expect(['info', 'minor', 'major', 'critical', 'blocker']).toContain(issue.severity);
    expect(issue.location.path).toBe('a b/Ä#,:%.Dockerfile');
    expect(issue.location.lines.begin).toBeGreaterThan(0);
  }
});

test('GitHub: one command a line, with what would end it escaped', () => {
  const lines = githubReport(reportOf([sample], { trouble })).split('\n');
  expect(lines.slice(0, 2)).toEqual([
    "::warning file=a b/Ä#%2C%3A%25.Dockerfile,line=2,col=16,endColumn=21,title=StageNameCasing::Stage name 'Build' should be lowercase",
    "::warning file=a b/Ä#%2C%3A%25.Dockerfile,line=3,col=8,endColumn=14,title=ExposeProtoCasing::Defined protocol '80/TCP' in EXPOSE instruction should be lowercase",
  ]);
  expect(lines.slice(-2)).toEqual(['::error file=x/y::x/y: 100%25 broken%0Areally', '']);
  expect(lines).toHaveLength(sample.problems.length + 2);
});

test('paths count from the root that is given', () => {
  const file = { ...sample, path: '/srv/repo/sub/Dockerfile' };
  const path = (root: string) => JSON.parse(jsonReport(reportOf([file], { root }))).problems[0].file;
  expect(path('/srv/repo')).toBe('sub/Dockerfile');
  expect(path('/srv/other')).toBe('/srv/repo/sub/Dockerfile');
});

test('JSON: the whole of a problem', () => {
  const { problems, files, trouble: told } = JSON.parse(jsonReport(reportOf([sample], { trouble })));
  expect(files).toBe(1);
  expect(told).toEqual([{ file: 'x/y', message: trouble[0]!.message }]);
  expect(problems[0]).toEqual({
    file: 'a b/Ä#,:%.Dockerfile',
    line: 2,
    column: 16,
    endLine: 2,
    endColumn: 21,
    severity: 'warning',
    code: 'StageNameCasing',
    message: "Stage name 'Build' should be lowercase",
    from: 'check',
    url: 'https://docs.docker.com/go/dockerfile/rule/stage-name-casing/',
    buildkitLines: [2, 2],
    fingerprint: expect.stringMatching(/^[0-9a-f]{40}$/),
    related: [],
    fixes: [
      {
        title: expect.any(String),
        safe: true,
        edits: [{ line: 2, column: 16, endLine: 2, endColumn: 21, text: 'build' }],
      },
    ],
  });
});

test.each([
  ['', 0, 1, 1],
  ['a\nb', 1, 1, 2],
  ['a\nb', 2, 2, 1],
  ['a\r\nb', 2, 1, 3],
  ['😀x\n', 2, 1, 3],
  ['a\n', 2, 2, 1],
])('the place in %j of %i', (source, offset, line, column) => {
  expect(placesIn(source)(offset)).toEqual({ line, column });
});
