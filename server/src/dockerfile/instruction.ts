// What reading a Dockerfile yields: BuildKit's instructions, each with the place of every token.
// Types only. The reader is in read.ts; nothing here knows of LLB.
import type { Span } from '../../../shared/src/span.ts';

/** An inclusive range of 1-based lines, as BuildKit reports places. */
export interface LineRange {
  readonly first: number;
  readonly last: number;
}

/** At which of BuildKit's phases a problem stops the build. An earlier phase always wins over a later one. */
export type Phase = 'parse' | 'instruction' | 'convert';

/** Something that makes BuildKit refuse the file. */
export interface Problem {
  readonly phase: Phase;
  /** BuildKit's complete error text, wrapping included (`dockerfile parse error on line 3: unknown instruction: RUNN (did you mean RUN?)`). */
  readonly message: string;
  /** The text without the wrapping, for a person (`unknown instruction: RUNN (did you mean RUN?)`). */
  readonly summary: string;
  /** The locations that BuildKit attaches, in its order; empty where it attaches none. */
  readonly locations: readonly LineRange[];
  /** The exact characters that are wrong. */
  readonly span: Span;
  /** What it is, for fixes: a stable kebab-case name such as `unknown-instruction`, `unknown-flag`, `unterminated-heredoc`. */
  readonly code: string;
  /** BuildKit's or our suggestion for a replacement of `span`, where there is one. */
  readonly suggestion?: string | undefined;
}

/** A word of an instruction. `start` and `end` are offsets into the instruction's `original`; see `spanOf`. */
export interface Word {
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

/** A flag such as `--chown=1000:1000`, as written. */
export interface Flag {
  /** Name without dashes, as written (`chown`). */
  readonly name: string;
  /** The text after `=`, quotes removed as BuildKit removes them; undefined where there is no `=`. */
  readonly value: string | undefined;
  /** The whole flag after BuildKit's unquoting, dashes included (what BuildKit keeps in Node.Flags). */
  readonly raw: string;
  /** Offsets into `original`: the flag with its dashes, its name without, its value. */
  readonly start: number;
  readonly end: number;
  readonly nameStart: number;
  readonly nameEnd: number;
  readonly valueStart: number;
  readonly valueEnd: number;
}

export interface Heredoc {
  readonly name: string;
  readonly fileDescriptor: number;
  /** False where the word is quoted, wholly or in part. */
  readonly expand: boolean;
  /** True for `<<-`. */
  readonly chomp: boolean;
  /** The lines between, line ends included, tabs kept (chomping is done by whoever uses it). */
  readonly content: string;
  readonly contentSpan: Span;
  readonly terminatorSpan: Span;
  /** The name in the instruction's `original` (`<<EOF` as a word). */
  readonly word: Word;
}

/** A piece of `original`, in order: characters from `at` on stand in the text from `source` on. */
export interface Piece {
  readonly at: number;
  readonly source: number;
}

/** What every instruction has. */
export interface InstructionBase {
  /** The keyword as written. */
  readonly keyword: string;
  /** The logical line as BuildKit keeps it (Node.Original): continuations joined, comments between dropped. */
  readonly original: string;
  /** `original`, trimmed as Go trims: what BuildKit prints of the instruction. */
  readonly code: string;
  /** Maps offsets of `original` to offsets of the text; the last piece runs to the end. */
  readonly pieces: readonly Piece[];
  /** Keyword to the end of the last line (its heredocs included), line end excluded. */
  readonly span: Span;
  readonly lines: LineRange;
  /** The comment lines directly above (BuildKit's PrevComment): text after `#`, trimmed. */
  readonly comments: readonly string[];
  /** From the first of those comment lines to the end of the last; undefined where there is none. */
  readonly commentSpan: Span | undefined;
  readonly flags: readonly Flag[];
  readonly heredocs: readonly Heredoc[];
  /** True for the JSON form. */
  readonly json: boolean;
  /**
   * BuildKit's arguments (nodeArgs), flags excluded: key, value and delimiter of each pair for ENV and LABEL, the
   * trigger's keyword first for ONBUILD. Those of the JSON form are placed between their quotes.
   */
  readonly args: readonly Word[];
  /** True where BuildKit refuses this instruction: then it is not compiled. */
  readonly broken: boolean;
}

export interface KeyValue {
  readonly key: Word;
  readonly value: Word;
  /** True for the legacy form `ENV key value`. */
  readonly noDelimiter: boolean;
}

export interface ArgDeclaration {
  readonly key: Word;
  /** Undefined for `ARG name`. */
  readonly value: Word | undefined;
  /** The description in the comment above (`# NAME text`), `` where there is none. */
  readonly docComment: string;
}

/** Command line that a shell may have to run. */
export interface CommandLine {
  /** The arguments: one string in shell form. */
  readonly cmdLine: readonly string[];
  /** True in shell form. */
  readonly prependShell: boolean;
}

/** An anonymous source of COPY or ADD, given by a heredoc. */
export interface SourceContent {
  readonly path: string;
  /** Tabs already chomped for `<<-`. */
  readonly data: string;
  readonly expand: boolean;
  readonly heredoc: Heredoc;
}

/** What COPY and ADD have alike. */
export interface SourcesAndDest {
  readonly sources: readonly Word[];
  readonly contents: readonly SourceContent[];
  readonly dest: Word;
  readonly chown: Word;
  readonly chmod: Word;
  readonly link: boolean;
  readonly excludes: readonly Word[];
}

export interface FromInstruction extends InstructionBase {
  readonly kind: 'from';
  /** The base before expansion. */
  readonly baseName: Word;
  /** Lower-cased stage name, `` where it has none. */
  readonly name: string;
  readonly nameWord: Word | undefined;
  /** `` where not given. */
  readonly platform: Word;
  readonly docComment: string;
}
export interface CopyInstruction extends InstructionBase, SourcesAndDest {
  readonly kind: 'copy';
  /** Value of --from, `` where not given. */
  readonly from: Word;
  readonly parents: boolean;
}
export interface AddInstruction extends InstructionBase, SourcesAndDest {
  readonly kind: 'add';
  readonly keepGitDir: boolean | undefined;
  readonly unpack: boolean | undefined;
  readonly checksum: Word;
}

/** One RUN --mount, before expansion. Values are the strings after CSV reading; `word` covers the flag's value. */
export interface Mount {
  readonly flag: Flag;
  /** Its fields in order, each with offsets into `original`. */
  readonly fields: readonly MountField[];
}
export interface MountField {
  readonly key: Word;
  readonly value: Word | undefined;
}
export interface RunInstruction extends InstructionBase, CommandLine {
  readonly kind: 'run';
  readonly mounts: readonly Mount[];
  /** Value of --network and --security; `` where not given. */
  readonly network: string;
  readonly security: string;
  /** Values of --device. */
  readonly devices: readonly string[];
}
export interface CmdInstruction extends InstructionBase, CommandLine {
  readonly kind: 'cmd';
}
export interface EntrypointInstruction extends InstructionBase, CommandLine {
  readonly kind: 'entrypoint';
}
export interface EnvInstruction extends InstructionBase {
  readonly kind: 'env';
  readonly pairs: readonly KeyValue[];
}
export interface LabelInstruction extends InstructionBase {
  readonly kind: 'label';
  readonly pairs: readonly KeyValue[];
}
export interface ArgInstruction extends InstructionBase {
  readonly kind: 'arg';
  readonly declarations: readonly ArgDeclaration[];
}
export interface WorkdirInstruction extends InstructionBase {
  readonly kind: 'workdir';
  readonly path: Word;
}
export interface UserInstruction extends InstructionBase {
  readonly kind: 'user';
  readonly user: Word;
}
export interface ExposeInstruction extends InstructionBase {
  readonly kind: 'expose';
  /** Sorted bytewise, as BuildKit sorts them. */
  readonly ports: readonly Word[];
}
export interface VolumeInstruction extends InstructionBase {
  readonly kind: 'volume';
  readonly volumes: readonly Word[];
}
export interface StopSignalInstruction extends InstructionBase {
  readonly kind: 'stopsignal';
  readonly signal: Word;
}
export interface ShellInstruction extends InstructionBase {
  readonly kind: 'shell';
  readonly shell: readonly string[];
}
export interface MaintainerInstruction extends InstructionBase {
  readonly kind: 'maintainer';
  readonly maintainer: string;
}
export interface OnbuildInstruction extends InstructionBase {
  readonly kind: 'onbuild';
  /** The trigger as BuildKit stores it in the image (heredocs included). */
  readonly expression: string;
  /** The trigger with places in this very text; `broken` where BuildKit will refuse it, though only when it is used. */
  readonly trigger: Instruction | undefined;
}
export interface Healthcheck {
  readonly test: readonly string[];
  /** Nanoseconds. */
  readonly interval: number;
  readonly timeout: number;
  readonly startPeriod: number;
  readonly startInterval: number;
  readonly retries: number;
}
export interface HealthcheckInstruction extends InstructionBase {
  readonly kind: 'healthcheck';
  readonly health: Healthcheck;
}
/** An instruction that BuildKit refuses; kept so that the editor still knows its tokens. */
export interface BrokenInstruction extends InstructionBase {
  readonly kind: 'broken';
}

export type Instruction =
  | FromInstruction
  | CopyInstruction
  | AddInstruction
  | RunInstruction
  | CmdInstruction
  | EntrypointInstruction
  | EnvInstruction
  | LabelInstruction
  | ArgInstruction
  | WorkdirInstruction
  | UserInstruction
  | ExposeInstruction
  | VolumeInstruction
  | StopSignalInstruction
  | ShellInstruction
  | MaintainerInstruction
  | OnbuildInstruction
  | HealthcheckInstruction
  | BrokenInstruction;

/** A directive at the top of the file (`# syntax=...`, `# escape=...`, `# check=...`). */
export interface Directive {
  readonly name: string;
  readonly value: string;
  readonly line: number;
  readonly span: Span;
  readonly nameSpan: Span;
  readonly valueSpan: Span;
}

/** A comment line that is not a directive and not inside a heredoc. */
export interface Comment {
  readonly span: Span;
}

/** The whole file as BuildKit reads it. */
export interface Dockerfile {
  readonly text: string;
  readonly escape: '\\' | '`';
  readonly directives: readonly Directive[];
  readonly comments: readonly Comment[];
  /** All instructions in order, broken ones included. */
  readonly instructions: readonly Instruction[];
  /** Every problem of phases `parse` and `instruction`; those of phase `parse` first, each phase in BuildKit's order. */
  readonly problems: readonly Problem[];
  /** Lines of continuation that are empty, as BuildKit's parser warns of them: the line it reports, and the exact empty lines. */
  readonly emptyContinuations: readonly { readonly line: number; readonly spans: readonly Span[] }[];
  /** Offsets at which each line starts. */
  readonly lineStarts: readonly number[];
}
