// Files of marked Dockerfiles: each case is analysed, a feature is asked, and its answers must stand where the marks stand.
//
// A case begins with `=== NAME {JSON}`; the JSON says how it is built, as for a job of the comparison with BuildKit. The lines
// below, up to the next case, are the marked Dockerfile. `MARKS=write npx vitest run FILE` writes what came out in place of
// what was expected: read every line of it before you keep it.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { Analysis } from '../../server/src/analysis/analyze.ts';
import { analyzeJob, type Job } from '../../server/src/node/convert.ts';
import { type Mark, readMarks, writeMarks } from './marker.ts';

/** Answers for a marked Dockerfile; those who ask at a place look at the places of the marks. */
export type Answer = (
  analysis: Analysis,
  marks: readonly Mark[],
  options: Record<string, unknown>,
) => readonly Mark[] | Promise<readonly Mark[]>;

/** A test for each case of `file` (a name in this folder). */
export function testMarked(file: string, answer: Answer): void {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const [head, ...parts] = readFileSync(path, 'utf8').split(/^(=== .*)\n/m);
  const write = process.env.MARKS === 'write';
  const written: Promise<string>[] = [];
  for (let i = 0; i < parts.length; i += 2) {
    const [header, body] = [parts[i] as string, parts[i + 1] as string];
    const found = /^=== (.*?)(?: (\{.*\}))?$/.exec(header) as RegExpExecArray;
    const options = JSON.parse(found[2] ?? '{}') as Partial<Job> & Record<string, unknown>;
    const run = async (): Promise<string> => {
      const { text, marks } = readMarks(body);
      const analysis = analyzeJob({ id: found[1] as string, dockerfile: text, ...options });
      return writeMarks(text, await answer(analysis, marks, options));
    };
    if (write) written.push(run().then((text) => `${header}\n${text}`));
    else test(found[1] as string, async () => expect(await run()).toBe(body));
  }
  if (write) test('written', async () => writeFileSync(path, head + (await Promise.all(written)).join('')));
}
