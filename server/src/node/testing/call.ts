// Calls the command in this process, as tests do: what it prints is given back.
import { run } from '../cli.ts';

export interface Called {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** `stdin` is what comes in over standard input. */
export async function call(args: readonly string[], stdin: Uint8Array = new Uint8Array(0)): Promise<Called> {
  let out = '';
  let err = '';
  const code = await run(args, {
    out: (chunk) => {
      out += chunk;
    },
    err: (chunk) => {
      err += chunk;
    },
    stdin: () => Buffer.from(stdin),
    env: {},
    color: false,
  });
  return { code, out, err };
}
