// Go's `slices.SortFunc`: which of several equal elements comes first is part of what it yields, and so of digests.

/** The elements in order, equal ones where Go's pattern-defeating quicksort leaves them. Up to twelve stay as they were. */
export function sortLikeGo<T>(elements: readonly T[], compare: (a: T, b: T) => number): T[] {
  const data = [...elements];
  const less = (i: number, j: number): boolean => compare(data[i] as T, data[j] as T) < 0;
  const swap = (i: number, j: number): void => {
    const kept = data[i] as T;
    data[i] = data[j] as T;
    data[j] = kept;
  };
  sortRange({ less, swap }, 0, data.length, bitLength(data.length));
  return data;
}

interface Data {
  readonly less: (i: number, j: number) => boolean;
  readonly swap: (i: number, j: number) => void;
}

/** Below this length elements are inserted one by one. */
const shortRange = 12;
/** From this length on the pivot is a median of medians, and a nearly sorted range is mended. */
const longRange = 50;

/** Sorts `[from, to)`; after `limit` bad partitions it changes to a heap. */
function sortRange(data: Data, from: number, to: number, limit: number): void {
  let balanced = true;
  let partitioned = true;
  for (;;) {
    const length = to - from;
    if (length <= shortRange || limit === 0) {
      if (length <= shortRange) insertionSort(data, from, to);
      else heapSort(data, from, to);
      return;
    }
    if (!balanced) {
      scatter(data, from, to);
      limit--;
    }
    let { pivot, order } = choosePivot(data, from, to);
    if (order === 'falling') {
      for (let i = from, j = to - 1; i < j; i++, j--) data.swap(i, j);
      pivot = to - 1 - (pivot - from);
      order = 'rising';
    }
    if (balanced && partitioned && order === 'rising' && mendNearlySorted(data, from, to)) return;
    if (from > 0 && !data.less(from - 1, pivot)) {
      from = gatherEqual(data, from, to, pivot);
      continue;
    }
    const split = partition(data, from, to, pivot);
    partitioned = split.untouched;
    const left = split.at - from;
    const right = to - split.at;
    balanced = Math.min(left, right) >= length >> 3;
    if (left < right) {
      sortRange(data, from, split.at, limit);
      from = split.at + 1;
    } else {
      sortRange(data, split.at + 1, to, limit);
      to = split.at;
    }
  }
}

function insertionSort({ less, swap }: Data, from: number, to: number): void {
  for (let i = from + 1; i < to; i++) for (let j = i; j > from && less(j, j - 1); j--) swap(j, j - 1);
}

function heapSort(data: Data, from: number, to: number): void {
  const length = to - from;
  for (let i = (length - 1) >> 1; i >= 0; i--) siftDown(data, i, length, from);
  for (let i = length - 1; i >= 0; i--) {
    data.swap(from, from + i);
    siftDown(data, 0, i, from);
  }
}

function siftDown({ less, swap }: Data, start: number, end: number, first: number): void {
  let root = start;
  for (;;) {
    let child = 2 * root + 1;
    if (child >= end) return;
    if (child + 1 < end && less(first + child, first + child + 1)) child++;
    if (!less(first + root, first + child)) return;
    swap(first + root, first + child);
    root = child;
  }
}

/** Puts smaller elements left of the pivot, the others right of it; `untouched` where they stood so already. */
function partition(data: Data, from: number, to: number, pivot: number): { at: number; untouched: boolean } {
  data.swap(from, pivot);
  const { end, untouched } = gather(data, from + 1, to, (i) => data.less(i, from));
  data.swap(end - 1, from);
  return { at: end - 1, untouched };
}

/** Puts what equals the pivot, than which nothing is smaller, to the front; returns where the rest begins. */
function gatherEqual(data: Data, from: number, to: number, pivot: number): number {
  data.swap(from, pivot);
  return gather(data, from + 1, to, (i) => !data.less(from, i)).end;
}

/** Puts what belongs to the front there, by swapping from both ends; where that ends. */
function gather(
  { swap }: Data,
  from: number,
  to: number,
  inFront: (i: number) => boolean,
): { end: number; untouched: boolean } {
  let i = from;
  let j = to - 1;
  for (let untouched = true; ; untouched = false) {
    while (i <= j && inFront(i)) i++;
    while (i <= j && !inFront(j)) j--;
    if (i > j) return { end: i, untouched };
    swap(i++, j--);
  }
}

/** True where the range is sorted at the end; in long ranges up to five neighbours in the wrong order are put right. */
function mendNearlySorted({ less, swap }: Data, from: number, to: number): boolean {
  let i = from + 1;
  for (let step = 0; step < 5; step++) {
    while (i < to && !less(i, i - 1)) i++;
    if (i === to) return true;
    if (to - from < longRange) return false;
    swap(i, i - 1);
    if (i - from >= 2) for (let j = i - 1; j >= 1 && less(j, j - 1); j--) swap(j, j - 1);
    if (to - i >= 2) for (let j = i + 1; j < to && less(j, j - 1); j++) swap(j, j - 1);
  }
  return false;
}

/** Moves three elements of the middle to places that only the length decides, so that no pattern keeps pivots bad. */
function scatter({ swap }: Data, from: number, to: number): void {
  const length = to - from;
  let random = BigInt(length);
  const mask = (1n << BigInt(bitLength(length))) - 1n;
  const middle = from + (length >> 2) * 2;
  for (let i = middle - 1; i <= middle + 1; i++) {
    random = BigInt.asUintN(64, random ^ (random << 13n));
    random ^= random >> 7n;
    random = BigInt.asUintN(64, random ^ (random << 17n));
    const other = Number(random & mask);
    swap(i, from + (other >= length ? other - length : other));
  }
}

function choosePivot(
  { less }: Data,
  from: number,
  to: number,
): { pivot: number; order: 'rising' | 'falling' | 'unknown' } {
  let swaps = 0;
  const median = (x: number, y: number, z: number): number => {
    let [a, b, c] = [x, y, z];
    if (less(b, a)) {
      swaps++;
      [a, b] = [b, a];
    }
    if (less(c, b)) {
      swaps++;
      [b, c] = [c, b];
    }
    if (less(b, a)) {
      swaps++;
      [a, b] = [b, a];
    }
    return b;
  };
  const length = to - from;
  const quarter = length >> 2;
  let [i, j, k] = [from + quarter, from + quarter * 2, from + quarter * 3];
  if (length >= longRange) {
    i = median(i - 1, i, i + 1);
    j = median(j - 1, j, j + 1);
    k = median(k - 1, k, k + 1);
  }
  const pivot = median(i, j, k);
  return { pivot, order: swaps === 0 ? 'rising' : swaps === 12 ? 'falling' : 'unknown' };
}

/** How many binary digits a number has. */
function bitLength(n: number): number {
  return n === 0 ? 0 : 32 - Math.clz32(n);
}
