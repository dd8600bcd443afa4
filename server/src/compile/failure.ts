// Why an instruction cannot be compiled, with its place.
import type { Span } from '../../../shared/src/span.ts';

export interface Failure {
  /** BuildKit's text. */
  readonly message: string;
  readonly code: string;
  readonly span: Span;
  readonly suggestion?: string;
}

export function failure(message: string, code: string, span: Span, suggestion?: string): Failure {
  return suggestion === undefined ? { message, code, span } : { message, code, span, suggestion };
}

export function isFailure(value: object): value is Failure {
  return 'message' in value && 'code' in value;
}
