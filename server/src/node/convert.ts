// One job of the comparison with BuildKit, and its result in the judge's own format.
import { readFileSync } from 'node:fs';
import { type Analysis, type AnalysisInputs, analyze } from '../analysis/analyze.ts';
import { contextUse } from '../analysis/contextUse.ts';
import type { ImageFacts } from '../analysis/imageFacts.ts';
import type { ImageInput } from '../compile/compilation.ts';
import { imageJson } from '../compile/image.ts';
import { checks, checkUrl } from '../compile/lint.ts';
import type { BuildConfig } from '../compile/options.ts';
import { outlineOf } from '../compile/outline.ts';
import { type ListedEntry, type Listing, listingOf } from '../context/listing.ts';
import { detectSyntax } from '../dockerfile/directives.ts';
import type { FromInstruction, LineRange } from '../dockerfile/instruction.ts';
import { compareUtf8, decodeUtf8 } from '../go/utf8.ts';
import { type Definition, describe } from '../llb/definition.ts';
import { parseNormalizedNamed } from '../oci/reference.ts';
import { printedWarnings } from './fileCheck.ts';
import { hostSha256 } from './sha256.ts';

/** A Dockerfile and everything that a build of it is told, as the judge reads it (its `job.go`); every field but `id` and a text is optional. */
export interface Job {
  readonly id: string;
  readonly dockerfile?: string;
  readonly dockerfileB64?: string;
  readonly path?: string;
  readonly filename?: string;
  readonly target?: string;
  readonly buildArgs?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly platform?: string;
  readonly workerPlatform?: string;
  readonly dockerignore?: string;
  readonly dockerfileIgnore?: string;
  readonly opts?: Readonly<Record<string, string>>;
  readonly sessionID?: string;
  readonly resolveDigest?: string;
  readonly images?: Readonly<Record<string, ImageAnswer>>;
  readonly disabledCaps?: readonly string[];
  /** What is known of images beside; the judge pays no heed to it, nor to what follows. */
  readonly facts?: Readonly<Record<string, Partial<ImageFacts>>>;
  /** What the build context holds: the bytes of a file, `-> TARGET` for a link, `secret` for a file that holds a key, by path. */
  readonly context?: Readonly<Record<string, number | string>>;
}

/** What a registry says of a base image. */
export interface ImageAnswer {
  readonly ref?: string;
  readonly digest?: string;
  readonly config?: unknown;
  readonly error?: string;
}

/** The analysis of a job. */
export function analyzeJob(job: Job): Analysis {
  return analyze(textOf(job), configOf(job), inputsOf(job));
}

/** The text of a job. */
export function textOf(job: Job): string {
  // A string of JSON may hold lone surrogates, which Go's decoder replaces.
  if (job.dockerfile !== undefined) return job.dockerfile.replace(/\p{Surrogate}/gu, '\ufffd');
  if (job.path !== undefined) return decodeUtf8(readFileSync(job.path));
  return decodeUtf8(Buffer.from(job.dockerfileB64 ?? '', 'base64'));
}

/** How a job is built. */
export function configOf(job: Job): BuildConfig {
  const attrs: Record<string, string> = { filename: job.filename || 'Dockerfile' };
  if (job.target) attrs.target = job.target;
  if (job.platform) attrs.platform = job.platform;
  for (const [k, v] of Object.entries(job.buildArgs ?? {})) attrs[`build-arg:${k}`] = v;
  for (const [k, v] of Object.entries(job.labels ?? {})) attrs[`label:${k}`] = v;
  Object.assign(attrs, job.opts ?? {});
  return {
    attrs,
    sessionId: job.sessionID || 'oracle-session',
    // The judge's own machine, whatever worker the job asks for.
    hostPlatform: 'linux/amd64',
    ...(job.workerPlatform ? { workerPlatform: job.workerPlatform } : {}),
    ...(job.disabledCaps ? { disabledCaps: job.disabledCaps } : {}),
  };
}

/** What a job says of images and ignore files. */
export function inputsOf(job: Job): AnalysisInputs {
  const { facts, context } = job;
  const listing = context === undefined ? undefined : listingFrom(context);
  return {
    image: (ref) => imageOf(job, ref),
    dockerignore: job.dockerignore ?? null,
    dockerfileIgnore: job.dockerfileIgnore ?? null,
    sha256: hostSha256,
    ...(facts === undefined ? {} : { imageFacts: (ref: string) => factsOf(facts[ref]) }),
    ...(listing === undefined ? {} : { context: (request) => contextUse(request, listing) }),
  };
}

function factsOf(given: Partial<ImageFacts> | undefined): ImageFacts | undefined {
  if (given === undefined) return undefined;
  const none = { digest: undefined, source: '', age: 0, stale: false, platforms: [], layers: 0, size: 0 };
  return { ...none, problem: undefined, ...given };
}

/** A listing of what a job says of its context, with the directories that this needs; `NAME/` is a directory with nothing in it. */
export function listingFrom(context: NonNullable<Job['context']>): Listing {
  const entries = new Map<string, ListedEntry>();
  for (const [path, given] of Object.entries(context)) {
    for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1))
      entries.set(path.slice(0, slash), { path: path.slice(0, slash), kind: 'directory' });
    if (path.endsWith('/')) continue;
    if (typeof given === 'number') entries.set(path, { path, kind: 'file', size: given });
    else if (given === 'secret') entries.set(path, { path, kind: 'file', size: 100, secret: true });
    else entries.set(path, { path, kind: 'link', target: given.replace(/^-> /, '') });
  }
  // A directory comes before what it holds, and that before the next name: as if the slash were the least of all characters.
  const key = (path: string): string => path.replaceAll('/', '\0');
  return listingOf([...entries.values()].sort((a, b) => compareUtf8(key(a.path), key(b.path))));
}

function imageOf(job: Job, ref: string): ImageInput {
  const given = job.images?.[ref];
  if (given !== undefined) {
    if (given.error) return { error: given.error };
    return {
      ...(given.ref ? { ref: given.ref } : {}),
      ...(given.digest ? { digest: given.digest } : {}),
      ...(given.config === undefined || given.config === null ? {} : { config: JSON.stringify(given.config) }),
    };
  }
  const wanted = job.resolveDigest ?? '';
  if (wanted.startsWith('sha256:')) return { digest: wanted };
  if (wanted !== 'hash') return {};
  const named = parseNormalizedNamed(ref);
  const digest =
    'error' in named || named.digest === '' ? `sha256:${hostSha256(new TextEncoder().encode(ref))}` : named.digest;
  return { digest };
}

/** Runs a job. */
export function convertJob(job: Job): Record<string, unknown> {
  const analysis = analyzeJob(job);
  const result: Record<string, unknown> = { id: job.id, ok: analysis.problems.length === 0 };
  const first = analysis.problems[0];
  if (first !== undefined) Object.assign(result, errorOf(analysis, first));
  else {
    const { definition, target } = analysis;
    result.head = definition.head;
    result.defDigest = `sha256:${hostSha256(new TextEncoder().encode(definition.entries.map((e) => e.digest).join('')))}`;
    result.definition = definitionOf(definition);
    if (target !== undefined) {
      result.image = new Raw(imageJson(target.image));
      if (target.baseImage !== undefined) result.baseImage = new Raw(imageJson(target.baseImage));
    }
    if (analysis.compilation.epochSeconds !== undefined) result.epoch = String(analysis.compilation.epochSeconds);
  }
  const checked = withoutPlatform(job, analysis);
  result.lint = lintOf(checked);
  if (checked.problems.length === 0 && checked.target !== undefined) result.outline = outlineJson(checked);
  if (!analysis.dockerfile.problems.length) result.targets = targetsJson(analysis);
  return result;
}

/** BuildKit's check runs and outlines pay no heed to the platform that was asked for. */
function withoutPlatform(job: Job, analysis: Analysis): Analysis {
  if (analysis.options.targetPlatform === undefined) return analysis;
  const { platform: _, ...attrs } = configOf(job).attrs;
  return analyze(analysis.text, { ...configOf(job), attrs }, inputsOf(job));
}

/** A result as a line of JSON, with ready-made JSON inside as it is. */
export function resultLine(result: Record<string, unknown>): string {
  const parts = Object.entries(result).map(
    ([key, value]) => `${JSON.stringify(key)}:${value instanceof Raw ? value.text : JSON.stringify(value)}`,
  );
  // Go writes bytes that are no text as U+FFFD.
  return `{${parts.join(',')}}`.replace(/\\\\|\\ud[89a-f][0-9a-f]{2}/g, (found) =>
    found === '\\\\' ? found : '\ufffd',
  );
}

class Raw {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

function errorOf(
  analysis: Analysis,
  problem: Analysis['problems'][number],
): { error: string; errorLocation?: unknown } {
  let error = problem.message;
  let locations = problem.locations;
  if (locations.length === 0 && problem.code !== 'bad-option') {
    // What has no place of its own gets that of the directive that chose the frontend.
    const attrs = analysis.options.attrs;
    const forced = attrs['build-arg:BUILDKIT_SYNTAX'];
    const syntax = detectSyntax(analysis.text);
    if (Object.hasOwn(attrs, 'cmdline')) {
      // Already inside the chosen frontend.
    } else if (forced !== undefined) error = `failed with build-arg:BUILDKIT_SYNTAX = ${forced}: ${error}`;
    else if (syntax !== undefined) locations = [syntax.location];
  }
  return locations.length === 0 ? { error } : { error, errorLocation: locations.map((lines) => rangesOf(lines)) };
}

function rangesOf(lines: LineRange): unknown[] {
  const ranges: unknown[] = [];
  for (let line = lines.first; line <= lines.last; line++)
    ranges.push({ start: { line, character: 0 }, end: { line, character: 0 } });
  return ranges;
}

function definitionOf(definition: Definition): unknown[] {
  const groups = new Map<number, string>();
  return definition.entries.map((entry) => {
    const m = entry.metadata;
    const metadata: Record<string, unknown> = {};
    const description = describe(m);
    if (description.size > 0) metadata.description = Object.fromEntries(description);
    if (m.caps.length > 0) metadata.caps = [...m.caps].sort();
    if (m.ignoreCache) metadata.ignoreCache = true;
    if (m.progressGroup !== undefined) {
      const { id, name, weak } = m.progressGroup;
      if (!groups.has(id)) groups.set(id, `pg${groups.size}`);
      metadata.progressGroup = { id: groups.get(id), name: name(), ...(weak ? { weak } : {}) };
    }
    if (m.linuxResources !== undefined) metadata.linuxResources = limits(m.linuxResources);
    const out: Record<string, unknown> = { digest: entry.digest, size: entry.bytes.length, metadata };
    if (entry.locations !== undefined)
      out.source = entry.locations.map((lines) => ({ sourceIndex: 0, ranges: lines.flatMap((l) => rangesOf(l)) }));
    return out;
  });
}

function limits(r: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(r).filter(([, v]) => v !== 0 && v !== ''));
}

function lintOf(analysis: Analysis): unknown {
  const first = analysis.problems[0];
  if (first?.code === 'bad-option') return { warnings: [], error: first.message };
  const { crash } = analysis.compilation;
  if (crash !== undefined && analysis.options.target === '' && crash.allBefore === 0)
    return { warnings: [], error: 'panic: assignment to entry in nil map' };
  return {
    warnings: printedWarnings(analysis).map((w) => ({
      ruleName: w.rule,
      description: checks[w.rule],
      ...(checkUrl(w.rule) === '' ? {} : { url: checkUrl(w.rule) }),
      detail: w.message,
      sourceIndex: 0,
      ranges: rangesOf(w.lines),
    })),
  };
}

function location(lines: LineRange): unknown {
  const ranges = [];
  for (let line = lines.first; line <= lines.last; line++) ranges.push({ start: { line }, end: { line } });
  return { ranges };
}

function outlineJson(analysis: Analysis): unknown {
  const o = outlineOf(analysis.target as NonNullable<Analysis['target']>);
  const list = (entries: typeof o.secrets) =>
    entries.map((e) => ({ name: e.name, ...(e.required ? { required: true } : {}), location: location(e.lines) }));
  return {
    ...(o.name ? { name: o.name } : {}),
    ...(o.description ? { description: o.description } : {}),
    ...(o.args.length
      ? {
          args: o.args.map((a) => ({
            name: a.key,
            ...(a.description ? { description: a.description } : {}),
            ...(a.value ? { value: a.value } : {}),
            location: location(a.lines),
          })),
        }
      : {}),
    ...(o.secrets.length ? { secrets: list(o.secrets) } : {}),
    ...(o.ssh.length ? { ssh: list(o.ssh) } : {}),
  };
}

function targetsJson(analysis: Analysis): unknown {
  const froms = analysis.dockerfile.instructions.filter((i): i is FromInstruction => i.kind === 'from');
  return {
    targets: froms.map((f, i) => ({
      ...(f.name ? { name: f.name } : {}),
      ...(i === froms.length - 1 ? { default: true } : {}),
      ...(f.docComment ? { description: f.docComment } : {}),
      base: f.baseName.value,
      ...(f.platform.value ? { platform: f.platform.value } : {}),
      location: location(f.lines),
    })),
  };
}
