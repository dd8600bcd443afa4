// Keeps the server small: V8 takes what a large machine has to give, which makes nothing here faster but the work on large texts.
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** Characters up to which a text is analysed as fast in little memory: some 200 lines. */
const smallText = 12_000;
/**
 * What young objects may take where a text is analysed, in bytes by its length. With less, more of them grow old before they die, and
 * memory grows again.
 */
const youngSpace = (length: number): number => Math.min(2_000_000 + 64 * length, 16_000_000);

let small = true;
let bounded = false;

/** Call at the start: old objects may grow by a third between collections, not to several times what is alive; by less on small texts. */
export function boundOldSpace(): void {
  setFlagsFromString('--heap-growing-percent=30');
  setFlagsFromString('--optimize-for-size');
}

/**
 * Call after an analysis of a text of this length: a large one gets room between collections, and a space for young objects that is
 * large enough for it grows no further.
 */
export function boundYoungSpace(length: number): void {
  if (length <= smallText !== small) {
    small = !small;
    // Collections are sooner and leave less room behind: on a large text that costs more than it saves.
    setFlagsFromString(small ? '--optimize-for-size' : '--no-optimize-for-size');
  }
  const size = getHeapSpaceStatistics().find((space) => space.space_name === 'new_space')?.space_size ?? 0;
  const enough = size >= youngSpace(length);
  if (enough === bounded) return;
  bounded = enough;
  // A started process cannot be given a limit, but a space that may grow no more.
  setFlagsFromString(`--semi-space-growth-factor=${enough ? 1 : 2}`);
}
