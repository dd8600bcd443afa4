// Image references as distribution/reference reads, completes and prints them.
import { cut, toLower } from '../go/text.ts';
import { parseDigest } from './digest.ts';

/** A named reference; `tag` and `digest` are `` where it has none. */
export interface Reference {
  readonly domain: string;
  readonly path: string;
  readonly tag: string;
  readonly digest: string;
}

/** reference.ParseNormalizedNamed: a familiar name such as `alpine` becomes `docker.io/library/alpine`. */
export function parseNormalizedNamed(s: string): Reference | { readonly error: string } {
  if (identifier.test(s)) {
    return { error: `invalid repository name (${s}), cannot specify 64-byte hexadecimal strings` };
  }
  const [domain, remainder] = splitDomain(s);
  const [remote] = cut(remainder, ':');
  if (toLower(remote) !== remote) {
    return { error: `invalid reference format: repository name (${remote}) must be lowercase` };
  }
  return parseReference(`${domain}/${remainder}`);
}

/** reference.Parse: nothing is completed, so that the domain can be ``. */
export function parseReference(s: string): Reference | { readonly error: string } {
  const parts = match(s);
  if (parts === undefined) {
    if (s === '') return { error: 'repository name must have at least one component' };
    return { error: match(toLower(s)) ? 'repository name must be lowercase' : 'invalid reference format' };
  }
  if (parts.path.length > maxPathLength) {
    return { error: `repository name must not be more than ${maxPathLength} characters` };
  }
  const wrong = parts.digest === '' ? undefined : parseDigest(parts.digest);
  return wrong === undefined ? parts : { error: wrong };
}

/** reference.TagNameOnly: adds `latest` where there is neither tag nor digest. */
export function tagNameOnly(reference: Reference): Reference {
  return reference.tag === '' && reference.digest === '' ? { ...reference, tag: 'latest' } : reference;
}

/** reference.WithDigest: the tag stays, the digest is set or replaced; it must look like one. */
export function withDigest(reference: Reference, digest: string): Reference | { readonly error: string } {
  return isDigest(digest) ? { ...reference, digest } : { error: 'invalid digest format' };
}

/** The full name and its tag and digest. */
export function referenceString(reference: Reference): string {
  return referenceName(reference) + suffix(reference);
}

/** The full name: domain and path. */
export function referenceName(reference: Reference): string {
  return reference.domain === '' ? reference.path : `${reference.domain}/${reference.path}`;
}

/** reference.FamiliarString: as a person writes it (`alpine:3.22`). */
export function familiarString(reference: Reference): string {
  return familiarName(reference) + suffix(reference);
}

/** reference.FamiliarName: without Docker Hub's domain and `library/`. */
export function familiarName(reference: Reference): string {
  if (reference.domain !== defaultDomain) return referenceName(reference);
  const { path } = reference;
  if (!path.startsWith(officialPrefix) || path.includes('/', officialPrefix.length)) return path;
  return path.slice(officialPrefix.length);
}

const defaultDomain = 'docker.io';
const officialPrefix = 'library/';
const maxPathLength = 255;

// No expression below can match one text in two ways, so none backtracks.
const identifier = /^[a-f0-9]{64}$/;
const host = /^[a-zA-Z0-9](?:[a-zA-Z0-9-]*)(?:\.[a-zA-Z0-9][a-zA-Z0-9-]*)*$/;
const bracketedAddress = /^\[[a-fA-F0-9:]+\]$/;
const port = /^[0-9]+$/;
const pathComponent = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/;
const tagPattern = /^\w[\w.-]{0,127}$/;
const digestPattern = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9A-Fa-f]{32,}$/;

function suffix({ tag, digest }: Reference): string {
  return (tag === '' ? '' : `:${tag}`) + (digest === '' ? '' : `@${digest}`);
}

/** Where the registry's name ends: only what cannot be a path component of Docker Hub is taken for a domain. */
function splitDomain(name: string): readonly [domain: string, remainder: string] {
  const [first, rest] = cut(name, '/');
  if (rest === undefined) return [defaultDomain, officialPrefix + name];
  let domain = defaultDomain;
  let remainder = name;
  if (first === 'index.docker.io') remainder = rest;
  else if (first === 'localhost' || first.includes('.') || first.includes(':') || toLower(first) !== first) {
    domain = first;
    remainder = rest;
  }
  if (domain === defaultDomain && !remainder.includes('/')) remainder = officialPrefix + remainder;
  return [domain, remainder];
}

/** The parts of `[domain/]path[:tag][@digest]`; undefined where `s` is not of that form. */
function match(s: string): Reference | undefined {
  const [rest, digest] = cut(s, '@');
  if (digest !== undefined && !isDigest(digest)) return undefined;
  const colon = rest.indexOf(':', rest.lastIndexOf('/') + 1);
  const tag = colon < 0 ? '' : rest.slice(colon + 1);
  if (colon >= 0 && !tagPattern.test(tag)) return undefined;
  const name = colon < 0 ? rest : rest.slice(0, colon);
  const [domain, path] = cut(name, '/');
  if (path !== undefined && isDomain(domain) && isPath(path)) return { domain, path, tag, digest: digest ?? '' };
  return isPath(name) ? { domain: '', path: name, tag, digest: digest ?? '' } : undefined;
}

function isPath(s: string): boolean {
  return s.split('/').every((component) => pathComponent.test(component));
}

function isDomain(s: string): boolean {
  // The port is what follows the last colon outside of brackets.
  const colon = s.indexOf(':', s.lastIndexOf(']') + 1);
  const name = colon < 0 ? s : s.slice(0, colon);
  if (colon >= 0 && !port.test(s.slice(colon + 1))) return false;
  return bracketedAddress.test(name) || (host.test(name) && !name.endsWith('-') && !name.includes('-.'));
}

function isDigest(s: string): boolean {
  return digestPattern.test(s);
}
