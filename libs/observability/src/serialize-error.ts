import { maskUrls } from './mask-urls.js';

const MAX_CAUSES = 8;
const MAX_FRAMES = 20;
const MAX_MESSAGE = 1_000;

/** Fields of driver and system errors that name things, never values. */
const SAFE_FIELDS = [
  'code',
  'severity',
  'schema',
  'table',
  'column',
  'constraint',
  'routine',
  'syscall',
  'retryable',
] as const;

/** SQLSTATE classes whose message quotes the offending value. */
const VALUE_QUOTING = /^(?:22|23)/;

export interface SerializedError {
  readonly type: string;
  readonly message: string;
  readonly stack?: string;
  readonly cause?: SerializedError;
  readonly errors?: readonly SerializedError[];
  readonly [field: string]: unknown;
}

function fieldsOf(error: object): Record<string, unknown> {
  const bag = error as Record<string, unknown>;
  const found: Record<string, unknown> = {};
  for (const field of SAFE_FIELDS) {
    const value = bag[field];
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') found[field] = value;
  }
  return found;
}

function messageOf(error: Error, fields: Record<string, unknown>): string {
  const code = fields['code'];
  // Postgres quotes the row's values in these, and TypeORM copies the text.
  if (typeof code === 'string' && code.length === 5 && VALUE_QUOTING.test(code)) return `database error ${code}`;
  return maskUrls(error.message).slice(0, MAX_MESSAGE);
}

/** The frames alone: the first lines of a stack repeat the message, whatever it holds. */
function framesOf(error: Error): string | undefined {
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return frames.length === 0 ? undefined : frames.slice(0, MAX_FRAMES).join('\n');
}

/**
 * An error as it may be logged: type, code, message, frames and the chain of causes. Statement texts, parameters and
 * row values that database drivers attach are left out.
 */
export function serializeError(error: unknown, depth = 0): SerializedError {
  if (!(error instanceof Error)) {
    return {
      type: typeof error,
      message: typeof error === 'string' ? maskUrls(error).slice(0, MAX_MESSAGE) : 'not an Error',
    };
  }
  const fields = fieldsOf(error);
  const stack = framesOf(error);
  const deeper = depth < MAX_CAUSES;
  return {
    type: error.name,
    message: messageOf(error, fields),
    ...fields,
    ...(stack === undefined ? {} : { stack }),
    ...(deeper && error.cause !== undefined ? { cause: serializeError(error.cause, depth + 1) } : {}),
    ...(deeper && error instanceof AggregateError
      ? { errors: error.errors.slice(0, MAX_CAUSES).map((each) => serializeError(each, depth + 1)) }
      : {}),
  };
}
