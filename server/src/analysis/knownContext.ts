// What is known of the build context at this moment: the reads of this text, each with what it takes where that was answered.
import type { Analysis } from './analyze.ts';
import { type ContextRead, type ContextRequest, type ContextUse, contextRequest, type ReadUse } from './contextUse.ts';

/** An answer that need not know of every read: what was typed this moment is still being looked at. */
export interface KnownUse extends Omit<ContextUse, 'reads'> {
  /** In the order of the request. */
  readonly reads: readonly (ReadUse | undefined)[];
}

/** Asks for what a build takes; undefined where nothing is known yet. Never waits. */
export type AskContext = (request: ContextRequest) => KnownUse | undefined;

export interface KnownRead {
  /** With the places of this text. */
  readonly read: ContextRead;
  readonly use: ReadUse;
}

export interface KnownContext extends Omit<ContextUse, 'reads'> {
  readonly reads: readonly KnownRead[];
}

/** Undefined where the context is no local folder, or nothing is known of it. */
export function knownContext(analysis: Analysis): KnownContext | undefined {
  if (!made.has(analysis)) made.set(analysis, make(analysis));
  return made.get(analysis);
}

/** What a source of an instruction takes, as it is written with variables replaced; undefined where that is not known. */
export function readUse(analysis: Analysis, instruction: number, source: string): ReadUse | undefined {
  let uses = bySource.get(analysis);
  if (uses === undefined) {
    const known = knownContext(analysis)?.reads ?? [];
    uses = new Map(known.map(({ read, use }) => [`${read.instruction} ${read.source}`, use]));
    bySource.set(analysis, uses);
  }
  return uses.get(`${instruction} ${source}`);
}

const bySource = new WeakMap<Analysis, ReadonlyMap<string, ReadUse>>();
const made = new WeakMap<Analysis, KnownContext | undefined>();

function make(analysis: Analysis): KnownContext | undefined {
  const { context } = analysis.inputs;
  // Without the ignore file nobody can say what is sent.
  if (context === undefined || analysis.missing.some((m) => m.kind === 'dockerignore')) return undefined;
  const request = contextRequest(analysis);
  const known = request === undefined ? undefined : context(request);
  if (request === undefined || known === undefined) return undefined;
  const reads = request.reads.flatMap((read, i) => {
    const use = known.reads[i];
    return use === undefined ? [] : [{ read, use }];
  });
  return { ...known, reads };
}

/** The name of the ignore file that counts. */
export function ignoreName(analysis: Analysis): string {
  const own = analysis.compilation.inputs.dockerfileIgnore;
  return own === undefined || own === null ? '.dockerignore' : `${analysis.options.filename}.dockerignore`;
}
