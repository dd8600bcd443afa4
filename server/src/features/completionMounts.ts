// The keys and values of RUN --mount.
import type { Span } from '../../../shared/src/span.ts';
import type { Analysis } from '../analysis/analyze.ts';
import { type MountType, mountTypes, shareModes } from '../dockerfile/mounts.ts';
import { mountOf } from '../dockerfile/runInstruction.ts';
import { fromItems, pathItems, values } from './completionSources.ts';
import { type InInstruction, tokenSpan } from './cursor.ts';
import type { Completion, CompletionItem } from './feature.ts';
import { mountKeyAliases, mountKeyReference, mountTypeReference } from './reference.ts';
import { innermost } from './sections.ts';

const nothing: Completion = { items: [] };

export function mountItems(analysis: Analysis, offset: number, cursor: InInstruction, valueStart: number): Completion {
  const { token, typed } = cursor;
  const comma = typed.lastIndexOf(',');
  const fieldStart = comma < valueStart ? valueStart : comma + 1;
  const next = token.text.indexOf(',', typed.length);
  const fieldEnd = next < 0 ? token.text.length : next;
  const field = token.text.slice(fieldStart, fieldEnd);
  const fields = token.text.slice(valueStart).split(',');
  const given = new Map(
    fields.map((each) => [canonical(each.split('=')[0] as string), each.slice(each.indexOf('=') + 1)] as const),
  );
  const type = (mountTypes.find((known) => known === given.get('type')?.toLowerCase()) ?? 'bind') as MountType;
  const equals = field.indexOf('=');
  const inValue = equals >= 0 && typed.length > fieldStart + equals;
  const from = token.start + (inValue ? fieldStart + equals + 1 : fieldStart);
  const to = token.start + (inValue || equals < 0 ? fieldEnd : fieldStart + equals);
  const span = tokenSpan(analysis, offset, cursor, from, to);
  if (!inValue) {
    const own = canonical(field.split('=')[0] as string);
    return { items: mountKeyItems(span, type, given, own, equals >= 0) };
  }
  const key = canonical(field.slice(0, equals));
  return mountValueItems(analysis, offset, cursor, span, type, given, key, typed.slice(fieldStart + equals + 1));
}

function canonical(key: string): string {
  const lower = key.toLowerCase();
  return mountKeyAliases[lower] ?? lower;
}

function mountKeyItems(
  span: Span,
  type: MountType,
  given: ReadonlyMap<string, string>,
  own: string,
  hasValue: boolean,
): CompletionItem[] {
  const keys =
    given.has('type') && own !== 'type' ? mountTypeReference[type].keys : ['type', ...mountTypeReference[type].keys];
  return keys
    .filter((key) => key === own || !given.has(key))
    .map((key, i): CompletionItem => {
      const reference = mountKeyReference[key];
      const takesValue = reference?.value !== undefined;
      return {
        label: key,
        kind: 'key',
        ...(takesValue ? { detail: `=${reference.value}` } : {}),
        ...(reference === undefined ? {} : { documentation: reference.text }),
        edit: { span, text: takesValue && !hasValue ? `${key}=` : key },
        sort: `1${String(i).padStart(3, '0')}`,
        ...(takesValue ? { again: true } : {}),
      };
    });
}

function mountValueItems(
  analysis: Analysis,
  offset: number,
  cursor: InInstruction,
  span: Span,
  type: MountType,
  given: ReadonlyMap<string, string>,
  key: string,
  typed: string,
): Completion {
  switch (key) {
    case 'type':
      return {
        items: values(
          span,
          'value',
          mountTypes.map((name) => [name, mountTypeReference[name].text] as const),
        ),
      };
    case 'sharing':
      return { items: values(span, 'value', shareModes) };
    case 'from':
      return { items: fromItems(analysis, cursor.index, span, false) };
    case 'readonly':
    case 'readwrite':
    case 'required':
      return { items: values(span, 'value', ['true', 'false']) };
    case 'source':
      if (type !== 'bind' || given.get('from')) return nothing;
      return pathItems(typed, offset, span.end, analysis.text);
    case 'id':
      return { items: values(span, 'value', usedMountValues(analysis, type, 'id', span)) };
    case 'target': {
      const known = type === 'cache' ? cacheTargets : [];
      return {
        items: values(span, 'folder', [...new Set([...usedMountValues(analysis, type, 'target', span), ...known])]),
      };
    }
    case 'mode':
      return { items: values(span, 'value', type === 'cache' ? ['0755', '0777'] : ['0400', '0444']) };
    case 'uid':
    case 'gid':
      return { items: values(span, 'value', ['0', '1000']) };
    default:
      return nothing;
  }
}

const cacheTargets = [
  '/var/cache/apt',
  '/var/lib/apt',
  '/root/.cache',
  '/root/.cache/pip',
  '/root/.cache/go-build',
  '/go/pkg/mod',
  '/root/.npm',
  '/usr/local/share/.cache/yarn',
  '/root/.m2',
  '/root/.gradle',
  '/usr/local/cargo/registry',
  '/root/.nuget/packages',
];

/** What other mounts of the type have for the key. */
function usedMountValues(analysis: Analysis, type: MountType, wanted: string, own: Span): string[] {
  const found = new Set<string>();
  const escapeCode = analysis.dockerfile.escape.charCodeAt(0);
  for (const outer of analysis.dockerfile.instructions) {
    const instruction = innermost(outer);
    if (instruction.span.start <= own.start && own.end <= instruction.span.end) continue;
    for (const flag of instruction.flags) {
      if (flag.name !== 'mount') continue;
      const { fields } = mountOf(instruction, flag, escapeCode);
      const typed = fields.find(({ key }) => key.value.toLowerCase() === 'type')?.value?.value.toLowerCase() ?? 'bind';
      if (typed !== type) continue;
      for (const { key, value } of fields)
        if (canonical(key.value) === wanted && value !== undefined && value.value !== '') found.add(value.value);
    }
  }
  return [...found];
}
