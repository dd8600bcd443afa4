// Times in the image's history, as BuildKit writes and refuses them.
import { expect, test } from 'vitest';
import { analyze } from '../analysis/analyze.ts';
import { hostSha256 } from '../node/sha256.ts';
import { goTime } from './history.ts';

test.each([
  [0n, '1970-01-01T00:00:00Z'],
  [-1n, '1969-12-31T23:59:59Z'],
  [951_782_400n, '2000-02-29T00:00:00Z'],
  [-62_167_219_200n, '0000-01-01T00:00:00Z'],
  [-62_135_596_801n, '0000-12-31T23:59:59Z'],
  [253_402_300_799n, '9999-12-31T23:59:59Z'],
])('%i is %s', (seconds, text) => {
  expect(goTime(seconds)).toBe(text);
});

const inputs = { sha256: hostSha256 };

const refusal =
  'failed to marshal image config: json: error calling MarshalJSON for type *time.Time: Time.MarshalJSON: year outside of range [0,9999]';

test.each([
  ['FROM alpine\nCMD x\n', '253402300799', []],
  ['FROM alpine\nCMD x\n', '253402300800', [refusal]],
  ['FROM alpine\nCMD x\n', '-62167219200', []],
  ['FROM alpine\nCMD x\n', '-62167219201', [refusal]],
  ['FROM alpine\nCMD x\n', '9223372036854775807', [refusal]],
  ['FROM alpine\nCMD x\n', '-9223372036854775808', [refusal]],
  ['FROM alpine\n', '17000001700000000', []],
  ['FROM alpine AS a\nRUN x\nFROM alpine\n', '17000001700000000', []],
])('%j at %s', (text, seconds, problems) => {
  const { problems: found } = analyze(text, { attrs: { 'build-arg:SOURCE_DATE_EPOCH': seconds } }, inputs);
  expect(found.map(({ message }) => message)).toEqual(problems);
});

test('the refusal stands at the argument in the file', () => {
  const text = 'ARG SOURCE_DATE_EPOCH=17000001700000000\nFROM alpine\nCMD x\n';
  const { problems } = analyze(text, { attrs: {} }, inputs);
  expect(problems.map(({ span }) => text.slice(span.start, span.end))).toEqual([text.split('\n')[0]]);
});
