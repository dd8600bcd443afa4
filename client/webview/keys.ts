// Keys that stay with a thing while the list around it is edited, so that the eye (and the DOM) keeps it.

export interface Keyed {
  readonly key: string;
  readonly signature: string;
}

/** A key for each signature: the old one for what stands before and behind an edit, and in order for what was edited. */
export function matchKeys(previous: readonly Keyed[], signatures: readonly string[], prefix: string): string[] {
  const keys = new Array<string>(signatures.length);
  const used = new Set<string>();
  const take = (at: number, from: number) => {
    keys[at] = previous[from]!.key;
    used.add(keys[at]);
  };
  let start = 0;
  const shorter = Math.min(previous.length, signatures.length);
  while (start < shorter && previous[start]!.signature === signatures[start]) take(start, start++);
  let behind = 0;
  while (
    behind < shorter - start &&
    previous[previous.length - 1 - behind]!.signature === signatures[signatures.length - 1 - behind]
  ) {
    take(signatures.length - 1 - behind, previous.length - 1 - behind);
    behind++;
  }
  const oldEnd = previous.length - behind;
  const newEnd = signatures.length - behind;
  // Same words first: several edits at once leave most of them alone. Then, for as many as were there, same place.
  const waiting = new Map<string, number[]>();
  for (let i = start; i < oldEnd; i++) {
    const list = waiting.get(previous[i]!.signature);
    if (list) list.push(i);
    else waiting.set(previous[i]!.signature, [i]);
  }
  for (let i = start; i < newEnd; i++) {
    const from = waiting.get(signatures[i]!)?.shift();
    if (from !== undefined) take(i, from);
  }
  if (oldEnd - start === newEnd - start) {
    for (let i = start; i < newEnd; i++) if (keys[i] === undefined && !used.has(previous[i]!.key)) take(i, i);
  }
  let next = 0;
  const taken = new Set([...used, ...previous.map((entry) => entry.key)]);
  for (let i = start; i < newEnd; i++) {
    if (keys[i] !== undefined) continue;
    while (taken.has(`${prefix}${next}`)) next++;
    keys[i] = `${prefix}${next}`;
    taken.add(keys[i]!);
  }
  return keys;
}
