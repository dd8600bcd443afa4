// How compiling an instruction or a base ends early: what refuses it throws why, and who called for it catches that.
import type { Span } from '../../../shared/src/span.ts';

/** Why something cannot be compiled. */
export class Failure {
  /** BuildKit's text. */
  readonly message: string;
  readonly code: string;
  /** Undefined where it is no part of an instruction. */
  readonly span: Span | undefined;
  readonly suggestion: string | undefined;

  constructor(message: string, code: string, span?: Span, suggestion?: string) {
    this.message = message;
    this.code = code;
    this.span = span;
    this.suggestion = suggestion;
  }
}

/** Ends what is being compiled. */
export function refuse(message: string, code: string, span?: Span, suggestion?: string): never {
  throw new Failure(message, code, span, suggestion);
}

/** Why `action` was refused, undefined where it was not. */
export function failureOf(action: () => void): Failure | undefined {
  try {
    action();
    return undefined;
  } catch (thrown) {
    if (thrown instanceof Failure) return thrown;
    throw thrown;
  }
}
