import { AppError, type ErrorCode, type WireError } from '@holdfast/contracts';
import type { BatchedOutcome } from '@holdfast/conversation';

type Refusal = Exclude<BatchedOutcome['status'], 'appended' | 'duplicate'>;

interface RefusalPolicy {
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryAfterMs?: number;
}

const POLICIES: Readonly<Record<Refusal, RefusalPolicy>> = {
  conflict: { code: 'conflict', message: 'clientMessageId: was used with another body' },
  // A stranger learns no more than that there is nothing for them.
  forbidden: { code: 'not_found', message: 'No such thread.' },
  gone: { code: 'gone', message: 'The thread was deleted.' },
  busy: { code: 'busy', message: 'the thread is busy', retryAfterMs: 200 },
  unavailable: {
    code: 'unavailable',
    message: 'the database does not answer; retry with the same id',
    retryAfterMs: 500,
  },
  blocked: { code: 'blocked', message: 'an earlier message has to be retried first', retryAfterMs: 500 },
  invalid: { code: 'invalid', message: 'the database refuses the message' },
};

/** What a sender is told about a message that was not appended. */
export function sendError(refusal: Refusal): WireError {
  const { code, message, retryAfterMs } = POLICIES[refusal];
  return new AppError(code, message, retryAfterMs === undefined ? {} : { retryAfterMs }).toWire();
}
