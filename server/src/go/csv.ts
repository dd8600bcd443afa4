// One line of comma-separated values as tonistiigi/go-csvvalue splits it (mounts, devices, build options).
import { utf8Length } from './utf8.ts';

/** A field and its place in the line, quotes included. */
export interface CsvField {
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

/** The fields of a line, or Go's error text: `EOF` for an empty line. A line end at the end is allowed. */
export function csvFields(line: string): string[] | string {
  const places = csvFieldPlaces(line);
  return typeof places === 'string' ? places : places.map((field) => field.value);
}

/** As `csvFields`, with the place of each field. */
export function csvFieldPlaces(line: string): CsvField[] | string {
  let end = line.length;
  if (line.endsWith('\n')) end -= line.endsWith('\r\n') ? 2 : 1;
  if (end === 0) return 'EOF';
  const fields: CsvField[] = [];
  let at = 0;
  for (;;) {
    const start = at;
    let value: string;
    if (at < end && line.charCodeAt(at) === quoteCode) {
      value = '';
      for (;;) {
        // `at` stands on a quote: the opening one, or the first of two inside.
        const from = at + 1;
        const quote = line.indexOf('"', from);
        if (quote < 0) return problem(line, from, 'extraneous or missing " in quoted-field');
        value += line.slice(from, quote);
        at = quote + 1;
        if (at >= end || line.charCodeAt(at) !== quoteCode) break;
        value += '"';
      }
      if (at < end && line.charCodeAt(at) !== commaCode) {
        return problem(line, at - 1, 'extraneous or missing " in quoted-field');
      }
    } else {
      while (at < end && line.charCodeAt(at) !== commaCode) {
        if (line.charCodeAt(at) === quoteCode) return problem(line, at, 'bare " in non-quoted-field');
        at++;
      }
      value = line.slice(start, at);
    }
    fields.push({ value, start, end: at });
    if (at >= end) return fields;
    at++;
  }
}

const quoteCode = 0x22;
const commaCode = 0x2c;

/** Columns count bytes from 1 on. */
function problem(line: string, at: number, what: string): string {
  return `parse error on line 1, column ${utf8Length(line.slice(0, at)) + 1}: ${what}`;
}
