// What the word under the cursor means: a variable with its value, a stage, an image, a flag, a mount key, an instruction.
import type { Span } from '../../../shared/src/span.ts';
import type { Analysis } from '../analysis/analyze.ts';
import { isSecretName } from '../compile/secretNames.ts';
import type { Flag, Instruction } from '../dockerfile/instruction.ts';
import { mountOf } from '../dockerfile/runInstruction.ts';
import { originalOffset, spanOf } from '../dockerfile/spans.ts';
import { cursorAt, type InInstruction, tokenSpan } from './cursor.ts';
import { valueAt } from './environment.ts';
import { imageWords } from './imageWords.ts';
import { code, listed } from './markdown.ts';
import { nameAt } from './names.ts';
import {
  directiveReference,
  flagReference,
  instructionReference,
  mountKeyAliases,
  mountKeyReference,
  mountTypeReference,
} from './reference.ts';
import { innermost, touches } from './sections.ts';
import { mayNameStage, stageNamesOf } from './stageNames.ts';
import { baseName, stageOf } from './steps.ts';
import {
  isPlatformArg,
  mayNameVariable,
  predefinedArgs,
  type VariableDeclaration,
  type VariableUse,
  variablesOf,
} from './variables.ts';

export interface Words {
  readonly span: Span;
  /** Markdown. */
  readonly text: string;
  /** It is about this very file, not about the language. */
  readonly own: boolean;
}

/** What the word at `offset` means; undefined where there is nothing to say. */
export function wordsAt(analysis: Analysis, offset: number): Words | undefined {
  return (
    variableWords(analysis, offset) ??
    stageWords(analysis, offset) ??
    fromWords(analysis, offset) ??
    directiveWords(analysis, offset) ??
    languageWords(analysis, offset)
  );
}

// --------------------------------------------------------------- variables

function variableWords(analysis: Analysis, offset: number): Words | undefined {
  if (!mayNameVariable(analysis, offset)) return undefined;
  const { declarations, uses } = variablesOf(analysis);
  const use = uses.find((u) => touches(u.span, offset)) ?? uses.find((u) => touches(u.whole, offset));
  if (use !== undefined) return { span: use.whole, text: useText(analysis, use), own: true };
  const declared = declarations.find((d) => touches(d.span, offset));
  if (declared === undefined) return undefined;
  return { span: declared.span, text: declarationText(analysis, declared), own: true };
}

function useText(analysis: Analysis, use: VariableUse): string {
  const { name, instruction, by, declaration } = use;
  const shell =
    by === 'shell' ? ' The shell reads it, while it builds.' : by === 'runtime' ? ' Read when the container runs.' : '';
  if (declaration !== undefined) {
    const value = valueAt(analysis, instruction, name);
    return `${assigned(name, value)}, ${originOf(analysis, declaration)}.${shell}`;
  }
  const value = valueAt(analysis, instruction, name);
  const predefined = predefinedArgs.get(name);
  if (value !== undefined) {
    const from =
      predefined !== undefined && stageOf(analysis, instruction)?.instruction === instruction
        ? 'set by BuildKit'
        : baseOrigin(analysis, instruction, name);
    return `${assigned(name, value)}, ${from}.${predefined === undefined ? '' : ` ${predefined}`}${shell}`;
  }
  if (predefined !== undefined && by === 'build')
    return `${code(name)} is empty here: it has a value only after ${code(`ARG ${name}`)}. ${predefined}`;
  if (by === 'build') return `${code(name)} is empty here: nothing above sets it.`;
  if (isPlatformArg(name))
    return `${code(name)} is empty here: it has a value only after ${code(`ARG ${name}`)}. ${predefined ?? ''}`;
  return `${code(name)}: nothing in this file sets it.${shell}`;
}

function baseOrigin(analysis: Analysis, instruction: number, name: string): string {
  const stage = stageOf(analysis, instruction);
  const image = stage?.baseImage?.env.some((pair) => pair.startsWith(`${name}=`)) === true;
  if (stage !== undefined && name === 'PATH' && (stage.guessed || !image))
    return stage.guessed ? 'Linux’s usual one, until the base is known' : 'Linux’s usual one';
  return stage === undefined ? 'set by BuildKit' : `from base ${code(baseName(stage))}`;
}

function declarationText(analysis: Analysis, declared: VariableDeclaration): string {
  const { name, kind, instruction } = declared;
  const value = declared.global ? globalValue(analysis, name) : valueAt(analysis, instruction, name);
  const own = kind === 'env' ? value : (declaredValue(analysis, declared) ?? value);
  const readers = new Set(
    variablesOf(analysis)
      .uses.filter((u) => u.declaration === declared)
      .map((u) => u.instruction),
  );
  const lines = [...readers]
    .map((index) => analysis.dockerfile.instructions[index]?.lines.first ?? 0)
    .sort((a, b) => a - b);
  const read =
    lines.length === 0
      ? 'No line uses it by name.'
      : `Used in line${lines.length === 1 ? '' : 's'} ${listed(lines.map(String))}.`;
  const from = kind === 'env' ? 'set here' : originOf(analysis, declared);
  return `${assigned(name, own)}, ${from}. ${read}`;
}

function declaredValue(analysis: Analysis, { name, instruction, global }: VariableDeclaration): string | undefined {
  const given = analysis.options.buildArgs.get(name);
  return given ?? (global ? globalValue(analysis, name) : valueAfter(analysis, instruction, name));
}

function valueAfter(analysis: Analysis, index: number, name: string): string | undefined {
  return valueAt(analysis, index + 1, name) ?? valueAt(analysis, index, name);
}

function globalValue(analysis: Analysis, name: string): string | undefined {
  return analysis.compilation.metaArgs.get(name)?.value;
}

function assigned(name: string, value: string | undefined): string {
  if (value === undefined) return `${code(name)} has no value`;
  if (isSecretName(name)) return `${code(name)} has a value (not shown)`;
  return value === '' ? `${code(name)} is empty` : `${code(name)} = ${code(value)}`;
}

/** Where the value comes from: an ENV, a build argument, a default, a global ARG. */
function originOf(analysis: Analysis, declaration: VariableDeclaration): string {
  const line = analysis.dockerfile.instructions[declaration.instruction]?.lines.first ?? 0;
  if (declaration.kind === 'env') return `from ENV in line ${line}`;
  if (analysis.options.buildArgs.has(declaration.name)) return `given to the build (ARG in line ${line})`;
  if (declaration.valueSpan !== undefined) return `the default of ARG in line ${line}`;
  if (declaration.source !== undefined) {
    const above = analysis.dockerfile.instructions[declaration.source.instruction]?.lines.first ?? 0;
    return `taken over in line ${line} from ${declaration.source.kind.toUpperCase()} in line ${above}`;
  }
  return predefinedArgs.has(declaration.name)
    ? `set by BuildKit (ARG in line ${line})`
    : `ARG in line ${line} has no default`;
}

// ------------------------------------------------------- stages and images

function stageWords(analysis: Analysis, offset: number): Words | undefined {
  const name = nameAt(analysis, offset);
  if (name?.kind !== 'stage' || name.stage === undefined) return undefined;
  const { stage } = name;
  const steps = `${stage.commandTotal} ${stage.commandTotal === 1 ? 'step' : 'steps'}`;
  const line = stage.locations[0]?.first ?? 0;
  const told = stage.from?.docComment ? ` ${code(stage.from.docComment)}` : '';
  return {
    span: name.here,
    text: `Stage ${stage.name === '' ? stage.index : code(stage.name)} of line ${line}: ${steps} on ${code(baseName(stage))}.${told}`,
    own: true,
  };
}

/** The base of a FROM, or what `--from` and `from=` name, where that is no stage. */
function fromWords(analysis: Analysis, offset: number): Words | undefined {
  if (!mayNameStage(analysis, offset)) return undefined;
  const value = stageNamesOf(analysis).fromValues.find((from) => touches(from.span, offset));
  if (value !== undefined && value.stage === undefined) {
    const hidden = analysis.stages.find((s) => s.hidden && s.originalBase === value.value);
    return { span: value.span, text: imageWords(analysis, value.value, hidden), own: true };
  }
  const stage = analysis.stages.find((s) => !s.hidden && touches(s.span, offset) && s.from !== undefined);
  if (stage === undefined || stage.base !== undefined) return undefined;
  if (stage.originalBase === 'scratch') return { span: stage.span, text: '`scratch`: no files at all.', own: true };
  if (stage.namedContext !== undefined)
    return { span: stage.span, text: `Replaced by the named context ${code(stage.namedContext.input)}.`, own: true };
  return { span: stage.span, text: imageWords(analysis, stage.originalBase, stage), own: true };
}

// ------------------------------------------------------------- the language

function directiveWords(analysis: Analysis, offset: number): Words | undefined {
  const directive = analysis.dockerfile.directives.find((d) => touches(d.span, offset));
  const found = directive === undefined ? undefined : directiveReference[directive.name];
  if (directive === undefined || found === undefined) return undefined;
  return { span: directive.span, text: `**${directive.name}**: ${found.text} [Reference](${found.url})`, own: false };
}

function languageWords(analysis: Analysis, offset: number): Words | undefined {
  const cursor = cursorAt(analysis, offset);
  if (cursor.kind !== 'instruction' || cursor.keyword === undefined) return undefined;
  if (cursor.role === 'keyword') {
    const { text, syntax, url } = instructionReference[cursor.keyword];
    return {
      span: tokenSpan(analysis, offset, cursor),
      text: `${code(syntax[0] ?? '')}  \n${text} [Reference](${url})`,
      own: false,
    };
  }
  return cursor.role === 'flag' ? flagWords(analysis, offset, cursor) : undefined;
}

function flagWords(analysis: Analysis, offset: number, cursor: InInstruction): Words | undefined {
  const instruction = innermost(cursor.instruction);
  const at = originalOffset(instruction, offset);
  const flag = instruction.flags.find((f) => at !== undefined && f.start <= at && at <= f.end);
  const known = flagReference[cursor.keyword ?? 'env'];
  if (flag === undefined || at === undefined || known === undefined || !Object.hasOwn(known, flag.name))
    return undefined;
  const key = flag.name === 'mount' && at >= flag.valueStart ? mountWords(analysis, instruction, flag, at) : undefined;
  if (key !== undefined) return key;
  const { text, value, url, about } = known[flag.name] as (typeof known)[string];
  const said = about ?? `${code(`--${flag.name}${value === undefined ? '' : `=${value}`}`)}: ${text}`;
  return {
    span: spanOf(instruction, flag.start, flag.end),
    text: `${said} [Reference](${url})`,
    own: about !== undefined,
  };
}

function mountWords(analysis: Analysis, instruction: Instruction, flag: Flag, at: number): Words | undefined {
  const { fields } = mountOf(instruction, flag, analysis.dockerfile.escape.charCodeAt(0));
  const field = fields.find(({ key, value }) => at >= key.start && at <= (value?.end ?? key.end));
  if (field === undefined) return undefined;
  const { key, value } = field;
  const span = spanOf(instruction, key.start, value?.end ?? key.end);
  const name = key.value.toLowerCase();
  const type = (value?.value ?? '').toLowerCase();
  if (name === 'type' && Object.hasOwn(mountTypeReference, type)) {
    const { text, keys } = mountTypeReference[type as keyof typeof mountTypeReference];
    return {
      span,
      text: `${code(`type=${type}`)}: ${text} Keys: ${listed(
        keys.map((k) => code(k)),
        20,
      )}.`,
      own: false,
    };
  }
  const meant = Object.hasOwn(mountKeyAliases, name) ? (mountKeyAliases[name] as string) : name;
  if (!Object.hasOwn(mountKeyReference, meant)) return undefined;
  const found = mountKeyReference[meant] as (typeof mountKeyReference)[string];
  const alias = meant === name ? '' : ` (${code(meant)})`;
  return {
    span,
    text: `${code(found.value === undefined ? name : `${name}=${found.value}`)}${alias}: ${found.text}`,
    own: false,
  };
}
