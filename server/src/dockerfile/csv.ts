// One line of comma-separated values, as the values of --mount and --device are split, with the place of each field.
import { utf8Length } from '../go/utf8.ts';

/** A field without its quotes; `start` and `end` are its offsets in the line, quotes excluded. */
export interface CsvField {
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

/** The fields of `line`, or Go's error text (`EOF` for an empty line; columns count bytes). */
export function readCsv(line: string): readonly CsvField[] | { readonly error: string } {
  let end = line.length;
  if (line.endsWith('\n')) end -= line.endsWith('\r\n') ? 2 : 1;
  if (end === 0) return { error: 'EOF' };
  const fields: CsvField[] = [];
  let pos = 0;
  for (;;) {
    if (pos >= end || line.charCodeAt(pos) !== 0x22) {
      const comma = line.indexOf(',', pos);
      const stop = comma < 0 || comma >= end ? end : comma;
      const quote = line.indexOf('"', pos);
      if (quote >= 0 && quote < stop) return problem(line, quote, 'bare " in non-quoted field');
      fields.push({ value: line.slice(pos, stop), start: pos, end: stop });
      if (stop === end) return fields;
      pos = stop + 1;
      continue;
    }
    const start = pos + 1;
    let value = '';
    let copied = start;
    for (;;) {
      const quote = line.indexOf('"', copied);
      if (quote < 0 || quote >= end) return problem(line, copied, 'extraneous or missing " in quoted-field');
      value += line.slice(copied, quote);
      const next = quote + 1 < end ? line.charCodeAt(quote + 1) : -1;
      if (next === 0x22) {
        value += '"';
        copied = quote + 2;
        continue;
      }
      if (next !== 0x2c && next !== -1) return problem(line, quote, 'extraneous or missing " in quoted-field');
      fields.push({ value, start, end: quote });
      if (next === -1) return fields;
      pos = quote + 2;
      break;
    }
  }
}

function problem(line: string, at: number, what: string): { readonly error: string } {
  return { error: `parse error on line 1, column ${utf8Length(line.slice(0, at)) + 1}: ${what}` };
}
