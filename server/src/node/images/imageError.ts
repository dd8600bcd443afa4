// What can go wrong on the way to an image, in words for a person. No message holds a password, a token or a signed address.

export type ImageErrorCode =
  /** The name or the tag does not exist. */
  | 'not-found'
  /** The image is not made for the platform. */
  | 'no-platform'
  /** A form of image that nobody reads any more, or that is no image. */
  | 'unsupported'
  /** The password or token was refused. */
  | 'wrong-password'
  /** Nobody is logged in, or who is may not read it. */
  | 'denied'
  | 'rate-limited'
  /** The registry itself failed: 5xx. */
  | 'server'
  /** Ended before its announced end. */
  | 'truncated'
  | 'wrong-digest'
  | 'too-large'
  /** Nothing came for longer than the limit. */
  | 'silent'
  /** No connection: name, network, certificate, proxy. */
  | 'unreachable'
  /** An answer that makes no sense. */
  | 'bad-answer'
  | 'unreadable'
  | 'cancelled';

export class ImageError extends Error {
  readonly code: ImageErrorCode;
  /** Seconds after which to ask again, where the registry said so. */
  readonly retryAfter: number | undefined;

  constructor(code: ImageErrorCode, message: string, retryAfter?: number) {
    super(message);
    this.name = 'ImageError';
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

/** Errors that hold for the image itself and that a build would meet as well, not for this moment or this machine. */
export function isDefinite(code: ImageErrorCode): boolean {
  return code === 'not-found' || code === 'no-platform' || code === 'unsupported';
}

/** Any error as an ImageError. */
export function imageError(error: unknown, what: string): ImageError {
  if (error instanceof ImageError) return error;
  return new ImageError('unreadable', `${what}: ${error instanceof Error ? error.message : String(error)}`);
}
