// Pins of bases, and quantities in words.
import { describe, expect, test } from 'vitest';
import { ageText, filesText, sizeText } from '../analysis/quantities.ts';
import { analyzeJob, type Job } from '../node/convert.ts';
import { applyEdits } from '../rules/edits.ts';
import { codeActions } from './codeActions.ts';
import { diagnostics } from './diagnostics.ts';

const one = `sha256:${'1'.repeat(64)}`;
const two = `sha256:${'2'.repeat(64)}`;
const facts: Job['facts'] = {
  'docker.io/library/debian:12': { digest: one },
  'docker.io/library/debian:latest': { digest: two },
  'localhost:5000/app:1': { digest: one },
};

describe('pins', () => {
  test.each([
    ['a tag', 'FROM debian:12', `FROM debian:12@${one}`],
    [
      'no tag',
      'FROM --platform=$BUILDPLATFORM debian AS x',
      `FROM --platform=$BUILDPLATFORM debian:latest@${two} AS x`,
    ],
    ['a registry with a port', 'FROM localhost:5000/app:1', `FROM localhost:5000/app:1@${one}`],
    [
      'continued lines and comments',
      'FROM \\\n# why\n debian:12 \\\n AS x',
      `FROM \\\n# why\n debian:12@${one} \\\n AS x`,
    ],
    ['a pin that is older', `FROM debian:12@${two} AS x`, `FROM debian:12@${one} AS x`],
    ['a pin that still holds', `FROM debian:12@${one}`, undefined],
    ['a pin without a tag', `FROM debian@${two}`, undefined],
    ['an image that nobody knows', 'FROM nobody:1', undefined],
    ['a name from an argument', 'ARG V=12\nFROM debian:$V', undefined],
    ['a quoted name', 'FROM "debian:12"', undefined],
    ['a stage', 'FROM debian:12 AS a\nFROM a', undefined],
    ['scratch', 'FROM scratch', undefined],
  ])('%s', (_, dockerfile, wanted) => {
    const analysis = analyzeJob({ id: '', dockerfile, facts });
    const at = dockerfile.lastIndexOf('FROM');
    const found = codeActions(analysis, { start: at, end: at }, []).filter((action) => /pin/i.test(action.title));
    expect(found.map((action) => applyEdits(dockerfile, action.edits))).toEqual(wanted === undefined ? [] : [wanted]);
  });

  test('are offered on their own line alone', () => {
    const dockerfile = 'FROM debian:12\nRUN a\n';
    const titles = codeActions(analyzeJob({ id: '', dockerfile, facts }), { start: 17, end: 17 }, []);
    expect(titles.filter((action) => /pin/i.test(action.title))).toEqual([]);
  });

  test('say nothing that a rule offers already', () => {
    const dockerfile = 'FROM debian';
    const images = { 'docker.io/library/debian:latest': { digest: two } };
    const analysis = analyzeJob({ id: '', dockerfile, facts, images });
    const found = codeActions(analysis, { start: 6, end: 6 }, diagnostics(analysis));
    const pinned = found.filter(({ edits }) => applyEdits(dockerfile, edits) === `FROM debian:latest@${two}`);
    expect(pinned.map((action) => action.title)).toEqual([`Pin the image as it is now: @${two.slice(0, 19)}…`]);
  });
});

test.each([
  [0, '0 bytes'],
  [1, '1 byte'],
  [999, '999 bytes'],
  [1000, '1.0 kB'],
  [9949, '9.9 kB'],
  [9951, '10 kB'],
  [999_499, '999 kB'],
  [999_500, '1.0 MB'],
  [1_234_567, '1.2 MB'],
  [5e9, '5.0 GB'],
  [3e18, '3000 PB'],
])('%d bytes', (bytes, wanted) => expect(sizeText(bytes)).toBe(wanted));

test.each([
  [0, '0 files'],
  [1, '1 file'],
  [1234, '1,234 files'],
  [1_234_567, '1,234,567 files'],
])('%d files', (count, wanted) => expect(filesText(count)).toBe(wanted));

test.each([
  [59_999, 'just now'],
  [60_000, '1 minute ago'],
  [3_599_999, '59 minutes ago'],
  [3_600_000, '1 hour ago'],
  [172_799_999, '47 hours ago'],
  [172_800_000, '2 days ago'],
])('%d milliseconds', (age, wanted) => expect(ageText(age)).toBe(wanted));
