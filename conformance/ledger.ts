// The differences from BuildKit that we accept, each with its reason: ledger/*.json.
import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Difference } from './compare.ts';
import type { Job } from './job.ts';

export interface Entry {
  readonly name: string;
  /** Why we differ, for a reader who asks whether it matters. */
  readonly reason: string;
  /** The property that differs, and what BuildKit and we say of it: patterns without flags. */
  readonly property: string;
  readonly want: string;
  readonly got: string;
  /** Jobs that differ so. Where one no longer does, the entry is stale. */
  readonly examples: readonly Job[];
}

const folder = fileURLToPath(new URL('./ledger', import.meta.url));

export function readLedger(): Entry[] {
  let names: string[] = [];
  try {
    names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  } catch {
    // No folder: nothing is accepted.
  }
  return names
    .sort()
    .map((name) => ({ ...JSON.parse(readFileSync(`${folder}/${name}`, 'utf8')), name: basename(name, '.json') }));
}

/** The entry that accepts a difference. */
export function accepts(ledger: readonly Entry[], difference: Difference): Entry | undefined {
  return ledger.find(
    ({ property, want, got }) =>
      property === difference.property &&
      new RegExp(want, 'su').test(difference.want) &&
      new RegExp(got, 'su').test(difference.got),
  );
}
