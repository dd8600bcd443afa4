// The environment of a state: an immutable list in which a later assignment of a key moves it to the end.

/** A list of assignments, newest first. The empty list is `emptyEnv`. */
export interface EnvList {
  readonly parent: EnvList | undefined;
  readonly key: string;
  /** Undefined where the key was deleted. */
  readonly value: string | undefined;
  /** Assignments up to here. */
  readonly length: number;
  /** Keys in the order of their last assignment, made on demand. */
  order: readonly string[] | undefined;
  values: ReadonlyMap<string, string> | undefined;
  /** The marshalled `Meta.env` fields, made on demand by the marshaller. */
  encoded: Uint8Array | undefined;
}

export const emptyEnv: EnvList = node(undefined, '', undefined, 0);

/** The list with `key` set to `value`, now last in order. */
export function addEnv(env: EnvList, key: string, value: string): EnvList {
  return node(env, key, value, env.length + 1);
}

/** The list without `key`. */
export function deleteEnv(env: EnvList, key: string): EnvList {
  return node(env, key, undefined, env.length + 1);
}

/** The value of `key`, or undefined. */
export function getEnv(env: EnvList, key: string): string | undefined {
  // Few look-ups follow each assignment: walk a short way, and index only where the way is long.
  let steps = 0;
  for (let at: EnvList | undefined = env; at?.parent !== undefined; at = at.parent) {
    if (at.values !== undefined) return at.values.get(key);
    if (at.key === key) return at.value;
    if (++steps > 24) {
      index(env);
      return env.values?.get(key);
    }
  }
  return undefined;
}

/** All keys, ordered by their last assignment. */
export function envKeys(env: EnvList): readonly string[] {
  if (env.order === undefined) index(env);
  return env.order as readonly string[];
}

/** All `[key, value]`, ordered by the last assignment of the key. */
export function envEntries(env: EnvList): [string, string][] {
  if (env.values === undefined) index(env);
  const values = env.values as ReadonlyMap<string, string>;
  return envKeys(env).map((key) => [key, values.get(key) as string]);
}

function index(env: EnvList): void {
  const seen = new Set<string>();
  const values = new Map<string, string>();
  const keys: string[] = [];
  for (let at: EnvList | undefined = env; at?.parent !== undefined; at = at.parent) {
    if (seen.has(at.key)) continue;
    seen.add(at.key);
    if (at.value !== undefined) {
      values.set(at.key, at.value);
      keys.push(at.key);
    }
  }
  env.order = keys.reverse();
  env.values = values;
}

function node(parent: EnvList | undefined, key: string, value: string | undefined, length: number): EnvList {
  return { parent, key, value, length, order: undefined, values: undefined, encoded: undefined };
}
