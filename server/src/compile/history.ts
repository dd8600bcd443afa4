// What each instruction leaves in the image's history.
import { type EnvList, getEnv } from '../llb/env.ts';
import type { Compilation } from './compilation.ts';
import type { Stage } from './stage.ts';

/** Adds an entry to the history of the stage's image. */
export function addHistory(c: Compilation, stage: Stage, createdBy: string | (() => string), withLayer = false): void {
  stage.image.history.push({
    created: c.epochSeconds === undefined ? undefined : goTime(c.epochSeconds),
    createdBy,
    author: '',
    comment: 'buildkit.dockerfile.v0',
    emptyLayer: !withLayer,
  });
}

/** True where the image's history has a time that JSON cannot hold: before the year 0, or after 9999. */
export function isBeyondTime({ epochSeconds }: Compilation, { image }: Stage): boolean {
  if (epochSeconds === undefined || (epochSeconds >= -62_167_219_200n && epochSeconds <= 253_402_300_799n))
    return false;
  const time = goTime(epochSeconds);
  return image.history.some(({ created }) => created === time);
}

/** `|2 A=1 B= /bin/sh -c make`: the command with the build arguments that it saw. */
export function runCommandText(args: readonly string[], buildArgs: Stage['buildArgs'], env: EnvList): string {
  const seen = new Map<string, string>();
  for (const arg of buildArgs) seen.set(arg.key, `${arg.key}=${getEnv(env, arg.key) ?? arg.value ?? ''}`);
  const parts = seen.size === 0 ? args : [`|${seen.size}`, ...seen.values(), ...args];
  return parts.join(' ');
}

/** Go's RFC 3339 of seconds since 1970, in UTC: the Gregorian calendar, reckoned without the host's clock. */
export function goTime(seconds: bigint): string {
  let days = seconds / 86_400n;
  let rest = seconds % 86_400n;
  if (rest < 0n) {
    rest += 86_400n;
    days -= 1n;
  }
  // Days since 0000-03-01, in eras of 400 years.
  const z = Number(days) + 719_468;
  const era = Math.floor(z / 146_097);
  const dayOfEra = z - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthIndex = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthIndex + 2) / 5) + 1;
  const month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  const two = (n: number): string => String(n).padStart(2, '0');
  const clock = Number(rest);
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T${two(Math.floor(clock / 3600))}:${two(Math.floor(clock / 60) % 60)}:${two(clock % 60)}Z`;
}
