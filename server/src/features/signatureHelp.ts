// How an instruction or a flag is written, and at which part of it the cursor is.
//
// For arguments this stands on dockerfile-language-service, whose signatures are good there. It knows no flag of RUN and says
// nothing of flags' values, so those are ours; and it reads some instructions otherwise than BuildKit does, so it is asked of one
// instruction at a time, and only where dockerfile-ast finds the same words in it as we do.
// Both are loaded with the first such question: most sessions start sooner for it.
import type { DockerfileParser } from 'dockerfile-ast';
import type { DockerSignatures } from 'dockerfile-language-service/lib/dockerSignatures.js';
import type { Analysis } from '../analysis/analyze.ts';
import type { Instruction } from '../dockerfile/instruction.ts';
import type { Keyword } from '../dockerfile/lineParsers.ts';
import { cursorAt, type InInstruction } from './cursor.ts';
import type { SignatureHelp } from './feature.ts';
import { flagReference, mountKeyAliases, mountKeyReference, mountTypeReference } from './reference.ts';

export async function signatureHelp(analysis: Analysis, offset: number): Promise<SignatureHelp | undefined> {
  const cursor = cursorAt(analysis, offset);
  if (cursor.kind !== 'instruction' || cursor.keyword === undefined || cursor.role === 'keyword') return undefined;
  if (cursor.role === 'flag') return flagSignature(cursor, cursor.keyword);
  return argumentSignature(analysis, offset, cursor.instruction);
}

// --------------------------------------------------------------------- flags

function flagSignature(cursor: InInstruction, keyword: Keyword): SignatureHelp | undefined {
  const { token, typed } = cursor;
  const equals = token.text.indexOf('=');
  const name = token.text.slice(2, equals < 0 ? undefined : equals);
  const reference = flagReference[keyword]?.[name];
  if (reference === undefined) return undefined;
  if (name === 'mount' && keyword === 'run' && equals >= 0 && typed.length > equals)
    return mountSignature(token.text.slice(equals + 1), typed.slice(equals + 1));
  const value = reference.value ?? 'true|false';
  const label = reference.value === undefined ? `--${name}[=${value}]` : `--${name}=${value}`;
  const start = label.indexOf(value);
  return {
    signatures: [
      { label, documentation: reference.text, parameters: [{ span: { start, end: start + value.length } }] },
    ],
    active: 0,
    parameter: 0,
  };
}

function mountSignature(value: string, typed: string): SignatureHelp {
  const given = /(?:^|,)type=([a-z]+)/i.exec(value)?.[1]?.toLowerCase();
  const types = Object.keys(mountTypeReference) as (keyof typeof mountTypeReference)[];
  const type = types.find((known) => known === given) ?? 'bind';
  const key = (value.slice(typed.lastIndexOf(',') + 1).split(/[=,]/)[0] as string).toLowerCase();
  const own = mountKeyAliases[key] ?? key;
  const keys = ['type', ...mountTypeReference[type].keys];
  let label = '--mount=';
  const parameters = keys.map((name, i) => {
    const reference = mountKeyReference[name];
    const shown =
      name === 'type' ? `type=${type}` : reference?.value === undefined ? name : `${name}=${reference.value}`;
    const start = label.length + (i === 0 ? 0 : 2);
    label += i === 0 ? shown : `[,${shown}]`;
    return {
      span: { start, end: start + shown.length },
      ...(reference === undefined ? {} : { documentation: reference.text }),
    };
  });
  const parameter = keys.indexOf(own);
  return {
    signatures: [{ label, documentation: mountTypeReference[type].text, parameters }],
    active: 0,
    // Beyond the last one nothing is marked.
    parameter: parameter < 0 ? keys.length : parameter,
  };
}

// ----------------------------------------------------------------- arguments

/** Longer instructions are not looked at again: nobody reads their signature. */
const longest = 20_000;

interface Library {
  readonly parser: typeof DockerfileParser;
  readonly signatures: DockerSignatures;
}

let library: Promise<Library> | undefined;

async function load(): Promise<Library> {
  const [{ DockerfileParser }, { DockerSignatures }] = await Promise.all([
    import('dockerfile-ast'),
    import('dockerfile-language-service/lib/dockerSignatures.js'),
  ]);
  return { parser: DockerfileParser, signatures: new DockerSignatures() };
}

async function argumentSignature(
  analysis: Analysis,
  offset: number,
  instruction: Instruction,
): Promise<SignatureHelp | undefined> {
  const { start } = instruction.span;
  const end = Math.max(offset, instruction.heredocs[0]?.contentSpan.start ?? instruction.span.end);
  if (end - start > longest) return undefined;
  const directive = analysis.dockerfile.escape === '`' ? '# escape=`\n' : '';
  const text = directive + analysis.text.slice(start, end);
  const before = text.slice(0, directive.length + offset - start);
  const line = before.split('\n').length - 1;
  const position = { line, character: before.length - (before.lastIndexOf('\n') + 1) };
  library ??= load();
  const { parser, signatures } = await library;
  try {
    if (!readsAlike(parser, text, instruction)) return undefined;
    return converted(signatures.computeSignatures(text, position));
  } catch {
    // It throws on some half-typed instructions; then there is no help.
    return undefined;
  }
}

/** dockerfile-ast sees the words that BuildKit sees. */
function readsAlike(parser: Library['parser'], text: string, instruction: Instruction): boolean {
  const found = parser.parse(text).getInstructions();
  if (found.length !== 1 || found[0]?.getKeyword() !== instruction.keyword.toUpperCase()) return false;
  switch (instruction.kind) {
    case 'from':
    case 'copy':
    case 'add':
    case 'expose':
    case 'arg':
    case 'volume':
      return (
        instruction.json ||
        instruction.heredocs.length > 0 ||
        found[0].getArguments().length === instruction.args.length
      );
    default:
      return true;
  }
}

function converted(help: ReturnType<DockerSignatures['computeSignatures']>): SignatureHelp | undefined {
  if (!help || help.signatures.length === 0) return undefined;
  return {
    signatures: help.signatures.map(({ label, documentation, parameters }) => {
      let from = 0;
      return {
        label,
        ...(typeof documentation === 'string' ? { documentation } : {}),
        parameters: (parameters ?? []).map((parameter) => {
          const words =
            typeof parameter.label === 'string' ? parameter.label : label.slice(parameter.label[0], parameter.label[1]);
          const at = Math.max(0, label.indexOf(words, from));
          from = at + words.length;
          return {
            span: { start: at, end: from },
            ...(typeof parameter.documentation === 'string' ? { documentation: parameter.documentation } : {}),
          };
        }),
      };
    }),
    active: help.activeSignature ?? 0,
    parameter: help.activeParameter ?? 0,
  };
}
