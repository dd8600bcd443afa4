// What the tests inside VS Code compare and wait with: no library of Node is there in a web worker.

export function equal(actual: unknown, expected: unknown, what = 'the value'): void {
  const a = JSON.stringify(actual);
  const b = JSON.stringify(expected);
  if (a !== b) throw new Error(`${what} is ${a}, not ${b}`);
}

export function ok(value: unknown, what: string): asserts value {
  if (!value) throw new Error(what);
}

/** How long something may stay away before it counts as missing. Milliseconds; far more than any machine needs. */
const patience = 60_000;

/** Asks again until `attempt` no longer throws: an editor may refuse or cancel a question while others still register. */
export async function eventually<T>(attempt: () => T | Thenable<T>): Promise<T> {
  const end = Date.now() + patience;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((done) => setTimeout(done, 100));
    }
  }
}
