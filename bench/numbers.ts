// How measurements are summed up and printed.

export function timed(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

/** The median of as many runs as fit into `span` ms, five at least. */
export function measure(work: () => void, span: number): number {
  const times: number[] = [];
  const end = performance.now() + span;
  while (times.length < 5 || performance.now() < end) times.push(timed(work));
  return quantile(times, 0.5);
}

export function quantile(list: readonly number[], q: number): number {
  const sorted = [...list].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
}

export function ms(time: number): string {
  return time.toFixed(time < 10 ? 3 : 1);
}

export function row(name: string, cells: readonly string[]): string {
  return `  ${name.padEnd(30)}${cells.map((cell) => cell.padStart(10)).join('')}`;
}
