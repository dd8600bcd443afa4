// The one way the product names a place in a text: UTF-16 half-open offsets.

/** A half-open range `[start, end)` of UTF-16 offsets into the Dockerfile's text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** The smallest span that covers both. */
export function joinSpans(a: Span, b: Span): Span {
  return { start: Math.min(a.start, b.start), end: Math.max(a.end, b.end) };
}
