// Small random damage to a Dockerfile, as typing and merging do it: characters, words, lines.
import { decodeUtf8 } from '../server/src/go/utf8.ts';
import { type Job, withText } from './job.ts';
import { type Random, random } from './random.ts';

/** The `n`th mutant of a job: the same options, one to four edits in the text. */
export function mutant(job: Job, n: number): Job {
  const { dockerfile, dockerfileB64, ...rest } = job;
  const text = dockerfile ?? decodeUtf8(Buffer.from(dockerfileB64 ?? '', 'base64'));
  return withText({ ...rest, id: `${job.id}~${n}` }, mutate(text, random(seedOf(`${job.id}~${n}`))));
}

export function mutate(text: string, r: Random): string {
  let out = text;
  for (let n = r.pick([1, 1, 1, 2, 2, 3, 4]); n > 0; n--) out = r.pick(edits)(out, r);
  return out;
}

const tokens =
  'FROM  AS RUN COPY ADD ENV ARG ONBUILD LABEL USER WORKDIR CMD SHELL HEALTHCHECK NONE --from= --link --mount= --mount=type=cache,target=/x --platform= --chown= --chmod= --exclude= --parents --network= <<EOF <<-"E" EOF $ ${ } :- := # % / // "" \' [ ] [" "] , = : @ * \\ ` ; | & < > ( ) ! ~ 0 -1 scratch alpine'.split(
    ' ',
  );
const characters = [...'\\`"\'$#{}[]=,:;<>-/*?%@ \t\n\r\0\v\u00a0\ufeff\u2028é日😀\udc80\udcff\ud800AaRr019~|&()!'];

type Edit = (text: string, r: Random) => string;

const edits: readonly Edit[] = [
  // Characters.
  (text, r) => splice(text, at(text, r), 1, ''),
  (text, r) => splice(text, at(text, r), 0, r.pick(characters)),
  (text, r) => splice(text, at(text, r), 1, r.pick(characters)),
  (text, r) => {
    const i = at(text, r);
    return text.slice(0, i) + (text[i + 1] ?? '') + (text[i] ?? '') + text.slice(i + 2);
  },
  (text, r) => splice(text, at(text, r), r.below(12), ''),
  (text, r) => {
    const i = at(text, r);
    return splice(text, i, 0, text.slice(i, i + 1 + r.below(8)));
  },
  (text, r) => text.slice(0, at(text, r)),
  // Words.
  (text, r) => splice(text, at(text, r), 0, r.pick(tokens)),
  (text, r) => splice(text, at(text, r), 0, ` ${r.pick(tokens)} `),
  (text, r) => onWord(text, r, () => r.pick(tokens)),
  (text, r) => onWord(text, r, () => ''),
  (text, r) => onWord(text, r, (word) => `${word} ${word}`),
  (text, r) => onWord(text, r, (word) => (r.chance(0.5) ? word.toLowerCase() : word.toUpperCase())),
  (text, r) => onWord(text, r, (word) => `"${word}"`),
  (text, r) => onWord(text, r, (word) => `\${${word}}`),
  // Lines.
  (text, r) => onLines(text, r, (lines, i) => lines.splice(i, 1)),
  (text, r) => onLines(text, r, (lines, i) => lines.splice(i, 0, lines[i]!)),
  (text, r) => onLines(text, r, (lines, i) => lines.splice(r.below(lines.length), 0, ...lines.splice(i, 1))),
  (text, r) => onLines(text, r, (lines, i) => lines.splice(i, 2, `${lines[i]}${lines[i + 1] ?? ''}`)),
  (text, r) => onLines(text, r, (lines, i) => lines.splice(i, 1, `${lines[i]} \\`)),
  (text, r) =>
    onLines(text, r, (lines, i) =>
      lines.splice(i, 0, r.pick(['', '#', '# x', ' ', 'EOF', 'RUN x', 'COPY <<EOF /x', '\\'])),
    ),
];

function at(text: string, r: Random): number {
  return r.below(text.length + 1);
}

function splice(text: string, start: number, remove: number, insert: string): string {
  return text.slice(0, start) + insert + text.slice(start + remove);
}

function onWord(text: string, r: Random, change: (word: string) => string): string {
  const start = text.indexOf(' ', at(text, r)) + 1;
  const length = text.slice(start).search(/[\s,=]|$/);
  return splice(text, start, length, change(text.slice(start, start + length)));
}

function onLines(text: string, r: Random, change: (lines: string[], i: number) => void): string {
  const lines = text.split('\n');
  change(lines, r.below(lines.length));
  return lines.join('\n');
}

/** FNV-1a of the name. */
function seedOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
