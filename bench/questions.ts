// What is asked of an analysis that stands already: rules, verdicts on links, and what a change runs again.
import { afterChange } from '../server/src/analysis/afterChange.ts';
import { type Analysis, analyze } from '../server/src/analysis/analyze.ts';
import { linkVerdicts } from '../server/src/analysis/linkVerdict.ts';
import { whatIf } from '../server/src/analysis/whatIf.ts';
import { features } from '../server/src/features/index.ts';
import { configOf, inputsOf } from '../server/src/node/convert.ts';
import { findingsOf } from '../server/src/rules/findings.ts';
import { longDockerfile } from './files.ts';
import { ms, quantile, row } from './numbers.ts';

/** Each question gets an analysis of its own: answers are kept with it. */
const asked: readonly (readonly [string, (analysis: Analysis) => unknown])[] = [
  ['rules', findingsOf],
  ['verdicts on links', linkVerdicts],
  ['diagnostics', (analysis) => features.diagnostics?.(analysis)],
  ['CodeLens, listed', (analysis) => features.codeLenses?.(analysis)],
  ['semantic tokens', (analysis) => features.semanticTokens?.(analysis)],
  ['formatting', (analysis) => features.formatting?.(analysis, { tabSize: 4, insertSpaces: true })],
  ['graph', (analysis) => features.graph?.(analysis, 'Dockerfile')],
  ['impact of a step', (analysis) => afterChange(analysis, middleStep(analysis))],
  ['what if a file changes', (analysis) => whatIf(analysis, [{ kind: 'file', path: 'src0/main.js' }])],
  ['what if a line changes', (analysis) => whatIf(analysis, [{ kind: 'line', line: middleLine(analysis) }])],
];

export function questions(): void {
  console.log('Questions to an analysis (ms)');
  console.log(row('', ['500 p50', 'p99', '5000 p50', 'p99']));
  const sizes = [500, 5000].map((lines) => ({ text: longDockerfile(lines), rounds: lines > 1000 ? 30 : 100 }));
  for (const [name, ask] of asked) {
    const cells = sizes.flatMap(({ text, rounds }) => {
      const times: number[] = [];
      for (let i = -rounds; i < rounds; i++) {
        const job = { id: 'q', dockerfile: text };
        const analysis = analyze(text, configOf(job), inputsOf(job));
        const start = performance.now();
        ask(analysis);
        if (i >= 0) times.push(performance.now() - start);
      }
      return [quantile(times, 0.5), quantile(times, 0.99)].map(ms);
    });
    console.log(row(name, cells));
  }
  console.log();
}

function middleStep({ stages }: Analysis) {
  const steps = stages.flatMap((stage) => (stage.reachable ? stage.steps : []));
  return steps.filter(({ vertices }) => vertices.length > 0).at(steps.length >> 2)?.vertices ?? [];
}

function middleLine({ dockerfile, text }: Analysis): number {
  const run = dockerfile.instructions.find(({ kind, span }) => kind === 'run' && span.start > text.length / 2);
  return run?.lines.first ?? 1;
}
