// What a run of tests in an editor comes to, and how it travels out of there.

export interface Outcome {
  readonly title: string;
  /** Undefined where it passed. */
  readonly error?: string;
  readonly note?: string;
}

export interface RunSetup {
  /** The folder of VS Code's server. */
  readonly vscode: string;
  /** Where pictures are put. */
  readonly screenshots: string;
}

/** A printed line that begins so carries the outcomes as JSON. */
export const outcomeMark = 'LLB_LENS_OUTCOMES ';

export function readOutcomes(line: string): Outcome[] | undefined {
  const at = line.indexOf(outcomeMark);
  return at < 0 ? undefined : (JSON.parse(line.slice(at + outcomeMark.length)) as Outcome[]);
}
