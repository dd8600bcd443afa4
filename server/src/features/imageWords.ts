// What a base image is, where that is known from and how old that is; and pinning it to what it is now.
import type { Analysis } from '../analysis/analyze.ts';
import type { ImageFacts } from '../analysis/imageFacts.ts';
import { ageText, sizeText } from '../analysis/quantities.ts';
import type { Image } from '../compile/image.ts';
import type { Stage } from '../compile/stage.ts';
import { spanOf } from '../dockerfile/spans.ts';
import { formatPlatformAll, type Platform } from '../oci/platform.ts';
import { parseNormalizedNamed, referenceString, tagNameOnly } from '../oci/reference.ts';
import type { CodeAction } from './feature.ts';
import { code, listed, prose } from './markdown.ts';

/** Lines of Markdown about an image as it is written; `stage` is the one that starts from it. */
export function imageWords(analysis: Analysis, written: string, stage: Stage | undefined): string {
  const named = parseNormalizedNamed(written);
  if ('error' in named) return `${code(written)} is no valid image reference.`;
  const ref = referenceString(tagNameOnly(named));
  const platform = stage?.platform;
  const head = `Image ${code(ref)}${platform === undefined ? '' : ` for ${code(formatPlatformAll(platform))}`}.`;
  if (stage === undefined) return head;
  const asked = platform ?? analysis.compilation.targetPlatform;
  const facts = analysis.inputs.imageFacts?.(ref, asked);
  const image = stage.guessed ? undefined : stage.baseImage;
  const lines = [
    image !== undefined
      ? `${head} ${contents(image, facts)}`
      : stage.guessed
        ? `${head} Its configuration is not known yet.`
        : head,
    ...(image === undefined ? [] : runs(image)),
    ...(facts === undefined ? [] : platforms(facts, asked)),
    ...digestLine(stage, facts),
    ...(facts === undefined ? [] : origin(facts)),
    ...movedOn(analysis, ref, asked),
  ];
  return lines.join('  \n');
}

function contents({ user, workingDir, env, rootfs, created }: Image, facts: ImageFacts | undefined): string {
  const layers = rootfs.diffIds?.length ?? facts?.layers ?? 0;
  const size = facts === undefined || facts.size === 0 ? '' : ` of ${sizeText(facts.size)} to fetch`;
  const names = env.map((pair) => code(pair.slice(0, Math.max(0, pair.indexOf('='))), 40));
  const variables = `${env.length} ${env.length === 1 ? 'variable' : 'variables'}`;
  const parts = [
    ...(layers === 0 ? [] : [`${layers} ${layers === 1 ? 'layer' : 'layers'}${size}`]),
    `user ${code(user || 'root')}`,
    `directory ${code(workingDir || '/')}`,
    names.length === 0
      ? variables
      : `${variables} (${names.length > 6 ? `${names.slice(0, 6).join(', ')}, …` : names.join(', ')})`,
  ];
  // Builds that can be made again have a time at the beginning of time.
  const day = created?.slice(0, 10) ?? '';
  const made = day === '' || day < '1990' ? '' : ` Made on ${day}.`;
  return `It has ${listed(parts)}.${made}`;
}

function runs({ entrypoint, cmd, exposedPorts, volumes }: Image): string[] {
  const command = (words: readonly string[]): string => code(JSON.stringify(words));
  const parts = [
    ...(entrypoint?.length ? [`entrypoint ${command(entrypoint)}`] : []),
    ...(cmd?.length ? [`command ${command(cmd)}`] : []),
    ...(exposedPorts?.size ? [`ports ${listed([...exposedPorts].sort().map((port) => code(port)))}`] : []),
    ...(volumes?.size ? [`volumes ${listed([...volumes].sort().map((path) => code(path)))}`] : []),
  ];
  return parts.length === 0 ? [] : [`Runs with ${listed(parts)}.`];
}

function platforms({ platforms: all }: ImageFacts, asked: Platform): string[] {
  if (all.length === 0) return [];
  const name = formatPlatformAll(asked);
  const fits = all.some((other) => other === name || withoutVariant(other) === withoutVariant(name));
  const list = listed(
    all.map((other) => code(other)),
    8,
  );
  return [fits ? `Platforms: ${list}.` : `**Not made for ${code(name)}**, only for ${list}.`];
}

function withoutVariant(platform: string): string {
  return platform.split('/').slice(0, 2).join('/');
}

function digestLine(stage: Stage, facts: ImageFacts | undefined): string[] {
  const at = stage.baseName.indexOf('@');
  const digest = at >= 0 ? stage.baseName.slice(at + 1) : facts?.digest;
  return digest === undefined ? [] : [`Digest ${code(digest)}.`];
}

function origin({ source, age, stale, problem }: ImageFacts): string[] {
  const known =
    source === '' ? '' : `From ${code(source)}, ${ageText(age)}${stale ? ': it may have changed since' : ''}.`;
  if (problem === undefined) return known === '' ? [] : [known];
  return [`${known}${known === '' ? '' : ' '}${prose(problem.endsWith('.') ? problem : `${problem}.`)}`];
}

/** Of a pinned tag: what it is by now, where that is known. */
function movedOn(analysis: Analysis, ref: string, platform: Platform): string[] {
  const tag = tagOf(ref);
  const facts = tag === undefined ? undefined : analysis.inputs.imageFacts?.(tag, platform);
  const pinned = ref.slice(ref.indexOf('@') + 1);
  if (tag === undefined || facts?.digest === undefined) return [];
  return facts.digest === pinned
    ? ['The tag still names this digest.']
    : [`The tag names another digest by now: ${code(facts.digest)}.`];
}

/** The name without its digest, where it has a tag as well. */
function tagOf(ref: string): string | undefined {
  const named = parseNormalizedNamed(ref);
  if ('error' in named || named.digest === '' || named.tag === '') return undefined;
  return referenceString({ ...named, digest: '' });
}

/** Pins the base of the FROM at `offset` to what it is now, or renews its pin. Only where it is written in so many letters. */
export function pins(analysis: Analysis, touchesHere: (span: { start: number; end: number }) => boolean): CodeAction[] {
  const actions: CodeAction[] = [];
  for (const stage of analysis.stages) {
    const { from } = stage;
    if (from === undefined || stage.base !== undefined || stage.namedContext !== undefined) continue;
    if (!touchesHere(from.span)) continue;
    const span = spanOf(from, from.baseName.start, from.baseName.end);
    const written = analysis.text.slice(span.start, span.end);
    if (written !== stage.originalBase || written === 'scratch') continue;
    const named = parseNormalizedNamed(written);
    if ('error' in named) continue;
    const platform = stage.platform ?? analysis.compilation.targetPlatform;
    const facts = (ref: string) => analysis.inputs.imageFacts?.(ref, platform)?.digest;
    if (named.digest === '') {
      const digest = facts(referenceString(tagNameOnly(named))) ?? pinOf(stage);
      if (digest === undefined) continue;
      const text = named.tag === '' ? `${written}:latest@${digest}` : `${written}@${digest}`;
      actions.push({
        title: `Pin to this digest: @${digest.slice(0, 19)}…`,
        kind: 'quickfix',
        edits: [{ span, text }],
      });
      continue;
    }
    const tag = tagOf(referenceString(named));
    const digest = tag === undefined ? undefined : facts(tag);
    if (digest === undefined || digest === named.digest) continue;
    const start = span.start + written.indexOf('@') + 1;
    const edit = { span: { start, end: span.end }, text: digest };
    actions.push({ title: `Update the pin to @${digest.slice(0, 19)}…`, kind: 'quickfix', edits: [edit] });
  }
  return actions;
}

/** The digest that the graph has. */
function pinOf(stage: Stage): string | undefined {
  return /@(sha256:[0-9a-f]{64})$/.exec(stage.baseName)?.[1];
}
