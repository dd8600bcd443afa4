// Where values to choose from come from: the stages, images, users and paths of the file and of its build context.
import type { Span } from '../../../shared/src/span.ts';
import type { Analysis } from '../analysis/analyze.ts';
import { stageTitle } from '../analysis/graph.ts';
import type { Stage } from '../compile/stage.ts';
import type { Instruction } from '../dockerfile/instruction.ts';
import { physicalLine } from './cursor.ts';
import type { Completion, CompletionItem } from './feature.ts';
import { code, prose } from './markdown.ts';
import { type Section, sectionsOf } from './sections.ts';

type Kind = CompletionItem['kind'];

/** Values of the same kind, in the order they are given in. */
export function values(
  span: Span,
  kind: Kind,
  labels: readonly (string | readonly [string, string])[],
  prefix = '5',
): CompletionItem[] {
  return labels.map((entry, i) => {
    const [label, documentation] = typeof entry === 'string' ? [entry, undefined] : entry;
    const sort = `${prefix}${String(i).padStart(3, '0')}`;
    return {
      label,
      kind,
      ...(documentation === undefined ? {} : { documentation }),
      edit: { span, text: label },
      sort,
    };
  });
}

/** Stages in front of this one, contexts, and images that the file reads from. */
export function fromItems(analysis: Analysis, index: number, span: Span, indexes: boolean): CompletionItem[] {
  const { of } = sectionsOf(analysis);
  const own = of[index];
  const items: CompletionItem[] = [];
  for (const stage of earlierStages(analysis, own)) {
    if (stage.name === '' && !indexes) continue;
    items.push({
      label: stage.name === '' ? String(stage.index) : stage.name,
      kind: 'stage',
      detail: `stage ${stage.index}, line ${stage.locations[0]?.first ?? 0}`,
      documentation: stageText(stage),
      edit: { span, text: stage.name === '' ? String(stage.index) : stage.name },
      sort: `1${String(analysis.stages.length - stage.index).padStart(4, '0')}`,
    });
  }
  for (const key of Object.keys(analysis.options.attrs))
    if (key.startsWith('context:'))
      items.push(...values(span, 'value', [[key.slice(8), 'A named build context.']], '2'));
  items.push(...values(span, 'image', usedImages(analysis, index), '3'));
  return items;
}

/** The last of each name: it is what the name means. */
function earlierStages(analysis: Analysis, own: Section | undefined): Stage[] {
  const found = new Map<string, Stage>();
  for (const { index, stage } of sectionsOf(analysis).all) {
    if (stage === undefined || (own !== undefined && own.index >= 0 && index >= own.index)) continue;
    found.set(stage.name === '' ? `#${index}` : stage.name, stage);
  }
  return [...found.values()];
}

function stageText(stage: Stage): string {
  const description = stage.from?.docComment ?? '';
  const base = stage.base === undefined ? stage.originalBase : stageTitle(stage.base);
  return `${description === '' ? '' : `${prose(description)}\n\n`}${code(`FROM ${base}`)}`;
}

/** But for what stands at the cursor. */
function usedImages(analysis: Analysis, index: number): string[] {
  const found = new Set<string>();
  for (const stage of analysis.stages)
    if (
      stage.base === undefined &&
      stage.originalBase !== 'scratch' &&
      stage.namedContext === undefined &&
      stage.instruction !== index
    )
      found.add(stage.originalBase);
  return [...found];
}

export function usedFlagValues(analysis: Analysis, name: string): string[] {
  const found = new Set<string>();
  for (const { flags } of analysis.dockerfile.instructions)
    for (const flag of flags) if (flag.name === name && flag.value) found.add(flag.value);
  return [...found];
}

export function usedUsers(analysis: Analysis): string[] {
  return usedArguments(analysis, 'user');
}

export function usedArguments(analysis: Analysis, kind: Instruction['kind']): string[] {
  const found = new Set<string>();
  for (const instruction of analysis.dockerfile.instructions)
    if (instruction.kind === kind && instruction.args[0] !== undefined && !instruction.args[0].value.includes('$'))
      found.add(instruction.args[0].value);
  return [...found];
}

/** Asks the host for the entries of the folder that is typed so far. */
export function pathItems(typed: string, offset: number, end: number, text: string): Completion {
  const slash = typed.lastIndexOf('/');
  const name = typed.slice(slash + 1);
  const parts: string[] = [];
  for (const part of typed.slice(0, Math.max(0, slash)).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  let stop = offset;
  while (stop < end && text[stop] !== '/') stop++;
  // A path may begin on the line before.
  const start = Math.max(physicalLine(text, offset).start, offset - name.length);
  return { items: [], paths: { folder: parts.join('/'), span: { start, end: stop } } };
}
