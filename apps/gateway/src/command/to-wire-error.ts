import { AppError, type WireError } from '@holdfast/contracts';
import type { Logger } from '@holdfast/observability';

/** The error shape for a caller; what it does not explain is logged. */
export function toWireError(error: unknown, logger: Logger): WireError {
  if (error instanceof AppError) {
    if (error.code === 'internal') logger.error({ err: error }, 'command failed');
    return error.toWire();
  }
  logger.error({ err: error }, 'command failed');
  return new AppError('internal', 'an unexpected fault; it was logged').toWire();
}
