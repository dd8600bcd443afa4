// The environment of a state: an immutable list in which a later assignment of a key moves it to the end.

/** A list of assignments, newest first. The empty list is `emptyEnv`. */
export interface EnvList {
  readonly parent: EnvList | undefined;
  readonly key: string;
  /** Undefined where the key was deleted. */
  readonly value: string | undefined;
  /** Assignments up to here. */
  readonly length: number;
  /** All values, keys in the order of their last assignment; made on demand. */
  values: ReadonlyMap<string, string> | undefined;
  /** The marshalled `Meta.env` fields, made on demand by the marshaller. */
  encoded: Uint8Array | undefined;
}

export const emptyEnv: EnvList = { ...node(undefined, '', undefined, 0), values: new Map() };

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
  let at = env;
  for (let steps = 0; steps < 24; steps++) {
    if (at.values !== undefined) return at.values.get(key);
    if (at.key === key) return at.value;
    at = at.parent as EnvList;
  }
  return index(env).get(key);
}

/** All keys, ordered by their last assignment. */
export function envKeys(env: EnvList): readonly string[] {
  return [...(env.values ?? index(env)).keys()];
}

/** All `[key, value]`, ordered by the last assignment of the key. */
export function envEntries(env: EnvList): readonly (readonly [string, string])[] {
  return [...(env.values ?? index(env))];
}

/** Fills `values`, starting from the nearest list that has them: keys are few even where assignments are many. */
function index(env: EnvList): ReadonlyMap<string, string> {
  const newer: EnvList[] = [];
  let at: EnvList = env;
  while (at.values === undefined) {
    newer.push(at);
    at = at.parent as EnvList;
  }
  const values = new Map(at.values);
  for (let i = newer.length - 1; i >= 0; i--) {
    const { key, value } = newer[i] as EnvList;
    values.delete(key);
    if (value !== undefined) values.set(key, value);
  }
  env.values = values;
  return values;
}

function node(parent: EnvList | undefined, key: string, value: string | undefined, length: number): EnvList {
  return { parent, key, value, length, values: undefined, encoded: undefined };
}
