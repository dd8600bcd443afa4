// `--format sarif`: SARIF 2.1.0, for code scanning and editors.
import type { Span } from '../../../../shared/src/span.ts';
import { ruleNamed } from '../../rules/findings.ts';
import { pages } from '../../rules/pages.ts';
import type { Fix, Severity } from '../../rules/rule.ts';
import type { Reported } from '../fileCheck.ts';
import { gistOf, plainPage } from '../pageText.ts';
import { packageVersion } from '../version.ts';
import {
  type FileReport,
  fingerprints,
  type Place,
  placesIn,
  portablePath,
  type Report,
  wellFormed,
} from './report.ts';

const levels: Readonly<Record<Severity, string>> = {
  error: 'error',
  warning: 'warning',
  information: 'note',
  hint: 'note',
};

export function sarifReport(report: Report): string {
  const ruleIds = [...new Set(report.files.flatMap((file) => file.problems.map((problem) => problem.code)))].sort();
  const first = new Map<string, Reported>();
  for (const file of report.files)
    for (const problem of file.problems) if (!first.has(problem.code)) first.set(problem.code, problem);
  const run = {
    tool: {
      driver: {
        name: 'LLB Lens',
        version: packageVersion,
        rules: ruleIds.map((id) => ruleJson(id, first.get(id) as Reported)),
      },
    },
    columnKind: 'utf16CodeUnits',
    originalUriBaseIds: { '%SRCROOT%': { description: { text: 'The folder that paths are counted from.' } } },
    invocations: [
      {
        executionSuccessful: report.trouble.length === 0,
        exitCode: report.exitCode,
        toolExecutionNotifications: report.trouble.map(({ path, message }) => ({
          level: 'error',
          message: { text: wellFormed(message) },
          locations: [{ physicalLocation: { artifactLocation: artifact(portablePath(path, report)) } }],
        })),
      },
    ],
    results: report.files.flatMap((file) => resultsJson(file, report, ruleIds)),
  };
  return `${JSON.stringify({ $schema: schema, version: '2.1.0', runs: [run] }, null, 2)}\n`;
}

const schema = 'https://json.schemastore.org/sarif-2.1.0.json';

function ruleJson(id: string, example: Reported): unknown {
  const page = pages[id];
  const rule = ruleNamed(id);
  if (page === undefined)
    return {
      id,
      shortDescription: { text: 'BuildKit refuses the file.' },
      fullDescription: { text: 'BuildKit refuses the file: the build ends here with an error.' },
      help: { text: 'Every build of the file ends with this error, whatever else it holds.' },
      defaultConfiguration: { level: 'error' },
      properties: { tags: ['error'] },
    };
  const gist = gistOf(page);
  return {
    id,
    name: id,
    shortDescription: { text: gist },
    fullDescription: { text: gist },
    help: { text: plainPage(page), markdown: page },
    ...(example.url === '' ? {} : { helpUri: example.url }),
    defaultConfiguration: { level: levels[rule?.severity ?? 'warning'] },
    properties: { tags: [example.from === 'check' ? 'build-check' : 'graph', ...(rule?.tags ?? [])] },
  };
}

function resultsJson(file: FileReport, report: Report, ruleIds: readonly string[]): unknown[] {
  const path = portablePath(file.path, report);
  const place = placesIn(file.text);
  const marks = fingerprints(path, file);
  return file.problems.map((problem, i) => ({
    ruleId: problem.code,
    ruleIndex: ruleIds.indexOf(problem.code),
    level: levels[problem.severity],
    message: { text: wellFormed(problem.message) },
    locations: [physical(path, region(problem.span, place))],
    ...(problem.related.length === 0
      ? {}
      : {
          relatedLocations: problem.related.map(({ span, message }, id) => ({
            id: id + 1,
            ...physical(path, region(span, place)),
            message: { text: wellFormed(message) },
          })),
        }),
    partialFingerprints: { 'llbLens/v1': marks[i] },
    ...(problem.fixes.length === 0 ? {} : { fixes: problem.fixes.map((fix) => fixJson(fix, path, place)) }),
  }));
}

function fixJson({ title, safe, edits }: Fix, path: string, place: (offset: number) => Place): unknown {
  return {
    description: { text: wellFormed(title) },
    artifactChanges: [
      {
        artifactLocation: artifact(path),
        replacements: edits.map(({ span, text }) => ({
          deletedRegion: region(span, place),
          ...(text === '' ? {} : { insertedContent: { text: wellFormed(text) } }),
        })),
      },
    ],
    properties: { safe },
  };
}

function physical(path: string, where: unknown) {
  return { physicalLocation: { artifactLocation: artifact(path), region: where } };
}

function region({ start, end }: Span, place: (offset: number) => Place) {
  const from = place(start);
  const to = place(Math.max(start, end));
  return { startLine: from.line, startColumn: from.column, endLine: to.line, endColumn: to.column };
}

/** A file below the root; one elsewhere is named by its own URI. */
function artifact(path: string): unknown {
  if (path.startsWith('/') || /^[A-Za-z]:\//.test(path))
    return { uri: `file://${path.startsWith('/') ? '' : '/'}${uri(path)}` };
  return { uri: uri(path), uriBaseId: '%SRCROOT%' };
}

function uri(path: string): string {
  return path
    .split('/')
    .map(encodeURIComponent)
    .join('/')
    .replace(/^([A-Za-z])%3A\//, '$1:/');
}
