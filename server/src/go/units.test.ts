import { expect, test } from 'vitest';
import { ramInBytes } from './units.ts';

// What docker/go-units answers.

const cases = [
  ['64m', '67108864'],
  ['1.5g', '1610612736'],
  ['0', '0'],
  ['1k', '1024'],
  ['1K', '1024'],
  ['1kb', '1024'],
  ['1KiB', '1024'],
  ['10 mb', '10485760'],
  ['1e3k', '1024000'],
  ['0x1p4', '16'],
  ['0x_1p4k', '16384'],
  ['0x1.00000000000008p60', '1152921504606846976'],
  ['0x1.000000000000080000001p60', '1152921504606847232'],
  ['0x1p-1075', '0'],
  ['1_0', '10'],
  ['.5k', '512'],
  ['5.', '5'],
  ['1b', '1'],
  ['9223372036854775807', '-9223372036854775808'],
  ['9223372036854775808', '-9223372036854775808'],
  ['8192p', '-9223372036854775808'],
  ['inf ', '-9223372036854775808'],
  ['nan ', '-9223372036854775808'],
  ['', "invalid size: ''"],
  ['m', "invalid size: 'm'"],
  ['10  m', 'strconv.ParseFloat: parsing "10 ": invalid syntax'],
  ['-1', "invalid size: '-1'"],
  ['1.2.3', 'strconv.ParseFloat: parsing "1.2.3": invalid syntax'],
  ['1_', "invalid suffix: '_'"],
  ['0x', "invalid suffix: 'x'"],
  ['0x1', 'strconv.ParseFloat: parsing "0x1": invalid syntax'],
  ['1e400', 'strconv.ParseFloat: parsing "1e400": value out of range'],
  ['0x1p1024', 'strconv.ParseFloat: parsing "0x1p1024": value out of range'],
  ['1pp', "invalid suffix: 'pp'"],
  ['1eb', "invalid suffix: 'eb'"],
  ['1kbi', "invalid suffix: 'kbi'"],
  ['1kibi', "invalid suffix: 'kibi'"],
  ['1é', "invalid suffix: 'é'"],
  ['1K', '1024'],
  ['+nan ', 'strconv.ParseFloat: parsing "+nan": invalid syntax'],
] as const;

for (const [text, expected] of cases) {
  test(`ramInBytes of ${JSON.stringify(text)}`, () => {
    const result = ramInBytes(text);
    expect('error' in result ? result.error : BigInt(result.value).toString()).toBe(expected);
  });
}
