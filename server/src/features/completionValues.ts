// The values of flags and the arguments of instructions: what BuildKit knows, and what the file has used elsewhere.
import type { Span } from '../../../shared/src/span.ts';
import type { Analysis } from '../analysis/analyze.ts';
import { signalNames } from '../compile/stopSignal.ts';
import type { Instruction } from '../dockerfile/instruction.ts';
import { flagTypes } from '../dockerfile/instructionFlags.ts';
import { networkModes, securityModes } from '../dockerfile/mounts.ts';
import { mountItems } from './completionMounts.ts';
import { fromItems, pathItems, usedArguments, usedFlagValues, usedUsers, values } from './completionSources.ts';
import { type InInstruction, physicalLine, tokenSpan } from './cursor.ts';
import type { Completion, CompletionContext, CompletionItem } from './feature.ts';
import { isPlatformArg, predefinedArgs } from './predefinedArgs.ts';
import { sectionsOf } from './sections.ts';
import { namesOf, variablesOf } from './variables.ts';

const nothing: Completion = { items: [] };

// --------------------------------------------------------------- flag values

/** What can stand behind the `=` at `equals` of the cursor's flag. */
export function flagValueItems(analysis: Analysis, offset: number, cursor: InInstruction, equals: number): Completion {
  const { token, typed, keyword } = cursor;
  const name = token.text.slice(2, equals);
  const span = tokenSpan(analysis, offset, cursor, token.start + equals + 1, token.end);
  if (name === 'mount' && keyword === 'run') return mountItems(analysis, offset, cursor, equals + 1);
  if (keyword !== undefined && flagTypes[keyword]?.get(name) === 'bool')
    return { items: values(span, 'value', ['true', 'false']) };
  switch (name) {
    case 'from':
      return { items: fromItems(analysis, cursor.index, span, true) };
    case 'platform':
      return { items: values(span, 'value', platforms) };
    case 'network':
      return { items: values(span, 'value', networkModes) };
    case 'security':
      return { items: values(span, 'value', securityModes) };
    case 'chown':
      return {
        items: values(span, 'value', [
          ...new Set([...usedUsers(analysis), ...usedFlagValues(analysis, 'chown'), '0:0', '1000:1000']),
        ]),
      };
    case 'chmod':
      return {
        items: values(span, 'value', [
          ...new Set([...usedFlagValues(analysis, 'chmod'), '644', '755', '600', 'u=rwX,go=rX']),
        ]),
      };
    case 'checksum':
      return { items: values(span, 'value', ['sha256:']) };
    case 'interval':
    case 'timeout':
    case 'start-period':
    case 'start-interval':
      return { items: values(span, 'value', ['5s', '10s', '30s', '1m', '5m']) };
    case 'retries':
      return { items: values(span, 'value', ['1', '3', '5', '10']) };
    case 'exclude':
      return pathItems(typed.slice(equals + 1), offset, physicalLine(analysis.text, offset).end, analysis.text);
    default:
      return nothing;
  }
}

const platforms: readonly (string | readonly [string, string])[] = [
  ['$BUILDPLATFORM', 'That of the machine that builds: for compilers that make programs for another one.'],
  ['$TARGETPLATFORM', 'That which is built for: as without the flag.'],
  ...[
    'linux/amd64',
    'linux/arm64',
    'linux/arm/v7',
    'linux/arm/v6',
    'linux/386',
    'linux/ppc64le',
    'linux/s390x',
    'linux/riscv64',
    'windows/amd64',
  ],
];

// ----------------------------------------------------------------- arguments

/** What can stand as the argument that the cursor is in. */
export function argumentItems(
  analysis: Analysis,
  offset: number,
  cursor: InInstruction,
  context: CompletionContext,
): Completion {
  const { keyword, role, typed, args } = cursor;
  const span = tokenSpan(analysis, offset, cursor);
  const nth = role as number;
  switch (keyword) {
    case 'from':
      return { items: fromArguments(analysis, cursor, span, nth) };
    case 'copy':
    case 'add':
      return copyArguments(analysis, offset, cursor, nth);
    case 'arg':
      return { items: argNames(analysis, cursor, span) };
    case 'env':
      return { items: envNames(analysis, cursor, span) };
    case 'label':
      return {
        items: typed.includes('=')
          ? []
          : labelNames.map((label) => ({
              label,
              kind: 'key',
              edit: { span, text: args.length > nth && cursor.token.text.includes('=') ? label : `${label}=` },
            })),
      };
    case 'user':
      return {
        items:
          nth === 0 ? values(span, 'value', [...new Set([...usedUsers(analysis), 'root', 'nobody', '1000:1000'])]) : [],
      };
    case 'workdir':
      return {
        items:
          nth === 0
            ? values(span, 'folder', [...new Set([...usedArguments(analysis, 'workdir'), '/app', '/src'])])
            : [],
      };
    case 'expose': {
      const port = /^[0-9]+(-[0-9]+)?/.exec(typed)?.[0];
      return { items: port === undefined ? [] : values(span, 'value', [`${port}/tcp`, `${port}/udp`, `${port}/sctp`]) };
    }
    case 'stopsignal':
      return {
        items:
          nth === 0
            ? values(
                span,
                'value',
                commonSignals.map((name) => `SIG${name}`),
              )
            : [],
      };
    case 'healthcheck':
      return { items: nth === 0 ? healthcheckItems(span, context) : [] };
    case 'shell':
      return { items: nth === 0 && (typed === '' || typed === '[') ? values(span, 'value', shells) : [] };
    case 'cmd':
    case 'entrypoint':
      return { items: nth === 0 && (typed === '' || typed === '[') && context.snippets ? [execForm(span)] : [] };
    case 'volume':
      return { items: nth === 0 && typed === '' ? values(span, 'folder', usedArguments(analysis, 'volume')) : [] };
    default:
      return nothing;
  }
}

function fromArguments(analysis: Analysis, cursor: InInstruction, span: Span, nth: number): CompletionItem[] {
  if (nth === 1) {
    const text = cursor.instruction.keyword === cursor.instruction.keyword.toLowerCase() ? 'as' : 'AS';
    return [
      { label: text, kind: 'keyword', documentation: 'Gives the stage a name.', edit: { span, text: `${text} ` } },
    ];
  }
  if (nth !== 0) return [];
  const stages = fromItems(analysis, cursor.index, span, false);
  return [...stages, ...values(span, 'value', [['scratch', 'Nothing: an empty stage.']], '4')];
}

function copyArguments(analysis: Analysis, offset: number, cursor: InInstruction, nth: number): Completion {
  const { flags, typed, token } = cursor;
  const span = tokenSpan(analysis, offset, cursor);
  const elsewhere = flags.some((flag) => flag.text.startsWith('--from=') && flag.text.length > 7);
  const items =
    nth > 0
      ? values(
          span,
          'folder',
          [...new Set(['./', ...usedDestinations(analysis, cursor)])].filter((dest) => dest !== token.text),
        )
      : [];
  if (elsewhere || /^["[]*(https?:|git@)/.test(typed) || typed.includes('<<') || typed.includes('$')) return { items };
  const quote = typed.lastIndexOf('"');
  const path = quote < 0 ? typed.replace(/^\[/, '') : typed.slice(quote + 1);
  const tokenEnd = span.end;
  const close = analysis.text.indexOf('"', offset);
  const found = pathItems(path, offset, quote >= 0 && close >= 0 && close < tokenEnd ? close : tokenEnd, analysis.text);
  return { ...found, items: quote < 0 ? items : [] };
}

function usedDestinations(analysis: Analysis, cursor: InInstruction): string[] {
  const { instructions } = analysis.dockerfile;
  const found = new Set<string>();
  const section = sectionsOf(analysis).of[cursor.index];
  for (let i = section?.first ?? 0; i < (section?.end ?? 0); i++) {
    if (i === cursor.index) continue;
    const instruction = instructions[i] as Instruction;
    if (instruction.kind === 'copy' || instruction.kind === 'add') found.add(instruction.dest.value);
    if (instruction.kind === 'workdir')
      found.add(instruction.path.value.endsWith('/') ? instruction.path.value : `${instruction.path.value}/`);
  }
  return [...found].filter((dest) => dest !== '' && !dest.includes(' '));
}

function argNames(analysis: Analysis, cursor: InInstruction, span: Span): CompletionItem[] {
  if (cursor.typed.includes('=')) return [];
  const section = sectionsOf(analysis).of[cursor.index];
  const { globals } = variablesOf(analysis);
  const inStage = section !== undefined && section.index >= 0;
  const items: CompletionItem[] = [];
  if (inStage)
    for (const name of namesOf(globals)) {
      if (isPlatformArg(name)) continue;
      items.push({ label: name, kind: 'variable', detail: 'global ARG', edit: { span, text: name }, sort: `1${name}` });
    }
  for (const [name, documentation] of predefinedArgs) {
    if (!inStage && isPlatformArg(name)) continue;
    if (/^[a-z]/.test(name)) continue;
    items.push({
      label: name,
      kind: 'variable',
      documentation,
      edit: { span, text: name },
      sort: `${isPlatformArg(name) ? 2 : 3}${name}`,
    });
  }
  return items;
}

/** An ARG as an ENV of the same name, and what is set already. */
function envNames(analysis: Analysis, cursor: InInstruction, span: Span): CompletionItem[] {
  if (cursor.typed.includes('=')) return [];
  const { declarations } = variablesOf(analysis);
  const { of } = sectionsOf(analysis);
  const own = of[cursor.index];
  const found = new Map<string, CompletionItem>();
  for (const { name, kind, instruction } of declarations) {
    if (of[instruction] !== own || instruction >= cursor.index) continue;
    const text = kind === 'arg' ? `${name}=$${name}` : `${name}=`;
    found.set(name, {
      label: text,
      kind: 'variable',
      detail: kind === 'arg' ? 'keeps the ARG in the image' : 'set before',
      edit: { span, text },
    });
  }
  if (!found.has('PATH'))
    found.set('PATH', {
      label: 'PATH=…:$PATH',
      kind: 'variable',
      filter: 'PATH',
      edit: { span, text: 'PATH=:$PATH' },
      sort: 'z',
    });
  return [...found.values()];
}

const labelNames = [
  ...['title', 'description', 'version', 'revision', 'source', 'url', 'documentation', 'authors', 'vendor', 'licenses'],
  ...['created', 'ref.name', 'base.name', 'base.digest'],
].map((name) => `org.opencontainers.image.${name}`);

const commonSignals = ['TERM', 'INT', 'QUIT', 'KILL', 'HUP', 'USR1', 'USR2', 'WINCH', ...signalNames].filter(
  (name, i, all) => all.indexOf(name) === i,
);

function healthcheckItems(span: Span, context: CompletionContext): CompletionItem[] {
  return [
    {
      label: 'CMD',
      kind: 'keyword',
      documentation: 'The command that checks: 0 is healthy, 1 is not.',
      edit: { span, text: context.snippets ? 'CMD ${1:command}' : 'CMD ' },
      ...(context.snippets ? { snippet: true } : {}),
      sort: '5000',
    },
    {
      label: 'NONE',
      kind: 'keyword',
      documentation: 'Forgets the check of the base.',
      edit: { span, text: 'NONE' },
      sort: '5001',
    },
  ];
}

const shells: readonly (readonly [string, string])[] = [
  ['["/bin/bash", "-o", "pipefail", "-c"]', 'Bash; a pipe fails where any of its commands does.'],
  ['["/bin/sh", "-ec"]', 'The first command that fails ends the script.'],
  [
    '["powershell", "-Command", "$ErrorActionPreference = \'Stop\'; $ProgressPreference = \'SilentlyContinue\';"]',
    'PowerShell; the first error ends the script.',
  ],
  ['["cmd", "/S", "/C"]', 'The default on Windows.'],
];

function execForm(span: Span): CompletionItem {
  return {
    label: '["executable", "argument"]',
    kind: 'snippet',
    documentation: 'The exec form: no shell between, so that signals reach the program.',
    edit: { span, text: '["${1:executable}"${2:, "${3:argument}"}]' },
    snippet: true,
    filter: '[',
  };
}
