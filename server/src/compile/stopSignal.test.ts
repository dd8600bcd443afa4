import { expect, test } from 'vitest';
import { parseSignal, signalNames } from './stopSignal.ts';

// What moby/sys/signal answers on Linux; nothing where it takes the signal.

const cases = [
  ['SIGTERM', undefined],
  ['term', undefined],
  ['Kill', undefined],
  ['9', undefined],
  ['-1', undefined],
  ['+3', undefined],
  ['99999', undefined],
  ['RTMIN', undefined],
  ['sigrtmin+1', undefined],
  ['RTMIN+15', undefined],
  ['RTMAX-14', undefined],
  ['RTMAX', undefined],
  ['CLD', undefined],
  ['STKFLT', undefined],
  ['sıgint', undefined],
  ['0', 'invalid signal: 0'],
  ['', 'invalid signal: '],
  ['SIG', 'invalid signal: SIG'],
  ['SIGSIGTERM', 'invalid signal: SIGSIGTERM'],
  ['RTMIN+16', 'invalid signal: RTMIN+16'],
  ['RTMIN+01', 'invalid signal: RTMIN+01'],
  ['RTMAX-15', 'invalid signal: RTMAX-15'],
  ['UNUSED', 'invalid signal: UNUSED'],
  [' 9', 'invalid signal:  9'],
  ['9223372036854775808', 'invalid signal: 9223372036854775808'],
  ['INT ', 'invalid signal: INT '],
] as const;

for (const [text, expected] of cases) {
  test(JSON.stringify(text), () => {
    expect(parseSignal(text)).toBe(expected);
  });
}

test('every offered name is taken', () => {
  expect(signalNames.filter((name) => parseSignal(`SIG${name}`) !== undefined)).toEqual([]);
});
