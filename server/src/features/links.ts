// What can be opened in a browser: the pages of images, what ADD downloads, the pages of build checks. Nothing is asked of the network.
import type { Span } from '../../../shared/src/span.ts';
import type { Analysis } from '../analysis/analyze.ts';
import { envOf } from '../compile/compilation.ts';
import { type CheckName, checks, checkUrl } from '../compile/lint.ts';
import { processWord } from '../dockerfile/shell.ts';
import { parseNormalizedNamed } from '../oci/reference.ts';
import { environmentAt } from './environment.ts';
import type { Link } from './feature.ts';
import { innermost, placeOf } from './sections.ts';
import { stageNamesOf } from './stageNames.ts';

/** Links in order of the text. */
export function documentLinks(analysis: Analysis): readonly Link[] {
  const { dockerfile } = analysis;
  const links: Link[] = [];
  for (const { name, value, valueSpan } of dockerfile.directives) {
    if (name === 'syntax') addImage(links, valueSpan, value.split(' ')[0] as string);
    if (name === 'check') addChecks(analysis, links, valueSpan);
  }
  for (const { span } of dockerfile.comments) {
    const text = analysis.text.slice(span.start, span.end);
    if (/^#\s*check\s*=/i.test(text)) addChecks(analysis, links, span);
  }
  for (const stage of analysis.stages) {
    if (stage.hidden || stage.base !== undefined || stage.namedContext !== undefined || stage.from === undefined)
      continue;
    if (stage.originalBase !== 'scratch') addImage(links, placeOf(stage.from, stage.from.baseName), stage.originalBase);
  }
  for (const { value, span, stage } of stageNamesOf(analysis).fromValues)
    if (
      stage === undefined &&
      !value.includes('$') &&
      value !== 'scratch' &&
      !Object.hasOwn(analysis.options.attrs, `context:${value}`)
    )
      addImage(links, span, value);
  for (let i = 0; i < dockerfile.instructions.length; i++) {
    const instruction = innermost(dockerfile.instructions[i] as (typeof dockerfile.instructions)[number]);
    if (instruction.kind !== 'add') continue;
    for (const source of instruction.sources) {
      if (!source.value.startsWith('http') && !source.value.startsWith('$')) continue;
      const word = processWord(source.value, envOf(environmentAt(analysis, i)), { escape: dockerfile.escape });
      if (webAddress.test(word.result)) links.push({ span: placeOf(instruction, source), url: word.result });
    }
  }
  return links.sort((a, b) => a.span.start - b.span.start);
}

/** A plain host: what is odd is not worth a click. */
const webAddress = /^https?:\/\/[A-Za-z0-9][A-Za-z0-9.-]*(:[0-9]{1,4})?([/?#]\S*)?$/;

function addImage(links: Link[], span: Span, reference: string): void {
  const url = imageUrl(reference);
  if (url !== undefined) links.push({ span, url, tooltip: `Open the page of ${reference}` });
}

/** Where people read about an image; undefined where its registry has no such page. */
export function imageUrl(reference: string): string | undefined {
  const named = parseNormalizedNamed(reference);
  if ('error' in named) return undefined;
  const { domain, path } = named;
  switch (domain) {
    case 'docker.io':
      return path.startsWith('library/')
        ? `https://hub.docker.com/_/${path.slice(8)}`
        : `https://hub.docker.com/r/${path}`;
    case 'ghcr.io':
      return `https://ghcr.io/${path}`;
    case 'quay.io':
      return `https://quay.io/repository/${path}`;
    case 'mcr.microsoft.com':
      return `https://mcr.microsoft.com/artifact/mar/${path}`;
    case 'public.ecr.aws':
      return `https://gallery.ecr.aws/${path}`;
    case 'gcr.io':
      return `https://gcr.io/${path}`;
    default:
      return undefined;
  }
}

function addChecks(analysis: Analysis, links: Link[], { start, end }: Span): void {
  const text = analysis.text.slice(start, end);
  for (const found of text.matchAll(/[A-Za-z]+/g)) {
    const name = found[0] as CheckName;
    const url = Object.hasOwn(checks, name) ? checkUrl(name) : '';
    if (url !== '')
      links.push({
        span: { start: start + found.index, end: start + found.index + name.length },
        url,
        tooltip: checks[name],
      });
  }
}
