// What a rule is: how it finds, words, places and fixes one kind of problem. Types only; README.md says how to add one.
import type { Span } from '../../../shared/src/span.ts';
import type { Analysis } from '../analysis/analyze.ts';
import type { Instruction } from '../dockerfile/instruction.ts';
import type { Edit } from './edits.ts';

export type Severity = 'error' | 'warning' | 'information' | 'hint';

/** One place where a rule speaks. */
export interface Finding<Data = unknown> {
  /** The characters it is about. */
  readonly span: Span;
  /** What is wrong, why, and what to do, in one or two plain sentences. BuildKit's own words for its checks. */
  readonly message: string;
  /** Index of the instruction it belongs to, -1 where it belongs to none: there a `check=` comment silences it. */
  readonly instruction: number;
  /** Where it differs from the rule's own. */
  readonly severity?: Severity;
  /** Other places that explain it. */
  readonly related?: readonly { readonly span: Span; readonly message: string }[];
  /** What `fixes` needs to know and `detect` knew already. */
  readonly data?: Data;
}

/** One way to mend a finding. */
export interface Fix {
  /** In the imperative. That of an unsafe fix says what changes in the graph or the image. */
  readonly title: string;
  /** Only the characters that must change; none overlaps another. */
  readonly edits: readonly Edit[];
  /** Lines for the ignore file that counts; the text itself then stays as it is. */
  readonly ignore?: readonly string[];
  /**
   * True only where every vertex keeps its digest and the image its configuration, history aside: such fixes are made
   * all at once and on save.
   */
  readonly safe: boolean;
}

/** A rule; `Data` is what its findings carry for its fixes. */
export interface Rule<Data = unknown> {
  /** The name of its two files. */
  readonly name: string;
  readonly severity: Severity;
  readonly tags?: readonly ('unnecessary' | 'deprecated')[];
  /** The instructions of which `detect` can speak; any where it is absent. */
  readonly on?: readonly Instruction['kind'][];
  /** The code of a compiler's problem that its findings explain: where both are at one place, they are shown as one. */
  readonly explains?: string;
  /** Absent for BuildKit's own checks: their findings are the analysis' warnings of this name. */
  detect?(analysis: Analysis): readonly Finding<Data>[];
  /** The best fix first; asked only for a finding at hand. Absent where only a person can tell. */
  fixes?(finding: Finding<Data>, analysis: Analysis): readonly Fix[];
}
