// Runs every handler: what it throws is logged and answered by nothing, and it is known at any time what is being worked on.

export interface Log {
  error(message: string): void;
  warn(message: string): void;
  info(message: string): void;
}

/** What is being worked on, for the last words of a crash; `nothing` between requests. */
let work = 'nothing';

export function currentWork(): string {
  return work;
}

/** Runs synchronous work under a name. An exception is logged and answered by `empty`. */
export function guarded<T>(log: Log, name: string, empty: T, run: () => T): T {
  const before = work;
  work = name;
  try {
    return run();
  } catch (error) {
    log.error(`${name} failed: ${textOf(error)}`);
    return empty;
  } finally {
    work = before;
  }
}

export function textOf(error: unknown): string {
  if (error instanceof Error) return error.stack ?? `${error.name}: ${error.message}`;
  return String(error);
}
