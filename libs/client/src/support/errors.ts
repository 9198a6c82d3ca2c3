import { AppError, WireError } from '@holdfast/contracts';

/** Any thrown value as an {@link AppError}; what is not one becomes `unavailable`, since its outcome is unknown. */
export function toAppError(fault: unknown): AppError {
  if (fault instanceof AppError) return fault;
  return new AppError('unavailable', 'The server did not answer', { cause: fault });
}

/** The fault that an answer of `{ok: false, error}` tells. An answer this build does not understand is `internal`. */
export function wireFault(error: unknown): AppError {
  const parsed = WireError.safeParse(error);
  if (!parsed.success) return new AppError('internal', 'The server answered with an unknown error');
  const { code, message, retryAfterMs } = parsed.data;
  return new AppError(code, message, retryAfterMs === undefined ? {} : { retryAfterMs });
}
