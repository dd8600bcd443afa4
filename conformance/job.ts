// What goes through BuildKit and through us, and what comes out: one line of JSON each.
import { encodeUtf8, hasInvalidUtf8 } from '../server/src/go/utf8.ts';
import type { ImageAnswer, Job } from '../server/src/node/convert.ts';

export type { ImageAnswer, Job };

export interface Result {
  readonly id: string;
  readonly ok: boolean;
  readonly error?: string;
  readonly errorLocation?: unknown;
  readonly errorAlts?: readonly { readonly error: string; readonly location?: unknown }[];
  readonly head?: string;
  readonly definition?: readonly { readonly digest: string; readonly metadata?: unknown; readonly source?: unknown }[];
  /** The image config's JSON, to the byte. */
  readonly imageRaw?: string;
  /** `error` where the check run itself failed: then there are no warnings to speak of. */
  readonly lint?: { readonly warnings?: readonly Warning[]; readonly error?: string };
  readonly nondeterministic?: readonly string[];
}

export interface Warning {
  readonly ruleName?: string;
  readonly detail: string;
  readonly ranges?: readonly { readonly start: { readonly line: number } }[];
}

/** Puts a text into a job. Bytes that are not UTF-8 stand in the text as U+DC80..U+DCFF and travel as base64. */
export function withText(job: Omit<Job, 'dockerfile' | 'dockerfileB64'>, text: string): Job {
  return !hasInvalidUtf8(text)
    ? { ...job, dockerfile: text }
    : { ...job, dockerfileB64: Buffer.from(encodeUtf8(text)).toString('base64') };
}

/** Reads a line of results. The image config is kept as it is written there. */
export function readResult(line: string): Result {
  const result = JSON.parse(line) as Result & { image?: unknown };
  if (result.imageRaw !== undefined || result.image === undefined) return result;
  const { image: _, ...rest } = result;
  return { ...rest, imageRaw: rawField(line, 'image') };
}

/** The JSON text of an object-valued field at the top of a line of JSON. */
function rawField(line: string, name: string): string {
  const key = `"${name}":`;
  let depth = 0;
  for (let at = 0; at < line.length; at++) {
    const ch = line[at];
    if (ch === '{' || ch === '[') depth++;
    else if (ch === '}' || ch === ']') depth--;
    else if (ch === '"') {
      if (depth === 1 && line.startsWith(key, at)) return valueAt(line, at + key.length);
      at = closingQuote(line, at);
    }
  }
  throw new Error(`no ${name} in ${line.slice(0, 80)}`);
}

function valueAt(line: string, start: number): string {
  let depth = 0;
  for (let at = start; at < line.length; at++) {
    const ch = line[at];
    if (ch === '"') at = closingQuote(line, at);
    else if (ch === '{' || ch === '[') depth++;
    else if ((ch === '}' || ch === ']') && --depth === 0) return line.slice(start, at + 1);
  }
  throw new Error('the line ends within a value');
}

function closingQuote(line: string, open: number): number {
  let at = open + 1;
  while (line[at] !== '"') at += line[at] === '\\' ? 2 : 1;
  return at;
}
