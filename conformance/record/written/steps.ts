// How scenarios are written down: variants of one Dockerfile, or a Dockerfile and the edits made to it.
import type { Entry, Scenario, Step } from '../scenario.ts';

export const DEBIAN = 'debian:12.11';
export const DEBIAN_NEXT = 'debian:12.12';
export const ALPINE = 'alpine:3.14';
export const ALPINE_NEXT = 'alpine:3.15';

export const D = `FROM ${DEBIAN}\n`;
export const A = `FROM ${ALPINE}\n`;
/** A context of two files. */
export const F_AND_G = { f: 'f\n', g: 'g\n' };
/** Two linked copies between two RUNs. */
export const TWO = `FROM ${ALPINE}\nRUN echo tools > /tools\nCOPY --link f /opt/a/\nCOPY --link g /opt/b/\nRUN cat /opt/a/f /opt/b/g > /all\n`;

type Common = Partial<Omit<Scenario, 'name' | 'title' | 'steps'>>;

interface Variants extends Common {
  /** With `--link`. The same text without it is step `plain`. */
  bad: string;
  /** Texts that mend it, steps `fix`, `fix-2`, ... */
  fix?: string | string[];
  files?: Record<string, Entry>;
  /** Other fields of every step. */
  step?: Partial<Step>;
  /** Paths to record, if the builds succeed. */
  look?: string[];
  /** No step without `--link`. */
  noPlain?: true;
}

/** Steps `bad`, `plain` and `fix`. */
export function variants(name: string, title: string, given: Variants): Scenario {
  const { bad, fix, files = { f: 'f\n' }, step, look, noPlain, ...common } = given;
  const common2 = { ...step, files, ...(look ? { look } : {}) };
  const steps: Step[] = [{ label: 'bad', dockerfile: bad, ...common2 }];
  const plain = unlinked(bad);
  if (!noPlain && plain !== bad) steps.push({ label: 'plain', dockerfile: plain, ...common2 });
  for (const [i, text] of [fix ?? []].flat().entries())
    steps.push({ label: i ? `fix-${i + 1}` : 'fix', dockerfile: text, ...common2 });
  return { name, title, proves: [], rules: [], ...common, steps };
}

/** Steps `link` and `plain`: nothing is wrong with either. */
export function pair(name: string, title: string, given: Omit<Variants, 'bad' | 'fix'> & { text: string }): Scenario {
  const { text, ...rest } = given;
  const scenario = variants(name, title, { ...rest, bad: text });
  const [first, ...others] = scenario.steps;
  return { ...scenario, steps: first ? [{ ...first, label: 'link' }, ...others] : [] };
}

export const unlinked = (text: string): string => text.replaceAll(' --link ', ' ');

/** What a step changes of the step before. A file that is `null` is deleted; `with` replaces texts in the Dockerfile. */
export interface Edit extends Partial<Omit<Step, 'files'>> {
  label: string;
  files?: Record<string, Entry | null>;
  with?: [string, string][];
}

/** A first build and edits to it. Remote cache, pruning and look are not inherited from the step before; the rest is. */
export function edits(
  name: string,
  title: string,
  common: Common,
  first: Omit<Step, 'label'>,
  ...changes: Edit[]
): Scenario {
  let last: Step = { label: 'first', ...first };
  const steps = [last];
  for (const { files, with: texts, ...change } of changes) {
    const { cacheTo: _to, cacheFrom: _from, pruned: _pruned, ...kept } = last;
    const next: Step = { ...kept, ...change, files: { ...last.files } };
    for (const [path, entry] of Object.entries(files ?? {}))
      if (entry === null) delete next.files[path];
      else next.files[path] = entry;
    for (const [from, to] of texts ?? []) {
      if (!next.dockerfile.includes(from)) throw new Error(`${name}: no ${JSON.stringify(from)} to replace`);
      next.dockerfile = next.dockerfile.replaceAll(from, to);
    }
    steps.push(next);
    last = next;
  }
  return { name, title, proves: [], rules: [], ...common, steps };
}

/** The same edits to a text and to the text without `--link`. */
export function editsBoth(
  name: string,
  title: string,
  common: Common,
  first: Omit<Step, 'label'>,
  ...changes: Edit[]
): Scenario[] {
  const plain = { ...first, dockerfile: unlinked(first.dockerfile) };
  const cut = changes.map((change) => ({
    ...change,
    ...(change.dockerfile ? { dockerfile: unlinked(change.dockerfile) } : {}),
    ...(change.with ? { with: change.with.map(([a, b]): [string, string] => [unlinked(a), unlinked(b)]) } : {}),
  }));
  return [
    edits(`${name}-link`, `${title}, with --link`, common, first, ...changes),
    edits(`${name}-plain`, `${title}, without --link`, common, plain, ...cut),
  ];
}

/** A stage that lays out directories as they should be, and the link that takes them over whole. */
export const skeleton = (commands: string, base = DEBIAN, rest = '') =>
  `FROM ${base} AS laid\n${commands}FROM ${base}\n${rest}COPY --link --from=laid /stage/ /\n`;
