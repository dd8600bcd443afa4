// A state: a file system yet to be made, and what a command run on it would see. Immutable; each operation returns a new one.
import { type EnvList, emptyEnv } from './env.ts';
import type { Edge, OpPlatform } from './op.ts';

export interface State {
  /** Undefined for scratch. */
  readonly out: Edge | undefined;
  readonly env: EnvList;
  readonly dir: string;
  readonly user: string;
  readonly hostname: string;
  /** 0 sandbox, 1 host, 2 none. */
  readonly network: 0 | 1 | 2;
  /** Normalized; undefined where nothing has set one. */
  readonly platform: OpPlatform | undefined;
}

export const scratch: State = {
  out: undefined,
  env: emptyEnv,
  dir: '/',
  user: '',
  hostname: '',
  network: 0,
  platform: undefined,
};

/** The state after an operation: other files, all else as before. */
export function withOutput(state: State, out: Edge | undefined): State {
  return { ...state, out };
}
