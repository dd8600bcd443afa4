// Signals by name or number as BuildKit knows them on Linux.
import { atoi, toUpper } from '../go/text.ts';

/** Why BuildKit refuses the signal; undefined where it takes it. Any number but 0 will do. */
export function parseSignal(s: string): string | undefined {
  const number = atoi(s);
  const known = 'value' in number ? number.value !== 0 : isSignalName(s);
  return known ? undefined : `invalid signal: ${s}`;
}

/** The names without `SIG`, for completion; the real-time signals between the ends left out. */
export const signalNames: readonly string[] = (
  'ABRT ALRM BUS CHLD CLD CONT FPE HUP ILL INT IO IOT KILL PIPE POLL PROF PWR QUIT SEGV STKFLT STOP SYS TERM TRAP ' +
  'TSTP TTIN TTOU URG USR1 USR2 VTALRM WINCH XCPU XFSZ RTMIN RTMAX'
).split(' ');

const names: ReadonlySet<string> = new Set(signalNames);

function isSignalName(s: string): boolean {
  const upper = toUpper(s);
  const name = upper.startsWith('SIG') ? upper.slice(3) : upper;
  return names.has(name) || /^RTMIN\+(?:[1-9]|1[0-5])$/.test(name) || /^RTMAX-(?:[1-9]|1[0-4])$/.test(name);
}
