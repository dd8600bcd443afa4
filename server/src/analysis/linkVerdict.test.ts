// The verdict on each copy: a table of stages, and agreement with what BuildKit did in every recorded scenario.
import { describe, expect, test } from 'vitest';
import { buildOf, scenarios } from '../../../conformance/predictions.ts';
import { analyzeJob } from '../node/convert.ts';
import { aboutLink, linkVerdictOf, linkVerdicts } from './linkVerdict.ts';

// Lines, separated by ` / `; the verdicts on the copies among them, in order: kind, certainty, words that stand in the sentence.
const table = `
FROM debian:12 / COPY --link a.txt /opt/                        | effective known: survives? base debian:12 changes
FROM debian:12 / RUN x / COPY --link a.txt /opt/ / RUN y        | effective known: the base debian:12 or line 2 changes; the step that follows does not survive it
FROM debian:12 / COPY --link a.txt /opt/ / COPY b.txt /opt/     | effective known: step that follows | would-help known: --link would help
FROM debian:12 / COPY --link --chmod=755 a.txt /opt/            | no-effect known: --chmod switches it off
FROM scratch / COPY --link a.txt /opt/ / COPY --link b.txt /x/  | no-effect known: nothing below | effective known: line 2 changes
FROM scratch / COPY a.txt /opt/                                 | plain known: on an empty base
FROM debian:12 / COPY --link --chown=app a.txt /opt/            | fails known: no /etc/passwd
FROM debian:12 / COPY --link --chown=app                        | fails known: will fail
FROM debian:12 / COPY --link a.txt /usr/bin                     | breaks catalogue: the directory /usr/bin by a file
FROM debian:12 / COPY --link app /usr/bin                       | breaks guess: if its source is a file
FROM debian:12 / COPY --link a.txt b.txt /new                   | breaks guess: only the last
FROM debian:12 / COPY --link a.txt /bin/                        | breaks catalogue: /bin -> usr/bin
FROM acme/own / COPY --link a.txt /bin/                         | breaks guess: if the base has that link
FROM alpine:3.20 / COPY --link a.txt /bin/                      | effective known: effective
FROM alpine:3.20 / COPY --link a.txt /var/run/x/                | breaks catalogue: do not arrive in /run/x
FROM debian:12 / RUN ln -s /b /a / COPY --link a.txt /a/        | breaks known: (line 2)
FROM debian:12 / COPY --link a.txt /tmp/                        | changes-owner-or-mode catalogue: 0755 instead of 1777
FROM acme/own / COPY --link a.txt /tmp/                         | changes-owner-or-mode guess: 0755 instead of 1777
FROM debian:12 / COPY --link a.txt /root/                       | changes-owner-or-mode catalogue: /root away (0700)
FROM node:22 / COPY --link a.txt /home/node/app/                | changes-owner-or-mode catalogue: /home/node
FROM debian:12 / RUN mkdir -m 700 /d / COPY --link a.txt /d/    | changes-owner-or-mode known: /d away (0700)
FROM debian:12 / RUN mkdir /d / COPY --link a.txt /d/           | effective known: effective
FROM debian:12 / USER 5 / WORKDIR /w / COPY --link a.txt .      | changes-owner-or-mode known: working directory /w
FROM debian:12 / COPY --link --chown=5 a.txt /etc/x             | changes-owner-or-mode catalogue: gives /etc to 5
FROM debian:12 / COPY --link a.txt /x/ / RUN make / COPY --link b.txt /y/ / RUN make | costs-more known: line 3 | effective known: effective
FROM debian:12 / COPY a.txt /opt/ / RUN make                    | plain known: runs again when the base debian:12 changes
FROM debian:12 / COPY a.txt /tmp/                               | plain catalogue: better so
FROM debian:12 AS base / RUN make / FROM base / COPY --link a.txt /opt/ | effective known: the stage base changes
FROM mcr.microsoft.com/windows/nanoserver:1809 / COPY --link a.txt /bin/ | effective known: effective
`;

test.each(
  table
    .trim()
    .split('\n')
    .map((line) => {
      const [text = '', ...verdicts] = line.split(/ \| /);
      return [text.trim(), verdicts.map((verdict) => verdict.trim())] as const;
    }),
)('%s', (text, expected) => {
  const analysis = analyzeJob({ id: 'verdict', dockerfile: `${text.split(' / ').join('\n')}\n` });
  const verdicts = linkVerdicts(analysis);
  expect(verdicts.map(({ kind, certainty }) => `${kind} ${certainty}`)).toEqual(expected.map((e) => e.split(':')[0]));
  for (const [i, { sentence, instruction }] of verdicts.entries()) {
    const words = (expected[i] as string).replace(/^[^:]*: /, '').replace('survives? ', '');
    expect(sentence).toContain(words);
    expect(linkVerdictOf(analysis, instruction)).toEqual(verdicts[i]);
  }
});

test('without the capability the flag does nothing', () => {
  const analysis = analyzeJob({
    id: 'verdict',
    dockerfile: 'FROM debian:12\nCOPY --link a /opt/\n',
    disabledCaps: ['mergeop'],
  });
  expect(linkVerdicts(analysis)[0]?.sentence).toContain('has no MergeOp');
});

test('what the flag does says what it does not do', () => {
  for (const words of ['symlink', 'host', 'build flag', '1.4', '0.10', 'MergeOp']) expect(aboutLink).toContain(words);
});

describe('recorded scenarios', () => {
  const all = scenarios();
  const names = new Set(all.map((scenario) => scenario.name));
  test('every copy has one verdict, its evidence is recorded, and only what failed will fail', () => {
    let seen = 0;
    for (const scenario of all)
      for (const [index, step] of scenario.steps.entries()) {
        const { analysis } = buildOf(scenario, index);
        const verdicts = linkVerdicts(analysis);
        seen += verdicts.length;
        const copies = analysis.dockerfile.instructions.filter((i) => i.kind === 'copy' || i.kind === 'add').length;
        expect([scenario.name, verdicts.length]).toEqual([scenario.name, copies]);
        for (const { evidence, kind } of verdicts) {
          for (const name of evidence) expect([name, names.has(name)]).toEqual([name, true]);
          if (kind === 'fails') expect([scenario.name, step.result?.ok]).toEqual([scenario.name, false]);
        }
      }
    expect(seen).toBeGreaterThan(500);
  });

  /** Where file and context do not tell, or the recording did not look. */
  const apart: Readonly<Record<string, string>> = {
    'link-owner-onbuild': 'a trigger has no verdict',
    'link-file-to-new-name-then-workdir': 'a plain copy fails too',
    'link-owner-scratch': 'a plain copy fails too',
    'two-files-without-slash-new-name': 'a plain copy leaves only the last too',
    'link-owner-fine-numeric-arg': 'the recording did not look at /opt',
  };

  test('a verdict is bad exactly where the linked build came out otherwise than the plain one', () => {
    const differing: string[] = [];
    let pairs = 0;
    for (const scenario of all) {
      const index = scenario.steps.findIndex((step) => step.label === 'bad' || step.label === 'link');
      const [linked, plain] = [scenario.steps[index], scenario.steps.find((step) => step.label === 'plain')];
      if (!linked?.result || !plain?.result || !linked.dockerfile.includes('--link')) continue;
      pairs++;
      const seen = (result: NonNullable<typeof linked.result>): string =>
        JSON.stringify([result.ok, result.ok ? result.tree : '']);
      const differs =
        linked.result.ok !== plain.result.ok || (linked.result.ok && seen(linked.result) !== seen(plain.result));
      const verdicts = linkVerdicts(buildOf(scenario, index).analysis);
      const bad = verdicts.some(
        ({ kind }) => kind === 'fails' || kind === 'breaks' || kind === 'changes-owner-or-mode',
      );
      if (bad !== differs) differing.push(scenario.name);
    }
    expect(pairs).toBeGreaterThan(100);
    expect(differing.sort()).toEqual(Object.keys(apart).sort());
  });

  /** The status of the copy's own file operation, by the line of the copy. */
  test('an effective copy was found where only what lies below it changed', () => {
    let found = 0;
    for (const scenario of all)
      for (let index = 1; index < scenario.steps.length; index++) {
        const [before, step] = [scenario.steps[index - 1], scenario.steps[index]];
        if (before?.result?.ok !== true || step?.result?.ok !== true || step.pruned || step.cacheFrom !== undefined)
          continue;
        if (JSON.stringify(before.files) !== JSON.stringify(step.files) || 'no-cache' in (step.opts ?? {})) continue;
        const old = linkVerdicts(buildOf(scenario, index - 1).analysis);
        const { analysis } = buildOf(scenario, index);
        for (const verdict of linkVerdicts(analysis)) {
          const instruction = analysis.dockerfile.instructions[verdict.instruction];
          if (verdict.kind !== 'effective' || instruction?.kind !== 'copy' || instruction.from.value !== '') continue;
          const copy = analysis.stages.flatMap((s) => s.steps).find((s) => s.command.index === verdict.instruction);
          const own = copy?.vertices.find((v) => v.op.kind === 'file' && v.metadata.progressGroup?.weak)?.digest;
          const seen = step.result.vertices.find((v) => v.digest === own);
          // The same op was in the build before.
          if (seen === undefined || old.length === 0 || !before.result.vertices.some((v) => v.digest === own)) continue;
          found++;
          expect([
            scenario.name,
            step.label,
            verdict.line,
            seen.status === 'cached' || seen.status === 'not-started',
          ]).toEqual([scenario.name, step.label, verdict.line, true]);
        }
      }
    expect(found).toBeGreaterThan(5);
  });
});
