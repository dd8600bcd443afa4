// Compares what BuildKit says of a job with what we say, property by property.
import type { Result, Warning } from './job.ts';

export const properties = [
  'outcome',
  'definition (ordered digests)',
  'head digest',
  'metadata and source locations',
  'image config bytes',
  'error text',
  'error location',
  'lint warnings',
] as const;

export type Property = (typeof properties)[number];

export interface Difference {
  readonly id: string;
  readonly property: Property;
  readonly want: string;
  readonly got: string;
}

/** Each property that this job has, and the difference in it, or undefined where both agree. */
export function compare(want: Result, got: Result): Map<Property, Difference | undefined> {
  const found = new Map<Property, Difference | undefined>();
  const note = (property: Property, same: boolean, wanted: unknown, gotten: unknown) =>
    found.set(property, same ? undefined : { id: want.id, property, want: show(wanted), got: show(gotten) });

  note('outcome', want.ok === got.ok, outcome(want), outcome(got));
  if (want.ok && got.ok) compareGraphs(want, got, note);
  if (!want.ok && !got.ok) compareErrors(want, got, note);
  if (want.lint && got.lint && !want.lint.error && !want.nondeterministic?.includes('lint')) {
    const wanted = warnings(want.lint.warnings);
    const gotten = warnings(got.lint.warnings);
    note('lint warnings', canonical(wanted) === canonical(gotten), without(wanted, gotten), without(gotten, wanted));
  }
  return found;
}

type Note = (property: Property, same: boolean, want: unknown, got: unknown) => void;

function compareGraphs(want: Result, got: Result, note: Note): void {
  const wanted = want.definition ?? [];
  const gotten = got.definition ?? [];
  const differs = wanted.findIndex((op, i) => op.digest !== gotten[i]?.digest);
  const same = differs < 0 && wanted.length === gotten.length;
  const at = differs < 0 ? wanted.length : differs;
  note(
    'definition (ordered digests)',
    same,
    `op ${at} of ${wanted.length}: ${show(wanted[at])}`,
    `of ${gotten.length}: ${show(gotten[at])}`,
  );
  note('head digest', (want.head ?? '') === (got.head ?? ''), want.head, got.head);
  if (same) {
    const odd = wanted.findIndex((op, i) => canonical(annotations(op)) !== canonical(annotations(gotten[i]!)));
    note('metadata and source locations', odd < 0, annotations(wanted[odd]), annotations(gotten[odd]));
  }
  if (want.imageRaw !== undefined)
    note('image config bytes', want.imageRaw === got.imageRaw, want.imageRaw, got.imageRaw);
}

function compareErrors(want: Result, got: Result, note: Note): void {
  const allowed = [{ error: want.error ?? '', location: want.errorLocation }, ...(want.errorAlts ?? [])];
  const sameText = allowed.filter(({ error }) => errorText(error) === errorText(got.error ?? ''));
  note('error text', sameText.length > 0, want.error, got.error);
  // Where the text differs, the place is judged by the first answer alone.
  const places = (sameText.length > 0 ? sameText : allowed.slice(0, 1)).map(({ location }) =>
    canonical(location ?? null),
  );
  note('error location', places.includes(canonical(got.errorLocation ?? null)), want.errorLocation, got.errorLocation);
}

/** BuildKit names broken rules in random order. */
function errorText(text: string): string {
  const prefix = 'lint violation found for rules: ';
  return text.startsWith(prefix) ? prefix + text.slice(prefix.length).split(', ').sort().join(', ') : text;
}

function outcome(result: Result): string {
  return result.ok ? 'accepted' : `refused: ${result.error}`;
}

function annotations(op: { metadata?: unknown; source?: unknown } | undefined): unknown {
  return op && [op.metadata ?? null, op.source ?? null];
}

function warnings(list: readonly Warning[] | undefined): string[] {
  return (list ?? []).map((w) => `${w.ruleName}@${w.ranges?.[0]?.start.line ?? 0}: ${w.detail}`).sort();
}

function without(list: readonly string[], other: readonly string[]): string[] {
  const rest = [...other];
  return list.filter((item) => {
    const i = rest.indexOf(item);
    if (i >= 0) rest.splice(i, 1);
    return i < 0;
  });
}

/** JSON with sorted keys: equal values have equal texts. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item ?? null)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return `{${entries
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`)
    .join(',')}}`;
}

function show(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing');
}

/** How many jobs had each property, and in how many both agreed. */
export type Counts = Map<Property, { ok: number; total: number }>;

export function countInto(counts: Counts, found: ReadonlyMap<Property, Difference | undefined>): void {
  for (const [property, difference] of found) {
    const count = counts.get(property) ?? { ok: 0, total: 0 };
    counts.set(property, { ok: count.ok + (difference ? 0 : 1), total: count.total + 1 });
  }
}

export function table(counts: Counts): string {
  const rows: string[] = [];
  for (const property of properties) {
    const count = counts.get(property);
    if (count)
      rows.push(
        `${property.padEnd(32)} ${`${count.ok}/${count.total}`.padStart(15)}  ${percent(count.ok, count.total)}`,
      );
  }
  return rows.join('\n');
}

/** Two decimals, cut: 100.00 only where nothing differs. */
function percent(ok: number, total: number): string {
  return `${(Math.floor((ok / total) * 10_000) / 100).toFixed(2)} %`;
}
