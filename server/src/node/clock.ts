// The clock of this machine. `performance` has one too, which Node loads when it is first asked for.

/** Milliseconds that only grow. */
export function milliseconds(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e3 + nanoseconds / 1e6;
}
