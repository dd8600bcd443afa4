// Random, damaged and hostile Dockerfiles: hovers, lenses, diagnostics and actions never throw, stay in the text, and never let it become markup.
import { expect, test } from 'vitest';
import { generate } from '../../../conformance/generate.ts';
import { mutant } from '../../../conformance/mutate.ts';
import { random } from '../../../conformance/random.ts';
import { type Analysis, analyze } from '../analysis/analyze.ts';
import { analyzeJob } from '../node/convert.ts';
import { hostSha256 } from '../node/sha256.ts';
import { codeActions } from './codeActions.ts';
import { codeLenses, resolveCodeLens } from './codeLens.ts';
import { diagnostics } from './diagnostics.ts';
import { hover } from './hover.ts';
import { code } from './markdown.ts';

function check(analysis: Analysis, seed: number): void {
  const { text } = analysis;
  const r = random(seed);
  const within = ({ start, end }: { start: number; end: number }): void => {
    if (!(start >= 0 && start <= end && end <= text.length)) throw new Error(`${start}-${end} of ${text.length}`);
  };
  const found = diagnostics(analysis);
  const seen = new Set(found.map((d) => JSON.stringify([d.span, d.code, d.message])));
  expect(seen.size).toBe(found.length);
  for (const diagnostic of found) {
    within(diagnostic.span);
    for (const related of diagnostic.related ?? []) within(related.span);
  }
  for (const diagnostic of found.slice(0, 8))
    for (const action of codeActions(analysis, diagnostic.span, [diagnostic]))
      for (const edit of action.edits) within(edit.span);
  for (const lens of codeLenses(analysis)) {
    within(lens.span);
    const { title, click } = resolveCodeLens(analysis, lens) as NonNullable<ReturnType<typeof resolveCodeLens>>;
    expect(title).not.toBe('');
    if (click?.kind === 'references') click.spans.forEach(within);
  }
  for (let n = 0; n < 12; n++) {
    const shown = hover(analysis, r.below(text.length + 1), { reference: true });
    if (shown === undefined) continue;
    within(shown.span);
    expect(shown.markdown.split('\n').length).toBeLessThanOrEqual(16);
    plain(shown.markdown);
  }
}

/** Outside of code, only what we wrote ourselves may be markup: bold words and links to the reference. */
function plain(markdown: string): void {
  const prose = withoutCode(markdown).replaceAll(/\[Reference\]\(https:\/\/docs\.docker\.com\/[\w/#-]+\)/g, '');
  expect(prose).not.toMatch(/[<[\]]|\(command:|&\w+;/);
}

function withoutCode(markdown: string): string {
  let out = '';
  for (let i = 0; i < markdown.length; ) {
    if (markdown[i] !== '`') {
      out += markdown[i++];
      continue;
    }
    let run = i;
    while (markdown[run] === '`') run++;
    const fence = markdown.slice(i, run);
    let close = run;
    for (;;) {
      close = markdown.indexOf(fence, close);
      if (close < 0) throw new Error(`code without end: ${markdown}`);
      let end = close;
      while (markdown[end] === '`') end++;
      if (end - close === fence.length) break;
      close = end;
    }
    i = close + fence.length;
  }
  return out;
}

test('random and damaged files', () => {
  for (let seed = 1; seed <= 300; seed++) {
    check(analyzeJob(generate(seed)), seed);
    check(analyzeJob(mutant(generate(seed), 1)), seed);
    const { dockerfile, ...rest } = generate(seed);
    if (dockerfile !== undefined)
      check(analyzeJob({ ...rest, dockerfile: dockerfile.slice(0, random(seed).below(dockerfile.length)) }), seed);
  }
});

const hostile = [
  '[x](command:a)',
  '<img src=x>',
  '`',
  '``',
  '**b**',
  '&lt;',
  '![](x)',
  '\\',
  '|',
  '$X',
  'a\u0000b',
  '😀',
  '_a_',
];

test('hostile words everywhere', () => {
  for (let seed = 1; seed <= 300; seed++) {
    const r = random(seed);
    const word = () => r.pick(hostile) + r.pick(hostile);
    const text = [
      `ARG A=${word()}`,
      `FROM ${r.chance(0.5) ? word() : 'alpine'} AS ${r.chance(0.5) ? word() : 'x'}`,
      `ARG B=${word()} ${word()}=${word()}`,
      `ENV C=${word()} D=$A$B E=$\{X:-${word()}}`,
      `COPY --from=${word()} ${word()} ${word()}`,
      `COPY --link --chown=${word()} ${word()} ${word()}`,
      `RUN --mount=type=${word()},from=${word()},target=${word()} ${word()} $C`,
      `WORKDIR ${word()}`,
      `LABEL ${word()}=${word()}`,
      `FROM x`,
      `COPY --from=x ${word()} /`,
    ].join('\n');
    check(analyze(text, { attrs: { 'build-arg:B': word() } }, { sha256: hostSha256 }), seed);
  }
});

test('code is code whatever it holds', () => {
  expect(code('a`b')).toBe('``a`b``');
  expect(code('`a`')).toBe('`` `a` ``');
  expect(code('')).toBe('` `');
  expect(code('a\nb\u0000')).toBe('`a b`');
  expect(code('x'.repeat(200)).length).toBe(82);
});
