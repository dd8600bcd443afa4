// What the refusals of a registry mean, in words for a person.
import type { Credential } from './credentials.ts';
import type { HttpResponse } from './http.ts';
import { ImageError } from './imageError.ts';

/** The login was not taken. `registry` is the name by which Docker knows it, `host` who refused. */
export function wrongPassword(host: string, registry: string, login: Credential): ImageError {
  const what = login.kind === 'password' ? `the password of ${login.user}` : 'the token';
  return new ImageError(
    'wrong-password',
    `${host} refused ${what}: log in again with docker login ${registry === 'docker.io' ? '' : registry}`.trimEnd(),
  );
}

export function denied(host: string, image: string): ImageError {
  return new ImageError(
    'denied',
    `${host} does not let ${image} be read: it does not exist, or a login with access to it is needed`,
  );
}

export function rateLimited(host: string, response: HttpResponse, now: number): ImageError {
  const seconds = retryAfterOf(response, now);
  const when = seconds === undefined ? '' : `; it may be asked again in ${seconds} seconds`;
  return new ImageError('rate-limited', `${host} answers no more questions for now (429)${when}`, seconds);
}

/** Seconds, told as such or as a date; undefined where nothing is told. */
export function retryAfterOf(response: HttpResponse, now: number): number | undefined {
  const value = response.headers['retry-after'];
  if (value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value);
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - now) / 1000));
}
