// Keeps the server small: V8 takes what a large machine has to give, which makes nothing here faster.
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** What young objects may take, in bytes. With half of it more of them grow old before they die, and memory grows again. */
const youngSpace = 16_000_000;

let bounded = false;

/** Call at the start: old objects may grow by a third between collections, not to several times what is alive. */
export function boundOldSpace(): void {
  setFlagsFromString('--heap-growing-percent=30');
}

/** Call now and then: once the space for young objects has grown that far, it grows no further. */
export function boundYoungSpace(): void {
  if (bounded) return;
  const young = getHeapSpaceStatistics().find((space) => space.space_name === 'new_space');
  if (young === undefined || young.space_size < youngSpace) return;
  bounded = true;
  // A started process cannot be given a limit, but a space that may grow no more.
  setFlagsFromString('--semi-space-growth-factor=1');
}
