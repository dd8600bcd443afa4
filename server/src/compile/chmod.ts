// The value of --chmod as BuildKit checks it: an octal number, or a symbolic mode such as `u=rwX,go-w`.
import { parseUint } from '../go/text.ts';

/** The bits, or 0 and the symbolic mode as they go into the op, or BuildKit's error. */
export function checkMode(
  s: string,
): { readonly mode: number; readonly modeString?: string } | { readonly error: string } {
  const octal = parseUint(s, 8, 32);
  const tooLarge = 'value' in octal && octal.value > 0o7777n;
  if ('value' in octal && !tooLarge) return { mode: Number(octal.value) };
  // What starts with a digit is meant as a number, and is told so.
  if (tooLarge || /^[0-9]/.test(s)) {
    return { error: `invalid chmod parameter: '${s}'. it should be octal string and between 0 and 07777` };
  }
  return isSymbolic(s) ? { mode: 0, modeString: s } : { error: 'invalid syntax' };
}

/** Clauses between commas: whose bits, then one or more operators, each with any number of permissions. */
function isSymbolic(s: string): boolean {
  return /^(?:[augo]*(?:[-+=][rstwXxugo]*)+,)*[augo]*(?:[-+=][rstwXxugo]*)+$/.test(s);
}
