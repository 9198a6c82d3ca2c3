import { HttpException } from '@nestjs/common';
import { AppError, ERROR_CODES, type ErrorCode } from '@holdfast/contracts';

/** A fault together with the HTTP status it leaves with. */
export interface HttpError {
  readonly status: number;
  readonly error: AppError;
}

/** What the framework refuses before a handler runs. Statuses that are absent here are a fault of ours. */
const FRAMEWORK_CODES: Readonly<Record<number, ErrorCode>> = {
  400: 'invalid',
  404: 'not_found',
  405: 'invalid',
  408: 'timeout',
  411: 'invalid',
  413: 'too_large',
  414: 'invalid',
  415: 'invalid',
  417: 'invalid',
  431: 'too_large',
  503: 'draining',
};

const MESSAGES: Readonly<Record<number, string>> = {
  404: 'no such endpoint',
  408: 'the request did not arrive in time',
  413: 'the request body is too large',
  414: 'a part of the path is too long',
  415: 'the body must be JSON, sent as application/json',
  503: 'this instance is going away',
};

function fromFramework(exception: HttpException): HttpError {
  const status = exception.getStatus();
  const code = FRAMEWORK_CODES[status];
  if (code === undefined) return unexpected(exception);
  const message = MESSAGES[status] ?? exception.message;
  return { status, error: new AppError(code, message, { cause: exception }) };
}

function unexpected(cause: unknown): HttpError {
  return {
    status: ERROR_CODES.internal.http,
    error: new AppError('internal', 'an unexpected fault; it was logged', { cause }),
  };
}

/** The one mapping of faults to HTTP. Anything that is not an `AppError` leaves without its text. */
export function toHttpError(exception: unknown): HttpError {
  if (exception instanceof AppError) {
    // Its message may tell how the house is built; the log has it.
    if (exception.code === 'internal') return unexpected(exception);
    return { status: ERROR_CODES[exception.code].http, error: exception };
  }
  return exception instanceof HttpException ? fromFramework(exception) : unexpected(exception);
}
