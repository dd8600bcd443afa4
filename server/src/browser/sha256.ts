// SHA-256 for a web worker, whose own one would make us wait.
import { sha256 } from '@noble/hashes/sha2.js';

const hex: readonly string[] = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'));

/** SHA-256 as 64 lower-case hexadecimal digits. */
export function portableSha256(bytes: Uint8Array): string {
  let out = '';
  for (const byte of sha256(bytes)) out += hex[byte];
  return out;
}
