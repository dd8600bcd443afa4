// The host's SHA-256, for the core that has none of its own.
import * as crypto from 'node:crypto';

/** SHA-256 as 64 lower-case hexadecimal digits. */
export const hostSha256: (bytes: Uint8Array) => string =
  typeof crypto.hash === 'function'
    ? (bytes) => crypto.hash('sha256', bytes, 'hex')
    : (bytes) => crypto.createHash('sha256').update(bytes).digest('hex');
