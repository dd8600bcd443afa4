// The difference of two texts as a unified diff, which `git apply` and `patch` take.
import { diffArrays } from 'diff';

/** Lines `[from, to)` of the old text that lines `[newFrom, newTo)` of the new one replace. */
interface Change {
  readonly from: number;
  readonly to: number;
  readonly newFrom: number;
  readonly newTo: number;
}

const context = 3;
/** Where more lines come and go than this, all between the first and the last difference counts as one change. */
const mostEdits = 500;

/** The diff with its two header lines; `` where the texts are the same. */
export function unifiedDiff(path: string, before: string, after: string): string {
  const old = linesOf(before);
  const fresh = linesOf(after);
  const changes = changesOf(old, fresh);
  if (changes.length === 0) return '';
  const out = [`--- ${quoted(`a/${path}`)}\n`, `+++ ${quoted(`b/${path}`)}\n`];
  for (let i = 0; i < changes.length; ) {
    let last = i;
    while (
      last + 1 < changes.length &&
      (changes[last + 1] as Change).from - (changes[last] as Change).to <= 2 * context
    )
      last++;
    out.push(hunk(old, fresh, changes.slice(i, last + 1)));
    i = last + 1;
  }
  return out.join('');
}

/** The lines with their ends; the last one may have none. */
function linesOf(text: string): string[] {
  const lines = text.split('\n');
  const rest = lines.pop() as string;
  const ended = lines.map((line) => `${line}\n`);
  return rest === '' ? ended : [...ended, rest];
}

function changesOf(old: readonly string[], fresh: readonly string[]): Change[] {
  let start = 0;
  while (start < old.length && start < fresh.length && old[start] === fresh[start]) start++;
  let [end, newEnd] = [old.length, fresh.length];
  while (end > start && newEnd > start && old[end - 1] === fresh[newEnd - 1]) {
    end--;
    newEnd--;
  }
  if (end === start && newEnd === start) return [];
  // Most fixes change lines where they are: then each line answers for itself.
  if (end === newEnd) return changedInPlace(old, fresh, start, end);
  const parts = diffArrays(old.slice(start, end), fresh.slice(start, newEnd), { maxEditLength: mostEdits });
  if (parts === undefined) return [{ from: start, to: end, newFrom: start, newTo: newEnd }];
  const changes: Change[] = [];
  let [at, newAt] = [start, start];
  let open: Change | undefined;
  for (const { added, removed, value } of parts) {
    const [to, newTo] = [at + (added ? 0 : value.length), newAt + (removed ? 0 : value.length)];
    if (added || removed) open = { from: open?.from ?? at, to, newFrom: open?.newFrom ?? newAt, newTo };
    else if (open !== undefined) {
      changes.push(open);
      open = undefined;
    }
    [at, newAt] = [to, newTo];
  }
  if (open !== undefined) changes.push(open);
  return changes;
}

function changedInPlace(old: readonly string[], fresh: readonly string[], start: number, end: number): Change[] {
  const changes: Change[] = [];
  for (let from = start; from < end; ) {
    let to = from;
    while (to < end && old[to] !== fresh[to]) to++;
    if (to > from) changes.push({ from, to, newFrom: from, newTo: to });
    from = to + 1;
  }
  return changes;
}

function hunk(old: readonly string[], fresh: readonly string[], changes: readonly Change[]): string {
  const first = changes[0] as Change;
  const last = changes[changes.length - 1] as Change;
  const from = Math.max(0, first.from - context);
  const to = Math.min(old.length, last.to + context);
  const newFrom = first.newFrom - (first.from - from);
  const newTo = last.newTo + (to - last.to);
  const out = [`@@ -${range(from, to)} +${range(newFrom, newTo)} @@\n`];
  let at = from;
  for (const change of changes) {
    for (; at < change.from; at++) out.push(line(' ', old[at] as string));
    for (; at < change.to; at++) out.push(line('-', old[at] as string));
    for (let i = change.newFrom; i < change.newTo; i++) out.push(line('+', fresh[i] as string));
  }
  for (; at < to; at++) out.push(line(' ', old[at] as string));
  return out.join('');
}

/** First line from 1 and number of lines; an empty range is named by the line before it. */
function range(from: number, to: number): string {
  if (to - from === 1) return String(from + 1);
  return to === from ? `${from},0` : `${from + 1},${to - from}`;
}

function line(sign: string, text: string): string {
  return text.endsWith('\n') ? sign + text : `${sign}${text}\n\\ No newline at end of file\n`;
}

/** Git quotes names with odd characters; a name with a blank ends at a tab. */
function quoted(path: string): string {
  if (/["\\\p{Cc}]/u.test(path)) {
    const escaped = path.replace(/["\\]/g, '\\$&').replace(/\p{Cc}/gu, (ch) => {
      return `\\${ch.charCodeAt(0).toString(8).padStart(3, '0')}`;
    });
    return `"${escaped}"`;
  }
  return path.includes(' ') ? `${path}\t` : path;
}
