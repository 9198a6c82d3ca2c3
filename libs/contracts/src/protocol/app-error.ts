import { ERROR_CODES, type ErrorCode, type WireError } from './codes.js';

/** Optional facts of an {@link AppError}. */
export interface AppErrorOptions {
  /** The underlying fault; logged by the edge, never sent. */
  readonly cause?: unknown;
  /** Hint for the client, in ms. */
  readonly retryAfterMs?: number;
}

/** The one fault type: a code of {@link ERROR_CODES}, a message fit for the caller, and a cause fit for the log. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly retryAfterMs: number | undefined;

  constructor(
    readonly code: ErrorCode,
    message: string,
    options: AppErrorOptions = {},
  ) {
    super(message, { cause: options.cause });
    this.retryAfterMs = options.retryAfterMs;
  }

  get retryable(): boolean {
    return ERROR_CODES[this.code].retryable;
  }

  /** The shape that leaves the process; it carries no cause and no stack. */
  toWire(): WireError {
    const wire: WireError = { code: this.code, message: this.message, retryable: this.retryable };
    return this.retryAfterMs === undefined ? wire : { ...wire, retryAfterMs: this.retryAfterMs };
  }
}
