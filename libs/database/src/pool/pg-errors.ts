import { AppError, type ErrorCode } from '@holdfast/contracts';
import pg from 'pg';
import { QueryFailedError } from 'typeorm';

interface Verdict {
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryAfterMs?: number;
}

const UNAVAILABLE: Verdict = { code: 'unavailable', message: 'The database does not answer.', retryAfterMs: 500 };
const DATA: Verdict = { code: 'invalid', message: 'The database refused a value.' };
const DEFECT: Verdict = { code: 'internal', message: 'The database refused the statement.' };

/** What a SQLSTATE means to a caller: whole codes first, then classes (the first two characters). */
const VERDICTS: Readonly<Record<string, Verdict>> = {
  '55P03': { code: 'busy', message: 'The thread is busy.', retryAfterMs: 100 },
  '40P01': { code: 'busy', message: 'The thread is busy.', retryAfterMs: 100 },
  '40001': { code: 'busy', message: 'The thread is busy.', retryAfterMs: 100 },
  '25006': UNAVAILABLE,
  '25P03': UNAVAILABLE,
  '57014': UNAVAILABLE,
  '08': UNAVAILABLE,
  '28': UNAVAILABLE,
  '3D': UNAVAILABLE,
  '53': UNAVAILABLE,
  '57': UNAVAILABLE,
  '58': UNAVAILABLE,
  '22': DATA,
  '23': DATA,
  '54': DATA,
};

/** SQLSTATE of a fault, its `cause` included; undefined if the server did not send one. */
export function sqlState(error: unknown): string | undefined {
  if (error instanceof pg.DatabaseError) return error.code;
  if (error instanceof QueryFailedError) return sqlState(error.driverError);
  return error instanceof AppError ? sqlState(error.cause) : undefined;
}

/** The constraint that a fault names, its `cause` included. */
function constraintOf(error: unknown): string | undefined {
  if (error instanceof pg.DatabaseError) return error.constraint;
  return error instanceof AppError ? constraintOf(error.cause) : undefined;
}

/** True if the server refused one of the values, so that the other rows of the batch may well succeed alone. */
export function isDataError(error: unknown): boolean {
  return ['22', '23', '54'].includes(sqlState(error)?.slice(0, 2) ?? '');
}

/** True if a row with the same key exists; `constraint` narrows it to one key. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  return sqlState(error) === '23505' && (constraint === undefined || constraintOf(error) === constraint);
}

/**
 * Turns a fault of the driver into the one fault type. The driver's text becomes the cause and never the message: it
 * may carry values, host names and statements.
 */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof TypeError || error instanceof RangeError) {
    return new AppError('internal', DEFECT.message, { cause: error });
  }
  const state = sqlState(error);
  // A fault without a SQLSTATE comes from the connection: refused, reset, timed out, closed.
  const verdict = state === undefined ? UNAVAILABLE : (VERDICTS[state] ?? VERDICTS[state.slice(0, 2)] ?? DEFECT);
  const { code, message, retryAfterMs } = verdict;
  return new AppError(code, message, { cause: error, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
}
