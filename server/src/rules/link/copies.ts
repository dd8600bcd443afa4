// What rules about copies share: findings from hazards, and the edits that mend them.
import type { Span } from '../../../../shared/src/span.ts';
import type { Analysis } from '../../analysis/analyze.ts';
import { type Copy, copiesOf } from '../../analysis/copies.ts';
import type { Basis, Hazard } from '../../analysis/copyHazards.ts';
import { octal } from '../../analysis/stageFiles.ts';
import type { Flag, Instruction, Word } from '../../dockerfile/instruction.ts';
import { spanOf } from '../../dockerfile/spans.ts';
import { type Edit, lineEnd, lineStart, removeFlag } from '../edits.ts';
import type { Finding, Fix, Severity } from '../rule.ts';

/** The copy and the hazard that a finding is about. */
export interface CopyData {
  readonly copy: Copy;
  readonly hazard: Hazard;
}

/** A finding at the destination for each hazard of this kind of a copy that is merged in. */
export function hazardFindings(
  analysis: Analysis,
  kind: Hazard['kind'],
  say: (copy: Copy, hazard: Hazard) => { message: string; severity?: Severity } | undefined,
): Finding<CopyData>[] {
  const found: Finding<CopyData>[] = [];
  for (const copy of copiesOf(analysis)) {
    if (!copy.merged) continue;
    for (const hazard of copy.hazards) {
      if (hazard.kind !== kind) continue;
      const said = say(copy, hazard);
      if (said !== undefined) found.push(findingAt(analysis, copy, hazard, said));
    }
  }
  return found;
}

/** A finding at the destination, with the line that it rests on. */
export function findingAt(
  analysis: Analysis,
  copy: Copy,
  hazard: Hazard,
  said: { message: string; severity?: Severity },
): Finding<CopyData> {
  const { dest } = copy.instruction;
  const basis = hazard.basis.kind === 'line' ? analysis.dockerfile.instructions[hazard.basis.instruction] : undefined;
  return {
    ...said,
    span: spanOf(copy.instruction, dest.start, dest.end),
    instruction: copy.index,
    data: { copy, hazard },
    ...(basis === undefined
      ? {}
      : { related: [{ span: codeSpan(basis), message: `${hazard.path} is known from here` }] }),
  };
}

/** The instruction without its heredocs. */
export function codeSpan(instruction: Instruction): Span {
  return spanOf(instruction, 0, instruction.original.trimEnd().length);
}

/** Behind a fact about the base: who says so. */
export function knownFrom(basis: Basis): string {
  if (basis.kind === 'image') return ' (so in the image itself)';
  if (basis.kind === 'catalogue') return ` (so in ${basis.title})`;
  return basis.kind === 'usual' ? ' (a guess: the base image is not known)' : '';
}

/** `app/main` or `app, b.txt and 3 more`. */
export function sourceWords(copy: Copy): string {
  const all = [...copy.facts.sources, ...copy.instruction.contents.map((content) => `<<${content.path}`)];
  return all.length <= 3 ? all.join(', ') : `${all.slice(0, 2).join(', ')} and ${all.length - 2} more`;
}

export function flagNamed(instruction: Instruction, name: string): Flag | undefined {
  return instruction.flags.findLast((flag) => flag.name === name);
}

/** Takes `--link` out. */
export function dropLink(analysis: Analysis, copy: Copy): Edit | undefined {
  return dropFlag(analysis, copy.instruction, 'link');
}

export function dropFlag(analysis: Analysis, instruction: Instruction, name: string): Edit | undefined {
  const flag = flagNamed(instruction, name);
  return flag === undefined ? undefined : removeFlag(analysis.text, instruction, flag.start, flag.end);
}

/** The fix that takes `--link` out. */
export function withoutLink(analysis: Analysis, copy: Copy, gain: string): Fix[] {
  const edit = dropLink(analysis, copy);
  return edit === undefined
    ? []
    : [
        {
          title: `Drop --link: ${gain}, and the copy runs again when something below changes`,
          edits: [edit],
          safe: false,
        },
      ];
}

/** Puts `--link` behind the keyword, or in place of a `--link=false`: BuildKit refuses two of them. */
export function addLink(instruction: Instruction): Edit {
  const flag = flagNamed(instruction, 'link');
  if (flag !== undefined) return { span: spanOf(instruction, flag.start, flag.end), text: '--link' };
  const { end } = spanOf(instruction, 0, instruction.keyword.length);
  return { span: { start: end, end }, text: ' --link' };
}

/** A slash at the end of the destination, within its quotes. */
export function addSlash(copy: Copy): Edit {
  const { instruction } = copy;
  const span = insideQuotes(instruction, instruction.dest);
  return { span: { start: span.end, end: span.end }, text: '/' };
}

function insideQuotes(instruction: Instruction, word: Word): Span {
  const span = spanOf(instruction, word.start, word.end);
  const raw = instruction.original.slice(word.start, word.end);
  const quote = raw[0];
  if (raw.length >= 2 && (quote === '"' || quote === "'") && raw.endsWith(quote))
    return { start: span.start + 1, end: span.end - 1 };
  return span;
}

/** Puts `to` in place of the path `from` at the start of the destination, where it is written out. */
export function otherStart(analysis: Analysis, copy: Copy, from: string, to: string): Edit | undefined {
  const { start, end } = insideQuotes(copy.instruction, copy.instruction.dest);
  const written = analysis.text.slice(start, end);
  if (!written.startsWith(from) || (written.length > from.length && written[from.length] !== '/')) return undefined;
  return { span: { start, end: start + from.length }, text: to };
}

/** `--chown` in numbers, as far as they are known; undefined where a name has none. */
export function numericOwner(copy: Pick<Copy, 'accounts'>, chown: string): string | undefined {
  const [user = '', group] = chown.split(':');
  const isNumber = (text: string): boolean =>
    text === '' || text === 'root' || (/^\d+$/.test(text) && Number(text) <= 0x7fffffff);
  const account = isNumber(user) ? undefined : copy.accounts.user(user);
  const uid = isNumber(user) ? user : account?.uid?.toString();
  if (uid === undefined) return undefined;
  if (group === undefined)
    return account?.gid === undefined || account.gid === account.uid ? uid : `${uid}:${account.gid}`;
  const gid = isNumber(group) ? group : copy.accounts.group(group)?.toString();
  return gid === undefined ? undefined : `${uid}:${gid}`;
}

/** The fix that keeps --link and every mode and owner: a stage that lays the directories out, and one linked copy of it. */
export function skeletonStage(analysis: Analysis, copy: Copy): Fix[] {
  const { text, dockerfile } = analysis;
  const { instruction, facts, stage, onTheWay, files } = copy;
  const { from } = stage;
  if (from === undefined || instruction.heredocs.length > 0 || files.base === undefined) return [];
  if (!onTheWay.every((dir) => dir.known)) return [];
  // A variable may have another value in a new stage, and numbered stages would be others.
  const code = codeSpan(instruction);
  const written = text.slice(code.start, code.end);
  if (/[$\\`\n[]/.test(written) || /\$/.test(from.baseName.value)) return [];
  const numbered = dockerfile.instructions.some((i) =>
    i.flags.some((f) => f.name === 'from' && /^\d+$/.test(f.value ?? '')),
  );
  if (numbered || instruction.flags.some((f) => f.name === 'parents')) return [];
  const taken = new Set(analysis.stages.map((s) => s.name));
  let name = 'laid';
  for (let n = 2; taken.has(name); n++) name = `laid-${n}`;
  const end = lineEnd(text);
  const fromCode = codeSpan(from);
  const nameWord = from.nameWord;
  const baseText =
    nameWord === undefined
      ? text.slice(fromCode.start, fromCode.end)
      : text.slice(fromCode.start, spanOf(from, from.baseName.start, from.baseName.end).end);
  if (/[\n\\]/.test(baseText)) return [];
  const flags = instruction.flags
    .filter((f) => f.name !== 'link')
    .map((f) => `${instruction.original.slice(f.start, f.end)} `);
  const first = spanOf(instruction, (instruction.args[0] as Word).start, instruction.dest.start);
  const sources = text.slice(first.start, first.end);
  const laid = [
    `${baseText} AS ${name}`,
    `RUN ${onTheWay.map(laidCommand).join(' && ')}`,
    `${instruction.keyword} ${flags.join('')}${sources}/stage${facts.absoluteDest}`,
    '',
    '',
  ].join(end);
  const at = aboveComments(analysis, from);
  return [
    {
      title: `Lay ${onTheWay.map((d) => d.path).join(', ')} out in a stage of its own and link that (one stage and three vertices more; modes and owners stay)`,
      edits: [
        { span: { start: at, end: at }, text: laid },
        { span: code, text: `COPY --link --from=${name} /stage/ /` },
      ],
      safe: false,
    },
  ];
}

function laidCommand({ path, mode, uid, gid }: Copy['onTheWay'][number]): string {
  const plain = (mode === undefined || mode === 0o755) && uid === 0 && (gid ?? 0) === 0;
  if (plain) return `mkdir -p /stage${path}`;
  const owner = uid === undefined || uid === 0 ? '' : ` -o ${uid}`;
  const group = gid === undefined || gid === 0 ? '' : ` -g ${gid}`;
  return `install -d -m ${octal(mode ?? 0o755)}${owner}${group} /stage${path}`;
}

function aboveComments(analysis: Analysis, instruction: Instruction): number {
  const start = instruction.commentSpan?.start ?? instruction.span.start;
  const top = analysis.dockerfile.directives.reduce((end, directive) => Math.max(end, directive.span.end), 0);
  let at = lineStart(analysis.text, start);
  // Above the first stage stand directives and arguments: they stay there.
  if (at <= top) at = lineStart(analysis.text, instruction.span.start);
  if (analysis.text.charCodeAt(at) === 0xfeff) at++;
  return at;
}
